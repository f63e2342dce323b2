"""Each rule broken once, by a symbol of its own, in one checkpoint."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from include.datasets.daily_bars import DAILY_BAR_RULES
from include.datasets.rule import Rule
from include.exceptions import GateError
from include.gate.checkpoint import data_docs
from tests.bars import MORNING_AFTER, judge

BROKEN = {
    "open_present": {"open": None},
    "high_present": {"high": None},
    "low_present": {"low": None},
    "close_present": {"close": None},
    "volume_present": {"volume": None},
    "open_positive low_not_above_open": {"open": Decimal("-1")},
    "high_positive open_not_above_high close_not_above_high": {"high": Decimal("0")},
    "low_positive": {"low": Decimal("0")},
    "close_positive low_not_above_close": {"close": Decimal("-0.01")},
    "volume_not_negative": {"volume": -1},
    "low_not_above_open": {"open": Decimal("217.6149")},
    "low_not_above_close": {"close": Decimal("217.6149")},
    "open_not_above_high": {"open": Decimal("220.9101")},
    "close_not_above_high": {"close": Decimal("220.9101")},
    "is_a_session": {"data_date": date(2026, 5, 10)},
    "a_day_of_trade": {"data_date": date(2026, 5, 10), "volume": 0}
    | dict.fromkeys(("open", "high", "low", "close"), Decimal(219)),
    "is_a_session not_in_the_future": {"data_date": date(2026, 5, 16)},
    "not_in_the_future": {"data_date": date(2026, 5, 18)},
    "storable": {"close": Decimal("219.3000001")},
    "one_bar_a_session": {"data_date": date(2026, 5, 12), "volume": 6154451},
}


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    return tmp_path_factory.mktemp("reports")


def test_every_rule_refuses_the_symbol_that_breaks_it_and_no_other(batch, reports):
    bars = batch("GOOD")
    for number, changed in enumerate(BROKEN.values()):
        bars += batch(f"S{number}", **changed)
    verdicts = {verdict.symbol: verdict for verdict in judge(bars, now=MORNING_AFTER, reports=reports)}

    assert verdicts.pop("GOOD").accepted
    found = {symbol: {rule for bar in v.broken for rule in bar.rules} for symbol, v in verdicts.items()}
    assert found == {f"S{number}": set(rules.split()) for number, rules in enumerate(BROKEN)}
    repeated = f"S{list(BROKEN).index('one_bar_a_session')}"
    assert all(len(v.broken) == (2 if symbol == repeated else 1) for symbol, v in verdicts.items())
    assert all(verdict.batch.brought == 25 for verdict in verdicts.values())
    assert {name for rules in BROKEN for name in rules.split()} == {
        rule.name for rule in DAILY_BAR_RULES if rule.severity == "critical"
    }
    assert data_docs(reports).is_file()


def test_a_reason_names_symbol_session_rule_and_values(batch, reports):
    (verdict,) = judge(batch("IBM", open=Decimal("221")), now=MORNING_AFTER, reports=reports)
    assert verdict.reasons == [
        "IBM 2026-05-13: open_not_above_high (open 221.0000, high 220.9100, low 217.6150, close 219.3000, "
        "volume 6154450)."
    ]


def test_prices_that_differ_in_the_sixth_decimal_are_told_apart(batch, reports):
    high = Decimal("999999999.123456")
    bars = batch("A", high=high, open=high) + batch("B", high=high, open=high + Decimal("0.000001"))
    assert [verdict.accepted for verdict in judge(bars, now=MORNING_AFTER, reports=reports)] == [
        True,
        False,
    ]


def test_no_bars_no_verdicts(reports):
    assert judge([], now=MORNING_AFTER, reports=reports) == []


def test_a_rule_that_cannot_be_checked_stops_everything(batch, reports):
    lost = Rule("lost", "Looks at what is not there.", "ExpectColumnValuesToNotBeNull", {"column": "absent"})
    with pytest.raises(GateError, match="rule lost could not be checked, so nothing was loaded"):
        judge(batch("IBM"), now=MORNING_AFTER, reports=reports, rules=[lost])


@pytest.mark.parametrize(
    "changed", [{"volume": 2**63}, {"high": Decimal(10**12), "volume": 1}, {"low": Decimal("0.0000001")}]
)
def test_what_does_not_fit_its_column_is_refused_before_it_stops_the_load(batch, reports, changed):
    bars = batch("GOOD") + batch("BAD", **changed)
    verdicts = judge(bars, now=MORNING_AFTER, reports=reports)
    assert [verdict.accepted for verdict in verdicts] == [True, False]
    assert verdicts[1].broken[0].rules == ("storable",)


def test_the_order_of_the_rows_does_not_matter(batch, reports):
    bars = batch("IBM", volume=100_000_000)
    (verdict,) = judge([replace(bar) for bar in reversed(bars)], now=MORNING_AFTER, reports=reports)
    assert [finding.rule.name for finding in verdict.findings] == ["usual_volume"]
