"""Enter in a field presses the first button of its form: that must be the one beside the field, never Release."""

import re

import pytest

from tests.integration.fhir.world import Record
from tests.integration.pages import world
from tests.integration.pages.test_queue import SISTER, address, note, one, waiting

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
