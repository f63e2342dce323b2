"""Every refusal in the vendor's exact words, as people captured them until 2026-09.

The codes E1 to E16 are ours: E1 free burst, E2 daily quota, E3 premium burst, E4 premium minute, E7
premium endpoint, E8 premium parameter, E10 artificial sample rows, E11 key missing, E12 demo key, E13
invalid call, E14 unknown function, E15 invalid inputs, E16 an empty envelope.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

INFORMATION = "Information"
ERROR = "Error Message"
PLANS = "https://www.alphavantage.co/premium/"
MORE_VOLUME = "Please contact support@alphavantage.co if you are targeting a higher API request volume."


@dataclass(frozen=True)
class Refusal:
    """An answer with status 200 that is not data: ``code`` is for the records, the rest for the body."""

    code: str
    field: str
    text: str

    @property
    def body(self) -> bytes:
        return json.dumps({self.field: self.text}, indent=4, ensure_ascii=False).encode()


def too_soon() -> Refusal:
    return Refusal(
        "E1",
        INFORMATION,
        "Thank you for using Alpha Vantage! Please consider spreading out your free API requests more "
        f"sparingly (1 request per second). You may subscribe to any of the premium plans at {PLANS} to lift "
        "the free key rate limit (25 requests per day), raise the per-second burst limit, and instantly "
        "unlock all premium endpoints",
    )


def day_spent(key: str, per_day: int = 25) -> Refusal:
    """Echoes the key, as the vendor does."""
    return Refusal(
        "E2",
        INFORMATION,
        f"We have detected your API key as {key} and our standard API rate limit is {per_day} requests per "
        f"day. Please subscribe to any of the premium plans at {PLANS} to instantly remove all daily rate "
        "limits.",
    )


def burst(per_second: int = 5) -> Refusal:
    return Refusal(
        "E3",
        INFORMATION,
        "Burst pattern detected. Please consider spreading out your API requests more evenly across a "
        f"1-minute window and query no more than {per_second} requests per second. {MORE_VOLUME}",
    )


def minute_spent() -> Refusal:
    return Refusal(
        "E4",
        INFORMATION,
        "Minute-level rate limit exceed. Please stay under the number of API requests per minute for your "
        f"premium subscription plan. {MORE_VOLUME}",
    )


def premium_endpoint() -> Refusal:
    return Refusal(
        "E7",
        INFORMATION,
        "Thank you for using Alpha Vantage! This is a premium endpoint. You may subscribe to any of the "
        f"premium plans at {PLANS} to instantly unlock all premium endpoints",
    )


def premium_size(function: str) -> Refusal:
    return Refusal(
        "E8",
        INFORMATION,
        "Thank you for using Alpha Vantage! The outputsize=full parameter value is a premium feature for the "
        f"{function} endpoint. You may subscribe to any of the premium plans at {PLANS} to instantly unlock "
        "all premium features",
    )


def no_key() -> Refusal:
    return Refusal(
        "E11",
        ERROR,
        "the parameter apikey is invalid or missing. Please claim your free API key on "
        "(https://www.alphavantage.co/support/#api-key). It should take less than 20 seconds.",
    )


def demo_only() -> Refusal:
    return Refusal(
        "E12",
        INFORMATION,
        "The **demo** API key is for demo purposes only. Please claim your free API key at "
        "(https://www.alphavantage.co/support/#api-key) to explore our full API offerings. It takes fewer "
        "than 20 seconds.",
    )


def invalid_call(function: str) -> Refusal:
    return Refusal(
        "E13",
        ERROR,
        "Invalid API call. Please retry or visit the documentation "
        f"(https://www.alphavantage.co/documentation/) for {function}.",
    )


def invalid_inputs() -> Refusal:
    """What NEWS_SENTIMENT answers to parameters it cannot read, and to an unknown ticker."""
    return Refusal(
        "E15",
        INFORMATION,
        "Invalid inputs. Please refer to the API documentation "
        "https://www.alphavantage.co/documentation#newsapi and try again.",
    )


def unknown_function(function: str) -> Refusal:
    return Refusal("E14", ERROR, f"This API function ({function}) does not exist.")


def never_seen() -> Refusal:
    """A notice the vendor has not sent so far; a client must report it and not guess."""
    text = (
        "This service is being moved to another region. Some answers are withheld until the move is complete."
    )
    return Refusal("unknown", INFORMATION, text)


def not_served(function: str, reason: str) -> Refusal:
    """The sandbox's own words for what it cannot answer; made to match none of the vendor's."""
    text = f"This is the market-data sandbox, not Alpha Vantage: it has no {function} to offer ({reason})."
    return Refusal("unserved", INFORMATION, text)
