"""Keeping files, and noting what a scanner says of them.

A file lies on the disk before the row that names it is committed.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from openrecord.attachments import queries
from openrecord.attachments.types import Attached, EntryOfFile
from openrecord.audit import actions as audit
from openrecord.audit.types import Actor
from openrecord.clinical.file_kinds import Kind, kind_of
from openrecord.clinical.incoming import FileState, IncomingFile
from openrecord.db import erasing, sql, stored_files
from openrecord.kit.ids import random_id
from openrecord.kit.instants import to_micros
from openrecord.registry.types import OdsCode, PatientId

_COLUMNS = (
    "patient_id", "id", "public_id", "fhir_type", "digest", "store", "size", "kind", "state", "found", "received",
    "tried", "checked", "org", "entry",
)  # fmt: skip
_SAME = (
    "SELECT store, size, kind, state, found, checked FROM attachments_file "
    "WHERE patient_id=%s AND digest=%s ORDER BY id LIMIT 1"
)
_VERDICT = (
    "UPDATE attachments_file SET state=%s, found=%s, checked=%s WHERE patient_id=%s AND store=%s AND state='waiting'"
)
_SEEN = "UPDATE attachments_file SET seen=%s WHERE patient_id=%s AND id=%s AND seen IS NULL"
_UNSEEN = "UPDATE attachments_file SET seen=NULL WHERE patient_id=%s AND id=%s AND seen IS NOT NULL"
_TRIED = "UPDATE attachments_file SET tried=%s WHERE patient_id=%s AND store=%s"


def keep(
    *, patient_id: PatientId, org: OdsCode, entry: EntryOfFile, files: Iterable[IncomingFile], at: datetime
) -> Mapping[str, UUID]:
    """Keep the files of an entry; the id of each by its mark. The same file again keeps its id.

    `org`: the organisation that controls the entry. Runs in the caller's transaction, which holds the patient and
    writes the audit row of the arrival.
    """
    known = {file.digest: file.file_id for file in queries.all_of(patient_id, entry.public_id)}
    names = {}
    for file in files:
        digest = queries.digest_of(patient_id, file.mark)
        if digest not in known:
            known[digest] = random_id()
            kept = sql.row(_SAME, [patient_id, digest]) or _write(file, digest)
            store, size, kind, state, found, checked = kept
            row = (
                patient_id, known[digest].bytes, entry.public_id.bytes, entry.fhir_type, digest, store, size, kind,
                state, found, to_micros(at), 0, checked, org, entry.entry_id,
            )  # fmt: skip
            sql.insert("attachments_file", _COLUMNS, [row])
        names[file.mark] = known[digest]
    return names


def _write(file: IncomingFile, digest: bytes) -> sql.Row:
    """Write a file to the disk; how it lies there. One that is refused is not kept."""
    if file.content is None or file.state is not FileState.WAITING:
        size = 0 if file.content is None else len(file.content)
        return None, size, Kind.OTHER.name, file.state.value, "", None
    store = random_id().bytes
    stored_files.write(store, queries.key_of(store, digest), file.content)
    return store, len(file.content), kind_of(file.content, file.stated).name, FileState.WAITING.value, "", None


def rehome(*, source: PatientId, target: PatientId, entries: Iterable[UUID]) -> None:
    """The files of these entries (outside ids) go with them to another record. In the caller's transaction."""
    moving = [entry.bytes for entry in entries]
    sql.execute_in(
        "UPDATE attachments_file SET patient_id=%s WHERE patient_id=%s AND public_id IN ({keys})",
        [target, source],
        moving,
    )


def erase(patient_id: PatientId) -> None:
    """No file of a patient is left; on the disk, as soon as that is committed."""
    names = queries.names_of(patient_id)
    erasing.erase(("attachments_file",), patient_id)
    transaction.on_commit(lambda: stored_files.remove(names))


def erase_of_entry(patient_id: PatientId, public_id: UUID) -> None:
    """No file of an entry is left; what another entry came with too stays there for that one."""
    names = {file.store for file in queries.all_of(patient_id, public_id) if file.store is not None}
    sql.execute("DELETE FROM attachments_file WHERE patient_id=%s AND public_id=%s", [patient_id, public_id.bytes])
    over = names - queries.stored(names)
    transaction.on_commit(lambda: stored_files.remove(over))


@transaction.atomic
def note_verdict(
    *, patient_id: PatientId, file: Attached, state: FileState, found: str, by: Actor, at: datetime
) -> None:
    """A scanner has answered: it counts for every entry that came with this file. A second answer changes nothing."""
    if sql.execute(_VERDICT, [state.value, found, to_micros(at), patient_id, file.store]):
        audit.record_change(
            by=by,
            at=at,
            event="attachment.checked",
            patient_id=patient_id,
            subject=str(file.file_id),
            details={"state": state.value, "found": found},
        )


@transaction.atomic
def note_tried(*, patient_id: PatientId, file: Attached, at: datetime) -> None:
    """A scanner gave no answer: the file waits behind all others that wait."""
    sql.execute(_TRIED, [to_micros(at), patient_id, file.store])


@transaction.atomic
def note_seen(*, patient_id: PatientId, file_id: UUID, by: Actor, at: datetime) -> None:
    """Somebody at the practice has seen that a file was refused: their list leaves it out. Again changes nothing."""
    if sql.execute(_SEEN, [to_micros(at), patient_id, file_id.bytes]):
        audit.record_change(by=by, at=at, event="attachment.seen", patient_id=patient_id, subject=str(file_id))


@transaction.atomic
def note_unseen(*, patient_id: PatientId, file_id: UUID, by: Actor, at: datetime) -> None:
    """That is taken back: the file stands in the list where it stood."""
    if sql.execute(_UNSEEN, [patient_id, file_id.bytes]):
        audit.record_change(by=by, at=at, event="attachment.unseen", patient_id=patient_id, subject=str(file_id))
