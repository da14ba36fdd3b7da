"""A result's own page: other values of the same test, what the test is, and nothing of what is hidden."""

import itertools
import random
import re
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from openrecord.clinical.kinds import Level
from openrecord.screening.actions import acts
from openrecord.screening.types import EntryId, HideReason
from openrecord.timeline.around import around
from openrecord.timeline.types import Reader
from tests.integration.fhir.world import AT, BY, App, Json, Record, observation
from tests.integration.pages import world

SODIUM: Json = {
    "coding": [{"system": "http://snomed.info/sct", "code": "1000661000000107", "display": "Serum sodium level"}],
    "text": "Serum sodium level",
}
SYSTEMS = ("http://snomed.info/sct", "http://read.info/readv2", "urn:x")
RANGE = [{"low": {"value": 133, "unit": "mmol/L"}, "high": {"value": 146, "unit": "mmol/L"}}]


def sodium(key: str, day: str, value: float, unit: str = "mmol/L", **more: Any) -> Json:
    """A laboratory result."""
    quantity = {"value": value, "unit": unit}
    given = {"code": SODIUM, "valueQuantity": quantity, "referenceRange": RANGE, **more}
    return observation(key, day, "laboratory", **given)


def found(app: App, value: float) -> str:
    """The id of the sodium with this value."""
    resources = app.search("Observation", code="1000661000000107").resources
    (only,) = [each["id"] for each in resources if each["valueQuantity"]["value"] == value]
    return str(only)


def found_of(app: App, code: str) -> str:
    """The id of the one result with this code."""
    (only,) = app.search("Observation", code=code).ids
    return only


def page(browser: Client, public_id: str) -> str:
    """A result's own page as it arrives."""
    answer = browser.get(f"/record/test-results/{public_id}")
    assert answer.status_code == 200
    return answer.content.decode()


def rows(html: str) -> list[str]:
    """The values of the table."""
    return re.findall(r'<span class="or-values__value">([^<]*)</span>', html)


@pytest.fixture
def browser(record: Record) -> Client:
    return world.patient(record)


def test_the_values_of_the_same_test_are_a_chart_and_a_table(record: Record, app: App, browser: Client) -> None:
    record.deliver(
        sodium("s1", "2024-03-01", 139),
        sodium("s2", "2024-09-01", 148),
        sodium("s3", "2025-02-01", 141),
        sodium("s4", "2025-02-10", 144),
        sodium("other", "2025-01-01", 4.1, code={**SODIUM, "coding": [{**SODIUM["coding"][0], "code": "100066100"}]}),
    )
    html = page(browser, found(app, 141))
    assert rows(html) == ["144 mmol/L", "141 mmol/L", "148 mmol/L", "139 mmol/L"]
    assert html.count('<use class="or-mark') == 4
    assert html.count('class="or-chart__this" cx=') == 1
    assert re.findall(r'row">([^<]+) <span class="or-values__this">', html) == ["1 February 2025"]
    assert html.count('class="or-chart__band" x="0.0%" y=') == 1
    assert "style=" not in html
    assert "What this test is" in html
    assert "This is general information, not about your result." in html
    first = page(browser, found(app, 139))
    assert rows(first) == rows(html), "an old result stands in the same row of values"
    assert re.findall(r'row">([^<]+) <span class="or-values__this">', first) == ["1 March 2024"]
    assert "or-chart" not in page(browser, found_of(app, "100066100"))


def last_read(record: Record, route: str) -> bytes:
    """What the last answer of an address served. Apps have a writer of their own on the trail, in no order to pages."""
    return [served for by, _query, refused, served in record.trail() if (by, refused) == (route, "")][-1]


def test_every_value_that_the_page_shows_is_on_the_trail(record: Record, app: App, browser: Client) -> None:
    record.deliver(sodium("s1", "2024-03-01", 139), sodium("s2", "2024-09-01", 148), sodium("s3", "2025-02-01", 141))
    ids = [found(app, value) for value in (141, 148, 139)]
    page(browser, ids[0])
    assert last_read(record, "/record/test-results/entry").hex() == "".join(ids).replace("-", "")


def test_a_hidden_value_leaves_no_trace_on_the_page(record: Record, app: App, browser: Client) -> None:
    record.deliver(sodium("s1", "2024-03-01", 139), sodium("s3", "2025-02-01", 141))
    this = found(app, 141)
    without = page(browser, this)
    record.deliver(sodium("draft", "2024-10-01", 120, status="preliminary"))
    assert page(browser, this) == without
    record.deliver(sodium("s2", "2024-09-01", 190, referenceRange=[{"low": {"value": 1}}]))
    assert page(browser, this) != without
    acts.hide(
        patient_id=record.patient.patient_id,
        entry_id=EntryId(record.entry(found(app, 190))),
        reason=HideReason.OTHER,
        responsible=None,
        by=BY,
        at=AT,
    )
    assert page(browser, this) == without
    assert last_read(record, "/record/test-results/entry").hex() == (this + found(app, 139)).replace("-", "")


