"""Runs of the pipeline over given bodies, and decisions about what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from airflow.sdk import ObjectStoragePath

from include.datasets.base import Dataset
from include.datasets.daily_bars import DAILY_BAR_RULES, DAILY_BARS
from include.fetch.raw_store import write_body
from include.gate.quarantine import Action, Instruction, take_up
from include.gate.validate import validate
from include.load.run import load_run
from include.load.undoing import put_back
from include.plan.datasets import start as plan_datasets
from include.report.results import results_of
from include.warehouse.origins import claim_origin
from include.warehouse.runs import Request, RunRequest, end_run, find_run, record_request, start_run
from tests.bars import MORNING_AFTER, SESSIONS

WEDNESDAY = date(2026, 5, 13)
GOOD = "218.2000,220.9100,217.6150,219.3000,6154450"
NEGATIVE_LOW = "218.2000,220.9100,-1.0000,219.3000,6154450"


def body(**changed: str | list[str] | None) -> str:
    """A CSV of 25 good sessions; ``may_13="..."`` replaces a row, a list by several, None by nothing."""
    lines = ["timestamp,open,high,low,close,volume"]
    for session in reversed(SESSIONS):
        rows = changed.get(f"{session:%b_%d}".lower(), GOOD)
        lines += [f"{session},{row}" for row in ([rows] if isinstance(rows, str) else rows or [])]
    return "\n".join([*lines, ""])


@pytest.fixture(scope="module")
def reports(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("reports")


class Desk:
    """Runs of the pipeline over given bodies, and decisions as the DAG ``quarantine`` takes them."""

    def __init__(self, warehouse, store: ObjectStoragePath, reports: Path) -> None:
        self.warehouse, self.store, self.reports = warehouse, store, reports
        self.now = MORNING_AFTER
        self.runs = 0

    def run(self, rules=DAILY_BAR_RULES, **bodies: str):
        """Fetch these bodies, judge and load them; the result by symbol."""
        return self.finish(self.fetched(**bodies), rules)

    def fetched(self, **bodies: str):
        """Record a run that has these bodies."""
        run = self.start("stock_data_pipeline", *bodies)
        for symbol, text in bodies.items():
            self.bring(run, symbol, "TIME_SERIES_DAILY", text)
        return run

    def bring(self, run, symbol: str, function: str, text: str | bytes, origin: str = "sandbox") -> None:
        """Record that a run has fetched this body."""
        about = {"origin": origin, "function": function, "symbol": symbol}
        content = text.encode() if isinstance(text, str) else text
        kind = f"compact.{'json' if content.startswith(b'{') else 'csv'}"
        path = write_body(self.store, content, fetched_at=self.now, kind=kind, **about)
        through = (self.now - timedelta(days=1)).date()
        request = Request(outcome="fetched", path=path, fetched_at=self.now, final_through=through, **about)
        record_request(self.warehouse, run, request)

    def run_lists(self, symbol: str, **lists: str):
        """Fetch lists of a symbol (``SPLITS="..."``), judge and load them; the run."""
        run = self.start("stock_data_pipeline", symbol)
        for function, text in lists.items():
            self.bring(run, symbol, function, text)
        self.finish(run, DAILY_BAR_RULES)
        return run

    def judged(self, run, rules=DAILY_BAR_RULES) -> str:
        """Judge a run; the path of the bars that may enter."""
        datasets = (replace(DAILY_BARS, rules=tuple(rules)),)
        return validate(
            self.warehouse, run, store=self.store, reports=self.reports, datasets=datasets
        ).accepted

    def decide(self, action: Action, *ids: int, who: str = "ana", why: str = "Checked.", run_id: str = ""):
        """Carry out an instruction as the DAG does; the result by symbol."""
        self.now += timedelta(days=1)
        asked = RunRequest("quarantine", run_id or f"quarantine {self.now}", now=self.now.isoformat())
        run = take_up(self.warehouse, Instruction(action, ids, who, why), asked)
        self.told = put_back(self.warehouse, run)
        return self.finish(run, DAILY_BAR_RULES)

    def start(self, dag_id: str, *symbols: str):
        self.runs += 1
        self.now += timedelta(days=1)
        run = start_run(
            self.warehouse,
            RunRequest(dag_id, f"run {self.runs}", now=self.now.isoformat()),
            clock=self.now,
            symbols=symbols,
        )
        self.warehouse.commit()
        return run

    def start_dataset(self, dataset: Dataset):
        """Record a run of a dataset with a table of its own, as the DAG ``market_data_extra`` does."""
        self.runs += 1
        self.now += timedelta(days=1)
        request = RunRequest("market_data_extra", f"run {self.runs}", now=self.now.isoformat(), force=True)
        plan_datasets(self.warehouse, request, premium=False, datasets=[dataset])
        self.warehouse.commit()
        return find_run(self.warehouse, request.dag_id, request.run_id)

    def finish(self, run, rules=DAILY_BAR_RULES):
        return self.load(run, self.judged(run, rules))

    def load(self, run, accepted: str):
        """Load what may enter and end the run; the result by symbol."""
        load_run(self.warehouse, run, ObjectStoragePath(accepted))
        end_run(self.warehouse, run, state="success", message="")
        self.warehouse.commit()
        return {result.symbol: result for result in results_of(self.warehouse, run)}

    def rows(self, query: str) -> list[tuple]:
        return self.warehouse.execute(query).fetchall()

    def low(self, symbol: str = "IBM", session: date = WEDNESDAY) -> Decimal | None:
        query = "select low from stock_data where symbol = %s and data_date = %s"
        found = self.warehouse.execute(query, (symbol, session)).fetchone()
        return found and found[0]


@pytest.fixture
def desk(warehouse, tmp_path, reports) -> Desk:
    claim_origin(warehouse, "sandbox")
    return Desk(warehouse, ObjectStoragePath(f"file://{tmp_path}"), reports)


@pytest.fixture
def new_desk(new_warehouse, tmp_path_factory) -> Callable[[], Desk]:
    """Make a desk with a warehouse, a store and reports of its own."""

    def make() -> Desk:
        warehouse, folder = new_warehouse(), tmp_path_factory.mktemp("desk")
        claim_origin(warehouse, "sandbox")
        return Desk(warehouse, ObjectStoragePath(f"file://{folder}"), folder / "reports")

    return make
