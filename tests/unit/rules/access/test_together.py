"""Two records as one: nothing is open that is not open in both (least grant), and what a parted record must keep."""

import uuid
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openrecord.access import events
from openrecord.access.rules.codes import is_declined
from openrecord.access.rules.fold import fold
from openrecord.access.rules.horizon import valid_until
from openrecord.access.rules.sight import SightContext
from openrecord.access.rules.together import NOBODY, decoded, least, names_in_both, standing_since
from openrecord.access.types import AccessFacts, Basis, Closure, Method, Reason, Standing, Viewer, ViewerId, ViewerKind
from openrecord.clinical.kinds import Level, Section, Slot
from openrecord.registry.types import OdsCode, Policy, Registration
from tests.unit.rules.facts import APP, LAWYER, ME, NOW, SON, A, B, chunk, patient, people, utc

BEFORE = NOW - timedelta(days=9)
VIEWERS = (ME, SON, LAWYER, APP)
STANDINGS = tuple(
    Standing(org, Slot.NEVER, chunks, reasons)
    for org in (A, B)
    for chunks, reasons in (
        (None, frozenset[Reason]()),
        (frozenset({chunk().chunk_id}), frozenset({Reason.BEFORE_WINDOW})),
    )
)
levels = st.sampled_from(tuple(Level))
days = st.dates(date(2023, 10, 1), date(2024, 6, 1))
instants = st.datetimes(datetime(2023, 10, 1), datetime(2024, 2, 28)).map(  # noqa: DTZ001
    lambda naive: utc(naive.isoformat())
)
sections = st.none() | st.frozensets(st.sampled_from(tuple(Section)))


@st.composite
def acts(draw: st.DrawFn) -> list[tuple[datetime, events.AnyAct]]:
    """A history of somebody's access, in its order."""
    someone = st.sampled_from([viewer.viewer_id for viewer in VIEWERS])
    told = st.sampled_from((None, Method.ONLINE, Method.PHONE))
    any_act = st.one_of(
        st.builds(events.CodeArrived, entry=st.uuids(), code=st.sampled_from(("103", "104", "106")),
                  effective=st.none() | days, recorded=st.none() | instants, method=told),
        st.builds(events.DeclineReversed, recorded=instants, method=told),
        st.builds(events.EnhancedReviewDecided, keep=st.booleans()),
        st.builds(events.Paused, method=told),
        st.builds(events.Resumed, method=told),
        st.builds(events.Lowered, level=levels.map(int), method=told),
        st.builds(events.Raised, method=told),
        st.builds(events.ProxyRevoked, viewer=someone),
        st.builds(events.ProxyGranted, viewer=st.sampled_from((SON.viewer_id, LAWYER.viewer_id)),
                  basis=st.sampled_from(("consent", "lpa")), listed_org=st.sampled_from((A, B)), level=levels.map(int),
                  sections=sections.map(lambda s: None if s is None else tuple(sorted(s))), expires=st.none() | days),
        st.builds(events.AppRevoked, viewer=st.just(APP.viewer_id)),
        st.builds(events.HistoryGranted, chunk=st.just(chunk().chunk_id), org=st.just(A), level=levels.map(int),
                  named=st.just((ME.viewer_id, SON.viewer_id))),
        st.builds(events.HistoryWithdrawn, chunk=st.just(chunk().chunk_id)),
    )  # fmt: skip
    return sorted(draw(st.lists(st.tuples(instants, any_act), max_size=8)), key=lambda made: made[0])


def folded(made: list[tuple[datetime, events.AnyAct]], *stays: Registration, died: bool = False) -> AccessFacts:
    opened = (BEFORE - timedelta(days=300), events.AccountOpened(viewer=ME.viewer_id))
    app = events.AppAuthorised(viewer=APP.viewer_id, acts_for=ME.viewer_id, scopes=("patient/*.rs",))
    bare = patient(viewers={}, registrations=stays, policies={A: Policy(), B: Policy(level=Level.DETAILED)}, died=died)
    return fold(bare, [opened, (opened[0], app), *made])


