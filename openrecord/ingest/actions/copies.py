"""Finding the laboratory's message and the GP system's copy of it again (rules/copies.py says when they are one)."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from openrecord.clinical.incoming import IncomingEntry, LabKey
from openrecord.db import sql
from openrecord.ingest.rules.copies import Copies, Keyed, resolve
from openrecord.kit.ids import random_id
from openrecord.registry.types import PatientId

_COLUMNS = (
    "id", "patient_id", "report", "order_number", "test", "specimen", "sender", "entry_id", "public_id", "arrived",
)  # fmt: skip
_FOUND = f"SELECT {', '.join(_COLUMNS)} FROM ingest_lab_key WHERE patient_id=%s AND report IN ({{keys}})"


@dataclass(frozen=True, slots=True)
class Twin:
    """The entry that another system's copy of the same result has made already."""

    entry_id: bytes
    public_id: UUID


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _hashed(key: LabKey) -> LabKey:
    return LabKey(_hash(key.report), _hash(key.order), _hash(key.test), _hash(key.specimen))


class CopyBook:
    """The laboratory keys of one patient that the entries of a message could agree with."""

    def __init__(self, patient_id: PatientId, sender: str, entries: Iterable[IncomingEntry]) -> None:
        self._patient_id = patient_id
        self._sender = sender
        reports = {_hashed(entry.lab_key).report for entry in entries if entry.lab_key is not None}
        self._rows = sorted(sql.rows_in(_FOUND, [patient_id], reports), key=lambda row: row[9])
        self._new: list[sql.Row] = []

    def twin(self, entry: IncomingEntry) -> Twin | None:
        """The entry of another sender's copy that agrees on report, order, test and specimen."""
        if entry.lab_key is None:
            return None
        key = _hashed(entry.lab_key)
        for row in self._rows:
            if LabKey(*row[2:6]) == key and row[6] != self._sender:
                return Twin(bytes(row[7]), UUID(bytes=bytes(row[8])))
        return None

    def note(self, entry: IncomingEntry, entry_id: bytes, public_id: UUID) -> None:
        """Remember the key of an entry that became current."""
        if entry.lab_key is None:
            return
        key = _hashed(entry.lab_key)
        row = (
            random_id().bytes, self._patient_id, key.report, key.order, key.test, key.specimen, self._sender,
            entry_id, public_id.bytes, len(self._rows) + 1,
        )  # fmt: skip
        if not any(r[2:8] == row[2:8] for r in self._rows):
            self._rows.append(row)
            self._new.append(row)

    def write(self) -> None:
        """Store the new keys."""
        sql.insert("ingest_lab_key", _COLUMNS, self._new)

    def copies(self) -> Copies[bytes]:
        """Which entries are one, and which agree on the report but not on all."""
        return resolve(Keyed(bytes(row[7]), row[6], LabKey(*row[2:6])) for row in self._rows)
