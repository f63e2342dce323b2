"""Splits and dividends, from which adjusted prices are computed: what is asked, and how a body is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from functools import partial
from math import prod
from typing import TYPE_CHECKING, Any, Literal

from airflow_provider_alphavantage.exceptions import PremiumRequired, UnreadableBody
from airflow_provider_alphavantage.parsing import parse
from airflow_provider_alphavantage.parsing.records import OddRow, exact_decimals
from airflow_provider_alphavantage.responses import read
from include.datasets.action_rules import ONE_KIND, SEEN_SPLIT, USUAL_DIVIDEND, WITHIN_BARS, frame_of_actions
from include.datasets.base import Body, Dataset, Rows, key_rules
from include.datasets.rows import unreadable_rows
from include.datasets.rule import Rule, not_negative, positive, present
from include.market.exchanges import exchange_of
from include.market.sessions import last_closed_session, sessions_before
from include.settings import DIVIDENDS, SPLITS

if TYPE_CHECKING:
    import pyarrow as pa

KINDS: dict[str, Literal["split", "dividend"]] = {SPLITS: "split", DIVIDENDS: "dividend"}
"""The functions that list actions, and what they list."""


_COLUMNS = {
    SPLITS: ("effective_date", "split_factor"),
    DIVIDENDS: ("ex_dividend_date", "amount", "declaration_date", "record_date", "payment_date"),
}
"""The contract: what a body has to have, in the order of the fields of an action."""


@dataclass(frozen=True)
class CorporateAction:
    """A split (``value``: new shares for an old one) or a dividend (``value``: paid a share, as it was then).

    ``effective_date`` is the first session that trades with it. None: the vendor does not say yet.
    """

    kind: Literal["split", "dividend"]
    effective_date: date | None
    value: Decimal | None
    declaration_date: date | None = None
    record_date: date | None = None
    payment_date: date | None = None


@dataclass(frozen=True)
class KnownActions:
    """The splits (new shares for an old one) and dividends (a share) of a symbol, by effective date.

    :param splits_through: the newest session that had closed when its splits were asked for; None: never.
    :param splits_came: its splits came with the run, so each was compared with the prices itself.
    """

    splits_through: date | None = None
    splits: Mapping[date, Decimal] = field(default_factory=dict)
    dividends: Mapping[date, Decimal] = field(default_factory=dict)
    splits_came: bool = False

    def of_kind(self, kind: str) -> Mapping[date, Decimal]:
        """Return its splits or its dividends."""
        return self.splits if kind == "split" else self.dividends


def read_actions(body: Body) -> Rows:
    """Read a body of SPLITS or DIVIDENDS, newest first; a company that has none gives no row.

    What is listed several times with one value is one action, the one with the most dates. Other values of
    one day count together: splits multiply, dividends add up; ``parts`` then has them in words, else it is
    null. An action that is announced without its value gives way to one with it.
    Columns: ``symbol``, those of :class:`CorporateAction`, ``parts``, and ``session_before``, the session
    before its effective date. It speaks through the last session that had closed when it was fetched.

    :raises UnreadableBody: it is not such a list, or that of another symbol.
    """
    odd: list[OddRow] = []
    listed = [_together(group) for group in _by_day(_listed(body, odd)).values()]
    actions = [action for action, _ in listed]
    columns: dict[str, list[Any]] = {
        field.name: [getattr(action, field.name) for action in actions] for field in fields(CorporateAction)
    }
    columns["parts"] = [parts for _, parts in listed]
    columns["symbol"] = [body.subject] * len(actions)
    days = [action.effective_date for action in actions]
    known = sessions_before(exchange_of(body.name), [day for day in days if day])
    before = dict(zip([day for day in days if day], known, strict=True))
    columns["session_before"] = [day and before[day] for day in days]
    through = last_closed_session(exchange_of(body.name), body.fetched_at)
    names = dict(zip(_COLUMNS[body.function], ("effective_date", "value"), strict=False))
    return Rows(_table(columns), through, unreadable=unreadable_rows(odd, "effective_date", names=names))


def _listed(body: Body, odd: list[OddRow]) -> list[CorporateAction]:
    about: Any = {"function": body.function, "symbol": body.name}
    records = parse(read(body.content, **about), body.function, "list", symbol=body.name, odd=odd)
    named = records.meta.get("symbol", body.name)
    if named.upper() != body.name.upper():
        raise UnreadableBody(f"The body is that of {named!r}.", **about)
    wanted = _COLUMNS[body.function]
    if records.columns and (lacking := [name for name in wanted if name not in records.columns]):
        raise UnreadableBody(f"Not a list of actions: it has no column {lacking[0]!r}.", **about)
    rows = ([row[name] for name in wanted] for row in records.dicts())
    return [CorporateAction(KINDS[body.function], *_action(row)) for row in rows]


def _action(row: Sequence[Any]) -> Sequence[Any]:
    day, value, *dates = row
    if not isinstance(day, date | None) or not isinstance(value, Decimal | None):
        raise UnreadableBody(f"Not a list of actions: {value!r} on {day!r}.")
    return day, value, *dates


def _by_day(actions: Iterable[CorporateAction]) -> dict[Any, list[CorporateAction]]:
    """The actions of each day, each value once; one without a day stands alone."""
    found: dict[Any, dict[Decimal | None, CorporateAction]] = {}
    for number, action in enumerate(actions):
        same = found.setdefault(action.effective_date or number, {})
        if action.value not in same or _dates(action) > _dates(same[action.value]):
            same[action.value] = action
    return {day: _with_value(list(same.values())) for day, same in found.items()}


def _with_value(actions: list[CorporateAction]) -> list[CorporateAction]:
    return [action for action in actions if action.value is not None] or actions


def _dates(action: CorporateAction) -> int:
    return sum(day is not None for day in (action.declaration_date, action.record_date, action.payment_date))


def _together(actions: Sequence[CorporateAction]) -> tuple[CorporateAction, str | None]:
    """The actions of a day as one, and its values in words where there are several."""
    first, *others = actions
    if not others or any(action.value is None or action.value <= 0 for action in actions):
        return min(actions, key=lambda action: action.value or Decimal(0)), None
    values = [action.value or Decimal(0) for action in actions]
    if first.kind == "split":
        return replace(first, value=prod(values, start=Decimal(1))), " x ".join(map(str, values))
    return replace(first, value=sum(values, Decimal(0))), " + ".join(map(str, values))


def _table(columns: Mapping[str, Sequence[Any]]) -> pa.Table:
    import pyarrow as pa

    texts = ("symbol", "kind", "parts")
    arrays = {
        name: exact_decimals(name, values)
        if name == "value"
        else pa.array(values, pa.string() if name in texts else pa.date32())
        for name, values in columns.items()
    }
    return pa.table(arrays)


ONE_VALUE = Rule(
    "one_value_a_day",
    "What is listed for one day has one value.",
    "ExpectColumnValuesToBeNull",
    {"column": "parts"},
    severity="warning",
    tells="{parts} are listed and count together",
)


def _scope(function: str, symbol: str) -> Mapping[str, str]:
    return {"symbol": symbol, "kind": KINDS[function]}


_KEY = ("symbol", "kind", "effective_date")

CORPORATE_ACTIONS: tuple[Dataset, ...] = tuple(
    Dataset(
        function.lower(),
        function,
        table="corporate_action",
        key=_KEY,
        subjects="watchlist",
        day="effective_date",
        covers="whole",
        may_vanish=may_vanish,
        scope=partial(_scope, function),
        ahead=True,
        keeps_out="row",
        final="session",
        rules=(*key_rules(_KEY), *rules, ONE_VALUE, ONE_KIND, WITHIN_BARS),
        dispensable=(PremiumRequired,),
        read=read_actions,
        frame=frame_of_actions,
    )
    for function, may_vanish, rules in (
        (SPLITS, 0, (present("value"), positive("value"), SEEN_SPLIT)),
        (DIVIDENDS, 1, (present("value"), not_negative("value"), USUAL_DIVIDEND)),
    )
)
