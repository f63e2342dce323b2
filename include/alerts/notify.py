"""Look, compare with what was told, mail what is news, and remember it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from psycopg import Connection

from include.alerts.digest import Digest, Findings, Trouble, digest_of
from include.alerts.mail import About, recipients, send
from include.alerts.sent_alerts import remember, sent_alerts_of, take_turns
from include.exceptions import MailNotSent
from include.settings import RECIPIENTS_VARIABLE
from include.warehouse.connections import connect
from include.warehouse.origins import origin_of

log = logging.getLogger(__name__)

Look = Callable[[Connection[Any]], Findings]
"""Asks the warehouse what is wrong now."""


def about_run(dag_id: str, run_id: str, said: str = "") -> About:
    """Return what a mail says of the run it is about, and where Airflow's UI is."""
    from airflow.configuration import conf

    base_url = str(conf.get("api", "base_url", fallback="")).rstrip("/")
    return About(dag_id, run_id, base_url or "http://localhost:8080", said)


def tell(about: About, look: Look) -> bool:
    """Mail what a look finds new or over, and remember it; return whether a mail was sent.

    A mail server that is down is a warning: what still holds is told the next time somebody looks.
    """
    to = recipients()
    if not to:
        log.info("Nobody is told by mail: the Airflow Variable %s is empty.", RECIPIENTS_VARIABLE)
        return False
    with connect() as warehouse:
        take_turns(warehouse)
        digest = digest_of(look(warehouse), sent_alerts_of(warehouse))
        about = replace(about, origin=origin_of(warehouse))
        if not (digest.is_news and _mailed(digest, about, to)):
            return False
        remember(warehouse, digest, datetime.now(UTC))
    return True


def send_unrecorded(about: About, trouble: Trouble) -> bool:
    """Mail a trouble where the warehouse cannot say whether it was told; return whether a mail was sent."""
    to = recipients()
    return bool(to) and _mailed(Digest([trouble], [], [], []), about, to)


def _mailed(digest: Digest, about: About, to: list[str]) -> bool:
    try:
        send(digest, about, to)
    except MailNotSent as error:
        log.warning("%s", error)
        return False
    log.info("Told %s: %d new, %d over.", ", ".join(to), len(digest.new), len(digest.recovered))
    return True
