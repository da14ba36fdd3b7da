"""People who act for patients, in a real browser: let in by a code, growing children, an entry kept back, a move."""

import re
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from openrecord.access import actions as access
from openrecord.access import events
from openrecord.flow.steps import check_duties
from openrecord.identity import queries as identity
from openrecord.kit import clock
from openrecord.kit.london import midnight
from openrecord.registry import actions as registry_actions
from openrecord.registry import queries as registry
from openrecord.registry.types import OdsCode, Policy, Practice
from openrecord.web.session import SESSION
from tests.browser.accessibility import WIDTHS, check, signed_in, turn
from tests.browser.apart import apart
from tests.browser.test_own_access import press
from tests.integration.fhir.world import AT, BY, OPENED, ORG, Record, made_record, observation, stopped
from tests.integration.pages import world

pytestmark = pytest.mark.browser
SEEN = "/record/measurements"
NEXT = OdsCode("Y90779")
CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){2}")
LONG_AGO = datetime(2024, 2, 1, 12, tzinfo=UTC)
Call = Callable[[Callable[[], Any]], Any]


@pytest.fixture
def call(stored: None) -> Iterator[Call]:  # noqa: ARG001
    """Work on the database, beside the browser."""
    stopped()
    with apart() as made:
        yield made


def _token(record: Record, at: datetime = AT) -> str:
    return str(world.patient(record, at).cookies[SESSION].value)


def _staff(at: datetime = AT, ods: OdsCode = ORG) -> str:
    return str(world.staff(ods, at=at).cookies[SESSION].value)


def _family(born: date, *givens: str, basis: str = "parental") -> tuple[Record, list[Record]]:
    """Somebody with two measurements, and people who act for them."""
    child = made_record("Example", "Ada", born)
    child.deliver(observation("a", "2024-02-01"), observation("b", "2024-01-20"), at=LONG_AGO)
    others = [made_record("Carer", given) for given in givens]
    for other in others:
        world.patient(other, OPENED)
        person = identity.person_by_nhs_number(other.patient.nhs_number)
        assert person is not None
        act = events.ProxyGranted(viewer=uuid.uuid4(), basis=basis, listed_org=str(ORG), level=4)
        access.record(patient_id=child.patient.patient_id, act=act, by=BY, at=OPENED, behind=person.person_id)
    return child, others


def _act_for(page: Page, origin: str, name: str) -> None:
    """Choose the record of somebody whom one acts for."""
    page.goto(f"{origin}/people")
    check(page)
    page.get_by_label(name).check()
    press(page, "Continue")
    expect(page.get_by_text("You are acting for")).to_be_visible()


def _measurements(page: Page, origin: str) -> int:
    page.goto(origin + SEEN)
    check(page)
    return page.locator(".or-line__title").count()


@pytest.mark.parametrize("width", WIDTHS)
def test_somebody_is_let_in_by_a_code_and_reads(browser: Browser, origin: str, call: Call, width: int) -> None:
    record, carer = call(lambda: (made_record(), made_record("Carer", "Kim")))
    call(lambda: record.deliver(observation("a")))
    staff, theirs = call(lambda: (_staff(), _token(carer)))
    with signed_in(browser, origin, staff, width) as desk, signed_in(browser, origin, theirs, width) as home:
        page = desk.new_page()
        page.goto(f"{origin}/staff/patients/{record.patient.public_id}/people")
        check(page)
        turn(page, page.get_by_role("button", name="Let somebody act for this patient"))
        check(page)
        press(page, "Let them in")
        expect(page.get_by_role("alert")).to_contain_text("Enter their first name")
        _fill(page)
        press(page, "Let them in")
        press(page, "Print a letter with a code (Kim Carer)")
        code = CODE.findall(page.locator(".or-letter").inner_text())[0]
        other = home.new_page()
        other.goto(f"{origin}/home")
        turn(other, other.get_by_role("link", name="Use a code from a surgery"))
        check(other)
        other.get_by_label("Code").fill("ABCD-EFGH-JKMN")
        press(other, "Continue")
        expect(other.get_by_role("alert")).to_contain_text("We cannot use this code")
        other.get_by_label("Code").fill(code.lower())
        press(other, "Continue")
        expect(other.get_by_text("You are acting for")).to_be_visible()
        assert _measurements(other, origin) == 1
        other.goto(f"{origin}/access")
        check(other)
        turn(other, other.get_by_role("link", name=re.compile("Stop acting for")))
        check(other)
        press(other, "Stop acting for them")
        expect(other.get_by_text("You no longer act for this person.")).to_be_visible()


def _fill(page: Page) -> None:
    for label, text in (("First name", "Kim"), ("Last name", "Carer")):
        page.get_by_label(label).fill(text)
    for name, parts in (("born", ("10", "5", "1980")), ("expires", ("1", "3", "2026"))):
        for part, text in zip(("day", "month", "year"), parts, strict=True):
            page.locator(f"#{name}-{part}").fill(text)
    for label in ("Unpaid carer or friend", "The patient's consent", "The patient told us in person"):
        page.get_by_label(label, exact=True).check()
    page.get_by_label("Everything, with notes and letters").check()


