"""What a simulation has to answer for: every bar, every call, every difference from the truth."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from include.market.sessions import last_closed_session
from include.sandbox.clock import NEW_YORK
from include.sandbox.query import Query

from .world import World

Key = tuple[str, date]
Prices = tuple[Decimal, Decimal, Decimal, Decimal, int]

ANSWERED = {"data", "E16"}
HELD_SINCE = """
select symbol, min(valid_from)
from (
    select symbol, valid_from from stock_data
    union all
    select symbol, valid_from from stock_data_history
) as version
group by symbol
"""
CAUSES = """
select
    case
        when request.function = 'LISTING_STATUS' then 'listing'
        when request.function in ('SPLITS', 'DIVIDENDS') then 'splits and dividends'
        when verdict.new_bars + verdict.changed_bars > 0 then 'bars'
        when exists (
            select from stock_data where symbol = request.symbol and final_from = pipeline_run.clock
        ) then 'a bar became final'
        when not verdict.accepted then 'quarantined'
        else 'no news'
    end as cause,
    request.symbol,
    pipeline_run.clock,
    request.final_through
from request
inner join pipeline_run on pipeline_run.id = request.pipeline_run_id
left join verdict on verdict.pipeline_run_id = pipeline_run.id and verdict.symbol = request.symbol
where request.outcome = 'fetched'
"""
UNFINISHED = """
select before.symbol, before.data_date
from stock_data_history as before
inner join (
    select symbol, data_date, valid_from, final_from from stock_data
    union all
    select symbol, data_date, valid_from, final_from from stock_data_history
) as after using (symbol, data_date)
where before.final_from is not null and after.valid_from >= before.valid_to and after.final_from is null
"""


def truth_of(world: World) -> dict[Key, Prices]:
    """Every closed session's bar of every symbol that is held."""
    names = ("open", "high", "low", "close")
    return {
        (symbol, date.fromisoformat(bar["session"])): (
            *(Decimal(bar[name]) for name in names),
            int(bar["volume"]),
        )
        for (symbol,) in world.rows("select distinct symbol from stock_data")
        for bar in world.sandbox.truth(symbol)["bars"]
    }


def false_bars(world: World) -> list[Key]:
    """The final bars that are not the truth."""
    truth = truth_of(world)
    held = world.rows(
        "select symbol, data_date, open, high, low, close, volume from stock_data where is_final"
    )
    return [(symbol, day) for symbol, day, *prices in held if truth.get((symbol, day)) != tuple(prices)]


def lacking_bars(world: World) -> list[Key]:
    """The sessions closed by now, of symbols still listed, that are not held since their first."""
    held = set(world.rows("select symbol, data_date from stock_data where is_final"))
    first = dict(world.rows("select symbol, min(data_date) from stock_data group by symbol"))
    return [key for key in truth_of(world) if key[1] >= first[key[0]] and key not in held]


def false_actions(world: World) -> list[tuple[Any, ...]]:
    """The splits and dividends that are held and not true, or true and known when asked for and not held."""
    asked = {
        (symbol, kind): moment.astimezone(NEW_YORK).date()
        for symbol, kind, moment in world.rows("select symbol, kind, fetched_at from corporate_action_check")
    }
    held = set(world.rows("select symbol, kind, effective_date, value from corporate_action"))
    true = {
        (symbol, kind, day, value)
        for symbol in {symbol for symbol, _ in asked}
        for kind, day, value, known_from in _true_actions(world, symbol)
        if known_from <= asked[symbol, kind]
    }
    return sorted(held ^ true)


def _true_actions(world: World, symbol: str) -> Iterator[tuple[str, date, Decimal, date]]:
    """Every split and dividend: its day, its value, and the day since which it can be known."""
    truth, read = world.sandbox.truth(symbol), date.fromisoformat
    for row in truth["splits"]:
        day = read(row["effective_date"])
        yield "split", day, Decimal(row["split_factor"]), day
    for row in truth["dividends"]:
        day, declared = row["ex_dividend_date"], row["declaration_date"]
        known_from = read(day if declared == "None" else declared)
        yield "dividend", read(day), Decimal(row["amount"]), known_from


def lacking_splits(world: World) -> list[tuple[Any, ...]]:
    """The splits of today that no list has brought yet."""
    held = set(world.rows("select symbol, effective_date from corporate_action where kind = 'split'"))
    symbols = world.rows("select distinct symbol from stock_data")
    return [
        (symbol, day)
        for (symbol,) in symbols
        for kind, day, _, _ in _true_actions(world, symbol)
        if kind == "split" and (symbol, day) not in held
    ]


