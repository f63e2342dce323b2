"""In which format an answer is wanted."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    """What an answer can be written as; the first is what nobody asks for."""

    json = "json"
    csv = "csv"
    parquet = "parquet"
    arrow = "arrow"


MEDIA_TYPES = {
    Format.json: "application/json",
    Format.csv: "text/csv; charset=utf-8",
    Format.parquet: "application/vnd.apache.parquet",
    Format.arrow: "application/vnd.apache.arrow.stream",
}


def accepted(header: str | None) -> Format | None:
    """Return the format that an Accept header likes best, JSON where several are as welcome; None for none.

    >>> accepted("text/html, */*;q=0.8")
    <Format.json: 'json'>
    """
    ranges = _ranges(header or "*/*")
    liked = {format: _quality(media.split(";")[0], ranges) for format, media in MEDIA_TYPES.items()}
    best = max(liked, key=lambda format: liked[format])
    return best if liked[best] > 0 else None


def _ranges(header: str) -> dict[str, float]:
    found = {}
    for part in header.split(","):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weights = [piece[2:] for piece in parameters if piece.startswith("q=")]
        found[media] = _number(weights[0]) if weights else 1.0
    return found


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _quality(media: str, ranges: dict[str, float]) -> float:
    """The most exact range decides."""
    kind = media.split("/", maxsplit=1)[0]
    return next((ranges[one] for one in (media, f"{kind}/*", "*/*") if one in ranges), 0.0)
