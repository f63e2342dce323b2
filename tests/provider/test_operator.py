"""The operator: one query, one body in object storage; waiting for hours holds no worker."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest
from airflow.providers.standard.triggers.temporal import DateTimeTrigger
from airflow.sdk import DAG
from airflow.sdk.exceptions import TaskDeferred
from moto.server import ThreadedMotoServer

from airflow_provider_alphavantage.exceptions import (
    BudgetSpent,
    DailyQuotaSpent,
    PremiumRequired,
    UnreadableBody,
)
from airflow_provider_alphavantage.operators.alphavantage import AlphaVantageOperator
from airflow_provider_alphavantage.pacing import LOCAL

pytestmark = pytest.mark.usefixtures("unhurried")


def operator(path: str, deferrable: bool = False, **parameters: str) -> AlphaVantageOperator:
    return AlphaVantageOperator(
        task_id="ask",
        function="TIME_SERIES_WEEKLY",
        parameters={"symbol": "IBM"} | parameters,
        path=path,
        deferrable=deferrable,
    )


def test_the_body_is_kept_as_it_came_and_the_answer_says_what_it_holds(folder):
    told = operator(f"{folder}/weekly/IBM.json").execute({})
    body = json.loads(Path(told["path"].removeprefix("file://")).read_bytes())
    assert told["path"] == f"{folder}/weekly/IBM.json"
    assert told["last_refreshed"] == "2026-05-15"
    assert told["rows"] == len(body["Weekly Time Series"]) > 1000


def test_a_csv_keeps_its_line_ends(folder):
    told = operator(f"{folder}/IBM.csv", datatype="csv").execute({})
    body = Path(told["path"].removeprefix("file://")).read_bytes()
    assert body.startswith(b"timestamp,open,high,low,close,volume\r\n")
    assert body.count(b"\r\n") == told["rows"] + 1


@pytest.fixture
def s3(monkeypatch):
    """A stand-in for S3, with the one bucket ``there``."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    url = "http://127.0.0.1:{1}".format(*server.get_host_and_port())
    about = {"conn_type": "aws", "login": "stand-in", "password": "stand-in"}
    extra = {"endpoint_url": url, "region_name": "us-east-1"}
    monkeypatch.setenv("AIRFLOW_CONN_BUCKETS", json.dumps(about | {"extra": extra}))
    client = boto3.client("s3", aws_access_key_id="stand-in", aws_secret_access_key="stand-in", **extra)
    client.create_bucket(Bucket="there")
    yield client
    server.stop()


def test_a_body_is_kept_in_a_bucket_and_a_misspelt_one_is_not_made(s3):
    path = "s3://buckets@there/weekly/IBM.json"
    assert operator(path).execute({})["path"] == path
    body = s3.get_object(Bucket="there", Key="weekly/IBM.json")["Body"].read()
    assert body.startswith(b"{")
    with pytest.raises(FileNotFoundError, match="bucket does not exist"):
        operator("s3://buckets@their/weekly/IBM.json").execute({})
    assert "their" not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}


def test_a_refusal_writes_nothing(folder, tmp_path, sandbox):
    sandbox.add_fault("premium")
    with pytest.raises(PremiumRequired):
        operator(f"{folder}/IBM.json").execute({})
    assert list(tmp_path.iterdir()) == []


def test_a_body_that_cannot_be_read_is_kept_and_the_error_tells_where(folder, connect, serve):
    body = b'{"Weekly Time Series": {"2026-05-15": {"4. close": "high"}}}'
    connect(host=serve(body).url)
    with pytest.raises(
        UnreadableBody, match=r"TIME_SERIES_WEEKLY IBM: .*close.*IBM\.json\. If it comes again, look"
    ) as caught:
        operator(f"{folder}/new/IBM.json").execute({})
    path = pickle.loads(pickle.dumps(caught.value)).path
    assert path == f"{folder}/new/IBM.json"
    assert Path(path.removeprefix("file://")).read_bytes() == body


@pytest.fixture
def spent(unhurried, connect):
    """One call a day, and it is used."""
    connect(password="ONE9CALL9A9DAY", extra={"calls_per_day": 1, "host_group": "spent"})


