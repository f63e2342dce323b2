"""Prices in today's shares and with dividends taken out: by hand, and against the vendor's own."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from decimal import Decimal as D
from pathlib import Path

import pytest

from tests.bars import MORNING_AFTER

pytestmark = pytest.mark.postgres

BEFORE = {  # the session before each ex-date used below, from a wall calendar
    "2026-05-05": "2026-05-04",
    "2026-05-06": "2026-05-05",
    "2026-05-08": "2026-05-07",
    "2026-05-11": "2026-05-08",
    "2026-06-08": "2026-06-05",
}


class Prices:
    """A warehouse that is filled bar by bar, action by action."""

    def __init__(self, warehouse) -> None:
        self.execute = warehouse.execute

    def bar(self, day: str, close: str, volume: int = 100, symbol: str = "X") -> None:
        values = (symbol, day, *[close] * 4, volume, MORNING_AFTER, MORNING_AFTER, MORNING_AFTER)
        self.execute(
            "insert into stock_data (symbol, data_date, open, high, low, close, volume, is_final, "
            "fetched_at, valid_from, final_from) values (%s, %s, %s, %s, %s, %s, %s, true, %s, %s, %s)",
            values,
        )

    def action(self, kind: str, day: str, value: str, symbol: str = "X", before: str | None = None) -> None:
        values = (symbol, kind, day, value, before or BEFORE[day], MORNING_AFTER, MORNING_AFTER)
        self.execute(
            "insert into corporate_action (symbol, kind, effective_date, value, session_before, path, "
            "fetched_at, valid_from) values (%s, %s, %s, %s, %s, 'body', %s, %s)",
            values,
        )

    def asked(self, *kinds: str, symbol: str = "X") -> None:
        for kind in kinds:
            self.execute(
                "insert into corporate_action_check (symbol, kind, asked_through, path, fetched_at) "
                "values (%s, %s, '2026-05-15', 'body', %s)",
                (symbol, kind, MORNING_AFTER),
            )

    def adjusted(self, columns: str, symbol: str = "X") -> list[tuple]:
        return self.execute(
            f"select data_date::text, {columns} from stock_data_adjusted where symbol = %s "
            "order by data_date",
            (symbol,),
        ).fetchall()

    def coverage(self, symbol: str = "X") -> tuple:
        self.execute("refresh materialized view symbol_coverage")  # as a load does
        return self.execute(
            "select split_adjusted_from::text, adjusted_from::text, not_before_because "
            "from adjustment_coverage where symbol = %s",
            (symbol,),
        ).fetchone()


@pytest.fixture
def prices(warehouse) -> Prices:
    return Prices(warehouse)


def test_a_split_divides_the_prices_and_multiplies_the_volume_before_it(prices):
    prices.bar("2026-05-07", "300", 10)
    prices.bar("2026-05-08", "303", 20)
    prices.bar("2026-05-11", "100", 60)
    prices.action("split", "2026-05-11", "3.0000")
    prices.asked("split", "dividend")
    assert prices.adjusted("split_close, split_volume, adjusted_close, split_factor") == [
        ("2026-05-07", D(100), 30, D(100), D(3)),
        ("2026-05-08", D(101), 60, D(101), D(3)),
        ("2026-05-11", D(100), 60, D(100), D(1)),
    ]


def test_a_dividend_takes_its_share_of_the_close_before_the_ex_date_off_what_came_before(prices):
    prices.bar("2026-05-07", "200")
    prices.bar("2026-05-08", "199")
    prices.action("dividend", "2026-05-08", "2")  # 1 - 2/200 = 0.99
    prices.asked("split", "dividend")
    assert prices.adjusted("split_close, adjusted_close, dividend_factor") == [
        ("2026-05-07", D(200), D(198), D("0.99")),
        ("2026-05-08", D(199), D(199), D(1)),
    ]


def test_factors_are_multiplied_and_an_amount_is_of_the_shares_of_its_day(prices):
    prices.bar("2026-05-04", "400")
    prices.bar("2026-05-05", "396")  # ex 4: 1 - 4/400 = 0.99
    prices.bar("2026-05-07", "400")
    prices.bar("2026-05-08", "100")  # four for one and ex 1 of the new shares: 1 - 1/(400/4) = 0.99
    prices.action("dividend", "2026-05-05", "4")
    prices.action("split", "2026-05-08", "4")
    prices.action("dividend", "2026-05-08", "1")
    prices.asked("split", "dividend")
    assert prices.adjusted("split_close, adjusted_close, dividend_factor") == [
        ("2026-05-04", D(100), D("98.01"), D("0.9801")),
        ("2026-05-05", D(99), D("98.01"), D("0.99")),
        ("2026-05-07", D(100), D(99), D("0.99")),
        ("2026-05-08", D(100), D(100), D(1)),
    ]


def test_thirds_are_exact_to_twenty_decimals(prices):
    prices.bar("2026-05-07", "3")
    prices.bar("2026-05-08", "2")
    prices.action("dividend", "2026-05-08", "1")
    prices.action("split", "2026-05-08", "7", before="2026-05-07", symbol="Y")
    prices.bar("2026-05-07", "1", symbol="Y")
    prices.bar("2026-05-08", "1", symbol="Y")
    for symbol in "XY":
        prices.asked("split", "dividend", symbol=symbol)
    assert prices.adjusted("adjusted_close::text")[0] == ("2026-05-07", "2.00000000000000000000")
    assert prices.adjusted("split_close::text", "Y")[0] == ("2026-05-07", "0.14285714285714285714")


def test_what_was_never_asked_is_null_and_says_so(prices):
    prices.bar("2026-05-07", "200")
    assert prices.adjusted("split_close, adjusted_close") == [("2026-05-07", None, None)]
    assert prices.coverage() == (None, None, "its splits were not asked for yet")
    prices.asked("split")
    assert prices.adjusted("split_close, split_volume, adjusted_close") == [("2026-05-07", D(200), 100, None)]
    assert prices.coverage() == ("2026-05-07", None, "its dividends were not asked for yet")
    prices.asked("dividend")
    assert prices.adjusted("adjusted_close") == [("2026-05-07", D(200))]
    assert prices.coverage() == ("2026-05-07", "2026-05-07", None)


def test_without_the_close_before_an_ex_date_what_came_before_it_is_null_never_a_guess(prices):
    prices.bar("2026-05-04", "400")
    prices.bar("2026-05-06", "400")  # the fifth, before the ex-date of the sixth, is missing
    prices.bar("2026-05-07", "200")
    prices.bar("2026-05-08", "198")
    prices.action("dividend", "2026-05-06", "4")
    prices.action("dividend", "2026-05-08", "2")
    prices.asked("split", "dividend")
    assert prices.adjusted("split_close, adjusted_close") == [
        ("2026-05-04", D(400), None),
        ("2026-05-06", D(400), D(396)),
        ("2026-05-07", D(200), D(198)),
        ("2026-05-08", D(198), D(198)),
    ]
    assert prices.coverage() == (
        "2026-05-04",
        "2026-05-06",
        "the close of 2026-05-05, before the ex-date 2026-05-06, is not held",
    )
    prices.bar("2026-05-05", "400")
    assert prices.adjusted("adjusted_close")[0] == ("2026-05-04", D("392.04"))
    assert prices.coverage()[1:] == ("2026-05-04", None)


def test_a_dividend_that_eats_the_price_is_not_guessed_about(prices):
    prices.bar("2026-05-07", "2")
    prices.bar("2026-05-08", "1")
    prices.action("dividend", "2026-05-08", "2")
    prices.asked("split", "dividend")
    assert prices.adjusted("adjusted_close") == [("2026-05-07", None), ("2026-05-08", D(1))]
    assert prices.coverage()[2] == "the dividend of 2026-05-08 is not less than the close before it"


def test_what_takes_effect_after_the_newest_bar_or_before_the_first_one_does_nothing_yet(prices):
    prices.bar("2026-05-07", "200")
    prices.action("dividend", "2026-06-08", "2")
    prices.action("split", "2026-05-08", "2")
    prices.action("dividend", "2026-05-05", "2")
    prices.asked("split", "dividend")
    assert prices.adjusted("split_close, adjusted_close") == [("2026-05-07", D(200), D(200))]
    assert prices.coverage() == ("2026-05-07", "2026-05-07", None)


def published(recordings: Path, name: str) -> list[dict[str, str]]:
    """The rows of a recorded body of IBM's adjusted bars, newest first, under the names of its CSV form."""
    text = (recordings / f"TIME_SERIES_DAILY_ADJUSTED__IBM__{name}").read_text()
    if name.endswith(".csv"):
        return list(csv.DictReader(text.splitlines()))
    series = json.loads(text)["Time Series (Daily)"]
    return [
        {"timestamp": day} | {key[3:].replace(" ", "_"): value for key, value in row.items()}
        for day, row in series.items()
    ]


