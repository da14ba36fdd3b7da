"""A practice lets somebody act for a patient: on which terms, by a code from a letter or by linking who is known."""

import re
import uuid
from datetime import date, timedelta

import pytest
from django.test import Client

from openrecord.access import actions as access
from openrecord.access import events, invitations
from openrecord.access import queries as access_queries
from openrecord.access.events import Evidence, Relation
from openrecord.access.types import Basis, ViewerKind
from openrecord.audit.sources import CHANGE
from openrecord.cards import keyring
from openrecord.cards import queries as cards
from openrecord.caseload import actions as caseload
from openrecord.caseload.events import IdentityChecked
from openrecord.caseload.types import Kind, Proof, Wish
from openrecord.identity import queries as identity
from openrecord.identity.types import Role
from openrecord.kit import clock
from openrecord.kit.instants import to_micros
from openrecord.kit.london import midnight
from openrecord.registry import actions as registry_actions
from openrecord.registry.types import Policy
from tests.integration.fhir.world import AT, BY, OPENED, ORG, Record, made_record
from tests.integration.pages import world
from tests.integration.pages.test_covid import vaccination

SEEN = "/record/measurements"
LINE = "or-line__title"
FORM = {
    "given": "Kim",
    "family": "Carer",
    "born-day": "10",
    "born-month": "5",
    "born-year": "1980",
    "number": "",
    "relation": "carer",
    "basis": "consent",
    "evidence": "spoken_consent",
    "seen-day": "3",
    "seen-month": "3",
    "seen-year": "2025",
    "level": "4",
    "expires-day": "1",
    "expires-month": "3",
    "expires-year": "2026",
}
CODE = re.compile(r"(?<![\w-])[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){2}(?![\w-])")  # no piece of a UUID


@pytest.fixture
def carer(record: Record) -> Record:  # noqa: ARG001
    """Somebody with a record of their own who does not act for anybody."""
    return made_record("Carer", "Kim")


def people_page(record: Record) -> str:
    return f"/staff/patients/{record.patient.public_id}/people"


def proxies(record: Record) -> list[access_queries.Linked]:
    return [
        one
        for one in access_queries.linked(record.patient.patient_id, at=clock.now())
        if one.viewer.kind is ViewerKind.PROXY
    ]


def let_in(record: Record, **changes: str) -> Client:
    staff = world.staff()
    done = staff.post(f"{people_page(record)}/new", {**FORM, **changes})
    assert done.headers.get("Location") == f"{people_page(record)}?saved", done.text
    return staff


def _letter(staff: Client, record: Record) -> str:
    (one,) = proxies(record)
    letter = staff.post(f"{people_page(record)}/{one.viewer.viewer_id}/letter")
    assert letter.status_code == 200
    assert letter.headers["Cache-Control"] == "no-store"
    return CODE.findall(letter.text)[0]


def use(browser: Client, code: str) -> int:
    return browser.post("/people/code", {"code": code}).status_code


def _events(record: Record) -> list[str]:
    sql = "SELECT event FROM audit_change WHERE patient_id = %s ORDER BY writer, sequence"
    return [event for (event,) in CHANGE.fetch(sql, (record.patient.patient_id,))]


def test_a_letter_links_whoever_it_is_for(record: Record, carer: Record) -> None:
    """R21, R23, R28."""
    staff, theirs = let_in(record), world.patient(carer)
    (one,) = proxies(record)
    assert (one.viewer.basis, one.viewer.expires, one.behind) == (Basis.CONSENT, date(2026, 3, 1), None)
    *_, granted = (act for _, act in access_queries.acts(record.patient.patient_id))
    assert isinstance(granted, events.ProxyGranted)
    assert (granted.relation, granted.evidence, granted.seen_on) == (
        Relation.CARER,
        Evidence.SPOKEN_CONSENT,
        date(2025, 3, 3),
    )
    listed = staff.get(people_page(record)).text
    assert "The patient told us in person, by Sam Desk on 3 March 2025" in listed
    assert "Not yet: they need a letter with a code" in listed
    assert theirs.get(SEEN).text.count(LINE) == 0
    assert use(theirs, _letter(staff, record).lower().replace("-", " ")) == 303
    home = theirs.get("/home").text
    assert "You are acting for" in home
    assert theirs.get(SEEN).text.count(LINE) == 3
    assert "Print a letter" not in staff.get(people_page(record)).text
    assert _events(record)[-3:] == ["proxy_granted", "proxy_code_made", "viewer_bound"]


