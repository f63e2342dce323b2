"""Operators that ask Alpha Vantage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.triggers.temporal import DateTimeTrigger
from airflow.sdk import BaseOperator, ObjectStoragePath

from airflow_provider_alphavantage.answer import Answer
from airflow_provider_alphavantage.exceptions import BudgetSpent, DailyQuotaSpent, UnreadableBody
from airflow_provider_alphavantage.hooks.alphavantage import AlphaVantageHook
from airflow_provider_alphavantage.links.documentation import DocumentationLink
from airflow_provider_alphavantage.pacing import quota_back_at

if TYPE_CHECKING:
    from airflow.sdk import Context

_NO_FOLDERS = frozenset({"s3", "s3a", "s3n", "gs", "gcs", "abfs", "abfss", "az", "adl"})
"""Object stores: making the folder of a path there would make the bucket, also one that is misspelt."""


class AlphaVantageBaseOperator(BaseOperator):
    """Ask one function; what is done with the answer is a subclass's business.

    :param function: the API function, such as ``TIME_SERIES_WEEKLY`` (templated).
    :param parameters: its parameters without the key, such as ``{"symbol": "IBM"}`` (templated).
    :param alphavantage_conn_id: the connection.
    :param deferrable: where the key's limits leave no call for minutes or hours, wait for it in the
        triggerer instead of failing. Where the vendor says that the day's calls are spent, wait once, for 24
        hours at most, and then fail with its message: a key that is not valid gets the same. With a plan that
        has no daily limit it fails at once.
    """

    template_fields: Sequence[str] = ("function", "parameters")
    operator_extra_links = (DocumentationLink(),)
    ui_color = "#e8f0fe"

    def __init__(
        self,
        *,
        function: str,
        parameters: Mapping[str, Any] | None = None,
        alphavantage_conn_id: str = AlphaVantageHook.default_conn_name,
        deferrable: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.function = function
        self.parameters = parameters or {}
        self.alphavantage_conn_id = alphavantage_conn_id
        self.deferrable = deferrable

    def execute(self, context: Context) -> dict[str, Any]:
        """Ask, and use the answer."""
        return self._ask()

    def execute_again(
        self, context: Context, event: Any = None, quota_waited_for: bool = False
    ) -> dict[str, Any]:
        """Go on once a call is possible.

        :param quota_waited_for: whether the vendor had said before that the day's calls are spent.
        """
        return self._ask(quota_waited_for)

    def _ask(self, quota_waited_for: bool = False) -> dict[str, Any]:
        hook = AlphaVantageHook(self.alphavantage_conn_id)
        try:
            return self.use(hook.query(self.function, **self.parameters))
        except BudgetSpent as error:
            if not self.deferrable:
                raise
            possible_at = error.possible_at
        except DailyQuotaSpent as error:
            if not self.deferrable or quota_waited_for or hook.budget.per_day is None:
                raise
            possible_at, quota_waited_for = quota_back_at(datetime.now(UTC)), True
            self.log.warning("%s Asking again at %s.", error, possible_at)
        self.defer(
            trigger=DateTimeTrigger(moment=possible_at),
            method_name="execute_again",
            kwargs={"quota_waited_for": quota_waited_for},
        )

    def use(self, answer: Answer) -> dict[str, Any]:
        """Use an answer; return what the task returns."""
        raise NotImplementedError


class AlphaVantageOperator(AlphaVantageBaseOperator):
    """Ask one function and keep its body, untouched, in object storage.

    Beside the parameters of :class:`AlphaVantageBaseOperator`:

    :param path: where the body goes: any URL of :class:`~airflow.sdk.ObjectStoragePath`, such as
        ``s3://bucket/weekly/{{ ds }}/IBM.csv`` (templated). Folders on a disk are made, buckets are not.
    :returns: ``path``, ``rows`` (how many the body holds) and ``last_refreshed`` (as the body says it).
    """

    template_fields: Sequence[str] = (*AlphaVantageBaseOperator.template_fields, "path")

    def __init__(self, *, path: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.path = path

    def use(self, answer: Answer) -> dict[str, Any]:
        """Write the body, then count its rows: it is paid for, and kept although it cannot be read.

        :raises UnreadableBody: it cannot; the error tells where the body is, also as its ``path``.
        """
        target = ObjectStoragePath(self.path)
        if target.protocol not in _NO_FOLDERS:
            target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(answer.payload.content)
        try:
            records = answer.records()
        except UnreadableBody as exc:
            what = f"{exc.what} It is at {target}."
            error = UnreadableBody(what, function=exc.function, symbol=exc.symbol)
            error.path = str(target)
            raise error from exc
        self.log.info("%s: %d rows at %s", self.function, len(records), target)
        return {
            "path": str(target),
            "rows": len(records),
            "last_refreshed": records.meta.get("last_refreshed"),
        }
