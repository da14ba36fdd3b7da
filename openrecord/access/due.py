"""What is open in front of a practice's staff about access: noted, so that it is found without asking every patient."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from openrecord.access.matters import Due, Matter, OpenDue
from openrecord.access.models import DueRow, EpochRow
from openrecord.access.types import ReviewCode, ViewerId
from openrecord.db import sql
from openrecord.kit.instants import from_micros, to_micros
from openrecord.registry.types import OdsCode, PatientId

_DUE_OF = "SELECT patient_id, ods, matter, viewer_id FROM access_due WHERE patient_id IN ({keys})"


_REVIEWED = (
    "SELECT patient_id, MAX(at) FROM access_act WHERE act LIKE %s AND patient_id IN ({keys}) GROUP BY patient_id"
)
"""`act` holds what arrived as JSON without blanks (access.events)."""


def reviewed(patients: Iterable[PatientId]) -> dict[PatientId, datetime]:
    """Those of these patients for whom a 104 ever arrived, and when the newest did; whether it stands is not asked."""
    found = sql.rows_in(_REVIEWED, [f'%"code":"{ReviewCode.ENHANCED_REVIEW.value}"%'], patients)
    return {PatientId(number): from_micros(at) for number, at in found}


@transaction.atomic
def note_due(due: Mapping[PatientId, Collection[Due]], *, at: datetime) -> dict[PatientId, frozenset[Due]]:
    """What is open in front of staff about each patient is this and nothing else; what was open keeps its age.

    What is open now and was not before, of each patient of whom there is some.
    """
    noted = due_of(due)
    fresh = []
    begun: dict[PatientId, frozenset[Due]] = {}
    for patient_id, matters in due.items():
        before = noted.get(patient_id, frozenset())
        for gone in before - set(matters):
            DueRow.objects.filter(
                ods=gone.org, patient_id=patient_id, matter=gone.matter.value, viewer_id=_viewer_key(gone.viewer)
            ).delete()
        new = sorted(set(matters) - before, key=lambda one: (one.org, one.matter, _viewer_key(one.viewer)))
        if new:
            begun[patient_id] = frozenset(new)
        fresh += [(one.org, patient_id, one.matter.value, _viewer_key(one.viewer), to_micros(at)) for one in new]
    sql.insert("access_due", ("ods", "patient_id", "matter", "viewer_id", "since"), fresh)
    return begun


def _viewer_key(viewer: ViewerId | None) -> bytes:
    return bytes(16) if viewer is None else viewer.bytes


def note_checked(patients: Collection[PatientId], *, on: date) -> None:
    """It was looked up on this day what is open about these patients."""
    EpochRow.objects.filter(patient_id__in=patients).update(checked_on=on)


def due_of(patients: Iterable[PatientId]) -> dict[PatientId, frozenset[Due]]:
    """What is noted as open about each of these patients; one about whom nothing is open is left out."""
    found: dict[PatientId, set[Due]] = defaultdict(set)
    for number, ods, matter, viewer in sql.rows_in(_DUE_OF, [], patients):
        found[PatientId(number)].add(Due(OdsCode(ods), Matter(matter), _viewer_or_none(viewer)))
    return {number: frozenset(due) for number, due in found.items()}


def noted_since(patient_id: PatientId, matter: Matter, since: datetime) -> frozenset[ViewerId]:
    """The proxies about whom such a matter of the patient has been open since this instant or a later one."""
    rows = DueRow.objects.filter(patient_id=patient_id, matter=matter.value, since__gte=to_micros(since))
    return frozenset(ViewerId(UUID(bytes=bytes(viewer))) for viewer in rows.values_list("viewer_id", flat=True))


def open_due(ods: OdsCode, matters: Iterable[Matter], *, limit: int, after: int = 0) -> tuple[OpenDue, ...]:
    """What is open in front of a practice's staff, oldest first; `after`: how many to leave out."""
    rows = DueRow.objects.filter(ods=ods, matter__in=[matter.value for matter in matters])
    ordered = rows.order_by("since", "patient_id", "matter", "viewer_id")[after : after + limit]
    return tuple(_open(row) for row in ordered)


def open_about(ods: OdsCode, patient_id: PatientId, matters: Iterable[Matter]) -> tuple[OpenDue, ...]:
    """What is open in front of a practice's staff about one patient, oldest first."""
    named = [matter.value for matter in matters]
    rows = DueRow.objects.filter(ods=ods, patient_id=patient_id, matter__in=named)
    return tuple(_open(row) for row in rows.order_by("since", "matter", "viewer_id"))


def _open(row: DueRow) -> OpenDue:
    due = Due(OdsCode(row.ods), Matter(row.matter), _viewer_or_none(bytes(row.viewer_id)))
    return OpenDue(PatientId(row.patient_id), due, from_micros(row.since))


def count_due(matters: Iterable[Matter], ods: OdsCode | None = None) -> int:
    """How much of this is open, at one practice or (None) everywhere."""
    rows = DueRow.objects.filter(matter__in=[matter.value for matter in matters])
    return (rows if ods is None else rows.filter(ods=ods)).count()


def _viewer_or_none(raw: bytes) -> ViewerId | None:
    viewer = UUID(bytes=bytes(raw))
    return None if viewer.int == 0 else ViewerId(viewer)
