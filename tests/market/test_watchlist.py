"""The symbols of a run."""

import pytest

from include.exceptions import BadParameter
from include.market.watchlist import Watchlist, read_watchlist


@pytest.mark.parametrize(
    ("asked", "watchlist"),
    [
        ("AAPL,MSFT", Watchlist(("AAPL", "MSFT"))),
        (" ibm , ,IBM,brk-b", Watchlist(("IBM", "BRK-B"))),
        (["TSCO.LON", "NA", "NAN"], Watchlist(("TSCO.LON", "NA", "NAN"))),
        (["IBM", "'; DROP TABLE", "../../ETC"], Watchlist(("IBM",), ("'; DROP TABLE", "../../ETC"))),
        (["A\x00B"], Watchlist((), ("A\\x00B",))),
        (["\ud800"], Watchlist((), ("\\xd800",))),
        (["🚀"], Watchlist((), ("🚀",))),
        (["y" * 10_000], Watchlist((), ("Y" * 40 + "...",))),
        (["X" * 21], Watchlist((), ("X" * 21,))),
    ],
)
def test_symbols_are_read_once_each_and_in_order(asked, watchlist):
    assert read_watchlist(asked) == watchlist


@pytest.mark.parametrize("asked", ["", " , ", []])
def test_an_empty_watchlist_says_where_to_set_it(asked):
    with pytest.raises(BadParameter, match="Variable 'stock_symbols'"):
        read_watchlist(asked)
