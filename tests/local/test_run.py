"""What `make run` sees to before it begins a run."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from include.exceptions import BadParameter
from include.local import dag_run, run, stack, starting
from include.local.settings import Settings


def nothing_starts(asked: Settings, say: object) -> None:
    pytest.fail("something was started")


class RunBegins(Exception):
    """All is well so far."""


@pytest.fixture
def run_with(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., str]:
    """Run up to the beginning of a run, with this watchlist; return what was printed."""

    def begin(*args: object) -> None:
        raise RunBegins

    def run_until_then(variable: str, symbols: tuple[str, ...] | None = None) -> str:
        asked = Settings(tmp_path, tmp_path, symbols=symbols)
        api = SimpleNamespace(variable=lambda name: variable)
        running = SimpleNamespace(settings=asked, api=lambda: api, check=lambda: None)
        monkeypatch.setattr(starting, "start", lambda asked, say: running)
        monkeypatch.setattr(stack, "wait_healthy", lambda running: api)
        monkeypatch.setattr(dag_run, "wait_for_dag", begin)
        printed = io.StringIO()
        with pytest.raises(RunBegins):
            run.run(asked, Console(file=printed))
        return printed.getvalue()

    return run_until_then


@pytest.mark.parametrize(
    ("variable", "why"),
    [(" ,", "The watchlist is empty"), ("^GSPC what?", "'\\^GSPC' is refused: .* 1 more")],
)
def test_a_watchlist_without_a_symbol_is_told_before_a_run_begins(
    run_with: Callable[..., str], variable: str, why: str
) -> None:
    with pytest.raises(BadParameter, match=why):
        run_with(variable)


def test_names_without_a_symbol_are_told_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(starting, "start", nothing_starts)
    with pytest.raises(BadParameter, match=r"No symbol is left .* Write IQQE\.FRK instead"):
        run.run(Settings(tmp_path, tmp_path, symbols=("FRA:IQQE",)), Console(file=io.StringIO()))


def test_one_bad_symbol_is_told_and_the_run_begins(run_with: Callable[..., str]) -> None:
    printed = run_with("IBM", ("M&M.BSE", "^GSPC"))
    assert "left out: '^GSPC' is refused: an index has no daily bars here." in printed
    assert "M&M.BSE" not in printed
