"""What is another practice's is nobody's: the same answers, byte for byte, and no preview of what came after a move."""

import re
import uuid
from datetime import date

import pytest
from django.test import Client
from django.urls import resolve

from openrecord.identity import queries as identity
from openrecord.identity.types import Role
from openrecord.kit.ids import spelt
from openrecord.registry import actions as registry_actions
from openrecord.registry import queries as registry
from openrecord.registry.types import OdsCode, Policy, Practice
from openrecord.restricted import queries as restricted
from openrecord.screening import queries as screening
from openrecord.staff import urls
from tests.integration.fhir.world import AT, BY, OPENED, ORG, App, Record, made_record
from tests.integration.pages import world

OTHER = OdsCode("Y90778")
PATHS = (
    "/staff/patients/{patient}",
    "/staff/patients/{patient}/entries/{entry}",
    "/staff/patients/{patient}/entries/{entry}/hide",
    "/staff/patients/{patient}/entries/{entry}/unhide",
    "/staff/patients/{patient}/entries/{entry}/somebody-elses",
    "/staff/queue/{patient}/{entry}",
    "/staff/patients/{patient}/wishes",
    "/staff/decisions/{patient}/enhanced-review",
    "/staff/decisions/{patient}/age-review/{patient}",
    "/staff/patients/{patient}/circumstances",
    "/staff/patients/{patient}/first-day",
    "/staff/patients/{patient}/own-access",
    "/staff/patients/{patient}/people",
    "/staff/patients/{patient}/open",
    "/staff/patients/{patient}/came-restricted",
    "/staff/patients/{patient}/restrict",
    "/staff/patients/{patient}/people/new",
    "/staff/patients/{patient}/people/told",
    "/staff/patients/{patient}/cards",
    "/staff/patients/{patient}/together",
    "/staff/patients/{patient}/together/{patient}/part",
    "/staff/patients/{patient}/kept",
    "/staff/patients/{patient}/kept/new",
    "/staff/patients/{patient}/kept/new?entry={entry}",
    "/staff/patients/{patient}/people/{patient}/change",
    "/staff/patients/{patient}/people/{patient}/letter",
    "/staff/patients/{patient}/requests/new",
    "/staff/patients/{patient}/requests/new/history",
    "/staff/requests/{patient}/{entry}",
    "/staff/requests/{patient}/{entry}/grant",
    "/staff/requests/{patient}/{entry}/entries",
    "/staff/patients/{patient}/entries/{entry}/files/{entry}/document",
    "/staff/patients/{patient}/entries/{entry}/files/{entry}/view",
    "/staff/patients/{patient}/entries/{entry}/files/{entry}/save",
    "/staff/patients/{patient}/entries/{entry}/files/{entry}/seen",
    "/staff/patients/{patient}/entries/{entry}/files/{entry}/unseen",
    *(
        f"/staff/patients/{{patient}}/preview{seer}{page}"
        for seer in ("", "/as/{patient}")
        for page in (
            "",
            "/timeline",
            "/search",
            "/search/clear",
            "/on-its-way",
            "/covid",
            "/measurements",
            "/measurements/{entry}",
            "/documents/{entry}/files/{entry}/document",
            "/documents/{entry}/files/{entry}/view",
            "/documents/{entry}/files/{entry}/save",
        )
    ),
)
FORM = {
    "reason": "other",
    "confirmed": "yes",
    "responsible": "Dr Who",
    "decision": "hide",
    "seen": "0.0",
    "wish": "decline",
    "method": "phone",
    "number": "9990000018",
    "sure": "yes",
    "level": "4",
    "change": "died",
}


def test_every_page_about_a_patient_is_walked() -> None:
    """So that a new page is not forgotten."""
    unknown = str(uuid.uuid4())
    walked = {resolve(path.partition("?")[0].format(patient=unknown, entry=unknown)).route for path in PATHS}
    every = {f"staff/{pattern.pattern}" for pattern in urls.urlpatterns}
    assert {route for route in every if "public_id" in route} - walked == set()


def test_every_other_id_is_walked() -> None:
    """The ids that are no patient's (test_what_another_practice_keeps_is_nobodys)."""
    every = {str(pattern.pattern) for pattern in urls.urlpatterns}
    assert {route for route in every if "<uuid:" in route and "public_id" not in route} == {
        "practice/proposals/<uuid:proposal_id>",
        "practice/staff/<uuid:staff_id>",
        "practice/staff/<uuid:staff_id>/end",
        "openings/<uuid:opening_id>",
    }


@pytest.fixture
def others(record: Record) -> Client:  # noqa: ARG001
    """The browser of a clinician at another practice."""
    if registry.practice(OTHER) is None:
        practice = Practice(OTHER, "Other Surgery", policy=Policy())
        registry_actions.add_practice(practice=practice, valid_from=date(2020, 1, 1), by=BY, at=OPENED)
    return world.staff(OTHER)


