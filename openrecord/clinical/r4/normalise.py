"""One FHIR R4 resource into one IncomingEntry: kind, dates, status, label and the two renderings.

Pure. It knows nothing of bundles: what only the surrounding format knows comes as Hints, names of people and places
come from a Directory.
"""

from collections.abc import Iterator

import orjson

from openrecord.clinical.codes import main_code, medicine_unit
from openrecord.clinical.datatypes import WrongShape
from openrecord.clinical.dates import earliest_or_none
from openrecord.clinical.elements import AllowList, Rendering, allow_list
from openrecord.clinical.incoming import (
    ControlCode,
    IncomingEntry,
    IncomingLink,
    JsonObject,
    LinkKind,
    OwnContent,
)
from openrecord.clinical.kinds import EntryKind
from openrecord.clinical.r4.classify import NOT_ENTRIES, control_code, kind_of, slot
from openrecord.clinical.r4.directory import Directory
from openrecord.clinical.r4.hints import Hints
from openrecord.clinical.r4.own import own_content
from openrecord.clinical.r4.references import identifiers, local, names_of, target_of, targets_in
from openrecord.clinical.r4.required import completed
from openrecord.clinical.r4.standing import label_of, standing_of
from openrecord.clinical.r4.times import Times, times_of

STRIPPED = frozenset({"id", "meta", "implicitRules", "language", "text", "contained", "subject", "patient"})
"""What no stored body holds, of whatever type it is."""

LONGEST_COUNTER = 12
"""Digits of a versionId that counts; longer numbers in real files are hashes, which order nothing."""

MEDICINES = frozenset({EntryKind.MEDICATION, EntryKind.PLAN, EntryKind.ISSUE})

_RELATIONS = {"replaces": LinkKind.REPLACES, "appends": LinkKind.RELATES_TO}
"""DocumentReference.relatesTo.code to the kind of link; other relations say nothing that is shown."""

MAIN_CODE_ELEMENT = {
    "MedicationStatement": "medicationCodeableConcept",
    "MedicationRequest": "medicationCodeableConcept",
    "Immunization": "vaccineCode",
    "Encounter": "type",
    "DocumentReference": "type",
    "Specimen": "type",
}
"""Resource type to the element that says what the entry is; "code" for all others."""


class NotAnEntry(Exception):
    """The resource is of a type that is no record entry (Patient, Organization, …)."""


class UnusableResource(ValueError):
    """The resource cannot be accepted. `reason` is a stable code; `detail` names the element, never its content."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


def to_entry(resource: JsonObject, hints: Hints, directory: Directory) -> IncomingEntry:
    """The entry that `resource` is.

    Raises NotAnEntry for types that are no record entries, UnusableResource where the resource has no type, no
    identity, or another JSON type than FHIR asks for in an element that is read.
    """
    resource_type = resource.get("resourceType")
    if not isinstance(resource_type, str) or not resource_type:
        raise UnusableResource("no_resource_type", "resourceType is missing; name the FHIR type of the resource")
    if resource_type in NOT_ENTRIES:
        raise NotAnEntry(resource_type)
    if type(resource.get("meta", {})) is not dict:
        raise UnusableResource("wrong_type", f"{resource_type}.meta: an object expected")
    try:
        return _entry(resource, resource_type, hints, directory)
    except WrongShape as error:
        raise UnusableResource("wrong_type", f"{resource_type}.{error}") from None
    except (RecursionError, orjson.JSONEncodeError):
        raise UnusableResource("too_deep", f"{resource_type}: nested too deeply to be stored") from None


def _entry(resource: JsonObject, resource_type: str, hints: Hints, directory: Directory) -> IncomingEntry:
    identity = identity_of(resource, directory)
    resource, directory = _with_medicine(resource, directory)
    kind = kind_of(resource)
    if hints.kind is not None and kind is not EntryKind.CODE:
        kind = hints.kind
    allowed = allow_list(resource_type)
    if allowed is None:
        rendering = _everything(resource)
        links = hints.links
    else:
        rendering = allowed.render(resource, directory)
        links = _links(resource, allowed, hints)
    if rendering.modified:
        kind = EntryKind.UNKNOWN  # a modifier that nobody here understands may turn the meaning round
    filed, status = standing_of(resource, kind, hints)
    times = times_of(resource, hints.recorded)
    meta = resource.get("meta") or {}
    version_id = _number(meta.get("versionId"))
    updated = earliest_or_none(meta.get("lastUpdated"))
    return IncomingEntry(
        identity=identity,
        aliases=tuple(dict.fromkeys((*names_of(resource, None), *hints.aliases))),
        kind=kind,
        slot=slot(resource, kind),
        full=orjson.dumps(completed(resource_type, rendering.full)),
        coded=None if rendering.coded is rendering.full else orjson.dumps(completed(resource_type, rendering.coded)),
        links=links,
        containers=hints.containers,
        recorded=times.recorded,
        recorded_inferred=times.inferred,
        clinical=times.clinical,
        filed=filed,
        status=status,
        label=label_of(resource, hints.label),
        own=OwnContent.CODED if allowed is None else own_content(resource_type, rendering),
        unit=medicine_unit(resource.get("medicationCodeableConcept")) if kind in MEDICINES else None,
        lab_key=hints.lab_key if kind is EntryKind.RESULT else None,
        replaces=next((link.target for link in links if link.kind is LinkKind.REPLACES), None),
        control=_control(resource, times) if kind is EntryKind.CODE else None,
        transferred=hints.transferred,
        version_id=version_id,
        # the section's date counts only where the resource itself says nothing of its version
        version_time=hints.section_time if updated is None and version_id is None else updated,
        code=_code(resource, resource_type),
        position=hints.position,
    )


def identity_of(resource: JsonObject, directory: Directory) -> str:
    """ "Type|system|value" of the first business identifier that is the resource's alone, else "Type|id|its id"."""
    resource_type = resource["resourceType"]
    for system, value in identifiers(resource):
        if (resource_type, system, value) not in directory.shared:
            return f"{resource_type}|{system}|{value}"
    identity = resource.get("id")
    if not isinstance(identity, str) or not identity:
        raise UnusableResource("no_identity", f"{resource_type}: neither an identifier of its own nor an id")
    return f"{resource_type}|id|{identity}"


