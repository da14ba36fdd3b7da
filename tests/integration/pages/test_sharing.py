"""Links for somebody: opened by a passcode, decided whenever they are looked at, ended at once."""

import random
import re
import uuid
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client

from openrecord.access import actions as access
from openrecord.access import events
from openrecord.access import queries as access_queries
from openrecord.audit.sources import CHANGE, READ
from openrecord.audit.types import OWN_RECORD
from openrecord.clinical.kinds import Level
from openrecord.db import bus
from openrecord.identity.events import PatientUnlinked
from openrecord.identity.types import PersonId
from openrecord.kit import clock
from openrecord.taking import queries, sharing
from openrecord.taking.models import LinkRow
from openrecord.taking.rules import KEEP_ENDED, LIVES, MOST_LINKS, MOST_WRONG, OPEN_FOR
from openrecord.web import limits
from tests import made_files
from tests.integration.attachments.world import sent
from tests.integration.fhir.world import AT, BY, Record, made_record, observation
from tests.integration.pages import world
from tests.integration.pages.test_covid import TOKEN, proxy_of
from tests.integration.pages.test_taking import hide, keep_back, newest

MEASURED = {"section": ["measurements"], "life": "0"}


def made(browser: Client, **typed: object) -> tuple[str, str]:
    """Make a link by the pages; its path and its passcode."""
    asked = {**MEASURED, **typed}
    preview = browser.post("/share/new", asked)
    assert "Check what they will see" in preview.text
    once = re.search(r'name="once" value="([^"]+)"', preview.text)
    assert once is not None
    shown = browser.post("/share/new", {**asked, "once": once[1]}).text
    address, passcode = re.search(r"/shared/[0-9a-f]{64}", shown), re.search(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){2}", shown)
    assert address is not None
    assert passcode is not None
    return address[0], passcode[0]


def opened(path: str, passcode: str) -> Client:
    """A browser in which the link is open."""
    browser = world.nobody()
    assert browser.post(path, {"passcode": passcode}).headers["Location"] == path
    return browser


def shut(browser: Client, path: str) -> bool:
    """Whether nothing of the record is to be had."""
    first, second = browser.get(path), browser.get(f"{path}/measurements")
    return "You need the passcode" in first.text and second.status_code == 303


def test_whoever_has_link_and_passcode_sees_the_part_and_nothing_else(record: Record) -> None:
    record.deliver(observation("lab", "2025-02-05", "laboratory", code={"text": "A test of blood"}))
    path, passcode = made(world.patient(record))
    browser = opened(path, passcode.lower().replace("-", " "))
    assert "Measurements" in browser.get(path).text
    shown = browser.get(f"{path}/measurements").text
    assert shown.count("Body weight") == 3
    assert "A test of blood" not in shown
    assert browser.get(f"{path}/test-results").status_code == 404
    assert browser.get("/home").headers["Location"] == "/sign-in"
    for answer in (browser.get(path), browser.get(f"{path}/measurements")):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert record.patient.nhs_number not in answer.text


def test_days_bound_what_is_seen(record: Record) -> None:
    first = {"first-day": "2", "first-month": "2", "first-year": "2025"}
    last = {"last-day": "2", "last-month": "2", "last-year": "2025"}
    path, passcode = made(world.patient(record), **first, **last)
    shown = opened(path, passcode).get(f"{path}/measurements").text
    assert "2 February 2025" in shown
    assert shown.count("Body weight") == 1


def test_neither_address_nor_passcode_is_kept(record: Record) -> None:
    path, passcode = made(world.patient(record))
    row = LinkRow.objects.get(patient_id=record.patient.patient_id)
    kept = b"".join(bytes(value) for value in (row.hash, row.id, row.salt, row.passcode))
    assert path.rpartition("/")[2].encode() not in kept
    assert bytes.fromhex(path.rpartition("/")[2]) not in kept
    assert passcode.replace("-", "").encode() not in kept
    assert passcode not in world.patient(record).get("/share").text


def test_wrong_unknown_and_over_give_the_same_page(record: Record) -> None:
    own = world.patient(record)
    path, passcode = made(own)
    over, ended = made(own, life="0"), made(own)
    links = queries.links(record.patient.patient_id)
    own.post("/share/end", {"link": str(queries.link_at(ended[0].rpartition("/")[2]).link_id)})  # type: ignore[union-attr]
    assert len(links) == 3
    unknown = f"/shared/{'0' * 64}"
    told = set()
    for address, code in ((path, "AAAA-BBBB-CCCC"), (unknown, passcode), ended):
        told.add(plain(world.nobody().post(address, {"passcode": code}).text))
    clock.use(lambda: AT + LIVES[0])
    told.add(plain(world.nobody().post(over[0], {"passcode": over[1]}).text))
    assert len(told) == 1
    assert {plain(world.nobody().get(address).text) for address in (path, unknown, ended[0])} == {
        plain(world.nobody().get(over[0]).text)
    }