@pytest.fixture
def ibm(prices, recordings) -> Callable[[str], list[dict[str, str]]]:
    """Hold the bars of a recorded body, as traded, with IBM's recorded splits and dividends."""

    def actions(function: str) -> list[dict[str, str]]:
        return list(csv.DictReader((recordings / f"{function}__IBM__pt1.csv").read_text().splitlines()))

    def hold(name: str) -> list[dict[str, str]]:
        rows = published(recordings, name)
        for row in rows:
            prices.bar(row["timestamp"], row["close"], int(row["volume"]), "IBM")
        for row in actions("DIVIDENDS"):
            day = row["ex_dividend_date"]
            before = (row["timestamp"] for row in rows if row["timestamp"] < day)
            prices.action("dividend", day, row["amount"], "IBM", max(before, default="1990-01-01"))
        for row in actions("SPLITS"):
            prices.action("split", row["effective_date"], row["split_factor"], "IBM", "1990-01-01")
        prices.asked("split", "dividend", symbol="IBM")
        return rows

    return hold


def largest_difference(ours: dict[str, D], theirs: dict[str, D]) -> D:
    assert ours.keys() == theirs.keys()
    return max(abs(ours[day] / theirs[day] - 1) for day in ours)


# Every recorded body of the vendor's adjusted bars, but for the one below.
@pytest.mark.parametrize(
    ("name", "sessions", "newest_ex_date", "most"),
    [
        ("pt1.csv", ("2025-12-22", "2026-05-15", 100), "2026-05-08", "5.2e-5"),
        ("fc1.json", ("2024-01-17", "2024-06-07", 100), "2024-05-09", "1.16e-4"),
    ],
)
def test_against_the_vendors_adjusted_closes(prices, ibm, name, sessions, newest_ex_date, most):
    """The plain factor 1 - amount / previous close differs a little; their factor explains it all.

    They divide by 1 + amount / close of the ex-date, which is the same to first order.
    """
    rows = ibm(name)
    theirs = {row["timestamp"]: D(row["adjusted_close"]) for row in rows}
    ours = dict(prices.adjusted("adjusted_close", "IBM"))
    assert (min(ours), max(ours), len(ours)) == sessions
    assert D(most) * D("0.98") < largest_difference(ours, theirs) < D(most)

    by_their_factor, factor = {}, D(1)
    for row in rows:  # newest first
        by_their_factor[row["timestamp"]] = D(row["close"]) / factor
        factor *= 1 + D(row["dividend_amount"]) / D(row["close"])
    assert largest_difference(by_their_factor, theirs) < D("1e-9")
    since = {day: close for day, close in ours.items() if day >= newest_ex_date}
    assert largest_difference(since, {day: theirs[day] for day in since}) == 0


def test_the_body_that_was_cut_to_two_sessions_compares_nothing(prices, ibm):
    """The older of them is the ex-date itself, so the close before it is not in the body."""
    rows = ibm("cg1.json")
    assert [(row["timestamp"], row["dividend_amount"]) for row in rows] == [
        ("2020-05-08", "0.0000"),
        ("2020-05-07", "1.6300"),
    ]
    assert prices.adjusted("adjusted_close", "IBM") == [
        (row["timestamp"], D(row["adjusted_close"])) for row in rows[::-1]
    ]


def test_beyond_the_closes_that_are_held_nothing_is_compared(prices, ibm):
    """The ex-date of 2025-11-10 lies before the first bar held: no bar depends on it."""
    ibm("pt1.csv")
    assert prices.coverage("IBM") == ("2025-12-22", "2025-12-22", None)
    prices.bar("2025-11-06", "312.42", symbol="IBM")  # without the close of the seventh
    assert prices.adjusted("adjusted_close", "IBM")[0] == ("2025-11-06", None)
    assert prices.coverage("IBM")[1] == "2025-12-22"
