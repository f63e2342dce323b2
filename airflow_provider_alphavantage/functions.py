"""Which functions the API has, what they take, and whether a call would be well-formed: before it is spent.

Nothing here goes to the network, and nothing is refused only because it is new: a function the
catalogue does not know is passed on with a warning.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from airflow_provider_alphavantage.catalogue.currencies import CURRENCIES
from airflow_provider_alphavantage.catalogue.economy import ECONOMY
from airflow_provider_alphavantage.catalogue.entries import PAGE, Function, Parameter, Tier
from airflow_provider_alphavantage.catalogue.fundamentals import FUNDAMENTALS
from airflow_provider_alphavantage.catalogue.indicators import INDICATORS
from airflow_provider_alphavantage.catalogue.intelligence import INTELLIGENCE
from airflow_provider_alphavantage.catalogue.options import OPTIONS
from airflow_provider_alphavantage.catalogue.stocks import STOCKS
from airflow_provider_alphavantage.catalogue.values import plain, shown, written
from airflow_provider_alphavantage.exceptions import AlphaVantageError

_ALL = (*STOCKS, *OPTIONS, *INTELLIGENCE, *FUNDAMENTALS, *CURRENCIES, *ECONOMY, *INDICATORS)

CATALOGUE: Mapping[str, Function] = MappingProxyType({function.name: function for function in _ALL})
"""Every known function by its name."""

_KEY = re.compile(r"api[_-]?key\W", re.IGNORECASE)
_WORST_FIRST: tuple[Tier, ...] = ("premium", "unsettled", "free")


class InvalidParameter(AlphaVantageError, ValueError):
    """A parameter the function does not take, or one it needs and was not given."""

    next_step = "Nothing was sent and no call was spent: correct the parameters."


class UnknownFunctionWarning(UserWarning):
    """The catalogue has no function of this name; it is asked nevertheless."""


def find(name: str) -> Function | None:
    """Return what is known of a function, or None."""
    return CATALOGUE.get(name)


def documentation(name: str) -> str:
    """Return the address of a function's documentation, or of the whole page if it is not known.

    The anchors are those that public code quotes or that follow its pattern; none was checked against
    the vendor's page. A wrong one leads to the top of the page.
    """
    function = find(name)
    return function.documentation if function else PAGE


def tier(function: str, parameters: Mapping[str, object] | None = None) -> Tier:
    """Return the plan a call needs: the function's, or more if a value needs it."""
    entry = find(function)
    if entry is None:
        return "unsettled"
    takes, tiers = entry.takes, {entry.tier}
    for name, value in (parameters or {}).items():
        if name in takes and value is not None:
            tiers.add(_tier_of_value(takes[name], plain(value)))
    return next(worst for worst in _WORST_FIRST if worst in tiers)


def check(function: str, parameters: Mapping[str, object]) -> dict[str, Any]:
    """Return the parameters as the API wants them: those that were given, and no other.

    Values come as Python's (``True``, ``date``, ``datetime``, a list) or as the text of a template. None
    is the same as not given.

    :returns: texts; only ``RANGE``, which may be sent twice, is a list where it was given as one.
    :raises InvalidParameter: the API would not take this call, or it holds the API key.
    """
    _refuse_reserved(function, parameters)
    given = {name: value for name, value in parameters.items() if value is not None}
    entry = find(function)
    if entry is None:
        warnings.warn(_unknown(function), UnknownFunctionWarning, stacklevel=2)
        return {name: plain(value) for name, value in given.items()}
    takes = entry.takes
    for name in given:
        if name not in takes:
            raise InvalidParameter(_not_taken(entry, name), function=function)
    if missing := _missing(entry, given):
        raise InvalidParameter(f"Not given: {missing}.", function=function)
    checked = {name: _written(function, takes[name], value) for name, value in given.items()}
    for name in checked:
        _refuse_idle(function, takes[name], checked)
    return checked


def _refuse_reserved(function: str, parameters: Mapping[str, object]) -> None:
    for name, value in parameters.items():
        letters = re.sub(r"[^a-z]", "", name.lower())
        if "apikey" in letters or _KEY.search(str(value)):  # the error repeats neither name nor value
            what = "The API key is no parameter: the key comes from the connection."
            raise InvalidParameter(what, function=function)
        if letters == "function":
            raise InvalidParameter("The name of the function is given by itself.", function=function)


def _unknown(function: str) -> str:
    nearest = _nearest(function, CATALOGUE, 3)
    hint = f" The nearest known: {', '.join(nearest)}." if nearest else ""
    return f"{function!r} is not in the catalogue; it is asked with the parameters as they are.{hint}"


def _not_taken(entry: Function, name: str) -> str:
    if name == "datatype":
        return f"It answers in {entry.formats[0].upper()} only: leave 'datatype' out."
    nearest = _nearest(name, entry.takes)
    hint = f"; did you mean {nearest[0]!r}?" if nearest else "."
    return f"There is no parameter {name!r}{hint} It takes {', '.join(entry.takes) or 'none'}."


def _missing(entry: Function, given: Mapping[str, object]) -> str:
    missing = [p for p in entry.parameters if p.required and p.name not in given]
    if not missing and entry.any_of and not any(name in given for name in entry.any_of):
        return f"at least one of {' and '.join(map(repr, entry.any_of))}"
    return ", ".join(repr(p.name) + ("" if p.kind == "text" else f" ({p.allowed})") for p in missing)


def _written(function: str, parameter: Parameter, value: object) -> str | list[str]:
    try:
        return written(parameter, value)
    except ValueError:
        nearest = _nearest(str(value), parameter.choices)
    hint = f"; did you mean {nearest[0]!r}?" if nearest else "."
    what = f"{parameter.name}={shown(value)} is not {parameter.allowed}{hint}"
    raise InvalidParameter(what, function=function)


def _refuse_idle(function: str, parameter: Parameter, checked: Mapping[str, object]) -> None:
    if parameter.only_with is None:
        return
    other, values = parameter.only_with
    if checked.get(other) not in values:
        what = f"{parameter.name!r} has a meaning only where {other} is one of {', '.join(values)}."
        raise InvalidParameter(what, function=function)


def _tier_of_value(parameter: Parameter, value: str) -> Tier:
    items = value.count(",") + 1
    if value in parameter.premium or items > (parameter.free_items or items):
        return "premium"
    return "unsettled" if value in parameter.unsettled else "free"


def _nearest(name: str, names: Iterable[str], most: int = 1) -> list[str]:
    """Return the names that look like one, whatever the case."""
    known = {known.lower(): known for known in names}
    return [known[match] for match in get_close_matches(name.lower(), known, most)]
