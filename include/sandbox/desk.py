"""The desk a request comes to: faults first, then the checks in order, then the answer, then the record."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from include.sandbox import catalogue, refusals
from include.sandbox.answers import Answer, json_body, refused
from include.sandbox.broken import instead
from include.sandbox.clock import SandboxClock
from include.sandbox.faults import DELIVERY, INSTEAD, Fault, FaultBook
from include.sandbox.limits import Throttle
from include.sandbox.market import Market
from include.sandbox.query import Key, Query, Tier, printable, read_key
from include.sandbox.refusals import Refusal
from include.sandbox.replay import ReplaySource
from include.sandbox.samples import sample_quotes
from include.sandbox.sessions import nyse_sessions
from include.sandbox.settings import SandboxSettings
from include.sandbox.simulated import SimulatedSource

CALLS_KEPT = 10_000


class Source(Protocol):
    """Where the data comes from; ``origin`` and ``notice`` go into every response."""

    @property
    def origin(self) -> str: ...
    @property
    def notice(self) -> str: ...
    @property
    def mode(self) -> str: ...

    def refusal(self, query: Query, now: datetime) -> Refusal | None: ...

    def answer(self, query: Query, now: datetime, events: Iterable[Fault] = ()) -> Answer: ...


@dataclass(frozen=True)
class Call:
    """One request as it went; ``outcome`` is ``data``, a refusal's code, or a fault's name."""

    time: datetime
    key: str
    function: str
    symbol: str
    outcome: str
    faults: tuple[str, ...]


@dataclass(frozen=True)
class Reply:
    """An answer and the fault that is to break it on its way."""

    answer: Answer
    breaking: str | None
    call: Call


class Desk:
    """Everything one sandbox knows and remembers."""

    def __init__(
        self, settings: SandboxSettings, clock: SandboxClock, monotonic: Callable[[], float]
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.faults = FaultBook()
        self.revoked: set[str] = set()
        self.throttle = Throttle(settings.limits, clock.now, monotonic)
        self.calls: deque[Call] = deque(maxlen=CALLS_KEPT)
        self.source = open_source(settings)
        self._checks: dict[str, Callable[[Query, Key, str], Answer | None]] = {
            "function": self._function,
            "key": self._key,
            "throttle": self._throttle,
            "premium": self._premium,
            "parameters": self._parameters,
        }

    def reply(self, query: Query, key_text: str, address: str) -> Reply:
        """The answer to one request, recorded in ``calls``."""
        key = read_key(key_text, self.settings.premium_keys, self.revoked)
        fault = self.faults.take(query, INSTEAD)
        if fault:
            return self._record(query, key, instead(fault, query, key), (fault,))
        answer, events = self._answer(query, key, address)
        breaking = self.faults.take(query, DELIVERY) if answer.outcome == "data" else None
        return self._record(query, key, answer, (*events, breaking) if breaking else events)

    def _answer(self, query: Query, key: Key, address: str) -> tuple[Answer, tuple[Fault, ...]]:
        for name in self.settings.check_order:
            refusal = self._checks[name](query, key, address)
            if refusal:
                return refusal, ()
        events = self.faults.take_events(query)
        return self.source.answer(query, self.clock.now(), events), events

    def _record(self, query: Query, key: Key, answer: Answer, faults: tuple[Fault, ...]) -> Reply:
        kinds = tuple(fault.kind for fault in faults)
        function, symbol = printable(query.function), printable(query.subject)
        call = Call(self.clock.now(), key.fingerprint, function, symbol, answer.outcome, kinds)
        self.calls.append(call)
        breaking = next((kind for kind in kinds if kind == "reset" or kind in DELIVERY), None)
        return Reply(answer, breaking, call)

    def _function(self, query: Query, key: Key, address: str) -> Answer | None:
        known = query.function in catalogue.KNOWN
        return None if known else refused(refusals.unknown_function(query.function))

    def _key(self, query: Query, key: Key, address: str) -> Answer | None:
        if key.tier is Tier.NONE:
            return refused(refusals.no_key())
        if key.tier is Tier.DEMO and not is_demo_example(query):
            return refused(refusals.demo_only())
        return None

    def _throttle(self, query: Query, key: Key, address: str) -> Answer | None:
        refusal = self.throttle.refusal(key, address)
        return refused(refusal) if refusal else None

    def _premium(self, query: Query, key: Key, address: str) -> Answer | None:
        """A premium key has the realtime plan too; a replay has no bulk quotes but the sample rows."""
        realtime = key.tier is Tier.PREMIUM and isinstance(self.source, SimulatedSource)
        if query.function == "REALTIME_BULK_QUOTES" and not realtime:
            return Answer(json_body(sample_quotes()), "E10")
        if key.tier is not Tier.FREE:
            return None
        if query.function in catalogue.PREMIUM:
            return refused(refusals.premium_endpoint())
        if query.function == "TIME_SERIES_DAILY" and query.full:
            return refused(refusals.premium_size(query.function))
        return None

    def _parameters(self, query: Query, key: Key, address: str) -> Answer | None:
        refusal = self.source.refusal(query, self.clock.now())
        return refused(refusal) if refusal else None


def open_source(settings: SandboxSettings) -> Source:
    if settings.replay is not None:
        return ReplaySource(settings.replay)
    return SimulatedSource(Market(settings.seed, nyse_sessions()))


def is_demo_example(query: Query) -> bool:
    """The documentation's examples, which the key ``demo`` may ask for: IBM, and nothing beyond compact."""
    return query.function in catalogue.DEMO_EXAMPLES and query.symbol == "IBM" and not query.full
