"""From nothing to loaded bars under a real scheduler; each test goes on where the one before stopped."""

from __future__ import annotations

import csv
import os
import re
import signal
import subprocess
from collections import Counter
from decimal import Decimal

import psutil
import psycopg
import pytest

from tests.conftest import PROJECT, program

from .conftest import SANDBOX_SYMBOLS, Local

pytestmark = [pytest.mark.e2e, pytest.mark.airflow, pytest.mark.postgres]
THE_KEY = "A9KEY7OF5A3PERSON"
ANOTHER_KEY = "A9KEY7OF5A4PERSON"  # with calls left


def bars(local: Local) -> dict[str, int]:
    return dict(local.rows("select symbol, count(*)::int from stock_data group by symbol"))


def calls(local: Local) -> list[str]:
    """What was asked, and answered with data or with an empty list (E16)."""
    return [call["function"] for call in local.sandbox("calls") if call["outcome"] in {"data", "E16"}]


def line_of(symbol: str, output: str) -> list[str]:
    """The cells of a symbol's line in the result table."""
    (line,) = [line for line in output.splitlines() if line.startswith(f"│ {symbol} ")]
    return [cell.strip() for cell in line.strip("│").split("│")]


def test_a_fresh_machine_ends_with_loaded_bars(local):
    done = local("run")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "SIMULATED" in done.stdout
    assert bars(local) == dict.fromkeys(SANDBOX_SYMBOLS, 100)
    for symbol in SANDBOX_SYMBOLS:
        assert line_of(symbol, done.stdout)[1:5] == ["100", "100", "0", "0"]
    assert re.search(r"http://127\.0\.0\.1:\d+", done.stdout)
    assert "admin / " in done.stdout


def test_the_rows_are_the_sandboxs_truth(local):
    for symbol in SANDBOX_SYMBOLS:
        held = local.rows(
            "select data_date::text, open, high, low, close, volume from stock_data "
            f"where symbol = '{symbol}' order by data_date"
        )
        truth = local.sandbox(f"truth/{symbol}")["bars"][-100:]
        assert held == [
            (
                b["session"],
                *(Decimal(b[price]) for price in ("open", "high", "low", "close")),
                int(b["volume"]),
            )
            for b in truth
        ]


def test_the_reader_whose_address_was_shown_sees_adjusted_prices_and_changes_nothing(local):
    url = re.search(r"postgresql://market_reader:\S+", "".join(local.printed))[0]
    with psycopg.connect(url) as reader:
        adjusted = reader.execute("select count(adjusted_close) from stock_data_adjusted").fetchone()
        assert adjusted == (100 * len(SANDBOX_SYMBOLS),)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("delete from stock_data")


def test_every_mapped_instance_is_labelled_with_its_symbol(local):
    (run,) = local.rows("select run_id from pipeline_run")
    labels = {task.label for task in local.api.tasks("stock_data_pipeline", run[0]) if task.label}
    assert labels == {*SANDBOX_SYMBOLS, "LISTING_STATUS"}


def test_the_connections_the_pool_and_the_watchlist_are_in_the_ui(local):
    def listed(path: str, rows: str, name: str) -> set[str]:
        return {row[name] for row in local.api._request("GET", f"/api/v2/{path}").json()[rows]}

    assert listed("connections", "connections", "connection_id") == {
        "alphavantage_default",
        "postgres_stocks",
        "postgres_stocks_reader",
    }
    assert "alphavantage" in listed("pools", "pools", "name")
    assert "stock_symbols" in listed("variables", "variables", "key")


def test_status_tells_that_all_is_well(local):
    done = local("status")
    assert done.returncode == 0, done.stdout
    for service in ("postgres", "scheduler", "dag-processor", "api-server", "triggerer", "sandbox"):
        assert service in done.stdout


def test_running_again_uses_what_runs_and_asks_nothing(local):
    before = local("status").stdout
    of_each = ("TIME_SERIES_DAILY", "SPLITS", "DIVIDENDS")
    made = Counter(dict.fromkeys(of_each, len(SANDBOX_SYMBOLS)) | {"LISTING_STATUS": 1})
    assert Counter(calls(local)) == made
    done = local("run")
    assert done.returncode == 0, done.stdout
    assert "starting" not in done.stdout
    assert line_of("AAPL", done.stdout)[-1] == "complete"
    assert Counter(calls(local)) == made
    found = re.compile(r"^(\S+) +(\d+) ", re.MULTILINE)
    assert found.findall(local("status").stdout) == found.findall(before)


