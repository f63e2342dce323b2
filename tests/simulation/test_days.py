"""Days on end of the whole pipeline, through all that happens to a market, an API and a machine."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import psycopg
import pytest
from airflow.dag_processing.dagbag import DagBag

from tests.conftest import PROJECT

from . import accounts
from .conftest import LONG, TICKERS
from .scheduler import DAG, DAG_ID, Ended, Scheduler
from .story import KILLS, OTHER_KEY, Story
from .world import KEY, World, days_from, world

pytestmark = [pytest.mark.postgres, pytest.mark.airflow]

SIMILAR_DAYS = 3
"""So many days are run through Airflow itself as well."""

SETTLED_WITHIN = timedelta(days=20)
"""So long after its last session a story has to be over, and nothing left to ask."""


@dataclass(frozen=True)
class Length:
    """How long a simulation is, and how wide."""

    first: date
    sessions: int
    symbols: int


# Both have Thanksgiving and the half day after it; the long one Christmas, and the end of daylight saving.
SHORT = Length(date(2025, 11, 17), 20, 6)
LONG_ONE = Length(date(2025, 10, 27), 60, 36)


@dataclass
class Told:
    """A simulation that has been run to its end."""

    world: World
    story: Story
    ended: dict[datetime, Ended]
    repeated: list[tuple[Ended, int, bool]]
    similar: list[tuple[dict, dict]]
    complete: list[datetime]


@pytest.fixture(
    scope="module",
    params=[pytest.param(SHORT, id="20-days"), pytest.param(LONG_ONE, id="60-days", marks=LONG)],
)
def told(request, postgres, template_url, metadata, tmp_path_factory, say) -> Told:
    length: Length = request.param
    folder = tmp_path_factory.mktemp("simulation")
    symbols = TICKERS[: length.symbols]
    start = datetime(length.first.year, length.first.month, length.first.day, 6, tzinfo=UTC)
    url = copied(postgres, "warehouse_template", f"simulation_{length.sessions}")
    with world(start, url, folder, list(symbols)) as made:
        began = time.monotonic()
        told = tell(made, Story(made, length.first, length.sessions, symbols), start, postgres)
        runs = f"{length.sessions} sessions, {len(made.watchlist)} symbols, {len(told.ended)} runs"
        say(f"{runs} in {time.monotonic() - began:.0f} s")
        yield told


def copied(postgres, template: str, name: str) -> str:
    with psycopg.connect(postgres.superuser_dsn(), autocommit=True) as connection:
        connection.execute(f"drop database if exists {name} with (force)".encode())
        connection.execute(f"create database {name} template {template}".encode())
    return postgres.superuser_dsn(name)


def tell(made: World, story: Story, start: datetime, postgres) -> Told:
    """Run every day of the story, and then until there is nothing left to ask."""
    scheduler, told = Scheduler(made), Told(made, story, {}, [], [], [])
    for at in days_from(start, start + (story.days[-1] - start.date()) + SETTLED_WITHIN):
        made.time.go_to(at)
        today = story.dawn(at)
        is_similar = is_alike(story, at) and len(told.similar) < SIMILAR_DAYS
        by_airflow = through_airflow(made, postgres) if is_similar else None
        before = len(made.sandbox.calls())
        clock = made.time.now()
        told.ended[clock] = scheduler.run(f"scheduled__{at:%Y-%m-%d}", kill=today.kill)
        if by_airflow:
            told.similar.append((by_airflow, accounts.rows_of(made)))
        if today.is_repeated:
            told.repeated.append(repeat(scheduler, f"manual__{at:%Y-%m-%d}"))
        if today.visit:
            made.time.go_to(at.replace(hour=17, minute=0))
            clock = made.time.now()
            told.ended[clock] = scheduler.run("noon", symbols=[today.visit], force=True)
        if at.date() > story.days[-1] and story.is_over and len(made.sandbox.calls()) == before:
            told.complete.append(at)
            break
    return told


def is_alike(story: Story, at: datetime) -> bool:
    """Whether a session's bars are due and nothing else happens to the run."""
    return at.date() in story.days[3:] and story.is_quiet


