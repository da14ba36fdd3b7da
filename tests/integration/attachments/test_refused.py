"""What was refused of a practice's own patients stands in its list, with why and what to do; nobody else's does."""

import re
import uuid
from datetime import date, timedelta

import pytest
from django.test import Client

from openrecord.attachments import queries
from openrecord.attachments.models import FileRow
from openrecord.audit.models import ChangeRow
from openrecord.identity.types import Role
from openrecord.kit.ids import spelt
from openrecord.registry import actions as registry_actions
from openrecord.registry.types import MergeReason, OdsCode, Policy, Practice
from openrecord.restricted import actions as restricted
from openrecord.restricted.types import Cause
from openrecord.staff.views import refused
from openrecord_demo.scanner import EICAR
from tests import made_files
from tests.integration.attachments.world import document, scanned
from tests.integration.fhir.world import AT, BY, OPENED, ORG, Record, made_record
from tests.integration.pages import world

HERE, LINE = "/staff/documents/refused", "or-line__title"
TITLE = "Documents that were refused"
PDF = ("application/pdf", made_files.pdf())
EVIL = ("text/plain", EICAR)


@pytest.fixture
def there() -> OdsCode:
    """A practice of its own, so that no other test's file stands in its list."""
    ods = OdsCode(f"Z{uuid.uuid4().int % 10**8}")
    practice = Practice(ods, "Quiet Surgery", policy=Policy())
    registry_actions.add_practice(practice=practice, valid_from=date(2020, 1, 1), by=BY, at=OPENED)
    return ods


def _joined(record: Record, ods: OdsCode) -> Record:
    start = date(2020, 1, 1)
    registry_actions.register(patient_id=record.patient.patient_id, ods=ods, start=start, by=BY, at=OPENED)
    return record


def _lines(browser: Client, address: str = HERE) -> int:
    return browser.get(address).text.count(LINE)


