"""What the Variable ``market_datasets`` switches on, and how a person changes it."""

from __future__ import annotations

import json

import pytest

from include.datasets.ready.selection import read_selection
from include.datasets.ready.switching import read_wish, switch
from include.exceptions import BadParameter

WATCHLIST = ("IBM", "BRK-B")


def names(text: str) -> list[str]:
    return [dataset.name for dataset in read_selection(text, WATCHLIST).datasets]


def test_nothing_is_switched_on_at_first():
    assert read_selection("", WATCHLIST).datasets == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"overview": true}', ["ibm_overview", "brk-b_overview"]),
        ('{"overview": "all"}', ["ibm_overview", "brk-b_overview"]),
        ('{"overview": ["TSCO.LON"]}', ["tsco.lon_overview"]),
        ('{"fx": ["eur/usd", "GBP_USD"]}', ["eur_usd_fx", "gbp_usd_fx"]),
        ('{"fx": "EUR/USD"}', ["eur_usd_fx"]),
        ('{"metals": "all"}', ["gold_metals", "silver_metals"]),
        ('{"commodities": ["wti", "copper_annual"]}', ["wti_commodities", "copper_annual_commodities"]),
        ('{"movers": true, "overview": false}', ["movers"]),
        ('{"etf": ["QQQ"]}', ["qqq_etf_profile", "qqq_etf_holdings"]),
        ('{"calendars": true}', ["earnings_calendar", "ipo_calendar"]),
    ],
)
def test_names_groups_and_subjects_switch_on(text, found):
    assert names(text) == found


def test_all_commodities_are_one_series_each():
    assert len(names('{"commodities": "all"}')) == 11


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[1]", "The Variable market_datasets is no JSON object."),
        ("{fx}", "The Variable market_datasets is no JSON:"),
        ('{"forex": true}', "market_datasets: there is no dataset 'forex'. There are fundamentals, "),
        ('{"fx": true}', 'market_datasets: fx needs names, such as "fx": ["EUR/USD"].'),
        ('{"economy": ["gdp"]}', "market_datasets: economy: 'gdp' is none of real_gdp_quarterly"),
        ('{"overview": ["BTC USD !"]}', "market_datasets: overview: "),
    ],
)
def test_what_cannot_be_is_refused_and_the_others_go_on(text, why):
    (refused,) = read_selection(text, WATCHLIST).refused
    assert refused.startswith(why)
    if text.startswith('{"'):
        both = json.dumps(json.loads(text) | {"movers": True})
        assert names(both) == ["movers"]


def test_switching_adds_and_takes_away():
    text = switch("", on=[read_wish("fundamentals"), read_wish("fx=EUR/USD,GBP/USD")])
    assert json.loads(text)["fx"] == ["EUR/USD", "GBP/USD"]
    assert "ibm_cash_flow" in names(text)
    text = switch(
        text, on=[read_wish("fx=JPY/USD")], off=[read_wish("fx=gbp/usd"), read_wish("fundamentals")]
    )
    assert names(text) == ["eur_usd_fx", "jpy_usd_fx"]
    assert switch(text, off=[read_wish("fx", is_off=True)]) == "{}"


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ("forex", "There is no dataset 'forex'. There are fundamentals"),
        ("fx", "Name pairs of fx, such as ON=fx=EUR/USD."),
        ("fx=EURUSD", "fx: 'EURUSD' is no pair. Write it like EUR/USD."),
        ("movers=IBM", "movers is asked of nobody: write ON=movers."),
    ],
)
def test_a_wish_that_cannot_be_says_why(wish, why):
    with pytest.raises(BadParameter) as raised:
        read_wish(wish)
    assert str(raised.value).startswith(why)


def test_a_variable_that_is_no_json_is_not_overwritten():
    with pytest.raises(BadParameter, match="is no JSON"):
        switch("{fx}", on=[read_wish("movers")])
