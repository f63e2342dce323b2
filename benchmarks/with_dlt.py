"""Bars, splits and dividends by dlt's REST API source into PostgreSQL, as its documentation has it.

    python benchmarks/with_dlt.py FOLDER < {"host": ..., "url": ..., "symbols": [...], "key": ...}

Started by :mod:`benchmarks.whole_run` in an environment of its own, so nothing of the project is imported.
Resources are parallelized, 16 workers ask, and rows are merged by the strategy upsert.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from typing import Any

os.environ |= {
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "RUNTIME__LOG_LEVEL": "ERROR",
    "EXTRACT__WORKERS": "16",
    "EXTRACT__MAX_PARALLEL_ITEMS": "32",
    "NORMALIZE__WORKERS": "2",
    "NORMALIZE__DATA_WRITER__FILE_MAX_ITEMS": "200000",
}
NAMES = ("open", "high", "low", "close", "volume")


def bars_of(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows of a daily series."""
    symbol = document["Meta Data"]["2. Symbol"]
    for day, values in document["Time Series (Daily)"].items():
        yield {
            "symbol": symbol,
            "data_date": day,
            **dict(zip(NAMES, map(float, values.values()), strict=True)),
        }


def resource_of(name: str, function: str, key: str, **about: Any) -> dict[str, Any]:
    """A resource that asks one function for each symbol."""
    parameters = {"function": function, "symbol": "{resources.symbols.symbol}", "apikey": key}
    selector = about.pop("data_selector")
    endpoint = {"path": "query", "params": parameters, "data_selector": selector, "paginator": "single_page"}
    return {"name": name, "endpoint": endpoint, "parallelized": True, **about}


def main(folder: str) -> None:
    """Load what standard input names."""
    import dlt
    from dlt.sources.rest_api import rest_api_source

    given = json.load(sys.stdin)
    symbols = dlt.resource(
        [{"symbol": symbol} for symbol in given["symbols"]], name="symbols", selected=False
    )
    lists: dict[str, Any] = {"data_selector": "data", "include_from_parent": ["symbol"]}
    lists |= {"primary_key": ["_symbols_symbol", "effective_date"]}
    bars: dict[str, Any] = {"data_selector": "$", "processing_steps": [{"yield_map": bars_of}]}
    bars |= {"primary_key": ["symbol", "data_date"]}
    key = given["key"]
    source = rest_api_source({
        "client": {"base_url": given["host"]},
        "resource_defaults": {"write_disposition": {"disposition": "merge", "strategy": "upsert"}},
        "resources": [
            symbols,
            resource_of("bars", "TIME_SERIES_DAILY", key, **bars),
            resource_of("splits", "SPLITS", key, **lists),
            resource_of(
                "dividends",
                "DIVIDENDS",
                key,
                **lists | {"primary_key": ["_symbols_symbol", "ex_dividend_date"]},
            ),
        ],
    })
    destination = dlt.destinations.postgres(given["url"])
    pipeline = dlt.pipeline("whole", pipelines_dir=folder, destination=destination, dataset_name="bench")
    for step in (lambda: pipeline.extract(source), pipeline.normalize, pipeline.load):
        begun = time.monotonic()
        step()
        print(f"  step of dlt {time.monotonic() - begun:10.2f} s", flush=True)
    both = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    peaks = [resource.getrusage(who).ru_maxrss / 1024 for who in both]
    print(f"  peak {peaks[0]:.0f} MB, of its largest child {peaks[1]:.0f} MB", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
