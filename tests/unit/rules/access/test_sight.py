"""Sight: what one viewer may see of the entries that may be seen at all (decision cases README, "Of the viewer")."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from openrecord.access.rules.sight import SightContext, SlotMasks
from openrecord.access.types import (
    Closure,
    CodeFact,
    Competence,
    EnhancedReviewDecision,
    ProxyRule,
    Reason,
    ReviewCode,
    Standing,
    Viewer,
    ViewerId,
)
from openrecord.clinical.kinds import Level, Section, Slot
from openrecord.registry.types import OdsCode, Policy, Registration
from tests.unit.rules.facts import APP, LAWYER, ME, NOW, SON, A, B, chunk, patient, people, utc

SUMMARY = {Slot.MEDICATION_STATEMENT, Slot.MEDICATION_REQUEST, Slot.ALLERGY}
ALL = set(Slot) - {Slot.NEVER}
TIME = frozenset({Reason.BEFORE_WINDOW, Reason.BACK_RECORD})
PROBLEM = Standing(A, Slot.PROBLEM)
SONS_APP = replace(APP, acts_for=SON.viewer_id)


def history(*chunks: int, reasons: frozenset[Reason] = TIME, slot: Slot = Slot.PROBLEM) -> Standing:
    """A historical entry that the chunks with these numbers cover."""
    return Standing(A, slot, frozenset(chunk(number).chunk_id for number in chunks), reasons)


def sight(viewer: Viewer = ME, /, **changes: Any) -> SightContext:
    return SightContext(patient(**changes), viewer, NOW)


def slots(bits: int) -> set[Slot]:
    """The slots of a mask; fails for a bit that is no slot."""
    return {Slot(bit) for bit in range(bits.bit_length()) if bits >> bit & 1}


def seen(context: SightContext, standing: Standing = PROBLEM) -> tuple[set[Slot], set[Slot]]:
    """(slots seen, slots seen with free text) of a group of entries."""
    masks = context.masks(standing.org, standing)
    return slots(masks.coded), slots(masks.full)


@pytest.mark.parametrize(
    ("level", "opened"),
    [
        (Level.NONE, set()),
        (Level.SUMMARY, SUMMARY),
        (Level.DETAILED, ALL - {Slot.DOCUMENT, Slot.COMMENT}),
        (Level.DOCUMENTS, ALL - {Slot.COMMENT}),
        (Level.FULL, ALL),
    ],
)
def test_the_practice_s_level_opens_its_kinds_and_free_text_at_full_only(level: Level, opened: set[Slot]) -> None:
    """Domain 1.4; LV-01 to LV-05."""
    context = sight(policies={A: Policy(level=level)})
    assert seen(context) == (opened, opened if level is Level.FULL else set())
    assert {slot for slot in ALL if context.reasons(Standing(A, slot)) == {Reason.LEVEL}} == ALL - opened


def test_kinds_that_are_never_shown_count_as_summary_in_no_section() -> None:
    """Decision cases README, Entries."""
    never = Standing(A, Slot.NEVER)
    assert sight(policies={A: Policy(level=Level.NONE)}).reasons(never) == {Reason.LEVEL}
    assert sight(policies={A: Policy(level=Level.SUMMARY, sections_off=frozenset(Section))}).reasons(never) == set()
    assert sight(replace(LAWYER, sections=frozenset(Section))).reasons(never) == {Reason.PROXY_SCOPE}


@pytest.mark.parametrize("viewer", [ME, LAWYER, APP])
def test_a_section_that_is_off_is_off_for_everybody(viewer: Viewer) -> None:
    """R42, LV-07."""
    context = sight(viewer, policies={A: Policy(sections_off=frozenset({Section.PROBLEMS}))})
    assert context.reasons(PROBLEM) == {Reason.SECTION_OFF}
    assert context.reasons(Standing(A, Slot.ALLERGY)) == set()


def test_every_test_is_made_by_itself() -> None:
    """Decision cases README: the full set of codes."""
    facts: dict[str, Any] = {
        "policies": {A: Policy(level=Level.NONE, sections_off=frozenset({Section.PROBLEMS}), system_on=False)},
        "registrations": (Registration(A, date(2010, 1, 1), date(2024, 1, 1)),),
        "died": True,
        "lowered": Level.SUMMARY,
        "closures": (Closure("all", ""),),
    }
    assert sight(replace(SON, level=Level.SUMMARY, sections=frozenset()), **facts).reasons(
        PROBLEM, ProxyRule(everyone=True)
    ) == {
        Reason.LEVEL,
        Reason.SECTION_OFF,
        Reason.SYSTEM_OFF,
        Reason.DEDUCTED,
        Reason.DECEASED,
        Reason.LOWERED,
        Reason.CLOSED,
        Reason.PROXY_SCOPE,
        Reason.PROXY_EXCLUDED,
    }


def test_an_organisation_without_a_policy_has_no_level_of_its_own() -> None:
    """AP-06: the entry's own unknown_input keeps it back."""
    registrations = (Registration(A, date(2010, 1, 1)), Registration(B, date(2010, 1, 1)))
    context = sight(registrations=registrations)
    assert context.reasons(Standing(B, Slot.PROBLEM)) == set()
    assert sight().reasons(Standing(B, Slot.PROBLEM)) == {Reason.NOT_REGISTERED}


