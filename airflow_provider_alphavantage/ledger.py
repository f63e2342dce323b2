"""The ledger of calls in PostgreSQL: one budget for every task, process and host of a key."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from airflow_provider_alphavantage.exceptions import BudgetSpent, LedgerUnavailable
from airflow_provider_alphavantage.pacing import PATIENCE, Budget, Call, Reservation

SCHEMA = Path(__file__).parent / "sql" / "api_call.sql"
"""The table ``api_call`` and its function, as SQL that may be run again and again."""

_RESERVE = """
    select call_id, possible_at, extract(epoch from wait)::float8
    from reserve_api_calls(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_SPENT = """
    select count(*) from api_call
    where fingerprint = %s and reserved_at > coalesce(%s, clock_timestamp()) + %s - interval '24 hours'
"""
_SETTLE = """
    update api_call
    set function = ended.function, symbol = ended.symbol, outcome = ended.outcome, bytes = ended.bytes,
        duration_ms = ended.duration_ms
    from unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::int[], %s::int[])
        as ended (id, function, symbol, outcome, bytes, duration_ms)
    where api_call.id = ended.id
"""
_RELEASE = "delete from api_call where id = any(%s::bigint[]) and outcome is null"
_PAUSE = """
    insert into api_pause values (%s, coalesce(%s, clock_timestamp()) + %s)
    on conflict (fingerprint) do update set until = greatest(api_pause.until, excluded.until)
"""


@dataclass(frozen=True)
class Ended:
    """How a reserved call ended; see :meth:`.pacing.Limiter.settle`."""

    id: int
    function: str
    symbol: str | None
    outcome: str
    size: int | None
    seconds: float

    @classmethod
    def of(cls, reservation: Reservation, outcome: str, size: int | None, seconds: float) -> list[Ended]:
        """Return how the call of a reservation ended; nothing of one that no ledger has given."""
        call = reservation.call
        if reservation.id is None or call is None:
            return []
        return [cls(reservation.id, call.function, call.symbol, outcome, size, seconds)]

    @property
    def row(self) -> tuple[Any, ...]:
        """The columns of the table."""
        return (self.id, self.function, self.symbol, self.outcome, self.size, round(self.seconds * 1000))


class PostgresLedger:
    """Reserves each call in the table ``api_call`` before it is made.

    :param connect: opens a database connection (psycopg 2 or 3); one is opened for each statement, so a
        database that was restarted does no harm.
    :param now: the clock; None for the database's own.
    :param keeps: one connection is kept for all statements, until :meth:`close`, and opened anew where it is
        broken. For one thread at a time.
    """

    def __init__(
        self, connect: Callable[[], Any], now: Callable[[], datetime] | None = None, *, keeps: bool = False
    ) -> None:
        self._connect = connect
        self._now = now
        self._keeps = keeps
        self._kept: Any = None

    @classmethod
    def of_connection(
        cls, conn_id: str, sleep: Callable[[float], None] = time.sleep, *, keeps: bool = False
    ) -> PostgresLedger:
        """Return the ledger in the database of an Airflow connection (needs the extra ``[postgres]``).

        :param sleep: how to wait between two look-ups of a connection that is not found, in seconds.
        :param keeps: see the class.
        :raises ConnectionNotFound: Airflow did not find the connection, although it was asked for 15 s.
        :raises LedgerUnavailable: the extra is not installed.
        """
        from airflow_provider_alphavantage.lookup import look_up

        try:
            from airflow.providers.postgres.hooks.postgres import PostgresHook
        except ImportError as exc:
            raise LedgerUnavailable("The ledger needs airflow-provider-alphavantage[postgres].") from exc
        hook = PostgresHook(postgres_conn_id=conn_id)
        look_up(hook.get_connection, conn_id, sleep)
        return cls(hook.get_conn, keeps=keeps)

    def create(self) -> None:
        """Create the table and its function where they are not there yet."""
        self._execute(SCHEMA.read_text(encoding="utf-8"))

    def reserve(self, call: Call, budget: Budget) -> Reservation:
        """Reserve a call; a crash after this counts as a call.

        :raises BudgetSpent: no call is left within :data:`~airflow_provider_alphavantage.pacing.PATIENCE`.
        :raises LedgerUnavailable: the database does not answer, or has no ledger.
        """
        return self.reserve_several(1, call, budget)[0]

    def reserve_several(self, most: int, call: Call, budget: Budget) -> list[Reservation]:
        """Reserve as many calls as have a turn soon enough, up to ``most``, each in its turn.

        :param call: the first; the others stand under its name until they are settled.
        :raises BudgetSpent: not one is left within :data:`~airflow_provider_alphavantage.pacing.PATIENCE`.
        :raises LedgerUnavailable: the database does not answer, or has no ledger.
        """
        about = (most, call.fingerprint, call.host_group, call.function, call.symbol)
        limits = (timedelta(seconds=budget.spacing), budget.per_minute, budget.per_day, PATIENCE)
        rows = self._execute(_RESERVE, (*about, *limits, self._clock()))
        if rows[0][0] is None:
            raise BudgetSpent(rows[0][1], function=call.function, symbol=call.symbol)
        return [Reservation(float(wait), call_id, call) for call_id, _, wait in rows]

    def left(self, key: str, budget: Budget, within: timedelta) -> int | None:
        """Return how many calls of its day a key has left; see :class:`~.pacing.Limiter`.

        :raises LedgerUnavailable: the database does not answer, or has no ledger.
        """
        if budget.per_day is None:
            return None
        return max(budget.per_day - int(self._execute(_SPENT, (key, self._clock(), within))[0][0]), 0)

    def settle(self, reservation: Reservation, outcome: str, size: int | None, seconds: float) -> None:
        """Note how a call ended."""
        self.settle_several(Ended.of(reservation, outcome, size, seconds))

    def settle_several(self, ended: Sequence[Ended]) -> None:
        """Note how calls ended, and what they were."""
        if ended:
            columns = zip(*(one.row for one in ended), strict=True)
            self._execute(_SETTLE, tuple(map(list, columns)))

    def release(self, unused: Sequence[int]) -> None:
        """Give back calls that were reserved and not made."""
        if unused:
            self._execute(_RELEASE, (list(unused),))

    def pause(self, call: Call, seconds: float) -> None:
        """Give no turn to the key of a call for so long, to nobody; see :class:`~.pacing.Limiter`."""
        self._execute(_PAUSE, (call.fingerprint, self._clock(), timedelta(seconds=seconds)))

    def close(self) -> None:
        """Close the connection that is kept."""
        kept, self._kept = self._kept, None
        if kept is not None:
            kept.close()

    def _clock(self) -> datetime | None:
        return self._now() if self._now else None

    def _execute(self, statement: str, values: tuple[Any, ...] | None = None) -> list[Any]:
        """Run one statement in a transaction of its own; return its rows."""
        was_kept = self._kept is not None
        try:
            return self._run(statement, values)
        except Exception as exc:
            if type(exc).__module__.partition(".")[0] not in {"psycopg", "psycopg2"}:
                raise
            failure = " ".join(str(exc).split())
        if was_kept:  # it may have been broken for long
            return self._execute(statement, values)
        raise LedgerUnavailable(f"The ledger of calls cannot be used: {failure}.")

    def _run(self, statement: str, values: tuple[Any, ...] | None) -> list[Any]:
        with self._connection() as connection, closing(connection.cursor()) as cursor:
            cursor.execute(statement, values)
            rows = cursor.fetchall() if cursor.description else []
            connection.commit()
            return list(rows)

    @contextmanager
    def _connection(self) -> Generator[Any]:
        if not self._keeps:
            with closing(self._connect()) as connection:
                yield connection
            return
        if self._kept is None:
            self._kept = self._connect()
        try:
            yield self._kept
        except BaseException:
            self.close()
            raise
