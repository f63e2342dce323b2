"""Responses that are well-formed and wrong: events of the story, with what a person does about each.

Where nobody does anything, the next response has to set it right.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from include.market.listing import LISTING_LASTS

from .person import decide, waiting

if TYPE_CHECKING:
    from .story import Event, Story

DAILY = "TIME_SERIES_DAILY"


def a_row_comes_twice(story: Story) -> Event:
    _odd_bar(story, 4, "repeated_row")
    yield


def a_volume_has_a_fraction(story: Story) -> Event:
    _odd_bar(story, 0, "fractional_volume")
    yield


def a_volume_is_grouped(story: Story) -> Event:
    """Such as 1,234: its symbol stays out until the next response."""
    _odd_bar(story, 2, "grouped_volume")
    yield


def two_rows_of_a_session_come(story: Story) -> Event:
    """The person knows which of them is right."""
    world, symbol = story.world, story.symbols[1]
    _odd_bar(story, 1, "duplicate_session")
    yield
    while not (rows := waiting(world, symbol)):
        yield
    closes = {bar["session"]: Decimal(bar["close"]) for bar in world.sandbox.truth(symbol)["bars"]}
    (right,) = [row.id for row in rows if Decimal(row.bar["close"]) == closes[str(row.data_date)]]
    decide(world, "choose", right, why="As the exchange has it.")


def a_stale_node_answers(story: Story) -> Event:
    """It has the newest session that is held as it was at noon, and none after it."""
    world, symbol = story.world, story.symbols[4]
    ((held,),) = world.rows("select max(data_date) from stock_data where symbol = %s and is_final", symbol)
    noon = f"{held}T17:00:00Z"
    world.sandbox.add_fault("stale", symbol=symbol, function=DAILY, as_of=noon, times=1)
    yield


def a_list_of_splits_comes_empty(story: Story) -> Event:
    """When it is asked for as a bar opens after a split: the split before that one is held."""
    bar = "select from stock_data where symbol = 'SPLITCO' and data_date = %s"
    while not story.world.rows(bar, story.day(0.3)):
        yield
    story.world.sandbox.add_fault("cut_list", symbol="SPLITCO", function="SPLITS", keep=0, times=1)
    yield


def a_list_of_dividends_comes_short(story: Story) -> Event:
    """As if the hundred sessions after which it is asked for were over. The person sets it aside."""
    world, symbol = story.world, story.symbols[0]
    over = "update corporate_action_check set asked_through = asked_through - 200 "
    which = "where symbol = %s and kind = 'dividend' returning symbol"
    while not world.rows(over + which, symbol):
        yield
    paid = len(world.sandbox.truth(symbol)["dividends"])
    world.sandbox.add_fault("cut_list", symbol=symbol, function="DIVIDENDS", keep=paid // 2, times=1)
    yield
    while not (rows := waiting(world, f"{symbol.lower()}_dividends")):
        yield
    decide(world, "discard", *(row.id for row in rows), why="They were paid.")


def the_listing_is_cut(story: Story) -> Event:
    """On the day when it is due again. The person sets it aside."""
    world = story.world
    due = "select from listing_check where status = 'Active' and fetched_at <= %s"
    while not world.rows(due, world.time.now() - LISTING_LASTS):
        yield
    ((listed,),) = world.rows("select count(*) from listing where status = 'Active'")
    world.sandbox.add_fault(
        "cut_list", symbol="none", function="LISTING_STATUS", keep=listed * 2 // 3, times=1
    )
    yield
    while not (rows := waiting(world, "active_listing_status")):
        yield
    decide(world, "discard", *(row.id for row in rows), why="They trade.")


def _odd_bar(story: Story, place: int, rule: str) -> None:
    story.world.sandbox.add_fault("bad_bar", symbol=story.symbols[place], function=DAILY, rule=rule, times=1)
