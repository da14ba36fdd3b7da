"""The resources of a message with their places and names, before anything is read from them."""

import hashlib
import json
from collections.abc import Iterator
from typing import NamedTuple

from openrecord.clinical.incoming import JsonObject, Problem
from openrecord.clinical.r4.classify import NOT_ENTRIES
from openrecord.clinical.stu3.convert import CONVERTERS
from openrecord.clinical.stu3.elements import listed, local_reference


class Item(NamedTuple):
    """One resource: where it stands, its STU3 type, its local R4 reference and every other name it has."""

    position: str
    kind: str
    resource: JsonObject
    local: str
    aliases: tuple[str, ...] = ()
    full_url: str | None = None

    @property
    def is_entry(self) -> bool:
        """Whether the type is one of record entries, or not known to be none."""
        return self.kind not in NOT_ENTRIES


def gather(bundle: JsonObject) -> tuple[list[Item], list[Problem]]:
    """All resources of `bundle`: its entries, and the entries that a List contains (GP Connect's ended allergies)."""
    items: list[Item] = []
    problems: list[Problem] = []
    entries = bundle.get("entry")
    if entries is not None and not isinstance(entries, list):
        return [], [Problem("wrong_type", "Bundle.entry", "a list expected")]
    for index, entry in enumerate(entries or []):
        position = f"entry[{index}]"
        if not isinstance(entry, dict):
            problems.append(Problem("not_an_object", position, "Bundle.entry: an object expected"))
            continue
        if "resource" not in entry:
            continue
        resource = entry["resource"]
        if not isinstance(resource, dict):
            problems.append(Problem("not_an_object", position, "resource: an object expected"))
            continue
        if not isinstance(resource.get("resourceType"), str):
            detail = "resourceType is missing; name the FHIR type of the resource"
            problems.append(Problem("no_resource_type", position, detail))
            continue
        item = _item(position, resource, entry.get("fullUrl"))
        items.append(item)
        items.extend(_contained(item))
    return items, problems


def _item(position: str, resource: JsonObject, full_url: object) -> Item:
    kind = resource["resourceType"]
    given = f"{kind}/{resource['id']}" if isinstance(resource.get("id"), str) else position
    local = local_reference(given)
    url = full_url if isinstance(full_url, str) else None
    aliases = tuple(name for name in (given, url) if name and name != local)
    return Item(position, kind, resource, local, aliases, url)


def _contained(holder: Item) -> Iterator[Item]:
    """Entries contained in a List. Their id holds only inside the List, so a digest of the content replaces it."""
    if holder.kind != "List":
        return
    for index, resource in enumerate(listed(holder.resource.get("contained"))):
        if resource.get("resourceType") not in CONVERTERS:
            continue
        position = f"{holder.position}.resource.contained[{index}]"
        digest = hashlib.sha256(json.dumps(resource, sort_keys=True).encode()).hexdigest()[:32]
        anchor = f"{holder.position}#{resource.get('id')}"
        kind = resource["resourceType"]
        yield Item(position, kind, {**resource, "id": digest}, local_reference(f"{kind}/{digest}"), aliases=(anchor,))
