"""What people have switched on: the Variable ``market_datasets``, as datasets."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from include.datasets.base import Dataset
from include.datasets.ready.base import BadSubject, Names, Ready, Symbols, in_order
from include.datasets.ready.registry import GROUPS, READY
from include.exceptions import BadParameter


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
        chosen = chosen_in(text)
    except BadParameter as error:
        return Selection(refused=(str(error),))
    found: dict[str, Dataset] = {}
    refused: list[str] = []
    for one, subjects in _by_ready(chosen, refused):
        _choose(one, subjects, watchlist, found, refused)
    return Selection(tuple(found.values()), tuple(refused))


_HOW = 'Write it like {"fundamentals": true, "fx": ["EUR/USD"]}.'


def chosen_in(text: str) -> dict[str, Any]:
    """Return the subjects by family, as a text has them; the families of a group have the group's.

    :raises BadParameter: the text is no JSON object.
    """
    try:
        found = json.loads(text) if text.strip() else {}
    except ValueError as error:
        raise BadParameter(f"The Variable market_datasets is no JSON: {error}. {_HOW}") from error
    if not isinstance(found, dict):
        raise BadParameter(f"The Variable market_datasets is no JSON object. {_HOW}")
    return {member: of for name, of in found.items() for member in GROUPS.get(name, (name,))}


def no_dataset(name: str) -> str:
    """Return that there is none of a name, and which there are: the end of a sentence that begins "There"."""
    return f"is no dataset {name!r}. There are {', '.join([*GROUPS, *READY])}."


def _by_ready(chosen: Mapping[str, Any], refused: list[str]) -> list[tuple[Ready, Any]]:
    refused += [f"market_datasets: there {no_dataset(name)}" for name in chosen if name not in READY]
    return [(one, chosen[one.name]) for one in in_order(READY.values()) if one.name in chosen]


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