def plain(page: str) -> str:
    return re.sub(r"/shared/[0-9a-f]{64}|%2Fshared%2F[0-9a-f]{64}", "", TOKEN.sub("", page))


@pytest.mark.parametrize("seed", range(3))
def test_nothing_tells_of_what_is_not_shown(record: Record, seed: int) -> None:
    own, chance = world.patient(record), random.Random(seed)
    path, passcode = made(own, section=["measurements", "test-results"])
    browser = opened(path, passcode)
    before = everything(browser, own, path)
    for number in range(8):
        keep_back(record, f"x{seed}{number}", chance)
    assert everything(browser, own, path) == before


def everything(browser: Client, own: Client, path: str) -> list[str]:
    """Every page that somebody with the link sees, and the preview of another one."""
    pages = [browser.get(f"{path}{part}").text for part in ("", "/measurements", "/test-results")]
    preview = own.post("/share/new", {"section": ["measurements", "test-results"], "life": "1"}).text
    return [plain(page) for page in pages] + [re.sub(r'name="once" value="[^"]+"', "", plain(preview))]


def test_what_is_hidden_afterwards_is_gone_from_the_link_at_once(record: Record) -> None:
    own = world.patient(record)
    path, passcode = made(own)
    browser = opened(path, passcode)
    hide(record, newest(own))
    assert browser.get(f"{path}/measurements").text.count("Body weight") == 2
    record.deliver(observation("n", "2025-02-06", note=[{"text": "Words of the practice"}]))
    assert "Words of the practice" in browser.get(f"{path}/measurements").text
    record.lower(Level.DETAILED)
    assert "Words of the practice" not in browser.get(f"{path}/measurements").text


LETTERS = {"section": ["documents"]}


def sent_letter(record: Record, monkeypatch: pytest.MonkeyPatch) -> str:
    """A letter with a file is sent and checked; below a link, the address where the file is saved."""
    own = world.patient(record)
    (address,) = sent(record, own, monkeypatch, ("application/pdf", made_files.pdf()))
    return f"{address.removeprefix('/record')}/save"


def test_a_document_that_was_shared_can_be_saved(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    file = sent_letter(record, monkeypatch)
    own = world.patient(record)
    preview, keep = own.post("/share/new", {**MEASURED, **LETTERS}).text, "They can save the documents in it"
    assert "Document (PDF, 1\u00a0KB)" in preview
    assert keep in preview
    assert keep not in own.post("/share/new", MEASURED).text
    path, passcode = made(own, **LETTERS)
    browser = opened(path, passcode)
    assert f'href="{path}{file}" download' in browser.get(f"{path}/documents").text
    answer = browser.get(f"{path}{file}")
    assert answer.getvalue() == made_files.pdf()
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    sql = "SELECT served FROM audit_read WHERE patient_id = %s AND route = '/shared'"
    assert uuid.UUID(file.split("/")[2]).bytes in [
        served for (served,) in READ.fetch(sql, (record.patient.patient_id,))
    ]
    hide(record, file.split("/")[2])
    assert browser.get(f"{path}{file}").status_code == 404
    own.post("/share/end", {"link": str(queries.link_at(path.rpartition("/")[2]).link_id)})  # type: ignore[union-attr]
    assert browser.get(f"{path}{file}").status_code == 303


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {**LETTERS, "last-day": "3", "last-month": "2", "last-year": "2025"},
        {**LETTERS, "first-day": "5", "first-month": "2", "first-year": "2025"},
    ],
)
def test_a_document_outside_the_part_is_no_page(
    record: Record, monkeypatch: pytest.MonkeyPatch, typed: dict[str, object]
) -> None:
    file = sent_letter(record, monkeypatch)
    path, passcode = made(world.patient(record), **typed)
    browser = opened(path, passcode)
    nothing = f"/documents/{uuid.uuid4()}/files/{uuid.uuid4()}/save"
    answers = {
        each: browser.get(f"{path}{each}") for each in (nothing, file, file.replace("documents", "measurements"))
    }
    pages = {plain(answer.text).replace(each, "") for each, answer in answers.items()}
    assert ({answer.status_code for answer in answers.values()}, len(pages)) == ({404}, 1)


