"""Records that may be one person's: looked for once a day, listed for who may merge them, of their practice alone."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from django.db.models import Q

from openrecord.clinical.nhs_number import spaced
from openrecord.identity.types import Role
from openrecord.kit import clock
from openrecord.kit.instants import to_micros
from openrecord.registry import actions as registry_actions
from openrecord.registry import queries, tasks
from openrecord.registry.models import DistinctRow, PairedRow, PracticeRow
from openrecord.registry.types import EraseReason, MergeReason, OdsCode, PartReason, Patient, Policy
from openrecord.web.words import day_in_words
from tests.integration.fhir.world import AT, BY, OPENED, stopped
from tests.integration.pages import world
from tests.integration.pages.town import Town, new_town, unknown_number

LIST, HOME = "/staff/pairs", "/staff/home"
MANAGER = (Role.MANAGER,)


@pytest.fixture
def town(stored: None) -> Town:  # noqa: ARG001
    stopped()
    return new_town(Policy())


def _registered(patient: Patient, ods: OdsCode, start: date) -> None:
    registry_actions.register(patient_id=patient.patient_id, ods=ods, start=start, by=BY, at=OPENED)


def _looked(town: Town) -> None:
    """The worker has looked for pairs."""
    tasks.look_at(town.ods, at=clock.now())


def test_a_pair_leads_to_a_look_at_what_merging_does(town: Town) -> None:
    browser = world.staff(town.ods, MANAGER)
    assert LIST not in browser.get(HOME).text
    one, two = town.patient("Twice"), town.patient("TWICE")
    town.patient("Twice", date(1980, 5, 11))
    _registered(two, town.ods, date(2024, 1, 1))
    assert "Nobody has looked for such records yet." in browser.get(LIST).text
    _looked(town)
    assert f"As of {day_in_words(clock.now())}." in browser.get(LIST).text
    assert f'href="{LIST}"' in browser.get(HOME).text
    assert "1 open" in browser.get(HOME).text
    listed = browser.get(LIST).text
    assert f'action="/staff/patients/{two.public_id}/together"' in listed, "the newer registration goes on"
    assert listed.count("<section") == 1
    looked = browser.post(f"/staff/patients/{two.public_id}/together", {"number": one.nhs_number})
    assert "What merging does" in looked.text
    registry_actions.merge(
        survivor=two.patient_id, other=one.patient_id, reason=MergeReason.REGISTERED_TWICE, by=BY, at=clock.now()
    )
    assert "No two records look like one person." in browser.get(LIST).text
    assert LIST not in browser.get(HOME).text


def test_two_people_are_not_proposed_again(town: Town) -> None:
    browser, elsewhere = world.staff(town.ods, MANAGER), new_town(Policy())
    one, two = town.patient("Twice"), town.patient("Twice")
    _looked(town)
    form = {"one": str(one.public_id), "other": str(two.public_id)}
    foreign = world.staff(elsewhere.ods, MANAGER).post(LIST, form)
    assert (foreign.status_code, foreign["Location"]) == (303, f"{LIST}?done=gone")
    assert browser.get(LIST).text.count("<section") == 1
    told = browser.post(LIST, form)
    assert (told.status_code, told["Location"]) == (303, f"{LIST}?done=apart")
    assert "<section" not in browser.get(told["Location"]).text
    assert browser.post(LIST, form)["Location"] == f"{LIST}?done=gone"
    third = town.patient("Twice")
    _looked(town)
    assert "<section" in browser.get(LIST).text, "a third may be one of them"
    for first in (one, two):
        ids = {"survivor": first.patient_id, "other": third.patient_id}
        registry_actions.merge(**ids, reason=MergeReason.REGISTERED_TWICE, by=BY, at=clock.now())
        registry_actions.part(other=third.patient_id, reason=PartReason.NOT_ONE_PERSON, by=BY, at=clock.now())
    assert "<section" not in browser.get(LIST).text, "nor are two that were parted for that reason"
    for patient in (two, one, third):
        registry_actions.erase(patient_id=patient.patient_id, reason=EraseReason.REQUEST_GRANTED, by=BY, at=clock.now())
    numbers = [one.patient_id, two.patient_id, third.patient_id]
    assert not PairedRow.objects.filter(patient_id__in=numbers).exists()
    assert not DistinctRow.objects.filter(Q(patient_id__in=numbers) | Q(other__in=numbers)).exists()


def test_another_practices_records_make_no_pair(town: Town) -> None:
    """Neither one that is only there, nor one that is there now."""
    browser, elsewhere = world.staff(town.ods, MANAGER), new_town(Policy())
    town.patient("Twice")
    elsewhere.patient("Twice")
    moved = town.patient("Twice")
    registry_actions.deduct(patient_id=moved.patient_id, ods=town.ods, end=date(2024, 1, 1), by=BY, at=AT)
    _looked(town)
    assert "<section" in browser.get(LIST).text, "nobody else has the one that left"
    _registered(moved, elsewhere.ods, date(2024, 1, 1))
    assert "<section" not in browser.get(LIST).text
    assert LIST not in browser.get(HOME).text
    _looked(elsewhere)
    assert "<section" in world.staff(elsewhere.ods, MANAGER).get(LIST).text, "where it is now, it is that practice's"


def test_what_is_no_pair_any_more_is_listed_no_more_and_what_is_new_waits(town: Town) -> None:
    browser = world.staff(town.ods, MANAGER)
    one, two = town.patient("Twice"), town.patient("Twice")
    _looked(town)
    assert browser.get(LIST).text.count("<section") == 1
    town.patient("Twice")
    assert browser.get(LIST).text.count("<section") == 1, "who came since waits for the next day"
    registry_actions.change_number(patient_id=one.patient_id, now=unknown_number(), by=BY, at=AT)
    assert spaced(queries.patient(one.patient_id).nhs_number) in browser.get(LIST).text
    registry_actions.merge(
        survivor=one.patient_id, other=two.patient_id, reason=MergeReason.REGISTERED_TWICE, by=BY, at=AT
    )
    assert "<section" not in browser.get(LIST).text
    registry_actions.part(other=two.patient_id, reason=PartReason.MISTAKE, by=BY, at=AT)
    assert browser.get(LIST).text.count("<section") == 1, "parted, and not because they are two people"
    registry_actions.withdraw(patient_id=two.patient_id, by=BY, at=AT)
    assert "<section" not in browser.get(LIST).text
    assert LIST not in browser.get(HOME).text
    _looked(town)
    assert browser.get(LIST).text.count("<section") == 1


def test_each_practice_is_looked_at_once_a_day(town: Town) -> None:
    noon = datetime(2125, 7, 3, 12, tzinfo=UTC)
    town.patient("Twice"), town.patient("Twice")
    with transaction.atomic():
        PracticeRow.objects.exclude(ods=town.ods).update(looked=to_micros(noon + timedelta(days=2)))
        done = {}
        for hours in (0, 10, 11, 11.5):
            at = noon + timedelta(hours=hours)
            done[hours] = tasks.look_for_pairs(at), queries.pairs_looked_for(town.ods) == at
        transaction.set_rollback(True)
    assert done == {0: (1, True), 10: (0, False), 11: (1, True), 11.5: (0, False)}, "a day begins at midnight in London"


def test_who_may_not_merge_sees_no_list(town: Town) -> None:
    town.patient("Twice"), town.patient("Twice")
    browser = world.staff(town.ods, (Role.CLINICIAN, Role.SCREENER, Role.READER))
    assert browser.get(LIST).status_code == 403
    assert LIST not in browser.get(HOME).text
