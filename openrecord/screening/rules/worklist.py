"""What waits for the practice: every entry that only a person's decision keeps back (R30, R33).

An item ends in a decision, never in silence: a hold that has ended waits until somebody releases the entry or hides it.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from openrecord.access.rules.ceiling import Ceiling
from openrecord.access.types import AccessFacts, Reason
from openrecord.clinical.kinds import KIND_RULES
from openrecord.clinical.prose import Prose
from openrecord.clinical.signals.detect import signals
from openrecord.clinical.signals.types import Signal, SignalKind
from openrecord.kit.london import age_on, day_of, midnight
from openrecord.registry.types import Policy, ReleaseMode, ReleaseRule
from openrecord.screening.rules.entries import entry_reasons, release_instant
from openrecord.screening.types import EntryFacts, EntryId, Item, ItemState, Placement

WAITING = frozenset({Reason.UNDECIDED, Reason.HELD_UNTIL, Reason.HELD_CONTACT})
"""Codes that a decision of the practice ends."""

_SETTLED_BY_CONTAINER = frozenset({Reason.CONTAINER_HIDDEN, Reason.CONTAINER_UNKNOWN})
"""The container is decided first; with it the part comes back, or is out of the question."""

_KINDS = tuple(SignalKind)
LAST_RANK = 99


def items(
    facts: AccessFacts,
    entries: Mapping[EntryId, EntryFacts],
    placements: Mapping[EntryId, Placement],
    at: datetime,
) -> dict[EntryId, Item]:
    """The items among the entries. Nobody is asked about what the ceiling keeps back anyway, such as history, or about
    who has died."""
    if facts.died:
        return {}
    ceiling = Ceiling(facts, at)
    found = {}
    for entry_id, placement in placements.items():
        if not placement.reasons or placement.reasons & _SETTLED_BY_CONTAINER:
            continue
        entry = entries[entry_id]
        policy = facts.policies.get(entry.org)
        own = entry_reasons(entry, policy, at)
        if policy is not None and own and own <= WAITING and ceiling.admits(placement.standing):
            found[entry_id] = _item(entry, policy)
    return found


def _item(entry: EntryFacts, policy: Policy) -> Item:
    hold = entry.stance.hold
    if hold is None:
        leaves, promised = _leaves(entry, policy), _promised(_asked(entry, policy), policy)
        return Item(ItemState.UNDECIDED, entry.known, promised if leaves is None else min(promised, leaves), leaves)
    if hold.until is not None:
        return Item(ItemState.HELD_UNTIL, entry.known, midnight(hold.until), None)
    due = _promised(entry.known if hold.since is None else max(entry.known, hold.since), policy)
    return Item(ItemState.CONTACTED if hold.contacted else ItemState.HELD_CONTACT, entry.known, due, None)


def _asked(entry: EntryFacts, policy: Policy) -> datetime:
    """Since when the practice has to decide: since the entry came, or since a change of its rule asked for that."""
    rule = _rule(entry, policy)
    return entry.known if entry.doubted or rule is None or rule.since is None else max(entry.known, rule.since)


def _promised(begun: datetime, policy: Policy) -> datetime:
    """By when the practice means to have decided about what it has had in front of it since then."""
    return midnight(day_of(begun) + timedelta(days=policy.screening_days))


def _leaves(entry: EntryFacts, policy: Policy) -> datetime | None:
    """When the policy releases the entry without anybody's help."""
    rule = _rule(entry, policy)
    if entry.doubted or rule is None or rule.mode is not ReleaseMode.AFTER_DAYS:
        return None
    return release_instant(entry, rule.days)


def _rule(entry: EntryFacts, policy: Policy) -> ReleaseRule | None:
    release_as = KIND_RULES[entry.kind].release_as
    return None if release_as is None else policy.release_rule(release_as)


def rank(found: Iterable[Signal]) -> int:
    """The place among the items of one day, the smallest first: the strongest signal of each kind counts (R36)."""
    strongest = {signal.kind: signal.strength for signal in sorted(found, key=lambda signal: signal.strength)}
    return LAST_RANK - sum(strongest.values())


def signals_in(prose: Prose, born: date | None, written: datetime | None) -> tuple[Signal, ...]:
    """What a person should look at in an entry's words and codes.

    `born`: the patient's; `written`: when the entry was, None = not known.
    """
    age = None if born is None or written is None else age_on(born, day_of(written))
    return signals(text_of(prose), prose.codings, age)


def text_of(prose: Prose) -> str:
    """The text in which signals name their place."""
    return "\n".join(prose.paragraphs)


def as_bits(kinds: Iterable[SignalKind]) -> int:
    """Kinds of signals as they are stored: bit n for the nth kind."""
    return sum(1 << _KINDS.index(kind) for kind in set(kinds))


def from_bits(bits: int) -> tuple[SignalKind, ...]:
    """The kinds of signals that `as_bits` was given, in their own order."""
    return tuple(kind for number, kind in enumerate(_KINDS) if bits >> number & 1)
