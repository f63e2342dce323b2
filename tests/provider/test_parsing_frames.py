"""A frame holds what the rows hold, whichever way it was made."""

from __future__ import annotations

import sys
from decimal import Decimal as D

import pandas as pd
import pytest

from airflow_provider_alphavantage.exceptions import AlphaVantageError, PremiumRequired, UnreadableBody
from airflow_provider_alphavantage.parsing import parse, parse_frame, parse_table, read_frame
from airflow_provider_alphavantage.parsing.shapes import recognise
from airflow_provider_alphavantage.responses import read


def rows(frame: pd.DataFrame) -> list[tuple[object, ...]]:
    """The values of a frame as Python's own."""
    columns = [[None if value is pd.NA else _plain(value) for value in frame[name]] for name in frame]
    return list(zip(*columns, strict=True))


def _plain(value):
    return value.to_pydatetime() if isinstance(value, pd.Timestamp) else value


def test_the_frame_of_every_recorded_body_holds_its_rows(recordings):
    compared = 0
    for path in sorted(recordings.iterdir()):
        function = path.name.split("__")[0]
        if path.suffix not in {".json", ".csv"} or function.startswith(("ERROR", "REALTIME")):
            continue
        content = path.read_bytes()
        payload = read(content, function=function)
        family = recognise(payload)
        expected = parse(payload, function)
        frame = read_frame(content, function, family)
        assert tuple(frame.columns) == expected.columns, path.name
        assert rows(frame) == expected.rows, path.name
        pd.testing.assert_frame_equal(frame, expected.to_pandas())
        table = parse_table(payload, function)
        assert table.column_names == list(expected.columns), path.name
        assert [tuple(row.values()) for row in table.to_pylist()] == expected.rows, path.name
        assert {k.decode(): v.decode() for k, v in (table.schema.metadata or {}).items()} == expected.meta
        compared += 1
    assert compared > 200


CSV = "timestamp,open,high,low,close,volume\r\n"
JSON = '{\n    "Meta Data": {\n        "2. Symbol": "X",\n        "5. Time Zone": "US/Eastern"\n    },\n'


def csv(*odd: str) -> bytes:
    days = [f"2020-01-{day:02d},1.0000,2.0000,0.5000,1.5000,7\r\n" for day in range(1, 29)] * 20
    return "".join([CSV, *days, *odd]).encode()


def document(odd: str = "") -> bytes:
    rows = [
        f'        "20{year:02d}-01-{day:02d}": {{\n            "1. open": "1.5000",\n'
        f'            "5. volume": "7"\n        }}'
        for year in range(20)
        for day in range(1, 29)
    ]
    block = ",\n".join([*rows, odd] if odd else rows)
    return f'{JSON}    "Time Series (Daily)": {{\n{block}\n    }}\n}}'.encode()


