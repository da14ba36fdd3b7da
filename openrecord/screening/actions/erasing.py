"""Nothing of a patient is left in screening, or nothing of what one entry said that was somebody else's."""

from datetime import datetime

from django.db import transaction

from openrecord.access import actions as access_actions
from openrecord.attachments import actions as attachments
from openrecord.audit import actions as audit
from openrecord.audit.types import Actor
from openrecord.db import erasing, sql
from openrecord.ingest.actions import erasing as ingest
from openrecord.kit.ids import spelt
from openrecord.registry.types import PatientId
from openrecord.screening import events, queries
from openrecord.screening.actions.acts import UnknownEntry, about
from openrecord.screening.types import EntryId

TABLES = (
    "screening_vault", "screening_pending", "screening_act", "screening_link", "screening_container",
    "screening_worklist", "screening_entry",
)  # fmt: skip
_OF_ENTRY = (
    ("screening_vault", "id"), ("screening_pending", "id"), ("screening_act", "entry"), ("screening_link", "source"),
    ("screening_container", "entry"), ("screening_worklist", "id"),
)  # fmt: skip
_BARE = (
    "UPDATE screening_entry SET recorded=NULL, clinical=NULL, labels='', unit=NULL, has_text=%s, acted=%s "
    "WHERE patient_id=%s AND id=%s"
)


class NotSomebodyElses(ValueError):
    """Only what staff have said to be somebody else's is erased by itself."""


def erase(patient_id: PatientId) -> None:
    """Every entry goes, with its bodies and all that was decided about it."""
    erasing.erase(TABLES, patient_id)


@transaction.atomic
def erase_entry(
    *, patient_id: PatientId, entry_id: EntryId, by: Actor, at: datetime, repeats: bytes | None = None
) -> None:
    """What an entry that is somebody else's says goes, and every delivery that said it, whole.

    That it was here, and that it is somebody else's, stays: a source that sends it again shows it to nobody.
    `repeats`: as in audit.types.Change. Raises UnknownEntry, NotSomebodyElses.
    """
    access_actions.lock_patient(patient_id)
    known = queries.states(patient_id, [entry_id]).get(entry_id)
    if known is None:
        raise UnknownEntry
    if not known.facts.wrong_person:
        raise NotSomebodyElses
    told = about(patient_id, entry_id)
    for table, column in _OF_ENTRY:
        sql.execute(f"DELETE FROM {table} WHERE patient_id=%s AND {column}=%s", [patient_id, entry_id])
    for table, far in (("screening_container", "container"), ("screening_link", "target")):
        sql.execute(f"UPDATE {table} SET {far}=NULL WHERE patient_id=%s AND {far}=%s", [patient_id, entry_id])
    attachments.erase_of_entry(patient_id, known.public_id)
    sql.execute(_BARE, [False, False, patient_id, entry_id])
    ingest.erase_entry(told.patient, known.facts.org, entry_id, told.keys)
    act = events.repeatable(events.ErasureDecided(told))
    audit.record_change(
        by=by, at=at, event="entry_erased", patient_id=patient_id, subject=spelt(entry_id), act=act, repeats=repeats
    )
