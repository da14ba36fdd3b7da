"""The machine of a request against a naive one that looks through everything that happened, at every step."""

import uuid
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from openrecord.caseload import events
from openrecord.caseload.rules.fold import NotMade, fold
from openrecord.caseload.rules.steps import ROLES, allows, is_part, open_steps, roles
from openrecord.caseload.types import Correction, Ground, Kind, Outcome, Part, Proof, State, Step, Wait, Wish
from openrecord.clinical.kinds import Level, Section
from openrecord.identity.types import Role
from tests.unit.rules.caseload.facts import ASKER, MADE, REQUEST
from tests.unit.rules.facts import A

BORN = date(1980, 1, 1)
SOMEBODY = uuid.UUID(int=7)
RESULTS = Part(sections=frozenset({Section.RESULTS}))
REST = Part(sections=frozenset(Section) - {Section.RESULTS})
UPSIDE_DOWN = Part(date(2024, 1, 2), date(2024, 1, 1))
CHUNKS = st.sampled_from([uuid.UUID(int=8), uuid.UUID(int=9)])
PARTS = st.sampled_from([RESULTS, REST, Part(), UPSIDE_DOWN, Part(sections=frozenset())])
DECIDED = st.builds(
    events.Decided,
    st.sampled_from(Outcome),
    st.none() | st.sampled_from(Ground),
    st.sampled_from(["Dear you", " "]),
    st.none() | st.sampled_from(Level),
    st.none() | st.sampled_from(Correction),
)
PLAIN = st.builds(events.Decided, st.sampled_from(Outcome), st.none() | st.sampled_from(Ground), st.just("Dear you"))
WANTED = Level.DOCUMENTS
FOLLOWING: st.SearchStrategy[events.AnyEvent] = st.one_of(
    st.builds(events.IdentityChecked, st.sampled_from(Proof)),
    st.builds(events.Assigned, st.sampled_from([None, SOMEBODY])),
    st.builds(events.ClockPaused, st.sampled_from(Wait)),
    st.builds(events.ClockResumed),
    st.builds(events.Extended, st.sampled_from(["much to read", "  "])),
    st.builds(events.ChunkGranted, PARTS, CHUNKS, st.just(Level.FULL)),
    st.builds(events.ChunkClosed, CHUNKS),
    st.builds(events.ChunkRefused, PARTS),
    DECIDED,
    PLAIN,
    st.builds(events.Withdrawn),
    st.builds(events.Made, st.just(Kind.HISTORY), st.just(A), st.just(ASKER), st.just(Wish())),
)
ACCESS = {Ground.IDENTITY, Ground.EXEMPT, Ground.NOT_ELIGIBLE}
GROUNDS = {
    Kind.HISTORY: ACCESS | {Ground.NOT_HELD},
    Kind.CORRECTION: {Ground.IDENTITY, Ground.NOT_HELD, Ground.UNFOUNDED, Ground.NOT_CHANGED},
    Kind.QUESTION: {Ground.IDENTITY},
    Kind.SUBJECT_ACCESS: {Ground.IDENTITY, Ground.NOT_HELD, Ground.UNFOUNDED, Ground.EXEMPT},
}
MAY_EXTEND = {Kind.HISTORY, Kind.CORRECTION, Kind.SUBJECT_ACCESS}


