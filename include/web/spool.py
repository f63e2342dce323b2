"""An answer between the warehouse and a client: in memory while it is short, else in a temporary file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator

IN_MEMORY = 1024 * 1024
"""Bytes of an answer beyond which it goes to a file without a name."""

PIECE = 64 * 1024


class Spool:
    """Bytes that are written once and read once.

    :param pieces: what to keep; read to its end here.
    """

    def __init__(self, pieces: Iterable[bytes]) -> None:
        # Closed by whoever reads it, or with the last reference to it.
        self._file = tempfile.SpooledTemporaryFile(IN_MEMORY)
        self.size = sum(self._file.write(piece) for piece in pieces)
        self._file.seek(0)

    def pieces(self) -> Iterator[bytes]:
        """Yield the bytes; the file is gone at the end, or when nobody reads on."""
        with self._file:
            yield from iter(lambda: self._file.read(PIECE), b"")
