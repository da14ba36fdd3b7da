"""What a proposed change of policy would do to every patient of the practice, looked up in portions (R42-R44)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from openrecord.access import queries as access
from openrecord.access.rules.dry_run import Forecast, Outcome, ReviewCover, effective_from, forecast, review_cover
from openrecord.access.types import Reason
from openrecord.clinical.kinds import KIND_RULES, EntryKind
from openrecord.kit import environment
from openrecord.registry import queries as registry
from openrecord.registry.types import OdsCode, PatientId, Proposal
from openrecord.screening import queries as screening


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A kind (its release name) whose rule changes, and the entries that are here already: the new rule holds for them.

    `seen`: how many may be seen, of how many patients; `unseen`: how many may not, for whatever reason.
    """

    kind: str
    seen: int
    patients: int
    unseen: int


@dataclass(frozen=True, slots=True)
class DryRun:
    """The forecast for each patient, by name, as things stood at `at`; `then`: when the change shows its effect."""

    at: datetime
    then: datetime
    lines: tuple[tuple[PatientId, Forecast], ...]
    cover: ReviewCover
    rule_changes: tuple[RuleChange, ...] = ()

    @property
    def needs_justification(self) -> bool:
        """Whether 104 covers so many patients that somebody has to write down why (R44)."""
        return self.cover.needs_justification(environment.bulk_reviews())

    def with_outcome(self, outcome: Outcome) -> tuple[tuple[PatientId, Forecast], ...]:
        """The patients to whom this happens."""
        return tuple(line for line in self.lines if line[1].outcome is outcome)

    @property
    def parents_suspended(self) -> int:
        """How many parents' access the change puts up for an age review."""
        return sum(line.parents_suspended for _, line in self.lines)

    @property
    def parents_reopened(self) -> int:
        """How many parents' access the change takes out of an age review."""
        return sum(line.parents_reopened for _, line in self.lines)

    def counts(self) -> Mapping[Outcome, int]:
        """How many patients each outcome has."""
        return Counter(line.outcome for _, line in self.lines)

    def reasons(self, outcome: Outcome) -> Mapping[Reason, int]:
        """How many of the patients with this outcome each reason holds for."""
        return Counter(reason for _, line in self.with_outcome(outcome) for reason in line.reasons)


def dry_run(proposal: Proposal) -> DryRun:
    """What the change would do, as things stood when it was written down."""
    return _dry_run(proposal.ods, proposal.proposal_id)


@lru_cache(maxsize=4)
def _dry_run(ods: OdsCode, proposal_id: UUID) -> DryRun:
    """Remembered while somebody turns the pages of its lists: a list of 12,000 takes seconds."""
    proposal = registry.proposal(ods, proposal_id)
    if proposal is None:
        raise LookupError("the proposal is gone")
    order = _by_name(ods)
    people = access.facts_of(order, at=proposal.at)
    lines = tuple((number, forecast(people[number], ods, proposal.policy, proposal.at)) for number in order)
    then = effective_from(proposal.policy, proposal.at)
    cover = review_cover(people.values(), ods, proposal.at)
    return DryRun(proposal.at, then, lines, cover, _rule_changes(proposal, order))


def _rule_changes(proposal: Proposal, patients: Sequence[PatientId]) -> tuple[RuleChange, ...]:
    """Nothing where there was no policy yet: nothing of the practice could be seen."""
    versions = registry.policy_versions(proposal.ods)
    before = next((version.policy for version in versions if version.version == proposal.base), None)
    if before is None:
        return ()
    kinds = {kind: rule.release_as for kind, rule in KIND_RULES.items() if rule.release_as is not None}
    changed = {name for name in kinds.values() if before.release_rule(name) != proposal.policy.release_rule(name)}
    held = screening.held_by_kind(proposal.ods, patients, [kind for kind, name in kinds.items() if name in changed])
    return tuple(_rule_change(name, kinds, held) for name in dict.fromkeys(kinds.values()) if name in changed)


def _rule_change(
    name: str, kinds: Mapping[EntryKind, str], held: Mapping[PatientId, Mapping[EntryKind, tuple[int, int]]]
) -> RuleChange:
    counts = [
        [sum(part) for part in zip(*(known.get(kind, (0, 0)) for kind, of in kinds.items() if of == name), strict=True)]
        for known in held.values()
    ]
    return RuleChange(
        name, sum(seen for seen, _ in counts), sum(seen > 0 for seen, _ in counts), sum(unseen for _, unseen in counts)
    )


def _by_name(ods: OdsCode) -> list[PatientId]:
    known = registry.patients(registry.patients_ever_at(ods))
    return sorted(known, key=lambda number: (known[number].family.casefold(), known[number].given.casefold(), number))
