"""The end of a run: gaps are looked for where it was about symbols."""

from __future__ import annotations

from datetime import date

import pytest

from include.market.instruments import register, write_sessions
from include.report.closing import close_run
from tests.bars import MORNING_AFTER

pytestmark = pytest.mark.postgres


@pytest.mark.parametrize(("subject", "gaps"), [("IBM", [("IBM", date(2026, 5, 15))]), ("eur_usd", [])])
def test_only_a_run_of_symbols_looks_for_gaps(warehouse, started, subject, gaps):
    write_sessions(warehouse, "XNYS")
    register(warehouse, ["IBM"], through=date(2026, 5, 15))
    run = started(subject)
    assert run.now() == MORNING_AFTER
    closed = close_run(warehouse, run)
    assert [result.symbol for result in closed.results] == [subject]
    assert warehouse.execute("select symbol, session from gap").fetchall() == gaps
    ended = warehouse.execute("select state, ended_at is not null from pipeline_run").fetchall()
    assert ended == [("failed", True)]  # nothing was recorded of its request
