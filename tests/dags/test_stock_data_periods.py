"""Weekly and monthly bars on a free key: whole, once, and on the calls that the daily bars leave."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import partial
from itertools import groupby

import pytest

from airflow_provider_alphavantage.pacing import fingerprint

from .conftest import KEY

pytestmark = [pytest.mark.airflow, pytest.mark.postgres]


@pytest.fixture
def run(run_dag):
    """Run the DAG with these parameters; return the state of the run and of each task by label."""
    return partial(run_dag, "stock_data_periods", retry_delay=0)


def weeks(bars: list[dict]) -> list[tuple]:
    """Monday, last session, open, high, low, close and volume of each week, oldest first."""
    days = [(date.fromisoformat(bar["session"]), bar) for bar in bars]
    found = []
    for (year, week, _), group in groupby(days, key=lambda pair: (*pair[0].isocalendar()[:2], 1)):
        held = [bar for _, bar in group]
        highs, lows = ([Decimal(bar[name]) for bar in held] for name in ("high", "low"))
        prices = (Decimal(held[0]["open"]), max(highs), min(lows), Decimal(held[-1]["close"]))
        volume = sum(int(bar["volume"]) for bar in held)
        found.append((date.fromisocalendar(year, week, 1), held[-1]["session"], *prices, volume))
    return found


def test_all_weeks_and_months_come_in_one_call_each_and_once(run, warehouse, sandbox):
    state, tasks = run(symbols=["MSFT"])
    assert (state, tasks["fetch[msft_weekly]"], tasks["fetch[msft_monthly]"]) == ("success",) * 3
    held = warehouse.execute(
        "select week, timestamp::text, open, high, low, close, volume from stock_data_weekly "
        "where symbol = 'MSFT' order by week"
    ).fetchall()
    assert held == weeks(sandbox.truth("MSFT")["bars"])
    assert len(held) > 1_300
    last = warehouse.execute(
        "select max(month)::text, max(timestamp)::text from stock_data_monthly"
    ).fetchone()
    assert last == ("2026-04-01", "2026-04-30")
    state, tasks = run(symbols=["MSFT"])
    assert (state, tasks["fetch"], len(sandbox.calls())) == ("success", "skipped", 2)


def test_what_no_call_is_left_for_waits_and_comes_the_next_time(run, warehouse, sandbox):
    warehouse.execute(
        "insert into api_call (fingerprint, host_group, function, reserved_at) "
        "select %s, 'default', 'SPLITS', clock_timestamp() - interval '1 hour' from generate_series(1, 20)",
        (fingerprint(KEY),),
    )
    warehouse.commit()
    asked = {"symbols": ["MSFT", "AAPL"], "periods": ["weekly"]}
    state, _ = run(**asked)  # five calls are left, and IBM on the watchlist needs four
    assert (state, [call["symbol"] for call in sandbox.calls()]) == ("success", ["MSFT"])
    warehouse.execute("delete from api_call")
    warehouse.commit()
    state, _ = run(**asked)
    assert (state, [call["symbol"] for call in sandbox.calls()]) == ("success", ["MSFT", "AAPL"])
    held = warehouse.execute(
        "select symbol, max(week)::text from stock_data_weekly group by symbol order by 1"
    )
    assert held.fetchall() == [("AAPL", "2026-05-11"), ("MSFT", "2026-05-11")]


def test_a_value_that_the_vendor_revises_is_kept(run, warehouse, sandbox):
    correction = {"session": "2026-05-13", "volume": 7, "until": "2026-05-20T00:00:00Z"}
    sandbox.add_fault("correction", symbol="MSFT", **correction)
    run(symbols=["MSFT"], periods=["weekly"])
    sandbox.clear_faults()
    run_again = run(symbols=["MSFT"], periods=["weekly"], force=True)
    assert run_again[0] == "success"
    before = warehouse.execute("select dataset, key ->> 'week', before from dataset_history").fetchall()
    assert [(name, week, sorted(values)) for name, week, values in before] == [
        ("msft_weekly", "2026-05-11", ["volume"])
    ]


def test_a_symbol_that_cannot_be_asked_for_fails_the_run_and_stops_no_other(run, warehouse, sandbox):
    state, tasks = run(symbols="MSFT FRA:IQQE", periods=["weekly"])
    assert (state, tasks["fetch[msft_weekly]"], tasks["load"]) == ("failed", "success", "success")
    assert [call["symbol"] for call in sandbox.calls()] == ["MSFT"]
    held = warehouse.execute("select distinct symbol from stock_data_weekly").fetchall()
    assert held == [("MSFT",)]
    (message,) = warehouse.execute("select message from pipeline_run").fetchone()
    assert message.startswith("FRA:IQQE: 'FRA:IQQE' is refused: ")
    assert "Write IQQE.FRK instead." in message
