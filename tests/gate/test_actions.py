"""Splits and dividends against the prices around them: what is odd warns, and marks adjusted prices."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from include.gate.approval import record_approval, warned_of
from include.market.instruments import register, write_sessions
from include.report.results import results_of
from tests.bars import SESSIONS
from tests.desk import body

pytestmark = pytest.mark.postgres
SPLITS = "effective_date,split_factor\n"
DIVIDENDS = "ex_dividend_date,declaration_date,record_date,payment_date,amount\n"
NONE_SINCE = (None, None)


def prices(**levels: str) -> str:
    """A CSV of daily bars that trade at a level from its day on, such as ``apr_13="100", may_11="50"``."""
    lines, level = [], Decimal(0)
    for session in SESSIONS:
        level = Decimal(levels.get(f"{session:%b_%d}".lower(), level))
        high, low = level * Decimal("1.01"), level * Decimal("0.99")
        lines.append(f"{session},{level},{high},{low},{level},1000000")
    return "\n".join(["timestamp,open,high,low,close,volume", *lines[::-1], ""])


def paid(*rows: str) -> str:
    return DIVIDENDS + "".join(f"{day},None,None,None,{amount}\n" for day, amount in map(str.split, rows))


def split(*rows: str) -> str:
    return SPLITS + "".join(",".join(row.split()) + "\n" for row in rows)


@pytest.fixture
def actions(desk):
    """Fetch bars and lists of a symbol in one run; return the warnings of its bars and lists, by name."""
    write_sessions(desk.warehouse, "XNYS")
    register(desk.warehouse, ["IBM"], through=date(2026, 5, 15))

    def run_them(bars: str = "", **lists: str) -> dict[str, list[str]]:
        run = desk.start("stock_data_pipeline", "IBM")
        bodies = {"TIME_SERIES_DAILY": bars} | lists if bars else lists
        for function, text in bodies.items():
            desk.bring(run, "IBM", function, text)
        desk.finish(run)
        asked = "select symbol, reasons from verdict where pipeline_run_id = %s and accepted and warnings > 0"
        told = dict(desk.warehouse.execute(asked, [run.id]).fetchall())
        return {
            name: [one for one in reasons if "not published yet" not in one] for name, reasons in told.items()
        }

    return run_them


def doubt(desk) -> tuple:
    query = "select doubtful_before::text, doubtful_because from adjustment_coverage where symbol = 'IBM'"
    return desk.rows(query)[0]


def lists_only(told: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: reasons for name, reasons in told.items() if name != "IBM"}


def test_a_dividend_in_pence_on_a_price_in_pounds_is_told_and_marks_adjusted_prices(desk, actions):
    told = actions(prices(apr_13="12.50"), SPLITS=SPLITS, DIVIDENDS=paid("2026-05-14 9.7"))
    assert lists_only(told) == {
        "ibm_dividends": [
            "ibm_dividends 2026-05-14: at_most_half_the_close (9.7 is 78% of 12.5000, the close before it: "
            "another unit than the price's?)."
        ]
    }
    assert doubt(desk) == (
        "2026-05-14",
        "the dividend of 2026-05-14, 9.7, is more than half the close before it, 12.5",
    )


def test_what_is_held_counts_too_and_half_the_close_is_not_more_than_half(desk, actions):
    actions(prices(apr_13="12.50"), SPLITS=SPLITS)
    assert actions(DIVIDENDS=paid("2026-05-13 6.25")) == {}
    assert doubt(desk) == NONE_SINCE
    assert len(actions(DIVIDENDS=paid("2026-05-14 6.26", "2026-05-13 6.25"))["ibm_dividends"]) == 1
    assert actions(DIVIDENDS=paid("2026-05-14 6.26", "2026-05-13 6.25")) == {}  # as it is held


def test_a_dividend_to_come_is_measured_against_the_newest_close(actions):
    told = actions(prices(apr_13="12.50"), DIVIDENDS=paid("2026-08-14 970"))
    assert ["at_most_half_the_close" in one for one in told["ibm_dividends"]] == [True]


def test_on_a_day_with_a_split_the_dividend_is_one_of_the_new_shares(actions):
    bars = prices(apr_13="100", may_11="25")
    four = split("2026-05-11 4")
    assert lists_only(actions(bars, SPLITS=four, DIVIDENDS=paid("2026-05-11 12"))) == {}
    assert "52% of 100.0000" in actions(DIVIDENDS=paid("2026-05-11 13"))["ibm_dividends"][0]


def test_a_split_that_the_prices_show_is_nothing_unusual(desk, actions):
    told = actions(prices(apr_13="300", may_11="101"), SPLITS=split("2026-05-11 3"), DIVIDENDS=DIVIDENDS)
    assert (lists_only(told), doubt(desk)) == ({}, NONE_SINCE)


@pytest.mark.parametrize(("factor", "would"), [("3", "0.333"), ("0.1", "10.000"), ("1.5", "0.667")])
def test_a_split_that_the_prices_do_not_show_is_told_and_marks_adjusted_prices(desk, actions, factor, would):
    told = actions(prices(apr_13="300"), SPLITS=split(f"2026-05-11 {factor}"), DIVIDENDS=DIVIDENDS)
    assert lists_only(told) == {
        "ibm_splits": [
            "ibm_splits 2026-05-11: shows_in_the_prices (it opens at 1.000 of the close before, and the "
            f"split would make it {would})."
        ]
    }
    assert doubt(desk) == (
        "2026-05-11",
        f"the split of 2026-05-11, {factor}, does not show in the prices: it opens at 1.000 of the close "
        "before",
    )


def test_a_small_spin_off_cannot_be_told_from_a_usual_night(desk, actions):
    told = actions(prices(apr_13="300"), SPLITS=split("2026-05-11 1.046"), DIVIDENDS=DIVIDENDS)
    assert (lists_only(told), doubt(desk)) == ({}, NONE_SINCE)


def test_a_split_of_a_listed_day_is_compared_once_its_bars_come(desk, actions):
    whole = prices(apr_13="300")
    older = whole.replace(
        next(line for line in whole.splitlines() if line.startswith("2026-05-15")) + "\n", ""
    )
    actions(older, DIVIDENDS=DIVIDENDS)
    assert actions(SPLITS=split("2026-05-15 3")) == {}  # announced
    told = actions(whole)["IBM"]
    assert (
        "IBM 2026-05-15: step_for_a_split (it opens at 1.000 of the close before, on a split of 3)." in told
    )
    assert doubt(desk)[0] == "2026-05-15"


def test_a_step_like_a_split_with_none_listed_is_told_and_marks_adjusted_prices(desk, actions):
    told = actions(prices(apr_13="300", may_11="100"), SPLITS=SPLITS, DIVIDENDS=DIVIDENDS)
    assert told["IBM"] == [
        "IBM 2026-05-11: split_for_a_step (it opens at 0.333 of the close before, and no split is listed "
        "for it)."
    ]
    assert doubt(desk) == (
        "2026-05-11",
        "it opens on 2026-05-11 at 0.333 of the close before, and no split is listed",
    )
    assert actions(SPLITS=split("2026-05-11 3")) == {}
    assert doubt(desk) == NONE_SINCE


def test_two_kinds_on_a_day_and_actions_before_the_first_bar_are_told_and_wait_for_nobody(desk, actions):
    lists = {
        "SPLITS": split("2026-05-11 3", "2010-01-04 2"),
        "DIVIDENDS": paid("2026-05-11 0.5", "2026-04-13 1", "2020-02-03 1"),
    }
    assert lists_only(actions(prices(apr_13="300", may_11="100"), **lists)) == {}
    assert desk.rows(
        "select symbol, severity, told from broken_rule where symbol <> 'IBM' order by 1, 3"
    ) == [
        (
            "ibm_dividends",
            "info",
            "ibm_dividends 2026-04-13: after_the_first_bar (2 of the list take effect by 2026-04-13, the "
            "first bar, and adjust none).",
        ),
        (
            "ibm_dividends",
            "info",
            "ibm_dividends 2026-05-11: one_kind_a_day (a split of 3 takes effect on the same day; the "
            "dividend is one of the new shares).",
        ),
        (
            "ibm_splits",
            "info",
            "ibm_splits 2010-01-04: after_the_first_bar (1 of the list take effect by 2026-04-13, the first "
            "bar, and adjust none).",
        ),
        (
            "ibm_splits",
            "info",
            "ibm_splits 2026-05-11: one_kind_a_day (a dividend of 0.5 takes effect on the same day; the "
            "dividend is one of the new shares).",
        ),
    ]


def test_two_dividends_of_one_day_are_measured_together_and_told(desk, actions):
    told = actions(prices(apr_13="10"), DIVIDENDS=paid("2026-05-11 3", "2026-05-11 2.5"))["ibm_dividends"]
    assert [one.split(": ")[1].split(" (")[0] for one in told] == [
        "at_most_half_the_close",
        "one_value_a_day",
    ]


def test_a_dividend_announced_without_its_amount_does_not_keep_bars_out(desk):
    run = desk.fetched(IBM=body())
    desk.bring(run, "IBM", "DIVIDENDS", paid("2026-05-13 None", "2026-05-08 1.69"))
    assert desk.finish(run)["IBM"].new_bars == 25
    assert desk.rows("select effective_date::text from corporate_action") == [("2026-05-08",)]


def test_an_odd_list_waits_for_approval_and_rejected_it_is_not_loaded(desk):
    run = desk.fetched(IBM=body())
    desk.bring(run, "IBM", "DIVIDENDS", paid("2026-05-07 131"))
    accepted = desk.judged(run)
    (warned,) = warned_of(desk.warehouse, run)
    assert (warned.symbol, warned.warnings) == ("ibm_dividends", 1)
    record_approval(desk.warehouse, run, "rejected", who="ana")
    desk.load(run, accepted)
    (result,) = results_of(desk.warehouse, run)
    assert (result.new_bars, desk.rows("select * from corporate_action")) == (25, [])
    assert result.problem == (
        "IBM: ibm_dividends: 1 warning(s), rejected by ana, so the list was not loaded. "
        "ibm_dividends 2026-05-07: at_most_half_the_close (131 is 60% of 219.3000, the close before it: "
        "another unit than the price's?). The next run asks for it again."
    )


def test_the_warnings_of_its_lists_are_among_those_of_the_symbol(desk):
    run = desk.fetched(IBM=body())
    desk.bring(run, "IBM", "DIVIDENDS", paid("2026-05-07 131"))
    result = desk.finish(run)["IBM"]
    assert (result.verdict, result.warnings, result.problem) == ("loaded, 1 warning", 1, None)
    assert [reason.split(": ")[1].split(" (")[0] for reason in result.reasons] == ["at_most_half_the_close"]
