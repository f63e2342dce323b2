"""Bodies whose rows are not those that are kept: pure functions, one for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from include.datasets.base import Dataset

if TYPE_CHECKING:
    import pyarrow as pa

Reading = Callable[[Dataset, "pa.Table"], "pa.Table"]


def without_running_year(dataset: Dataset, rows: pa.Table) -> pa.Table:
    """Leave out the annual row of a fiscal year that is not over, with which EARNINGS begins.

    Its day is that of the newest quarter, which a later response replaces by the next: see the quirks of the
    API. A fiscal year ends in the month in which the other years end.
    """
    import pyarrow as pa

    annual = [row for row in rows.to_pylist() if row["period"] == "annual" and row["fiscal_date_ending"]]
    months = [row["fiscal_date_ending"].month for row in annual[1:]]
    if not months or annual[0]["fiscal_date_ending"].month in months:
        return rows
    keep = [
        not (row["period"] == "annual" and row["fiscal_date_ending"] == annual[0]["fiscal_date_ending"])
        for row in rows.to_pylist()
    ]
    return rows.filter(pa.array(keep, pa.bool_()))


def part(name: str, columns: Sequence[str]) -> Reading:
    """Return a reading of one part of a body of several lists: these columns of its rows."""

    def read(dataset: Dataset, rows: pa.Table) -> pa.Table:
        import pyarrow.compute as pc

        return rows.filter(pc.equal(rows["part"], name)).select([*columns])

    return read


def of_holdings(dataset: Dataset, rows: pa.Table) -> pa.Table:
    """Keep what a fund holds, ``holding`` by its ticker, or in words where it has none."""
    import pyarrow.compute as pc

    rows = part("holdings", ("holding", "description", "weight"))(dataset, rows)
    named = pc.coalesce(rows["holding"], rows["description"])
    return rows.set_column(0, "holding", named)


def numbered(rows: pa.Table, among: Sequence[str]) -> pa.Table:
    """Add ``line``: which of the rows with the same values in some columns it is, from 1 for the oldest.

    Lists of transactions have no key: a person may do the same twice on one day.
    """
    import pyarrow as pa

    seen: dict[tuple[object, ...], int] = {}
    lines: list[int] = []
    for row in reversed(rows.to_pylist()):
        key = tuple(row[name] for name in among)
        seen[key] = seen.get(key, 0) + 1
        lines.append(seen[key])
    return rows.append_column("line", pa.array(reversed(lines), pa.int64()))


def of_insiders(dataset: Dataset, rows: pa.Table) -> pa.Table:
    """Number the transactions that are otherwise alike."""
    names = ("transaction_date", "executive", "security_type", "acquisition_or_disposal", "shares")
    return numbered(rows, names)


def of_session(dataset: Dataset, rows: pa.Table) -> pa.Table:
    """Add ``date``, the session that a ranking is of, from what the body says of all its rows."""
    from datetime import date

    import pyarrow as pa

    said = (rows.schema.metadata or {}).get(b"last_updated", b"").decode()[:10]
    return rows.append_column("date", pa.array([date.fromisoformat(said)] * rows.num_rows, pa.date32()))
