"""Questions about restricted records and openings."""

from datetime import datetime
from uuid import UUID

from openrecord.db import sql
from openrecord.identity.types import StaffId
from openrecord.kit.instants import from_micros, to_micros
from openrecord.registry import queries as registry
from openrecord.registry.types import OdsCode, PatientId
from openrecord.restricted.models import OpeningRow, RestrictionRow, UncheckedRow
from openrecord.restricted.types import Cause, Ground, Opening, OpeningId, Standing

_UNTIL = "SELECT MAX(until) FROM restricted_opening WHERE patient_id=%s AND ods=%s AND staff=%s AND until>%s"


def standing(ods: OdsCode, patient_id: PatientId, staff_id: StaffId, *, at: datetime) -> Standing:
    """How the record stands at the practice towards this member of its staff.

    A record into which others were merged is restricted where one of them is.
    """
    names = registry.names(patient_id)
    cause = RestrictionRow.objects.filter(ods=ods, patient_id__in=names).values_list("cause", flat=True).first()
    (until,) = sql.rows(_UNTIL, [patient_id, ods, staff_id.bytes, to_micros(at)])[0]
    return Standing(None if cause is None else Cause(cause), None if until is None else from_micros(until))


def restricted_at(ods: OdsCode) -> frozenset[PatientId]:
    """Every patient whose record the practice restricts, by itself or by a part."""
    found = [PatientId(row[0]) for row in sql.rows("SELECT patient_id FROM restricted_record WHERE ods=%s", [ods])]
    return frozenset(found) | frozenset(registry.homes(found).values())


def count_unchecked(ods: OdsCode | None = None) -> int:
    """How many openings wait to be checked, at one practice or (None) everywhere."""
    rows = UncheckedRow.objects.all()
    return (rows if ods is None else rows.filter(ods=ods)).count()


def unchecked(ods: OdsCode, *, limit: int) -> tuple[Opening, ...]:
    """The openings that wait longest to be checked."""
    listed = UncheckedRow.objects.filter(ods=ods).order_by("opening").values_list("patient_id", "opening")[:limit]
    found = (_opening(PatientId(patient_id), bytes(opening)) for patient_id, opening in listed)
    return tuple(opening for opening in found if opening is not None)


def unchecked_opening(ods: OdsCode, opening_id: UUID) -> Opening | None:
    """One of the practice's openings that wait to be checked; None where there is none such."""
    listed = UncheckedRow.objects.filter(ods=ods, opening=opening_id.bytes).values_list("patient_id", flat=True).first()
    return None if listed is None else _opening(PatientId(listed), opening_id.bytes)


def _opening(patient_id: PatientId, opening: bytes) -> Opening | None:
    row = OpeningRow.objects.filter(patient_id=patient_id, id=opening).first()
    if row is None:
        return None
    return Opening(
        OpeningId(UUID(bytes=bytes(row.id))),
        patient_id,
        OdsCode(row.ods),
        StaffId(UUID(bytes=bytes(row.staff))),
        Ground(row.ground),
        row.words,
        from_micros(row.at),
        from_micros(row.until),
    )
