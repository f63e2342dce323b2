"""Whether the last closed sessions are held: asked of the warehouse and the calendars, not of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from include.alerts.digest import Findings, Trouble
from include.alerts.ends import LATE
from include.market.instruments import by_exchange
from include.market.sessions import last_closed_session
from include.settings import DAILY_HOUR, RUN_ENDS_WITHIN
from include.warehouse.statements import statement

DAILY_DAG = "stock_data_pipeline"
NO_RUN = "no run"


@dataclass(frozen=True)
class Lacking:
    """A symbol that lacks the session it should hold.

    :param held: the newest session it has.
    :param is_told: why it lacks it is known, and told elsewhere or no trouble: deferred, refused, failed.
    """

    symbol: str
    session: date
    held: date | None
    is_told: bool


def daily_run_due(now: datetime) -> datetime:
    """Return when the newest daily run began that has to be over by ``now`` (an aware datetime)."""
    latest = now.astimezone(UTC) - RUN_ENDS_WITHIN
    at_hour = latest.replace(hour=DAILY_HOUR, minute=0, second=0, microsecond=0)
    return at_hour if at_hour <= latest else at_hour - timedelta(days=1)


def late_of(connection: Connection[Any], symbols: Sequence[str], now: datetime) -> Findings:
    """Return what is late of these symbols, and whether the daily run runs at all.

    A session is due at the end of the first daily run after its close. Where no run was since then, that is
    the one trouble; what each symbol lacks follows from it.
    """
    due = daily_run_due(now)
    lacking = lacking_of(connection, symbols, due)
    missed = _no_run(connection, due, len(lacking), len(symbols))
    late = [_late(found) for found in lacking if not found.is_told]
    without = {found.symbol for found in lacking}

    def recovery(trouble: Trouble) -> str | None:
        if trouble.cause == NO_RUN:
            return f"{DAILY_DAG} runs again."
        held = trouble.cause == LATE and trouble.symbol in symbols and trouble.symbol not in without
        return f"{trouble.symbol}: its session is held now." if held else None

    return Findings([missed] if missed else late, recovery)


def lacking_of(connection: Connection[Any], symbols: Sequence[str], due: datetime) -> list[Lacking]:
    """Return the symbols that lack the last session that had closed at a moment."""
    known, _ = by_exchange(symbols, due)
    sessions = {exchange: last_closed_session(exchange, due) for exchange in known}
    asked = {symbol: sessions[exchange] for exchange, members in known.items() for symbol in members}
    about = {"symbols": list(asked), "sessions": list(asked.values())}
    with connection.cursor(row_factory=class_row(Lacking)) as cursor:
        return cursor.execute(statement("alerts/lacking_of_symbols"), about).fetchall()


def _late(lacking: Lacking) -> Trouble:
    held = f"the newest bar is of {lacking.held}" if lacking.held else "no bar is held"
    return Trouble(
        lacking.symbol,
        LATE,
        f"{lacking.symbol}: the session of {lacking.session} is not held; {held}. The vendor may be late, or "
        "the symbol halted: the next run asks again. Its page says what its last request brought.",
    )


def _no_run(connection: Connection[Any], due: datetime, lacking: int, of: int) -> Trouble | None:
    row = connection.execute(statement("alerts/newest_run_of_dag"), {"dag_id": DAILY_DAG}).fetchone()
    newest = row[0] if row else None
    if newest is None or newest >= due:
        return None
    text = (
        f"No run of {DAILY_DAG} that began at {due:%Y-%m-%d %H:%M} UTC or later has ended; the newest began "
        f"at {newest.astimezone(UTC):%Y-%m-%d %H:%M} UTC. {lacking} of {of} symbols lack their last session. "
        "See that the DAG is not paused, that its run is not stuck and the scheduler runs: `make status`."
    )
    return Trouble("", NO_RUN, text)
