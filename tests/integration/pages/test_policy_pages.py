"""Changing a practice's policy: dry run, going live, two people at once, a justification, who may (R42-R44, R49)."""

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from openrecord.access import queries as access
from openrecord.clinical.kinds import Level, Section
from openrecord.flow import worker
from openrecord.identity.types import Role
from openrecord.kit import clock
from openrecord.registry import actions as registry_actions
from openrecord.registry import queries as registry
from openrecord.registry.types import Policy, ReleaseMode, ReleaseRule
from openrecord.staff import dry_run
from openrecord.staff.presenters.policy import RELEASES
from openrecord.staff.views import policy_form
from tests.integration.fhir.world import AT, BY, Record, observation, stopped
from tests.integration.pages import town as made
from tests.integration.pages import world

CHANGE = "/staff/practice/change"
DAY = {"live-day": "1", "live-month": "3", "live-year": "2025"}


@pytest.fixture
def hilltop(stored: None) -> made.Town:  # noqa: ARG001
    """A practice that has not gone live, with seven patients of whom three will see something."""
    stopped()
    town = made.new_town()
    for family in ("Able", "Baker", "Cook"):
        made.account(town.patient(family))
    made.code(town.patient("Decliner"), "103")
    made.code(town.patient("Enhanced"), "104")
    town.patient("Fledgling", made.CHILD)
    registry_actions.record_death(patient_id=town.patient("Gone").patient_id, died=True, by=BY, at=AT)
    return town


@pytest.fixture
def manager(hilltop: made.Town) -> Client:
    return world.staff(hilltop.ods, (Role.MANAGER,), "Mo Ledger")


def form(policy: Policy, version: int, **changes: Any) -> dict[str, Any]:
    """What the form of a policy sends."""
    typed = policy_form.from_policy(policy)
    return {**typed.values, "sections": sorted(typed.sections), "version": str(version), **changes}


def count(text: str, outcome: str) -> int:
    """What the dry run says of an outcome."""
    found = re.search(rf">{outcome}(?:</a>)?</th>.*?</span>(\d+)</td>", text)
    assert found is not None, outcome
    return int(found[1])


def settle(town: made.Town) -> int:
    """Let the worker move every record of the practice; how many rounds it took."""
    patients = registry.patients_ever_at(town.ods)
    rounds = 0
    while access.count_awaiting_policy(patients):
        worker.settle_waiting(AT)
        rounds += 1
    return rounds


def test_going_live_is_seen_before_it_happens(hilltop: made.Town, manager: Client) -> None:
    sent = manager.post(CHANGE, form(Policy(go_live=None), 1, **DAY))
    assert sent.status_code == 303
    proposal = sent["Location"]
    assert registry.policy(hilltop.ods) == Policy(go_live=None)
    shown = manager.get(proposal).text
    assert [count(shown, outcome) for outcome in ("Gain access", "Held back", "Lose access", "Unchanged")] == [
        3,
        4,
        0,
        0,
    ]
    for reason in ("declined online access", "enhanced review is recorded", "under 16", "has died"):
        assert reason in shown
    gained, held = (manager.get(proposal, {"show": show}).text for show in ("gains", "held_back"))
    assert all(family in gained and family not in held for family in ("Able", "Baker", "Cook"))
    assert all(family in held and family not in gained for family in ("Decliner", "Enhanced", "Fledgling", "Gone"))
    assert manager.post(proposal).status_code == 303
    policy = registry.policy(hilltop.ods)
    assert policy is not None
    assert policy.go_live is not None
    assert policy.go_live.isoformat() == "2025-03-01"
    before = manager.get("/staff/practice").text
    assert "0 of 7 records have moved" in before
    assert "0 of 7 records have moved" in manager.get("/staff/home").text
    second = manager.post(CHANGE, form(policy, 2, level="detailed"))["Location"]
    assert "The last change still moves records: 0 of 7." in manager.get(second).text
    settle(hilltop)
    assert "still moves records" not in manager.get(second).text
    after = manager.get("/staff/practice").text
    assert "records have moved" not in after
    assert "Mo Ledger" in after


