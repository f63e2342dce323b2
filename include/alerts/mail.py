"""A digest as a mail, text and HTML, and the sending of it through the connection ``smtp_default``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from include.alerts.digest import Digest
from include.exceptions import MailNotSent
from include.settings import RECIPIENTS_VARIABLE, SMTP_CONN_ID

if TYPE_CHECKING:
    from jinja2 import Environment


@dataclass(frozen=True)
class About:
    """What a mail is about besides its digest.

    :param base_url: the address of Airflow's UI, without a slash at its end.
    :param headline: the run in one line; empty where there is nothing to say.
    """

    dag_id: str
    run_id: str
    base_url: str
    headline: str = ""
    origin: str | None = None

    @property
    def run_url(self) -> str:
        """The run in Airflow's UI."""
        return f"{self.base_url}/dags/{quote(self.dag_id, safe='')}/runs/{quote(self.run_id, safe='')}"

    @property
    def pages_url(self) -> str:
        """What needs a person, in the pages."""
        return f"{self.base_url}/market/"


def recipients() -> list[str]:
    """Return who is told: the Variable ``alert_recipients``, addresses between commas or blanks."""
    from airflow.sdk import Variable

    return [to for to in re.split(r"[,;\s]+", Variable.get(RECIPIENTS_VARIABLE, default="")) if to]


def subject_of(digest: Digest, about: About) -> str:
    """Return the subject: how much is new and of whom, or what is over."""
    if digest.new:
        names = list(dict.fromkeys(trouble.symbol or trouble.cause for trouble in digest.new))
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        what = f"{len(digest.new)} new: {', '.join(names[:3])}{more}"
    else:
        more = f" (and {len(digest.recovered) - 1} more)" if len(digest.recovered) > 1 else ""
        what = f"{digest.recovered[0].rstrip('.')}{more}"
    mark = {"sandbox": "[SIMULATED] ", "replay": "[REPLAYED] "}.get(about.origin or "", "")
    return " ".join(f"{mark}Market data: {what}".split())


def message_of(digest: Digest, about: About, *, sender: str, to: list[str]) -> EmailMessage:
    """Return the mail: text for those who read text, and HTML with every name escaped."""
    message = EmailMessage()
    message["Subject"] = subject_of(digest, about)
    message["From"] = sender
    message["To"] = ", ".join(to)
    told: dict[str, Any] = {"digest": digest, "about": about}
    message.set_content(_templates().get_template("digest.txt").render(told))
    message.add_alternative(_templates().get_template("digest.html").render(told), subtype="html")
    return message


def send(digest: Digest, about: About, to: list[str]) -> None:
    """Mail a digest.

    :raises MailNotSent: the mail server did not take it; nobody was told.
    """
    import smtplib

    from airflow.providers.smtp.hooks.smtp import SmtpHook
    from airflow.sdk.exceptions import AirflowException

    try:
        with SmtpHook(smtp_conn_id=SMTP_CONN_ID) as hook:
            sender = hook.from_email or hook.smtp_user
            if not sender:
                raise ValueError("it has neither the extra `from_email` nor a login")
            client = hook._smtp_client  # its own method sends HTML alone
            assert isinstance(client, smtplib.SMTP)
            client.send_message(message_of(digest, about, sender=sender, to=to))
    except (OSError, AirflowException, ValueError, RuntimeError) as error:
        raise MailNotSent(
            f"The alert was not mailed: {type(error).__name__}: {error}. See host, port, login and "
            f"`from_email` of the connection {SMTP_CONN_ID}, and the addresses in the Variable "
            f"{RECIPIENTS_VARIABLE}. The next run tells what holds then."
        ) from None


@cache
def _templates() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    return Environment(
        autoescape=select_autoescape(["html"], default=False),
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
