"""From the bytes of a body to data or a refusal. Pure: no network, no clock.

Data is recognised by the presence of its block (for a flat record, of what it is about), a refusal by
its absence, and only then by its wording; anything else is a message we do not know. The order of the
rules matters: the mildest text (a burst on a free key) also names the daily limit and the premium plans.
The texts are those of the vendor as of 2026-09.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from operator import countOf
from typing import Any, Literal

from msgspec import MsgspecError
from msgspec.json import Decoder

from airflow_provider_alphavantage.exceptions import (
    AlphaVantageError,
    ApiKeyRefused,
    DailyQuotaSpent,
    EmptyDocument,
    InvalidRequest,
    NotTheApi,
    PremiumRequired,
    Throttled,
    TransportError,
    UnknownFunction,
    UnknownMessage,
)
from airflow_provider_alphavantage.functions import find
from airflow_provider_alphavantage.scrubbing import scrub

ORIGIN_HEADER = "X-Market-Data-Origin"
"""Response header in which a stand-in for the API names itself. The real API never sends it."""

_MESSAGE_KEYS = ("Error Message", "Information", "Note")

_PASSING_STATUS = frozenset({408, 425, 429})

_SECOND, _MINUTE = 1.5, 61.0

_RULES: tuple[tuple[str, type[AlphaVantageError], dict[str, Any]], ...] = (
    (r"spreading out|burst pattern|requests? per second", Throttled, {"wait": _SECOND}),
    (r"minute-level|calls per minute", Throttled, {"wait": _MINUTE}),
    (r"^(?!.*per day).*higher api call (volume|frequency)", Throttled, {"wait": _MINUTE}),
    (r"artificial|premium endpoint|premium feature|not yet entitled", PremiumRequired, {}),
    (r"requests per day|daily rate limit", DailyQuotaSpent, {}),
    (r"apikey is invalid or missing|\*\*demo\*\*", ApiKeyRefused, {}),
    (r"does not exist", UnknownFunction, {}),
    (r"invalid api call|invalid inputs", InvalidRequest, {}),
)
_ENVELOPES = {
    "GLOBAL_QUOTE": "Global Quote",
    "CURRENCY_EXCHANGE_RATE": "Realtime Currency Exchange Rate",
}  # decorated at its end where data is delayed
_TOLD = frozenset({"error", "errors", "message", "messages", "detail", "details", "fault"})
_IDENTITY = frozenset({"symbol", "ticker", "cik", "price"})
_DECODER = Decoder(float_hook=Decimal)  # an exact hook for floats, which orjson lacks
_NOTHING = frozenset({b"null", b'""'})
_LEAD = re.compile(rb"(?:\xef\xbb\xbf|\s)+")
_SAMPLE_ROWS = re.compile(r"artificial|premium endpoint|premium feature|not yet entitled", re.IGNORECASE)


@dataclass(frozen=True)
class Payload:
    """A body that is data: its bytes as sent, and for JSON the document read from them (floats exact).

    Where the body is a bare list, the document holds it under ``data``.
    """

    content: bytes
    format: Literal["json", "csv"]
    document: dict[str, Any] | None = None


def read(
    content: bytes, *, status: int = 200, function: str, symbol: str | None = None, key: str | None = None
) -> Payload:
    """Return the data in a body, or raise the error it stands for.

    :param content: the body, decompressed.
    :param status: HTTP status; the API answers 200 even to refuse.
    :param key: the key that was sent, to scrub it from a refusal that echoes it.
    :raises TransportError: 5xx, 429, HTML, or JSON that is cut short.
    :raises EmptyDocument: an empty document of a function that always answers with something.
    :raises NotTheApi: another status of an error or a redirection.
    :raises Refusal: one of its kinds, when the API answered with a message.
    """
    about: dict[str, Any] = {"function": function, "symbol": symbol}
    body = unmarked(content)
    _refuse_no_answer(body, status, **about)
    if body[:1] not in {b"{", b"["}:
        refuse_echo(content, key, **about)
        return Payload(content, "csv")
    document = _document(body)
    if _lacks_block(document, function):
        raise EmptyDocument(_no_block(body, key), **about)
    if isinstance(document, list):
        document = {"data": document}
    if not isinstance(document, dict):
        raise TransportError("The JSON body is cut short or damaged.", **about)
    text = _message(document, function)
    if text is None and _holds_data(document, function):
        refuse_echo(content, key, **about)
        return Payload(content, "json", document)
    clean = scrub(body.decode("utf-8", "replace"), key)
    about["body"] = clean.encode()
    if text is None:
        raise UnknownMessage(f"The API said something new: {_sentence(clean[:300])}", **about)
    raise _refusal(text, key, **about)


def _refuse_no_answer(body: bytes, status: int, **about: Any) -> None:
    if 300 <= status < 500 and status not in _PASSING_STATUS:
        raise NotTheApi(_describe(body, status), **about)
    if status != 200 or body[:1] == b"<" or not body:
        raise TransportError(_describe(body, status), **about)
    if body.strip() in _NOTHING:
        raise EmptyDocument(_no_block(body, None), **about)


def _document(body: bytes) -> Any:
    """The JSON document of a body; None where it is none."""
    try:
        return decode(body)
    except ValueError:
        return None


def _lacks_block(document: Any, function: str) -> bool:
    """Whether a document is empty, or only ``Meta Data``, and the function is known never to answer so."""
    entry = find(function)
    if entry is None or entry.family == "unknown" or (document == {} and entry.may_be_empty):
        return False
    if isinstance(document, dict):
        return all(value is None for name, value in document.items() if name != "Meta Data")
    return bool(document == [])


def _no_block(body: bytes, key: str | None) -> str:
    """In words; the network is not at fault where it lasts for one symbol alone."""
    clean = " ".join(scrub(body.decode("utf-8", "replace"), key).split())
    shown = clean if len(clean) <= 60 else f"{clean[:60]}..."
    last = "If only this symbol gets it, the API has no data for it."
    return f"The response is an empty document ({shown}). {last}"


def refuse_echo(content: bytes, key: str | None, **about: Any) -> None:
    """A body that holds the key is no data, whatever it looks like: it must not be kept as it is.

    :raises UnknownMessage: the body holds it.
    """
    if not key:
        return
    text = content.decode("utf-8", "replace")
    clean = scrub(text, key)
    if clean != text:
        said = _sentence(clean[:300])
        raise UnknownMessage(f"The API echoed the key: {said}", body=clean.encode(), **about)


def unmarked(content: bytes) -> bytes:
    """Return a body from its first character on, without a byte order mark and blanks before it."""
    lead = _LEAD.match(content)
    return content[lead.end() :] if lead else content


def _describe(body: bytes, status: int) -> str:
    if not body:
        return f"HTTP {status} with an empty body."
    kind = "an HTML page" if body[:1] == b"<" else "no data"
    return f"HTTP {status} with {kind}."


def decode(content: bytes) -> Any:
    """Read JSON exactly: floats become decimals as printed, and no repeated key is lost.

    :raises ValueError: it is not JSON, or holds a number or a nest beyond all bounds.
    """
    try:
        document = _DECODER.decode(content)
        if _is_every_string_in(content, document):
            return document
    except (MsgspecError, ValueError, ArithmeticError, RecursionError):
        pass  # the standard library takes more (lone surrogates, UTF-16): it decides
    try:
        return json.loads(
            content, object_pairs_hook=_keep_repeated, parse_float=Decimal, parse_constant=_no_number
        )
    except (ArithmeticError, RecursionError) as exc:
        raise ValueError(f"no JSON we can read: {exc}") from exc


def _is_every_string_in(content: bytes, document: Any) -> bool:
    """Whether a document has as many strings as its text: a repeated key would have dropped one."""
    if b"\\" in content:
        return False  # not every quotation mark is the start or end of a string
    found, level = 0, [document]
    while level:
        objects = [value for value in level if type(value) is dict]
        lists = [value for value in level if type(value) is list]
        values = list(chain(chain.from_iterable(map(dict.values, objects)), *lists))
        strings = countOf(map(type, values), str)
        found += strings + sum(map(len, objects))
        level = values if strings < len(values) else []
    return content.count(b'"') == 2 * found


def _keep_repeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Keep a repeated key under a marked name: plain JSON readers silently drop the first one."""
    document = dict(pairs)
    if len(document) == len(pairs):
        return document
    document = {}
    for place, (name, value) in enumerate(pairs):
        document[f"{name}{REPEATED}{place}" if name in document else name] = value
    return document


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number in JSON")