@pytest.mark.parametrize("width", WIDTHS)
def test_at_eleven_access_is_suspended_until_it_is_reviewed(
    browser: Browser, origin: str, call: Call, width: int
) -> None:
    child, (mother,) = call(lambda: _family(date(2014, 3, 4), "Kim"))
    call(lambda: check_duties({child.patient.patient_id: None}, at=AT))
    before, desk = call(lambda: (_token(mother), _staff()))
    with signed_in(browser, origin, before, width) as theirs, signed_in(browser, origin, desk, width) as staff:
        page, listed = theirs.new_page(), staff.new_page()
        _act_for(page, origin, "Ada Example")
        expect(page.get_by_text("On 4 March 2025 the surgery reviews your access.")).to_be_visible()
        assert _measurements(page, origin) == 2
        listed.goto(f"{origin}/staff/ahead")
        check(listed)
        expect(listed.get_by_text("4 March 2025").first).to_be_visible()
    after = midnight(date(2025, 3, 4)) + timedelta(hours=9)
    clock.use(lambda: after)
    call(lambda: check_duties({child.patient.patient_id: None}, at=after))
    now, desk = call(lambda: (_token(mother, after), _staff(after)))
    with signed_in(browser, origin, now, width) as theirs, signed_in(browser, origin, desk, width) as staff:
        page, decides = theirs.new_page(), staff.new_page()
        _act_for(page, origin, "Ada Example")
        expect(page.get_by_text("Your access is being reviewed.")).to_be_visible()
        assert _measurements(page, origin) == 0
        decides.goto(f"{origin}/staff/decisions")
        turn(decides, decides.locator(f"a[href*='{child.patient.public_id}/age-review']"))
        check(decides)
        decides.get_by_label("Carry on").check()
        press(decides, "Decide")
        assert _measurements(page, origin) == 2


@pytest.mark.parametrize("width", WIDTHS)
def test_at_sixteen_a_parents_access_ends_and_the_young_persons_begins(
    browser: Browser, origin: str, call: Call, width: int
) -> None:
    child, (mother,) = call(lambda: _family(date(2009, 3, 4), "Kim"))
    tokens = call(lambda: (_token(mother), _token(child)))
    with signed_in(browser, origin, tokens[0], width) as theirs, signed_in(browser, origin, tokens[1], width) as own:
        page, mine = theirs.new_page(), own.new_page()
        _act_for(page, origin, "Ada Example")
        expect(page.get_by_text("Your access ends on 4 March 2025.")).to_be_visible()
        assert (_measurements(page, origin), _measurements(mine, origin)) == (2, 0)
        mine.goto(f"{origin}/access/people")
        check(mine)
        expect(mine.get_by_text("On 4 March 2025 you are 16.")).to_be_visible()
    after = midnight(date(2025, 3, 4))
    clock.use(lambda: after)
    tokens = call(lambda: (_token(mother, after), _token(child, after)))
    with signed_in(browser, origin, tokens[0], width) as theirs, signed_in(browser, origin, tokens[1], width) as own:
        page, mine = theirs.new_page(), own.new_page()
        _act_for(page, origin, "Ada Example")
        expect(page.get_by_text("Your access has ended.")).to_be_visible()
        assert (_measurements(page, origin), _measurements(mine, origin)) == (0, 2)


@pytest.mark.parametrize("width", WIDTHS)
def test_an_entry_is_kept_from_one_of_two(browser: Browser, origin: str, call: Call, width: int) -> None:
    record, (kim, dan) = call(lambda: _family(date(1940, 3, 4), "Kim", "Dan", basis="lpa"))
    tokens = call(lambda: [_token(one) for one in (record, kim, dan)])
    with (
        signed_in(browser, origin, tokens[0], width) as own,
        signed_in(browser, origin, tokens[1], width) as first,
        signed_in(browser, origin, tokens[2], width) as second,
    ):
        mine, kims, dans = own.new_page(), first.new_page(), second.new_page()
        for page in (kims, dans):
            _act_for(page, origin, "Ada Example")
            assert _measurements(page, origin) == 2
        mine.goto(origin + SEEN)
        turn(mine, mine.locator(".or-line__title").first)
        turn(mine, mine.get_by_role("link", name="Keep this from people who act for you"))
        check(mine)
        mine.get_by_label("Dan Carer").check()
        press(mine, "Keep it from them")
        expect(mine.get_by_text("Dan Carer")).to_be_visible()
        assert [_measurements(page, origin) for page in (mine, kims, dans)] == [2, 2, 1]
        mine.goto(f"{origin}/access/kept")
        turn(mine, mine.get_by_role("button", name="Keep a part of my record from them"))
        check(mine)
        press(mine, "Keep it from them")
        expect(mine.get_by_role("alert")).to_contain_text("Choose sections, or enter a day, or both")
        mine.get_by_label("Measurements and procedures").check()
        press(mine, "Keep it from them")
        assert [_measurements(page, origin) for page in (mine, kims, dans)] == [2, 0, 0]