def test_the_code_is_stored_nowhere_and_works_once(record: Record, carer: Record) -> None:
    staff, theirs = let_in(record), world.patient(carer)
    old, code = _letter(staff, record), _letter(staff, record)
    plain = code.replace("-", "")
    row = invitations.InvitationRow.objects.get(patient_id=record.patient.patient_id)
    assert plain not in str(vars(row))
    assert plain.encode() not in bytes(row.code_hash or b"")
    assert use(theirs, old) == 200, "a newer letter takes the older one's place"
    assert use(theirs, code) == 303
    assert use(theirs, code) == 200
    assert invitations.InvitationRow.objects.get(patient_id=record.patient.patient_id).code_hash is None


@pytest.mark.parametrize(
    "why", ["somebody else", "other number", "too late", "ended", "the patient", "protected", "died"]
)
def test_a_code_that_links_nobody_says_nothing_of_why(record: Record, carer: Record, why: str) -> None:
    number = made_record("Carer", "Kim").patient.nhs_number if why == "other number" else ""
    family = record.patient.family if why == "the patient" else "Carer"
    staff = let_in(record, number=number, family=family)
    code = _letter(staff, record)
    theirs = world.patient({"somebody else": made_record("Other", "Kim"), "the patient": record}.get(why, carer))
    if why == "too late":
        rows = invitations.InvitationRow.objects.filter(patient_id=record.patient.patient_id)
        assert rows.get().ends_at == to_micros(midnight(date(2025, 3, 18)))
        rows.update(ends_at=to_micros(AT))
    if why == "ended":
        (one,) = proxies(record)
        staff.post(people_page(record), {"viewer": str(one.viewer.viewer_id), "reason": "mistake", "confirmed": "yes"})
    if why == "protected":
        registry_actions.flag_address(patient_id=record.patient.patient_id, by=BY, at=AT)
    if why == "died":
        registry_actions.record_death(patient_id=record.patient.patient_id, died=True, by=BY, at=AT)
    refused = theirs.post("/people/code", {"code": code})
    assert "We cannot use this code." in refused.text
    never = theirs.post("/people/code", {"code": "ABCD-EFGH-JKMN"})
    assert _without_typed(refused.text) == _without_typed(never.text)
    assert record.patient.given not in refused.text or why == "the patient"
    assert all(one.behind is None for one in proxies(record))


def _without_typed(page: str) -> str:
    return re.sub(r'(name="csrfmiddlewaretoken" value|name="code" type="text" value)="[^"]*"', "", page)


def test_nobody_tries_many_codes(record: Record, carer: Record) -> None:
    """By person, not by session: signing in anew helps nobody."""
    staff = let_in(record)
    theirs = world.patient(carer)
    answers = [use(theirs, f"ABCD-EFGH-{number:04d}") for number in range(10)]
    assert answers == [200] * 10
    again = world.patient(carer)
    assert use(again, _letter(staff, record)) == 429


def test_who_is_known_by_number_is_linked_at_once(record: Record, carer: Record) -> None:
    theirs = world.patient(carer)
    let_in(record, number=carer.patient.nhs_number)
    (one,) = proxies(record)
    assert one.behind is not None
    assert theirs.post("/people", {"viewer": str(one.viewer.viewer_id)}).status_code == 303
    assert theirs.get(SEEN).text.count(LINE) == 3


def test_let_in_again_they_are_who_they_were(record: Record, carer: Record) -> None:
    """What is kept from them by name stays kept."""
    world.patient(carer)
    staff = let_in(record, number=carer.patient.nhs_number)
    (before,) = proxies(record)
    form = {"viewer": str(before.viewer.viewer_id), "reason": "not_needed", "confirmed": "yes"}
    staff.post(people_page(record), form)
    assert proxies(record) == []
    let_in(record, number=carer.patient.nhs_number)
    (after,) = proxies(record)
    assert after.viewer.viewer_id == before.viewer.viewer_id


