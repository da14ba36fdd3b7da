"""What becomes of people here when their NHS number changes, or must not lead to them any more."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from openrecord.audit.types import Actor
from openrecord.clinical.nhs_number import NhsNumber
from openrecord.identity.actions import tell_link
from openrecord.identity.models import NhsNumberIndex, PersonRow, SessionRow
from openrecord.identity.queries import nhs_hash
from openrecord.identity.types import PersonId
from openrecord.registry.types import PatientId


@transaction.atomic
def renumber(*, patient_id: PatientId, before: NhsNumber, now: NhsNumber, by: Actor, at: datetime) -> None:
    """The person with one NHS number has another one: they stay who they are here, and sign in again."""
    index = NhsNumberIndex.objects.filter(nhs_hash=nhs_hash(before)).first()
    if index is not None and not NhsNumberIndex.objects.filter(nhs_hash=nhs_hash(now)).exists():
        NhsNumberIndex.objects.create(nhs_hash=nhs_hash(now), person_id=index.person_id)
        index.delete()
    for row in PersonRow.objects.filter(patient_id=patient_id):
        _unlink(row, by=by, at=at)


@transaction.atomic
def forget_people_of(*, patient_id: PatientId, but: Collection[PersonId] = (), by: Actor, at: datetime) -> None:
    """Whoever proved to be this patient is nobody here any more: another sign-in of theirs makes a new person.

    Nothing of that person is kept, so that the account at the provider does not tie who they were to who they are.
    `but`: who stays as a person who signs in, and is this patient no more.
    """
    for row in PersonRow.objects.filter(patient_id=patient_id):
        _unlink(row, by=by, at=at)
        if row.id not in but:
            row.delete()


def _unlink(row: PersonRow, *, by: Actor, at: datetime) -> None:
    before, row.patient_id = row.patient_id, None
    row.save()
    SessionRow.objects.filter(person_id=row.id).delete()
    tell_link(PersonId(row.id), before=before, now=None, by=by, at=at)