def test_members_of_a_panel_stand_below_it(record: Record) -> None:
    panel = observation("panel", "2025-02-08", "laboratory", code={"text": "Blood panel"})
    del panel["valueQuantity"]
    panel["hasMember"] = [{"reference": "Observation/one"}]
    lone = observation("lone", "2025-02-08", "laboratory", code={"text": "Another test"})
    record.deliver(observation("one", "2025-02-08", "laboratory", code={"text": "One of them"}), lone, panel)
    path, passcode = made(world.patient(record), section=["test-results"])
    text = opened(path, passcode).get(f"{path}/test-results").text
    lines = re.findall(r'<li class="(or-line[^"]*)"><span class="or-line__title">([^<]*)<', text)
    assert lines[lines.index(("or-line", "Blood panel")) + 1] == ("or-line or-line--part", "One of them")


@pytest.mark.parametrize(
    "act", [events.Paused(), events.CodeArrived(entry=uuid.uuid4(), code="103", effective=None, recorded=AT)]
)
def test_what_closes_the_record_closes_the_link(record: Record, act: events.AnyAct) -> None:
    path, passcode = made(world.patient(record))
    browser = opened(path, passcode)
    access.record(patient_id=record.patient.patient_id, act=act, by=BY, at=AT)
    assert shut(browser, path)
    assert "did not open anything" in world.nobody().post(path, {"passcode": passcode}).text


def test_a_stop_of_everything_and_of_the_pages_closes_links(record: Record) -> None:
    path, passcode = made(world.patient(record))
    browser = opened(path, passcode)
    for scope, which in (("channel", "web"), ("patient", str(record.patient.public_id))):
        access.close(scope=scope, which=which, reason="test", by=BY, at=AT)
        assert shut(browser, path)
        access.reopen(scope=scope, which=which, by=BY, at=AT)
        browser = opened(path, passcode)
        assert not shut(browser, path)


def test_ending_acts_at_once_and_for_good(record: Record) -> None:
    own = world.patient(record)
    path, passcode = made(own)
    browser = opened(path, passcode)
    (link,) = queries.links(record.patient.patient_id)
    stranger = world.patient(made_record())
    stranger.post("/share/end", {"link": str(link.link_id)})
    assert not shut(browser, path)
    assert own.post("/share/end", {"link": str(link.link_id)}).headers["Location"] == "/share"
    assert shut(browser, path)
    assert "Ended on 3 March 2025 at 09:00" in own.get("/share").text


def test_it_ends_by_itself_and_the_passcode_is_asked_for_again_after_half_an_hour(record: Record) -> None:
    path, passcode = made(world.patient(record), life="1")
    browser = opened(path, passcode)
    clock.use(lambda: AT + OPEN_FOR - timedelta(seconds=1))
    assert not shut(browser, path)
    clock.use(lambda: AT + OPEN_FOR)
    assert shut(browser, path)
    again = opened(path, passcode)
    assert not shut(again, path)
    clock.use(lambda: AT + LIVES[1] - timedelta(seconds=1))
    last = opened(path, passcode)
    assert not shut(last, path)
    clock.use(lambda: AT + LIVES[1])
    assert shut(last, path)


def test_too_many_wrong_passcodes_close_it(record: Record) -> None:
    own = world.patient(record)
    path, passcode = made(own)
    browser = opened(path, passcode)
    for _ in range(MOST_WRONG - 1):
        world.nobody().post(path, {"passcode": "AAAA-BBBB-CCCC"})
    opened(path, passcode)
    for _ in range(MOST_WRONG):
        assert not shut(browser, path)
        world.nobody().post(path, {"passcode": "AAAA-BBBB-CCCC"})
    assert shut(browser, path)
    assert "did not open anything" in world.nobody().post(path, {"passcode": passcode}).text
    listed = own.get("/share").text
    assert "Closed after too many wrong passcodes" in listed
    assert listed.count("Opened on 3 March 2025 at 09:00") == 2
    assert listed.count("Wrong passcode on 3 March 2025 at 09:00") == 2 * MOST_WRONG - 1


def test_guessing_is_slowed_by_address(record: Record) -> None:  # noqa: ARG001
    answers = [world.nobody().post(f"/shared/{n:064x}", {"passcode": "x"}).status_code for n in range(25)]
    assert answers.count(429) == 25 - limits.SHARED.burst


def test_a_cookie_opens_the_one_link_it_is_of(record: Record) -> None:
    own = world.patient(record)
    path, passcode = made(own)
    other, _ = made(own, section=["allergies"])
    browser = opened(path, passcode)
    assert shut(browser, other)
    assert browser.post(f"{path}/leave").headers["Location"] == path
    assert shut(browser, path)


