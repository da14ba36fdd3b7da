"""Units that differ by a power of ten convert exactly; nothing else converts (R9)."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openrecord.clinical.units import _units, converted

SPELLING, POWERS = _units()
PREFIXES = {"": 0, "k": 3, "d": -1, "c": -2, "m": -3, "u": -6, "n": -9, "p": -12, "f": -15}
FIGURES = st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-10000, max_value=10000)


def power(part: str) -> int:
    """An oracle: the power of ten of one part of a unit, from its prefix alone."""
    if part.startswith("10*"):
        return int(part[3:])
    base = next(base for base in ("[iU]", "mol", "U", "L", "g", "m") if part.endswith(base))
    return PREFIXES[part.removesuffix(base)]


def factor(unit: str) -> int:
    """The power of ten of a whole unit."""
    above, _slash, below = unit.partition("/")
    return power(above) - (power(below) if below else 0)


@given(st.sampled_from(sorted(POWERS)), st.sampled_from(sorted(POWERS)), FIGURES)
def test_what_converts_converts_by_the_prefixes_and_back(unit: str, other: str, figure: Decimal) -> None:
    made = converted(figure, unit, other)
    if POWERS[unit][0] != POWERS[other][0]:
        assert made is None
        return
    assert made is not None
    assert Fraction(made) == Fraction(figure) * Fraction(10) ** (factor(unit) - factor(other))
    assert converted(made, other, unit) == figure


@pytest.mark.parametrize(
    ("unit", "other"),
    [("mg/dL", "mmol/L"), ("%", "mmol/mol"), ("U/L", "[iU]/L"), ("kg", "[lb_av]"), ("%", "L/L"), ("", "g"), ("g", "L")],
)
def test_what_needs_more_than_a_power_of_ten_does_not_convert(unit: str, other: str) -> None:
    assert converted(Decimal(1), unit, other) is None
    assert converted(Decimal(1), other, unit) is None


def test_known_examples() -> None:
    assert converted(Decimal("13.7"), "g/dL", "g/L") == 137
    assert converted(Decimal(76), "\u00b5mol/L", "mmol/l") == Decimal("0.076")
    assert converted(Decimal("1.72"), "m", "cm") == 172
    assert converted(Decimal(5), "banana", "banana") == 5


def test_every_spelling_is_of_a_unit_that_needs_one() -> None:
    assert all(unit not in SPELLING for unit in SPELLING.values())
