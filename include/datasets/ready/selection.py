"""What people have switched on: the Variable ``market_datasets``, as datasets."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from include.datasets.base import Dataset
from include.datasets.ready.base import BadSubject, Names, Ready, Symbols, in_order
from include.datasets.ready.registry import GROUPS, READY


@dataclass(frozen=True)
class Selection:
    """What is switched on, and what of the Variable cannot be.

    :param datasets: one for each subject; those whose bodies others need come first.
    :param refused: a sentence each: what was named, why it cannot be, and what can.
    """

    datasets: tuple[Dataset, ...] = ()
    refused: tuple[str, ...] = ()

    @property
    def by_family(self) -> dict[str, list[Dataset]]:
        """The datasets of each family."""
        found: dict[str, list[Dataset]] = {}
        for dataset in self.datasets:
            found.setdefault(dataset.group, []).append(dataset)
        return found


def read_selection(text: str, watchlist: Sequence[str] = ()) -> Selection:
    """Return what a text switches on; what cannot be is refused, and the others go on.

    :param text: a JSON object: names of ready datasets or of groups, each with its subjects, a list or
        ``"all"`` (also ``true``); empty: nothing. ``{"fundamentals": true, "fx": ["EUR/USD"]}``.
    :param watchlist: the symbols that ``all`` means of datasets that are asked of symbols.
    """
    try:
        chosen = json.loads(text) if text.strip() else {}
    except ValueError as error:
        return Selection(refused=(f"The Variable market_datasets is no JSON: {error}. {_HOW}",))
    if not isinstance(chosen, dict):
        return Selection(refused=(f"The Variable market_datasets is no JSON object. {_HOW}",))
    found: dict[str, Dataset] = {}
    refused: list[str] = []
    for one, subjects in _by_ready(chosen, refused):
        _choose(one, subjects, watchlist, found, refused)
    return Selection(tuple(found.values()), tuple(refused))


_HOW = 'Write it like {"fundamentals": true, "fx": ["EUR/USD"]}.'


def _by_ready(chosen: Mapping[str, Any], refused: list[str]) -> list[tuple[Ready, Any]]:
    wanted: dict[str, Any] = {}
    for name, subjects in chosen.items():
        for member in GROUPS.get(name, (name,)):
            if member in READY:
                wanted[member] = subjects
            else:
                known = ", ".join([*GROUPS, *READY])
                refused.append(f"market_datasets: there is no dataset {name!r}. There are {known}.")
    return [(one, wanted[one.name]) for one in in_order(READY.values()) if one.name in wanted]


def _choose(
    one: Ready, subjects: Any, watchlist: Sequence[str], found: dict[str, Dataset], refused: list[str]
) -> None:
    if not subjects:
        return
    for subject in _subjects(one, subjects, watchlist, refused):
        try:
            dataset = one.about(subject)
        except BadSubject as error:
            refused.append(f"market_datasets: {one.name}: {error}")
        else:
            found[dataset.name] = dataset


def _subjects(one: Ready, subjects: Any, watchlist: Sequence[str], refused: list[str]) -> Sequence[str]:
    if one.of is None:
        return [""]
    if subjects not in (True, "all"):
        return [subjects] if isinstance(subjects, str) else [str(each) for each in subjects]
    if isinstance(one.of, Names):
        return one.of.usual
    if isinstance(one.of, Symbols):
        return watchlist
    refused.append(f'market_datasets: {one.name} needs names, such as "{one.name}": ["{one.of.example}"].')
    return []
