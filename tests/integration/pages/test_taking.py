"""Files to take along: what the pages of the same viewer show at that instant, and refused once that has changed."""

import csv
import io
import json
import random
import re
import uuid
from datetime import timedelta
from uuid import UUID

import fhirkit
import pytest
from django.test import Client

from openrecord.access import actions as access_actions
from openrecord.access import events as access_events
from openrecord.access import queries as access
from openrecord.access.types import ViewerId, ViewerKind
from openrecord.audit.sources import CHANGE
from openrecord.clinical.kinds import Level
from openrecord.kit import clock
from openrecord.screening import queries as screening
from openrecord.screening.actions import acts
from openrecord.screening.types import HideReason
from openrecord.taking import actions, files, making, queries, tasks
from openrecord.taking.rules import LEASE, LIFE, MOST_ATTEMPTS, MOST_KEPT
from openrecord.taking.types import DownloadId
from openrecord.web.language import COOKIE
from openrecord.web.text import ENGLISH, active_language
from tests.integration.fhir.world import AT, BY, App, Record, made_record, observation
from tests.integration.pages import world
from tests.integration.pages.test_covid import TOKEN, proxy_of
from tests.unit.web.test_pdf import tags, unpacked

PDF, CSV, FHIR = "pdf", "csv", "fhir"
SUMMARIES = "summary", "summary-pdf"


def ask(browser: Client, format: str, **typed: object) -> str:
    """Ask for a file; its address."""
    answer = browser.post("/take", {"format": format, **typed})
    assert answer.status_code == 303
    return answer.headers["Location"]


def made(browser: Client, format: str, **typed: object) -> str:
    """Have a file made; its address."""
    address = ask(browser, format, **typed)
    while tasks.make_next(clock.now()):
        pass
    return address


def content(browser: Client, format: str, **typed: object) -> bytes:
    """A file, asked for, made and fetched."""
    answer = browser.get(made(browser, format, **typed) + "/file")
    assert answer.status_code == 200
    return answer.content


def rows(content: bytes) -> list[list[str]]:
    """The rows of a table, without its head."""
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))[1:]


def test_a_bundle_holds_what_the_interface_serves(record: Record, app: App) -> None:
    bundle = json.loads(content(world.patient(record), FHIR))
    assert fhirkit.validate(json.dumps(bundle).encode()) == []
    assert (bundle["type"], bundle["timestamp"]) == ("collection", "2025-03-03T09:00:00.000000Z")
    served = app.search("Patient").resources + app.search("Observation").resources
    assert [entry["resource"] for entry in bundle["entry"]] == served
    urls = [entry["fullUrl"] for entry in bundle["entry"]]
    assert urls == [f"http://127.0.0.1:8000/fhir/{each['resourceType']}/{each['id']}" for each in served]


def test_a_pdf_is_tagged_and_says_whose_it_is_and_when(record: Record) -> None:
    found = content(world.patient(record), PDF)
    inside = unpacked(found)
    assert found.startswith(b"%PDF-1.7")
    for part in (b"/StructTreeRoot", b"/MarkInfo", b"/Outlines"):
        assert part in inside
    assert re.search(rb"/Lang\s*\(en", inside)
    assert re.search(rb"pdfuaid:part[^0-9]{1,20}1", inside)
    assert tags(found) >= {"Document", "Title", "H1", "H2", "Table", "THead", "TBody", "TR", "TH", "TD", "P"}


def test_a_table_has_a_row_for_each_value(record: Record) -> None:
    assert rows(content(world.patient(record), CSV)) == [
        [
            f"2025-02-0{day}",
            "Body weight",
            "",
            "",
            "70",
            "kg",
            "",
            "",
            f"2025-02-0{day}",
            "",
            "http://snomed.info/sct",
            "27113001",
        ]
        for day in (3, 2, 1)
    ]


@pytest.mark.parametrize("seed", range(3))
def test_nothing_tells_of_what_is_not_shown(record: Record, seed: int) -> None:
    """Pairs: the same file with and without entries that were hidden, labelled, not filed, or kept back otherwise."""
    browser, chance = world.patient(record), random.Random(seed)
    before = [everything(browser, **part) for part in (WHOLE, PART)]
    for number in range(8):
        keep_back(record, f"x{seed}{number}", chance)
    assert [everything(browser, **part) for part in (WHOLE, PART)] == before