def test_what_was_foreseen_is_kept_with_the_version(hilltop: made.Town, manager: Client) -> None:
    """Also where another process, which remembers nothing of it, is asked (R43)."""
    proposal = manager.post(CHANGE, form(Policy(go_live=None), 1, **DAY))["Location"]
    before = manager.get(proposal).text
    manager.post(proposal)
    settle(hilltop)
    assert proposal in manager.get("/staff/practice").text
    dry_run._dry_run.cache_clear()
    after = manager.get(proposal).text
    assert "This change is in force since 3 March 2025, as version 2." in after
    for outcome in ("Gain access", "Held back", "Unchanged"):
        assert count(after, outcome) == count(before, outcome)
    assert "Somebody else changed this" not in after
    assert "Put this into force" not in after
    assert proposal not in world.staff(hilltop.ods, (Role.READER,)).get("/staff/practice").text


def test_whatever_was_typed_comes_back(manager: Client) -> None:
    wrong = form(
        Policy(go_live=None), 1, system="", level="everything", sections=["results"],
        **{"live-day": "31", "live-month": "2", "live-year": "2025", "back-days": "-1", "review-age": "9",
           "release-result": "after_days", "days-result": "soon", "release-report": "", "at-risk": "full"},
    )  # fmt: skip
    text = manager.post(CHANGE, wrong).text
    assert "There is a problem" in text
    for field in ("system-1", "live-day", "level-1", "back-days", "review-age", "days-result", "release-report"):
        assert f'href="#{field}"' in text
        assert f'id="{field}"' in text
    for kept in ('value="31"', 'value="-1"', 'value="9"', 'value="soon"'):
        assert kept in text
    on = 4  # one section, levels of new patients and those at risk, whether patients see who looked
    assert text.count('name="sections"') == text.count("checked") + len(Section) - on


@pytest.mark.parametrize("year", ["24", "0024", "1", "9999"])
def test_a_year_that_is_cut_off_opens_nothing(hilltop: made.Town, manager: Client, year: str) -> None:
    """Taken for the year 24, it would open all that was ever recorded."""
    text = manager.post(CHANGE, form(Policy(go_live=None), 1, **{**DAY, "live-year": year})).text
    assert 'href="#live-day"' in text
    assert f'value="{year}"' in text
    assert registry.policy(hilltop.ods) == Policy(go_live=None)


def test_a_first_day_long_ago_is_said(hilltop: made.Town, manager: Client) -> None:
    """What was recorded since then is opened without anybody having looked at it."""
    told = "without anybody having looked"
    for year, is_told in (("2025", False), ("2024", True)):
        proposal = manager.post(CHANGE, form(Policy(go_live=None), 1, **{**DAY, "live-year": year}))["Location"]
        assert (told in manager.get(proposal).text) is is_told
    assert manager.post(proposal).status_code == 303
    changed = manager.post(CHANGE, form(registry.policy(hilltop.ods) or Policy(), 2, level="detailed"))["Location"]
    assert told not in manager.get(changed).text, "it was said when the day was set"


def test_an_enhanced_review_cannot_open_more(manager: Client) -> None:
    sent = form(Policy(go_live=None), 1, **{"level": "summary", "at-risk": "full"})
    assert 'href="#at-risk-1"' in manager.post(CHANGE, sent).text


def test_at_first_nobody_sees_more_than_others(hilltop: made.Town, manager: Client) -> None:
    proposal = manager.post(CHANGE, form(Policy(go_live=None), 1, level="summary", new="detailed"))["Location"]
    assert manager.post(proposal).status_code == 303
    policy = registry.policy(hilltop.ods)
    assert policy is not None
    assert policy.new_level is Level.SUMMARY


def test_a_change_of_nothing_is_none(manager: Client) -> None:
    assert "Nothing is changed yet" in manager.post(CHANGE, form(Policy(go_live=None), 1)).text


def test_every_setting_arrives(hilltop: made.Town, manager: Client) -> None:
    policy = Policy(
        AT.date(), system_on=False, level=Level.DOCUMENTS, at_risk_level=Level.SUMMARY, back_record_days=30,
        review_age=13, new_level=Level.SUMMARY, notice_days=90, sixteen_notice_days=120, expiry_notice_days=30,
        sections_off=frozenset({Section.DOCUMENTS, Section.RESULTS}),
        release={kind: ReleaseRule(ReleaseMode.AFTER_DAYS, 3 + n) for n, kind in enumerate(RELEASES)},
    )  # fmt: skip
    proposal = manager.post(CHANGE, form(policy, 1))["Location"]
    assert manager.post(proposal).status_code == 303
    assert registry.policy(hilltop.ods) == policy


