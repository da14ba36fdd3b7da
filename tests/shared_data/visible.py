"""What of a reading might be shown to the patient, as far as the message itself tells. A model of its own."""

from collections.abc import Iterator

from openrecord.clinical.incoming import IncomingEntry, Label, VersionStatus
from openrecord.clinical.kinds import KIND_RULES, EntryKind
from openrecord.clinical.reading import Reading

NEVER = {EntryKind.UNKNOWN, EntryKind.CODE, EntryKind.DIARY, EntryKind.TASK}
NOT_YET = {VersionStatus.DRAFT, VersionStatus.ENTERED_IN_ERROR}


def visible(reading: Reading) -> set[tuple[str, str]]:
    """(where in the file, "coded" or "text") of what nothing in the message speaks against."""
    return {found for message in reading.messages for found in _visible(message.entries)}


def _visible(entries: tuple[IncomingEntry, ...]) -> Iterator[tuple[str, str]]:
    by_name = {name: entry for entry in entries for name in entry.aliases}
    hidden = {entry.position for entry in entries if _is_hidden(entry)}
    units = {entry.unit for entry in entries if entry.unit is not None and entry.label is not Label.NONE}
    hidden |= {entry.position for entry in entries if entry.unit in units}
    above = {entry.position: set(_above(entry, by_name)) for entry in entries}
    for entry in entries:
        around = above[entry.position]
        if entry.position in hidden or None in around or not hidden.isdisjoint(each for each in around if each):
            continue
        yield entry.position, "coded"
        tops = {each for each in around if each and not above[each]} or {entry.position}
        group = {other.position for other in entries if tops & {*above[other.position], other.position}}
        if (entry.has_text or entry.kind is EntryKind.COMMENT) and not group & hidden:
            yield entry.position, "text"


def _is_hidden(entry: IncomingEntry) -> bool:
    unfiled = KIND_RULES[entry.kind].needs_filing and entry.filed is not True
    return unfiled or entry.kind in NEVER or entry.status in NOT_YET or entry.label is not Label.NONE


def _above(entry: IncomingEntry, by_name: dict[str, IncomingEntry]) -> Iterator[str | None]:
    """The places of everything the entry is part of; None for what is not in the message."""
    waiting, seen = list(entry.containers), set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        container = by_name.get(name)
        yield None if container is None else container.position
        waiting.extend(() if container is None else container.containers)
