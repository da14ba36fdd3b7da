"""Sorting the entries of one message into classes: new, newer, unchanged, older, or claimed by another patient."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from openrecord.clinical.incoming import IncomingEntry
from openrecord.db import sql
from openrecord.ingest.actions.copies import CopyBook
from openrecord.ingest.rules import identity
from openrecord.ingest.types import Tally
from openrecord.kit.ids import random_id, time_ordered_bytes
from openrecord.kit.instants import to_micros, to_micros_or_none
from openrecord.registry.types import OdsCode, PatientId

KEY_COLUMNS = (
    "key", "patient_id", "entry_id", "public_id", "alias", "digest", "version_id", "version_time", "source",
)  # fmt: skip
_KNOWN = f"SELECT {', '.join(KEY_COLUMNS)} FROM ingest_source_key WHERE key IN ({{keys}})"


@dataclass(slots=True)
class _Key:
    """What is known about a source key."""

    patient_id: PatientId
    entry_id: bytes
    public_id: UUID
    digest: bytes
    version_id: int | None
    version_time: int | None
    row: sql.Row


class Current(msgspec.Struct, frozen=True, gc=False):
    """An entry of the message that became current. `alias`: the hash of its local reference."""

    entry_id: bytes
    public_id: UUID
    is_new: bool
    incoming: IncomingEntry
    alias: bytes


def _newest_of_each(
    arriving: Iterable[tuple[bytes, IncomingEntry]],
) -> tuple[dict[bytes, IncomingEntry], list[tuple[bytes, IncomingEntry]]]:
    """The newest entry under each key (of equal ones the last), and the others."""
    newest: dict[bytes, IncomingEntry] = {}
    others = []
    for key, entry in arriving:
        held = newest.get(key)
        if held is None:
            newest[key] = entry
            continue
        times = to_micros_or_none(held.version_time), to_micros_or_none(entry.version_time)
        if identity.is_older(entry, held.version_id, *times):
            others.append((key, entry))
        else:
            newest[key] = entry
            others.append((key, held))
    return newest, others


class Sorting:
    """Sorts one message's entries. `names` tells which entry a local reference means.

    What came is known by whom it came to (`patient_id`), also where that record is part of another; `same`: all under
    which this person is known.
    """

    def __init__(
        self,
        org: OdsCode,
        patient_id: PatientId,
        same: Collection[PatientId],
        *,
        sender: str,
        source: bytes,
        at: datetime,
        entries: Iterable[IncomingEntry],
    ) -> None:
        self._org = org
        self._is_own_system = sender == org
        self._patient_id = patient_id
        self._same = frozenset(same)
        self._source = source
        self._at = to_micros(at)
        self.tally = Tally()
        self.current: dict[bytes, Current] = {}
        self.names: dict[str, bytes] = {}
        self.wrong: dict[PatientId, list[bytes]] = {}
        self._late: list[sql.Row] = []
        self._written: dict[bytes, sql.Row] = {}
        arriving = [(self._key(entry), entry) for entry in entries]
        self._known = self._load(key for key, _ in arriving)
        self._stored = set(self._known)
        self.copies = CopyBook(patient_id, sender, (entry for _, entry in arriving))
        newest, others = _newest_of_each(arriving)
        for key, entry in newest.items():
            self._sort(key, entry)
        for key, entry in others:
            self._pass_over(entry, newest[key])

    def _pass_over(self, entry: IncomingEntry, newest: IncomingEntry) -> None:
        """An entry that stands beside a newer version of itself in one message: it never comes into force."""
        entry_id = self.names[newest.identity]
        self._name(entry, entry_id)
        if identity.digest(entry) == identity.digest(newest):
            self.tally.count("unchanged", "same_content")
        else:
            self._note_late(entry_id, identity.digest(entry))

    def _note_late(self, entry_id: bytes, digest: bytes) -> None:
        self._late.append((random_id().bytes, self._patient_id, entry_id, digest, self._source, self._at))
        self.tally.count("superseded", "older_version")

    def _key(self, entry: IncomingEntry) -> bytes:
        if identity.is_business_identity(entry.identity):
            return identity.shared_key(self._org, entry.identity)
        return identity.own_key(self._org, self._patient_id, entry.identity)

    @staticmethod
    def _load(keys: Iterable[bytes]) -> dict[bytes, _Key]:
        return {
            bytes(row[0]): _Key(
                PatientId(row[1]),
                bytes(row[2]),
                UUID(bytes=bytes(row[3])),
                bytes(row[5]),
                row[6],
                row[7],
                row,
            )
            for row in sql.rows_in(_KNOWN, [], keys)
        }

    def _sort(self, key: bytes, entry: IncomingEntry) -> None:
        digest = identity.digest(entry)
        before = self._known.get(key)
        if before is not None and before.patient_id not in self._same:
            own_key = identity.own_key(self._org, self._patient_id, entry.identity)
            holder, before = before, self._load([own_key]).get(own_key)
            if before is None or before.digest != digest:
                self._take_over(key, holder, entry)
        if before is None:
            self._first(key, entry, digest)
        elif before.digest == digest:
            self._name(entry, before.entry_id)
            self.tally.count("unchanged", "same_content")
        elif identity.is_older(entry, before.version_id, before.version_time, to_micros_or_none(entry.version_time)):
            self._name(entry, before.entry_id)
            self._note_late(before.entry_id, digest)
        else:
            self._accept(key, (before.entry_id, before.public_id), entry, digest, reason="newer_version")

    def _first(self, key: bytes, entry: IncomingEntry, digest: bytes) -> None:
        """An identity seen for the first time: a new entry, or another system's copy of a known one."""
        twin = self.copies.twin(entry)
        if twin is None:
            self._accept(key, (time_ordered_bytes(), random_id()), entry, digest, reason="new")
        else:
            self._accept(key, (twin.entry_id, twin.public_id), entry, digest, reason="copy")
            if not self._is_own_system:
                del self.current[twin.entry_id]

    def _accept(self, key: bytes, ids: tuple[bytes, UUID], entry: IncomingEntry, digest: bytes, *, reason: str) -> None:
        entry_id, public_id = ids
        earlier = self.current.get(entry_id)
        is_new = reason == "new" if earlier is None else earlier.is_new
        known = self._known.get(key)
        holder = known.patient_id if known is not None and known.patient_id in self._same else self._patient_id
        alias = identity.own_key(self._org, holder, entry.aliases[0] if entry.aliases else entry.identity)
        version_time = to_micros_or_none(entry.version_time)
        row = (
            key, holder, entry_id, public_id.bytes, alias, digest, entry.version_id, version_time,
            self._source,
        )  # fmt: skip
        self._written[key] = row
        self._known[key] = _Key(holder, entry_id, public_id, digest, entry.version_id, version_time, row)
        self.current[entry_id] = Current(entry_id, public_id, is_new, entry, alias)
        self._name(entry, entry_id)
        self.copies.note(entry, entry_id, public_id)
        self.tally.count("accepted", reason)

    def _take_over(self, key: bytes, holder: _Key, entry: IncomingEntry) -> None:
        """The key now belongs to this patient; the other's entry is withdrawn and keeps a key of its own."""
        self.wrong.setdefault(holder.patient_id, []).append(holder.entry_id)
        moved = identity.own_key(self._org, holder.patient_id, entry.identity)
        self._written[moved] = (moved, *holder.row[1:])
        self._stored.add(moved)
        self._written[key] = holder.row

    def _name(self, entry: IncomingEntry, entry_id: bytes) -> None:
        self.names[entry.identity] = entry_id
        for alias in entry.aliases:
            self.names[alias] = entry_id

    def write(self) -> None:
        """Store what was found out about source keys and late versions."""
        known = [key for key in self._written if key in self._stored]
        sql.execute_in("DELETE FROM ingest_source_key WHERE key IN ({keys})", [], known)
        sql.insert("ingest_source_key", KEY_COLUMNS, self._written.values())
        self.copies.write()
        columns = ("id", "patient_id", "entry_id", "digest", "source", "arrived")
        sql.insert("ingest_late_version", columns, self._late)
