"""Two tabs, one record in each: a form is about the record of its own page, whatever was chosen in another since."""

import re
import uuid

from django.test import Client

from openrecord.access import actions as access
from openrecord.access import events
from openrecord.access import queries as access_queries
from openrecord.access.types import ViewerId, ViewerKind
from openrecord.caseload import queries as caseload
from openrecord.clinical.kinds import Level
from openrecord.identity import queries as identity
from openrecord.notify import queries as notify
from tests.integration.caseload.world import CORRECTION
from tests.integration.fhir.world import AT, BY, OPENED, ORG, Record, made_record, stopped
from tests.integration.pages import world

RECORD = re.compile(r'<input type="hidden" name="record" value="([0-9a-f-]+)">')


def let_in(record: Record, carer: Record) -> ViewerId:
    """Somebody acts for the person whose record it is."""
    person = identity.person_by_nhs_number(carer.patient.nhs_number)
    assert person is not None
    viewer = ViewerId(uuid.uuid4())
    act = events.ProxyGranted(viewer=viewer, basis="consent", listed_org=str(ORG), level=int(Level.FULL))
    access.record(patient_id=record.patient.patient_id, act=act, by=BY, at=OPENED, behind=person.person_id)
    return viewer


def two_children() -> tuple[Client, list[tuple[Record, ViewerId]]]:
    """The browser of somebody who acts for two people."""
    stopped()
    carer = made_record("Carer", "Kim")
    browser = world.patient(carer)
    return browser, [(child, let_in(child, carer)) for child in (made_record("One"), made_record("Two"))]


def choose(browser: Client, viewer: ViewerId) -> None:
    assert browser.post("/people", {"viewer": str(viewer)}).status_code == 303


def form_of(browser: Client, path: str) -> dict[str, str]:
    """What the first form of a page says about the record."""
    found = RECORD.search(browser.get(path).text)
    assert found is not None, path
    return {"record": found[1]}


def test_a_request_is_about_the_record_of_its_page(stored: None) -> None:  # noqa: ARG001
    browser, [(one, first), (two, second)] = two_children()
    choose(browser, first)
    form = form_of(browser, "/requests/new/correction")
    choose(browser, second)
    made = browser.post("/requests/new/correction", form | CORRECTION)
    assert len(caseload.requests(one.patient.patient_id)) == 1
    assert caseload.requests(two.patient.patient_id) == ()
    shown = browser.get(made.headers["Location"]).text
    assert one.patient.family in shown, "and the page that follows is about it, too"
    assert CORRECTION["words"] in shown


def test_what_is_wrong_is_said_on_a_page_about_the_same_record(stored: None) -> None:  # noqa: ARG001
    browser, [(one, first), (two, second)] = two_children()
    choose(browser, first)
    form = form_of(browser, "/requests/new/correction")
    choose(browser, second)
    wrong = browser.post("/requests/new/correction", form | {"about": "", "words": "Kept"}).text
    assert one.patient.family in wrong
    assert two.patient.family not in wrong
    assert "Kept</textarea>" in wrong
    assert RECORD.search(wrong).group(1) == str(first)  # type: ignore[union-attr]


def test_stopping_ends_what_was_shown_and_no_other(stored: None) -> None:  # noqa: ARG001
    browser, [(one, first), (two, second)] = two_children()
    choose(browser, first)
    form = form_of(browser, "/access/stop")
    choose(browser, second)
    for _pressed_twice in range(2):
        assert browser.post("/access/stop", form).headers["Location"] == "/people?stopped"
    assert _acts(one) == []
    assert _acts(two) == [second]


def _acts(record: Record) -> list[ViewerId]:
    facts = access_queries.facts(record.patient.patient_id, at=AT)
    return [one.viewer_id for one in facts.viewers.values() if one.kind is ViewerKind.PROXY and not one.revoked]


def test_a_record_that_is_not_theirs_is_as_unknown_as_none(stored: None) -> None:  # noqa: ARG001
    browser, [(one, first), _two] = two_children()
    choose(browser, first)
    foreign = made_record()
    for record in (str(foreign.viewer), str(uuid.uuid4()), "x"):
        assert browser.post("/requests/new/correction", {"record": record} | CORRECTION).status_code == 404
        assert browser.post("/access/messages", {"record": record, "email": "off"}).status_code == 404
    assert caseload.requests(one.patient.patient_id) == ()
    assert notify.preferences(one.patient.patient_id) == {}


def test_every_form_about_a_record_says_which(record: Record) -> None:
    browser = world.patient(record)
    carer = made_record("Carer", "Kim")
    world.patient(carer)
    let_in(record, carer)
    browser.post("/access/kept/new", {"sections": ["medications"]})
    pages = (
        "/access",
        "/access/level",
        "/access/kept",
        "/access/kept/new",
        "/access/people",
        "/requests/new/history",
        "/requests/new/question",
        "/take",
        "/share/new",
    )
    for path in pages:
        html = browser.get(path).text
        forms = re.findall(r"<form(?![^>]*sign-out).*?</form>", html, re.DOTALL)
        assert forms
        assert all(RECORD.search(form) for form in forms if 'method="post"' in form), path
