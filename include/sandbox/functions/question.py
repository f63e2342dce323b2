"""What a maker of answers is given, and how it says that it does not understand the parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from include.sandbox.answers import Answer, csv_body, data, json_body
from include.sandbox.market import Market
from include.sandbox.query import Query


class InvalidParameters(ValueError):
    """The API answers such a call with E13."""


@dataclass(frozen=True)
class Question:
    """One call at one instant, with the market and the seed it is answered from."""

    query: Query
    now: datetime
    market: Market

    @property
    def seed(self) -> int:
        return self.market.seed

    def symbol(self) -> str:
        """The symbol as it was sent.

        :raises InvalidParameters: there is none.
        """
        if not self.query.symbol:
            raise InvalidParameters("symbol")
        return self.query.symbol

    def choice(self, name: str, offered: Sequence[str], default: str = "") -> str:
        """A parameter that has to be one of ``offered``.

        :raises InvalidParameters: it is another, or missing without a default.
        """
        value = self.query.get(name, default)
        if value not in offered:
            raise InvalidParameters(f"{name}={value}")
        return value


Maker = Callable[[Question], Answer]


def json_answer(body: Any) -> Answer:
    return Answer(json_body(body))


def csv_answer(question: Question, header: str, rows: Sequence[Sequence[str]]) -> Answer:
    """A download of one row a line."""
    body = csv_body(header, [",".join(row) for row in rows])
    return data(question.query, body, name=question.query.function.lower(), csv=True)
