"""Every query a page shows can be asked."""

from __future__ import annotations

import re

import pytest

from tests.conftest import PROJECT

pytestmark = pytest.mark.postgres
BLOCK = re.compile(r"```sql\n(.*?)```", re.DOTALL)
OF_DATASETS = "datasets-reference"
"""Its queries are about tables that come with their first rows: see ``test_datasets_reference``."""

PAGES = [
    path
    for path in sorted((PROJECT / "docs").glob("*.md"))
    if path.stem != OF_DATASETS and BLOCK.search(path.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_query_of_a_page_is_answered(warehouse, path):
    blocks = BLOCK.findall(path.read_text(encoding="utf-8"))
    queries = [query.strip() for block in blocks for query in block.split(";") if query.strip()]
    assert queries
    for query in queries:
        assert warehouse.execute(query).fetchall() == []


def test_the_pages_with_queries_are_these():
    assert {"warehouse", "getting-started", "adjusted-prices"} <= {path.stem for path in PAGES}