def test_a_number_with_another_name_links_nobody(record: Record, carer: Record) -> None:
    """And staff learn nothing of whose number it is."""
    world.patient(carer)
    let_in(record, number=carer.patient.nhs_number, family="Other")
    (one,) = proxies(record)
    assert (one.behind, one.invited) == (None, "Kim Other")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"given": ""}, "Enter their first name"),
        ({"born-day": "", "born-month": "", "born-year": ""}, "Enter their date of birth"),
        ({"born-year": "18"}, "Enter a real date"),
        ({"number": "123"}, "Enter a real NHS number"),
        ({"relation": ""}, "Choose who they are to the patient"),
        ({"basis": "parental", "evidence": "birth_certificate"}, "no ground any more"),
        ({"evidence": "birth_certificate"}, "Choose something that shows the ground"),
        ({"seen-year": "2026"}, "Enter today or a date in the past"),
        ({"expires-day": "", "expires-month": "", "expires-year": ""}, "Enter the day on which access ends"),
        ({"expires-year": "2025"}, "Enter a date in the future"),
        ({"level": "0"}, "Choose how much they may see"),
        ({"family": "C" * 201}, "200 characters or fewer"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(record: Record, changes: dict[str, str], told: str) -> None:
    before = access_queries.acts(record.patient.patient_id)
    refused = world.staff().post(f"{people_page(record)}/new", {**FORM, **changes}).text
    assert told in refused
    assert "There is a problem" in refused
    assert 'value="Kim"' in refused or "given" in changes
    assert access_queries.acts(record.patient.patient_id) == before


def test_the_patients_own_number_is_refused(record: Record) -> None:
    refused = world.staff().post(f"{people_page(record)}/new", {**FORM, "number": record.patient.nhs_number})
    assert "own NHS number" in refused.text
    assert proxies(record) == []


def test_never_more_than_the_practice_gives(record: Record) -> None:
    """R22."""
    registry_actions.set_policy(ods=ORG, policy=Policy(level=2), by=BY, at=OPENED)  # type: ignore[arg-type]
    try:
        staff = world.staff()
        assert 'name="level" type="radio" value="3"' not in staff.get(f"{people_page(record)}/new").text
        assert "Choose how much they may see" in staff.post(f"{people_page(record)}/new", FORM).text
    finally:
        registry_actions.set_policy(ods=ORG, policy=Policy(), by=BY, at=OPENED)


def test_nobody_acts_for_who_must_not_be_found(record: Record) -> None:
    """R29: a flagged address."""
    registry_actions.flag_address(patient_id=record.patient.patient_id, by=BY, at=AT)
    staff = world.staff()
    assert "Nobody can be let in" in staff.get(f"{people_page(record)}/new").text
    assert staff.post(f"{people_page(record)}/new", FORM).status_code == 200
    assert proxies(record) == []


def test_another_scope_acts_at_once_and_begins_nothing_anew(record: Record, carer: Record) -> None:
    theirs = world.patient(carer)
    staff = let_in(record, number=carer.patient.nhs_number)
    (one,) = proxies(record)
    viewer = str(one.viewer.viewer_id)
    theirs.post("/people", {"viewer": viewer})
    assert theirs.get(SEEN).text.count(LINE) == 3
    address = f"{people_page(record)}/{viewer}/change"
    assert 'value="4" checked' in staff.get(address).text
    form = {name: FORM[name] for name in FORM if name.startswith(("level", "expires"))}
    clock.use(lambda: AT + timedelta(minutes=5))
    done = staff.post(address, {**form, "sections": ["results", "medications"]})
    assert done.headers["Location"] == f"{people_page(record)}?saved"
    assert LINE not in theirs.get(SEEN).text
    (after,) = proxies(record)
    assert after.viewer.granted == one.viewer.granted
    assert "Test results, Medicines" in staff.get(people_page(record)).text
    staff.post(address, form)
    assert theirs.get(SEEN).text.count(LINE) == 3


MISTAKE = {"about": "3 March 2024, Asthma", "words": "Not so"}


@pytest.mark.parametrize("given", [(), ("reports",), ("cards",), ("reports", "cards")])
def test_each_service_is_given_apart(record: Record, carer: Record, given: tuple[str, ...]) -> None:
    """Reading, reporting mistakes and vaccination cards; what is not given is not there, whatever address is asked."""
    keyring.use(keyring.parsed(keyring.with_new_key(keyring.EMPTY)))
    record.deliver(vaccination("v"))
    staff, theirs = world.staff(), world.patient(carer)
    form = {**FORM, "services": given, "number": carer.patient.nhs_number}
    assert staff.post(f"{people_page(record)}/new", form).status_code == 303
    (one,) = proxies(record)
    theirs.post("/people", {"viewer": str(one.viewer.viewer_id)})
    assert theirs.get(SEEN).text.count(LINE) == 3
    assert ("Report a mistake" in theirs.get("/requests").text) == ("reports" in given)
    sent = theirs.post("/requests/new/correction", MISTAKE)
    assert sent.status_code == (303 if "reports" in given else 404)
    assert ("Make a card" in theirs.get("/covid").text) == ("cards" in given)
    theirs.post("/covid/cards")
    assert len(cards.cards(record.patient.patient_id)) == ("cards" in given)
    listed, mine = staff.get(people_page(record)).text, world.patient(record).get("/access/people").text
    for service, words in (
        ("reports", "Ask about entries, and report mistakes"),
        ("cards", "Make Covid-19 vaccination cards"),
    ):
        assert (words in listed) == (words in mine) == (service in given)
    keyring.use(None)


def test_a_service_that_is_taken_away_is_gone_at_once(record: Record, carer: Record) -> None:
    keyring.use(keyring.parsed(keyring.with_new_key(keyring.EMPTY)))
    record.deliver(vaccination("v"))
    theirs = world.patient(carer)
    staff = let_in(record, number=carer.patient.nhs_number, services="cards")
    (one,) = proxies(record)
    theirs.post("/people", {"viewer": str(one.viewer.viewer_id)})
    card = theirs.post("/covid/cards").headers["Location"]
    assert theirs.get(card).status_code == 200
    address = f"{people_page(record)}/{one.viewer.viewer_id}/change"
    assert 'value="cards" checked' in staff.get(address).text
    assert 'value="reports" checked' not in staff.get(address).text
    staff.post(address, {name: FORM[name] for name in FORM if name.startswith(("level", "expires"))})
    assert theirs.get(card).status_code == 404
    assert theirs.get(SEEN).text.count(LINE) == 3
    assert "Only reading" in staff.get(people_page(record)).text
    keyring.use(None)


def test_who_was_let_in_before_services_were_told_apart_keeps_them(record: Record, carer: Record) -> None:
    viewer = uuid.uuid4()
    person = world.patient(carer)
    behind = identity.person_by_nhs_number(carer.patient.nhs_number)
    assert behind is not None
    act = events.ProxyGranted(viewer=viewer, basis="consent", listed_org=ORG, level=4)
    access.record(patient_id=record.patient.patient_id, act=act, by=BY, at=OPENED, behind=behind.person_id)
    person.post("/people", {"viewer": str(viewer)})
    assert person.post("/requests/new/correction", MISTAKE).status_code == 303


@pytest.mark.parametrize("role", [Role.READER, Role.SCREENER])
def test_who_may_not_let_anybody_in(record: Record, role: Role) -> None:
    world.patient(made_record("Carer", "Kim"))
    staff, reader = let_in(record), world.staff(ORG, (role,))
    (one,) = proxies(record)
    before = access_queries.acts(record.patient.patient_id)
    shown = reader.get(people_page(record)).text
    assert "Print a letter" not in shown
    assert "Let somebody act" not in shown
    base = people_page(record)
    for path in (f"{base}/new", f"{base}/{one.viewer.viewer_id}/change", f"{base}/{one.viewer.viewer_id}/letter"):
        assert reader.post(path, FORM).status_code == 403
    assert access_queries.acts(record.patient.patient_id) == before
    assert staff.post(f"{base}/{uuid.uuid4()}/letter").status_code == 404


def test_who_acts_may_stop(record: Record, carer: Record) -> None:
    theirs, mine = world.patient(carer), world.patient(record)
    let_in(record, number=carer.patient.nhs_number)
    (one,) = proxies(record)
    assert theirs.get("/access/stop").status_code == 404, "it is about whoever one acts for"
    theirs.post("/people", {"viewer": str(one.viewer.viewer_id)})
    assert "/access/stop" in theirs.get("/access").text
    assert "Stop acting for" in theirs.get("/access/stop").text
    assert theirs.post("/access/stop").headers["Location"] == "/people?stopped"
    assert "You no longer act for this person." in theirs.get("/people?stopped").text
    assert record.patient.family not in theirs.get("/people").text
    assert "Nobody acts for you here." in mine.get("/access/people").text
    *_, last = (act for _, act in access_queries.acts(record.patient.patient_id))
    assert isinstance(last, events.ProxyRevoked)
    assert (last.reason, last.method) == ("proxy", "online")


def test_a_request_opens_the_form_filled_in(record: Record) -> None:
    request_id = caseload.make(
        patient_id=record.patient.patient_id,
        ods=ORG,
        kind=Kind.PROXY,
        asker=access_queries.people_viewing(record.patient.patient_id, at=AT)[0].viewer_id,
        wish=Wish(about="Kim Anne Carer", words="My sister"),
        by=BY,
        at=AT,
    )
    staff = world.staff()
    page = f"/staff/requests/{record.patient.public_id}/{request_id}"
    link = f"{people_page(record)}/new?request={request_id}"
    assert link not in staff.get(page).text, "nobody knows yet who asks"
    checked = IdentityChecked(Proof.VOUCHING)
    caseload.act(patient_id=record.patient.patient_id, request_id=request_id, event=checked, seen=1, by=BY, at=AT)
    assert link in staff.get(page).text
    form = staff.get(link).text
    assert 'value="Kim Anne"' in form
    assert 'value="Carer"' in form
    assert 'value="Kim' not in staff.get(f"{people_page(record)}/new?request={uuid.uuid4()}").text
