"""A young person's own access before 16: found competent by a clinician, changed, ended, at once (R29)."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.test import Client

from openrecord.access import queries as access_queries
from openrecord.access.events import CompetenceRecorded
from openrecord.clinical.kinds import Level
from openrecord.db import lean
from openrecord.identity.types import Role
from openrecord.kit import clock
from openrecord.kit.london import midnight
from openrecord.registry import actions as registry_actions
from openrecord.registry.types import Policy
from tests.integration.fhir.world import AT, BY, OPENED, ORG, Record, made_record, observation, stopped
from tests.integration.pages import world

SEEN = "/record/measurements"
LINE = "or-line__title"


@pytest.fixture(autouse=True)
def _closed(stored: None) -> Iterator[None]:  # noqa: ARG001
    stopped()
    yield
    lean.close()


def _young(born: date = date(2011, 3, 4)) -> Record:
    """Somebody who is 13, with a measurement."""
    made = made_record("Example", "Ada", born)
    made.deliver(observation("a", "2025-02-01"))
    return made


def _page(record: Record) -> str:
    return f"/staff/patients/{record.patient.public_id}/own-access"


def _give(staff: Client, record: Record, level: Level) -> None:
    done = staff.post(_page(record), {"level": str(int(level))})
    assert done.headers["Location"] == f"{_page(record)}?saved"


def test_a_clinician_opens_changes_and_ends_it_at_once() -> None:
    record = _young()
    mine, staff = world.patient(record), world.staff()
    assert LINE not in mine.get(SEEN).text
    assert "Until you are 16" in mine.get("/access").text
    assert _page(record) in staff.get(f"/staff/patients/{record.patient.public_id}").text
    asked = staff.get(_page(record)).text
    assert "They have no access of their own." in asked
    assert 'value="0"' not in asked, "there is nothing to end"
    _give(staff, record, Level.FULL)
    assert mine.get(SEEN).text.count(LINE) == 1
    assert "Everything, with notes and letters" in staff.get(_page(record)).text
    _give(staff, record, Level.SUMMARY)
    assert LINE not in mine.get(SEEN).text
    _give(staff, record, Level.FULL)
    _give(staff, record, Level.NONE)
    assert LINE not in mine.get(SEEN).text
    assert "Ask them if you want it opened." in mine.get("/access").text
    said = staff.get(_page(record)).text
    assert said.count("3 March 2025") == 4


def test_at_sixteen_the_practices_default_takes_its_place() -> None:
    record = _young(date(2009, 3, 4))
    _give(world.staff(), record, Level.SUMMARY)
    assert LINE not in world.patient(record).get(SEEN).text
    sixteen = midnight(date(2025, 3, 4))
    clock.use(lambda: sixteen)
    assert world.patient(record, sixteen).get(SEEN).text.count(LINE) == 1
    staff = world.staff(at=sixteen)
    assert _page(record) not in staff.get(f"/staff/patients/{record.patient.public_id}").text
    assert staff.get(_page(record)).status_code == 404


@pytest.mark.parametrize(
    ("born", "status"), [(date(2014, 3, 4), 404), (date(2014, 3, 3), 200), (date(1980, 5, 10), 404)]
)
def test_it_is_there_from_eleven_to_fifteen(born: date, status: int) -> None:
    record = _young(born)
    staff = world.staff()
    assert staff.get(_page(record)).status_code == status
    assert staff.post(_page(record), {"level": "4"}).status_code == (303 if status == 200 else 404)
    assert (_page(record) in staff.get(f"/staff/patients/{record.patient.public_id}").text) is (status == 200)


@pytest.mark.parametrize("level", ["", "0", "5", "x"])
def test_what_was_not_offered_is_not_taken(level: str) -> None:
    record = _young()
    refused = world.staff().post(_page(record), {"level": level}).text
    assert "There is a problem" in refused
    assert "Choose how much they may see" in refused
    assert not any(isinstance(act, CompetenceRecorded) for _, act in access_queries.acts(record.patient.patient_id))


def test_never_more_than_the_practice_gives() -> None:
    record = _young()
    registry_actions.set_policy(ods=ORG, policy=Policy(level=Level.DETAILED), by=BY, at=OPENED)
    try:
        staff = world.staff()
        assert 'value="4"' not in staff.get(_page(record)).text
        assert "Choose how much" in staff.post(_page(record), {"level": "4"}).text
    finally:
        registry_actions.set_policy(ods=ORG, policy=Policy(), by=BY, at=OPENED)


@pytest.mark.parametrize("role", [Role.READER, Role.SCREENER, Role.MANAGER])
def test_only_a_clinician_finds_it(role: Role) -> None:
    record = _young()
    staff = world.staff(ORG, (role,))
    shown = staff.get(_page(record))
    assert shown.status_code == 200
    assert "<form" not in shown.text.partition("<main")[2]
    assert staff.post(_page(record), {"level": "4"}).status_code == 403
    assert LINE not in world.patient(record, AT).get(SEEN).text
