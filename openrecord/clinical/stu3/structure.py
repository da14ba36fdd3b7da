"""What the Lists and the references between resources of a GP Connect record say: who is part of what.

Sections are Lists by SNOMED CT code; secondary Lists only repeat references. A consultation is a List (Consultation)
of topics, of categories, tied to its Encounter by List.encounter. A panel's members and filing comments are named by
has-member or derived-from, a test group's by the answers of a QuestionnaireResponse.

Damaged parts are passed over here; the resource itself is refused where it is mapped. A container that is not in the
message stays named, so that its part is not shown until the container is known.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from openrecord.clinical.codes import codes_of, main_code
from openrecord.clinical.dates import earliest_or_none
from openrecord.clinical.incoming import IncomingLink, JsonObject, Label, LabKey, LinkKind
from openrecord.clinical.labels import label_listed, label_of, strictest
from openrecord.clinical.r4.references import UNKNOWN_TARGET, identifiers, looks_like_reference
from openrecord.clinical.stu3.elements import extension_value, extensions, listed, local_reference
from openrecord.clinical.stu3.items import Item

_CONSULTATION_PARTS = {"25851000000105", "24781000000107"}
_CONSULTATION_LISTS = {"325851000000107", *_CONSULTATION_PARTS}
_DIARY_SECTION = "714311000000108"
_LABORATORY_REPORT_ID = "2.16.840.1.113883.2.1.4.5.5"
_ENCOUNTER_EXTENSION = "encounter-associatedEncounter"

_MOST_ABOVE = 100
"""Lists above a List that are looked at; a consultation has two. Whatever is above more of them is not understood."""

_OTHER_RELATIONS = ("sequel-to", "replaces", "qualified-by", "interfered-by")
"""Observation.related.type where neither is a part of the other."""

SHARED_TYPES = {"Condition", "AllergyIntolerance", "MedicationStatement", "Encounter"}
"""Types that a consultation names but does not own: hiding the consultation does not hide them."""


@dataclass(slots=True)
class Place:
    """Where one resource stands, by local references. `links`: to other entries, besides those of the resource."""

    containers: dict[str, None] = field(default_factory=dict)
    encounters: dict[str, None] = field(default_factory=dict)
    links: list[IncomingLink] = field(default_factory=list)
    label: Label = Label.NONE
    section_time: datetime | None = None
    in_diary: bool = False
    requested_by_report: bool = False
    in_report: bool = False
    specimen_recorded: datetime | None = None
    lab_key: LabKey | None = None


class Structure:
    """Places of all resources of one message, by local reference.

    `vague`: containers that have a part without saying which. `is_label_lost`: so has a List that is labelled.
    """

    def __init__(self, items: Iterable[Item]) -> None:
        """Read the structure that `items` have between them."""
        self._items = list(items)
        self._names = {name: item.local for item in self._items for name in (item.local, *item.aliases)}
        self._by_local = {item.local: item for item in self._items}
        self._places: dict[str, Place] = {}
        self._children: dict[str, list[str]] = {}
        self._containing: set[str] = set()
        self._newest_section: datetime | None = None
        self._identified: dict[tuple[str, str], str] | None = None
        self.vague: set[str] = set()
        self.is_label_lost = False
        self._read_lists()
        for item in self._items:
            self._read_references(item)
        for item in self._items:
            if item.kind == "DiagnosticReport":
                self._read_report(item)
        for parent, children in self._children.items():
            for child in children:
                self._contain(child, parent)
        self._read_consultations()

    def place(self, item: Item) -> Place:
        """The place of `item`; its section time is the snapshot's where no section names it."""
        place = self._place(item.local)
        place.section_time = place.section_time or self._newest_section
        return place

    def _place(self, local: str) -> Place:
        place = self._places.get(local)
        if place is None:
            place = self._places[local] = Place()
        return place

    def _target(self, value: object, holder: Item) -> str | None:
        """The local reference that a Reference element means."""
        if isinstance(value, str) and not looks_like_reference(value):
            return None
        text = value.get("reference") if isinstance(value, dict) else value
        if not isinstance(text, str) or not text:
            return self._with_identifier(value) if isinstance(value, dict) and "identifier" in value else None
        if text.startswith("#"):
            return self._names.get(holder.position + text)
        return self._names.get(text) or local_reference(text)

    def _with_identifier(self, value: JsonObject) -> str | None:
        """The local reference of what a Reference names by an identifier alone."""
        if self._identified is None:
            self._identified = {key: item.local for item in self._items for key in identifiers(item.resource)}
        return next((self._identified[key] for key in identifiers(value) if key in self._identified), None)

    def _targets(self, values: object, holder: Item) -> Iterator[str]:
        for value in _all(values):
            target = self._target(value, holder)
            if target is not None:
                yield target

    # Lists

    def _read_lists(self) -> None:
        lists = [item for item in self._items if item.kind == "List"]
        members = {item.local: self._members(item) for item in lists}
        above: dict[str, list[Item]] = {}
        for item in lists:
            for member in members[item.local]:
                above.setdefault(member, []).append(item)
        said = self._said_of_entries(lists)
        for item in lists:
            lineage = _lineage(item, above)
            label = strictest(
                *(label_of(each.resource, Label.NONE) for each in lineage),
                *(said.get(each.local, Label.NONE) for each in lineage),
            )
            if len(lineage) > _MOST_ABOVE:
                label = strictest(label, Label.UNKNOWN)
            encounters = (self._target(each.resource.get("encounter"), each) for each in lineage)
            encounter = next((found for found in encounters if found is not None), None)
            self._read_list(item, members[item.local], encounter, label)

    def _said_of_entries(self, lists: list[Item]) -> dict[str, Label]:
        """The labels on single entries of Lists, by what these name; the places are given theirs."""
        said: dict[str, Label] = {}
        for item in lists:
            for entry in _all(item.resource.get("entry")):
                if (label := label_listed(entry)) is Label.NONE:
                    continue
                target = self._target(entry.get("item") if isinstance(entry, dict) else None, item)
                if target is None:
                    self.is_label_lost = True
                else:
                    said[target] = strictest(label, said.get(target, label))
                    self._place(target).label = strictest(self._place(target).label, label)
        return said

    def _members(self, item: Item) -> list[str]:
        """What a List names; UNKNOWN_TARGET where it names something without saying what."""
        found = []
        for entry in _all(item.resource.get("entry")):
            named = entry.get("item") if isinstance(entry, dict) else None
            if not (isinstance(entry, dict) and entry.get("deleted") is True):
                found.append(self._target(named, item) or UNKNOWN_TARGET)
        return found

    def _read_list(self, item: Item, members: list[str], encounter: str | None, label: Label) -> None:
        codes = codes_of(item.resource.get("code"))
        in_consultation = "encounter" in item.resource or not _CONSULTATION_LISTS.isdisjoint(codes)
        date = None if in_consultation else earliest_or_none(item.resource.get("date"))
        if date is not None:
            self._newest_section = max(date, self._newest_section or date)
        around = (encounter or UNKNOWN_TARGET) if in_consultation else None
        for member in members:
            if member == UNKNOWN_TARGET:
                self.vague.update(() if around is None else (around,))
                continue
            place = self._place(member)
            place.label = strictest(place.label, label)
            place.section_time = place.section_time or date
            place.in_diary = place.in_diary or _DIARY_SECTION in codes
            if around is not None and around != member:
                place.encounters[around] = None
        if label is not Label.NONE and UNKNOWN_TARGET in (*members, around):
            self.is_label_lost = True
        if encounter is not None and in_consultation:
            self._read_consultation_list(item, encounter, label)

    def _read_consultation_list(self, item: Item, encounter: str, label: Label) -> None:
        place = self._place(encounter)
        if _CONSULTATION_PARTS.isdisjoint(codes_of(item.resource.get("code"))):
            place.label = strictest(place.label, label)
        for header in extensions(item.resource, "RelatedProblemHeader"):
            problem = self._target(extension_value(header, "target", "valueReference"), item)
            link = IncomingLink(LinkKind.DIAGNOSIS, problem) if problem else None
            if link is not None and link not in place.links:
                place.links.append(link)

    # References

    def _read_references(self, item: Item) -> None:
        resource = item.resource
        if not item.is_entry:
            return
        for encounter in self._own_encounters(item):
            self._place(item.local).encounters[encounter] = None
        if item.kind == "Observation":
            for related in _all(resource.get("related")):
                self._relate(item, related)
        elif item.kind == "QuestionnaireResponse":
            self._read_questionnaire(item)
        elif item.kind == "Condition":
            self._read_problem(item)

    def _own_encounters(self, item: Item) -> Iterator[str]:
        resource = item.resource
        context = resource.get("context")
        if item.kind == "DocumentReference" and isinstance(context, dict):
            context = context.get("encounter")
        extended = extension_value(resource, _ENCOUNTER_EXTENSION, "valueReference")
        for named in (context, resource.get("encounter"), extended):
            if named is None:
                continue
            for value in named if isinstance(named, list) and named else (named,):
                target = self._target(value, item) or UNKNOWN_TARGET
                if not target.startswith("EpisodeOfCare/"):
                    yield target

    def _relate(self, item: Item, related: object) -> None:
        kind = related.get("type") if isinstance(related, dict) else None
        target = self._target(related.get("target"), item) if isinstance(related, dict) else None
        if kind == "has-member":
            self._add_child_or_doubt(item.local, target)
        elif kind == "derived-from":
            self._add_child(target or UNKNOWN_TARGET, item.local)
        elif kind not in _OTHER_RELATIONS:
            self.vague.add(item.local)
            self._add_child(UNKNOWN_TARGET, item.local)

    def _add_child(self, parent: str, child: str) -> None:
        children = self._children.setdefault(parent, [])
        if child not in children:
            children.append(child)

    def _add_child_or_doubt(self, parent: str, child: str | None) -> None:
        if child is None:
            self.vague.add(parent)
        else:
            self._add_child(parent, child)

    def _read_questionnaire(self, item: Item) -> None:
        for parent in self._targets(item.resource.get("parent"), item):
            self._add_child(parent, item.local)
        for answer in _answers(item.resource):
            target = self._target(answer, item)
            self._add_child_or_doubt(item.local, target)
            if target is not None:
                self._place(item.local).links.append(IncomingLink(LinkKind.HAS_MEMBER, target))

    def _read_problem(self, item: Item) -> None:
        links = self._place(item.local).links
        for name in ("ActualProblem", "RelatedClinicalContent"):
            for found in extensions(item.resource, name):
                target = self._target(found.get("valueReference"), item)
                if target is not None and target != item.local:
                    links.append(IncomingLink(LinkKind.EVIDENCE, target))

    # Reports

    def _read_report(self, report: Item) -> None:
        resource = report.resource
        recorded = earliest_or_none(resource.get("issued"))
        for request in self._targets(resource.get("basedOn"), report):
            self._place(request).requested_by_report = True
        specimens = list(self._targets(resource.get("specimen"), report))
        named = [self._target(value, report) for value in _all(resource.get("result"))]
        if None in named:
            self.vague.add(report.local)
        for part in self._with_children(target for target in named if target is not None):
            self._place(part).in_report = True
            self._contain(part, report.local)
            if part in self._by_local:
                specimens.extend(self._read_result(self._by_local[part], report))
        for specimen in dict.fromkeys(specimens):
            place = self._place(specimen)
            place.specimen_recorded = place.specimen_recorded or recorded
            self._contain(specimen, report.local)

    def _read_result(self, result: Item, report: Item) -> list[str]:
        specimen = result.resource.get("specimen")
        test = main_code(result.resource.get("code"))
        self._place(result.local).lab_key = self._lab_key(report, specimen, test)
        target = self._target(specimen, result)
        return [target] if target else []

    def _with_children(self, tops: Iterable[str]) -> Iterator[str]:
        waiting, seen = list(tops), set[str]()
        while waiting:
            current = waiting.pop(0)
            if current not in seen:
                seen.add(current)
                waiting.extend(self._children.get(current, ()))
                yield current

    def _lab_key(self, report: Item, specimen: object, test: str | None) -> LabKey | None:
        """What a result has in common with the laboratory's own message; None unless all four parts are known."""
        number = _identifier(report.resource, _LABORATORY_REPORT_ID)
        orders = (self._by_local.get(target) for target in self._targets(report.resource.get("basedOn"), report))
        order = next((_main_identifier(item.resource) for item in orders if item), None)
        taken = self._by_local.get(self._target(specimen, report) or "")
        accession = _accession(taken.resource) if taken else None
        return LabKey(number, order, test, accession) if number and order and test and accession else None

    # Containers

    def _contain(self, child: str, parent: str) -> None:
        """Make `child` a part of `parent`, unless that would make a circle."""
        if child == parent or (child in self._containing and child in self._ancestors(parent)):
            return
        self._place(child).containers[parent] = None
        self._containing.add(parent)

    def _ancestors(self, local: str) -> set[str]:
        waiting, seen = [local], set[str]()
        while waiting:
            current = waiting.pop()
            if current not in seen:
                seen.add(current)
                waiting.extend(self._places[current].containers if current in self._places else ())
        return seen

    def _read_consultations(self) -> None:
        for item in self._items:
            place = self._places.get(item.local)
            if place is None or not place.encounters or not item.is_entry:
                continue
            place.links.extend(IncomingLink(LinkKind.ENCOUNTER, encounter) for encounter in place.encounters)
            several = len(place.encounters) > 1 and UNKNOWN_TARGET not in place.encounters
            if item.kind in SHARED_TYPES or (item.kind == "MedicationRequest" and several):
                continue
            for encounter in place.encounters:
                self._contain(item.local, encounter)