def repeat(scheduler: Scheduler, run_id: str, **params: str) -> tuple[Ended, int, bool]:
    """Run once more: how it ended, how many calls that made, and whether it changed a row."""
    snapshot = "select ctid, xmin, * from stock_data order by symbol, data_date"
    before = scheduler.world.rows(snapshot), len(scheduler.world.sandbox.calls())
    ended = scheduler.run(run_id, **params)
    after = scheduler.world.rows(snapshot), len(scheduler.world.sandbox.calls())
    return ended, after[1] - before[1], before[0] != after[0]


def through_airflow(made: World, postgres) -> dict[str, list]:
    """The rows after ``dag.test`` has run the coming day in a copy of this world."""
    name = f"{made.url.rpartition('/')[2].partition('?')[0]}_twin"
    bag = DagBag(PROJECT / "dags", bundle_path=PROJECT / "dags", bundle_name="dags-folder")
    url = copied(postgres, psycopg.conninfo.conninfo_to_dict(made.url)["dbname"], name)
    with made.twin(url) as twin, twin.entered():
        bag.dags[DAG_ID].test(run_conf={"now": made.time.now().isoformat(), "retry_delay": 0})
        return accounts.rows_of(twin)


def test_the_dag_has_these_tasks_in_this_order():
    assert [task.task_id for task in DAG.topological_sort()] == [
        "pipeline_start",
        "fetch_stock_data",
        "validate_data",
        "approve_warnings",  # without its parameter it passes on what it is given
        "load_stock_data",
        "log_completion",
        "pipeline_end",
    ]


def test_in_the_end_every_final_bar_is_the_truth_and_none_is_lacking(told):
    assert told.complete, "it never became complete"
    assert accounts.false_bars(told.world) == []
    assert accounts.lacking_bars(told.world) == []
    assert accounts.unfinished_bars(told.world) == []
    gaps = told.world.rows("select distinct symbol, cause from gap where valid_to is null")
    assert gaps == [("XYZZY", "dead symbol")]


def test_in_the_end_every_split_and_dividend_is_the_truth_and_none_is_lacking(told):
    assert accounts.false_actions(told.world) == []
    assert accounts.lacking_splits(told.world) == []


def test_in_the_end_the_listing_is_the_truth(told):
    assert accounts.false_listings(told.world) == set()


def test_on_no_day_a_difference_from_the_truth_was_unexplained(told):
    found = list(accounts.differences(told.world, told.ended))
    assert [one for one in found if one.explained_by is None] == []
    assert {one.explained_by for one in found} == {"gap", "revision"}


def test_the_limits_of_the_key_were_never_exceeded(told):
    assert {call["key"] for call in told.world.sandbox.calls()} == {
        *map(fingerprint_at_sandbox, (KEY, OTHER_KEY))
    }
    assert accounts.most_in_a_day(told.world) <= 25
    assert accounts.shortest_pause(told.world) >= timedelta(seconds=1.5)


def fingerprint_at_sandbox(key: str) -> str:
    from include.sandbox.query import read_key

    return read_key(key, frozenset()).fingerprint


def test_no_call_was_wasted(told, say):
    causes = accounts.calls_by_cause(told.world)
    say(accounts.table(causes.most_common()))
    assert causes["no news"] == 0
    assert causes.total() == len(told.world.sandbox.calls())


def test_the_same_day_again_asks_nothing_and_changes_nothing(told):
    ((ended, calls, is_changed),) = told.repeated
    assert (ended.state, calls, is_changed) == ("success", 0, False)


def test_airflow_itself_brings_the_same_rows(told):
    assert len(told.similar) == SIMILAR_DAYS
    for through_airflow, by_hand in told.similar:
        assert through_airflow == by_hand