def _with_medicine(resource: JsonObject, directory: Directory) -> tuple[JsonObject, Directory]:
    """The resource with its medicine in place of a reference to it, and what it contains known by name."""
    if "contained" in resource:
        directory = directory.with_contained(resource)
    reference = resource.get("medicationReference")
    if not isinstance(reference, dict) or "medicationCodeableConcept" in resource:
        return resource, directory
    target = target_of(reference)
    medicine = directory.medicine(target) if target else None
    if medicine is None and isinstance(reference.get("display"), str):
        medicine = {"text": reference["display"]}
    if medicine is None:
        raise UnusableResource(
            "unknown_medicine",
            f"{resource['resourceType']}.medicationReference: the message does not hold the Medication; send it along",
        )
    return {**resource, "medicationCodeableConcept": medicine}, directory


def _everything(resource: JsonObject) -> Rendering:
    """A type without an allow-list is kept whole for staff and never shown."""
    kept = {key: value for key, value in resource.items() if key not in STRIPPED}
    return Rendering(kept, kept, modified=False)


def _links(resource: JsonObject, allowed: AllowList, hints: Hints) -> tuple[IncomingLink, ...]:
    """What the entry refers to, each once: its listed references, its relations, what the format adds."""
    links = [IncomingLink(kind, local(target)) for kind, target in allowed.targets(resource)]
    if "relatesTo" in resource:
        links.extend(_relations(resource))
    links.extend(hints.links)
    distinct = len({link.target for link in links}) == len(links)
    return tuple(links) if distinct else tuple(dict.fromkeys(links))


def _relations(resource: JsonObject) -> Iterator[IncomingLink]:
    """What a document replaces or adds to."""
    relations = resource["relatesTo"]
    for relation in relations if isinstance(relations, list) else ():
        kind = _RELATIONS.get(str(relation.get("code"))) if isinstance(relation, dict) else None
        if kind is not None:
            yield from (IncomingLink(kind, target) for target in targets_in(relation.get("target")))


def _control(resource: JsonObject, times: Times) -> ControlCode | None:
    code = control_code(resource)
    return None if code is None else ControlCode(code, times.clinical, times.recorded)


def _code(resource: JsonObject, resource_type: str) -> str | None:
    concept = resource.get(MAIN_CODE_ELEMENT.get(resource_type, "code"))
    if isinstance(concept, list):
        concept = concept[0] if concept else None
    return main_code(concept)


def _number(version: object) -> int | None:
    if isinstance(version, str) and version.isascii() and version.isdigit() and len(version) <= LONGEST_COUNTER:
        return int(version)
    return None
