"""Reading a connection's extras by name: as values, or as an error that says what is wrong with which."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from airflow_provider_alphavantage.exceptions import InvalidConnection


def is_empty(given: object) -> bool:
    """Tell whether an extra counts as not set: a form stores an empty field as one of these."""
    return given is None or given == "" or given == {}


def wrong(name: str, given: object, expected: str) -> InvalidConnection:
    """Return the error of an extra that has to be something else."""
    return InvalidConnection(f"The connection's {name} is {given!r}; it has to be {expected}.")


def whole(extra: Mapping[str, Any], name: str, usual: int | None) -> int | None:
    """Read a whole number above zero.

    :raises InvalidConnection: it is something else.
    """
    given = extra.get(name)
    if is_empty(given):
        return usual
    if not re.fullmatch(r"0*[1-9]\d{0,8}", str(given), re.ASCII):
        raise wrong(name, given, "a whole number above zero")
    return int(str(given))


def seconds(extra: Mapping[str, Any], name: str, usual: float, below: float) -> float:
    """Read a number of seconds.

    :raises InvalidConnection: it is not between zero and ``below``.
    """
    given = extra.get(name)
    if is_empty(given):
        return usual
    try:
        number = float(str(given))
    except ValueError:
        number = 0.0
    if not 0 < number < below:
        raise wrong(name, given, f"a number above zero and below {below:g}")
    return number


def flag(extra: Mapping[str, Any], name: str, usual: bool) -> bool:
    """Read a yes or no; in a connection given as a URI it is a text.

    :raises InvalidConnection: it is something else.
    """
    given = extra.get(name)
    if is_empty(given):
        return usual
    if str(given).lower() not in {"true", "false"}:
        raise wrong(name, given, "true or false")
    return str(given).lower() == "true"