def test_a_correction_and_a_fraction_are_the_only_revisions_of_final_bars(told):
    made = told.story.corrected
    columns = "symbol, session::text, column_name, before, after"
    closes = told.world.rows(f"select {columns} from revision_log where column_name = 'close'")
    assert closes == [(made["symbol"], made["session"], "close", made["before"], made["after"])]
    volumes = told.world.rows("select symbol, before - after from revision_log where column_name = 'volume'")
    assert volumes == [(told.story.symbols[0], Decimal("0.5"))]
    symbols = told.world.rows("select distinct symbol from revision_log order by symbol")
    assert symbols == [(told.story.symbols[0],), (made["symbol"],)]


def test_what_came_wrong_was_kept_out_and_is_settled(told):
    """By the person's decision, or by the next response."""
    one, another, third, other = told.story.symbols[:4]
    refused = told.world.rows("select distinct symbol, rules, bar::text from quarantine")
    assert sorted((symbol, *rules) for symbol, rules, _ in refused if symbol != other) == sorted([
        (another, "one_bar_a_session"),
        (another, "one_bar_a_session"),
        (third, "readable"),
        (f"{one.lower()}_dividends", "keeps_its_rows"),
        ("splitco_splits", "keeps_its_rows"),
        ("active_listing_status", "keeps_its_rows"),
    ])
    decided = told.world.rows("select symbol, decision from quarantine_decision order by id")
    assert sorted(decided) == sorted([
        (another, "released"),
        (another, "discarded"),
        (f"{one.lower()}_dividends", "discarded"),
        ("active_listing_status", "discarded"),
    ])
    assert told.world.rows("select symbol, rules from quarantine_open") == []


def test_a_row_that_came_twice_and_one_that_was_older_are_told_and_change_nothing(told):
    told_of = told.world.rows(
        "select distinct rule, symbol from broken_rule where rule in ('counted_once', 'not_stale')"
    )
    assert sorted(told_of) == [(rule, told.story.symbols[4]) for rule in ("counted_once", "not_stale")]


def test_no_task_failed_but_those_that_had_to(told):
    """A symbol that was refused fails its own task and the run's end; what is killed is tried again."""
    failed = {
        task.partition("[")[0]
        for ended in told.ended.values()
        for task, state in ended.tasks.items()
        if state == "failed"
    }
    assert failed == {"fetch_stock_data", "pipeline_end"}


def test_the_histories_of_the_invented_companies_are_whole(told):
    counts = dict(told.world.rows("select symbol, max(data_date) from stock_data group by symbol"))
    last_of_gone = told.story.days[told.story.days.index(told.story.day(0.5)) - 1]
    assert counts["GONECO"] == last_of_gone
    assert "OLDNAME" not in counts
    assert counts["NEWNAME"] == counts["NEWCO"] == counts[told.story.symbols[0]]
    states = dict(told.world.rows("select symbol, state from instrument where state <> 'active'"))
    assert states == {"GONECO": "delisted"}
    actions = told.world.rows(
        "select effective_date, value from corporate_action where symbol = 'SPLITCO' and kind = 'split'"
    )
    assert sorted(value for _, value in actions) == [2, 3]


def test_everything_happened(told):
    seen = {fault for call in told.world.sandbox.calls() for fault in call["faults"]}
    assert seen >= {
        "late",
        "provisional",
        "correction",
        "bad_bar",
        "stale",
        "cut_list",
        "throttle",
        "unknown_text",
        "html_503",
        "quota",
    }
    assert told.world.rows("select count(*) from stock_data_history where provisional")[0][0] >= 1
    said = "\n".join(error for ended in told.ended.values() for error in ended.errors)
    for name in ("XYZZY", "NEWCO", told.story.symbols[3], told.story.symbols[5]):
        assert name in said
    assert len(KILLS) == 6


def test_a_day_of_the_past_run_again_asks_nothing_and_changes_nothing(told):
    """The last of the tests, as these runs judge again what was settled since."""
    scheduler = Scheduler(told.world)
    for clock in list(told.ended)[::7]:
        run_id = f"scheduled__{clock:%Y-%m-%d}"
        ended, calls, is_changed = repeat(scheduler, run_id, now=clock.isoformat())
        assert (ended.state, calls, is_changed) == ("success", 0, False), clock
    assert told.world.rows("select symbol, rules from quarantine_open") == []
