"""The past brought on request: as far as the key reaches, on the calls that the daily bars leave, once."""

from __future__ import annotations

from functools import partial

import pytest

from airflow_provider_alphavantage.pacing import fingerprint

from .conftest import KEY, PREMIUM_KEY

pytestmark = [pytest.mark.airflow, pytest.mark.postgres]


@pytest.fixture
def run(run_dag):
    """Run the DAG with these parameters; return the state of the run and of each task by label."""
    return partial(run_dag, "stock_data_backfill", retry_delay=0)


@pytest.fixture
def spend(warehouse):
    """Count so many calls as made half a day ago and since."""

    def spend_calls(count: int, key: str = KEY) -> None:
        warehouse.execute(
            "insert into api_call (fingerprint, host_group, function, reserved_at) "
            "select %s, 'default', 'SPLITS', clock_timestamp() - interval '10 minutes' * n "
            "from generate_series(1, %s) as n",
            (fingerprint(key), count),
        )
        warehouse.commit()

    return spend_calls


def held(warehouse) -> list[tuple]:
    return warehouse.execute(
        "select symbol, count(*), min(data_date)::text from stock_data group by symbol order by symbol"
    ).fetchall()


def asked(sandbox) -> list[tuple[str, str]]:
    return [(call["symbol"], call["function"]) for call in sandbox.calls()]


@pytest.mark.parametrize(("key", "plan"), [(PREMIUM_KEY, "premium")])
def test_a_premium_key_brings_the_whole_history_in_one_call_and_once(run, warehouse, sandbox, capfd):
    history = sandbox.truth("MSFT")["bars"]
    days = {"symbols": ["MSFT"], "from": "2016-01-04", "to": "2020-12-31"}
    state, tasks = run(**days)
    assert (state, tasks["fetch_stock_data[MSFT]"]) == ("success", "success")
    assert held(warehouse) == [("MSFT", len(history), history[0]["session"])]
    assert len(history) > 6_000
    assert asked(sandbox) == [("MSFT", function) for function in ("TIME_SERIES_DAILY", "SPLITS", "DIVIDENDS")]
    assert "MSFT: 1259 of 1259 sessions are held." in capfd.readouterr().out
    again, tasks = run(**days)
    assert (again, tasks["fetch_stock_data"]) == ("success", "skipped")
    assert len(sandbox.calls()) == 3


def test_a_free_key_brings_the_last_hundred_sessions_and_names_what_is_older(run, warehouse, sandbox, capfd):
    days = {"symbols": ["MSFT"], "from": "2025-12-15"}
    state, _ = run(**days)
    assert (state, held(warehouse)) == ("success", [("MSFT", 100, "2025-12-22")])
    told = (
        "MSFT: 100 of 105 sessions are held; 5 from 2025-12-15 to 2025-12-19 cannot be had as daily bars "
        "with this key: what is older than the last 100 sessions needs outputsize=full, which is premium; "
        "weekly and monthly bars reach back on any key, see the DAG stock_data_periods."
    )
    assert told in capfd.readouterr().out
    state, tasks = run(**days)
    assert (state, tasks["fetch_stock_data"]) == ("success", "skipped")
    assert len(sandbox.calls()) == 3
    outcomes = warehouse.execute("select outcome, kind, reason from request order by id desc limit 1")
    assert outcomes.fetchall() == [("left out", "OutOfReach", told)]


def test_a_range_out_of_reach_costs_a_free_key_no_call(run, warehouse, sandbox):
    state, _ = run(symbols=["MSFT", "IBM"], **{"from": "2016-01-04", "to": "2020-12-31"})
    assert (state, held(warehouse), asked(sandbox)) == ("success", [], [])


def test_it_takes_the_calls_that_the_daily_bars_leave_and_goes_on_the_next_time(
    run, run_dag, warehouse, sandbox, spend
):
    run_dag("stock_data_pipeline", retry_delay=0)
    assert len(sandbox.calls()) == 4  # of IBM, and the listing
    spend(18)  # leaves 3
    days = {"symbols": ["IBM", "MSFT", "ORCL"], "from": "2026-03-02"}
    state, tasks = run(**days)
    assert (state, tasks["fetch_stock_data[MSFT]"]) == ("success", "success")
    assert sorted(asked(sandbox)[4:]) == [
        ("MSFT", "SPLITS"),
        ("MSFT", "TIME_SERIES_DAILY"),
        ("ORCL", "TIME_SERIES_DAILY"),
    ]
    assert [(symbol, bars) for symbol, bars, _ in held(warehouse)] == [
        ("IBM", 100),
        ("MSFT", 100),
        ("ORCL", 100),
    ]
    warehouse.execute("delete from api_call")
    warehouse.commit()
    state, _ = run(**days)
    assert (state, sorted(asked(sandbox)[7:])) == (
        "success",
        [("MSFT", "DIVIDENDS"), ("ORCL", "DIVIDENDS"), ("ORCL", "SPLITS")],
    )


def test_it_leaves_the_calls_that_the_daily_bars_need(run, warehouse, sandbox, spend):
    spend(22)  # leaves 3, which IBM on the watchlist needs
    state, _ = run(symbols=["MSFT"])
    assert (state, asked(sandbox)) == ("success", [])
    deferred = warehouse.execute("select symbol, outcome, kind, reason from request order by id").fetchone()
    assert deferred == (
        "MSFT",
        "deferred",
        "NoCallLeft",
        "No call is left for it beside those of the daily bars, although no bar of it is held. Run this "
        "again tomorrow, with the same parameters: it goes on where it stopped.",
    )
