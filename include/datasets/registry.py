"""The datasets of the DAG ``market_data_extra``, as data: add one to its family's file,
and the next run fetches it.

Any function of the API will do whose rows have a key. A table is made when its first rows come: the columns
are the body's, under the provider's names, each of the type of its values (``numeric``, ``date``,
``timestamptz``, ``text``, ``boolean``), and each comes when it first has one. Several datasets may share a
table if they share its key, such as several pairs of currencies.

A free key has 25 calls a day; each dataset that is due takes one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from include.datasets.bars import DAILY_BARS
from include.datasets.base import Dataset, names_dataset
from include.datasets.commodities import COMMODITIES
from include.datasets.companies import COMPANIES
from include.datasets.corporate_actions import DIVIDENDS_OF_SYMBOLS, SPLITS_OF_SYMBOLS
from include.datasets.crypto import CRYPTO
from include.datasets.currencies import CURRENCIES
from include.datasets.economy import ECONOMY
from include.datasets.listing import LISTING_OF_US_SYMBOLS
from include.datasets.periods import SERIES, series_of
from include.datasets.rows import read_rows
from include.warehouse.runs import Request

DATASETS: tuple[Dataset, ...] = (*CURRENCIES, *CRYPTO, *COMMODITIES, *ECONOMY, *COMPANIES)
"""Those with a table of their own, in the order in which a run asks for them; all of them are free."""

OF_SUBJECTS = (DAILY_BARS, SPLITS_OF_SYMBOLS, DIVIDENDS_OF_SYMBOLS, LISTING_OF_US_SYMBOLS)
"""Those that are asked for a symbol, or a list of the market: a request of one names its subject."""


def dataset_named(name: str) -> Dataset:
    """Return the dataset that is declared under a name, or the weekly or monthly series that it means.

    :raises LookupError: it is neither.
    """
    declared = {dataset.name: dataset for dataset in DATASETS}
    symbol, _, series = name.rpartition("_")
    if name in declared:
        return declared[name]
    if symbol and series in SERIES:
        return series_of(symbol.upper(), series)
    raise LookupError(f"No dataset is declared as {name!r}: it was taken out of include/datasets/.")


def dataset_of(subject: str, function: str, named: Callable[[str], Dataset] = dataset_named) -> Dataset:
    """Return the dataset that a request is for.

    :param subject: a symbol, a list of the market, or the name of a dataset with a table of its own.
    :param named: finds a dataset by its name.
    :raises LookupError: there is none.
    """
    if names_dataset(subject):
        return named(subject)
    return {dataset.function: dataset for dataset in OF_SUBJECTS}[function]


def final_through(dataset: Dataset, request: Request, content: bytes) -> date | None:
    """Read a response, so that one that cannot be read fails now; return the day up to which it speaks.

    :raises AlphaVantageError: it is not what was asked for.
    """
    if dataset.read:
        return dataset.read(request, content)
    rows = read_rows(dataset, content, fetched_at=request.answered_at)
    return max((day for day in rows.days if day), default=None)
