"""Noting what is open in front of a practice's staff about access, so that it is found without asking every patient."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction

from openrecord.access import queries
from openrecord.access.matters import Due
from openrecord.access.models import DueRow, EpochRow
from openrecord.access.types import ViewerId
from openrecord.db import sql
from openrecord.kit.instants import to_micros
from openrecord.registry.types import PatientId


@transaction.atomic
def note_due(*, patient_id: PatientId, due: Collection[Due], at: datetime) -> None:
    """What is open in front of staff about this patient is this and nothing else; what was open keeps its age."""
    before = queries.due_of([patient_id]).get(patient_id, frozenset())
    for gone in before - set(due):
        DueRow.objects.filter(
            ods=gone.org, patient_id=patient_id, matter=gone.matter.value, viewer_id=_viewer_key(gone.viewer)
        ).delete()
    fresh = sorted(set(due) - before, key=lambda new: (new.org, new.matter, _viewer_key(new.viewer)))
    sql.insert(
        "access_due",
        ("ods", "patient_id", "matter", "viewer_id", "since"),
        [(new.org, patient_id, new.matter.value, _viewer_key(new.viewer), to_micros(at)) for new in fresh],
    )


def _viewer_key(viewer: ViewerId | None) -> bytes:
    return bytes(16) if viewer is None else viewer.bytes


def note_checked(patients: Collection[PatientId], *, on: date) -> None:
    """It was looked up on this day what is open about these patients."""
    EpochRow.objects.filter(patient_id__in=patients).update(checked_on=on)
