"""`make test-image`, and CI: the Dockerfile's steps, in an empty environment and as an ordinary user.

No container engine is needed: `/` of the image is a temporary folder, and its Python a new virtual
environment. A package that the Dockerfile forgets is not there.
"""

from __future__ import annotations

import fnmatch
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.conftest import PROJECT

pytestmark = pytest.mark.skipif(
    not (os.environ.get("TEST_IMAGE") or os.environ.get("CI")),
    reason="installs everything anew: make test-image",
)

ORDINARY = "nobody"
# How packages are found on this machine; everything else of its environment stays outside.
PASSED = (
    "PIP_",
    "SSL_",
    "REQUESTS_",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
)

IMPORT_EVERYTHING = """
import importlib, pkgutil
import airflow_provider_alphavantage, include
names = [
    module.name
    for package in (airflow_provider_alphavantage, include)
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + ".")
    if not module.name.endswith(("__main__", "migrations.env")) and ".versions." not in module.name
]
for name in names:
    importlib.import_module(name)
print(len(names), "modules;", airflow_provider_alphavantage.__file__)
"""
PARSE_DAGS = """
from airflow.dag_processing.dagbag import DagBag
bag = DagBag("dags")
assert not bag.import_errors, bag.import_errors
print(*sorted(bag.dag_ids))
"""


@dataclass
class Image:
    """What the instructions so far have made."""

    root: Path
    venv: Path
    arguments: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    folder: str = "/"
    user: str = "root"

    def follow(self, instruction: str, rest: str) -> None:
        """Carry out one instruction."""
        rest = rest if instruction == "RUN" else self._expand(rest)
        if instruction == "ARG":
            name, _, value = rest.partition("=")
            self.arguments[name] = value
        elif instruction == "ENV":
            self.environment |= dict(re.findall(r"(\w+)=(\S+)", rest))
        elif instruction == "WORKDIR":
            self.folder = rest
            self._give(self._here(rest))
        elif instruction == "USER":
            self.user = rest
        elif instruction == "COPY":
            *sources, target = rest.split()
            for source in sources:
                self._copy(source, target)
        elif instruction == "RUN":
            self.run("/bin/sh", "-c", rest.replace("/tmp/", f"{self.root}/tmp/"))
        elif instruction != "FROM":
            pytest.fail(f"nobody here knows what {instruction} does")

    def run(self, *command: str) -> str:
        """Run a command as the image's user would; returns what it printed."""
        passed = {name: value for name, value in os.environ.items() if name.startswith(PASSED)}
        done = subprocess.run(
            command,
            cwd=self._here(self.folder),
            env=passed
            | {"PATH": f"{self.venv}/bin:/usr/bin:/bin", "HOME": f"{self.root}/home"}
            | {name: value.replace("/opt/", f"{self.root}/opt/") for name, value in self.environment.items()}
            | {"AIRFLOW_HOME": str(self._here("/opt/airflow")), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"},
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
            **({} if self.user in {"0", "root"} else _ordinary()),
        )
        assert done.returncode == 0, f"{command}: {done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        return done.stdout

    def _expand(self, text: str) -> str:
        return re.sub(r"\$\{(\w+)\}", lambda found: self.arguments[found[1]], text)

    def _here(self, path: str) -> Path:
        absolute = path if path.startswith("/") else f"{self.folder}/{path}"
        return self.root / absolute.lstrip("/")

    def _give(self, folder: Path) -> None:
        """An official base image has made its home, for its user."""
        folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            shutil.chown(folder, ORDINARY)

    def _copy(self, source: str, target: str) -> None:
        origin, place = PROJECT / source, self._here(target)
        if not origin.is_dir():
            into = place / origin.name if target.endswith("/") else place
            into.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(origin, into)
            return
        for path in origin.rglob("*"):
            if path.is_file() and not _ignored(str(path.relative_to(PROJECT))):
                into = place / path.relative_to(origin)
                into.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, into)


