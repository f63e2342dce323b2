"""From a task to the vendor's documentation of the function it asks."""

from __future__ import annotations

from typing import Any

from airflow.sdk import BaseOperatorLink

from airflow_provider_alphavantage.functions import documentation


class DocumentationLink(BaseOperatorLink):
    """The documentation of the operator's ``function``."""

    name = "API documentation"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        """Return its address."""
        return documentation(str(getattr(operator, "function", "")))