WHOLE: dict[str, object] = {}
PART: dict[str, object] = {
    "section": ["measurements", "test-results"],
    "first-day": "1",
    "first-month": "2",
    "first-year": "2025",
}
ADDRESS = re.compile(r"/take/[0-9a-f-]{36}")


def everything(browser: Client, **part: object) -> list[bytes | str]:
    """Every file, and the page of each while it is made and afterwards."""
    found: list[bytes | str] = []
    for each in (PDF, CSV, FHIR, *(() if part else SUMMARIES)):
        address = ask(browser, each, **part)
        found.append(plain(browser.get(address).text))
        assert tasks.make_next(clock.now()) == 1
        found += [plain(browser.get(address).text), browser.get(f"{address}/file").content]
    return found


def plain(page: str) -> str:
    return ADDRESS.sub("", TOKEN.sub("", page))


def keep_back(record: Record, key: str, chance: random.Random) -> None:
    """An entry that the patient does not see, for a reason that chance chooses."""
    day, category = f"2025-02-{chance.randint(1, 20):02d}", chance.choice(["vital-signs", "laboratory"])
    how = chance.choice(["hidden", "labelled", "unfiled", "old"])
    if how == "labelled":
        label = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "NOPAT"}
        record.deliver(observation(key, day, category, meta={"security": [label]}))
    elif how == "unfiled":
        record.deliver(observation(key, day, "laboratory", status="registered"))
    elif how == "old":
        record.deliver(observation(key, f"2015{day[4:]}", category))
    else:
        before = {str(state.public_id) for state in screening.states(record.patient.patient_id).values()}
        record.deliver(observation(key, day, category))
        after = {str(state.public_id) for state in screening.states(record.patient.patient_id).values()}
        (entry,) = after - before
        hide(record, entry)


def hide(record: Record, public_id: str) -> None:
    why = {"reason": HideReason.OTHER, "responsible": None}
    acts.hide(patient_id=record.patient.patient_id, entry_id=record.entry(public_id), by=BY, at=AT, **why)


def newest(browser: Client) -> str:
    """The id of the newest measurement."""
    found = re.search(r"/record/measurements/([0-9a-f-]{36})", browser.get("/record/measurements").text)
    assert found is not None
    return found[1]


def refused(browser: Client, address: str) -> str:
    """The page of a file that is not given out any more."""
    answer = browser.get(f"{address}/file")
    assert (answer.status_code, answer.headers["Location"]) == (303, address)
    page = browser.get(address).text
    assert "It is not given out any more" in page
    return plain(page)


def test_a_file_is_refused_once_the_record_says_anything_else_and_why_is_not_said(record: Record) -> None:
    browser = world.patient(record)
    addresses = [made(browser, each) for each in (PDF, CSV, FHIR)]
    assert {browser.get(f"{address}/file").status_code for address in addresses} == {200}
    record.deliver(observation("d", "2025-02-04"))
    told = {refused(browser, address) for address in addresses if "to read or print" in browser.get(address).text}
    assert {browser.get(f"{address}/file").status_code for address in addresses} == {303}
    address = made(browser, PDF)
    hide(record, newest(browser))
    told.add(refused(browser, address))
    address = made(browser, PDF)
    record.lower(Level.SUMMARY)
    told.add(refused(browser, address))
    assert len(told) == 1


def test_a_file_that_is_refused_is_gone_and_stays_refused(record: Record) -> None:
    browser = world.patient(record)
    address = made(browser, PDF)
    hidden = newest(browser)
    hide(record, hidden)
    refused(browser, address)
    acts.unhide(patient_id=record.patient.patient_id, entry_id=record.entry(hidden), by=BY, at=AT)
    refused(browser, address)
    again = browser.post(f"{address}/again").headers["Location"]
    assert tasks.make_next(AT) == 1
    assert browser.get(f"{again}/file").status_code == 200


def test_no_word_of_it_lies_in_the_folder(record: Record) -> None:
    made(world.patient(record), FHIR)
    lying = b"".join(place.read_bytes() for place in files.folder().iterdir())
    assert b"Body weight" not in lying
    assert record.patient.nhs_number.encode() not in lying
    assert str(record.patient.patient_id) not in "".join(place.name for place in files.folder().iterdir())


