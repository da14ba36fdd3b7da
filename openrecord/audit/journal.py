"""The journal: what people decided, in a file of its own, so that a restore of the database loses none of it.

A record is durable before the act is acknowledged: written after the commit, flushed to the disk, and only then does
the caller go on. The file begins with MAGIC and 16 random bytes. Each record is its length (4 bytes), a nonce and the
sealed content (AES-256-GCM), bound to the end of the record before it, so that none can be altered, moved or taken out.
The end alone can be cut off unseen; what a backup knows of the journal (`Place`) and the daily roots limit that.
"""

import fcntl
import os
import struct
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from openrecord.audit.types import DailyRoot, NotRecorded
from openrecord.db import keys
from openrecord.kit import environment

MAGIC = b"openrecord journal 1\n"
HEAD = len(MAGIC) + 16
NONCE = 12
TAG = 16
_LENGTH = struct.Struct(">I")


class JournalFailed(NotRecorded):
    """The journal could not be written: what was decided stands, but must not be acknowledged."""


class JournalDamaged(Exception):
    """The journal is cut off, altered, or was written under another key; the message says which and where."""


class JournalCut(JournalDamaged):
    """The journal ends in the middle of a record: a crash, or a copy that is not whole."""


class Record(msgspec.Struct, frozen=True):
    """One record. `at`: microseconds. `id`, `patient_id`: of the act's row in the trail; `body`: types.Repeatable."""

    at: int
    kind: str
    body: bytes
    id: bytes = b""
    patient_id: int = 0


class Place(msgspec.Struct, frozen=True):
    """A place between two records: the offset, and the end of the record before it. It fits one journal only."""

    offset: int
    tag: bytes


class Restored(msgspec.Struct, frozen=True):
    """A backup was restored here, made when the journal ended at `since` (None: it had not begun).

    `roots`: how many daily roots the trail in it has.
    """

    since: Place | None
    roots: int


_ROOT, _RESTORED = "root", "restored"
_decoder: msgspec.json.Decoder[Record] = msgspec.json.Decoder(Record)


@dataclass(slots=True)
class _Known:
    """How far this process knows the file."""

    file: tuple[int, int]
    place: Place


_known: dict[Path, _Known] = {}
_one_at_a_time = threading.Lock()


def append(records: Sequence[Record]) -> None:
    """Write records to the end; durable when it returns. Raises JournalFailed."""
    path = environment.journal_file()
    try:
        with _one_at_a_time, _opened(path) as file:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX)
            _append(path, file, records)
    except (OSError, JournalDamaged) as error:
        raise JournalFailed("the journal could not be written: `openrecord doctor` says more") from error


def _opened(path: Path) -> BinaryIO:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    return os.fdopen(descriptor, "r+b", buffering=0)


def _append(path: Path, file: BinaryIO, records: Sequence[Record]) -> None:
    place = _end(path, file)
    cipher, tag, written = _cipher(), place.tag, bytearray()
    for record in records:
        nonce = os.urandom(NONCE)
        sealed = nonce + cipher.encrypt(nonce, msgspec.json.encode(record), tag)
        written += _LENGTH.pack(len(sealed)) + sealed
        tag = sealed[-TAG:]
    file.seek(place.offset)
    try:
        _write(file, written)
        os.fsync(file.fileno())
    except OSError:
        file.truncate(place.offset)
        raise
    _remember(path, file, Place(place.offset + len(written), tag))


def _write(file: BinaryIO, data: bytes | bytearray) -> None:
    """All of it: the system may take less at a time."""
    left = memoryview(data)
    while left:
        left = left[file.write(left) :]


def _end(path: Path, file: BinaryIO) -> Place:
    """Where the next record goes.

    Of a record that a crash cut off nothing was acknowledged: it makes room, kept in a file beside, in case it was not
    a crash.
    """
    status = os.fstat(file.fileno())
    if status.st_size < HEAD and MAGIC.startswith(file.read(len(MAGIC))):
        file.seek(0)
        file.truncate(0)
        _write(file, MAGIC + os.urandom(HEAD - len(MAGIC)))
        _sync_folder(path.parent)
    known = _known.get(path)
    is_same = (
        known is not None and known.file == (status.st_dev, status.st_ino) and known.place.offset <= status.st_size
    )
    place = known.place if known is not None and is_same else _start(file)
    place = _last(file, place)
    file.seek(place.offset)
    rest = file.read()
    if rest:
        path.with_name(f"{path.name}.cut-{place.offset}").write_bytes(rest)
        file.truncate(place.offset)
    return place


