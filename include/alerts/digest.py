"""What a mail has to say: from what is wrong now and what was told before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Trouble:
    """Something that needs a person; told once for its symbol and cause.

    :param symbol: empty where it is about runs as a whole.
    :param cause: in a few words that stay the same while it lasts.
    :param text: the symbol, what happened and the next step.
    """

    symbol: str
    cause: str
    text: str

    @property
    def key(self) -> tuple[str, str]:
        """What makes two of them one."""
        return self.symbol, self.cause


Recovery = Callable[[Trouble], str | None]
"""Tells in words that a trouble is over; None where it is not, or that cannot be told."""


@dataclass(frozen=True)
class Findings:
    """What a look at the warehouse found: what is wrong, and how to know what is over."""

    troubles: Sequence[Trouble]
    recovery: Recovery


@dataclass(frozen=True)
class Digest:
    """One mail.

    :param over: what need not be told any more, and is forgotten.
    :param recovered: the words for it, each once.
    """

    new: Sequence[Trouble]
    still: Sequence[Trouble]
    over: Sequence[Trouble]
    recovered: Sequence[str]

    @property
    def is_news(self) -> bool:
        """Whether there is anything to mail."""
        return bool(self.new or self.recovered)


def digest_of(findings: Findings, told: Sequence[Trouble]) -> Digest:
    """Compare what is wrong with what was told.

    A trouble that was told ends when its recovery is known, or when the same symbol has another cause now.
    """
    found = {trouble.key for trouble in findings.troubles}
    symbols = {trouble.symbol for trouble in findings.troubles if trouble.symbol}
    known = {trouble.key for trouble in told}
    past = [trouble for trouble in told if trouble.key not in found]
    words = {trouble.key: findings.recovery(trouble) for trouble in past}
    over = [trouble for trouble in past if words[trouble.key] or trouble.symbol in symbols]
    ended = {trouble.key for trouble in over}
    return Digest(
        new=[trouble for trouble in findings.troubles if trouble.key not in known],
        still=[trouble for trouble in told if trouble.key not in ended],
        over=over,
        recovered=_once(words[trouble.key] for trouble in over if trouble.symbol not in symbols),
    )


def _once(texts: Iterable[str | None]) -> list[str]:
    return [text for text in dict.fromkeys(texts) if text]
