"""From a body to typed rows: one parser for each shape the API answers with.

:func:`parse` is for every function, :func:`parse_table` gives the same as an Arrow table and
:func:`parse_frame` as a pandas frame. :func:`~airflow_provider_alphavantage.parsing.bars.parse_bars` and
:func:`~airflow_provider_alphavantage.parsing.bars.bars_table` are the strict readers of daily, weekly and
monthly prices.
"""

from airflow_provider_alphavantage.parsing.frames import parse_frame, parse_table, read_frame
from airflow_provider_alphavantage.parsing.records import Kind, OddRow, Records, Value
from airflow_provider_alphavantage.parsing.shapes import FAMILIES, Family, parse

__all__ = [
    "FAMILIES",
    "Family",
    "Kind",
    "OddRow",
    "Records",
    "Value",
    "parse",
    "parse_frame",
    "parse_table",
    "read_frame",
]
