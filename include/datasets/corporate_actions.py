"""Splits and dividends, from which adjusted prices are computed: what is asked, and how a body is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, cast

from airflow_provider_alphavantage.exceptions import PremiumRequired, UnreadableBody
from airflow_provider_alphavantage.parsing import parse
from airflow_provider_alphavantage.parsing.records import Records
from airflow_provider_alphavantage.responses import read
from include.datasets.base import Body, Dataset, Rows
from include.market.exchanges import exchange_of
from include.market.sessions import last_closed_session, sessions_before
from include.settings import DIVIDENDS, SPLITS

if TYPE_CHECKING:
    import pyarrow as pa

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


def read_actions(body: Body) -> Rows:
    """Read a body of SPLITS or DIVIDENDS, newest first; a company that has none gives no row.

    Several on one day become one: splits multiply, dividends add up. A row that is listed twice counts once.
    Columns: ``symbol``, those of :class:`CorporateAction`, the value as exact text, and ``session_before``,
    the session before its effective date. It speaks through the last session that had closed when it was
    fetched.

    :raises UnreadableBody: it is not such a list, that of another symbol, or a row makes no sense.
    """
    actions = actions_of(body)
    exchange = exchange_of(body.name)
    columns: dict[str, list[Any]] = {
        field.name: [getattr(action, field.name) for action in actions] for field in fields(CorporateAction)
    }
    columns["value"] = list(map(str, columns["value"]))
    columns["symbol"] = [body.subject] * len(actions)
    columns["session_before"] = sessions_before(exchange, columns["effective_date"])
    return Rows(_table(columns), last_closed_session(exchange, body.fetched_at))


def actions_of(body: Body) -> list[CorporateAction]:
    """Read the actions a body lists: see :func:`read_actions`."""
    about: Any = {"function": body.function, "symbol": body.name}
    records = parse(read(body.content, **about), body.function, "list")
    named = records.meta.get("symbol", body.name)
    if named.upper() != body.name.upper():
        raise UnreadableBody(f"The body is that of {named!r}.", **about)
    by_date: dict[date, CorporateAction] = {}
    try:
        for action in dict.fromkeys(_actions(records, KINDS[body.function])):
            held = by_date.get(action.effective_date)
            by_date[action.effective_date] = _together(held, action) if held else action
    except (KeyError, TypeError, ValueError) as exc:
        raise UnreadableBody(f"Not a list of actions: {exc}.", **about) from exc
    return list(by_date.values())


def _table(columns: Mapping[str, Sequence[Any]]) -> pa.Table:
    import pyarrow as pa

    texts = {"symbol", "kind", "value"}
    schema = pa.schema([(name, pa.string() if name in texts else pa.date32()) for name in columns])
    return pa.table(dict(columns), schema=schema)


def _actions(records: Records, kind: Literal["split", "dividend"]) -> list[CorporateAction]:
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
        read=read_actions,
    )
    for function in KINDS
)
