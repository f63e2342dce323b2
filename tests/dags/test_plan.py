"""The DAG that only plans: no call, no row, and the calls that are left by the ledger."""

from __future__ import annotations

import pytest
from airflow.sdk.exceptions import ParamValidationError

from airflow_provider_alphavantage.pacing import fingerprint

from .conftest import KEY

pytestmark = [pytest.mark.airflow, pytest.mark.postgres]


def test_the_plan_is_printed_and_nothing_is_asked_or_written(run_dag, warehouse, sandbox, capfd):
    warehouse.execute(
        "insert into api_call (fingerprint, host_group, function, reserved_at) "
        "select %s, 'default', 'SPLITS', clock_timestamp() - interval '30 minutes' * n "
        "from generate_series(1, 23) as n",
        (fingerprint(KEY),),
    )
    warehouse.commit()
    assert run_dag("plan", symbols=["IBM", "MSFT"]) == ("success", {"plan": "success"})
    printed = capfd.readouterr().out
    assert "It costs 2 calls. Left of 25 in any 24 hours: 2 now." in printed
    assert "   ask  IBM TIME_SERIES_DAILY compact: no bar of it is held" in printed
    assert (
        " later  MSFT DIVIDENDS: its dividends were not asked for yet; its turn comes on 2026-05-17"
        in printed
    )
    assert KEY not in printed
    assert sandbox.calls() == []
    for table in ("pipeline_run", "request", "instrument", "exchange_session"):
        assert warehouse.execute(f"select count(*) from {table}").fetchone() == (0,)


def test_without_symbols_it_plans_for_the_watchlist_and_a_bad_clock_fails_at_once(run_dag, capfd):
    assert run_dag("plan")[0] == "success"
    assert "1 symbol: 4 requests now, 0 deferred." in capfd.readouterr().out
    try:
        state, _ = run_dag("plan", now="2026-05-16T06:00")
    except ParamValidationError:  # Airflow itself reads times where rfc3339-validator happens to be installed
        state = "failed"
    assert state == "failed"


def test_symbols_may_be_a_text_as_well_and_a_bad_one_stops_no_other(run_dag, capfd):
    assert run_dag("plan", symbols="ibm;BRK.B ^GSPC")[0] == "success"
    printed = capfd.readouterr().out
    assert "3 symbols: 7 requests now, 0 deferred." in printed
    assert "   ask  BRK-B TIME_SERIES_DAILY compact: no bar of it is held" in printed
    assert " leave  ^GSPC: '^GSPC' is refused: an index has no daily bars here." in printed


def test_the_watchlist_may_be_a_json_list(run_dag, capfd, monkeypatch):
    monkeypatch.setenv("AIRFLOW_VAR_STOCK_SYMBOLS", '["IBM", "MSFT"]')
    assert run_dag("plan")[0] == "success"
    assert "2 symbols: 7 requests now, 0 deferred." in capfd.readouterr().out
