"""Each rule that warns: where it fires, and where it must not. Real bodies, where they have a case."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from benchmarks.gate import count, known_to_be, recorded_bodies
from include.datasets.corporate_actions import KnownActions
from include.datasets.daily_bars import DAILY_BAR_RULES
from include.datasets.daily_bars.known import Known
from include.datasets.rule import Rule
from include.exceptions import GateError
from tests.bars import MORNING_AFTER, NOTHING_KNOWN, SESSIONS, StockBar, held_of, judge

D = Decimal
DAY, EVE, SUNDAY = date(2026, 5, 13), date(2026, 5, 12), date(2026, 5, 10)


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    return tmp_path_factory.mktemp("reports")


@pytest.fixture
def broken(reports):
    """Judge bars; return what they broke in a word, by symbol and session, and as it is told."""

    def judged(bars, known: Known = NOTHING_KNOWN, now=MORNING_AFTER) -> dict[str, str]:
        verdicts = judge(bars, now=now, reports=reports, known=known)
        return {
            f"{verdict.symbol} {one.row.day:%m-%d} {one.rule.name}": one.told
            for verdict in verdicts
            for one in verdict.findings
        }

    return judged


def held(bars, *, is_final: bool = True):
    """The bars as the warehouse holds them."""
    return held_of(replace(bar, is_final=is_final) for bar in bars)


def without(bars, *days: date) -> list:
    return [bar for bar in bars if bar.data_date not in days]


def test_on_the_recorded_bodies_one_session_of_402_is_told(recordings, reports):
    """IBM on 2025-07-24, the day after its earnings: 7.6 % down, at 6.4 times the usual volume."""
    found = count(recordings, reports)
    assert (found.bars, found.judged) == (402, 316)
    assert found.fired == Counter(usual_return=1, usual_volume=1)
    beyond = {
        name: [sum(score > limit for score in scores) for limit in (6, 8, 9, 10)]
        for name, scores in found.scores.items()
    }
    assert beyond == {"return_score": [3, 2, 1, 0], "volume_score": [1, 1, 1, 0]}


@pytest.fixture
def bodies(recordings):
    """The recorded bars of IBM of 2025, and when they were fetched."""
    rows, fetched_at = list(recorded_bodies(recordings))[3]
    return [StockBar(**row) for row in rows.to_pylist()], fetched_at


def test_a_return_unlike_the_sixty_before_is_told_with_its_size(bodies, recordings, broken):
    bars, now = bodies
    assert broken(bars, known_to_be(recordings), now)["IBM 07-24 usual_return"] == (
        "it closes -7.6% from the close before, -9.4 times the usual spread"
    )


@pytest.mark.parametrize(("close", "fires"), [("214.4209", False), ("214.4208", True)])
def test_where_prices_hardly_move_a_return_is_unusual_from_two_and_a_quarter_percent(
    batch, broken, close, fires
):
    """219.3 * exp(-9 * 0.0025) = 214.42085; the next day it is back, which is as far."""
    found = broken(batch("IBM", close=D(close), low=D(200)))
    assert set(found) == ({"IBM 05-13 usual_return", "IBM 05-14 usual_return"} if fires else set())


@pytest.mark.parametrize(
    ("known", "fires"),
    [
        (KnownActions(), True),
        (KnownActions(dividends={DAY: D("19.3")}), False),
        (KnownActions(dividends={DAY: D("0.3")}), True),
        (KnownActions(dividends={EVE: D("19.3")}), True),
    ],
)
def test_a_dividend_that_is_known_is_no_fall(batch, broken, known, fires):
    bars = [
        replace(bar, open=D(200), low=D(200), close=D(200)) if bar.data_date >= DAY else bar
        for bar in batch("IBM")
    ]
    found = broken(bars, Known(actions={"IBM": known}))
    assert ("IBM 05-13 usual_return" in found) == fires


@pytest.mark.parametrize(
    ("known", "told"),
    [
        (KnownActions(DAY, splits={DAY: D(2)}), set()),
        (KnownActions(DAY), {"IBM 05-13 split_for_a_step"}),
        (KnownActions(EVE, splits={DAY: D(4)}), {"IBM 05-13 step_for_a_split"}),
        (KnownActions(DAY, splits={DAY: D(4)}, splits_came=True), set()),  # told of the list
        (KnownActions(EVE), {"IBM 05-13 unlike_a_split"}),
        (KnownActions(), {"IBM 05-13 unlike_a_split"}),
    ],
)
def test_a_split_that_is_known_is_no_fall_and_one_that_is_not_is_told_once(batch, broken, known, told):
    """From the day on a share is half of what it was, and twice as many are traded."""
    halved = {"open": D("109.1"), "high": D("110.455"), "low": D("108.8"), "close": D("109.65")}
    bars = [
        replace(bar, **halved, volume=2 * bar.volume) if bar.data_date >= DAY else bar for bar in batch("IBM")
    ]
    assert set(broken(bars, Known(actions={"IBM": known}))) == told


def test_a_batch_that_follows_what_is_held_is_compared_with_it(batch, broken):
    bars = batch("IBM", open=D("72"), low=D("71"), volume=100_000_000)
    before, after = bars[:22], bars[22:]
    known = Known(held=held(before))
    assert after[0].data_date == DAY
    assert broken(after) == {"IBM 05-13 plausible_range": "high 220.9100, low 71.0000"}
    assert broken(after, known) == broken(after) | {
        "IBM 05-13 unlike_a_split": "it opens at 0.328 of the close before, and no split is known",
        "IBM 05-13 usual_volume": "100000000 shares, 16.25 times the median of the sessions before",
    }
    split = replace(known, actions={"IBM": KnownActions(splits={DAY: D(3)})})
    assert "IBM 05-13 unlike_a_split" not in broken(after, split)
    months_ago = held(replace(bar, data_date=bar.data_date - timedelta(days=35)) for bar in before)
    assert "IBM 05-13 unlike_a_split" not in broken(after, replace(known, held=months_ago))


@pytest.mark.parametrize(
    ("volume", "fires"),
    [(37_232_252, False), (37_232_253, True), (1_017_324, False), (1_017_323, True), (0, True)],
)
def test_where_volume_hardly_changes_six_times_as_much_is_unusual(batch, broken, volume, fires):
    """6154450 * exp(9 * 0.2) = 37232252.8, and 6154450 * exp(-9 * 0.2) = 1017323.7."""
    assert ("IBM 05-13 usual_volume" in broken(batch("IBM", volume=volume))) == fires


@pytest.mark.parametrize(("high", "fires"), [("300", False), ("300.0001", True)])
def test_a_high_of_more_than_one_and_a_half_times_the_low_is_not_plausible(batch, broken, high, fires):
    found = broken(batch("IBM", low=D(200), high=D(high)))
    assert found == ({"IBM 05-13 plausible_range": "high 300.0001, low 200.0000"} if fires else {})


def test_a_day_off_that_every_symbol_has_is_a_day_the_calendar_does_not_know(batch, broken):
    both = [
        bar for symbol in ("IBM", "KO") for bar in (*batch(symbol), *batch(symbol, data_date=SUNDAY)[22:23])
    ]
    assert set(broken(both)) == {f"{symbol} 05-10 known_to_the_calendar" for symbol in ("IBM", "KO")}
    late = without(batch("NEW"), *SESSIONS[:21])
    assert not [rule for rule in broken([*both, *late]) if "is_a_session" in rule]
    assert set(broken([*both, *batch("ONE")])) == {f"{symbol} 05-10 is_a_session" for symbol in ("IBM", "KO")}
    assert set(broken([bar for bar in both if bar.symbol == "IBM"])) == {"IBM 05-10 is_a_session"}
    london = [replace(bar, symbol="TSCO.LON") for bar in without(batch("X"), date(2026, 5, 4))]
    assert not [rule for rule in broken([*both, *london]) if "is_a_session" in rule]


def test_a_session_the_vendor_left_out_is_told_once(batch, broken):
    bars = without(batch("IBM"), EVE, date(2026, 5, 4))
    assert broken(bars) == {
        "IBM 05-05 complete": "sessions missing before it: 1",
        "IBM 05-13 complete": "sessions missing before it: 1",
    }
    assert broken(bars, Known(held=held(bars))) == {}  # tomorrow's body has the same holes
    assert broken(bars, Known(held=held(batch("IBM")))) == {}  # what is held is not missing


def test_a_hole_that_is_known_is_for_who_wants_to_know(batch, reports):
    known = Known(missing={"IBM": frozenset({EVE})})
    (verdict,) = judge(without(batch("IBM"), EVE), now=MORNING_AFTER, reports=reports, known=known)
    assert (verdict.accepted, verdict.warnings, verdict.reasons) == (True, (), [])
    (rule,) = verdict.broken_rules
    assert (rule.severity, rule.told) == (
        "info",
        "IBM 2026-05-13: known_hole (sessions missing before it, as is known: 1).",
    )


def test_a_newest_session_that_is_not_there_is_told_whenever_it_is_not(batch, broken, reports):
    bars, monday = batch("IBM"), MORNING_AFTER + timedelta(days=2)
    assert broken(bars, now=monday) == {}  # nothing has closed since Friday
    late = without(bars, SESSIONS[-1])
    told = {"IBM 05-14 fresh": "2026-05-15 is not published yet; the newest session is 2026-05-14"}
    assert broken(late) == told
    assert broken(late, Known(held=held(late))) == told
    assert broken(late, Known(missing={"IBM": frozenset({SESSIONS[-1]})})) == {}  # a person discarded it
    (verdict,) = judge(late, now=MORNING_AFTER, reports=reports)
    assert verdict.reasons == ["IBM: 2026-05-15 is not published yet; the newest session is 2026-05-14."]


@pytest.mark.parametrize(
    ("close", "is_final", "fires"),
    [("219.5193", True, False), ("219.5194", True, True), ("219.0806", True, True), ("230", False, False)],
)
def test_a_final_close_that_is_revised_by_more_than_a_thousandth_is_told_with_both(
    batch, broken, close, is_final, fires
):
    """219.3 * 1.001 = 219.5193."""
    was = held(batch("IBM"), is_final=is_final)
    found = broken(batch("IBM", close=D(close), high=D(240)), Known(held=was))
    told = {"IBM 05-13 stands_as_final": f"it closes at {close}, and 219.3 was held as final"}
    assert {rule: said for rule, said in found.items() if "final" in rule} == (told if fires else {})


def test_no_close_was_revised_in_the_recorded_weeks(recordings):
    """IBM's closes of 2024 stand the same in a body of weeks fetched almost two years later."""
    from airflow_provider_alphavantage.parsing.bars import parse_bars
    from airflow_provider_alphavantage.responses import read

    function = "TIME_SERIES_WEEKLY_ADJUSTED"
    body = (recordings / f"{function}__IBM__pt1.csv").read_bytes()
    weeks = parse_bars(read(body, function=function, symbol="IBM"), function=function, symbol="IBM")
    closes = {week.session: week.close for week in weeks.bars}
    bodies = [rows.to_pylist() for rows, _ in list(recorded_bodies(recordings))[2:]]
    daily = {bar["data_date"]: bar["close"] for bars in bodies for bar in bars}
    both = closes.keys() & daily.keys()
    assert len(both) == 63
    assert {session: closes[session] for session in both} == {session: daily[session] for session in both}


