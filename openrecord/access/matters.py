"""What is open in front of a practice's staff about access."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from openrecord.access.types import ViewerId
from openrecord.registry.types import OdsCode, PatientId


class Matter(StrEnum):
    """What is open in front of a practice's staff about a patient's access: decisions, disagreements, notices."""

    ENHANCED_REVIEW = "104_live_access"
    REVIEW_LIFTED = "106_after_removal"
    AGE_REVIEW = "age_review"
    PAUSED_WITHOUT_CODE = "paused_without_103"
    DECLINED_AGAIN = "103_after_reversal"
    CLOSED_WITHOUT_CODE = "closed_without_104"
    TURNS_SOON = "turns_soon"


DECISIONS = frozenset({Matter.ENHANCED_REVIEW, Matter.REVIEW_LIFTED, Matter.AGE_REVIEW})
"""What a person decides here."""
NOTICES = frozenset({Matter.TURNS_SOON})
"""What staff are told ahead of its day (R26)."""
DRIFT = frozenset(Matter) - DECISIONS - NOTICES
"""What is set right where codes and settings disagree."""


@dataclass(frozen=True, slots=True)
class Due:
    """One matter of one patient at one practice. `viewer`: the proxy whom it is about, None where it is the patient."""

    org: OdsCode
    matter: Matter
    viewer: ViewerId | None = None


@dataclass(frozen=True, slots=True)
class OpenDue:
    """A matter that stands open, and since when that is known."""

    patient_id: PatientId
    due: Due
    since: datetime
