"""The practice's caseload: its order and pages, who may do what, two people at once, and nobody from elsewhere."""

import re
import uuid
from datetime import date, timedelta

import pytest
from django.test import Client

from openrecord.access.types import ViewerId
from openrecord.caseload import actions, queries
from openrecord.caseload.queries import Only, Place
from openrecord.caseload.types import Kind, State, Wish, Workload
from openrecord.identity import actions as identity_actions
from openrecord.identity import queries as identity
from openrecord.identity.types import Role
from openrecord.kit import clock
from openrecord.registry import actions as registry_actions
from openrecord.registry import queries as registry
from openrecord.registry.types import OdsCode, Policy, Practice
from tests.integration.caseload import world as caseload
from tests.integration.fhir.world import AT, BY, OPENED, ORG, Record
from tests.integration.pages import world

STEPS = ("identity", "assign", "pause", "resume", "extend", "review", "decide")


def practice() -> OdsCode:
    """A practice of this test's own."""
    ods = OdsCode(f"Y{uuid.uuid4().int % 10**8:08d}")
    made = Practice(ods, "Surgery of the list", policy=Policy())
    registry_actions.add_practice(practice=made, valid_from=date(2020, 1, 1), by=BY, at=OPENED)
    return ods


def test_the_list_begins_with_what_is_due_and_is_the_practices_alone(record: Record) -> None:
    ods = practice()
    who = record.patient.patient_id
    for days in range(30):
        made = {"asker": ViewerId(uuid.uuid4()), "wish": Wish(), "by": BY, "at": AT - timedelta(days=40 - days)}
        kind = Kind.CORRECTION if days % 3 else Kind.HISTORY
        actions.make(patient_id=who, ods=ods, kind=kind, **made)  # type: ignore[arg-type]
    every = queries.open_requests(ods, limit=99)
    assert len(every) == 30
    assert [one.due for one in every] == sorted(one.due for one in every if one.due)
    paged, after = [], None
    while found := queries.open_requests(ods, after=after, limit=7):
        paged += found
        after = Place(found[-1].due or queries.STOPPED, found[-1].request_id)
    assert paged == list(every)
    assert {one.kind for one in queries.open_requests(ods, only=Only(kind=Kind.HISTORY), limit=99)} == {Kind.HISTORY}
    assert queries.open_requests(ods, only=Only(state=State.WAITING), limit=99) == ()
    assert len(queries.open_requests(ods, only=Only(unassigned=True), limit=99)) == 30
    assert queries.open_requests(ods, only=Only(assignee=uuid.uuid4()), limit=99) == ()
    registry_actions.register(patient_id=who, ods=ods, start=date(2020, 1, 1), by=BY, at=OPENED)
    staff = world.staff(ods)
    _pages(staff, "/staff/requests?kind=&state=&whose=")
    assert queries.workload(ods, at=AT) == Workload(30, 12, 8)
    assert "30 open, 12 overdue" in staff.get("/staff/home").text
    counts = re.findall(r"<dd>(\d+)</dd>", staff.get("/staff/requests?kind=correction").text)
    assert counts == ["30", "12", "8"]
    assert not any(one.patient_id == who for one in queries.open_requests(ORG, limit=999))


def _pages(browser: Client, first: str) -> None:
    page = browser.get(first).text
    tags = re.findall(r"Overdue since|Due soon(?=:)|Due (?=[0-9])", page)
    assert tags == ["Overdue since"] * 12 + ["Due soon"] * 8 + ["Due "] * 5
    following = re.search(r'href="([^"]+)" rel="next"', page)
    assert following is not None
    rest = browser.get(following[1].replace("&amp;", "&")).text
    assert rest.count("or-line__title") == 5
    assert 'rel="next"' not in rest
    assert browser.get("/staff/requests?after=nonsense&kind=x&state=y&whose=z").text.count("or-line__title") == 25


def test_a_stopped_clock_stands_last_and_a_request_can_be_taken_and_given(record: Record) -> None:
    caseload.ask(world.patient(record), "subject-access")
    here = caseload.desk(record)
    manager = caseload.manager()
    caseload.take(manager, here, "pause", wait="identity")
    (mine,) = [one for one in queries.open_requests(ORG, limit=999) if one.patient_id == record.patient.patient_id]
    assert (mine.due, mine.state) == (None, State.WAITING)
    assert "Clock stopped" in manager.get("/staff/requests?state=waiting").text
    page = manager.get(here).text
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', page))
    assert manager.post(f"{here}/assign", {"seen": hidden["seen"], "to": hidden["to"]}).status_code == 303
    assert here in manager.get("/staff/requests?whose=mine").text
    assert here not in manager.get("/staff/requests?whose=nobody").text
    assert "Max Manager" in manager.get(here).text
    assert "Assign to me" not in manager.get(here).text


