"""Daily bars: how a body is read, what is computed for each bar, and the rules it has to keep."""

from include.datasets.daily_bars.dataset import DAILY_BARS
from include.datasets.daily_bars.rules import DAILY_BAR_RULES

__all__ = ["DAILY_BARS", "DAILY_BAR_RULES"]
