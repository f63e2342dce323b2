"""The reference of datasets is what they declare, and its queries run: `WRITE_DOCS=1` writes it anew."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from include.datasets.ready.base import Names, Ready
from include.datasets.ready.registry import GROUPS, READY
from include.load.tables import prepare
from tests.conftest import PROJECT

pytestmark = pytest.mark.postgres
PAGE = PROJECT / "docs" / "datasets-reference.md"
HEAD = """# Every dataset

What each that is ready declares of itself; [Other datasets](datasets.md) says how to switch one on. A table
has `fetched_at` and `valid_from`, too, and what the vendor sends besides. The key of each is whole and of one
row, and no day is to come, unless it is announced.
"""


def page_of() -> str:
    return "\n".join([HEAD, *(line for one in READY.values() for line in _about(one))])


def _about(one: Ready) -> Iterator[str]:
    dataset = one.dataset
    yield f"## {one.name}\n"
    yield f"{one.says[0].upper()}{one.says[1:]}.\n"
    groups = [name for name, members in GROUPS.items() if one.name in members]
    yield "| | |"
    yield "|---|---|"
    yield f"| function | `{_function(one)}` |"
    yield f"| of | {_of(one)} |"
    yield f"| key it needs | {'premium' if one.is_premium else 'any'} |"
    yield f"| cost | {_cost(one)} |"
    yield f"| table | `{dataset.table}`; a row for each {', '.join(f'`{name}`' for name in dataset.key)} |"
    if groups:
        yield f"| also switched on by | `{groups[0]}` |"
    if dataset.rules:
        yield f"| rules | {' '.join(rule.says for rule in dataset.rules)} |"
    yield f"\n```sql\n{query_of(one)}\n```\n"
    yield "| column | kind | |"
    yield "|---|---|---|"
    for column in dataset.typed:
        yield f"| `{column.name}` | {column.kind} | {column.says} |"
    yield ""


def _function(one: Ready) -> str:
    if not isinstance(one.of, Names):
        return one.dataset.function
    asked = (one.of.question(name).get("function", one.dataset.function) for name in one.of.usual)
    return "`, `".join(dict.fromkeys(asked))


def _of(one: Ready) -> str:
    if isinstance(one.of, Names):
        return ", ".join(f"`{name}`" for name in one.of.questions)
    return f"each that is named, such as `{one.of.example}`" if one.of else "nobody: one call brings all"


def _cost(one: Ready) -> str:
    if not one.costs_calls:
        return f"none: it comes with `{one.dataset.with_body_of}`"
    days = one.dataset.every_days
    return f"one call a {'day' if days == 1 else f'{days} days'} for each"


def query_of(one: Ready) -> str:
    columns = ", ".join(dict.fromkeys([*one.dataset.key, *(column.name for column in one.dataset.typed[:2])]))
    order = f" order by {one.dataset.day} desc" if one.dataset.day in one.dataset.key else ""
    return f"select {columns}\nfrom {one.dataset.table}{order}\nlimit 5;"


def test_the_reference_is_what_the_datasets_declare():
    page = page_of()
    if os.environ.get("WRITE_DOCS"):
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page, "WRITE_DOCS=1 pytest tests/docs writes it anew"


@pytest.mark.parametrize("one", READY.values(), ids=list(READY))
def test_its_query_runs(one, warehouse):
    import pyarrow as pa

    names = dict.fromkeys([*one.dataset.key, *([one.dataset.day] if one.dataset.day else [])])
    keyed = pa.table({name: pa.array(["2026-05-15"], pa.string()) for name in names})
    if one.dataset.day:
        place = keyed.column_names.index(one.dataset.day)
        keyed = keyed.set_column(place, one.dataset.day, keyed[one.dataset.day].cast(pa.date32()))
    prepare(warehouse, one.dataset, keyed)
    assert warehouse.execute(query_of(one)).fetchall() == []
