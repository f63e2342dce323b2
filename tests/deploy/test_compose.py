"""docker-compose.yml: right by the specification, whole, closed to the outside, without a default secret."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from include.local.airflow_services import SERVICES
from tests.conftest import PROJECT

AIRFLOW = {*SERVICES, "airflow-init", "worker"}
PROFILES = {
    None: {"postgres", *AIRFLOW} - {"worker"},
    "celery": {"redis", "worker"},
    "monitoring": {"statsd-exporter", "prometheus", "grafana"},
    "sandbox": {"sandbox"},
    "smtp": {"smtp"},
}
SHOWN = {"api-server": 8080, "grafana": 3000, "smtp": 8025}
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)(:[?-])?([^}]*)\}")
NAMED = re.compile(r"^#?(\w+)=", re.MULTILINE)
# Chosen by those who know of them; everything else is in .env.example.
UNLISTED = {"BASE_IMAGE", "MARKET_DATA_IMAGE", "STOCK_API_KEY"}


def texts(node: Any) -> Iterator[str]:
    """Every text of a document, wherever it is."""
    if isinstance(node, Mapping):
        for value in node.values():
            yield from texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from texts(value)
    else:
        yield str(node)


def test_it_is_right_by_the_compose_specification(compose: dict[str, Any]) -> None:
    schema = json.loads(
        files("check_jsonschema").joinpath("builtin_schemas/vendor/compose-spec.json").read_text()
    )
    validator = jsonschema.validators.validator_for(schema)(schema)

    assert [error.message for error in validator.iter_errors(compose)] == []
    broken = {**compose, "services": {"postgres": {"imag": "postgres:18"}}}
    assert not validator.is_valid(broken)


@pytest.mark.parametrize("profile", PROFILES)
def test_each_profile_has_its_services(compose: dict[str, Any], profile: str | None) -> None:
    wanted = [profile] if profile else None
    found = {name for name, service in compose["services"].items() if service.get("profiles") == wanted}

    assert found == PROFILES[profile]


def test_every_variable_is_explained_and_has_a_value_or_stops_the_start(compose: dict[str, Any]) -> None:
    example = (PROJECT / ".env.example").read_text()
    explained = {*NAMED.findall(example), *UNLISTED}

    for text in texts(compose):
        assert "$" not in VARIABLE.sub("", text).replace("$$", ""), f"{text} is not written as ${{NAME}}"
        for name, operator, _ in VARIABLE.findall(text):
            assert name in explained
            assert operator in {":?", ":-"}, f"{name} would silently be empty"


def test_no_secret_has_a_default(compose: dict[str, Any], secrets: Mapping[str, str]) -> None:
    ours = {name for name in secrets if name.endswith(("_PASSWORD", "_SECRET", "_KEY", "_TOKEN"))} - {
        "ALPHAVANTAGE_API_KEY"
    }
    used = {
        (name, operator, rest)
        for text in texts(compose)
        for name, operator, rest in VARIABLE.findall(text)
        if name in ours
    }

    assert {name for name, _, _ in used} == ours
    assert {(operator, rest) for _, operator, rest in used} == {(":?", "run make env")}


def test_no_secret_is_written_down(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        for variable, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD$|SECRET|_KEY$|_TOKEN$|_CONN$|BROKER_URL", variable):
                assert VARIABLE.search(value), f"{variable} of {name} is written in the file"


def test_only_what_a_person_looks_at_is_published_and_on_loopback(compose: dict[str, Any]) -> None:
    published = {
        name: service["ports"] for name, service in compose["services"].items() if "ports" in service
    }

    assert published.keys() == SHOWN.keys()
    for name, (port,) in published.items():
        address, container = re.fullmatch(r"\$\{BIND_ADDRESS:-(.*?)\}:\$\{\w+:-\d+\}:(\d+)", port).groups()
        assert (address, int(container)) == ("127.0.0.1", SHOWN[name])


def test_databases_and_queue_have_no_way_out(compose: dict[str, Any]) -> None:
    assert compose["networks"]["inside"] == {"internal": True}
    for name in ("postgres", "redis", "prometheus", "statsd-exporter", "sandbox"):
        assert compose["services"][name]["networks"] == ["inside"]
    # A port is published from a network that is not internal.
    assert all("outside" in compose["services"][name]["networks"] for name in SHOWN)


def test_who_waits_for_somebody_healthy_waits_for_one_who_can_be(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for name, service in services.items():
        for other, how in service.get("depends_on", {}).items():
            assert other in services
            assert ("healthcheck" in services[other]) == (how["condition"] == "service_healthy"), (
                name,
                other,
            )
            assert services[other].get("profiles") in [None, service.get("profiles")], (name, other)


def test_every_service_is_watched_limited_and_comes_back(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["deploy"]["resources"]["limits"]["memory"], name
        if name == "airflow-init":
            assert service["restart"] == "no"
        else:
            assert service["healthcheck"]["test"], name
            assert service["restart"] == "unless-stopped"


def test_every_image_says_its_version(compose: dict[str, Any]) -> None:
    images = {service["image"] for service in compose["services"].values() if "build" not in service}

    assert all(re.search(r":v?\d", image) for image in images), images
    assert "postgres:18" in images


def test_every_file_and_volume_that_is_mounted_exists(compose: dict[str, Any]) -> None:
    mounts = [mount for service in compose["services"].values() for mount in service.get("volumes", [])]
    sources = {mount.split(":")[0] for mount in mounts}

    for source in sources:
        assert (PROJECT / source).exists() if source.startswith(".") else source in compose["volumes"]
    assert {source for source in sources if not source.startswith(".")} == set(compose["volumes"])
    assert (
        "postgres:/var/lib/postgresql" in mounts
    )  # not below it: since 18 that is where the image keeps all
    assert all(mount.endswith(":ro") for mount in mounts if mount.startswith("."))


def test_volumes_of_airflow_lie_where_the_image_has_made_a_folder_for_its_user(
    compose: dict[str, Any],
) -> None:
    made = re.search(r"^RUN mkdir -p (.*)", (PROJECT / "Dockerfile").read_text(), re.MULTILINE)[1].split()
    places = {
        mount.split(":")[1] for name in AIRFLOW for mount in compose["services"][name].get("volumes", [])
    }

    assert places == {f"/opt/airflow/{folder}" for folder in made}


def test_airflow_knows_every_setting_it_is_given(compose: dict[str, Any]) -> None:
    from airflow.configuration import conf

    known = {
        f"AIRFLOW__{section.upper()}__{option.upper()}"
        for section, options in conf.configuration_description.items()
        for option in options["options"]
    }
    known |= {
        f"AIRFLOW__{section.upper()}__{option.upper()}"
        for section in conf.sections()
        for option in conf.getsection(section) or {}
    }
    given = {
        variable
        for name in AIRFLOW
        for variable in compose["services"][name]["environment"]
        if variable.startswith("AIRFLOW__")
    } - {"AIRFLOW__MARKET_DATA__METRICS_TOKEN_FILE"}  # our own

    assert given
    assert given <= known
    assert "AIRFLOW__CORE__FERNETKEY" not in known


@pytest.mark.parametrize("name", sorted(AIRFLOW - {"airflow-init"}))
def test_airflow_knows_every_command(compose: dict[str, Any], name: str) -> None:
    from airflow.cli.cli_parser import get_parser

    program, *arguments = compose["services"][name]["command"]

    assert program == "airflow"
    assert get_parser().parse_args(arguments).func


def test_mails_go_to_the_mail_server_of_the_profile(compose: dict[str, Any], monkeypatch) -> None:
    from airflow.models.connection import Connection

    line = re.search(
        r"^#AIRFLOW_CONN_SMTP_DEFAULT='(.*)'$", (PROJECT / ".env.example").read_text(), re.MULTILINE
    )
    written = Connection.from_json(line[1], "smtp_default")

    assert (written.conn_type, written.host, written.port) == ("smtp", "smtp", 1025)
    assert written.extra_dejson["disable_tls"] is True
    monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", "")
    from airflow.secrets.environment_variables import EnvironmentVariablesBackend

    assert EnvironmentVariablesBackend().get_connection("smtp_default") is None


def test_what_only_the_installation_needs_no_other_service_is_told(compose: dict[str, Any]) -> None:
    """The API key and the warehouse's passwords reach tasks through Airflow's encrypted connections."""
    for name in AIRFLOW - {"airflow-init"}:
        environment = compose["services"][name]["environment"]
        assert not {"ALPHAVANTAGE_API_KEY", "STOCK_API_KEY", "MARKET_PASSWORD", "ADMIN_PASSWORD"} & set(
            environment
        )