@pytest.mark.usefixtures("spent")
class TestWithoutBudget:
    def test_it_fails_with_the_time_a_call_is_possible_again(self, folder):
        LOCAL._keys.clear()
        operator(f"{folder}/1.json").execute({})
        with pytest.raises(BudgetSpent):
            operator(f"{folder}/2.json").execute({})

    def test_deferrable_it_waits_in_the_triggerer_and_goes_on(self, folder, sandbox):
        LOCAL._keys.clear()
        operator(f"{folder}/1.json").execute({})
        waiting = operator(f"{folder}/2.json", deferrable=True)
        with pytest.raises(TaskDeferred) as deferred:
            waiting.execute({})
        trigger = deferred.value.trigger
        assert isinstance(trigger, DateTimeTrigger)
        assert timedelta(hours=23) < trigger.moment - datetime.now(UTC) <= timedelta(hours=24)
        assert "ONE9CALL9A9DAY" not in str(trigger.serialize())
        assert len(sandbox.calls()) == 1
        LOCAL._keys.clear()
        assert getattr(waiting, deferred.value.method_name)({}, event=None)["rows"] > 1000


class TestWhenTheVendorSaysTheDayIsSpent:
    @pytest.fixture(autouse=True)
    def spent_elsewhere(self, unhurried, sandbox):
        sandbox.add_fault("quota", times=2)

    @pytest.fixture
    def deferred(self, folder):
        with pytest.raises(TaskDeferred) as deferred:
            operator(f"{folder}/IBM.json", deferrable=True).execute({})
        return deferred.value

    def resume(self, deferred: TaskDeferred, folder: str) -> dict[str, object]:
        waiting = operator(f"{folder}/IBM.json", deferrable=True)
        return getattr(waiting, deferred.method_name)({}, event=None, **deferred.kwargs)

    def test_it_fails_unless_it_is_deferrable(self, folder):
        with pytest.raises(DailyQuotaSpent):
            operator(f"{folder}/IBM.json").execute({})

    def test_deferrable_it_waits_for_the_next_day_and_goes_on(self, deferred, folder, sandbox):
        wait = deferred.trigger.moment - datetime.now(UTC)
        assert isinstance(deferred.trigger, DateTimeTrigger)
        assert timedelta(hours=3) < wait <= timedelta(hours=24)
        sandbox.clear_faults()
        assert self.resume(deferred, folder)["rows"] > 1000

    def test_it_fails_with_the_notice_where_the_next_day_brings_it_again(self, deferred, folder, sandbox):
        with pytest.raises(DailyQuotaSpent, match=r"detected your API key as \[API key\] .*check the key"):
            self.resume(deferred, folder)
        assert len(sandbox.calls()) == 2

    def test_it_waits_for_the_quota_once_though_its_own_budget_makes_it_wait_then(
        self, deferred, folder, connect
    ):
        connect(password="BETWEEN9TWO9DAYS", extra={"calls_per_day": 1, "host_group": "between"})
        with pytest.raises(DailyQuotaSpent):
            self.resume(deferred, folder)
        with pytest.raises(TaskDeferred) as again:
            self.resume(deferred, folder)
        assert again.value.kwargs == {"quota_waited_for": True}

    def test_without_a_daily_limit_waiting_is_in_vain(self, folder, connect):
        connect(password="UNLIMITED9KEY999", extra={"plan": "premium", "host_group": "unlimited"})
        with pytest.raises(DailyQuotaSpent):
            operator(f"{folder}/IBM.json", deferrable=True).execute({})


def test_function_parameters_and_path_are_templates(folder):
    with DAG("d", schedule=None):
        asking = AlphaVantageOperator(
            task_id="t",
            function="{{ f }}",
            parameters={"symbol": "{{ s }}"},
            path=f"{folder}/{{{{ s }}}}.json",
        )
    asking.render_template_fields({"f": "TIME_SERIES_WEEKLY", "s": "IBM"})
    assert asking.execute({})["path"] == f"{folder}/IBM.json"


def test_the_link_leads_to_the_functions_documentation(folder):
    (link,) = operator(folder).operator_extra_links
    address = link.get_link(operator(folder), ti_key=None)
    assert address == "https://www.alphavantage.co/documentation/#weekly"
