"""The report of a run: what is wrong and the bars around it, as text, offline, and kept to a number."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from html.parser import HTMLParser

import pytest

from include.datasets.base import Body
from include.datasets.daily_bars.reading import read_bars
from include.gate.validate import validate
from include.report.quality_report import MOST_BARS, has_report, write_report
from tests.bars import MORNING_AFTER, SESSIONS, StockBar, judge
from tests.desk import body

HOSTILE = '<img src=x onerror="alert(1)">'


class Page(HTMLParser):
    """The tags with what they load, and each row of each table as its cells."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.tags: list[str] = []
        self.loads: list[str] = []
        self.rows: list[list[str]] = []
        self.is_cell = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loads += [str(value) for name, value in attrs if name in {"src", "href"}]
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")
            self.is_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self.is_cell = False

    def handle_data(self, data: str) -> None:
        if self.is_cell:
            self.rows[-1][-1] += data


@pytest.fixture
def reported(tmp_path, warehouse, started):
    """Judge bars in a run of this name; return its report."""

    def report(bars, name: str = "manual", **options) -> Page:
        by_symbol: dict = {}
        for bar in bars:
            by_symbol.setdefault(bar.symbol, []).append(bar)
        verdicts = judge(bars, now=MORNING_AFTER, reports=tmp_path)
        run = started(*by_symbol, run_id=name)
        write_report(warehouse, run, verdicts, **options)
        assert has_report(warehouse, run)
        asked = "select html from quality_report where pipeline_run_id = %s"
        ((html,),) = warehouse.execute(asked, [run.id]).fetchall()
        return Page(html)

    return report


def test_a_broken_bar_stands_between_its_neighbours_with_rule_and_value(reported, batch):
    page = reported(batch("GOOD") + batch("IBM", low=Decimal("219.5")))
    good = ["218.20", "220.91", "217.615", "219.30", "6154450", ""]
    assert page.rows[-6:] == [
        ["Session", "Open", "High", "Low", "Close", "Volume", "What is wrong"],
        ["2026-05-15", *good],
        ["2026-05-14", *good],
        [
            "2026-05-13", "218.20", "220.91", "219.50", "219.30", "6154450",
            "critical low_not_above_open, which says: low is not above open."
            "critical low_not_above_close, which says: low is not above close.",
        ],
        ["2026-05-12", *good],
        ["2026-05-11", *good],
    ]  # fmt: skip
    assert page.rows[1:3] == [
        ["critical", "low_not_above_open", "1", "1", "low is not above open."],
        ["critical", "low_not_above_close", "1", "1", "low is not above close."],
    ]


def test_a_real_body_tells_the_one_session_that_was_unlike_the_others(recordings, reported):
    body = (recordings / "TIME_SERIES_DAILY__IBM__pt2.csv").read_bytes()
    fetched_at = datetime(2025, 11, 8, 6, tzinfo=UTC)
    rows = read_bars(Body(body, "IBM", "TIME_SERIES_DAILY", fetched_at)).table.to_pylist()
    bars = [StockBar(**row) for row in rows]
    page = reported([bar for bar in bars if bar.data_date < date(2025, 8, 1)])
    assert [row[0] for row in page.rows if row[0].startswith("2025-07")] == [
        f"2025-07-{day}" for day in (31, 30, 29, 28, 25, 24, 23, 22)
    ]
    (row,) = [row for row in page.rows if row[0] == "2025-07-24"]
    assert "warning usual_return: it closes -7.6% from the close before" in row[-1]
    assert "warning usual_volume: 22647720 shares, 6.4" in row[-1]


def test_what_is_held_beside_the_batch_is_shown_as_held(reported, batch, loading):
    thursday = date(2026, 5, 14)
    loading([bar for bar in batch("IBM") if bar.data_date == thursday], "before")
    page = reported([bar for bar in batch("IBM", volume=0) if bar.data_date != thursday])
    assert [row[-1] for row in page.rows if row[0] == "2026-05-14"] == ["held already, not in this body"]


def test_hostile_names_are_text_and_nothing_comes_from_elsewhere(reported, batch):
    page = reported([replace(bar, symbol=HOSTILE) for bar in batch("X", volume=0)], name=HOSTILE)
    assert "img" not in page.tags
    assert page.loads == ["#s1", "../symbol/%3Cimg%20src%3Dx%20onerror%3D%22alert%281%29%22%3E"]


def test_a_symbol_that_breaks_more_than_a_person_reads_shows_the_newest(reported, batch):
    page = reported([replace(bar, low=Decimal("-1")) for n in range(2) for bar in batch(f"S{n}")])
    assert sum(row[0] in {str(day) for day in SESSIONS} for row in page.rows) == 50 < 2 * MOST_BARS
    many = [replace(bar, low=Decimal("-1"), volume=n) for n in (1, 2) for bar in batch("S")]
    page = reported(many)
    assert sum(row[-1].startswith("critical low_positive") for row in page.rows) >= MOST_BARS
    assert f"… and {50 - MOST_BARS} more bars that broke rules." in page.text


def test_a_row_that_cannot_be_read_is_shown_as_it_was_served(desk):
    grouped = '218.2000,220.9100,217.6150,219.3000,"6,154,450"'
    run = desk.fetched(IBM=body(may_13=grouped), MSFT=body(may_13=grouped))
    found = validate(desk.warehouse, run, store=desk.store, reports=desk.reports)
    write_report(desk.warehouse, run, found.of_bars)
    ((html,),) = desk.rows("select html from quality_report")
    page = Page(html)
    assert page.rows[1] == ["critical", "readable", "2", "2", "Each cell has the form of its column."]
    shown = [row for row in page.rows if row[0] == "2026-05-13"]
    assert shown[0][1].endswith("close 219.3000, volume 6,154,450")
    assert shown[0][2].startswith("critical readable: ")
    assert len(shown) == 2


def test_a_run_without_any_finding_and_one_without_any_bar_say_so(reported, batch):
    assert "No rule was broken." in reported(batch("IBM")).text
    assert "Nothing came that could be judged." in reported([]).text


def test_the_oldest_reports_go_and_a_run_judged_again_has_one(reported, batch, warehouse, started):
    names = ["first", "second", "third", "fourth", "fourth"]
    for name in names:
        reported(batch("IBM"), name, kept=3)
    assert not has_report(warehouse, started("IBM", run_id="first"))
    assert all(has_report(warehouse, started("IBM", run_id=name)) for name in names[1:])
    assert warehouse.execute("select count(*) from quality_report").fetchone() == (3,)