def test_free_text_is_there_at_the_full_level_alone(record: Record) -> None:
    record.deliver(observation("n", "2025-02-05", note=[{"text": "Words of the practice"}]))
    browser = world.patient(record)
    assert b"Words of the practice" in content(browser, FHIR)
    record.lower(Level.DETAILED)
    assert b"Words of the practice" not in content(browser, FHIR)


def test_a_proxy_takes_what_a_proxy_sees_and_the_file_says_who_made_it(record: Record) -> None:
    own, proxy = world.patient(record), proxy_of(record)
    entry = record.entry(newest(own))
    acts.set_proxy_rule(patient_id=record.patient.patient_id, entry_id=entry, everyone=True, excluded=(), by=BY, at=AT)
    assert (len(rows(content(own, CSV))), len(rows(content(proxy, CSV)))) == (3, 2)
    address = made(proxy, PDF)
    found = queries.downloads(record.patient.patient_id, proxy_viewer(record), at=AT)[0]
    maker = making.maker_of(found, at=AT)
    assert maker is not None
    assert maker.name == "Kim Carer"
    for stranger in (own, world.patient(made_record())):
        for path in ("", "/file"):
            assert stranger.get(address + path).status_code == 404
        for path in ("/again", "/remove"):
            assert stranger.post(address + path).status_code == 404


def proxy_viewer(record: Record) -> ViewerId:
    """The viewer that the only proxy of the record is."""
    viewers = access.facts(record.patient.patient_id, at=AT).viewers.values()
    return next(viewer.viewer_id for viewer in viewers if viewer.kind is ViewerKind.PROXY)


def test_a_part_is_chosen_by_section_and_day(record: Record) -> None:
    record.deliver(observation("lab", "2025-02-02", "laboratory"))
    browser = world.patient(record)
    day = {"first-day": "2", "first-month": "2", "first-year": "2025"}
    last = {"last-day": "2", "last-month": "2", "last-year": "2025"}
    assert [row[0] for row in rows(content(browser, CSV, section=["measurements"], **day))] == [
        "2025-02-03",
        "2025-02-02",
    ]
    assert len(rows(content(browser, CSV, **day, **last))) == 2
    assert len(json.loads(content(browser, FHIR, section=["allergies"]))["entry"]) == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Choose what you need it for"),
        ({"format": "zip"}, "Choose what you need it for"),
        ({"format": CSV, "section": ["allergies"]}, "A table has test results and measurements only"),
        ({"format": "summary", "section": ["allergies"]}, "A summary is always of everything"),
        ({"format": "summary-pdf", "last-day": "1", "last-month": "2", "last-year": "2025"}, "A summary is always of"),
        ({"format": PDF, "first-day": "31", "first-month": "2", "first-year": "2024"}, "Enter a real day"),
        ({"format": PDF, "last-day": "3"}, "Enter a real day"),
        (
            {
                "format": PDF,
                "first-day": "2",
                "first-month": "2",
                "first-year": "2025",
                "last-day": "1",
                "last-month": "2",
                "last-year": "2025",
            },
            "The last day must not be before the first",
        ),
    ],
)
def test_what_is_wrong_with_the_form_is_said_and_nothing_typed_is_lost(
    record: Record, typed: dict[str, object], said: str
) -> None:
    page = world.patient(record).post("/take", typed).text
    assert page.count(said) == 2
    for name, value in typed.items():
        assert name == "format" or f'value="{value}"' in page or f'value="{value[0]}" checked' in page  # type: ignore[index]


def test_an_empty_record_makes_files_that_say_so(record: Record) -> None:  # noqa: ARG001
    browser = world.patient(made_record())
    assert content(browser, PDF).startswith(b"%PDF")
    assert rows(content(browser, CSV)) == []
    assert len(json.loads(content(browser, FHIR))["entry"]) == 1


def test_where_nothing_is_open_nothing_is_made(record: Record) -> None:
    browser = world.patient(record)
    address = ask(browser, PDF)
    access_actions.record(patient_id=record.patient.patient_id, act=access_events.Paused(), by=BY, at=AT)
    assert tasks.make_next(AT) == 1
    assert "The file could not be made" in browser.get(address).text
    assert browser.get(f"{address}/file").status_code == 303


