"""What can go wrong when Alpha Vantage is asked, as one tree.

.. code-block:: text

    AlphaVantageError
      + TransportError          the network failed: timeout, reset, 5xx, 429, HTML, a body cut short or empty
          - EmptyDocument       an empty document, of a function that always has data
      + NotTheApi               somebody else answered: HTTP 401, 403, 404 or another of the 300s and 400s
      + UnreadableBody          they answered, and we cannot read it as what it claims to be
      + NoSuchSession           they answered, and the session waited for can no longer come
      + BudgetSpent             we did not ask: the key's limits leave no call until a time that is told
      + InvalidConnection       we did not ask: a field of the connection makes no sense
          - ConnectionNotFound  Airflow does not find the connection: absent, or its database is too busy
      + LedgerUnavailable       we did not ask: the ledger of calls cannot be reached, so nothing is counted
      + Refusal                 they answered with a message instead of data
          - Throttled           too many calls in a second or a minute
          - DailyQuotaSpent     no more calls today (or the key is not valid: the text is the same)
          - PremiumRequired     the function, parameter or entitlement needs another plan
          - ApiKeyRefused       no key was sent, or the demo key was used outside its examples
          - UnknownFunction     the vendor has no function of this name
          - InvalidRequest      a symbol or parameter the vendor does not take
          - UnknownMessage      a text never seen before: read it, never guess

Every error names the function and the symbol, says what happened and what to do next, and can be
pickled. No error carries the API key: texts and bodies are scrubbed before they get here.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any


class AlphaVantageError(Exception):
    """The root of every error this package raises.

    :param what: what happened, in one sentence without the key.
    :param function: the API function that was asked, such as ``TIME_SERIES_DAILY``.
    :param symbol: the symbol it was asked for, if any.
    :param body: the body that was answered, scrubbed of the key, if there was one.

    ``path`` is free for whoever keeps the body to note where; ``origin`` names the stand-in that answered, or
    is None for the real API.
    """

    next_step = "See the task log."

    def __init__(
        self, what: str, *, function: str | None = None, symbol: str | None = None, body: bytes | None = None
    ) -> None:
        # What the vendor served may stand in it: half a surrogate pair and a NUL stop logs and databases.
        self.what = what = what.encode(errors="backslashreplace").decode().replace("\0", "\\x00")
        self.function = function
        self.symbol = symbol
        self.body = body
        self.path: str | None = None
        self.origin: str | None = None
        asked = " ".join(part for part in (function, symbol) if part)
        super().__init__(f"{asked + ': ' if asked else ''}{what} {self.next_step}")

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(kind: type[AlphaVantageError], args: tuple[str], about: dict[str, Any]) -> AlphaVantageError:
    error = kind.__new__(kind, *args)
    error.__dict__ |= about
    return error


class TransportError(AlphaVantageError):
    """The network failed, or something between us and the API answered in its place."""

    next_step = "Ask again later; if it lasts, check the network and the connection's host."


class EmptyDocument(TransportError):
    """The answer is an empty document, such as ``{}``, though the function always has data."""


class NotTheApi(AlphaVantageError):
    """The address answered with a status the API never sends: it is another's, or a proxy is in the way."""

    next_step = "Check the connection's host, and the proxy if there is one."


class UnreadableBody(AlphaVantageError):
    """The answer is neither the data it should be nor a refusal we can read."""

    next_step = (
        "If it comes again, look at the stored body; if the API changed its format, upgrade this provider."
    )


class NoSuchSession(AlphaVantageError):
    """A session that is waited for is not in the series and never will be."""

    next_step = "Give a trading day of the symbol's exchange that is one of its last 100."


class BudgetSpent(AlphaVantageError):
    """No call is left for now by our own count, so none was made.

    :param possible_at: when one will be possible again (UTC).
    """

    next_step = "Ask again then, or raise the plan and with it the connection's limits."

    def __init__(self, possible_at: datetime, **about: Any) -> None:
        self.possible_at = possible_at.astimezone(UTC)
        super().__init__(f"No call is left until {self.possible_at:%Y-%m-%d %H:%M:%S} UTC.", **about)


class InvalidConnection(AlphaVantageError, ValueError):
    """A field of a connection cannot be used as it is."""

    next_step = "Mend it in Admin > Connections."


class ConnectionNotFound(InvalidConnection):
    """Airflow does not find a connection; where its own database gave no answer it says the same."""

    next_step = "If it is not in Admin > Connections, add it there; else this passes by itself."


class LedgerUnavailable(AlphaVantageError):
    """The ledger of calls cannot be reached or was never created; without it no call is made."""

    next_step = "Check the connection that pacing_conn_id names, and create the ledger there."


class Refusal(AlphaVantageError):
    """The API answered with a message instead of data; :attr:`what` holds its text, scrubbed."""


class Throttled(Refusal):
    """Too many calls in a short time.

    :param wait: seconds after which a call is expected to pass.
    """

    next_step = "Ask again later; share one pool among the tasks of a key."

    def __init__(self, what: str, *, wait: float = 60.0, **about: Any) -> None:
        self.wait = wait
        super().__init__(what, **about)


class DailyQuotaSpent(Refusal):
    """No call is left today. A key that is not valid gets the same text."""

    next_step = "The budget returns within 24 hours; if it was not used up today, check the key."


class PremiumRequired(Refusal):
    """The function, the parameter or the data needs a premium plan; sample rows count as this."""

    next_step = "Ask for what the key's plan includes, or raise the plan."


class ApiKeyRefused(Refusal):
    """No key was sent, or the ``demo`` key was used outside its documented examples."""

    next_step = "Set the API key as the password of the Alpha Vantage connection (Admin > Connections)."


class UnknownFunction(Refusal):
    """The vendor has no function of this name."""

    next_step = "Check the spelling against the vendor's documentation."


class InvalidRequest(Refusal):
    """The vendor does not take this symbol or parameter (asked twice: it also happens in passing)."""

    next_step = "Check the symbol with SYMBOL_SEARCH: delisted, renamed and misspelt symbols get this."


class UnknownMessage(Refusal):
    """A message this package has never seen."""

    next_step = "Read the message; report it so that it is recognised."


PASSING = (TransportError, Throttled, LedgerUnavailable, ConnectionNotFound)
"""Errors that pass by themselves: ask again later."""

RETRIED = (*PASSING, UnreadableBody)
"""Errors after which a task asks again: what passes, and a response that is off its contract."""
