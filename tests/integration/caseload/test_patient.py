"""Patients and proxies: what they may ask, what they see of it, what an opt-out does, what stays of a wrong form."""

import re
import uuid
from datetime import timedelta

import pytest

from openrecord.access import actions as access
from openrecord.access import events
from openrecord.access.types import Method
from openrecord.caseload import queries
from openrecord.caseload.rules.asking import MOST_OPEN
from openrecord.caseload.types import Kind, State
from openrecord.clinical.kinds import Level
from openrecord.identity.types import Role
from openrecord.kit import clock
from tests.integration.caseload import world as caseload
from tests.integration.fhir.world import AT, BY, ORG, Record, made_record
from tests.integration.pages import town as made
from tests.integration.pages import world

FORMS = {
    Kind.HISTORY: caseload.HISTORY,
    Kind.LEVEL: {"level": "4"},
    Kind.CORRECTION: caseload.CORRECTION,
    Kind.QUESTION: caseload.QUESTION,
    Kind.OPT_OUT: {},
    Kind.OPT_IN: {},
    Kind.PROXY: {"about": "Jo Example", "words": "My daughter"},
    Kind.SUBJECT_ACCESS: {},
}


@pytest.mark.parametrize("kind", Kind)
def test_everything_can_be_asked_followed_and_found_by_the_practice(record: Record, kind: Kind) -> None:
    patient, manager = world.patient(record), caseload.manager()
    assert f"/requests/new/{kind}" in patient.get("/requests").text
    page = caseload.ask(patient, kind, **FORMS[kind])
    assert page in patient.get("/requests").text
    assert "by 3 April 2025" in patient.get(page).text
    assert caseload.desk(record) in manager.get("/staff/requests").text
    assert manager.get(caseload.desk(record)).status_code == 200


def test_what_is_missing_is_said_and_nothing_typed_is_lost(record: Record) -> None:
    patient = world.patient(record)
    answer = patient.post("/requests/new/correction", {"about": "", "words": "Typed <b>words</b>"})
    assert answer.status_code == 200
    assert "There is a problem" in answer.text
    assert "<title>Error: Your requests" in answer.text, "and not what is asked"
    assert answer.text.count("Enter which entry is wrong") == 2, "in the summary and at the field"
    assert 'href="#about"' in answer.text
    assert "Typed &lt;b&gt;words&lt;/b&gt;" in answer.text
    future = {"first-day": "1", "first-month": "1", "first-year": "2030", **caseload.HISTORY}
    answer = patient.post("/requests/new/history", future)
    assert "Enter a date in the past" in answer.text
    assert 'value="2030"' in answer.text
    assert queries.requests(record.patient.patient_id) == ()


@pytest.mark.parametrize("odd", ["31", "0", "x", "\u0661", "9" * 400])
def test_days_that_are_none_are_answered(record: Record, odd: str) -> None:
    form = {"first-day": odd, "first-month": "2", "first-year": "2020", **caseload.HISTORY}
    answer = world.patient(record).post("/requests/new/history", form)
    assert answer.status_code == 200
    assert "Enter a real date" in answer.text


def test_asking_twice_leads_to_the_first(record: Record) -> None:
    patient = world.patient(record)
    first = caseload.ask(patient, "history", **caseload.HISTORY)
    assert caseload.ask(patient, "history", **caseload.HISTORY) == first
    assert len(queries.requests(record.patient.patient_id)) == 1
    assert patient.post(f"{first}/withdraw").status_code == 303
    assert caseload.ask(patient, "history", **caseload.HISTORY) != first
    mistake = caseload.ask(patient, "correction", **caseload.CORRECTION)
    assert caseload.ask(patient, "correction", **caseload.CORRECTION) == mistake, "the button was pressed twice"


def test_a_form_that_is_sent_twice_is_one_request(record: Record) -> None:
    patient = world.patient(record)
    for kind in (Kind.CORRECTION, Kind.QUESTION, Kind.PROXY):
        first = caseload.ask(patient, kind, **FORMS[kind])
        assert caseload.ask(patient, kind, **FORMS[kind]) == first
        assert caseload.ask(patient, kind, **FORMS[kind] | {"words": "Something else"}) != first
    assert len(queries.requests(record.patient.patient_id)) == 6


