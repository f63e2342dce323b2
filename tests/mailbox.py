"""A real mail server on loopback that keeps what it is sent."""

from __future__ import annotations

import json
import socket
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller


class Mailbox:
    """Keeps every mail; ``refuses`` makes it answer as a server that is out of order."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refuses = False
        self._controller = Controller(self, hostname="127.0.0.1", port=_free_port())

    async def handle_DATA(self, server, session, envelope) -> str:
        if self.refuses:
            return "451 out of order"
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    def __enter__(self) -> Mailbox:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    @property
    def connection(self) -> str:
        """The connection ``smtp_default``, as an environment variable has it."""
        host, port = self._controller.hostname, self._controller.port
        extra = {
            "disable_tls": True,
            "disable_ssl": True,
            "from_email": "market@example.com",
            "retry_limit": 0,
        }
        return json.dumps({"conn_type": "smtp", "host": host, "port": port, "extra": extra})

    def take(self) -> list[EmailMessage]:
        """Return what came since it was last asked."""
        taken, self.mails = self.mails, []
        return taken


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    """The text of a mail, ``plain`` or ``html``."""
    part = mail.get_body((kind,))
    assert part is not None
    return part.get_content().replace("\r\n", "\n")
