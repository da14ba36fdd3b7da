"""The patient's own word on their access: the newest counts, and what the practice was told outweighs the device."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from openrecord.access import events
from openrecord.access.rules.choices import (
    CHOSEN,
    Opening,
    Why,
    act_of,
    apart_from_online,
    has_declined_online,
    offers_lookers,
    openings,
    taken_back,
)
from openrecord.access.rules.codes import is_declined
from openrecord.access.rules.fold import fold
from openrecord.access.rules.sight import SightContext
from openrecord.access.types import (
    AccessFacts,
    Choices,
    Closure,
    CodeFact,
    Competence,
    Method,
    ReviewCode,
    Viewer,
    Wish,
)
from openrecord.clinical.kinds import Level
from openrecord.registry.types import OdsCode, Policy, Registration
from tests.unit.rules.facts import LAWYER, LONG_AGO, ME, NOW, SON, A, B, patient, utc

CODE = UUID(int=77)
TOLD = (Method.PHONE, Method.IN_PERSON, Method.WRITING)
LIVE = date(2023, 11, 1)
LATE = utc("2024-07-01T23:30")
DECLINED_ONLINE = CodeFact(ReviewCode.DECLINED, None, utc("2024-02-01"), utc("2024-02-01"), online=True)
DECLINED = replace(DECLINED_ONLINE, online=False)
AT_RISK = CodeFact(ReviewCode.ENHANCED_REVIEW, date(2022, 1, 1), utc("2022-01-01"), utc("2022-01-01"))


@pytest.mark.parametrize(
    ("wish", "act"),
    [
        (Wish.PAUSE, events.Paused(method=Method.PHONE)),
        (Wish.RESUME, events.Resumed(method=Method.PHONE)),
        (Wish.LOWER, events.Lowered(level=2, method=Method.PHONE)),
        (Wish.RAISE, events.Raised(method=Method.PHONE)),
        (
            Wish.DECLINE,
            events.CodeArrived(
                entry=CODE,
                code="103",
                effective=date(2024, 7, 2),
                recorded=LATE,
                method=Method.PHONE,
            ),
        ),
        (Wish.RETURN, events.DeclineReversed(recorded=LATE, method=Method.PHONE)),
    ],
)
def test_what_a_wish_records(wish: Wish, act: events.AnyAct) -> None:
    """R6: with the method; a decline is code 103, effective on the London day."""
    made = act_of(wish, method=Method.PHONE, at=LATE, code=CODE, level=Level.DETAILED)
    assert made == act
    assert events.decode(events.encode(made)) == made


def test_acts_from_before_methods_were_kept_stay_readable() -> None:
    assert events.decode('{"act":"paused"}') == events.Paused(method=None)
    assert events.decode('{"act":"lowered","level":1}') == events.Lowered(level=1, method=None)


def test_access_may_be_lowered_to_anything_between_nothing_and_everything() -> None:
    assert set(CHOSEN) == set(Level) - {Level.NONE, Level.FULL}


def levels(facts: AccessFacts, *viewers: Viewer) -> list[Level]:
    return [SightContext(facts, viewer, NOW).level(A) for viewer in viewers]


@pytest.mark.parametrize(
    ("changes", "own"),
    [
        ({}, Level.FULL),
        ({"online": Choices(paused=True)}, Level.NONE),
        ({"paused": True}, Level.NONE),
        ({"codes": (DECLINED_ONLINE,)}, Level.NONE),
        ({"codes": (DECLINED,)}, Level.NONE),
        ({"lowered": Level.DETAILED, "online": Choices(lowered=Level.SUMMARY)}, Level.SUMMARY),
        ({"lowered": Level.SUMMARY, "online": Choices(lowered=Level.DETAILED)}, Level.SUMMARY),
        ({"codes": (DECLINED_ONLINE,), "online": Choices(undeclined=(utc("2024-02-01"),))}, Level.FULL),
        ({"codes": (DECLINED,), "online": Choices(undeclined=(utc("2024-02-02"),))}, Level.NONE),
        ({"codes": (DECLINED_ONLINE,), "undeclined": (utc("2024-02-02"),)}, Level.FULL),
    ],
)
def test_own_choices_reach_the_patient_and_whoever_acts_by_consent(changes: dict[str, Any], own: Level) -> None:
    assert levels(patient(**changes), ME, SON, LAWYER) == [own, own, Level.FULL]


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ({}, Level.FULL),
        ({"policies": {}}, Level.NONE),
        ({"policies": {A: Policy(level=Level.DETAILED)}}, Level.DETAILED),
        ({"policies": {A: Policy(system_on=False)}}, Level.NONE),
        ({"codes": (AT_RISK,)}, Level.NONE),
        ({"codes": (AT_RISK,), "policies": {A: Policy(at_risk_level=Level.SUMMARY)}}, Level.SUMMARY),
        ({"died": True}, Level.NONE),
        ({"registrations": ()}, Level.NONE),
    ],
)
def test_the_level_is_the_lowest_in_play(changes: dict[str, Any], level: Level) -> None:
    assert levels(patient(**changes), ME) == [level]


def test_apart_from_what_was_chosen_online() -> None:
    chosen = patient(
        codes=(DECLINED_ONLINE, AT_RISK, DECLINED),
        online=Choices(paused=True, lowered=Level.SUMMARY, undeclined=(NOW,)),
        paused=True,
        lowered=Level.DETAILED,
    )
    assert apart_from_online(chosen) == patient(codes=(AT_RISK, DECLINED), paused=True, lowered=Level.DETAILED)
    assert apart_from_online(patient()) == patient()


@pytest.mark.parametrize(
    ("changes", "declined"),
    [
        ({}, False),
        ({"codes": (DECLINED,)}, False),
        ({"codes": (DECLINED_ONLINE,)}, True),
        ({"codes": (DECLINED_ONLINE,), "online": Choices(undeclined=(NOW,))}, False),
        ({"codes": (DECLINED_ONLINE,), "undeclined": (NOW,)}, False),
    ],
)
def test_a_decline_made_online(changes: dict[str, Any], declined: bool) -> None:
    assert has_declined_online(patient(**changes)) is declined


def opening(**changes: Any) -> Opening:
    return replace(Opening(A, Level.FULL, Level.FULL, LIVE, None), **changes)


def closed(why: Why) -> Opening:
    return opening(given=Level.NONE, level=Level.NONE, since=None, why=why)


@pytest.mark.parametrize(
    ("changes", "viewer", "found"),
    [
        pytest.param({}, ME, opening(), id="open"),
        pytest.param({"online": Choices(paused=True)}, ME, opening(level=Level.NONE), id="paused online: still given"),
        pytest.param({"online": Choices(lowered=Level.SUMMARY)}, ME, opening(level=Level.SUMMARY), id="lowered online"),
        pytest.param({"codes": (DECLINED_ONLINE,)}, ME, opening(level=Level.NONE), id="declined online"),
        pytest.param({"paused": True}, ME, closed(Why.NOT_GIVEN), id="paused at the practice: not given"),
        pytest.param({"codes": (DECLINED,)}, ME, closed(Why.NOT_GIVEN), id="declined at the practice: not given"),
        pytest.param({"codes": (AT_RISK,)}, ME, closed(Why.NOT_GIVEN), id="at risk: not given (R8)"),
        pytest.param({"policies": {A: Policy(level=Level.NONE)}}, ME, closed(Why.NOT_GIVEN), id="level none"),
        pytest.param({"died": True}, ME, closed(Why.NOT_GIVEN), id="died"),
        pytest.param({"policies": {}}, ME, closed(Why.NOT_ENABLED), id="no policy"),
        pytest.param({"policies": {A: Policy(system_on=False)}}, ME, closed(Why.NOT_ENABLED), id="switched off"),
        pytest.param({"policies": {A: Policy(go_live=None)}}, ME, closed(Why.NOT_ENABLED), id="not live"),
        pytest.param({"closures": (Closure("channel", "web"),)}, ME, closed(Why.UNAVAILABLE), id="a stop"),
        pytest.param({"closures": (Closure("channel", "fhir"),)}, ME, opening(), id="a stop of another channel"),
        pytest.param({"born": date(2010, 1, 1)}, ME, closed(Why.TOO_YOUNG), id="under 16"),
        pytest.param(
            {"born": date(2010, 1, 1), "competence": Competence(LONG_AGO, Level.SUMMARY)},
            ME,
            opening(given=Level.SUMMARY, level=Level.SUMMARY),
            id="under 16 with competence",
        ),
    ],
)
def test_what_a_practice_has_open_and_why_not(changes: dict[str, Any], viewer: Viewer, found: Opening) -> None:
    """R5, R8."""
    assert openings(patient(**changes), viewer, NOW, "web") == (found,)


def test_every_practice_of_now_is_listed_once_by_its_code() -> None:
    stays = (
        Registration(B, date(2012, 1, 1)),
        Registration(A, date(2010, 1, 1)),
        Registration(A, date(2009, 1, 1)),
        Registration(_ods("C"), date(2010, 1, 1), date(2011, 1, 1)),
        Registration(_ods("D"), date(2025, 1, 1)),
    )
    found = openings(patient(registrations=stays, policies={A: Policy(), B: Policy(go_live=None)}), ME, NOW, "web")
    assert [(one.org, one.why) for one in found] == [(A, None), (B, Why.NOT_ENABLED)]


def _ods(code: str) -> OdsCode:
    return OdsCode(code)


OFFERED = {A: Policy(lookers_offered=True)}


@pytest.mark.parametrize(
    ("changes", "offered"),
    [
        ({}, False),
        ({"policies": OFFERED}, True),
        ({"policies": OFFERED, "address_flagged": True}, False),
        ({"policies": OFFERED, "codes": (AT_RISK,)}, False),
        (
            {
                "policies": {A: Policy(lookers_offered=True, at_risk_level=Level.SUMMARY)},
                "codes": (AT_RISK,),
            },
            False,
        ),
        ({"policies": OFFERED, "codes": (replace(AT_RISK, known=NOW),)}, False),
        (
            {
                "policies": OFFERED,
                "codes": (
                    AT_RISK,
                    CodeFact(ReviewCode.NO_ENHANCED_REVIEW, date(2023, 1, 1), utc("2023-01-01"), utc("2023-01-01")),
                ),
            },
            True,
        ),
        ({"policies": OFFERED, "paused": True}, False),
        ({"policies": OFFERED, "online": Choices(paused=True)}, True),
        ({"policies": OFFERED, "registrations": ()}, False),
        ({"policies": {B: Policy(lookers_offered=True), A: Policy()}}, False),
    ],
)
def test_who_may_see_who_looked(changes: dict[str, Any], offered: bool) -> None:
    """R20: a watched patient is not told even while the access goes on."""
    assert offers_lookers(patient(**changes), ME, NOW, "web") is offered


def test_of_merged_records_what_was_chosen_and_watched_in_either_counts() -> None:
    """What was chosen online in either is apart from what is given; a 104 of either tells of a watched home."""
    online = patient(codes=(DECLINED_ONLINE,), online=Choices(paused=True))
    both = patient(beside=(online,))
    assert is_declined(both)
    assert has_declined_online(both)
    assert not is_declined(apart_from_online(both))
    assert apart_from_online(both).beside == (patient(),)
    assert is_declined(apart_from_online(patient(beside=(online, patient(codes=(DECLINED,))))))
    assert not has_declined_online(patient(beside=(patient(codes=(DECLINED,)),)))
    assert offers_lookers(patient(policies=OFFERED, beside=(patient(),)), ME, NOW, "web")
    lifted = patient(policies=OFFERED, beside=(patient(codes=(replace(AT_RISK, known=NOW),)),))
    assert not offers_lookers(lifted, ME, NOW, "web")


@dataclass
class Naive:
    """What was said last, read without any rule: one slip of paper for each desk and matter."""

    paused: dict[bool, bool]
    level: dict[bool, Level]
    declined: dict[bool, bool]

    def say(self, wish: Wish, online: bool, level: Level) -> None:
        desks = [online] if online or wish in {Wish.PAUSE, Wish.LOWER, Wish.DECLINE} else [True, False]
        for desk in desks:
            if wish in {Wish.PAUSE, Wish.RESUME}:
                self.paused[desk] = wish is Wish.PAUSE
            elif wish in {Wish.LOWER, Wish.RAISE}:
                self.level[desk] = level if wish is Wish.LOWER else Level.FULL
            else:
                self.declined[desk] = wish is Wish.DECLINE

    def sees(self, given: Level) -> Level:
        shut = any(self.paused.values()) or any(self.declined.values())
        return Level.NONE if shut else min(given, *self.level.values())


class Sayings(RuleBasedStateMachine):
    """Any sequence of wishes, online and told: the decision is what the slips of paper say."""

    def __init__(self) -> None:
        super().__init__()
        both = (True, False)
        self.naive = Naive(dict.fromkeys(both, False), dict.fromkeys(both, Level.FULL), dict.fromkeys(both, False))
        self.at = utc("2024-01-01")
        self.acts: list[tuple[datetime, events.AnyAct]] = [(LONG_AGO, events.AccountOpened(viewer=ME.viewer_id))]
        self.given = Level.FULL

    @rule(wish=st.sampled_from(Wish), method=st.sampled_from(Method), level=st.sampled_from(CHOSEN))
    def say(self, wish: Wish, method: Method, level: Level) -> None:
        self.at += timedelta(minutes=1)
        code = UUID(int=len(self.acts))
        self.acts.append((self.at, act_of(wish, method=method, at=self.at, code=code, level=level)))
        self.naive.say(wish, method is Method.ONLINE, level)

    @rule(level=st.sampled_from(Level))
    def give(self, level: Level) -> None:
        self.given = level

    @invariant()
    def the_decision_is_the_newest_word(self) -> None:
        facts = fold(patient(viewers={}, policies={A: Policy(level=self.given)}), self.acts)
        (found,) = openings(facts, ME, NOW, "web")
        assert found.level is self.naive.sees(self.given)
        assert has_declined_online(facts) is self.naive.declined[True]
        assert facts.online.paused is self.naive.paused[True]

    @invariant()
    def what_is_given_does_not_depend_on_the_device(self) -> None:
        told = [(at, act) for at, act in self.acts if getattr(act, "method", None) is not Method.ONLINE]
        facts, apart = (
            fold(patient(viewers={}, policies={A: Policy(level=self.given)}), acts) for acts in (self.acts, told)
        )
        assert [one.given for one in openings(facts, ME, NOW, "web")] == [
            one.given for one in openings(apart, ME, NOW, "web")
        ]


TestSayings = Sayings.TestCase
TestSayings.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


def test_what_was_taken_back_is_gone_wherever_it_was_said_and_nothing_else_is() -> None:
    chosen = Choices(paused=True, lowered=Level.SUMMARY)
    declined = CodeFact(ReviewCode.DECLINED, date(2024, 1, 1), utc("2024-01-01"), utc("2024-01-01"))
    other = patient(codes=(declined,))
    facts = patient(paused=True, lowered=Level.DETAILED, online=chosen, codes=(declined,), beside=(other,))
    resumed, raised, back = (taken_back(facts, wish, NOW) for wish in (Wish.RESUME, Wish.RAISE, Wish.RETURN))
    assert resumed == replace(facts, paused=False, online=Choices(lowered=Level.SUMMARY))
    assert raised == replace(facts, lowered=None, online=Choices(paused=True))
    assert back == replace(facts, undeclined=(NOW,), beside=(replace(other, undeclined=(NOW,)),))
    assert not is_declined(back)
    assert taken_back(facts, Wish.PAUSE, NOW) == facts
