"""A record that leaves and is read again: what a message brought, written as an export and compared with it."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from uuid import UUID, uuid5

from openrecord.clinical import wire
from openrecord.clinical.attached import address, renamed, with_contents
from openrecord.clinical.incoming import IncomingEntry, IncomingMessage, Label, VersionStatus
from openrecord.clinical.nhs_number import NhsNumber
from openrecord.clinical.outgoing.types import OutgoingEntry, OutgoingPatient, OutgoingRecord, Written
from openrecord.clinical.reading import read
from tests.unit.clinical.r4_resources import PATIENT as R4_PATIENT
from tests.unit.clinical.r4_resources import Json, bundle
from tests.unit.demo.england_files import record_files

LONGEST = 400_000
"""Bytes of a file of the demo that is looked at here; a few are much longer and hold more of the same."""

AT = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
SPACE = UUID("0f8fad5b-d9cb-469f-a165-70867728950e")
PATIENT = OutgoingPatient(
    UUID(int=7), NhsNumber("9990000018"), "Synthetic", "Ann B", date(1980, 5, 10), "female", died=False
)
NOT_SENT = (VersionStatus.DRAFT, VersionStatus.ENTERED_IN_ERROR)

Writer = Callable[[OutgoingRecord], Written]


def public_id(entry: IncomingEntry) -> UUID:
    """The outside id that an entry is given here."""
    return uuid5(SPACE, entry.identity)


def record_of(message: IncomingMessage) -> OutgoingRecord:
    """What would be exported of a message that was taken in as it is: what is a draft or was replaced stays behind."""
    replaced = {entry.replaces for entry in message.entries}
    sent = [e for e in message.entries if e.status not in NOT_SENT and replaced.isdisjoint((*e.aliases, e.identity))]
    ids = {alias: public_id(entry) for entry in message.entries for alias in entry.aliases}
    return OutgoingRecord(PATIENT, "Y90101", "Made-up Surgery", AT, tuple(_outgoing(entry, ids) for entry in sent))


def _outgoing(entry: IncomingEntry, ids: Mapping[str, UUID]) -> OutgoingEntry:
    links = dict.fromkeys((link.kind, ids[link.target]) for link in entry.links if link.target in ids)
    head = f'"id":"{public_id(entry)}","subject":{{"reference":"Patient/{PATIENT.public_id}"}},'.encode()
    return OutgoingEntry(
        public_id(entry),
        entry.kind,
        _with_files(entry, b"{" + head + entry.full[1:]),
        None if entry.coded is None else _with_files(entry, b"{" + head + entry.coded[1:]),
        entry.clinical,
        entry.filed,
        restricted=entry.label is not Label.NONE,
        links=tuple(links),
        containers=tuple(ids[name] for name in entry.containers if name in ids),
    )


def _with_files(entry: IncomingEntry, body: bytes) -> bytes:
    """The body as it leaves: each file is kept, named by its id, and put back."""
    ids = {file.mark: uuid5(SPACE, file.mark) for file in entry.files}
    contents = {ids[file.mark]: file.content for file in entry.files if file.content is not None}
    return with_contents(renamed(body, {mark: address(file_id) for mark, file_id in ids.items()}), contents)


def read_again(written: Written) -> IncomingMessage:
    """The one message in what was written, read as a file from elsewhere."""
    reading = read(wire.dumps(written.document))
    (message,) = reading.messages
    assert message.problems == ()
    return message


@dataclass(frozen=True, slots=True)
class Content:
    """What of an entry has to come back."""

    full: Any
    coded: Any
    kind: str
    slot: int
    recorded: datetime | None
    clinical: datetime | None
    filed: bool | None
    status: str
    label: str
    own: str
    unit: str | None
    code: str | None
    links: frozenset[tuple[str, UUID]]
    around: frozenset[UUID]


def contents(entries: Iterable[IncomingEntry], ids: Callable[[IncomingEntry], UUID]) -> dict[UUID, Content]:
    """Each entry's content by outside id; containers near and far, links and containers among these entries alone."""
    listed = list(entries)
    names = {alias: ids(entry) for entry in listed for alias in entry.aliases}
    direct = {ids(e): {names[name] for name in e.containers if name in names} for e in listed}
    return {ids(entry): _content(entry, names, _around(ids(entry), direct)) for entry in listed}


def _content(entry: IncomingEntry, names: Mapping[str, UUID], around: frozenset[UUID]) -> Content:
    return Content(
        json.loads(entry.full),
        None if entry.coded is None else json.loads(entry.coded),
        entry.kind.value,
        entry.slot.value,
        entry.recorded,
        entry.clinical,
        entry.filed,
        entry.status.value,
        entry.label.value,
        entry.own.value,
        entry.unit,
        entry.code,
        frozenset((link.kind.value, names[link.target]) for link in entry.links if link.target in names),
        around,
    )


def _around(start: UUID, direct: Mapping[UUID, set[UUID]]) -> frozenset[UUID]:
    seen: set[UUID] = set()
    waiting = list(direct[start])
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            waiting.extend(direct[current])
    return frozenset(seen)


def own_id(entry: IncomingEntry) -> UUID:
    """The outside id of an entry that was read from an export."""
    return UUID(entry.aliases[0].rpartition("/")[2])


@dataclass(frozen=True, slots=True)
class Journey:
    """A record before and after."""

    before: dict[UUID, Content]
    after: dict[UUID, Content]
    written: Written


def journey(message: IncomingMessage, write: Writer) -> Journey:
    """The message's record written, and read again."""
    record = record_of(message)
    written = write(record)
    sent = set(written.entries)
    before = contents((entry for entry in message.entries if public_id(entry) in sent), public_id)
    return Journey(before, contents(read_again(written).entries, own_id), written)


def message_of(*resources: Json) -> IncomingMessage:
    """What is read of an R4 Bundle of these resources."""
    (message,) = read(json.dumps(bundle(R4_PATIENT, *resources)).encode()).messages
    assert message.problems == ()
    return message


@cache
def _england() -> tuple[IncomingMessage, ...]:
    files = [path for path in record_files() if path.stat().st_size <= LONGEST]
    return tuple(message for path in files for message in read(path.read_bytes()).messages if message.patient)


def demo(form: str) -> tuple[IncomingMessage, ...]:
    """The records of the demo's England that are in a format."""
    return tuple(each for each in _england() if each.format == form)


def unlabelled(contents: Iterable[Content]) -> list[Content]:
    """The same without labels."""
    return [replace(content, label="") for content in contents]
