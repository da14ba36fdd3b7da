"""Whom a patient lets in: shown out at once, without a word to them; and who has looked."""

import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from openrecord.access import actions as access
from openrecord.access import events
from openrecord.access import queries as access_queries
from openrecord.access.types import EndReason
from openrecord.audit import reads
from openrecord.audit.sources import CHANGE
from openrecord.audit.types import Actor, ActorKind, Read
from openrecord.identity import queries as identity
from openrecord.identity.types import Role
from openrecord.registry import actions as registry_actions
from openrecord.registry import queries as registry
from openrecord.registry.types import Policy
from openrecord.screening.actions import acts
from openrecord.screening.types import HideReason
from tests.integration.fhir.world import AT, BY, EVERYTHING, OPENED, ORG, App, Record, made_record
from tests.integration.pages import world

SEEN = "/record/measurements"
LINE = "or-line__title"
YES = {"confirmed": "yes"}


@pytest.fixture
def carer(record: Record) -> Record:
    """Somebody with a record of their own, who has signed in and acts for the patient."""
    made = made_record("Carer", "Kim")
    world.patient(made)
    person = identity.person_by_nhs_number(made.patient.nhs_number)
    assert person is not None
    granted = events.ProxyGranted(viewer=uuid.uuid4(), basis="consent", listed_org=str(ORG), level=4)
    access.record(patient_id=record.patient.patient_id, act=granted, by=BY, at=OPENED, behind=person.person_id)
    return made


def _proxy(record: Record) -> str:
    (linked,) = (
        one.viewer for one in access_queries.linked(record.patient.patient_id, at=AT) if one.viewer.basis is not None
    )
    return str(linked.viewer_id)


def _end(browser: Client, address: str, viewer: str) -> None:
    asked = browser.post(address, {"viewer": viewer})
    assert asked.status_code == 200
    assert 'value="yes"' in asked.text
    assert browser.post(address, {"viewer": viewer, **YES}).headers["Location"] == f"{address}?saved"


def test_a_person_is_shown_out_at_their_next_request(record: Record, carer: Record) -> None:
    """R27."""
    mine, theirs = world.patient(record), world.patient(carer)
    viewer = _proxy(record)
    assert "Kim Carer" in mine.get("/access/people").text
    assert theirs.post("/people", {"viewer": viewer}).status_code == 303
    assert theirs.get(SEEN).text.count(LINE) == 3
    _end(mine, "/access/people", viewer)
    assert "Kim Carer" not in mine.get("/access/people").text
    left = theirs.get(SEEN).text
    assert LINE not in left
    assert record.patient.family not in left
    for path in ("/home", "/people", "/access"):
        seen = theirs.get(path).text
        assert record.patient.family not in seen
        assert "acting for" not in seen
    assert "It has ended." in theirs.get("/people").text
    assert "It has ended." not in mine.get("/people").text


def test_tokens_of_whoever_is_shown_out_die(record: Record, carer: Record, origin: str) -> None:  # noqa: ARG001
    viewer = uuid.UUID(_proxy(record))
    token = access.issue_token(
        patient_id=record.patient.patient_id, viewer_id=viewer, scopes=EVERYTHING, expires=AT + timedelta(hours=1),
        by=BY, at=AT,
    )  # fmt: skip
    app, own = App(origin, token), App(origin, record.token())
    assert len(app.search("Observation").ids) == 3
    _end(world.patient(record), "/access/people", str(viewer))
    assert app.search("Observation").status == 401
    assert len(own.search("Observation").ids) == 3


