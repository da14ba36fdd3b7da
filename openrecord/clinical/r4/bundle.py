"""A FHIR R4 Bundle, a single resource or NDJSON lines into messages, one for each patient. Pure.

Every resource stands in exactly one class: entry, problem or no entry. One damaged resource never stops the rest.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from openrecord.clinical.incoming import IncomingEntry, IncomingMessage, JsonObject, Problem
from openrecord.clinical.r4.classify import NOT_ENTRIES
from openrecord.clinical.r4.directory import Directory
from openrecord.clinical.r4.hints import Hints
from openrecord.clinical.r4.normalise import NotAnEntry, UnusableResource, to_entry
from openrecord.clinical.r4.patients import People, source_organisation, subject_of
from openrecord.clinical.r4.references import local, names_of
from openrecord.clinical.r4.structure import Structure

FORMAT = "fhir-r4"


class NotFhir(ValueError):
    """The JSON document is no FHIR resource, or a Bundle whose entry element is no list."""


class Item(NamedTuple):
    """One resource of a message, with what surrounds it; `kind` is its type, None where it names none."""

    kind: str | None
    resource: JsonObject
    names: tuple[str, ...]
    full_url: str | None
    position: str


@dataclass(slots=True)
class _Gathered:
    items: list[Item] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _Part:
    """What is found for one patient (or for nobody)."""

    entries: list[IncomingEntry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    removed: list[str] = field(default_factory=list)


def read_bundle(document: JsonObject) -> tuple[IncomingMessage, ...]:
    """The messages in a Bundle or a single resource. Raises NotFhir."""
    gathered = _Gathered()
    if document.get("resourceType") == "Bundle":
        _gather_bundle(document, "", gathered)
    elif isinstance(document.get("resourceType"), str):
        _gather_resource(document, None, "resource", gathered)
    else:
        raise NotFhir("resourceType is missing")
    return _messages(gathered)


def read_lines(lines: Iterable[tuple[str, JsonObject]]) -> tuple[IncomingMessage, ...]:
    """The messages in NDJSON: each resource with its position ("line 7"); all lines are one message's resources."""
    gathered = _Gathered()
    for position, resource in lines:
        _gather_resource(resource, None, position, gathered)
    return _messages(gathered)


def _gather_bundle(bundle: JsonObject, path: str, gathered: _Gathered) -> None:
    entries = bundle.get("entry")
    if entries is None:
        return
    if type(entries) is not list:
        raise NotFhir("Bundle.entry: a list expected")
    for number, entry in enumerate(entries):
        position = f"{path}entry[{number}]"
        if type(entry) is not dict:
            gathered.problems.append(Problem("not_an_object", position, "Bundle.entry: an object expected"))
            continue
        full_url = entry.get("fullUrl")
        deleted = _deleted(entry) if "request" in entry else None
        if deleted is not None:
            gathered.deleted.append(deleted)
        if "resource" not in entry:
            continue
        resource = entry["resource"]
        if deleted is not None and type(resource) is dict:
            gathered.others[_type_of(resource) or "deleted"] += 1
        else:
            _gather_resource(resource, full_url if isinstance(full_url, str) else None, position, gathered)


def _gather_resource(resource: object, full_url: str | None, position: str, gathered: _Gathered) -> None:
    if type(resource) is not dict:
        gathered.problems.append(Problem("not_an_object", position, "resource: an object expected"))
        return
    kind = _type_of(resource)
    if kind == "Bundle":
        try:
            _gather_bundle(resource, f"{position}.", gathered)
        except NotFhir as error:
            gathered.problems.append(Problem("wrong_type", position, str(error)))
        else:
            gathered.others["Bundle"] += 1
    else:
        gathered.items.append(Item(kind, resource, names_of(resource, full_url), full_url, position))


def _deleted(entry: JsonObject) -> str | None:
    """The local reference that the entry says was removed at the source."""
    request = entry["request"]
    if not isinstance(request, dict) or request.get("method") != "DELETE":
        return None
    url = request.get("url")
    return local(url) if isinstance(url, str) and url else None


