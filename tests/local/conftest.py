"""An Airflow metadata database of our own, made once."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

FERNET_KEY = "81HqDtbqAywKSOumSha3BhWNOdQ26slT6K0YaZeZyPs="


@pytest.fixture(scope="session")
def airflow_environment(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """The environment of an Airflow whose database is migrated."""
    home = tmp_path_factory.mktemp("airflow home")
    own = {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "AIRFLOW__CORE__FERNET_KEY": FERNET_KEY,
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    }
    environment = {**os.environ, **own}
    migrate = [sys.executable, "-m", "airflow", "db", "migrate"]
    subprocess.run(migrate, env=environment, check=True, capture_output=True, timeout=120)
    return environment


@pytest.fixture
def airflow_session(airflow_environment: Mapping[str, str]) -> Iterator[Session]:
    """A session in that database, without our rows."""
    engine = create_engine(airflow_environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"])
    with engine.begin() as connection:
        connection.execute(text("delete from connection"))
        connection.execute(text("delete from variable"))
        connection.execute(text("delete from slot_pool where pool = 'alphavantage'"))
    with Session(engine) as session:
        yield session
    engine.dispose()


@pytest.fixture(scope="session")
def project() -> Path:
    """The project's folder."""
    return Path(__file__).parents[2]
