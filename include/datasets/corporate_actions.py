"""Splits and dividends, from which adjusted prices are computed: what is asked, and how a body is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal, cast

from airflow_provider_alphavantage.exceptions import PremiumRequired, UnreadableBody
from airflow_provider_alphavantage.parsing import parse
from airflow_provider_alphavantage.parsing.records import Records
from airflow_provider_alphavantage.responses import read
from include.datasets.base import Body, Dataset
from include.market.exchanges import exchange_of
from include.market.sessions import last_closed_session
from include.settings import DIVIDENDS, SPLITS

KINDS: dict[str, Literal["split", "dividend"]] = {SPLITS: "split", DIVIDENDS: "dividend"}
"""The functions that list actions, and what they list."""


@dataclass(frozen=True)
class CorporateAction:
    """A split (``value``: new shares for an old one) or a dividend (``value``: paid a share, as it was then).

    ``effective_date`` is the first session that trades with it.
    """

    kind: Literal["split", "dividend"]
    effective_date: date
    value: Decimal
    declaration_date: date | None = None
    record_date: date | None = None
    payment_date: date | None = None


@dataclass(frozen=True)
class KnownActions:
    """The splits (new shares for an old one) and dividends (a share) of a symbol, by effective date.

    :param splits_through: the newest session that had closed when its splits were asked for; None: never.
    """

    splits_through: date | None = None
    splits: Mapping[date, Decimal] = field(default_factory=dict)
    dividends: Mapping[date, Decimal] = field(default_factory=dict)


def read_actions(content: bytes, *, symbol: str, function: str) -> list[CorporateAction]:
    """Read a body of SPLITS or DIVIDENDS, newest first; a company that has none gives an empty list.

    Several on one day become one: splits multiply, dividends add up. A row that is listed twice counts once.

    :raises UnreadableBody: it is not such a list, that of another symbol, or a row makes no sense.
    """
    records = parse(read(content, function=function, symbol=symbol), function, "list")
    named = records.meta.get("symbol", symbol)
    if named.upper() != symbol.upper():
        raise UnreadableBody(f"The body is that of {named!r}.", function=function, symbol=symbol)
    by_date: dict[date, CorporateAction] = {}
    try:
        for action in dict.fromkeys(_rows(records, KINDS[function])):
            held = by_date.get(action.effective_date)
            by_date[action.effective_date] = _together(held, action) if held else action
    except (KeyError, TypeError, ValueError) as exc:
        raise UnreadableBody(f"Not a list of actions: {exc}.", function=function, symbol=symbol) from exc
    return list(by_date.values())


def _rows(records: Records, kind: Literal["split", "dividend"]) -> list[CorporateAction]:
    make = cast("Callable[[dict[str, Any]], CorporateAction]", _split if kind == "split" else _dividend)
    actions = [make(row) for row in records.dicts()]
    for action in actions:
        if action.value is None or action.value < 0 or (action.value == 0 and kind == "split"):
            raise ValueError(f"the {kind} of {action.effective_date} is {action.value}")
        if not isinstance(action.effective_date, date):
            raise ValueError(f"a {kind} of {action.value} has no date")
    return actions


def _split(row: dict[str, Any]) -> CorporateAction:
    return CorporateAction("split", row["effective_date"], row["split_factor"])


def _dividend(row: dict[str, Any]) -> CorporateAction:
    dates = (row["declaration_date"], row["record_date"], row["payment_date"])
    return CorporateAction("dividend", row["ex_dividend_date"], row["amount"], *dates)


def _together(one: CorporateAction, other: CorporateAction) -> CorporateAction:
    value = one.value * other.value if one.kind == "split" else one.value + other.value
    dates = (one.declaration_date, one.record_date, one.payment_date)
    return CorporateAction(one.kind, one.effective_date, value, *dates)


def known_through(body: Body) -> date:
    """Return the last session that had closed when a body was fetched: it lists all actions until then.

    :raises UnreadableBody: see :func:`read_actions`.
    """
    read_actions(body.content, symbol=body.subject, function=body.function)
    return last_closed_session(exchange_of(body.subject), body.fetched_at)


CORPORATE_ACTIONS: tuple[Dataset, ...] = tuple(
    Dataset(
        function.lower(),
        function,
        table="corporate_action",
        key=("symbol", "kind", "effective_date"),
        subjects="watchlist",
        day="effective_date",
        covers="whole",
        may_vanish=0.5,
        final="session",
        dispensable=(PremiumRequired,),
        read=known_through,
    )
    for function in KINDS
)
