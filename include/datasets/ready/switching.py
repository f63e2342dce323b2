"""Switching ready datasets on and off: from what a person names to the text of the Variable."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from include.datasets.ready.base import BadSubject, Pair
from include.datasets.ready.registry import GROUPS, READY
from include.datasets.ready.selection import chosen_in, no_dataset
from include.exceptions import BadParameter


@dataclass(frozen=True)
class Wish:
    """Datasets that a person names, and of whom: no subjects mean all."""

    families: tuple[str, ...]
    subjects: tuple[str, ...] = ()


def read_wish(text: str, *, is_off: bool = False) -> Wish:
    """Return what ``fx=EUR/USD,GBP/USD`` or ``fundamentals`` names.

    :param is_off: it is to be switched off, for which nobody has to be named.
    :raises BadParameter: there is no such dataset, or it cannot be asked of that.
    """
    name, _, named = text.strip().partition("=")
    families = GROUPS.get(name, (name,) if name in READY else ())
    if not families:
        raise BadParameter(f"There {no_dataset(name)}")
    subjects = tuple(each.strip() for each in named.split(",") if each.strip())
    for family in families:
        _check(family, subjects, is_off=is_off)
    return Wish(families, subjects)


def _check(family: str, subjects: Iterable[str], *, is_off: bool) -> None:
    of = READY[family].of
    named = list(subjects)
    if isinstance(of, Pair) and not named and not is_off:
        raise BadParameter(f"Name pairs of {family}, such as ON={family}={of.example}.")
    if of is None and named:
        raise BadParameter(f"{family} is asked of nobody: write ON={family}.")
    try:
        for subject in named:
            READY[family].about(subject)
    except BadSubject as error:
        raise BadParameter(f"{family}: {error}") from error


def switch(text: str, *, on: Iterable[Wish] = (), off: Iterable[Wish] = ()) -> str:
    """Return the Variable ``market_datasets`` with some datasets on and others off.

    :param text: the Variable as it is.
    :raises BadParameter: it is no JSON object, so that what it has would be lost.
    """
    chosen = chosen_in(text)
    for wish in on:
        for family in wish.families:
            chosen[family] = _with(chosen.get(family), wish.subjects)
    for wish in off:
        for family in wish.families:
            left = _without(chosen.pop(family, None), wish.subjects)
            chosen |= {family: left} if left else {}
    return json.dumps(chosen)


def _with(held: Any, subjects: tuple[str, ...]) -> Any:
    if not subjects or held in (True, "all"):
        return True
    return list(dict.fromkeys([*(held or []), *subjects]))


def _without(held: Any, subjects: tuple[str, ...]) -> Any:
    """What stays on; of ``all`` no single subject can be taken away, so all of it goes."""
    if not subjects or not isinstance(held, list):
        return None
    gone = {subject.upper() for subject in subjects}
    return [subject for subject in held if subject.upper() not in gone]
