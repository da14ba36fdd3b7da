"""A GP Connect structured record (STU3 Bundle) into messages, one for each patient in it.

Every resource stands in exactly one class: entry, problem or no entry. Besides the items of Bundle.entry, entries that
a List contains (ended allergies) count as resources. One damaged resource never stops the rest.
"""

from collections import Counter
from dataclasses import dataclass, field

from msgspec import structs

from openrecord.clinical.codes import COMMENT_NOTE, LABORATORY_CATEGORIES, codes_of
from openrecord.clinical.incoming import IncomingEntry, IncomingMessage, IncomingPatient, JsonObject, Problem
from openrecord.clinical.kinds import EntryKind
from openrecord.clinical.r4.directory import Directory
from openrecord.clinical.r4.hints import Hints
from openrecord.clinical.r4.normalise import NotAnEntry, UnusableResource, to_entry
from openrecord.clinical.r4.patients import People, source_organisation, subject_of
from openrecord.clinical.stu3.convert import to_r4
from openrecord.clinical.stu3.elements import reference
from openrecord.clinical.stu3.items import Item, gather
from openrecord.clinical.stu3.results import LABORATORY
from openrecord.clinical.stu3.structure import Place, Structure

FORMAT = "gpconnect-stu3"

_FILED_UNKNOWN = {"DiagnosticReport", "Observation"}
"""Types whose status `unknown` means filed: GP Connect returns only what the practice has filed."""


def read_bundle(bundle: JsonObject) -> tuple[IncomingMessage, ...]:
    """The messages in an STU3 Bundle (or in a single STU3 resource); always at least one.

    What belongs to no patient (organisations, problems) goes with the only patient, or apart if there are several.
    """
    if bundle.get("resourceType") != "Bundle":
        bundle = {"resourceType": "Bundle", "entry": [{"resource": bundle}]}
    items, problems = gather(bundle)
    people = People((item.resource, _names(item)) for item in items if item.kind == "Patient")
    reader = _Reader(items, people)
    for item in items:
        reader.read(item)
    reader.common.problems[:0] = problems
    organisations = {name: item.resource for item in items if item.kind == "Organization" for name in _names(item)}
    messages = [
        _message(part, people.patients[number], source_organisation(people.resources[number], organisations))
        for number, part in enumerate(reader.parts)
    ]
    rest = _message(reader.nobody, None, None)
    return (*messages, rest) if rest.resources or not messages else tuple(messages)


def _names(item: Item) -> tuple[str, ...]:
    return (item.local, *item.aliases)


@dataclass(slots=True)
class _Part:
    """What is found for one patient (or for nobody)."""

    entries: list[IncomingEntry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)


def _message(part: _Part, patient: IncomingPatient | None, organisation: str | None) -> IncomingMessage:
    entries = _linked_within(part.entries)
    return IncomingMessage(FORMAT, patient, entries, tuple(part.problems), dict(part.others), organisation)


class _Reader:
    """Sorts the resources of one Bundle, which belong to one structure, into the parts of its patients."""

    def __init__(self, items: list[Item], people: People) -> None:
        self._people = people
        self._structure = Structure(items)
        self._mapped = {item.position: _mapped(item) for item in items}
        self._directory = Directory.of((_known(self._mapped[item.position], item), item.full_url) for item in items)
        self.parts = [_Part() for _ in people.patients]
        self.nobody = _Part()
        self.common = self.parts[0] if len(self.parts) == 1 else self.nobody

    def read(self, item: Item) -> None:
        """Put one resource into its class."""
        number = self._patient_of(item)
        part = self.common if number is None else self.parts[number]
        outcome = self._read_entry(item) if item.is_entry else None
        if outcome is None:
            part.others[item.kind] += 1
        elif number is None:
            detail = f"{item.kind}: its subject is no Patient of this message; send the Patient along"
            part.problems.append(Problem("no_patient", item.position, detail))
        elif isinstance(outcome, Problem):
            part.problems.append(outcome)
        else:
            part.entries.append(outcome)

    def _patient_of(self, item: Item) -> int | None:
        """The number of the patient that `item` is about. Without a subject that is the record's only patient."""
        subject = {"reference": item.local} if item.kind == "Patient" else subject_of(item.resource)
        if subject is None:
            return 0 if len(self.parts) == 1 else None
        return self._people.of(reference(subject) if isinstance(subject, dict) else None)

    def _read_entry(self, item: Item) -> IncomingEntry | Problem | None:
        resource = self._mapped[item.position]
        if isinstance(resource, UnusableResource):
            return Problem(resource.reason, item.position, resource.detail)
        hints = _hints(item, self._structure.place(item))
        try:
            return to_entry(
                _as_result(resource) if hints.kind is EntryKind.RESULT else resource, hints, self._directory
            )
        except NotAnEntry:
            return None
        except UnusableResource as error:
            return Problem(error.reason, item.position, error.detail)


def _mapped(item: Item) -> JsonObject | UnusableResource:
    try:
        return to_r4(item.resource) if item.is_entry else item.resource
    except UnusableResource as error:
        return error
    except RecursionError:
        return UnusableResource("too_deep", f"{item.kind}: nested too deeply to be read")


def _known(mapped: JsonObject | UnusableResource, item: Item) -> JsonObject:
    return item.resource if isinstance(mapped, UnusableResource) else mapped


def _as_result(resource: JsonObject) -> JsonObject:
    """What a laboratory's report names is the laboratory's, whether the supplier says so or not."""
    category = resource.get("category") or []
    if not LABORATORY_CATEGORIES.isdisjoint(codes_of(category)):
        return resource
    return {**resource, "category": [*category, LABORATORY]}


def _hints(item: Item, place: Place) -> Hints:
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


def _linked_within(entries: list[IncomingEntry]) -> tuple[IncomingEntry, ...]:
    """`entries` with only the links whose target is an entry of the same message."""
    known = {alias for entry in entries for alias in entry.aliases}
    linked = []
    for entry in entries:
        links = tuple(link for link in entry.links if link.target in known)
        linked.append(entry if len(links) == len(entry.links) else structs.replace(entry, links=links))
    return tuple(linked)