def false_listings(world: World) -> set[tuple[str, str]]:
    """The symbols that are listed here or at the vendor only, when the list was asked for last."""
    held = set(world.rows("select status, symbol from listing"))
    true: set[tuple[str, str]] = set()
    for status, moment in world.rows("select status, fetched_at from listing_check"):
        query = Query({"function": "LISTING_STATUS", "state": status.lower()})
        listed = world.sandbox.app.state.desk.source.answer(query, moment).body.decode().splitlines()
        true |= {(status, line.partition(",")[0]) for line in listed[1:]}
    return held ^ true


def unfinished_bars(world: World) -> list[Any]:
    """The final bars that gave way to one that was not final."""
    return world.rows(UNFINISHED)


@dataclass(frozen=True)
class Difference:
    """What a table of the past lacked or said wrongly; ``explained_by`` is a gap, a revision, or nothing."""

    clock: datetime
    symbol: str
    session: date
    explained_by: str | None


def differences(world: World, clocks: Iterable[datetime]) -> Iterator[Difference]:
    """Every difference from the truth at the end of these runs, as the warehouse remembers them."""
    truth, gaps, revisions = truth_of(world), _gaps(world), _revisions(world)
    since = dict(world.rows(HELD_SINCE))
    first_bar = dict(world.rows("select symbol, min(data_date) from stock_data group by symbol"))
    for clock in clocks:
        closed, held = last_closed_session("XNYS", clock), _as_of(world, clock)
        for key, true in truth.items():
            symbol, session = key
            if clock < since[symbol] or not first_bar[symbol] <= session <= closed:
                continue
            if key not in held:
                known = any(
                    start <= clock and (end is None or clock < end) for start, end in gaps.get(key, ())
                )
                yield Difference(clock, *key, "gap" if known else None)
            elif held[key] not in {None, true}:
                known = any(clock < moment for moment in revisions.get(key, ()))
                yield Difference(clock, *key, "revision" if known else None)


def _as_of(world: World, clock: datetime) -> dict[Key, Prices | None]:
    """The bars held at a time; None in place of one that was not final."""
    columns = "symbol, data_date, is_final, open, high, low, close, volume"
    return {
        (symbol, session): tuple(prices) if is_final else None
        for symbol, session, is_final, *prices in world.rows(
            f"select {columns} from stock_data_as_of(%s)", clock
        )
    }


def _gaps(world: World) -> dict[Key, list[tuple[datetime, datetime | None]]]:
    gaps: dict[Key, list[tuple[datetime, datetime | None]]] = {}
    for symbol, day, start, end in world.rows("select symbol, session, valid_from, valid_to from gap"):
        gaps.setdefault((symbol, day), []).append((start, end))
    return gaps


def _revisions(world: World) -> dict[Key, list[datetime]]:
    revised: dict[Key, list[datetime]] = {}
    for symbol, day, moment in world.rows("select symbol, session, revised_at from revision_log"):
        revised.setdefault((symbol, day), []).append(moment)
    return revised


def calls_by_cause(world: World) -> Counter[str]:
    """Every call the sandbox saw, by what it was for or why it brought nothing."""
    calls = world.sandbox.calls()
    causes: Counter[str] = Counter()
    for cause, _, clock, final_through in world.rows(CAUSES):
        is_late = cause == "no news" and final_through < last_closed_session("XNYS", clock)
        causes["not yet published" if is_late else cause] += 1
    causes["lost with a killed task"] = sum(c["outcome"] in ANSWERED for c in calls) - causes.total()
    for call in calls:
        if call["outcome"] not in ANSWERED:
            causes[f"refused: {call['outcome']}"] += 1
    return +causes


def most_in_a_day(world: World) -> int:
    """The most calls of one key in any 24 hours."""
    most = 0
    for key in {call["key"] for call in world.sandbox.calls()}:
        times = [datetime.fromisoformat(c["time"]) for c in world.sandbox.calls() if c["key"] == key]
        # A call is out of the window exactly 24 hours after it was made.
        counts = (at + 1 - bisect_right(times, moment - timedelta(days=1)) for at, moment in enumerate(times))
        most = max(most, *counts)
    return most


def shortest_pause(world: World) -> timedelta:
    """The shortest time between two calls, of whatever key."""
    times = sorted(datetime.fromisoformat(call["time"]) for call in world.sandbox.calls())
    return min(later - earlier for earlier, later in pairwise(times))


def table(counts: Iterable[tuple[str, int]]) -> str:
    return "\n".join(f"{count:7d}  {name}" for name, count in counts)


def rows_of(world: World) -> dict[str, list[Any]]:
    """What two runs of the same day have to agree on."""
    queries = {
        "bars": "select symbol, data_date, open, high, low, close, volume, is_final from stock_data",
        "actions": "select symbol, effective_date, kind, value from corporate_action",
        "gaps": "select symbol, session, cause from gap where valid_to is null",
        "requests": "select symbol, function, outcome from request",
    }
    return {name: sorted(world.rows(query), key=repr) for name, query in queries.items()}
