"""Nothing of a patient is left in access."""

from openrecord.access.models import ClosureRow
from openrecord.db import erasing
from openrecord.registry.types import Patient

TABLES = (
    "access_act", "access_due", "access_viewer", "access_invitation", "access_tranche", "access_sight",
    "access_live_token", "access_epoch",
)  # fmt: skip


def erase(patient: Patient) -> None:
    """What was decided about the patient's access goes, and who acted for them; also stops that were theirs alone."""
    erasing.erase(TABLES, patient.patient_id)
    ClosureRow.objects.filter(scope="patient", which=str(patient.public_id)).delete()
