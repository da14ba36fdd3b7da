"""Birthdays through pages: told ahead, suspended at the review age, ended at 16; a young person's own access."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from openrecord.access import actions as access
from openrecord.access import events
from openrecord.clinical.nhs_number import spaced
from openrecord.db import lean
from openrecord.flow.steps import check_duties
from openrecord.identity import queries as identity
from openrecord.kit import clock
from openrecord.kit.london import birthday, midnight
from openrecord.registry import actions as registry_actions
from openrecord.registry.types import OdsCode, Policy, Practice
from tests.integration.caseload.world import QUESTION, ask
from tests.integration.fhir.world import AT, BY, OPENED, ORG, Record, made_record, observation, stopped
from tests.integration.pages import world

SEEN = "/record/measurements"
LINE = "or-line__title"
TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Family:
    """A child with a measurement, and a parent who acts for them since 2024."""

    child: Record
    parent: Record
    viewer: uuid.UUID = field(default_factory=uuid.uuid4)

    def parents_browser(self, at: datetime) -> Client:
        """The parent has signed in at `at` and chosen the child's record; time stands still there."""
        clock.use(lambda: at)
        browser = world.patient(self.parent, at)
        assert browser.post("/people", {"viewer": str(self.viewer)}).status_code == 303
        return browser

    def seen(self, at: datetime) -> int:
        """How many measurements the parent sees at `at`."""
        return self.parents_browser(at).get(SEEN).text.count(LINE)

    def is_ahead(self, staff: Client) -> bool:
        """Whether the practice's notices ahead name the child."""
        return spaced(self.child.patient.nhs_number) in staff.get("/staff/ahead").text

    def check(self, at: datetime) -> None:
        """The worker's daily round."""
        clock.use(lambda: at)
        check_duties({self.child.patient.patient_id: None}, at=at)


def _family(born: date, *, basis: str = "parental", expires: date | None = None, listed: OdsCode = ORG) -> Family:
    stopped()
    family = Family(made_record("Example", "Ada", born), made_record("Carer", "Kim"))
    family.child.deliver(observation("a", "2024-02-01"), at=datetime(2024, 2, 1, 12, tzinfo=UTC))
    world.patient(family.parent, OPENED)
    person = identity.person_by_nhs_number(family.parent.patient.nhs_number)
    assert person is not None
    granted = events.ProxyGranted(viewer=family.viewer, basis=basis, listed_org=str(listed), level=4, expires=expires)
    access.record(
        patient_id=family.child.patient.patient_id, act=granted, by=BY, at=OPENED + TICK, behind=person.person_id
    )
    return family


def test_the_practice_that_let_a_parent_in_says_at_which_age_that_is_reviewed() -> None:
    """Also where the child was never registered there."""
    away = OdsCode("Y90779")
    registry_actions.add_practice(practice=Practice(away, "Away"), valid_from=date(2020, 1, 1), by=BY, at=OPENED)
    registry_actions.set_policy(ods=away, policy=Policy(review_age=13), by=BY, at=OPENED)
    family = _family(date(2012, 6, 1), listed=away)
    assert family.seen(midnight(date(2024, 6, 1))) == 1
    assert family.seen(midnight(date(2025, 6, 1)) - TICK) == 1
    assert family.seen(midnight(date(2025, 6, 1))) == 0


@pytest.fixture(autouse=True)
def _closed(stored: None) -> Iterator[None]:  # noqa: ARG001
    yield
    lean.close()


@pytest.mark.parametrize(
    ("born", "age", "day"),
    [
        pytest.param(date(2014, 3, 4), 11, date(2025, 3, 4), id="eleven"),
        pytest.param(date(2013, 7, 4), 11, date(2024, 7, 4), id="eleven, in summer time"),
        pytest.param(date(2012, 2, 29), 13, date(2025, 3, 1), id="29 February, thirteen, no leap year"),
        pytest.param(date(2008, 2, 29), 16, date(2024, 2, 29), id="29 February, sixteen, a leap year"),
        pytest.param(date(2009, 3, 4), 16, date(2025, 3, 4), id="sixteen"),
    ],
)
def test_access_stops_at_londons_midnight(born: date, age: int, day: date) -> None:
    """R24, R25, R67."""
    family = _family(born)
    registry_actions.set_policy(ods=ORG, policy=Policy(review_age=13 if age == 13 else 11), by=BY, at=OPENED)
    try:
        assert birthday(born, age) == day
        assert family.seen(midnight(day) - TICK) == 1
        assert family.seen(midnight(day)) == 0
    finally:
        registry_actions.set_policy(ods=ORG, policy=Policy(), by=BY, at=OPENED)


