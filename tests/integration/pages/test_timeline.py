"""The whole record by date: every visible entry once and in order, in any part of it, and only that on the trail."""

import random
import re
from datetime import date
from uuid import UUID

import pytest
from django.test import Client

from openrecord.clinical.kinds import Slot
from openrecord.clinical.r4 import tokens
from openrecord.kit.london import midnight
from openrecord.timeline import queries as timeline
from openrecord.timeline.types import ALWAYS, MOST_OF_A_DAY, Period, Reader
from openrecord.web.records.sections import SECTIONS
from tests.integration.fhir.world import AT, App, Json, Record, observation
from tests.integration.pages import world

PATH = "/record/timeline"
TYPES = ("Observation", "Condition", "Immunization", "ServiceRequest", "Encounter", "Procedure")
_SUBJECT = {"reference": "Patient/p"}
_CODE = {"coding": [{"system": "http://snomed.info/sct", "code": "195967001", "display": "Asthma"}]}
ASTHMA = (tokens.part(tokens.Mark.WHAT, "urn:x", "1"), tokens.part(tokens.Mark.WHAT, None, "195967001"))
_PROBLEM = [{"coding": [{"code": "problem-list-item"}]}]


def entries(chance: random.Random, count: int) -> list[Json]:
    """Entries of several kinds on few days, so that many share one; some have no date."""
    made: list[Json] = []
    for number in range(count):
        day = f"{chance.choice((2024, 2025))}-0{chance.randint(1, 2)}-0{chance.randint(1, 4)}"
        key = f"x{number}"
        made.append(
            chance.choice(
                [
                    observation(key, day),
                    observation(key, day, "laboratory"),
                    {"resourceType": "Immunization", "id": key, "status": "completed", "patient": _SUBJECT,
                     "recorded": day, "vaccineCode": _CODE,
                     **({"occurrenceDateTime": day} if chance.random() < 0.7 else {"occurrenceString": "as a child"})},
                    {"resourceType": "ServiceRequest", "id": key, "status": "active", "intent": "order",
                     "subject": _SUBJECT, "authoredOn": day, "code": _CODE},
                    {"resourceType": "Encounter", "id": key, "status": "finished", "class": {"code": "AMB"},
                     "subject": _SUBJECT, "period": {"start": day}, "reasonCode": [_CODE]},
                    {"resourceType": "Condition", "id": key, "subject": _SUBJECT, "category": _PROBLEM, "code": _CODE,
                     "recordedDate": day},
                ]
            )
        )  # fmt: skip
    return made


def day_of(resource: Json) -> str:
    """The clinical date of one of these entries; empty where there is none."""
    elements = ("effectiveDateTime", "occurrenceDateTime", "authoredOn", "recordedDate")
    found = [resource[element] for element in elements if element in resource]
    return str(found[0] if found else resource.get("period", {}).get("start", ""))[:10]


def walked(
    reader: Reader, slots: frozenset[Slot], period: Period, limit: int, ahead: tuple[str, ...] = ()
) -> list[str]:
    """The ids of all pages, in order."""
    found: list[str] = []
    after: str | None = None
    while True:
        page = timeline.page(reader, slots=slots, period=period, ahead=ahead, limit=limit, after=after, at=AT)
        found += [str(entry.public_id) for entry in page.entries]
        after = page.next_cursor
        if after is None:
            return found


