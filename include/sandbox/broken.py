"""The answers of a service in trouble: what is sent instead of an answer when a fault asks for it."""

from __future__ import annotations

from include.sandbox import refusals
from include.sandbox.answers import HTML, Answer, json_body, refused
from include.sandbox.faults import Fault
from include.sandbox.query import Key, Query
from include.sandbox.samples import sample_quotes

# Heroku's error page: head and frame as quoted in RomelTorres/alpha_vantage #68.
STYLE = (
    "html,body,iframe { margin: 0; padding: 0; } html,body { height: 100%; overflow: hidden; } "
    "iframe { width: 100%; height: 100%; border: 0; }"
)
ERROR_PAGE = f"""<!DOCTYPE html>
<html>
  <head>
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta charset="utf-8">
    <title>Application Error</title>
    <style media="screen"> {STYLE} </style>
  </head>
  <body>
    <iframe src="//www.herokucdn.com/error-pages/application-error.html"></iframe>
  </body>
</html>
"""


def instead(fault: Fault, query: Query, key: Key) -> Answer:
    """What a fault of the kinds in ``INSTEAD`` sends; the answer to ``reset`` is never seen."""
    match fault.kind:
        case "throttle":
            return refused(refusals.too_soon())
        case "quota":
            return refused(refusals.day_spent(key.text))
        case "minute":
            return refused(refusals.minute_spent())
        case "premium":
            return refused(refusals.premium_endpoint())
        case "transient_e13":
            return refused(refusals.invalid_call(query.function))
        case "unknown_text":
            return refused(refusals.never_seen())
        case "sample":
            return Answer(json_body(sample_quotes()), "E10")
        case _:
            return _transport(fault.kind)


def _transport(kind: str) -> Answer:
    status = {"html_503": 503, "http_429": 429}.get(kind, 200)
    page = "Too Many Requests" if kind == "http_429" else ERROR_PAGE
    return Answer(page.encode(), kind, HTML, status)
