"""What a key was refused as premium: remembered, so that no call is spent on it again for a while."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from psycopg import Connection

from airflow_provider_alphavantage.exceptions import PremiumRequired
from include.plan.entitlement import RefusedBefore, asked_of, refused_at
from include.warehouse.statements import statement

if TYPE_CHECKING:
    from airflow_provider_alphavantage.answer import Answer
    from airflow_provider_alphavantage.hooks.alphavantage import AlphaVantageHook


@dataclass(frozen=True)
class EntitledApi:
    """The API, but for what the key was refused as premium: that is refused again without a call.

    :param now: the clock by which a refusal is remembered.
    """

    hook: AlphaVantageHook
    connection: Connection[Any]
    now: Callable[[], datetime]

    def query(self, function: str, **parameters: str) -> Answer:
        """Ask one function.

        :raises RefusedBefore: it was refused before, and nothing was asked.
        """
        about = asked_of(self.hook, function, parameters)
        self.connection.execute(statement("fetch/forget_other_plans"), about)
        since = refused_at(self.connection, self.hook, function, parameters, now=self.now())
        self.connection.commit()  # a call may take a minute; no transaction stays open meanwhile
        if since:
            told = f"Premium, the vendor said on {since:%Y-%m-%d}; it was not asked for."
            raise RefusedBefore(told, function=function, symbol=parameters.get("symbol"))
        try:
            return self.hook.query(function, **parameters)
        except PremiumRequired:
            self.connection.execute(statement("fetch/remember_refusal"), about | {"now": self.now()})
            self.connection.commit()
            raise
