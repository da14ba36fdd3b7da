"""Letters on paper: what our typeface draws is drawn, and a number never becomes another one."""

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from openrecord.web.print.letters import STAND_IN, drawable, letters
from openrecord.web.print.pdf import pdf
from tests.unit.web.test_pdf import card

AT = datetime(2025, 3, 3, 9, 0, tzinfo=UTC)


def test_what_the_file_says_is_what_can_be_drawn() -> None:
    every = sorted(letters() - {" ", "\u00a0"})
    assert pdf("card.typ", card(rows=[["All", "".join(every)]]), at=AT).startswith(b"%PDF")
    assert letters() >= set("abcXYZ019 ÂŵŷŶ°²³½\u00d7≤≥\u2013\u2014\u2018\u2019“”•€") | {STAND_IN}


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("50 \u00b5mol/L", "50 \u03bcmol/L"),
        ("223 \u00d710\u2079/L", "223 \u00d710^9/L"),
        ("10¹² and 10¹\u2070", "10¹² and 10^10"),
        ("two\nlines\tand\u00a0more", "two lines and more"),
        ("Οικ", STAND_IN * 3),
        ("e\u0301", "é"),
        ("?fracture", "?fracture"),
    ],
)
def test_examples(text: str, drawn: str) -> None:
    assert drawable(text) == drawn


@given(st.text())
@example("0\r\xad")
def test_everything_can_be_drawn_and_no_digit_is_lost(text: str) -> None:
    drawn = drawable(text)
    assert letters().issuperset(drawn)
    assert drawable(drawn) == drawn
    assert [each for each in drawn if each in "0123456789"].count("7") >= text.count("7")
