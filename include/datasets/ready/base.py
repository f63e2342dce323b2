"""A ready dataset: a declaration that only lacks of whom it is asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from airflow_provider_alphavantage.functions import tier
from include.datasets.base import Dataset
from include.market.watchlist import read_symbols


class BadSubject(ValueError):
    """What was named cannot be asked of this dataset; the message says what can."""


@dataclass(frozen=True)
class Symbols:
    """It is asked of symbols: of those of the watchlist, unless others are named.

    :param parameter: the one that names a symbol.
    """

    parameter: str = "symbol"
    example: str = "IBM"

    def read(self, text: str) -> str:
        """Return a symbol as it is asked for."""
        names = read_symbols([text])
        if len(names.symbols) != 1:
            raise BadSubject("".join(each.reason for each in names.refused) or f"{text!r} is no symbol.")
        return names.symbols[0]

    def question(self, subject: str) -> Mapping[str, str]:
        """Return the parameters that name a subject."""
        return {self.parameter: subject}


@dataclass(frozen=True)
class Pair:
    """It is asked of pairs, such as ``EUR/USD``.

    :param first: the parameter of the one, and ``second`` that of the other.
    """

    first: str
    second: str
    example: str

    def read(self, text: str) -> str:
        """Return a pair as it is written here."""
        pair = text.strip().upper().replace("_", "/")
        if not _PAIR.fullmatch(pair):
            raise BadSubject(f"{text!r} is no pair. Write it like {self.example}.")
        return pair

    def question(self, subject: str) -> Mapping[str, str]:
        """Return the parameters that name a subject."""
        one, other = subject.split("/")
        return {self.first: one, self.second: other}


@dataclass(frozen=True)
class Names:
    """It is asked of names that are declared: a name, and the parameters it stands for.

    :param usual: those that ``all`` means.
    """

    questions: Mapping[str, Mapping[str, str]]
    usual: tuple[str, ...]

    @property
    def example(self) -> str:
        """A name."""
        return self.usual[0]

    def read(self, text: str) -> str:
        """Return a name as it is declared."""
        name = text.strip().lower()
        if name not in self.questions:
            raise BadSubject(f"{text!r} is none of {', '.join(self.questions)}.")
        return name

    def question(self, subject: str) -> Mapping[str, str]:
        """Return the parameters that name a subject.

        ``function`` among them is another function; one that begins with ``=`` is no parameter but a column.
        """
        return self.questions[subject]


_PAIR = re.compile(r"[A-Z0-9]{2,10}/[A-Z0-9]{2,10}")

Of = Symbols | Pair | Names | None
"""Of whom a dataset is asked; None: of nobody, so that one call brings all."""


@dataclass(frozen=True)
class Ready:
    """A dataset that people switch on.

    :param dataset: what is the same for all subjects; its name is the one people use.
    :param says: what it brings, in a few words.
    :param of: of whom it is asked.
    """

    dataset: Dataset
    says: str
    of: Of = field(default_factory=Symbols)

    @property
    def name(self) -> str:
        """What people call it."""
        return self.dataset.name

    @property
    def is_premium(self) -> bool:
        """Whether only a premium key may ask for it."""
        return tier(self.dataset.function, self.dataset.parameters) == "premium"

    @property
    def costs_calls(self) -> bool:
        """Whether it is asked for itself: its rows do not come with another dataset."""
        return not self.dataset.with_body_of

    def about(self, subject: str = "") -> Dataset:
        """Return the dataset of one subject; its name has both, such as ``ibm_overview``.

        :raises BadSubject: it cannot be asked of that.
        """
        if self.of is None:
            return replace(self.dataset, family=self.name)
        read = self.of.read(subject)
        question = dict(self.of.question(read))
        prefix = read.lower().replace("/", "_")
        body_of = self.dataset.with_body_of
        return replace(
            self.dataset,
            name=f"{prefix}_{self.name}",
            function=question.pop("function", self.dataset.function),
            fixed={name[1:]: value for name, value in question.items() if name[0] == "="},
            parameters={name: value for name, value in question.items() if name[0] != "="}
            | dict(self.dataset.parameters),
            family=self.name,
            with_body_of=body_of and f"{prefix}_{body_of}",
        )

    def subject_of(self, name: str) -> str | None:
        """Return the subject of a dataset by its name; None where the name is not of this family."""
        if self.of is None:
            return "" if name == self.name else None
        prefix, _, family = name.rpartition(f"_{self.name}")
        if not prefix or family:
            return None
        try:
            return self.of.read(prefix)
        except BadSubject:
            return None


def in_order(ready: Iterable[Ready]) -> list[Ready]:
    """Return those first whose bodies others need."""
    return sorted(ready, key=lambda one: not one.costs_calls)