# Proxies


def test_a_proxy_s_own_level_bounds_what_it_sees() -> None:
    """R22, PX-11."""
    context = sight(replace(LAWYER, level=Level.SUMMARY))
    assert seen(context) == (SUMMARY, set())
    assert context.reasons(PROBLEM) == {Reason.PROXY_SCOPE}
    assert seen(sight(LAWYER)) == (ALL, ALL)
    assert sight(LAWYER, policies={A: Policy(level=Level.SUMMARY)}).reasons(PROBLEM) == {Reason.LEVEL}
    assert seen(sight(replace(ME, level=Level.SUMMARY))) == (ALL, ALL), "the patient's own grant has no level"


def test_a_proxy_s_own_sections_bound_what_it_sees() -> None:
    """R28, PX-10."""
    context = sight(replace(LAWYER, sections=frozenset({Section.PROBLEMS})))
    assert seen(context) == ({Slot.PROBLEM, Slot.DIAGNOSIS},) * 2
    assert context.reasons(Standing(A, Slot.ALLERGY)) == {Reason.PROXY_SCOPE}
    assert seen(sight(replace(ME, sections=frozenset()))) == (ALL, ALL)


@pytest.mark.parametrize(
    ("rule", "kept_from"),
    [
        (None, set()),
        (ProxyRule(), set()),
        (ProxyRule(everyone=True), {"son", "lawyer", "son's app"}),
        (ProxyRule(excluded=frozenset({SON.viewer_id})), {"son", "son's app"}),
        (ProxyRule(excluded=None), {"son", "lawyer", "son's app"}),
    ],
)
def test_an_entry_may_be_kept_from_proxies_and_their_apps(rule: ProxyRule | None, kept_from: Collection[str]) -> None:
    """Architecture, Sight: none, all, those listed; unknown = all (PX-06)."""
    viewers = {"patient": ME, "son": SON, "lawyer": LAWYER, "patient's app": APP, "son's app": SONS_APP}
    for name, viewer in viewers.items():
        expected = {Reason.PROXY_EXCLUDED} if name in kept_from else set()
        assert sight(viewer).reasons(PROBLEM, rule) == expected, name


def test_rules_about_proxies_apply_to_proxies_and_their_apps() -> None:
    assert [sight(viewer).is_proxy for viewer in (ME, APP, SON, SONS_APP)] == [False, False, True, True]


# Apps


