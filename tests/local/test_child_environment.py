"""What our processes inherit: no key under any name, no foreign Airflow, no proxy to ourselves."""

from pathlib import Path

import pytest

from include.local.child_environment import common, inherited
from include.local.settings import Settings


@pytest.fixture
def asked(tmp_path: Path) -> Settings:
    return Settings(tmp_path, tmp_path / ".run", api_key="REALKEY")


def test_the_key_is_inherited_under_no_name(asked: Settings) -> None:
    environment = {
        "STOCK_API_KEY": "OTHER",
        "ALPHAVANTAGE_API_KEY": "REALKEY",
        "MY_KEY": "REALKEY",
        "MAKEFLAGS": " -- STOCK_API_KEY=REALKEY",
        "HOME": "/home/me",
    }

    assert inherited(environment, asked) == {"HOME": "/home/me"}


def test_a_foreign_airflow_or_libpq_does_not_reconfigure_ours(asked: Settings) -> None:
    environment = {"AIRFLOW_HOME": "/x", "AIRFLOW__CORE__EXECUTOR": "y", "PGPASSWORD": "z", "PATH": "/bin"}

    assert inherited(environment, asked) == {"PATH": "/bin"}


@pytest.mark.parametrize("named", [None, "", "example.org", "127.0.0.1,example.org"])
def test_loopback_goes_past_a_proxy(asked: Settings, named: str | None) -> None:
    environment = {} if named is None else {"NO_PROXY": named}

    hosts = common(environment, asked.project)["NO_PROXY"].split(",")

    assert {"127.0.0.1", "localhost"} <= set(hosts)
    assert ("example.org" in hosts) == ("example.org" in (named or ""))
    assert len(hosts) == len(set(hosts))
