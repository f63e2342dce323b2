"""Currencies, coins and metals: the value of each in US dollars, hour by hour, and the bars of any pair.

Time zone: UTC."""