def masks(facts: AccessFacts, viewer: ViewerId, at: datetime) -> list[tuple[int, int]]:
    known = facts.viewers.get(viewer, Viewer(viewer, ViewerKind.SELF, None))
    context = SightContext(facts, known, at)
    return [(found.coded, found.full) for found in (context.masks(s.org, s) for s in STANDINGS)]


stays = st.lists(st.builds(Registration, ods=st.sampled_from((A, B)), start=days, end=st.none() | days), max_size=2)


@given(acts(), acts(), stays, stays, st.booleans(), st.sampled_from((0, 1, 40, 200)))
def test_nothing_is_open_that_is_not_open_in_both(
    own: list[tuple[datetime, events.AnyAct]],
    other: list[tuple[datetime, events.AnyAct]],
    here: list[Registration],
    there: list[Registration],
    died: bool,
    later: int,
) -> None:
    """Where somebody is registered is true of the person; all else is asked of each record by itself."""
    at = NOW + timedelta(days=later)
    one, two = folded(own, *here), folded(other, *there, died=died)
    together = least(one, two, at)
    alone = [replace(facts, registrations=together.registrations) for facts in (one, two)]
    for viewer in VIEWERS:
        both = [masks(facts, viewer.viewer_id, at) for facts in alone]
        for found, first, second in zip(masks(together, viewer.viewer_id, at), *both, strict=True):
            assert found[0] & ~(first[0] & second[0]) == 0
            assert found[1] & ~(first[1] & second[1]) == 0


@given(acts(), stays)
def test_with_a_record_of_which_nothing_was_decided_only_grants_end(
    own: list[tuple[datetime, events.AnyAct]], here: list[Registration]
) -> None:
    """The patient's own sight of what is current stays as it is: a second registration takes nothing from them."""
    one = folded(own, *here)
    together = least(one, folded([], *here), NOW)
    current = [number for number, standing in enumerate(STANDINGS) if standing.chunks is None]
    before, after = masks(one, ME.viewer_id, NOW), masks(together, ME.viewer_id, NOW)
    assert [before[number] for number in current] == [after[number] for number in current]


def test_history_granted_in_both_is_as_narrow_as_either() -> None:
    first, second = date(2020, 1, 1), date(2021, 1, 1)
    one = chunk(first=first, level=Level.FULL, named=frozenset({ME.viewer_id, SON.viewer_id}))
    two = chunk(last=second, level=Level.DETAILED, sections=frozenset({Section.RESULTS}), granted=utc("2024-02-02"))
    both = [patient(chunks=(each,)) for each in (one, two)]
    narrow = replace(two, first=first, named=frozenset({ME.viewer_id}))
    assert least(both[0], both[1], NOW).chunks == least(both[1], both[0], NOW).chunks == (narrow,)
    for other in (replace(two, withdrawn=True), replace(two, org=B)):
        assert not [found for found in least(both[0], patient(chunks=(other,)), NOW).chunks if not found.withdrawn]


def test_a_grant_in_one_record_alone_opens_nothing() -> None:
    one, two = patient(chunks=(chunk(),)), patient(viewers=people(ME), chunks=(chunk(2),))
    together = least(one, two, NOW)
    assert set(together.viewers) == {ME.viewer_id}
    assert together.chunks == ()
    assert least(one, one, NOW).chunks == one.chunks


def test_the_patients_account_is_that_of_the_record_that_goes_on() -> None:
    without = patient(viewers={})
    assert set(least(patient(viewers=people(ME)), without, NOW).viewers) == {ME.viewer_id}
    assert least(without, patient(viewers=people(ME)), NOW).viewers == {}


@pytest.mark.parametrize(
    "change", [{"basis": Basis.LPA}, {"revoked": True}, {"listed_org": B}], ids=["basis", "revoked", "practice"]
)
def test_a_proxy_who_was_let_in_otherwise_sees_nothing(change: dict[str, object]) -> None:
    there = patient(viewers=people(ME, replace(SON, **change)))  # type: ignore[arg-type]
    together = least(patient(), there, NOW)
    found = together.viewers.get(SON.viewer_id)
    assert found is None or found.revoked


