"""Splits and dividends: from the bodies of a run to the tables that adjusted prices are computed from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal, cast

from airflow_provider_alphavantage.exceptions import UnreadableBody
from airflow_provider_alphavantage.parsing import parse
from airflow_provider_alphavantage.parsing.records import Records
from airflow_provider_alphavantage.responses import read
from include.datasets.base import Dataset
from include.market.exchanges import exchange_of
from include.market.sessions import last_closed_session
from include.settings import DIVIDENDS, SPLITS
from include.warehouse.runs import Request

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


def _asked_through(request: Request, content: bytes) -> date:
    """Read a list; return the newest session that had closed when it was asked for."""
    read_actions(content, symbol=request.symbol, function=request.function)
    return last_closed_session(exchange_of(request.symbol), request.answered_at)


def _ask(symbol: str, outputsize: str) -> dict[str, str]:
    return {"symbol": symbol}


SPLITS_OF_SYMBOLS, DIVIDENDS_OF_SYMBOLS = (
    Dataset(
        name,
        function,
        table="corporate_action",
        key=("symbol", "kind", "effective_date"),
        day="effective_date",
        subjects="watchlist",
        ask=_ask,
        read=_asked_through,
    )
    for name, function in (("splits", SPLITS), ("dividends", DIVIDENDS))
)
"""What happened to the shares of each symbol, as published: a list is the whole of them."""
