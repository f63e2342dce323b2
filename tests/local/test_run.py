"""What `make run` sees to before it begins a run."""

from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from include.exceptions import BadParameter
from include.local import run, stack, starting
from include.local.settings import Settings


def test_an_empty_watchlist_is_told_before_a_run_begins(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = Settings(tmp_path, tmp_path)
    api = SimpleNamespace(variable=lambda name: " ,")
    running = SimpleNamespace(settings=asked, api=lambda: api)
    monkeypatch.setattr(starting, "start", lambda asked, say: running)
    monkeypatch.setattr(stack, "wait_healthy", lambda running: api)

    with pytest.raises(BadParameter, match="The watchlist is empty"):
        run.run(asked, Console(file=io.StringIO()))
