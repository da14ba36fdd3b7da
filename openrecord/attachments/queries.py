"""Questions about files. A reader's pages ask with a body that the reader was served: what it names is theirs to open.

A file has no Sight of its own. Its id stands in the bodies of its entry alone, which lie where the decision put them.
"""

import hmac
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from uuid import UUID

from openrecord.attachments.types import REFUSED, Attached, NotAvailable, Refused
from openrecord.clinical.attached import named
from openrecord.clinical.file_kinds import Kind
from openrecord.clinical.incoming import FileState
from openrecord.db import keys, sql, stored_files
from openrecord.kit.instants import from_micros, from_micros_or_none
from openrecord.registry.types import OdsCode, PatientId

COLUMNS = "id, public_id, kind, size, state, received, checked, found, store, digest"
_OF_ENTRY = f"SELECT {COLUMNS} FROM attachments_file WHERE patient_id=%s AND public_id=%s"
_WHOSE = "SELECT fhir_type, public_id FROM attachments_file WHERE patient_id=%s AND id=%s"
_WAITING = f"SELECT patient_id, {COLUMNS} FROM attachments_file WHERE state='waiting' ORDER BY tried, id LIMIT %s"
IS_REFUSED = f"state IN ({', '.join(repr(state.value) for state in REFUSED)})"
_REFUSED = (
    f"SELECT patient_id, entry, {COLUMNS} FROM attachments_file WHERE org=%s AND {IS_REFUSED} AND seen IS NULL "
    "AND (received, id) < (%s, %s) ORDER BY received DESC, id DESC LIMIT %s"
)
_WAS_REFUSED = f"SELECT 1 FROM attachments_file WHERE patient_id=%s AND id=%s AND org=%s AND entry=%s AND {IS_REFUSED}"
_NEWEST = (2**62, b"\xff" * 16)
_STORED = "SELECT DISTINCT store FROM attachments_file WHERE store IN ({keys})"
_KEPT = f"SELECT {COLUMNS} FROM attachments_file WHERE store IS NOT NULL AND id > %s ORDER BY id LIMIT %s"
_PORTION = 1000


def files_of(patient_id: PatientId, public_id: UUID, body: bytes) -> tuple[Attached, ...]:
    """The files of an entry that this body of it names, in its order."""
    wanted = named(body)
    if not wanted:
        return ()
    found = {one.file_id: one for one in all_of(patient_id, public_id)}
    return tuple(found[file_id] for file_id in wanted if file_id in found)


def all_of(patient_id: PatientId, public_id: UUID) -> tuple[Attached, ...]:
    """Every file that any version of an entry came with, for the practice."""
    return tuple(_attached(row) for row in sql.rows(_OF_ENTRY, [patient_id, public_id.bytes]))


def entry_of(patient_id: PatientId, file_id: UUID) -> tuple[str, UUID] | None:
    """Type and outside id of the entry that a file came with; it tells nothing of who may see it."""
    found = sql.row(_WHOSE, [patient_id, file_id.bytes])
    return None if found is None else (found[0], UUID(bytes=bytes(found[1])))


def content(file: Attached, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
    """The bytes of a file from `start` to before `stop`. Raises NotAvailable, before anything is given out."""
    if not file.is_open:
        raise NotAvailable
    try:
        return unchecked_content(file, start, stop)
    except stored_files.NotReadable as error:
        raise NotAvailable from error


def unchecked_content(file: Attached, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
    """The bytes of a file that nobody has checked yet: for the scanner alone. Raises NotReadable."""
    if file.store is None:
        raise stored_files.NotReadable("it was not kept")
    return stored_files.read(file.store, key_of(file.store, file.digest), file.size, start, stop)


def waiting(limit: int) -> tuple[tuple[PatientId, Attached], ...]:
    """Files that nobody has checked, those first that were not tried for the longest time; with whose they are."""
    return tuple((PatientId(row[0]), _attached(row[1:])) for row in sql.rows(_WAITING, [limit]))


def refused(org: OdsCode, *, limit: int, after: str = "") -> tuple[Refused, ...]:
    """Files of entries of an organisation that nobody will ever open and that nobody there has seen, the newest first;
    also those of versions that others have replaced. `after`: the cursor of the last one; what is none begins at the
    front.
    """
    asked = [org, *_place(after), limit]
    return tuple(
        Refused(PatientId(row[0]), UUID(bytes=bytes(row[1])), _attached(row[2:])) for row in sql.rows(_REFUSED, asked)
    )


def was_refused(org: OdsCode, patient_id: PatientId, entry_id: UUID, file_id: UUID) -> bool:
    """Whether this is such a file, seen or not, of this entry (inside id) of the organisation."""
    return sql.row(_WAS_REFUSED, [patient_id, file_id.bytes, org, entry_id.bytes]) is not None


def _place(cursor: str) -> tuple[int, bytes]:
    received, _dot, file_id = cursor.partition(".")
    try:
        place = int(received), UUID(file_id).bytes
    except ValueError:
        return _NEWEST
    return place if 0 <= place[0] < _NEWEST[0] else _NEWEST


def counts() -> Mapping[FileState, int]:
    """How many files there are in each state."""
    found: dict[str, int] = dict(sql.rows("SELECT state, count(*) FROM attachments_file GROUP BY state"))
    return {state: found.get(state.value, 0) for state in FileState}


def lost() -> int:
    """How many of the files that were kept are missing on the disk, or of another length."""
    number, after = 0, b""
    while found := sql.rows(_KEPT, [after, _PORTION]):
        files = [_attached(row) for row in found]
        number += sum(not stored_files.is_whole(file.store or b"", file.size) for file in files)
        after = files[-1].file_id.bytes
    return number


def stored(names: Iterable[bytes]) -> frozenset[bytes]:
    """Of these names on the disk, those that a file has."""
    return frozenset(bytes(row[0]) for row in sql.rows_in(_STORED, [], names))


def names_of(patient_id: PatientId) -> frozenset[bytes]:
    """The names under which files of a patient lie on the disk."""
    found = sql.rows("SELECT store FROM attachments_file WHERE patient_id=%s AND store IS NOT NULL", [patient_id])
    return frozenset(bytes(row[0]) for row in found)


def digest_of(patient_id: PatientId, mark: str) -> bytes:
    """32 bytes that stand for what a file holds within one patient's record: the same file elsewhere has others."""
    return hmac.new(keys.derived("attachment digests"), f"{patient_id}|{mark}".encode(), sha256).digest()


def key_of(store: bytes, digest: bytes) -> bytes:
    """The key of one stored file."""
    return hmac.new(keys.derived("attachments"), store + digest, sha256).digest()


def _attached(row: sql.Row) -> Attached:
    file_id, public_id, kind, size, state, received, checked, found, store, digest = row
    return Attached(
        UUID(bytes=bytes(file_id)),
        UUID(bytes=bytes(public_id)),
        Kind[kind],
        size,
        FileState(state),
        from_micros(received),
        from_micros_or_none(checked),
        found,
        None if store is None else bytes(store),
        bytes(digest),
    )