def test_the_plan_of_other_symbols_is_told_and_nothing_is_asked_or_written(local):
    before = calls(local), local.rows("select count(*) from pipeline_run")
    done = local("plan", STOCK_SYMBOLS="AAPL,IBM")
    assert done.returncode == 0, done.stdout
    assert "2 symbols: 3 requests now, 0 deferred." in done.stdout
    assert "It costs 3 calls. Left of 25 in any 24 hours: 9 now." in done.stdout
    assert "   ask  IBM TIME_SERIES_DAILY compact: no bar of it is held" in done.stdout
    assert "  held  AAPL: up to the last closed session" in done.stdout
    assert (calls(local), local.rows("select count(*) from pipeline_run")) == before


def test_symbols_are_shown_first_and_added_once_that_is_confirmed(local):
    watchlist = ",".join(SANDBOX_SYMBOLS)
    shown = local("add --symbols NVDIA,dis,AAPL")
    assert shown.returncode == 0, shown.stdout
    assert "   add  DIS: " in shown.stdout
    assert " there  AAPL: " in shown.stdout
    assert re.search(
        r"^ doubt  NVDIA: It is not among the US symbols .* Did you mean NVDA ", shown.stdout, re.M
    )
    assert re.search(r"^   new  DIS: 3 calls: first bars on \d{4}-\d\d-\d\d, splits on ", shown.stdout, re.M)
    assert "Nothing was added. To add DIS, say the same with YES=1." in shown.stdout
    assert local.api.variable("stock_symbols") == watchlist
    added = local("add --symbols DIS --yes 1", STOCK_SYMBOLS="IBM")
    assert added.returncode == 0, added.stdout
    assert "Added DIS: 6 symbols are on the watchlist." in added.stdout
    assert "But `make run` goes by STOCK_SYMBOLS" in added.stdout
    assert local.api.variable("stock_symbols") == f"{watchlist},DIS"


def test_a_history_is_given_another_name_and_its_own_again(local):
    done = local("rename --old TSLA --new TSLA-2021")
    assert done.stdout.startswith("TSLA is TSLA-2021 now: 100 bars, ")
    assert (bars(local).get("TSLA"), bars(local)["TSLA-2021"]) == (None, 100)
    assert local("rename --old TSLA-2021 --new TSLA").returncode == 0
    assert bars(local)["TSLA"] == 100
    assert "Nothing is held of TSLA-2021" in local("rename --old TSLA-2021 --new TSLA-2020").stdout


def test_a_bad_symbol_is_named_with_cause_and_next_step_and_the_good_ones_load(local):
    done = local("run", STOCK_SYMBOLS="IBM,XYZZY")
    assert done.returncode != 0
    assert bars(local)["IBM"] == 100
    assert "XYZZY: It is not among the US symbols listed on" in done.stdout
    assert "Mend the watchlist" in done.stdout
    assert line_of("XYZZY", done.stdout)[-1] == "failed"


def test_what_a_person_changed_in_the_ui_stays_and_their_key_is_nowhere(local):
    change = {"connection_id": "alphavantage_default", "conn_type": "alphavantage", "password": THE_KEY}
    mask = {"update_mask": ["password"]}
    local.api._request("PATCH", "/api/v2/connections/alphavantage_default", params=mask, json=change)
    faults = {
        "META": {"kind": "unknown_text"},
        "JPM": {"kind": "reset", "function": "TIME_SERIES_DAILY"},
        "V": {"kind": "html_503", "times": 1},
        "KO": {"kind": "bad_bar", "rule": "high_below_low"},
        "PEP": {"kind": "wrong_symbol", "function": "TIME_SERIES_DAILY"},
        "NVDA": {"kind": "quota"},  # the last, as nothing is asked after it
    }
    for symbol, fault in faults.items():
        local.sandbox("faults", fault | {"symbol": symbol})
    done = local("run", STOCK_SYMBOLS=",".join([*faults, "XYZZY"]), RETRY_DELAY="0")
    assert done.returncode != 0
    verdicts = {symbol: line_of(symbol, done.stdout)[-1] for symbol in [*faults, "XYZZY"]}
    assert verdicts == {
        "NVDA": "deferred",
        "META": "failed",
        "JPM": "failed",
        "V": "loaded",
        "KO": "refused",
        "PEP": "failed",
        "XYZZY": "failed",
    }
    assert "kept" in done.stdout
    used = {call["key"] for call in local.sandbox("calls") if call["symbol"] == "V"}
    assert used & {call["key"] for call in local.sandbox("calls") if call["symbol"] == "AAPL"} == set()

    files = [path for path in local.run_dir.rglob("*") if path.is_file()]
    assert len(files) > 50
    assert [str(path) for path in files if THE_KEY.encode() in path.read_bytes()] == []
    assert THE_KEY not in "".join(local.printed)
    for database in ("airflow", "market_sandbox"):
        dumped = dump(local, database)
        assert "stock_data_pipeline" in dumped
        assert THE_KEY not in dumped