def test_an_app_of_somebody_shown_out_reads_nothing_until_they_are_let_in_again(
    record: Record,
    carer: Record,  # noqa: ARG001
    origin: str,
) -> None:
    patient_id, proxy, client = record.patient.patient_id, uuid.UUID(_proxy(record)), uuid.uuid4()
    granted = next(act for _, act in access_queries.acts(patient_id) if isinstance(act, events.ProxyGranted))
    authorised = events.AppAuthorised(viewer=client, acts_for=proxy, scopes=EVERYTHING)
    access.record(patient_id=patient_id, act=authorised, by=BY, at=AT, behind=client)
    token = access.issue_token(
        patient_id=patient_id, viewer_id=proxy, client_id=client, scopes=EVERYTHING, expires=AT + timedelta(hours=1),
        by=BY, at=AT,
    )  # fmt: skip
    app = App(origin, token)
    assert len(app.search("Observation").ids) == 3
    _end(world.patient(record), "/access/people", str(proxy))
    assert (app.search("Observation").status, app.search("Observation").ids) == (200, [])
    access.record(patient_id=patient_id, act=granted, by=BY, at=AT)
    assert len(app.search("Observation").ids) == 3


def test_an_app_is_disconnected_at_once_and_no_other(record: Record, app: App, origin: str) -> None:
    first = record.app
    record.let_in(uuid.uuid4())
    other = App(origin, record.token())
    browser = world.patient(record)
    page = browser.get("/access/apps").text
    assert page.count("Connected on") == 2
    assert "Measurements" in page
    _end(browser, "/access/apps", str(first))
    assert (app.search("Observation").status, len(other.search("Observation").ids)) == (401, 3)
    assert browser.get("/access/apps").text.count("Connected on") == 1


def test_nobody_shows_out_another_patients_guests(record: Record, carer: Record) -> None:
    stranger, theirs = world.patient(made_record()), world.patient(carer)
    before = access_queries.acts(record.patient.patient_id)
    proxy = _proxy(record)
    theirs.post("/people", {"viewer": proxy})
    for browser, status in ((stranger, 200), (theirs, 404)):
        for address, viewer in (("/access/people", proxy), ("/access/apps", str(record.app))):
            assert browser.post(address, {"viewer": viewer, **YES}).status_code == status
    assert access_queries.acts(record.patient.patient_id) == before


def test_who_acts_for_somebody_changes_nothing_for_them(record: Record, carer: Record) -> None:
    theirs = world.patient(carer)
    before = access_queries.acts(record.patient.patient_id)
    theirs.post("/people", {"viewer": _proxy(record)})
    told = theirs.get("/access")
    assert "the record of somebody else" in told.text
    assert theirs.post("/access/change", {"wish": "decline", **YES}).status_code == 404
    for path in ("/access/level", "/access/people", "/access/apps", "/access/looked"):
        assert theirs.get(path).status_code == 404
    assert access_queries.acts(record.patient.patient_id) == before


def _staff_page(record: Record) -> str:
    return f"/staff/patients/{record.patient.public_id}/people"


@pytest.mark.parametrize("reason", EndReason)
def test_staff_end_a_persons_access_with_a_reason(record: Record, carer: Record, reason: EndReason) -> None:
    """R27."""
    address, viewer = _staff_page(record), _proxy(record)
    clinician, theirs = world.staff(), world.patient(carer)
    theirs.post("/people", {"viewer": viewer})
    assert theirs.get(SEEN).text.count(LINE) == 3
    listed = clinician.get(address).text
    assert "Kim Carer" in listed
    assert "The patient&#39;s consent" in listed
    assert clinician.post(address, {"viewer": viewer, "reason": reason}).status_code == 200
    assert "Choose why" in clinician.post(address, {"viewer": viewer, **YES}).text
    assert theirs.get(SEEN).text.count(LINE) == 3, "nothing happens before a reason is given and confirmed"
    done = clinician.post(address, {"viewer": viewer, "reason": reason, **YES})
    assert done.headers["Location"] == f"{address}?saved"
    left = theirs.get(SEEN).text
    assert LINE not in left
    assert record.patient.family not in left
    assert "Nobody acts for this patient here." in clinician.get(address).text
    sql = "SELECT event, authority, details FROM audit_change WHERE patient_id = %s ORDER BY writer, sequence"
    *_, last = CHANGE.fetch(sql, (record.patient.patient_id,))
    assert tuple(last) == ("proxy_revoked", "staff:access", f'{{"reason":"{reason.value}"}}')


