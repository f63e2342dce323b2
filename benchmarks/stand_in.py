"""A stand-in that answers every symbol with 100 sessions, one split and twenty dividends, after some latency.

It does next to nothing itself, so that what is measured is who asks.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from datetime import date
from random import Random
from typing import Any
from urllib.parse import parse_qs

from include.local.ports import HOST, free_port
from include.market.sessions import sessions_between

LAST = date(2026, 5, 15)
SYMBOL = "%SYMBOL%"
GONE = "GONE,A company,NYSE,Stock,1962-01-02,2020-01-02,Delisted\n"
LINES = ("1. open", "2. high", "3. low", "4. close", "5. volume")


SPLITS = [{"effective_date": "2020-08-31", "split_factor": "4.0000"}]


def names(count: int) -> list[str]:
    """So many symbols, all on the listing."""
    return [f"S{number:05d}" for number in range(count)]


def dividends(since: int, amount: str) -> list[dict[str, str]]:
    """A dividend in each quarter of the years before 2026."""
    return [
        {"ex_dividend_date": f"{year}-{month:02d}-08", "amount": amount}
        | dict.fromkeys(("declaration_date", "record_date", "payment_date"), f"{year}-{month:02d}-09")
        for year in range(since, 2026)
        for month in (2, 5, 8, 11)
    ]


def bodies() -> dict[str, bytes]:
    """Return the body of each function, with :data:`SYMBOL` in place of the symbol."""
    sessions = sorted(sessions_between("XNYS", date(2025, 10, 1), LAST))[-100:]
    draw, close, series = Random(1), 100.0, {}
    for day in sessions:
        open_, close = close, close * (1 + draw.uniform(-0.02, 0.02))
        prices = (open_, max(open_, close) + 0.5, min(open_, close) - 0.5, close)
        cells = (*(f"{price:.4f}" for price in prices), str(draw.randrange(10**6, 2 * 10**6)))
        series[str(day)] = dict(zip(LINES, cells, strict=True))
    series = dict(reversed(series.items()))
    meta = {"2. Symbol": SYMBOL, "3. Last Refreshed": str(LAST), "5. Time Zone": "US/Eastern"}
    documents: dict[str, Any] = {
        "TIME_SERIES_DAILY": {"Meta Data": meta, "Time Series (Daily)": series},
        "SPLITS": {"symbol": SYMBOL, "data": SPLITS},
        "DIVIDENDS": {"symbol": SYMBOL, "data": dividends(2021, "0.67")},
    }
    found = {function: json.dumps(document, indent=4).encode() for function, document in documents.items()}
    listed = "".join(f"{name},A company,NYSE,Stock,1962-01-02,null,Active\n" for name in names(20_000))
    header = "symbol,name,exchange,assetType,ipoDate,delistingDate,status\n"
    return found | {"LISTING_STATUS": (header + listed).encode(), "delisted": (header + GONE).encode()}


@contextmanager
def stand_in(latency: float) -> Generator[str]:
    """Serve in a process of its own; the address.

    :param latency: seconds before each answer.
    """
    import requests

    from benchmarks.one_session import until_it_answers

    port = free_port()
    address = f"http://{HOST}:{port}"
    served = multiprocessing.get_context("spawn").Process(target=_serve, args=(port, latency), daemon=True)
    served.start()
    try:
        until_it_answers(lambda: requests.get(f"{address}/?function=delisted", timeout=30))
        yield address
    finally:
        served.terminate()


def _serve(port: int, latency: float) -> None:
    import uvicorn

    uvicorn.run(_app(latency), port=port, log_config=None, access_log=False)


def _app(latency: float) -> Callable[..., Awaitable[None]]:
    known, answered = bodies(), [0]

    async def app(scope: dict[str, Any], _: Any, send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        if scope["type"] != "http":
            return
        asked = parse_qs(scope["query_string"].decode())
        if scope["path"] == "/calls":
            body, answered[0] = str(answered[0]).encode(), 0
        else:
            answered[0] += 1
            await asyncio.sleep(latency)
            named = asked.get("state", asked["function"])[0]
            body = known[named].replace(SYMBOL.encode(), asked.get("symbol", [""])[0].encode())
        headers = [(b"content-type", b"application/json"), (b"x-market-data-origin", b"sandbox")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app
