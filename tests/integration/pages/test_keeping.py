"""A part of the record is kept from proxies only: they find no trace, the patient loses nothing."""

import uuid

import pytest
from django.test import Client

from openrecord.access import actions as access
from openrecord.access import events
from openrecord.access import queries as access_queries
from openrecord.audit.sources import CHANGE
from openrecord.identity import queries as identity
from openrecord.identity.types import Role
from openrecord.kit.ids import spelt
from tests.integration.fhir.world import AT, BY, EVERYTHING, OPENED, ORG, App, Record, made_record, observation
from tests.integration.pages import world

SEEN = "/record/measurements"
LINE = "or-line__title"
KEEP, KEPT = "/access/kept/new", "/access/kept"


def _proxy(record: Record, given: str) -> tuple[Client, uuid.UUID]:
    """Somebody who acts for the patient, looking at the record; and their viewer."""
    other = made_record("Carer", given)
    browser = world.patient(other)
    person = identity.person_by_nhs_number(other.patient.nhs_number)
    assert person is not None
    viewer = uuid.uuid4()
    granted = events.ProxyGranted(viewer=viewer, basis="lpa", listed_org=str(ORG), level=4)
    access.record(patient_id=record.patient.patient_id, act=granted, by=BY, at=OPENED, behind=person.person_id)
    browser.post("/people", {"viewer": str(viewer)})
    return browser, viewer


def _lines(browser: Client) -> int:
    return browser.get(SEEN).text.count(LINE)


def _saved(browser: Client, address: str, form: dict[str, object], back: str = KEPT) -> None:
    done = browser.post(address, form)
    assert done.headers.get("Location") == f"{back}?saved", done.text


def _first(app: App) -> str:
    return app.search("Observation").ids[0]


def test_a_patient_keeps_one_entry_from_one_proxy(record: Record, app: App, origin: str) -> None:
    public = _first(app)
    (mum, _mums), (dad, dads) = _proxy(record, "Kim"), _proxy(record, "Dan")
    mine = world.patient(record)
    assert f"{KEEP}?entry={public}" in mine.get(f"{SEEN}/{public}").text
    assert "Kim Carer" in mine.get(f"{KEEP}?entry={public}").text
    _saved(mine, f"{KEEP}?entry={public}", {"whom": [str(dads)]})
    assert (_lines(mine), _lines(mum), _lines(dad)) == (3, 3, 2)
    assert mine.get(f"{SEEN}/{public}").status_code == mum.get(f"{SEEN}/{public}").status_code == 200
    hidden, unknown = dad.get(f"{SEEN}/{public}"), dad.get(f"{SEEN}/{uuid.uuid4()}")
    assert (hidden.status_code, len(hidden.text)) == (404, len(unknown.text))
    token = access.issue_token(
        patient_id=record.patient.patient_id,
        viewer_id=dads,
        scopes=EVERYTHING,
        expires=AT.replace(hour=20),
        by=BY,
        at=AT,
    )
    theirs = App(origin, token)
    assert public not in theirs.search("Observation").ids
    assert theirs.search("Observation", _summary="count").json.get("total", 2) == 2
    assert mine.get(f"{KEEP}?entry={public}").headers["Location"] == KEPT, "it is kept already"
    listed = mine.get(KEPT).text
    assert "Body weight" in listed
    assert "Dan Carer" in listed
    (kept,) = access_queries.facts(record.patient.patient_id, at=AT).kept
    _saved(mine, KEPT, {"keep": str(kept.keep_id)})
    assert (_lines(mum), _lines(dad)) == (3, 3)
    assert "You keep nothing" in mine.get(KEPT).text


def test_a_patient_keeps_a_section_or_days_from_everybody_and_from_who_comes_later(record: Record) -> None:
    mine, (mum, _viewer) = world.patient(record), _proxy(record, "Kim")
    days = {"first-day": "2", "first-month": "2", "first-year": "2025", "last-day": "2", "last-month": "2"}
    _saved(mine, KEEP, {**days, "last-year": "2025"})
    assert (_lines(mine), _lines(mum)) == (3, 2)
    record.deliver(observation("d", "2025-02-02T10:00:00Z"))
    assert (_lines(mine), _lines(mum)) == (4, 2), "what arrives later is in it too"
    _saved(mine, KEEP, {"sections": ["observations"]})
    dad, _his = _proxy(record, "Dan")
    assert (_lines(mine), _lines(mum), _lines(dad)) == (4, 0, 0)
    listed = mine.get(KEPT).text
    assert "All sections, from 2 February 2025 to 2 February 2025" in listed
    assert "Measurements and procedures, all dates" in listed
    assert listed.count("Everybody who acts for you") == 2


