"""The sandbox's own controls, under ``/admin`` and from this machine only: truth, clock, faults, calls."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict

from include.sandbox.admissions import Admission, admit
from include.sandbox.desk import Desk
from include.sandbox.facts import actions_of
from include.sandbox.faults import EVENTS, Fault
from include.sandbox.functions.companies.company import quarters
from include.sandbox.listing import Listing
from include.sandbox.market import Market
from include.sandbox.published import publish
from include.sandbox.sessions import FIRST_SESSION, LAST_DAY
from include.sandbox.simulated import SimulatedSource


class ClockSetting(BaseModel):
    """``now`` stops the clock there; null lets it run."""

    model_config = ConfigDict(extra="forbid")

    now: AwareDatetime | None


async def from_this_machine(request: Request) -> None:
    """Refuse what comes from another machine, and what a page of another site has a browser send.

    A browser names the page's site in ``Origin``, and the address it believes to speak to in ``Host``.
    """
    client, host = request.client.host if request.client else "", request.headers.get("host", "")
    origin = request.headers.get("origin")
    if not _is_loopback(client):
        raise HTTPException(403, "the sandbox is controlled from its own machine only")
    if not _is_loopback(urlsplit(f"//{host}").hostname or ""):
        raise HTTPException(403, f"the sandbox is controlled as 127.0.0.1 or localhost, not as {host!r}")
    if origin is not None and urlsplit(origin).netloc != host:
        raise HTTPException(403, f"the sandbox is not controlled by pages of {origin!r}")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


async def desk_of(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


# Every route is a coroutine: one thread touches the desk, so it needs no locks.
AtDesk = Annotated[Desk, Depends(desk_of)]
router = APIRouter(prefix="/admin", dependencies=[Depends(from_this_machine)])


@router.get("/health")
async def health(desk: AtDesk) -> dict[str, Any]:
    source = desk.source
    return {"status": "ok", "origin": source.origin, "mode": source.mode, **time_of(desk)}


@router.get("/clock")
async def clock(desk: AtDesk) -> dict[str, Any]:
    return time_of(desk)


@router.post("/clock")
async def set_clock(setting: ClockSetting, desk: AtDesk) -> dict[str, Any]:
    if setting.now and not FIRST_SESSION <= setting.now.date() <= LAST_DAY:
        raise HTTPException(422, f"the market is simulated from {FIRST_SESSION} to {LAST_DAY}")
    desk.clock.freeze(setting.now and setting.now.astimezone(UTC))
    return time_of(desk)


@router.get("/faults")
async def faults(desk: AtDesk) -> dict[str, Any]:
    listed = desk.faults.listed()
    return {
        "faults": [
            {**fault.model_dump(mode="json", exclude_none=True), "left": left} for fault, left in listed
        ]
    }


@router.post("/faults")
async def add_fault(fault: Fault, desk: AtDesk) -> dict[str, Any]:
    if fault.kind in EVENTS and not isinstance(desk.source, SimulatedSource):
        raise HTTPException(422, f"{fault.kind} changes the data, and a replay serves it byte for byte")
    desk.faults.add(fault)
    return await faults(desk)


@router.delete("/faults")
async def clear_faults(desk: AtDesk) -> dict[str, Any]:
    desk.faults.clear()
    return await faults(desk)


@router.post("/revoked")
async def revoke(keys: list[str], desk: AtDesk) -> dict[str, int]:
    """From now on these keys are refused as one that is missing is; the list replaces the former."""
    desk.revoked = set(keys)
    return {"revoked": len(desk.revoked)}


@router.post("/listings")
async def add_listings(listings: list[Admission], desk: AtDesk) -> dict[str, int]:
    """Admits all of them or none; see :class:`Admission`."""
    if not isinstance(desk.source, SimulatedSource):
        raise HTTPException(404, "a replay has no market that a symbol could join")
    try:
        admit(desk.source.market, listings)
    except ValueError as error:
        raise HTTPException(422, str(error)) from None
    return {"added": len(listings)}


@router.get("/calls")
async def calls(desk: AtDesk) -> list[dict[str, Any]]:
    return [{**asdict(call), "time": utc_text(call.time)} for call in desk.calls]


@router.post("/reset")
async def reset(desk: AtDesk) -> dict[str, str]:
    """Forgets the limits used and the calls made; clock and faults stay."""
    desk.throttle.reset()
    desk.calls.clear()
    return {"status": "ok"}


def _listed(symbol: str, desk: Desk) -> tuple[Market, Listing, datetime]:
    """The simulated market, the symbol as it is listed now, and the sandbox's clock."""
    if not isinstance(desk.source, SimulatedSource):
        raise HTTPException(404, "a replay has no truth but its recordings")
    market, now = desk.source.market, desk.clock.now()
    listing = market.listing(symbol, now)
    if listing is None:
        raise HTTPException(404, f"{symbol} is not listed")
    return market, listing, now


@router.get("/truth/{symbol}")
async def truth(symbol: str, desk: AtDesk) -> dict[str, Any]:
    """Every closed session's bar, oldest first, and the actions known by now; all figures are texts."""
    market, listing, now = _listed(symbol, desk)
    published = publish(market, listing.symbol, now)
    bars = [{name: str(value) for name, value in asdict(bar).items()} for bar in published.bars]
    actions = {name.lower(): actions_of(name, published)[::-1] for name in ("SPLITS", "DIVIDENDS")}
    return {"symbol": listing.symbol, "name": listing.name, "as_of": utc_text(now), "bars": bars, **actions}


@router.get("/truth/{symbol}/quarters")
async def truth_of_quarters(symbol: str, desk: AtDesk) -> list[dict[str, str]]:
    """A company's quarters that are over, also those not reported yet, oldest first; in US dollars."""
    market, listing, now = _listed(symbol, desk)
    known = quarters(market, listing, now)
    return [{name: str(value) for name, value in asdict(quarter).items()} for quarter in known]


def time_of(desk: Desk) -> dict[str, Any]:
    return {"now": utc_text(desk.clock.now()), "frozen": desk.clock.frozen}


def utc_text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
