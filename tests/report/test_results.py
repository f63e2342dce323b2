"""What a person reads."""

from __future__ import annotations

from datetime import date

import pytest

from include.report.results import SymbolResult, problems
from include.report.summary import headline, run_summary, table


def result(symbol: str, **facts) -> SymbolResult:
    nothing = dict.fromkeys(SymbolResult.__dataclass_fields__)
    plain = {"warnings": 0, "discarded_bars": 0, "reasons": [], "failures": [], "deferred_requests": 0}
    return SymbolResult(**nothing | plain | {"symbol": symbol} | facts)


LOADED = {
    "outcome": "fetched",
    "accepted": True,
    "bars": 100,
    "refused_bars": 0,
    "new_bars": 1,
    "changed_bars": 2,
    "unchanged_bars": 97,
    "first_session": date(2025, 12, 22),
    "last_session": date(2026, 5, 15),
}
RESULTS = [
    result("IBM", **LOADED),
    result("MSFT", **LOADED | {"warnings": 1, "reasons": ["MSFT 2026-05-13: usual_volume."]}),
    result("KO", **LOADED | {"warnings": 2, "discarded_bars": 1, "bars": 101}),
    result("XYZZY", outcome="failed", reason="Invalid API call. Check the symbol."),
    result("AAPL", outcome="deferred", reason="spent"),
    result("BAD", outcome="fetched", accepted=False, bars=100, refused_bars=2, reasons=["a.", "b."]),
    result("LOST"),
    result("STUCK", outcome="reused", accepted=True, bars=100),
]


def test_every_symbol_has_a_verdict_in_a_word():
    assert [r.verdict for r in RESULTS] == [
        "loaded",
        "loaded, 1 warning",
        "loaded, 1 discarded, 2 warnings",
        "failed",
        "deferred",
        "refused",
        "not asked",
        "not loaded",
    ]


def test_problems_name_symbol_cause_and_next_step_and_deferral_is_none():
    assert problems(RESULTS) == [
        "XYZZY: Invalid API call. Check the symbol.",
        "BAD: 2 of 100 bars refused, none loaded. a. b. Release or discard them: `make quarantine`, or the "
        "DAG quarantine. The other symbols are not affected.",
        "LOST: no outcome was recorded. Clear the task fetch_stock_data and run it again.",
        "STUCK: fetched, but not loaded. See the logs of validate_data and load_stock_data.",
    ]


def test_the_headline_counts():
    assert headline(RESULTS) == (
        "3 of 8 symbols loaded; 3 bars new; 6 changed; 291 unchanged; deferred until the budget returns: AAPL"
    )


def test_what_became_of_splits_and_dividends_is_told_beside_the_bars():
    failed = result("IBM", **LOADED | {"failures": ["SPLITS IBM: the body is cut short."]})
    waiting = result("MSFT", **LOADED | {"deferred_requests": 2})
    assert problems([failed, waiting]) == ["IBM: SPLITS IBM: the body is cut short."]
    assert headline([failed, waiting]).endswith("194 unchanged; 2 requests for splits and dividends deferred")


def test_the_table_has_a_line_for_each_symbol():
    lines = table(RESULTS).splitlines()
    (ibm,) = [line for line in lines if "IBM" in line]
    cells = [cell.strip() for cell in ibm.strip("│┃").split("│")]
    assert cells == ["IBM", "100", "1", "2", "97", "2025-12-22", "2026-05-15", "loaded"]
    assert sum(any(r.symbol in line for r in RESULTS) for line in lines) == len(RESULTS)


def test_a_quota_that_is_spent_before_anything_was_loaded_is_told():
    spent = [result("AAPL", outcome="deferred", kind="DailyQuotaSpent", reason="25 requests per day.")]
    (told,) = problems(spent)
    assert told.startswith("Nothing was loaded: the API says that the day's quota is spent")
    assert "test the connection alphavantage_default" in told
    assert problems([*spent, result("IBM", **LOADED)]) == []
    assert problems([result("AAPL", outcome="deferred", kind="BudgetSpent", reason="x")]) == []


@pytest.mark.postgres
def test_the_summary_of_a_run_says_whose_data_it_is(warehouse, warehouse_url, started):
    from include.warehouse.origins import claim_origin

    claim_origin(warehouse, "sandbox")
    started("IBM", run_id="r")
    summary = run_summary(warehouse_url, "r")
    assert "sandbox (SIMULATED prices)" in summary
    assert "problem  IBM: no outcome was recorded." in summary
