"""What `make run` says at its end: the result, and where to go from there."""

from __future__ import annotations

from rich.console import Console

from include.local import airflow_services, memory
from include.local.credentials import ADMIN
from include.local.stack import Stack


def summary(stack: Stack, run_id: str) -> str:
    """The result by symbol, totals and messages, from the warehouse."""
    from include.report.summary import run_summary

    return run_summary(stack.warehouse, run_id)


def addresses(console: Console, stack: Stack, dag_id: str, run_id: str) -> None:
    """Where things are."""
    run_dir = stack.settings.run_dir
    docs = airflow_services.data_docs(run_dir, stack.state.mode)
    lines = {
        "data": stack.banner,
        "Airflow UI": f"{stack.ui}/dags/{dag_id}/runs/{run_id}",
        "Market": f"{stack.ui}/plugin/market",
        "login": f"{ADMIN} / {stack.secrets.admin_password}",
        "Data Docs": docs.as_uri() if docs.exists() else "(not written yet)",
        "warehouse": "make psql",
        "read only": stack.reader,
        "logs": f"make logs, or {run_dir / 'logs'}",
        "stop": "make stop",
    }
    for name, value in lines.items():
        console.print(f"{name:>11}  {value}", markup=False, highlight=False, soft_wrap=True)


def memory_line(peak: int, now: int) -> str:
    """How much memory all of it takes."""
    return f"It uses {memory.megabytes(now)} of memory (at most {memory.megabytes(peak)} during the run)."