@pytest.mark.parametrize("role", [Role.READER, Role.IG_LEAD])
def test_who_may_not_end_a_persons_access(record: Record, carer: Record, role: Role) -> None:  # noqa: ARG001
    address, browser = _staff_page(record), world.staff(ORG, (role,))
    before = access_queries.acts(record.patient.patient_id)
    shown = browser.get(address).text
    assert "Kim Carer" in shown
    assert "End access" not in shown
    form = {"viewer": _proxy(record), "reason": "patient", **YES}
    assert browser.post(address, form).status_code == 403
    assert access_queries.acts(record.patient.patient_id) == before


def test_an_app_is_nobody_who_acts_for_the_patient(record: Record) -> None:
    before = access_queries.acts(record.patient.patient_id)
    form = {"viewer": str(record.app), "reason": "patient", **YES}
    assert world.staff().post(_staff_page(record), form).headers["Location"] == f"{_staff_page(record)}?gone"
    assert access_queries.acts(record.patient.patient_id) == before


@pytest.fixture
def offered(record: Record) -> Iterator[Record]:
    """The surgery lets its patients see who looked."""
    registry_actions.set_policy(ods=ORG, policy=Policy(lookers_offered=True), by=BY, at=OPENED)
    yield record
    registry_actions.set_policy(ods=ORG, policy=Policy(), by=BY, at=OPENED)


def _words(html: str) -> list[str]:
    return [cell.split("</td>")[0] for cell in html.split('<td class="nhsuk-table__cell">')[1:]]


def test_who_looked_is_day_organisation_and_role(offered: Record, carer: Record, app: App) -> None:
    """R20."""
    browser, clinician, theirs = world.patient(offered), world.staff(), world.patient(carer)
    assert _words(browser.get("/access/looked").text) == []
    (entry,) = app.search("Observation", _count=1).ids
    clinician.get(f"/staff/patients/{offered.patient.public_id}")
    theirs.post("/people", {"viewer": _proxy(offered)})
    theirs.get(SEEN)
    found = _words(browser.get("/access/looked").text)
    assert sorted(zip(found[::3], found[1::3], found[2::3], strict=True)) == [
        ("3 March 2025", "Made-up Surgery", "Clinician"),
        ("3 March 2025", "Online", "An app"),
        ("3 March 2025", "Online", "Somebody who acts for you"),
        ("3 March 2025", "Online", "You"),
    ]
    assert entry not in browser.get("/access/looked").text


def test_a_look_at_what_is_hidden_looks_like_any_other(offered: Record, app: App) -> None:
    public = app.search("Observation").ids[0]
    entry = offered.entry(public)
    browser, clinician = world.patient(offered), world.staff()
    base = f"/staff/patients/{offered.patient.public_id}"
    clinician.get(f"{base}/entries/{uuid.UUID(bytes=entry)}")
    browser.get(SEEN)
    before = browser.get("/access/looked").text
    by = Actor(ActorKind.STAFF, "s", "clinician", "staff:screening", organisation=str(ORG))
    acts.hide(
        patient_id=offered.patient.patient_id, entry_id=entry, reason=HideReason.OTHER, responsible=None, by=by, at=AT
    )
    clinician.get(f"{base}/entries/{uuid.UUID(bytes=entry)}")
    assert browser.get("/access/looked").text == before


