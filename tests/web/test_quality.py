"""The page *Quality*: what the gate said, and decisions that reach the DAG with a name and a reason."""

from __future__ import annotations

import re

import pytest

from .conftest import token_of

pytestmark = [pytest.mark.postgres, pytest.mark.airflow]
PREVIEW = """[{"symbol": "IBM", "bars": 1250, "new_bars": 1, "changed_bars": 0, "unchanged_bars": 24,
    "refused_bars": 0, "discarded_bars": 0, "verdict": "loaded, 1 warning", "problem": null}]"""


def runs() -> list[object]:
    from airflow.models.dagrun import DagRun

    return sorted(DagRun.find(dag_id="quarantine"), key=lambda run: run.id)


def test_the_page_tells_what_awaits_a_decision_and_which_rule_breaks(client, refused):
    page = client("op").get("/market/quality").text
    assert f'name="rows" value="{refused}"' in page
    assert "<td>2026-05-14</td>" in page
    row = r"<td>critical</td><td>high_below_low</td>(<td class=\"number\">1</td>){3}<td>high 2"
    assert re.search(row, page)
    assert "<b>3" not in page


def test_a_row_that_cannot_be_read_is_shown_as_it_was_served(client, refused, filled):
    filled.execute(
        "update quarantine set bar = '{\"volume\": \"6,154,450\"}', rules = '{readable}' where id = %s",
        (refused,),
    )
    filled.commit()
    assert "volume 6,154,450" in client("viewer").get("/market/quality").text


def test_a_decision_in_force_can_be_undone_on_the_page(client, refused, filled, known_dags):
    filled.execute(
        "insert into quarantine_decision (symbol, data_date, decision, decided_by, reason, decided_at, "
        "quarantine_id, row) select symbol, data_date, 'discarded', 'eva', 'wrong', now(), id, row "
        "from quarantined_row where id = %s",
        (refused,),
    )
    filled.commit()
    page = client("viewer").get("/market/quality").text
    assert "<td>discarded</td><td>eva</td><td>wrong</td>" in page
    assert 'value="undo"' not in page
    user = client("op")
    form = {"token": token_of(user.get("/market/quality").text), "rows": refused, "reason": "it was right"}
    done = user.post("/market/quality", data={**form, "action": "undo"}, follow_redirects=False)
    assert done.status_code == 303, done.text
    assert (runs()[-1].conf["action"], runs()[-1].conf["rows"]) == ("undo", [refused])


def test_what_a_decision_would_do_is_shown_and_then_decided(client, refused, filled, known_dags):
    user = client("op")
    page = user.get("/market/quality").text
    assert page.count('name="preview" value="true" checked') == 1
    form = {"token": token_of(page), "rows": refused, "reason": "a <b>real</b> crash", "action": "release"}
    asked = user.post("/market/quality", data={**form, "preview": "true"}, follow_redirects=False)
    run = runs()[-1]
    assert (run.conf["action"], run.conf["preview"]) == ("release", True)
    filled.execute(
        "insert into decision_preview values (%s, 'release', %s, 'a <b>real</b> crash', %s)",
        (run.run_id, [refused], PREVIEW),
    )
    filled.commit()
    page = user.get(asked.headers["location"]).text
    assert "What release would do" in page
    assert "<td>IBM</td>" + "".join(f'<td class="number">{n}</td>' for n in ("1,250", 1, 0, 24, 0, 0)) in page
    assert "<td>loaded, 1 warning</td>" in page
    assert "<b>real" not in page
    assert f'<input type="hidden" name="rows" value="{refused}">' in page
    assert "Do it" not in client("viewer").get(asked.headers["location"]).text
    done = user.post("/market/quality", data=form, follow_redirects=False)
    assert done.status_code == 303
    assert (runs()[-1].conf["action"], "preview" in runs()[-1].conf) == ("release", False)


def test_who_may_only_read_gets_no_form(client, refused):
    page = client("viewer").get("/market/quality").text
    assert "2026-05-14" in page
    assert "<form" not in page
    assert 'name="token"' not in page


