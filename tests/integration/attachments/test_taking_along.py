"""Documents taken along with the record: those that the viewer may open, under neutral names; no trace of others."""

import io
import json
import random
import re
import zipfile

import pytest
from django.test import Client

from openrecord.attachments import queries as attachments
from openrecord.clinical.kinds import Level
from openrecord.db import stored_files
from openrecord.kit import clock
from openrecord.screening import queries as screening
from openrecord.screening.actions import acts
from openrecord.screening.types import EntryId, HideReason
from openrecord.taking import files, tasks
from openrecord.taking.contents import packed, paper
from openrecord.taking.gathering import gather
from openrecord.taking.types import EVERYTHING, Format
from openrecord.timeline.types import Reader
from openrecord_demo.scanner import EICAR
from tests import made_files
from tests.integration.attachments.world import document, pages_of, scanned
from tests.integration.fhir.world import AT, BY, Json, Record, observation
from tests.integration.pages import world
from tests.integration.pages.test_covid import TOKEN

PAPER, FHIR = {"format": "pdf", "documents": "with"}, {"format": "fhir", "documents": "with"}
LETTER, SCAN = made_files.pdf("Thank you for coming"), made_files.png()
ADDRESS = re.compile(r"/take/[0-9a-f-]{36}")


def ask(browser: Client, typed: dict[str, str]) -> str:
    """Ask for a file; its address."""
    answer = browser.post("/take", typed)
    assert answer.status_code == 303
    return answer.headers["Location"]


def made(browser: Client, typed: dict[str, str]) -> str:
    """Have a file made; its address."""
    address = ask(browser, typed)
    while tasks.make_next(clock.now()):
        pass
    return address


def unpacked(browser: Client, typed: dict[str, str]) -> dict[str, bytes]:
    """What a ZIP holds, asked for, made and fetched."""
    answer = browser.get(made(browser, typed) + "/file")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="gp-record-2025-03-03.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def browser(record: Record, monkeypatch: pytest.MonkeyPatch) -> Client:
    """The patient's. Two letters of a day, one of them with a picture; one that the scanner refused; one that waits."""
    record.deliver(
        document("a", ("application/pdf", LETTER), ("image/png", SCAN)),
        document("b", ("application/rtf", made_files.rtf())),
        document("evil", ("text/plain", EICAR), date="2025-02-06T12:00:00Z"),
        observation("o"),
    )
    scanned(monkeypatch)
    record.deliver(document("new", ("application/pdf", made_files.pdf("new")), date="2025-02-07T12:00:00Z"))
    return world.patient(record)


def test_a_record_on_paper_and_its_documents(record: Record, browser: Client) -> None:
    found = unpacked(browser, PAPER)
    gathered = gather(
        Reader(record.patient.patient_id, record.viewer, None, "web"), Format.PACKED_PDF, EVERYTHING, at=AT
    )
    assert gathered is not None
    named = [f"documents/2025-02-04-{number}" for number in (1, 2, 3)]
    assert next(iter(found)) == "record.pdf"
    assert sorted(name.rpartition(".")[0] for name in list(found)[1:]) == named
    assert {name.rpartition(".")[2]: content for name, content in found.items() if name != "record.pdf"} == {
        "pdf": LETTER,
        "png": SCAN,
        "rtf": made_files.rtf(),
    }
    said = str(paper.record(gathered, EVERYTHING, paper.Maker(), packed.by_day(gathered), {}, at=AT))
    for told in (
        *list(found)[1:],
        "could not make sure that this document is safe",
        "checking that it is safe to open",
    ):
        assert told in said


def test_a_bundle_names_its_documents_as_they_lie_beside_it(browser: Client) -> None:
    found = unpacked(browser, FHIR)
    alone = browser.get(made(browser, {"format": "fhir"}) + "/file").content
    assert found["bundle.json"] == alone, "the very resources of the interface"
    resources: list[Json] = [entry["resource"] for entry in json.loads(alone)["entry"]]
    attached = [each["attachment"] for one in resources for each in one.get("content", [])]
    beside = {each["url"] for each in attached if any(name.startswith(f"{each['url']}.") for name in found)}
    assert {name.rpartition(".")[0] for name in found if name != "bundle.json"} == beside
    assert sorted(content for name, content in found.items() if name != "bundle.json") == sorted(
        (LETTER, SCAN, made_files.rtf())
    )


def test_a_part_takes_the_documents_of_that_part(browser: Client) -> None:
    assert list(unpacked(browser, {**PAPER, "section": "measurements"})) == ["record.pdf"]
    day = {"first-day": "5", "first-month": "2", "first-year": "2025"}
    assert list(unpacked(browser, {**FHIR, **day})) == ["bundle.json"]


def test_who_may_not_read_words_gets_no_document(record: Record, browser: Client) -> None:
    record.lower(Level.DETAILED)
    seen = sum(browser.get(page).text.count("/save") for page in pages_of(browser))
    assert len(unpacked(browser, PAPER)) == 1 + seen