def test_the_list_says_whose_what_why_and_what_to_do(
    record: Record, there: OdsCode, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = world.staff(there)
    assert TITLE not in desk.get("/staff/home").text
    assert "No document was refused." in desk.get(HERE).text
    _joined(record, there)
    monkeypatch.setenv("OPENRECORD_DOCUMENT_MIB", "1")
    record.deliver(document("good", PDF), document("evil", EVIL), org=there)
    scanned(monkeypatch)
    text = desk.get(HERE).text
    assert text.count(LINE) == 1
    for told in ("Example, Test", "Letter", "Documents, 4 February 2025", "Came on 3 March 2025",
                 "the virus scanner found Eicar-Signature. Look at it in your own system."):  # fmt: skip
        assert told in text
    home = desk.get("/staff/home").text
    assert f'href="{HERE}"' in home
    assert "1 refused" in home
    [href] = [part.partition('"')[0] for part in text.split('href="') if "/entries/" in part.partition('"')[0]]
    assert desk.get(href).status_code == 200
    [(_route, _query, _refused, served)] = [row for row in record.trail() if row[0] == HERE]
    assert len(served) == 16


def test_a_line_goes_when_the_entry_comes_again(
    record: Record, there: OdsCode, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = world.staff(there)
    _joined(record, there).deliver(document("letter", EVIL), org=there)
    scanned(monkeypatch)
    assert _lines(desk) == 1
    later = AT + timedelta(hours=1)
    record.deliver(document("letter", PDF, meta={"lastUpdated": "2025-03-03T09:30:00Z"}), org=there, at=later)
    scanned(monkeypatch)
    assert _lines(desk) == 0
    assert TITLE not in desk.get("/staff/home").text


def _plain(browser: Client, address: str) -> str:
    """A page without the token of its forms, which is another one each time."""
    return re.sub(r'(name="csrfmiddlewaretoken" value=")\w+', r"\1", browser.get(address).text)


def _forms(text: str, end: str) -> list[str]:
    return [part.partition('"')[0] for part in text.split('action="') if part.partition('"')[0].endswith(end)]


def test_what_somebody_has_seen_leaves_the_list_and_comes_back(
    record: Record, there: OdsCode, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, reader = world.staff(there), world.staff(there, (Role.READER,))
    _joined(record, there).deliver(document("first", EVIL), document("second", EVIL), org=there)
    scanned(monkeypatch)
    first, second = _forms(desk.get(HERE).text, "/seen")
    for _time in range(2):
        answer = reader.post(first)
        assert (answer.status_code, answer["Location"].partition("&")[0]) == (303, f"{HERE}?done=seen")
    assert _events(record) == ["attachment.seen"]
    after = desk.get(answer["Location"]).text
    assert _forms(after, "/seen") == [second]
    assert "1 refused" in desk.get("/staff/home").text
    [undo] = _forms(after, "/unseen")
    for _time in range(2):
        assert desk.post(undo)["Location"] == f"{HERE}?done=unseen"
    assert "on this list again" in desk.get(f"{HERE}?done=unseen").text
    assert _forms(desk.get(HERE).text, "/seen") == [first, second]
    assert _events(record) == ["attachment.seen", "attachment.unseen"]
    desk.post(first), desk.post(second)
    assert "No document was refused." in desk.get(HERE).text
    assert TITLE not in desk.get("/staff/home").text


def _events(record: Record) -> list[str]:
    changes = ChangeRow.objects.filter(patient_id=record.patient.patient_id, event__contains="seen")
    return list(changes.order_by("sequence").values_list("event", flat=True))


def test_nobody_elses_file_is_seen(record: Record, there: OdsCode, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither another practice's of a patient whom both know, nor one that was not refused, nor under another entry."""
    desk, others = world.staff(there), world.staff(ORG)
    _joined(record, there).deliver(document("evil", EVIL), document("good", PDF), org=there)
    scanned(monkeypatch)
    [seen] = _forms(desk.get(HERE).text, "/seen")
    start, entry, _files, file, _seen = seen.rsplit("/", 4)
    who = record.patient.patient_id
    good = FileRow.objects.get(patient_id=who, state="clean")
    wrong = (
        f"{start}/{entry}/files/{uuid.uuid4()}/seen",
        f"{start}/{uuid.uuid4()}/files/{file}/seen",
        f"{start}/{spelt(bytes(good.entry))}/files/{spelt(bytes(good.id))}/seen",
        seen.replace(str(record.patient.public_id), str(made_record().patient.public_id)),
    )
    for address in wrong:
        assert desk.post(address).status_code == desk.post(address.replace("/seen", "/unseen")).status_code == 404
    for address in (seen, seen.replace("/seen", "/unseen")):
        assert others.post(address).status_code == 404
        assert others.get(address).status_code == 405
        assert world.nobody().post(address).status_code == 303
        assert world.patient(record).post(address).status_code == 403
    last = f"{record.patient.public_id}/{entry}/{file}"
    assert others.get(f"{HERE}?done=seen&last={last}").status_code == 404
    assert desk.get(f"{HERE}?done=seen&last=nothing").status_code == 404
    assert _events(record) == []
    assert _lines(desk) == 1


def test_nothing_of_another_practice(record: Record, there: OdsCode, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a patient whom both know, and by the place of a line that is not theirs."""
    desk = world.staff(there)
    _joined(record, there).deliver(document("first", EVIL), org=there)
    scanned(monkeypatch)
    before, home = _plain(desk, HERE), desk.get("/staff/home").text
    later = AT + timedelta(minutes=5)
    record.deliver(document("theirs", EVIL), org=ORG, at=later)
    made_record().deliver(document("strangers", EVIL), org=there, at=later)
    scanned(monkeypatch)
    assert (_plain(desk, HERE), desk.get("/staff/home").text) == (before, home)
    theirs = queries.refused(ORG, limit=1)[0].cursor
    unknown = f"{theirs.partition('.')[0]}.{uuid.uuid4().hex}"
    assert _plain(desk, f"{HERE}?after={theirs}") == _plain(desk, f"{HERE}?after={unknown}")
    assert world.nobody().get(HERE).status_code == 303
    assert world.patient(record).get(HERE).status_code == 403


def test_page_by_page_each_line_once(record: Record, there: OdsCode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refused, "PAGE_SIZE", 2)
    desk = world.staff(there)
    _joined(record, there).deliver(*(document(f"d{n}", EVIL) for n in range(5)), org=there)
    scanned(monkeypatch)
    address, seen = HERE, []
    while address:
        text = desk.get(address).text
        parts = [part.partition('"')[0] for part in text.split('href="')]
        seen += [part for part in parts if "/entries/" in part]
        address = next((part for part in parts if part.startswith(f"{HERE}?after=")), "")
    assert len(seen) == len(set(seen)) == 5
    assert _lines(desk, f"{HERE}?after=no-place") == _lines(desk, f"{HERE}?after=-1.{uuid.uuid4()}") == 2


@pytest.mark.parametrize("roles", [(Role.MANAGER,), (Role.CLINICIAN,)])
def test_what_a_closed_record_has_is_not_told(
    record: Record, there: OdsCode, monkeypatch: pytest.MonkeyPatch, roles: tuple[Role, ...]
) -> None:
    _joined(record, there).deliver(document("letter", EVIL), org=there)
    scanned(monkeypatch)
    if Role.CLINICIAN in roles:
        restricted.restrict(ods=there, patient_id=record.patient.patient_id, cause=Cause.STAFF, by=BY, at=AT)
    text = world.staff(there, roles).get(HERE).text
    assert "Entry of a closed record" in text
    assert "Letter" not in text
    assert [row for row in record.trail() if row[0] == HERE] == []


def test_a_line_goes_with_its_entry_into_the_record_that_two_become(
    record: Record, there: OdsCode, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, other = world.staff(there), _joined(made_record(), there)
    other.deliver(document("letter", EVIL), org=there)
    scanned(monkeypatch)
    survivor = {"survivor": _joined(record, there).patient.patient_id, "other": other.patient.patient_id}
    registry_actions.merge(**survivor, reason=MergeReason.REGISTERED_TWICE, by=BY, at=AT)
    text = desk.get(HERE).text
    assert text.count(LINE) == 1
    assert f'href="/staff/patients/{record.patient.public_id}/entries/' in text
