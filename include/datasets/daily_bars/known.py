"""What is known beside the bars that are judged: what is held, is missing, happened to the shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from psycopg import Connection

from include.datasets.base import Batch
from include.datasets.corporate_actions import KnownActions
from include.settings import DIVIDENDS, SPLITS
from include.warehouse.statements import statement

if TYPE_CHECKING:
    import pyarrow as pa

DAYS_BEFORE = 100
"""So many days of held bars before a batch are looked at: some 69 sessions."""


@dataclass(frozen=True)
class Known:
    """What is known of the symbols of a run.

    :param actions: of each symbol that was ever asked for splits or dividends.
    :param held: the bars that are loaded already, from ``DAYS_BEFORE`` the batch on, by symbol and session;
        None: none.
    :param missing: by symbol, the sessions that are known to be missing for good.
    """

    actions: Mapping[str, KnownActions] = field(default_factory=dict)
    held: pa.Table | None = None
    missing: Mapping[str, frozenset[date]] = field(default_factory=dict)


def known_of(connection: Connection[Any], batches: Sequence[Batch], brought: Sequence[Batch]) -> Known:
    """Return what the warehouse knows of batches of bars, and the run's own splits and dividends tell.

    :param brought: all batches of the run.
    """
    symbols = [batch.request.symbol for batch in batches]
    missing: dict[str, set[date]] = {}
    for symbol, session in connection.execute(statement("datasets/known_gaps"), {"symbols": symbols}):
        missing.setdefault(symbol, set()).add(session)
    for batch in batches:
        left_out = {row.day for row in (*batch.unreadable, *batch.unreadable_discarded) if row.day}
        own = missing.setdefault(batch.request.symbol, set())
        own |= left_out | set(batch.discarded["data_date"].to_pylist())
    return Known(
        actions=actions_with(known_actions(connection, symbols), brought),
        held=held_before(connection, batches),
        missing={symbol: frozenset(sessions) for symbol, sessions in missing.items()},
    )


def held_before(connection: Connection[Any], batches: Sequence[Batch]) -> pa.Table:
    """Return the bars held of the symbols of batches, from some time before each batch on."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from include.warehouse.columns import read_columns

    with_rows = [batch for batch in batches if batch.rows.num_rows]
    first = [pc.min(batch.rows["data_date"]).as_py() for batch in with_rows]
    about = {"symbols": [batch.request.symbol for batch in with_rows], "sessions": first, "days": DAYS_BEFORE}
    schema = held_schema()
    place = schema.get_field_index("volume")
    as_text = schema.set(place, pa.field("volume", pa.string()))
    held = read_columns(connection, statement("datasets/held_before"), about, as_text)
    return held.set_column(place, "volume", _volumes(held["volume"]))


def _volumes(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Volumes as the whole numbers they usually are, as decimals where one has a fraction."""
    import pyarrow as pa
    import pyarrow.compute as pc

    has_fraction = pc.any(pc.match_substring(texts, ".")).as_py()
    return texts.cast(pa.decimal128(24, 6) if has_fraction else pa.int64())


def bar_schema() -> pa.Schema:
    """Return the columns of bars, each of its usual type."""
    import pyarrow as pa

    prices = [(name, pa.decimal128(18, 6)) for name in ("open", "high", "low", "close")]
    key = [("symbol", pa.string()), ("data_date", pa.date32())]
    return pa.schema([*key, *prices, ("volume", pa.int64()), ("is_final", pa.bool_())])


def held_schema() -> pa.Schema:
    """Return the columns of bars that are held; ``fetched_at`` is UTC, without its zone."""
    import pyarrow as pa

    return bar_schema().append(pa.field("fetched_at", pa.timestamp("us")))


def known_actions(connection: Connection[Any], symbols: Sequence[str]) -> dict[str, KnownActions]:
    """Return what the warehouse knows of these symbols; nothing of a symbol that was never asked for."""
    known = {}
    rows = connection.execute(statement("datasets/known_actions"), {"symbols": list(symbols)}).fetchall()
    for symbol, through, actions in rows:
        found: dict[str, dict[date, Decimal]] = {"split": {}, "dividend": {}}
        for kind, day, value in actions:
            found[kind][date.fromisoformat(day)] = Decimal(value)
        known[symbol] = KnownActions(through, found["split"], found["dividend"])
    return known


def actions_with(known: dict[str, KnownActions], brought: Sequence[Batch]) -> dict[str, KnownActions]:
    """Return what is known once the lists that the run brought are loaded."""
    for batch in brought:
        before = known.get(batch.request.symbol, KnownActions())
        if batch.dataset.function == SPLITS:
            through = batch.request.final_through or before.splits_through
            splits = _by_day(batch)
            known[batch.request.symbol] = replace(
                before, splits=splits, splits_through=through, splits_came=True
            )
        elif batch.dataset.function == DIVIDENDS:
            known[batch.request.symbol] = replace(before, dividends=_by_day(batch))
    return known


def _by_day(batch: Batch) -> dict[date, Decimal]:
    """The values of a list by day, without those that cannot be or are not known yet."""
    columns = (batch.rows[name].to_pylist() for name in ("effective_date", "value"))
    return {day: value for day, value in zip(*columns, strict=True) if day and value and value > 0}
