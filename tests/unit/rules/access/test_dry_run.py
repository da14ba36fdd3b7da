"""What a change of policy would do to patients' own views (R42-R44), held against the whole decision."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openrecord.access.rules.dry_run import Forecast, Outcome, ReviewCover, effective_from, forecast, review_cover
from openrecord.access.types import (
    AccessFacts,
    Closure,
    CodeFact,
    Competence,
    EnhancedReviewDecision,
    Reason,
    ReviewCode,
    Viewer,
)
from openrecord.clinical.kinds import KIND_RULES, EntryKind, Level, Section
from openrecord.kit.london import midnight
from openrecord.registry.types import Policy, Registration
from openrecord.screening.rules.decide import decide
from openrecord.screening.types import Rendering
from tests.unit.rules.facts import APP, LONG_AGO, ME, MUM, NOW, A, B, child, chunk, entry, patient, people, record, utc

OFF = Policy(go_live=None)
CODE_104 = CodeFact(ReviewCode.ENHANCED_REVIEW, date(2023, 1, 1), utc("2023-01-01"), utc("2023-01-01"))
CODE_103 = replace(CODE_104, code=ReviewCode.DECLINED)
KINDS = [kind for kind in EntryKind if KIND_RULES[kind].release_as is not None]


def foreseen(before: Policy | None, after: Policy, **changes: Any) -> Forecast:
    return forecast(patient(**{"policies": {A: before}, **changes}), A, after, NOW)


@pytest.mark.parametrize(
    ("before", "after", "outcome"),
    [
        (OFF, Policy(), Outcome.GAINS),
        (None, Policy(), Outcome.GAINS),
        (Policy(), OFF, Outcome.LOSES),
        (Policy(), Policy(system_on=False), Outcome.LOSES),
        (Policy(), Policy(level=Level.NONE), Outcome.LOSES),
        (Policy(), Policy(level=Level.DETAILED), Outcome.SEES_LESS),
        (Policy(), Policy(level=Level.DOCUMENTS), Outcome.SEES_LESS),
        (Policy(level=Level.DOCUMENTS), Policy(), Outcome.SEES_MORE),
        (Policy(), Policy(sections_off=frozenset({Section.RESULTS})), Outcome.SEES_LESS),
        (Policy(sections_off=frozenset({Section.RESULTS})), Policy(), Outcome.SEES_MORE),
        (Policy(), Policy(go_live=date(2023, 10, 31)), Outcome.SEES_MORE),
        (Policy(), Policy(go_live=date(2023, 11, 2)), Outcome.SEES_LESS),
        (Policy(), Policy(back_record_days=91), Outcome.SEES_MORE),
        (Policy(), Policy(back_record_days=89), Outcome.SEES_LESS),
        (Policy(level=Level.DETAILED), Policy(sections_off=frozenset({Section.RESULTS})), Outcome.SEES_LESS),
        (Policy(), Policy(review_age=12), Outcome.UNCHANGED),
        (OFF, Policy(system_on=False), Outcome.UNCHANGED),
        (OFF, Policy(sections_off=frozenset(Section)), Outcome.UNCHANGED),
    ],
)
def test_what_a_change_does_to_an_adult_with_an_account(before: Policy | None, after: Policy, outcome: Outcome) -> None:
    found = foreseen(before, after)
    assert (found.outcome, found.has_account) == (outcome, True)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"born": date(2012, 1, 1), "registrations": (Registration(A, date(2012, 1, 1)),)}, Reason.UNDER_16),
        ({"codes": (CODE_103,)}, Reason.DECLINED),
        ({"codes": (CODE_104,)}, Reason.ENHANCED_REVIEW),
        ({"died": True}, Reason.DECEASED),
        ({"registrations": (Registration(A, date(2010, 1, 1), date(2024, 2, 1)),)}, Reason.DEDUCTED),
        ({"registrations": (Registration(A, date(2024, 4, 1)),)}, Reason.NOT_REGISTERED),
        ({"paused": True}, Reason.PAUSED),
        ({"born": None}, Reason.UNKNOWN_INPUT),
        ({"closures": (Closure("practice", "A"),)}, Reason.CLOSED),
        ({"lowered": Level.NONE}, Reason.LOWERED),
    ],
)
@pytest.mark.parametrize("viewers", [people(ME), people(), people(MUM), people(replace(ME, granted=None))])
def test_whom_a_going_live_holds_back(changes: dict[str, Any], reason: Reason, viewers: Any) -> None:
    """R43: with an account or without."""
    found = foreseen(OFF, Policy(), **{"viewers": viewers, **changes})
    assert found.outcome is Outcome.HELD_BACK
    assert reason in found.reasons
    assert found.has_account is (viewers == people(ME))


def test_of_whom_gains_access_it_is_said_what_is_kept_from_them_alone() -> None:
    at_risk = Policy(at_risk_level=Level.SUMMARY)
    assert foreseen(OFF, at_risk, codes=(CODE_104,)) == Forecast(
        Outcome.GAINS, frozenset({Reason.ENHANCED_REVIEW}), has_account=True
    )
    section_off = Policy(level=Level.DETAILED, sections_off=frozenset({Section.RESULTS}))
    assert foreseen(OFF, section_off).reasons == frozenset()


def test_what_keeps_access_closed_is_told_whatever_it_keeps_back() -> None:
    """One section is off, the patient has lowered the rest away: both are reasons, though neither alone would do."""
    off = frozenset({Section.MEDICATIONS, Section.ALLERGIES})
    found = foreseen(OFF, Policy(sections_off=off), lowered=Level.SUMMARY)
    assert found == Forecast(Outcome.HELD_BACK, frozenset({Reason.LOWERED}), has_account=True)
    assert foreseen(OFF, Policy(sections_off=off, level=Level.SUMMARY)).outcome is Outcome.UNCHANGED
    lost = foreseen(Policy(), Policy(system_on=False))
    assert lost.reasons == {Reason.SYSTEM_OFF}


def test_the_level_of_competence_is_not_the_practices() -> None:
    nothing = Competence(LONG_AGO, Level.NONE)
    young = {"born": date(2010, 1, 1), "registrations": (Registration(A, date(2010, 1, 1)),), "competence": nothing}
    assert foreseen(OFF, Policy(), **young).outcome is Outcome.HELD_BACK


def test_a_change_shows_its_effect_on_a_go_live_day_to_come() -> None:
    later = Policy(go_live=date(2024, 6, 1))
    assert effective_from(later, NOW) == midnight(date(2024, 6, 1))
    assert effective_from(Policy(), NOW) == effective_from(OFF, NOW) == NOW
    assert foreseen(OFF, later).outcome is Outcome.GAINS
    of_age_then = date(2008, 6, 1)
    assert foreseen(OFF, later, born=of_age_then).outcome is Outcome.GAINS
    assert foreseen(OFF, later, born=of_age_then + timedelta(days=1)).outcome is Outcome.HELD_BACK
    born_here = foreseen(OFF, Policy(), born=of_age_then)
    assert born_here.reasons >= {Reason.UNDER_16}


def test_history_that_was_granted_counts() -> None:
    """The chunk alone is open where the practice gives no level to what is current."""
    closed = Policy(level=Level.NONE)
    assert foreseen(closed, Policy(), chunks=(chunk(),)).outcome is Outcome.SEES_MORE
    assert foreseen(Policy(), closed, chunks=(chunk(),)).outcome is Outcome.SEES_LESS
    assert foreseen(Policy(), closed, chunks=(chunk(withdrawn=True),)).outcome is Outcome.LOSES
    assert foreseen(Policy(), closed, chunks=(chunk(named=frozenset({MUM.viewer_id})),)).outcome is Outcome.LOSES
    assert foreseen(Policy(), closed, chunks=(chunk(level=Level.NONE),)).outcome is Outcome.LOSES
    text = foreseen(OFF, Policy(level=Level.NONE), chunks=(chunk(level=Level.DETAILED),))
    assert text.outcome is Outcome.GAINS


@pytest.mark.parametrize(
    ("born", "changes", "before", "after", "suspended", "reopened"),
    [
        (date(2013, 1, 10), {}, 11, 13, 0, 1),
        (date(2013, 1, 10), {}, 13, 11, 1, 0),
        (date(2013, 1, 10), {}, 13, 12, 0, 0),
        (date(2010, 1, 10), {}, 11, 13, 0, 0),
        (date(2013, 1, 10), {"viewers": people(replace(MUM, revoked=True))}, 13, 11, 0, 0),
        (date(2013, 1, 10), {"viewers": people(replace(MUM, listed_org=B))}, 13, 11, 0, 0),
        (date(2013, 1, 10), {"died": True}, 13, 11, 0, 0),
        (date(2013, 1, 10), {"viewers": people(ME, replace(APP, acts_for=MUM.viewer_id), MUM)}, 13, 11, 1, 0),
    ],
)
def test_a_review_age_suspends_and_reopens_parents(
    born: date, changes: dict[str, Any], before: int, after: int, suspended: int, reopened: int
) -> None:
    facts = child(born, policies={A: Policy(review_age=before)}, **changes)
    found = forecast(facts, A, Policy(review_age=after), NOW)
    assert (found.parents_suspended, found.parents_reopened) == (suspended, reopened)


days = st.dates(date(2023, 9, 1), date(2024, 5, 1))
levels = st.sampled_from(list(Level))
policies = st.builds(
    Policy,
    go_live=st.none() | days,
    system_on=st.sampled_from([True, True, True, False]),
    level=levels,
    at_risk_level=levels,
    back_record_days=st.integers(0, 400),
    sections_off=st.frozensets(st.sampled_from(list(Section)), max_size=3),
)
instants = days.map(midnight)
codes = st.builds(CodeFact, st.sampled_from(list(ReviewCode)), st.none() | days, st.none() | instants, instants)
decisions = st.builds(EnhancedReviewDecision, instants, st.booleans())


@st.composite
def patients(draw: st.DrawFn) -> AccessFacts:
    account = draw(st.none() | st.just(LONG_AGO) | instants.filter(lambda at: at <= NOW))
    stay = Registration(A, draw(st.sampled_from([date(2010, 1, 1), date(2023, 12, 1)])), draw(st.none() | days))
    elsewhere = draw(st.sampled_from([(), (Registration(B, date(2015, 1, 1)),)]))
    return patient(
        born=draw(st.sampled_from([date(1980, 5, 10), date(2008, 3, 20), date(2008, 2, 1), date(2014, 1, 1), None])),
        registrations=(stay, *elsewhere),
        policies={A: draw(st.none() | policies), B: Policy()},
        viewers=people() if account is None else people(replace(ME, granted=account)),
        died=draw(st.sampled_from([False, False, False, True])),
        codes=tuple(draw(st.lists(codes, max_size=2))),
        review_decisions=tuple(draw(st.lists(decisions, max_size=1))),
        paused=draw(st.sampled_from([False, False, True])),
        lowered=draw(st.none() | levels),
        competence=draw(st.none() | st.builds(Competence, instants, levels)),
    )


def seen(facts: AccessFacts, viewer: Viewer, at: datetime) -> set[tuple[EntryKind, bool]]:
    """By the whole decision: which of one entry of each kind, recorded at this moment, and whether with its text."""
    entries = record(
        *(entry(n, kind, known=at, recorded=at, clinical=at, filed=True, has_text=True) for n, kind in enumerate(KINDS))
    )
    verdicts = decide(facts, entries, viewer, at=at)
    kinds = {each.entry_id: each.kind for each in entries.values()}
    shown = [verdict for verdict in verdicts.values() if verdict.visible]
    return {(kinds[v.entry_id], text) for v in shown for text in (False, v.rendering is Rendering.FULL)}


def first_day(facts: AccessFacts) -> date:
    """From which day on entries of A are current, where anything is open."""
    policy = facts.policies[A]
    assert policy is not None
    assert policy.go_live is not None
    return max(policy.go_live, facts.registrations[0].start)


@given(patients(), policies)
def test_the_forecast_is_what_the_whole_decision_says(facts: AccessFacts, proposed: Policy) -> None:
    then = max([NOW] if proposed.go_live is None else [NOW, midnight(proposed.go_live)])
    changed = replace(facts, policies={**facts.policies, A: proposed})
    viewer = next(iter(facts.viewers.values()), replace(ME, granted=NOW))
    before, after = seen(facts, viewer, NOW), seen(changed, viewer, then)
    found = forecast(facts, A, proposed, NOW)
    assert found.has_account is bool(facts.viewers)
    if before and after:
        old, new = facts.policies[A], proposed
        assert old is not None
        less = before - after or first_day(changed) > first_day(facts) or new.back_record_days < old.back_record_days
        more = after - before or first_day(changed) < first_day(facts) or new.back_record_days > old.back_record_days
        expected = Outcome.SEES_LESS if less else Outcome.SEES_MORE if more else Outcome.UNCHANGED
    elif before or after:
        expected = Outcome.LOSES if before else Outcome.GAINS
    else:
        expected = Outcome.HELD_BACK if _shows_anything_to_an_adult(changed, then) else Outcome.UNCHANGED
    assert found.outcome is expected


def _shows_anything_to_an_adult(facts: AccessFacts, at: datetime) -> bool:
    """Whether anybody would see anything under this policy: an adult who has been at the practice for long does."""
    plain = patient(policies={A: facts.policies[A]}, viewers=people(replace(ME, granted=LONG_AGO)))
    return bool(seen(plain, ME, at))


def listed(covered: int, others: int, day: str = "2024-01-10") -> Iterable[AccessFacts]:
    known = utc(day)
    code = CodeFact(ReviewCode.ENHANCED_REVIEW, known.date(), known, known)
    return [patient(codes=(code,))] * covered + [patient()] * others


def test_how_much_of_a_list_104_covers() -> None:
    gone = patient(codes=(CODE_104,), registrations=(Registration(A, date(2010, 1, 1), date(2024, 1, 1)),))
    dead = patient(codes=(CODE_104,), died=True)
    lifted = patient(
        codes=(CODE_104, replace(CODE_104, code=ReviewCode.NO_ENHANCED_REVIEW, effective=date(2024, 1, 1)))
    )
    people_of_a = [*listed(2, 3), *listed(1, 0, "2024-01-11"), gone, dead, lifted, patient(codes=(CODE_103,))]
    assert review_cover(people_of_a, A, NOW) == ReviewCover(patients=8, covered=3, most_on_a_day=2, fresh=3)
    assert review_cover([], A, NOW) == ReviewCover(0, 0, 0)


def test_when_104_has_to_be_justified() -> None:
    """R44: more than half of the list, or in bulk."""
    assert not review_cover(listed(2, 2), A, NOW).needs_justification(3)
    assert review_cover(listed(3, 2), A, NOW).needs_justification(99)
    assert review_cover(listed(3, 97), A, NOW).needs_justification(3)
    assert not review_cover(listed(3, 97), A, NOW).needs_justification(4)
    assert not ReviewCover(0, 0, 0).needs_justification(1)


def test_who_said_why_is_asked_again_only_if_as_many_more_came() -> None:
    people = [*listed(3, 2), *listed(3, 0, "2024-01-11"), *listed(2, 0, "2024-01-12")]
    first, second = utc("2024-01-10"), utc("2024-01-11")
    assert review_cover(people, A, NOW, first) == ReviewCover(patients=10, covered=8, most_on_a_day=3, fresh=5)
    assert review_cover(people, A, NOW, first).needs_another(5)
    assert not review_cover(people, A, NOW, second).needs_another(3)
    assert review_cover(people, A, NOW, second).needs_another(2)
    few = [*people, *listed(0, 90)]
    assert not review_cover(few, A, NOW, first).needs_another(4), "as many as that, but not on one day"
    assert review_cover(few, A, NOW, first).needs_another(3)
