"""One FHIR R4 resource into one IncomingEntry: kind, dates, status, label and the two renderings.

Pure. It knows nothing of bundles: what only the surrounding format knows comes as Hints, names of people and places
come from a Directory.
"""

import contextlib
import hashlib
from collections.abc import Iterable, Iterator

import orjson

from openrecord.clinical import wire
from openrecord.clinical.codes import RESTRICTING, main_code, medicine_unit
from openrecord.clinical.datatypes import WrongShape
from openrecord.clinical.dates import earliest_or_none
from openrecord.clinical.elements import AllowList, Rendering, allow_list
from openrecord.clinical.incoming import (
    ControlCode,
    IncomingEntry,
    IncomingLink,
    JsonObject,
    Label,
    LinkKind,
    VersionStatus,
)
from openrecord.clinical.kinds import EntryKind
from openrecord.clinical.labels import label_of, strictest
from openrecord.clinical.r4.classify import control_code, kind_of, said_type, slot
from openrecord.clinical.r4.directory import Directory
from openrecord.clinical.r4.hints import Hints, UnusableResource
from openrecord.clinical.r4.own import own_content
from openrecord.clinical.r4.references import identifiers, local, names_of, target_of, targets_in
from openrecord.clinical.r4.required import completed
from openrecord.clinical.r4.standing import standing_of
from openrecord.clinical.r4.times import Times, times_of

STRIPPED = frozenset({"id", "meta", "implicitRules", "language", "text", "contained", "subject", "patient"})
"""What no stored body holds, of whatever type it is."""

LONGEST_COUNTER = 12
"""Digits of a versionId that counts; longer numbers in real files are hashes, which order nothing."""

MEDICINES = frozenset({"MedicationStatement", "MedicationRequest"})

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


def to_entry(resource: JsonObject, hints: Hints, directory: Directory) -> IncomingEntry:
    """The entry that `resource` is.

    The resource has a type, which is one of record entries (NOT_ENTRIES has those that are none). Raises
    UnusableResource where it has no identity, no medicine though it is about one, or another JSON type than FHIR asks
    for in an element that is read.
    One that hides something (itself, a version before it, others of its group) is accepted all the same, without a
    body and never to be shown: refusing it would show what it hides.
    """
    resource_type = resource["resourceType"]
    try:
        return _whole(resource, resource_type, hints, directory)
    except UnusableResource as refusal:
        if not _hides(resource, hints):
            raise
        try:
            return _bare(resource, resource_type, hints, directory)
        except RecursionError:
            raise refusal from None


def _whole(resource: JsonObject, resource_type: str, hints: Hints, directory: Directory) -> IncomingEntry:
    if hints.refusal is not None:
        raise hints.refusal
    try:
        identity = identity_of(resource, directory, hints.aliases)
        resource, directory = _with_medicine(resource, directory)
        allowed = allow_list(resource_type)
        rendering = _everything(resource) if allowed is None else allowed.render(resource, directory)
        links = hints.links if allowed is None else _links(resource, allowed, hints)
        entry = _entry(resource, identity, hints, rendering, links)
    except WrongShape as error:
        raise UnusableResource("wrong_type", f"{said_type(resource_type)}.{error}") from None
    except (RecursionError, orjson.JSONEncodeError):
        raise UnusableResource("too_deep", f"{said_type(resource_type)}: nested too deeply to be stored") from None
    if entry.unit is None and resource_type in MEDICINES:
        raise UnusableResource("unknown_medicine", f"{resource_type}.medication[x]: names no medicine")
    return entry


def _bare(resource: JsonObject, resource_type: str, hints: Hints, directory: Directory) -> IncomingEntry:
    """What a resource that cannot be used says of others. Without an identity of its own its content stands for it."""
    try:
        identity = identity_of(resource, directory, hints.aliases)
    except UnusableResource:
        content = hashlib.blake2b(repr(resource).encode(), digest_size=16).hexdigest()
        identity = f"{resource_type}|id|content {content}"
    with contextlib.suppress(UnusableResource):
        resource, directory = _with_medicine(resource, directory)
    nothing = {"resourceType": resource_type}
    return _entry(resource, identity, hints, Rendering(nothing, nothing, modified=True), hints.links)


