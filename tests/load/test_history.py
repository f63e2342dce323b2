"""What was replaced is kept, and the table can be asked how it stood at any moment."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tests.bars import SESSIONS, StockBar

pytestmark = pytest.mark.postgres
MONDAY = datetime(2026, 5, 18, 6, tzinfo=UTC)
WEDNESDAY = date(2026, 5, 13)


@pytest.fixture
def loading(loading):
    """Load bars at a moment, in a run of their own."""
    return lambda bars, now: loading(bars, now.isoformat(), now)


def closes_as_of(warehouse, moment: datetime) -> list[tuple]:
    return warehouse.execute(
        "select close, is_final from stock_data_as_of(%s) where symbol = 'IBM' and data_date = %s",
        (moment, WEDNESDAY),
    ).fetchall()


def test_a_revision_is_kept_with_its_validity_and_the_run_that_made_it(warehouse, loading, batch):
    loading(batch("IBM"), MONDAY)
    loading(batch("IBM", close=Decimal("219.31"), volume=6_154_451), MONDAY + timedelta(days=2))
    kept = warehouse.execute(
        "select data_date, close, valid_from, valid_to, provisional, r.run_id from stock_data_history "
        "join pipeline_run as r on r.id = replaced_by"
    ).fetchall()
    replaced = MONDAY + timedelta(days=2)
    assert kept == [(WEDNESDAY, Decimal("219.300000"), MONDAY, replaced, False, replaced.isoformat())]
    log = warehouse.execute(
        "select symbol, session, column_name, before, after, revised_at, relative_size from revision_log "
        "order by column_name"
    ).fetchall()
    assert log == [
        ("IBM", WEDNESDAY, "close", Decimal("219.3"), Decimal("219.31"), replaced, Decimal("0.00004560")),
        ("IBM", WEDNESDAY, "volume", 6154450, 6154451, replaced, Decimal("0.00000016")),
    ]


def test_the_table_answers_as_of_any_moment(warehouse, loading, batch):
    second, third = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
    loading(batch("IBM"), MONDAY)
    loading(batch("IBM", close=Decimal("219.31")), second)
    loading(batch("IBM"), third)
    instant = timedelta(microseconds=1)
    assert closes_as_of(warehouse, MONDAY - instant) == []
    assert closes_as_of(warehouse, MONDAY) == [(Decimal("219.300000"), True)]
    assert closes_as_of(warehouse, second - instant) == [(Decimal("219.300000"), True)]
    assert closes_as_of(warehouse, second) == [(Decimal("219.310000"), True)]
    assert closes_as_of(warehouse, third) == [(Decimal("219.300000"), True)]
    assert warehouse.execute("select count(*) from revision_log").fetchone() == (2,)


def test_a_provisional_value_is_kept_marked_and_is_no_revision(warehouse, loading, batch):
    loading(batch("IBM", close=Decimal("219.5"), is_final=False), MONDAY)
    loading(batch("IBM"), MONDAY + timedelta(days=1))
    assert warehouse.execute("select close, provisional from stock_data_history").fetchall() == [
        (Decimal("219.500000"), True)
    ]
    assert warehouse.execute("select count(*) from revision_log").fetchone() == (0,)
    assert closes_as_of(warehouse, MONDAY) == [(Decimal("219.500000"), False)]


def test_becoming_final_leaves_the_validity_and_is_answered_too(warehouse, loading, batch):
    tuesday = MONDAY + timedelta(days=1)
    loading(batch("IBM", is_final=False), MONDAY)
    loading(batch("IBM"), tuesday)
    held = warehouse.execute(
        "select valid_from, final_from from stock_data where data_date = %s", (WEDNESDAY,)
    )
    assert held.fetchall() == [(MONDAY, tuesday)]
    assert warehouse.execute("select count(*) from stock_data_history").fetchone() == (0,)
    assert closes_as_of(warehouse, MONDAY) == [(Decimal("219.300000"), False)]
    assert closes_as_of(warehouse, tuesday) == [(Decimal("219.300000"), True)]


def test_a_clock_that_goes_back_does_no_harm(warehouse, loading, batch):
    loading(batch("IBM"), MONDAY)
    loading(batch("IBM", close=Decimal("219.31")), MONDAY - timedelta(days=1))
    assert closes_as_of(warehouse, MONDAY) == [(Decimal("219.310000"), True)]


def test_thirty_days_of_corrections_as_of_every_day(warehouse, loading):
    """For every day and symbol the answer is what had been loaded by then."""
    draw = random.Random(20260515)
    published: dict[tuple[str, date], StockBar] = {}
    stood: list[tuple[datetime, dict]] = []
    for day in range(30):
        now = MONDAY + timedelta(days=day)
        for symbol in ("AAPL", "IBM", "BRK-B"):
            for session in SESSIONS[: 5 + day]:
                held = published.get((symbol, session))
                if held is None or draw.random() < 0.05 or not held.is_final:
                    published[symbol, session] = bar(symbol, session, draw, now, draw.random() < 0.9)
        batch = [b for b in published.values() if draw.random() < 0.8]
        loading(batch, now)
        before = dict(stood[-1][1]) if stood else {}
        stood.append((now, before | {(b.symbol, b.data_date): seen(b, before) for b in batch}))
    for now, expected in stood:
        for moment in (now, now + timedelta(hours=23)):
            rows = warehouse.execute(
                "select symbol, data_date, open, high, low, close, volume, is_final "
                "from stock_data_as_of(%s)",
                (moment,),
            ).fetchall()
            assert {row[:2]: row[2:] for row in rows} == expected
            assert len(rows) == len(expected)


def bar(symbol: str, session: date, draw: random.Random, now: datetime, final: bool) -> StockBar:
    low = Decimal(draw.randrange(100_000, 120_000)) / 1000
    prices = [low + Decimal(draw.randrange(0, 5_000)) / 1000 for _ in range(2)]
    high = max(prices) + Decimal("0.01")
    return StockBar(symbol, session, prices[0], high, low, prices[1], draw.randrange(10**7), final, now)


def seen(b: StockBar, before: dict) -> tuple:
    """What the table says after loading a bar: a final one gives way to a final one alone."""
    held = before.get((b.symbol, b.data_date))
    if held is not None and held[5] and not b.is_final:
        return held
    return (b.open, b.high, b.low, b.close, b.volume, b.is_final)
