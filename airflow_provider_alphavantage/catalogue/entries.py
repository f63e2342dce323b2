"""What the catalogue is made of: functions and their parameters, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "integer", "number", "boolean", "choice", "date", "month", "timestamp", "list"]
Tier = Literal["free", "premium", "unsettled"]
Format = Literal["json", "csv"]
Family = Literal[
    "series", "indicator", "list", "record", "profile", "reports", "feed", "transcript", "movers",
    "analytics", "table", "unknown",
]  # fmt: skip

PAGE = "https://www.alphavantage.co/documentation/"

_KINDS: dict[Kind, str] = {
    "text": "a text (in YAML, quote what looks like a number or a boolean)",
    "integer": "an integer",
    "number": "a number above 0",
    "boolean": "true or false",
    "choice": "one of {choices}",
    "date": "a date such as 2024-05-17",
    "month": "a month such as 2024-05",
    "timestamp": "a time such as 20240517T0930",
    "list": "a list of texts, or one text with commas",
}


@dataclass(frozen=True)
class Parameter:
    """One parameter of a function, spelt as the API spells it.

    :param default: what the API takes where it is not given; None where that is not documented.
    :param minimum: the least integer.
    :param maximum: the greatest integer, or the most values of a list.
    :param earliest: the first date or month.
    :param pattern: what a text must look like in full; ``example`` shows it.
    :param repeated: whether it may be sent more than once, given as a list.
    :param only_with: another parameter and its values, without which this one means nothing.
    :param premium: the values for which a premium plan is needed though the function is free.
    :param unsettled: the values of which that is not known.
    :param free_items: how many values of a list a free key may ask for.
    """

    name: str
    kind: Kind = "text"
    required: bool = False
    default: str | None = None
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    earliest: str = ""
    pattern: str = ""
    example: str = ""
    repeated: bool = False
    only_with: tuple[str, tuple[str, ...]] | None = None
    premium: tuple[str, ...] = ()
    unsettled: tuple[str, ...] = ()
    free_items: int | None = None

    @property
    def allowed(self) -> str:
        """What it takes, in words: the end of a sentence."""
        words = _KINDS[self.kind].format(choices=", ".join(self.choices))
        if self.pattern:
            return f"a text such as {self.example}"
        if self.earliest:
            return f"{words}, {self.earliest} or later"
        if self.maximum is not None:
            return words + (f", at most {self.maximum}" if self.minimum is None else self._range)
        return words + self._range

    @property
    def _range(self) -> str:
        if self.minimum is None:
            return ""
        return f" from {self.minimum}" + (" up" if self.maximum is None else f" to {self.maximum}")


@dataclass(frozen=True)
class Function:
    """One function of the API.

    :param tier: the plan it needs; single values may need more, see :class:`Parameter`.
    :param family: the shape of its answer; ``unknown`` where none was recorded or documented.
    :param anchor: its place on the vendor's page; empty where that is not known.
    :param any_of: optional parameters of which one must be given.
    :param may_be_empty: whether it answers ``{}`` where it knows nothing.
    """

    name: str
    parameters: tuple[Parameter, ...]
    tier: Tier
    formats: tuple[Format, ...]
    family: Family
    anchor: str = ""
    any_of: tuple[str, ...] = ()
    may_be_empty: bool = False

    @property
    def takes(self) -> dict[str, Parameter]:
        """Its parameters by name, with ``datatype`` where there is a choice of formats."""
        own = self.parameters + ((DATATYPE,) if len(self.formats) > 1 else ())
        return {parameter.name: parameter for parameter in own}

    @property
    def documentation(self) -> str:
        """The address of its documentation."""
        return f"{PAGE}#{self.anchor}" if self.anchor else PAGE


JSON: tuple[Format, ...] = ("json",)
CSV: tuple[Format, ...] = ("csv",)
BOTH: tuple[Format, ...] = ("json", "csv")
INTRADAY = ("1min", "5min", "15min", "30min", "60min")
CALENDAR = ("daily", "weekly", "monthly")


def text(name: str, pattern: str = "", example: str = "") -> Parameter:
    """A required text."""
    return Parameter(name, required=True, pattern=pattern, example=example)


def one_of(name: str, *choices: str, default: str | None = None) -> Parameter:
    """One of a few values, optional if it has a default."""
    return Parameter(name, "choice", required=default is None, default=default, choices=choices)


def integer(name: str, default: int | None = None, minimum: int = 1, maximum: int | None = None) -> Parameter:
    """An integer, optional if it has a default."""
    written = None if default is None else str(default)
    return Parameter(name, "integer", default is None, written, minimum=minimum, maximum=maximum)


SYMBOL = text("symbol")
SYMBOLS = Parameter("symbol", "list", required=True, maximum=100)  # the rest is dropped without a word
DATATYPE = one_of("datatype", "json", "csv", default="json")
OUTPUTSIZE = one_of("outputsize", "compact", "full", default="compact")
ENTITLEMENT = Parameter(
    "entitlement", "choice", choices=("realtime", "delayed"), premium=("realtime", "delayed")
)
