"""The rules that each daily bar has to keep, as data: add one here and the gate, the report and the
quarantine know it. ``docs/gate.md`` says what each means and how often it fires.

The frame they are checked on has one row for each bar. Numbers are floats: exact enough to compare, never
stored. Where something cannot be told, such as a step without a bar before, it is null and breaks nothing.
A bar that was held before the batch counts as a bar before.

======================== ==============================================================================
``symbol, data_date``    as they came; the day is text, ISO 8601
``open`` to ``volume``   as they came
``is_storable``          the exact values fit their columns
``has_begun``            the session has begun, by the run's clock
``closed_day``           ``no``: the exchange traded that day; ``for all``: its calendar says it did not, and
                         all symbols of the run have a bar; ``for it alone``: not all of them have one;
                         ``without trade``: the bar is flat and without volume, whoever else has one
``step``                 the open against the close of the bar before; null where a split is known in
                         between, or where the splits were asked for since and there is none
``undeclared_step``      the same where the splits were asked for since, and none is listed
``split_step, split``    the same where a split is known in between, and the split
``split_seen``           their product, 1 where the price moved by the split alone; null where the splits
                         came with the run, as each is compared with the prices then
``change``               the close against the close before, known splits and dividends taken out, less one
``return_score``         how far the return is from the median of the symbol's 60 sessions before, in robust
                         standard deviations (quartiles); null with fewer than 20, and where the step, known
                         splits taken out, is beyond what is usual
``volume_score``         the same of the logarithm of the volume, known splits taken out
``volume_ratio``         the volume against that median
``times``                how often the bar came with the same values
``stale``                why it does not replace the bar that is held of its session, in words
``held_again``           the bar is held with the same values: it was judged when it entered
``held_close``           the close of the final bar held of the session
``revision``             how far the close is from it, as a part of it
``lacking_sessions``     sessions between the bar before and this one that have no bar and were not known to
``known_lacking_sessions`` have none; the same of those that are known to be missing for good
``sessions_late, due``   of the symbol's newest bar: how many sessions have closed since, the last of them
======================== ==============================================================================
"""

from __future__ import annotations

from include.datasets.rule import PRICE_RULES, Rule, counted_once, not_negative, present

USUAL_STEP = (0.76, 1.32)
"""The least and the most a session usually opens at, as a multiple of the close before. Beyond lie splits
from four for three on, and the rarest of days."""

TRAILING_SESSIONS, LEAST_SESSIONS = 60, 20
"""How many sessions before a bar tell what is usual for its symbol; and the fewest that can."""

USUAL_RETURN = 9
"""In robust standard deviations."""

USUAL_VOLUME = 9
"""In robust standard deviations of the logarithm."""

USUAL_RANGE = 1.5
"""The most a session's high usually is, as a multiple of its low."""

USUAL_REVISION = 0.001
"""The most by which a close that was final is revised, as a part of it."""

