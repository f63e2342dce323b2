"""What a key was refused as premium, and so what it may ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from psycopg import Connection

from airflow_provider_alphavantage.exceptions import PremiumRequired
from include.plan.budget import Allowance, allowance_of
from include.settings import DAILY
from include.warehouse.statements import statement

if TYPE_CHECKING:
    from airflow_provider_alphavantage.hooks.alphavantage import AlphaVantageHook


REFUSAL_LASTS = timedelta(days=30)
"""After that it is asked for once more: a plan may have been raised at the vendor's."""

FULL = {"outputsize": "full"}


class RefusedBefore(PremiumRequired):
    """The key was refused this as premium a while ago, so it was not asked for."""

    next_step = (
        f"It is asked for again {REFUSAL_LASTS.days} days later, or at once with another key or another plan "
        "of the connection (its extra `plan`)."
    )


def refused_at(
    connection: Connection[Any],
    hook: AlphaVantageHook,
    function: str,
    parameters: Mapping[str, str],
    *,
    now: datetime,
) -> datetime | None:
    """Return when the key was refused this as premium, if that still counts."""
    about = asked_of(hook, function, parameters) | {"since": now - REFUSAL_LASTS}
    row = connection.execute(statement("plan/refused_as_premium"), about).fetchone()
    return row[0] if row else None


def entitled(
    connection: Connection[Any], hook: AlphaVantageHook, *, within: timedelta, now: datetime
) -> Allowance:
    """Return what a key may ask for, by its connection and by what the vendor refused it as premium.

    :param within: count the calls, too, that come free within this span.
    """
    about = {"fingerprint": hook.key_fingerprint, "plan": hook.plan, "since": now - REFUSAL_LASTS}
    refused = frozenset(name for (name,) in connection.execute(statement("plan/refused_functions"), about))
    premium = is_premium(connection, hook, now=now)
    return replace(allowance_of(hook, within=within), premium=premium, refused=refused)


def is_premium(connection: Connection[Any], hook: AlphaVantageHook, *, now: datetime) -> bool:
    """Whether the key may ask for ``full``, by its connection and by what the vendor said of it."""
    denied = refused_at(connection, hook, DAILY, FULL, now=now)
    return hook.plan == "premium" and denied is None


def asked_of(hook: AlphaVantageHook, function: str, parameters: Mapping[str, str]) -> dict[str, Any]:
    """What is refused by itself: a size or an entitlement, or else the function as a whole."""
    chosen = {name: parameters.get(name) for name in ("outputsize", "entitlement")}
    named = [f"{name}={value}" for name, value in chosen.items() if value and value != "compact"]
    return {
        "fingerprint": hook.key_fingerprint,
        "plan": hook.plan,
        "function": function,
        "parameter": ", ".join(named),
    }
