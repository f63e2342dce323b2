"""`make datasets`: what there is, what it costs, and switching it on or off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from airflow_provider_alphavantage.pacing import PLANS
from include.datasets.ready.selection import Selection
from include.datasets.ready.switching import read_wish, switch
from include.local.confirmation import is_agreed, say
from include.local.stack import Stack
from include.plan.shares import selected, share_of
from include.report.datasets import DatasetState, datasets_held
from include.settings import DATASETS_VARIABLE, WATCHLIST_VARIABLE
from include.warehouse.connections import connect_to

DAG_ID = "market_data_extra"


@dataclass(frozen=True)
class Wanted:
    """What a person wants on and off, as it was typed; blanks separate."""

    on: str = ""
    off: str = ""


def show_datasets(running: Stack, wanted: Wanted, console: Console, *, yes: str | None = None) -> int:
    """Print what there is; with something to switch, show what that costs and do it once it is confirmed."""
    api = running.api()
    before, watchlist = api.variable(DATASETS_VARIABLE) or "", api.variable(WATCHLIST_VARIABLE) or ""
    on = [read_wish(each) for each in wanted.on.split()]
    off = [read_wish(each, is_off=True) for each in wanted.off.split()]
    after = switch(before, on=on, off=off) if on or off else before
    chosen = selected(after, watchlist)
    with connect_to(running.warehouse) as connection:
        states = datasets_held(connection, chosen)
    console.print(running.banner, highlight=False, soft_wrap=True)
    console.print(table_of(states))
    say(console, *chosen.refused, *about_cost(states))
    if after == before:
        return int(bool(chosen.refused))
    if not is_agreed(console, "Change it?", yes):
        say(console, "Nothing was changed. To change it, say the same with YES=1.")
        return 0
    api.set_variable(DATASETS_VARIABLE, after)
    api.unpause(DAG_ID)
    say(console, f"Changed: {changes(selected(before, watchlist), chosen)}")
    return 0


def table_of(states: Sequence[DatasetState]) -> Table:
    """Return the datasets as a table."""
    table = Table(box=None, pad_edge=False)
    for name in ("dataset", "what", "key", "on for", "calls a day", "rows", "last fetched", "to decide"):
        table.add_column(name, justify="right" if name in {"on for", "calls a day", "rows"} else "left")
    for one in states:
        table.add_row(
            one.name,
            one.says,
            "premium" if one.is_premium else "any",
            str(one.subjects) if one.subjects else "off",
            f"{one.calls_a_day:.1f}" if one.calls_a_day else "",
            f"{one.rows:,}" if one.rows else "",
            f"{one.fetched_at:%Y-%m-%d %H:%M}" if one.fetched_at else "",
            str(one.waiting) if one.waiting else "",
        )
    return table


def about_cost(states: Sequence[DatasetState]) -> list[str]:
    """Return what all that is switched on costs, and what that means for the bars on a free key."""
    calls = sum(one.calls_a_day for one in states)
    if not calls:
        return ["Nothing is switched on. For example: make datasets ON=overview"]
    lines = [f"What is switched on takes {calls:.1f} calls a day on average."]
    free = PLANS["free"].per_day
    share = share_of(free)
    if calls > share:
        lines.append(
            f"A free key has {free} a day, of which datasets have {share} for themselves and what bars "
            "leave: some will come later than they are due. No session of a bar is lost for them."
        )
    premium = [one.name for one in states if one.is_premium and one.subjects]
    if premium:
        lines.append(f"Only a premium key may ask for {', '.join(premium)}; a free one is not asked to.")
    return lines


def changes(before: Selection, after: Selection) -> str:
    """Return what was switched on and off, in words."""
    was, now = ({one.name for one in chosen.datasets} for chosen in (before, after))
    return (
        f"{len(now - was)} on, {len(was - now)} off. `market_data_extra` brings what is due at 07:00 UTC, or "
        "trigger it in the UI."
    )
