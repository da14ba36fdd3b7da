"""A FHIR R4 Bundle, a single resource or NDJSON lines into messages, one for each patient. Pure.

Every resource stands in exactly one class: entry, problem or no entry. One damaged resource never stops the rest.
"""

from collections.abc import Iterable, Mapping

from openrecord.clinical.incoming import IncomingMessage, JsonObject, Label, Problem
from openrecord.clinical.r4.classify import NOT_ENTRIES, said_type
from openrecord.clinical.r4.directory import Directory
from openrecord.clinical.r4.gathering import Found, Gathered, NotFhir
from openrecord.clinical.r4.hints import Hints, UnusableResource
from openrecord.clinical.r4.normalise import restricts, to_entry
from openrecord.clinical.r4.parts import Parts
from openrecord.clinical.r4.patients import People, base_of, subject_of
from openrecord.clinical.r4.references import names_of
from openrecord.clinical.r4.restrictions import Restrictions
from openrecord.clinical.r4.structure import Structure

FORMAT = "fhir-r4"


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
    items = _named(gathered.found)
    people = People((item.resource, item.names) for item in items if item.kind == "Patient" and item.damage is None)
    restrictions = Restrictions.of(gathered.bundles, ((item.resource, item.names) for item in items))
    if restricted or gathered.restricted:
        restrictions.distrust()
    parts = Parts(people, gathered)
    structure = Structure((item.resource, item.names) for item in items)
    reader = _Reader(items, people, parts, restrictions, structure)
    for item in items:
        reader.read(item)
    restrictions.check(structure.vague, parts.entries())
    organisations = {
        name: item.resource for item in items if item.kind == "Organization" and not item.damage for name in item.names
    }
    return parts.messages(FORMAT, organisations, restrictions)


def _named(found: list[Found]) -> list[Found]:
    """What was found; where no entry says its address, each has one on the server that they all come from."""
    base = None if any(each.full_url for each in found) else base_of(each.resource for each in found)
    if base is None:
        return found
    named = []
    for each in found:
        full_url = f"{base}{each.kind}/{each.resource.get('id')}"
        named.append(each._replace(full_url=full_url, names=names_of(each.resource, full_url)))
    return named


class _Reader:
    """Sorts the resources of one message into the parts of its patients."""

    def __init__(
        self, items: list[Found], people: People, parts: Parts, restrictions: Restrictions, structure: Structure
    ) -> None:
        self._people = people
        self._parts = parts
        self._restrictions = restrictions
        self._structure = structure
        self._directory = Directory.of((item.resource, item.full_url) for item in items if item.damage is None)

    def read(self, item: Found) -> None:
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
            entry = to_entry(item.resource, hints, self._directory)
        except UnusableResource as error:
            part.problems.append(Problem(error.reason, item.position, error.detail))
        else:
            part.entries.append(entry)
            if entry.label is not Label.NONE:
                self._restrictions.note(entry)

    def _hints(self, item: Found) -> Hints:
        return Hints(
            position=item.position,
            kind=self._structure.kind(item.resource, item.names),
            aliases=item.names,
            containers=self._structure.containers(item.resource, item.names),
            lab_key=self._structure.lab_key(item.resource, item.names),
            refusal=None if item.damage is None else UnusableResource("malformed_json", item.damage),
        )


def _holder(item: Found) -> object:
    """Whom a resource that is no entry is about."""
    return {"reference": item.names[0]} if item.kind == "Patient" and item.names else subject_of(item.resource)
