"""NHS numbers: ten digits, the last a modulus-11 check digit (R66). All of the 999 range, which nobody has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nhs_number.validate import is_valid as is_valid_elsewhere

from openrecord.clinical.nhs_number import SYSTEM, SYSTEMS, InvalidNhsNumber, NhsNumber, is_valid, parse, spaced

RIGHT = ("9999367100", "9998885981", "9993980552", "9991236465", "9996832449")
WOULD_NEED_TEN = "999029724"


@pytest.mark.parametrize("text", RIGHT)
def test_the_right_check_digit_is_valid_and_every_other_is_not(text: str) -> None:
    assert [digit for digit in "0123456789" if is_valid(text[:9] + digit)] == [text[9]]


def test_a_number_whose_check_digit_would_be_ten_is_never_valid() -> None:
    assert not any(is_valid(WOULD_NEED_TEN + digit) for digit in "0123456789")


@given(st.from_regex(r"999[0-9]{7}", fullmatch=True))
def test_another_implementation_says_the_same(text: str) -> None:
    assert is_valid(text) == is_valid_elsewhere(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "999936710",
        "99993671000",
        "99993671O0",
        "9999 36710",
        "٩٩٩٩٣٦٧١٠٠",
        "²999367100",
        "-999936710",
        "+999367100",
    ],
)
def test_anything_but_ten_ascii_digits_is_not_valid(text: str) -> None:
    assert not is_valid(text)


@pytest.mark.parametrize("text", ["9991236465", "999 123 6465", "999-123-6465", " 999 123-6465 "])
def test_spaces_and_hyphens_do_not_count(text: str) -> None:
    assert parse(text) == "9991236465"


@pytest.mark.parametrize("text", ["9991236466", "999 123 646", "", "999_123_6465", "999 -123 6465x"])
def test_what_is_no_nhs_number_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(InvalidNhsNumber) as refused:
        parse(text)
    assert str(refused.value) == "not an NHS number: ten digits with a right check digit are needed"


def test_people_read_it_in_groups_of_three_three_and_four() -> None:
    assert spaced(NhsNumber("9991236465")) == "999 123 6465"


def test_the_identifier_system_is_the_nhs_s_and_earlier_names_of_it_are_known() -> None:
    assert SYSTEM == "https://fhir.nhs.uk/Id/nhs-number"
    assert {
        "https://fhir.nhs.uk/Id/nhs-number",
        "http://fhir.nhs.uk/Id/nhs-number",
        "http://fhir.nhs.net/Id/nhs-number",
        "urn:oid:2.16.840.1.113883.2.1.4.1",
    } == SYSTEMS