def test_withdrawing_ends_it_for_both_sides(record: Record) -> None:
    patient, manager = world.patient(record), caseload.manager()
    page = caseload.ask(patient, "correction", **caseload.CORRECTION)
    here = caseload.desk(record)
    assert "Withdraw this request?" in patient.get(f"{page}/withdraw").text
    assert patient.post(f"{page}/withdraw").status_code == 303
    assert caseload.only(record).state is State.WITHDRAWN
    assert here not in manager.get("/staff/requests").text
    assert manager.get(f"{here}/decide?outcome=refused").status_code == 303
    assert patient.post(f"{page}/withdraw").headers["Location"] == page


def test_an_opt_out_acts_at_once_and_its_reversal_when_the_practice_agrees(record: Record) -> None:
    patient, elsewhere, manager = world.patient(record), world.patient(record), caseload.manager()
    assert "February 2025" in elsewhere.get("/record/measurements").text
    page = caseload.ask(patient, "opt-out")
    assert "February 2025" not in elsewhere.get("/record/measurements").text
    assert f"{page}/withdraw" not in patient.get(page).text
    here = caseload.desk(record)
    assert "outcome=refused" not in manager.get(here).text
    caseload.take(manager, here, "decide", outcome="granted", letter="It is closed.")
    clock.use(lambda: AT + timedelta(minutes=9))
    again = caseload.ask(world.patient(record), "opt-in")
    there = f"/staff/requests/{record.patient.public_id}/{again.rpartition('/')[2]}"
    caseload.take(manager, there, "identity", proof="nhs_login")
    assert "February 2025" not in world.patient(record).get("/record/measurements").text
    caseload.take(manager, there, "decide", outcome="granted", letter="It is open.")
    assert "February 2025" in world.patient(record).get("/record/measurements").text


def test_an_opt_out_that_is_taken_back_waits_for_no_answer_and_acts_again(record: Record) -> None:
    """The practice would note code 103 for somebody who wants to see their record, and write that it is closed."""
    manager = caseload.manager()
    page = caseload.ask(world.patient(record), "opt-out")
    assert "Your online view is closed already." in world.patient(record).get(page).text
    assert "so you need not ask" in world.patient(record).get("/requests/new/opt-in").text
    clock.use(lambda: AT + timedelta(minutes=1))
    world.patient(record).post("/access/change", {"wish": "return", "confirmed": "yes"})
    assert "February 2025" in world.patient(record).get("/record/measurements").text
    assert "so you need not ask" not in world.patient(record).get("/requests/new/opt-in").text
    told = world.patient(record).get(page).text
    assert "Your online view is closed already." not in told
    assert "It was withdrawn" in told
    here = caseload.desk(record)
    assert here not in manager.get("/staff/requests").text
    assert "Withdrawn: the patient wants online access again" in manager.get(here).text
    assert "/decide" not in manager.get(here).text
    clock.use(lambda: AT + timedelta(minutes=2))
    again = caseload.ask(world.patient(record), "opt-out")
    assert again != page
    assert "February 2025" not in world.patient(record).get("/record/measurements").text
    assert "Your online view is closed already." in world.patient(record).get(again).text


def test_a_practice_that_is_told_that_an_opt_out_is_over_need_not_answer_it(record: Record) -> None:
    caseload.ask(world.patient(record), "opt-out")
    clock.use(lambda: AT + timedelta(minutes=1))
    wishes = f"/staff/patients/{record.patient.public_id}/wishes"
    told = {"wish": "return", "method": "phone", "confirmed": "yes"}
    assert caseload.manager().post(wishes, told).status_code == 303
    assert "February 2025" in world.patient(record).get("/record/measurements").text
    assert caseload.only(record).state is State.WITHDRAWN


def test_access_again_ends_a_pause_too(record: Record) -> None:
    """The letter says that they see it as before; who answers reads first what stands, in case somebody forces them."""
    patient, manager = world.patient(record), caseload.manager()
    paused = events.Paused(method=Method.PHONE)
    access.record(patient_id=record.patient.patient_id, act=paused, by=BY, at=AT)
    patient.post("/access/change", {"wish": "pause", "confirmed": "yes"})
    caseload.ask(patient, "opt-in")
    here = caseload.desk(record)
    caseload.take(manager, here, "identity", proof="nhs_login")
    told = manager.get(here).text
    assert "Their access is paused, as the practice was told." in told
    assert "They paused their access on their own pages." in told
    assert "nobody listens or tells them what to say" in told
    clock.use(lambda: AT + timedelta(minutes=1))
    caseload.take(manager, here, "decide", outcome="granted", letter="You can see it as before.")
    assert "February 2025" in world.patient(record).get("/record/measurements").text
    assert "paused" not in manager.get(f"/staff/patients/{record.patient.public_id}/wishes").text


