"""The gate: one Great Expectations checkpoint over all bars of a run, one verdict for each symbol."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from include.bars import StockBar, Values
from include.corporate_actions import KnownSplits
from include.exceptions import GateError
from include.exchanges import exchange_of
from include.expectations import DAILY_BAR_RULES, PRICES, Rule
from include.sessions import last_session_begun, sessions_between

if TYPE_CHECKING:
    import pandas as pd

_SUITE = "daily_bars"
_INDEX = ("row", "symbol", "data_date")


@dataclass(frozen=True)
class BrokenBar:
    """A bar that broke rules: all of them, in the order of the suite."""

    bar: StockBar
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """What the gate says of one symbol's batch: all of it may enter, or none of it.

    ``bars`` are the rows in; ``discarded`` of them a person left out, and they were not judged.
    """

    symbol: str
    bars: int
    broken: tuple[BrokenBar, ...] = ()
    warnings: tuple[str, ...] = ()
    discarded: int = 0

    @property
    def accepted(self) -> bool:
        """Whether the symbol's bars may be loaded."""
        return not self.broken

    @property
    def reasons(self) -> list[str]:
        """Why not, or what is unusual, in a sentence each."""
        return [*(_sentence(self.symbol, broken) for broken in self.broken), *self.warnings]


def judge(
    bars: Sequence[StockBar],
    *,
    now: datetime,
    reports: Path,
    splits: Mapping[str, KnownSplits] | None = None,
    rules: Sequence[Rule] = DAILY_BAR_RULES,
    held: Set[Values] = frozenset(),
    released: Mapping[Values, str] | None = None,
) -> list[Verdict]:
    """Return the verdict of each symbol that has a bar, and write Data Docs under ``reports``.

    :param now: the run's time, by which a session has begun at its exchange or not.
    :param splits: what is known of the splits of each symbol that was ever asked for them.
    :param held: the values of bars that are loaded already; the same again breaks nothing.
    :param released: by values, who let a bar in and why; what it breaks becomes a warning that says so,
        but for rules without which it cannot be stored.
    :raises GateError: an expectation could not be computed.
    """
    if not bars:
        return []
    broken: dict[int, list[Rule]] = defaultdict(list)
    for rule, rows in run_checkpoint(_frame(bars, now, splits or {}), rules, reports):
        for row in rows:
            broken[row].append(rule)
    _forget_held(broken, bars, held)
    by_symbol: dict[str, list[int]] = defaultdict(list)
    for row, bar in enumerate(bars):
        by_symbol[bar.symbol].append(row)
    return [_verdict(symbol, rows, bars, broken, released or {}) for symbol, rows in by_symbol.items()]


def data_docs(reports: Path) -> Path:
    """Return the page Data Docs start at."""
    return reports / "gx" / "uncommitted" / "data_docs" / "local_site" / "index.html"


def _forget_held(broken: dict[int, list[Rule]], bars: Sequence[StockBar], held: Set[Values]) -> None:
    """A bar that comes as it is held was judged when it entered; a second one for the session was not."""
    left = set(held)
    for row in sorted(broken):
        if bars[row].values in left:
            left.remove(bars[row].values)
            del broken[row]


def _verdict(
    symbol: str,
    rows: list[int],
    bars: Sequence[StockBar],
    broken: dict[int, list[Rule]],
    released: Mapping[Values, str],
) -> Verdict:
    refused, warnings = [], []
    for row in (row for row in rows if broken[row]):
        bar = bars[row]
        let_in = released.get(bar.values)
        critical = [rule for rule in broken[row] if rule.severity == "critical"]
        stopping = tuple(rule.name for rule in critical if not (let_in and rule.releasable))
        if stopping:
            refused.append(BrokenBar(bar, stopping))
        warnings += [
            f"{symbol} {bar.data_date}: {rule.name}{f', {let_in}' if rule in critical else ''}."
            for rule in broken[row]
            if rule.name not in stopping
        ]
    return Verdict(symbol, len(rows), tuple(refused), tuple(warnings))


def _sentence(symbol: str, broken: BrokenBar) -> str:
    bar = broken.bar
    values = ", ".join(f"{name} {getattr(bar, name)}" for name in (*PRICES, "volume"))
    return f"{symbol} {bar.data_date}: {', '.join(broken.rules)} ({values})."


