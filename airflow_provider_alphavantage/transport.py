"""How the API is reached, as a connection's extras say it: time-out, proxies, TLS, redirects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from airflow_provider_alphavantage.exceptions import InvalidConnection
from airflow_provider_alphavantage.extras import flag, is_empty, seconds, whole, wrong

DEFAULT_TIMEOUT = 30.0
"""Seconds to wait for the API to connect and then for each read, unless the connection says other."""

_LONGEST_TIMEOUT = 3600.0
_USUAL_REDIRECTS = 30


@dataclass(frozen=True)
class Transport:
    """What a session is set up with; see the extras of the same names."""

    timeout: float
    proxies: Mapping[str, str]
    verify: bool | str
    cert: str | tuple[str, str] | None
    trust_env: bool
    allow_redirects: bool
    max_redirects: int


def transport_of(extra: Mapping[str, Any]) -> Transport:
    """Read the transport from a connection's extras.

    :raises InvalidConnection: one of them makes no sense, or names a file that is not there.
    """
    return Transport(
        timeout=seconds(extra, "timeout", DEFAULT_TIMEOUT, _LONGEST_TIMEOUT),
        proxies=_proxies(extra.get("proxies")),
        verify=_verify(extra),
        cert=_cert(extra.get("cert")),
        trust_env=flag(extra, "trust_env", True),
        allow_redirects=flag(extra, "allow_redirects", True),
        max_redirects=whole(extra, "max_redirects", None) or _USUAL_REDIRECTS,
    )


def _proxies(given: Any) -> dict[str, str]:
    if is_empty(given):
        return {}
    if not isinstance(given, dict) or not all(isinstance(address, str) for address in given.values()):
        raise InvalidConnection(  # without what it is: a proxy's address may hold a password
            "The connection's proxies has to be a JSON object of addresses, such as "
            '{"https": "http://proxy:3128"}.'
        )
    return given


def _verify(extra: Mapping[str, Any]) -> bool | str:
    given = extra.get("verify")
    if isinstance(given, str) and given.lower() not in {"", "true", "false"}:
        return _file("verify", given)
    return flag(extra, "verify", True)


def _cert(given: Any) -> str | tuple[str, str] | None:
    if is_empty(given):
        return None
    if isinstance(given, list) and len(given) == 2:
        return _file("cert", given[0]), _file("cert", given[1])
    return _file("cert", given)


def _file(name: str, given: Any) -> str:
    if not isinstance(given, str) or not Path(given).exists():
        raise wrong(name, given, "a path on this host")
    return given