@pytest.mark.parametrize("seed", range(3))
def test_pages_of_any_part_are_what_filtering_and_sorting_everything_gives(record: Record, app: App, seed: int) -> None:
    chance = random.Random(seed)
    record.deliver(*entries(chance, 60))
    record.grant_history()  # what has no date is history
    everything = [resource for kind in TYPES for resource in app.search(kind, _count=250).resources]
    assert len(everything) == 63
    reader = Reader(record.patient.patient_id, record.viewer, None, "web")
    slot_of = {
        str(entry.public_id): entry.slot
        for entry in timeline.page(reader, slots=timeline.EVERY_SLOT, limit=100, at=AT).entries
    }
    everything.sort(key=lambda resource: (day_of(resource), UUID(resource["id"]).bytes), reverse=True)
    coded = {each["id"] for each in everything if each["resourceType"] not in {"Observation", "Encounter"}}
    for _ in range(40):
        kinds = chance.sample(SECTIONS, chance.randint(1, len(SECTIONS)))
        slots = frozenset().union(*(section.slots for section in kinds))
        days = sorted(date(chance.choice((2024, 2025)), chance.randint(1, 2), chance.randint(1, 5)) for _ in range(2))
        first, last = (chance.choice((None, day)) for day in days)
        period = Period(*(None if day is None else midnight(day) for day in (first, last)))
        expected = [
            resource["id"]
            for resource in everything
            if slot_of[resource["id"]] in slots
            and (period == ALWAYS or day_of(resource))
            and (first is None or day_of(resource) >= first.isoformat())
            and (last is None or day_of(resource) < last.isoformat())
        ]
        assert walked(reader, slots, period, chance.randint(1, 9)) == expected
        assert walked(reader, slots, period, chance.randint(1, 9), ASTHMA) == (
            [one for one in expected if one in coded] + [one for one in expected if one not in coded]
        )
    assert walked(reader, timeline.EVERY_SLOT, ALWAYS, 7) == [resource["id"] for resource in everything]


def test_a_page_ends_with_a_day_and_goes_on_behind_it(record: Record) -> None:
    record.deliver(
        *(observation(f"a{number}", "2025-01-31T23:30:00Z") for number in range(3)),
        *(observation(f"b{number}", f"2025-01-31T00:{number:02d}:00Z") for number in range(9)),
        *(observation(f"c{number}", "2025-01-30T23:59:00Z") for number in range(2)),
    )
    reader = Reader(record.patient.patient_id, record.viewer, None, "web")

    def sizes(limit: int, most: int = MOST_OF_A_DAY) -> list[int]:
        found, after = [], None
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(timeline, "MOST_OF_A_DAY", most)
            while True:
                page = timeline.page(
                    reader, slots=timeline.EVERY_SLOT, limit=limit, whole_days=True, after=after, at=AT
                )
                found.append(len(page.entries))
                after = page.next_cursor
                if after is None:
                    return found

    everything = timeline.page(reader, slots=timeline.EVERY_SLOT, limit=100, at=AT).entries
    assert len(everything) == 17
    assert sizes(4) == [3, 12, 2], "three of February, then the whole of 31 January"
    assert sizes(8) == [15, 2], "of this page not half would stay"
    assert sizes(15) == [15, 2]
    assert sizes(16) == [15, 2]
    assert sizes(17) == [17]
    assert sizes(4, most=5) == [3, 9, 3, 2], "a day without end is no page without end"


@pytest.fixture
def browser(record: Record) -> Client:
    return world.patient(record)


def read(browser: Client, query: str = "") -> str:
    """The page as it arrives."""
    answer = browser.get(f"{PATH}{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def headings(html: str, level: int) -> list[str]:
    return re.findall(rf"<h{level}[^>]*>([^<]+)</h{level}>", html)


def test_what_happened_stands_under_its_day_and_month(record: Record, browser: Client) -> None:
    note = {"coding": [{"system": "http://snomed.info/sct", "code": "37331000000100"}]}
    encounter: Json = {"encounter": {"reference": "Encounter/e"}}
    record.deliver(
        {"resourceType": "Encounter", "id": "e", "status": "finished", "class": {"code": "AMB"}, "subject": _SUBJECT,
         "period": {"start": "2025-01-05"}},
        observation("m", "2025-01-05", **encounter),
        observation("late", "2025-01-06", **encounter),
        {**observation("n", "2025-01-05", "exam", code=note, valueString="Well"), "valueQuantity": None, **encounter},
    )  # fmt: skip
    html = read(browser)
    assert headings(html, 2) == ["February 2025", "January 2025"]
    assert headings(html, 3) == [
        "3 February 2025", "2 February 2025", "1 February 2025", "6 January 2025", "5 January 2025",
    ]  # fmt: skip
    kinds = re.findall(r'or-line__kind">([^<]+)', html)
    assert kinds == ["Measurements and findings"] * 4 + ["Consultations and events"]
    assert html.count("Body weight") == 5
    assert ">Note<" not in html, "a note is read in its consultation"


def test_a_part_of_it_by_kind_and_year(record: Record, browser: Client) -> None:
    record.deliver(observation("lab", "2024-02-01", "laboratory"))
    html = read(browser, "?kind=measurements&kind=nonsense&first=2025")
    assert html.count("Body weight") == 3
    assert 'value="measurements" checked' in html
    assert read(browser, "?last=2024").count("Body weight") == 1
    assert read(browser, "?kind=allergies").count("There is nothing to show here.") == 1


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("?first=20", "Enter a year, such as 2019"),
        ("?last=%D9%A2%D9%A0%D9%A1%D9%A9", "Enter a year, such as 2019"),
        ("?last=9999", "Enter a year, such as 2019"),
        ("?first=2025&last=2024", "The last year must not be before the first"),
    ],
)
def test_a_year_that_is_none_is_said_and_kept(browser: Client, query: str, message: str) -> None:
    html = read(browser, query)
    assert html.count(message) == 2
    assert "Body weight" not in html
    assert "There is nothing to show here" not in html


