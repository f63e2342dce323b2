"""The provider alone: built as a wheel and installed where nothing of this project is."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from include.sandbox.running import RunningSandbox
from tests.conftest import PROJECT

NEWEST, OLDEST = "3.3.2", "3.0.6"
USE_IT = """
import importlib, json, os, pkgutil, sys
import airflow_provider_alphavantage as package

assert "site-packages" in package.__file__, package.__file__
assert os.path.exists(os.path.join(os.path.dirname(package.__file__), "py.typed"))
modules = [name for _, name, _ in pkgutil.walk_packages(package.__path__, package.__name__ + ".")]
needs_33 = {package.__name__ + ".retry", package.__name__ + ".example_dags.example_alphavantage"}
for name in modules:
    if sys.argv[1] == "3.3.2" or name not in needs_33:
        importlib.import_module(name)
os.environ["AIRFLOW_CONN_ALPHAVANTAGE_DEFAULT"] = json.dumps(
    {"conn_type": "alphavantage", "host": sys.argv[2], "password": "WHEEL9ALONE9KEY9"}
)
from airflow_provider_alphavantage.hooks.alphavantage import AlphaVantageHook
from airflow.providers_manager import ProvidersManager

bar = AlphaVantageHook().get_bars("IBM").bars[0]
info = ProvidersManager().providers["airflow-provider-alphavantage"]
print(bar.session, info.version)
"""


def run(*command: object, folder: Path) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "AIRFLOW_HOME": str(folder / "airflow")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the wheel and the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    uv("build", "--quiet", "--out-dir", folder, PROJECT)
    return folder


def uv(*arguments: object) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "uv", *map(str, arguments)], capture_output=True, text=True, cwd=PROJECT
    )
    assert done.returncode == 0, done.stderr


def test_the_wheel_holds_the_package_and_nothing_else(built):
    (wheel,) = built.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {"airflow_provider_alphavantage"}
    assert "airflow_provider_alphavantage/sql/api_call.sql" in names
    assert "airflow_provider_alphavantage/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_sdist_can_be_built_from_and_holds_no_tests(built):
    (sdist,) = built.glob("*.tar.gz")
    names = tarfile.open(sdist).getnames()
    assert not any("/tests/" in name or "/include/" in name for name in names)
    assert any(name.endswith("/pyproject.toml") for name in names)
    assert any(name.endswith("/airflow_provider_alphavantage/CHANGELOG.md") for name in names)
    assert not any(name.count("/") == 1 and name.endswith("CHANGELOG.md") for name in names)


@pytest.mark.parametrize("version", [NEWEST, OLDEST])
def test_it_works_alone_in_airflow(built, tmp_path, version):
    (wheel,) = built.glob("*.whl")
    python = tmp_path / "venv" / "bin" / "python"
    uv("venv", "--quiet", "--python", sys.executable, tmp_path / "venv")
    pinned = ["-c", PROJECT / "constraints.txt"] if version == NEWEST else []
    uv("pip", "install", "--quiet", "--system-certs", "--python", python, *pinned,
       f"apache-airflow=={version}", f"{wheel}[postgres]")  # fmt: skip
    with RunningSandbox() as sandbox:
        sandbox.set_clock("2026-05-16T06:00:00Z")
        told = run(python, "-W", "ignore", "-c", USE_IT, version, sandbox.url, folder=tmp_path)
    assert told.splitlines()[-1] == "2026-05-15 0.1.0"
    shown = run(python, "-m", "airflow", "providers", "get", "airflow-provider-alphavantage", folder=tmp_path)
    assert "0.1.0" in shown
