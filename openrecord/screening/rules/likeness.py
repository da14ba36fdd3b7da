"""Which entries may be copies of what is kept back, where a source calls the same things by other names.

That is so after a practice has changed its clinical system or gone into another, and after a GP system has merged two
records. A copy is told by kind and London day alone: too many are found rather than too few, and a person decides.
"""

from collections.abc import Collection
from datetime import date, datetime

from openrecord.access.types import NO_PROXY_RULE
from openrecord.clinical.kinds import EntryKind
from openrecord.kit.london import day_of
from openrecord.screening.types import NO_STANCE, EntryFacts, EntryId


def alike(entries: Collection[EntryFacts], *, since: datetime) -> frozenset[EntryId]:
    """Of one patient's entries those known since then, undecided, that are like one which is kept back."""
    kept = {_likeness(entry) for entry in entries if is_kept_back(entry)}
    return frozenset(
        entry.entry_id
        for entry in entries
        if entry.known >= since and entry.stance == NO_STANCE and not entry.wrong_person and _likeness(entry) in kept
    )


def is_kept_back(entry: EntryFacts) -> bool:
    """Whether people keep this entry, by itself, from the patient or from somebody who acts for them."""
    stance = entry.stance
    return bool(stance.hides or stance.hold or entry.wrong_person or stance.proxy_rule != NO_PROXY_RULE)


def _likeness(entry: EntryFacts) -> tuple[EntryKind, date | None]:
    return entry.kind, None if entry.clinical is None else day_of(entry.clinical)
