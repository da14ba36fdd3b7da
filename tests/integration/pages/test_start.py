"""The start page: the way in, and for whoever is signed in the way to their record."""

import uuid

from openrecord.identity.types import Role
from tests.integration.fhir.world import Record
from tests.integration.pages import world

SIGN_IN, HOME = 'href="/sign-in"', 'href="/home"'


def test_the_start_page_leads_on(record: Record) -> None:
    for browser, leads_to in ((world.nobody(), SIGN_IN), (world.patient(record), HOME), (world.staff(), SIGN_IN)):
        told = browser.get("/").text
        assert [link for link in (SIGN_IN, HOME) if link in told] == [leads_to]


def test_staff_are_told_why_and_whom_they_act_for(record: Record) -> None:
    """On every page, also on one that is not for them or is none."""
    reader, acting = world.staff(roles=(Role.READER,)), "You are acting for"
    refused = reader.get("/staff/practice/change")
    assert refused.status_code == 403
    assert acting in refused.text
    assert "Your role at this practice does not include it" in refused.text
    assert "signed out" not in refused.text
    for path in (f"/staff/patients/{uuid.uuid4()}", "/staff/nothing"):
        missing = reader.get(path)
        assert (missing.status_code, acting in missing.text, 'href="/staff/home"' in missing.text) == (404, True, True)
    for browser in (world.nobody(), world.patient(record)):
        assert acting not in browser.get("/staff/nothing").text
    assert acting not in reader.get("/nothing").text


def test_the_door_for_staff_is_found_without_its_last_slash(record: Record) -> None:  # noqa: ARG001
    for path in ("/staff", "/staff/"):
        assert 'href="/staff/sign-in"' in world.nobody().get(path).text
        assert world.staff().get(path)["Location"] == "/staff/home"
