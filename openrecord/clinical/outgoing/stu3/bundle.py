"""A record as GP Connect's Access Record: Structured: one STU3 Bundle (type collection). Pure.

What the reader makes of the whole is asked of the reader itself. What does not come back from it:
docs/adr/0021-a-label-on-export.md.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import UUID, uuid5

from openrecord.clinical import wire
from openrecord.clinical.codes import ACT_CODE_STU3, NOT_FOR_PATIENT
from openrecord.clinical.incoming import JsonObject, LinkKind
from openrecord.clinical.kinds import KIND_RULES, EntryKind
from openrecord.clinical.outgoing.labelling import enclosing, is_misread, labelled, lost_its_meaning
from openrecord.clinical.outgoing.people import People
from openrecord.clinical.outgoing.r4 import as_said, stated, whom
from openrecord.clinical.outgoing.stu3 import documents, links, lists, medicines, problems, requests, results
from openrecord.clinical.outgoing.types import OutgoingEntry, OutgoingRecord, Written
from openrecord.clinical.r4.gathering import Found
from openrecord.clinical.r4.references import names_of
from openrecord.clinical.stu3.bundle import read_bundle
from openrecord.clinical.stu3.elements import local_reference
from openrecord.clinical.stu3.items import items_of
from openrecord.clinical.stu3.structure import Structure

LABEL = [{"system": ACT_CODE_STU3, "code": NOT_FOR_PATIENT}]

_ALIKE: Mapping[str, Callable[[JsonObject], JsonObject]] = {
    "AllergyIntolerance": problems.allergy_intolerance,
    "Condition": problems.condition,
    "DiagnosticReport": results.diagnostic_report,
    "DocumentReference": documents.document_reference,
    "Encounter": documents.encounter,
    "Immunization": problems.immunization,
    "MedicationRequest": medicines.medication_request,
    "MedicationStatement": medicines.medication_statement,
    "Observation": results.observation,
    "Procedure": problems.procedure,
    "QuestionnaireResponse": documents.questionnaire_response,
    "Specimen": results.specimen,
}
"""Types that are called so in both versions, and the way back of each."""

_REQUESTS: Mapping[EntryKind, tuple[str, Callable[[JsonObject], JsonObject]]] = {
    EntryKind.REFERRAL: ("ReferralRequest", requests.referral_request),
    EntryKind.DIARY: ("ProcedureRequest", requests.procedure_request),
    EntryKind.TASK: ("ProcedureRequest", requests.procedure_request),
}
"""What R4 calls ServiceRequest, by kind of entry."""

_TURNING = {"MedicationRequest": "doNotPerform", "ReferralRequest": "doNotPerform", "Immunization": "isSubpotent"}
"""Elements that turn the meaning round and have no place in the STU3 type."""


def bundle(record: OutgoingRecord) -> Written:
    """The record as one Bundle: patient, Lists, entries, medicines, and whom and what these name."""
    writer = _Writer(record)
    for entry in record.entries:
        writer.write(entry)
    writer.link()
    writer.put_into_containers()
    return writer.written()


def _name(kind: str, identity: UUID) -> str:
    return f"{kind}/{identity}"


def _converter(entry: OutgoingEntry, kind: str) -> tuple[str, Callable[[JsonObject], JsonObject]] | None:
    if kind == "ServiceRequest":
        return _REQUESTS.get(entry.kind)
    return (kind, _ALIKE[kind]) if kind in _ALIKE else None


class _Writer:
    """One Bundle in the making. Resources by outside id."""

    def __init__(self, record: OutgoingRecord) -> None:
        self._record = record
        self._people = People(record, _name)
        self._meta = {"lastUpdated": record.at.isoformat()}
        self._entries: dict[UUID, OutgoingEntry] = {}
        self._resources: dict[UUID, JsonObject] = {}
        self._medicines: dict[bytes, JsonObject] = {}
        self._left_out: Counter[str] = Counter()

    def write(self, entry: OutgoingEntry) -> None:
        """One entry as its resource, without references to others."""
        body = self._people.restored(entry.full, entry.coded)
        found = _converter(entry, body["resourceType"])
        if lost_its_meaning(entry, body):
            self._left_out["not_understood"] += 1
        elif found is None or body.get(_TURNING.get(found[0], "")) is True:
            self._left_out["no_place"] += 1
        elif KIND_RULES[entry.kind].needs_filing and not entry.filed:
            self._left_out["unfiled"] += 1
        else:
            kind, convert = found
            is_filed_by_word = entry.kind in (EntryKind.RESULT, EntryKind.REPORT) and body.get("status") == "unknown"
            plain = as_said(entry, body)
            plain = plain if is_filed_by_word else stated(entry, plain)
            head = {"id": str(entry.public_id), "meta": self._meta, whom(kind): self._people.subject()}
            own = _untyped(self._with_medicine(convert(plain)))
            self._entries[entry.public_id] = entry
            self._resources[entry.public_id] = {"resourceType": kind, **head, **own}

    def _with_medicine(self, own: JsonObject) -> JsonObject:
        """The medicine as a resource of its own, as GP Connect has it."""
        medicine = own.get("medicationCodeableConcept")
        if medicine is None:
            return own
        key = wire.dumps(medicine)
        if key not in self._medicines:
            identity = uuid5(self._record.patient.public_id, f"Medication {key.decode()}")
            self._medicines[key] = {"resourceType": "Medication", "id": str(identity), "code": medicine}
        reference = {"reference": f"Medication/{self._medicines[key]['id']}"}
        return {name: part for name, part in own.items() if name != "medicationCodeableConcept"} | {
            "medicationReference": reference
        }

    def _reference(self, identity: UUID) -> str:
        return _name(self._resources[identity]["resourceType"], identity)

    def link(self) -> None:
        """The references that the source made between entries, where STU3 has a place for them."""
        for identity, entry in self._entries.items():
            for kind, target in self._linked(entry):
                links.add(self._resources[identity], kind, self._reference(target))

    def _linked(self, entry: OutgoingEntry) -> Iterator[tuple[LinkKind, UUID]]:
        """What an entry may refer to."""
        own = self._resources[entry.public_id]["resourceType"]
        for kind, target in dict.fromkeys(entry.links):
            if target in self._entries and not links.invents(entry, own, kind, target):
                yield kind, target

    def put_into_containers(self) -> None:
        """Name each entry's containers where the references so far do not say them, near or far."""
        found = [
            Found(each["resourceType"], each, names_of(each, None), None, each["id"])
            for each in (*self._resources.values(), *self._consultations())
        ]
        structure = Structure(items_of(found))
        items = {item.local: item for item in items_of(found)}
        ids = {local_reference(self._reference(identity)): identity for identity in self._resources}
        above = {
            identity: {ids[name] for name in structure.place(items[local]).containers if name in ids}
            for local, identity in ids.items()
        }
        for identity, entry in self._entries.items():
            for container in entry.containers:
                if container in self._entries and container not in enclosing(identity, above):
                    links.contain(self._resources[container], self._resources[identity])

    def _consultations(self) -> Iterator[JsonObject]:
        """The Lists of every consultation."""
        members: dict[UUID, dict[UUID, None]] = {}
        for identity, entry in self._entries.items():
            noted_at = (target for kind, target in self._linked(entry) if kind is LinkKind.ENCOUNTER)
            for target in (*noted_at, *entry.containers):
                members.setdefault(target, {})[identity] = None
        date = self._record.at.isoformat()
        for identity, entry in self._entries.items():
            resource = self._resources[identity]
            if resource["resourceType"] == "Encounter":
                inside = [self._resources[one] for one in members.get(identity, ())]
                named = [self._reference(one) for kind, one in self._linked(entry) if kind is LinkKind.DIAGNOSIS]
                yield from lists.consultation(resource, inside, named, self._people.subject(), date)

    def _document(self) -> JsonObject:
        kinds = [(entry.kind, self._resources[identity]) for identity, entry in self._entries.items()]
        subject, date = self._people.subject(), self._record.at.isoformat()
        items: list[JsonObject] = [
            *(_of_stu3(each) for each in self._people.resources()),
            *lists.sections(kinds, subject, date),
            *self._consultations(),
            *self._resources.values(),
            *self._medicines.values(),
        ]
        return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each} for each in items]}

    def written(self) -> Written:
        """The whole Bundle."""
        document = self._document()
        read = {
            alias: each.kind for message in read_bundle(document) for each in message.entries for alias in each.aliases
        }
        doubtful = {
            identity
            for identity, entry in self._entries.items()
            if is_misread(entry.kind, read.get(local_reference(self._reference(identity)), entry.kind))
        }
        restricted = labelled(self._entries, doubtful)
        for identity in restricted:
            self._resources[identity]["meta"] = {**self._meta, "security": LABEL}
        return Written(document, tuple(self._entries), restricted, dict(self._left_out))


def _untyped(value: Any) -> Any:
    """The same with references that do not say their type: STU3 has no element for it."""
    if isinstance(value, list):
        return [_untyped(item) for item in value]
    if not isinstance(value, dict):
        return value
    is_reference = "type" in value and ("reference" in value or value.keys() == {"type", "display"})
    return {name: _untyped(part) for name, part in value.items() if not (is_reference and name == "type")}


def _of_stu3(resource: JsonObject) -> JsonObject:
    """Whom and what entries name, as STU3 says it: a device's name is its identifier's."""
    if resource["resourceType"] != "Device":
        return resource
    return {"resourceType": "Device", "id": resource["id"], "udi": {"name": resource["deviceName"][0]["name"]}}
