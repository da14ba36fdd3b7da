"""The worklist on pages and underneath: what waits, deciding, being overtaken, several at once, and the way back."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openrecord.access import queries as access
from openrecord.access.types import Reason
from openrecord.clinical.signals.types import SignalKind
from openrecord.db import sql
from openrecord.flow import steps
from openrecord.kit.ids import spelt
from openrecord.kit.london import day_of, midnight
from openrecord.registry import actions as registry
from openrecord.registry.types import Policy, ReleaseMode, ReleaseRule
from openrecord.screening import listing, tasks
from openrecord.screening import queries as screening
from openrecord.screening.actions import acts
from openrecord.screening.rules.decide import decide
from openrecord.screening.types import EntryId, HideReason, ItemState, WorklistFilter
from openrecord.staff.record import patient_viewer
from tests.integration.fhir.world import AT, BY, ORG, App, Record, observation
from tests.integration.pages import world

pytestmark = pytest.mark.usefixtures("by_hand")
EVERYTHING = WorklistFilter()
SISTER = "Her sister Janet says that she drinks. Asked not to be named."


def note(key: str, words: str, **more: Any) -> dict[str, Any]:
    """A measurement with words of its writer."""
    return observation(key, note=[{"text": words}], performer=[{"display": "Dr Anya Rao"}], **more)


def waiting(record: Record, wanted: WorklistFilter = EVERYTHING) -> set[EntryId]:
    """What waits of this record."""
    found = listing.worklist(ORG, wanted, at=AT, limit=500)
    return {item.entry_id for item in found if item.patient_id == record.patient.patient_id}


def one(record: Record) -> EntryId:
    """The only entry that waits."""
    (found,) = waiting(record)
    return found


def address(record: Record, entry: EntryId) -> str:
    return f"/staff/queue/{record.patient.public_id}/{spelt(entry)}"


def seen_on(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def keys_on(page: str) -> list[str]:
    return re.findall(r'name="key"[^>]* value="([^"]+)"', page)


def test_what_waits_is_listed_with_its_signals_and_read_on_the_trail(record: Record) -> None:
    record.deliver(note("n", SISTER), observation("plain"))
    browser = world.staff()
    assert "Not read for signals yet" in browser.get("/staff/queue").text
    while tasks.look_at_new():
        pass
    listed = {item.entry_id: item for item in listing.worklist(ORG, EVERYTHING, at=AT, limit=500)}
    mine = [listed[entry] for entry in waiting(record)]
    assert {len(item.signals or ()) > 0 for item in mine} == {True, False}
    told = next(item for item in mine if item.signals)
    assert SignalKind.THIRD_PARTY in told.signals
    assert told.author == "Dr Anya Rao"
    order = [item.entry_id for item in listing.worklist(ORG, EVERYTHING, at=AT, limit=500)]
    assert order.index(told.entry_id) < min(order.index(item.entry_id) for item in mine if not item.signals)
    page = browser.get("/staff/queue?signal=third_party&author=Dr+Anya+Rao").text
    assert len(keys_on(page)) == len(waiting(record, WorklistFilter(signal=SignalKind.THIRD_PARTY))) == 1
    assert "Another person" in page
    assert any(route == "/staff/queue" and told.public_id.bytes in served for route, _q, _r, served in record.trail())
    entry = browser.get(address(record, told.entry_id)).text
    assert "<mark>" in entry
    assert "sister" in html.unescape(entry)


def test_release_leads_on_and_can_be_undone(record: Record, app: App) -> None:
    before = app.search("Observation").ids
    record.deliver(observation("new", "2025-02-20"))
    entry, browser = one(record), world.staff()
    page = browser.get(address(record, entry)).text
    done = browser.post(address(record, entry), {"decision": "release", "seen": seen_on(page)})
    assert done.status_code == 303
    assert "done=release" in done["Location"]
    assert len(app.search("Observation").ids) == len(before) + 1
    assert not waiting(record)
    banner = browser.get(done["Location"]).text
    assert "Released: 1." in banner
    browser.post("/staff/queue/undo", {"key": keys_on(banner)[0]})
    assert app.search("Observation").ids == before
    assert waiting(record) == {entry}


def test_a_hold_ends_in_a_decision(record: Record, app: App) -> None:
    record.deliver(observation("new", "2025-02-20"))
    entry, browser = one(record), world.staff()
    here = address(record, entry)
    for decision, state in (("hold", ItemState.HELD_CONTACT), ("contacted", ItemState.CONTACTED)):
        browser.post(here, {"decision": decision, "seen": seen_on(browser.get(here).text)})
        assert waiting(record, WorklistFilter(frozenset({state}))) == {entry}
    assert "Patient contacted, waiting for a decision" in browser.get(here).text
    browser.post(here, {"decision": "release", "seen": seen_on(browser.get(here).text)})
    assert not waiting(record)
    assert str(screening.states(record.patient.patient_id)[entry].public_id) in app.search("Observation").ids


def test_what_was_found_in_it_stays_with_it_when_it_is_held(record: Record) -> None:
    """It stays in its place and under its filters; only other words are looked at anew."""
    record.deliver(note("n", SISTER))
    while tasks.look_at_new():
        pass
    entry, found = one(record), WorklistFilter(signal=SignalKind.THIRD_PARTY, author="Dr Anya Rao")
    before = listing.worklist(ORG, found, at=AT, limit=500)
    acts.hold(patient_id=record.patient.patient_id, entry_id=entry, until=None, by=BY, at=AT)
    assert waiting(record, found) == {entry}
    assert [item.cursor for item in listing.worklist(ORG, found, at=AT, limit=500)] == [one.cursor for one in before]
    record.deliver(note("n", "Feels well.", status="amended"))
    assert not waiting(record, found)


def test_a_hold_whose_day_has_come_is_overdue_and_still_held(record: Record) -> None:
    record.deliver(observation("new", "2025-02-20"))
    entry, browser = one(record), world.staff()
    acts.hold(patient_id=record.patient.patient_id, entry_id=entry, until=day_of(AT), by=BY, at=AT - timedelta(days=2))
    page = browser.get(address(record, entry)).text
    assert "Hold ended, waiting for a decision" in page
    assert "Overdue since" in page
    assert listing.summary(ORG, at=AT).overdue >= 1


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"decision": "hold-until", "until-day": "3", "until-month": "3", "until-year": "2025"}, "until-day"),
        ({"decision": "hold-until", "until-day": "x", "until-month": "3", "until-year": "2026"}, "until-day"),
        ({"decision": "hold-until", "until-day": "3", "until-month": "3", "until-year": "2062"}, "until-day"),
        ({"decision": "hold-until", "until-day": "3", "until-month": "3", "until-year": "2_025"}, "until-day"),
        ({"decision": "hide"}, "reason-1"),
        ({"decision": "hide", "reason": "serious_harm"}, "responsible"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(record: Record, form: dict[str, str], field: str) -> None:
    record.deliver(observation("new", "2025-02-20"))
    entry, browser = one(record), world.staff()
    answer = browser.post(address(record, entry), {**form, "seen": seen_on(browser.get(address(record, entry)).text)})
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}"' in answer.text
    assert all(f'value="{typed}"' in answer.text for name, typed in form.items() if name.startswith("until"))
    assert waiting(record) == {entry}


def test_whoever_comes_second_overwrites_nothing(record: Record) -> None:
    record.deliver(observation("new", "2025-02-20"))
    entry, browser, other = one(record), world.staff(), world.staff(name="Kim Other")
    here = address(record, entry)
    stale = seen_on(browser.get(here).text)
    other.post(here, {"decision": "hold", "seen": seen_on(other.get(here).text)})
    answer = browser.post(here, {"decision": "release", "seen": stale})
    assert "Somebody else decided about this entry" in answer.text
    assert waiting(record, WorklistFilter(frozenset({ItemState.HELD_CONTACT}))) == {entry}
    assert seen_on(answer.text) != stale


def test_whoever_comes_after_the_decision_is_told(record: Record) -> None:
    record.deliver(observation("new", "2025-02-20"))
    entry, browser = one(record), world.staff()
    here = address(record, entry)
    stale = seen_on(browser.get(here).text)
    acts.release(patient_id=record.patient.patient_id, entry_id=entry, by=BY, at=AT)
    answer = browser.post(here, {"decision": "hold", "seen": stale})
    assert answer.status_code == 303
    assert "Nothing that you chose was done." in browser.get(answer["Location"]).text
    assert not waiting(record)


def test_a_new_version_overtakes_a_decision_about_the_old_one(record: Record) -> None:
    record.deliver(observation("new", "2025-02-20"))
    entry, browser = one(record), world.staff()
    stale = seen_on(browser.get(address(record, entry)).text)
    record.deliver(observation("new", "2025-02-20", note=[{"text": SISTER}], status="amended"))
    answer = browser.post(address(record, entry), {"decision": "release", "seen": stale})
    assert "or it changed" in answer.text
    assert waiting(record) == {entry}
    while tasks.look_at_new():
        pass
    assert waiting(record, WorklistFilter(signal=SignalKind.THIRD_PARTY)) == {entry}


def test_an_entry_that_cannot_be_read_stops_no_other(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    """It stays unread; what came after it is looked at."""
    monkeypatch.setattr(tasks, "_UNREAD", tasks._UNREAD.replace(f"LIMIT {tasks.PORTION}", "LIMIT 1"))
    record.deliver(*(observation(f"n{number}", "2025-02-20") for number in range(3)))
    broken, mine = min(waiting(record)), record.patient.patient_id
    whole = sql.rows("SELECT coded FROM screening_vault WHERE patient_id=%s AND id=%s", [mine, broken])[0][0]
    broken_body = "UPDATE screening_vault SET coded=%s WHERE patient_id=%s AND id=%s"
    sql.execute(broken_body, [b"{", mine, broken])
    while tasks.look_at_new():
        pass
    listed = listing.worklist(ORG, EVERYTHING, at=AT, limit=500)
    assert {item.entry_id for item in listed if item.signals is None} == {broken}
    sql.execute(broken_body, [whole, mine, broken])
    assert tasks.look_at_new() == 1


def test_several_at_once_and_back_again(record: Record) -> None:
    record.deliver(*(observation(f"n{number}", "2025-02-20") for number in range(4)))
    browser, other = world.staff(), world.staff(name="Kim Other")
    every = waiting(record)
    keys = [key for key in keys_on(browser.get("/staff/queue").text) if str(record.patient.public_id) in key]
    assert len(keys) == 4
    first = EntryId(bytes.fromhex(keys[0].split("/")[1].replace("-", "")))
    other.post(address(record, first), {"decision": "hold", "seen": keys[0].split("/")[2]})
    whole = browser.get("/staff/queue?ticked=all").text
    assert 'href="/staff/queue?ticked=all"' in whole
    assert whole.count(" checked>") == len(keys_on(whole))
    answer = browser.post("/staff/queue/decide", {"key": keys, "decision": "hide", "reason": "third_party"})
    assert "Hidden from the patient and everybody acting for them: 3." in answer.text
    assert "while you had them open: 1." in answer.text
    assert waiting(record) == {first}
    browser.post("/staff/queue/undo", {"key": keys_on(answer.text)})
    assert waiting(record) == every


def test_a_decision_about_nothing_or_without_a_choice_is_asked_again(record: Record) -> None:
    record.deliver(observation("new", "2025-02-20"))
    browser = world.staff()
    nothing = browser.post("/staff/queue/decide", {"decision": "release"}).text
    assert 'href="#tick-1"' in nothing
    assert waiting(record)
    (key,) = (key for key in keys_on(nothing) if str(record.patient.public_id) in key)
    unsaid = browser.post("/staff/queue/decide", {"key": key}).text
    assert 'href="#decision-1"' in unsaid
    assert f'value="{key}" checked' in unsaid


def test_others_and_readers_decide_nothing(record: Record) -> None:
    record.deliver(observation("new", "2025-02-20"))
    entry = one(record)
    reader = world.staff(roles=(world.Role.READER,))
    page = reader.get(address(record, entry)).text
    assert 'name="decision"' not in page
    for path in (address(record, entry), "/staff/queue/decide", "/staff/queue/undo"):
        key = f"{record.patient.public_id}/{spelt(entry)}/0.0"
        assert reader.post(path, {"decision": "release", "seen": "0.0", "key": key}).status_code == 403
    assert waiting(record) == {entry}


def test_a_page_of_many(record: Record) -> None:
    record.deliver(*(observation(f"n{number}", "2025-02-20") for number in range(60)))
    browser, found, path = world.staff(), [], "/staff/queue"
    while path:
        page = browser.get(path).text
        found += [key for key in keys_on(page) if str(record.patient.public_id) in key]
        following = re.search(r'href="([^"]+)" rel="next"', page)
        path = html.unescape(following[1]) if following else ""
    assert len(found) == len(set(found)) == 60
    assert browser.get("/staff/queue?after=nonsense").status_code == 404


DEEDS = st.sampled_from(["release", "hide", "unhide", "hold", "hold_day", "contact", "undo"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 3), DEEDS), max_size=10))
def test_exactly_what_only_a_decision_keeps_back_waits(record: Record, deeds: list[tuple[int, str]]) -> None:
    """Against a naive reading: the explained answer names a code of waiting for it, and no other."""
    record.deliver(*(observation(f"k{number}", "2025-02-20") for number in range(4)))
    patient_id = record.patient.patient_id
    entries = sorted(screening.states(patient_id))
    for number, deed in deeds:
        _do(patient_id, entries[number % len(entries)], deed)
    facts = access.facts(patient_id, at=AT, controlling={ORG})
    verdicts = decide(facts, screening.facts(patient_id), patient_viewer(facts), at=AT)
    codes = {Reason.UNDECIDED, Reason.HELD_UNTIL, Reason.HELD_CONTACT}
    assert waiting(record) == {entry for entry, said in verdicts.items() if said.reasons and said.reasons <= codes}


def _do(patient_id: Any, entry: EntryId, deed: str) -> None:
    known: dict[str, Any] = {"patient_id": patient_id, "entry_id": entry, "by": BY, "at": AT}
    match deed:
        case "release":
            acts.release(**known)
        case "hide":
            acts.hide(reason=HideReason.OTHER, responsible=None, **known)
        case "unhide":
            acts.unhide(**known)
        case "hold":
            acts.hold(until=None, **known)
        case "hold_day":
            acts.hold(until=day_of(AT), **known)
        case "contact":
            acts.note_contact(**known)
        case _:
            try:
                acts.undo(seen=screening.stamp(patient_id, entry), **known)
            except acts.NothingToUndo:
                return


def test_what_a_new_rule_puts_into_the_list_is_promised_from_then() -> None:
    there, later = world.own_practice(), AT + timedelta(days=40)
    mine = world.moved(Policy(), there=there)
    mine.deliver(observation("old"), org=there)
    release = {"observation": ReleaseRule(ReleaseMode.BY_HAND)}
    registry.set_policy(ods=there, policy=Policy(release=release), by=BY, at=later)
    steps.settle_waiting([mine.patient.patient_id], at=later)
    (found,) = listing.worklist(there, EVERYTHING, at=later, limit=5)
    assert found.item.since == AT
    assert found.item.due == midnight(day_of(later) + timedelta(days=7))