def test_a_review_is_told_ahead_to_all_three_and_then_waits_for_a_decision() -> None:
    """R24, R26."""
    family = _family(date(2014, 3, 4))
    family.check(AT)
    clinician, theirs = world.staff(), family.parents_browser(AT)
    assert family.is_ahead(clinician)
    ahead = clinician.get("/staff/ahead").text
    assert "4 March 2025" in ahead
    assert "Kim Carer" in ahead
    assert "Access that is reviewed or ends soon" in clinician.get("/staff/home").text
    home = theirs.get("/home").text
    assert "On 4 March 2025 the surgery reviews your access." in home
    assert "you can stop acting for this person." in home
    assert "Who sees your record" not in home
    own = world.patient(family.child).get("/access/people").text
    assert "On 4 March 2025 your surgery reviews this access." in own
    after = midnight(date(2025, 3, 4)) + timedelta(hours=9)
    family.check(after)
    assert family.seen(after) == 0
    assert "Your access is being reviewed." in family.parents_browser(after).get("/home").text
    people = f"/staff/patients/{family.child.patient.public_id}/people"
    assert "They see nothing until you have reviewed it" in world.staff(at=after).get(people).text
    clinician = world.staff(at=after)
    review = f"/staff/decisions/{family.child.patient.public_id}/age-review/{family.viewer}"
    asked = clinician.get(review).text
    assert "It is suspended." in asked
    assert "Kim Carer" in asked, "of two parents one has to know which"
    assert "Parental responsibility" in asked
    assert "Kim Carer" in clinician.get("/staff/decisions").text
    assert "Kim Carer" in clinician.get(f"/staff/patients/{family.child.patient.public_id}").text
    assert clinician.post(review, {"answer": "keep"}).headers["Location"].endswith("?done=decided")
    assert family.seen(after) == 1
    assert not family.is_ahead(clinician)


def test_a_review_that_was_decided_ahead_leaves_no_gap() -> None:
    family = _family(date(2014, 3, 4))
    family.check(AT)
    clinician = world.staff()
    review = f"/staff/decisions/{family.child.patient.public_id}/age-review/{family.viewer}"
    assert review in clinician.get("/staff/ahead").text
    asked = clinician.get(review).text
    assert "ahead of the day" in asked
    assert "They go on seeing the record on 4 March 2025, too." in asked
    clinician.post(review, {"answer": "keep"})
    assert review not in clinician.get("/staff/ahead").text
    assert "reviews your access" not in family.parents_browser(AT).get("/home").text
    assert family.seen(midnight(date(2025, 3, 4))) == 1


def test_an_end_that_is_decided_ahead_acts_on_its_day_and_says_so() -> None:
    family = _family(date(2014, 3, 4))
    family.check(AT)
    clinician = world.staff()
    review = f"/staff/decisions/{family.child.patient.public_id}/age-review/{family.viewer}"
    asked = clinician.get(review).text
    assert "They see nothing of the record from 4 March 2025 on." in asked
    assert "from now on" not in asked
    clinician.post(review, {"answer": "end"})
    assert family.seen(midnight(date(2025, 3, 4)) - TICK) == 1
    after = midnight(date(2025, 3, 4))
    assert family.seen(after) == 0
    assert "Your access has ended." in family.parents_browser(after).get("/home").text
    people = world.staff(at=after).get(f"/staff/patients/{family.child.patient.public_id}/people").text
    assert "They see nothing: the review did not carry it on" in people


def test_the_end_at_sixteen_is_told_and_cannot_be_decided_away() -> None:
    family = _family(date(2009, 3, 4))
    family.check(AT)
    clinician = world.staff()
    review = f"/staff/decisions/{family.child.patient.public_id}/age-review/{family.viewer}"
    assert "the child becomes 16" in clinician.get("/staff/ahead").text
    assert review not in clinician.get("/staff/ahead").text
    assert clinician.post(review, {"answer": "keep"}).headers["Location"].endswith("?done=gone")
    assert "Your access ends on 4 March 2025." in family.parents_browser(AT).get("/home").text
    assert "On 4 March 2025 you are 16." in world.patient(family.child).get("/access/people").text
    after = midnight(date(2025, 3, 4))
    assert family.seen(after) == 0
    assert "Your access has ended." in family.parents_browser(after).get("/home").text
    family.check(after)
    clinician = world.staff(at=after)
    for page in ("/staff/decisions", f"/staff/patients/{family.child.patient.public_id}", review):
        told = clinician.get(page).text
        assert "carries on" not in told, "no such answer is offered"
        assert "let them in on another ground" in told
    assert clinician.post(review, {"answer": "end"}).headers["Location"].endswith("?done=decided")
    assert review not in clinician.get("/staff/decisions").text


