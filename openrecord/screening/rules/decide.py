"""The one explainable answer: may this viewer see these entries now, how, and if not, why?

Used to explain, to preview and to check what is served. What is served itself comes from the same two halves:
placement decides what lies in the timeline, Sight's masks decide what a viewer sees of it.
"""

from collections.abc import Mapping
from datetime import datetime

from openrecord.access.rules.sight import SightContext
from openrecord.access.types import AccessFacts, Reason, Viewer
from openrecord.clinical.incoming import OwnContent
from openrecord.clinical.kinds import KIND_RULES
from openrecord.screening.rules.groups import Groups
from openrecord.screening.rules.placement import place
from openrecord.screening.types import EntryFacts, EntryId, Placement, Rendering, Verdict


def decide(
    facts: AccessFacts,
    entries: Mapping[EntryId, EntryFacts],
    viewer: Viewer,
    *,
    at: datetime,
    channel: str = "",
) -> dict[EntryId, Verdict]:
    """A verdict for every entry of the patient. Every test is made by itself: the set of reasons is the full set."""
    placements = place(facts, entries, at)
    sight = SightContext(facts, viewer, at, channel)
    reasons = {
        entry_id: placement.reasons | sight.reasons(placement.standing, entries[entry_id].stance.proxy_rule)
        for entry_id, placement in placements.items()
    }
    groups = Groups(entries)
    answers: dict[EntryId, Verdict] = {}

    def answer(entry_id: EntryId) -> Verdict:
        if entry_id not in answers:
            entry = entries[entry_id]
            answers[entry_id] = Verdict(entry_id, reasons[entry_id], None)
            is_full = _shows_text(placements[entry_id], sight)
            empty = _is_hollow(entry, text_shown=is_full) and not any(
                answer(part).visible for part in groups.parts(entry_id)
            )
            found = reasons[entry_id] | ({Reason.EMPTY_CONTAINER} if empty else frozenset())
            rendering = None if found else (Rendering.FULL if is_full else Rendering.CODED)
            answers[entry_id] = Verdict(entry_id, found, rendering)
        return answers[entry_id]

    return {entry_id: answer(entry_id) for entry_id in entries}


def _shows_text(placement: Placement, sight: SightContext) -> bool:
    """Whether the full rendering is shown."""
    return not placement.drops_text and sight.is_text_open(placement.standing)


def _is_hollow(entry: EntryFacts, *, text_shown: bool) -> bool:
    """Whether a container has nothing of its own to show."""
    if not KIND_RULES[entry.kind].container:
        return False
    if entry.own is OwnContent.NONE:
        return True
    return entry.own is OwnContent.TEXT and not text_shown
