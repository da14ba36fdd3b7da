"""A GP Connect structured record (STU3 Bundle) into messages, one for each patient in it.

Every resource stands in exactly one class: entry, problem or no entry. Besides the items of Bundle.entry, entries that
a List contains (ended allergies) count as resources. One damaged resource never stops the rest.
"""

from collections.abc import Mapping

from msgspec import structs

from openrecord.clinical.codes import COMMENT_NOTE, LABORATORY_CATEGORIES, codes_of
from openrecord.clinical.incoming import IncomingEntry, IncomingMessage, JsonObject, Label, Problem
from openrecord.clinical.kinds import EntryKind
from openrecord.clinical.r4.classify import said_type
from openrecord.clinical.r4.directory import Directory
from openrecord.clinical.r4.gathering import Gathered
from openrecord.clinical.r4.hints import Hints, UnusableResource
from openrecord.clinical.r4.normalise import restricts, to_entry
from openrecord.clinical.r4.parts import Parts
from openrecord.clinical.r4.patients import People, subject_of
from openrecord.clinical.r4.restrictions import Restrictions
from openrecord.clinical.stu3.convert import CONVERTERS, to_r4
from openrecord.clinical.stu3.elements import local_reference, reference
from openrecord.clinical.stu3.items import Item, items_of
from openrecord.clinical.stu3.results import LABORATORY
from openrecord.clinical.stu3.structure import Place, Structure

FORMAT = "gpconnect-stu3"

_FILED_UNKNOWN = {"DiagnosticReport", "Observation"}
"""Types whose status `unknown` means filed: GP Connect returns only what the practice has filed."""


def read_bundle(
    bundle: JsonObject, *, at: str = "", damage: Mapping[int, str] | None = None, restricted: bool = False
) -> tuple[IncomingMessage, ...]:
    """The messages in an STU3 Bundle (or in a single STU3 resource); always at least one. Raises NotFhir.

    `at`: what the document's positions begin with ("line 7."). `damage`: why which entries of the Bundle cannot be
    stored. `restricted`: something that is lost may have restricted others.
    """
    gathered = Gathered()
    if bundle.get("resourceType") == "Bundle":
        gathered.add_bundle(bundle, at, damage)
    else:
        gathered.add(bundle, None, "resource")
    gathered.deleted = [local_reference(name) for name in gathered.deleted]
    items = list(items_of(gathered.found))
    whole = [item for item in items if item.damage is None]
    people = People((item.resource, _names(item)) for item in whole if item.kind == "Patient")
    restrictions = Restrictions.of(gathered.bundles, ((item.resource, ()) for item in items if item.kind != "List"))
    parts = Parts(people, gathered)
    structure = Structure(items)
    if restricted or gathered.restricted or structure.is_label_lost:
        restrictions.distrust()
    reader = _Reader(items, people, parts, restrictions, structure)
    for item in items:
        reader.read(item)
    restrictions.check(structure.vague, parts.entries())
    for part in parts.by_patient:
        part.entries = _linked_within(part.entries)
    organisations = {name: item.resource for item in whole if item.kind == "Organization" for name in _names(item)}
    return parts.messages(FORMAT, organisations, restrictions)


def _names(item: Item) -> tuple[str, ...]:
    return (item.local, *item.aliases)