def _messages(gathered: _Gathered) -> tuple[IncomingMessage, ...]:
    items = gathered.items
    people = People((item.resource, item.names) for item in items if item.kind == "Patient")
    reader = _Reader(items, people, removals=bool(gathered.deleted))
    for item in items:
        reader.read(item)
    for deleted in gathered.deleted:
        reader.remove(deleted)
    common = reader.common
    common.problems[:0] = gathered.problems
    common.others.update(gathered.others)
    organisations = {name: item.resource for item in items if item.kind == "Organization" for name in item.names}
    messages = [
        replace(
            _message(part),
            patient=people.patients[number],
            source_org=source_organisation(people.resources[number], organisations),
        )
        for number, part in enumerate(reader.parts)
    ]
    rest = _message(reader.nobody)
    if rest.resources or rest.removed or not messages:
        messages.append(rest)
    return tuple(messages)


def _message(part: _Part) -> IncomingMessage:
    return IncomingMessage(
        format=FORMAT,
        patient=None,
        entries=tuple(part.entries),
        problems=tuple(part.problems),
        not_entries=dict(part.others),
        removed=tuple(dict.fromkeys(part.removed)),
    )


class _Reader:
    """Sorts the resources of one message into the parts of its patients.

    What belongs to no patient (organisations, problems) goes with the only patient, or apart if there are several.
    """

    def __init__(self, items: list[Item], people: People, *, removals: bool) -> None:
        self._people = people
        self._removals = removals
        self._structure = Structure.of((item.resource, item.names) for item in items)
        self._directory = Directory.of((item.resource, item.full_url) for item in items)
        self.parts = [_Part() for _ in people.patients]
        self.nobody = _Part()
        self.common = self.parts[0] if len(self.parts) == 1 else self.nobody
        self._identities: dict[str, tuple[str, _Part]] = {}

    def read(self, item: Item) -> None:
        """Puts one resource into its class."""
        kind = item.kind
        if kind is None:
            detail = "resourceType is missing; name the FHIR type of the resource"
            self.common.problems.append(Problem("no_resource_type", item.position, detail))
            return
        if kind in NOT_ENTRIES:
            self._part_of_other(item, kind).others[kind] += 1
            return
        number = self._people.of(subject_of(item.resource))
        if number is None:
            detail = f"{kind}: its subject is no Patient of this message; send the Patient along"
            self.common.problems.append(Problem("no_patient", item.position, detail))
            return
        part = self.parts[number]
        try:
            entry = to_entry(item.resource, self._hints(item), self._directory)
        except NotAnEntry:
            part.others[kind] += 1
        except UnusableResource as error:
            part.problems.append(Problem(error.reason, item.position, error.detail))
        else:
            part.entries.append(entry)
            if self._removals:
                self._identities.update(dict.fromkeys(entry.aliases, (entry.identity, part)))

    def remove(self, reference: str) -> None:
        """Notes what the message says was removed, under the identity it has here or can only have had."""
        known = self._identities.get(reference)
        if known is not None:
            known[1].removed.append(known[0])
        kind, _, identity = reference.rpartition("/")
        if "?" in reference:
            kind, _, search = reference.partition("?identifier=")
            self.common.removed.append(f"{kind.rpartition('/')[2]}|{search}")
        elif kind and identity:
            part = known[1] if known is not None else self.common
            part.removed.append(f"{kind.rpartition('/')[2]}|id|{identity}")

    def _part_of_other(self, item: Item, kind: str) -> _Part:
        holder = {"reference": item.names[0]} if kind == "Patient" and item.names else subject_of(item.resource)
        number = self._people.of(holder)
        return self.common if number is None else self.parts[number]

    def _hints(self, item: Item) -> Hints:
        return Hints(
            position=item.position,
            kind=self._structure.kind(item.resource, item.names),
            aliases=item.names,
            containers=self._structure.containers(item.resource, item.names),
            lab_key=self._structure.lab_key(item.resource, item.names),
        )


def _type_of(resource: JsonObject) -> str | None:
    kind = resource.get("resourceType")
    return kind if isinstance(kind, str) and kind else None