class Naive:
    """What may follow, read off the list of what happened."""

    def __init__(self, happened: list[tuple[datetime, Any]]) -> None:
        self.happened = [event for _, event in happened]
        self.times = [at for at, _ in happened]
        self.kind = self.happened[0].kind

    def had(self, *kinds: type) -> bool:
        return any(isinstance(event, kinds) for event in self.happened)

    @property
    def ended(self) -> bool:
        return self.had(events.Decided, events.Withdrawn)

    @property
    def stopped(self) -> bool:
        stopped_for: Wait | None = None
        for event in self.happened:
            if isinstance(event, events.ClockPaused):
                stopped_for = event.wait
            elif isinstance(event, events.ClockResumed) or self.came(event, stopped_for):
                stopped_for = None
        return stopped_for is not None

    @staticmethod
    def came(event: Any, wait: Wait | None) -> bool:
        """Whether it is what the clock waited for, which runs again by itself."""
        return isinstance(event, events.IdentityChecked) and wait is Wait.IDENTITY

    def late(self, at: datetime) -> bool:
        """Made on 4 March: due on 4 April, later by each midnight on which the clock stood still."""
        asleep, since, wait = 0, None, None
        for moment, event in [*zip(self.times, self.happened, strict=True), (at, events.ClockResumed())]:
            if isinstance(event, events.ClockPaused):
                since, wait = moment, event.wait
            elif since is not None and (isinstance(event, events.ClockResumed) or self.came(event, wait)):
                asleep, since = asleep + (moment.date() - since.date()).days, None
        return at.date() > date(2024, 4, 4) + timedelta(days=asleep)

    def opened(self) -> dict[int, Part]:
        """What is open, by the number of what opened it."""
        found: dict[int, Part] = {}
        for number, event in enumerate(self.happened):
            if isinstance(event, events.ChunkGranted):
                found[number] = event.part
            if isinstance(event, events.ChunkClosed):
                found = {other: part for other, part in found.items() if self.chunk(other) != event.chunk}
        return found

    def chunk(self, number: int) -> uuid.UUID | None:
        event = self.happened[number]
        return event.chunk if isinstance(event, events.ChunkGranted) else None

    def history_ends(self) -> Outcome:
        opened = self.opened().values()
        if not opened:
            return Outcome.REFUSED
        whole = Part() in opened or (RESULTS in opened and REST in opened)
        return Outcome.GRANTED if whole else Outcome.PARTLY

    def state(self) -> State:
        last = [event for event in self.happened if not isinstance(event, events.ChunkClosed)][-1]
        if isinstance(last, events.Withdrawn):
            return State.WITHDRAWN
        if isinstance(last, events.Decided):
            return {Outcome.GRANTED: State.GRANTED, Outcome.PARTLY: State.PARTLY_GRANTED}.get(
                last.outcome, State.REFUSED
            )
        if self.stopped:
            return State.WAITING
        return State.IN_REVIEW if self.had(events.IdentityChecked) else State.RECEIVED

    def may_decide(self, event: events.Decided) -> bool:
        checked = self.had(events.IdentityChecked)
        if self.stopped or not event.letter.strip():
            return False
        if event.outcome is Outcome.GRANTED and event.ground is not None:
            return False
        if event.outcome is Outcome.REFUSED and event.ground is None:
            return False
        if event.ground is not None and event.ground not in GROUNDS.get(self.kind, ACCESS):
            return False
        if self.kind is Kind.OPT_OUT:
            return event.outcome is Outcome.GRANTED
        if not checked:
            return event.outcome is Outcome.REFUSED
        if self.kind is Kind.HISTORY:
            return event.outcome is self.history_ends()
        if self.kind is Kind.QUESTION:
            return event.outcome is Outcome.GRANTED
        return not (self.kind is Kind.OPT_IN and event.outcome is Outcome.PARTLY)

    def says_what(self, event: events.Decided, openable: frozenset[Level]) -> bool:
        """A level where one was asked for and is given; what became of an entry where one was reported."""
        level, became = event.level, event.correction
        if self.kind is Kind.LEVEL and event.outcome is not Outcome.REFUSED:
            whole = event.outcome is Outcome.GRANTED
            fits = level is not None and level in openable and (level == WANTED if whole else level < WANTED)
        else:
            fits = level is None
        if self.kind is not Kind.CORRECTION:
            return fits and became is None
        return (
            fits
            and {
                Outcome.GRANTED: became is Correction.CORRECTED,
                Outcome.PARTLY: became is not None,
                Outcome.REFUSED: became is not Correction.CORRECTED,
            }[event.outcome]
        )

    def allows(self, event: Any, at: datetime, openable: frozenset[Level]) -> bool:
        if isinstance(event, events.ChunkClosed):
            return event.chunk in {self.chunk(number) for number in self.opened()}
        if self.ended or isinstance(event, events.Made):
            return False
        match event:
            case events.IdentityChecked():
                return not self.had(events.IdentityChecked)
            case events.ClockPaused(wait=wait):
                known = wait is Wait.IDENTITY and self.had(events.IdentityChecked)
                return not self.stopped and self.kind is not Kind.OPT_OUT and not known
            case events.ClockResumed():
                return self.stopped
            case events.Extended():
                first = not self.had(events.Extended)
                return first and self.kind in MAY_EXTEND and not self.late(at) and event.reason == "much to read"
            case events.ChunkGranted() | events.ChunkRefused():
                fit = event.part in (RESULTS, REST, Part())
                return self.kind is Kind.HISTORY and self.had(events.IdentityChecked) and fit
            case events.Decided():
                return self.may_decide(event) and self.says_what(event, openable)
            case events.Withdrawn():
                return self.kind is not Kind.OPT_OUT
        return True