ODD_ROWS = [
    "2020-02-01,1.,2.0,0.5,1.5,7\r\n",
    "2020-02-01,.5,2.0,0.5,1.5,7\r\n",
    "2020-02-01,-.5,2.0,0.5,1.5,7\r\n",
    "2020-02-01,1e3,2.0,0.5,1.5,7\r\n",
    "2020-02-01, 1.0,2.0,0.5,1.5,7\r\n",
    "2020-02-01,+1.0,2.0,0.5,1.5,7\r\n",
    "2020-02-01,,2.0,0.5,1.5,7\r\n",
    "2020-02-01,None,.,-,1.5,7\r\n",
    "2020-02-01,-1.12345,2,0.5,1.5,7\r\n",
    "2020-02-01,1.0000,2.0000,0.5000,1.5000,7.5\r\n",
    "2020-02-01,1.0000,2.0000,0.5000,1.5000,99999999999999999999\r\n",
    "2020-02-01,12345678901234567890.1234,2.0000,0.5000,1.5000,7\r\n",
    "2020-02-01,1.0000,2.0000,0.5000,1.5000,-7\r\n",
    f"2020-02-01,1{'0' * 5000},2.0000,0.5000,1.5000,7\r\n",
    f"2020-02-01,1.{'0' * 5000},2.0000,0.5000,1.5000,7\r\n",
    "2020-02-01,1234567890123456.12,2.00,0.5,1.5,7\r\n",
    "2020-02-01,0.1234567890123456,2.00,0.5,1.5,7\r\n",
    "2020-02-01,1-2,2.0,0.5,1.5,7\r\n",
    "2020-02-01,1.2.3,2.0,0.5,1.5,7\r\n",
    "2020-02-31,1.0,2.0,0.5,1.5,7\r\n",
    "2020-02-1,1.0,2.0,0.5,1.5,7\r\n",
    "20200201,1.0,2.0,0.5,1.5,7\r\n",
    "2020-02-01,1.0,2.0,0.5,1.5\r\n",
    "2020-02-01,1.0,2.0,0.5,1.5,7,8\r\n",
    '2020-02-01,"1.0",2.0,0.5,1.5,7\r\n',
    "2020-02-01 10:00:00,1.0,2.0,0.5,1.5,7\r\n",
    "\r\n",
    "2020-02-01,1.0,2.0,0.5,1.5,7",
    "2020-02-01,1.0,2.0,0.5,1.5,7\r2020-02-02,1.0,2.0,0.5,1.5,7\r",
    "2020-02-01,1.0,2.0,0.5,1.5,\x007\r\n",
    "2020-02-01,1.0,2.0,0.5,1.5,\u0667\r\n",
]
ODD_OBJECTS = [
    '        "2020-02-01": {\n            "1. open": "1.5000",\n            "5. volume": null\n        }',
    '        "2020-02-01": {\n            "1. open": "1.5000",\n            "5. volume": 7\n        }',
    '        "2020-02-01": {\n            "1. open": "1 .5",\n            "5. volume": "7"\n        }',
    '        "2020-02-01": {\n            "1. open": 3"1.5",\n            "5. volume": "7"\n        }',
    '        "2020-02-01": {\n            "1. open": "1.5"3,\n            "5. volume": "7"\n        }',
    '        "2020-02-01": {\n            "5. volume": "7",\n            "1. open": "1.5000"\n        }',
    '        "2020-02-01": {\n            "1. open": "1.5000"\n        }',
    '        "2020-02-01": {\n            "1. op3en": "1.5000",\n            "5. volume": "7"\n        }',
    '        "2020-02-01": {\n            "1. open": "\\u0031.5",\n            "5. volume": "7"\n        }',
    '        "2020-02-01": {\n            "1. open": "1e5",\n            "5. volume": "7"\n        }',
    '        "2020-02-01": {\n            "1. open": "1.5\n",\n            "5. volume": "7"\n        }',
    '        "2020-02-01": {"1. open": "1.5000", "5. volume": "7"}',
    '        "2001-01-01": {\n            "1. open": "2.5000",\n            "5. volume": "8"\n        }',
]


@pytest.mark.parametrize("body", [csv(), *map(csv, ODD_ROWS), document(), *map(document, ODD_OBJECTS)])
def test_both_ways_give_the_same_frame_or_the_same_error(body):
    assert len(body) > 10_000

    def outcome(make):
        try:
            frame = make()
        except AlphaVantageError as exc:
            return type(exc), str(exc)
        return frame.dtypes.to_dict(), rows(frame)

    ordinary = outcome(lambda: parse(read(body, function="X"), "X", "series").to_pandas())
    assert outcome(lambda: read_frame(body, "X", "series")) == ordinary


def test_without_pyarrow_the_values_are_the_same(monkeypatch):
    body = csv("2020-02-01,1.25,2,.,1.5,7\r\n")
    exact = rows(parse_frame(read(body, function="X"), "X", "series"))
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    plain = parse_frame(read(body, function="X"), "X", "series")
    assert rows(plain) == exact
    assert set(map(str, plain.dtypes)) == {"object"}
    assert plain["open"][560] == D("1.25")


def test_a_refusal_is_raised_and_an_unreadable_body_named():
    with pytest.raises(PremiumRequired):
        read_frame(b'{"Information": "This is a premium endpoint"}', "X", "series", symbol="IBM")
    with pytest.raises(UnreadableBody, match="X IBM"):
        read_frame(csv("2020-02-01,x,1,1,1,1\r\n"), "X", "series", symbol="IBM")


def test_empty_bodies_give_empty_frames():
    frame = read_frame(b"timestamp,open,high,low,close,volume\r\n", "X", "series")
    assert (len(frame), list(frame.columns)) == (0, ["timestamp", "open", "high", "low", "close", "volume"])
    assert read_frame(b"{}", "OVERVIEW", "record").empty
