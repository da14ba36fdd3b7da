"""The resources of a record with their places and names, before anything is read from them."""

import hashlib
from collections.abc import Iterator
from typing import NamedTuple

import orjson

from openrecord.clinical import wire
from openrecord.clinical.incoming import JsonObject
from openrecord.clinical.r4.classify import NOT_ENTRIES
from openrecord.clinical.r4.gathering import Found
from openrecord.clinical.stu3.convert import CONVERTERS
from openrecord.clinical.stu3.elements import listed, local_reference


class Item(NamedTuple):
    """One resource: where it stands, its STU3 type, its local R4 reference and every other name it has.

    `damage`: why it cannot be stored.
    """

    position: str
    kind: str
    resource: JsonObject
    local: str
    aliases: tuple[str, ...] = ()
    full_url: str | None = None
    damage: str | None = None

    @property
    def is_entry(self) -> bool:
        """Whether the type is one of record entries, or not known to be none."""
        return self.kind not in NOT_ENTRIES


def items_of(found: list[Found]) -> Iterator[Item]:
    """What was found, and the entries that a List contains (GP Connect's ended allergies)."""
    for each in found:
        item = _item(each)
        yield item
        yield from _contained(item)


def _item(found: Found) -> Item:
    kind, resource, names, url, position, damage = found
    given = names[0] if names and resource.get("id") else position
    local = local_reference(given)
    aliases = () if given == local else (given,)
    if url and url not in (local, given):
        aliases = (*aliases, url)
    return Item(position, kind, resource, local, aliases, url, damage)


def _contained(holder: Item) -> Iterator[Item]:
    """Entries contained in a List. Their id holds only inside the List, so a digest of the content replaces it."""
    if holder.kind != "List":
        return
    for index, resource in enumerate(listed(holder.resource.get("contained"))):
        kind = resource.get("resourceType")
        if not isinstance(kind, str) or kind not in CONVERTERS:
            continue
        position, damage = f"{holder.position}.resource.contained[{index}]", holder.damage
        try:
            content = wire.dumps_in_order(resource)
        except orjson.JSONEncodeError:
            content, damage = position.encode(), "nested too deeply to be stored"
        own = {**resource, "id": hashlib.sha256(content).hexdigest()[:32]}
        aliases = (f"{holder.position}#{resource.get('id')}",)
        yield Item(position, kind, own, local_reference(f"{kind}/{own['id']}"), aliases, None, damage)
