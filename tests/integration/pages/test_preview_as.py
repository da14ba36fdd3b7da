"""The preview as who acts for a patient and as an app: their own rows, never one more; always said as whom (R37)."""

import html
import random
import re
import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import pytest
from django.test import Client

from openrecord.access import actions as access
from openrecord.access import events
from openrecord.access.invitations import Invited, viewer_for
from openrecord.audit.sources import READ
from openrecord.clinical.kinds import Level
from openrecord.db import sql
from openrecord.fhir.types import SERVED
from openrecord.identity import queries as identity
from openrecord.identity.types import Role
from openrecord.registry import actions as registry_actions
from openrecord.screening import queries as screening
from openrecord.screening.actions import acts
from tests.integration.fhir.world import (
    AT,
    BY,
    EVERYTHING,
    OPENED,
    ORG,
    App,
    Record,
    made_record,
    observation,
    stopped,
    unknown_number,
)  # fmt: skip
from tests.integration.pages import world
from tests.integration.pages.test_awaited import request, sample
from tests.integration.pages.test_preview import EMPTY, base, body, filled, searched, walked

OPTIONS = re.compile(r'<option value="([^"]*)"( selected)?>([^<]*)')
WHOM = re.compile(r"or-acting--preview.*?<strong>(.*?)</strong>", re.DOTALL)
AWAITED = re.compile(r'or-awaited__title"><a href="[^"]*/([0-9a-f-]{36})"')
LABORATORY = "patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory"
QUERIES = ("timeline", "timeline?kind=test-results", "timeline?first=2025&last=2025", "measurements", "test-results")


@dataclass(frozen=True, slots=True)
class Carer:
    """Somebody who acts for a patient, their browser with that record open, and their grant."""

    browser: Client
    viewer: UUID
    person: UUID

    def preview(self, record: Record) -> str:
        """Where the preview as them begins."""
        return f"{base(record)}/as/{self.viewer}"


def carer_of(record: Record, basis: str = "lpa", level: Level = Level.FULL, **more: object) -> Carer:
    other = made_record("Carer", "Kim")
    browser = world.patient(other)
    person = identity.person_by_nhs_number(other.patient.nhs_number)
    assert person is not None
    viewer = uuid.uuid4()
    terms = {"basis": basis, "listed_org": str(ORG), "level": int(level), **more}
    granted = events.ProxyGranted(viewer=viewer, **terms)  # type: ignore[arg-type]
    access.record(patient_id=record.patient.patient_id, act=granted, by=BY, at=OPENED, behind=person.person_id)
    browser.post("/people", {"viewer": str(viewer)})
    return Carer(browser, viewer, person.person_id)


def kept(record: Record, **part: object) -> None:
    """Keep a part of the record from everybody who acts for the patient."""
    act = events.PartKept(keep=uuid.uuid4(), everyone=True, **part)  # type: ignore[arg-type]
    access.record(patient_id=record.patient.patient_id, act=act, by=BY, at=AT)


def without_account() -> Record:
    """A child who is registered at the surgery and has never signed in."""
    made_record()
    told = {"family": "Example", "given": "Ada", "born": date(2020, 2, 4), "gender": "female"}
    child = registry_actions.add_patient(nhs_number=unknown_number(), **told, by=BY, at=OPENED)  # type: ignore[arg-type]
    registry_actions.register(patient_id=child.patient_id, ods=ORG, start=date(2020, 2, 5), by=BY, at=OPENED)
    return Record(child)


def read_as(record: Record) -> list[tuple[str, UUID, UUID | None]]:
    """Of every read of the record by staff: the route, and the viewer and the app as whom it was."""
    told = (
        "SELECT route, viewer, client FROM audit_read WHERE patient_id = %s AND channel = %s ORDER BY writer, sequence"
    )
    found = READ.fetch(told, (record.patient.patient_id, "staff"))
    return [(route, sql.uuid(viewer), sql.uuid(client) if client else None) for route, viewer, client in found]


def same_pages(record: Record, carer: Carer, staff: Client) -> int:
    """Every list and search shows staff what it shows them; how many entries that are."""
    for path in QUERIES:
        assert walked(staff, f"{carer.preview(record)}/{path}") == walked(carer.browser, f"/record/{path}"), path
    for words in ("sodium", "weight", "nowhere"):
        own = searched(carer.browser, "/record/search", words)
        assert searched(staff, f"{carer.preview(record)}/search", words) == own
    return len(walked(staff, f"{carer.preview(record)}/timeline"))


