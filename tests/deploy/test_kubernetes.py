"""What Kubernetes is given: manifests by its own schema, and values that fit the rest of the project."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from tests.conftest import PROJECT

FOLDER = PROJECT / "deploy" / "kubernetes"
VERSIONS = ("1.31", "1.37")
PARTS = ("workers", "scheduler", "dagProcessor", "triggerer", "apiServer")


@pytest.fixture(scope="module")
def values() -> dict[str, Any]:
    """The values for the chart."""
    return yaml.safe_load((FOLDER / "values.yaml").read_text())


def manifests() -> list[Any]:
    """Every manifest in the folder."""
    return [
        pytest.param(document, id=f"{document['kind']} {document['metadata']['name']}")
        for path in sorted(FOLDER.glob("*.yaml"))
        if path.name != "values.yaml"
        for document in yaml.safe_load_all(path.read_text())
    ]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("manifest", manifests())
def test_kubernetes_takes_every_manifest(manifest: dict[str, Any], version: str) -> None:
    kubernetes_validate.validate(manifest, version, strict=True)


@pytest.mark.parametrize("part", PARTS)
def test_kubernetes_takes_the_pods_the_values_describe(values: dict[str, Any], part: str) -> None:
    """The chart's templates are not here; what it copies into its pods is."""
    container = {
        "name": "base",
        "image": "{repository}:{tag}".format(**values["images"]["airflow"]),
        "env": values["env"],
        "envFrom": yaml.safe_load(values["extraEnvFrom"]),
        "resources": values[part]["resources"],
        "securityContext": values["securityContexts"]["containers"],
    }
    spec = {"containers": [container], "securityContext": values["securityContexts"]["pod"]}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": part.lower()}, "spec": spec}

    kubernetes_validate.validate(pod, VERSIONS[-1], strict=True)
    container["resorces"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(pod, VERSIONS[-1], strict=True)


def test_airflow_knows_every_setting_of_the_values(values: dict[str, Any]) -> None:
    from airflow.configuration import conf

    known = conf.configuration_description
    # Of a provider that the image has and a test machine has not.
    executor = values["config"].pop("kubernetes_executor")

    assert executor == {"delete_worker_pods": "True", "delete_worker_pods_on_failure": "False"}
    for section, options in values["config"].items():
        assert set(options) <= set(known[section]["options"])


def test_its_airflow_is_the_one_of_the_dockerfile(values: dict[str, Any]) -> None:
    assert f"apache/airflow:{values['defaultAirflowTag']}\n" in (PROJECT / "Dockerfile").read_text()
    assert values["defaultAirflowTag"].startswith(values["airflowVersion"])


def test_metrics_have_the_names_that_dashboards_and_alerts_expect(
    values: dict[str, Any], compose: dict[str, Any]
) -> None:
    mapping = yaml.safe_load((PROJECT / "deploy" / "monitoring" / "statsd-mapping.yml").read_text())

    assert values["statsd"]["overrideMappings"] == mapping["mappings"]
    environment = compose["services"]["scheduler"]["environment"]
    for option, value in values["config"]["metrics"].items():
        assert environment[f"AIRFLOW__METRICS__{option.upper()}"] == value


def test_every_secret_that_is_named_is_described(values: dict[str, Any]) -> None:
    described = {
        document["metadata"]["name"]: set(document["stringData"])
        for document in yaml.safe_load_all((FOLDER / "secrets.example.yaml").read_text())
    }

    assert described["market-data-airflow"] == {"connection", "fernet-key", "api-secret-key", "jwt-secret"}
    named = {values[name] for name in ("fernetKeySecretName", "apiSecretKeySecretName", "jwtSecretName")}
    named |= {values["data"]["metadataSecretName"]}
    named |= {one["secretRef"]["name"] for one in yaml.safe_load(values["extraEnvFrom"])}
    assert named == set(described)


def test_the_connections_of_the_example_are_those_of_the_settings_and_can_be_read() -> None:
    from airflow.models.connection import Connection

    settings = yaml.safe_load((PROJECT / "airflow_settings.yaml").read_text())["airflow"]["connections"]
    secret = list(yaml.safe_load_all((FOLDER / "secrets.example.yaml").read_text()))[1]["stringData"]

    for row in settings:
        if row["conn_type"] not in {"alphavantage", "postgres"}:
            continue
        given = Connection.from_json(secret[f"AIRFLOW_CONN_{row['conn_id'].upper()}"], row["conn_id"])
        assert (given.conn_type, given.login, given.password) == (
            row["conn_type"],
            row["conn_login"],
            "CHANGE-ME",
        )


def test_the_job_s_command_fills_a_database(metadata: None, tmp_path: Path) -> None:
    job = yaml.safe_load((FOLDER / "settings-job.yaml").read_text())
    _, *arguments = job["spec"]["template"]["spec"]["containers"][0]["command"]
    arguments[-1] = str(tmp_path / "settings.json")

    done = _run(arguments, os.environ)

    assert done.returncode == 0, done.stderr
    assert "fields written" in done.stdout
    json.loads((tmp_path / "settings.json").read_text())


def _run(arguments: list[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=PROJECT,
        env={**environment, "PYTHONPATH": str(PROJECT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
