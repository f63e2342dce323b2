"""Datasets beside the daily bars: from what is declared to tables of their own, against a real PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from airflow.sdk import ObjectStoragePath

from airflow_provider_alphavantage.answer import Answer
from airflow_provider_alphavantage.exceptions import BudgetSpent, TransportError, UnreadableBody
from airflow_provider_alphavantage.functions import check, tier
from airflow_provider_alphavantage.responses import read
from include.datasets.base import Body, Dataset
from include.datasets.periods import series_of
from include.datasets.rows import NoRows, read_rows
from include.exceptions import BadParameter, OriginMismatch
from include.fetch.fetcher import Fetcher
from include.gate.decisions import decide
from include.gate.quarantine import open_rows
from include.load.merge import Loaded
from include.load.renaming import rename
from include.load.retention import remove_old
from include.load.run import load_run
from include.plan.datasets import request_of, start
from include.report.results import problems, results_of
from include.report.summary import headline, table
from include.warehouse.origins import claim_origin
from include.warehouse.runs import RunRequest, end_run, find_run, requests_of
from tests.bars import let_in
from tests.datasets.samples import SAMPLES
from tests.warehouse.test_readers import uncommented

pytestmark = pytest.mark.postgres
D = Decimal
MORNING = datetime(2026, 5, 16, 7, tzinfo=UTC)
BY_NAME = {dataset.name: dataset for dataset in SAMPLES}
FX, COIN, JOBS, COMPANY = (BY_NAME[n] for n in ("eur_usd", "btc_usd", "us_unemployment", "ibm_overview"))
WEEK = b"timestamp,open,high,low,close,volume\r\n2026-05-08,10,11,9,10.5,1000\r\n"
FX_BODY = b"timestamp,open,high,low,close\r\n2026-05-15,1.16700,1.16730,1.16160,1.16250\r\n"
JOBS_BODY = b"timestamp,value\r\n2026-04-01,4.3\r\n2025-10-01,.\r\n2025-09-01,4.40\r\n"


class Bodies:
    """Answers with these bodies, by function, or raises what stands in their place; counts what was asked."""

    def __init__(self, bodies: dict[str, object]) -> None:
        self.bodies = bodies
        self.now = MORNING
        self.origin: str | None = "replay"
        self.asked: list[tuple[str, dict[str, str]]] = []

    def query(self, function: str, **parameters: str) -> Answer:
        self.asked.append((function, parameters))
        body = self.bodies[function]
        if isinstance(body, Exception):
            raise body
        return Answer(read(body, function=function), self.now, self.origin, function)


@pytest.fixture
def api() -> Bodies:
    return Bodies({"FX_DAILY": FX_BODY, "UNEMPLOYMENT": JOBS_BODY})


@pytest.fixture
def begin(warehouse, api):
    """Start a run of these datasets by the clock of the answers; return it and the names to fetch."""
    claim_origin(warehouse, "replay")

    def begin_them(*datasets: Dataset, premium: bool = False, force: bool = False):
        run_id = str(len(warehouse.execute("select id from pipeline_run").fetchall()))
        request = RunRequest("market_data_extra", run_id, now=api.now.isoformat(), force=force)
        groups = start(warehouse, request, premium=premium, datasets=datasets)
        names = [planned.symbol for group in groups for planned in group]
        return find_run(warehouse, request.dag_id, run_id), names

    return begin_them


@pytest.fixture
def run_all(warehouse, api, begin, tmp_path):
    """Take datasets from the plan to their tables; return the run and what the load did."""

    def run_them(*datasets: Dataset, force: bool = False):
        run, names = begin(*datasets, force=force)
        store = ObjectStoragePath(f"file://{tmp_path}/store")
        fetcher = Fetcher(run, warehouse, api, store, force, datasets=datasets)
        for error in fetcher.fetch(request_of(dataset) for dataset in datasets if dataset.name in names):
            raise error
        loaded = let_in(warehouse, run, tmp_path, datasets)
        warehouse.commit()
        return run, loaded

    return run_them


def contents(warehouse, name: str) -> list[tuple]:
    return warehouse.execute(f"select ctid, xmin, * from {name} order by 1").fetchall()


def test_those_that_are_declared_are_free_and_well_formed():
    assert len(BY_NAME) == 5
    for dataset in SAMPLES:
        assert tier(dataset.function, dataset.parameters) == "free"
        assert check(dataset.function, dataset.parameters) == dataset.parameters


@pytest.mark.parametrize(
    ("about", "message"),
    [
        ({"name": "EURUSD"}, "'EURUSD' cannot name a dataset or its table: lower case"),
        ({"table": "fx; drop"}, "'fx; drop' cannot name a dataset"),
        ({"key": ()}, "has no key"),
        ({"final": "period"}, "has one of `final='period'` and `period`"),
    ],
)
def test_a_dataset_that_could_not_be_kept_cannot_be_declared(about, message):
    with pytest.raises(ValueError, match=message):
        replace(FX, **about)


def test_rows_come_typed_and_exact_into_a_table_of_their_own(warehouse, run_all, api):
    _, loaded = run_all(FX, JOBS)
    assert loaded == [Loaded("eur_usd", 1, 0, 0), Loaded("us_unemployment", 3, 0, 0)]
    assert warehouse.execute("select * from fx_daily").fetchall() == [
        (
            "EUR",
            "USD",
            date(2026, 5, 15),
            D("1.16700"),
            D("1.16730"),
            D("1.16160"),
            D("1.16250"),
            MORNING,
            MORNING,
        )
    ]
    jobs = warehouse.execute("select date, value::text from us_unemployment order by date").fetchall()
    assert jobs == [(date(2025, 9, 1), "4.40"), (date(2025, 10, 1), None), (date(2026, 4, 1), "4.30")]
    types = warehouse.execute(
        "select attname, format_type(atttypid, atttypmod) from pg_attribute "
        "where attrelid = 'fx_daily'::regclass and attname in ('timestamp', 'open', 'from_symbol') order by 1"
    )
    assert types.fetchall() == [("from_symbol", "text"), ("open", "numeric"), ("timestamp", "date")]
    assert api.asked[0] == ("FX_DAILY", {"from_symbol": "EUR", "to_symbol": "USD", "datatype": "csv"})
    comment = warehouse.execute("select obj_description('fx_daily'::regclass)").fetchone()
    assert comment[0].startswith("FX_DAILY of Alpha Vantage: dataset says what is asked")


def test_the_same_rows_again_write_nothing(warehouse, run_all):
    run_all(FX, JOBS)
    before = contents(warehouse, "fx_daily") + contents(warehouse, "us_unemployment")
    _, loaded = run_all(FX, JOBS, force=True)
    assert loaded == [Loaded("eur_usd", 0, 0, 1), Loaded("us_unemployment", 0, 0, 3)]
    assert contents(warehouse, "fx_daily") + contents(warehouse, "us_unemployment") == before
    assert contents(warehouse, "dataset_history") == []


def test_a_load_that_is_tried_again_tells_what_the_run_has_loaded(warehouse, run_all, api, tmp_path):
    run_all(JOBS)
    api.bodies["UNEMPLOYMENT"] = JOBS_BODY.replace(b"4.40", b"4.5") + b"2025-08-01,4.3\r\n"
    run, told = run_all(JOBS, force=True)
    assert told == [Loaded("us_unemployment", 1, 1, 2)]
    (accepted,) = tmp_path.glob(f"accepted/*-{run.id}")
    assert load_run(warehouse, run, ObjectStoragePath(f"file://{accepted}"), datasets=SAMPLES) == told


def test_a_revision_is_kept_with_the_time_it_stood_and_an_older_body_changes_nothing(warehouse, run_all, api):
    run_all(JOBS)
    api.now = MORNING + timedelta(days=7)
    api.bodies["UNEMPLOYMENT"] = (
        b"timestamp,value\n2026-05-01,4.2\n2025-10-01,4.5\n2025-09-01,4.4\n2026-04-01,4.1\n"
    )
    second, loaded = run_all(JOBS)
    assert loaded == [Loaded("us_unemployment", 1, 2, 1)]
    kept = (
        "select dataset, key, before, fetched_at, valid_from, valid_to, replaced_by from dataset_history "
        "order by key ->> 'date'"
    )
    stood = (MORNING, MORNING, api.now, second.id)
    revisions = [
        ("us_unemployment", {"date": "2025-10-01"}, {"value": None}, *stood),
        ("us_unemployment", {"date": "2026-04-01"}, {"value": 4.3}, *stood),
    ]
    assert warehouse.execute(kept).fetchall() == revisions
    api.now = MORNING + timedelta(days=1)
    api.bodies["UNEMPLOYMENT"] = JOBS_BODY
    third, loaded = run_all(JOBS, force=True)
    assert loaded == [Loaded("us_unemployment", 0, 0, 3)]
    assert warehouse.execute(kept).fetchall() == revisions
    assert warehouse.execute(
        "select warnings, reasons from verdict where pipeline_run_id = %s", [third.id]
    ).fetchall() == [
        (
            1,
            [
                "us_unemployment: not_stale (2025-10-01: value null came from an older response; value 4.5 "
                "stays; 2026-04-01: value 4.3 came from an older response; value 4.1 stays)."
            ],
        )
    ]


def test_an_older_body_changes_nothing_that_a_newer_one_has_said_again(warehouse, run_all, api):
    run_all(JOBS)
    api.now = MORNING + timedelta(days=14)
    assert run_all(JOBS)[1] == [Loaded("us_unemployment", 0, 0, 3)]
    api.now = MORNING + timedelta(days=7)
    api.bodies["UNEMPLOYMENT"] = JOBS_BODY.replace(b"4.3", b"4.2") + b"2026-05-01,4.1\r\n"
    assert run_all(JOBS, force=True)[1] == [Loaded("us_unemployment", 1, 0, 3)]
    newest = warehouse.execute("select date::text, value::text from us_unemployment order by 1 desc limit 2")
    assert newest.fetchall() == [("2026-05-01", "4.10"), ("2026-04-01", "4.30")]
    assert warehouse.execute("select count(*) from dataset_history").fetchall() == [(0,)]


def test_the_economy_as_it_was_revised(warehouse, run_all, api, recordings):
    for recorded, day in (("pt2", 9), ("pt1", 190)):
        api.now = datetime(2025, 11, 1, tzinfo=UTC) + timedelta(days=day - 1)
        api.bodies["UNEMPLOYMENT"] = (recordings / f"UNEMPLOYMENT__none__{recorded}.csv").read_bytes()
        _, loaded = run_all(JOBS)
    assert loaded == [Loaded("us_unemployment", 8, 7, 925)]
    revised = warehouse.execute(
        "select key ->> 'date', before ->> 'value', value::text from dataset_history "
        "inner join us_unemployment on date = (key ->> 'date')::date where date >= '2025-01-01' order by 1"
    )
    assert revised.fetchall() == [
        ("2025-02-01", "4.1", "4.2"),
        ("2025-05-01", "4.2", "4.3"),
        ("2025-07-01", "4.2", "4.3"),
    ]


def test_a_company_has_one_row_a_quarter_and_what_changes_within_it_is_a_revision(
    warehouse, run_all, api, recordings
):
    for recorded, day in (("pt2", 0), ("pt2", 8), ("pt1", 16)):
        api.now = MORNING + timedelta(days=day)
        body = (recordings / f"OVERVIEW__IBM__{recorded}.json").read_bytes()
        api.bodies["OVERVIEW"] = body.replace(b'"37.18"', b'"None"') if day == 8 else body
        run_all(COMPANY)
    held = warehouse.execute(
        'select latest_quarter, pe_ratio, "52_week_high", ex_dividend_date from company_overview order by 1'
    ).fetchall()
    assert held == [
        (date(2025, 9, 30), None, D("319.35"), date(2025, 11, 10)),
        (date(2026, 3, 31), D("19.42"), D("320.7"), date(2026, 5, 8)),
    ]
    ((before,),) = warehouse.execute("select before from dataset_history").fetchall()
    assert before == {"pe_ratio": 37.18, "trailing_pe": 37.18}


def test_the_row_of_today_is_left_out_until_its_day_is_over(warehouse, run_all, api, recordings):
    api.bodies["DIGITAL_CURRENCY_DAILY"] = (
        recordings / "DIGITAL_CURRENCY_DAILY__BTCEUR__pt1.csv"
    ).read_bytes()
    api.now = datetime(2026, 5, 17, 23, 59, tzinfo=UTC)
    _, loaded = run_all(COIN)
    assert loaded == [Loaded("btc_usd", 349, 0, 0)]  # of 350, one was left out
    newest = warehouse.execute("select max(timestamp) from crypto_daily").fetchone()
    assert newest == (date(2026, 5, 16),)
    api.now = datetime(2026, 5, 18, 0, 1, tzinfo=UTC)
    assert run_all(COIN)[1] == [Loaded("btc_usd", 1, 0, 349)]


def test_where_every_row_still_moves_nothing_is_loaded_and_the_others_are(warehouse, run_all, api):
    api.bodies["FX_DAILY"] = FX_BODY.replace(b"2026-05-15", b"2026-05-16")
    run, loaded = run_all(FX, JOBS)
    assert loaded == [Loaded("us_unemployment", 3, 0, 0)]
    assert problems(results_of(warehouse, run)) == []
    api.now += timedelta(days=1)
    assert run_all(FX)[1] == [Loaded("eur_usd", 1, 0, 0)]


def test_where_every_row_is_kept_out_by_itself_nothing_is_loaded_and_the_others_are(
    warehouse, run_all, api, recordings
):
    body = (recordings / "OVERVIEW__IBM__pt1.json").read_bytes()
    api.bodies["OVERVIEW"] = body.replace(b"Machines", b"Machines\\u0000")
    run, loaded = run_all(COMPANY, JOBS)
    assert loaded == [Loaded("us_unemployment", 3, 0, 0)]
    assert problems(results_of(warehouse, run)) == []
    assert results_of(warehouse, run)[0].verdict == "loaded, 1 kept out"
    assert [row.rules for row in open_rows(warehouse)] == [["storable"]]


def test_what_breaks_a_rule_keeps_its_dataset_out_and_no_other(warehouse, run_all, api):
    api.bodies["FX_DAILY"] = FX_BODY + b"2026-05-14,1.1,1.0,0.9,\n2026-05-15,1,1,1,1\n2026-05-17,1,1,1,1\n"
    run, loaded = run_all(FX, JOBS)
    assert loaded == [Loaded("us_unemployment", 3, 0, 0)]
    refused = warehouse.execute(
        "select data_date, rules, bar ->> 'close' from quarantine order by id"
    ).fetchall()
    assert refused == [
        (date(2026, 5, 15), ["one_row_a_key"], "1.1625"),
        (date(2026, 5, 14), ["close_present", "open_not_above_high"], None),
        (date(2026, 5, 15), ["one_row_a_key"], "1.0000"),
        (date(2026, 5, 17), ["not_in_the_future"], "1.0000"),
    ]
    counts = warehouse.execute("select bars, refused_bars, new_bars from verdict where symbol = 'eur_usd'")
    assert counts.fetchall() == [(4, 4, None)]
    broken = warehouse.execute(
        "select symbol, rule, severity, bars, first_session, last_session from broken_rule order by rule"
    ).fetchall()
    assert [row[:4] for row in broken] == [
        ("eur_usd", "close_present", "critical", 1),
        ("eur_usd", "not_in_the_future", "critical", 1),
        ("eur_usd", "one_row_a_key", "critical", 2),
        ("eur_usd", "open_not_above_high", "critical", 1),
    ]
    assert {row[4:] for row in broken[1:2]} == {(date(2026, 5, 17), date(2026, 5, 17))}
    assert [(row.symbol, str(row.data_date)) for row in open_rows(warehouse)] == [
        ("eur_usd", "2026-05-14"), *[("eur_usd", "2026-05-15")] * 2, ("eur_usd", "2026-05-17")
    ]  # fmt: skip
    (problem,) = problems(results_of(warehouse, run))
    assert problem.startswith(
        "eur_usd: 4 of 4 rows refused, none loaded. eur_usd 2026-05-15: one_row_a_key "
        "(open 1.1670, high 1.1673, low 1.1616, close 1.1625)."
    )
    assert (
        headline(results_of(warehouse, run)) == "1 of 2 datasets loaded; 3 rows new; 0 changed; 0 unchanged"
    )
    assert (
        " eur_usd         │    4 │   - │       - │         - │ -             │ -            │ refused "
        in table(results_of(warehouse, run))
    )


def test_a_refused_row_with_a_text_of_many_digits_is_shown_and_can_be_decided(warehouse, run_all, api):
    digits = b"9" * 140_000
    api.bodies["OVERVIEW"] = (
        b'{"Symbol": "IBM", "LatestQuarter": "2026-03-31", "Name": "None", "Address": "%s"}' % digits
    )
    run, _ = run_all(COMPANY)
    (waiting,) = open_rows(warehouse)
    assert (waiting.rules, waiting.bar["address"]) == (["name_present"], digits.decode())
    decide(warehouse, run, [waiting.id], "discarded", who="ana", why="No name.")
    assert open_rows(warehouse) == []
    run_all(COMPANY, force=True)
    discarded = warehouse.execute("select discarded_bars from verdict order by pipeline_run_id desc limit 1")
    assert discarded.fetchone() == (1,)


def test_a_mended_rule_takes_effect_on_the_same_day_without_a_call(warehouse, run_all, api):
    strict = replace(JOBS, rules=(replace(JOBS.rules[0], arguments={"column": "value", "max_value": 4}),))
    assert run_all(strict)[1] == []
    run, loaded = run_all(JOBS)
    assert loaded == [Loaded("us_unemployment", 3, 0, 0)]
    assert [request.outcome for request in requests_of(warehouse, run)] == ["reused"]
    assert len(api.asked) == 1


def test_a_rule_that_cannot_be_computed_fails_its_dataset_and_no_other(warehouse, run_all):
    broken = replace(
        FX, rules=(replace(JOBS.rules[0], arguments={"column": "no_such_column", "min_value": 0}),)
    )
    run, loaded = run_all(broken, JOBS)
    assert [each.symbol for each in loaded] == ["us_unemployment"]
    (problem,) = problems(results_of(warehouse, run))
    assert problem.startswith("eur_usd: The rule value_within_bounds could not be checked")


def test_what_is_not_due_is_not_asked(warehouse, run_all, api):
    run_all(FX, JOBS)
    run, loaded = run_all(FX, JOBS)
    assert (run.symbols, loaded, len(api.asked)) == ([], [], 2)
    assert headline(results_of(warehouse, run)) == "nothing was due"
    api.now = datetime(2026, 5, 17, 0, 0, 1, tzinfo=UTC)
    assert run_all(FX, JOBS)[0].symbols == ["eur_usd"]
    api.now = datetime(2026, 5, 23, 6, tzinfo=UTC)
    assert run_all(FX, JOBS)[0].symbols == ["eur_usd", "us_unemployment"]


def test_what_needs_a_premium_key_is_not_asked_of_a_free_one(warehouse, begin):
    hourly = Dataset(
        "eur_usd_hourly",
        "FX_INTRADAY",
        table="fx_hourly",
        key=("timestamp",),
        parameters={"from_symbol": "EUR", "to_symbol": "USD", "interval": "60min"},
    )
    run, names = begin(hourly)
    assert names == []
    (problem,) = problems(results_of(warehouse, run))
    assert problem.startswith("eur_usd_hourly: FX_INTRADAY needs a premium key")
    assert begin(hourly, premium=True)[1] == ["eur_usd_hourly"]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"parameters": {}}, "eur_usd was FX_DAILY"),
        ({"name": "eur_jpy", "key": ("timestamp",)}, "The table fx_daily has the key from_symbol, to_symbol"),
        ({"name": "eur_jpy", "table": "stock_data"}, "The table stock_data is there already"),
    ],
)
def test_what_would_mix_with_other_rows_is_not_asked(warehouse, begin, changed, reason):
    begin(FX)
    run, names = begin(replace(FX, **changed))
    assert names == []
    (problem,) = problems(results_of(warehouse, run))
    assert reason in problem


def test_two_datasets_share_a_table(warehouse, run_all):
    yen = replace(FX, name="usd_jpy", parameters={"from_symbol": "USD", "to_symbol": "JPY"})
    assert [each.new for each in run_all(FX, yen)[1]] == [1, 1]
    pairs = warehouse.execute("select from_symbol, to_symbol from fx_daily order by 1").fetchall()
    assert pairs == [("EUR", "USD"), ("USD", "JPY")]


def test_a_column_the_vendor_adds_comes_and_one_it_drops_stays(warehouse, run_all, api):
    run_all(FX)
    api.now += timedelta(days=1)
    api.bodies["FX_DAILY"] = (
        b"timestamp,open,high,low,close,ticks,note\n2026-05-15,1.167,1.1673,1.1616,1.1625,12,\n"
    )
    assert run_all(FX)[1] == [Loaded("eur_usd", 0, 1, 0)]
    ((key, before),) = warehouse.execute("select key, before from dataset_history").fetchall()
    assert (key["timestamp"], before) == ("2026-05-15", {"ticks": None})
    api.now += timedelta(days=1)
    api.bodies["FX_DAILY"] = FX_BODY
    assert run_all(FX)[1] == [Loaded("eur_usd", 0, 0, 1)]
    assert warehouse.execute("select ticks from fx_daily").fetchall() == [(D(12),)]


@pytest.mark.parametrize(
    ("name", "column"),
    [
        *((n, f"{n}_as_served") for n in ("row", "fetched_at", "of_subject", "step", "valid_from", "xmin")),
        ("WhatAnalystsExpectOfTheQuarterThatFollowsTheOneWhichWasReportedLast",
         "what_analysts_expect_of_the_quarter_that_follows_the_one_which_"),
    ],
)  # fmt: skip
def test_a_column_that_is_named_as_one_of_ours_or_too_long_comes_too(warehouse, run_all, api, name, column):
    run_all(FX)
    api.bodies["FX_DAILY"] = FX_BODY.replace(b"close", b"close," + name.encode()).replace(
        b"16250", b"16250,7"
    )
    assert run_all(FX, JOBS, force=True)[1][0] == Loaded("eur_usd", 0, 1, 0)
    assert run_all(FX, force=True)[1] == [Loaded("eur_usd", 0, 0, 1)]
    assert warehouse.execute(f'select close, "{column}" from fx_daily').fetchall() == [(D("1.1625"), D(7))]
    assert warehouse.execute("select before from dataset_history").fetchall() == [({column: None},)]


def test_every_column_of_its_table_has_a_comment(warehouse, run_all, api):
    run_all(JOBS)
    api.bodies["UNEMPLOYMENT"] = JOBS_BODY.replace(b"value", b"value,note").replace(b"4.40", b"4.40,revised")
    api.bodies["UNEMPLOYMENT"] = api.bodies["UNEMPLOYMENT"].replace(b"4.3", b"4.3,").replace(b",.", b",.,")
    run_all(JOBS, force=True)
    assert uncommented(warehouse) == []
    says = (
        "select attname, col_description(attrelid, attnum) from pg_attribute "
        "where attrelid = 'us_unemployment'::regclass and attname in ('fetched_at', 'note') order by 1"
    )
    assert warehouse.execute(says).fetchall() == [
        ("fetched_at", "When the body that brought these values was fetched."),
        ("note", "note of UNEMPLOYMENT, as Alpha Vantage has it."),
    ]


def test_a_value_its_column_would_bend_keeps_its_dataset_out_and_says_what_to_do(warehouse, run_all, api):
    run_all(FX, JOBS)
    warehouse.execute("alter table fx_daily alter column open type date using null")
    api.now += timedelta(days=7)
    run, loaded = run_all(FX, JOBS)
    assert loaded == [Loaded("us_unemployment", 0, 0, 3)]
    (problem,) = problems(results_of(warehouse, run))
    assert problem.startswith("eur_usd: The column open of fx_daily is date; what came is numeric.")
    warehouse.execute("alter table fx_daily alter column open type bigint using 1")
    run, _ = run_all(FX, JOBS, force=True)
    (problem,) = problems(results_of(warehouse, run))
    assert 'invalid input syntax for type bigint: "1.16700"' in problem


@pytest.mark.parametrize(("columns", "cell"), [(1700, b",1"), (900, b",1.123456789012345")])
def test_more_columns_than_a_table_can_have_keep_a_dataset_out_and_no_other(
    warehouse, run_all, api, columns, cell
):
    names = b"".join(b",column%d" % number for number in range(columns))
    api.bodies["FX_DAILY"] = FX_BODY.replace(b"close", b"close" + names).replace(
        b"16250", b"16250" + cell * columns
    )
    run, loaded = run_all(FX, JOBS)
    assert loaded == [Loaded("us_unemployment", 3, 0, 0)]
    (problem,) = problems(results_of(warehouse, run))
    assert problem.startswith("eur_usd: The table fx_daily cannot hold it: ")


def test_data_of_another_origin_does_not_enter(warehouse, run_all, api):
    api.origin = None
    with pytest.raises(OriginMismatch, match="holds 'replay' data, and 'market' data was about to enter"):
        run_all(FX)


def test_a_real_clock_cannot_be_set(warehouse, tmp_path):
    with pytest.raises(BadParameter, match="'now' sets the clock of a simulation"):
        start(warehouse, RunRequest("d", "r", now="2026-05-16T06:00:00Z"), premium=False)


def test_a_failure_is_recorded_before_it_is_raised_and_a_retry_asks_only_for_what_lacks(
    warehouse, begin, api, tmp_path
):
    run, _ = begin(FX, JOBS)
    fetcher = Fetcher(run, warehouse, api, ObjectStoragePath(f"file://{tmp_path}/store"), datasets=SAMPLES)
    api.bodies["FX_DAILY"] = BudgetSpent(MORNING + timedelta(hours=17), function="FX_DAILY")
    api.bodies["UNEMPLOYMENT"] = RuntimeError("the disk is full")
    assert [type(error) for error in fetcher.fetch([request_of(FX)])] == [BudgetSpent]
    (broken,) = fetcher.fetch([request_of(JOBS)])
    assert isinstance(broken.__cause__, RuntimeError)
    warehouse.rollback()
    found = {request.symbol: (request.outcome, request.kind) for request in requests_of(warehouse, run)}
    assert found == {"eur_usd": ("deferred", "BudgetSpent"), "us_unemployment": ("failed", "RuntimeError")}
    (problem,) = problems(results_of(warehouse, run))
    assert problem == "us_unemployment: RuntimeError: the disk is full. See the log of this task."
    api.bodies["UNEMPLOYMENT"] = JOBS_BODY
    assert fetcher.fetch([request_of(JOBS)]) == []
    assert fetcher.fetch([request_of(JOBS)]) == []
    assert len(api.asked) == 3


def test_an_outage_costs_the_calls_of_three_datasets_and_not_of_all(warehouse, begin, api, tmp_path):
    six = [series_of(f"S{number}", "weekly") for number in range(6)]
    api.bodies["TIME_SERIES_WEEKLY"] = TransportError("HTTP 503 with an HTML page.")
    run, names = begin(*six)
    fetcher = Fetcher(run, warehouse, api, ObjectStoragePath(f"file://{tmp_path}/store"), datasets=SAMPLES)
    for _ in range(2):  # a task and its retry
        for dataset in six:
            (error,) = fetcher.fetch([request_of(dataset)])
            assert isinstance(error, TransportError)
    assert (len(names), len(api.asked)) == (6, 3)
    api.bodies["TIME_SERIES_WEEKLY"] = WEEK
    rested = replace(fetcher, rest=timedelta(0))
    assert rested.fetch(map(request_of, six)) == []
    assert len(api.asked) == 3 + 6


@pytest.mark.parametrize(
    ("dataset", "body", "error", "message"),
    [
        (COMPANY, b"{}", NoRows, "no row"),
        (
            COMPANY,
            b'{"Symbol": "MSFT", "LatestQuarter": "2026-03-31"}',
            UnreadableBody,
            "about symbol 'MSFT'",
        ),
        (COMPANY, b'{"Symbol": "IBM"}', UnreadableBody, "no column 'latest_quarter'"),
        (JOBS, b"timestamp,value\n2026-04-01,high\n", UnreadableBody, "'high' is not a number"),
        (replace(JOBS, day="when"), JOBS_BODY, UnreadableBody, "no column 'when'"),
        (JOBS, b"timestamp,value,row,row_as_served\n2026-04-01,4.3,1,2\n", UnreadableBody, "'row_as_served'"),
    ],
)
def test_a_body_that_is_not_the_datasets_is_refused(dataset, body, error, message):
    with pytest.raises(error, match=message):
        read_rows(dataset, Body(body, dataset.name, dataset.function, MORNING))


def test_a_body_that_brought_a_value_is_kept_and_one_that_brought_none_is_aged(
    warehouse, run_all, api, tmp_path
):
    revised = JOBS_BODY.replace(b"4.3", b"4.2")
    for weeks, body in enumerate([
        JOBS_BODY,
        JOBS_BODY.replace(b"\r", b""),
        revised,
        revised.replace(b"\r", b""),
    ]):
        api.now, api.bodies["UNEMPLOYMENT"] = MORNING + timedelta(weeks=weeks), body
        run, _ = run_all(JOBS)
        end_run(warehouse, run, state="success", message="")
    store = ObjectStoragePath(f"file://{tmp_path}/store")
    found = remove_old(warehouse, store, now=MORNING + timedelta(days=500), days=400)
    assert (found.found, found.removed, found.kept) == (4, 1, {"dataset": 2, "newest": 1})


def test_readers_may_read_a_new_table_at_once(warehouse, run_all, postgres):
    warehouse.execute("create role market_reader")
    try:
        run_all(FX)
        granted = warehouse.execute(
            "select has_table_privilege('market_reader', 'fx_daily', 'select'), "
            "has_table_privilege('market_reader', 'fx_daily', 'insert')"
        )
        assert granted.fetchall() == [(True, False)]
    finally:
        warehouse.rollback()
        warehouse.execute("drop owned by market_reader")
        warehouse.execute("drop role market_reader")
        warehouse.commit()


def test_weekly_bars_go_with_a_symbol_that_is_renamed_and_its_ticker_begins_anew(warehouse, run_all, api):
    api.bodies["TIME_SERIES_WEEKLY"] = WEEK
    run_all(series_of("META", "weekly"))
    api.now = MORNING + timedelta(days=7)
    api.bodies["TIME_SERIES_WEEKLY"] = WEEK.replace(b"10.5", b"10.6")
    run_all(series_of("META", "weekly"))
    warehouse.execute("update pipeline_run set state = 'success', ended_at = now()")
    assert rename(warehouse, "META", "META-2021").periods == 1
    moved = {"dataset": "name", "dataset_history": "dataset", "verdict": "symbol", "request": "symbol"}
    for table_, column in moved.items():
        found = warehouse.execute(f"select distinct {column} from {table_}").fetchall()
        assert (table_, found) == (table_, [("meta-2021_weekly",)])
    assert warehouse.execute("select key ->> 'symbol', before from dataset_history").fetchall() == [
        ("META-2021", {"close": 10.5})
    ]
    run_all(series_of("META", "weekly"))
    bars = "select symbol, week, close from stock_data_weekly order by symbol"
    assert warehouse.execute(bars).fetchall() == [
        ("META", date(2026, 5, 4), D("10.6")),
        ("META-2021", date(2026, 5, 4), D("10.6")),
    ]
    warehouse.execute("update pipeline_run set state = 'success', ended_at = now()")
    with pytest.raises(BadParameter, match="META is known already"):
        rename(warehouse, "META-2021", "META")
