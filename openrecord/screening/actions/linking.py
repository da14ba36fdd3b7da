"""Links around entries that move: only what lies in the timeline is ever named."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from openrecord.clinical.incoming import LinkKind
from openrecord.clinical.kinds import KIND_RULES, EntryKind
from openrecord.clinical.r4 import links
from openrecord.db import sql
from openrecord.registry.types import PatientId
from openrecord.screening.types import EntryId

_LINKS = "SELECT patient_id, id, source, kind, target FROM screening_link WHERE target IS NOT NULL AND {which}"
_EVERY = "SELECT patient_id, id, source, kind, target FROM screening_link WHERE target IS NOT NULL AND patient_id=%s"
_PLACED = "SELECT patient_id, id, public_id, kind FROM screening_entry WHERE placed AND {which}"

Outgoing = defaultdict[EntryId, list[tuple[str, EntryId]]]
"""Of each source the kinds and targets of its links, in the order in which they came."""


@dataclass(frozen=True, slots=True)
class Around:
    """The entries of one patient whose links have to be known.

    `lying`: for each entry looked at, its reference ("Type/outside id") where it lies in the timeline, else None.
    `moved`: what enters, leaves or is written anew; None = everything (a new patient).
    """

    lying: Mapping[EntryId, str | None]
    moved: Collection[EntryId] | None


def link_books(patients: Mapping[PatientId, Around]) -> dict[PatientId, "LinkBook"]:
    """Of each patient the links around what moves."""
    outgoing = _outgoing(patients)
    others = {
        patient_id: ({target for each in out.values() for _, target in each} | set(out))
        - set(patients[patient_id].lying)
        for patient_id, out in outgoing.items()
    }
    named = {
        patient_id: {entry: reference for entry, reference in around.lying.items() if reference is not None}
        for patient_id, around in patients.items()
    }
    for patient, raw, public_id, kind in sql.rows_of(_PLACED, "id", others):
        fhir_type = KIND_RULES[EntryKind(kind)].fhir_type
        named[PatientId(patient)][_entry(raw)] = f"{fhir_type}/{UUID(bytes=bytes(public_id))}"
    return {patient_id: LinkBook(outgoing[patient_id], named[patient_id]) for patient_id in patients}


def _outgoing(patients: Mapping[PatientId, Around]) -> dict[PatientId, Outgoing]:
    """All links of every source that is concerned: an entry's references are always written as a whole."""
    keys = {patient_id: set(around.moved) for patient_id, around in patients.items() if around.moved is not None}
    found = [row for side in ("source", "target") for row in sql.rows_of(_LINKS, side, keys)]
    others: dict[PatientId, set[EntryId]] = {patient_id: set() for patient_id in keys}
    for row in found:
        others[PatientId(row[0])].add(_entry(row[2]))
    found += sql.rows_of(_LINKS, "source", {patient_id: others[patient_id] - keys[patient_id] for patient_id in keys})
    for patient_id in patients.keys() - keys.keys():
        found += sql.rows(_EVERY, [patient_id])
    links = {(row[0], bytes(row[1])): row for row in found}
    outgoing: dict[PatientId, Outgoing] = {patient_id: defaultdict(list) for patient_id in patients}
    for _, (patient, _, source, kind, target) in sorted(links.items()):
        outgoing[PatientId(patient)][_entry(source)].append((kind, _entry(target)))
    return outgoing


def _entry(raw: bytes) -> EntryId:
    return EntryId(bytes(raw))


class LinkBook:
    """The links of one patient around what moves. `named`: the reference of each entry that may be named."""

    def __init__(self, outgoing: Outgoing, named: Mapping[EntryId, str]) -> None:
        self._out = outgoing
        self._named = named

    def refs(self, entry_id: EntryId) -> bytes:
        """The references the entry may name, as a JSON fragment."""
        out = [(LinkKind(kind), self._named[t]) for kind, t in self._out.get(entry_id, ()) if t in self._named]
        if not out or entry_id not in self._named:
            return b""
        return links.fragment(self._named[entry_id].partition("/")[0], dict.fromkeys(out))

    def relinked(self, moved: Collection[EntryId], written: Collection[EntryId]) -> Iterable[tuple[EntryId, bytes]]:
        """Entries that stay as they are but name something that moved."""
        for source, out in self._out.items():
            if source in self._named and source not in written and any(target in moved for _, target in out):
                yield source, self.refs(source)
