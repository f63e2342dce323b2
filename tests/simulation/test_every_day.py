"""A long list on a free key: every day has its 25 calls, whenever its run begins."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from . import accounts
from .conftest import TICKERS
from .scheduler import Scheduler
from .test_days import copied
from .world import world

pytestmark = [pytest.mark.postgres, pytest.mark.airflow]

FIRST = datetime(2025, 11, 10, 6, 9, tzinfo=UTC)
BEGINNINGS = (
    FIRST,
    FIRST + timedelta(days=1),  # at the same minute
    FIRST + timedelta(days=2, minutes=-9),  # earlier by more than a call has patience
    FIRST + timedelta(days=3, minutes=-8, seconds=-30),
)


def test_a_run_begun_earlier_than_the_day_before_still_has_its_calls(
    postgres, template_url, metadata, tmp_path
):
    url = copied(postgres, "warehouse_template", "simulation_every_day")
    with world(FIRST, url, tmp_path, TICKERS[:40]) as made:
        scheduler, spent = Scheduler(made), []
        for beginning in BEGINNINGS:
            made.time.go_to(beginning)
            before = len(made.sandbox.calls())
            assert scheduler.run(str(beginning)).state == "success"
            spent.append(len(made.sandbox.calls()) - before)
            assert made.time.now() < beginning + timedelta(hours=2)
        assert spent == [25] * 4
        assert accounts.most_in_a_day(made) == 25
        assert accounts.shortest_pause(made) >= timedelta(seconds=1.5)
