"""Placement: which entries may lie in the timeline, and how they stand there.

The one place where entry, group and time come together. Callers hand in whole groups: every container of an entry,
everything in its topmost container, and every part of its medication unit.
"""

from collections.abc import Mapping
from datetime import datetime

from openrecord.access.rules.ceiling import Ceiling
from openrecord.access.types import AccessFacts
from openrecord.screening.rules.entries import entry_reasons
from openrecord.screening.rules.groups import group_effects
from openrecord.screening.rules.history import History
from openrecord.screening.types import EntryFacts, EntryId, Placement


def place(facts: AccessFacts, entries: Mapping[EntryId, EntryFacts], at: datetime) -> dict[EntryId, Placement]:
    """The placement of every entry at this instant.

    `reasons` holds the codes of entry and group. The codes of time stand in `standing` (a chunk may cover them for
    one viewer and not for another), those of the organisation are Sight's.
    """
    own = {entry_id: entry_reasons(entry, facts.policies.get(entry.org), at) for entry_id, entry in entries.items()}
    effects = group_effects(entries, own)
    history = History(facts, at)
    return {
        entry_id: Placement(
            entry_id,
            own[entry_id] | effects[entry_id].reasons,
            history.standing(entry),
            effects[entry_id].drops_text,
        )
        for entry_id, entry in entries.items()
    }


def lies_in_timeline(ceiling: Ceiling, placement: Placement) -> bool:
    """Whether the entry may lie in the table that patients' pages read: nothing speaks against it, and it is within
    the ceiling."""
    return placement.placed and ceiling.admits(placement.standing)


def shows_text(ceiling: Ceiling, placement: Placement) -> bool:
    """Whether the entry's free text may lie there too."""
    return not placement.drops_text and ceiling.admits_text(placement.standing)
