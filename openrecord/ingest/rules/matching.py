"""Whose record an arriving message belongs to (R66): a valid NHS number, the birth date and the family name agree.

A message that does not match is quarantined, never attached.
"""

import unicodedata
from datetime import date

from openrecord.clinical.incoming import IncomingPatient
from openrecord.clinical.nhs_number import NhsNumber, is_valid
from openrecord.registry.types import Patient


class Unmatched(Exception):
    """The message cannot be attached; `reason` is a stable code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def claimed_number(patient: IncomingPatient | None) -> NhsNumber:
    """The valid NHS number that the message gives; raises Unmatched."""
    if patient is None:
        raise Unmatched("no_patient")
    digits = (patient.nhs_number or "").replace(" ", "").replace("-", "")
    if not digits:
        raise Unmatched("nhs_number_missing")
    if not is_valid(digits):
        raise Unmatched("nhs_number_invalid")
    return NhsNumber(digits)


def claimed_birth_date(patient: IncomingPatient) -> date:
    """The full birth date that the message gives; raises Unmatched."""
    try:
        return date.fromisoformat((patient.birth_date or "")[:10])
    except ValueError as error:
        raise Unmatched("birth_date_missing") from error


def folded(name: str) -> str:
    """A family name for comparison: letters only, without accents, in one case."""
    plain = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in plain if letter.isalpha()).casefold()


def _is_same_name(one: str, other: str) -> bool:
    """Whether two family names have the same letters; no letters are no name."""
    return folded(one) == folded(other) != ""


def check_same_person(claimed: IncomingPatient, known: Patient) -> None:
    """Raises Unmatched where birth date or family name differ from the registry's, or the identity was withdrawn."""
    if known.withdrawn:
        raise Unmatched("identity_withdrawn")
    if known.born is None or claimed_birth_date(claimed) != known.born:
        raise Unmatched("birth_date_differs")
    if claimed.family is None or not _is_same_name(claimed.family, known.family):
        raise Unmatched("family_name_differs")