def test_staff_read_that_nothing_opens_with_access_again(record: Record) -> None:
    made.code(record.patient, "104")
    decided = events.EnhancedReviewDecided(keep=False)
    access.record(patient_id=record.patient.patient_id, act=decided, by=BY, at=AT)
    caseload.ask(world.patient(record), "opt-in")
    manager, here = caseload.manager(), caseload.desk(record)
    caseload.take(manager, here, "identity", proof="nhs_login")
    told = manager.get(here).text
    assert "The patient has chosen nothing." in told
    assert "Nothing opens with it for now" in told


def test_who_has_asked_for_much_can_still_stop(record: Record) -> None:
    patient = world.patient(record)
    for number in range(MOST_OPEN):
        caseload.ask(patient, "question", about="A", words=f"Question {number}")
    caseload.ask(patient, "opt-out")
    assert "February 2025" not in patient.get("/record/measurements").text


def test_a_proxy_asks_about_entries_and_sees_nothing_else(record: Record) -> None:
    patient, proxy = world.patient(record), caseload.proxy(record)
    own = caseload.ask(patient, "history", **caseload.HISTORY)
    assert proxy.get(own).status_code == 404
    assert own not in proxy.get("/requests").text
    for kind in set(Kind) - {Kind.CORRECTION, Kind.QUESTION}:
        assert f"/requests/new/{kind}" not in proxy.get("/requests").text
        assert proxy.get(f"/requests/new/{kind}").status_code == 404
        assert proxy.post(f"/requests/new/{kind}", FORMS[kind]).status_code == 404
    for kind in (Kind.CORRECTION, Kind.QUESTION):
        theirs = caseload.ask(proxy, kind, **FORMS[kind])
        assert "You asked" in proxy.get(theirs).text
        assert "Somebody who acts for you asked" in patient.get(theirs).text


def newest(record: Record) -> str:
    """The id of the newest measurement, as the patient's list has it."""
    found = re.search(
        r'href="/record/measurements/([0-9a-f-]{36})"', world.patient(record).get("/record/measurements").text
    )
    assert found is not None
    return found[1]


@pytest.mark.parametrize("kind", ["question", "correction"])
def test_an_entry_s_own_page_leads_to_asking_about_it(record: Record, kind: str) -> None:
    patient, entry = world.patient(record), newest(record)
    href = f"/requests/new/{kind}?entry={entry}"
    assert href in patient.get(f"/record/measurements/{entry}").text
    form = patient.get(href)
    assert 'name="about" type="text" value="3 February 2025, Body weight"' in form.text
    wrong = patient.post(href, {"about": "3 February 2025, Body weight and more", "words": ""})
    assert 'value="3 February 2025, Body weight and more"' in wrong.text, "what was typed goes before"
    assert "There is a problem" in patient.post(href, {"about": "", "words": "Why?"}).text


def test_nobody_asks_about_an_entry_they_cannot_see(record: Record) -> None:
    patient, stranger = world.patient(record), world.patient(made_record())
    href = f"/requests/new/question?entry={newest(record)}"
    unknown = f"/requests/new/question?entry={uuid.uuid4()}"
    record.lower(Level.SUMMARY)
    for browser, path in ((patient, href), (stranger, href), (patient, unknown), (patient, f"{href}x")):
        answer = browser.get(path)
        assert answer.status_code == 404
        assert "Body weight" not in answer.text
    assert "/requests/new/question?entry" not in patient.get("/requests").text


def test_a_question_is_answered_by_a_clinician(record: Record) -> None:
    patient, clinician = world.patient(record), world.staff(ORG, (Role.CLINICIAN,), "Cleo Clinician")
    page = caseload.ask(patient, "question", **caseload.QUESTION)
    here = caseload.desk(record)
    assert f"/staff/patients/{record.patient.public_id}" in clinician.get(here).text
    assert caseload.take(clinician, here, "identity", proof="nhs_login").status_code == 303
    shown = clinician.get(here).text
    assert "Answer the question" in shown
    assert "outcome=refused" not in shown, "there is nothing to refuse"
    assert caseload.reviewer().get(f"{here}/decide?outcome=granted").status_code == 403
    caseload.take(clinician, here, "decide", outcome="granted", letter="It is your long-term sugar.")
    read = patient.get(page).text
    assert "Answered" in read
    assert "It is your long-term sugar." in read
    assert "Agreed" not in read
    assert "Answered" in clinician.get(here).text