@pytest.mark.parametrize("level", [Level.FULL, Level.DETAILED])
def test_the_same_test_is_what_filtering_everything_says(record: Record, app: App, level: Level) -> None:
    chance = random.Random(int(level))
    codes = ("1000661000000107", "100066100", "x%", "x_")
    for number in range(60):
        coding = [{"system": system, "code": chance.choice(codes)} for system in chance.sample(SYSTEMS, 2)]
        day = f"2024-{chance.randint(4, 6):02d}-{chance.randint(1, 9):02d}"
        record.deliver(sodium(f"r{number}", day, number, code={"coding": coding, "text": "x"}))
    record.lower(level)
    reader = Reader(record.patient.patient_id, record.viewer, None, "web")
    everything = app.search("Observation", _count=250).resources
    compared = 0
    for resource in everything:
        for system, code in itertools.product(SYSTEMS, codes):
            expected = [
                each["id"]
                for each in everything
                if each is not resource and {"system": system, "code": code} in each["code"]["coding"]
            ]
            for most in (200, 2):
                this = around(
                    reader, UUID(resource["id"]), test_of=lambda _, test=(system, code): test, most=most, at=AT
                )
                assert this is not None
                assert [str(each.public_id) for each in this.others] == expected[:most]
            compared += len(expected)
    assert compared > 1000


def test_units_that_do_not_convert_exactly_stay_off_the_line(record: Record, app: App, browser: Client) -> None:
    record.deliver(
        sodium("s1", "2024-02-01", 0.139, "mol/L", referenceRange=[]),
        sodium("s2", "2024-09-01", 320, "mg/dL", referenceRange=[]),
        sodium("s3", "2025-02-01", 141),
    )
    html = page(browser, found(app, 141))
    assert rows(html) == ["141 mmol/L", "320 mg/dL", "0.139 mol/L"]
    assert html.count('<use class="or-mark') == 2
    assert "= 139 mmol/L" in html
    assert "(mg/dL) cannot be turned exactly into mmol/L" in html


def test_codes_of_any_test_whatever_make_no_test_over_time(record: Record, app: App, browser: Client) -> None:
    degraded = {"coding": [{"system": "http://snomed.info/sct", "code": "196411000000103"}], "text": "Old result"}
    record.deliver(
        observation("d1", "2024-02-01", "laboratory", code=degraded),
        observation("d2", "2024-03-01", "laboratory", code=degraded),
    )
    for public_id in app.search("Observation", code="196411000000103").ids:
        assert "or-values" not in page(browser, public_id)


def test_staff_preview_the_same_and_it_is_on_the_trail(record: Record, app: App) -> None:
    record.deliver(sodium("s1", "2024-03-01", 139), sodium("s3", "2025-02-01", 141))
    this = found(app, 141)
    base = f"/staff/patients/{record.patient.public_id}/preview/test-results"
    answer = world.staff().get(f"{base}/{this}")
    assert answer.status_code == 200
    assert rows(answer.content.decode()) == ["141 mmol/L", "139 mmol/L"]
    assert last_read(record, "/staff/preview").hex() == (this + found(app, 139)).replace("-", "")


def test_a_note_explains_its_short_forms_and_keeps_every_letter(record: Record, app: App, browser: Client) -> None:
    text = "LBP 3/52, ?disc. BP 120/80, BP again.\n  NAD <b>o/e</b>"
    note = {"coding": [{"system": "http://snomed.info/sct", "code": "37331000000100"}]}
    record.deliver(observation("n", "2025-02-01", "exam", code=note, valueString=text))
    (public_id,) = app.search("Observation", code="37331000000100").ids
    html = browser.get(f"/record/consultations/{public_id}").content.decode()
    (written,) = re.findall(r'<div class="or-written">\s*<p>(.*?)</p>', html, re.DOTALL)
    bare = re.sub(r"</?(?:button|abbr|span)[^>]*>", "", written)
    assert bare.replace("&lt;", "<").replace("&gt;", ">") == text
    assert "<dt>LBP</dt><dd>low back pain</dd>" in html
    targets = re.findall(r'popovertarget="(word-\d+)"', html)
    assert targets
    assert set(targets) == set(re.findall(r'id="(word-\d+)" popover', html))
    assert len(targets) == len(set(targets)), "each can be opened once in a paragraph"


def test_below_the_full_level_no_words_of_notes_are_explained(record: Record, app: App, browser: Client) -> None:
    record.deliver(sodium("s1", "2024-03-01", 139), sodium("s3", "2025-02-01", 141, note=[{"text": "Rpt U&E 1/52"}]))
    this = found(app, 141)
    assert "Short forms used in this text" in page(browser, this)
    record.lower(Level.DOCUMENTS)
    html = page(browser, this)
    assert "Short forms used in this text" not in html
    assert "U&amp;E" not in html
    assert rows(html) == ["141 mmol/L", "139 mmol/L"]
