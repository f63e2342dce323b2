"""How the API is reached, as a connection's extras say it: time-out, proxies, TLS, redirects."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from requests import PreparedRequest, Request, Response, Session
from requests.adapters import DEFAULT_POOLSIZE, HTTPAdapter
from requests.exceptions import RequestException

from airflow_provider_alphavantage import __version__
from airflow_provider_alphavantage.api_key import ApiKey, hide_keys
from airflow_provider_alphavantage.exceptions import InvalidConnection
from airflow_provider_alphavantage.extras import flag, is_empty, seconds, whole, wrong

DEFAULT_HOST = "https://www.alphavantage.co"

DEFAULT_TIMEOUT = 30.0
"""Seconds to wait for the API to connect and then for each read, unless the connection says other."""

_LONGEST_TIMEOUT = 3600.0
_USUAL_REDIRECTS = 1


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


def address_of(host: str) -> str:
    """Return the address of the API: https unless the host says otherwise.

    :raises InvalidConnection: the host makes no sense.
    """
    url = host if "://" in host else f"https://{host}" if host else DEFAULT_HOST
    try:
        is_web = urlsplit(url).scheme in {"http", "https"} and bool(urlsplit(url).netloc)
        PreparedRequest().prepare_url(url, None)
    except ValueError:
        is_web = False
    if not is_web:
        raise wrong("host", host, "a host's name or its http(s) address")
    return url


def open_session(key: ApiKey, transport: Transport, at_once: int = 1) -> Session:
    """Return a session whose requests carry the key, and whose logs do not.

    :param at_once: so many threads use it at the same time.
    """
    session = Session()
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(pool_maxsize=max(at_once, DEFAULT_POOLSIZE)))
    session.auth = key
    session.headers["User-Agent"] = f"airflow-provider-alphavantage/{__version__}"
    session.proxies = dict(transport.proxies)
    session.verify, session.cert = transport.verify, transport.cert
    session.trust_env, session.max_redirects = transport.trust_env, transport.max_redirects
    logging.getLogger("urllib3.connectionpool").addFilter(hide_keys)  # at DEBUG it tells every URL
    return session


class Redirected(RequestException):
    """The host answered with a redirect that is not followed."""


def send(session: Session, request: Request, transport: Transport) -> Response:
    """Send a request; redirects are followed on its own host only, because the key is in every address.

    :raises requests.RequestException: the network failed; it carries the URL, and with it the key.
    :raises Redirected: to another host, or more often than :attr:`Transport.max_redirects`.
    """
    response = _send_once(session, session.prepare_request(request), transport)
    if not transport.allow_redirects:
        return response
    for _ in range(transport.max_redirects):
        if not response.is_redirect:
            return response
        response = _send_once(session, _next(session, response), transport)
    if response.is_redirect:
        times = f"more than {transport.max_redirects} time(s) for one call"
        raise Redirected(f"the host redirects {times}; {_FIX}")
    return response


_FIX = "set the connection's host to the address of the API itself"


def _send_once(session: Session, prepared: PreparedRequest, transport: Transport) -> Response:
    settings = session.merge_environment_settings(
        prepared.url, session.proxies, session.stream, session.verify, session.cert
    )
    options: Any = {"timeout": transport.timeout, "allow_redirects": False}
    try:
        return session.send(prepared, **settings, **options)
    except RequestException:
        raise
    except ValueError:  # requests has looked where the answer leads to
        raise Redirected(f"the host redirects to an address that makes no sense; {_FIX}") from None


def _next(session: Session, response: Response) -> PreparedRequest:
    """The request that a redirect leads to; https does not lead to http."""
    following = response.next
    address = str(following.url if following else "")
    if following is None or session.should_strip_auth(response.url, address):  # type: ignore[no-untyped-call]
        scheme, place, *_ = urlsplit(address)
        leads_to = f"{scheme}://{place.rpartition('@')[2]}"
        raise Redirected(f"the host redirects to {leads_to}, and the key is not sent there; {_FIX}")
    return following


def cause(error: RequestException) -> str:
    """What happened to the connection, without the words about retries and the URL around it."""
    inner = error.args[0] if error.args else None
    return str(getattr(inner, "reason", None) or error)


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
