"""A thousand symbols on 25 calls a day: late, as the plan says, and never lost."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from include.market.sessions import sessions_between

from . import accounts
from .conftest import LONG
from .scheduler import Scheduler
from .test_days import copied
from .world import days_from, world

pytestmark = [LONG, pytest.mark.postgres, pytest.mark.airflow]

FIRST, LAST = datetime(2025, 10, 27, 6, tzinfo=UTC), datetime(2026, 1, 22, 6, tzinfo=UTC)
SYMBOLS = [f"SWEEP{number:04}" for number in range(1, 1001)]


def test_a_thousand_symbols_are_swept_and_no_bar_is_lost(postgres, template_url, metadata, tmp_path, say):
    url = copied(postgres, "warehouse_template", "simulation_sweep")
    with world(FIRST, url, tmp_path, SYMBOLS) as made:
        made.admit(*({"symbol": symbol, "listed": "2025-01-02"} for symbol in SYMBOLS))
        scheduler, spent = Scheduler(made), []
        for at in days_from(FIRST, LAST):
            made.time.go_to(at)
            before = len(made.sandbox.calls())
            assert scheduler.run(f"scheduled__{at:%Y-%m-%d}").state == "success"
            spent.append(len(made.sandbox.calls()) - before)

        assert spent == [25] * 88
        assert accounts.most_in_a_day(made) == 25
        assert accounts.calls_by_cause(made)["no news"] == 0
        assert accounts.false_bars(made) == []

        query = "select symbol, min(data_date), max(data_date), count(*)::int from stock_data group by symbol"
        held = made.rows(query)
        assert len(held) == 1000
        holes = [
            symbol for symbol, first, last, bars in held if len(sessions_between("XNYS", first, last)) != bars
        ]
        assert holes == []
        lags = [
            len(sessions_between("XNYS", last + timedelta(days=1), date(2026, 1, 21)))
            for _, _, last, _ in held
        ]
        actions = made.rows(
            "select kind, count(*)::int from corporate_action_check group by kind order by kind"
        )
        say(f"1,000 symbols: the stalest is {max(lags)} sessions behind; asked for their {dict(actions)}")
        assert max(lags) <= 60  # each of them was asked for since the first day
