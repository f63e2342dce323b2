"""A run in words, for people: a table, a headline, and all that is to be known of it."""

from __future__ import annotations

import io
from collections.abc import Sequence

from include.fetch.outage import ApiUnreachable
from include.plan.summary import counted
from include.report.results import SymbolResult, are_datasets, problems, results_of


def headline(results: Sequence[SymbolResult]) -> str:
    """Return the run in one line."""
    if not results:
        return "nothing was due"
    loaded = [result for result in results if result.loaded]
    what, noun = _nouns(results)
    unreachable = [result.symbol for result in results if result.kind == ApiUnreachable.__name__]
    deferred = [
        result.symbol
        for result in results
        if result.outcome == "deferred" and result.symbol not in unreachable
    ]
    parts = [
        f"{len(loaded)} of {counted(len(results), what)} loaded",
        f"{sum(result.new_bars or 0 for result in loaded)} {noun} new",
        f"{sum(result.changed_bars or 0 for result in loaded)} changed",
        f"{sum(result.unchanged_bars or 0 for result in loaded)} unchanged",
    ]
    complete = [result for result in results if result.outcome == "complete"]
    if complete:
        parts.insert(1, f"{len(complete)} complete already")
    left_out = [result.symbol for result in results if result.outcome == "left out"]
    if left_out:
        parts.append(f"left out: {', '.join(left_out)}")
    if deferred:
        parts.append(f"deferred until the budget returns: {', '.join(deferred)}")
    if unreachable:
        parts.append(f"not asked, as the API did not answer: {', '.join(unreachable)}")
    waiting = sum(result.deferred_requests for result in results)
    if waiting:
        parts.append(f"{counted(waiting, 'request')} for splits and dividends deferred")
    return "; ".join(parts)


def table(results: Sequence[SymbolResult], title: str | None = None, width: int = 100) -> str:
    """Return the table by symbol as text."""
    from rich.console import Console
    from rich.table import Table

    columns = (*_nouns(results), "new", "changed", "unchanged", "first session", "last session", "verdict")
    drawn = Table(*columns, title=title, title_justify="left")
    for column in drawn.columns[1:5]:
        column.justify = "right"
    for result in results:
        cells = (
            result.symbol,
            result.bars,
            result.new_bars,
            result.changed_bars,
            result.unchanged_bars,
            result.first_session,
            result.last_session,
            result.verdict,
        )
        drawn.add_row(*("-" if cell is None else str(cell) for cell in cells))
    page = io.StringIO()
    Console(file=page, width=width, markup=False).print(drawn)
    return page.getvalue()


def run_summary(dsn: str, run_id: str, dag_id: str = "stock_data_pipeline") -> str:
    """Return all a person wants to know of one run: table, headline, warnings, notes, gaps and problems.

    :param dsn: the warehouse, as a PostgreSQL URL.
    :raises LookupError: the run was never started.
    """
    from include.market.lifecycle import notes_of
    from include.report.gaps import gaps_of
    from include.warehouse.connections import connect_to
    from include.warehouse.origins import origin_of
    from include.warehouse.runs import find_run

    with connect_to(dsn) as connection:
        run = find_run(connection, dag_id, run_id)
        results = results_of(connection, run)
        missing = gaps_of(connection, run)
        learnt = notes_of(connection, run)
        origin = origin_of(connection) or "none yet"
    notes = {"sandbox": " (SIMULATED prices)", "replay": " (REPLAYED recordings)"}
    lines = [table(results, f"Origin of the data: {origin}{notes.get(origin, '')}"), headline(results) + "."]
    lines += [
        f"warning  {reason}"
        for result in results
        if result.loaded or result.outcome == "complete"
        for reason in _first(result.reasons)
    ]
    lines += [f"note     {note}" for note in learnt]
    lines += [f"missing  {gap}" for gap in missing]
    lines += [f"problem  {problem}" for problem in problems(results)]
    return "\n".join(lines)


def _nouns(results: Sequence[SymbolResult]) -> tuple[str, str]:
    """What a run is about, and what each of them is made of."""
    return ("dataset", "rows") if are_datasets(results) else ("symbol", "bars")


def _first(reasons: Sequence[str], most: int = 5) -> list[str]:
    more = [f"... and {len(reasons) - most} more like these"] if len(reasons) > most else []
    return [*reasons[:most], *more]