DAILY_BAR_RULES: tuple[Rule, ...] = (
    *PRICE_RULES,
    present("volume"),
    not_negative("volume"),
    Rule(
        "is_a_session",
        "The exchange was open on that day.",
        "ExpectColumnValuesToBeInSet",
        {"column": "closed_day", "value_set": ["no", "for all", "without trade"]},
    ),
    Rule(
        "a_day_of_trade",
        "A day that the calendar does not have is no session where nothing was traded.",
        "ExpectColumnValuesToBeInSet",
        {"column": "closed_day", "value_set": ["no", "for all", "for it alone"]},
        keeps_out="row",
    ),
    Rule(
        "not_in_the_future",
        "The session has begun by the run's clock.",
        "ExpectColumnValuesToBeInSet",
        {"column": "has_begun", "value_set": [True]},
    ),
    Rule(
        "storable",
        "Prices have at most 12 digits before the point and 6 after it, volume 18 and 6.",
        "ExpectColumnValuesToBeInSet",
        {"column": "is_storable", "value_set": [True]},
        releasable=False,
    ),
    Rule(
        "one_bar_a_session",
        "A symbol has one bar for each session.",
        "ExpectCompoundColumnsToBeUnique",
        {"column_list": ["symbol", "data_date"]},
        releasable=False,
        one_of=True,
    ),
    Rule(
        "known_to_the_calendar",
        "The calendar has a session for which every symbol of the exchange has a bar.",
        "ExpectColumnValuesToBeInSet",
        {"column": "closed_day", "value_set": ["no", "for it alone", "without trade"]},
        severity="warning",
        tells="the calendar has no session, and every symbol of the exchange in this run has a bar",
    ),
    Rule(
        "complete",
        "No session between the first bar and the last lacks its bar.",
        "ExpectColumnValuesToBeBetween",
        {"column": "lacking_sessions", "max_value": 0},
        severity="warning",
        tells="sessions missing before it: {lacking_sessions}",
    ),
    Rule(
        "known_hole",
        "The sessions that are known to be missing have come.",
        "ExpectColumnValuesToBeBetween",
        {"column": "known_lacking_sessions", "max_value": 0},
        severity="info",
        tells="sessions missing before it, as is known: {known_lacking_sessions}",
    ),
    Rule(
        "fresh",
        "The newest bar is that of the last session that has closed.",
        "ExpectColumnValuesToBeBetween",
        {"column": "sessions_late", "max_value": 0},
        severity="warning",
        tells="{due} is not published yet; the newest session is {data_date}",
        about="symbol",
    ),
    Rule(
        "plausible_range",
        f"The high is at most {USUAL_RANGE} times the low.",
        "include.datasets.custom_expectations:ExpectRangeToBePlausible",
        {"column_list": ["low", "high"], "most": USUAL_RANGE},
        severity="warning",
        tells="high {high}, low {low}",
    ),
    Rule(
        "unlike_a_split",
        "It opens at three quarters to four thirds of the close before, unless a split is known.",
        "ExpectColumnValuesToBeBetween",
        {"column": "step", "min_value": USUAL_STEP[0], "max_value": USUAL_STEP[1]},
        severity="warning",
        tells="it opens at {step:.3f} of the close before, and no split is known",
    ),
    Rule(
        "split_for_a_step",
        "It opens at three quarters to four thirds of the close before where no split is listed.",
        "ExpectColumnValuesToBeBetween",
        {"column": "undeclared_step", "min_value": USUAL_STEP[0], "max_value": USUAL_STEP[1]},
        severity="warning",
        tells="it opens at {undeclared_step:.3f} of the close before, and no split is listed for it",
    ),
    Rule(
        "step_for_a_split",
        "Where a split takes effect the price steps by it, up to what a session usually opens at.",
        "ExpectColumnValuesToBeBetween",
        {"column": "split_seen", "min_value": USUAL_STEP[0], "max_value": USUAL_STEP[1]},
        severity="warning",
        tells="it opens at {split_step:.3f} of the close before, on a split of {split:g}",
    ),
    Rule(
        "usual_return",
        f"The return is within {USUAL_RETURN} robust standard deviations of those of the 60 sessions before.",
        "ExpectColumnValuesToBeBetween",
        {"column": "return_score", "min_value": -USUAL_RETURN, "max_value": USUAL_RETURN},
        severity="warning",
        tells="it closes {change:+.1%} from the close before, {return_score:.1f} times the usual spread",
    ),
    Rule(
        "usual_volume",
        f"The volume is within {USUAL_VOLUME} robust standard deviations of those of the 60 sessions before.",
        "ExpectColumnValuesToBeBetween",
        {"column": "volume_score", "min_value": -USUAL_VOLUME, "max_value": USUAL_VOLUME},
        severity="warning",
        tells="{volume} shares, {volume_ratio:.2f} times the median of the sessions before",
    ),
    counted_once("it came {times} times and counts once"),
    Rule(
        "not_stale",
        "A bar replaces no final one before it is final itself, nor one of a later response.",
        "ExpectColumnValuesToBeNull",
        {"column": "stale"},
        severity="warning",
        tells="{stale}",
    ),
    Rule(
        "stands_as_final",
        f"A close that was final is not revised by more than {USUAL_REVISION:.1%}.",
        "ExpectColumnValuesToBeBetween",
        {"column": "revision", "max_value": USUAL_REVISION},
        severity="warning",
        tells="it closes at {close}, and {held_close} was held as final",
    ),
)
