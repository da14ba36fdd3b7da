"""Where a value lies against the laboratory's own range."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openrecord.web.records.elements import decoded
from openrecord.web.records.ranges import Direction, place


def result(value: float, low: float | None = None, high: float | None = None, **more: Any) -> dict[str, Any]:
    """An Observation with a range in mmol/L."""
    bounds: dict[str, Any] = {}
    if low is not None:
        bounds["low"] = {"value": low, "unit": "mmol/L"}
    if high is not None:
        bounds["high"] = {"value": high, "unit": "mmol/L"}
    observation = {"valueQuantity": {"value": value, "unit": "mmol/L"}, "referenceRange": [bounds], **more}
    return dict(decoded(json.dumps(observation).encode()))


def coded(code: str) -> list[dict[str, Any]]:
    """An interpretation."""
    return [{"coding": [{"code": code}]}]


@pytest.mark.parametrize(
    ("value", "expected"),
    [(3.4, Direction.BELOW), (3.5, Direction.WITHIN), (5.3, Direction.WITHIN), (5.4, Direction.ABOVE)],
)
def test_the_bounds_belong_to_the_range(value: float, expected: Direction) -> None:
    assert place(result(value, 3.5, 5.3)).direction is expected


def test_the_laboratorys_own_code_counts_before_a_comparison() -> None:
    assert place(result(4.0, 3.5, 5.3, interpretation=coded("H"))).direction is Direction.ABOVE
    assert place(result(9.0, 3.5, 5.3, interpretation=coded("N"))).direction is Direction.WITHIN


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("HI - Above high reference limit", Direction.ABOVE),
        ("LO - Below low reference limit", Direction.BELOW),
        ("OR - Outside reference range", Direction.OUTSIDE),
        ("PA - Potentially abnormal", Direction.UNKNOWN),
        ("OR so it seems", Direction.UNKNOWN),
        ("HIgh", Direction.UNKNOWN),
    ],
)
def test_a_code_of_a_laboratorys_message_may_be_written_as_text(text: str, expected: Direction) -> None:
    """GP Connect's senders do so, for results without a range or a number too."""
    assert place({"valueString": "Target cells", "interpretation": [{"text": text}]}).direction is expected
    coded_too = [{"text": text, "coding": [{"code": text[:2]}]}]
    if " - " in text:
        assert place({"interpretation": coded_too}).direction is expected


def test_an_unknown_code_leaves_the_comparison() -> None:
    assert place(result(9.0, 3.5, 5.3, interpretation=coded("XYZ"))).direction is Direction.ABOVE


def test_abnormal_and_high_together_mean_high() -> None:
    both = [{"coding": [{"code": "A"}, {"code": "H"}]}]
    assert place(result(9.0, interpretation=both)).direction is Direction.ABOVE


def test_codes_that_contradict_each_other_say_nothing() -> None:
    both = [{"coding": [{"code": "L"}, {"code": "H"}]}]
    assert place({"interpretation": both}).direction is Direction.UNKNOWN


def test_other_units_are_never_compared() -> None:
    observation = result(100, 3.5, 5.3)
    observation["valueQuantity"]["unit"] = "mg/dL"
    assert place(observation).direction is Direction.UNKNOWN


def test_several_ranges_are_not_chosen_between() -> None:
    observation = result(9.0, 3.5, 5.3)
    observation["referenceRange"] *= 2
    placed = place(observation)
    assert (placed.range_text, placed.direction) == ("", Direction.UNKNOWN)


def test_a_therapeutic_range_is_not_the_normal_one() -> None:
    observation = result(9.0, 3.5, 5.3)
    observation["referenceRange"][0]["type"] = {"coding": [{"code": "therapeutic"}]}
    assert place(observation).direction is Direction.UNKNOWN


@pytest.mark.parametrize(
    ("sign", "value", "expected"),
    [
        ("<", 3.5, Direction.BELOW),
        ("<=", 3.5, Direction.UNKNOWN),
        ("<", 3.6, Direction.UNKNOWN),
        (">", 5.3, Direction.ABOVE),
        (">=", 5.3, Direction.UNKNOWN),
        (">", 5.0, Direction.UNKNOWN),
    ],
)
def test_a_value_that_is_itself_a_bound(sign: str, value: float, expected: Direction) -> None:
    observation = result(value, 3.5, 5.3)
    observation["valueQuantity"]["comparator"] = sign
    assert place(observation).direction is expected


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(3.5, 5.3, "3.5 to 5.3 mmol/L"), (None, 5.3, "up to 5.3 mmol/L"), (3.5, None, "3.5 mmol/L or more")],
)
def test_ranges_in_words(low: float | None, high: float | None, words: str) -> None:
    assert place(result(4, low, high)).range_text == words


@pytest.mark.parametrize(
    ("text", "unit", "figure", "sign", "words", "expected"),
    [
        ("< 0.300 10*9/L", "10*9/L", "0.31", "", "below 0.300 \u00d710\u2079/L", Direction.ABOVE),
        ("< 0.300 10*9/L", "10*9/L", "0.3", "", "below 0.300 \u00d710\u2079/L", Direction.ABOVE),
        ("< 0.300 10*9/L", "10*9/L", "0.0", "", "below 0.300 \u00d710\u2079/L", Direction.WITHIN),
        ("< 200.000 mg/L", "mg/L", "200.0", ">", "below 200.000 mg/L", Direction.ABOVE),
        ("< 2.000 mm/h", "mm/h", "1.0", ">", "below 2.000 mm/h", Direction.UNKNOWN),
        ("<=5 mg/L", "mg/L", "5", "", "up to 5 mg/L", Direction.WITHIN),
        ("> 23.000 mm[Hg]", "mm[Hg]", "22", "", "above 23.000 mmHg", Direction.BELOW),
        (">60 mL/min", "mL/min", "60", "<", "above 60 mL/min", Direction.BELOW),
        (">= 60", "mL/min", "60", "", "60 or more", Direction.WITHIN),
        ("> 3.000 nmol/L", "ng/L", "2.0", "", "above 3.000 nmol/L", Direction.UNKNOWN),
        ("< 10 or so", "mg/L", "12", "", "< 10 or so", Direction.UNKNOWN),
        ("< 5 - 7", "mg/L", "12", "", "< 5 - 7", Direction.UNKNOWN),
    ],
)
def test_a_range_of_one_bound_may_be_written_as_text(
    text: str, unit: str, figure: str, sign: str, words: str, expected: Direction
) -> None:
    """GP Connect's senders write "< 0.300 10*9/L" where there is no lower bound."""
    value = {"value": Decimal(figure), "unit": unit, **({"comparator": sign} if sign else {})}
    placed = place({"valueQuantity": value, "referenceRange": [{"text": text}]})
    assert (placed.range_text, placed.direction) == (words, expected)


@pytest.mark.parametrize("broken", [None, [], "3-5", [None], [{"low": "3"}], [{"low": {"value": True}}], {"high": []}])
def test_broken_ranges_say_nothing(broken: object) -> None:
    observation = {"valueQuantity": {"value": 4}, "referenceRange": broken}
    assert place(observation).direction is Direction.UNKNOWN


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(0, 1e6))
def test_exactly_one_answer_that_agrees_with_arithmetic(value: float, low: float, width: float) -> None:
    high = low + width
    found = place(result(value, low, high)).direction
    expected = Direction.BELOW if value < low else Direction.ABOVE if value > high else Direction.WITHIN
    assert found is expected
