"""What a key was refused as premium: remembered, so that no call is spent on it again for a while."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from psycopg import Connection

from include.plan.entitlement import BELIEVED_FOR, RefusedBefore, asked_of, refused, subject_of
from include.warehouse.statements import statement

if TYPE_CHECKING:
    from include.plan.entitlement import Asking


@dataclass(frozen=True)
class Entitlement:
    """What is believed of the key of a hook.

    :param now: the clock by which a refusal is remembered.
    :param force: a person wants it asked, whatever is believed.
    """

    hook: Asking
    connection: Connection[Any]
    now: Callable[[], datetime]
    force: bool = False

    def check(self, function: str, parameters: Mapping[str, str]) -> None:
        """Let pass what may be asked.

        :raises RefusedBefore: it was refused before, and that is believed still.
        """
        about = self._about(function, parameters)
        self.connection.execute(statement("fetch/forget_other_plans"), about)
        subject = about["subject"]
        now, where = self.now(), (self.connection, self.hook, function, parameters)
        found = None if self.force else refused(*where, subject=subject, now=now)
        if found:
            what = (
                f"Premium, the vendor said on {found.refused_at:%Y-%m-%d}; it is not asked for until "
                f"{found.until:%Y-%m-%d %H:%M} UTC."
            )
            raise RefusedBefore(what, function=function, symbol=parameters.get("symbol"))

    def learn_refusal(self, function: str, parameters: Mapping[str, str]) -> None:
        """Remember that it was refused as premium."""
        about = self._about(function, parameters) | {"now": self.now(), "spans": list(BELIEVED_FOR)}
        self.connection.execute(statement("fetch/remember_refusal"), about)

    def learn_answer(self, function: str, parameters: Mapping[str, str]) -> None:
        """Forget what was refused: it was answered."""
        self.connection.execute(statement("fetch/forget_refusal"), self._about(function, parameters))

    def _about(self, function: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        return asked_of(self.hook, function, parameters) | {"subject": subject_of(parameters)}
