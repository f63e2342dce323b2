"""Which dataset a request is for, and what is asked for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from include.datasets.registry import dataset_of
from tests.datasets.samples import SAMPLES


@pytest.mark.parametrize(
    ("symbol", "function", "name"),
    [
        ("IBM", "TIME_SERIES_DAILY", "daily_bars"),
        ("600104.SHH", "SPLITS", "splits"),
        ("IBM", "DIVIDENDS", "dividends"),
        ("*active", "LISTING_STATUS", "listing"),
        ("*delisted", "LISTING_STATUS", "listing"),
        ("eur_usd_fx", "FX_DAILY", "eur_usd_fx"),
        ("brk-b_weekly", "TIME_SERIES_WEEKLY", "brk-b_weekly"),
    ],
)
def test_a_request_tells_its_dataset(symbol, function, name):
    assert dataset_of(symbol, function).name == name


def test_a_dataset_may_ask_for_the_splits_of_one_symbol_under_a_name_of_its_own():
    own = replace(SAMPLES[0], name="ibm_splits", function="SPLITS")
    assert dataset_of("ibm_splits", "SPLITS", [own]) is own
    assert dataset_of("IBM", "SPLITS", [own]).name == "splits"


def test_what_no_dataset_is_declared_for_is_refused_by_name():
    with pytest.raises(LookupError, match="No dataset is declared as 'gone'"):
        dataset_of("gone", "FX_DAILY")


@pytest.mark.parametrize(
    ("symbol", "function", "outputsize", "question"),
    [
        ("IBM", "TIME_SERIES_DAILY", "full", {"symbol": "IBM", "outputsize": "full"}),
        ("IBM", "SPLITS", "", {"symbol": "IBM"}),
        ("*active", "LISTING_STATUS", "", {}),
        ("*delisted", "LISTING_STATUS", "", {"state": "delisted"}),
        ("cpi_economy", "CPI", "", {"interval": "monthly"}),
    ],
)
def test_what_is_asked_is_declared(symbol, function, outputsize, question):
    assert dataset_of(symbol, function).question(symbol, outputsize) == question
