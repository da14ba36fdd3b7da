"""Nothing of a patient is left in screening."""

from openrecord.db import erasing
from openrecord.registry.types import PatientId

TABLES = (
    "screening_vault", "screening_pending", "screening_act", "screening_link", "screening_container",
    "screening_worklist", "screening_entry",
)  # fmt: skip


def erase(patient_id: PatientId) -> None:
    """Every entry goes, with its bodies and all that was decided about it."""
    erasing.erase(TABLES, patient_id)
