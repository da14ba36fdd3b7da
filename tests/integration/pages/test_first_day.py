"""Another first day for one patient: by whoever governs, with a reason, at once (R45)."""

import html

import pytest

from openrecord.access import queries as access_queries
from openrecord.access.events import WindowSet
from openrecord.identity.types import Role
from openrecord.registry import actions as registry_actions
from openrecord.registry.types import Policy
from tests.integration.fhir.world import BY, OPENED, ORG, Record
from tests.integration.pages import world

SEEN = "/record/measurements"
LINE = "or-line__title"
FORM = {"start-day": "2", "start-month": "2", "start-year": "2025", "why": "The old notes name somebody"}


def _page(record: Record) -> str:
    return f"/staff/patients/{record.patient.public_id}/first-day"


def test_a_later_day_and_an_earlier_one_act_at_once(record: Record) -> None:
    mine, staff = world.patient(record), world.staff()
    assert mine.get(SEEN).text.count(LINE) == 3
    assert "from 1 November 2023 on, as your practice's rules say" in html.unescape(staff.get(_page(record)).text)
    assert _page(record) in staff.get(f"/staff/patients/{record.patient.public_id}").text
    assert staff.post(_page(record), FORM).headers["Location"] == f"{_page(record)}?saved"
    assert mine.get(SEEN).text.count(LINE) == 2
    shown = staff.get(_page(record)).text
    assert "from 2 February 2025 on, as was decided for this patient" in shown
    assert "The old notes name somebody" in shown
    staff.post(_page(record), {**FORM, "start-day": "1"})
    assert mine.get(SEEN).text.count(LINE) == 3
    assert "The old notes" not in mine.get("/access").text


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"start-day": "", "start-month": "", "start-year": ""}, "Enter the first day"),
        ({"start-day": "30"}, "Enter a real date"),
        ({"start-month": "4"}, "Enter today or a date in the past"),
        ({"why": " "}, "Say why this patient has another first day"),
        ({"why": "x" * 4001}, "4000 characters or fewer"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(record: Record, changes: dict[str, str], told: str) -> None:
    refused = world.staff().post(_page(record), {**FORM, **changes}).text
    assert told in refused
    assert "There is a problem" in refused
    assert 'value="2025"' in refused or "start-year" in changes
    assert not any(isinstance(act, WindowSet) for _, act in access_queries.acts(record.patient.patient_id))


@pytest.mark.parametrize("role", [Role.READER, Role.SCREENER, Role.CLINICIAN])
def test_who_may_not_decide_it(record: Record, role: Role) -> None:
    staff = world.staff(ORG, (role,))
    assert 'name="why"' not in staff.get(_page(record)).text
    assert staff.post(_page(record), FORM).status_code == 403


def test_a_practice_that_is_not_live_says_so(record: Record) -> None:
    registry_actions.set_policy(ods=ORG, policy=Policy(go_live=None), by=BY, at=OPENED)
    try:
        assert "has not gone live" in world.staff().get(_page(record)).text
    finally:
        registry_actions.set_policy(ods=ORG, policy=Policy(), by=BY, at=OPENED)
