"""Technical indicators: a line for those that take the same parameters."""

from __future__ import annotations

from dataclasses import replace

from airflow_provider_alphavantage.catalogue.entries import (
    BOTH,
    CALENDAR,
    ENTITLEMENT,
    INTRADAY,
    SYMBOL,
    Function,
    Parameter,
    Tier,
    integer,
    one_of,
)

# Whether a free key gets indicators of intraday bars is not documented; intraday bars are premium.
_INTERVAL = replace(one_of("interval", *INTRADAY, *CALENDAR), unsettled=INTRADAY)
_WITHIN_A_DAY = one_of("interval", *INTRADAY)  # all that VWAP takes
_MONTH = Parameter("month", "month", earliest="2000-01", only_with=("interval", INTRADAY))
_PERIOD = integer("time_period")
_TYPE = one_of("series_type", "close", "open", "high", "low")


def _limit(name: str, default: str) -> Parameter:
    return Parameter(name, "number", default=default)


def _periods(**defaults: int) -> tuple[Parameter, ...]:
    """Integers with defaults; a moving average's type is a number from 0 (SMA) to 8 (MAMA)."""
    return tuple(
        integer(name, default, 0, 8) if name.endswith("matype") else integer(name, default)
        for name, default in defaults.items()
    )


def _indicators(
    names: str, *own: Parameter, tier: Tier = "free", interval: Parameter = _INTERVAL
) -> tuple[Function, ...]:
    parameters = (SYMBOL, interval, *own, _MONTH, ENTITLEMENT)
    return tuple(
        Function(name, parameters, tier, BOTH, "indicator", name.lower().replace("_", ""))
        for name in names.split()
    )


_FAST_SLOW = _periods(fastperiod=12, slowperiod=26)
_MACD = (*_FAST_SLOW, *_periods(signalperiod=9))
_MACD_TYPES = _periods(fastmatype=0, slowmatype=0, signalmatype=0)
_STOCH = _periods(fastkperiod=5, slowkperiod=3, slowdperiod=3, slowkmatype=0, slowdmatype=0)
_STOCHF = _periods(fastkperiod=5, fastdperiod=3, fastdmatype=0)

INDICATORS = (
    *_indicators("SMA EMA WMA DEMA TEMA TRIMA KAMA T3", _PERIOD, _TYPE),
    *_indicators("RSI MOM CMO ROC ROCR TRIX MIDPOINT", _PERIOD, _TYPE),
    *_indicators("MAMA", _TYPE, _limit("fastlimit", "0.01"), _limit("slowlimit", "0.01")),
    *_indicators("VWAP", tier="premium", interval=_WITHIN_A_DAY),
    *_indicators("BOP TRANGE AD OBV"),
    *_indicators("MACD", _TYPE, *_MACD, tier="premium"),
    *_indicators("MACDEXT", _TYPE, *_MACD, *_MACD_TYPES),
    *_indicators("STOCH", *_STOCH),
    *_indicators("STOCHF", *_STOCHF),
    *_indicators("STOCHRSI", _PERIOD, _TYPE, *_STOCHF),
    *_indicators("WILLR ADX ADXR CCI AROON AROONOSC MFI DX", _PERIOD),
    *_indicators("MINUS_DI PLUS_DI MINUS_DM PLUS_DM MIDPRICE ATR NATR", _PERIOD),
    *_indicators("APO PPO", _TYPE, *_FAST_SLOW, *_periods(matype=0)),
    *_indicators("ULTOSC", *_periods(timeperiod1=7, timeperiod2=14, timeperiod3=28)),
    *_indicators("BBANDS", _PERIOD, _TYPE, *_periods(nbdevup=2, nbdevdn=2, matype=0)),
    *_indicators("SAR", _limit("acceleration", "0.01"), _limit("maximum", "0.2")),
    *_indicators("ADOSC", *_periods(fastperiod=3, slowperiod=10)),
    *_indicators("HT_TRENDLINE HT_SINE HT_TRENDMODE HT_DCPERIOD HT_DCPHASE HT_PHASOR", _TYPE),
)
