"""Which entries carry the label in what is written, and which the form cannot hold. Pure.

The label comes from the release decision (`screening.rules.redactions`). Here it only grows: where something that
keeps an entry back cannot be written, the label stands for it.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from uuid import UUID

from openrecord.clinical.incoming import JsonObject
from openrecord.clinical.kinds import KIND_RULES, EntryKind
from openrecord.clinical.outgoing.types import OutgoingEntry
from openrecord.clinical.r4.classify import kind_of


def labelled(entries: Mapping[UUID, OutgoingEntry], doubtful: AbstractSet[UUID]) -> frozenset[UUID]:
    """Those of the written `entries` that carry the label.

    They are restricted or `doubtful` themselves, or part of what is, or of what is not written: its reader cannot know
    whether that may be seen.
    """
    found = {one for one, entry in entries.items() if entry.restricted or one in doubtful}
    growing = True
    while growing:
        more = {
            one
            for one, entry in entries.items()
            if one not in found and any(part not in entries or part in found for part in entry.containers)
        }
        found |= more
        growing = bool(more)
    return frozenset(found)


def lost_its_meaning(entry: OutgoingEntry, body: JsonObject) -> bool:
    """Whether the entry was not understood for something that its body does not hold: a modifier.

    What is left of it may say the opposite of what it meant.
    """
    return entry.kind is EntryKind.UNKNOWN and kind_of(body) is not EntryKind.UNKNOWN


def is_misread(kind: EntryKind, read_as: EntryKind) -> bool:
    """Whether a reader takes for something to be shown what is never shown here by its kind."""
    return KIND_RULES[kind].release_as is None and KIND_RULES[read_as].release_as is not None


def enclosing(start: UUID, above: Mapping[UUID, AbstractSet[UUID]]) -> set[UUID]:
    """Every container of an entry, near and far; `above`: what each is directly part of."""
    seen: set[UUID] = set()
    waiting = list(above.get(start, ()))
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            waiting.extend(above.get(current, ()))
    return seen
