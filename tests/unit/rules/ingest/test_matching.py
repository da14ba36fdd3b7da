"""Whose record an arriving message belongs to; what does not match is quarantined, never attached (R66)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from openrecord.clinical.incoming import IncomingPatient
from openrecord.clinical.nhs_number import NhsNumber
from openrecord.ingest.rules.matching import (
    Unmatched,
    check_same_person,
    claimed_birth_date,
    claimed_number,
    folded,
)
from openrecord.registry.types import Patient, PatientId

CLAIMED = IncomingPatient("9991236465", "O'Neill-Müller", "Ada", "1980-05-10")
KNOWN = Patient(PatientId(1), UUID(int=1), NhsNumber("9991236465"), "O'Neill-Müller", "Ada", date(1980, 5, 10))


def refused(ask: Callable[[], object]) -> str:
    """The reason for which it is refused; "" where it is not."""
    try:
        ask()
    except Unmatched as unmatched:
        return f"{unmatched.reason}" if str(unmatched) == unmatched.reason else f"{unmatched} ({unmatched.reason})"
    return ""


@pytest.mark.parametrize("written", ["9991236465", "999 123 6465", "999-123-6465"])
def test_the_nhs_number_counts_without_spaces_and_hyphens(written: str) -> None:
    assert claimed_number(replace(CLAIMED, nhs_number=written)) == "9991236465"


@pytest.mark.parametrize(
    ("patient", "reason"),
    [
        (None, "no_patient"),
        (replace(CLAIMED, nhs_number=None), "nhs_number_missing"),
        (replace(CLAIMED, nhs_number=""), "nhs_number_missing"),
        (replace(CLAIMED, nhs_number=" - "), "nhs_number_missing"),
        (replace(CLAIMED, nhs_number="9991236466"), "nhs_number_invalid"),
        (replace(CLAIMED, nhs_number="999123646"), "nhs_number_invalid"),
    ],
)
def test_a_message_without_a_valid_nhs_number_is_refused(patient: IncomingPatient | None, reason: str) -> None:
    assert refused(lambda: claimed_number(patient)) == reason


@pytest.mark.parametrize("written", ["1980-05-10", "1980-05-10T04:30:00Z"])
def test_the_birth_date_is_a_day(written: str) -> None:
    assert claimed_birth_date(replace(CLAIMED, birth_date=written)) == date(1980, 5, 10)


@pytest.mark.parametrize("written", [None, "", "1980", "1980-05", "1980-02-30", "tenth of May"])
def test_a_partial_or_missing_birth_date_is_none(written: str | None) -> None:
    claimed = replace(CLAIMED, birth_date=written)
    assert refused(lambda: claimed_birth_date(claimed)) == "birth_date_missing"
    assert refused(lambda: check_same_person(claimed, KNOWN)) == "birth_date_missing"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("O'Neill", "ONEILL"),
        ("Smith-Jones", "smith jones"),
        ("Müller", "Muller"),
        ("Zoë", "zoe"),
        ("Strauß", "STRAUSS"),
        ("ﬁnch", "Finch"),
    ],
)
def test_family_names_are_compared_by_their_letters(one: str, other: str) -> None:
    assert folded(one) == folded(other)
    assert folded(one).isalpha()


@pytest.mark.parametrize(("one", "other"), [("Smith", "Smyth"), ("Jones", "Jone"), ("Lee", "Leigh"), ("", "Lee")])
def test_other_letters_are_another_name(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@pytest.mark.parametrize(
    ("claimed", "known", "reason"),
    [
        pytest.param(CLAIMED, KNOWN, "", id="the same"),
        pytest.param(replace(CLAIMED, family="ONEILL MULLER"), KNOWN, "", id="written otherwise"),
        pytest.param(replace(CLAIMED, given="Eve"), KNOWN, "", id="given names do not count"),
        pytest.param(replace(CLAIMED, birth_date="1980-05-11"), KNOWN, "birth_date_differs", id="another birth date"),
        pytest.param(CLAIMED, replace(KNOWN, born=None), "birth_date_differs", id="birth date not known here"),
        pytest.param(
            replace(CLAIMED, birth_date=None), replace(KNOWN, born=None), "birth_date_differs", id="nor there"
        ),
        pytest.param(replace(CLAIMED, family="Neill"), KNOWN, "family_name_differs", id="another family name"),
        pytest.param(replace(CLAIMED, family=None), KNOWN, "family_name_differs", id="no family name given"),
        pytest.param(
            replace(CLAIMED, family=""), replace(KNOWN, family=""), "family_name_differs", id="none here either"
        ),
        pytest.param(
            replace(CLAIMED, family="-"), replace(KNOWN, family="?"), "family_name_differs", id="names without letters"
        ),
        pytest.param(
            replace(CLAIMED, family="Neill", birth_date="1980-05-11"), KNOWN, "birth_date_differs", id="both differ"
        ),
    ],
)
def test_birth_date_and_family_name_must_agree(claimed: IncomingPatient, known: Patient, reason: str) -> None:
    assert refused(lambda: check_same_person(claimed, known)) == reason


def test_nothing_is_attached_to_an_identity_that_was_given_up() -> None:
    """Whatever agrees or not: that it was given up is all that is said."""
    given_up = replace(KNOWN, withdrawn=True)
    for claimed in (CLAIMED, replace(CLAIMED, birth_date="1980-05-11")):
        assert refused(lambda claimed=claimed: check_same_person(claimed, given_up)) == "identity_withdrawn"
    assert refused(lambda: check_same_person(CLAIMED, KNOWN)) == ""