class _Reader:
    """Sorts the resources of one Bundle, which belong to one structure, into the parts of its patients."""

    def __init__(
        self, items: list[Item], people: People, parts: Parts, restrictions: Restrictions, structure: Structure
    ) -> None:
        self._people = people
        self._parts = parts
        self._restrictions = restrictions
        self._structure = structure
        self._mapped = {item.position: _mapped(item) for item in items}
        self._directory = Directory.of(
            (_known(self._mapped[item.position], item), item.full_url) for item in items if item.damage is None
        )

    def read(self, item: Item) -> None:
        """Put one resource into its class."""
        number = self._patient_of(item)
        part = self._parts.of(number)
        if not item.is_entry:
            if item.damage is None:
                part.others[item.kind] += 1
            else:
                part.problems.append(Problem("malformed_json", item.position, item.damage))
            return
        resource = self._mapped[item.position]
        hints = _hints(item, self._structure.place(item), resource)
        if isinstance(resource, UnusableResource):
            resource = {
                **item.resource,
                "resourceType": CONVERTERS[item.kind][0] if item.kind in CONVERTERS else item.kind,
            }
        elif hints.kind is EntryKind.RESULT:
            resource = _as_result(resource)
        if number is None:
            detail = f"{said_type(item.kind)}: its subject is no Patient of this message; send the Patient along"
            part.problems.append(Problem("no_patient", item.position, detail))
            if restricts(resource, hints):
                self._restrictions.distrust()
            return
        try:
            entry = to_entry(resource, hints, self._directory)
        except UnusableResource as error:
            part.problems.append(Problem(error.reason, item.position, error.detail))
        else:
            part.entries.append(entry)
            if entry.label is not Label.NONE:
                self._restrictions.note(entry)

    def _patient_of(self, item: Item) -> int | None:
        """The number of the patient that `item` is about. Without a subject that is the record's only patient."""
        subject = {"reference": item.local} if item.kind == "Patient" else subject_of(item.resource)
        if subject is None:
            return 0 if self._parts.is_about_one else None
        return self._people.of(reference(subject) if isinstance(subject, dict) else None)


def _mapped(item: Item) -> JsonObject | UnusableResource:
    if item.is_entry and item.damage is not None:
        return UnusableResource("malformed_json", item.damage)
    try:
        return to_r4(item.resource) if item.is_entry else item.resource
    except UnusableResource as error:
        return error
    except RecursionError:
        return UnusableResource("too_deep", f"{said_type(item.kind)}: nested too deeply to be read")


def _known(mapped: JsonObject | UnusableResource, item: Item) -> JsonObject:
    return item.resource if isinstance(mapped, UnusableResource) else mapped


def _as_result(resource: JsonObject) -> JsonObject:
    """What a laboratory's report names is the laboratory's, whether the supplier says so or not."""
    category = resource.get("category") or []
    if not LABORATORY_CATEGORIES.isdisjoint(codes_of(category)):
        return resource
    return {**resource, "category": [*category, LABORATORY]}


def _hints(item: Item, place: Place, mapped: JsonObject | UnusableResource) -> Hints:
    return Hints(
        position=item.position,
        kind=_kind_of(item, place),
        filed=True if item.kind in _FILED_UNKNOWN and item.resource.get("status") == "unknown" else None,
        draft=item.kind == "Encounter" and item.resource.get("status") == "unknown",
        aliases=item.aliases,
        containers=tuple(place.containers),
        links=tuple(place.links),
        recorded=place.specimen_recorded,
        label=place.label,
        lab_key=place.lab_key,
        section_time=place.section_time,
        refusal=mapped if isinstance(mapped, UnusableResource) else None,
    )


def _kind_of(item: Item, place: Place) -> EntryKind | None:
    if item.kind == "ReferralRequest":
        return EntryKind.REFERRAL
    if item.kind == "ProcedureRequest":
        in_diary = place.in_diary or (item.resource.get("intent") == "plan" and not place.requested_by_report)
        return EntryKind.DIARY if in_diary else EntryKind.TASK
    if item.kind == "Observation":
        if COMMENT_NOTE in codes_of(item.resource.get("code")):
            return EntryKind.COMMENT
        return EntryKind.RESULT if place.in_report else None
    return None


def _linked_within(entries: list[IncomingEntry]) -> list[IncomingEntry]:
    """`entries` with only the links whose target is an entry of the same message."""
    known = {alias for entry in entries for alias in entry.aliases}
    linked = []
    for entry in entries:
        links = tuple(link for link in entry.links if link.target in known)
        linked.append(entry if len(links) == len(entry.links) else structs.replace(entry, links=links))
    return linked
