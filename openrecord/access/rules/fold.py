"""From acts to facts: the state of one patient's access is its acts, folded in the order they happened."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from openrecord.access import events
from openrecord.access.types import (
    EVERYBODY_TOLD,
    NOTHING_CHOSEN,
    AccessFacts,
    AgeReview,
    Basis,
    Choices,
    Chunk,
    ChunkId,
    CodeFact,
    Competence,
    EnhancedReviewDecision,
    Kept,
    LevelGrant,
    Method,
    ProxyRule,
    ReviewCode,
    Service,
    Silence,
    Viewer,
    ViewerId,
    ViewerKind,
    WindowOverride,
)
from openrecord.clinical.kinds import Level, Section
from openrecord.registry.types import OdsCode


@dataclass(slots=True)
class _Growing:
    """The facts while they are being folded."""

    viewers: dict[ViewerId, Viewer] = field(default_factory=dict)
    codes: dict[UUID, CodeFact] = field(default_factory=dict)
    decisions: list[EnhancedReviewDecision] = field(default_factory=list)
    told: Choices = NOTHING_CHOSEN
    online: Choices = NOTHING_CHOSEN
    competence: Competence | None = None
    chunks: dict[ChunkId, Chunk] = field(default_factory=dict)
    window_starts: dict[OdsCode, WindowOverride] = field(default_factory=dict)
    levels_given: dict[OdsCode, LevelGrant] = field(default_factory=dict)
    age_reviews: list[AgeReview] = field(default_factory=list)
    silence: Silence = EVERYBODY_TOLD
    kept: dict[UUID, Kept] = field(default_factory=dict)


def _sections(names: tuple[str, ...] | None) -> frozenset[Section] | None:
    return None if names is None else frozenset(Section(name) for name in names)


def _services(names: tuple[Service, ...] | None) -> frozenset[Service] | None:
    return None if names is None else frozenset(names)


def _account_opened(grown: _Growing, act: events.AccountOpened, at: datetime) -> None:
    viewer_id = ViewerId(act.viewer)
    if viewer_id not in grown.viewers:
        grown.viewers[viewer_id] = Viewer(viewer_id, ViewerKind.SELF, at)


def _proxy_granted(grown: _Growing, act: events.ProxyGranted, at: datetime) -> None:
    viewer_id = ViewerId(act.viewer)
    grown.viewers[viewer_id] = Viewer(
        viewer_id,
        ViewerKind.PROXY,
        at,
        basis=Basis(act.basis),
        level=Level(act.level),
        sections=_sections(act.sections),
        services=_services(act.services),
        expires=act.expires,
        listed_org=OdsCode(act.listed_org),
    )


def _proxy_changed(grown: _Growing, act: events.ProxyChanged, _at: datetime) -> None:
    viewer_id = ViewerId(act.viewer)
    if viewer_id in grown.viewers:
        grown.viewers[viewer_id] = replace(
            grown.viewers[viewer_id],
            level=Level(act.level),
            sections=_sections(act.sections),
            services=_services(act.services),
            expires=act.expires,
        )


def _revoked(grown: _Growing, act: events.ProxyRevoked | events.AppRevoked, _at: datetime) -> None:
    viewer_id = ViewerId(act.viewer)
    if viewer_id in grown.viewers:
        grown.viewers[viewer_id] = replace(grown.viewers[viewer_id], revoked=True)


def _app_authorised(grown: _Growing, act: events.AppAuthorised, at: datetime) -> None:
    viewer_id = ViewerId(act.viewer)
    grown.viewers[viewer_id] = Viewer(viewer_id, ViewerKind.APP, at, acts_for=ViewerId(act.acts_for), scopes=act.scopes)


def _code_arrived(grown: _Growing, act: events.CodeArrived, at: datetime) -> None:
    earlier = grown.codes.get(act.entry)
    known = earlier.known if earlier is not None else at
    online = act.method is Method.ONLINE
    grown.codes[act.entry] = CodeFact(ReviewCode(act.code), act.effective, act.recorded, known, online)


def _code_withdrawn(grown: _Growing, act: events.CodeWithdrawn, _at: datetime) -> None:
    grown.codes.pop(act.entry, None)


def _decline_reversed(grown: _Growing, act: events.DeclineReversed, _at: datetime) -> None:
    if act.method is Method.ONLINE:
        grown.online = replace(grown.online, undeclined=(*grown.online.undeclined, act.recorded))
    else:
        grown.told = replace(grown.told, undeclined=(*grown.told.undeclined, act.recorded))


def _enhanced_review_decided(grown: _Growing, act: events.EnhancedReviewDecided, at: datetime) -> None:
    grown.decisions.append(EnhancedReviewDecision(at, act.keep))


def _paused(grown: _Growing, act: events.Paused | events.Resumed, _at: datetime) -> None:
    _chosen(grown, act, paused=isinstance(act, events.Paused))


def _lowered(grown: _Growing, act: events.Lowered | events.Raised, _at: datetime) -> None:
    _chosen(grown, act, lowered=Level(act.level) if isinstance(act, events.Lowered) else None)


def _chosen(grown: _Growing, act: events.Told, **change: Any) -> None:
    """On our pages the patient changes what was chosen there alone; the practice is told the newest word on both."""
    lifts = isinstance(act, events.Resumed | events.Raised)
    if act.method is not Method.ONLINE:
        grown.told = replace(grown.told, **change)
    if act.method is Method.ONLINE or lifts:
        grown.online = replace(grown.online, **change)


def _competence_recorded(grown: _Growing, act: events.CompetenceRecorded, at: datetime) -> None:
    since = at if grown.competence is None else grown.competence.since
    grown.competence = Competence(since, Level(act.level))


def _age_reviewed(grown: _Growing, act: events.AgeReviewed, at: datetime) -> None:
    grown.age_reviews.append(AgeReview(ViewerId(act.viewer), at, act.age, act.carries_on))


def _notices_silenced(grown: _Growing, act: events.NoticesSilenced, _at: datetime) -> None:
    grown.silence = Silence(act.proxies, act.patient)


def _part_kept(grown: _Growing, act: events.PartKept, at: datetime) -> None:
    grown.kept[act.keep] = Kept(
        act.keep,
        at,
        ProxyRule(act.everyone, frozenset(ViewerId(viewer) for viewer in act.excluded)),
        act.entry,
        _sections(act.sections),
        act.first,
        act.last,
        act.reason,
        act.method,
    )


def _part_shared(grown: _Growing, act: events.PartShared, _at: datetime) -> None:
    if act.keep in grown.kept:
        grown.kept[act.keep] = replace(grown.kept[act.keep], over=True)


def _history_granted(grown: _Growing, act: events.HistoryGranted, at: datetime) -> None:
    chunk_id = ChunkId(act.chunk)
    grown.chunks[chunk_id] = Chunk(
        chunk_id,
        OdsCode(act.org),
        act.first,
        act.last,
        _sections(act.sections),
        Level(act.level),
        frozenset(ViewerId(viewer) for viewer in act.named),
        at,
    )


def _history_withdrawn(grown: _Growing, act: events.HistoryWithdrawn, _at: datetime) -> None:
    chunk_id = ChunkId(act.chunk)
    if chunk_id in grown.chunks:
        grown.chunks[chunk_id] = replace(grown.chunks[chunk_id], withdrawn=True)


def _window_set(grown: _Growing, act: events.WindowSet, at: datetime) -> None:
    grown.window_starts[OdsCode(act.org)] = WindowOverride(act.start, at)


def _level_given(grown: _Growing, act: events.LevelGiven, at: datetime) -> None:
    grown.levels_given[OdsCode(act.org)] = LevelGrant(Level(act.level), at)


_STEPS: dict[type, Callable[[_Growing, Any, datetime], None]] = {
    events.AccountOpened: _account_opened,
    events.ProxyGranted: _proxy_granted,
    events.ProxyChanged: _proxy_changed,
    events.ProxyRevoked: _revoked,
    events.AppAuthorised: _app_authorised,
    events.AppRevoked: _revoked,
    events.CodeArrived: _code_arrived,
    events.CodeWithdrawn: _code_withdrawn,
    events.DeclineReversed: _decline_reversed,
    events.EnhancedReviewDecided: _enhanced_review_decided,
    events.Paused: _paused,
    events.Resumed: _paused,
    events.Lowered: _lowered,
    events.Raised: _lowered,
    events.CompetenceRecorded: _competence_recorded,
    events.AgeReviewed: _age_reviewed,
    events.NoticesSilenced: _notices_silenced,
    events.PartKept: _part_kept,
    events.PartShared: _part_shared,
    events.HistoryGranted: _history_granted,
    events.HistoryWithdrawn: _history_withdrawn,
    events.WindowSet: _window_set,
    events.LevelGiven: _level_given,
}


def fold(bare: AccessFacts, acts: Iterable[tuple[datetime, events.AnyAct]]) -> AccessFacts:
    """`bare` (what the registry knows of the patient) with every act applied, oldest first."""
    grown = _Growing()
    for at, act in acts:
        _STEPS[type(act)](grown, act, at)
    return replace(
        bare,
        viewers=grown.viewers,
        codes=tuple(grown.codes.values()),
        undeclined=grown.told.undeclined,
        review_decisions=tuple(grown.decisions),
        paused=grown.told.paused,
        lowered=grown.told.lowered,
        online=grown.online,
        competence=grown.competence,
        chunks=tuple(grown.chunks.values()),
        window_starts=grown.window_starts,
        levels_given=grown.levels_given,
        age_reviews=tuple(grown.age_reviews),
        silence=grown.silence,
        kept=tuple(grown.kept.values()),
    )
