"""The run's clock is the real time, unless a simulation may set it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from include.exceptions import BadParameter
from include.market.instruments import write_sessions
from include.plan.budget import Allowance
from include.plan.clock import read_clock
from include.plan.start import start
from include.report.results import problems, results_of
from include.settings import DAILY
from include.warehouse.connections import connect_to
from include.warehouse.origins import claim_origin
from include.warehouse.runs import Request, RunRequest, find_run, record_request

EVENING = datetime(2026, 5, 16, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    "now", ["2026-05-16T06:00Z", "2026-05-16T06:00:00+00:00", "2026-05-16T02:00:00-04:00"]
)
@pytest.mark.parametrize("origin", ["sandbox", "replay"])
def test_a_simulation_may_set_the_clock(now, origin):
    assert read_clock(now, origin) == EVENING


@pytest.mark.parametrize("origin", ["market", None])
def test_the_clock_of_real_data_cannot_be_set(origin):
    with pytest.raises(BadParameter, match="sets the clock of a simulation"):
        read_clock("2026-05-16T06:00Z", origin)


@pytest.mark.parametrize("now", ["yesterday", "2026-05-16T06:00", "2026-05-16"])
def test_a_clock_without_a_zone_is_refused(now):
    with pytest.raises(BadParameter, match="give an instant such as"):
        read_clock(now, "sandbox")


def begin(warehouse, **changed):
    request = RunRequest("d", **{"run_id": "r", "subjects": "IBM"} | changed)
    return start(warehouse, request, allowance=lambda _: Allowance(25, 25, False))


@pytest.mark.postgres
def test_the_clock_is_written_once_and_read_by_all(warehouse):
    claim_origin(warehouse, "replay")
    begin(warehouse, now="2026-05-16T06:00Z")
    run = find_run(warehouse, "d", "r")
    assert (run.clock, run.simulated, run.now()) == (EVENING, True, EVENING)


@pytest.mark.postgres
def test_without_a_parameter_the_clock_is_the_real_time(warehouse):
    begin(warehouse)
    run = find_run(warehouse, "d", "r")
    assert not run.simulated
    assert timedelta(0) <= run.now() - run.clock < timedelta(seconds=30)


@pytest.mark.postgres
def test_starting_again_keeps_the_run_and_its_outcomes(warehouse):
    begin(warehouse, subjects=["IBM", "no symbol"])
    first = find_run(warehouse, "d", "r")
    begin(warehouse, subjects=["MSFT"])
    second = find_run(warehouse, "d", "r")
    assert (second.id, second.symbols) == (first.id, ["MSFT"])


@pytest.mark.postgres
def test_what_a_try_before_could_not_have_is_no_problem_of_a_run_that_does_not_ask_for_it(warehouse):
    begin(warehouse, subjects=["IBM", "no symbol"])
    run = find_run(warehouse, "d", "r")
    record_request(warehouse, run, Request("IBM", "SPLITS", "failed", reason="No answer."))
    assert len(problems(results_of(warehouse, run))) == 2
    begin(warehouse, subjects=["IBM"])
    record_request(warehouse, run, Request("IBM", DAILY, "complete"))
    assert problems(results_of(warehouse, run)) == []


@pytest.mark.postgres
def test_runs_that_start_at_once_wait_for_each_other_and_none_fails(warehouse, warehouse_url):
    """A daily run of both exchanges, and a backfill that has them in the other order."""
    begin(warehouse, subjects=["IBM", "TSCO.LON"])
    warehouse.commit()
    with ThreadPoolExecutor(1) as pool, connect_to(warehouse_url) as beside:
        write_sessions(warehouse, "XLON")
        started = pool.submit(begin, beside, subjects=["IBM", "TSCO.LON"], run_id="beside")
        while not warehouse.execute("select 1 from pg_locks where not granted").fetchone():
            pass
        write_sessions(warehouse, "XNYS")
        warehouse.commit()
        assert started.result()


@pytest.mark.postgres
def test_a_run_that_never_started_says_so(warehouse):
    with pytest.raises(LookupError, match="the log of its first task"):
        find_run(warehouse, "d", "nothing")
