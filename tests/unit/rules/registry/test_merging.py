"""What keeps two records apart: protection first, whatever else is so."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from openrecord.clinical.nhs_number import NhsNumber
from openrecord.registry.rules.merging import Bar, bar, is_theirs, pairs
from openrecord.registry.types import OdsCode, Patient, PatientId, Registration

ONE = Patient(PatientId(1), UUID(int=1), NhsNumber("9990000018"), "Quill", "Ann", date(1980, 5, 10))
TWO = replace(ONE, patient_id=PatientId(2), public_id=UUID(int=2), nhs_number=NhsNumber("9990000026"))


def test_two_records_of_one_birth_date_may_be_one_persons() -> None:
    assert bar(ONE, TWO, has_parts=False) is None
    assert bar(ONE, replace(TWO, family="Married"), has_parts=False) is None
    assert bar(ONE, ONE, has_parts=False) is Bar.SAME
    assert bar(ONE, TWO, has_parts=True) is Bar.MERGED


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"withdrawn": True}, Bar.WITHDRAWN),
        ({"withdrawn": True, "born": None}, Bar.WITHDRAWN),
        ({"address_flagged": True}, Bar.PROTECTED),
        ({"merged_into": PatientId(3)}, Bar.MERGED),
        ({"born": date(1980, 5, 11)}, Bar.BORN),
        ({"born": None}, Bar.BORN),
    ],
)
def test_what_is_so_of_either_keeps_them_apart(change: dict[str, Any], why: Bar) -> None:
    assert bar(replace(ONE, **change), TWO, has_parts=False) is why
    assert bar(ONE, replace(TWO, **change), has_parts=False) is why


def test_without_a_birth_date_nobody_is_known_to_be_the_same() -> None:
    assert bar(replace(ONE, born=None), replace(TWO, born=None), has_parts=False) is Bar.BORN


HERE, THERE = OdsCode("Y1"), OdsCode("Y2")
DAY = date(2025, 3, 3)


def stay(ods: OdsCode, start: date = date(2020, 1, 1), end: date | None = None) -> Registration:
    return Registration(ods, start, end)


def test_a_practice_speaks_for_a_record_that_it_alone_has() -> None:
    assert is_theirs(HERE, (stay(HERE),), DAY)
    assert is_theirs(HERE, (stay(HERE, end=DAY),), DAY), "one that it had, and nobody has now"
    assert is_theirs(HERE, (stay(HERE), stay(THERE, end=DAY)), DAY)
    assert is_theirs(HERE, (stay(HERE), stay(THERE, start=date(2025, 3, 4))), DAY)


def test_no_practice_speaks_for_anothers_patient() -> None:
    assert not is_theirs(HERE, (), DAY)
    assert not is_theirs(HERE, (stay(THERE),), DAY)
    assert not is_theirs(HERE, (stay(THERE, end=DAY),), DAY)
    assert not is_theirs(HERE, (stay(HERE), stay(THERE)), DAY)
    assert not is_theirs(HERE, (stay(HERE, end=DAY), stay(THERE, start=DAY)), DAY)
    assert not is_theirs(HERE, (stay(HERE), stay(THERE, end=date(2025, 3, 4))), DAY)


def test_records_of_one_name_and_birth_date_may_be_one_persons() -> None:
    assert pairs([TWO, ONE]) == ((ONE, TWO),)
    same = replace(TWO, family=" QUILL ", given="ANN Mary")
    assert pairs([ONE, same]) == ((ONE, same),)
    third = replace(ONE, patient_id=PatientId(3))
    assert pairs([third, TWO, ONE]) == ((ONE, TWO), (ONE, third))


def test_records_that_were_told_apart_are_no_pair() -> None:
    third = replace(ONE, patient_id=PatientId(3))
    two, three = (PatientId(1), PatientId(2)), (PatientId(1), PatientId(3))
    assert pairs([ONE, TWO], apart={two}) == ()
    assert pairs([ONE, TWO, third], apart={two}) == ((ONE, third),)
    assert pairs([ONE, TWO, third], apart={three}) == ((ONE, TWO), (TWO, third))
    assert pairs([ONE, TWO, third], apart={two, three}) == ((TWO, third),)


def test_who_is_under_protection_keeps_no_others_from_being_a_pair() -> None:
    third = replace(ONE, patient_id=PatientId(3))
    assert pairs([replace(ONE, address_flagged=True), TWO, third]) == ((TWO, third),)


@pytest.mark.parametrize(
    "change",
    [
        {"family": "Quills"},
        {"given": "Anna"},
        {"given": ""},
        {"born": date(1980, 5, 11)},
        {"withdrawn": True},
        {"address_flagged": True},
        {"merged_into": PatientId(1)},
    ],
)
def test_other_records_are_no_pair(change: dict[str, Any]) -> None:
    assert pairs([ONE, replace(TWO, **change)]) == ()


def test_records_without_a_birth_date_are_no_pair() -> None:
    assert pairs([replace(ONE, born=None), replace(TWO, born=None)]) == ()