def _all(values: object) -> list[object]:
    """The items of a list; whatever else there is counts as a list of one."""
    return values if isinstance(values, list) else [] if values is None else [values]


def _lineage(item: Item, above: dict[str, list[Item]]) -> list[Item]:
    """`item` and the Lists that name it, nearest first; one more than _MOST_ABOVE stands for any number."""
    lineage: dict[str, Item] = {}
    waiting = deque([item])
    while waiting and len(lineage) <= _MOST_ABOVE:
        current = waiting.popleft()
        if current.local not in lineage:
            lineage[current.local] = current
            waiting.extend(above.get(current.local, ()))
    return list(lineage.values())


def _answers(source: JsonObject) -> Iterator[object]:
    """The references among a questionnaire's answers, in their order."""
    waiting = [source]
    while waiting:
        current = waiting.pop(0)
        if (value := current.get("valueReference")) is not None:
            yield value
        waiting[:0] = [*listed(current.get("answer")), *listed(current.get("item"))]


def _identifier(source: JsonObject, system: str) -> str | None:
    found = (each for each in listed(source.get("identifier")) if _system(each) == system)
    return next((each["value"] for each in found if isinstance(each.get("value"), str)), None)


def _system(identifier: JsonObject) -> str:
    return str(identifier.get("system")).removeprefix("urn:oid:")


def _main_identifier(source: JsonObject) -> str | None:
    values = (identifier.get("value") for identifier in listed(source.get("identifier")))
    return next((value for value in values if isinstance(value, str)), None)


def _accession(source: JsonObject) -> str | None:
    accession = source.get("accessionIdentifier")
    value = accession.get("value") if isinstance(accession, dict) else None
    return value if isinstance(value, str) else None