def restricts(resource: JsonObject, hints: Hints) -> bool:
    """Whether a resource may keep others of its record from being shown: it is labelled or takes access away."""
    kind = kind_of(resource)
    if kind is EntryKind.CODE and _restricts_access(resource, standing_of(resource, kind, hints)[1]):
        return True
    return label_of(resource, hints.label) is not Label.NONE


def _hides(resource: JsonObject, hints: Hints) -> bool:
    """Whether a resource speaks against showing something: others, or a version of itself."""
    kind = kind_of(resource)
    wrong = standing_of(resource, kind, hints)[1] is VersionStatus.ENTERED_IN_ERROR
    return restricts(resource, hints) or (wrong and kind is not EntryKind.CODE)


def _restricts_access(resource: JsonObject, status: VersionStatus) -> bool:
    """Whether a statement about access takes some away: a 103 or 104, or a 106 that was an error."""
    return (control_code(resource) in RESTRICTING) is not (status is VersionStatus.ENTERED_IN_ERROR)


def _entry(
    resource: JsonObject, identity: str, hints: Hints, rendering: Rendering, links: tuple[IncomingLink, ...]
) -> IncomingEntry:
    resource_type = resource["resourceType"]
    kind = kind_of(resource)
    if hints.kind is not None and kind is not EntryKind.CODE:
        kind = hints.kind
    filed, status = standing_of(resource, kind, hints)
    if rendering.modified or "implicitRules" in resource:
        # a modifier that nobody here understands may turn the meaning round
        kind = kind if kind is EntryKind.CODE and _restricts_access(resource, status) else EntryKind.UNKNOWN
    times = times_of(resource, hints.recorded)
    label = label_of(resource, hints.label)
    own = f"{resource_type}/{resource.get('id')}"
    meta = resource.get("meta")
    version = meta if type(meta) is dict else {}
    version_id = _number(version.get("versionId"))
    updated = earliest_or_none(version.get("lastUpdated"))
    return IncomingEntry(
        identity=identity,
        aliases=hints.aliases if own in hints.aliases else (*names_of(resource, None), *hints.aliases),
        kind=kind,
        slot=slot(resource, kind),
        full=wire.dumps(completed(resource_type, rendering.full)),
        coded=None if rendering.coded is rendering.full else wire.dumps(completed(resource_type, rendering.coded)),
        links=links,
        containers=hints.containers,
        recorded=times.recorded,
        recorded_inferred=times.inferred,
        clinical=times.clinical,
        filed=filed,
        status=status,
        label=label if rendering.label is Label.NONE else strictest(label, rendering.label),
        own=own_content(resource_type, rendering),
        unit=medicine_unit(resource.get("medicationCodeableConcept")) if resource_type in MEDICINES else None,
        lab_key=hints.lab_key if kind is EntryKind.RESULT else None,
        replaces=next((link.target for link in links if link.kind is LinkKind.REPLACES), None),
        control=_control(resource, times) if kind is EntryKind.CODE else None,
        transferred=hints.transferred,
        version_id=version_id,
        # the section's date counts only where the resource itself says nothing of its version
        version_time=hints.section_time if updated is None and version_id is None else updated,
        code=_code(resource, resource_type),
        position=hints.position,
        files=rendering.files,
    )


def identity_of(resource: JsonObject, directory: Directory, aliases: Iterable[str] = ()) -> str:
    """ "Type|system|value" of the first business identifier that is the resource's alone, else "Type|id|its id".

    A resource without an id has the one of the address that it stands under in its Bundle (`aliases`).
    """
    resource_type = resource["resourceType"]
    for system, value in identifiers(resource):
        if (resource_type, system, value) not in directory.shared:
            return f"{resource_type}|{system}|{value}"
    identity = resource.get("id")
    if not isinstance(identity, str) or not identity:
        identity = next((alias.rpartition("/")[2] for alias in aliases), None)
    if not identity:
        detail = f"{said_type(resource_type)}: neither an identifier of its own nor an id"
        raise UnusableResource("no_identity", detail)
    return f"{resource_type}|id|{identity}"


def _with_medicine(resource: JsonObject, directory: Directory) -> tuple[JsonObject, Directory]:
    """The resource with its medicine in place of a reference to it, and what it contains known by name."""
    if "contained" in resource:
        directory = directory.with_contained(resource)
    reference = resource.get("medicationReference")
    if not isinstance(reference, dict) or resource.get("medicationCodeableConcept") is not None:
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