@pytest.mark.parametrize("role", ["op", "admin"])
def test_a_decision_triggers_the_dag_with_the_user_and_the_reason(client, refused, known_dags, role):
    user = client(role)
    form = {"token": token_of(user.get("/market/quality").text), "rows": refused, "reason": " a real crash "}
    before = len(runs())
    done = user.post("/market/quality", data={**form, "action": "release"}, follow_redirects=False)
    assert done.status_code == 303, done.text
    run = runs()[-1]
    assert len(runs()) == before + 1
    clock = "2026-05-16T06:00:00+00:00"  # that of the last run, which was simulated
    assert run.conf == {"action": "release", "rows": [refused], "reason": "a real crash", "now": clock}
    assert (run.triggering_user_name, run.state) == ("ana", "queued")
    page = user.get(done.headers["location"]).text
    assert run.run_id in page
    assert "not begun" in page


@pytest.mark.parametrize(
    ("change", "status", "told"),
    [
        ({"reason": " "}, 422, "Say why"),
        ({"rows": []}, 422, "Tick the bars"),
        ({"token": "forged"}, 403, "was not made here for you"),
    ],
)
def test_nothing_is_triggered_without_reason_bars_or_our_own_form(
    client, refused, known_dags, change, status, told
):
    user = client("op")
    form = {
        "token": token_of(user.get("/market/quality").text),
        "rows": [refused],
        "reason": "seen elsewhere",
    }
    before = len(runs())
    answer = user.post("/market/quality", data={**form, "action": "discard", **change})
    assert (answer.status_code, told in answer.text, len(runs())) == (status, True, before)


def test_a_form_made_for_another_user_triggers_nothing(client, refused, known_dags):
    other = client("op", "eve")
    form = {"rows": refused, "reason": "x", "action": "release"}
    form["token"] = token_of(client("op").get("/market/quality").text)
    assert other.post("/market/quality", data=form).status_code == 403


def test_the_name_on_record_is_the_users_own_whatever_name_they_give(client, refused, known_dags):
    """One decides on the page, another over Airflow's REST API and names the first."""
    ana, eve = client("op"), client("op", "eve")
    form = {"token": token_of(ana.get("/market/quality").text), "rows": refused, "reason": "a real crash"}
    form |= {"who": "admin", "action": "release"}
    assert ana.post("/market/quality", data=form, follow_redirects=False).status_code == 303
    conf = {"action": "discard", "rows": [refused], "reason": "wrong", "who": "ana"}
    body = {"conf": conf, "logical_date": None}
    assert eve.post("/api/v2/dags/quarantine/dagRuns", json=body).status_code == 200
    first, second = runs()[-2:]
    assert (first.triggering_user_name, "who" in first.conf) == ("ana", False)
    assert (second.triggering_user_name, second.conf["who"]) == ("eve", "ana")


@pytest.mark.parametrize(("role", "status"), [(None, 401), ("viewer", 403)])
def test_only_who_may_trigger_the_dag_decides(client, refused, known_dags, role, status):
    before = len(runs())
    form = {"rows": refused, "reason": "x", "action": "release"}
    form["token"] = token_of(client("op").get("/market/quality").text)
    assert client(role).post("/market/quality", data=form).status_code == status
    assert len(runs()) == before


def test_the_report_of_a_run_opens_under_the_login(client, filled):
    (run,) = filled.execute("select max(id) from pipeline_run").fetchone()
    filled.execute("insert into quality_report values (%s, '<h1>IBM</h1>')", [run])
    filled.commit()
    assert f"/market/reports/{run}" in client().get("/market/quality").text
    report = client().get(f"/market/reports/{run}")
    assert "<h1>IBM</h1>" in report.text
    assert "script-src 'self'; style-src 'self'" in report.headers["content-security-policy"]
    assert client().get("/market/reports/99999").status_code == 404
    assert client(None).get(f"/market/reports/{run}").status_code == 401
