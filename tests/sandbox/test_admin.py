"""The controls: clock, calls, health; who reaches them; the log and the command line."""

from __future__ import annotations

import asyncio
import logging
import re
import socket
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError

import httpx
import pytest

from include.sandbox.__main__ import read_arguments, settings_of
from include.sandbox.app import create_app
from include.sandbox.replay import ReplaySource


def test_health_says_what_is_served(sandbox):
    assert sandbox.admin("GET", "health") == {
        "status": "ok",
        "origin": "sandbox",
        "mode": "simulated",
        "now": "2026-05-16T06:00:00Z",
        "frozen": True,
    }


def test_the_clock_stops_where_it_is_set_and_runs_again(sandbox):
    set_to = sandbox.admin("POST", "clock", {"now": "2026-05-15T23:00:00+02:00"})
    assert set_to == {"now": "2026-05-15T21:00:00Z", "frozen": True}
    assert sandbox.admin("GET", "clock") == set_to
    assert sandbox.admin("POST", "clock", {"now": None})["frozen"] is False


@pytest.mark.parametrize(
    "now", ["1999-05-16T06:00:00Z", "2036-01-01T00:00:00Z", "2026-05-16T06:00:00", "noon"]
)
def test_an_instant_without_market_or_zone_is_refused(sandbox, now):
    with pytest.raises(HTTPError, match="422"):
        sandbox.set_clock(now)


def test_the_truth_is_texts_oldest_first(sandbox):
    truth = sandbox.truth("IBM")
    assert truth["name"] == "International Business Machines Corp (simulated)"
    assert truth["as_of"] == "2026-05-16T06:00:00Z"
    assert [truth["bars"][0]["session"], truth["bars"][-1]["session"]] == ["1999-11-01", "2026-05-15"]
    assert list(truth["bars"][0]) == ["session", "open", "high", "low", "close", "volume"]
    assert {type(value) for value in truth["bars"][0].values()} == {str}
    with pytest.raises(HTTPError, match="404"):
        sandbox.truth("NOSUCH")


def test_calls_are_recorded_without_the_key(sandbox):
    sandbox.get("TIME_SERIES_DAILY", apikey=sandbox.free_key)
    sandbox.get("TIME_SERIES_DAILY", "NOSUCH", apikey=sandbox.free_key)
    first, second = sandbox.calls()
    assert first == {
        "time": "2026-05-16T06:00:00Z",
        "key": first["key"],
        "function": "TIME_SERIES_DAILY",
        "symbol": "IBM",
        "outcome": "data",
        "faults": [],
    }
    assert re.fullmatch(r"[0-9a-f]{8}", first["key"])
    assert (second["key"], second["symbol"], second["outcome"]) == (first["key"], "NOSUCH", "E13")


def test_no_key_is_ever_logged(sandbox, caplog):
    """At any level, by any logger of the server; odd symbols cannot forge a line either."""
    caplog.set_level(logging.DEBUG)
    for function, symbol in (("TIME_SERIES_DAILY", "IBM"), ("NO_SUCH", "IBM"), ("SPLITS", "X\nFORGED")):
        sandbox.get(function, symbol, apikey=sandbox.free_key)
    sandbox.add_fault("reset", times=1)
    with pytest.raises(httpx.ReadError):
        sandbox.get("SPLITS", apikey=sandbox.free_key)
    sandbox.client.get("/elsewhere", params={"apikey": sandbox.free_key})
    server = [
        record.getMessage() for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))
    ]
    assert any("GET TIME_SERIES_DAILY IBM -> data key=" in line for line in server)
    assert not [line for line in server if sandbox.free_key in line or "\n" in line]


def test_the_controls_answer_this_machine_only():
    app = create_app()

    async def health(host: str) -> int:
        return await _reset(app, "http://127.0.0.1:8085", client=host)

    assert asyncio.run(health("192.168.1.20")) == 403
    assert asyncio.run(health("127.0.0.1")) == asyncio.run(health("::1")) == 200


async def _reset(app: object, url: str, client: str = "127.0.0.1", **headers: str) -> int:
    transport = httpx.ASGITransport(app, client=(client, 4711))
    async with httpx.AsyncClient(transport=transport, base_url=url) as browser:
        return (await browser.post("/admin/reset", headers=headers)).status_code


@pytest.mark.parametrize(
    ("url", "origin", "status"),
    [
        ("http://127.0.0.1:8085", None, 200),
        ("http://localhost:8085", "http://localhost:8085", 200),
        ("http://[::1]:8085", None, 200),
        ("http://127.0.0.1:8085", "https://evil.example", 403),
        ("http://127.0.0.1:8085", "http://127.0.0.1:9000", 403),
        ("http://127.0.0.1:8085", "null", 403),
        ("http://evil.example:8085", None, 403),
        ("http://evil.example:8085", "http://evil.example:8085", 403),
        ("http://192.168.1.20:8085", None, 403),
    ],
)
def test_a_page_of_another_site_cannot_have_a_browser_use_the_controls(url, origin, status):
    headers = {} if origin is None else {"Origin": origin}
    assert asyncio.run(_reset(create_app(), url, **headers)) == status


def test_the_command_line():
    given = ["--port", "1", "--premium-key", "A", "--premium-key", "B", "--seed", "7", "--reset-zone", "UTC"]
    settings = settings_of(read_arguments(given))
    assert (settings.premium_keys, settings.seed, settings.limits.reset_zone) == ({"A", "B"}, 7, "UTC")
    assert settings.replay is None
    assert "'A'" not in repr(settings)


def test_a_folder_without_recordings_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no recordings in"):
        ReplaySource(tmp_path)


def test_started_as_a_command_it_serves_and_says_that_it_is_simulated():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", "include.sandbox", "--port", str(port)]
    with subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE, text=True) as process:
        log = []
        for line in process.stderr:
            log.append(line)
            if "running on" in line:
                break
        asked = {"function": "SPLITS", "symbol": "IBM", "apikey": "SECRETKEY"}
        body = httpx.get(f"http://127.0.0.1:{port}/query", params=asked, trust_env=False).json()
        process.terminate()
        log.extend(process.stderr)
    assert body["symbol"] == "IBM"
    assert "SIMULATED" in "".join(log)
    assert "GET SPLITS IBM -> data" in "".join(log)
    assert "SECRETKEY" not in "".join(log)


def test_a_revoked_key_is_refused_as_a_missing_one_until_it_is_no_longer_on_the_list(sandbox):
    def told(key: str) -> str:
        asked = {"function": "GLOBAL_QUOTE", "symbol": "IBM", "apikey": key}
        return httpx.get(f"{sandbox.url}/query", params=asked, trust_env=False).text

    sandbox.revoke("OLDKEY")
    assert "the parameter apikey is invalid or missing" in told("OLDKEY")
    sandbox.revoke()
    assert "apikey is invalid" not in told("OLDKEY")