@pytest.mark.parametrize("basis", ["consent", "lpa"])
@pytest.mark.parametrize("level", list(Level))
def test_as_a_proxy_it_has_their_own_rows(record: Record, basis: str, level: Level) -> None:
    chance = random.Random(int(level))
    filled(record, chance)
    carer, staff = carer_of(record, basis, level), world.staff()
    assert bool(same_pages(record, carer, staff)) == (level > Level.SUMMARY)
    for entry in list(screening.states(record.patient.patient_id))[::4]:
        acts.set_proxy_rule(
            patient_id=record.patient.patient_id, entry_id=entry, everyone=chance.random() < 0.5,
            excluded=(carer.viewer,), by=BY, at=AT,
        )  # fmt: skip
    kept(record, sections=("results", "observations"), first=date(2025, 2, 3), last=date(2025, 2, 5))
    fewer = same_pages(record, carer, staff)
    assert not fewer or fewer < len(walked(staff, f"{base(record)}/timeline"))
    record.lower(Level.SUMMARY)
    assert bool(same_pages(record, carer, staff)) == (level > Level.SUMMARY and basis == "lpa")


def test_as_a_proxy_an_entry_that_is_kept_from_them_is_nobodys(record: Record) -> None:
    carer, staff = carer_of(record), world.staff()
    public = walked(staff, f"{base(record)}/measurements")[0]
    shown = f"{carer.preview(record)}/measurements"
    assert staff.get(f"{shown}/{public}").status_code == 200
    kept(record, entry=UUID(public))
    hidden, never = staff.get(f"{shown}/{public}"), staff.get(f"{shown}/{uuid.uuid4()}")
    assert hidden.status_code == never.status_code == 404
    assert len(hidden.text) == len(never.text)
    assert staff.get(f"{base(record)}/measurements/{public}").status_code == 200


def api_ids(app: App) -> list[str]:
    """The id of everything that an app is served, whatever the type."""
    found: list[str] = []
    for fhir_type in SERVED:
        reply = app.search(fhir_type, _count=100)
        assert reply.status in {200, 403}
        found += reply.ids if reply.status == 200 else []
    return sorted(found)


@pytest.mark.parametrize("level", [Level.FULL, Level.DETAILED, Level.SUMMARY, Level.NONE])
@pytest.mark.parametrize("scopes", [EVERYTHING, ("patient/Condition.rs",), (LABORATORY,), ("launch/patient",)])
def test_as_an_app_it_has_what_the_api_serves(
    record: Record, origin: str, scopes: tuple[str, ...], level: Level
) -> None:
    filled(record, random.Random(7))
    record.lower(level)
    record.let_in(uuid.uuid4(), scopes)
    served = api_ids(App(origin, record.token(*scopes)))
    staff, shown = world.staff(), f"{base(record)}/as/{record.app}"
    assert sorted(walked(staff, f"{shown}/timeline")) == served
    sections = [f"{shown}/{slug}" for slug in ("test-results", "measurements", "health-conditions", "documents")]
    assert sorted(one for path in sections for one in walked(staff, path)) == served
    assert bool(served) == (level > Level.SUMMARY and scopes in {EVERYTHING, (LABORATORY,)})


def test_as_an_app_of_a_proxy_it_has_what_the_proxys_app_is_served(record: Record, origin: str) -> None:
    filled(record, random.Random(8))
    carer, app = carer_of(record), uuid.uuid4()
    act = events.AppAuthorised(viewer=app, acts_for=carer.viewer, scopes=EVERYTHING)
    access.record(patient_id=record.patient.patient_id, act=act, by=BY, at=OPENED, behind=uuid.uuid4())
    kept(record, first=date(2025, 2, 3), last=date(2025, 2, 5))
    token = access.issue_token(
        patient_id=record.patient.patient_id, viewer_id=carer.viewer, client_id=app, scopes=EVERYTHING,
        expires=AT + timedelta(hours=1), by=BY, at=AT,
    )  # fmt: skip
    staff, shown = world.staff(), f"{base(record)}/as/{app}"
    served = api_ids(App(origin, token))
    assert sorted(walked(staff, f"{shown}/timeline")) == served
    assert 0 < len(served) < len(walked(staff, f"{base(record)}/timeline"))
    assert "(for Kim Carer)" in WHOM.search(body(staff, shown))[1]  # type: ignore[index]
    access.record(patient_id=record.patient.patient_id, act=events.ProxyRevoked(viewer=carer.viewer), by=BY, at=AT)
    assert staff.get(shown).status_code == 404


