"""From a body to typed rows: one parser for each shape the API answers with.

:func:`parse` is for every function, :func:`parse_frame` gives the same as a pandas frame;
:func:`~airflow_provider_alphavantage.parsing.bars.parse_bars` is the strict reader of daily, weekly and
monthly prices.
"""

from airflow_provider_alphavantage.parsing.frames import parse_frame, read_frame
from airflow_provider_alphavantage.parsing.records import Kind, Records, Value
from airflow_provider_alphavantage.parsing.shapes import FAMILIES, Family, parse

__all__ = ["FAMILIES", "Family", "Kind", "Records", "Value", "parse", "parse_frame", "read_frame"]
