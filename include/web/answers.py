"""One question to the warehouse and its answer: in the format wanted, read whole before it is sent."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import HTTPException, Request, Response
from fastapi.responses import StreamingResponse
from psycopg import Connection, ServerCursor, sql
from psycopg.types.string import TextLoader

from include.warehouse.origins import origin_of
from include.warehouse.statements import statement
from include.web.formats import MEDIA_TYPES, Format, accepted
from include.web.spool import Spool
from include.web.writing import Batches, Row, as_columns, as_csv, as_json

PAGE = 1000
"""Rows of a JSON answer, unless another number is asked for."""

BATCH = 5000
"""Rows that are held at a time."""


@dataclass(frozen=True)
class Question:
    """What is asked.

    :param name: the statement in ``include/sql/web``.
    :param about: its parameters.
    :param key: the column by whose value the next page is asked for; None where there are no pages.
    :param limit: the most rows wanted; None for all.
    :param title: what a file of it is called.
    :param query: asked in place of the statement; its pages begin after so many rows (``after``).
    """

    name: str
    about: Mapping[str, object]
    title: str
    key: str | None = None
    limit: int | None = None
    query: sql.Composed | None = None


def format_of(request: Request, wanted: Format | None) -> Format:
    """Return the format of an answer: the one named, else what the header likes best."""
    found = wanted or accepted(request.headers.get("accept"))
    if found is None:
        raise HTTPException(
            406, "Accept: none of these can be had. Ask for " + ", ".join(MEDIA_TYPES.values())
        )
    return found


def answer(
    request: Request, connection: Connection[Any], question: Question, wanted: Format | None
) -> Response:
    """Answer a question; what the one who asks has already is not sent again."""
    format = format_of(request, wanted)
    if format is Format.json and (question.key or question.query):
        question = Question(**{**vars(question), "limit": question.limit or PAGE})
    read = _Read(connection, question, format)
    headers = {
        "ETag": _tag(request, connection, question, format, read),
        "Cache-Control": "private, no-cache",
        "Vary": "Accept, Cookie, Authorization",
        "X-Content-Type-Options": "nosniff",
    }
    if headers["ETag"] in re.split(r"\s*,\s*", request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    if format is not Format.json:
        name = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in question.title)
        headers["Content-Disposition"] = f'attachment; filename="{name}.{format}"'
    spool = Spool(_body(connection, question, format, request, read))
    headers["Content-Length"] = str(spool.size)
    return StreamingResponse(spool.pieces(), media_type=MEDIA_TYPES[format], headers=headers)


class _Read:
    """The rows of an answer, read once; of a long one, the first batch so far."""

    def __init__(self, connection: Connection[Any], question: Question, format: Format) -> None:
        self._cursor = ServerCursor(connection, "answer")
        if format in {Format.json, Format.csv}:
            for name in ("numeric", "date"):  # as PostgreSQL writes them
                self._cursor.adapters.register_loader(name, TextLoader)
        self._cursor.execute(_statement(question), _parameters(question, format))
        self.first: list[Row] = self._cursor.fetchmany(BATCH)
        self.columns = self._cursor.description or []

    @property
    def is_whole(self) -> bool:
        return len(self.first) < BATCH

    def batches(self) -> Batches:
        if self.first:
            yield self.first
        if not self.is_whole:
            yield from iter(lambda: self._cursor.fetchmany(BATCH), [])


def _tag(
    request: Request, connection: Connection[Any], question: Question, format: Format, read: _Read
) -> str:
    """Made of every value of the answer, so it changes if and only if the answer does."""
    if read.is_whole:
        held: object = read.first
    else:
        rows = sql.SQL("select count(*), sum(hashtextextended(answer::text, 0)) from ({}) as answer")
        held = connection.execute(rows.format(_statement(question)), _parameters(question, format)).fetchone()
    told = f"{request.url.path}?{request.url.query} {format} {origin_of(connection)} {held}"
    return f'W/"{hashlib.sha256(told.encode()).hexdigest()[:32]}"'


def _body(
    connection: Connection[Any], question: Question, format: Format, request: Request, read: _Read
) -> Iterator[bytes]:
    if format is Format.json:
        page = _Page(question, [column.name for column in read.columns], request)
        before = f'"origin": {json.dumps(origin_of(connection))}'
        yield from as_json(read.columns, page.of(read.batches()), before, page.next)
    elif format is Format.csv:
        yield from as_csv(read.columns, read.batches())
    else:
        yield from as_columns(format, read.columns, read.batches())


class _Page:
    """Leaves out the one row that only tells whether there are more."""

    def __init__(self, question: Question, names: Sequence[str], request: Request) -> None:
        self._question = question
        self._names = names
        self._query = dict(request.query_params)
        self._last: Row | None = None
        self._more = False
        self._seen = int(str(question.about.get("after") or 0)) if question.query else 0

    def of(self, batches: Batches) -> Batches:
        left = self._question.limit
        for batch in batches:
            kept = batch if left is None else batch[:left]
            self._more = len(kept) < len(batch)
            self._last = kept[-1] if kept else self._last
            left = None if left is None else left - len(kept)
            self._seen += len(kept)
            if kept:
                yield kept

    def next(self) -> str:
        """The rest of the address of the next page, relative to this one's; null on the last."""
        if not self._more or self._last is None:
            return '"next": null'
        key: object = self._seen
        if self._question.key:
            key = self._last[self._names.index(self._question.key)]
        return f'"next": {json.dumps("?" + urlencode({**self._query, "after": key}))}'


def _statement(question: Question) -> sql.Composed | sql.SQL:
    return question.query or sql.SQL(statement(f"web/{question.name}").decode())


def _parameters(question: Question, format: Format) -> dict[str, object]:
    one_more = format is Format.json and question.limit is not None
    return {**question.about, "limit": (question.limit or 0) + 1 if one_more else question.limit}
