"""Data Docs keep the runs, so many of them, and show no page that is gone."""

from __future__ import annotations

import re

import pandas as pd

from include.checkpoint import data_docs, run_checkpoint
from include.rule import positive


def test_data_docs_keep_the_newest_runs_of_each_suite(tmp_path):
    def check(suite: str, run: str) -> None:
        frame = pd.DataFrame({"row": [0], "close": [1.0]})
        found = run_checkpoint(
            frame, [positive("close")], tmp_path, suite=suite, index=["row"], run=run, kept=2
        )
        assert [rows for _, rows in found] == [[]]

    check("weekly", "1")
    for run in ("8", "9", "10", "10"):
        check("daily", run)

    site = data_docs(tmp_path).parent
    pages = sorted(page.relative_to(site).parts[1:3] for page in site.glob("validations/*/*/*/*.html"))
    assert pages == [("daily", "10"), ("daily", "10"), ("weekly", "1")]
    results = tmp_path / "gx" / "uncommitted" / "validations"
    assert len(list(results.glob("daily/*/*/*.json"))) == 2
    shown = set(re.findall(r"validations/[^<>\"']+\.html", data_docs(tmp_path).read_text(encoding="utf-8")))
    assert len(shown) == 3
    assert [page for page in shown if not (site / page).is_file()] == []