def test_a_bar_that_comes_as_it_is_held_breaks_no_rule_again(batch, broken):
    bars = without(batch("IBM", volume=100_000_000, open=D("160"), low=D("100")), EVE)
    assert {rule.split()[-1] for rule in broken(bars)} == {
        "complete", "plausible_range", "unlike_a_split", "usual_volume",
    }  # fmt: skip
    assert broken(bars, Known(held=held(bars))) == {}


def test_an_expectation_of_ones_own_is_a_rule_like_any_other(batch, reports):
    calm = Rule(
        "calm",
        "The high is at most one percent above the low.",
        "include.datasets.custom_expectations:ExpectRangeToBePlausible",
        {"column_list": ["low", "high"], "most": 1.01},
    )
    bars = batch("IBM", high=D("219.4")) + batch("KO", high=D("219.4"))[22:23]
    verdicts = judge(bars, now=MORNING_AFTER, reports=reports, rules=[*DAILY_BAR_RULES, calm])
    assert [(verdict.symbol, len(verdict.broken)) for verdict in verdicts] == [("IBM", 24), ("KO", 0)]
    assert verdicts[0].broken[0].rules == ("calm",)


def test_a_rule_of_an_expectation_that_there_is_not_says_so(batch, reports):
    rule = Rule("odd", "Odd.", "include.datasets.custom_expectations:ExpectTheUnexpected")
    with pytest.raises(GateError, match=r"The rule odd names the expectation .*ExpectTheUnexpected"):
        judge(batch("IBM"), now=MORNING_AFTER, reports=reports, rules=[rule])
