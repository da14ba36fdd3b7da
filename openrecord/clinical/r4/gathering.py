"""The resources of a document with the places they stand at, before anything is read from them. Pure.

What only wraps resources (a Bundle in a Bundle, the Parameters of an operation's answer) is taken apart. Each resource
is found once, or is a problem, or only wraps others.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from openrecord.clinical.codes import CONTROL_CODES, codes_of
from openrecord.clinical.incoming import JsonObject, Label, Problem
from openrecord.clinical.labels import label_of
from openrecord.clinical.r4.classify import KNOWN_TYPES, said_type, type_meant
from openrecord.clinical.r4.contained import taken_out
from openrecord.clinical.r4.references import local, names_of

_PLAIN_TYPES = KNOWN_TYPES - {"Bundle", "Parameters"}
"""Known types that wrap nothing."""


class NotFhir(ValueError):
    """The JSON document is no FHIR resource, or a Bundle whose entry element is no list."""


class Found(NamedTuple):
    """One resource, its address, and every way that others may refer to it.

    `damage`: why it cannot be stored; what it says of others counts all the same.
    """

    kind: str
    resource: JsonObject
    names: tuple[str, ...]
    full_url: str | None
    position: str
    damage: str | None = None


@dataclass(slots=True)
class Gathered:
    """What a document holds.

    `deleted`: local references of what it says was removed at the source. `others`: what wraps resources or was
    removed, by type. `bundles`: every Bundle, for its labels. `restricted`: something is labelled of which nobody knows
    what it is.
    """

    found: list[Found] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    bundles: list[JsonObject] = field(default_factory=list)
    restricted: bool = False

    def add_bundle(self, bundle: JsonObject, path: str = "", damage: Mapping[int, str] | None = None) -> None:
        """All resources of a Bundle; `damage`: what is wrong with its entries, by number. Raises NotFhir."""
        self._add_entries(_entries_of(bundle), path, damage)
        self.bundles.append(bundle)

    def _add_entries(self, entries: list[Any], path: str, damage: Mapping[int, str] | None) -> None:
        for number, entry in enumerate(entries):
            bad = damage.get(number) if damage else None
            position = f"{path}entry[{number}]"
            if type(entry) is dict:
                self._add_entry(entry, position, bad)
            elif bad is not None:
                self.problems.append(Problem("malformed_json", position, bad))
            else:
                self.problems.append(Problem("not_an_object", position, "Bundle.entry: an object expected"))

    def add(self, resource: object, full_url: str | None, position: str, damage: str | None = None) -> None:
        """One resource, or what it wraps."""
        if type(resource) is not dict:
            self.problems.append(Problem("not_an_object", position, "resource: an object expected"))
            return
        kind = resource.get("resourceType")
        if type(kind) is str and kind in _PLAIN_TYPES and "contained" not in resource:
            self.found.append(Found(kind, resource, names_of(resource, full_url), full_url, position, damage))
            return
        if type(kind) is str and kind not in KNOWN_TYPES:
            kind = type_meant(kind)
            resource = {**resource, "resourceType": kind}
            # it may be a report of which nobody knows that it is one
            self.restricted = self.restricted or (kind not in KNOWN_TYPES and _has_parts(resource))
        if type(kind) is not str or not kind:
            detail = "resourceType is missing; name the FHIR type of the resource"
            self._lose(resource, Problem("no_resource_type", position, detail))
        elif kind != "Bundle":
            self._keep(kind, resource, full_url, position, damage)
        else:
            self.bundles.append(resource)
            try:
                self._add_entries(_entries_of(resource), f"{position}.", None)
                self.others[kind] += 1
            except NotFhir as error:
                self.problems.append(Problem("wrong_type", position, str(error)))

    def _keep(self, kind: str, resource: JsonObject, full_url: str | None, position: str, damage: str | None) -> None:
        if kind == "Parameters":
            self._add_parameters(resource.get("parameter"), position)
        results: dict[int, JsonObject] = {}
        if "contained" in resource:
            resource, results = taken_out(resource)
        self.found.append(Found(kind, resource, names_of(resource, full_url), full_url, position, damage))
        for number, each in results.items():
            place = f"{position}.contained[{number}]"
            self.found.append(Found("Observation", each, names_of(each, None), None, place, damage))

    def _add_entry(self, entry: JsonObject, position: str, damage: str | None) -> None:
        full_url = entry.get("fullUrl")
        resource = entry.get("resource")
        deleted = _deleted(entry) if "request" in entry else None
        if deleted is not None:
            self.deleted.append(deleted)
            if type(resource) is dict:
                self.others[said_type(resource.get("resourceType"))] += 1
                return
        if "resource" in entry:
            self.add(resource, full_url if type(full_url) is str else None, position, damage)
        elif "resourceType" in entry:
            detail = "the resource stands in the place of its entry; put it into entry.resource"
            self._lose(entry, Problem("no_entry", position, detail))

    def _lose(self, resource: JsonObject, problem: Problem) -> None:
        self.problems.append(problem)
        says = label_of(resource, Label.NONE) is not Label.NONE or _has_parts(resource)
        if says or not CONTROL_CODES.keys().isdisjoint(codes_of(resource.get("code"))):
            self.restricted = True

    def _add_parameters(self, parameters: object, position: str) -> None:
        for number, parameter in enumerate(parameters if type(parameters) is list else ()):
            if type(parameter) is dict:
                place = f"{position}.parameter[{number}]"
                if "resource" in parameter:
                    self.add(parameter["resource"], None, place)
                self._add_parameters(parameter.get("part"), place)


def _entries_of(bundle: JsonObject) -> list[Any]:
    entries = bundle.get("entry")
    if entries is not None and type(entries) is not list:
        raise NotFhir("Bundle.entry: a list expected")
    return entries or []


def _has_parts(resource: JsonObject) -> bool:
    """Whether a resource names others as its parts."""
    return any(
        isinstance(resource.get(element), list | dict) for element in ("result", "hasMember", "related", "entry")
    )


def _deleted(entry: JsonObject) -> str | None:
    """The local reference that the entry says was removed at the source."""
    request = entry["request"]
    method = request.get("method") if type(request) is dict else None
    if type(method) is not str or method.upper() != "DELETE":
        return None
    url = request.get("url")
    if type(url) is str and url:
        return local(url)
    resource = entry.get("resource")
    held = resource if type(resource) is dict else {}
    return f"{held.get('resourceType')}/{held.get('id')}"


def removed_by(reference: str, identity: str | None) -> list[str]:
    """Under which identities an entry that was removed is known here (`identity`), or can only have been known."""
    found = [] if identity is None else [identity]
    kind, _, own = reference.rpartition("/")
    if "?" in reference:
        kind, _, search = reference.partition("?identifier=")
        found.append(f"{kind.rpartition('/')[2]}|{search}")
    elif kind and own:
        found.append(f"{kind.rpartition('/')[2]}|id|{own}")
    return found
