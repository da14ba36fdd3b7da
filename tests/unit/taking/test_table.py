"""Cells of a table: no spreadsheet runs one, and a number is left alone."""

from hypothesis import given
from hypothesis import strategies as st

from openrecord.taking.contents.table import safe


def test_examples() -> None:
    assert safe("=1+1") == "'=1+1"
    assert safe("@SUM(A1)") == "'@SUM(A1)"
    assert safe("+44") == "'+44"
    assert safe("-2 to 5") == "'-2 to 5"
    assert safe("\t=1") == "'\t=1"
    assert safe("\n=1") == "'\n=1"
    assert safe("\uff1d1+1") == "'\uff1d1+1"  # of full width, as East Asian keyboards write it
    for number in ("-1.50", "0.10", "-7", "12345678901234567890"):
        assert safe(number) == number
    assert safe("< 3") == "< 3"


@given(st.text())
def test_what_begins_like_a_formula_is_a_number_or_text(cell: str) -> None:
    told = safe(cell)
    assert told.removeprefix("'") == cell.removeprefix("'")
    if told and told[0] in "=+-@\t\r":
        assert float(told) <= 0


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3))
def test_every_number_is_itself(number: object) -> None:
    text = format(number, "f")
    assert safe(text) == text