def test_a_refused_bar_is_listed_and_once_discarded_its_symbol_loads(local):
    ((row, symbol),) = local.rows("select id, symbol from quarantine_open")
    assert symbol == "KO"
    assert re.search(rf"^│ {row} +│ KO ", local("quarantine").stdout, re.MULTILINE)
    without_reason = local(f"quarantine --discard {row}")
    assert without_reason.returncode != 0
    assert "A decision needs a person and a reason" in without_reason.stdout
    done = local(f"quarantine --discard {row}", WHY="High is below low.", WHO="ana")
    assert done.returncode == 0, done.stdout + done.stderr
    preview, _, loaded = done.stdout.partition("discard by admin for ana: ")
    for table in (preview, loaded):
        assert line_of("KO", table)[1:3] == ["100", "99"]
        assert line_of("KO", table)[-1] == "loaded, 1 discarded"
    assert local.rows("select decision, decided_by, reason from standing_decision") == [
        ("discarded", "admin", "High is below low. (on behalf of ana)")
    ]
    assert "Nothing in quarantine awaits a decision." in local("quarantine").stdout


def dump(local: Local, database: str) -> str:
    """Every row of a database as text."""

    from include.local.place import wheel_programs

    done = subprocess.run(
        [wheel_programs() / "pg_dump", local.stack.server.superuser_dsn(database)],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_a_killed_scheduler_is_recovered_from(local):
    scheduler = next(
        process
        for process in psutil.process_iter(["cmdline", "environ"])
        if "scheduler" in (process.info["cmdline"] or [])
        and str(local.run_dir) in (process.info["environ"] or {}).values()
    )
    os.kill(scheduler.pid, signal.SIGKILL)
    psutil.wait_procs([scheduler], timeout=20)
    assert local("status").returncode == 1
    done = local("run", STOCK_SYMBOLS="IBM")
    assert done.returncode == 0, done.stdout
    assert local("status").returncode == 0


def test_recordings_are_replayed_into_a_database_of_their_own(local, recordings):
    done = local("run", REPLAY=str(recordings), NOW="2026-05-16T06:00:00Z", STOCK_SYMBOLS="IBM")
    assert done.returncode == 0, done.stdout
    assert "REPLAYED" in done.stdout
    with (recordings / "TIME_SERIES_DAILY__IBM__pt1.csv").open(newline="") as file:
        truth = sorted(
            (
                row["timestamp"],
                *(Decimal(row[p]) for p in ("open", "high", "low", "close")),
                int(row["volume"]),
            )
            for row in csv.DictReader(file)
        )
    held = local.rows(
        "select data_date::text, open, high, low, close, volume from stock_data where is_final "
        "order by data_date"
    )
    assert held == truth
    assert held[-1] == (
        "2026-05-15",
        *map(Decimal, ("218.2000", "220.9100", "217.6150", "219.3000")),
        6154450,
    )
    assert local.rows("select current_database(), origin from warehouse_origin") == [
        ("market_replay", "replay")
    ]


def test_the_ui_shows_the_grid_by_symbol_and_the_form_of_the_connection(local, tmp_path):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program("chromium", "chromium-browser", "google-chrome"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.goto(local.stack.ui)
        page.fill("input[name=username]", "admin")
        page.fill("input[name=password]", local.stack.secrets.admin_password)
        page.click("button[type=submit]")
        run_id = local.rows("select run_id from pipeline_run order by id limit 1")[0][0]
        page.goto(f"{local.stack.ui}/dags/stock_data_pipeline/runs/{run_id}/tasks/fetch_stock_data/mapped")
        page.get_by_role("link", name="IBM").or_(page.get_by_text("IBM", exact=True)).first.wait_for()
        page.screenshot(path=tmp_path / "grid.png")
        page.goto(f"{local.stack.ui}/connections")
        page.get_by_role("button", name="Edit Connection").first.click()
        page.get_by_text("API key", exact=True).wait_for()
        page.get_by_text("Base URL", exact=True).wait_for()
        browser.close()


def test_stop_stops_and_clean_leaves_nothing(local):
    outside = local.stack.server.data_dir
    assert local("stop").returncode == 0
    assert "Nothing was running" in local("stop").stdout
    assert local("status").returncode == 1
    assert local("clean").returncode == 0
    assert not local.run_dir.exists()
    assert not outside.exists()
    assert (PROJECT / "requirements.txt").exists()
