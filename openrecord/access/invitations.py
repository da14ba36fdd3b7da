"""Letting somebody in to act for a patient: who is known here is linked at once, anybody else by a code on a letter.

Beside actions, because it composes them and has a table and a secret of its own. The code works once, for a short time,
and only for whoever proved the name and birth date (and NHS number, where known) that the practice wrote down.
"""

import hmac
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from openrecord.access import actions, queries
from openrecord.access.events import ProxyGranted
from openrecord.access.models import InvitationRow, ViewerRow
from openrecord.access.queries import ENDED, Viewing
from openrecord.access.rules.granting import as_typed, bars, last_day
from openrecord.access.rules.viewers import viewer_reasons
from openrecord.access.types import ViewerId, ViewerKind
from openrecord.audit import actions as audit
from openrecord.audit.types import Actor
from openrecord.clinical.nhs_number import NhsNumber
from openrecord.db.keys import keyed_hash
from openrecord.identity import queries as identity
from openrecord.identity.types import PersonId
from openrecord.kit.ids import random_code, random_id
from openrecord.kit.instants import from_micros, to_micros
from openrecord.kit.london import midnight
from openrecord.registry import queries as registry
from openrecord.registry.types import PatientId


@dataclass(frozen=True, slots=True)
class Invited:
    """Who is let in, as the practice wrote it down. `number` None = not known."""

    given: str
    family: str
    born: date
    number: NhsNumber | None


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter to an invited person says. The code stands nowhere else."""

    name: str
    code: str
    last_day: date


class OwnRecord(ValueError):
    """Nobody is let in to act for themselves."""


class NoInvitation(LookupError):
    """The viewer waits for nobody: linked already, ended, or never invited."""


def known_person(invited: Invited) -> PersonId | None:
    """The person who proved all that is written down of the invited, the NHS number too; None where there is none."""
    person = None if invited.number is None else identity.person_by_nhs_number(invited.number)
    if person is None or not identity.proves(
        person.person_id, family=invited.family, born=invited.born, number_hash=None
    ):
        return None
    return person.person_id


def viewer_for(patient_id: PatientId, invited: Invited, *, at: datetime) -> ViewerId:
    """The viewer that the invited shall be: the one that they have been, so that what is kept from them stays kept, or
    that waits for them already, so that a form that is sent twice lets in one. Raises OwnRecord.
    """
    if invited.number == registry.patient(patient_id).nhs_number:
        raise OwnRecord
    person = known_person(invited)
    before = None if person is None else queries.viewer_of(patient_id, person)
    return before or _waiting(patient_id, invited, at) or ViewerId(random_id())


def _waiting(patient_id: PatientId, invited: Invited, at: datetime) -> ViewerId | None:
    rows = InvitationRow.objects.filter(
        patient_id=patient_id, given=invited.given, family=invited.family, born=invited.born
    )
    number = None if invited.number is None else identity.nhs_hash(invited.number)
    same = (row for row in rows if (None if row.nhs_hash is None else bytes(row.nhs_hash)) == number)
    viewers = (ViewerId(UUID(bytes=bytes(row.id))) for row in same)
    return next((viewer for viewer in viewers if _is_open(patient_id, viewer, at)), None)


@transaction.atomic
def grant(*, patient_id: PatientId, act: ProxyGranted, invited: Invited, by: Actor, at: datetime) -> None:
    """Let somebody in on these terms; `act` names the viewer that `viewer_for` gave."""
    person = known_person(invited)
    actions.record(patient_id=patient_id, act=act, by=by, at=at, behind=person)
    number = invited.number
    written = {
        "given": invited.given,
        "family": invited.family,
        "born": invited.born,
        "nhs_hash": None if number is None else identity.nhs_hash(number),
    }
    InvitationRow.objects.update_or_create(patient_id=patient_id, id=act.viewer.bytes, defaults=written)


@transaction.atomic
def new_letter(*, patient_id: PatientId, viewer_id: ViewerId, by: Actor, at: datetime) -> Letter:
    """A new code for somebody who has not come yet; an older one links no more. Raises NoInvitation."""
    actions.lock_patient(patient_id)
    row = InvitationRow.objects.filter(patient_id=patient_id, id=viewer_id.bytes).first()
    if row is None or not _is_open(patient_id, viewer_id, at):
        raise NoInvitation
    code, last = random_code(), last_day(at)
    row.code_hash, row.ends_at = _hash(code), to_micros(midnight(last + timedelta(days=1)))
    row.save()
    audit.record_change(by=by, at=at, event="proxy_code_made", patient_id=patient_id, subject=str(viewer_id))
    return Letter(f"{row.given} {row.family}", code, last)


@transaction.atomic
def use_code(*, typed: str, person_id: PersonId, by: Actor, at: datetime) -> Viewing | None:
    """Link the person to the record that the code is for; None where it links them to nothing, whatever the reason."""
    found = _open_row(typed, person_id, at)
    if found is None:
        audit.record_change(by=by, at=at, event="proxy_code_refused", patient_id=None, subject=f"person:{person_id}")
        return None
    patient_id, viewer_id = PatientId(found.patient_id), ViewerId(UUID(bytes=bytes(found.id)))
    actions.bind(patient_id=patient_id, viewer_id=viewer_id, behind=person_id, kind=ViewerKind.PROXY, by=by, at=at)
    InvitationRow.objects.filter(patient_id=patient_id, id=viewer_id.bytes).update(code_hash=None, ends_at=None)
    viewer = queries.facts(patient_id, at=at).viewers[viewer_id]
    return Viewing(patient_id, viewer_id, viewer.kind, viewer.basis)


def _open_row(typed: str, person_id: PersonId, at: datetime) -> InvitationRow | None:
    """The invitation that the code opens for this person now.

    It is found by a keyed hash, so that no time tells how near a guess was; compared once more in constant time.
    Somebody who is or was a viewer of the record already gets no second one.
    """
    wanted = _hash(as_typed(typed))
    row = InvitationRow.objects.filter(code_hash=wanted).first()
    if row is None or not hmac.compare_digest(bytes(row.code_hash or b""), wanted):
        return None
    patient_id, viewer_id = PatientId(row.patient_id), ViewerId(UUID(bytes=bytes(row.id)))
    actions.lock_patient(patient_id)
    number_hash = None if row.nhs_hash is None else bytes(row.nhs_hash)
    fits = (
        row.ends_at is not None
        and at < from_micros(row.ends_at)
        and _is_open(patient_id, viewer_id, at)
        and queries.viewer_of(patient_id, person_id) is None
        and identity.proves(person_id, family=row.family, born=row.born, number_hash=number_hash)
    )
    # asked again under the lock: of two who use one code at once, one finds it gone
    return row if fits and InvitationRow.objects.filter(code_hash=wanted).exists() else None


def _is_open(patient_id: PatientId, viewer_id: ViewerId, at: datetime) -> bool:
    """Whether the viewer waits for somebody: granted, not ended, nobody behind it, and anybody may act for the patient.

    A letter that is under way when an address becomes protected must tell nobody that the patient is here.
    """
    known = queries.facts(patient_id, at=at)
    viewer = known.viewers.get(viewer_id)
    if viewer is None or viewer_reasons(known, viewer, at) & ENDED or bars(known):
        return False
    return not ViewerRow.objects.filter(patient_id=patient_id, id=viewer_id.bytes).exists()


def _hash(code: str) -> bytes:
    return keyed_hash("proxy code", code)


def void_every_code(*, by: Actor, at: datetime) -> int:
    """No code on a letter links anybody any more: after a restore, one that was voided since would work again."""
    voided = InvitationRow.objects.filter(code_hash__isnull=False).update(code_hash=None, ends_at=None)
    audit.record_change(by=by, at=at, event="codes_voided", patient_id=None, details={"codes": voided})
    return voided