def test_a_clinician_decides_nothing_else(record: Record) -> None:
    caseload.ask(world.patient(record), "correction", **caseload.CORRECTION)
    clinician, here = world.staff(ORG, (Role.CLINICIAN,), "Cleo Clinician"), caseload.desk(record)
    assert caseload.take(clinician, here, "identity", proof="nhs_login").status_code == 303
    assert "decide?outcome" not in clinician.get(here).text
    assert clinician.get(f"{here}/decide?outcome=granted").status_code == 403


def test_what_is_asked_stands_in_no_title(record: Record) -> None:
    patient = world.patient(record)
    own = caseload.ask(patient, "opt-out")
    for path in ("/requests", "/requests/new/opt-out", "/requests/new/correction", own):
        html = patient.get(path).text
        assert "<title>Your requests " in html
        assert 'href="/leave"' in html


def test_anothers_request_is_as_unknown_as_none(record: Record) -> None:
    patient, stranger = world.patient(record), world.patient(made_record())
    page = caseload.ask(patient, "correction", **caseload.CORRECTION)
    for path in (page, f"{page}/withdraw"):
        other = path.replace(page, f"/requests/{uuid.uuid4()}")
        for method in (stranger.get, stranger.post):
            theirs, none = method(path), method(other)
            assert theirs.status_code in {404, 405}
            assert (theirs.status_code, theirs.text.replace(path, other)) == (none.status_code, none.text)
    assert caseload.only(record).is_open


def days_ago(days: int) -> None:
    """Let time stand still at an earlier day than the sessions of the tests begin on."""
    clock.use(lambda: AT - timedelta(days=days))


def test_the_clock_is_told_in_plain_words(record: Record) -> None:
    patient, manager = world.patient(record), caseload.manager()
    days_ago(200)
    page = caseload.ask(patient, "subject-access")
    here = caseload.desk(record)
    assert "by 15 September 2024" in patient.get(page).text
    caseload.take(manager, here, "pause", wait="clarification")
    assert "the time to answer does not run" in patient.get(page).text
    days_ago(190)
    caseload.take(manager, here, "resume")
    assert "by 25 September 2024" in patient.get(page).text
    caseload.take(manager, here, "extend", reason="There are ten boxes of paper")
    told = patient.get(page).text
    assert "by 25 November 2024" in told
    assert "There are ten boxes of paper" in told
    assert "Ombudsman" not in told
    days_ago(0)
    late = patient.get(page).text
    assert "should have answered by 25 November 2024" in late
    assert "Ombudsman" in late
    assert "Overdue since 25 November 2024" in manager.get(here).text


ODD = ("'; DROP TABLE caseload_open; --", "\u202e", "{{ 7*7 }}", "\r\nSet-Cookie: a=b")


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_any_words_are_kept_as_words(record: Record, odd: str) -> None:
    patient, manager = world.patient(record), caseload.manager()
    page = caseload.ask(patient, "correction", about=odd, words=odd)
    wish = caseload.only(record).wish
    assert wish.words in odd.strip().replace("\r\n", "\n")
    for answer in (patient.get(page), manager.get(caseload.desk(record))):
        assert answer.status_code == 200
        assert wish.words.replace("'", "&#39;") in answer.text
    assert patient.post("/requests/new/level", {"level": odd}).status_code == 200
    assert patient.post("/requests/new/history", {"level": "4", "sections": odd}).status_code == 303


def test_too_many_words_are_said_to_be_too_many_and_not_cut(record: Record) -> None:
    patient = world.patient(record)
    long = "x" * 4001
    answer = patient.post("/requests/new/correction", {"about": long, "words": long})
    assert answer.text.count("Use 200 characters or fewer") == 2
    assert answer.text.count("Use 4000 characters or fewer") == 2
    assert answer.text.count(long) == 2
    assert patient.post("/requests/new/correction", {"about": long[:200], "words": long[:4000]}).status_code == 303
