"""All datasets: those of the watchlist, those that are ready to be switched on, and an installation's own.

Any function of the API will do whose rows have a key. A table is made when its first rows come: the declared
columns, and those that a body has beside them, under the provider's names, each of the type of its values
(``numeric``, ``date``, ``timestamptz``, ``text``, ``boolean``). Several datasets may share a table if they
share its key, such as several pairs of currencies.

A free key has 25 calls a day; each dataset that is due takes one.
"""

from __future__ import annotations

from collections.abc import Sequence

from include.datasets.base import Dataset
from include.datasets.corporate_actions import CORPORATE_ACTIONS
from include.datasets.daily_bars import DAILY_BARS
from include.datasets.listing import US_LISTING
from include.datasets.periods import SERIES, series_of
from include.datasets.ready.registry import ready_dataset

DATASETS: tuple[Dataset, ...] = ()
"""An installation's own, beside those that are ready: always switched on, in the order they are asked for."""

OF_SUBJECTS: tuple[Dataset, ...] = (DAILY_BARS, *CORPORATE_ACTIONS, US_LISTING)
"""Those that are asked of one symbol or list at a time: by its name and the function a request is known."""


def dataset_of(symbol: str, function: str, datasets: Sequence[Dataset] = DATASETS) -> Dataset:
    """Return the dataset that a request is for.

    :param symbol: the symbol or list it is asked of, or the name of the dataset.
    :raises LookupError: none is declared so.
    """
    for dataset in (*datasets, *OF_SUBJECTS):
        if dataset.function == function and (dataset.name == symbol or dataset.subjects):
            return dataset
    return dataset_named(symbol)


def dataset_for(name: str) -> Dataset:
    """Return the dataset whose verdict stands under a name.

    :param name: a symbol, whose daily bars are meant; the name of a dataset; or that of a list, such as
        ``ibm_splits``.
    :raises LookupError: none is declared so.
    """
    return dataset_of(*request_for(name))


def request_for(name: str) -> tuple[str, str]:
    """Return of whom and which function is asked for what stands under a name; see :func:`dataset_for`."""
    if name == name.upper():
        return name, DAILY_BARS.function
    for dataset in OF_SUBJECTS:
        subject = name.removesuffix(f"_{dataset.function.lower()}")
        if subject != name:
            found = [one for one in _subjects(dataset, subject) if dataset.name_of(one) == name]
            return found[0], dataset.function
    return name, dataset_named(name).function


def _subjects(dataset: Dataset, name: str) -> list[str]:
    return [name.upper()] if dataset.subjects == "watchlist" else list(dataset.subjects)


def dataset_named(name: str) -> Dataset:
    """Return the dataset that is declared under a name, or the series of a symbol that it tells.

    :raises LookupError: it is neither.
    """
    declared = {dataset.name: dataset for dataset in DATASETS}
    symbol, _, series = name.rpartition("_")
    if name in declared:
        return declared[name]
    if ready := ready_dataset(name):
        return ready
    if symbol and series in SERIES:
        return series_of(symbol.upper(), series)
    raise LookupError(f"No dataset is declared as {name!r}: it was taken out of include/datasets/.")
