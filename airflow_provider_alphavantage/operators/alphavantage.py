"""Operators that ask Alpha Vantage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator, ObjectStoragePath

from airflow_provider_alphavantage.hooks.alphavantage import AlphaVantageHook

if TYPE_CHECKING:
    from airflow.sdk import Context


class AlphaVantageOperator(BaseOperator):
    """Ask one function and keep its body, untouched, in object storage.

    :param function: the API function, such as ``TIME_SERIES_WEEKLY`` (templated).
    :param parameters: its parameters without the key, such as ``{"symbol": "IBM"}`` (templated).
    :param path: where the body goes: any URL of :class:`~airflow.sdk.ObjectStoragePath`, such as
        ``s3://bucket/weekly/{{ ds }}/IBM.csv`` (templated).
    :param alphavantage_conn_id: the connection.
    :returns: the path written.
    """

    template_fields: Sequence[str] = ("function", "parameters", "path")
    ui_color = "#e8f0fe"

    def __init__(
        self,
        *,
        function: str,
        path: str,
        parameters: Mapping[str, str] | None = None,
        alphavantage_conn_id: str = AlphaVantageHook.default_conn_name,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.function = function
        self.path = path
        self.parameters = parameters or {}
        self.alphavantage_conn_id = alphavantage_conn_id

    def execute(self, context: Context) -> str:
        """Ask, write, and return where it was written."""
        hook = AlphaVantageHook(self.alphavantage_conn_id)
        answer = hook.query(self.function, **self.parameters)
        target = ObjectStoragePath(self.path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(answer.payload.content)
        self.log.info("%s: %d bytes at %s", self.function, len(answer.payload.content), target)
        return str(target)
