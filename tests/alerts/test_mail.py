"""What a person reads in their mail."""

from __future__ import annotations

import pytest

from include.alerts.digest import Digest, Trouble
from include.alerts.mail import About, message_of, recipients, subject_of
from tests.mailbox import text_of

ABOUT = About(
    "stock_data_pipeline",
    "scheduled__2026-05-16T06:00:00+00:00",
    "https://airflow.example.com/data",
    "1 of 2 symbols loaded; 100 bars new",
    "market",
)
REFUSED = Trouble("MSFT", "refused", "MSFT: 1 of 100 bars refused, none loaded.")
HOSTILE = Trouble("<script>alert(1)</script>\r\nBcc: me", "NotASymbol", "<script>alert(1)</script> & more")


def mail(digest: Digest, about: About = ABOUT):
    return message_of(digest, about, sender="market@example.com", to=["ops@example.com"])


def test_the_text_has_all_of_it_in_the_order_of_its_urgency():
    later = Digest(
        [REFUSED], [Trouble("KO", "late", ""), Trouble("", "no run", "")], [], ["IBM is loaded again."]
    )
    assert text_of(mail(later)) == (
        "stock_data_pipeline: 1 of 2 symbols loaded; 100 bars new.\n"
        "\n"
        "New:\n"
        "\n"
        "* MSFT: 1 of 100 bars refused, none loaded.\n"
        "\n"
        "Over:\n"
        "\n"
        "* IBM is loaded again.\n"
        "\n"
        "Still, as told before: KO (late), no run.\n"
        "\n"
        "The run: https://airflow.example.com/data/dags/stock_data_pipeline/runs/"
        "scheduled__2026-05-16T06%3A00%3A00%2B00%3A00\n"
        "What needs you: https://airflow.example.com/data/market/\n"
    )


def test_html_escapes_what_others_named():
    html = text_of(mail(Digest([HOSTILE], [HOSTILE], [], [HOSTILE.text])), "html")
    assert "<script" not in html
    assert html.count("&lt;script&gt;") == 4
    assert 'href="https://airflow.example.com/data/market/symbol/%3Cscript%3E' in html


def test_a_hostile_name_adds_no_header():
    sent = mail(Digest([HOSTILE], [], [], []))
    assert sent["Bcc"] is None
    assert sent["Subject"] == "Market data: 1 new: <script>alert(1)</script> Bcc: me"


@pytest.mark.parametrize(
    ("digest", "subject"),
    [
        (Digest([REFUSED], [], [], []), "1 new: MSFT"),
        (Digest([Trouble("", "no run", "")], [], [], []), "1 new: no run"),
        (Digest([Trouble(name, "late", "") for name in "ABCDE"], [], [], []), "5 new: A, B, C and 2 more"),
        (Digest([], [], [], ["IBM is loaded again."]), "IBM is loaded again"),
        (
            Digest([], [], [], ["IBM is loaded again.", "KO is loaded again."]),
            "IBM is loaded again (and 1 more)",
        ),
    ],
)
def test_the_subject_says_of_whom(digest, subject):
    assert subject_of(digest, ABOUT) == f"Market data: {subject}"


def test_real_data_is_not_called_simulated():
    assert "SIMULATED" not in mail(Digest([REFUSED], [], [], [])).as_string()


@pytest.mark.parametrize(
    ("variable", "to"),
    [("", []), ("a@b.c", ["a@b.c"]), (" a@b.c; d@e.f,\ng@h.i ", ["a@b.c", "d@e.f", "g@h.i"])],
)
def test_who_is_told(monkeypatch, variable, to):
    monkeypatch.setenv("AIRFLOW_VAR_ALERT_RECIPIENTS", variable)
    assert recipients() == to
