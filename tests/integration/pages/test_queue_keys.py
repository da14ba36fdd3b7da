"""Keys and links of the worklist: Enter presses the button beside the field, pages go on in its order."""

import html
import re

import pytest

from openrecord.kit.ids import spelt
from tests.integration.fhir.world import Record, observation
from tests.integration.pages import world
from tests.integration.pages.test_queue import SISTER, address, note, one, seen_on, waiting

pytestmark = pytest.mark.usefixtures("by_hand")
FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)
BUTTON = re.compile(r'<button[^>]* value="([^"]+)"')


def test_a_day_or_a_name_is_typed_in_a_form_of_its_own(record: Record) -> None:
    record.deliver(note("n", SISTER))
    staff = world.staff()
    page = staff.get(address(record, one(record))).text
    main = page.partition("<main")[2]
    decisions = {tuple(BUTTON.findall(form)): "nhsuk-input" in form for form in FORM.findall(main)}
    assert decisions == {("release", "hold"): False, ("hold-until",): True, ("hide",): True}
    assert all('name="seen"' in form for form in FORM.findall(main))


def test_what_was_typed_stays_with_its_mistake(record: Record) -> None:
    record.deliver(note("n", SISTER))
    staff, here = world.staff(), address(record, one(record))
    typed = {"seen": "0.0", "decision": "hold-until", "until-day": "31", "until-month": "2", "until-year": "2025"}
    answer = staff.post(here, typed).text
    assert 'href="#until-day"' in answer
    assert 'value="31"' in answer
    assert len(waiting(record)) == 1


def test_the_most_pressing_come_first_and_no_page_calls_the_next_older(record: Record) -> None:
    record.deliver(*(observation(f"n{number}", "2025-02-20") for number in range(60)))
    staff = world.staff()
    first = staff.get("/staff/queue").text
    onward = re.search(r'href="([^"]+)" rel="next"><span[^>]*>([^<]+)<', first)
    assert onward is not None
    assert onward[2] == "Next page"
    second = staff.get(html.unescape(onward[1])).text
    assert "First page" in second
    assert not re.search("Older entries|Newest entries", first + second)


def test_the_page_after_several_decisions_can_be_left_in_another_language(record: Record) -> None:
    """The links at its top lead to where a form was sent: a page must be there for whoever follows one."""
    record.deliver(note("n", SISTER))
    staff = world.staff()
    listed = staff.get("/staff/queue").text
    key = re.search(rf'value="({record.patient.public_id}/[^"]+)"', listed)
    assert key is not None
    done = staff.post("/staff/queue/decide", {"key": key[1], "decision": "hold"}).text
    there = re.search(r'href="(/language/cy\?back=[^"]+)"', done)
    assert there is not None
    turned = staff.get(there[1])
    while turned.status_code in {302, 303}:
        address_now = turned["Location"]
        turned = staff.get(address_now)
    assert (turned.status_code, address_now) == (200, "/staff/queue")
    assert world.staff(roles=(world.Role.READER,)).get("/staff/queue/decide").status_code == 403


def test_from_the_record_a_waiting_entry_is_decided_in_the_worklist(record: Record) -> None:
    record.deliver(note("n", SISTER))
    entry, decider = one(record), world.staff()
    in_queue = address(record, entry)
    in_record = in_queue.replace("/queue/", "/patients/").replace(f"/{spelt(entry)}", f"/entries/{spelt(entry)}")
    assert f'href="{in_queue}"' in decider.get(in_record).text
    assert in_queue not in world.staff(roles=(world.Role.READER,)).get(in_record).text
    page = decider.get(in_queue).text
    decider.post(in_queue, {"decision": "hide", "reason": "third_party", "seen": seen_on(page)})
    assert in_queue not in decider.get(in_record).text, "it is decided"