def test_an_app_that_was_stopped_is_shown_nothing(record: Record) -> None:
    staff, shown = world.staff(), f"{base(record)}/as/{record.app}/timeline"
    assert len(walked(staff, shown)) == 3
    access.close(scope="channel", which="fhir", reason="test", by=BY, at=AT)
    try:
        assert walked(staff, shown) == []
        assert len(walked(staff, f"{base(record)}/timeline")) == 3
    finally:
        access.reopen(scope="channel", which="fhir", by=BY, at=AT)


def test_at_the_review_age_a_parent_is_shown_nothing_until_somebody_decides(stored: None) -> None:  # noqa: ARG001
    stopped()
    child = made_record("Example", "Ada", date(2014, 2, 4))
    child.deliver(observation("a", "2025-02-01"))
    carer, staff = carer_of(child, "parental", relation=events.Relation.PARENT), world.staff()
    assert same_pages(child, carer, staff) == 0
    told = [EMPTY.search(body(browser, f"{start}/measurements"))
            for browser, start in ((staff, carer.preview(child)), (carer.browser, "/record"))]  # fmt: skip
    assert told[0] is not None
    assert told[1] is not None
    assert told[0][1] == told[1][1]
    assert "Kim Carer (Mother or father)" in WHOM.search(body(staff, carer.preview(child)))[1]  # type: ignore[index]
    act = events.AgeReviewed(viewer=carer.viewer, age=11, carries_on=True)
    access.record(patient_id=child.patient.patient_id, act=act, by=BY, at=AT)
    assert same_pages(child, carer, staff) == 1


def test_a_patient_without_an_account_can_be_previewed_as_a_parent(stored: None) -> None:  # noqa: ARG001
    stopped()
    child = without_account()
    child.deliver(observation("a", "2025-02-01"))
    carer, staff = carer_of(child, "parental"), world.staff()
    own = body(staff, base(child))
    assert "has not signed in yet" in own
    assert str(carer.viewer) in own
    for path in ("timeline", "on-its-way", "search", "measurements", f"measurements/{uuid.uuid4()}"):
        assert staff.get(f"{base(child)}/{path}").status_code == 404
    assert same_pages(child, carer, staff) == 1


def test_whoever_does_not_read_this_record_is_nobody(record: Record) -> None:
    staff, stranger = world.staff(), made_record()
    ended = carer_of(record)
    access.record(patient_id=record.patient.patient_id, act=events.ProxyRevoked(viewer=ended.viewer), by=BY, at=AT)
    expired = carer_of(record, expires=date(2025, 3, 3))
    invited = Invited("Kim", "Late", date(1980, 1, 1), None)
    late = viewer_for(record.patient.patient_id, invited, at=AT)
    granted = events.ProxyGranted(viewer=late, basis="lpa", listed_org=str(ORG), level=4)
    access.record(patient_id=record.patient.patient_id, act=granted, by=BY, at=OPENED)
    gone = record.app
    access.record(patient_id=record.patient.patient_id, act=events.AppRevoked(viewer=gone), by=BY, at=AT)
    nobodys = uuid.uuid4()
    for viewer in (ended.viewer, expired.viewer, late, gone, stranger.viewer, stranger.app, record.viewer):
        for path in ("", "/timeline", "/on-its-way", "/search", "/measurements", f"/measurements/{nobodys}"):
            told = [staff.get(f"{base(record)}/as/{one}{path}") for one in (viewer, nobodys)]
            assert [one.status_code for one in told] == [404, 404]
            assert told[0].text.replace(str(viewer), "ID") == told[1].text.replace(f"as/{nobodys}", "as/ID")
        assert staff.get(base(record), {"viewer": str(viewer)}).status_code == 404
        assert str(viewer) not in body(staff, base(record))
    assert staff.get(base(record), {"viewer": "//evil.example"}).status_code == 404


