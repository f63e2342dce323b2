"""Exchange rates and coins: recorded shapes, triangles that close, windows, what is partial."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

FX = {"from_symbol": "EUR", "to_symbol": "USD"}
COIN = {"market": "EUR"}
RECORDED = [
    ("FX_DAILY", None, {**FX, "outputsize": "full"}, "FX_DAILY__EURUSD__cg1.json"),
    ("FX_MONTHLY", None, FX, "FX_MONTHLY__EURUSD__cg1.json"),
    ("FX_INTRADAY", None, {**FX, "interval": "5min"}, "FX_INTRADAY__EURUSD__cg1.json"),
    ("DIGITAL_CURRENCY_DAILY", "BTC", COIN, "DIGITAL_CURRENCY_DAILY__BTCEUR__cg1.json"),
    ("DIGITAL_CURRENCY_WEEKLY", "BTC", COIN, "DIGITAL_CURRENCY_WEEKLY__BTCEUR__cg1.json"),
    ("DIGITAL_CURRENCY_MONTHLY", "BTC", COIN, "DIGITAL_CURRENCY_MONTHLY__BTCEUR__cg1.json"),
    ("CRYPTO_INTRADAY", "ETH", {"market": "USD", "interval": "5min"}, "CRYPTO_INTRADAY__ETHUSD__cg1.json"),
]


@pytest.mark.parametrize(("function", "symbol", "parameters", "recording"), RECORDED)
def test_series_have_the_recorded_shape(sandbox, recordings, function, symbol, parameters, recording):
    recorded = json.loads((recordings / recording).read_bytes())
    served = sandbox.get(function, symbol, **parameters).json()
    assert list(served) == list(recorded)
    assert list(served["Meta Data"]) == list(recorded["Meta Data"])
    assert served["Meta Data"]["1. Information"] == recorded["Meta Data"]["1. Information"]
    (_, theirs), (_, ours) = recorded.items(), served.items()
    old, new = next(iter(theirs[1].values())), next(iter(ours[1].values()))
    assert {name: type(value) for name, value in new.items()} == {
        name: type(value) for name, value in old.items()
    }


def test_a_rate_has_the_recorded_shape(sandbox, recordings):
    recorded = json.loads((recordings / "CURRENCY_EXCHANGE_RATE__USDJPY__pt1.json").read_bytes())
    served = sandbox.get("CURRENCY_EXCHANGE_RATE", None, from_currency="USD", to_currency="JPY").json()
    (rate,) = served.values()
    assert list(served) == list(recorded)
    assert list(rate) == list(recorded["Realtime Currency Exchange Rate"])
    assert Decimal(rate["8. Bid Price"]) < Decimal(rate["5. Exchange Rate"]) < Decimal(rate["9. Ask Price"])
    assert rate["6. Last Refreshed"] == "2026-05-16 06:00:00"


@pytest.mark.parametrize(
    ("function", "rows", "newest"),
    [
        ("FX_DAILY", 100, "2026-05-15"),
        ("FX_WEEKLY", 999, "2026-05-15"),
        ("FX_MONTHLY", 230, "2026-05-15"),
        ("DIGITAL_CURRENCY_DAILY", 350, "2026-05-16"),
        ("DIGITAL_CURRENCY_WEEKLY", 49, "2026-05-16"),
        ("DIGITAL_CURRENCY_MONTHLY", 12, "2026-05-16"),
    ],
)
def test_windows_end_with_the_newest_day(sandbox, function, rows, newest):
    coin = function.startswith("DIGITAL")
    served = sandbox.rows(function, "BTC", **COIN) if coin else sandbox.rows(function, None, **FX)
    days = [row[0] for row in served]
    assert (len(days), days[0]) == (rows, newest)
    assert days == sorted(set(days), reverse=True)
    for _, opens, high, low, closes, *_ in served:
        assert Decimal(low) <= min(Decimal(opens), Decimal(closes))
        assert max(Decimal(opens), Decimal(closes)) <= Decimal(high)


def test_currencies_rest_at_weekends_and_coins_do_not(sandbox):
    fx = {date.fromisoformat(row[0]).weekday() for row in sandbox.rows("FX_DAILY", None, **FX)}
    coins = {
        date.fromisoformat(row[0]).weekday() for row in sandbox.rows("DIGITAL_CURRENCY_DAILY", "BTC", **COIN)
    }
    assert fx == {0, 1, 2, 3, 4}
    assert coins == {0, 1, 2, 3, 4, 5, 6}


def test_triangles_close_up_to_rounding(sandbox):
    def closes(base: str, quote: str) -> dict[str, Decimal]:
        rows = sandbox.rows("FX_DAILY", None, from_symbol=base, to_symbol=quote)
        return {row[0]: Decimal(row[4]) for row in rows}

    direct, first, second = closes("EUR", "CAD"), closes("EUR", "USD"), closes("USD", "CAD")
    for day, rate in direct.items():
        assert abs(first[day] * second[day] - rate) < Decimal("0.00003")


def test_a_running_day_is_partial_and_its_final_row_stays(sandbox):
    sandbox.set_clock("2026-05-14T09:30:00Z")
    morning = sandbox.rows("FX_DAILY", None, **FX)[0]
    sandbox.set_clock("2026-05-15T00:30:00Z")
    final = sandbox.rows("FX_DAILY", None, **FX)[1]
    sandbox.set_clock("2026-05-20T00:30:00Z")
    later = {row[0]: row for row in sandbox.rows("FX_DAILY", None, **FX)}
    assert morning[0] == final[0] == "2026-05-14"
    assert morning[1] == final[1]
    assert morning[2:] != final[2:]
    assert later["2026-05-14"] == final


def test_a_week_holds_its_days(sandbox):
    days = sandbox.rows("FX_DAILY", None, **FX)[:5]
    week = sandbox.rows("FX_WEEKLY", None, **FX)[0]
    assert week[1] == days[-1][1]
    assert week[2] == max(day[2] for day in days)
    assert week[3] == min(day[3] for day in days)
    assert week[4] == days[0][4]


def test_hours_make_up_their_day(sandbox):
    sandbox.set_clock("2026-05-15T23:59:59Z")
    hours = sandbox.rows("FX_INTRADAY", None, **FX, interval="60min")[:24]
    sandbox.set_clock("2026-05-16T06:00:00Z")
    day = sandbox.rows("FX_DAILY", None, **FX)[0]
    assert {hour[0][:10] for hour in hours} == {day[0]} == {"2026-05-15"}
    assert hours[-1][1] == day[1]
    assert max(hour[2] for hour in hours) == day[2]


@pytest.mark.parametrize("parameters", [{"from_symbol": "EUR", "to_symbol": "XXX"}, {"from_symbol": "EUR"}])
def test_an_unknown_currency_is_an_invalid_call(sandbox, parameters):
    assert list(sandbox.get("FX_DAILY", None, **parameters).json()) == ["Error Message"]
    assert sandbox.outcomes() == ["E13"]


@pytest.mark.parametrize("function", ["FX_INTRADAY", "CRYPTO_INTRADAY"])
def test_intraday_is_premium(sandbox, function):
    body = sandbox.get(function, None, apikey=sandbox.free_key).json()
    assert "premium endpoint" in body["Information"]


def test_the_same_clock_gives_the_same_bytes(sandbox):
    first, second = (sandbox.get("DIGITAL_CURRENCY_DAILY", "ETH", market="USD").content for _ in range(2))
    assert first == second


def test_where_nobody_quotes_bid_and_ask_are_dashes(sandbox):
    body = sandbox.get("CURRENCY_EXCHANGE_RATE", None, from_currency="USD", to_currency="KRW").json()
    rate = body["Realtime Currency Exchange Rate"]
    assert (rate["8. Bid Price"], rate["9. Ask Price"]) == ("-", "-")


@pytest.mark.parametrize(
    ("base", "lowest", "highest"),
    [("EUR", 0.75, 1.75), ("AUD", 0.4, 1.1), ("HKD", 0.12, 0.136), ("BTC", 10_000, 500_000)],
)
def test_decades_of_a_currency_stay_plausible(sandbox, base, lowest, highest):
    for year in range(2002, 2034, 4):
        sandbox.set_clock(f"{year}-05-14T12:00:00Z")
        body = sandbox.get("CURRENCY_EXCHANGE_RATE", None, from_currency=base, to_currency="USD").json()
        assert lowest < float(body["Realtime Currency Exchange Rate"]["5. Exchange Rate"]) < highest
