"""The files that a repository's visitors and its CI look for."""

from __future__ import annotations

import base64
import os
import re
import subprocess

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


def test_a_checkout_is_of_the_commit_and_leaves_no_token_behind(tmp_path):
    ci = yaml.safe_load((PROJECT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    steps = [step for job in ci["jobs"].values() for step in job["steps"]]
    assert [step["uses"] for step in steps if "uses" in step] == []
    scripts = {job["steps"][0]["run"] for job in ci["jobs"].values()}
    (script,) = scripts
    origin, here = tmp_path / "server" / "owner" / "name", tmp_path / "here"
    here.mkdir()
    made = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "-C", str(origin)]
    subprocess.run(["git", "init", "-q", "-b", "main", str(origin)], check=True)
    subprocess.run([*made, "commit", "-q", "--allow-empty", "-m", "first"], check=True)
    asked = {"GITHUB_SERVER_URL": f"file://{tmp_path}/server", "GITHUB_REPOSITORY": "owner/name"}
    environment = {
        **os.environ,
        **asked,
        "GITHUB_REF": "refs/heads/main",
        "TOKEN": "T0KEN",
        "HOME": str(tmp_path),
    }
    subprocess.run(["sh", "-ec", script], cwd=here, env=environment, check=True)
    log = subprocess.run(["git", "log", "--format=%s"], cwd=here, capture_output=True, text=True, check=True)
    assert log.stdout == "first\n"
    kept = base64.b64encode(b"x-access-token:T0KEN").decode()
    config = (here / ".git" / "config").read_text(encoding="utf-8")
    assert "T0KEN" not in config
    assert kept not in config


def test_a_commit_is_checked_by_what_make_lint_checks():
    written = yaml.safe_load((PROJECT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    hooks = [hook["entry"].split(" --")[0] for hook in written["repos"][0]["hooks"]]
    tools = ["ruff format", "ruff check", "mypy"]
    assert hooks == [*(f".venv/bin/python -m {tool}" for tool in tools), ".venv/bin/lint-imports"]
    lint = (PROJECT / "Makefile").read_text(encoding="utf-8").split("\nlint:")[1].split("\n\n")[0]
    for tool in (*(f"-m {tool}" for tool in tools), "/lint-imports"):
        assert tool in lint
