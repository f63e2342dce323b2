"""An Airflow connection, looked up so that a passing fault is not taken for an absent connection."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from airflow.exceptions import AirflowNotFoundException  # type: ignore[attr-defined]

from airflow_provider_alphavantage.exceptions import ConnectionNotFound

log = logging.getLogger(__name__)

Found = TypeVar("Found")

PAUSES = (1.0, 2.0, 4.0, 8.0)
"""Seconds between one look-up and the next."""


def look_up(get: Callable[[str], Found], conn_id: str, sleep: Callable[[float], None] = time.sleep) -> Found:
    """Return a connection; one that is not found is looked up again, for 15 seconds.

    Airflow says "not found" also where its own database or API server gave no answer.

    :param get: looks up a connection by its id, as ``BaseHook.get_connection`` does.
    :raises ConnectionNotFound: it was never found.
    """
    for pause in (*PAUSES, None):
        try:
            return get(conn_id)
        except AirflowNotFoundException:
            if pause is None:
                break
        log.warning("Airflow did not find the connection %r; looking again in %s s.", conn_id, pause)
        sleep(pause)
    raise ConnectionNotFound(
        f"There is no connection {conn_id!r}, or Airflow's own database was too busy to find it: "
        f"looked up {len(PAUSES) + 1} times in {sum(PAUSES):.0f} s."
    )
