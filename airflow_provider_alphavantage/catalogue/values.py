"""From Python's values to the text the API wants. Whatever is not such a value is a ValueError."""

from __future__ import annotations

import operator
import re
import reprlib
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

from airflow_provider_alphavantage.catalogue.entries import Kind, Parameter


def written(parameter: Parameter, value: object) -> str | list[str]:
    """Return the value of a parameter as the API wants it.

    :returns: text; a list of texts for a parameter that is sent more than once.
    :raises ValueError: the parameter does not take this value.
    """
    if not parameter.repeated or not isinstance(value, list | tuple):
        return _one(parameter, value)
    if not 1 <= len(value) <= (parameter.maximum or len(value)):
        raise ValueError
    return [_one(parameter, item) for item in value]


def plain(value: object) -> str:
    """Return any value as text, by its type alone: for a function nobody has described yet."""
    match value:
        case bool():
            return _boolean(value)
        case datetime():
            return _timestamp(value)
        case date():
            return value.isoformat()
        case list() | tuple():
            return ",".join(plain(item) for item in value)
    return str(value)


def shown(value: object) -> str:
    """Return a value for an error: short, and of a container no more than what it is."""
    if isinstance(value, str | int | float | Decimal | date):
        return reprlib.repr(value)
    return f"({type(value).__name__})"


def _one(parameter: Parameter, value: object) -> str:
    form = _FORMS[parameter.kind](value)
    if parameter.choices and form not in parameter.choices:
        raise ValueError
    if parameter.pattern and not re.fullmatch(parameter.pattern, form, re.ASCII):
        raise ValueError
    if form < parameter.earliest:  # both are ISO: they sort as text
        raise ValueError
    if parameter.kind in {"integer", "list"}:
        _within(parameter, int(form) if parameter.kind == "integer" else form.count(",") + 1)
    return form


def _within(parameter: Parameter, size: int) -> None:
    least = size if parameter.minimum is None else parameter.minimum
    most = size if parameter.maximum is None else parameter.maximum
    if not least <= size <= most:
        raise ValueError


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    return value.strip()


def _text_or_time(value: object) -> str:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else _text(value)


def _integer(value: object) -> str:
    if isinstance(value, bool):
        raise ValueError
    if isinstance(value, str):
        return str(int(value))
    try:
        return str(operator.index(value))  # type: ignore[arg-type]
    except TypeError:
        raise ValueError from None


def _number(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise ValueError
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise ValueError from None
    if not number.is_finite() or number <= 0:
        raise ValueError
    return format(number, "f")


def _boolean(value: object) -> str:
    form = str(value).strip().lower() if isinstance(value, bool | str) else ""
    if form not in {"true", "false"}:
        raise ValueError
    return form


def _date(value: object) -> str:
    if isinstance(value, date):
        return value.strftime("%Y-%m-%d")  # of a datetime, too
    form = _shaped(value, r"\d{4}-\d\d-\d\d")
    return date.fromisoformat(form).isoformat()


def _month(value: object) -> str:
    if isinstance(value, date):
        return value.strftime("%Y-%m")
    form = _shaped(value, r"\d{4}-\d\d")
    return date.fromisoformat(f"{form}-01").isoformat()[:7]


def _timestamp(value: object) -> str:
    if isinstance(value, datetime) and value.tzinfo:
        value = value.astimezone(UTC)
    if isinstance(value, date):
        return value.strftime("%Y%m%dT%H%M")
    form = _shaped(value, r"\d{8}T\d{4}")
    datetime.fromisoformat(form)
    return form


def _shaped(value: object, pattern: str) -> str:
    form = _text(value)
    if not re.fullmatch(pattern, form, re.ASCII):
        raise ValueError
    return form


def _list(value: object) -> str:
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, list | tuple) or not items:
        raise ValueError
    return ",".join(_text(item) for item in items)


_FORMS: dict[Kind, Callable[[object], str]] = {
    "text": _text_or_time,
    "choice": _text,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "month": _month,
    "timestamp": _timestamp,
    "list": _list,
}
