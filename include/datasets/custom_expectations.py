"""Expectations of ours, where Great Expectations has none: the example to copy is told in ``docs/gate.md``.

Importing this imports Great Expectations, so a rule names its expectation as ``module:class``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import MulticolumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_condition_partial import (
    multicolumn_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_map_metric_provider import (
    MulticolumnMapMetricProvider,
)
from great_expectations.render.renderer_configuration import RendererConfiguration, RendererValueType

if TYPE_CHECKING:
    import pandas as pd


class RangeIsPlausible(MulticolumnMapMetricProvider):
    """Row by row: whether the second column is at most ``most`` times the first."""

    condition_metric_name = "multicolumn_values.range_is_plausible"
    condition_domain_keys = (
        "batch_id",
        "table",
        "column_list",
        "row_condition",
        "condition_parser",
        "ignore_row_if",
    )
    condition_value_keys = ("most",)

    @multicolumn_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(cls, column_list: pd.DataFrame, most: float, **_: Any) -> pd.Series[bool]:
        low, high = (column_list.iloc[:, position] for position in (0, 1))
        return ~(high > most * low.where(low > 0))


class ExpectRangeToBePlausible(MulticolumnMapExpectation):
    """Expect the second of two columns to be at most ``most`` times the first, where that is above zero."""

    most: float
    map_metric: ClassVar[str] = RangeIsPlausible.condition_metric_name
    success_keys: ClassVar[tuple[str, ...]] = ("most", "mostly")
    args_keys: ClassVar[tuple[str, ...]] = ("column_list", "most")

    @classmethod
    def _prescriptive_template(
        cls, renderer_configuration: RendererConfiguration[Any]
    ) -> RendererConfiguration[Any]:
        """What Data Docs say of it."""
        renderer_configuration.add_param(name="most", param_type=RendererValueType.NUMBER)
        renderer_configuration.template_str = "The range of a row must be plausible: at most $most times."
        return renderer_configuration
