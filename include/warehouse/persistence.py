"""Work on the warehouse, tried again while what fails passes by itself."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from include.exceptions import WarehouseUnavailable, WarehouseUnusable
from include.settings import POSTGRES_CONN_ID
from include.warehouse.faults import Fault, explained, fault_of

log = logging.getLogger(__name__)

Result = TypeVar("Result")

PAUSES = (1.0, 4.0, 15.0)
"""Seconds between one try and the next."""


def keep_trying(
    work: Callable[[], Result],
    conn_id: str = POSTGRES_CONN_ID,
    sleep: Callable[[float], None] = time.sleep,
) -> Result:
    """Do a piece of work that may be done again from its beginning; errors of other kinds pass through.

    :param conn_id: the Airflow connection it uses, for messages.
    :raises WarehouseUnavailable: it failed at every try, or of something that takes longer to pass.
    :raises WarehouseUnusable: it failed of what stays until somebody changes something.
    """
    for pause in (*PAUSES, None):
        try:
            return work()
        except Exception as error:
            fault = fault_of(error)
            if fault is None:
                raise
            if fault.retried != "soon" or pause is None:
                raise _final(fault)(explained(error, fault, conn_id)) from error
            log.warning("%s Trying again in %s s.", explained(error, fault, conn_id), pause)
        sleep(pause)
    raise AssertionError("The last try returns or raises.")


def _final(fault: Fault) -> type[Exception]:
    return WarehouseUnusable if fault.retried == "never" else WarehouseUnavailable
