"""What the pages promise to name, they name: every setting, every error, every alert, every DAG."""

from __future__ import annotations

import re

import pytest
import yaml

import airflow_provider_alphavantage.exceptions as errors
from include.alerts import ends, late
from include.settings import RECIPIENTS_VARIABLE, SMTP_CONN_ID, STORE_VARIABLE
from tests.conftest import PROJECT
from tests.dags.conftest import bag

__all__ = ["bag"]
DOCS = PROJECT / "docs"
# Links in the table of a page are paths below tests/, `...` beside another path is in the same folder.
FILE = re.compile(r"`((?:tests|include|dags|docs|deploy|benchmarks|\.ci|\.github)/[\w./-]+)`")


def page(name: str) -> str:
    return (DOCS / f"{name}.md").read_text(encoding="utf-8")


def test_settings_names_every_variable_of_the_environment():
    written = (PROJECT / ".env.example").read_text(encoding="utf-8")
    variables = set(re.findall(r"^#?([A-Z][A-Z0-9_]+)=", written, re.MULTILINE))
    assert variables
    assert {name for name in variables if f"`{name}`" not in page("settings")} == set()


def test_settings_names_every_connection_pool_and_variable():
    airflow = yaml.safe_load((PROJECT / "airflow_settings.yaml").read_text(encoding="utf-8"))["airflow"]
    names = [row["conn_id"] for row in airflow["connections"]]
    names += [row["pool_name"] for row in airflow["pools"]]
    names += [row["variable_name"] for row in airflow["variables"]]
    names += [RECIPIENTS_VARIABLE, SMTP_CONN_ID, STORE_VARIABLE]
    assert [name for name in names if f"`{name}`" not in page("settings")] == []


def test_settings_names_every_dag_with_its_schedule_and_every_parameter(bag):
    text = page("settings")
    for dag_id, dag in bag.dags.items():
        assert f"| `{dag_id}` |" in text
        assert {name for name in dag.params if f"`{name}`" not in text} == set(), dag_id


def kinds() -> set[str]:
    """Every error of the provider that can be raised, and every kind that the pipeline gives an outcome."""
    found = {
        name
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.AlphaVantageError)
    } - {"AlphaVantageError", "Refusal"}
    for path in (PROJECT / "include").rglob("*.py"):
        found |= set(re.findall(r'kind="([A-Z]\w+)"', path.read_text(encoding="utf-8")))
    return found


def test_troubleshooting_knows_every_error():
    assert {"DailyQuotaSpent", "NotListed"} <= kinds()
    assert {kind for kind in kinds() if f"`{kind}`" not in page("troubleshooting")} == set()


@pytest.mark.parametrize(
    "cause",
    [late.NO_RUN, ends.LATE, "refused", "not asked", "not loaded", "nothing loaded", "splits or dividends"],
)
def test_operations_says_what_each_alert_wants(cause):
    assert re.search(rf"^\| [^|]*`{cause}`[^|]*\|.+\|.+\|.+\|$", page("operations"), re.MULTILINE)


@pytest.mark.parametrize("name", sorted(path.stem for path in DOCS.glob("*.md")))
def test_every_file_a_page_names_is_there(name):
    assert [path for path in FILE.findall(page(name)) if not (PROJECT / path).exists()] == []