def test_months_are_paged_and_odd_ones_refused(offered: Record) -> None:
    browser, read = world.patient(offered), offered.patient.patient_id
    by = Actor(ActorKind.STAFF, "s", "reader", "staff:record", organisation=str(ORG))
    for day in ((2024, 12, 31, 23), (2025, 1, 31, 22), (2025, 3, 1, 0)):
        at = datetime(*day, 30, tzinfo=UTC)
        reads.record_read(Read(by=by, at=at, patient_id=read, channel="staff", route="/staff/patients"))
    newest = browser.get("/access/looked").text
    assert _words(newest) == ["1 March 2025", "Made-up Surgery", "Practice staff"]
    assert "?month=2025-01" in newest, "an empty month is passed over"
    january = browser.get("/access/looked?month=2025-01").text
    assert _words(january)[::3] == ["31 January 2025"]
    december = browser.get("/access/looked?month=2024-12").text
    assert _words(december)[::3] == ["31 December 2024"]
    assert "?month=" not in december.partition("<main")[2]
    assert "Nobody looked at your record." in browser.get("/access/looked?month=2025-02").text
    for odd in ("2025-04", "2025-13", "2025-00", "x", "", "0000-01", "9999-12", "2025-1", "202\u0665-01"):
        assert browser.get("/access/looked", {"month": odd}).status_code == 404


def test_a_practice_that_does_not_offer_it_says_so(record: Record) -> None:
    browser = world.patient(record)
    assert "Your surgery does not offer this." in browser.get("/access/looked").text
    assert registry.policy(ORG) == Policy()
    assert browser.get("/access/looked?month=2025-01").status_code == 200


def test_a_watched_patient_is_not_told_even_while_access_goes_on(offered: Record) -> None:
    browser = world.patient(offered)
    code = events.CodeArrived(entry=uuid.uuid4(), code="104", effective=date(2025, 3, 1), recorded=AT)
    access.record(patient_id=offered.patient.patient_id, act=code, by=BY, at=AT)
    assert browser.get(SEEN).text.count(LINE) == 3
    assert "Your surgery does not offer this." in browser.get("/access/looked").text


def test_whoever_lets_somebody_in_again_reads_why_their_access_ended(record: Record, carer: Record) -> None:
    """R27: the reason is kept for that; the form is reached from a request, too, without the list before it."""
    staff, people = world.staff(), f"/staff/patients/{record.patient.public_id}/people"
    for page in (people, f"{people}/new"):
        assert "Access that has ended" not in staff.get(page).text
    sent = {"viewer": _proxy(record), "reason": "safeguarding", **YES}
    assert staff.post(people, sent).status_code == 303
    for page in (people, f"{people}/new"):
        told = staff.get(page).text.partition("Access that has ended")[2]
        for words in ("Kim Carer", "3 March 2025", "Safeguarding"):
            assert words in told
    for browser, page in ((world.patient(record), "/access/people"), (world.patient(carer), "/people")):
        assert "Safeguarding" not in browser.get(page).text


def test_an_access_that_came_to_its_last_day_is_told_too(record: Record, carer: Record) -> None:
    del carer
    changed = events.ProxyChanged(viewer=uuid.UUID(_proxy(record)), level=4, expires=date(2025, 3, 3))
    access.record(patient_id=record.patient.patient_id, act=changed, by=BY, at=OPENED + timedelta(days=1))
    told = world.staff().get(f"/staff/patients/{record.patient.public_id}/people").text
    assert "Its last day came" in told.partition("Access that has ended")[2]


def test_a_page_that_has_grown_old_says_that_somebody_was_faster(record: Record, carer: Record) -> None:
    """The patient ended it while staff had it in front of them."""
    del carer
    staff, people, viewer = world.staff(), f"/staff/patients/{record.patient.public_id}/people", _proxy(record)
    _end(world.patient(record), "/access/people", viewer)
    sent = {"viewer": viewer, "reason": "safeguarding", **YES}
    for answer in (
        staff.get(f"{people}/{viewer}/change"),
        staff.post(f"{people}/{viewer}/change", {"level": "1"}),
        staff.post(f"{people}/{viewer}/letter"),
        staff.post(people, sent),
    ):
        assert answer.headers["Location"] == f"{people}?gone"
    assert "does not act for the patient any more" in staff.get(f"{people}?gone").text
    for unknown in (f"{people}/{uuid.uuid4()}/change", f"{people}/{uuid.uuid4()}/letter"):
        assert staff.post(unknown, {"level": "1"}).status_code == 404
