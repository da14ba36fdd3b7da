"""The laboratory's message and the GP system's copy: one logical entry, or both unresolved.

A pair is one entry with a named source (the laboratory) and one from the GP system, of the same
patient, organisation and kind, with the same report id (QUESTIONS 12).
"""

from .world import Entry, World

KEY_PARTS = ("report", "order", "test", "specimen")


def is_gp_copy(entry: Entry) -> bool:
    """Sent by the organisation's own GP system."""
    return entry.raw.get("source") is None


def _report(entry: Entry) -> str | None:
    return (entry.raw.get("lab_key") or {}).get("report")


def _pairable(one: Entry, other: Entry) -> bool:
    same_record = (one.patient, one.org, one.kind) == (other.patient, other.org, other.kind)
    return (
        same_record
        and is_gp_copy(one) != is_gp_copy(other)
        and _report(one) is not None
        and (_report(one) == _report(other))
    )


def _agree(one: Entry, other: Entry) -> bool:
    a, b = one.raw["lab_key"], other.raw["lab_key"]
    return all(a.get(part) is not None and a.get(part) == b.get(part) for part in KEY_PARTS)


def _partners(world: World, entry: Entry) -> list[Entry]:
    return [other for other in world.entries.values() if _pairable(entry, other)]


def copies(world: World, entry: Entry) -> list[Entry]:
    """The logical entry as its physical ones, the first arrival first."""
    if _report(entry) is None:
        return [entry]
    found = {entry.id: entry}
    waiting = [entry]
    while waiting:
        one = waiting.pop()
        for other in _partners(world, one):
            if other.id not in found and _agree(one, other):
                found[other.id] = other
                waiting.append(other)
    return sorted(found.values(), key=lambda x: x.order)


def unresolved_partners(world: World, entry: Entry) -> list[Entry]:
    """Copies that agree only in part, while neither side has a copy that agrees in full."""
    if _report(entry) is None or len(copies(world, entry)) > 1:
        return []
    return [other for other in _partners(world, entry) if len(copies(world, other)) == 1]
