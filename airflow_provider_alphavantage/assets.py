"""Assets of the API: ``alphavantage://TIME_SERIES_DAILY/IBM``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, quote

if TYPE_CHECKING:
    from airflow.sdk import Asset


def sanitize_uri(uri: SplitResult) -> SplitResult:
    """Check an ``alphavantage://`` address and bring it to its one form.

    :raises ValueError: it names no function, or carries a query, which could hold a key.
    """
    if not uri.netloc:
        raise ValueError("An alphavantage:// address names a function: alphavantage://TIME_SERIES_DAILY/IBM")
    if uri.query or uri.fragment:
        raise ValueError(
            "An alphavantage:// address has no query: the key and parameters do not belong in it"
        )
    return uri._replace(netloc=uri.netloc.upper(), path=uri.path.rstrip("/"))


def create_asset(*, function: str, symbol: str | None = None, extra: dict[str, Any] | None = None) -> Asset:
    """Return the asset of a function, or of a symbol of it."""
    from airflow.sdk import Asset

    path = f"/{quote(symbol, safe='')}" if symbol else ""
    return Asset(uri=f"alphavantage://{function}{path}", extra=extra or {})
