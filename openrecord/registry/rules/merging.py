"""Whether two records may be taken for one person's. What is to keep them apart comes first."""

from enum import Enum

from openrecord.registry.types import Patient


class Bar(Enum):
    """Why two records are not merged, or one is not parted or withdrawn."""

    SAME = "same"
    WITHDRAWN = "withdrawn"
    PROTECTED = "protected"
    MERGED = "merged"
    NOT_MERGED = "not_merged"
    BORN = "born"


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
