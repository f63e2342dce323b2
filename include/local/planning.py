"""`make plan`: what the next run would ask for, told by the DAG `plan`, which asks the API for nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from rich.console import Console

from include.exceptions import BadParameter
from include.local import dag_run
from include.local.stack import Stack
from include.market.watchlist import Watchlist, read_watchlist
from include.plan.clock import read_clock
from include.plan.preview import Preview
from include.settings import WATCHLIST_VARIABLE
from include.warehouse.connections import connect_to
from include.warehouse.origins import origin_of

DAG_ID = "plan"


class PlanError(RuntimeError):
    """No plan was made; the message says where to look."""


def show(running: Stack, console: Console) -> int:
    """Print the plan of the next run, with the symbols, the clock and the force a person asks for."""
    watchlist = watchlist_of(running)
    previewed = preview(running, watchlist.names, force=running.settings.force)
    for line in (running.banner, *previewed.outlook, *previewed.requests):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    return 0


def watchlist_of(running: Stack) -> Watchlist:
    """Return the symbols of the next run.

    :raises BadParameter: none is named, or none that can be asked for.
    """
    return some_symbols(running.settings.symbols or running.api().variable(WATCHLIST_VARIABLE) or "")


def some_symbols(given: str | Sequence[str]) -> Watchlist:
    """Return the symbols that are named.

    :raises BadParameter: none is named, or none that can be asked for.
    """
    watchlist = read_watchlist(given)
    if not watchlist.symbols:
        first, *others = watchlist.refused
        more = f" So are {len(others)} more." if others else ""
        raise BadParameter(f"No symbol is left to ask for. {first.reason}{more}")
    return watchlist


def preview(running: Stack, symbols: Sequence[str], *, force: bool = False) -> Preview:
    """Have the plan made for these symbols.

    :raises BadParameter: the clock cannot be set.
    :raises PlanError: the DAG failed.
    """
    clock_of(running)
    api = running.api()
    dag_run.wait_for_dag(api, DAG_ID, running.check)
    conf = {"symbols": list(symbols), "force": force, "now": now_of(running)}
    run_id = api.trigger(DAG_ID, conf, running.banner)
    api.unpause(DAG_ID)
    if dag_run.wait(api, DAG_ID, run_id, running.check) != "success":
        raise PlanError(f"No plan was made; the log says why: {running.ui}/dags/{DAG_ID}/runs/{run_id}")
    return Preview(**api.xcom(DAG_ID, run_id, "plan"))


def clock_of(running: Stack) -> datetime:
    """Return the time a plan is made for: the real one, or that of a simulation or a replay.

    :raises BadParameter: the clock cannot be set.
    """
    now = now_of(running)
    if now is None:
        return datetime.now(UTC)
    with connect_to(running.warehouse) as connection:
        return read_clock(now, origin_of(connection))


def now_of(running: Stack) -> str | None:
    """The clock to go by, if not the real one.

    What is replayed is as of a moment: that of the last run, unless a person names another.
    """
    return running.settings.now or running.state.replay_now
