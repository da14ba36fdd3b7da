"""Who is let in to act for a patient: told apart by name, and until 16 at the latest while the patient is a child."""

from dataclasses import replace
from datetime import date

from django.test import Client

from openrecord.clinical.kinds import Level
from openrecord.clinical.nhs_number import NhsNumber
from tests.integration.fhir.world import Record, made_record, unknown_number
from tests.integration.pages import world
from tests.integration.pages.test_granting import CODE, FORM, let_in, people_page, proxies, use


def test_two_who_have_one_family_name_are_told_apart(record: Record) -> None:
    """H7. Whoever signs in proves a family name alone: what the practice wrote down tells who is who."""
    desk = world.staff()
    mother, father = _elsewhere("Carer"), _elsewhere("Carer")
    for given, number in (("Kim", mother), ("Dan", father)):
        form = {**FORM, "given": given, "number": number if given == "Dan" else ""}
        assert desk.post(f"{people_page(record)}/new", form).status_code == 303
    kim = next(one for one in proxies(record) if one.behind is None)
    code = CODE.findall(desk.post(f"{people_page(record)}/{kim.viewer.viewer_id}/letter").text)[0]
    assert use(_signed_in("Carer", mother), code) == 303
    assert all(one.behind for one in proxies(record))
    for shown in (desk.get(people_page(record)).text, world.patient(record).get("/access/people").text):
        assert "Kim Carer" in shown
        assert "Dan Carer" in shown
        assert "Print a letter" not in shown


def _signed_in(family: str, number: str) -> Client:
    """Somebody who is no patient here."""
    return world.patient(Record(replace(made_record().patient, family=family, nhs_number=NhsNumber(number))))


def _elsewhere(family: str) -> str:
    """The NHS number of somebody who is no patient here and has signed in once."""
    number = unknown_number()
    _signed_in(family, number)
    return number


def test_nobody_is_let_in_past_sixteen_while_the_patient_is_younger(record: Record) -> None:  # noqa: ARG001
    """R25: from then on it needs a new ground, whatever the old one was."""
    young = made_record("Example", "Ada", date(2010, 3, 1))
    refused = world.staff().post(f"{people_page(young)}/new", {**FORM, "expires-day": "2"})
    assert "16th birthday or an earlier day" in refused.text
    assert proxies(young) == []
    let_in(young)
    (one,) = proxies(young)
    form = {"level": "4", "expires-day": "2", "expires-month": "3", "expires-year": "2026"}
    address = f"{people_page(young)}/{one.viewer.viewer_id}/change"
    assert "16th birthday or an earlier day" in world.staff().post(address, form).text
    assert proxies(young) == [one]


def test_a_form_that_is_sent_twice_lets_in_one(record: Record) -> None:
    """Their letter goes on to work: it may be on its way."""
    staff = let_in(record)
    (one,) = proxies(record)
    letter = staff.post(f"{people_page(record)}/{one.viewer.viewer_id}/letter").text
    let_in(record, level="1")
    (again,) = proxies(record)
    assert (again.viewer.viewer_id, again.viewer.level) == (one.viewer.viewer_id, Level.SUMMARY)
    assert use(world.patient(made_record("Carer", "Kim")), CODE.findall(letter)[0]) == 303
    let_in(record, given="Dan")
    assert len(proxies(record)) == 2


def test_nobody_is_born_tomorrow(record: Record) -> None:
    refused = world.staff().post(f"{people_page(record)}/new", {**FORM, "born-year": "2025"}).text
    assert "Enter today or a date in the past" in refused
    assert proxies(record) == []
