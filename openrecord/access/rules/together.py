"""Two records of one person as one: of everything that opens, what both of them open (least grant).

Codes are a history and not a setting: those of the other record are kept beside (`AccessFacts.beside`), and asked too.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from openrecord.access import events
from openrecord.access.rules.codes import is_declined
from openrecord.access.rules.fold import fold
from openrecord.access.rules.giving import given
from openrecord.access.rules.windows import registered_since
from openrecord.access.types import (
    AccessFacts,
    AgeReview,
    Choices,
    Chunk,
    Closure,
    Competence,
    Kept,
    LevelGrant,
    Method,
    Service,
    Silence,
    Viewer,
    ViewerId,
    ViewerKind,
    WindowOverride,
)
from openrecord.clinical.kinds import Level, Section
from openrecord.kit.london import day_of
from openrecord.registry.types import OdsCode

Behind = tuple[UUID, ViewerKind]
"""Who stands behind a viewer, and in what capacity."""
Part = TypeVar("Part", Section, Service)
NOBODY = AccessFacts(None, (), {}, {})
"""A record of which nothing is known."""


def names_in_both(own: Mapping[Behind, ViewerId], other: Mapping[Behind, ViewerId]) -> dict[ViewerId, ViewerId]:
    """Whoever is a viewer of both records, by who is behind them: their id in the other one, and in one's own."""
    return {viewer: own[who] for who, viewer in other.items() if who in own}


def decoded(text: str, names: Mapping[ViewerId, ViewerId]) -> events.AnyAct:
    """A stored act with some viewers under other ids: ids are random, so that each stands for one thing only."""
    for before, now in names.items():
        text = text.replace(str(before), str(now))
    return events.decode(text)


def standing_since(
    made: Sequence[tuple[datetime, events.AnyAct]], names: Mapping[ViewerId, ViewerId], entries: frozenset[UUID]
) -> Iterator[events.AnyAct]:
    """Of the acts made while two records were one, what a record that is parted again must keep: all that keeps back.

    `names`: whoever is a viewer of both, by their id in the parted one; `entries`: those that are its own.
    """
    state = fold(NOBODY, made)
    for _, act in made:
        if _keeps_back(act, state, entries):
            yield decoded(events.encode(act), names)
    if state.paused or state.online.paused:
        yield events.Paused(method=None if state.paused else Method.ONLINE)
    for level, method in ((state.lowered, None), (state.online.lowered, Method.ONLINE)):
        if level is not None:
            yield events.Lowered(level=int(level), method=method)


def _keeps_back(act: events.AnyAct, state: AccessFacts, entries: frozenset[UUID]) -> bool:
    match act:
        case events.CodeArrived(entry=entry, method=method):
            return entry in entries or (method is not None and is_declined(state))
        case events.CodeWithdrawn(entry=entry):
            return entry in entries
        case events.AgeReviewed(carries_on=goes_on) | events.EnhancedReviewDecided(keep=goes_on):
            return not goes_on
        case events.PartKept(keep=keep):
            return not _is_over(state, keep)
        case _:
            return isinstance(act, events.ProxyRevoked | events.AppRevoked | events.NoticesSilenced)


def _is_over(state: AccessFacts, keep: UUID) -> bool:
    return any(kept.keep_id == keep and kept.over for kept in state.kept)


def least(own: AccessFacts, other: AccessFacts, at: datetime) -> AccessFacts:
    """What holds for the two records as one: nothing is open that is not open in both.

    Where somebody is registered is true of the person. History stays open where it was granted since they are one: what
    was reviewed before was one record alone.
    """
    registrations = tuple(sorted({*own.registrations, *other.registrations}, key=lambda stay: (stay.start, stay.ods)))
    one, two = (replace(facts, registrations=registrations) for facts in (own, other))
    return replace(
        one,
        viewers=_viewers(one.viewers, two.viewers),
        died=one.died or two.died,
        address_flagged=one.address_flagged or two.address_flagged,
        paused=one.paused or two.paused,
        lowered=_lower(one.lowered, two.lowered),
        online=_chosen(one.online, two.online),
        competence=_competence(one.competence, two.competence),
        chunks=_chunks(one.chunks, two.chunks),
        window_starts=_windows(one, two, at),
        levels_given=_levels(one, two, at),
        age_reviews=_reviews(one.age_reviews, two.age_reviews),
        silence=Silence(one.silence.proxies or two.silence.proxies, one.silence.patient or two.silence.patient),
        kept=_kept(one.kept, two.kept),
        closures=(*one.closures, *(_here(closure, one, two) for closure in two.closures)),
        beside=(*one.beside, two),
    )


def _viewers(own: Mapping[ViewerId, Viewer], other: Mapping[ViewerId, Viewer]) -> dict[ViewerId, Viewer]:
    """Whoever was let in to both, with what both gave; the patient by an account in the record that goes on."""
    found = {}
    for viewer_id, viewer in own.items():
        there = other.get(viewer_id)
        if there is not None and (there.kind, there.basis) == (viewer.kind, viewer.basis):
            found[viewer_id] = _both(viewer, there)
        elif viewer.kind is ViewerKind.SELF:
            found[viewer_id] = viewer
    return found