def test_who_was_faster_is_seen_and_nothing_is_lost(hilltop: made.Town, manager: Client) -> None:
    lead = world.staff(hilltop.ods, (Role.IG_LEAD,), "Ina Lead")
    mine = form(Policy(go_live=None), 1, **DAY)
    first = manager.post(CHANGE, mine)["Location"]
    theirs = lead.post(CHANGE, form(Policy(go_live=None), 1, level="detailed"))["Location"]
    assert lead.post(theirs).status_code == 303
    for late in (manager.post(CHANGE, mine), manager.post(first), manager.get(first)):
        assert "Somebody else changed this in the meantime" in late.text
        assert "Detailed: all coded entries" in late.text
    kept = manager.get(CHANGE, {"from": first.rpartition("/")[2]}).text
    assert 'value="2025"' in kept
    assert 'name="version" value="2"' in kept
    again = manager.post(CHANGE, {**mine, "version": "2"})["Location"]
    assert manager.post(again).status_code == 303
    policy = registry.policy(hilltop.ods)
    assert policy is not None
    assert policy.level is Level.FULL
    assert [version.version for version in registry.policy_versions(hilltop.ods)] == [3, 2, 1]
    twice = manager.post(again)
    assert (twice.status_code, twice["Location"]) == (303, "/staff/practice?done=changed"), "pressed twice is done once"
    assert len(registry.policy_versions(hilltop.ods)) == 3
    assert "is in force since 3 March 2025, as version 3." in manager.get(again).text
    back = lead.post(CHANGE, form(policy, 3, level="detailed"))["Location"]
    assert lead.post(back).status_code == 303
    assert "as version 3. It is not in force any more: version 4 is." in manager.get(again).text
    assert manager.post(again)["Location"] == again, "an old tab puts nothing into force, and does not say so"


def test_many_enhanced_reviews_have_to_be_justified(hilltop: made.Town, manager: Client) -> None:
    for number in range(8):
        made.code(hilltop.patient(f"Bulk{number}"), "104")
    clock.use(lambda: AT + timedelta(minutes=1))
    proposal = manager.post(CHANGE, form(Policy(go_live=None), 1, **DAY))["Location"]
    refused = manager.post(proposal, {"why": " "}).text
    assert "Enter why so many patients" in refused
    assert registry.policy(hilltop.ods) == Policy(go_live=None)
    assert manager.post(proposal, {"why": "A whole care home moved in."}).status_code == 303
    assert registry.policy_versions(hilltop.ods)[0].why == "A whole care home moved in."
    assert "A whole care home moved in." in manager.get("/staff/practice").text


def test_nothing_that_was_typed_is_cut_off_unseen(hilltop: made.Town, manager: Client) -> None:
    for number in range(8):
        made.code(hilltop.patient(f"Bulk{number}"), "104")
    clock.use(lambda: AT + timedelta(minutes=1))
    proposal = manager.post(CHANGE, form(Policy(go_live=None), 1, **DAY))["Location"]
    long = "A whole care home moved in. " * 80
    for address, sent in (
        (proposal, {"why": long}),
        ("/staff/practice/readiness/lead", {"state": "ready", "evidence": long}),
    ):
        told = manager.post(address, sent)
        assert told.status_code == 200
        assert "Use 2000 characters or fewer" in told.text
        assert long.strip() in told.text
    assert registry.policy(hilltop.ods) == Policy(go_live=None)
    assert registry.readiness(hilltop.ods) == {}


