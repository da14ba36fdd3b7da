"""Messages and profile: what was answered and what is new, as far as it may be seen; and the way to everything else."""

import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client

from openrecord.access import actions as access_actions
from openrecord.access import events
from openrecord.access import queries as access
from openrecord.caseload import actions as caseload
from openrecord.caseload.types import Kind, Wish
from openrecord.clinical.nhs_number import spaced
from openrecord.identity import queries as identity
from openrecord.kit import clock
from openrecord.portal.views import inbox
from openrecord.screening import queries as screening
from openrecord.screening.actions import acts
from openrecord.screening.types import EntryId, HideReason
from tests.integration.fhir.world import AT, BY, OPENED, ORG, Record, made_record, observation
from tests.integration.pages import world

LINE = re.compile(r'class="or-line__title" href="(/record/[^"]+)"')


@pytest.fixture
def browser(record: Record) -> Client:
    return world.patient(record)


def read(browser: Client, path: str = "/messages") -> str:
    answer = browser.get(path)
    assert answer.status_code == 200
    return str(answer.text)


def came(record: Record, *keys: str) -> set[EntryId]:
    """Measurements arrive; their inside ids."""
    mine = record.patient.patient_id
    before = set(screening.states(mine))
    record.deliver(*(observation(key, "2025-02-20") for key in keys))
    return set(screening.states(mine)) - before


def hide(record: Record, entries: set[EntryId]) -> None:
    for entry in sorted(entries):
        acts.hide(
            patient_id=record.patient.patient_id, entry_id=entry, reason=HideReason.THIRD_PARTY, responsible=None,
            by=BY, at=AT,
        )  # fmt: skip


def test_what_came_is_new_and_leads_to_its_page(record: Record, browser: Client) -> None:
    before = set(LINE.findall(read(browser)))
    came(record, "new")
    [found] = set(LINE.findall(read(browser))) - before
    assert browser.get(found).status_code == 200


def test_what_is_hidden_leaves_no_trace(record: Record, browser: Client) -> None:
    came(record, "kept")
    before = read(browser)
    hide(record, came(record, "gone"))
    assert read(browser) == before


def test_hidden_ones_take_nobody_elses_place(record: Record, browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "MOST_NEWS", 3)
    came(record, *(f"old{number}" for number in range(4)))
    hide(record, came(record, *(f"gone{number}" for number in range(4))))
    assert len(LINE.findall(read(browser))) == 3


def test_what_is_older_is_new_no_longer(record: Record, browser: Client) -> None:
    came(record, "new")
    later = AT + timedelta(days=inbox.NEWS_DAYS, minutes=1)
    browser = world.patient(record, later)
    clock.use(lambda: later)
    assert "Nothing new in the last 30 days." in read(browser)


def test_results_stand_under_what_they_belong_to(record: Record, browser: Client) -> None:
    """A panel is one piece of news, and what it holds is read on its page."""
    before = len(LINE.findall(read(browser)))
    panel = observation("panel", "2025-02-20", hasMember=[{"reference": f"Observation/m{n}"} for n in range(3)])
    record.deliver(panel, *(observation(f"m{number}", "2025-02-20") for number in range(3)))
    assert len(LINE.findall(read(browser))) == before + 1


def test_it_is_on_the_trail(record: Record, browser: Client) -> None:
    came(record, "new")
    read(browser)
    assert [route for route, *_ in record.trail()].count(inbox.HERE) == 1


def test_the_trail_says_what_is_shown_and_no_more(
    record: Record, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What belongs to a panel, and what is beyond the end of the list, was not read here."""
    monkeypatch.setattr(inbox, "MOST_NEWS", 2)
    panel = observation("panel", "2025-02-20", hasMember=[{"reference": f"Observation/m{n}"} for n in range(3)])
    record.deliver(panel, *(observation(f"m{number}", "2025-02-20") for number in range(3)))
    shown = [uuid.UUID(href.rsplit("/", 1)[1]).bytes for href in LINE.findall(read(browser))]
    assert len(shown) == 2
    (served,) = [served for route, _, _, served in record.trail() if route == inbox.HERE]
    assert sorted(shown) == sorted(served[n : n + 16] for n in range(0, len(served), 16))


def test_answers_of_the_surgery_stand_there(record: Record, browser: Client) -> None:
    assert "You have not asked for anything yet." in read(browser)
    viewer = next(iter(access.facts(record.patient.patient_id, at=AT).viewers))
    caseload.make(
        patient_id=record.patient.patient_id, ods=ORG, kind=Kind.CORRECTION, asker=viewer, wish=Wish(), by=BY, at=AT
    )
    assert re.search(r'href="/requests/[0-9a-f-]{36}">Report a mistake</a>.*?Received', read(browser))


def test_the_profile_says_whose_it_is(record: Record, browser: Client) -> None:
    page = read(browser, "/profile")
    assert spaced(record.patient.nhs_number) in page
    assert "10 May 1980" in page
    for path in re.findall(r'class="or-hub__link" href="([^"]+)"', page):
        assert browser.get(path).status_code == 200, path


def test_who_acts_for_somebody_reads_no_number_of_theirs(record: Record) -> None:
    carer, viewer = made_record("Carer", "Kim"), uuid.uuid4()
    theirs = world.patient(carer)
    person = identity.person_by_nhs_number(carer.patient.nhs_number)
    assert person is not None
    granted = events.ProxyGranted(viewer=viewer, basis="lpa", listed_org=str(ORG), level=4)
    access_actions.record(patient_id=record.patient.patient_id, act=granted, by=BY, at=OPENED, behind=person.person_id)
    theirs.post("/people", {"viewer": str(viewer)})
    came(record, "new")
    page = read(theirs, "/profile")
    assert record.patient.family in page
    assert spaced(record.patient.nhs_number) not in page
    assert "/access/people" not in page
    assert len(LINE.findall(read(theirs))) == 1, "what came since they act"


def test_who_has_no_record_is_told_so_and_offered_nothing_of_one(record: Record) -> None:
    """Whoever stopped acting for the only person they acted for saw a record of their own with all its sections."""
    carer, viewer = made_record("Carer", "Kim"), uuid.uuid4()
    theirs = world.patient(carer)
    person = identity.person_by_nhs_number(carer.patient.nhs_number)
    assert person is not None
    access_actions.unbind(patient_id=carer.patient.patient_id, behind=person.person_id, by=BY, at=AT)
    page = read(theirs, "/home")
    assert "There is no GP record here that you can see." in page
    assert 'href="/people/code"' in page
    for path in ("/record/", "/take", "/access", "/requests"):
        assert f'href="{path}' not in page
    assert "Make the file" not in read(theirs, "/take")
    granted = events.ProxyGranted(viewer=viewer, basis="lpa", listed_org=str(ORG), level=4)
    access_actions.record(patient_id=record.patient.patient_id, act=granted, by=BY, at=OPENED, behind=person.person_id)
    assert 'href="/record/medicines"' in read(theirs, "/home")