def test_an_app_sees_what_its_scopes_name_of_what_its_person_sees() -> None:
    """R60, AP-01."""
    context = sight(replace(APP, scopes=("patient/Condition.rs", "patient/DocumentReference.rs")))
    assert seen(context) == ({Slot.PROBLEM, Slot.DIAGNOSIS, Slot.DOCUMENT},) * 2
    assert context.reasons(Standing(A, Slot.ALLERGY)) == {Reason.SCOPE}
    assert sight(replace(APP, scopes=())).reasons(Standing(A, Slot.NEVER)) == {Reason.SCOPE}
    narrow = replace(SON, level=Level.SUMMARY)
    assert seen(sight(SONS_APP, viewers=people(ME, narrow))) == (SUMMARY, set())
    assert seen(sight(replace(ME, scopes=("patient/Condition.rs",)))) == (ALL, ALL), "a person needs no scope"


# What the patient, a person at the practice or a code has lowered


@pytest.mark.parametrize(("viewer", "reached"), [(ME, True), (SON, True), (APP, True), (LAWYER, False)])
def test_the_patient_s_own_lowering_reaches_the_patient_apps_and_proxies_by_consent(
    viewer: Viewer, *, reached: bool
) -> None:
    """R7, CD-11."""
    context = sight(viewer, lowered=Level.SUMMARY)
    assert seen(context) == ((SUMMARY, set()) if reached else (ALL, ALL))
    assert context.reasons(PROBLEM) == ({Reason.LOWERED} if reached else set())


BLOCKING = CodeFact(ReviewCode.ENHANCED_REVIEW, date(2022, 1, 1), utc("2022-01-01"), utc("2022-01-01"))
REMOVED = EnhancedReviewDecision(utc("2024-02-01"), keep=False)
AT_RISK = {A: Policy(at_risk_level=Level.SUMMARY)}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"codes": (BLOCKING,)}, (set(), set()), id="blocked: the at-risk level, none by default (CD-01)"),
        pytest.param(
            {"codes": (BLOCKING,), "policies": AT_RISK}, (SUMMARY, set()), id="blocked: at the policy's level"
        ),
        pytest.param({"review_decisions": (REMOVED,), "policies": AT_RISK}, (SUMMARY, set()), id="removed (CD-03)"),
        pytest.param(
            {"codes": (replace(BLOCKING, effective=date(2024, 2, 1)),), "policies": AT_RISK},
            (ALL, ALL),
            id="104 on live access removes nothing (CD-02)",
        ),
        pytest.param({"policies": AT_RISK}, (ALL, ALL), id="no 104"),
    ],
)
def test_while_104_applies_the_grant_has_the_at_risk_level(
    changes: dict[str, Any], expected: tuple[set[Slot], set[Slot]]
) -> None:
    """QUESTIONS 3."""
    for viewer in (ME, LAWYER):
        context = sight(viewer, **changes)
        assert seen(context) == expected
        assert context.reasons(PROBLEM) == (set() if expected[0] == ALL else {Reason.ENHANCED_REVIEW})


@pytest.mark.parametrize(
    ("viewer", "born", "expected"),
    [
        pytest.param(ME, date(2010, 1, 1), (SUMMARY, set()), id="before 16: the level given with competence (PX-04)"),
        pytest.param(APP, date(2010, 1, 1), (SUMMARY, set()), id="and for the patient's apps"),
        pytest.param(LAWYER, date(2010, 1, 1), (ALL, ALL), id="not for proxies"),
        pytest.param(ME, date(2008, 1, 1), (ALL, ALL), id="from 16 on the practice's (QUESTIONS 8)"),
    ],
)
def test_competence_bounds_own_access_before_16(
    viewer: Viewer, born: date, expected: tuple[set[Slot], set[Slot]]
) -> None:
    """R29."""
    context = sight(viewer, born=born, competence=Competence(utc("2024-01-10"), Level.SUMMARY))
    assert seen(context) == expected
    assert context.reasons(PROBLEM) == (set() if expected[0] == ALL else {Reason.LEVEL})


