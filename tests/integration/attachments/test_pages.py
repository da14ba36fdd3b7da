"""A document's file, from the delivery over the scanner to the browser; and who does not get it."""

import uuid
from pathlib import Path

import pytest
from django.test import Client

from openrecord.access import actions as access
from openrecord.clinical.kinds import Level
from openrecord.db import stored_files
from openrecord.screening.actions import acts
from openrecord.screening.types import HideReason
from openrecord_demo.scanner import EICAR
from tests import made_files
from tests.integration.attachments.world import DOCUMENTS, addresses_in, document, pages_of, scanned, sent
from tests.integration.fhir.world import AT, BY, Record, made_record, observation
from tests.integration.pages import world

PDF = made_files.pdf()
NEVER = str(uuid.uuid4())


def test_a_pdf_is_seen_in_a_sandbox_and_saved(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = world.patient(record)
    (address,) = sent(record, mine, monkeypatch, ("application/pdf", PDF))
    page = mine.get(f"{address}/view")
    assert f'<iframe class="or-frame" src="{address}/document#navpanes=0' in page.text
    assert page.headers["Content-Security-Policy"].endswith("; frame-src 'self'")
    shown = mine.get(f"{address}/document")
    assert shown.getvalue() == PDF
    told = shown.headers
    assert told["Content-Type"] == "application/pdf"
    assert told["Content-Security-Policy"] == "sandbox; default-src 'none'; frame-ancestors 'self'"
    assert (told["X-Content-Type-Options"], told["Cache-Control"]) == ("nosniff", "no-store")
    assert told["Content-Disposition"].startswith('inline; filename="document-2025-02-04.pdf"')
    assert "ETag" not in told
    assert "Last-Modified" not in told
    saved = mine.get(f"{address}/save")
    assert saved.headers["Content-Disposition"].startswith('attachment; filename="document-2025-02-04.pdf"')
    assert saved.getvalue() == PDF


def test_a_picture_that_is_broken_can_be_saved(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = world.patient(record)
    (address,) = sent(record, mine, monkeypatch, ("image/png", made_files.png()[:40]))
    assert "If you cannot see the document here, download it." in mine.get(f"{address}/view").text


def test_a_file_is_called_by_its_day_in_london(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = world.patient(record)
    record.deliver(document("late", ("application/pdf", PDF), date="2024-07-01T23:30:00Z"))
    scanned(monkeypatch)
    (page,) = pages_of(mine)
    (address,) = addresses_in(mine, page)
    assert "2 July 2024" in mine.get(page).text
    assert 'filename="document-2024-07-02.pdf"' in mine.get(f"{address}/save").headers["Content-Disposition"]


def test_a_picture_stands_on_a_page(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, picture = world.patient(record), made_files.png()
    (address,) = sent(record, mine, monkeypatch, ("image/png", picture))
    assert f'<img src="{address}/document"' in mine.get(f"{address}/view").text
    assert mine.get(f"{address}/document").getvalue() == picture


@pytest.mark.parametrize(
    ("stated", "content", "kind"),
    [
        ("application/rtf", made_files.rtf(), "application/rtf"),
        ("image/tiff", made_files.tiff(), "image/tiff"),
        (None, made_files.docx(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("application/msword", b"<html><script>alert(1)</script>", "application/octet-stream"),
        ("text/html", b"<html><script>alert(1)</script>", "application/octet-stream"),
        ("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "application/octet-stream"),
        ("application/pdf", made_files.png(), "application/octet-stream"),
        (None, made_files.docx(has_macros=True), "application/octet-stream"),
    ],
)
def test_what_a_browser_cannot_show_safely_is_only_saved(
    record: Record, monkeypatch: pytest.MonkeyPatch, stated: str | None, content: bytes, kind: str
) -> None:
    mine = world.patient(record)
    (address,) = sent(record, mine, monkeypatch, (stated, content))
    assert mine.get(f"{address}/view").status_code == 404
    for served in (mine.get(f"{address}/document"), mine.get(f"{address}/save")):
        assert served.headers["Content-Disposition"].startswith("attachment")
        assert served.headers["Content-Type"] == kind
        assert served.getvalue() == content


@pytest.mark.parametrize("given", [{}, {"data": ""}, {"url": "https://elsewhere.example/letter.pdf"}])
def test_a_document_that_came_without_its_file_says_so(record: Record, given: dict[str, str]) -> None:
    mine = world.patient(record)
    record.deliver(document("bare", content=[{"attachment": {"contentType": "application/pdf", **given}}]))
    (page,) = pages_of(mine)
    assert "It is not here. Ask your GP surgery for a copy." in mine.get(page).text


def test_a_document_with_its_file_does_not_say_that_it_is_missing(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = world.patient(record)
    sent(record, mine, monkeypatch, ("application/pdf", PDF))
    (page,) = pages_of(mine)
    assert "It is not here" not in mine.get(page).text


def test_nothing_is_opened_before_it_was_checked(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = world.patient(record)
    record.deliver(document("d", ("application/pdf", PDF)))
    (page,) = pages_of(mine)
    assert "not available yet" in mine.get(page).text
    assert addresses_in(mine, page) == []
    scanned(monkeypatch)
    (address,) = addresses_in(mine, page)
    assert mine.get(f"{address}/document").getvalue() == PDF


def test_what_does_harm_is_never_opened(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, desk = world.patient(record), world.staff()
    assert sent(record, mine, monkeypatch, ("text/plain", EICAR)) == []
    (page,) = pages_of(mine)
    text = mine.get(page).text
    assert "could not make sure that this document is safe" in text
    assert "Eicar" not in text
    (entry,) = (record.entry(page.rpartition("/")[2]),)
    staff_page = f"/staff/patients/{record.patient.public_id}/entries/{uuid.UUID(bytes=entry)}"
    assert "Eicar-Signature" in desk.get(staff_page).text


def _nothing(browser: Client, address: str, unknown: str) -> None:
    """The address answers as one at which nothing ever was."""
    for ending in ("", "/document", "/view", "/save"):
        for method in (browser.get, browser.head):
            refused, never = method(address + ending), method(unknown + ending)
            assert refused.status_code == never.status_code == 404
            assert refused.content.replace(address.encode(), b"") == never.content.replace(unknown.encode(), b"")
            assert dict(refused.headers) == dict(never.headers)


def test_whoever_may_not_see_the_entry_finds_nothing(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, other = world.patient(record), world.patient(made_record("Other"))
    (address,) = sent(record, mine, monkeypatch, ("application/pdf", PDF))
    public = address.split("/")[3]
    unknown = f"{DOCUMENTS}/{NEVER}/files/{NEVER}"
    _nothing(other, address, unknown)
    _nothing(mine, f"{DOCUMENTS}/{public}/files/{NEVER}", unknown)
    assert world.nobody().get(f"{address}/document").headers["Location"] == "/sign-in"
    patient_id = record.patient.patient_id
    acts.hide(patient_id=patient_id, entry_id=record.entry(public), reason=HideReason.OTHER, responsible=None,
              by=BY, at=AT)  # fmt: skip
    _nothing(mine, address, unknown)
    acts.unhide(patient_id=patient_id, entry_id=record.entry(public), by=BY, at=AT)
    assert mine.get(f"{address}/document").status_code == 200
    record.lower(Level.DETAILED)
    _nothing(mine, address, unknown)
    record.lower(Level.DOCUMENTS)
    assert mine.get(f"{address}/document").status_code == 200
    access.close(scope="patient", which=str(record.patient.public_id), reason="test", by=BY, at=AT)
    _nothing(mine, address, unknown)


def test_a_hidden_member_takes_the_document_of_its_group(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = world.patient(record)
    visit = {"resourceType": "Encounter", "id": "e", "status": "finished", "subject": {"reference": "Patient/p"},
             "class": {"code": "AMB"}, "period": {"start": "2025-02-04T09:00:00Z"},
             "type": [{"coding": [{"system": "http://snomed.info/sct", "code": "185317003"}]}]}  # fmt: skip
    around = {"reference": "Encounter/e"}
    letter = document("d", ("application/pdf", PDF), context={"encounter": [around]})
    record.deliver(visit, letter, observation("o", "2025-02-04", encounter=around))
    scanned(monkeypatch)
    (page,) = pages_of(mine)
    (address,) = addresses_in(mine, page)
    measured = mine.get("/record/measurements").text.partition('href="/record/measurements/')[2].partition('"')[0]
    acts.hide(patient_id=record.patient.patient_id, entry_id=record.entry(measured), reason=HideReason.OTHER,
              responsible=None, by=BY, at=AT)  # fmt: skip
    _nothing(mine, address, f"{DOCUMENTS}/{NEVER}/files/{NEVER}")


def test_a_file_of_an_older_version_is_no_longer_served(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = world.patient(record)
    (old,) = sent(record, mine, monkeypatch, ("application/pdf", PDF))
    (new,) = sent(record, mine, monkeypatch, ("application/pdf", made_files.pdf("Corrected")))
    assert old != new
    _nothing(mine, old, f"{DOCUMENTS}/{NEVER}/files/{NEVER}")
    assert mine.get(f"{new}/document").status_code == 200


def test_the_same_file_again_keeps_its_address(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = world.patient(record)
    (before,) = sent(record, mine, monkeypatch, ("application/pdf", PDF))
    record.deliver(document("sent", ("application/pdf", PDF), description="Another wording"))
    (page,) = pages_of(mine)
    assert addresses_in(mine, page) == [before]


def test_each_view_and_each_part_is_on_the_trail(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = world.patient(record)
    (address,) = sent(record, mine, monkeypatch, ("application/pdf", PDF))
    public = uuid.UUID(address.split("/")[3]).bytes
    before = len(record.trail())
    mine.get(f"{address}/view")
    mine.get(f"{address}/document", headers={"Range": "bytes=0-9"})
    mine.head(f"{address}/document")
    mine.get(f"{address}/save")
    added = [(route.rpartition("/")[2], served) for route, _, _, served in record.trail()[before:]]
    assert added == [("view", public), ("file", public), ("file", public), ("save", public)]


def _oracle(content: bytes, header: str) -> tuple[int, bytes]:
    """What RFC 9110 asks for, one byte at a time; for one well-formed range."""
    first, last = header.removeprefix("bytes=").split("-")
    size = len(content)
    if first:
        wanted = [n for n in range(size) if n >= int(first) and (not last or n <= int(last))]
    else:
        wanted = [n for n in range(size) if n >= size - int(last)]
    return (206, bytes(content[n] for n in wanted)) if wanted else (416, b"")


def test_parts_of_a_file_of_many_pieces(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    content = made_files.pdf("x" * 50, pages=900)
    assert len(content) > 2 * stored_files.PIECE
    mine = world.patient(record)
    (address,) = sent(record, mine, monkeypatch, ("application/pdf", content))
    edges = [0, 1, stored_files.PIECE - 1, stored_files.PIECE, 2 * stored_files.PIECE, len(content) - 1, len(content)]
    headers = [f"bytes={a}-{b}" for a in edges for b in edges if a <= b]
    headers += [f"bytes={a}-" for a in edges] + [f"bytes=-{a}" for a in edges]
    for header in headers:
        got = mine.get(f"{address}/document", headers={"Range": header})
        status, wanted = _oracle(content, header)
        assert (got.status_code, b"" if status == 416 else got.getvalue()) == (status, wanted), header
        assert "Content-Range" in got.headers
    for whole in ("bytes=0-1,4-5", "lines=0-1", "bytes=5-1", "bytes=-", "bytes=a-b", f"bytes={'9' * 30}-"):
        got = mine.get(f"{address}/document", headers={"Range": whole})
        assert (got.status_code, got.getvalue()) == (200, content), whole
    conditional = mine.get(f"{address}/document", headers={"Range": "bytes=0-1", "If-Range": '"x"'})
    assert (conditional.status_code, conditional.getvalue()) == (200, content)
    head = mine.head(f"{address}/document", headers={"Range": "bytes=0-1"})
    assert (head.status_code, head.headers["Content-Length"], head.content) == (200, str(len(content)), b"")


def _stored() -> set[Path]:
    return {path for path in stored_files.folder().glob("??/*") if path.is_file()}


def test_a_file_that_was_altered_or_lost_is_a_clear_error(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, before = world.patient(record), _stored()
    (address,) = sent(record, mine, monkeypatch, ("application/pdf", PDF))
    (path,) = _stored() - before
    whole = path.read_bytes()
    path.write_bytes(whole[:40] + bytes([whole[40] ^ 1]) + whole[41:])
    assert mine.get(f"{address}/document").status_code == 500
    path.unlink()
    lost = mine.get(f"{address}/document")
    assert lost.status_code == 500
    assert "contact your GP surgery" in lost.text


def test_two_patients_with_one_file_have_nothing_in_common(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    other, before = made_record("Other"), _stored()
    for one in (record, other):
        one.deliver(document("d", ("application/pdf", PDF)))
    scanned(monkeypatch)
    first, second = _stored() - before
    assert first.name != second.name
    pieces = [path.read_bytes() for path in (first, second)]
    assert not {p[i : i + 16] for p in pieces[:1] for i in range(18, len(p), 16)} & {
        p[i : i + 16] for p in pieces[1:] for i in range(18, len(p), 16)
    }
    assert PDF[:16] not in pieces[0]
