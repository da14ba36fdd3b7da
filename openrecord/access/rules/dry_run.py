"""What a change of a practice's policy would do to one patient's own view (R42, R43).

No rule is written here: both policies are asked the same questions that decide about real reads, and the answers are
compared. A patient without an account counts as if they opened one now.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from uuid import UUID

from msgspec import structs

from openrecord.access.rules import ceiling
from openrecord.access.rules.codes import winner
from openrecord.access.rules.giving import own as account_of
from openrecord.access.rules.sight import SightContext
from openrecord.access.rules.viewers import viewer_reasons
from openrecord.access.rules.windows import is_registered, live_chunks, window_start
from openrecord.access.types import AccessFacts, Reason, ReviewCode, Standing, Viewer, ViewerId, ViewerKind
from openrecord.clinical.kinds import KIND_RULES, SLOT_KINDS, Slot
from openrecord.kit.london import day_of, midnight
from openrecord.registry.types import OdsCode, Policy

NOBODY_YET = ViewerId(UUID(int=0))
"""The viewer that a patient without an account would be."""

OF_THE_PRACTICE = frozenset({Reason.SYSTEM_OFF, Reason.GO_LIVE_NOT_REACHED, Reason.LEVEL, Reason.SECTION_OFF})
"""Reasons that the policy itself gives, to everybody alike."""


TEXT = Slot.NEVER
"""Stands for the free text of a standing; no entry that could be seen has this slot."""

SAMPLES = tuple(
    {(KIND_RULES[kind].section, KIND_RULES[kind].level): slot for slot, kind in SLOT_KINDS.items()}.values()
)
"""One slot of each section and level: for a patient's own view nothing else tells slots apart."""


class Outcome(Enum):
    """What becomes of a patient's own view."""

    GAINS = "gains"
    LOSES = "loses"
    SEES_MORE = "sees_more"
    SEES_LESS = "sees_less"
    HELD_BACK = "held_back"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Forecast:
    """The outcome for one patient.

    `reasons`: what keeps something back for this patient in particular, and for who ends up without access, what the
    policy keeps back as a whole. `has_account`: they see it at once; others once they sign in. `parents_suspended`,
    `parents_reopened`: how many parents' access the change itself puts up for an age review, or takes out of one.
    """

    outcome: Outcome
    reasons: frozenset[Reason]
    has_account: bool
    parents_suspended: int = 0
    parents_reopened: int = 0


@dataclass(frozen=True, slots=True)
class _View:
    """What is open of each standing (its number, a slot; TEXT for its free text), and from which day on."""

    opened: frozenset[tuple[int, Slot]]
    since: date | None
    back_record_days: int
    reasons: frozenset[Reason]


def effective_from(proposed: Policy, at: datetime) -> datetime:
    """When a change decided at `at` shows its effect: at once, or on the go-live day that is still to come."""
    return at if proposed.go_live is None else max(at, midnight(proposed.go_live))


def forecast(facts: AccessFacts, org: OdsCode, proposed: Policy, at: datetime) -> Forecast:
    """What becomes of the patient's own view at `org`: now under the present policy, then under the proposed one.

    Where something is lost, it "sees less", whatever else is gained. A change of release rules acts entry by entry and
    is not foreseen here.
    """
    own = account_of(facts)
    viewer = own or Viewer(NOBODY_YET, ViewerKind.SELF, at)
    if own is None:
        facts = replace(facts, viewers={**facts.viewers, NOBODY_YET: viewer})
    standings = _standings(facts, org, at)
    before = _view(facts, viewer, standings, at)
    changed = replace(facts, policies={**facts.policies, org: proposed})
    then = effective_from(proposed, at)
    after = _view(changed, viewer, standings, then)
    outcome = _outcome(before, after)
    if outcome is Outcome.HELD_BACK and _is_closed_to_all(changed, viewer, org, then):
        outcome = Outcome.UNCHANGED
    without, under = _in_age_review(facts, then), _in_age_review(changed, then)
    return Forecast(outcome, after.reasons, own is not None, len(under - without), len(without - under))


