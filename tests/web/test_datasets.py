"""Datasets with tables of their own: on the pages, and for programs in every format."""

from __future__ import annotations

import io
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from airflow.sdk import ObjectStoragePath

from include.datasets.ready.registry import ready_dataset
from include.warehouse.origins import claim_origin
from tests.desk import Desk

from .conftest import HOSTILE

pytestmark = [pytest.mark.postgres, pytest.mark.airflow]
SERIES = b"timestamp,open,high,low,close\n" + b"".join(
    b"2026-%02d-%02d,1.10,1.20,1.00,1.15%d\n" % (month, day, day % 10)
    for month in (5, 4, 3, 2, 1)
    for day in range(14, 0, -1)
)
FUND = b'{"Symbol": "IBM", "Name": "%s", "LatestQuarter": "2026-03-31", "PERatio": "%s"}'


@pytest.fixture
def held(warehouse, tmp_path, monkeypatch, client):
    """Rates of two pairs, and a company whose ratio was revised."""
    monkeypatch.setenv("AIRFLOW_VAR_STOCK_SYMBOLS", "IBM")
    monkeypatch.setenv("AIRFLOW_VAR_MARKET_DATASETS", '{"fx": ["EUR/USD", "GBP/USD"], "overview": true}')
    claim_origin(warehouse, "sandbox")
    desk = Desk(warehouse, ObjectStoragePath(f"file://{tmp_path}/raw"), tmp_path)
    for name, body in (
        ("eur_usd_fx", SERIES),
        ("gbp_usd_fx", SERIES),
        ("ibm_overview", FUND % (HOSTILE.replace('"', "'").encode(), b"19.42")),
        ("ibm_overview", FUND % (HOSTILE.replace('"', "'").encode(), b"20.5")),
    ):
        dataset = ready_dataset(name)
        run = desk.start_dataset(dataset)
        desk.bring(run, name, dataset.function, body)
        desk.finish(run)
    warehouse.execute("grant select on all tables in schema public to web_reader")
    warehouse.commit()
    return desk


@pytest.fixture
def ask(client, held):
    viewer = client("viewer")
    return lambda path, **headers: viewer.get(f"/market/{path}", headers=headers)


def test_all_datasets_are_listed_with_what_they_cost_and_hold(ask):
    rows = ask("api/datasets").json()["rows"]
    fx, overview = rows[0], rows[1]
    assert (fx["name"], fx["subjects"], fx["calls_a_day"], fx["loaded"], fx["rows"]) == ("fx", 2, 2.0, 2, 140)
    assert (overview["name"], overview["subjects"], overview["rows"]) == ("overview", 1, 1)
    assert [row["name"] for row in rows if row["subjects"]] == ["fx", "overview"]


def test_rows_are_exact_and_in_the_order_of_their_key(ask):
    found = ask("api/datasets/fx?from=2026-05-13&to=2026-05-14").json()["rows"]
    assert [(row["from_symbol"], row["timestamp"], row["close"]) for row in found] == [
        ("EUR", "2026-05-13", "1.153"),
        ("EUR", "2026-05-14", "1.154"),
        ("GBP", "2026-05-13", "1.153"),
        ("GBP", "2026-05-14", "1.154"),
    ]


def test_any_column_is_a_filter_and_another_name_is_none(ask):
    found = ask("api/datasets/fx?from_symbol=GBP&timestamp=2026-05-14").json()["rows"]
    assert [row["from_symbol"] for row in found] == ["GBP"]
    answer = ask("api/datasets/fx?symbol=GBP")
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("There is no column 'symbol'. There are from_symbol, to_symbol")


def test_pages_have_every_row_once(ask):
    seen, address = [], "?limit=50"
    while address:
        page = ask(f"api/datasets/fx{address}").json()
        seen += [(row["from_symbol"], row["timestamp"]) for row in page["rows"]]
        address = page["next"]
    assert len(seen) == len(set(seen)) == 140


def test_every_format_has_the_same_values(ask):
    lines = ask("api/datasets/overview?format=csv").text.splitlines()
    assert lines[0].startswith("symbol,")
    table = pq.read_table(io.BytesIO(ask("api/datasets/overview?format=parquet").content))
    assert table["pe_ratio"].to_pylist() == ["20.5"]
    stream = pa.ipc.open_stream(ask("api/datasets/overview?format=arrow").content).read_all()
    assert stream["latest_quarter"].to_pylist() == [date(2026, 3, 31)]


def test_what_was_known_then_can_be_asked(ask, held):
    first = held.rows("select valid_from from dataset_history")[0][0].isoformat().replace("+", "%2B")
    (row,) = ask(f"api/datasets/overview?as_of={first}").json()["rows"]
    assert row["pe_ratio"] == "19.42"
    assert ask("api/datasets/overview?as_of=2020-01-01T00:00:00Z").json()["rows"] == []


def test_what_is_not_there_says_what_is(ask):
    answer = ask("api/datasets/forex")
    assert answer.status_code == 404
    assert answer.json()["detail"].startswith("forex: there is no such dataset.")
    assert ask("api/datasets/crypto").json()["detail"].startswith("crypto: nothing of it has come yet.")


def test_the_pages_show_them_and_run_nothing_of_theirs(ask):
    page = ask("datasets").text
    assert '<a href="/market/datasets/fx">fx</a>' in page
    page = ask("datasets/overview").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    page = ask("datasets/fx?column=from_symbol&value=GBP")
    assert page.text.count("<td>GBP</td>") == 70
    assert "<td>EUR</td>" not in page.text
    assert "Next 100 rows" in ask("datasets/fx").text
    assert ask("datasets/fx?column=symbol&value=GBP").status_code == 422
    assert ask("datasets/forex").status_code == 404


def test_nobody_without_a_login_sees_them(client, held):
    stranger = client(None)
    for path in ("datasets", "datasets/fx", "api/datasets", "api/datasets/fx"):
        assert stranger.get(f"/market/{path}", follow_redirects=False).status_code in {401, 403, 307}
