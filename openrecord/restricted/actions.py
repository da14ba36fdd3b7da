"""Writes of restricted records: each in one transaction with its audit row."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from openrecord.audit.actions import record_change
from openrecord.audit.types import Actor
from openrecord.db import erasing
from openrecord.identity.types import StaffMember
from openrecord.kit.ids import time_ordered_id
from openrecord.kit.instants import to_micros
from openrecord.registry import queries as registry
from openrecord.registry.types import OdsCode, PatientId
from openrecord.restricted import events
from openrecord.restricted.models import OpeningRow, RestrictionRow, UncheckedRow
from openrecord.restricted.rules import LASTS, LONGEST_WORDS, may_check
from openrecord.restricted.types import Cause, Finding, Ground, NotYours, Opening, OpeningId


@transaction.atomic
def restrict(
    *, ods: OdsCode, patient_id: PatientId, cause: Cause, by: Actor, at: datetime, repeats: bytes | None = None
) -> None:
    """From now on the practice's staff open the record only after saying why.

    `repeats`: as in audit.types.Change, here and below.
    """
    RestrictionRow.objects.update_or_create(ods=ods, patient_id=patient_id, defaults={"cause": cause.value})
    details: dict[str, str | int | None] = {"organisation": ods, "cause": cause.value}
    act = events.repeatable(events.Restricted(registry.patient(patient_id), ods, cause))
    record_change(
        by=by, at=at, event="record_restricted", patient_id=patient_id, details=details, act=act, repeats=repeats
    )


@transaction.atomic
def lift(*, ods: OdsCode, patient_id: PatientId, by: Actor, at: datetime, repeats: bytes | None = None) -> None:
    """The record is open again to those whose role reads records."""
    RestrictionRow.objects.filter(ods=ods, patient_id=patient_id).delete()
    details: dict[str, str | int | None] = {"organisation": ods}
    act = events.repeatable(events.Lifted(registry.patient(patient_id), ods))
    record_change(
        by=by, at=at, event="restriction_lifted", patient_id=patient_id, details=details, act=act, repeats=repeats
    )


def erase(patient_id: PatientId) -> None:
    """Nothing of a patient is left here: that the record was restricted, who opened it and what they said."""
    erasing.erase(("restricted_record", "restricted_opening", "restricted_unchecked"), patient_id)


@transaction.atomic
def break_glass(
    *, patient_id: PatientId, member: StaffMember, ground: Ground, words: str, by: Actor, at: datetime
) -> OpeningId:
    """Open a closed record to one member of staff for `rules.LASTS`; whoever checks sees it at once.

    One that holds and was explained with the same words is that opening: a form that was sent twice. Raises ValueError
    where nothing is said for it, or too much to be kept.
    """
    if not 0 < len(words) <= LONGEST_WORDS:
        raise ValueError("an opening has to be explained, in words that can be kept")
    mine = OpeningRow.objects.filter(patient_id=patient_id, ods=member.organisation, staff=member.staff_id.bytes)
    same = mine.filter(ground=ground.value, words=words, until__gt=to_micros(at)).values_list("id", flat=True).first()
    if same is not None:
        return OpeningId(UUID(bytes=bytes(same)))
    opening = time_ordered_id()
    OpeningRow.objects.create(
        patient_id=patient_id,
        id=opening.bytes,
        ods=member.organisation,
        staff=member.staff_id.bytes,
        ground=ground.value,
        words=words,
        at=to_micros(at),
        until=to_micros(at + LASTS),
    )
    UncheckedRow.objects.create(ods=member.organisation, opening=opening.bytes, patient_id=patient_id)
    record_change(
        by=by,
        at=at,
        event="glass_broken",
        patient_id=patient_id,
        subject=str(opening),
        details={"ground": ground.value},
    )
    return OpeningId(opening)


@transaction.atomic
def check(*, opening: Opening, member: StaffMember, finding: Finding, words: str, by: Actor, at: datetime) -> bool:
    """Say whether an opening was justified; False where somebody has said so already. Raises NotYours."""
    if not may_check(member.roles, member.staff_id, opening):
        raise NotYours
    gone, _of = UncheckedRow.objects.filter(ods=opening.ods, opening=opening.opening_id.bytes).delete()
    if not gone:
        return False
    found = OpeningRow.objects.filter(patient_id=opening.patient_id, id=opening.opening_id.bytes)
    found.update(finding=finding.value, found=words)
    record_change(
        by=by,
        at=at,
        event="glass_checked",
        patient_id=opening.patient_id,
        subject=str(opening.opening_id),
        details={"finding": finding.value},
    )
    return True
