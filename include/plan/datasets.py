"""Which datasets are due, and the run that brings them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import zip_longest
from typing import Any

from psycopg import Connection
from psycopg.types.json import Jsonb

from airflow_provider_alphavantage.functions import tier
from include.datasets.base import Dataset
from include.datasets.registry import DATASETS
from include.plan.budget import in_groups
from include.plan.clock import clock_of
from include.plan.needs import PlannedRequest
from include.warehouse.runs import Request, RunRequest, record_request, record_requests, start_run
from include.warehouse.statements import statement

log = logging.getLogger(__name__)


def start(
    connection: Connection[Any],
    request: RunRequest,
    *,
    premium: bool,
    datasets: Sequence[Dataset] = DATASETS,
    calls: int | None = None,
    refused: Sequence[Request] = (),
) -> list[list[PlannedRequest]]:
    """Record the run and return what to ask, in groups of one mapped task instance each.

    One is due so many days (UTC) after the body that was loaded last was fetched. One that cannot be asked
    for is recorded as failed and costs no call.

    :param premium: the key may ask for premium functions.
    :param calls: how many may be asked for; the others are deferred. None for as many as the key has calls.
    :param refused: the outcomes of what was named and cannot be asked for, to be recorded with the others.
    :raises BadParameter: a clock that may not or cannot be set.
    """
    clock = clock_of(connection, request.now)
    due = due_of(connection, datasets, clock, force=request.force)
    names = [each.name for each in due]
    run = start_run(connection, request, clock=clock, symbols=[*names, *(each.symbol for each in refused)])
    record_requests(connection, run, refused)
    log.info("Due by %s: %s", clock, ", ".join(names) or "nothing")
    planned: dict[str, list[PlannedRequest]] = {}
    for dataset in due:
        not_asked = _premium(dataset, premium) or _declare(connection, dataset)
        if not_asked is None and dataset.with_body_of in planned:
            planned[dataset.with_body_of].append(request_of(dataset))
            continue
        if not_asked is None and calls is not None and len(planned) >= calls:
            not_asked = _deferred(dataset)
        if not_asked:
            record_request(connection, run, not_asked)
        else:
            planned[dataset.name] = [request_of(dataset)]
    whose = {one.name: one.with_body_of or one.name for one in due}
    asked = [one for group in planned.values() for one in group]
    return in_groups(asked, together=lambda one: whose[one.symbol])


def due_of(
    connection: Connection[Any], datasets: Sequence[Dataset], clock: datetime, *, force: bool = False
) -> list[Dataset]:
    """Return the datasets that are due, in the order in which they are asked for.

    The families take turns, so that none starves where calls are few; within one the latest goes first, as
    far as it is behind in proportion to how often it is due. What has the body of another follows that.
    """
    loaded = dict(connection.execute(statement("plan/loaded_datasets")).fetchall())
    turns: dict[str, list[Dataset]] = {}
    for each in datasets:
        if not each.with_body_of and (force or _is_due(each, loaded.get(each.name), clock)):
            turns.setdefault(each.group, []).append(each)
    lines = [sorted(line, key=lambda one: -_behind(one, loaded, clock)) for line in turns.values()]
    due = [one for turn in zip_longest(*lines) for one in turn if one]
    asked = {one.name for one in due}
    return [*due, *(each for each in datasets if each.with_body_of in asked)]


def _behind(dataset: Dataset, loaded: Mapping[str, datetime], clock: datetime) -> float:
    """How often it could have been asked for since it was loaded; what never was is due once."""
    since = loaded.get(dataset.name)
    return (day_of(clock) - day_of(since)).days / dataset.every_days if since else 1.0


def request_of(dataset: Dataset) -> PlannedRequest:
    """Return the one call that fetches a dataset that is asked of nobody."""
    return PlannedRequest(dataset.name, "", dataset.function, "it is due")


def day_of(moment: datetime) -> date:
    """The day of an instant, in UTC."""
    return moment.astimezone(UTC).date()


def _is_due(dataset: Dataset, loaded: datetime | None, clock: datetime) -> bool:
    return loaded is None or (day_of(clock) - day_of(loaded)).days >= dataset.every_days


def _premium(dataset: Dataset, premium: bool) -> Request | None:
    if premium or tier(dataset.function, dataset.parameters) != "premium":
        return None
    what = (
        f"{dataset.function} needs a premium key, and the plan of the connection is free; nothing was asked. "
        "Take it out of include/datasets/, or set the connection's extra plan to premium."
    )
    return request_of(dataset).ended("failed", kind="PremiumRequired", reason=what)


def _deferred(dataset: Dataset) -> Request:
    reason = "No call is left for it beside those of the daily bars. Run this again tomorrow."
    return request_of(dataset).ended("deferred", kind="NoCallLeft", reason=reason)


def _declare(connection: Connection[Any], dataset: Dataset) -> Request | None:
    about = {
        "name": dataset.name,
        "function": dataset.function,
        "parameters": Jsonb(dict(dataset.parameters)),
        "table": dataset.table,
        "key": list(dataset.key),
    }
    misfit = connection.execute(statement("plan/misfit_of_dataset"), about).fetchone()
    if misfit is None:
        connection.execute(statement("plan/declare_dataset"), about)
        return None
    return request_of(dataset).ended("failed", kind="Misfit", reason=_why(dataset, *misfit))


def _why(dataset: Dataset, why: str, what: str) -> str:
    reasons = {
        "other": f"{dataset.name} was {what} until now. Give what is declared now a name of its own",
        "key": f"The table {dataset.table} has the key {what}. Give the dataset that key, or another table",
        "taken": f"The table {dataset.table} is there already and is no dataset's. Name another",
    }
    return f"{reasons[why]} in include/datasets/; nothing was asked."
