"""Bodies with rows inside rows: news with its tickers, and the analytics of several symbols."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from airflow_provider_alphavantage.parsing.tables import Table, from_dicts, meta_of

_INNER = "ticker_sentiment"
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def feed(document: Mapping[str, Any], function: str) -> Table:
    """Read news as one row for each ticker of each article; an article without tickers is one row.

    Authors and topics stay JSON, as text. Times are taken as UTC: the API names no zone for them.
    """
    articles = document.get("feed", [])
    if document and "feed" not in document:
        raise ValueError(f"no feed among the keys {sorted(document)[:9]}")
    rows = [
        {k: v for k, v in article.items() if k != _INNER} | inner
        for article in articles
        for inner in article.get(_INNER) or [{}]
    ]
    return from_dicts(rows, meta=meta_of(document), zone="UTC")


def analytics(document: Mapping[str, Any], function: str) -> Table:
    """Read calculations over several symbols in long form: one row for each figure.

    ``calculation`` and ``item`` say which figure, ``symbol`` (and for pairs ``other_symbol``) whose,
    ``date`` and ``window_start`` of when, where they apply; a figure that is a text is in ``text``.
    """
    if document and "payload" not in document:
        raise ValueError(f"no payload among the keys {sorted(document)[:9]}")
    meta = meta_of(document.get("meta_data", {}))
    symbols = frozenset(meta.get("symbols", "").split(","))
    figures = [
        row
        for group in document.get("payload", {}).values()
        for calculation, node in group.items()
        for row in _figures(calculation, node, symbols)
    ]
    return from_dicts(figures, meta=meta)


def _figures(calculation: str, node: Any, symbols: frozenset[str]) -> Iterator[dict[str, Any]]:
    base = dict.fromkeys(("calculation", "item", "symbol", "other_symbol", "date", "window_start", "value"))
    base["calculation"] = calculation
    if isinstance(node, dict) and isinstance(node.get("index"), list):
        yield from (base | pair for pair in _pairs(node))
        return
    starts = node.get("window_start", {}) if isinstance(node, dict) else {}
    for path, leaf in _leaves(node, ()):
        if path and path[0] in {"window_start", "params"}:
            continue
        row = base | _place(path, symbols)
        row["window_start"] = starts.get(row["date"])
        row["text" if isinstance(leaf, str) else "value"] = leaf
        yield row


def _pairs(node: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The lower triangle of a matrix over the symbols of ``index``."""
    index = node["index"]
    for item, matrix in node.items():
        if item == "index":
            continue
        if len(matrix) != len(index) or any(len(line) > len(index) for line in matrix):
            raise ValueError(f"{item} is no matrix over its index")
        for symbol, line in zip(index, matrix, strict=True):
            for other, value in zip(index, line, strict=False):
                yield {"item": item, "symbol": symbol, "other_symbol": other, "value": value}


def _leaves(node: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if not isinstance(node, dict | list):
        yield path, node
        return
    for key, child in node.items() if isinstance(node, dict) else enumerate(node):
        yield from _leaves(child, (*path, str(key)))


def _place(path: tuple[str, ...], symbols: frozenset[str]) -> dict[str, Any]:
    """Which parts of a path are a symbol and a day; the others name the figure."""
    symbol = next((part for part in path if part in symbols), None)
    day = next((part for part in path if _DAY.fullmatch(part)), None)
    item = ".".join(part for part in path if part not in {symbol, day})
    return {"symbol": symbol, "date": day, "item": item or None}
