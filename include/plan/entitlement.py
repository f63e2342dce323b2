"""What a key was refused as premium, and so what it may ask for.

One refusal is one answer: of other subjects it is believed once a second subject was refused the same, for an
hour, then a day, then a week. The first success forgets it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from psycopg import Connection

from airflow_provider_alphavantage.exceptions import PremiumRequired
from include.plan.budget import Allowance, allowance_of
from include.settings import DAILY
from include.warehouse.statements import statement

if TYPE_CHECKING:
    from airflow_provider_alphavantage.client import AlphaVantageClient
    from airflow_provider_alphavantage.hooks.alphavantage import AlphaVantageHook

    Asking = AlphaVantageHook | AlphaVantageClient
    """Whose key is meant."""


BELIEVED_FOR = (timedelta(hours=1), timedelta(days=1), timedelta(days=7))
"""How long a refusal is believed: the first, the second after that one's time, and every later one."""

FULL = {"outputsize": "full"}
ANY_SUBJECT = None
"""Where no subject is meant: then only a refusal that two subjects confirm counts."""

_NOT_OF_SUBJECT = frozenset({"outputsize", "entitlement", "datatype"})


class RefusedBefore(PremiumRequired):
    """The key was refused this as premium a while ago, so it was not asked for."""

    next_step = (
        "It is asked for again after that, or at once with `force` (FORCE=1), another key or another plan of "
        "the connection (its extra `plan`)."
    )


@dataclass(frozen=True)
class Belief:
    """A refusal that is believed.

    :param until: until then nothing is asked, by the clock of the run.
    """

    refused_at: datetime
    until: datetime


def refused(
    connection: Connection[Any],
    hook: Asking,
    function: str,
    parameters: Mapping[str, str],
    *,
    subject: str | None = ANY_SUBJECT,
    now: datetime,
) -> Belief | None:
    """Return what is believed of asking this as premium; None if it may be asked.

    :param subject: whom it is asked of: its own refusal counts without a second one.
    """
    about = asked_of(hook, function, parameters) | {"subject": subject, "now": now}
    row = connection.execute(statement("plan/refused_as_premium"), about).fetchone()
    return Belief(*row) if row else None


def entitled(
    connection: Connection[Any],
    hook: AlphaVantageHook,
    *,
    within: timedelta,
    now: datetime,
    force: bool = False,
) -> Allowance:
    """Return what a key may ask for, by its connection and by what the vendor refused it as premium.

    :param within: count the calls, too, that come free within this span.
    :param force: a person wants everything asked for that the plan of the connection includes.
    """
    allowance = allowance_of(hook, within=within)
    if force:
        return allowance
    about = {"fingerprint": hook.key_fingerprint, "plan": hook.plan, "now": now}
    functions = dict(connection.execute(statement("plan/refused_functions"), about).fetchall())
    return replace(allowance, premium=is_premium(connection, hook, now=now), refused=functions)


def is_premium(connection: Connection[Any], hook: AlphaVantageHook, *, now: datetime) -> bool:
    """Whether the key may ask for ``full``, by its connection and by what the vendor said of it."""
    return hook.plan == "premium" and refused(connection, hook, DAILY, FULL, now=now) is None


def asked_of(hook: Asking, function: str, parameters: Mapping[str, str]) -> dict[str, Any]:
    """What is refused by itself: a size or an entitlement, or else the function as a whole."""
    chosen = {name: parameters.get(name) for name in ("outputsize", "entitlement")}
    named = [f"{name}={value}" for name, value in chosen.items() if value and value != "compact"]
    return {
        "fingerprint": hook.key_fingerprint,
        "plan": hook.plan,
        "function": function,
        "parameter": ", ".join(named),
    }


def subject_of(parameters: Mapping[str, str]) -> str:
    """Whom a question is about: a symbol, a pair of currencies; empty where it is about nobody."""
    return ", ".join(value for name, value in parameters.items() if name not in _NOT_OF_SUBJECT)
