"""What a key was refused as premium: remembered, so that no call is spent on it again for a while."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from psycopg import Connection

from airflow_provider_alphavantage.exceptions import PremiumRequired
from include.plan.entitlement import BELIEVED_FOR, RefusedBefore, asked_of, refused, subject_of
from include.warehouse.statements import statement

if TYPE_CHECKING:
    from airflow_provider_alphavantage.answer import Answer
    from airflow_provider_alphavantage.hooks.alphavantage import AlphaVantageHook


@dataclass(frozen=True)
class EntitledApi:
    """The API, but for what the key was refused as premium: that is refused again without a call.

    :param now: the clock by which a refusal is remembered.
    :param force: a person wants it asked, whatever is believed.
    """

    hook: AlphaVantageHook
    connection: Connection[Any]
    now: Callable[[], datetime]
    force: bool = False

    def query(self, function: str, **parameters: str) -> Answer:
        """Ask one function; what it answers is remembered.

        :raises RefusedBefore: it was refused before, that is believed still, and nothing was asked.
        """
        about = asked_of(self.hook, function, parameters) | {"subject": subject_of(parameters)}
        self.connection.execute(statement("fetch/forget_other_plans"), about)
        if not self.force:
            self._refuse(function, parameters)
        self.connection.commit()  # a call may take a minute; no transaction stays open meanwhile
        try:
            answer = self.hook.query(function, **parameters)
        except PremiumRequired:
            self._do("remember_refusal", about | {"now": self.now(), "spans": list(BELIEVED_FOR)})
            raise
        self._do("forget_refusal", about)
        return answer

    def _refuse(self, function: str, parameters: Mapping[str, str]) -> None:
        subject, now = subject_of(parameters), self.now()
        found = refused(self.connection, self.hook, function, parameters, subject=subject, now=now)
        if found:
            self.connection.commit()
            what = (
                f"Premium, the vendor said on {found.refused_at:%Y-%m-%d}; it is not asked for until "
                f"{found.until:%Y-%m-%d %H:%M} UTC."
            )
            raise RefusedBefore(what, function=function, symbol=parameters.get("symbol"))

    def _do(self, name: str, about: Mapping[str, Any]) -> None:
        self.connection.execute(statement(f"fetch/{name}"), about)
        self.connection.commit()
