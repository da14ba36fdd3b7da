"""Repeating what people decided, from the journal, after a restore. It may be done again: nothing is doubled."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from openrecord.access import repeating as access
from openrecord.audit import journal
from openrecord.audit import queries as audit
from openrecord.audit.journal import Record
from openrecord.audit.types import Actor, Outcome
from openrecord.cards import repeating as cards
from openrecord.identity import repeating as identity
from openrecord.kit import clock
from openrecord.kit.instants import from_micros
from openrecord.notify import repeating as notify
from openrecord.ops.failure import CommandFailed
from openrecord.registry import repeating as registry
from openrecord.restricted import repeating as restricted
from openrecord.screening import repeating as screening

Handler = Callable[[bytes, bytes, Actor, datetime], Outcome]
HANDLERS: Mapping[str, Handler] = {
    kind: handler
    for station in (registry, identity, restricted, access, cards, screening, notify)
    for kind, handler in station.HANDLERS.items()
}


@dataclass(frozen=True, slots=True)
class Replay:
    """What became of the journal's acts. `known`: they were in the database; `until`: when the last one was done."""

    repeated: int = 0
    known: int = 0
    needless: int = 0
    awaited: int = 0
    until: datetime | None = None


def replay(records: Iterable[Record], by: Actor, erased: frozenset[int] = frozenset()) -> Replay:
    """Repeat every act that the trail does not hold, in the journal's order.

    `erased`: patients whose erasing is among the records, so that nothing else about them is done again. Raises
    CommandFailed where one is of a kind that this version does not know.
    """
    count = dict.fromkeys(("repeated", "known", "needless", "awaited"), 0)
    until = None
    for record in records:
        if journal.is_act(record):
            is_over = record.patient_id in erased and record.kind != registry.ERASED
            count["needless" if is_over else _repeat(record, by)] += 1
            until = from_micros(record.at)
    return Replay(**count, until=until)


def _repeat(record: Record, by: Actor) -> str:
    handler = HANDLERS.get(record.kind)
    if handler is None:
        raise CommandFailed("the journal holds acts of a newer version: restore with that version")
    if audit.has_change(record.patient_id, record.id):
        return "known"
    return handler(record.body, record.id, by, clock.now()).value


def erased_in(records: Iterable[Record]) -> frozenset[int]:
    """The patients whose erasing these records tell of."""
    return frozenset(record.patient_id for record in records if record.kind == registry.ERASED)


def catch_up(by: Actor) -> Replay:
    """Repeat again what was done after the backup that was restored last: what was awaited may be here now.

    Raises JournalDamaged.
    """
    restored = journal.last_restore(record for record, _ in journal.read(is_cut_accepted=True))
    if restored is None:
        return Replay()
    return replay(_after(restored), by, erased_in(_after(restored)))


def _after(restored: journal.Restored) -> Iterator[Record]:
    return (record for record, _ in journal.read(after=restored.since, is_cut_accepted=True))
