"""Loopback ports: which are free, and which one a service gets."""

from __future__ import annotations

import socket

HOST = "127.0.0.1"


class PortInUseError(RuntimeError):
    """A port asked for by name is taken."""


def pick(wanted: int | None, last: int | None, variable: str) -> int:
    """The port asked for by `variable`, else the one of last time, else any free one."""
    if wanted is not None:
        if not is_free(wanted):
            message = f"Port {wanted} is in use: choose another with {variable}, or stop what uses it."
            raise PortInUseError(message)
        return wanted
    return last if last and is_free(last) else free_port()


def free_port() -> int:
    """A loopback port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Whether we could listen on this loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
