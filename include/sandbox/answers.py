"""An answer before it travels: body, format, and how the sandbox's own records call it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from include.sandbox import catalogue
from include.sandbox.query import Query, printable
from include.sandbox.refusals import Refusal

JSON = "application/json"
CSV = "application/x-download"
HTML = "text/html; charset=utf-8"

CSV_HEADERS = {
    "GLOBAL_QUOTE": "symbol,open,high,low,price,volume,latestDay,previousClose,change,changePercent",
    "SYMBOL_SEARCH": "symbol,name,type,region,marketOpen,marketClose,timezone,currency,matchScore",
    "LISTING_STATUS": "symbol,name,exchange,assetType,ipoDate,delistingDate,status",
    "DIVIDENDS": "ex_dividend_date,declaration_date,record_date,payment_date,amount",
    "SPLITS": "effective_date,split_factor",
    "EARNINGS_CALENDAR": "symbol,name,reportDate,fiscalDateEnding,estimate,currency,timeOfTheDay",
    "IPO_CALENDAR": "symbol,name,ipoDate,priceRangeLow,priceRangeHigh,currency,exchange",
}


@dataclass(frozen=True)
class Answer:
    """``outcome`` is ``data``, a refusal's code, or the name of the fault that made the answer."""

    body: bytes
    outcome: str = "data"
    media_type: str = JSON
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


def json_body(value: Any) -> bytes:
    """As the API prints it: four spaces, no final newline."""
    return json.dumps(value, indent=4, ensure_ascii=False).encode()


def csv_body(header: str, rows: list[str]) -> bytes:
    """As the API prints it: CRLF, after the last row too."""
    return "".join(f"{line}\r\n" for line in (header, *rows)).encode()


def refused(refusal: Refusal) -> Answer:
    """Always JSON, whatever format was asked for."""
    return Answer(refusal.body, refusal.code)


def data(query: Query, body: bytes, *, name: str, csv: bool, outcome: str = "data") -> Answer:
    """An answer in the format the body has; a CSV is offered as a download called ``name``."""
    if not csv:
        return Answer(body, outcome)
    subject = "" if query.subject == "none" else f"_{printable(query.subject)}"
    disposition = f"attachment; filename={name}{subject}.csv"
    return Answer(body, outcome, CSV, headers={"Content-Disposition": disposition})


def nothing_known(query: Query) -> Answer:
    """The empty success (E16): the API's answer where a symbol means nothing to it."""
    function = query.function
    if catalogue.answers_csv(function, query.wants_csv):
        body = csv_body(CSV_HEADERS[function], [])
        return data(query, body, name=function.lower(), csv=True, outcome="E16")
    return Answer(json_body(empty_envelope(query)), "E16")


def empty_envelope(query: Query) -> dict[str, Any]:
    match query.function:
        case "GLOBAL_QUOTE":
            return {"Global Quote": {}}
        case "SYMBOL_SEARCH":
            return {"bestMatches": []}
        case "DIVIDENDS" | "SPLITS":
            return {"symbol": query.symbol, "data": []}
        case "EARNINGS_CALL_TRANSCRIPT":
            return {"symbol": query.symbol, "quarter": query.get("quarter"), "transcript": []}
        case _:
            return {}
