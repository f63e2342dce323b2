"""What is told, and what is not told again."""

from __future__ import annotations

from include.alerts.digest import Findings, Trouble, digest_of

REFUSED = Trouble("MSFT", "refused", "MSFT: 1 of 100 bars refused.")
INVALID = Trouble("XYZZY", "InvalidRequest", "XYZZY: Invalid API call.")
LATE = Trouble("MSFT", "late", "MSFT: the session of 2026-05-15 is not held.")
NO_RUN = Trouble("", "no run", "No run has ended.")


def nothing_is_over(_: Trouble) -> None:
    return None


def symbols_are_well(trouble: Trouble) -> str | None:
    return f"{trouble.symbol} is loaded again." if trouble.symbol else None


def test_what_is_new_is_told():
    digest = digest_of(Findings([REFUSED, INVALID], nothing_is_over), told=[])
    assert (digest.new, digest.still, digest.over, digest.recovered) == ([REFUSED, INVALID], [], [], [])
    assert digest.is_news


def test_what_was_told_is_not_told_again_whatever_its_words_today():
    today = Trouble("MSFT", "refused", "MSFT: 2 of 100 bars refused.")
    digest = digest_of(Findings([today], nothing_is_over), told=[REFUSED])
    assert not digest.is_news
    assert digest.still == [REFUSED]


def test_what_is_new_comes_with_what_still_holds():
    digest = digest_of(Findings([REFUSED, INVALID], nothing_is_over), told=[REFUSED, NO_RUN])
    assert (digest.new, digest.still) == ([INVALID], [REFUSED, NO_RUN])


def test_a_recovery_is_told_once_for_a_symbol_however_many_causes_it_had():
    digest = digest_of(Findings([], symbols_are_well), told=[REFUSED, LATE, NO_RUN])
    assert (digest.over, digest.recovered) == ([REFUSED, LATE], ["MSFT is loaded again."])
    assert digest.still == [NO_RUN]


def test_another_cause_takes_the_place_of_the_first_without_a_recovery():
    digest = digest_of(Findings([LATE], symbols_are_well), told=[REFUSED])
    assert (digest.new, digest.over, digest.recovered) == ([LATE], [REFUSED], [])


def test_what_nobody_can_judge_stays():
    digest = digest_of(Findings([], nothing_is_over), told=[REFUSED, NO_RUN])
    assert not digest.is_news
    assert digest.still == [REFUSED, NO_RUN]