def _last(file: BinaryIO, place: Place) -> Place:
    for _, end in _sealed(file, place):
        place = end
    return place


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remember(path: Path, file: BinaryIO, place: Place) -> None:
    status = os.fstat(file.fileno())
    _known[path] = _Known((status.st_dev, status.st_ino), place)


def _cipher() -> AESGCM:
    return AESGCM(keys.derived("journal"))


def _start(file: BinaryIO) -> Place:
    file.seek(0)
    head = file.read(HEAD)
    if len(head) < HEAD or not head.startswith(MAGIC):
        raise JournalDamaged("the file is no journal of OpenRecord")
    return Place(HEAD, head[-TAG:])


def _sealed(file: BinaryIO, place: Place) -> Iterator[tuple[bytes, Place]]:
    """Each whole record after `place` as it lies, and where it ends; stops before one that is cut off."""
    size = os.fstat(file.fileno()).st_size
    while place.offset + _LENGTH.size <= size:
        file.seek(place.offset)
        (length,) = _LENGTH.unpack(file.read(_LENGTH.size))
        end = place.offset + _LENGTH.size + length
        if end > size or length < NONCE + TAG:
            return
        sealed = file.read(length)
        place = Place(end, sealed[-TAG:])
        yield sealed, place


def read(*, after: Place | None = None, is_cut_accepted: bool = False) -> Iterator[tuple[Record, Place]]:
    """Every record after a place, or all, each with where it ends; nothing where there is no journal.

    Raises JournalDamaged where one does not fit, JournalCut at an unfinished end.
    """
    path = environment.journal_file()
    if not path.exists():
        if after is not None and after.offset > HEAD:
            raise JournalDamaged("the journal is not where OPENRECORD_JOURNAL says")
        return
    with path.open("rb") as file:
        start = _start(file)
        if after is not None:
            _check_holds(file, start, after)
        place, cipher = after or start, _cipher()
        for sealed, end in _sealed(file, place):
            yield _unsealed(cipher, sealed, place), end
            place = end
        if place.offset != os.fstat(file.fileno()).st_size and not is_cut_accepted:
            raise JournalCut(f"the journal ends in the middle of a record (at byte {place.offset})")


def _check_holds(file: BinaryIO, start: Place, place: Place) -> None:
    """Raises JournalDamaged where this file does not go through the place: it is shorter, or another one."""
    if place == start:
        return
    file.seek(max(HEAD, place.offset - TAG))
    if os.fstat(file.fileno()).st_size < place.offset or file.read(TAG) != place.tag:
        raise JournalDamaged("this journal is not the one that the backup was made beside, or it is older")


def _unsealed(cipher: AESGCM, sealed: bytes, place: Place) -> Record:
    try:
        return _decoder.decode(cipher.decrypt(sealed[:NONCE], sealed[NONCE:], place.tag))
    except (InvalidTag, msgspec.DecodeError):
        raise JournalDamaged(
            f"the journal was altered at byte {place.offset}, or was written under another key"
        ) from None


def of_root(root: DailyRoot, at: int) -> Record:
    """The record of a daily root: the trail's own memory outside the database. `at`: microseconds."""
    return Record(at, _ROOT, msgspec.json.encode(root))


def of_restore(restored: Restored, at: int) -> Record:
    """The record of a restore. `at`: microseconds."""
    return Record(at, _RESTORED, msgspec.json.encode(restored))


def roots(records: Iterable[Record]) -> tuple[DailyRoot, ...]:
    """The daily roots that the trail must hold; a restore has begun again after those of its backup."""
    held: list[DailyRoot] = []
    for record in records:
        if record.kind == _ROOT:
            held.append(msgspec.json.decode(record.body, type=DailyRoot))
        elif record.kind == _RESTORED:
            known = msgspec.json.decode(record.body, type=Restored).roots
            held = [root for root in held if root.number <= known]
    return tuple(held)


def last_restore(records: Iterable[Record]) -> Restored | None:
    """The newest restore; None where there never was one."""
    found = None
    for record in records:
        if record.kind == _RESTORED:
            found = msgspec.json.decode(record.body, type=Restored)
    return found


def is_act(record: Record) -> bool:
    """Whether it is something that a person did."""
    return record.kind not in {_ROOT, _RESTORED}


def end() -> Place | None:
    """Where the journal ends now, an unfinished record left out; None where there is none. Raises JournalDamaged."""
    path = environment.journal_file()
    if not path.exists():
        return None
    with path.open("rb") as file:
        return _last(file, _start(file))
