"""Whether two records may be taken for one person's. What is to keep them apart comes first."""

from collections.abc import Collection, Iterable
from collections.abc import Set as AbstractSet
from datetime import date
from enum import Enum, auto

from openrecord.registry.types import OdsCode, Patient, PatientId, Registration


class Bar(Enum):
    """Why two records are not merged, or one is not parted or withdrawn."""

    SAME = auto()
    WITHDRAWN = auto()
    PROTECTED = auto()
    MERGED = auto()
    NOT_MERGED = auto()
    BORN = auto()
    ASKED = auto()
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


def pairs(
    patients: Iterable[Patient], *, apart: AbstractSet[tuple[PatientId, PatientId]] = frozenset()
) -> tuple[tuple[Patient, Patient], ...]:
    """Records that may be one person's: the same date of birth, last name and first given name, whatever the case.

    Each record at most once beside one with a smaller number, which comes first: many of one name make no more pairs
    than there are of them. None of those told `apart`, and none that is refused: why is told to nobody.
    """
    found: list[tuple[Patient, Patient]] = []
    alike: dict[tuple[str, ...], list[Patient]] = {}
    for two in sorted(patients, key=lambda patient: patient.patient_id):
        before = alike.setdefault(_names(two), [])
        may_be = (one for one in before if (one.patient_id, two.patient_id) not in apart)
        one = next((one for one in may_be if bar(one, two, has_parts=False) is None), None)
        if one is not None:
            found.append((one, two))
        before.append(two)
    return tuple(found)


def _names(patient: Patient) -> tuple[str, ...]:
    return (patient.family.strip().casefold(), *patient.given.casefold().split()[:1])
