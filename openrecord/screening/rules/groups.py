"""What entries do to each other: containers, medication units, the free text of a group (QUESTIONS 18-20).

Hiding goes down, never up. A hidden member takes the free text and the attachments of its whole group with it.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

import msgspec

from openrecord.access.types import Reason
from openrecord.clinical.incoming import Label
from openrecord.clinical.kinds import EntryKind
from openrecord.screening.types import EntryFacts, EntryId

Reasons = Mapping[EntryId, frozenset[Reason]]

_SPREADS_IN_UNIT = frozenset(
    {
        Reason.HIDDEN_SERIOUS_HARM,
        Reason.HIDDEN_THIRD_PARTY,
        Reason.HIDDEN_OTHER,
        Reason.HELD_UNTIL,
        Reason.HELD_CONTACT,
        Reason.NOT_FOR_PATIENT_LABEL,
    }
)
NOTHING: frozenset[EntryId] = frozenset()
_TEXT_OR_FILE = frozenset({EntryKind.COMMENT, EntryKind.DOCUMENT})
_LEAVES_TEXT = frozenset({Reason.DIARY, Reason.ADMINISTRATIVE})


class GroupEffect(msgspec.Struct, frozen=True, gc=False):
    """What an entry's group and unit do to it. `drops_text`: it stays, but is shown coded."""

    reasons: frozenset[Reason]
    drops_text: bool


UNTOUCHED = GroupEffect(frozenset(), False)  # noqa: FBT003


class Groups:
    """The container forest of the entries at hand.

    Containers that are not at hand count as unknown. A cycle in the source's data is treated as unknown containers.
    """

    def __init__(self, entries: Mapping[EntryId, EntryFacts]) -> None:
        self._entries = entries
        self._ancestors: dict[EntryId, frozenset[EntryId]] = {}
        self.cyclic: set[EntryId] = set()
        for entry_id, entry in entries.items():
            if entry.containers:
                self._walk_up(entry_id)
        self._members: dict[EntryId, set[EntryId]] = {}
        for entry_id in self._ancestors:
            for top in self.tops(entry_id):
                self._members.setdefault(top, {top}).add(entry_id)

    def _walk_up(self, entry_id: EntryId) -> None:
        seen: set[EntryId] = set()
        waiting = list(self._entries[entry_id].containers)
        while waiting:
            container = waiting.pop()
            if container == entry_id:
                self.cyclic.add(entry_id)
            if container in seen or container not in self._entries:
                continue
            seen.add(container)
            waiting.extend(self._entries[container].containers)
        self._ancestors[entry_id] = frozenset(seen)

    def ancestors(self, entry_id: EntryId) -> frozenset[EntryId]:
        """Every known container of the entry, near and far."""
        return self._ancestors.get(entry_id, NOTHING)

    def is_incomplete(self, entry_id: EntryId) -> bool:
        """Whether a container of the entry, near or far, is not known."""
        if self._entries[entry_id].missing_container or entry_id in self.cyclic:
            return True
        return any(self._entries[link].missing_container or link in self.cyclic for link in self.ancestors(entry_id))

    def tops(self, entry_id: EntryId) -> frozenset[EntryId]:
        """The topmost containers of the entry; itself where it is in none."""
        above = self.ancestors(entry_id)
        return frozenset(a for a in above if not self.ancestors(a)) or frozenset((entry_id,))

    def members(self, top: EntryId) -> AbstractSet[EntryId]:
        """A topmost container and all in it; only itself where nothing is in it."""
        return self._members.get(top, {top})


def unit_hidden(entries: Mapping[EntryId, EntryFacts], own: Reasons) -> frozenset[EntryId]:
    """Entries of whose medication unit another part is hidden, held or labelled."""
    sources: dict[str, set[EntryId]] = {}
    for entry in entries.values():
        if entry.unit is not None and (own[entry.entry_id] & _SPREADS_IN_UNIT or entry.label is not Label.NONE):
            sources.setdefault(entry.unit, set()).add(entry.entry_id)
    return frozenset(
        entry.entry_id
        for entry in entries.values()
        if entry.unit is not None and sources.get(entry.unit, set()) - {entry.entry_id}
    )


def group_effects(entries: Mapping[EntryId, EntryFacts], own: Reasons) -> dict[EntryId, GroupEffect]:
    """For every entry: the codes of its group, and whether its text is dropped."""
    groups = Groups(entries)
    in_hidden_unit = unit_hidden(entries, own)
    takes_text = frozenset(
        entry_id for entry_id in entries if own[entry_id] - _LEAVES_TEXT or entry_id in in_hidden_unit
    )
    taken: dict[EntryId, AbstractSet[EntryId]] = {}

    def takers(top: EntryId) -> AbstractSet[EntryId]:
        if top not in taken:
            taken[top] = groups.members(top) & takes_text
        return taken[top]

    effects = {}
    for entry_id, entry in entries.items():
        above = groups.ancestors(entry_id)
        reasons = set()
        if any(own[container] for container in above):
            reasons.add(Reason.CONTAINER_HIDDEN)
        if groups.is_incomplete(entry_id):
            reasons.add(Reason.CONTAINER_UNKNOWN)
        if entry_id in in_hidden_unit:
            reasons.add(Reason.UNIT_HIDDEN)
        loses_text = any(takers(top) - above - {entry_id} for top in groups.tops(entry_id))
        if loses_text and entry.kind in _TEXT_OR_FILE:
            reasons.add(Reason.MEMBER_HIDDEN_TEXT)
        effects[entry_id] = GroupEffect(frozenset(reasons), loses_text) if reasons or loses_text else UNTOUCHED
    return effects
