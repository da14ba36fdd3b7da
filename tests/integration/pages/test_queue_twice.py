"""Two people at one waiting entry, and one person twice: nobody overwrites anything, and nothing is lost."""

import pytest
from django.test import Client

from openrecord.identity.types import Role
from openrecord.kit.ids import spelt
from openrecord.screening import listing, tasks
from openrecord.screening import queries as screening
from openrecord.screening.actions import acts
from openrecord.screening.types import EntryId, HideReason, ItemState, WorklistFilter
from tests.integration.fhir.world import AT, BY, ORG, Record, observation
from tests.integration.pages import world
from tests.integration.pages.test_queue import address, keys_on, one, seen_on, waiting

pytestmark = pytest.mark.usefixtures("by_hand")


def test_a_button_pressed_twice_does_its_work_once_and_leads_on(record: Record) -> None:
    writer = [{"display": "Dr Press Twice"}]
    record.deliver(*(observation(key, "2025-02-20", performer=writer) for key in ("x", "y")))
    while tasks.look_at_new():
        pass
    mine = WorklistFilter(author="Dr Press Twice")
    first, second = (item.entry_id for item in listing.worklist(ORG, mine, at=AT, limit=9))
    here, browser = f"{address(record, first)}?author=Dr+Press+Twice", world.staff()
    for decision in ("hold", "release"):
        form = {"decision": decision, "seen": seen_on(browser.get(here).text)}
        once, twice = (browser.post(here, form)["Location"] for _ in range(2))
        assert f"done={decision}" in once
        assert f"done={decision}" in twice
    assert spelt(second) in twice.partition("?")[0], "the next entry, as after the first press"
    key = keys_on(browser.get(twice).text)[0]
    for _ in range(2):
        told = browser.get(browser.post("/staff/queue/undo", {"key": key})["Location"]).text
        assert "Taken back: 1." in told
        assert "Left as they were" not in told
    assert waiting(record, WorklistFilter(frozenset({ItemState.HELD_CONTACT}))) == {first}
    other = world.staff(name="Kim Other")
    assert "Nothing that you chose was done" in other.post(address(record, first), form).text


def test_whoever_would_have_hidden_what_was_released_meanwhile_loses_nothing(record: Record) -> None:
    record.deliver(observation("new", "2025-02-20"))
    entry, browser = one(record), world.staff()
    stale = seen_on(browser.get(address(record, entry)).text)
    acts.release(patient_id=record.patient.patient_id, entry_id=entry, by=BY, at=AT)
    chosen = {"decision": "hide", "reason": "serious_harm", "responsible": "Dr Anya Rao"}
    page = browser.post(address(record, entry), {**chosen, "seen": stale}).text
    assert "Nothing that you chose was done." in page
    assert 'value="serious_harm" aria-describedby="reason-1-hint" checked' in page
    assert 'value="Dr Anya Rao"' in page


def test_a_way_back_takes_back_ones_own_decision_alone(record: Record) -> None:
    """The banner of the first person, opened again after the second one's decision, offers nothing (R41)."""
    record.deliver(observation("new", "2025-02-20"))
    entry, browser, other = one(record), world.staff(), world.staff(name="Kim Other")
    page = browser.get(address(record, entry)).text
    done = browser.post(address(record, entry), {"decision": "release", "seen": seen_on(page)})
    banner = browser.get(done["Location"]).text
    other.post(f"/staff/patients/{record.patient.public_id}/entries/{spelt(entry)}/hide", hiding(other, record, entry))
    again = browser.get(done["Location"]).text
    assert "Released: 1." in again
    assert not keys_on(again)
    too_late = browser.post("/staff/queue/undo", {"key": keys_on(banner)[0]})
    told = browser.get(too_late["Location"]).text
    assert "Left as they were" in told
    assert "Taken back" not in told
    assert screening.states(record.patient.patient_id)[entry].facts.stance.hides == {HideReason.THIRD_PARTY}


def hiding(browser: Client, record: Record, entry: EntryId) -> dict[str, str]:
    """The form that confirms a hide, as its page has it."""
    here = f"/staff/patients/{record.patient.public_id}/entries/{spelt(entry)}/hide"
    page = browser.post(here, {"reason": "third_party", "seen": seen_on(browser.get(here).text)}).text
    return {"reason": "third_party", "confirmed": "yes", "seen": seen_on(page)}


def test_a_hide_is_not_lifted_by_somebody_who_has_not_seen_it(record: Record) -> None:
    """Two people at one entry: whoever comes second is told, on the entry's own pages too."""
    record.deliver(observation("new", "2025-02-20"))
    entry, browser, other = one(record), world.staff(), world.staff(name="Kim Other")
    here = f"/staff/patients/{record.patient.public_id}/entries/{spelt(entry)}"
    browser.post(f"{here}/hide", hiding(browser, record, entry))
    stale = {"seen": seen_on(browser.get(f"{here}/unhide").text)}
    other_hide = {"reason": HideReason.OTHER, "responsible": None, "by": BY, "at": AT}
    acts.hide(patient_id=record.patient.patient_id, entry_id=entry, **other_hide)  # type: ignore[arg-type]
    answer = browser.post(f"{here}/unhide", stale)
    assert "Nothing that you chose was done." in browser.get(answer["Location"]).text
    assert len(screening.states(record.patient.patient_id)[entry].facts.stance.hides) == 2
    fresh = {"seen": seen_on(other.get(f"{here}/unhide").text)}
    assert other.post(f"{here}/unhide", fresh)["Location"].endswith("done=unhidden")
    late = other.post(f"{here}/hide", {"reason": "third_party", "confirmed": "yes", **fresh}).text
    assert "Nothing that you chose was done." in late
    assert 'value="third_party" aria-describedby="reason-2-hint" checked' in late
    assert seen_on(late) != fresh["seen"]
    assert not screening.states(record.patient.patient_id)[entry].facts.stance.hides


def test_what_a_clinician_judged_harmful_a_clinician_lifts(record: Record) -> None:
    """A screener sees that it is hidden, and changes nothing about it."""
    record.deliver(observation("new", "2025-02-20"))
    entry, screener, clinician = one(record), world.staff(roles=(Role.SCREENER,)), world.staff()
    here = f"/staff/patients/{record.patient.public_id}/entries/{spelt(entry)}"
    acts.hide(
        patient_id=record.patient.patient_id, entry_id=entry, reason=HideReason.SERIOUS_HARM, responsible="Dr Anya Rao",
        by=BY, at=AT,
    )  # fmt: skip
    page = screener.get(here).text
    assert "Only a clinician can stop hiding this entry." in page
    assert f"{here}/unhide" not in page
    seen = {"seen": seen_on(clinician.get(f"{here}/unhide").text)}
    assert screener.post(f"{here}/unhide", seen).status_code == 403
    assert screening.states(record.patient.patient_id)[entry].facts.stance.hides
    assert clinician.post(f"{here}/unhide", seen).status_code == 303
    assert not screening.states(record.patient.patient_id)[entry].facts.stance.hides
