"""A bad bar from the sandbox: refused, decided upon, and what the next run of the pipeline makes of it."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pytest

pytestmark = [pytest.mark.airflow, pytest.mark.postgres]
DONE = {"decide": "success", "validate_data": "success", "load_stock_data": "success", "report": "success"}


@pytest.fixture
def pipeline(run_dag):
    return partial(run_dag, "stock_data_pipeline", retry_delay=0, force=True, symbols=["IBM", "MSFT"])


@pytest.fixture
def quarantine(run_dag):
    return partial(run_dag, "quarantine", who="ana", reason="Checked with the exchange.")


@pytest.fixture
def row(pipeline, sandbox, warehouse) -> int:
    """The id of the one bar of MSFT that was refused; its low is -1."""
    sandbox.add_fault("bad_bar", symbol="MSFT", rule="negative_price")
    assert pipeline()[0] == "failed"
    ((number,),) = warehouse.execute("select id from quarantine_open").fetchall()
    return number


def bars(warehouse) -> dict[str, int]:
    return dict(warehouse.execute("select symbol, count(*)::int from stock_data group by symbol").fetchall())


def audit(warehouse, column: str = "state") -> list[str]:
    query = f"select {column} from pipeline_run order by id"
    return [value for (value,) in warehouse.execute(query).fetchall()]


def test_a_discarded_bar_stays_out_from_now_on_and_the_next_run_is_green(
    quarantine, pipeline, row, warehouse, sandbox
):
    calls = len(sandbox.calls())
    assert quarantine(action="discard", rows=[row], who=None) == ("success", DONE)
    assert bars(warehouse) == {"IBM": 100, "MSFT": 99}
    assert len(sandbox.calls()) == calls
    who = warehouse.execute("select decided_by from standing_decision where decision = 'discarded'")
    assert who.fetchall() == [("dag_test",)]  # whom Airflow names as the one who triggered
    assert pipeline()[0] == "success"
    assert bars(warehouse) == {"IBM": 100, "MSFT": 99}
    assert audit(warehouse) == ["failed", "success", "success"]
    assert audit(warehouse, "dag_id")[1] == "quarantine"
    counts = warehouse.execute(
        "select bars, discarded_bars, new_bars, unchanged_bars from verdict where symbol = 'MSFT' "
        "order by pipeline_run_id"
    )
    assert counts.fetchall() == [(100, 0, None, None), (100, 1, 99, 0), (100, 1, 0, 99)]


def test_a_released_bar_is_loaded_marked_and_the_next_run_is_green(quarantine, pipeline, row, warehouse):
    assert quarantine(action="release", rows=[row]) == ("success", DONE)
    assert bars(warehouse) == {"IBM": 100, "MSFT": 100}
    released = warehouse.execute(
        "select symbol, data_date::text, low::text, decided_by, reason from released_bar"
    )
    assert released.fetchall() == [
        # whom Airflow names as the one who triggered it; the name in `who` is a remark
        ("MSFT", "2026-05-15", "-1.000000", "dag_test", "Checked with the exchange. (on behalf of ana)")
    ]
    latest = warehouse.execute("select data_date::text from latest_price where symbol = 'MSFT'")
    assert latest.fetchall() == [("2026-05-15",)]
    assert pipeline()[0] == "success"
    assert bars(warehouse) == {"IBM": 100, "MSFT": 100}


def test_a_preview_decides_nothing_and_is_kept_for_the_page(quarantine, row, warehouse, capfd):
    before = bars(warehouse)
    warehouse.commit()
    state, tasks = quarantine(action="release", rows=[row], preview=True)
    assert (state, set(tasks.values())) == ("success", {"skipped"})
    assert "What it would do" in capfd.readouterr().out
    assert bars(warehouse) == before
    assert warehouse.execute("select count(*) from quarantine_decision").fetchone() == (0,)
    (kept,) = warehouse.execute("select action, rows, reason, results from decision_preview").fetchall()
    assert kept[:3] == ("release", [row], "Checked with the exchange. (on behalf of ana)")
    (result,) = kept[3]
    counts = ("symbol", "bars", "new_bars", "changed_bars", "unchanged_bars", "refused_bars")
    assert [result[name] for name in counts] == ["MSFT", 100, 100, 0, 0, 0]


def test_the_list_names_the_row_and_changes_nothing(quarantine, row, warehouse, capfd):
    state, tasks = quarantine(action="list", reason=None)
    assert (state, set(tasks.values())) == ("success", {"skipped"})
    (line,) = [line for line in capfd.readouterr().out.splitlines() if "│ low_positive" in line]
    cells = [cell.strip() for cell in line[line.index("│") + 1 :].split("│")]
    assert cells[:3] == [str(row), "MSFT", "2026-05-15"]
    assert "low -1.0000" in cells[3]
    assert cells[4:8] == ["low_positive", "2026-05-16", "2026-05-16", "1"]
    assert audit(warehouse) == ["failed"]


def test_a_replay_that_brings_nothing_in_is_red_and_says_why(quarantine, row, warehouse):
    state, tasks = quarantine(action="replay", rows=[row], reason=None)
    assert (state, tasks) == ("failed", DONE | {"report": "failed"})
    message = audit(warehouse, "message")[1]
    assert message.startswith("MSFT: 1 of 100 bars refused, none loaded. MSFT 2026-05-15: low_positive")
    assert "`make quarantine`" in message


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"rows": [4711]}, "There is no row 4711 in quarantine."),
        ({"rows": []}, "No row was named."),
        ({"reason": None}, "A decision needs a person and a reason"),
    ],
)
def test_a_decision_that_cannot_be_taken_is_red_at_once(quarantine, row, warehouse, capfd, params, message):
    state, tasks = quarantine(**{"action": "discard", "rows": [row]} | params)
    assert (state, tasks["decide"], tasks["validate_data"]) == ("failed", "failed", "upstream_failed")
    assert message in "".join(capfd.readouterr())
    assert warehouse.execute("select count(*) from quarantine_decision").fetchone() == (0,)
    assert audit(warehouse) == ["failed", "failed"]
    assert audit(warehouse, "message")[1].startswith(f"decide failed: {message}")


def test_a_released_bar_ends_the_gap_it_left(quarantine, pipeline, sandbox, warehouse):
    def gaps() -> list[tuple[str, str, str, bool]]:
        query = "select symbol, session::text, cause, valid_to is null from gap order by symbol, session, id"
        return warehouse.execute(query).fetchall()

    sandbox.set_clock(datetime(2026, 5, 15, 6, tzinfo=UTC))
    assert pipeline(now="2026-05-15T06:00:00Z")[0] == "success"
    sandbox.set_clock(datetime(2026, 5, 16, 6, tzinfo=UTC))
    sandbox.add_fault("bad_bar", symbol="MSFT", rule="negative_price")
    assert pipeline()[0] == "failed"
    ((row,),) = warehouse.execute("select id from quarantine_open").fetchall()
    warehouse.commit()
    assert gaps() == [("MSFT", "2026-05-15", "quarantined", True)]
    assert quarantine(action="release", rows=[row]) == ("success", DONE)
    warehouse.commit()
    assert gaps() == [("MSFT", "2026-05-15", "quarantined", False)]