def test_nobody_who_acts_for_the_patient_shares(record: Record) -> None:
    path, _ = made(world.patient(record))
    (link,) = queries.links(record.patient.patient_id)
    proxy = proxy_of(record)
    assert [proxy.get(address).status_code for address in ("/share", "/share/new")] == [404, 404]
    assert proxy.post("/share/new", MEASURED).status_code == 404
    assert proxy.post("/share/end", {"link": str(link.link_id)}).status_code == 404
    assert "/share" not in proxy.get("/take").text
    assert queries.link_at(path.rpartition("/")[2]) == link


def test_the_same_page_makes_one_link_and_there_are_never_too_many(record: Record) -> None:
    browser = world.patient(record)
    once = {**MEASURED, "once": str(uuid.uuid4())}
    assert "Your link is ready" in browser.post("/share/new", once).text
    assert browser.post("/share/new", once).headers["Location"] == "/share"
    for _ in range(MOST_LINKS - 1):
        made(browser)
    full = browser.post("/share/new", {**MEASURED, "once": str(uuid.uuid4())}).text
    assert f"You have {MOST_LINKS} links already" in full
    assert len(queries.links(record.patient.patient_id)) == MOST_LINKS


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"life": ""}, "Choose for how long"),
        ({"life": "9"}, "Choose for how long"),
        ({"life": "0", "first-day": "31", "first-month": "2", "first-year": "2024"}, "Enter a real day"),
    ],
)
def test_what_is_wrong_with_the_form_is_said(record: Record, typed: dict[str, str], said: str) -> None:
    assert world.patient(record).post("/share/new", {**typed, "once": str(uuid.uuid4())}).text.count(said) == 2
    assert not queries.links(record.patient.patient_id)


def test_the_preview_is_of_the_part_and_can_be_changed(record: Record) -> None:
    browser = world.patient(record)
    preview = browser.post("/share/new", MEASURED).text
    assert preview.count("Body weight") == 3
    assert "Allergies" not in preview
    changed = browser.post("/share/new", {**MEASURED, "once": str(uuid.uuid4()), "back": "yes"}).text
    assert 'value="measurements" checked' in changed
    assert not queries.links(record.patient.patient_id)


def test_making_using_and_ending_are_on_the_trail(record: Record) -> None:
    own = world.patient(record)
    path, passcode = made(own)
    browser = opened(path, passcode)
    browser.get(f"{path}/measurements")
    (link,) = queries.links(record.patient.patient_id)
    own.post("/share/end", {"link": str(link.link_id)})
    sql = "SELECT event FROM audit_change WHERE patient_id = %s ORDER BY writer, sequence"
    told = [event for (event,) in CHANGE.fetch(sql, (record.patient.patient_id,))]
    assert told[-2:] == ["link_made", "link_ended"]
    sql = "SELECT actor, authority, viewer, served FROM audit_read WHERE patient_id = %s AND route = '/shared'"
    ((actor, authority, viewer, served),) = READ.fetch(sql, (record.patient.patient_id,))
    assert (actor, authority, viewer) == (f"link:{link.link_id}", "link", None)
    assert authority != OWN_RECORD
    assert len(bytes(served)) == 3 * 16


def test_after_a_restore_every_link_is_over(record: Record) -> None:
    path, passcode = made(world.patient(record))
    browser = opened(path, passcode)
    sharing.end_every_link(by=BY, at=AT)
    assert shut(browser, path)


def test_who_is_no_longer_the_patient_shares_nothing_whoever_comes_then(record: Record) -> None:
    path, passcode = made(world.patient(record))
    browser, patient_id = opened(path, passcode), record.patient.patient_id
    (link,) = queries.links(patient_id)
    behind = access_queries.behind(patient_id, link.sharer, at=AT)
    assert behind is not None
    with transaction.atomic():
        bus.publish(PatientUnlinked(PersonId(behind), patient_id, AT))
    assert shut(browser, path)
    access.bind(patient_id=patient_id, viewer_id=link.sharer, behind=uuid.uuid4(), by=BY, at=AT)
    assert "did not open anything" in world.nobody().post(path, {"passcode": passcode}).text


def test_long_after_its_end_a_link_is_forgotten(record: Record) -> None:
    path, passcode = made(world.patient(record))
    opened(path, passcode)
    sharing.forget_over(AT + LIVES[0] + KEEP_ENDED - timedelta(seconds=1))
    assert queries.uses(record.patient.patient_id)
    sharing.forget_over(AT + LIVES[0] + KEEP_ENDED)
    assert not queries.links(record.patient.patient_id)
    assert not queries.uses(record.patient.patient_id)