REPEATED = "\x00again"
"""What the key is followed by, and then by its place, where a JSON object held it more than once."""


def _message(document: dict[str, Any], function: str) -> str | None:
    """The refusal's text under a key that is known for it, unless the document holds data beside it."""
    sample = document.get("message")
    if isinstance(sample, str) and _SAMPLE_ROWS.search(sample):
        return sample
    if _has_block(document, function):
        return None
    return next((document[k] for k in _MESSAGE_KEYS if isinstance(document.get(k), str)), None)


def _holds_data(document: dict[str, Any], function: str) -> bool:
    """Whether a document is what a function answers: its block, a flat record of something, or nothing."""
    if not document or _has_block(document, function):
        return True
    if function in _ENVELOPES:
        return False
    names = {name.lower() for name in document}
    return isinstance(document.get("Meta Data"), dict) or bool(names & _IDENTITY and not names & _TOLD)


def _has_block(document: dict[str, Any], function: str) -> bool:
    """Whether there are rows or a record in an envelope (an empty one, too)."""
    own = (k for k, v in document.items() if isinstance(v, dict | list) and k.lower() not in _TOLD)
    envelope = _ENVELOPES.get(function, "")
    return any(name.startswith(envelope) for name in own if name not in {"Meta Data", *_MESSAGE_KEYS})


def _refusal(text: str, key: str | None, **about: Any) -> AlphaVantageError:
    """The kind follows from the text as it came: without a key such as ``day`` it would lack a word."""
    said = _sentence(scrub(text, key))
    for pattern, kind, extra in _RULES:
        if re.search(pattern, text, re.IGNORECASE | re.DOTALL):
            return kind(said, **extra, **about)
    return UnknownMessage(f"The API said something new: {said}", **about)


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text if text.endswith((".", "!", "?")) else f"{text}."
