"""Checkpoints: Data Docs keep so many runs and show no page that is gone; runs at once do not disturb it."""

from __future__ import annotations

import multiprocessing
import re
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pandas as pd

from include.datasets.rule import positive
from include.gate.checkpoint import data_docs, run_checkpoint


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


def test_runs_that_judge_at_the_same_time_do_not_fail_each_other(tmp_path):
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as processes:
        judged = processes.map(_judge_often, [tmp_path, tmp_path], ["daily", "backfill"])
    assert [*judged] == [[[], [], [], [], [], []]] * 2


def _judge_often(reports: Path, run: str) -> list[list[int]]:
    frame = pd.DataFrame({"row": [0], "close": [1.0]})
    rules = [positive("close")]
    return [
        rows
        for number in range(6)
        for _, rows in run_checkpoint(
            frame, rules, reports, suite="daily_bars", index=["row"], run=f"{run} {number}"
        )
    ]
