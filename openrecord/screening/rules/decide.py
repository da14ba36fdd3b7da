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
from openrecord.screening.rules.keeping import proxy_rules
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
    rules = proxy_rules(facts, entries)
    reasons = {
        entry_id: placement.reasons | sight.reasons(placement.standing, rules[entry_id])
        for entry_id, placement in placements.items()
    }
    renderings = {
        entry_id: Rendering.FULL if _shows_text(placement, sight) else Rendering.CODED
        for entry_id, placement in placements.items()
    }
    hollow = {e for e, entry in entries.items() if _is_hollow(entry, text_shown=renderings[e] is Rendering.FULL)}
    groups = Groups(entries)
    inhabited = {
        container
        for entry_id in entries
        if entry_id not in hollow and not reasons[entry_id]
        for container in groups.ancestors(entry_id)
    }
    answers = {}
    for entry_id in entries:
        empty = {Reason.EMPTY_CONTAINER} if entry_id in hollow - inhabited else frozenset()
        found = reasons[entry_id] | empty
        answers[entry_id] = Verdict(entry_id, found, None if found else renderings[entry_id])
    return answers


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
