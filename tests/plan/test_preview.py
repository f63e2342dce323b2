"""The next run without running it: what it says is what the run does, and nothing is left behind."""

from __future__ import annotations

from datetime import date

import pytest

from include.exceptions import BadParameter
from include.market.instruments import register
from include.plan.budget import Allowance
from include.plan.preview import preview
from include.plan.start import start
from include.warehouse.origins import claim_origin
from include.warehouse.runs import RunRequest

pytestmark = pytest.mark.postgres
NOW = "2026-05-16T06:00Z"
FRIDAY = date(2026, 5, 15)
FOUR = Allowance(4, 25, False)


@pytest.fixture
def held(warehouse, loading, batch) -> None:
    """All bars of MSFT until Friday, and a listing that has IBM, MSFT and NVDA."""
    claim_origin(warehouse, "sandbox")
    loading(batch("MSFT"))
    register(warehouse, ["MSFT"], through=FRIDAY)
    for kind in ("split", "dividend"):
        warehouse.execute(
            "insert into corporate_action_check (symbol, kind, asked_through, fetched_at, path) "
            "values ('MSFT', %s, %s, %s, 'p')",
            (kind, FRIDAY, NOW),
        )
    warehouse.execute("insert into listing_check values ('Active', 'p', %s)", (NOW,))
    warehouse.execute(
        "insert into listing (symbol, name, exchange, asset_type, status) values "
        "('IBM', 'Big Blue', 'NYSE', 'Stock', 'Active'), ('MSFT', 'Softly', 'NASDAQ', 'Stock', 'Active'), "
        "('NVDA', 'Nvidia', 'NASDAQ', 'Stock', 'Active')"
    )
    warehouse.commit()


def run_of(symbols: str, now: str | None = NOW, *, force: bool = False) -> RunRequest:
    return RunRequest("d", "r", symbols, now, force)


def rows(warehouse) -> dict[str, int]:
    tables = warehouse.execute(
        "select table_name from information_schema.tables where table_schema = 'public' "
        "and table_type = 'BASE TABLE'"
    ).fetchall()
    return {name: warehouse.execute(f"select count(*) from {name}").fetchone()[0] for (name,) in tables}


def test_every_request_is_told_with_its_reason_and_who_is_left_alone(warehouse, held):
    previewed = preview(warehouse, run_of("IBM,MSFT,NVDIA,FOO.XYZ,no?symbol,NVDA"), allowance=FOUR)
    assert previewed.outlook == [
        "A run at 2026-05-16 06:00 UTC (simulated) would bring:",
        "6 symbols: 4 requests now, 2 deferred.",
        "It costs 4 calls. Left of 25 in any 24 hours: 4 now.",
        "Everything that is due is there by 2026-05-17, with a run every day.",
        "   new  IBM: 3 calls: first bars on 2026-05-16, splits on 2026-05-16, dividends on 2026-05-16",
        "   new  NVDA: 3 calls: first bars on 2026-05-16, splits on 2026-05-17, dividends on 2026-05-17",
    ]
    assert previewed.requests[:6] == [
        "   ask  IBM TIME_SERIES_DAILY compact: no bar of it is held",
        "   ask  NVDA TIME_SERIES_DAILY compact: no bar of it is held",
        "   ask  IBM SPLITS: its splits were not asked for yet",
        "   ask  IBM DIVIDENDS: its dividends were not asked for yet",
        " later  NVDA SPLITS: its splits were not asked for yet; its turn comes on 2026-05-17",
        " later  NVDA DIVIDENDS: its dividends were not asked for yet; its turn comes on 2026-05-17",
    ]
    starts = (
        " leave  FOO.XYZ: 'FOO.XYZ' is refused: no supported exchange has the suffix .XYZ",
        " leave  NO?SYMBOL: 'NO?SYMBOL' cannot be a symbol",
        " leave  NVDIA: It is not among the US symbols listed on 2026-05-16",
        "  held  MSFT: up to the last closed session",
    )
    for line, begin in zip(previewed.requests[6:], starts, strict=True):
        assert line.startswith(begin)


def test_nothing_is_written(warehouse, held):
    before = rows(warehouse)
    preview(warehouse, run_of("IBM,MSFT,NVDIA"), allowance=FOUR)
    warehouse.commit()
    assert rows(warehouse) == before


def test_the_run_asks_what_was_told(warehouse, held):
    told = preview(warehouse, run_of("IBM,MSFT,NVDA", force=True), allowance=FOUR)
    groups = start(warehouse, run_of("IBM,MSFT,NVDA", force=True), allowance=lambda run: FOUR)
    made = {f"{asked.symbol} {asked.function}: {asked.reason}" for group in groups for asked in group}
    asked = {line[8:].replace(" compact", "") for line in told.requests if line.startswith("   ask")}
    assert asked == made
    assert "MSFT TIME_SERIES_DAILY: a person asked for it" in made


def test_an_empty_list_and_the_clock_of_real_data_are_refused(warehouse):
    with pytest.raises(BadParameter, match="The watchlist is empty"):
        preview(warehouse, run_of(" , ", now=None), allowance=FOUR)
    with pytest.raises(BadParameter, match="sets the clock of a simulation"):
        preview(warehouse, run_of("IBM"), allowance=FOUR)
