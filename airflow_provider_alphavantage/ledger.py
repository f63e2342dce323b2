"""The ledger of calls in PostgreSQL: one budget for every task, process and host of a key."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from airflow_provider_alphavantage.exceptions import BudgetSpent, LedgerUnavailable
from airflow_provider_alphavantage.pacing import PATIENCE, Budget, Call, Reservation

SCHEMA = Path(__file__).parent / "sql" / "api_call.sql"
"""The table ``api_call`` and its function, as SQL that may be run again and again."""

_RESERVE = """
    select call_id, possible_at, extract(epoch from wait)::float8
    from reserve_api_call(%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_SPENT = """
    select count(*) from api_call
    where fingerprint = %s and reserved_at > coalesce(%s, clock_timestamp()) + %s - interval '24 hours'
"""
_SETTLE = "update api_call set outcome = %s, bytes = %s, duration_ms = %s where id = %s"


class PostgresLedger:
    """Reserves each call in the table ``api_call`` before it is made.

    :param connect: opens a database connection (psycopg 2 or 3); one is opened for each statement, so a
        database that was restarted does no harm.
    :param now: the clock; None for the database's own.
    """

    def __init__(self, connect: Callable[[], Any], now: Callable[[], datetime] | None = None) -> None:
        self._connect = connect
        self._now = now

    @classmethod
    def of_connection(cls, conn_id: str, sleep: Callable[[float], None] = time.sleep) -> PostgresLedger:
        """Return the ledger in the database of an Airflow connection (needs the extra ``[postgres]``).

        :param sleep: how to wait between two look-ups of a connection that is not found, in seconds.
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
        return cls(hook.get_conn)

    def create(self) -> None:
        """Create the table and its function where they are not there yet."""
        self._execute(SCHEMA.read_text(encoding="utf-8"))

    def reserve(self, call: Call, budget: Budget) -> Reservation:
        """Reserve a call; a crash after this counts as a call.

        :raises BudgetSpent: no call is left within :data:`~airflow_provider_alphavantage.pacing.PATIENCE`.
        :raises LedgerUnavailable: the database does not answer, or has no ledger.
        """
        about = (call.fingerprint, call.host_group, call.function, call.symbol)
        limits = (timedelta(seconds=budget.spacing), budget.per_minute, budget.per_day, PATIENCE)
        now = self._now() if self._now else None
        call_id, possible_at, wait = self._execute(_RESERVE, (*about, *limits, now))
        if call_id is None:
            raise BudgetSpent(possible_at, function=call.function, symbol=call.symbol)
        return Reservation(float(wait), call_id)

    def left(self, key: str, budget: Budget, within: timedelta) -> int | None:
        """Return how many calls of its day a key has left; see :class:`~.pacing.Limiter`.

        :raises LedgerUnavailable: the database does not answer, or has no ledger.
        """
        if budget.per_day is None:
            return None
        now = self._now() if self._now else None
        return max(budget.per_day - int(self._execute(_SPENT, (key, now, within))[0]), 0)

    def settle(self, reservation: Reservation, outcome: str, size: int | None, seconds: float) -> None:
        """Note how a call ended."""
        self._execute(_SETTLE, (outcome, size, round(seconds * 1000), reservation.id))

    def _execute(self, statement: str, values: tuple[Any, ...] | None = None) -> Any:
        """Run one statement in a transaction of its own; return its first row if it has one."""
        failure = None
        try:
            with closing(self._connect()) as connection, closing(connection.cursor()) as cursor:
                cursor.execute(statement, values)
                row = cursor.fetchone() if cursor.description else None
                connection.commit()
                return row
        except Exception as exc:
            if type(exc).__module__.partition(".")[0] not in {"psycopg", "psycopg2"}:
                raise
            failure = " ".join(str(exc).split())
        raise LedgerUnavailable(f"The ledger of calls cannot be used: {failure}.")
