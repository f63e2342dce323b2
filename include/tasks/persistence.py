"""Tasks that survive a fault of the database which passes, within one try."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def persistent(work: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Have a task's function begin again where a fault of the warehouse passes by itself.

    What it does may be done twice, as with a retry of Airflow's. See
    :func:`include.warehouse.persistence.keep_trying` for what is raised.
    """

    @wraps(work)
    def tried(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        from include.warehouse.persistence import keep_trying

        return keep_trying(lambda: work(*args, **kwargs))

    return tried
