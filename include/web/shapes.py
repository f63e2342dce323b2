"""The rows of each answer, as the OpenAPI document tells them. Text where a number has to be exact."""

from __future__ import annotations

from datetime import date, datetime
from typing import Generic, Literal, TypeVar

from pydantic import BaseModel, Field

from include.report.datasets import DatasetState

Row = TypeVar("Row", bound=BaseModel)
Exact = str


class Page(BaseModel, Generic[Row]):
    """An answer in JSON."""

    origin: Literal["market", "sandbox", "replay"] | None = Field(
        description="Whose data this is: the real API's, simulated, or recorded and replayed."
    )
    rows: list[Row]
    next: str | None = Field(
        description="The address of the next page, relative to this one's; null on the last."
    )


class Refusal(BaseModel):
    """Why there is no answer: what, and what to do."""

    detail: str


class Symbol(BaseModel):
    """A symbol that was ever asked for."""

    symbol: str
    name: str | None
    exchange: str
    state: str
    first_session: date | None
    last_session: date | None
    bars: int
    close: Exact | None
    is_final: bool | None


class Bar(BaseModel):
    """A session of a symbol; prices are null where adjusted ones cannot be known."""

    symbol: str
    data_date: date
    open: Exact | None
    high: Exact | None
    low: Exact | None
    close: Exact | None
    volume: Exact | None
    is_final: bool


class Datasets(BaseModel):
    """All datasets that can be switched on; origin: market, sandbox or replay, as on every page."""

    origin: str | None
    rows: list[DatasetState]


class DatasetRow(BaseModel, extra="allow"):
    """A row of a dataset, by column: market/api/datasets says which there are."""


class Action(BaseModel):
    """A split (new shares for an old one) or a dividend a share."""

    symbol: str
    kind: Literal["split", "dividend"]
    effective_date: date
    value: Exact
    declaration_date: date | None
    record_date: date | None
    payment_date: date | None


class Coverage(BaseModel):
    """What is held of a symbol, and from where on its prices can be adjusted."""

    symbol: str
    exchange: str
    state: str
    first_session: date | None
    last_session: date | None
    bars: int
    final_bars: int
    revised_bars: int
    open_gaps: int
    split_adjusted_from: date | None
    adjusted_from: date | None
    not_before_because: str | None
    doubtful_before: date | None
    doubtful_because: str | None
    last_fetched_at: datetime | None


class Gap(BaseModel):
    """A session that should be held and is not."""

    id: int
    symbol: str
    session: date
    cause: str
    since: datetime


class Verdict(BaseModel):
    """What the gate said of a symbol last, and what the load then wrote."""

    symbol: str
    judged_at: datetime
    dag_id: str
    accepted: bool
    bars: int
    refused_bars: int
    discarded_bars: int
    warnings: int
    reasons: list[str]
    new_bars: int | None
    changed_bars: int | None
    unchanged_bars: int | None


class Quarantined(BaseModel):
    """A row that is kept out and awaits a decision: a bar, a row of another dataset, or a list.

    ``symbol`` is in lower case the name of a dataset or list; ``row`` has all values as a JSON object.
    """

    id: int
    symbol: str
    data_date: date | None
    open: Exact | None
    high: Exact | None
    low: Exact | None
    close: Exact | None
    volume: Exact | None
    rules: list[str]
    first_seen: datetime
    last_seen: datetime
    times: int
    row: str


class Calls(BaseModel):
    """Calls of one kind within an hour."""

    hour: datetime
    function: str
    outcome: str
    calls: int
    last_at: datetime
