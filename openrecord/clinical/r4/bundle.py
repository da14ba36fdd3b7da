"""A FHIR R4 Bundle, a single resource or NDJSON lines into messages, one for each patient. Pure.

Every resource stands in exactly one class: entry, problem or no entry. One damaged resource never stops the rest.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from openrecord.clinical.incoming import IncomingMessage, JsonObject, Problem
from openrecord.clinical.r4.classify import NOT_ENTRIES, said_type
from openrecord.clinical.r4.directory import Directory
from openrecord.clinical.r4.gathering import Gathered, NotFhir
from openrecord.clinical.r4.hints import Hints, UnusableResource
from openrecord.clinical.r4.normalise import restricts, to_entry
from openrecord.clinical.r4.parts import Parts
from openrecord.clinical.r4.patients import People, base_of, subject_of
from openrecord.clinical.r4.references import names_of
from openrecord.clinical.r4.restrictions import Restrictions
from openrecord.clinical.r4.structure import Structure

FORMAT = "fhir-r4"


class Item(NamedTuple):
    """One resource of a message, with what surrounds it."""

    kind: str
    resource: JsonObject
    names: tuple[str, ...]
    full_url: str | None
    position: str
    damage: str | None


def read_bundle(
    document: JsonObject, *, at: str = "", damage: Mapping[int, str] | None = None, restricted: bool = False
) -> tuple[IncomingMessage, ...]:
    """The messages in a Bundle or a single resource. Raises NotFhir.

    `at`: what the document's positions begin with ("line 7."). `damage`: why which entries of the Bundle cannot be
    stored. `restricted`: something that is lost may have restricted others.
    """
    gathered = Gathered()
    if document.get("resourceType") == "Bundle":
        gathered.add_bundle(document, at, damage)
    elif isinstance(document.get("resourceType"), str):
        gathered.add(document, None, "resource")
    else:
        raise NotFhir("resourceType is missing")
    return _messages(gathered, restricted=restricted)


def read_lines(
    lines: Iterable[tuple[str, JsonObject, str | None]], *, restricted: bool = False
) -> tuple[IncomingMessage, ...]:
    """The messages in NDJSON: each resource with its position ("line 7") and why it cannot be stored, if so.

    All lines are one message's resources.
    """
    gathered = Gathered()
    for position, resource, damage in lines:
        gathered.add(resource, None, position, damage)
    return _messages(gathered, restricted=restricted)


def _messages(gathered: Gathered, *, restricted: bool) -> tuple[IncomingMessage, ...]:
    items = _items(gathered)
    people = People((item.resource, item.names) for item in items if item.kind == "Patient" and item.damage is None)
    restrictions = Restrictions.of(gathered.bundles, (item.resource for item in items))
    if restricted:
        restrictions.distrust()
    parts = Parts(people, gathered)
    reader = _Reader(items, people, parts, restrictions)
    for item in items:
        reader.read(item)
    organisations = {
        name: item.resource for item in items if item.kind == "Organization" and not item.damage for name in item.names
    }
    return parts.messages(FORMAT, organisations, restrictions)


def _items(gathered: Gathered) -> list[Item]:
    """The resources with the names that others call them by. Where no entry says its address, they share a server's."""
    base = None if any(each.full_url for each in gathered.found) else base_of(each.resource for each in gathered.found)
    items = []
    for kind, resource, given, position, damage in gathered.found:
        full_url = given if base is None else f"{base}{kind}/{resource.get('id')}"
        items.append(Item(kind, resource, names_of(resource, full_url), full_url, position, damage))
    return items


class _Reader:
    """Sorts the resources of one message into the parts of its patients."""

    def __init__(self, items: list[Item], people: People, parts: Parts, restrictions: Restrictions) -> None:
        self._people = people
        self._parts = parts
        self._restrictions = restrictions
        self._structure = Structure((item.resource, item.names) for item in items)
        self._directory = Directory.of((item.resource, item.full_url) for item in items if item.damage is None)

    def read(self, item: Item) -> None:
        """Put one resource into its class."""
        kind = item.kind
        if kind in NOT_ENTRIES:
            part = self._parts.of(self._people.of(_holder(item)))
            if item.damage is None:
                part.others[kind] += 1
            else:
                part.problems.append(Problem("malformed_json", item.position, item.damage))
            return
        hints = self._hints(item)
        number = self._people.of(subject_of(item.resource))
        part = self._parts.of(number)
        if number is None:
            detail = f"{said_type(kind)}: its subject is no Patient of this message; send the Patient along"
            part.problems.append(Problem("no_patient", item.position, detail))
            if restricts(item.resource, hints):
                self._restrictions.distrust()
            return
        try:
            part.entries.append(to_entry(item.resource, hints, self._directory))
        except UnusableResource as error:
            part.problems.append(Problem(error.reason, item.position, error.detail))

    def _hints(self, item: Item) -> Hints:
        return Hints(
            position=item.position,
            kind=self._structure.kind(item.resource, item.names),
            aliases=item.names,
            containers=self._structure.containers(item.resource, item.names),
            lab_key=self._structure.lab_key(item.resource, item.names),
            refusal=None if item.damage is None else UnusableResource("malformed_json", item.damage),
        )


def _holder(item: Item) -> object:
    """Whom a resource that is no entry is about."""
    return {"reference": item.names[0]} if item.kind == "Patient" and item.names else subject_of(item.resource)
