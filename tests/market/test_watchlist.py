"""The one reader of symbols, against texts a person wrote down and any text there is."""

from __future__ import annotations

import json
from time import process_time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from include.exceptions import BadParameter
from include.market.watchlist import Watchlist, read_symbols, read_watchlist, text_of

SUPPORTED = ".LON .TRT .TRV .DEX .FRK .BSE .SHH .SHZ .SAO .AMS .PAR"


def full_width(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) for sign in text)


@pytest.mark.parametrize(
    ("given", "symbols"),
    [
        ("AAPL,MSFT", ["AAPL", "MSFT"]),
        (" ibm , ,IBM,brk-b", ["IBM", "BRK-B"]),
        ("AAPL;MSFT\tIBM\nKO\r\nDIS  HD", ["AAPL", "MSFT", "IBM", "KO", "DIS", "HD"]),
        ("\"AAPL\" 'MSFT', “IBM” «KO»", ["AAPL", "MSFT", "IBM", "KO"]),
        ('["AAPL", "msft", "AAPL"]', ["AAPL", "MSFT"]),
        (' \ufeff[\n "AAPL",\n "BRK-B"\n]\n', ["AAPL", "BRK-B"]),
        ("['AAPL', 'MSFT']", ["AAPL", "MSFT"]),
        ('"AAPL,MSFT"', ["AAPL", "MSFT"]),
        (["TSCO.LON", "NA", "NAN"], ["TSCO.LON", "NA", "NAN"]),
        (["AAPL, MSFT", "IBM;KO", "DIS\nHD"], ["AAPL", "MSFT", "IBM", "KO", "DIS", "HD"]),
        (
            "M&M.BSE,M&MFIN.BSE,L&TFH.BSE,BAJAJ-AUTO.BSE",
            ["M&M.BSE", "M&MFIN.BSE", "L&TFH.BSE", "BAJAJ-AUTO.BSE"],
        ),
        ("BRK-B ABR-P-D ACHR-WS ACWV:BAT", ["BRK-B", "ABR-P-D", "ACHR-WS", "ACWV:BAT"]),
        ("BRK.B,brk-b,BF.A,ACHR.WS,RCI.B.TRT", ["BRK-B", "BF-A", "ACHR-WS", "RCI-B.TRT"]),
        ("600104.SHH 0R01.LON PETR4.SAO", ["600104.SHH", "0R01.LON", "PETR4.SAO"]),
        (full_width("AAPL,TSCO.LON;IBM"), ["AAPL", "TSCO.LON", "IBM"]),
        ("AAPL、MSFT\u3000IBM\u00a0KO\u2009DIS", ["AAPL", "MSFT", "IBM", "KO", "DIS"]),
        ("\ufeffAAPL,MS\u200bFT,\u2060IBM\u200e,K\u00adO", ["AAPL", "MSFT", "IBM", "KO"]),
        ("BRK\u2011B,BF\u2013B", ["BRK-B", "BF-B"]),
    ],
)
def test_symbols_are_read_once_each_in_order_and_as_the_api_writes_them(given, symbols):
    assert read_watchlist(given) == Watchlist(tuple(symbols))


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (["IBM", "../../etc"], "../../ETC"),
        (["IBM", "no such thing"], "NO SUCH THING"),
        (["IBM", "no\u00a0such\u3000thing"], "NO SUCH THING"),
        ("IBM {what?}", "{WHAT?}"),
        ("IBM BRK/B", "BRK/B"),
        ("IBM EURUSD=X", "EURUSD=X"),
        ("IBM AAPL.", "AAPL."),
        ("IBM -", "-"),
        ("IBM M&&M", "M&&M"),
        ("IBM " + "X" * 21, "X" * 21),
        ("IBM " + "y" * 10_000, "Y" * 40 + "..."),
        (["IBM", "A\x00B"], "A<U+0000>B"),
        (["IBM", "\ud800"], "<U+D800>"),
        ("IBM 🚀", "🚀"),
        ("IBM straße", "STRAßE"),
        ("IBM \u0131bm", "\u0131BM"),
        ('["IBM", null]', "<NONETYPE>"),
        ('["IBM", true]', "<BOOL>"),
        ('["IBM", {"KO": ["DIS"]}]', "<DICT>"),
    ],
)
def test_what_cannot_be_a_symbol_is_refused_and_the_others_go_on(given, shown):
    watchlist = read_watchlist(given)
    assert watchlist.symbols == ("IBM",)
    (refused,) = watchlist.refused
    assert (refused.shown, refused.kind) == (shown, "NotASymbol")
    assert refused.reason.startswith(f"{shown!r} cannot be a symbol: at most 20 letters and digits")


