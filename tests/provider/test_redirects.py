"""Redirects: followed once and on the same host; the key goes to no other, and no call is spent on a loop."""

from __future__ import annotations

import pytest

from airflow_provider_alphavantage import exceptions as e

KEY = "REDIRECT9TO9NONE"
SPLITS = b'{"symbol": "IBM", "data": []}'
FIX = "set the connection's host to the address of the API itself"


@pytest.fixture
def hook(connect):
    def on(server, **extra):
        return connect(host=server.url, password=KEY, extra=extra)

    return on


def leads_to(address: str, status: int = 302):
    """Lead every query there, with the key in it."""
    return lambda query: (status, b"<html>Moved</html>", f"{address}?{query}")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_loop_ends_after_one_redirect(hook, serve, output, status):
    server = serve(leads_to("/query", status))
    with pytest.raises(
        e.TransportError, match=rf"redirects more than 1 time\(s\) for one call; {FIX}"
    ) as caught:
        hook(server).query("SPLITS", symbol="IBM")
    assert len(server.asked) == 2
    assert KEY not in output() + str(caught.value) + repr(caught.value.__dict__)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_key_is_sent_to_no_other_host(hook, serve, output, status):
    other = serve(SPLITS)
    for address in (other.url, other.url.replace("127.0.0.1", "localhost"), "//elsewhere.example/query"):
        server = serve(leads_to(address, status))
        host = address.split("//")[1].split("/")[0]
        with pytest.raises(
            e.TransportError, match=rf"redirects to http://{host}, and the key is .* there; {FIX}"
        ):
            hook(server).query("SPLITS", symbol="IBM")
        assert len(server.asked) == 1
    assert other.asked == []
    assert KEY not in output()


def test_a_host_that_has_the_key_for_its_name_is_told_without_it(hook, serve, output):
    server = serve(leads_to(f"http://{KEY}.example"))
    with pytest.raises(e.TransportError, match=r"redirects to http://\[API key\]\.example, and the"):
        hook(server).query("SPLITS", symbol="IBM")
    assert KEY not in output()


@pytest.mark.parametrize("address", ["http://[::1", "http://" + "\xff" * 3])
def test_an_address_that_makes_no_sense_is_a_failing_network(hook, serve, output, address):
    server = serve(leads_to(address))
    with pytest.raises(e.TransportError, match="redirects to ") as caught:
        hook(server).query("SPLITS", symbol="IBM")
    assert len(server.asked) == 1
    assert KEY not in output() + repr(caught.value.__dict__)


def once(query: str):
    return (200, SPLITS) if query.endswith("&again=1") else (301, b"", f"/query?{query}&again=1")


def test_one_redirect_on_the_same_host_is_followed(hook, serve):
    server = serve(once)
    assert hook(server).get_records("SPLITS", symbol="IBM").rows == []
    assert server.asked == [f"function=SPLITS&symbol=IBM&apikey={KEY}{more}" for more in ("", "&again=1")]


def test_more_are_followed_where_the_connection_says_so(hook, serve):
    server = serve(lambda query: (200, SPLITS) if query.endswith("xxx") else (302, b"", f"/query?{query}x"))
    assert hook(server, max_redirects=3).get_records("SPLITS", symbol="IBM").rows == []
    assert len(server.asked) == 4


def test_none_is_followed_where_the_connection_says_so(hook, serve):
    for answer in (once, leads_to("http://elsewhere.example/")):
        server = serve(answer)
        with pytest.raises(e.NotTheApi, match=r"HTTP 30[12] "):
            hook(server, allow_redirects=False).query("SPLITS", symbol="IBM")
        assert len(server.asked) == 1
