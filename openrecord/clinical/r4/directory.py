"""Who, where and which medicine the local references of a message mean, and which identifiers it shares. Pure.

It is built once for a message (and once more for a resource with contained resources), then only read.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from openrecord.clinical.datatypes import NAMED_TYPES, File, Named
from openrecord.clinical.incoming import JsonObject, Label
from openrecord.clinical.labels import label_of, strictest
from openrecord.clinical.r4.references import identifiers, local, names_of, searches_for, target_of

_IN_ROLE = ("practitioner", "organization")
_LISTED_TYPES = NAMED_TYPES | {"Patient", "RelatedPerson", "Medication", "Binary"}


@dataclass(frozen=True, slots=True)
class Directory:
    """Local reference ("Practitioner/1", "urn:uuid:…") to what is shown for it.

    `files`: what a Binary holds (`data`; in STU3 `content`).
    `shared`: (type, system, value) of business identifiers that several resources of one type have in common, which
    therefore identify none of them.
    """

    people: Mapping[str, Named] = field(default_factory=dict)
    medicines: Mapping[str, JsonObject] = field(default_factory=dict)
    files: Mapping[str, File] = field(default_factory=dict)
    shared: frozenset[tuple[str, str, str]] = frozenset()

    @classmethod
    def of(cls, resources: Iterable[tuple[JsonObject, str | None]]) -> "Directory":
        """The directory of a message's resources, each with the fullUrl of its Bundle entry (None: it has none)."""
        found = list(resources)
        medicines: dict[str, JsonObject] = {}
        files: dict[str, File] = {}
        by_name: dict[str, JsonObject] = {}
        for resource, full_url in found:
            kind = resource.get("resourceType")
            if not isinstance(kind, str) or kind not in _LISTED_TYPES:
                continue
            for name in (*names_of(resource, full_url), *searches_for(resource)):
                if kind == "Medication" and isinstance(resource.get("code"), dict):
                    medicines[name] = resource["code"]
                elif kind == "Binary" and isinstance(data := resource.get("data", resource.get("content")), str):
                    content_type = resource.get("contentType")
                    known_type = content_type if isinstance(content_type, str) else None
                    files[name] = File(known_type, data, label_of(resource, Label.NONE))
                else:
                    by_name[name] = resource
        people = {
            name: Named(each["resourceType"], _display(each, by_name), _label(each, by_name))
            for name, each in by_name.items()
        }
        return cls(people, medicines, files, _shared_identifiers(found))

    def named(self, reference: str) -> Named | None:
        """The person, organisation, place or device that a local reference means, where the message holds it."""
        return self.people.get(local(reference))

    def medicine(self, reference: str) -> JsonObject | None:
        """The CodeableConcept of the Medication that a local reference means, where the message holds it."""
        return self.medicines.get(local(reference))

    def file(self, url: str) -> File | None:
        """The Binary behind an attachment's address, where the message holds it."""
        return self.files.get(local(url))

    def with_contained(self, resource: JsonObject) -> "Directory":
        """This directory and what the resource contains itself, which is referred to as "#id"."""
        contained = resource.get("contained")
        if not isinstance(contained, list):
            return self
        inner = Directory.of(
            (item, f"#{item['id']}") for item in contained if isinstance(item, dict) and isinstance(item.get("id"), str)
        )
        return Directory(
            {**self.people, **inner.people},
            {**self.medicines, **inner.medicines},
            {**self.files, **inner.files},
            self.shared,
        )


def _label(resource: JsonObject, by_name: Mapping[str, JsonObject]) -> Label:
    """Whether who or what this is may be told: a role tells of the person and the organisation, too."""
    if resource["resourceType"] not in NAMED_TYPES:
        return Label.NONE
    targets = (target_of(resource.get(element)) for element in _IN_ROLE)
    behind = (by_name[target] for target in targets if target is not None and target in by_name)
    return strictest(*(label_of(each, Label.NONE) for each in (resource, *behind)))


def _display(resource: JsonObject, by_name: Mapping[str, JsonObject]) -> str | None:
    kind = resource.get("resourceType")
    if kind == "PractitionerRole":
        for element in _IN_ROLE:
            target = target_of(resource.get(element))
            known = by_name.get(target) if target else None
            if known is not None and known.get("resourceType") != "PractitionerRole" and (name := _display(known, {})):
                return name
            if name := _text(resource.get(element), "display"):
                return name
        return None
    if kind == "Practitioner":
        return _person(resource.get("name"))
    if kind == "Device":
        names = resource.get("deviceName")
        return _text(names[0], "name") if isinstance(names, list) and names else None
    return _text(resource, "name") if kind in NAMED_TYPES else None


def _text(holder: object, key: str) -> str | None:
    value = holder.get(key) if isinstance(holder, dict) else None
    return value if isinstance(value, str) and value else None


def _person(names: object) -> str | None:
    """A person's name as they are addressed: the source's own wording, else prefix, given names, family."""
    listed = names if isinstance(names, list) else [names]
    name = next((item for item in listed if isinstance(item, dict)), None)
    if name is None:
        return None
    if text := _text(name, "text"):
        return text
    prefix, given, suffix = (
        [part for part in name.get(key) or () if isinstance(part, str)] if isinstance(name.get(key), list) else []
        for key in ("prefix", "given", "suffix")
    )
    family = [family] if (family := _text(name, "family")) else []
    return " ".join([*prefix, *given, *family, *suffix]) or None


def _shared_identifiers(found: Iterable[tuple[JsonObject, str | None]]) -> frozenset[tuple[str, str, str]]:
    """Versions of one resource (same id) share nothing; two resources with one identifier do."""
    owners: dict[tuple[str, str, str], object] = {}
    shared: set[tuple[str, str, str]] = set()
    for resource, full_url in found:
        kind = resource.get("resourceType")
        if not isinstance(kind, str) or "identifier" not in resource:
            continue
        owner = resource.get("id") or full_url or id(resource)
        for system, value in identifiers(resource):
            key = (kind, system, value)
            if owners.setdefault(key, owner) != owner:
                shared.add(key)
    return frozenset(shared)
