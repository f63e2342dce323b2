"""From the vendor's labels to plain column names: one name for one thing, in JSON and in CSV."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from airflow_provider_alphavantage.responses import REPEATED

_NUMBERING = re.compile(r"^\d+(\.\d+)?[a-z]?[.:]\s*", re.ASCII)  # "5. ", "5.1: ", "1a. "
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_OTHER = re.compile(r"[^0-9a-z]+")

_ALIASES = {
    "latest_day": "latest_trading_day",
    "diluted_epsttm": "diluted_eps_ttm",
    "chaikin_a_d": "chaikin_ad",
}
"""Names the vendor spells in two ways (CSV and JSON), or that no rule splits well."""


@lru_cache(maxsize=4096)
def column_name(label: str) -> str:
    """Return the plain name of a label: ``5. adjusted close`` and ``adjustedClose`` are one.

    A label is cut from its number, put in lower case with underscores, and looked up among the few
    aliases.
    """
    bare = _NUMBERING.sub("", label.partition(REPEATED)[0].strip())
    name = _OTHER.sub("_", _HUMPS.sub("_", bare).lower()).strip("_")
    return _ALIASES.get(name, name)


def column_names(labels: Iterable[str]) -> tuple[str, ...]:
    """Return the plain names of a header.

    :raises ValueError: a name is empty or occurs twice: a value could land under the wrong one.
    """
    names = tuple(map(column_name, labels))
    if not all(names):
        raise ValueError("a column has no name")
    twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    if twice:
        raise ValueError(f"two columns are named {twice[0]!r}")
    return names