def _answer(browser: Client, path: str, method: str, patient: object, entry: object) -> tuple[int, str, object]:
    address = path.format(patient=patient, entry=entry)
    answer = browser.post(address, FORM) if method == "POST" else browser.get(address)
    ids = re.compile(f"{patient}|{entry}")
    return answer.status_code, ids.sub("ID", answer.text), sorted(answer.headers.items())


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", PATHS)
def test_another_practices_patient_is_nobody(record: Record, app: App, others: Client, path: str, method: str) -> None:
    public = app.search("Observation").ids[0]
    for entry in (spelt(record.entry(public)), public):
        theirs = _answer(others, path, method, record.patient.public_id, entry)
        assert theirs == _answer(others, path, method, uuid.uuid4(), uuid.uuid4())
        assert theirs[0] in {404, 405}
    states = screening.states(record.patient.patient_id).values()
    assert not any(state.facts.stance.hides or state.facts.wrong_person for state in states)
    assert len(app.search("Observation").ids) == 3


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_another_practice_keeps_is_nobodys(record: Record, others: Client, method: str) -> None:
    """A change of policy, a member of staff, an opened record."""
    proposal = registry_actions.propose_policy(ods=ORG, policy=Policy(review_age=12), base=1, by=BY, at=AT)
    manager = world.staff(ORG, (Role.MANAGER,))
    opened = manager.post(f"/staff/patients/{record.patient.public_id}/open", {"ground": "care", "words": "Fell."})
    assert opened.status_code == 303
    [opening] = [one for one in restricted.unchecked(ORG, limit=99) if one.patient_id == record.patient.patient_id]
    member = identity.staff_of(ORG)[0].staff_id
    for path, named in (
        ("/staff/practice/proposals/{entry}", proposal),
        ("/staff/practice/staff/{entry}", member),
        ("/staff/practice/staff/{entry}/end", member),
        ("/staff/openings/{entry}", opening.opening_id),
    ):
        nobody = uuid.uuid4()
        theirs = _answer(others, path, method, named, named)
        assert theirs == _answer(others, path, method, nobody, nobody), path
        assert theirs[0] == 404, path


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", [path for path in PATHS if "{entry}" in path])
def test_another_practices_entry_is_nobodys(record: Record, others: Client, path: str, method: str) -> None:
    """Of a patient whom both practices know."""
    registry_actions.register(patient_id=record.patient.patient_id, ods=OTHER, start=date(2025, 3, 1), by=BY, at=OPENED)
    for entry in map(spelt, screening.states(record.patient.patient_id)):
        theirs = _answer(others, path, method, record.patient.public_id, entry)
        assert theirs == _answer(others, path, method, record.patient.public_id, uuid.uuid4())
        assert theirs[0] in {404, 405}


@pytest.mark.parametrize("path", ["/staff/queue/decide", "/staff/queue/undo", "/staff/queue?done=hide&last={last}"])
def test_forms_that_name_another_practices_entry_do_nothing(record: Record, others: Client, path: str) -> None:
    patient_id = record.patient.patient_id
    registry_actions.register(patient_id=patient_id, ods=OTHER, start=date(2025, 3, 1), by=BY, at=OPENED)
    for entry in screening.states(patient_id):
        named = f"{record.patient.public_id}/{spelt(entry)}"
        form = {**FORM, "key": f"{named}/{screening.stamp(patient_id, entry)}"}
        answer = others.get(path.format(last=named)) if "last" in path else others.post(path, form)
        assert answer.status_code == 404
    assert not any(state.facts.stance.hides for state in screening.states(patient_id).values())


def test_a_practice_that_the_patient_left_previews_nothing(record: Record, others: Client) -> None:
    """The preview is the whole record as the patient sees it, also what other practices wrote since."""
    base = f"/staff/patients/{record.patient.public_id}"
    registry_actions.register(
        patient_id=record.patient.patient_id, ods=OTHER, start=date(2020, 1, 1), end=date(2025, 3, 3), by=BY, at=OPENED
    )
    assert others.get(base).status_code == 200
    assert f"{base}/preview" not in others.get(base).text
    as_app = f"preview/as/{record.app}"
    previews = ("preview", "preview/timeline", "preview/search", "preview/measurements", as_app, f"{as_app}/timeline")
    for path in ("wishes", "people", *previews, f"preview/measurements/{uuid.uuid4()}"):
        assert others.get(f"{base}/{path}").status_code == 404
    ours = world.staff(ORG)
    assert f"{base}/preview" in ours.get(base).text
    assert ours.get(f"{base}/preview/measurements").status_code == 200
    assert ours.get(f"{base}/{as_app}/timeline").status_code == 200


@pytest.mark.parametrize("roles", [(Role.READER,), (Role.MANAGER, Role.IG_LEAD)])
def test_who_may_not_decide_hides_nothing(record: Record, roles: tuple[Role, ...]) -> None:
    browser = world.staff(ORG, roles)
    for entry in map(spelt, screening.states(record.patient.patient_id)):
        for deed in ("hide", "unhide"):
            address = f"/staff/patients/{record.patient.public_id}/entries/{entry}/{deed}"
            assert browser.get(address).status_code == browser.post(address, FORM).status_code == 403
    assert not any(state.facts.stance.hides for state in screening.states(record.patient.patient_id).values())


def test_another_persons_entry_is_nobodys(record: Record, app: App) -> None:
    stranger = world.patient(made_record())
    public = app.search("Observation").ids[0]
    theirs, nobodys = (stranger.get(f"/record/measurements/{entry}") for entry in (public, uuid.uuid4()))
    assert (theirs.status_code, nobodys.status_code) == (404, 404)
    assert theirs.text.replace(public, "ID") == re.sub(r"measurements/[0-9a-f-]{36}", "measurements/ID", nobodys.text)
    assert sorted(theirs.headers.items()) == sorted(nobodys.headers.items())
    assert world.patient(record).get(f"/record/measurements/{public}").status_code == 200
