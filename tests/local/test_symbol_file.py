"""What `make add FILE=` finds in the files that spreadsheets and brokers write."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from include.local.adding import Named, read
from include.local.settings import SettingsError
from include.local.symbol_file import read_symbol_file

PORTFOLIO = """\
Account:;12-345
Positions as of;15.05.2026

#;"Name";Symbol;Shares;Value
1;"Apple; Inc.";AAPL;10;1.234,56
2;Berkshire Hathaway;brk.b;5;2.000,00
3;Tesco;="TSCO.LON";7;30,10

4;Gold;;1;2.000,00
5;iShares MSCI EM;FRA:IQQE;3;100,00
;Total;Total;;5.364,66
;Prices may be delayed by 15 minutes.
"""


def named(folder: Path, content: str | bytes) -> Named:
    file = folder / "list.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return read(None, str(file))


def symbols(folder: Path, content: str | bytes) -> list[str]:
    return named(folder, content).watchlist.names


def test_the_column_of_symbols_is_found_by_its_heading_and_the_rest_is_named(tmp_path: Path) -> None:
    found = named(tmp_path, PORTFOLIO)
    assert found.watchlist.symbols == ("AAPL", "BRK-B", "TSCO.LON")
    assert [each.shown for each in found.watchlist.refused] == ["FRA:IQQE"]
    assert found.left_out == (
        "Left out: the columns #, Name, Shares, Value, line 1 (Account:, 12-345), line 2 (Positions as of, "
        "15.05.2026), line 9 (4, Gold, 1, 2.000,00), line 11 (Total, Total, 5.364,66), line 12 (Prices may "
        "be delayed by 15 minutes.)."
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_encoding_a_spreadsheet_writes_is_read(tmp_path: Path, encoding: str, newline: str) -> None:
    text = PORTFOLIO.replace("Gold", "Münzen").replace("\n", newline)
    mark = "\ufeff" if encoding in {"utf-16-le", "utf-16-be"} else ""
    assert symbols(tmp_path, f"{mark}{text}".encode(encoding)) == ["AAPL", "BRK-B", "TSCO.LON", "FRA:IQQE"]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("\ufeffSymbol;Name;Shares\nAAPL;Apple Inc.;10\nMSFT;Microsoft;5", ["AAPL", "MSFT"]),
        ('"Name","Ticker Symbol","Shares"\n"Apple, Inc.","AAPL","1,000"\n', ["AAPL"]),
        ("NAME\tSYMBOL\tSHARES\nMahindra; Mahindra\tM&M.BSE\t1,5\n", ["M&M.BSE"]),
        ("Nom;Quantité;Symbole\nAir Liquide;5;AI.PAR\n", ["AI.PAR"]),
        ("Instrument,Name,Symbol\nShare,Apple,AAPL\n", ["AAPL"]),
        ("Instrument,Qty\nAAPL,1\n", ["AAPL"]),
        ("sep=;\nSymbol;Name\nAAPL;Apple, Inc\n", ["AAPL"]),
        ("Symbol\nAAPL\nMSFT\n", ["AAPL", "MSFT"]),
        ("Symbol,Qty\nAAPL,1\n\nAccount 2\nSymbol,Qty\nMSFT,2\n", ["AAPL", "MSFT"]),
        ('Symbol,Note\nAAPL,"two\nlines"\nMSFT,\n', ["AAPL", "MSFT"]),
        ("Symbol , Qty\n AAPL , 1\n MSFT\n", ["AAPL", "MSFT"]),
        ("Qty,Symbol\n1,AAPL\n2\n3,MSFT\n", ["AAPL", "MSFT"]),
        ("Symbol,Qty\nBRK B,1\nAAPL MSFT,2\nIBM,3\n", ["IBM"]),
        ("Symbol,Qty\nAAPL,1\nSubtotal,1\nGrand Total,1\n", ["AAPL"]),
    ],
)
def test_headings_of_spreadsheets_and_brokers(tmp_path: Path, content: str, found: list[str]) -> None:
    assert symbols(tmp_path, content) == found


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (
            "# what I follow\nNVDA\namd  # chips\n\n\"BRK-B\"\n'TSCO.LON'\nnvda\n",
            ["NVDA", "AMD", "BRK-B", "TSCO.LON"],
        ),
        ("NVDA,\nAMD,\n", ["NVDA", "AMD"]),
        ("AAPL;Apple, Inc.;1.234,56\nMSFT;Microsoft;10\n", ["AAPL", "MSFT"]),
        ("sep=,\nAAPL,10\nMSFT,5\n", ["AAPL", "MSFT"]),
        ("Apple Inc.,AAPL\nIBM,IBM\n", ["IBM"]),
        ("AAPL\nTotal\n", ["AAPL"]),
        ('["AAPL", "MSFT"]\n', ["AAPL", "MSFT"]),
    ],
)
def test_without_a_heading_it_is_one_symbol_a_line(tmp_path: Path, content: str, found: list[str]) -> None:
    assert symbols(tmp_path, content) == found


def test_what_else_a_line_has_is_named_and_no_symbol(tmp_path: Path) -> None:
    assert named(tmp_path, "AAPL,MSFT,KO\nIBM\nmy list\n").left_out == (
        "No column is headed Symbol or Ticker, so the first cell of each line is read. Left out: line 3 (my "
        "list), line 1 (MSFT, KO)."
    )
    assert named(tmp_path, "AAPL\nMSFT # chips\n").left_out is None


def test_many_things_left_out_are_counted(tmp_path: Path) -> None:
    lines = "\n".join(f"S{number}X,{number}" for number in range(10_000))
    found = named(tmp_path, lines)
    assert len(found.watchlist.symbols) == 10_000
    assert str(found.left_out).endswith("line 10 (9) and 9990 more.")


def test_symbols_come_from_the_command_line_a_file_or_both(tmp_path: Path) -> None:
    file = tmp_path / "my list.csv"
    file.write_text("NVDA\nAMD\nno?\n")
    assert read("ibm, dis", None).watchlist.symbols == ("IBM", "DIS")
    both = read("AMD IBM", str(file)).watchlist
    assert both.symbols == ("AMD", "IBM", "NVDA")
    assert [each.shown for each in both.refused] == ["NO?"]


@pytest.mark.parametrize("content", ["", "# nothing yet\n", " ,;\n", "Symbol,Name\n", "Apple Inc.\n"])
def test_no_symbol_at_all_is_told_with_what_to_write(tmp_path: Path, content: str) -> None:
    with pytest.raises(SettingsError, match="make add SYMBOLS=NVDA,AMD"):
        named(tmp_path, content)


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04\x14\x00\x06\x00",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00",
        "AAPL\n".encode("utf-16-le"),
        b"\x81\x8d",
    ],
)
def test_a_workbook_and_what_is_no_text_is_refused_with_the_way_out(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(SettingsError, match=r"FILE: .*list\.csv cannot be read as text .*Save it as CSV"):
        named(tmp_path, content)


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    for name in ("absent.txt", "."):
        with pytest.raises(SettingsError, match=r"FILE: .* cannot be read as text"):
            read(None, str(tmp_path / name))


def test_a_cell_without_an_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read as CSV"):
        named(tmp_path, 'AAPL\n"' + "x" * 200_000)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary() | st.text().map(str.encode) | st.text("Symbol,;\t\n\"'#=AB.10 ").map(str.encode))
@example(b"\xff\xfeA")
def test_any_file_gives_symbols_or_a_message(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "any.csv"
    file.write_bytes(content)
    try:
        found = read_symbol_file(file)
    except SettingsError:
        return
    assert found.left_out is None or found.left_out.isprintable()
