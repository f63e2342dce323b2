"""What is known of a symbol before it is on the watchlist."""

from __future__ import annotations

import pytest

from include.market.candidates import judge
from include.market.watchlist import read_watchlist
from tests.bars import MORNING_AFTER

pytestmark = pytest.mark.postgres


@pytest.fixture
def listing(warehouse) -> None:
    warehouse.execute("insert into listing_check values ('Active', 'p', '2026-05-16T05:00Z')")
    warehouse.execute(
        "insert into listing (symbol, name, exchange, asset_type, ipo_date, status) values "
        "('NVDA', 'NVIDIA Corp', 'NASDAQ', 'Stock', '1999-01-22', 'Active'), "
        "('META', 'Meta Again Inc', 'NYSE', 'Stock', '2026-05-18', 'Active'), "
        "('AMEH', null, 'NASDAQ', 'Stock', null, 'Active')"
    )


def judged(warehouse, asked: str, watchlist: tuple[str, ...] = ()) -> dict[str, tuple[str, str]]:
    found = judge(warehouse, read_watchlist(asked), watchlist, MORNING_AFTER)
    return {candidate.symbol: (candidate.fate, candidate.says) for candidate in found}


def test_each_symbol_is_told_in_the_order_it_was_asked_for(warehouse, listing):
    found = judged(warehouse, "NVDA,nvdia,IBM,AMEH,TSCO.LON,FOO.XYZ,what?", ("IBM",))
    assert list(found) == ["NVDA", "NVDIA", "IBM", "AMEH", "TSCO.LON", "FOO.XYZ", "WHAT?"]
    assert {symbol: fate for symbol, (fate, _) in found.items()} == {
        "NVDA": "new",
        "NVDIA": "doubtful",
        "IBM": "there",
        "AMEH": "new",
        "TSCO.LON": "new",
        "FOO.XYZ": "impossible",
        "WHAT?": "impossible",
    }
    assert found["NVDA"][1] == "NVIDIA Corp, NASDAQ, since 1999-01-22."
    assert found["AMEH"][1] == "NASDAQ."
    assert found["NVDIA"][1] == (
        "It is not among the US symbols listed on 2026-05-16. Did you mean NVDA (NVIDIA Corp, NASDAQ)?"
    )
    assert "the suffix .XYZ" in found["FOO.XYZ"][1]
    assert "XLON" in found["TSCO.LON"][1]


def test_before_there_is_a_listing_nobody_can_tell(warehouse):
    assert judged(warehouse, "NVDIA") == {
        "NVDIA": ("new", "The listing was not asked for yet: the first run tells whether the symbol exists.")
    }


def test_what_is_held_already_and_is_not_listed_any_more_is_told(warehouse, listing, loading, batch):
    loading(batch("OLD"))
    assert judged(warehouse, "OLD") == {
        "OLD": (
            "new",
            "It is no longer listed, by the listing of 2026-05-16. Its bars until 2026-05-15 are held.",
        )
    }


def test_a_ticker_that_is_used_again_is_in_doubt_and_the_way_out_is_told(warehouse, listing, loading, batch):
    loading(batch("META"))
    fate, says = judged(warehouse, "META")["META"]
    assert fate == "doubtful"
    assert "`make rename OLD=META NEW=META-2026`" in says