def test_the_clock_waits_for_no_proof_that_the_practice_has(record: Record) -> None:
    """It runs again with the proof, and is not stopped for it afterwards: the patient is not asked for it twice."""
    patient, manager = world.patient(record), caseload.manager()
    caseload.ask(patient, "subject-access")
    here = caseload.desk(record)
    caseload.take(manager, here, "pause", wait="identity")
    caseload.take(manager, here, "identity", proof="documents")
    assert caseload.only(record).state is State.IN_REVIEW
    (mine,) = [one for one in queries.open_requests(ORG, limit=999) if one.patient_id == record.patient.patient_id]
    assert mine.due is not None
    assert "Show them proof" not in patient.get(f"/requests/{mine.request_id}").text.partition("What happened")[0]
    assert "Proof of identity" not in manager.get(f"{here}/pause").text
    assert caseload.take(manager, here, "pause", wait="identity").status_code == 200
    assert caseload.take(manager, here, "pause", wait="clarification").status_code == 303


def test_reviewers_take_a_request_only_for_themselves(record: Record) -> None:
    caseload.ask(world.patient(record), "history", **caseload.HISTORY)
    here = caseload.desk(record)
    manager, screener = caseload.manager(), caseload.reviewer()
    other = re.search(r'name="to" value="([^"]+)"', manager.get(here).text)
    assert other is not None
    answer = caseload.take(screener, here, "assign", to=other[1])
    assert "Choose who deals with this request" in answer.text
    assert caseload.only(record).assignee is None
    assert caseload.take(manager, here, "assign", to=other[1]).status_code == 303
    assert caseload.take(screener, here, "assign", to="nobody").status_code == 200
    assert str(caseload.only(record).assignee) == other[1]


@pytest.mark.parametrize(
    ("roles", "allowed"),
    [
        ((Role.READER,), set()),
        ((Role.SCREENER,), {"identity", "assign", "review"}),
        ((Role.CLINICIAN,), {"identity", "assign", "review"}),
        ((Role.MANAGER,), {"identity", "assign", "pause", "resume", "extend", "decide"}),
        ((Role.IG_LEAD,), {"identity", "assign", "pause", "resume", "extend", "decide"}),
    ],
)
def test_least_privilege(record: Record, roles: tuple[Role, ...], allowed: set[str]) -> None:
    caseload.ask(world.patient(record), "history", **caseload.HISTORY)
    here = caseload.desk(record)
    browser = world.staff(ORG, roles)
    assert browser.get(here).status_code == 200
    for step in STEPS:
        answers = {browser.get(f"{here}/{step}").status_code, browser.post(f"{here}/{step}", {"seen": "9"}).status_code}
        assert (403 not in answers) is (step in allowed), (step, answers)
        assert (answers == {403}) is (step not in allowed)
    assert browser.get(f"{here}/withdraw").status_code == 404
    assert caseload.only(record).sequence == 1


def test_two_people_do_not_overwrite_each_other(record: Record) -> None:
    patient = world.patient(record)
    caseload.ask(patient, "correction", **caseload.CORRECTION)
    here = caseload.desk(record)
    one, two = caseload.manager(), caseload.manager()
    caseload.take(one, here, "identity", proof="documents")
    form = {"seen": "2", "outcome": "refused", "ground": "not_changed", "letter": "What two wrote at length"}
    caseload.take(one, here, "extend", reason="It is complicated")
    answer = two.post(f"{here}/decide", form)
    assert answer.status_code == 200
    assert "Somebody else did something with this request" in answer.text
    assert "What two wrote at length" in answer.text
    assert 'value="not_changed" checked' in answer.text
    assert caseload.only(record).is_open
    assert two.post(f"{here}/decide", {**form, "seen": "3"}).status_code == 303
    late = one.post(f"{here}/decide", {**form, "seen": "3", "letter": "What one wrote"})
    assert "What one wrote" in late.text
    assert "Send the answer" not in late.text
    decision = caseload.only(record).decision
    assert decision is not None
    assert decision.letter == "What two wrote at length"


