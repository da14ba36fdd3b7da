"""Codes of the group: containers, medication units, free text beside a hidden member."""

from .entries import all_labels, entry_codes, hold_states
from .moment import Moment
from .world import Entry

FREE_TEXT_OR_FILE = ("comment", "document")
DO_NOT_STRIP = {"diary", "administrative"}


def _named_containers(m: Moment, entry: Entry) -> set[str]:
    """The ids of its containers; one that has arrived goes by the id of its logical entry."""
    found = set()
    for copy in m.copies(entry):
        name = copy.raw.get("in")
        if name is not None:
            container = _arrived(m, entry, name)
            found.add(container.id if container else name)
    return found


def _arrived(m: Moment, entry: Entry, name: str) -> Entry | None:
    container = m.world.entries.get(name)
    if container is None or container.patient != entry.patient:
        return None
    return m.head(container)


def containers(m: Moment, entry: Entry) -> list[Entry]:
    """The containers up the chain that have arrived, nearest first."""
    return [e for e in (_arrived(m, entry, name) for name in _chain(m, entry)) if e is not None]


def _chain(m: Moment, entry: Entry) -> list[str]:
    """The names of every container up the chain, nearest first."""
    key = ("chain", entry.id)
    if key not in m.remembered:
        chain: list[str] = []
        waiting = sorted(_named_containers(m, entry))
        while waiting:
            name = waiting.pop(0)
            if name not in chain:
                chain.append(name)
                container = _arrived(m, entry, name)
                waiting.extend(sorted(_named_containers(m, container)) if container else [])
        m.remembered[key] = chain
    found: list[str] = m.remembered[key]
    return found


def _topmost(m: Moment, entry: Entry) -> set[str]:
    """The top of the entry's group: itself if nothing contains it."""
    chain = _chain(m, entry)
    tops = set()
    for name in chain or [entry.id]:
        container = _arrived(m, entry, name)
        if container is None or not _named_containers(m, container):
            tops.add(name)
    return tops


def parts(m: Moment, entry: Entry) -> list[Entry]:
    """Everything inside a container, at any depth."""
    return [e for e in m.record(entry.patient) if e is not entry and entry.id in _chain(m, e)]


def group_codes(m: Moment, entry: Entry) -> set[str]:
    """The codes of the group that are the same for every viewer (all but `empty_container`)."""
    key = ("group", entry.id)
    if key not in m.remembered:
        found = set()
        if any(entry_codes(m, container) for container in containers(m, entry)):
            found.add("container_hidden")
        if any(_arrived(m, entry, name) is None for name in _chain(m, entry)):
            found.add("container_unknown")
        if unit_hidden(m, entry):
            found.add("unit_hidden")
        if entry.kind in FREE_TEXT_OR_FILE and text_stripped(m, entry):
            found.add("member_hidden_text")
        m.remembered[key] = found
    return set(m.remembered[key])


def unit_hidden(m: Moment, entry: Entry) -> bool:
    """Another part of the medication unit is hidden, held or labelled itself (QUESTIONS 20)."""
    units = _units(m, entry)
    others = [other for other in m.record(entry.patient) if other is not entry]
    return any(units & _units(m, other) and _withheld(m, other) for other in others)


def _units(m: Moment, entry: Entry) -> set[str]:
    return {copy.raw["unit"] for copy in m.copies(entry) if copy.raw.get("unit") is not None}


def _withheld(m: Moment, entry: Entry) -> bool:
    hidden = any(copy.hides for copy in m.copies(entry))
    held = bool(hold_states(m, entry) & {"day", "contact"})
    return hidden or held or bool(all_labels(m, entry))


def text_stripped(m: Moment, entry: Entry) -> bool:
    """Another member of the group, not one of its own containers, is kept back (QUESTIONS 19)."""
    tops = _topmost(m, entry)
    own = containers(m, entry)
    for other in m.record(entry.patient):
        apart = other is not entry and other not in own
        if apart and tops & _topmost(m, other) and strips(m, other):
            return True
    return False


def strips(m: Moment, entry: Entry) -> bool:
    """Whether this member takes the text of its group with it."""
    return bool(entry_codes(m, entry) - DO_NOT_STRIP) or unit_hidden(m, entry)