class Machine(RuleBasedStateMachine):
    """Anybody tries anything at any time; what may not follow changes nothing."""

    happened: list[tuple[datetime, events.AnyEvent]]

    @initialize(kind=st.sampled_from(Kind), openable=st.frozensets(st.sampled_from(Level)))
    def make(self, kind: Kind, openable: frozenset[Level]) -> None:
        self.at, self.openable = MADE, openable
        wish = Wish(level=WANTED) if kind is Kind.LEVEL else Wish()
        self.happened = [(MADE, events.Made(kind, A, ASKER, wish))]

    @rule(days=st.integers(0, 20))
    def wait(self, days: int) -> None:
        self.at += timedelta(days=days)

    @rule(event=FOLLOWING)
    def attempt(self, event: events.AnyEvent) -> None:
        request = fold(REQUEST, self.happened)
        naive = Naive(self.happened)
        allowed = allows(request, event, self.at, born=BORN, openable=self.openable)
        assert allowed == naive.allows(event, self.at, self.openable), event
        if allowed:
            stored = events.decode(events.encode(event))
            self.happened.append((self.at, stored))

    @invariant()
    def stands_as_the_naive_one(self) -> None:
        request = fold(REQUEST, self.happened)
        naive = Naive(self.happened)
        assert request.sequence == len(self.happened)
        assert (request.is_open, request.is_paused) == (not naive.ended, naive.stopped)
        assert request.state is naive.state()
        steps = open_steps(request, self.at)
        assert bool(steps - {Step.CLOSE}) is request.is_open
        assert (Step.CLOSE in steps) is bool(naive.opened()), "what is open can be closed, whenever"


Machine.TestCase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
TestMachine = Machine.TestCase


def test_a_request_begins_by_being_made() -> None:
    with pytest.raises(NotMade):
        fold(REQUEST, [(MADE, events.Withdrawn())])


def test_who_may_do_what() -> None:
    """A reader nothing; reviewers open and close parts; managers and IG leads answer; nobody withdraws for another."""
    by_role = {role: {step for step, roles in ROLES.items() if role in roles} for role in Role}
    reviews = {Step.IDENTITY, Step.ASSIGN, Step.REVIEW, Step.CLOSE}
    answers = {Step.IDENTITY, Step.ASSIGN, Step.PAUSE, Step.RESUME, Step.EXTEND, Step.DECIDE}
    assert by_role == {
        Role.READER: set(),
        Role.SCREENER: reviews,
        Role.CLINICIAN: reviews,
        Role.MANAGER: answers,
        Role.IG_LEAD: answers,
    }
    assert set(ROLES) == set(Step)


def test_a_part_holds_something() -> None:
    day = date(2024, 1, 1)
    assert is_part(Part())
    assert is_part(Part(day, day))
    assert is_part(Part(last=day))
    assert not is_part(UPSIDE_DOWN)
    assert not is_part(Part(sections=frozenset()))


def test_what_an_entry_means_is_for_clinicians_to_say_too() -> None:
    for kind in Kind:
        for step in Step:
            more = roles(step, kind) - ROLES[step]
            assert more == ({Role.CLINICIAN} if (step, kind) == (Step.DECIDE, Kind.QUESTION) else set())
