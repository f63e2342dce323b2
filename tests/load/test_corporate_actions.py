"""Splits and dividends as the vendor lists them: read, kept, revised; what is not known stays unknown."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from airflow.sdk import ObjectStoragePath

from airflow_provider_alphavantage.exceptions import UnreadableBody
from include.datasets.base import Body
from include.datasets.corporate_actions import CorporateAction, KnownActions, read_actions
from include.datasets.daily_bars.known import known_actions
from include.exceptions import OriginMismatch
from include.warehouse.origins import claim_origin
from include.warehouse.runs import Request, RunRequest, record_request, start_run
from tests.bars import MORNING_AFTER, let_in

JUNE = date(2026, 6, 1)


def splits(*rows: tuple[str, str]) -> bytes:
    lines = ["effective_date,split_factor", *(",".join(row) for row in rows)]
    return "".join(f"{line}\r\n" for line in lines).encode()


def dividends(*rows: tuple[str, str]) -> bytes:
    header = "ex_dividend_date,declaration_date,record_date,payment_date,amount"
    lines = [header, *(f"{day},None,None,None,{amount}" for day, amount in rows)]
    return "".join(f"{line}\r\n" for line in lines).encode()


def listed(body: bytes, function: str) -> list[CorporateAction]:
    names = [field.name for field in fields(CorporateAction)]
    rows = read_actions(Body(body, "IBM", function, MORNING_AFTER)).table.to_pylist()
    return [CorporateAction(*map(row.get, names)) for row in rows]


def test_the_recorded_splits_and_dividends(recordings):
    found = listed((recordings / "SPLITS__IBM__pt1.csv").read_bytes(), "SPLITS")
    assert found == [
        CorporateAction("split", date(2021, 11, 4), D("1.0460")),
        CorporateAction("split", date(1999, 5, 27), D("2.0000")),
    ]
    body = (recordings / "DIVIDENDS__IBM__pt2.csv").read_bytes()
    paid = listed(body, "DIVIDENDS")
    assert len(paid) == body.count(b"\n") - 1
    assert paid[0] == CorporateAction(
        "dividend", date(2025, 11, 10), D("1.68"), date(2025, 10, 22), date(2025, 11, 10), date(2025, 12, 10)
    )
    assert paid[-1] == CorporateAction("dividend", date(1999, 2, 8), D("0.22"))


def test_a_company_without_any_has_an_empty_list():
    assert listed(b'{"symbol": "IBM", "data": []}', "SPLITS") == []


def test_several_on_one_day_are_one_and_a_repeated_row_counts_once():
    body = dividends(("2026-05-08", "1.5"), ("2026-05-08", "0.25"), ("2026-05-08", "0.25"))
    assert [action.value for action in listed(body, "DIVIDENDS")] == [D("1.75")]
    body = splits(("2026-05-08", "2"), ("2026-05-08", "1.5"))
    assert [action.value for action in listed(body, "SPLITS")] == [D("3.0")]


@pytest.mark.parametrize(
    ("function", "body"),
    [
        ("SPLITS", dividends(("2026-05-08", "1.5"))),
        ("SPLITS", dividends()),
        ("DIVIDENDS", splits(("2026-05-08", "1.5"))),
        ("DIVIDENDS", b"Sorry, the service is down for maintenance.\n"),
        ("DIVIDENDS", b'{"symbol": "MSFT", "data": []}'),
    ],
)
def test_what_makes_no_sense_is_refused(function, body):
    with pytest.raises(UnreadableBody, match=f"{function} IBM"):
        listed(body, function)


@pytest.fixture
def loading(warehouse, tmp_path):
    """Load a body of actions, fetched and loaded so many days after the first morning."""

    def load_them(body: bytes, function: str = "SPLITS", day: int = 0, origin: str = "sandbox") -> None:
        now = MORNING_AFTER + timedelta(days=day)
        asked = RunRequest("stock_data_pipeline", f"{function} {day}", now=now.isoformat())
        run = start_run(warehouse, asked, clock=now, symbols=["IBM"])
        path = ObjectStoragePath(f"file://{tmp_path}/{function}-{day}.csv")
        path.write_bytes(body)
        brought = Request(
            "IBM", function, "fetched", "", str(path), origin, now, final_through=JUNE + timedelta(days=day)
        )
        record_request(warehouse, run, brought)
        let_in(warehouse, run, tmp_path)
        warehouse.commit()

    return load_them


def held(warehouse, table: str = "corporate_action") -> list[tuple]:
    return warehouse.execute(
        f"select kind, effective_date::text, value from {table} order by kind, effective_date, value"
    ).fetchall()


@pytest.mark.postgres
def test_both_kinds_are_kept_with_the_session_before(warehouse, loading):
    loading(splits(("2026-05-11", "2.0000")))
    loading(dividends(("2026-05-08", "1.69"), ("1962-05-08", "0.01")), "DIVIDENDS")
    rows = warehouse.execute(
        "select kind, effective_date::text, value, session_before::text from corporate_action order by 2"
    ).fetchall()
    assert rows == [
        ("dividend", "1962-05-08", D("0.01"), "1962-05-07"),
        ("dividend", "2026-05-08", D("1.69"), "2026-05-07"),
        ("split", "2026-05-11", D("2.0000"), "2026-05-08"),
    ]
    assert known_actions(warehouse, ["IBM", "MSFT"]) == {
        "IBM": KnownActions(
            JUNE,
            splits={date(2026, 5, 11): D("2.0000")},
            dividends={date(2026, 5, 8): D("1.69"), date(1962, 5, 8): D("0.01")},
        )
    }


@pytest.mark.postgres
def test_a_list_without_any_is_known_and_a_symbol_never_asked_is_not(warehouse, loading):
    loading(splits())
    assert known_actions(warehouse, ["IBM", "MSFT"]) == {"IBM": KnownActions(JUNE)}


@pytest.mark.postgres
def test_what_the_vendor_changes_or_withdraws_is_kept_with_its_time(warehouse, loading):
    three = dividends(("2026-05-11", "2.0000"), ("2020-01-02", "3.0000"), ("2010-01-04", "2.0000"))
    loading(three, "DIVIDENDS")
    loading(dividends(("2026-05-11", "2.5000"), ("2010-01-04", "2.0000")), "DIVIDENDS", day=1)
    assert held(warehouse) == [
        ("dividend", "2010-01-04", D("2.0000")),
        ("dividend", "2026-05-11", D("2.5000")),
    ]
    assert held(warehouse, "corporate_action_history") == [
        ("dividend", "2020-01-02", D("3.0000")),
        ("dividend", "2026-05-11", D("2.0000")),
    ]
    since = warehouse.execute(
        "select valid_from, valid_to, replaced_by is null from corporate_action_history"
    )
    day = timedelta(days=1)
    assert set(since.fetchall()) == {(MORNING_AFTER, MORNING_AFTER + day, False)}
    kept = warehouse.execute("select effective_date::text, valid_from from corporate_action order by 1")
    assert kept.fetchall() == [("2010-01-04", MORNING_AFTER), ("2026-05-11", MORNING_AFTER + day)]


@pytest.mark.postgres
def test_the_same_list_again_writes_no_action_and_an_older_one_changes_nothing(warehouse, loading):
    loading(splits(("2026-05-11", "2.0000")), day=1)
    before = warehouse.execute("select ctid, xmin, * from corporate_action").fetchall()
    loading(splits(("2026-05-11", "2.0000")), day=2)
    loading(splits(("2026-05-11", "3.0000")), day=0)
    assert warehouse.execute("select ctid, xmin, * from corporate_action").fetchall() == before
    assert known_actions(warehouse, ["IBM"])["IBM"].splits_through == JUNE + timedelta(days=2)
    warned = "select warnings, reasons from verdict where warnings > 0"
    assert warehouse.execute(warned).fetchall() == [
        (
            1,
            [
                "ibm_splits: not_stale (the list of 2026-05-16 06:00 UTC is older than the one of "
                "2026-05-18 06:00 UTC, which stays)."
            ],
        )
    ]


@pytest.mark.postgres
def test_actions_of_another_origin_are_refused(warehouse, loading):
    claim_origin(warehouse, "market")
    with pytest.raises(OriginMismatch, match="'sandbox' data was about to enter"):
        loading(splits(("2026-05-11", "2.0000")))
