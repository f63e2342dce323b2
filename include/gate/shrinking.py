"""Whole lists that come shorter than they are held: what would be withdrawn, before it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, sql

from include.datasets.base import Batch, Dataset
from include.datasets.rows import written
from include.datasets.rule import Rule
from include.gate.decisions import Values, values_of
from include.gate.verdicts import Finding, Row
from include.plan.summary import counted

SHRINKS = Rule(
    "keeps_its_rows",
    "A list has the rows it had, but for as many as its dataset may lose.",
    "",
    about="symbol",
    keeps_out="batch",
)
"""Checked here and not by an expectation: it is about rows that did not come."""

MOST_NAMED = 20
"""So many of the rows that would vanish are named."""

NO_ROW = -1
"""In place of the number of a row, as the finding is about the whole batch."""

Key = tuple[str, ...]


@dataclass(frozen=True)
class Loss:
    """What a batch would withdraw: the keys, of so many rows that are held."""

    keys: Sequence[Key]
    held: int


def losses_of(connection: Connection[Any], batches: Sequence[Batch]) -> dict[str, Loss]:
    """Return of batches of a whole dataset, by name, those that would withdraw more rows than they may."""
    dataset = batches[0].dataset
    if not dataset.scope or dataset.covers != "whole":
        return {}
    names = {tuple(dataset.scope(batch.request.symbol).values()): batch.name for batch in batches}
    held: dict[str, set[Key]] = {}
    for scope, key in _held(connection, dataset, batches):
        held.setdefault(names[scope], set()).add(key)
    losses = {batch.name: _loss(batch, held.get(batch.name, set())) for batch in batches}
    return {name: loss for name, loss in losses.items() if _is_more(len(loss.keys), loss.held, dataset)}


def shrinking(
    batch: Batch, losses: Mapping[str, Loss], released: Mapping[Values, str]
) -> tuple[Finding, ...]:
    """Return the finding on a batch that would withdraw too much, unless it is set aside."""
    loss = losses.get(batch.name)
    return (_finding(batch, loss, released),) if loss and not batch.is_set_aside else ()


def withdrawal_of(loss: Loss) -> dict[str, str]:
    """Return what a decision on a batch is remembered for: the rows that it would withdraw."""
    return {"would_be_withdrawn": ", ".join(" ".join(key) for key in loss.keys)}


def _finding(batch: Batch, loss: Loss, released: Mapping[Values, str]) -> Finding:
    named = [" ".join(key) for key in loss.keys[:MOST_NAMED]]
    more = [f"and {len(loss.keys) - MOST_NAMED} more"] if len(loss.keys) > MOST_NAMED else []
    message = (
        f"{len(loss.keys)} of {counted(loss.held, 'row')} that are held would be withdrawn: "
        f"{', '.join([*named, *more])}"
    )
    values = withdrawal_of(loss)
    let_in = released.get(values_of(batch.name, values))
    return Finding(Row(NO_ROW, batch.name, None, values, message), SHRINKS, message, let_in)


def _loss(batch: Batch, held: set[Key]) -> Loss:
    names = _rest(batch.dataset, batch.request.symbol)
    came = {tuple(map(written, key)) for key in zip(*(batch.rows[n].to_pylist() for n in names), strict=True)}
    came |= {tuple(str(row.values.get(name)) for name in names) for row in batch.unreadable}
    return Loss(sorted(held - came), len(held))


def _rest(dataset: Dataset, subject: str) -> list[str]:
    """The columns that tell the rows of a subject apart."""
    scope: Mapping[str, str] = dataset.scope(subject) if dataset.scope else {}
    return [name for name in dataset.key if name not in scope]


def _is_more(lost: int, held: int, dataset: Dataset) -> bool:
    least = dataset.may_vanish
    return lost > (held * least if 0 < least < 1 else least)


def _held(connection: Connection[Any], dataset: Dataset, batches: Sequence[Batch]) -> list[tuple[Key, Key]]:
    """Of each row that is held of the subjects, whose it is and the rest of its key, as texts."""
    subjects = [batch.request.symbol for batch in batches]
    scopes = [dataset.scope(subject) for subject in subjects] if dataset.scope else []
    columns = list(scopes[0])
    rest = _rest(dataset, subjects[0])
    query = sql.SQL("select {texts} from {table} where ({scope}) in (select * from unnest({values}))").format(
        texts=sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(n)) for n in (*columns, *rest)),
        table=sql.Identifier(dataset.table),
        scope=sql.SQL(", ").join(map(sql.Identifier, columns)),
        values=sql.SQL(", ").join(sql.SQL("{}::text []").format(sql.Placeholder(name)) for name in columns),
    )
    values = {name: [scope[name] for scope in scopes] for name in columns}
    rows = connection.execute(query, values).fetchall()
    return [(row[: len(columns)], row[len(columns) :]) for row in rows]
