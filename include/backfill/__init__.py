"""Daily bars of a range of the past, beside the daily plan and on what it leaves of the calls."""
