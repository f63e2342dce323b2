"""The files that a repository's visitors and its CI look for."""

from __future__ import annotations

import re

import pytest
import yaml

from tests.conftest import PROJECT

PAGES = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CODE_OF_CONDUCT.md", "CHANGELOG.md")


@pytest.mark.parametrize("name", PAGES)
def test_every_link_to_a_file_leads_to_one(name):
    text = (PROJECT / name).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#\s]+)", text)
    assert [link for link in links if "://" not in link and not (PROJECT / link).exists()] == []


def test_ci_runs_what_the_readme_says_on_every_python_we_support():
    ci = yaml.safe_load((PROJECT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    test = ci["jobs"]["test"]
    assert test["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13"]
    assert [step["run"] for step in test["steps"] if "run" in step][-1] == ".ci/run"
    assert ci["permissions"] == {"contents": "read"}


def test_a_checkout_leaves_no_token_behind():
    ci = yaml.safe_load((PROJECT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    steps = [step for job in ci["jobs"].values() for step in job["steps"]]
    checkouts = [step for step in steps if step.get("uses", "").startswith("actions/checkout@")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_a_commit_is_checked_by_what_make_lint_checks():
    written = yaml.safe_load((PROJECT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    hooks = [hook["entry"].split(" --")[0] for hook in written["repos"][0]["hooks"]]
    tools = ["ruff format", "ruff check", "mypy"]
    assert hooks == [*(f".venv/bin/python -m {tool}" for tool in tools), ".venv/bin/lint-imports"]
    lint = (PROJECT / "Makefile").read_text(encoding="utf-8").split("\nlint:")[1].split("\n\n")[0]
    for tool in (*(f"-m {tool}" for tool in tools), "/lint-imports"):
        assert tool in lint
