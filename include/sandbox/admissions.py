"""Symbols that join the simulated market on request: to come, to go, to take another's history or symbol."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from include.sandbox.actions import Actions, Split
from include.sandbox.listing import Listing
from include.sandbox.market import Market
from include.sandbox.sessions import FIRST_SESSION, LAST_DAY

FOUR_PLACES = Decimal("0.0001")


class AdmittedSplit(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    effective: date
    factor: Decimal = Field(gt=0, decimal_places=4)


class AdmittedDividend(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    ex_date: date
    amount: Decimal = Field(gt=0, decimal_places=4)


class Admission(BaseModel):
    """One listing, as ``POST /admin/listings`` takes it: the clock decides when it is known.

    Its prices are drawn by the market's seed, its symbol and its first day; its splits and dividends are
    those given here and no others. ``delisted`` is the first day without it. With ``continues`` it carries
    on the history of an admitted symbol that is delisted on the day this one begins: a rename. A symbol may
    be admitted again for a day after its delisting: another company.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    symbol: str = Field(pattern=r"^[A-Z0-9][A-Z0-9.-]{0,19}$")
    name: str = "Invented Company"
    exchange: str = "NYSE"
    asset_type: Literal["Stock", "ETF"] = "Stock"
    listed: date = Field(ge=FIRST_SESSION, le=LAST_DAY)
    delisted: date | None = None
    continues: str | None = None
    splits: tuple[AdmittedSplit, ...] = ()
    dividends: tuple[AdmittedDividend, ...] = ()

    def listing(self, continued: Listing | None) -> Listing:
        """The listing this asks for."""
        name = f"{self.name} (simulated)"
        ends = self.delisted
        return Listing(
            self.symbol, name, self.exchange, self.asset_type, self.listed, ends, self.actions, continued
        )

    @property
    def actions(self) -> Actions:
        """Splits and dividends, oldest first."""
        splits = sorted((one.effective, one.factor) for one in self.splits)
        amounts = sorted((one.ex_date, one.amount) for one in self.dividends)
        return Actions(
            tuple(Split(day, factor.quantize(FOUR_PLACES)) for day, factor in splits),
            tuple(day for day, _ in amounts),
            tuple(amounts),
        )

    def check(self, market: Market) -> None:
        """Refuse what the market could not trade.

        :raises ValueError: a day is not a session of the listing's life.
        """
        if self.delisted and self.delisted <= self.listed:
            raise ValueError(f"{self.symbol} would be delisted before it trades")
        days = [one.effective for one in self.splits] + [one.ex_date for one in self.dividends]
        for day in (self.listed, *days):
            if day not in market.sessions.dates[market.sessions.on_or_after(day) :][:1]:
                raise ValueError(f"{self.symbol}: {day} is not a session")
            if day < self.listed or (self.delisted and day >= self.delisted):
                raise ValueError(f"{self.symbol} is not listed on {day}")


def admit(market: Market, admissions: list[Admission]) -> None:
    """Add all of these to the market, or none.

    :raises ValueError: one of them contradicts itself, another, or what is listed already.
    """
    listings: list[Listing] = []
    for admission in admissions:
        admission.check(market)
        listings.append(admission.listing(_continued(admission, listings)))
    market.add(listings)


def _continued(admission: Admission, before: list[Listing]) -> Listing | None:
    """What a renamed company was: it stands before its new name in the same request."""
    if admission.continues is None:
        return None
    for listing in before:
        if listing.symbol == admission.continues and listing.delisted == admission.listed:
            return listing
    raise ValueError(
        f"{admission.symbol} continues {admission.continues}: admit that before it in the same request, "
        f"delisted on {admission.listed}"
    )