def test_a_button_that_is_pressed_twice_keeps_once(record: Record) -> None:
    mine = world.patient(record)
    _proxy(record, "Kim")
    for form in ({"sections": ["medications"]}, {"first-day": "1", "first-month": "2", "first-year": "2025"}):
        for _twice in range(2):
            _saved(mine, KEEP, form)
    assert mine.get(KEPT).text.count("Share it with them again") == 2


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({}, "Choose sections, or enter a day, or both"),
        ({"first-day": "31", "first-month": "2", "first-year": "2025"}, "Enter a real date"),
        (
            {
                "first-day": "2", "first-month": "2", "first-year": "2025",
                "last-day": "1", "last-month": "2", "last-year": "2025",
            },
            "The last day must not be before the first",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(record: Record, form: dict[str, str], told: str) -> None:
    before = access_queries.acts(record.patient.patient_id)
    assert told in world.patient(record).post(KEEP, form).text
    staff = world.staff().post(f"/staff/patients/{record.patient.public_id}/kept/new", {**form, "reason": "other"})
    assert told in staff.text
    assert access_queries.acts(record.patient.patient_id) == before


def test_who_acts_for_the_patient_keeps_nothing_and_learns_nothing(record: Record, app: App) -> None:
    public = _first(app)
    mum, _viewer = _proxy(record, "Kim")
    assert "access/kept" not in mum.get(f"{SEEN}/{public}").text
    for path in (KEPT, KEEP, f"{KEEP}?entry={public}"):
        assert mum.get(path).status_code == 404
        assert mum.post(path, {"sections": ["observations"]}).status_code == 404
    assert access_queries.facts(record.patient.patient_id, at=AT).kept == ()


@pytest.mark.parametrize("entry", ["nonsense", str(uuid.uuid4())])
def test_only_what_one_sees_can_be_named(record: Record, entry: str) -> None:
    assert world.patient(record).get(f"{KEEP}?entry={entry}").status_code == 404
    staff = world.staff()
    assert staff.get(f"/staff/patients/{record.patient.public_id}/kept/new?entry={entry}").status_code == 404


def test_a_clinician_keeps_an_entry_with_a_reason(record: Record, app: App) -> None:
    public = _first(app)
    base = f"/staff/patients/{record.patient.public_id}"
    address = f"{base}/kept/new?entry={spelt(record.entry(public))}"
    clinician, (mum, viewer), mine = world.staff(), _proxy(record, "Kim"), world.patient(record)
    assert address in clinician.get(f"{base}/entries/{spelt(record.entry(public))}").text.replace("&amp;", "&")
    assert "Choose why it is kept" in clinician.post(address, {}).text
    assert _lines(mum) == 3
    _saved(clinician, address, {"reason": "safeguarding", "whom": [str(viewer)]}, f"{base}/kept")
    assert (_lines(mine), _lines(mum)) == (3, 2)
    assert "You keep nothing" in mine.get(KEPT).text, "it is the practice's, and not said to the patient"
    listed = clinician.get(f"{base}/kept").text
    for words in ("Body weight", "Kim Carer", "Safeguarding"):
        assert words in listed
    sql = "SELECT event, details FROM audit_change WHERE patient_id = %s ORDER BY writer, sequence"
    *_, last = CHANGE.fetch(sql, (record.patient.patient_id,))
    assert tuple(last) == ("part_kept", '{"reason":"safeguarding"}')
    (kept,) = access_queries.facts(record.patient.patient_id, at=AT).kept
    mine.post(KEPT, {"keep": str(kept.keep_id)})
    assert _lines(mum) == 2, "a patient does not undo what the practice keeps"
    _saved(clinician, f"{base}/kept", {"keep": str(kept.keep_id)}, f"{base}/kept")
    assert _lines(mum) == 3


def test_what_both_keep_stays_kept_until_both_share_it(record: Record, app: App) -> None:
    public = _first(app)
    base = f"/staff/patients/{record.patient.public_id}"
    clinician, (mum, _viewer), mine = world.staff(), _proxy(record, "Kim"), world.patient(record)
    _saved(mine, f"{KEEP}?entry={public}", {})
    address = f"{base}/kept/new?entry={spelt(record.entry(public))}"
    _saved(clinician, address, {"reason": "confidential"}, f"{base}/kept")
    assert "The patient chose it online" in clinician.get(f"{base}/kept").text
    mine.post(KEPT, {"keep": str(access_queries.facts(record.patient.patient_id, at=AT).kept[0].keep_id)})
    assert _lines(mum) == 2


@pytest.mark.parametrize("role", [Role.READER, Role.MANAGER, Role.IG_LEAD])
def test_who_may_not_keep_anything(record: Record, role: Role) -> None:
    base, browser = f"/staff/patients/{record.patient.public_id}", world.staff(ORG, (role,))
    before = access_queries.acts(record.patient.patient_id)
    assert "Keep a part of the record" not in browser.get(f"{base}/kept").text
    for path in (f"{base}/kept", f"{base}/kept/new"):
        assert browser.post(path, {"sections": ["observations"], "reason": "other"}).status_code == 403
    assert access_queries.acts(record.patient.patient_id) == before