def test_in_bulk_is_a_setting(hilltop: made.Town, manager: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        made.code(hilltop.patient(f"Bulk{number}"), "104")
    for number in range(6):
        hilltop.patient(f"Other{number}")
    proposal = manager.post(CHANGE, form(Policy(go_live=None), 1, **DAY))["Location"]
    assert "Many enhanced reviews" not in manager.get(proposal).text
    monkeypatch.setenv("OPENRECORD_BULK_REVIEWS", "4")
    assert "Many enhanced reviews" in manager.get(proposal).text


def test_many_enhanced_reviews_after_going_live_have_to_be_justified(stored: None) -> None:  # noqa: ARG001
    """Whoever governs is told on the first page, until somebody has said why."""
    stopped()
    town = made.new_town(Policy())
    people = [town.patient(f"Able{number}") for number in range(7)]
    manager, reader = world.staff(town.ods, (Role.MANAGER,)), world.staff(town.ods, (Role.READER,))
    address = "/staff/practice/enhanced-reviews"
    for patient in people[:3]:
        made.code(patient, "104")
    assert address not in manager.get("/staff/home").text
    made.code(people[3], "104")
    told = manager.get("/staff/home").text
    assert "Code 104 stands for 4 of 7 patients. Say why." in told
    assert address not in reader.get("/staff/home").text
    assert reader.get(address).status_code == reader.post(address, {"why": "x"}).status_code == 403
    assert 'href="#why"' in manager.post(address, {"why": " "}).text
    clock.use(lambda: AT + timedelta(minutes=1))
    assert manager.post(address, {"why": "A refuge registered."})["Location"] == "/staff/practice?done=explained"
    shown = manager.get("/staff/practice").text
    assert "A refuge registered." in shown
    assert "Nothing else was changed." in shown
    made.code(people[4], "104", at=AT + timedelta(minutes=2))
    assert address not in manager.get("/staff/home").text
    assert manager.get(address)["Location"].endswith("done=explained")
    assert [version.policy for version in registry.policy_versions(town.ods)] == [Policy(), Policy()]


def test_104_in_bulk_is_told_too(stored: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    stopped()
    monkeypatch.setenv("OPENRECORD_BULK_REVIEWS", "2")
    town, other = made.new_town(Policy()), made.new_town(Policy())
    manager = world.staff(town.ods, (Role.MANAGER,))
    people = [town.patient(f"Able{number}") for number in range(7)]
    for patient in (people[0], other.patient("Other")):
        made.code(patient, "104")
    assert "Say why" not in manager.get("/staff/home").text
    made.code(people[1], "104")
    assert "Code 104 stands for 2 of 7 patients. Say why." in manager.get("/staff/home").text
    made.code(people[1], "106", at=AT + timedelta(seconds=1))
    clock.use(lambda: AT + timedelta(minutes=1))
    assert "Say why" not in manager.get("/staff/home").text


def test_a_changed_rule_says_how_many_entries_it_holds_for(stored: None) -> None:  # noqa: ARG001
    """Those that are here already are meant, too; another practice's are not counted."""
    stopped()
    town = made.new_town(Policy())
    seen, other = Record(town.patient("Seen")), Record(made.new_town(Policy()).patient("Other"))
    seen.deliver(observation("a"), observation("b"), org=town.ods)
    other.deliver(observation("a"), org=registry.stays(other.patient.patient_id)[0].ods)
    manager = world.staff(town.ods, (Role.MANAGER,))
    by_hand = {"release-observation": "by_hand"}
    text = manager.get(manager.post(CHANGE, form(Policy(), 1, **by_hand))["Location"]).text
    row = re.search(r">Measurements</th>(<td.*?)</tr>", text.partition("Entries that are here already")[2])
    assert row is not None
    assert re.findall(r"</span>(\d+)</td>", row[1]) == ["2", "1", "0"]
    assert (
        "Entries that are here already"
        not in manager.get(manager.post(CHANGE, form(Policy(), 1, level="detailed"))["Location"]).text
    )


def test_lists_are_paged(hilltop: made.Town, manager: Client) -> None:
    for number in range(49):
        hilltop.patient(f"Paged{number:02d}")
    proposal = manager.post(CHANGE, form(Policy(go_live=None), 1, **DAY))["Location"]
    first, second = (manager.get(proposal, {"show": "gains", "page": page}).text for page in ("1", "2"))
    assert first.count("or-line__title") == 50
    assert second.count("or-line__title") == 2
    assert "Paged48" in second
    for page in ("0", "-1", "999999999", "x", "77"):
        assert manager.get(proposal, {"show": "gains", "page": page}).status_code == 200


@pytest.mark.parametrize("role", [Role.READER, Role.SCREENER, Role.CLINICIAN])
def test_others_read_and_change_nothing(hilltop: made.Town, manager: Client, role: Role) -> None:
    proposal = manager.post(CHANGE, form(Policy(go_live=None), 1, **DAY))["Location"]
    other = world.staff(hilltop.ods, (role,))
    assert other.get("/staff/practice").status_code == other.get("/staff/practice/readiness").status_code == 200
    for address in (CHANGE, proposal, "/staff/practice/readiness/lead"):
        assert other.get(address).status_code == other.post(address, {"state": "ready"}).status_code == 403
    assert len(registry.policy_versions(hilltop.ods)) == 1


def test_another_practices_proposal_is_nobodys(manager: Client) -> None:
    proposal = manager.post(CHANGE, form(Policy(go_live=None), 1, **DAY))["Location"]
    stranger = world.staff(made.new_town().ods, (Role.MANAGER,))
    assert stranger.get(proposal).status_code == stranger.post(proposal).status_code == 404
    theirs = stranger.get(CHANGE, {"from": proposal.rpartition("/")[2]}).text
    assert 'name="live-year" type="text" inputmode="numeric" autocomplete="off" value=""' in theirs


def test_readiness_is_answered_with_evidence_and_kept(hilltop: made.Town, manager: Client) -> None:
    address = "/staff/practice/readiness/lead"
    assert 'href="#state-1"' in manager.post(address, {"evidence": "kept text"}).text
    assert "kept text" in manager.post(address, {"state": "not_ready", "evidence": "kept text"}).text
    assert 'href="#evidence"' in manager.post(address, {"state": "ready"}).text
    assert manager.post(address, {"state": "not_ready", "reason": "training"}).status_code == 303
    assert manager.post(address, {"state": "ready", "evidence": "Minutes of May"}).status_code == 303
    answer = registry.readiness(hilltop.ods)["lead"]
    assert (answer.version, answer.evidence, answer.reason) == (2, "Minutes of May", "")
    shown = manager.get("/staff/practice/readiness").text
    assert "Minutes of May" in shown
    assert "Mo Ledger" in shown
    assert manager.get("/staff/practice/readiness/nothing").status_code == 404
    assert "0 not ready, 13 not answered" in manager.get("/staff/home").text


def test_readiness_is_taken_along(hilltop: made.Town, manager: Client) -> None:
    """As a table that the integrated care board can open, every item with its newest answer (R49)."""
    manager.post("/staff/practice/readiness/lead", {"state": "ready", "evidence": '=Minutes, "May"'})
    manager.post("/staff/practice/readiness/policies", {"state": "not_ready", "reason": "staffing"})
    taken = manager.get("/staff/practice/readiness.csv")
    assert taken["Content-Type"] == "text/csv; charset=utf-8"
    assert taken["Content-Disposition"] == f'attachment; filename="readiness-{hilltop.ods}.csv"'
    rows = list(csv.DictReader(io.StringIO(taken.content.decode("utf-8-sig"))))
    assert len(rows) == 14
    assert {row["organisation"] for row in rows} == {hilltop.ods}
    answers = {row["item"]: (row["state"], row["reason"], row["evidence"], row["answered"]) for row in rows}
    assert answers["lead"] == ("ready", "", '\'=Minutes, "May"', "2025-03-03")
    assert answers["policies"] == ("not_ready", "Not enough staff at the moment", "", "2025-03-03")
    assert answers["filing"] == ("not_answered", "", "", "")
    assert "/staff/practice/readiness.csv" in manager.get("/staff/practice/readiness").text


def test_another_reason_is_said(manager: Client) -> None:
    address = "/staff/practice/readiness/lead"
    assert 'href="#evidence"' in manager.post(address, {"state": "not_ready", "reason": "other"}).text
    told = {"state": "not_ready", "reason": "other", "evidence": "The building is flooded"}
    assert manager.post(address, told).status_code == 303


def test_who_goes_live_is_reminded_of_what_is_not_ready(manager: Client) -> None:
    manager.post("/staff/practice/readiness/lead", {"state": "not_ready", "reason": "training"})
    proposal = manager.post(CHANGE, form(Policy(go_live=None), 1, **DAY))["Location"]
    shown = manager.get(proposal).text
    assert "1 not ready, 13 not answered" in shown
    other = manager.post(CHANGE, form(Policy(go_live=None), 1, level="detailed"))["Location"]
    assert "13 not answered" not in manager.get(other).text