def test_an_end_is_told_ahead() -> None:
    family = _family(date(1940, 3, 4), basis="lpa", expires=date(2025, 4, 1))
    family.check(AT)
    assert "unless you renew it" in world.staff().get("/staff/ahead").text
    assert "Your access ends on 1 April 2025." in family.parents_browser(AT).get("/home").text
    assert family.seen(midnight(date(2025, 4, 1)) - TICK) == 1


@pytest.mark.parametrize("told", [[], ["proxies"], ["patient"], ["proxies", "patient"]])
def test_nobody_is_told_ahead_against_safeguarding(told: list[str]) -> None:
    """R26. Staff always know."""
    family = _family(date(2014, 3, 4))
    family.check(AT)
    clinician = world.staff()
    people = f"/staff/patients/{family.child.patient.public_id}/people"
    assert clinician.post(f"{people}/told", {"told": told}).headers["Location"] == f"{people}?saved"
    assert clinician.get(people).text.count('name="told" type="checkbox"') == 2
    assert clinician.get(people).text.count(" checked>") == len(told)
    assert ("4 March 2025" in family.parents_browser(AT).get("/home").text) is ("proxies" in told)
    assert ("4 March 2025" in world.patient(family.child).get("/access/people").text) is ("patient" in told)
    assert family.is_ahead(clinician)
    after = midnight(date(2025, 3, 4))
    assert ("being reviewed" in family.parents_browser(after).get("/home").text) is ("proxies" in told)


@pytest.mark.parametrize("code", ["", "104"])
def test_turning_sixteen_applies_the_practices_default_once(code: str) -> None:
    """R40: the code is read when access opens, and a code that comes later takes nothing away by itself."""
    child = _family(date(2009, 3, 4)).child
    sixteen = midnight(date(2025, 3, 4))

    def seen(at: datetime) -> int:
        clock.use(lambda: at)
        return world.patient(child, at).get(SEEN).text.count(LINE)

    def arrives(number: str, at: datetime) -> None:
        act = events.CodeArrived(entry=uuid.uuid4(), code=number, effective=date(2025, 3, 1), recorded=at)
        access.record(patient_id=child.patient.patient_id, act=act, by=BY, at=at)

    if code:
        arrives(code, AT - timedelta(days=1))
    assert seen(sixteen - TICK) == 0
    expected = 0 if code else 1
    assert seen(sixteen) == expected
    assert seen(sixteen) == expected
    if not code:
        arrives("104", sixteen + timedelta(hours=1))
        assert seen(sixteen + timedelta(hours=2)) == 1, "a person decides about access that is open"
    child.lower(1)
    assert seen(sixteen + timedelta(days=400)) == 0, "what they choose stays chosen"


def _reviewed(family: Family) -> datetime:
    """The child's 16th birthday."""
    del family
    return midnight(date(2025, 3, 4)) + timedelta(hours=9)


def _protected(family: Family) -> datetime:
    registry_actions.flag_address(patient_id=family.child.patient.patient_id, by=BY, at=AT)
    return AT


def _dead(family: Family) -> datetime:
    registry_actions.record_death(patient_id=family.child.patient.patient_id, died=True, by=BY, at=AT)
    return AT


@pytest.mark.parametrize("suspend", [_reviewed, _protected, _dead])
def test_whose_access_is_suspended_asks_nothing_and_reads_no_answer(suspend: Callable[[Family], datetime]) -> None:
    """An answer speaks of the record, and the name of a surgery of where somebody lives."""
    family = _family(date(2009, 3, 4))
    parent = family.parents_browser(AT)
    asked = ask(parent, "question", **QUESTION)
    assert parent.get(asked).status_code == 200
    assert "Made-up Surgery" in parent.get("/profile").text
    after = suspend(family)
    parent = family.parents_browser(after)
    assert parent.get(asked).status_code == 404
    assert parent.get(f"{asked}/withdraw").status_code == 404
    assert parent.get("/requests/new/question").status_code == 404
    for page in ("/requests", "/messages"):
        assert asked not in parent.get(page).text
    assert "/requests/new/" not in parent.get("/requests").text
    assert "Made-up Surgery" not in parent.get("/profile").text
    assert parent.get("/access/stop").status_code == 200, "they may still stop acting"