@pytest.mark.parametrize("seed", range(3))
def test_nothing_tells_of_documents_that_are_not_shown(
    record: Record, browser: Client, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Pairs: the same ZIP, byte by byte, and the same pages with and without other documents, alike or not."""
    chance = random.Random(seed)
    scanned(monkeypatch)
    before = everything(browser)
    for number in range(8):
        keep_back(record, f"x{seed}{number}", chance)
        scanned(monkeypatch)
    assert everything(browser) == before


def everything(browser: Client) -> list[bytes | str]:
    """Both files, and the page of each while it is made and afterwards."""
    found: list[bytes | str] = []
    for each in (PAPER, FHIR, {**PAPER, "section": "documents"}):
        address = ask(browser, each)
        found.append(plain(browser.get(address).text))
        assert tasks.make_next(clock.now()) == 1
        found += [plain(browser.get(address).text), browser.get(f"{address}/file").content]
    return found


def plain(page: str) -> str:
    return ADDRESS.sub("", TOKEN.sub("", page))


def keep_back(record: Record, key: str, chance: random.Random) -> None:
    """A document that the patient does not see: why, with what and of which day, chance chooses."""
    day = f"2025-02-{chance.choice((4, 4, 6, 20)):02d}"
    file = chance.choice((("application/pdf", LETTER), ("image/png", SCAN), ("text/plain", EICAR),
                          ("application/pdf", LETTER + bytes(chance.randint(1, 9000)))))  # fmt: skip
    how = chance.choice(("hidden", "labelled", "draft", "old"))
    if how == "labelled":
        label = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "NOPAT"}
        record.deliver(document(key, file, date=f"{day}T12:00:00Z", meta={"security": [label]}))
    elif how == "draft":
        record.deliver(document(key, file, date=f"{day}T12:00:00Z", docStatus="preliminary"))
    elif how == "old":
        record.deliver(document(key, file, date=f"2015{day[4:]}T12:00:00Z"))
    else:
        before = set(screening.states(record.patient.patient_id))
        record.deliver(document(key, file, date=f"{day}T12:00:00Z"))
        (entry,) = set(screening.states(record.patient.patient_id)) - before
        hide(record, entry)


def hide(record: Record, entry: EntryId) -> None:
    why = {"reason": HideReason.OTHER, "responsible": None}
    acts.hide(patient_id=record.patient.patient_id, entry_id=entry, by=BY, at=AT, **why)


def test_it_is_refused_once_a_document_is_hidden_or_another_may_be_opened(
    record: Record, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed, alone = made(browser, PAPER), made(browser, {"format": "pdf"})
    scanned(monkeypatch)
    assert browser.get(f"{packed}/file").status_code == 303
    assert "It is not given out any more" in browser.get(packed).text
    assert browser.get(f"{alone}/file").status_code == 200, "it holds no document"
    address = made(browser, FHIR)
    assert browser.get(f"{address}/file").status_code == 200
    public_id = pages_of(browser)[-1].rpartition("/")[2]
    hide(record, record.entry(public_id))
    assert browser.get(f"{address}/file").status_code == 303


def test_documents_that_are_too_large_together_are_said_and_none_is_left_out(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = len(LETTER) + len(SCAN) + len(made_files.rtf())
    monkeypatch.setattr(tasks, "MOST_PACKED", every)
    assert len(unpacked(browser, FHIR)) == 4
    monkeypatch.setattr(tasks, "MOST_PACKED", every - 1)
    address = made(browser, PAPER)
    page = browser.get(address)
    assert "Choose fewer parts or days" in page.text
    assert "Refresh" not in page.headers
    assert browser.get(f"{address}/file").headers["Location"] == address
    assert "Too large" in browser.get("/take").text
    assert browser.get(made(browser, {"format": "pdf"}) + "/file").status_code == 200


def test_a_document_that_is_lost_here_fails_the_file(record: Record, browser: Client) -> None:
    stored_files.remove(attachments.names_of(record.patient.patient_id))
    assert "The file could not be made" in browser.get(made(browser, FHIR)).text


def test_no_word_of_a_document_lies_in_the_folder(browser: Client) -> None:
    made(browser, FHIR)
    lying = b"".join(place.read_bytes() for place in files.folder().iterdir())
    assert LETTER[:200] not in lying
    assert b"%PDF" not in lying


@pytest.mark.parametrize("format", ["csv", "summary", "summary-pdf"])
def test_documents_go_with_a_record_only(browser: Client, format: str) -> None:
    page = browser.post("/take", {"format": format, "documents": "with"}).text
    assert page.count("Documents go with a GP record only") == 2
    assert 'value="with" aria-describedby="documents-1-hint" checked' in page
    assert browser.post("/take", {"format": "pdf-packed"}).status_code == 200, "it is none of the choices"


def test_the_same_at_the_same_instant_is_the_same_file(browser: Client) -> None:
    for each in (PAPER, FHIR):
        first, second = (browser.get(made(browser, each) + "/file").content for _again in range(2))
        assert first == second
