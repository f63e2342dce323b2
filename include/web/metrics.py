"""The warehouse in numbers, for Prometheus; labels are exchanges, causes and states, never symbols."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from psycopg import Connection

from include.web.sources import rows

if TYPE_CHECKING:
    from prometheus_client.core import GaugeMetricFamily


@dataclass(frozen=True)
class Metric:
    """One gauge.

    :param name: without the prefix ``market_data_``; its unit is in it.
    :param label: the name of its label, if it has one.
    """

    name: str
    says: str
    label: str | None = None


METRICS = (
    Metric("bars", "Bars that are held, as of the last load."),
    Metric("revised_bars", "Replaced values of bars that were final."),
    Metric("symbols", "Symbols that were ever asked for, by state.", "state"),
    Metric("symbols_behind", "Symbols that do not hold the last closed session, by exchange.", "exchange"),
    Metric("lag_sessions_most", "Sessions that the symbol farthest behind lacks, by exchange.", "exchange"),
    Metric("gaps", "Sessions that should be held and are not, by cause.", "cause"),
    Metric("quarantine_open_bars", "Bars that keep their symbols out and await a decision."),
    Metric("last_run_refused_symbols", "Symbols that the gate refused when it judged last."),
    Metric("last_run_start_timestamp_seconds", "When the last daily run began, in Unix time."),
    Metric("last_run_state", "1 for the state of the last daily run.", "state"),
    Metric("budget_used_calls", "Calls of the key that was used last, in the last 24 hours."),
    Metric("budget_limit_calls", "Calls the key has in any 24 hours; absent where there is no limit."),
)


def exposition(connection: Connection[Any], *, now: datetime, per_day: int | None) -> bytes:
    """Return all metrics in Prometheus' text format."""
    from prometheus_client import CollectorRegistry, generate_latest

    samples = [(row["name"], row["label"], row["value"]) for row in rows(connection, "metrics", now=now)]
    if per_day is not None:
        samples.append(("budget_limit_calls", None, per_day))
    registry = CollectorRegistry()
    registry.register(_Collector([_family(metric, samples) for metric in METRICS]))
    return generate_latest(registry)


class _Collector:
    def __init__(self, families: list[GaugeMetricFamily]) -> None:
        self._families = families

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield from self._families


def _family(metric: Metric, samples: list[tuple[str, str | None, float]]) -> GaugeMetricFamily:
    from prometheus_client.core import GaugeMetricFamily

    labels = [metric.label] if metric.label else []
    family = GaugeMetricFamily(f"market_data_{metric.name}", metric.says, labels=labels)
    for name, label, value in samples:
        if name == metric.name:
            family.add_metric([label] if label is not None else [], value)
    return family