def test_a_later_106_of_one_record_does_not_lift_the_104_of_the_other() -> None:
    first = events.CodeArrived(entry=uuid.uuid4(), code="104", effective=date(2023, 1, 1), recorded=utc("2023-01-01"))
    second = events.CodeArrived(entry=uuid.uuid4(), code="106", effective=date(2024, 1, 1), recorded=utc("2024-01-01"))
    stay = Registration(A, date(2024, 1, 15))
    one, two = folded([(utc("2023-11-01"), first)], stay), folded([(utc("2024-01-02"), second)], stay)
    for together in (least(one, two, NOW), least(two, one, NOW)):
        assert masks(together, ME.viewer_id, NOW)[0] == (0, 0)


def test_a_code_of_the_other_record_that_takes_effect_later_ends_the_answer_then() -> None:
    later = events.CodeArrived(entry=uuid.uuid4(), code="104", effective=date(2024, 3, 9), recorded=NOW)
    together = least(folded([]), folded([(BEFORE, later)]), NOW)
    assert valid_until(together, NOW) == utc("2024-03-09")


def test_a_stop_of_the_other_record_is_one_of_this() -> None:
    other = replace(patient(), patient_key="Q", closures=(Closure("patient", "Q"),))
    assert masks(least(patient(), other, NOW), ME.viewer_id, NOW)[0] == (0, 0)


def test_the_later_window_counts() -> None:
    def window(start: date) -> AccessFacts:
        return fold(patient(), [(BEFORE, events.WindowSet(org=A, start=start))])

    for one, two in ((date(2023, 12, 1), date(2024, 1, 1)), (date(2024, 1, 1), date(2020, 1, 1))):
        starts = least(window(one), window(two), NOW).window_starts or {}
        assert starts[OdsCode(A)].start == max(one, two)
    starts = least(window(date(2020, 1, 1)), patient(), NOW).window_starts or {}
    assert starts[OdsCode(A)].start == date(2023, 11, 1)


def test_who_is_behind_a_viewer_tells_that_it_is_the_same_one() -> None:
    who, kind = uuid.uuid4(), ViewerKind.PROXY
    one, two = ViewerId(uuid.uuid4()), ViewerId(uuid.uuid4())
    assert names_in_both({(who, kind): one}, {(who, kind): two, (uuid.uuid4(), kind): one}) == {two: one}
    act = events.ProxyRevoked(viewer=two)
    assert decoded(events.encode(act), {two: one}) == events.ProxyRevoked(viewer=one)


@given(acts())
def test_a_parted_record_keeps_what_keeps_back_and_gets_nothing_that_opens(
    made: list[tuple[datetime, events.AnyAct]],
) -> None:
    state = fold(NOBODY, made)
    handed = fold(NOBODY, [(NOW, act) for act in standing_since(made, {}, frozenset())])
    assert (handed.paused, handed.online.paused) in {(state.paused, state.online.paused), (True, False)}
    assert (state.paused or state.online.paused) == (handed.paused or handed.online.paused)
    assert (handed.lowered, handed.online.lowered) == (state.lowered, state.online.lowered)
    assert not handed.viewers
    assert not handed.chunks
    assert handed.undeclined == handed.online.undeclined == ()
    own = [act.method is not None for _, act in made if isinstance(act, events.CodeArrived) and act.code == "103"]
    if own and all(own) and is_declined(state):
        assert is_declined(handed)


def test_codes_go_with_the_entries_that_they_stand_in() -> None:
    entry, other = uuid.uuid4(), uuid.uuid4()
    made: list[tuple[datetime, events.AnyAct]] = [
        (BEFORE, events.CodeArrived(entry=one, code="104", effective=None, recorded=None)) for one in (entry, other)
    ]
    handed = [act.entry for act in standing_since(made, {}, frozenset({entry})) if isinstance(act, events.CodeArrived)]
    assert handed == [entry]