def test_it_is_chosen_above_the_preview_and_said_on_every_page(record: Record) -> None:
    carer, staff = carer_of(record, relation=events.Relation.CHILD), world.staff()
    offered = [(value, html.unescape(words)) for value, _chosen, words in OPTIONS.findall(body(staff, base(record)))]
    assert offered == [
        ("", "Test Example (the patient)"),
        (str(carer.viewer), "Kim Carer (Son or daughter)"),
        (str(record.app), "App connected on 2 January 2024 (for Test Example)"),
    ]
    public = walked(staff, f"{base(record)}/measurements")[0]
    for value, words in offered:
        shown = staff.get(base(record), {"viewer": value}).headers["Location"]
        assert [one for one, chosen, _words in OPTIONS.findall(body(staff, shown)) if chosen] == [value]
        for path in ("", "/timeline", "/on-its-way", "/search", "/measurements", f"/measurements/{public}"):
            page = body(staff, f"{shown}{path}")
            assert WHOM.search(page)[1] == words  # type: ignore[index]
            assert ("Choose whose view</a>" in page) == bool(path)
            away = [href for href in re.findall(r'href="(/staff/patients/[^"]*/preview[^"]*)"', page)
                    if not href.startswith(shown) and href != base(record)]  # fmt: skip
            assert away == []
    assert "can read of the record of Test Example: all sections." in body(staff, f"{base(record)}/as/{record.app}")
    assert "sees of the record of Test Example." in body(staff, carer.preview(record))


def test_the_trail_says_as_whom(record: Record) -> None:
    carer, staff = carer_of(record), world.staff()
    public = walked(staff, f"{base(record)}/measurements")[0]
    searched(staff, f"{base(record)}/search", "weight")
    seen_as = {
        base(record): (record.viewer, None),
        carer.preview(record): (carer.viewer, None),
        f"{base(record)}/as/{record.app}": (record.viewer, record.app),
    }
    for shown, (viewer, client) in seen_as.items():
        for path in ("", "/timeline", "/on-its-way", "/measurements", f"/measurements/{public}"):
            before = len(read_as(record))
            body(staff, f"{shown}{path}")
            told = read_as(record)
            assert len(told) == before + 1
            assert told[-1] == ("/staff/preview", viewer, client)


def test_what_is_on_its_way_is_what_each_is_shown(record: Record) -> None:
    record.deliver(sample("s", "2025-02-20"), request("r", "2025-02-18"))
    carer, mine, staff = carer_of(record), world.patient(record), world.staff()
    kept(record, sections=("referrals",))
    for browser, shown in ((mine, base(record)), (carer.browser, carer.preview(record))):
        own = AWAITED.findall(body(browser, "/record/on-its-way"))
        assert AWAITED.findall(body(staff, f"{shown}/on-its-way")) == own
        assert len(own) == (2 if browser is mine else 1)
        assert f'href="{shown}/on-its-way"' in body(staff, f"{shown}/test-results")
    record.let_in(uuid.uuid4(), ("patient/ServiceRequest.rs",))
    assert len(AWAITED.findall(body(staff, f"{base(record)}/as/{record.app}/on-its-way"))) == 1


def test_a_closed_record_is_closed_as_everybody(record: Record) -> None:
    carer = carer_of(record)
    lead = world.staff(roles=(Role.IG_LEAD,))
    clinician = world.staff()
    assert clinician.post(f"/staff/patients/{record.patient.public_id}/restrict", {"cause": "staff"}).status_code == 303
    for browser in (lead, clinician):
        for path in ("", "/timeline", "/on-its-way", "/measurements"):
            answer = browser.get(f"{carer.preview(record)}{path}")
            assert answer.status_code == 303
            assert "/open?next=" in answer.headers["Location"]


def test_words_kept_for_one_view_are_not_those_for_another(record: Record) -> None:
    carer, staff = carer_of(record), world.staff()
    assert len(searched(staff, f"{carer.preview(record)}/search", "weight")) == 3
    for other in (base(record), f"{base(record)}/as/{record.app}"):
        assert "weight" not in body(staff, f"{other}/search")
    assert "weight" in body(staff, f"{carer.preview(record)}/search")
    assert staff.post(f"{carer.preview(record)}/search/clear").headers["Location"] == f"{carer.preview(record)}/search"
    assert "weight" not in body(staff, f"{carer.preview(record)}/search")
