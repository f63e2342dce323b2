"""Stands in for statsd-exporter, which no package registry has: what Airflow sends, as Prometheus reads it.

It follows the real one where our mapping uses it: tags of the InfluxDB kind become labels, timers arrive in
milliseconds and are kept in seconds, the first line of the mapping that matches gives name and labels, and
what is not named keeps its name with underscores for dots.
"""

from __future__ import annotations

import re
import socketserver
import threading
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TYPES = {"c": "counter", "g": "gauge", "ms": "observer"}
Series = tuple[str, tuple[tuple[str, str], ...]]


class Exporter:
    """Takes statsd on one port and shows metrics on another, for as long as the ``with`` block lasts."""

    def __init__(self, mapping: dict[str, Any]) -> None:
        self._mapping = mapping
        self._values: defaultdict[Series, float] = defaultdict(float)
        exporter = self

        class Packet(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                for line in self.request[0].decode().splitlines():
                    exporter.take(line)

        class Page(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.end_headers()
                self.wfile.write(exporter.text().encode())

            def log_message(self, *arguments: object) -> None:
                """Say nothing."""

        self._statsd = socketserver.UDPServer(("127.0.0.1", 0), Packet)
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Page)
        self.statsd_port = self._statsd.server_address[1]
        self.http_port = self._http.server_address[1]

    def __enter__(self) -> Exporter:
        for server in (self._statsd, self._http):
            threading.Thread(target=server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        for server in (self._statsd, self._http):
            server.shutdown()
            server.server_close()

    def take(self, line: str) -> None:
        """Take one line, such as ``airflow.ti.finish,state=success:1|c``."""
        tagged, value, letters = re.fullmatch(r"(.+):([-+.\d]+)\|(\w+)", line).groups()
        name, *tags = tagged.split(",")
        labels = dict(tag.split("=", 1) for tag in tags)
        kind = TYPES[letters]
        name, labels, buckets = self._named(name, kind, labels)
        series = (name, tuple(sorted(labels.items())))
        if kind == "counter":
            self._values[series] += float(value)
        elif kind == "gauge":
            self._values[series] = float(value) + (self._values[series] if value[0] in "+-" else 0)
        else:
            self._observe(name, labels, float(value) / 1000, buckets)

    def text(self) -> str:
        """All series, in Prometheus' text format."""
        lines = []
        for (name, labels), value in sorted(self._values.copy().items()):
            told = ",".join(f'{label}="{text}"' for label, text in labels)
            lines.append(f"{name}{{{told}}} {value}\n")
        return "".join(lines)

    def _named(self, name: str, kind: str, labels: dict[str, str]) -> tuple[str, dict[str, str], list[float]]:
        for line in self._mapping["mappings"]:
            assert line["match_type"] == "regex", "the stand-in knows no other kind"
            found = re.fullmatch(line["match"], name)
            if found and line.get("match_metric_type", kind) == kind:
                given = {key: self._filled(text, found) for key, text in line.get("labels", {}).items()}
                buckets = line.get("histogram_options", {}).get("buckets", [])
                return self._escaped(self._filled(line["name"], found)), labels | given, buckets
        return self._escaped(name), labels, []

    def _observe(self, name: str, labels: dict[str, str], seconds: float, buckets: list[float]) -> None:
        for bound in (*buckets, "+Inf"):
            within = tuple(sorted({**labels, "le": str(bound)}.items()))
            self._values[f"{name}_bucket", within] += bound == "+Inf" or seconds <= bound
        series = tuple(sorted(labels.items()))
        self._values[f"{name}_sum", series] += seconds
        self._values[f"{name}_count", series] += 1

    @staticmethod
    def _filled(text: str, found: re.Match[str]) -> str:
        return re.sub(r"\$\{?(\d)\}?", lambda group: found[int(group[1])], text)

    @staticmethod
    def _escaped(name: str) -> str:
        return re.sub(r"[^a-zA-Z0-9_:]", "_", name)
