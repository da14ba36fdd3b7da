"""A record as a FHIR R4 Bundle (type collection), shaped as UK Core. Pure.

What the reader makes of each resource is asked of the reader itself, so that no rule of reading stands here again.
What does not come back from it: docs/adr/0021-a-label-on-export.md.
"""

from collections import Counter
from typing import Any
from uuid import UUID

import orjson

from openrecord.clinical.codes import ACT_CODE, ACT_CODE_STU3, NOT_FOR_PATIENT
from openrecord.clinical.incoming import JsonObject
from openrecord.clinical.kinds import KIND_RULES, EntryKind
from openrecord.clinical.outgoing.labelling import enclosing, is_misread, labelled, lost_its_meaning
from openrecord.clinical.outgoing.people import People
from openrecord.clinical.outgoing.types import OutgoingEntry, OutgoingRecord, Written
from openrecord.clinical.r4 import links
from openrecord.clinical.r4.classify import kind_of
from openrecord.clinical.r4.hints import Hints
from openrecord.clinical.r4.references import names_of
from openrecord.clinical.r4.required import plainly_absent
from openrecord.clinical.r4.standing import standing_of
from openrecord.clinical.r4.structure import Structure
from openrecord.clinical.r4.times import times_of

LABEL = [{"system": system, "code": NOT_FOR_PATIENT} for system in (ACT_CODE, ACT_CODE_STU3)]
"""NOPAT under both names of its code system: R4's own, and the one that the guidance for GP systems writes."""

_WHOM = {"AllergyIntolerance": "patient", "Immunization": "patient", "Task": "for"}
_PARTS = {
    ("DiagnosticReport", "Observation"): "result",
    ("DiagnosticReport", "Specimen"): "specimen",
    ("Observation", "Observation"): "hasMember",
}
"""(type of a container, type of its part) to the element of the container that names its parts."""


def _address(_kind: str, identity: UUID) -> str:
    return f"urn:uuid:{identity}"


def bundle(record: OutgoingRecord) -> Written:
    """The record as one Bundle: its patient, its entries, and whom and what these name."""
    writer = _Writer(record)
    for entry in record.entries:
        writer.write(entry)
    writer.link()
    writer.put_into_containers()
    return writer.written(record)


def whom(resource_type: str) -> str:
    """The element by which a resource says whose it is."""
    return _WHOM.get(resource_type, "subject")


def stated(entry: OutgoingEntry, resource: JsonObject) -> JsonObject:
    """The resource with what is known of the entry and its body alone does not say.

    What was filed here, or what GP Connect calls "unknown" and means as filed, is "final" in R4. A document's date of
    its own is no element that is kept.
    """
    is_document = resource["resourceType"] == "DocumentReference"
    if KIND_RULES[entry.kind].needs_filing and entry.filed and entry.kind is not EntryKind.SPECIMEN:
        filed, _ = standing_of(resource, entry.kind, Hints(""))
        if not filed:
            resource = {**resource, "docStatus" if is_document else "status": "final"}
    if is_document and entry.clinical is not None and times_of(resource).clinical != entry.clinical:
        resource = {**resource, "context": {"period": {"start": entry.clinical.isoformat()}}}
    return resource


def as_said(entry: OutgoingEntry, body: JsonObject) -> JsonObject:
    """The body without stand-ins, but for the one that the entry is only by (an Observation's code)."""
    plain = plainly_absent(body["resourceType"], body)
    if entry.kind is EntryKind.OBSERVATION and kind_of(plain) is not EntryKind.OBSERVATION:
        return {**plain, "code": body["code"]}
    return plain


class _Writer:
    """One Bundle in the making. Resources by outside id."""

    def __init__(self, record: OutgoingRecord) -> None:
        self._people = People(record, _address)
        self._meta = {"lastUpdated": record.at.isoformat()}
        self._entries: dict[UUID, OutgoingEntry] = {}
        self._resources: dict[UUID, JsonObject] = {}
        self._left_out: Counter[str] = Counter()

    def write(self, entry: OutgoingEntry) -> None:
        """One entry as its resource, without references to others."""
        body = self._people.restored(entry.full, entry.coded)
        if lost_its_meaning(entry, body):
            self._left_out["not_understood"] += 1
            return
        kind = body["resourceType"]
        own = {name: part for name, part in as_said(entry, body).items() if name not in ("id", "subject", "patient")}
        head = {"id": str(entry.public_id), "meta": self._meta, whom(kind): self._people.subject()}
        self._entries[entry.public_id] = entry
        self._resources[entry.public_id] = stated(entry, {"resourceType": kind, **head, **own})

    def link(self) -> None:
        """The references that the source made between entries, where R4 has a place for them."""
        for identity, entry in self._entries.items():
            resource = self._resources[identity]
            known = [(kind, _address("", target)) for kind, target in entry.links if target in self._entries]
            fragment = links.fragment(resource["resourceType"], dict.fromkeys(known))
            for name, value in orjson.loads(b"{" + fragment + b"}").items():
                held = resource.get(name)
                resource[name] = {**held, **value} if isinstance(held, dict) and isinstance(value, dict) else value

    def put_into_containers(self) -> None:
        """Name each entry's containers where the references so far do not say them, near or far."""
        named = [(each, names_of(each, _address("", identity))) for identity, each in self._resources.items()]
        structure = Structure(named)
        ids = {name: identity for identity, (_, names) in zip(self._resources, named, strict=True) for name in names}
        above = {
            ids[names[0]]: {ids[name] for name in structure.containers(each, names) if name in ids}
            for each, names in named
        }
        for identity, entry in self._entries.items():
            for container in entry.containers:
                if container in self._entries and container not in enclosing(identity, above):
                    self._contain(identity, container)

    def _contain(self, part: UUID, container: UUID) -> None:
        inner, outer = self._resources[part], self._resources[container]
        element = _PARTS.get((outer["resourceType"], inner["resourceType"]))
        if element is not None:
            outer[element] = [*outer.get(element, ()), {"reference": _address("", part)}]
        elif outer["resourceType"] == "Encounter" and inner["resourceType"] != "DocumentReference":
            inner.setdefault("encounter", {"reference": _address("", container)})

    def written(self, record: OutgoingRecord) -> Written:
        """The whole Bundle."""
        doubtful = {
            one for one, entry in self._entries.items() if is_misread(entry.kind, kind_of(self._resources[one]))
        }
        restricted = labelled(self._entries, doubtful)
        for identity in restricted:
            self._resources[identity]["meta"] = {**self._meta, "security": LABEL}
        items: list[dict[str, Any]] = [*self._people.resources(), *self._resources.values()]
        document = {
            "resourceType": "Bundle",
            "type": "collection",
            "timestamp": record.at.isoformat(),
            "entry": [{"fullUrl": _address("", UUID(each["id"])), "resource": each} for each in items],
        }
        return Written(document, tuple(self._entries), restricted, dict(self._left_out))