@pytest.mark.parametrize("width", WIDTHS)
def test_a_clinician_keeps_an_entry(browser: Browser, origin: str, call: Call, width: int) -> None:
    record, (kim,) = call(lambda: _family(date(1940, 3, 4), "Kim", basis="lpa"))
    theirs, desk = call(lambda: (_token(kim), _staff()))
    with signed_in(browser, origin, desk, width) as staff, signed_in(browser, origin, theirs, width) as home:
        page, kims = staff.new_page(), home.new_page()
        page.goto(f"{origin}/staff/patients/{record.patient.public_id}")
        turn(page, page.get_by_role("link", name="Body weight").first)
        check(page)
        turn(page, page.get_by_role("link", name="Keep this from people who act for the patient"))
        check(page)
        press(page, "Keep it from them")
        expect(page.get_by_role("alert")).to_contain_text("Choose why it is kept")
        page.get_by_label("Safeguarding").check()
        press(page, "Keep it from them")
        _act_for(kims, origin, "Ada Example")
        assert _measurements(kims, origin) == 1
        press(page, "Share it with them again (Body weight)")
        assert _measurements(kims, origin) == 2


@pytest.mark.parametrize("width", WIDTHS)
def test_a_clinician_opens_a_young_persons_own_access_and_takes_a_wrong_death_back(
    browser: Browser, origin: str, call: Call, width: int
) -> None:
    record, _ = call(lambda: _family(date(2011, 3, 4), "Kim"))
    desk, own = call(lambda: (_staff(), _token(record)))
    with signed_in(browser, origin, desk, width) as staff, signed_in(browser, origin, own, width) as home:
        page, mine = staff.new_page(), home.new_page()
        assert _measurements(mine, origin) == 0
        page.goto(f"{origin}/staff/patients/{record.patient.public_id}")
        turn(page, page.get_by_role("link", name="Own access before 16"))
        check(page)
        press(page, "Record it")
        expect(page.get_by_role("alert")).to_contain_text("Choose how much they may see")
        page.get_by_label("Everything, with notes and letters").check()
        press(page, "Record it")
        expect(page.get_by_text("They may see at most")).to_be_visible()
        assert _measurements(mine, origin) == 2
        turn(page, page.get_by_role("link", name="Record entries"))
        turn(page, page.get_by_role("link", name="Death and protected address"))
        check(page)
        press(page, "Record it")
        expect(page.get_by_role("alert")).to_contain_text("Choose what has changed")
        page.get_by_label("The patient has died").check()
        press(page, "Record it")
        assert _measurements(mine, origin) == 0
        page.get_by_label("The death was recorded by mistake").check()
        press(page, "Record it")
        expect(page.get_by_text("Neither is recorded.")).to_be_visible()
        assert _measurements(mine, origin) == 2


@pytest.mark.parametrize("width", WIDTHS)
def test_after_a_move_the_new_practice_begins_anew_and_nobody_acts_any_more(
    browser: Browser, origin: str, call: Call, width: int
) -> None:
    """R46."""
    record, (kim,) = call(lambda: _family(date(1940, 3, 4), "Kim", basis="lpa"))
    tokens = call(lambda: (_token(record), _token(kim)))
    with signed_in(browser, origin, tokens[0], width) as own, signed_in(browser, origin, tokens[1], width) as home:
        mine, kims = own.new_page(), home.new_page()
        _act_for(kims, origin, "Ada Example")
        assert (_measurements(mine, origin), _measurements(kims, origin)) == (2, 2)
        call(lambda: _move(record))
        assert (_measurements(mine, origin), _measurements(kims, origin)) == (0, 0)
        kims.goto(f"{origin}/people")
        check(kims)
        expect(kims.get_by_text("Ada Example")).to_have_count(0)
        sent = observation("new", "2025-03-03"), observation("old", "2025-02-20")
        call(lambda: record.deliver(*sent, org=NEXT))
        assert (_measurements(mine, origin), _measurements(kims, origin)) == (1, 0)
        mine.goto(f"{origin}/access/people")
        expect(mine.get_by_text("Nobody acts for you here.")).to_be_visible()
        desk = call(lambda: _staff(ods=NEXT))
        with signed_in(browser, origin, desk, width) as staff:
            page = staff.new_page()
            page.goto(f"{origin}/staff/patients/{record.patient.public_id}/people")
            check(page)
            expect(page.get_by_text("Nobody acts for this patient here.")).to_be_visible()


def _move(record: Record) -> None:
    if registry.practice(NEXT) is None:
        practice = Practice(NEXT, "Next Surgery", policy=Policy())
        registry_actions.add_practice(practice=practice, valid_from=date(2020, 1, 1), by=BY, at=OPENED)
    today = AT.date()
    registry_actions.deduct(patient_id=record.patient.patient_id, ods=ORG, end=today, by=BY, at=AT)
    registry_actions.register(patient_id=record.patient.patient_id, ods=NEXT, start=today, by=BY, at=AT)