def _in_age_review(facts: AccessFacts, at: datetime) -> set[ViewerId]:
    """The parents whose access an age review alone suspends."""
    return {
        viewer.viewer_id
        for viewer in facts.viewers.values()
        if viewer.kind is ViewerKind.PROXY and viewer_reasons(facts, viewer, at) == {Reason.PROXY_AGE_REVIEW}
    }


def _is_closed_to_all(facts: AccessFacts, viewer: Viewer, org: OdsCode, at: datetime) -> bool:
    """Whether the policy itself keeps everything back. A young person's level of competence is not the policy's."""
    context = SightContext(replace(facts, competence=None), viewer, at)
    return all(context.reasons(Standing(org, slot)) & OF_THE_PRACTICE for slot in SAMPLES)


def _standings(facts: AccessFacts, org: OdsCode, at: datetime) -> tuple[Standing, ...]:
    """Current entries, then each granted chunk of history (the slot says nothing here)."""
    chunks = (frozenset({chunk.chunk_id}) for chunk in live_chunks(facts, org, at))
    history = (Standing(org, Slot.NEVER, covering, frozenset({Reason.BEFORE_WINDOW})) for covering in chunks)
    return (Standing(org, Slot.NEVER), *history)


def _view(facts: AccessFacts, viewer: Viewer, standings: Sequence[Standing], at: datetime) -> _View:
    context, org = SightContext(facts, viewer, at), standings[0].org
    opened: set[tuple[int, Slot]] = set()
    kept: list[frozenset[Reason]] = []
    for number, standing in enumerate(standings):
        given = ceiling.mask(facts, standing, at)
        for slot in SAMPLES:
            reasons = context.reasons(structs.replace(standing, slot=slot))
            if not reasons and given >> slot & 1:
                opened.add((number, slot))
            if number == 0:
                kept.append(reasons)
        if context.is_text_open(standing) and any(of == number for of, _ in opened):
            opened.add((number, TEXT))
    reasons = frozenset().union(*kept) - OF_THE_PRACTICE
    if not opened:
        reasons |= frozenset.intersection(*kept)
    policy = facts.policies.get(org)
    days = 0 if policy is None else policy.back_record_days
    return _View(frozenset(opened), window_start(facts, org, at), days, reasons)


def _outcome(before: _View, after: _View) -> Outcome:
    if not after.opened:
        return Outcome.LOSES if before.opened else Outcome.HELD_BACK
    if not before.opened:
        return Outcome.GAINS
    if _shows_more(before, after):
        return Outcome.SEES_LESS
    return Outcome.SEES_MORE if _shows_more(after, before) else Outcome.UNCHANGED


def _shows_more(view: _View, other: _View) -> bool:
    """Whether `view` opens a slot, free text or a stretch of time that the other does not."""
    earlier = view.since is not None and (other.since is None or view.since < other.since)
    return bool(view.opened - other.opened) or earlier or view.back_record_days > other.back_record_days


@dataclass(frozen=True, slots=True)
class ReviewCover:
    """How many patients of a list a standing 104 covers (R44).

    `fresh`: those of them for whom it arrived since somebody last said why, all where nobody has; `most_on_a_day`: how
    many of the fresh ones arrived on one day at most.
    """

    patients: int
    covered: int
    most_on_a_day: int
    fresh: int = 0

    def needs_justification(self, bulk: int) -> bool:
        """Whether 104 covers more than half of the list, or `bulk` or more patients got it on one day."""
        return self.covered * 2 > self.patients or self.most_on_a_day >= bulk

    def needs_another(self, bulk: int) -> bool:
        """The same where somebody has said why before: only if `bulk` more patients have it since."""
        return self.fresh >= bulk and self.needs_justification(bulk)


def review_cover(
    people: Iterable[AccessFacts], org: OdsCode, at: datetime, since: datetime | None = None
) -> ReviewCover:
    """The cover by 104 of those who are registered at `org` and alive; `since`: when somebody last said why."""
    patients = covered = 0
    days: Counter[date] = Counter()
    for facts in people:
        if facts.died or not is_registered(facts, org, at):
            continue
        patients += 1
        standing = winner(facts.codes, at)
        if standing is not None and standing.code is ReviewCode.ENHANCED_REVIEW:
            covered += 1
            if since is None or standing.known > since:
                days[day_of(standing.known)] += 1
    return ReviewCover(patients, covered, max(days.values(), default=0), days.total())