def test_without_competence_nobody_has_access_of_their_own_before_16() -> None:
    assert sight(born=date(2010, 1, 1)).reasons(PROBLEM) == {Reason.UNDER_16}


# History


FOR_SON = frozenset({SON.viewer_id})


@pytest.mark.parametrize(
    ("viewer", "chunks", "standing", "codes"),
    [
        pytest.param(ME, (chunk(1),), history(1), set(), id="a chunk names the patient (DT-08)"),
        pytest.param(APP, (chunk(1),), history(1), set(), id="and so the patient's app"),
        pytest.param(ME, (), history(), TIME, id="nothing covers it"),
        pytest.param(ME, (), history(1), TIME, id="what covered it is no more"),
        pytest.param(ME, (chunk(1, named=FOR_SON),), history(1), TIME, id="the chunk names somebody else"),
        pytest.param(SON, (chunk(1, named=FOR_SON),), history(1), set(), id="the chunk names the proxy"),
        pytest.param(SON, (chunk(1),), history(1), {Reason.PROXY_SCOPE}, id="a proxy not named (QUESTIONS 10)"),
        pytest.param(SONS_APP, (chunk(1),), history(1), {Reason.PROXY_SCOPE}, id="and that proxy's app"),
        pytest.param(SON, (), history(), TIME, id="a proxy where nothing covers it"),
        pytest.param(ME, (), history(reasons=frozenset()), {Reason.UNKNOWN_INPUT}, id="no reason known (R68)"),
        pytest.param(SON, (chunk(1), chunk(2, named=FOR_SON)), history(1, 2), set(), id="one of two names the proxy"),
    ],
)
def test_history_is_seen_by_whom_a_covering_chunk_names(
    viewer: Viewer, chunks: tuple[Any, ...], standing: Standing, codes: set[Reason]
) -> None:
    """R47, QUESTIONS 10."""
    assert sight(viewer, chunks=chunks).reasons(standing) == codes


@pytest.mark.parametrize(
    ("viewer", "levels", "expected"),
    [
        pytest.param(ME, {1: Level.SUMMARY}, (SUMMARY, set()), id="the chunk's level (DT-10)"),
        pytest.param(ME, {1: Level.SUMMARY, 2: Level.FULL}, (ALL, ALL), id="the highest of several"),
        pytest.param(ME, {1: Level.SUMMARY, 3: Level.FULL}, (SUMMARY, set()), id="not that of a chunk for others"),
        pytest.param(SON, {1: Level.FULL, 3: Level.SUMMARY}, (SUMMARY, set()), id="also for a proxy"),
    ],
)
def test_the_chunk_s_level_replaces_the_practice_s(
    viewer: Viewer, levels: dict[int, Level], expected: tuple[set[Slot], set[Slot]]
) -> None:
    """QUESTIONS 10. Chunks 1 and 2 are the patient's, chunk 3 is the son's."""
    chunks = tuple(
        chunk(number, level=level, **({"named": FOR_SON} if number == 3 else {})) for number, level in levels.items()
    )
    context = sight(viewer, chunks=chunks, policies={A: Policy(level=Level.NONE)})
    assert seen(context, history(*levels)) == expected


def test_a_proxy_not_named_is_also_told_where_the_chunk_s_level_is_too_low() -> None:
    given = (chunk(1, level=Level.SUMMARY), chunk(2, level=Level.NONE))
    assert sight(SON, chunks=given).reasons(history(1, 2)) == {Reason.PROXY_SCOPE, Reason.LEVEL}
    assert not sight(SON, chunks=given).is_text_open(history(1, 2))


def test_level_is_not_tested_for_an_entry_that_carries_a_code_of_time() -> None:
    """Decision cases README, How some are tested."""
    low = {A: Policy(level=Level.NONE)}
    assert sight(policies=low).reasons(history()) == TIME
    assert sight(policies=low, chunks=(chunk(1, named=FOR_SON, level=Level.NONE),)).reasons(history(1)) == TIME
    young: dict[str, Any] = {"born": date(2010, 1, 1), "competence": Competence(utc("2024-01-10"), Level.NONE)}
    assert sight(**young).reasons(history()) == TIME
    assert sight(**young, chunks=(chunk(1),)).reasons(history(1)) == {Reason.LEVEL}


