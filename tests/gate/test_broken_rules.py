"""The table of broken rules: written with the verdict, replaced by a retry, for readers to read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from include.gate.records import record_verdicts
from tests.bars import MORNING_AFTER, judge

pytestmark = pytest.mark.postgres
BUSY = "IBM 2026-05-13: usual_volume (100000000 shares, 16.25 times the median of the sessions before)."


@pytest.fixture
def judged(warehouse, started, tmp_path):
    """Judge bars in one run and keep the verdicts; return what the table holds then."""
    run = started("IBM")

    def judge_them(bars) -> list[tuple]:
        record_verdicts(warehouse, run, judge(bars, now=MORNING_AFTER, reports=tmp_path))
        return warehouse.execute(
            "select rule, severity, bars, first_session, last_session, told from broken_rule order by rule"
        ).fetchall()

    return judge_them


def test_each_broken_rule_has_a_row_with_its_newest_bar_in_a_sentence(judged, batch):
    bars = batch("IBM", volume=100_000_000)
    for row in (3, 7):
        bars[row] = type(bars[row])(**{**vars(bars[row]), "low": Decimal("-1")})
    assert judged(bars) == [
        (
            "low_positive", "critical", 2, date(2026, 4, 16), date(2026, 4, 22),
            "IBM 2026-04-22: low_positive "
            "(open 218.2000, high 220.9100, low -1.0000, close 219.3000, volume 6154450).",
        ),
        ("usual_volume", "warning", 1, date(2026, 5, 13), date(2026, 5, 13), BUSY),
    ]  # fmt: skip


def test_a_retry_replaces_what_the_try_before_found(judged, batch):
    judged(batch("IBM", low=Decimal("-1")))
    assert [row[0] for row in judged(batch("IBM", volume=100_000_000))] == ["usual_volume"]
    assert judged(batch("IBM")) == []
