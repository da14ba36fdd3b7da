"""The codes of an entry by itself: filing, labels, hides, holds, release policy (decision-cases README).

These pass down to the parts of a container.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from openrecord.access.types import Reason
from openrecord.clinical.incoming import Label, VersionStatus
from openrecord.clinical.kinds import KIND_RULES, EntryKind
from openrecord.kit.london import day_of, midnight
from openrecord.registry.types import OdsCode, Policy, ReleaseMode
from openrecord.screening.types import EntryFacts

_NEVER_PLACED: dict[EntryKind, Reason] = {
    EntryKind.CODE: Reason.NEVER_CODE,
    EntryKind.DIARY: Reason.DIARY,
    EntryKind.TASK: Reason.ADMINISTRATIVE,
    EntryKind.UNKNOWN: Reason.UNKNOWN_INPUT,
}
_STATUS_REASONS: dict[VersionStatus, Reason] = {
    VersionStatus.DRAFT: Reason.DRAFT,
    VersionStatus.ENTERED_IN_ERROR: Reason.ENTERED_IN_ERROR,
}
_LABEL_REASONS: dict[Label, Reason] = {
    Label.NOT_FOR_PATIENT: Reason.NOT_FOR_PATIENT_LABEL,
    Label.UNKNOWN: Reason.UNKNOWN_INPUT,
}


def entry_reasons(entry: EntryFacts, policy: Policy | None, at: datetime) -> frozenset[Reason]:
    """Every entry-level code. `policy` is that of the controlling organisation; None means nothing may be shown."""
    reasons: set[Reason] = set()
    if entry.kind in _NEVER_PLACED:
        reasons.add(_NEVER_PLACED[entry.kind])
    if entry.status in _STATUS_REASONS:
        reasons.add(_STATUS_REASONS[entry.status])
    if entry.label in _LABEL_REASONS:
        reasons.add(_LABEL_REASONS[entry.label])
    if KIND_RULES[entry.kind].needs_filing and not entry.filed:
        reasons.add(Reason.UNKNOWN_INPUT if entry.filed is None else Reason.UNFILED)
    if entry.superseded:
        reasons.add(Reason.SUPERSEDED)
    if entry.wrong_person:
        reasons.add(Reason.WRONG_PERSON)
    if entry.copy_unresolved:
        reasons.add(Reason.COPY_UNRESOLVED)
    if entry.doubted:
        reasons.add(Reason.UNDECIDED)
    if not entry.safe_mapper:
        reasons.add(Reason.UNSAFE_MAPPER)
    reasons |= {reason.code for reason in entry.stance.hides}
    reasons |= _hold_reasons(entry, at)
    reasons |= {Reason.UNKNOWN_INPUT} if policy is None else _policy_reasons(entry, policy, at)
    return frozenset(reasons)


def _hold_reasons(entry: EntryFacts, at: datetime) -> set[Reason]:
    """A hold that ended leaves the entry undecided until somebody releases it (R33)."""
    hold = entry.stance.hold
    if hold is None:
        return set()
    if hold.until is None:
        return {Reason.UNDECIDED if hold.contacted else Reason.HELD_CONTACT}
    return {Reason.UNDECIDED if at >= midnight(hold.until) else Reason.HELD_UNTIL}


def _policy_reasons(entry: EntryFacts, policy: Policy, at: datetime) -> set[Reason]:
    release_as = KIND_RULES[entry.kind].release_as
    if release_as is None:
        return set()
    rule = policy.release_rule(release_as)
    if rule.mode is ReleaseMode.UNKNOWN:
        return {Reason.UNKNOWN_INPUT}
    if rule.mode is ReleaseMode.NEVER:
        return {Reason.POLICY_NEVER}
    if entry.stance.released or rule.mode in {ReleaseMode.ON_SAVE, ReleaseMode.ON_FILING}:
        return set()
    opens = release_instant(entry, rule.days) if rule.mode is ReleaseMode.AFTER_DAYS else None
    return set() if opens is not None and at >= opens else {Reason.UNDECIDED}


def release_instant(entry: EntryFacts, days: int) -> datetime | None:
    """Midnight London, `days` days after the London day of recording; None where no recorded date is known."""
    if entry.recorded is None:
        return None
    return midnight(day_of(entry.recorded) + timedelta(days=days))


def next_turn(
    policies: Mapping[OdsCode, Policy | None], entries: Iterable[EntryFacts], at: datetime
) -> datetime | None:
    """The first instant after `at` at which one of the entries turns by itself; None where none does.

    A policy releases it, or a hold ends: the held entry itself stays back, the others of its medication unit do not.
    """
    waiting = {
        org: policy
        for org, policy in policies.items()
        if policy is not None and any(rule.mode is ReleaseMode.AFTER_DAYS for rule in policy.release.values())
    }
    turns = []
    for entry in entries:
        hold = entry.stance.hold
        if hold is not None and hold.until is not None:
            turns.append(midnight(hold.until))
        opens = _released_by(waiting[entry.org], entry) if entry.org in waiting else None
        if opens is not None:
            turns.append(opens)
    return min((turn for turn in turns if turn > at), default=None)


def _released_by(policy: Policy, entry: EntryFacts) -> datetime | None:
    release_as = KIND_RULES[entry.kind].release_as
    rule = None if release_as is None else policy.release_rule(release_as)
    return None if rule is None or rule.mode is not ReleaseMode.AFTER_DAYS else release_instant(entry, rule.days)
