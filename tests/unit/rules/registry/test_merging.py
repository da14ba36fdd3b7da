"""What keeps two records apart: protection first, whatever else is so."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from openrecord.clinical.nhs_number import NhsNumber
from openrecord.registry.rules.merging import Bar, bar
from openrecord.registry.types import Patient, PatientId

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
