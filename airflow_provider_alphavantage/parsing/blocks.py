"""Bodies whose rows are JSON objects: alone, in one list, or in several lists and objects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow_provider_alphavantage.parsing.tables import Table, from_dicts, meta_of

_META = "Meta Data"


def record(document: Mapping[str, Any], function: str) -> Table:
    """Read one flat object (quote, overview, exchange rate) as one row, whatever its envelope is called.

    Several objects beside each other are a row each, with the envelope as ``block``. An empty envelope
    gives no row. The envelope of a single row is kept in ``meta``: it says when data is delayed.
    """
    envelopes = {k: v for k, v in document.items() if isinstance(v, dict) and k != _META}
    if not envelopes:
        return from_dicts([document] if document else [])
    meta = meta_of(document.get(_META, document))
    filled = {name: block for name, block in envelopes.items() if block}
    if len(envelopes) == 1:
        zone = next((v for b in filled.values() for k, v in meta_of(b).items() if k in _ZONE), "US/Eastern")
        return from_dicts(list(filled.values()), meta={"envelope": next(iter(envelopes))} | meta, zone=zone)
    return from_dicts([{"block": name} | block for name, block in filled.items()], meta=meta)


_ZONE = ("time_zone", "timezone")


def rows(document: Mapping[str, Any], function: str) -> Table:
    """Read the one list of objects in a body; what stands beside it is ``meta``.

    Two or more lists are read one after the other, with the name of the list as ``block``.
    """
    lists = {name: value for name, value in document.items() if isinstance(value, list)}
    if len(lists) > 1:
        return _stacked(document, "block", {name: name for name in lists})
    if document and not lists:
        raise ValueError(f"no list of rows among the keys {sorted(document)[:9]}")
    return from_dicts(_objects(next(iter(lists.values()), [])), meta=meta_of(document))


def reports(document: Mapping[str, Any], function: str) -> Table:
    """Read yearly and quarterly reports as rows; the first column, ``period``, says which they are."""
    lists = [name for name, value in document.items() if isinstance(value, list)]
    periods = {
        name: period for name in lists for period in ("annual", "quarterly") if name.startswith(period)
    }
    return _stacked(document, "period", periods)


def movers(document: Mapping[str, Any], function: str) -> Table:
    """Read several rankings as rows; the first column, ``ranking``, is the name of the list."""
    return _stacked(document, "ranking", {k: k for k, v in document.items() if isinstance(v, list)})


def profile(document: Mapping[str, Any], function: str) -> Table:
    """Read a flat object with lists in it; the first column, ``part``, is ``profile`` or the list's name.

    The first row is the flat part; columns that a part does not have are None in its rows.
    """
    lists = [name for name, value in document.items() if isinstance(value, list)]
    flat = {name: value for name, value in document.items() if name not in lists}
    return _stacked({"profile": [flat] if flat else []} | dict(document), "part", {
        name: name for name in ("profile", *lists)
    }, meta={})  # fmt: skip


def _stacked(
    document: Mapping[str, Any], column: str, names: Mapping[str, str], meta: dict[str, str] | None = None
) -> Table:
    """Stack lists of objects, each row led by what ``names`` calls its list."""
    if document and not names:
        raise ValueError(f"no list of rows among the keys {sorted(document)[:9]}")
    stacked = [{column: name} | row for key, name in names.items() for row in _objects(document[key])]
    return from_dicts(stacked, meta=meta_of(document) if meta is None else meta)


def _objects(value: object) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise ValueError("the rows are no list of objects")
    return value
