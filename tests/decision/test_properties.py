"""What must hold for every patient, entry and viewer (R69), whatever the worked cases say."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from openrecord.access.types import (
    AccessFacts,
    Basis,
    Chunk,
    ChunkId,
    CodeFact,
    ProxyRule,
    Reason,
    ReviewCode,
    Viewer,
    ViewerId,
    ViewerKind,
)
from openrecord.clinical.incoming import Label, OwnContent, VersionStatus
from openrecord.clinical.kinds import KIND_RULES, EntryKind, Level, Section, slot_of
from openrecord.registry.types import OdsCode, Policy, Registration, ReleaseMode, ReleaseRule
from openrecord.screening.rules.decide import decide
from openrecord.screening.types import EntryFacts, EntryId, HideReason, Hold, Rendering, Stance, Verdict

AT = datetime(2025, 3, 30, 0, 30, tzinfo=UTC)
A, B = OdsCode("A"), OdsCode("B")
PAT, MUM, SON, APP = (ViewerId(UUID(int=n)) for n in (1, 2, 3, 4))
GRANTED = datetime(2023, 11, 5, tzinfo=UTC)

instants = st.datetimes(datetime(2023, 1, 1), datetime(2025, 3, 29)).map(lambda d: d.replace(tzinfo=UTC))  # noqa: DTZ001
kinds = st.sampled_from(list(EntryKind))
holds = st.builds(Hold, until=st.none() | st.dates(date(2025, 1, 1), date(2025, 6, 1)), contacted=st.booleans())
PROXY_RULES = (
    ProxyRule(),
    ProxyRule(everyone=True),
    ProxyRule(excluded=None),
    ProxyRule(excluded=frozenset({MUM})),
)
stances = st.builds(
    Stance,
    hides=st.frozensets(st.sampled_from(list(HideReason)), max_size=1),
    hold=st.none() | holds,
    released=st.booleans(),
    proxy_rule=st.sampled_from(PROXY_RULES),
)


@st.composite
def entries(draw: st.DrawFn) -> dict[EntryId, EntryFacts]:
    """Up to eight entries; each may be part of one before it, or of one that is not known."""
    made: dict[EntryId, EntryFacts] = {}
    for number in range(draw(st.integers(1, 8))):
        kind = draw(kinds)
        inside = draw(st.none() | st.sampled_from(list(made))) if made else None
        made[EntryId(UUID(int=100 + number).bytes)] = EntryFacts(
            EntryId(UUID(int=100 + number).bytes),
            draw(st.sampled_from([A, A, B])),
            kind,
            slot_of(kind, "vital-signs"),
            known=draw(instants),
            recorded=draw(st.none() | instants),
            clinical=draw(st.none() | instants),
            filed=draw(st.sampled_from([True, True, False, None])),
            status=draw(st.sampled_from(list(VersionStatus))),
            label=draw(st.sampled_from([Label.NONE, Label.NONE, Label.NOT_FOR_PATIENT, Label.UNKNOWN])),
            has_text=draw(st.booleans()),
            own=draw(st.sampled_from(list(OwnContent))),
            containers=() if inside is None else (inside,),
            missing_container=draw(st.sampled_from([False, False, False, True])),
            unit=draw(st.none() | st.just("u")),
            history_marks=draw(st.sampled_from([frozenset(), frozenset({Reason.TRANSFERRED})])),
            stance=draw(stances),
        )
    return made


@st.composite
def accesses(draw: st.DrawFn) -> AccessFacts:
    """A patient with an account, a parent, a proxy by consent, an app, sometimes history granted."""
    rules = st.builds(ReleaseRule, mode=st.sampled_from(list(ReleaseMode)), days=st.integers(0, 9))
    policy = st.builds(
        Policy,
        go_live=st.none() | st.dates(date(2023, 1, 1), date(2025, 6, 1)),
        system_on=st.booleans(),
        level=st.sampled_from(list(Level)),
        at_risk_level=st.sampled_from(list(Level)),
        sections_off=st.frozensets(st.sampled_from(list(Section)), max_size=2),
        release=st.dictionaries(st.sampled_from(["result", "document", "condition"]), rules, max_size=2),
    )
    chunk = st.builds(
        Chunk,
        chunk_id=st.uuids().map(ChunkId),
        org=st.just(A),
        first=st.none(),
        last=st.none(),
        sections=st.none(),
        level=st.sampled_from(list(Level)),
        named=st.frozensets(st.sampled_from([PAT, MUM, SON])),
        granted=st.just(AT - timedelta(days=1)),
    )
    codes = st.builds(
        CodeFact,
        code=st.sampled_from(list(ReviewCode)),
        effective=st.dates(date(2024, 1, 1), date(2025, 6, 1)),
        recorded=st.none() | instants,
        known=instants,
    )
    viewers = (
        Viewer(PAT, ViewerKind.SELF, GRANTED),
        Viewer(MUM, ViewerKind.PROXY, GRANTED, Basis.PARENTAL, listed_org=A),
        Viewer(SON, ViewerKind.PROXY, GRANTED, Basis.CONSENT, level=draw(st.sampled_from(list(Level))), listed_org=A),
        Viewer(APP, ViewerKind.APP, GRANTED, acts_for=PAT, scopes=("patient/Observation.rs",)),
    )
    return AccessFacts(
        draw(st.none() | st.dates(date(1940, 1, 1), date(2024, 12, 31))),
        (Registration(A, date(2010, 1, 1), draw(st.none() | st.dates(date(2024, 1, 1), date(2026, 1, 1)))),),
        {A: draw(st.none() | policy), B: draw(policy)},
        {viewer.viewer_id: viewer for viewer in viewers},
        died=draw(st.sampled_from([False, False, False, True])),
        codes=tuple(draw(st.lists(codes, max_size=2))),
        paused=draw(st.sampled_from([False, False, False, True])),
        lowered=draw(st.none() | st.sampled_from(list(Level))),
        chunks=tuple(draw(st.lists(chunk, max_size=2))),
    )


def answers(facts: AccessFacts, made: dict[EntryId, EntryFacts], viewer: ViewerId) -> dict[EntryId, Verdict]:
    return decide(facts, made, facts.viewers[viewer], at=AT)


def seen(facts: AccessFacts, made: dict[EntryId, EntryFacts], viewer: ViewerId) -> set[EntryId]:
    return {entry_id for entry_id, verdict in answers(facts, made, viewer).items() if verdict.visible}


@given(accesses(), entries(), st.sampled_from([PAT, MUM, SON, APP]))
def test_a_higher_level_never_hides(facts: AccessFacts, made: dict[EntryId, EntryFacts], viewer: ViewerId) -> None:
    higher = {
        org: None if policy is None else replace(policy, level=Level.FULL) for org, policy in facts.policies.items()
    }
    assert seen(facts, made, viewer) <= seen(replace(facts, policies=higher), made, viewer)


@given(accesses(), entries(), st.data(), st.sampled_from([PAT, MUM, SON, APP]))
def test_one_more_hide_never_reveals(
    facts: AccessFacts, made: dict[EntryId, EntryFacts], data: st.DataObject, viewer: ViewerId
) -> None:
    chosen = data.draw(st.sampled_from(list(made)))
    stance = replace(made[chosen].stance, hides=made[chosen].stance.hides | {HideReason.OTHER})
    after = {**made, chosen: structs.replace(made[chosen], stance=stance)}
    assert seen(facts, after, viewer) <= seen(facts, made, viewer) - {chosen}
    before_answers, after_answers = answers(facts, made, viewer), answers(facts, after, viewer)
    for entry_id in seen(facts, after, viewer):
        if after_answers[entry_id].rendering is Rendering.FULL:
            assert before_answers[entry_id].rendering is Rendering.FULL


@given(accesses(), entries(), st.sampled_from([PAT, MUM, SON, APP]))
def test_withdrawing_a_grant_never_reveals(
    facts: AccessFacts, made: dict[EntryId, EntryFacts], viewer: ViewerId
) -> None:
    for change in ({"chunks": ()}, {"paused": True}, {"died": True}, {"lowered": Level.NONE}):
        assert seen(replace(facts, **change), made, viewer) <= seen(facts, made, viewer)


@given(accesses(), entries())
def test_a_proxy_by_consent_sees_no_more_than_the_patient(facts: AccessFacts, made: dict[EntryId, EntryFacts]) -> None:
    shared = tuple(replace(chunk, named=frozenset({PAT, SON})) for chunk in facts.chunks)
    facts = replace(facts, chunks=shared, born=date(1980, 1, 1))
    assert seen(facts, made, SON) <= seen(facts, made, PAT)


@given(accesses(), entries())
def test_an_app_sees_no_more_than_its_person(facts: AccessFacts, made: dict[EntryId, EntryFacts]) -> None:
    assert seen(facts, made, APP) <= seen(facts, made, PAT)


@settings(max_examples=200)
@given(accesses(), entries(), st.sampled_from([PAT, MUM, SON, APP]))
def test_what_is_visible_is_filed_known_and_not_hidden(
    facts: AccessFacts, made: dict[EntryId, EntryFacts], viewer: ViewerId
) -> None:
    for entry_id in seen(facts, made, viewer):
        entry = made[entry_id]
        assert entry.filed is True or not KIND_RULES[entry.kind].needs_filing
        assert entry.kind not in {EntryKind.UNKNOWN, EntryKind.CODE, EntryKind.DIARY, EntryKind.TASK}
        assert entry.label is Label.NONE
        assert not entry.stance.hides
        assert facts.policies[entry.org] is not None
        assert facts.born is not None
