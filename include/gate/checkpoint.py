"""One Great Expectations checkpoint: every rule over a frame, its Data Docs, and their history."""

from __future__ import annotations

import fcntl
import logging
import pkgutil
import shutil
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from include.datasets.rule import Rule
from include.exceptions import GateError
from include.settings import REPORTS_KEPT

if TYPE_CHECKING:
    import pandas as pd


def run_checkpoint(
    frame: pd.DataFrame,
    rules: Sequence[Rule],
    reports: Path,
    *,
    suite: str,
    index: Sequence[str],
    run: str | None = None,
    kept: int = REPORTS_KEPT,
) -> list[tuple[Rule, list[int]]]:
    """Run every rule over the frame; return each with the rows that broke it.

    Where another run's checkpoint is at work under ``reports``, this one waits for its end.

    :param suite: the name of the suite and its page in Data Docs.
    :param index: the columns that tell a row apart there; ``row``, its number, is the first.
    :param run: what Data Docs call this run.
    :param kept: so many runs of the suite stay in Data Docs, this one among them.
    :raises GateError: a rule could not be computed.
    """
    reports.mkdir(parents=True, exist_ok=True)
    with _alone_in(reports):
        checkpoint = _checkpoint(rules, reports, suite, index)
        _forget_runs(reports, suite, keep=kept - 1)
        from great_expectations.core.run_identifier import RunIdentifier

        # By the real clock, as Data Docs are kept by age; without one a name "10" is taken for a date.
        named = RunIdentifier(run_name=run, run_time=datetime.now(UTC))
        result = checkpoint.run(batch_parameters={"dataframe": frame}, run_id=named)
    by_name = {rule.name: rule for rule in rules}
    checked = [checked for validation in result.run_results.values() for checked in validation.results]
    if len(checked) != len(rules):
        raise GateError(f"{len(checked)} of {len(rules)} rules were checked, so nothing was loaded.")
    return [
        (rule, _broken_rows(rule, outcome))
        for outcome in checked
        for rule in [by_name[outcome.expectation_config.meta["rule"]]]
    ]


def data_docs(reports: Path) -> Path:
    """Return the page Data Docs start at."""
    return reports / "gx" / "uncommitted" / "data_docs" / "local_site" / "index.html"


@contextmanager
def _alone_in(reports: Path) -> Generator[None]:
    """Wait until no other checkpoint is at work there: two would change the project under each other."""
    with (reports / "checkpoint.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _forget_runs(reports: Path, suite: str, *, keep: int) -> None:
    """Remove the oldest runs of a suite: their results, and their pages."""
    places = [
        data_docs(reports).parent / "validations" / suite,
        reports / "gx/uncommitted/validations" / suite,
    ]
    for place in places:
        runs = sorted(place.glob("*/*"), key=lambda run: run.name, reverse=True)  # <run>/<time>
        for run in runs[keep:]:
            shutil.rmtree(run)
            if not any(run.parent.iterdir()):
                run.parent.rmdir()


def _broken_rows(rule: Rule, outcome: Any) -> list[int]:
    """The rows that broke a rule. A rule that failed and names no row was not computed at all."""
    rows = [int(where["row"]) for where in outcome.result.get("unexpected_index_list") or ()]
    if not outcome.success and not rows:
        raise GateError(
            f"The rule {rule.name} could not be checked, so nothing was loaded: "
            f"{_cause(outcome.exception_info)} Mend the rule and run again."
        )
    return rows


def _cause(exception_info: dict[str, Any]) -> str:
    """Great Expectations tells one exception, or one for each metric it could not compute."""
    told = [exception_info, *(info for info in exception_info.values() if isinstance(info, dict))]
    return str(
        next((info["exception_message"] for info in told if info.get("exception_message")), "no cause given.")
    )


def _checkpoint(rules: Sequence[Rule], reports: Path, name: str, index: Sequence[str]) -> Any:
    logging.getLogger("great_expectations").setLevel(logging.WARNING)  # it tells 200 lines of its own wiring
    import great_expectations as gx
    from great_expectations.checkpoint.actions import UpdateDataDocsAction
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="file", project_root_dir=reports)
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_or_update_pandas(name)
    batch = source.add_dataframe_asset(name).add_batch_definition_whole_dataframe("run")
    suite = context.suites.add_or_update(
        gx.ExpectationSuite(name=name, expectations=[_expectation(rule) for rule in rules])
    )
    definition = context.validation_definitions.add_or_update(
        gx.ValidationDefinition(name=name, data=batch, suite=suite)
    )
    return context.checkpoints.add_or_update(
        gx.Checkpoint(
            name=name,
            validation_definitions=[definition],
            actions=[UpdateDataDocsAction(name="data_docs")],
            result_format={
                "result_format": "COMPLETE",
                "unexpected_index_column_names": list(index),
            },
        )
    )


def _expectation(rule: Rule) -> Any:
    module, _, name = rule.expectation.rpartition(":")
    try:
        kind = pkgutil.resolve_name(f"{module or 'great_expectations.expectations'}:{name}")
    except (ImportError, AttributeError) as error:
        raise GateError(
            f"The rule {rule.name} names the expectation {rule.expectation!r}, and there is none: {error}. "
            "Nothing was loaded. Mend the rule and run again."
        ) from error
    return kind(**rule.arguments, severity=rule.severity, notes=rule.says, meta={"rule": rule.name})
