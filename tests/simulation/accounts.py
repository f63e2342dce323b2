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
