"""Calls a second over the hook's one session, against a new connection for each call.

    python -m benchmarks.one_session [calls]

Both ask the same sandbox over TLS on loopback, alternating in one run; the ratio is what counts. Over the
internet, where a handshake costs two round trips, the difference is larger.
"""

from __future__ import annotations

import ipaddress
import json
import logging
import multiprocessing
import os
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import requests
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from airflow_provider_alphavantage.hooks.alphavantage import AlphaVantageHook
from airflow_provider_alphavantage.pacing import Budget, Call, Reservation
from include.sandbox.app import create_app
from include.sandbox.settings import Limits, SandboxSettings

KEY = "BENCHMARK9KEY999"
QUOTE = {"function": "GLOBAL_QUOTE", "symbol": "IBM"}


class Unlimited:
    """Reserves nothing: the sandbox has no limits here."""

    def reserve(self, call: Call, budget: Budget) -> Reservation:
        """Leave at once."""
        return Reservation(0.0)

    def settle(self, reservation: Reservation, outcome: str, size: int | None, seconds: float) -> None:
        """Nothing is kept."""

    def pause(self, call: Call, seconds: float) -> None:
        """Nobody waits."""


def certificate(folder: Path) -> tuple[str, str]:
    """Make a certificate for loopback; return its file and that of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509
        .CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption(), serialization.PrivateFormat.PKCS8, serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(plain[2], plain[1], plain[0]))
    return str(folder / "cert.pem"), str(folder / "key.pem")


def serve(port: int, cert: str, key: str) -> None:
    """Run a sandbox without limits."""
    logging.disable()
    limits = Limits(premium_per_second=10**6, premium_per_minute=10**6)
    app = create_app(SandboxSettings(premium_keys=frozenset({KEY}), limits=limits))
    uvicorn.run(app, port=port, ssl_certfile=cert, ssl_keyfile=key, log_config=None, access_log=False)


def rate(ask: Callable[[], object], calls: int) -> float:
    """Return calls a second."""
    started = time.perf_counter()
    for _ in range(calls):
        ask()
    return calls / (time.perf_counter() - started)


def until_it_answers(ask: Callable[[], object]) -> None:
    """Ask until the server is up, at most for half a minute."""
    deadline = time.monotonic() + 30
    while True:
        try:
            ask()
        except requests.ConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def main(calls: int = 50, rounds: int = 7) -> None:
    """Print both rates and their ratio, as medians over the rounds."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        cert, key = certificate(Path(folder))
        url = f"https://127.0.0.1:{port}"
        server = multiprocessing.get_context("spawn").Process(target=serve, args=(port, cert, key))
        server.start()
        extra = {"verify": cert}
        connection = {"conn_type": "alphavantage", "host": url, "password": KEY, "extra": extra}
        os.environ["AIRFLOW_CONN_ALPHAVANTAGE_DEFAULT"] = json.dumps(connection)
        hook = AlphaVantageHook(limiter=Unlimited(), sleep=lambda seconds: None)

        def one_session() -> object:
            return hook.query("GLOBAL_QUOTE", symbol="IBM")

        def one_connection_each() -> object:
            return requests.get(f"{url}/query", QUOTE | {"apikey": KEY}, verify=cert, timeout=30).json()

        until_it_answers(one_connection_each)
        pairs = [(rate(one_session, calls), rate(one_connection_each, calls)) for _ in range(rounds)]
        server.terminate()
        server.join()
    ours, theirs = (statistics.median(rates) for rates in zip(*pairs, strict=True))
    print(f"one session      {ours:8.0f} calls/s")
    print(f"requests.get     {theirs:8.0f} calls/s")
    print(f"ratio            {statistics.median(a / b for a, b in pairs):8.2f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