def _frame(bars: Sequence[StockBar], now: datetime, splits: Mapping[str, KnownSplits]) -> pd.DataFrame:
    import pandas as pd

    frame = pd.DataFrame({
        "row": range(len(bars)),
        "symbol": [bar.symbol for bar in bars],
        "data_date": [bar.data_date.isoformat() for bar in bars],
        **{
            name: pd.Series([_float(getattr(bar, name)) for bar in bars], dtype="float64")
            for name in (*PRICES, "volume")
        },
    })
    frame["is_session"], frame["has_begun"] = _by_calendar(bars, now)
    frame["is_storable"] = [_is_storable(bar) for bar in bars]
    frame["volume_ratio"] = _volume_ratio(frame)
    frame["step"] = _step(frame, splits)
    return frame


def _by_calendar(bars: Sequence[StockBar], now: datetime) -> tuple[list[bool], list[bool]]:
    """Whether each bar's exchange trades on its day, and has opened by now."""
    days = [bar.data_date for bar in bars]
    exchanges = {symbol: exchange_of(symbol) for symbol in {bar.symbol for bar in bars}}
    sessions = {of: sessions_between(of, min(days), max(days)) for of in set(exchanges.values())}
    begun = {of: last_session_begun(of, now) for of in sessions}
    return (
        [bar.data_date in sessions[exchanges[bar.symbol]] for bar in bars],
        [bar.data_date <= begun[exchanges[bar.symbol]] for bar in bars],
    )


def _is_storable(bar: StockBar) -> bool:
    """Whether the exact values fit NUMERIC(18,6) and BIGINT: one that does not would stop the whole load."""
    prices = [price for name in PRICES if (price := getattr(bar, name)) is not None]
    exact = all(abs(price) < 10**12 and price == round(price, 6) for price in prices)
    return exact and (bar.volume is None or abs(bar.volume) < 10**18)


def _float(value: Any) -> float | None:
    return None if value is None else float(value)


def _volume_ratio(frame: pd.DataFrame) -> pd.Series[float]:
    ordered = frame.sort_values(["symbol", "data_date"])
    median = ordered.groupby("symbol")["volume"].transform(lambda v: v.rolling(20).median().shift(1))
    return (ordered["volume"] / median.where(median > 0)).reindex(frame.index)


def _step(frame: pd.DataFrame, splits: Mapping[str, KnownSplits]) -> pd.Series[float]:
    ordered = frame.sort_values(["symbol", "data_date"])
    before = ordered.groupby("symbol")[["data_date", "close"]].shift(1)
    step: pd.Series[float] = ordered["open"] / before["close"].where(before["close"] > 0)
    for row, symbol, last, day in zip(
        ordered.index, ordered["symbol"], before["data_date"], ordered["data_date"], strict=True
    ):
        if isinstance(last, str) and symbol in splits and splits[symbol].explain(last, day):
            step[row] = float("nan")
    return step.reindex(frame.index)


def run_checkpoint(
    frame: pd.DataFrame,
    rules: Sequence[Rule],
    reports: Path,
    *,
    suite: str = _SUITE,
    index: Sequence[str] = _INDEX,
) -> list[tuple[Rule, list[int]]]:
    """Run every rule over the frame; return each with the rows that broke it.

    :param suite: the name of the suite and its page in Data Docs.
    :param index: the columns that tell a row apart there; ``row``, its number, is the first.
    :raises GateError: a rule could not be computed.
    """
    reports.mkdir(parents=True, exist_ok=True)
    result = _checkpoint(rules, reports, suite, index).run(batch_parameters={"dataframe": frame})
    by_name = {rule.name: rule for rule in rules}
    checked = [checked for validation in result.run_results.values() for checked in validation.results]
    if len(checked) != len(rules):
        raise GateError(f"{len(checked)} of {len(rules)} rules were checked, so nothing was loaded.")
    return [
        (rule, _broken_rows(rule, outcome))
        for outcome in checked
        for rule in [by_name[outcome.expectation_config.meta["rule"]]]
    ]


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
    import great_expectations.expectations as gxe

    kind = getattr(gxe, rule.expectation)
    return kind(**rule.arguments, severity=rule.severity, notes=rule.says, meta={"rule": rule.name})