def test_the_page_looks_again_by_itself_until_it_is_ready(record: Record) -> None:
    browser = world.patient(record)
    address = ask(browser, PDF)
    waiting = browser.get(address)
    assert waiting.headers["Refresh"] == "3"
    assert '<progress class="or-progress__bar" max="100" value="0"' in waiting.text
    assert browser.get(f"{address}/file").headers["Location"] == address
    assert tasks.make_next(AT) == 1
    ready = browser.get(address)
    assert "Refresh" not in ready.headers
    assert f'href="{address}/file"' in ready.text
    assert "4 March 2025 at 09:00" in ready.text


def test_a_file_lives_for_a_day(record: Record) -> None:
    browser = world.patient(record)
    address = made(browser, PDF)
    count = len(list(files.kept()))
    actions.forget_over(AT + LIFE - timedelta(seconds=1))
    assert len(list(files.kept())) == count
    actions.forget_over(AT + LIFE)
    assert not list(files.kept())
    assert browser.get(address).status_code == 404


def test_what_is_removed_and_what_has_no_row_is_gone(record: Record) -> None:
    browser = world.patient(record)
    address = made(browser, PDF)
    files.keep(DownloadId(uuid.uuid4()), b"of a database that was restored")
    assert browser.post(f"{address}/remove").headers["Location"] == "/take"
    assert browser.get(address).status_code == 404
    actions.forget_over(AT)
    assert not list(files.kept())


def test_a_sixth_takes_the_place_of_the_oldest(record: Record) -> None:
    browser = world.patient(record)
    addresses = [made(browser, CSV) for _ in range(MOST_KEPT + 1)]
    assert sorted(browser.get(address).status_code for address in addresses) == [200] * MOST_KEPT + [404]


def test_a_worker_that_died_is_followed_by_another_and_then_it_is_given_up(record: Record) -> None:
    browser = world.patient(record)
    address = ask(browser, CSV)
    for attempt in range(MOST_ATTEMPTS):
        taken = actions.take(at=AT + attempt * LEASE)
        assert taken is not None
        assert actions.take(at=AT + attempt * LEASE) is None
    assert tasks.make_next(AT + MOST_ATTEMPTS * LEASE) == 1
    assert "The file could not be made" in browser.get(address).text


def test_asking_making_and_fetching_are_on_the_trail(record: Record) -> None:
    browser = world.patient(record)
    address = made(browser, CSV)
    before = len(record.trail())
    served = [UUID(bytes=key) for key in sorted(entry_keys(browser))]
    browser.get(f"{address}/file")
    reads = record.trail()[before:]
    route, query, refused_for, keys = reads[-1]
    assert (route, query, refused_for) == ("/take/file", "format=csv", "")
    assert sorted(UUID(bytes=keys[n : n + 16]) for n in range(0, len(keys), 16)) == served
    sql = "SELECT event FROM audit_change WHERE patient_id = %s ORDER BY writer, sequence"
    events = [event for (event,) in CHANGE.fetch(sql, (record.patient.patient_id,))]
    assert events[-2:] == ["download_asked", "download_made"]


def entry_keys(browser: Client) -> set[bytes]:
    page = browser.get("/record/measurements").text
    return {UUID(found).bytes for found in re.findall(r"/record/measurements/([0-9a-f-]{36})", page)}


def test_files_are_in_the_language_of_whoever_asked(record: Record) -> None:
    browser = world.patient(record)
    browser.cookies[COOKIE] = "cy"
    address = made(browser, PDF)
    browser.cookies[COOKIE] = "en-gb"
    inside = unpacked(browser.get(f"{address}/file").content)
    assert re.search(rb"/Lang\s*\(cy", inside)
    assert re.search(rb"/Lang\s*\(en", inside), "the record itself is in English"
    assert active_language() == ENGLISH


def test_the_same_record_at_the_same_instant_is_the_same_file(record: Record) -> None:
    browser = world.patient(record)
    for each in (PDF, CSV, FHIR, *SUMMARIES):
        assert content(browser, each) == content(browser, each)
