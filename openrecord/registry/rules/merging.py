"""Whether two records may be taken for one person's. What is to keep them apart comes first."""

from collections.abc import Collection, Iterable
from datetime import date
from enum import Enum
from itertools import combinations

from openrecord.registry.types import OdsCode, Patient, Registration


class Bar(Enum):
    """Why two records are not merged, or one is not parted or withdrawn."""

    SAME = "same"
    WITHDRAWN = "withdrawn"
    PROTECTED = "protected"
    MERGED = "merged"
    NOT_MERGED = "not_merged"
    BORN = "born"
    ASKED = "asked"
    """Requests to the other record are open: their answers would have nobody to go to."""


def bar(survivor: Patient, other: Patient, *, has_parts: bool) -> Bar | None:
    """What keeps these two apart; None where nothing does. `has_parts`: others were merged into `other`.

    An identity that was given up must not be tied to another, and a protected address may be the sign of one.
    """
    both = (survivor, other)
    if survivor.patient_id == other.patient_id:
        return Bar.SAME
    if any(patient.withdrawn for patient in both):
        return Bar.WITHDRAWN
    if any(patient.address_flagged for patient in both):
        return Bar.PROTECTED
    if any(patient.merged_into is not None for patient in both) or has_parts:
        return Bar.MERGED
    return Bar.BORN if survivor.born is None or survivor.born != other.born else None


def is_theirs(ods: OdsCode, stays: Collection[Registration], on: date) -> bool:
    """Whether a practice may say of this record that it is somebody's other one: the person is or was registered there,
    and on this day nowhere else, so that no practice decides about another's patient.
    """
    running = {stay.ods for stay in stays if stay.start <= on and (stay.end is None or on < stay.end)}
    return running <= {ods} and any(stay.ods == ods for stay in stays)


def pairs(patients: Iterable[Patient]) -> tuple[tuple[Patient, Patient], ...]:
    """Records that may be one person's: the same date of birth, last name and first given name, whatever the case.

    Each pair once, the smaller number first. None that would be refused: what keeps two apart is told to nobody.
    """
    alike: dict[tuple[str, str, object], list[Patient]] = {}
    for patient in sorted(patients, key=lambda one: one.patient_id):
        alike.setdefault((*_names(patient), patient.born), []).append(patient)
    found = (pair for group in alike.values() for pair in combinations(group, 2))
    return tuple((one, two) for one, two in found if bar(one, two, has_parts=False) is None)


def _names(patient: Patient) -> tuple[str, str]:
    given = patient.given.split()
    return patient.family.strip().casefold(), given[0].casefold() if given else ""
