"""`make quarantine`: what awaits a decision; or a decision, which the DAG of that name carries out."""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import get_args

from rich.console import Console

from include.gate.quarantine import Action, Instruction, check, open_rows, table
from include.local import dag_run
from include.local.confirmation import is_confirmed, say
from include.local.credentials import ADMIN
from include.local.dag_run import Watch
from include.local.settings import SettingsError
from include.local.stack import Stack
from include.report.rehearsal import rehearse
from include.report.summary import run_summary
from include.report.summary import table as results_table
from include.warehouse.connections import connect_to
from include.warehouse.runs import RunRequest

DAG_ID = "quarantine"
ACTIONS: tuple[Action, ...] = get_args(Action)
HOW_TO = """\
make quarantine RELEASE=12,13 WHY="..."   load these rows as they are
make quarantine DISCARD=12,13 WHY="..."   leave them out, and load the symbol's other bars
make quarantine CHOOSE=12 WHY="..."       of several rows of one key load this one, and leave the others out
make quarantine UNDO=12,13 WHY="..."      take the decision on them back
make quarantine REPLAY=12,13              decide nothing, judge again under today's rules"""


def read(options: argparse.Namespace) -> Instruction | None:
    """What the person asks to be done; None: only to see what is open.

    The one who decides is the user of Airflow as whom it is triggered; the person's name is kept beside.

    :raises SettingsError: the rows are not ids, or several things are asked at once.
    """
    asked: list[Action] = [action for action in ACTIONS if getattr(options, action)]
    if len(asked) > 1:
        raise SettingsError(f"{asked[0].upper()} and {asked[1].upper()}: one at a time.")
    if not asked:
        return None
    rows = _ids(asked[0], getattr(options, asked[0]))
    if asked[0] != "replay" and not (options.why or "").strip():
        raise SettingsError('A decision needs a person and a reason: say why, such as WHY="a real crash".')
    return Instruction(asked[0], rows, ADMIN, options.why or "", named=options.who or getpass.getuser())


def show(running: Stack, console: Console) -> int:
    """Print what awaits a decision, and how to take one."""
    with connect_to(running.warehouse) as connection:
        rows = open_rows(connection)
    say(console, running.banner)
    say(console, table(rows, max(console.width, 140)))
    if rows:
        say(console, HOW_TO)
    return 0


def carry_out(running: Stack, asked: Instruction, now: str | None, console: Console) -> int:
    """Show what it would do and, once that is confirmed, have the DAG do it and show the result.

    Without a terminal nobody is asked. 0: it was done, or is not wanted.

    :param now: the clock of a simulation or a replay.
    :raises BadDecision: it cannot be done; nothing was started.
    """
    with connect_to(running.warehouse) as connection:
        check(connection, asked)
        preview = rehearse(connection, asked, RunRequest(DAG_ID, "preview", now=now))
    say(console, results_table(preview, f"What {asked.action} does", max(console.width, 100)))
    if sys.stdin.isatty() and not is_confirmed(console, f"{asked.action.capitalize()}?"):
        say(console, "Nothing was decided.")
        return 0
    api = running.api()
    dag_run.wait_for_dag(api, DAG_ID, running.check)
    conf: dict[str, object] = {
        "action": asked.action,
        "rows": asked.rows,
        "who": asked.named,
        "reason": asked.why,
        "now": now,
    }
    run_id, _ = dag_run.trigger_or_join(api, DAG_ID, conf, running.banner)
    api.unpause(DAG_ID)
    say(
        console,
        f"{asked.action} by {asked.who} for {asked.named}: {running.ui}/dags/{DAG_ID}/runs/{run_id}",
    )
    ended = dag_run.watch(api, DAG_ID, run_id, Watch(console, DAG_ID, running.check))
    say(console, "\n" + run_summary(running.warehouse, run_id, DAG_ID))
    return 0 if ended == "success" else 1


def _ids(action: Action, text: str) -> list[int]:
    words = text.replace(",", " ").split()
    if wrong := [word for word in words if not (word.isascii() and word.isdigit() and len(word) < 19)]:
        raise SettingsError(
            f"{action.upper()}: {wrong[0]!r} is not the id of a row. Give ids like 12,13: `make quarantine` "
            "lists them."
        )
    return [int(word) for word in words]