def test_what_the_page_shows_is_on_the_trail(record: Record, app: App, browser: Client) -> None:
    ids = app.search("Observation").ids
    read(browser, "?kind=measurements&first=2025")
    (found,) = [read for read in record.trail() if read[0] == PATH]
    assert found == (PATH, "kind=measurements&first=2025", "", b"".join(UUID(one).bytes for one in ids))


def test_a_place_that_was_never_handed_out_is_no_page(browser: Client) -> None:
    assert browser.get(f"{PATH}?after=x").status_code == 404


def test_older_entries_keep_the_part(record: Record, browser: Client) -> None:
    record.deliver(*(observation(f"w{number}", f"2024-05-{number % 28 + 1:02d}") for number in range(60)))
    html = read(browser, "?kind=measurements&last=2024")
    (older,) = re.findall(r'href="(/record/timeline\?[^"]+)" rel="next"', html)
    assert older.startswith("/record/timeline?kind=measurements&amp;last=2024&amp;after=")
    second = read(browser, older.removeprefix(PATH).replace("&amp;", "&"))
    assert (html.count("Body weight"), second.count("Body weight")) == (48, 12), "to the end of a day"
    assert "Newest entries" in second


def medicine(key: str, day: str, intent: str, status: str, **more: object) -> Json:
    """A prescription of one medicine."""
    return {
        "resourceType": "MedicationRequest", "id": key, "status": status, "intent": intent, "subject": _SUBJECT,
        "authoredOn": day, "medicationCodeableConcept": _CODE, **more,
    }  # fmt: skip


def test_what_is_taken_now_comes_first_however_long_ago_it_began(record: Record, browser: Client) -> None:
    record.deliver(
        medicine("plan", "2024-02-01", "plan", "active", courseOfTherapyType={"coding": [{"code": "repeat"}]}),
        medicine("other", "2024-02-02", "plan", "on-hold"),
        medicine("old", "2024-02-03", "plan", "completed"),
        *(
            medicine(
                f"i{n}",
                f"2024-05-{n % 28 + 1:02d}",
                "order",
                "completed",
                basedOn=[{"reference": "MedicationRequest/plan"}],
            )
            for n in range(60)
        ),
    )
    html = browser.get("/record/medicines").content.decode()
    assert headings(html, 2) == ["Repeat medicines", "Other current medicines"]
    assert (html.count("Asthma"), html.count("Issued")) == (2, 50)
    (older,) = re.findall(r'href="([^"]+)" rel="next"', html)
    rest = browser.get(older).content.decode()
    assert headings(rest, 2) == ["Past medicines", "Earlier prescriptions"]
    assert (rest.count("Asthma"), rest.count(">Issued ")) == (2, 9), "the old one, and ten issues of one prescription"
    assert len(re.findall(r'class="or-line__title" href="/record/medicines/', rest)) == 11
    assert browser.get("/record/medicines?after=~").status_code == 404
    assert browser.get("/record/documents?after=~").status_code == 404