def _both(one: Viewer, two: Viewer) -> Viewer:
    return replace(
        one,
        granted=None if one.granted is None or two.granted is None else max(one.granted, two.granted),
        level=min(one.level, two.level),
        sections=_common(one.sections, two.sections),
        services=_common(one.services, two.services),
        expires=_earlier(one.expires, two.expires),
        scopes=tuple(scope for scope in one.scopes if scope in two.scopes),
        revoked=one.revoked or two.revoked or one.listed_org != two.listed_org or one.acts_for != two.acts_for,
    )


def _chunks(own: Iterable[Chunk], other: Iterable[Chunk]) -> tuple[Chunk, ...]:
    """What was granted in both: for whom both name, as far as both go, at the lower level."""
    there = {(chunk.chunk_id, chunk.org): chunk for chunk in other}
    both = ((chunk, there.get((chunk.chunk_id, chunk.org))) for chunk in own)
    return tuple(_narrower(one, two) for one, two in both if two is not None)


def _narrower(one: Chunk, two: Chunk) -> Chunk:
    return replace(
        one,
        first=max((day for day in (one.first, two.first) if day is not None), default=None),
        last=_earlier(one.last, two.last),
        sections=_common(one.sections, two.sections),
        level=min(one.level, two.level),
        named=one.named & two.named,
        granted=max(one.granted, two.granted),
        withdrawn=one.withdrawn or two.withdrawn,
    )


def _common(one: frozenset[Part] | None, two: frozenset[Part] | None) -> frozenset[Part] | None:
    if one is None or two is None:
        return two if one is None else one
    return one & two


def _earlier(one: date | None, two: date | None) -> date | None:
    days = [day for day in (one, two) if day is not None]
    return min(days, default=None)


def _lower(one: Level | None, two: Level | None) -> Level | None:
    levels = [level for level in (one, two) if level is not None]
    return min(levels, default=None)


def _chosen(one: Choices, two: Choices) -> Choices:
    return replace(one, paused=one.paused or two.paused, lowered=_lower(one.lowered, two.lowered))


def _competence(one: Competence | None, two: Competence | None) -> Competence | None:
    if one is None or two is None:
        return None
    return Competence(max(one.since, two.since), min(one.level, two.level))


def _windows(one: AccessFacts, two: AccessFacts, at: datetime) -> dict[OdsCode, WindowOverride]:
    """Where a start was set in either record, the later of what holds in both."""
    found = {}
    for org in {*(one.window_starts or {}), *(two.window_starts or {})}:
        starts = [start for facts in (one, two) if (start := _start(facts, org, at)) is not None]
        set_at = [by.set_at for facts in (one, two) if (by := (facts.window_starts or {}).get(org)) is not None]
        if starts:
            found[org] = WindowOverride(max(starts), max(set_at))
    return found


def _levels(one: AccessFacts, two: AccessFacts, at: datetime) -> dict[OdsCode, LevelGrant]:
    """What the practices give, where one gives anything apart from its limit for everybody: the less of both."""
    found = {}
    for org in {stay.ods for stay in one.registrations} | set(one.levels_given) | set(two.levels_given):
        level = _lower(given(one, org, at), given(two, org, at))
        if level is not None:
            found[org] = LevelGrant(level, at)
    return found


def _start(facts: AccessFacts, org: OdsCode, at: datetime) -> date | None:
    """The first day of the window as it was set, as far as that counts, else as the policy and the register say."""
    policy, registered = facts.policies.get(org), registered_since(facts, org, at)
    override = (facts.window_starts or {}).get(org)
    if override is not None and (registered is None or override.set_at >= registered):
        return override.start
    days = [] if policy is None or policy.go_live is None else [policy.go_live]
    begun = [stay.start for stay in facts.registrations if stay.ods == org and stay.start <= day_of(at)]
    return max([*days, *begun], default=None)


def _reviews(one: tuple[AgeReview, ...], two: tuple[AgeReview, ...]) -> tuple[AgeReview, ...]:
    """Decisions to carry on count where both records have them, those to end always; each in its order."""
    every = sorted({*one, *two}, key=lambda review: review.at)
    return tuple(review for review in every if not review.carries_on or (review in one and review in two))


def _kept(one: tuple[Kept, ...], two: tuple[Kept, ...]) -> tuple[Kept, ...]:
    known = {kept.keep_id: kept for kept in one}
    return (*one, *(kept for kept in two if kept.keep_id not in known))


def _here(closure: Closure, one: AccessFacts, two: AccessFacts) -> Closure:
    """A stop of the other record is one of this."""
    is_of_other = closure.scope == "patient" and closure.which == two.patient_key
    return Closure("patient", one.patient_key) if is_of_other else closure