@pytest.mark.parametrize(
    ("name", "cause", "instead"),
    [
        ("FRA:IQQE", "written as a suffix after a dot", "IQQE.FRK"),
        ("LON:TSCO", "written as a suffix after a dot", "TSCO.LON"),
        ("NASDAQ:AAPL", "written as a suffix after a dot", "AAPL"),
        ("NYSE:BRK.B", "written as a suffix after a dot", "BRK-B"),
        ("BSE:M&M", "written as a suffix after a dot", "M&M.BSE"),
        ("TSE:7203", "written as a suffix after a dot", None),  # Toronto or Tokyo
        ("FRA:IQQE.FRK", "written as a suffix after a dot", None),
        ("AAPL:US", "written as a suffix after a dot", None),
        ("7203.TYO", "no supported exchange has the suffix .TYO", None),
        ("TSCO.L", "no supported exchange has the suffix .L", "TSCO.LON"),
        ("MKC.V", "no supported exchange has the suffix .V", None),  # a class, or Toronto's venture exchange
        ("TSCO.LON.X", "no supported exchange has the suffix .X", None),
    ],
)
def test_an_exchange_that_is_not_known_is_refused_with_the_known_ones(name, cause, instead):
    (refused,) = read_watchlist(["IBM", name.lower()]).refused
    assert (refused.shown, refused.kind) == (name, "UnsupportedExchange")
    assert f"{name!r} is refused: " in refused.reason
    assert f"{cause}. " in refused.reason
    assert f"Supported suffixes: {SUPPORTED};" in refused.reason
    assert ("Write " in refused.reason) is (instead is not None)
    assert instead is None or f"Write {instead} instead." in refused.reason


@pytest.mark.parametrize(
    ("name", "cause"), [("^GSPC", "an index has no daily bars here"), ("600104", "a number needs the suffix")]
)
def test_an_index_and_a_bare_number_are_no_symbols_of_new_york(name, cause):
    watchlist = read_watchlist(f"IBM {name}")
    assert watchlist.symbols == ("IBM",)
    (refused,) = watchlist.refused
    assert refused.reason.startswith(f"{name!r} is refused: {cause}")
    assert refused.reason.endswith(f"Supported suffixes: {SUPPORTED}.")


def test_what_is_refused_counts_once_too():
    watchlist = read_watchlist("^gspc,what?,^GSPC,WHAT?")
    assert [each.shown for each in watchlist.refused] == ["^GSPC", "WHAT?"]
    assert watchlist.symbols == ()


@pytest.mark.parametrize("given", ["", " , ", [], "[]", "[" * 100_000, "\ufeff\n", '""', ["", " "]])
def test_an_empty_watchlist_says_where_to_set_it(given):
    with pytest.raises(BadParameter, match="Variable 'stock_symbols'"):
        read_watchlist(given)


@pytest.mark.parametrize("form", ["S{}X", "FRA:S{}X", "s{}x?"])
def test_ten_thousand_symbols_are_read_in_well_under_a_second(form):
    names = [form.format(number) for number in range(10_000)]
    for text in (",".join(names), names, json.dumps(names)):
        begun = process_time()
        assert len(read_symbols(text).names) == 10_000
        assert process_time() - begun < 1


SIGNS = st.characters() | st.sampled_from("AB.:-&^,;[]\"' \t\n\ufeff\u200b\u00a0\uff21\uff0e\u00df")
TEXTS = st.text(SIGNS) | st.lists(st.from_regex(r"[A-Za-z0-9&.:^-]{1,25}")).map(",".join)
JSON = st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | TEXTS, st.lists).map(json.dumps)


@settings(deadline=None)
@given(TEXTS | JSON | st.lists(TEXTS))
@example("'\u00a0'")
@example("[" * 5_000)
@example("[" + "9" * 5_000 + "]")
def test_any_text_gives_a_watchlist_that_reads_the_same_again_or_a_bad_parameter(given):
    try:
        watchlist = read_watchlist(given)
    except BadParameter:
        return
    for symbol in watchlist.symbols:
        assert read_watchlist(symbol) == Watchlist((symbol,))
    assert read_watchlist(watchlist.names).names == watchlist.names
    assert read_watchlist(text_of(watchlist.names)).names == watchlist.names


@settings(deadline=None)
@given(TEXTS | st.lists(TEXTS))
def test_whatever_is_refused_can_be_shown_anywhere(given):
    for refused in read_symbols(given).refused:
        for text in (refused.shown, refused.reason):
            assert text.isprintable()
            assert text.encode()
        assert len(refused.shown) <= 43
        assert not any("a" <= sign <= "z" for sign in refused.shown)  # small letters would name a dataset


@settings(deadline=None)
@given(st.lists(TEXTS), st.integers(min_value=0))
def test_nothing_that_is_written_beside_it_keeps_a_good_symbol_out(others, at):
    position = at % (len(others) + 1)
    assert "IBM" in read_symbols([*others[:position], "IBM", *others[position:]]).symbols
