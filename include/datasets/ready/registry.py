"""All ready datasets, by the name people switch them on with, and the groups they may name instead."""

from __future__ import annotations

from include.datasets.base import Dataset
from include.datasets.ready.base import Ready
from include.datasets.ready.companies import COMPANIES
from include.datasets.ready.currencies import CURRENCIES
from include.datasets.ready.economy import ECONOMY
from include.datasets.ready.markets import MARKETS

READY: dict[str, Ready] = {one.name: one for one in (*CURRENCIES, *ECONOMY, *COMPANIES, *MARKETS)}
"""By name, in the order in which a run asks for them."""

GROUPS: dict[str, tuple[str, ...]] = {
    "fundamentals": ("overview", "income_statement", "balance_sheet", "cash_flow", "earnings", "shares"),
    "calendars": ("earnings_calendar", "ipo_calendar"),
    "etf": ("etf_profile", "etf_holdings"),
}
"""Several at once."""


def ready_dataset(name: str) -> Dataset | None:
    """Return the dataset that a name such as ``ibm_overview`` is of; None where no family has it."""
    for one in sorted(READY.values(), key=lambda one: -len(one.name)):
        subject = one.subject_of(name)
        if subject is not None:
            return one.about(subject)
    return None