# Emergency stops


@pytest.mark.parametrize(
    ("closure", "closed"),
    [
        (Closure("all", ""), True),
        (Closure("all", "anything"), True),
        (Closure("practice", "A"), True),
        (Closure("practice", "B"), False),
        (Closure("patient", "P"), True),
        (Closure("patient", "Q"), False),
        (Closure("client", str(APP.viewer_id)), True),
        (Closure("client", str(ME.viewer_id)), False),
        (Closure("channel", "fhir"), True),
        (Closure("channel", "web"), False),
        (Closure("something new", ""), True),
    ],
)
def test_an_emergency_stop_closes_what_it_names(closure: Closure, *, closed: bool) -> None:
    """Architecture, Safe operation; HP-06. A scope not understood closes (R68). An app of patient P at A on fhir."""
    context = SightContext(patient(closures=(Closure("practice", "B"), closure)), APP, NOW, "fhir")
    assert context.reasons(PROBLEM) == ({Reason.CLOSED} if closed else set())


def test_a_client_s_stop_reaches_no_person_and_a_channel_s_nobody_without_channel() -> None:
    stops = (Closure("client", str(ME.viewer_id)), Closure("channel", "web"))
    assert sight(closures=stops).reasons(PROBLEM) == set()
    assert SightContext(patient(closures=stops), ME, NOW, "web").reasons(PROBLEM) == {Reason.CLOSED}
    assert sight(closures=(Closure("channel", ""),)).reasons(PROBLEM) == {Reason.CLOSED}


# Masks


def test_a_group_s_mask_is_asked_for_its_organisation_and_leaves_the_slot_out_of_account() -> None:
    facts = patient(
        registrations=(Registration(A, date(2010, 1, 1)), Registration(B, date(2010, 1, 1))),
        policies={A: Policy(), B: Policy(level=Level.SUMMARY)},
    )
    context = SightContext(facts, ME, NOW)
    for slot in (Slot.NEVER, Slot.COMMENT):
        assert seen(context, Standing(B, slot)) == (SUMMARY, set())
        assert seen(context, Standing(A, slot)) == (ALL, ALL)
    assert slots(context.masks(OdsCode("B"), Standing(A, Slot.PROBLEM)).coded) == SUMMARY


def test_who_may_see_nothing_has_empty_masks() -> None:
    assert sight(died=True).masks(A, PROBLEM) == SlotMasks(0, 0)
    stranger = Viewer(ViewerId(UUID(int=99)), ME.kind, None)
    assert sight(stranger).masks(A, PROBLEM) == SlotMasks(0, 0)


def test_free_text_is_open_where_every_level_in_play_is_full() -> None:
    assert sight().is_text_open(PROBLEM)
    assert not sight(lowered=Level.DOCUMENTS).is_text_open(PROBLEM)
    assert not sight(replace(SON, level=Level.DOCUMENTS)).is_text_open(PROBLEM)
    assert not sight(policies={A: Policy(level=Level.DOCUMENTS)}).is_text_open(PROBLEM)


def test_a_record_is_open_where_anything_is_whatever_an_app_was_let_in_for() -> None:
    assert sight().opens_anything()
    assert sight(replace(APP, scopes=("patient/Nothing.rs",))).opens_anything()
    assert sight(registrations=(Registration(B, date(2010, 1, 1)), Registration(A, date(2010, 1, 1)))).opens_anything()
    assert not sight(registrations=()).opens_anything()
    assert not sight(policies={A: Policy(level=Level.NONE)}).opens_anything()
    assert not sight(closures=(Closure("all", ""),)).opens_anything()
    assert not sight(replace(SON, sections=frozenset())).opens_anything()
