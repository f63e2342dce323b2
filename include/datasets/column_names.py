"""The columns of a body under names that a table, and the frame of the rules, has free."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from airflow_provider_alphavantage.exceptions import UnreadableBody

if TYPE_CHECKING:
    import pyarrow as pa

    from include.datasets.base import Dataset

LONGEST = 63
"""In bytes: PostgreSQL cuts a longer name off, and takes it for another one each time."""

TAKEN = frozenset(
    "row times is_storable has_begun held_again "  # the frame's own: see include.datasets.rows.frame_of
    "of_subject fetched_at valid_from step held staged "  # the load's own
    "tableoid ctid xmin xmax cmin cmax".split()  # PostgreSQL's own
)


def with_free_names(dataset: Dataset, rows: pa.Table) -> pa.Table:
    """Return the rows; a column whose name is taken is ``..._as_served``, and a long name is cut off.

    :raises UnreadableBody: two names are the same then.
    """
    taken = TAKEN | {dataset.period}
    names = [f"{name}_as_served" if name in taken else name[:LONGEST] for name in rows.column_names]
    if names == rows.column_names:
        return rows
    name, count = Counter(names).most_common(1)[0]
    if count > 1:
        what = f"Two of its columns would have the name {name!r} in a table."
        raise UnreadableBody(what, function=dataset.function)
    return rows.rename_columns(names)
