"""A run of new symbols by dlt: REST API source, PostgreSQL destination, parallel as its documentation says.

    python benchmarks/dlt_run.py [address] [database] [key] [symbols] [folder]

Started by ``benchmarks/whole_run.py`` with an interpreter that has dlt and nothing of this project. The
symbols are a resource, and what is asked of each a dependent one with ``parallelized``; 16 extract workers,
a normalize worker for each core, CSV files and upsert, which are the faster ones here.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LISTS = {"SPLITS": ("splits", "effective_date"), "DIVIDENDS": ("dividends", "ex_dividend_date")}
SETTINGS = {
    "EXTRACT__WORKERS": "16",
    "EXTRACT__MAX_PARALLEL_ITEMS": "64",
    "NORMALIZE__WORKERS": "2",
    "LOAD__WORKERS": "4",
    "DATA_WRITER__FILE_MAX_ITEMS": "100000",
    "DATA_WRITER__BUFFER_MAX_ITEMS": "10000",
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "RUNTIME__LOG_LEVEL": "ERROR",
}


def bars(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows of a body of daily bars."""
    symbol = body["Meta Data"]["2. Symbol"]
    for day, cells in body["Time Series (Daily)"].items():
        values = {name.partition(" ")[2]: float(cell) for name, cell in cells.items()}
        yield {"symbol": symbol, "data_date": day, **values}


def resource_of(function: str, name: str, key: list[str], **more: Any) -> dict[str, Any]:
    """What is asked of each symbol."""
    params = {"function": function, "symbol": "{resources.symbols.symbol}", "apikey": sys.argv[3]}
    endpoint = {"path": "query", "params": params, "paginator": "single_page"} | more.pop("endpoint", {})
    how = {"primary_key": key, "write_disposition": {"disposition": "merge", "strategy": "upsert"}}
    return {"name": name, "endpoint": endpoint, "parallelized": True} | how | more


def main() -> None:
    os.environ.update(SETTINGS)
    import dlt
    from dlt.sources.rest_api import rest_api_source

    host, url, _, count, folder = sys.argv[1:]

    @dlt.resource(name="symbols", selected=False)
    def symbols() -> Iterator[list[dict[str, str]]]:
        yield [{"symbol": f"S{number:05d}"} for number in range(int(count))]

    def of_list(function: str) -> dict[str, Any]:
        name, day = LISTS[function]
        about = {"endpoint": {"data_selector": "data"}, "include_from_parent": ["symbol"]}
        return resource_of(function, name, ["_symbols_symbol", day], **about)

    daily = resource_of(
        "TIME_SERIES_DAILY",
        "bars",
        ["symbol", "data_date"],
        endpoint={"data_selector": "$"},
        processing_steps=[{"yield_map": bars}],
    )
    resources = [symbols(), daily, *map(of_list, LISTS)]
    source = rest_api_source({"client": {"base_url": host}, "resources": resources})
    destination = dlt.destinations.postgres(url)
    pipeline = dlt.pipeline("dlt_run", pipelines_dir=folder, destination=destination, dataset_name="dlt_run")
    steps = {
        "extract": lambda: pipeline.extract(source, loader_file_format="csv"),
        "normalize": pipeline.normalize,
        "load": pipeline.load,
    }
    for name, step in steps.items():
        begun = time.monotonic()
        step()
        status = Path("/proc/self/status").read_text(encoding="utf-8")
        peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024  # what its parent used is not in it
        print(f"  {name:<22}{time.monotonic() - begun:8.2f} s {'':14} {peak:7.0f} MB", flush=True)


if __name__ == "__main__":
    main()
