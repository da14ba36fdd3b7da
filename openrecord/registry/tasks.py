"""Records of a practice that may be one person's are looked for once a day; its pages list what was found then."""

from datetime import datetime

from django.db import transaction

from openrecord.db import sql
from openrecord.kit.ids import time_ordered_bytes
from openrecord.kit.instants import to_micros
from openrecord.kit.london import day_of, midnight
from openrecord.registry import queries
from openrecord.registry.models import PairedRow, PatientRow, PracticeRow
from openrecord.registry.types import OdsCode

PRACTICES_A_ROUND = 1
"""All patients of a practice are looked at for it, and the trail waits to be sealed meanwhile."""


def look_for_pairs(at: datetime) -> int:
    """Look at the practice that was not looked at today and for the longest time; how many there were."""
    ods = queries.least_looked_at(before=midnight(day_of(at)))
    if ods is None:
        return 0
    look_at(ods, at=at)
    return PRACTICES_A_ROUND


def look_at(ods: OdsCode, *, at: datetime) -> None:
    """Find the pairs of a practice anew.

    The row of the practice lets one worker write at a time; those of the patients are held so that nothing is written
    about one who is erased meanwhile.
    """
    found = {patient.patient_id for pair in queries.new_pairs_at(ods, on=day_of(at)) for patient in pair}
    with transaction.atomic():
        PracticeRow.objects.filter(ods=ods).update(looked=to_micros(at))
        PairedRow.objects.filter(ods=ods).delete()
        known = PatientRow.objects.filter(patient_id__in=found).order_by("patient_id").select_for_update()
        rows = [(patient_id, time_ordered_bytes(), ods) for (patient_id,) in known.values_list("patient_id")]
        sql.insert("registry_paired", ("patient_id", "id", "ods"), rows)
