"""The datasets of the DAG ``market_data_extra``, as data: add one to its family's file,
and the next run fetches it.

Any function of the API will do whose rows have a key. A table is made when its first rows come: the columns
are the body's, under the provider's names, each of the type of its values (``numeric``, ``date``,
``timestamptz``, ``text``, ``boolean``), and each comes when it first has one. Several datasets may share a
table if they share its key, such as several pairs of currencies.

A free key has 25 calls a day; each dataset that is due takes one.
"""

from __future__ import annotations

from include.datasets.base import Dataset
from include.datasets.commodities import COMMODITIES
from include.datasets.companies import COMPANIES
from include.datasets.crypto import CRYPTO
from include.datasets.currencies import CURRENCIES
from include.datasets.economy import ECONOMY

DATASETS: tuple[Dataset, ...] = (*CURRENCIES, *CRYPTO, *COMMODITIES, *ECONOMY, *COMPANIES)
"""In the order in which a run asks for them; all of them are free."""
