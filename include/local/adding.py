"""`make add`: what new symbols would cost and bring, and then onto the watchlist with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from include.local import planning
from include.local.confirmation import is_agreed, say
from include.local.settings import SettingsError
from include.local.stack import Stack
from include.local.symbol_file import SymbolFile, read_symbol_file
from include.market.candidates import Candidate, judge
from include.market.watchlist import Watchlist, read_symbols, text_of
from include.settings import WATCHLIST_VARIABLE
from include.warehouse.connections import connect_to

TITLES = {"new": "add", "there": "there", "doubtful": "doubt", "impossible": "no"}


@dataclass(frozen=True)
class Named:
    """The symbols that somebody names, and a sentence on what was left out of their file, if anything was."""

    watchlist: Watchlist
    left_out: str | None = None


def read(symbols: str | None, file: str | None) -> Named:
    """Return the symbols named on the command line, in a file, or both.

    :raises SettingsError: there is none, or the file cannot be read.
    """
    listed = read_symbol_file(Path(file)) if file else SymbolFile([])
    watchlist = read_symbols([*read_symbols(symbols or "").names, *listed.names])
    if not watchlist.names:
        left_out = f" {listed.left_out}" if listed.left_out else ""
        raise SettingsError(
            "Name the symbols: make add SYMBOLS=NVDA,AMD, or a file with one a line or under the heading "
            f"Symbol: FILE=path.{left_out}"
        )
    return Named(watchlist, listed.left_out)


def add(running: Stack, named: Named, console: Console, *, yes: str | None = None) -> int:
    """Show what would be added, what it costs and by when it brings what; add it once that is confirmed.

    Return 0 unless something that was asked for cannot be added, or is in doubt.
    """
    held = read_symbols(running.api().variable(WATCHLIST_VARIABLE) or "").symbols
    with connect_to(running.warehouse) as connection:
        found = judge(connection, named.watchlist, held, planning.clock_of(running))
    force = running.settings.force
    left_out = [named.left_out] if named.left_out else []
    say(console, running.banner, *left_out, *map(_line, found), *_about_doubts(found, force))
    chosen = [one.symbol for one in found if one.fate == "new" or (one.fate == "doubtful" and force)]
    lacks = int(any(one.fate != "there" and one.symbol not in chosen for one in found))
    if not chosen:
        say(console, "There is nothing to add.")
        return lacks
    say(console, *planning.preview(running, [*held, *chosen]).outlook)
    if not is_agreed(console, f"Add {_names(chosen)}?", yes):
        say(console, f"Nothing was added. To add {_names(chosen)}, say the same with YES=1.")
        return 0
    say(console, f"Added {_names(chosen)}: {_put(running, chosen)} symbols are on the watchlist.")
    say(console, *_what_next(chosen, running.settings.symbols))
    return lacks


def _line(candidate: Candidate) -> str:
    return f"{TITLES[candidate.fate]:>6}  {candidate.symbol}: {candidate.says}"


def _about_doubts(found: Sequence[Candidate], force: bool) -> list[str]:
    if not any(candidate.fate == "doubtful" for candidate in found):
        return []
    if force:
        return ["What is in doubt is added, and asked for only by a run that has FORCE=1, too."]
    return ["What is in doubt is added only with FORCE=1."]


def _what_next(chosen: Sequence[str], listed: Sequence[str] | None) -> list[str]:
    lines = ["`make run` brings what is new, or the next daily run at 06:00 UTC."]
    if listed and not set(chosen) <= set(listed):
        lines.append(
            "But `make run` goes by STOCK_SYMBOLS, in your shell or in .env: take it out, or add them there."
        )
    return lines


def _put(running: Stack, chosen: Sequence[str]) -> int:
    """Add to the list as it is now: somebody may have changed it meanwhile."""
    api = running.api()
    listed = read_symbols(api.variable(WATCHLIST_VARIABLE) or "").names
    listed += [symbol for symbol in chosen if symbol not in listed]
    api.set_variable(WATCHLIST_VARIABLE, text_of(listed))
    return len(listed)


def _names(symbols: Sequence[str], most: int = 10) -> str:
    more = f" and {len(symbols) - most} more" if len(symbols) > most else ""
    return ", ".join(symbols[:most]) + more
