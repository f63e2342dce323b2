"""Measure how fast a long daily series becomes a frame: ours, pandas.read_csv, the alpha_vantage client.

    python -m benchmarks.parsing [rows] [rounds]

The contestants take turns, so that a busy machine hurts all of them; each figure is a median. All start at
the bytes of the body. Ours are exact decimals, theirs floats.
"""

from __future__ import annotations

import importlib.util
import io
import json
import random
import re
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING
from unittest import mock

from airflow_provider_alphavantage.parsing import parse, read_frame
from airflow_provider_alphavantage.parsing.bars import bars_table, parse_bars
from airflow_provider_alphavantage.responses import read

if TYPE_CHECKING:
    import pandas as pd

FUNCTION = "TIME_SERIES_DAILY"
NAMES = ("open", "high", "low", "close", "volume")
CLIENT = "alpha_vantage" if importlib.util.find_spec("alpha_vantage") else None


def make_bodies(rows: int) -> tuple[bytes, bytes]:
    """One series as the API writes it in CSV and in JSON."""
    rng, day = random.Random(1), date(2026, 5, 15)
    lines = ["timestamp," + ",".join(NAMES)]
    block: dict[str, dict[str, str]] = {}
    while len(block) < rows:
        day -= timedelta(days=3 if day.weekday() == 0 else 1)
        values = [f"{rng.uniform(90, 250):.4f}" for _ in range(4)] + [str(rng.randint(10**6, 2 * 10**7))]
        lines.append(",".join([day.isoformat(), *values]))
        block[day.isoformat()] = {
            f"{i}. {name}": v for i, (name, v) in enumerate(zip(NAMES, values, strict=True), 1)
        }
    meta = {
        "1. Information": "Daily Prices (open, high, low, close) and Volumes",
        "2. Symbol": "IBM",
        "3. Last Refreshed": "2026-05-14",
        "4. Output Size": "Full size",
        "5. Time Zone": "US/Eastern",
    }
    document = json.dumps({"Meta Data": meta, "Time Series (Daily)": block}, indent=4)
    return ("\r\n".join(lines) + "\r\n").encode(), document.encode()


def client_by_hand(content: bytes) -> pd.DataFrame:
    """What the client's users do: from_dict, columns renamed by a pattern, floats, a time index."""
    import pandas as pd

    frame = pd.DataFrame.from_dict(json.loads(content)["Time Series (Daily)"], orient="index")
    frame.columns = pd.Index([re.sub(r"\d+\.", "", name).strip(" ") for name in frame.columns])
    frame = frame.astype(float)
    frame.index = pd.to_datetime(frame.index)
    return frame


def client_itself(content: bytes) -> pd.DataFrame:
    """The client's own code, all of it, over a response that is already there."""
    from alpha_vantage.timeseries import TimeSeries  # type: ignore[import-not-found]
    from requests import Response

    response = Response()
    response._content, response.status_code = content, 200
    series = TimeSeries(key="none", output_format="pandas", indexing_type="date")
    with mock.patch("alpha_vantage.alphavantage.requests.get", return_value=response):
        frame: pd.DataFrame = series.get_daily("IBM", outputsize="full")[0]
    return frame


def median_times(contestants: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Milliseconds of each contestant, taking turns."""
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(rounds + 2):
        for name, run in contestants.items():
            start = time.perf_counter()
            run()
            if number >= 2:
                times[name].append(time.perf_counter() - start)
    return {name: statistics.median(taken) * 1000 for name, taken in times.items()}


def main(rows: int = 6500, rounds: int = 40) -> None:
    import pandas as pd

    csv, document = make_bodies(rows)
    csv_times = median_times(
        {
            "ours: CSV to frame": lambda: read_frame(csv, FUNCTION, "series"),
            "pandas.read_csv": lambda: pd.read_csv(io.BytesIO(csv)),
        },
        rounds,
    )
    contestants: dict[str, Callable[[], object]] = {
        "ours: JSON to frame": lambda: read_frame(document, FUNCTION, "series"),
        "ours: CSV to frame": lambda: read_frame(csv, FUNCTION, "series"),
        "json.loads alone": lambda: json.loads(document),
        "client's way by hand": lambda: client_by_hand(document),
    }
    if CLIENT:
        contestants["alpha_vantage itself"] = lambda: client_itself(document)
    json_times = median_times(contestants, rounds)
    exact_times = median_times(
        {
            "ours: JSON to table": lambda: bars_table(read(document, function=FUNCTION), function=FUNCTION),
            "ours: CSV to table": lambda: bars_table(read(csv, function=FUNCTION), function=FUNCTION),
            "ours: JSON to records": lambda: parse(read(document, function=FUNCTION), FUNCTION, "series"),
            "ours: JSON to bars": lambda: parse_bars(read(document, function=FUNCTION), function=FUNCTION),
            "ours: CSV to records": lambda: parse(read(csv, function=FUNCTION), FUNCTION, "series"),
            "ours: CSV to bars": lambda: parse_bars(read(csv, function=FUNCTION), function=FUNCTION),
        },
        max(rounds // 4, 3),
    )
    print(f"{rows} rows, CSV {len(csv):,} bytes, JSON {len(document):,} bytes, median of {rounds}")
    for title, times in (("CSV", csv_times), ("JSON", json_times), ("without pandas", exact_times)):
        print(f"\n{title}")
        ours = next(iter(times.values()))
        for name, taken in times.items():
            print(f"  {name:<24}{taken:8.2f} ms{taken / ours:8.2f} x the first")
    if not CLIENT:
        print("\nalpha_vantage is not installed: its own code was not measured, only its way by hand.")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