def test_a_button_pressed_twice_does_its_work_once(record: Record) -> None:
    caseload.ask(world.patient(record), "history", **caseload.HISTORY)
    here, manager, screener = caseload.desk(record), caseload.manager(), caseload.reviewer()
    for browser, step, form in (
        (manager, "identity", {"proof": "documents"}),
        (screener, "review", {"verdict": "open", "level": "4"}),
        (manager, "decide", {"outcome": "granted", "letter": "All of it."}),
    ):
        sent = {"seen": str(caseload.only(record).sequence), **form}
        for _ in range(2):
            assert browser.post(f"{here}/{step}", sent)["Location"] == f"{here}?done={step}"
    assert caseload.only(record).sequence == 4
    late = caseload.manager().post(f"{here}/decide", sent)
    assert "Somebody else did something with this request" in late.text


def test_the_same_moment_is_noticed_inside_the_transaction(record: Record) -> None:
    caseload.ask(world.patient(record), "correction", **caseload.CORRECTION)
    found = caseload.only(record)
    with pytest.raises(actions.Outdated):
        actions.act(
            patient_id=record.patient.patient_id,
            request_id=found.request_id,
            event=queries.history(record.patient.patient_id, found.request_id)[0].event,
            seen=found.sequence - 1,
            by=BY,
            at=clock.now(),
        )


@pytest.mark.parametrize("path", ["", "/entries", *(f"/{step}" for step in STEPS)])
def test_another_practices_request_is_nobodys(record: Record, path: str) -> None:
    """Of a stranger, and of a patient whom both practices know."""
    caseload.ask(world.patient(record), "correction", **caseload.CORRECTION)
    here = caseload.desk(record)
    ods = practice()
    everything = (Role.CLINICIAN, Role.MANAGER)
    for known in (False, True):
        if known:
            registry_actions.register(
                patient_id=record.patient.patient_id, ods=ods, start=date(2025, 3, 1), by=BY, at=OPENED
            )
        browser = world.staff(ods, everything)
        none = f"/staff/requests/{record.patient.public_id}/{uuid.uuid4()}"
        for method in (browser.get, browser.post):
            theirs, nobodys = method(f"{here}{path}"), method(f"{none}{path}")
            assert theirs.status_code in {404, 405}
            told = theirs.text.replace(here, none)
            assert (theirs.status_code, told) == (nobodys.status_code, nobodys.text)
        assert str(record.patient.public_id) not in browser.get("/staff/requests").text
    assert registry.practice(ods) is not None
    assert caseload.only(record).sequence == 1


def test_who_only_reads_is_given_no_request_and_who_left_keeps_their_name(record: Record) -> None:
    caseload.ask(world.patient(record), "subject-access")
    here = caseload.desk(record)
    caseload.reader()
    manager = caseload.manager()
    form = manager.get(f"{here}/assign").text
    assert "Rob Reader" not in form
    assert "Max Manager" in form
    leaves = world.staff(ORG, (Role.SCREENER,), "Lee Leaver")
    caseload.take(leaves, here, "identity", proof="documents")
    (gone,) = [one for one in identity.staff_of(ORG) if one.name == "Lee Leaver"]
    identity_actions.stop_staff(staff_id=gone.staff_id, reason="left", by=BY, at=AT)
    told = manager.get(here).text.partition("What happened")[2]
    assert "Lee Leaver" in told


def test_of_a_proxy_s_request_staff_learn_who_asked_and_whether_they_read_the_answer(record: Record) -> None:
    browser = caseload.proxy(record)
    caseload.ask(browser, "question", **caseload.QUESTION)
    here, staff = caseload.desk(record), caseload.manager()
    assert "Test Helper, who acts for the patient" in staff.get(here).text
    assert "do not read the answer" not in staff.get(here).text
    registry_actions.flag_address(patient_id=record.patient.patient_id, by=BY, at=AT)
    assert "Test Helper, who acts for the patient. They see nothing now, so they do not" in staff.get(here).text
    registry_actions.flag_address(patient_id=record.patient.patient_id, flagged=False, by=BY, at=AT)
    assert browser.post("/access/stop").status_code == 303
    assert "Their access has ended, so they do not read the answer" in staff.get(here).text


def test_who_does_not_read_records_is_led_to_none(record: Record) -> None:
    """It would ask them why they break the glass."""
    caseload.ask(world.patient(record), "question", **caseload.QUESTION)
    here, link = caseload.desk(record), f'"/staff/patients/{record.patient.public_id}"'
    assert link in caseload.reviewer().get(here).text
    assert link not in caseload.manager().get(here).text
