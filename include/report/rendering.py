"""Templates: every value is text unless a template of ours says otherwise."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from jinja2 import Environment


NOTHING = "\N{EN DASH}"
DECIMALS = 6
"""As many as the warehouse keeps of a price as traded."""


def render(templates: Path, template: str, **values: Any) -> str:
    """Return a page made from a template of a folder."""
    return _environment(templates).get_template(template).render(values)


@cache
def _environment(templates: Path) -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        autoescape=True,
        loader=FileSystemLoader(templates),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(in_address=in_address, time=_time, exact=_exact, rounded=_rounded, in_words=_in_words)
    return made


def in_address(text: str) -> str:
    """Return a text as a part of an address."""
    return quote(text, safe="")


def _time(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else NOTHING


def _exact(value: Decimal | None) -> str:
    """A number with all digits that matter, and at least two decimals."""
    if value is None:
        return NOTHING
    whole, _, decimals = f"{value:f}".partition(".")
    return f"{whole}.{decimals.rstrip('0'):0<2}"


def _rounded(value: Decimal | None) -> str:
    """A price to read: what is as traded stays exact, what is computed ends where the others end."""
    return _exact(None if value is None else round(value, DECIMALS))


def _in_words(row: str) -> str:
    """A JSON object such as ``{"name": "value"}`` as ``name value, name value``."""
    return ", ".join(
        f"{name} {'none' if value is None else value}" for name, value in json.loads(row).items()
    )