def instructions(dockerfile: Path) -> Iterator[tuple[str, str]]:
    """Each instruction with its arguments, on one line."""
    text = re.sub(r"^\s*#.*\n", "", dockerfile.read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    for line in filter(str.strip, text.splitlines()):
        instruction, rest = line.split(maxsplit=1)
        yield instruction, rest


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    """The image, built."""
    root = Path(tempfile.mkdtemp(prefix="market-data-image-"))  # pytest's own folder is for its user only
    root.chmod(0o755)
    for name in ("tmp", "home"):
        (root / name).mkdir()
        if os.geteuid() == 0:
            shutil.chown(root / name, ORDINARY)
    built = Image(root, root / "venv", user=ORDINARY)
    _make_environment(built.venv)
    try:
        for instruction, rest in instructions(PROJECT / "Dockerfile"):
            built.follow(instruction, rest)
        yield built
    finally:
        shutil.rmtree(root)


def test_every_module_finds_what_it_imports(image: Image) -> None:
    printed = image.run("python", "-c", IMPORT_EVERYTHING)

    assert int(printed.splitlines()[-1].split()[0]) > 100
    assert str(image.venv) in printed, "the provider is copied, not installed"


def test_every_dag_is_there(image: Image) -> None:
    dags = image.run("python", "-c", PARSE_DAGS).splitlines()[-1].split()

    assert len(dags) == len(list((PROJECT / "dags").glob("*.py")))
    assert "stock_data_pipeline" in dags


def test_airflow_knows_the_provider(image: Image) -> None:
    assert "airflow-provider-alphavantage" in image.run("airflow", "providers", "list", "--output", "plain")


@pytest.mark.parametrize(
    "command",
    [
        "python -m include.installation --help",
        "python -m include.sandbox --help",
        "python -m include.warehouse.migrations --help",
        "airflow celery worker --help",
        "celery --app airflow.providers.celery.executors.celery_executor.app --help",
        "python -c 'import statsd, psycopg, psycopg2, s3fs'",
    ],
)
def test_what_the_containers_run_starts(image: Image, command: str) -> None:
    image.run("/bin/sh", "-c", command)


def test_what_is_written_to_belongs_to_the_user(image: Image) -> None:
    image.run(
        "touch",
        *(f"{folder}/written" for folder in ("logs", "market_data", "market_reports", "installation")),
    )


def test_no_secret_and_no_test_is_in_it(image: Image) -> None:
    files = {
        str(path.relative_to(image.root / "opt/airflow")) for path in (image.root / "opt/airflow").rglob("*")
    }

    assert "include/installation/written.py" in files
    assert not [name for name in files if name.startswith(("tests", ".env", "include/local/run"))]


def _make_environment(venv: Path) -> None:
    """Make it by uv, which needs no python3-venv, and hand it over."""
    make = [
        sys.executable,
        "-m",
        "uv",
        "venv",
        "--quiet",
        "--system-certs",
        "--seed",
        "--python",
        _python(),
        venv,
    ]
    subprocess.run(make, check=True, timeout=120)
    if os.geteuid() == 0:
        account = pwd.getpwnam(ORDINARY)
        for path in (venv, *venv.rglob("*")):
            os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)


def _ordinary() -> Mapping[str, object]:
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam(ORDINARY)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _python() -> str:
    """A Python that an ordinary user may run: one in root's home is not."""
    places = os.defpath if os.geteuid() == 0 else os.environ["PATH"]
    names = ("python3.12", "python3.13", "python3.11")
    found = next((path for path in (shutil.which(name, path=places) for name in names) if path), None)
    if found is None:
        pytest.skip(f"needs one of {', '.join(names)} in {places}")
    return found


def _ignored(path: str) -> bool:
    """What .dockerignore says: the last line that matches a path, or a folder it is in, counts."""
    parts = path.split("/")
    within = ["/".join(parts[: count + 1]) for count in range(len(parts))]
    ignored = False
    for line in (PROJECT / ".dockerignore").read_text().splitlines():
        pattern = line.lstrip("!")
        if not line or line.startswith("#"):
            continue
        anywhere = pattern.startswith("**/")
        names = parts if anywhere else within
        if any(fnmatch.fnmatchcase(name, pattern.removeprefix("**/")) for name in names):
            ignored = not line.startswith("!")
    return ignored
