"""Closed records: who has to say why, what opens, for how long, who is told, and what the lists give away."""

import re
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from django.test import Client

from openrecord.audit import queries as audit
from openrecord.audit.models import ChangeRow
from openrecord.flow import steps
from openrecord.identity.types import Role
from openrecord.kit import clock
from openrecord.kit.ids import spelt
from openrecord.registry import actions as registry_actions
from openrecord.registry.types import DEFAULT_RELEASE, MergeReason, OdsCode, Policy, ReleaseMode, ReleaseRule
from openrecord.restricted import queries as restricted
from openrecord.screening import listing, tasks
from openrecord.screening import queries as screening
from openrecord.screening.types import WorklistFilter
from tests.integration.fhir.world import AT, BY, OPENED, ORG, Record, made_record, observation
from tests.integration.pages import world

MANAGER = (Role.MANAGER,)
WHY = {"ground": "care", "words": "Collapsed in the waiting room."}


def base(record: Record) -> str:
    return f"/staff/patients/{record.patient.public_id}"


def restrict(record: Record, browser: Client) -> None:
    assert browser.post(f"{base(record)}/restrict", {"cause": "staff"}).status_code == 303


def trail(record: Record, event: str) -> list[ChangeRow]:
    return list(ChangeRow.objects.filter(patient_id=record.patient.patient_id, event=event))


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Moves the clock on."""

    def move(by: timedelta) -> None:
        moment: datetime = clock.now() + by
        monkeypatch.setattr(clock, "now", lambda: moment)

    return move


def test_a_restricted_record_opens_to_who_says_why_for_half_an_hour(
    record: Record, later: Callable[[timedelta], None]
) -> None:
    clinician, other = world.staff(), world.staff(name="Other Desk")
    restrict(record, clinician)
    wanted = f"{base(record)}?show=all"
    asked = clinician.get(wanted)
    assert asked.status_code == 303
    said = clinician.get(asked["Location"])
    assert "restricted" in said.text
    assert "Blood" not in said.text
    opened = clinician.post(f"{base(record)}/open", {**WHY, "next": wanted})
    assert (opened.status_code, opened["Location"]) == (303, wanted)
    assert clinician.get(wanted).status_code == 200
    assert other.get(wanted).status_code == 303, "an opening is one person's"
    later(timedelta(minutes=30) - timedelta(microseconds=1))
    assert clinician.get(wanted).status_code == 200
    later(timedelta(microseconds=1))
    assert clinician.get(wanted).status_code == 303
    assert [row.subject != "" for row in trail(record, "glass_broken")] == [True]


def test_a_role_that_does_not_read_sees_who_but_not_what(record: Record) -> None:
    manager = world.staff(roles=MANAGER)
    for path in ("", "/preview", "/preview/timeline", "/preview/search", "/preview/measurements"):
        assert manager.get(base(record) + path).status_code == 303
    for path in ("/wishes", "/people"):
        assert manager.get(base(record) + path).status_code == 200
    assert manager.post(f"{base(record)}/open", {**WHY, "next": base(record)}).status_code == 303
    assert manager.get(base(record)).status_code == 200


def test_every_page_about_a_restricted_patient_asks_first(record: Record) -> None:
    clinician = world.staff(roles=tuple(Role))
    restrict(record, clinician)
    [entry, *_rest] = screening.facts(record.patient.patient_id)
    for path in (
        "",
        "/wishes",
        "/people",
        "/preview",
        "/preview/timeline",
        "/preview/search",
        f"/entries/{spelt(entry)}",
        f"/entries/{spelt(entry)}/hide",
    ):
        assert clinician.get(base(record) + path).status_code == 303, path
        answer = clinician.post(base(record) + path, {"reason": "other", "confirmed": "yes"})
        assert answer.status_code in {303, 405}, path
    assert not any(state.facts.stance.hides for state in screening.states(record.patient.patient_id).values())


def test_what_is_missing_is_said_and_what_was_typed_stays(record: Record) -> None:
    manager = world.staff(roles=MANAGER)
    answer = manager.post(f"{base(record)}/open", {"words": "Because I was asked", "next": base(record)})
    assert answer.status_code == 200
    assert "There is a problem" in answer.text
    assert "Because I was asked" in answer.text
    assert manager.post(f"{base(record)}/open", {"ground": "care", "words": "x" * 1001}).status_code == 200
    assert manager.get(base(record)).status_code == 303
    assert trail(record, "glass_broken") == []


@pytest.mark.parametrize("away", ["https://elsewhere.example/", "//elsewhere.example", "/sign-out", "javascript:1", ""])
def test_it_leads_to_a_page_of_the_practice_only(record: Record, away: str) -> None:
    manager = world.staff(roles=MANAGER)
    assert manager.post(f"{base(record)}/open", {**WHY, "next": away})["Location"] == base(record)


def test_somebody_else_is_told_at_once_and_checks(record: Record) -> None:
    clinician, lead = world.staff(), world.staff(roles=(Role.IG_LEAD,), name="Lee Governs")
    restrict(record, clinician)
    before = restricted.count_unchecked(ORG)
    clinician.post(f"{base(record)}/open", WHY)
    assert f"{before + 1} open" in lead.get("/staff/home").text
    assert restricted.count_unchecked() > before, "the doctor counts those of every practice"
    [opening] = [one for one in restricted.unchecked(ORG, limit=50) if one.patient_id == record.patient.patient_id]
    address = f"/staff/openings/{opening.opening_id}"
    assert address in lead.get("/staff/openings").text
    shown = lead.get(address).text
    assert "Collapsed in the waiting room." in shown
    assert "3 March 2025 at 09:00" in shown
    assert clinician.post(address, {"finding": "justified"}).status_code == 403, "it is their own"
    assert lead.post(address, {}).status_code == 200
    assert lead.post(address, {"finding": "not_justified", "words": "Reported."}).status_code == 303
    late = lead.post(address, {"finding": "justified"})
    assert (late.status_code, lead.get(address).status_code) == (404, 404)
    assert "Somebody else may have checked it" in late.text
    assert restricted.count_unchecked(ORG) == before
    assert [row.details for row in trail(record, "glass_checked")] == ['{"finding":"not_justified"}']


def test_reading_after_breaking_the_glass_is_told_apart_on_the_trail(record: Record) -> None:
    manager = world.staff(roles=MANAGER)
    manager.post(f"{base(record)}/open", WHY)
    manager.get(base(record))
    looks = audit.who_looked(record.patient.patient_id, since=AT - timedelta(days=1), until=AT + timedelta(days=1))
    assert "staff:break-glass" in {look.authority for look in looks}


def test_who_may_restrict_and_check(record: Record) -> None:
    reader = world.staff(roles=(Role.READER,))
    assert reader.post(f"{base(record)}/restrict", {"cause": "staff"}).status_code == 403
    assert reader.get("/staff/openings").status_code == 403
    clinician = world.staff()
    assert clinician.post(f"{base(record)}/restrict", {"cause": "because"}).status_code == 200
    restrict(record, clinician)
    assert clinician.post(f"{base(record)}/restrict", {"lift": "yes"}).status_code == 303
    assert reader.get(base(record)).status_code == 200


@pytest.fixture
def _by_hand(record: Record) -> Iterator[None]:
    rules = {"observation": ReleaseRule(ReleaseMode.BY_HAND)}
    registry_actions.set_policy(ods=ORG, policy=Policy(release=dict(DEFAULT_RELEASE) | rules), by=BY, at=OPENED)
    yield
    registry_actions.set_policy(ods=ORG, policy=Policy(), by=BY, at=OPENED)
    steps.settle_waiting([record.patient.patient_id], at=AT)


@pytest.mark.usefixtures("_by_hand")
def test_the_worklist_tells_nothing_of_a_closed_record() -> None:
    record = made_record("Shutaway")
    record.deliver(observation("secret", "2025-02-04", note=[{"text": "Her sister says that she drinks."}]))
    assert listing.worklist(ORG, WorklistFilter(), at=AT, limit=9)
    clinician, manager = world.staff(), world.staff(roles=MANAGER)
    open_list = clinician.get("/staff/queue").text
    restrict(record, clinician)
    for browser in (clinician, manager):
        closed = browser.get("/staff/queue").text
        items = re.findall(r'<li class="or-queue__item">.*?</div></li>', closed, re.DOTALL)
        mine = [item for item in items if record.patient.family in item]
        assert mine
        assert all("Entry of a closed record" in row and 'name="key"' not in row for row in mine)
        for narrowed in ("signal=third_party", "section=measurements", "author=Dr%20Nobody"):
            assert record.patient.family not in browser.get(f"/staff/queue?{narrowed}").text, (
                "a filter tells what it is"
            )
        assert record.patient.family in browser.get("/staff/queue?state=undecided").text
    assert "Entry of a closed record" not in open_list


@pytest.mark.usefixtures("_by_hand")
def test_nobody_is_offered_who_wrote_in_a_closed_record_alone(record: Record) -> None:
    other = made_record("Open")
    record.deliver(observation("secret", "2025-02-04", performer=[{"display": "Dr Only Here"}]))
    other.deliver(observation("open", "2025-02-04", performer=[{"display": "Dr Elsewhere"}]))
    while tasks.look_at_new():
        pass
    clinician = world.staff()
    assert "Dr Only Here" in clinician.get("/staff/queue").text
    restrict(record, clinician)
    offered = clinician.get("/staff/queue").text
    assert "Dr Only Here" not in offered
    assert "Dr Elsewhere" in offered
    assert "Dr Elsewhere" not in world.staff(roles=MANAGER).get("/staff/queue").text, "who reads no record"


@pytest.mark.usefixtures("_by_hand")
def test_a_record_is_closed_where_a_part_of_it_is(record: Record) -> None:
    part = made_record(record.patient.family)
    record.deliver(observation("secret", "2025-02-04", performer=[{"display": "Dr Whole"}]))
    while tasks.look_at_new():
        pass
    clinician = world.staff()
    restrict(part, clinician)
    assert "Dr Whole" in clinician.get("/staff/queue").text
    both = {"survivor": record.patient.patient_id, "other": part.patient.patient_id}
    registry_actions.merge(**both, reason=MergeReason.REGISTERED_TWICE, by=BY, at=AT)
    while tasks.look_at_new():
        pass
    closed = clinician.get("/staff/queue").text
    assert "Entry of a closed record" in closed
    assert "Dr Whole" not in closed


@pytest.mark.usefixtures("_by_hand")
def test_a_decision_leads_on_to_no_closed_record(record: Record) -> None:
    """Else the way back from what was just done would be lost behind the question why."""
    other = made_record("Open")
    for each in (other, record):
        each.deliver(observation("waits", "2025-02-04"))
    clinician = world.staff()
    restrict(record, clinician)
    mine = other.patient
    [entry] = screening.facts(mine.patient_id)
    seen = screening.stamp(mine.patient_id, entry)
    here = f"/staff/queue/{mine.public_id}/{spelt(entry)}"
    led = clinician.post(here, {"decision": "release", "seen": seen})["Location"]
    assert "done=release" in led
    assert clinician.get(led).status_code == 200


def test_another_practices_opening_is_nobodys(record: Record) -> None:
    manager, away = world.staff(roles=MANAGER), world.staff(OdsCode("Y90778"), roles=MANAGER)
    manager.post(f"{base(record)}/open", WHY)
    [opening] = [one for one in restricted.unchecked(ORG, limit=50) if one.patient_id == record.patient.patient_id]
    for opening_id in (opening.opening_id, uuid.uuid4()):
        assert away.get(f"/staff/openings/{opening_id}").status_code == 404
        assert away.post(f"/staff/openings/{opening_id}", {"finding": "justified"}).status_code == 404
    assert restricted.unchecked_opening(ORG, opening.opening_id) == opening


def test_a_form_that_was_sent_twice_is_one_opening(record: Record, later: Callable[[timedelta], None]) -> None:
    clinician = world.staff()
    restrict(record, clinician)
    for _twice in range(2):
        assert clinician.post(f"{base(record)}/open", WHY).status_code == 303
    assert len(trail(record, "glass_broken")) == 1
    clinician.post(f"{base(record)}/open", {**WHY, "words": "Something else happened."})
    assert len(trail(record, "glass_broken")) == 2, "another reason is another opening"
    for _so_that_they_stay_signed_in in range(3):
        later(timedelta(minutes=10))
        clinician.get("/staff/home")
    clinician.post(f"{base(record)}/open", WHY)
    assert len(trail(record, "glass_broken")) == 3, "the first has ended"
