"""What people see: every symbol and bar the warehouse holds, as text, from our own host."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

from tests.conftest import PROJECT

from .conftest import HOSTILE

pytestmark = [pytest.mark.postgres, pytest.mark.airflow]


@pytest.fixture
def look(client, filled):
    """Open a page as a viewer."""
    viewer = client("viewer")
    return lambda path="": viewer.get(f"/market/{path}")


def strips(page: str) -> dict[str, str]:
    """What is said of each symbol in the heatmap."""
    found = re.findall(r'<th scope="row"><a [^>]*>(.*?)</a></th><td><svg [^>]*aria-label="(.*?)"', page)
    return dict(found)


def test_the_overview_tells_each_symbols_sessions_by_state(look, filled):
    page = look().text
    shown = strips(page)
    assert list(shown) == ["&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;", "IBM", "NONE"]
    # 75 of the last 100 sessions lie before the first bar; one of those is an open gap.
    assert shown["IBM"] == "74 not expected, 1 vendor hole, 23 held, 1 revised, 1 provisional"
    assert shown["NONE"] == "99 not expected, 1 never fetched"
    assert "<title>IBM 2026-05-13: revised</title>" in page
    assert "<title>IBM 2026-04-13 to 2026-05-12: held</title>" in page


def run_with(warehouse, symbol: str, clock: str) -> None:
    """A daily run with this symbol on its list."""
    warehouse.execute(
        "insert into pipeline_run (dag_id, run_id, clock, simulated, symbols) "
        "values ('stock_data_pipeline', %s, %s, true, array['IBM', %s])",
        (clock, clock, symbol),
    )
    warehouse.commit()


def test_what_was_taken_off_the_list_counts_as_behind_for_a_week(look, filled):
    run_with(filled, "NONE", "2026-05-16T07:00:00Z")
    assert "1 without any bar" in look().text
    run_with(filled, "MSFT", "2026-05-23T06:59:00Z")
    assert "1 without any bar" in look().text
    run_with(filled, "MSFT", "2026-05-23T07:01:00Z")
    assert "without any bar" not in look().text


def test_the_overview_tells_how_fresh_it_is_and_what_was_spent(look, filled):
    run_with(filled, "NONE", "2026-05-16T06:00:00Z")
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", look().text))
    assert "1 of 3 symbols hold their last closed session, 2026-05-15" in page
    assert "1 of it provisionally" in page
    assert "1 without any bar" in page
    assert "3 of 25" in page
    assert "1 brought no data" in page
    filled.execute(
        "insert into request (pipeline_run_id, symbol, function, outputsize, outcome, reason) "
        "select max(id), 'HD', 'TIME_SERIES_DAILY', 'compact', 'deferred', 'No call is left.' "
        "from pipeline_run"
    )
    filled.commit()
    assert "3 of 25 calls used, 1 planned" in look().text


def test_what_needs_a_person_comes_with_the_command(look, filled):
    filled.execute(
        "insert into quarantine (pipeline_run_id, symbol, data_date, bar, rules, path) "
        "select max(id), 'IBM', '2026-05-14', '{\"open\": \"1\"}', "
        "'{high_below_low}', 'body' from pipeline_run"
    )
    filled.execute(
        "insert into request (pipeline_run_id, symbol, function, outputsize, outcome, reason) "
        "select max(id), 'XYZZY', 'TIME_SERIES_DAILY', 'compact', 'failed', %s from pipeline_run",
        ("XYZZY: <i>unknown</i>. Mend the watchlist: `make <b>`.",),
    )
    filled.commit()
    page = look().text
    assert ">IBM</a>: 2026-05-14 breaks high_below_low <code>make quarantine</code>" in page
    told = (
        "&lt;i&gt;unknown&lt;/i&gt;. Mend the watchlist: <code>make &lt;b&gt;</code>. <code>make run</code>"
    )
    assert f"<li>XYZZY: {told}" in page


def test_a_hundred_symbols_a_page(look, filled):
    filled.execute(
        "insert into instrument (symbol, exchange, added_through, expected_through) "
        "select 'S' || n, 'XNYS', '2026-05-15', '2026-05-15' from generate_series(1000, 1149) as n"
    )
    filled.commit()
    pages = []
    address = ""
    while address is not None:
        page = look(address).text
        pages.append(list(strips(page)))
        onward = re.search(r'href="/market/([^"]*)">Symbols after', page)
        address = onward[1] if onward else None
    assert [len(page) for page in pages] == [100, 53]
    assert len({symbol for page in pages for symbol in page}) == 153
    assert 'href="/market/">Symbols before' in page


def test_an_empty_warehouse_says_how_to_begin(client, reader_url):
    page = client().get("/market/")
    assert page.status_code == 200
    assert "<code>make run</code>" in page.text


def test_the_page_of_a_symbol_shows_its_bars(look, filled):
    page = look("symbol/IBM").text
    cells = re.findall(r"<tr><td>(\d{4}-\d\d-\d\d)</td><td class=\"number\">(\S+)</td>", page)
    held = filled.execute(
        "select data_date::text from stock_data where symbol = 'IBM' order by data_date desc"
    ).fetchall()
    assert [session for session, _ in cells if _ == "218.20"] == [session for (session,) in held]
    assert page.count("<line ") == 25
    assert re.findall(r"<text [^>]*>(\w)</text>", page) == ["S", "D"]
    assert '2026-05-15</td><td>dividend</td><td class="number">2.193' in page
    assert "2026-04-10</td><td>vendor hole" in page
    assert '>219.30</td><td class="number">219.40</td>' in page  # the revision
    assert "/market/api/bars/IBM?adjusted=none&amp;format=csv" in page


def test_adjusted_prices_are_drawn_too_or_it_is_said_why_not(look):
    assert "109.10" in look("symbol/IBM?adjusted=split").text
    unknown = look(f"symbol/{quote(HOSTILE, safe='')}?adjusted=full").text
    assert "cannot be known yet" in unknown
    assert "<line " not in unknown


def test_computed_prices_are_shown_with_no_more_digits_than_those_as_traded(look, filled):
    filled.execute("update corporate_action set value = 2.5 where kind = 'dividend'")
    filled.commit()
    page = look("symbol/IBM?adjusted=full").text
    shown = re.findall(r'<td class="number">\d+\.(\d+)</td>', page)
    assert max(len(decimals) for decimals in shown) == 6
    assert not re.search(r"\d\.\d{7}", page)


def test_a_symbol_without_bars_has_no_empty_table_of_them(look):
    page = look("symbol/NONE").text
    assert "No bar of it is held." in page
    assert "The last 0 bars" not in page


def test_hostile_names_are_text_on_every_page(look, filled):
    symbol = quote(HOSTILE, safe="")
    pages = [look(), look("symbol/IBM"), look(f"symbol/{symbol}"), look("symbol/%3Cscript%3Ealert(1)")]
    assert [page.status_code for page in pages] == [200, 200, 200, 404]
    for page in pages:
        assert len(re.findall(r"<script", page.text)) == 1  # our own
        assert "<b>International" not in page.text
    assert "&lt;b&gt;International &amp; Business&lt;/b&gt;" in pages[1].text
    assert "&lt;script&gt;alert(1): nothing is held of it." in pages[3].text


def test_a_page_loads_nothing_of_another_host_and_lets_no_other_frame_it(look):
    page = look()
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "unsafe" not in policy
    named = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert named
    assert all(address.startswith("/market/") for address in named)
    assert not re.search(r"\bon\w+=|style=|<style|javascript:", page.text)
    for name in ("market.css", "theme.js", "icon.svg"):
        assert look(f"static/{name}").status_code == 200
    assert look("static/nothing.js").json()["detail"].startswith("nothing.js: there is no such file.")


def test_the_pages_follow_a_prefix(filled, airflow_app, client):
    from fastapi.testclient import TestClient

    prefixed = TestClient(airflow_app, root_path="/airflow", headers=client().headers)
    assert 'href="/airflow/market/static/market.css"' in prefixed.get("/airflow/market/").text


def test_a_run_that_is_long_ago_is_told(look, filled):
    page = look().text
    assert "The last daily run began" not in page
    filled.execute("update pipeline_run set simulated = false, clock = now() - interval '3 days'")
    filled.commit()
    assert "The last daily run began" in look().text


@pytest.fixture
def believed(filled):
    """A suspect, a function that two symbols were refused as premium, and one that a single symbol was."""
    filled.execute("update instrument set state = 'suspect', refused_times = 3 where symbol = 'NONE'")
    filled.execute(
        "insert into entitlement values "
        "('aaaa', 'SPLITS', '', 'free', '2026-05-16 05:30+00', '{IBM,AAPL}', 2, '2026-05-17 05:30+00'), "
        "('aaaa', 'VWAP', '', 'free', '2026-05-16 05:30+00', '{IBM}', 1, '2026-05-16 06:30+00'), "
        "('aaaa', 'DIVIDENDS', '', 'free', '2026-05-16 04:30+00', '{IBM,AAPL}', 1, '2026-05-16 05:30+00')"
    )
    filled.commit()
    return filled


def test_what_is_believed_is_shown_with_a_way_to_ask_again(client, believed):
    page = client("op").get("/market/").text
    assert "SPLITS is refused as premium, and not asked for until 2026-05-17 05:30 UTC." in page
    assert "VWAP of IBM is refused as premium, and not asked for until 2026-05-16 06:30 UTC." in page
    assert "DIVIDENDS is refused" not in page
    assert "<code>make run FORCE=1 STOCK_SYMBOLS=IBM,AAPL</code>" in page
    assert "<code>make run FORCE=1 STOCK_SYMBOLS=NONE</code>" in page
    assert page.count("Ask again now") == 2
    assert "Ask again now" not in client("viewer").get("/market/").text


@pytest.fixture(scope="session")
def daily_dag(metadata) -> None:
    """Airflow knows the daily DAG, as a DAG processor would have told it."""
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import DagBag, sync_bag_to_db

    DagBundlesManager().sync_bundles_to_db()
    bag = DagBag(str(PROJECT / "dags" / "stock_data_pipeline.py"), bundle_name="dags-folder")
    sync_bag_to_db(bag, "dags-folder", None)


def test_asking_again_triggers_a_forced_run_in_the_users_name(client, believed, daily_dag):
    from airflow.models.dagrun import DagRun

    user = client("op", "eve")
    token = re.search(r'name="token" value="([^"]+)"', user.get("/market/").text)[1]
    form = {"token": token, "symbols": ["IBM", "AAPL"]}
    done = user.post("/market/ask-again", data=form, follow_redirects=False)
    assert done.status_code == 303, done.text
    run = max(DagRun.find(dag_id="stock_data_pipeline"), key=lambda run: run.id)
    assert run.conf == {"symbols": ["IBM", "AAPL"], "force": True, "now": "2026-05-16T06:00:00+00:00"}
    assert run.triggering_user_name == "eve"
    assert run.run_id in user.get(done.headers["location"]).text


@pytest.mark.parametrize(
    ("role", "name", "symbols", "status"),
    [
        ("op", "ana", [], 422),
        ("op", "eve", ["IBM"], 403),
        ("viewer", "ana", ["IBM"], 403),
        (None, "ana", ["IBM"], 401),
    ],
)
def test_only_our_own_form_of_who_may_trigger_it_asks_again(
    client, believed, daily_dag, role, name, symbols, status
):
    """The form is one that was made for ana."""
    token = re.search(r'name="token" value="([^"]+)"', client("op").get("/market/").text)[1]
    answer = client(role, name).post("/market/ask-again", data={"token": token, "symbols": symbols})
    assert answer.status_code == status
