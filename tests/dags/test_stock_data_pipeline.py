"""The DAG run whole, in one process: a sandbox, a real PostgreSQL, one bad symbol among good ones."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial

import pytest

from airflow_provider_alphavantage.pacing import fingerprint
from include.web.sources import rows

from .conftest import KEY, PREMIUM_KEY

pytestmark = [pytest.mark.airflow, pytest.mark.postgres]


@pytest.fixture
def run(run_dag):
    """Run the DAG with these parameters; return the state of the run and of each task by label."""
    return partial(run_dag, "stock_data_pipeline", retry_delay=0)


def bars(warehouse) -> dict[str, int]:
    return dict(warehouse.execute("select symbol, count(*)::int from stock_data group by symbol").fetchall())


def nothing_odd(warehouse) -> bool:
    """Whether actions and prices of the simulated market fit each other."""
    odd = (
        "select from broken_rule where severity = 'warning' "
        "and (rule ~ 'split' or symbol ~ '_(splits|dividends)$')"
    )
    doubt = "select from adjustment_doubt"
    return not any(warehouse.execute(query).fetchall() for query in (odd, doubt))


def test_a_bad_symbol_fails_the_run_and_keeps_no_other_out(run, warehouse, sandbox, capfd):
    state, tasks = run(symbols=["IBM", "XYZZY", "MSFT"])
    assert bars(warehouse) == {"IBM": 100, "MSFT": 100}
    assert state == "failed"
    assert tasks == {
        "pipeline_start": "success",
        "fetch_stock_data[IBM]": "success",
        "fetch_stock_data[XYZZY]": "failed",
        "fetch_stock_data[MSFT]": "success",
        "fetch_stock_data[LISTING_STATUS]": "success",
        "validate_data": "success",
        "approve_warnings": "success",
        "load_stock_data": "success",
        "log_completion": "success",
        "pipeline_end": "failed",
    }
    state, message = warehouse.execute("select state, message from pipeline_run").fetchone()
    assert state == "failed"
    assert message.startswith("XYZZY: TIME_SERIES_DAILY XYZZY: Invalid API call.")
    assert "Check the symbol with SYMBOL_SEARCH" in message
    assert KEY not in "".join(capfd.readouterr())


def test_the_watchlist_is_the_variable_and_the_rows_are_the_truth(run, warehouse, sandbox):
    state, _ = run()
    assert state == "success"
    held = warehouse.execute(
        "select data_date::text, open::text, high::text, low::text, close::text, volume from stock_data "
        "where symbol = 'IBM' and is_final order by data_date"
    ).fetchall()
    truth = [
        (b["session"], *(f"{b[price]}00" for price in ("open", "high", "low", "close")), int(b["volume"]))
        for b in sandbox.truth("IBM")["bars"][-100:]
    ]
    assert held == truth


def test_adjusted_prices_come_with_the_first_run(run, warehouse, sandbox):
    state, _ = run(symbols=["DIS"])  # it splits three for one on 2026-05-04 and pays dividends
    assert state == "success"
    bars = {bar["session"]: bar for bar in sandbox.truth("DIS")["bars"][-100:]}
    rows = warehouse.execute(
        "select data_date::text, split_close, split_volume, adjusted_close from stock_data_adjusted"
    ).fetchall()
    assert len(rows) == 100
    for day, close, volume, adjusted in rows:
        shares = 3 if day < "2026-05-04" else 1
        assert abs(close * shares - Decimal(bars[day]["close"])) < Decimal("1e-15")
        assert volume == int(bars[day]["volume"]) * shares
        assert adjusted is not None
    paid = [d["ex_dividend_date"] for d in sandbox.truth("DIS")["dividends"] if "ex_dividend_date" in d]
    before = {day: adjusted < close for day, close, _, adjusted in rows}
    assert before == {day: any(day < ex <= "2026-05-15" for ex in paid) for day in bars}
    assert nothing_odd(warehouse)


def test_running_again_asks_nothing_and_changes_nothing(run, warehouse, sandbox):
    run()
    before = warehouse.execute("select ctid, xmin, * from stock_data order by id").fetchall()
    state, tasks = run()
    assert (state, tasks["fetch_stock_data"]) == ("success", "skipped")
    assert warehouse.execute("select ctid, xmin, * from stock_data order by id").fetchall() == before
    assert sorted(call["function"] for call in sandbox.calls()) == [
        "DIVIDENDS",
        "LISTING_STATUS",
        "SPLITS",
        "TIME_SERIES_DAILY",
    ]
    outcomes = warehouse.execute(
        "select outcome from request where function = 'TIME_SERIES_DAILY' order by id"
    )
    assert outcomes.fetchall() == [("fetched",), ("complete",)]


def test_runs_for_past_dates_find_everything_held_and_ask_nothing(run, warehouse, sandbox):
    """So `airflow backfill create` runs the DAG; a run is about what is held by now, whatever its date."""
    dates = [datetime(2026, 5, day, 6, tzinfo=UTC) for day in (12, 13, 14)]
    states = [run(symbols=["IBM", "MSFT"], logical_date=day)[0] for day in dates]
    assert states == ["success"] * 3
    assert bars(warehouse) == {"IBM": 100, "MSFT": 100}
    assert len(sandbox.calls()) == 7  # bars, splits and dividends of each, and the listing
    outcomes = warehouse.execute(
        "select pipeline_run.run_id, outcome, count(*) from request "
        "inner join pipeline_run on pipeline_run.id = pipeline_run_id "
        "group by pipeline_run.id, outcome order by pipeline_run.id"
    ).fetchall()
    assert [(outcome, count) for _, outcome, count in outcomes] == [
        ("fetched", 7),
        ("complete", 2),
        ("complete", 2),
    ]


def test_a_person_can_have_it_asked_again(run, warehouse, sandbox):
    run()
    state, _ = run(force=True)
    assert state == "success"
    assert [call["function"] for call in sandbox.calls()][4:] == ["TIME_SERIES_DAILY"]
    unchanged = warehouse.execute(
        "select unchanged_bars from verdict where symbol = upper(symbol) order by pipeline_run_id"
    ).fetchall()
    assert unchanged == [(0,), (100,)]


def test_a_spent_budget_is_a_green_run_with_the_symbols_deferred(run, warehouse, sandbox):
    run(symbols=["IBM"])
    sandbox.add_fault("quota", symbol="MSFT")
    state, tasks = run(symbols=["IBM", "MSFT"])
    assert (state, tasks["fetch_stock_data[MSFT]"]) == ("success", "skipped")
    assert bars(warehouse) == {"IBM": 100}


def test_a_budget_spent_by_our_own_count_makes_no_call(run, warehouse, sandbox):
    warehouse.execute(
        "insert into api_call (fingerprint, host_group, function, reserved_at) "
        "select %s, 'default', 'SPLITS', clock_timestamp() - interval '30 minutes' * n "
        "from generate_series(1, 23) as n",
        (fingerprint(KEY),),
    )
    warehouse.commit()
    state, tasks = run(symbols=["IBM", "MSFT"])
    fetched = {task: state for task, state in tasks.items() if task.startswith("fetch_stock_data")}
    assert (state, fetched) == (
        "success",
        {"fetch_stock_data[LISTING_STATUS]": "success", "fetch_stock_data[IBM]": "success"},
    )
    assert {call["function"] for call in sandbox.calls()} == {"LISTING_STATUS", "TIME_SERIES_DAILY"}
    deferred = warehouse.execute(
        "select symbol, kind, reason from request where outcome = 'deferred' order by id limit 1"
    ).fetchone()
    assert deferred == (
        "MSFT",
        "NoCallLeft",
        "No call is left for it today, although no bar of it is held. Nothing to do: its turn comes.",
    )


@pytest.mark.parametrize(("key", "plan"), [(PREMIUM_KEY, "premium")])
def test_a_premium_key_brings_the_whole_history_of_a_new_symbol_at_once(run, warehouse, sandbox):
    history = {symbol: sandbox.truth(symbol)["bars"] for symbol in ("IBM", "MSFT")}
    state, _ = run(symbols=["IBM", "MSFT"])
    assert nothing_odd(warehouse)
    assert (state, bars(warehouse)) == ("success", {symbol: len(held) for symbol, held in history.items()})
    assert min(bars(warehouse).values()) > 6_000
    total = "select sum(close)::text, sum(volume)::text from stock_data where symbol = 'IBM'"
    assert warehouse.execute(total).fetchone() == (
        f"{sum(Decimal(bar['close']) for bar in history['IBM'])}00",
        str(sum(int(bar["volume"]) for bar in history["IBM"])),
    )
    assert {(call["function"], call["outcome"]) for call in sandbox.calls()} == {
        (function, "data") for function in ("TIME_SERIES_DAILY", "SPLITS", "DIVIDENDS", "LISTING_STATUS")
    }
    assert (
        warehouse.execute(
            "select accepted, refused_bars from verdict where symbol = upper(symbol)"
        ).fetchall()
        == [(True, 0)] * 2
    )
    run(symbols=["IBM", "MSFT"])
    assert len(sandbox.calls()) == 7


@pytest.mark.parametrize("plan", ["premium"])
def test_a_key_that_is_not_what_its_connection_says_brings_the_last_sessions(run, warehouse, sandbox, capfd):
    state, _ = run(symbols=["IBM", "MSFT"])
    assert (state, bars(warehouse)) == ("success", {"IBM": 100, "MSFT": 100})
    assert "set the connection's extra `plan` to free" in capfd.readouterr().out
    asked = [call["outcome"] for call in sandbox.calls() if call["function"] == "TIME_SERIES_DAILY"]
    assert asked == ["E8", "data"] * 2  # one refusal is believed of others once a second symbol got it


def test_an_outage_is_retried_and_passes(run, warehouse, sandbox):
    sandbox.add_fault("html_503", symbol="IBM", times=1)
    state, _ = run()
    assert (state, bars(warehouse)) == ("success", {"IBM": 100})


def test_a_refused_symbol_is_kept_out_with_its_reasons(run, warehouse, sandbox):
    sandbox.add_fault("bad_bar", symbol="MSFT", rule="null")
    state, _ = run(symbols=["IBM", "MSFT"])
    assert (state, bars(warehouse)) == ("failed", {"IBM": 100})
    (message,) = warehouse.execute("select message from pipeline_run").fetchone()
    assert message.startswith("MSFT: 1 of 100 bars refused, none loaded.")


def test_a_run_whose_end_is_not_on_record_is_not_green(run, warehouse):
    warehouse.execute("alter table pipeline_run add constraint never_ends check (ended_at is null)")
    warehouse.commit()
    state, tasks = run()
    assert (tasks["load_stock_data"], tasks["log_completion"]) == ("success", "failed")
    assert (state, tasks["pipeline_end"]) == ("failed", "failed")


def test_a_run_that_fails_in_its_first_task_is_on_record_and_on_the_overview(run, warehouse, monkeypatch):
    monkeypatch.setenv("AIRFLOW_VAR_STOCK_SYMBOLS", " ")
    state, tasks = run()
    assert (state, tasks["pipeline_start"], tasks["pipeline_end"]) == ("failed", "failed", "failed")
    (shown,) = rows(warehouse, "runs")
    assert (shown["dag_id"], shown["state"]) == ("stock_data_pipeline", "failed")
    assert shown["message"].startswith("pipeline_start failed: ")
    assert shown["message"].endswith(" Open its log, fix the cause, then clear pipeline_start.")
    attention = rows(warehouse, "attention", now=datetime(2026, 5, 16, 7, tzinfo=UTC))
    assert [one["kind"] for one in attention] == ["run"]
    monkeypatch.setenv("AIRFLOW_VAR_STOCK_SYMBOLS", "IBM")
    assert run()[0] == "success"


def test_nothing_but_nonsense_on_the_list_ends_with_a_message(run, warehouse):
    state, _ = run(symbols=["no such thing"])
    (message,) = warehouse.execute("select message from pipeline_run").fetchone()
    assert state == "failed"
    assert "'NO SUCH THING' cannot be a symbol" in message


def test_a_symbol_the_listing_does_not_know_costs_no_call_the_next_time(run, warehouse, sandbox):
    run()
    before = len(sandbox.calls())
    state, tasks = run(symbols=["IBM", "NVDIA"])
    assert (state, tasks["fetch_stock_data"]) == ("failed", "skipped")
    assert len(sandbox.calls()) == before
    message = warehouse.execute("select message from pipeline_run order by id desc").fetchone()[0]
    assert message.startswith("NVDIA: It is not among the US symbols listed on 2026-05-16")


def test_a_listing_that_is_refused_fails_no_task(run, warehouse, sandbox, capfd):
    sandbox.add_fault("unknown_text", function="LISTING_STATUS")
    state, tasks = run()
    assert (state, tasks["fetch_stock_data[LISTING_STATUS]"]) == ("success", "success")
    assert "The listing was not brought" in capfd.readouterr().out


def test_the_next_run_closes_what_a_killed_run_left_and_no_run_that_goes_on(
    run, warehouse, metadata, tmp_path, monkeypatch
):
    """Of three that are on record as running one failed in Airflow, one runs, and one is unknown there."""
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from airflow.utils.types import DagRunType

    store = tmp_path / "store"
    monkeypatch.setenv("AIRFLOW_VAR_MARKET_DATA_STORE", f"file://{store}")
    beginning = store / "raw" / "symbol=IBM" / "body.json.0123.part"
    beginning.parent.mkdir(parents=True)
    beginning.write_bytes(b"{")
    os.utime(beginning, (0, 0))
    with create_session() as session:
        for state in ("failed", "running"):
            made = DagRun("stock_data_pipeline", f"is_{state}", run_type=DagRunType.MANUAL)
            made.set_state(state)
            session.add(made)
    for run_id in ("is_failed", "is_running", "is_gone"):
        warehouse.execute(
            "insert into pipeline_run (dag_id, run_id, clock, simulated, symbols) "
            "values ('stock_data_pipeline', %s, '2026-05-15T06:00Z', true, '{IBM}')",
            [run_id],
        )
    warehouse.commit()
    try:
        assert run()[0] == "success"
    finally:
        with create_session() as session:
            session.query(DagRun).filter(DagRun.run_id.like("is_%")).delete()
    states = warehouse.execute("select run_id, state from pipeline_run where run_id like 'is_%'").fetchall()
    assert dict(states) == {"is_failed": "failed", "is_running": "running", "is_gone": "failed"}
    assert not beginning.exists()
