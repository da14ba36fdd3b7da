"""The patients' templates: strict, escaped, without a trace of what is not there."""

import re
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from openrecord.access.queries import Viewing
from openrecord.access.types import ViewerId, ViewerKind
from openrecord.clinical.kinds import Slot
from openrecord.kit.ids import random_id
from openrecord.portal.acting import Acting
from openrecord.portal.pages import page
from openrecord.registry.types import PatientId
from openrecord.web.audience import Audience
from openrecord.web.records.absent import empty
from openrecord.web.records.lists import list_context
from openrecord.web.records.sections import BY_SLUG, SECTIONS, RecordSection, detail_of
from openrecord.web.records.values import Shown
from openrecord.web.session import SignedIn
from tests.unit.web.entries import shown_of

ATTACK = "<script>alert(1)</script>"


def acting(name: str = "", *, others: bool = False) -> Acting:
    """Whose record is open."""
    kind = ViewerKind.PROXY if name else ViewerKind.SELF
    return Acting(Viewing(PatientId(1), ViewerId(random_id()), kind), name, others)


def request() -> HttpRequest:
    """A request of a patient."""
    made = RequestFactory().get("/record/test-results")
    made.signed_in = SignedIn(Audience.PATIENT, "s", None)  # type: ignore[attr-defined]
    return made


def listed(section: RecordSection, entries: list[Shown], by: Acting | None = None, cursor: str | None = None) -> str:
    """The page of a section."""
    context = list_context(section, entries, base="/record", cursor=cursor, first=True, empty=empty(None))
    return page(request(), "records/list.html", by or acting(), {**context, "back_href": "/", "back_text": "x"}).text


def words(html: str) -> str:
    """What a person reads of a page."""
    return re.sub(r"<[^>]+>", " ", html)


def result(**more: Any) -> Shown:
    """A laboratory result."""
    body = {"resourceType": "Observation", "code": {"text": "Sodium"}, "valueQuantity": {"value": 140}, **more}
    return shown_of("/record/test-results/1", "Observation/1", "3 March 2024", body)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.slug)
def test_an_empty_section_says_so_and_hints_at_nothing(section: RecordSection) -> None:
    html = words(listed(section, []))
    assert "There is nothing to show here." in html
    for word in ("hidden", "withheld", "permission", "Older entries"):
        assert word not in html.lower() + html


def test_no_access_at_all_reads_like_an_empty_section() -> None:
    section = BY_SLUG["test-results"]
    context = list_context(section, [], base="/record", cursor=None, first=True, empty=empty(None))
    made = page(request(), "records/list.html", None, {**context, "back_href": "/", "back_text": "x"}).text
    assert made == listed(section, [])


def test_what_the_source_wrote_is_escaped() -> None:
    attacked = result(code={"text": ATTACK}, valueQuantity={"value": 1, "unit": ATTACK}, note=[{"text": ATTACK}])
    assert "<script" not in listed(BY_SLUG["test-results"], [attacked])
    context = {
        "entry": detail_of(attacked, ()),
        "files": (),
        "names_note": "",
        "section_title": "",
        "back_href": "/",
        "back_text": "",
    }
    made = page(request(), "records/detail.html", acting(ATTACK), context).text
    assert "<script" not in made
    assert "&lt;script&gt;" in made


def test_the_title_of_the_window_never_names_a_result() -> None:
    entry = detail_of(result(), ())
    context = {
        "entry": entry,
        "files": (),
        "names_note": "",
        "section_title": "Test results",
        "back_href": "/",
        "back_text": "",
    }
    made = page(request(), "records/detail.html", acting(), context).text
    assert "<title>Test results" in made


def test_a_proxy_always_sees_for_whom_they_act() -> None:
    section = BY_SLUG["medicines"]
    assert "You are acting for <strong>Owen Example</strong>" in listed(section, [], acting("Owen Example"))
    assert "Switch person" not in listed(section, [], acting("Owen Example"))
    assert "Switch person" in listed(section, [], acting("Owen Example", others=True))
    assert "acting for" not in listed(section, [], acting())


def test_older_entries_lead_on_only_where_there_are_some() -> None:
    html = listed(BY_SLUG["test-results"], [result()], cursor="a+b/c")
    assert 'href="/record/test-results?after=a%2Bb/c"' in html
    assert "Older entries" not in listed(BY_SLUG["test-results"], [result()])


def test_above_the_range_is_said_without_judging() -> None:
    html = listed(
        BY_SLUG["test-results"],
        [result(valueQuantity={"value": 150, "unit": "mmol/L"}, referenceRange=[{"high": {"value": 146}}])],
    )
    read = words(html).lower()
    assert "above the range" in read
    for word in ("normal", "high", "bad", "good", "danger"):
        assert word not in read


def test_results_are_listed_in_the_section_of_their_slot() -> None:
    assert Slot.LABORATORY in BY_SLUG["test-results"].slots
    assert Slot.COMMENT in BY_SLUG["consultations"].slots
