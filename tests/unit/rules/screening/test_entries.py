"""The codes of an entry by itself (decision cases README, "Of the entry itself"; QUESTIONS 4-6)."""

from datetime import date, datetime
from typing import Any

import pytest

from openrecord.access.types import Reason
from openrecord.clinical.incoming import Label, VersionStatus
from openrecord.clinical.kinds import EntryKind
from openrecord.registry.types import Policy, ReleaseMode, ReleaseRule
from openrecord.screening.rules.entries import entry_reasons, next_turn, release_instant
from openrecord.screening.types import EntryFacts, HideReason, Hold, Stance
from tests.unit.rules.facts import NOW, TICK, A, B, entry, utc

NEEDS_FILING = {EntryKind.RESULT, EntryKind.REPORT, EntryKind.SPECIMEN, EntryKind.DOCUMENT}
NEVER_SHOWN = {
    EntryKind.CODE: Reason.NEVER_CODE,
    EntryKind.DIARY: Reason.DIARY,
    EntryKind.TASK: Reason.ADMINISTRATIVE,
    EntryKind.UNKNOWN: Reason.UNKNOWN_INPUT,
}
AFTER_3_DAYS = ReleaseRule(ReleaseMode.AFTER_DAYS, 3)
BY_HAND, NEVER = ReleaseRule(ReleaseMode.BY_HAND), ReleaseRule(ReleaseMode.NEVER)
JULY = utc("2024-07-10T09:00")


def codes(facts: EntryFacts, policy: Policy | None = Policy(), at: datetime = NOW) -> set[Reason]:  # noqa: B008
    return set(entry_reasons(facts, policy, at))


def released(kind: str, rule: ReleaseRule) -> Policy:
    """The default policy with another release rule for one kind."""
    return Policy(release={kind: rule})


@pytest.mark.parametrize("kind", EntryKind)
def test_a_filed_final_entry_has_no_code_unless_its_kind_is_never_shown(kind: EntryKind) -> None:
    """R3: diary entries, administrative tasks, 103/104/106 and kinds not understood."""
    assert codes(entry(kind=kind)) == ({NEVER_SHOWN[kind]} if kind in NEVER_SHOWN else set())


@pytest.mark.parametrize("kind", sorted(set(EntryKind) - set(NEVER_SHOWN)))
def test_results_reports_specimens_and_documents_need_filing(kind: EntryKind) -> None:
    """R31; a filing state that is not known counts as none (R68, AP-05)."""
    assert codes(entry(kind=kind, filed=False)) == ({Reason.UNFILED} if kind in NEEDS_FILING else set())
    assert codes(entry(kind=kind, filed=None)) == ({Reason.UNKNOWN_INPUT} if kind in NEEDS_FILING else set())


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"status": VersionStatus.FINAL}, None),
        ({"status": VersionStatus.CORRECTED}, None),
        ({"status": VersionStatus.AMENDED}, None),
        ({"status": VersionStatus.APPENDED}, None),
        ({"status": VersionStatus.DRAFT}, Reason.DRAFT),
        ({"status": VersionStatus.ENTERED_IN_ERROR}, Reason.ENTERED_IN_ERROR),
        ({"label": Label.NOT_FOR_PATIENT}, Reason.NOT_FOR_PATIENT_LABEL),
        ({"label": Label.UNKNOWN}, Reason.UNKNOWN_INPUT),
        ({"superseded": True}, Reason.SUPERSEDED),
        ({"wrong_person": True}, Reason.WRONG_PERSON),
        ({"copy_unresolved": True}, Reason.COPY_UNRESOLVED),
        ({"safe_mapper": False}, Reason.UNSAFE_MAPPER),
        ({"stance": Stance(hides=frozenset({HideReason.SERIOUS_HARM}))}, Reason.HIDDEN_SERIOUS_HARM),
        ({"stance": Stance(hides=frozenset({HideReason.THIRD_PARTY}))}, Reason.HIDDEN_THIRD_PARTY),
        ({"stance": Stance(hides=frozenset({HideReason.OTHER}))}, Reason.HIDDEN_OTHER),
        ({"stance": Stance(hold=Hold(date(2024, 3, 2)))}, Reason.HELD_UNTIL),
        ({"stance": Stance(hold=Hold(date(2024, 3, 1)))}, Reason.UNDECIDED),
        ({"stance": Stance(hold=Hold(None))}, Reason.HELD_CONTACT),
        ({"stance": Stance(hold=Hold(None, contacted=True))}, Reason.UNDECIDED),
        ({"stance": Stance(hold=Hold(date(2024, 3, 2), contacted=True))}, Reason.HELD_UNTIL),
        ({"stance": Stance(released=True)}, None),
    ],
)
def test_what_keeps_an_entry_back(changes: dict[str, Any], code: Reason | None) -> None:
    assert codes(entry(**changes)) == (set() if code is None else {code})


def test_a_doubted_entry_waits_for_a_decision_also_where_one_was_made_before() -> None:
    assert codes(entry(doubted=True)) == {Reason.UNDECIDED}
    assert codes(entry(doubted=True, stance=Stance(released=True))) == {Reason.UNDECIDED}


def test_every_test_is_made_by_itself() -> None:
    stance = Stance(hides=frozenset(HideReason), hold=Hold(None))
    facts = entry(
        kind=EntryKind.RESULT, filed=False, status=VersionStatus.DRAFT, label=Label.NOT_FOR_PATIENT, stance=stance,
        superseded=True, wrong_person=True, copy_unresolved=True, safe_mapper=False,
    )  # fmt: skip
    assert codes(facts, released("result", BY_HAND)) == {
        Reason.UNFILED, Reason.DRAFT, Reason.NOT_FOR_PATIENT_LABEL, Reason.SUPERSEDED, Reason.WRONG_PERSON,
        Reason.COPY_UNRESOLVED, Reason.UNSAFE_MAPPER, Reason.HIDDEN_SERIOUS_HARM, Reason.HIDDEN_THIRD_PARTY,
        Reason.HIDDEN_OTHER, Reason.HELD_CONTACT, Reason.UNDECIDED,
    }  # fmt: skip


def test_without_a_policy_nothing_may_be_shown() -> None:
    """R68, AP-06."""
    assert codes(entry(), None) == {Reason.UNKNOWN_INPUT}
    assert codes(entry(kind=EntryKind.DIARY, superseded=True), None) == {
        Reason.UNKNOWN_INPUT,
        Reason.DIARY,
        Reason.SUPERSEDED,
    }


def test_a_hold_ends_at_midnight_london_of_its_day_to_a_decision_never_to_a_release() -> None:
    """R33, QUESTIONS 6, HP-01."""
    held = entry(stance=Stance(hold=Hold(date(2024, 7, 15)), released=True))
    assert codes(held, at=utc("2024-07-14T23:00") - TICK) == {Reason.HELD_UNTIL}
    assert codes(held, at=utc("2024-07-14T23:00")) == {Reason.UNDECIDED}


@pytest.mark.parametrize(
    ("rule", "before", "after"),
    [
        (ReleaseRule(ReleaseMode.ON_SAVE), None, None),
        (ReleaseRule(ReleaseMode.ON_FILING), None, None),
        (BY_HAND, Reason.UNDECIDED, None),
        (ReleaseRule(ReleaseMode.AFTER_DAYS, 400), Reason.UNDECIDED, None),
        (AFTER_3_DAYS, None, None),
        (NEVER, Reason.POLICY_NEVER, Reason.POLICY_NEVER),
        (ReleaseRule(ReleaseMode.UNKNOWN), Reason.UNKNOWN_INPUT, Reason.UNKNOWN_INPUT),
    ],
)
def test_the_release_policy_before_and_after_a_release_by_a_person(
    rule: ReleaseRule, before: Reason | None, after: Reason | None
) -> None:
    """R30, QUESTIONS 4, 5: a release meets by_hand and after_days; not never, nor what is not understood."""
    policy = released("condition", rule)
    assert codes(entry(), policy) == (set() if before is None else {before})
    assert codes(entry(stance=Stance(released=True)), policy) == (set() if after is None else {after})


def test_a_release_replaces_no_filing() -> None:
    """QUESTIONS 5, HP-03."""
    stance = Stance(released=True)
    assert codes(entry(kind=EntryKind.RESULT, filed=False, stance=stance)) == {Reason.UNFILED}


@pytest.mark.parametrize("kind", NEVER_SHOWN)
def test_no_release_rule_speaks_of_what_is_never_shown(kind: EntryKind) -> None:
    policy = Policy(release={str(each): NEVER for each in EntryKind})
    assert codes(entry(kind=kind), policy) == {NEVER_SHOWN[kind]}


def test_after_days_opens_at_midnight_london_days_after_the_day_of_recording() -> None:
    """R30, HP-05."""
    policy = released("condition", AFTER_3_DAYS)
    late_in_the_evening = entry(recorded=utc("2024-07-09T23:30"))
    for facts in (entry(recorded=JULY), late_in_the_evening):
        assert release_instant(facts, 3) == utc("2024-07-12T23:00")
        assert codes(facts, policy, utc("2024-07-12T23:00") - TICK) == {Reason.UNDECIDED}
        assert codes(facts, policy, utc("2024-07-12T23:00")) == set()
    assert release_instant(entry(recorded=JULY), 0) == utc("2024-07-09T23:00")


def test_after_days_never_opens_where_the_recorded_date_is_missing() -> None:
    undated = entry(recorded=None)
    assert release_instant(undated, 3) is None
    assert codes(undated, released("condition", AFTER_3_DAYS)) == {Reason.UNDECIDED}


# When an entry turns by itself


def waits(number: int, recorded: str, **changes: Any) -> EntryFacts:
    return entry(number, **{"recorded": utc(recorded), **changes})


WAITING = {A: released("condition", AFTER_3_DAYS), B: None}
MIXED = {A: Policy(release={"condition": AFTER_3_DAYS, "result": BY_HAND}), B: Policy()}


@pytest.mark.parametrize("policies", [WAITING, MIXED])
@pytest.mark.parametrize(
    ("entries", "turns"),
    [
        pytest.param((), None, id="no entries"),
        pytest.param((waits(1, "2024-03-01T09:00"),), utc("2024-03-04"), id="the policy releases it"),
        pytest.param((waits(1, "2024-02-01T09:00"),), None, id="it has been released"),
        pytest.param((entry(recorded=None),), None, id="no recorded date: never"),
        pytest.param((waits(1, "2024-03-01T09:00", org=B),), None, id="another organisation's policy"),
        pytest.param((waits(1, "2024-03-01T09:00", kind=EntryKind.ALLERGY),), None, id="another kind"),
        pytest.param((waits(1, "2024-03-01T09:00", kind=EntryKind.CODE),), None, id="a kind that is never shown"),
        pytest.param((entry(stance=Stance(hold=Hold(date(2024, 7, 15)))),), utc("2024-07-14T23:00"), id="a hold ends"),
        pytest.param((entry(stance=Stance(hold=Hold(date(2024, 3, 1)))),), None, id="a hold has ended"),
        pytest.param((entry(stance=Stance(hold=Hold(None))),), None, id="a hold without a day"),
        pytest.param(
            (waits(1, "2024-03-02T09:00"), waits(2, "2024-03-01T09:00"), waits(3, "2024-01-01T09:00")),
            utc("2024-03-04"),
            id="the first of several that lies ahead",
        ),
    ],
)
def test_an_entry_turns_by_itself(
    policies: dict[Any, Policy | None], entries: tuple[EntryFacts, ...], turns: datetime | None
) -> None:
    assert next_turn(policies, entries, NOW) == turns


def test_an_entry_that_turns_now_has_turned() -> None:
    assert next_turn(WAITING, [waits(1, "2024-03-01T09:00")], utc("2024-03-04") - TICK) == utc("2024-03-04")
    assert next_turn(WAITING, [waits(1, "2024-03-01T09:00")], utc("2024-03-04")) is None


def test_only_waiting_policies_turn() -> None:
    for rule in (BY_HAND, NEVER, ReleaseRule(ReleaseMode.ON_SAVE, 3), ReleaseRule(ReleaseMode.UNKNOWN, 3)):
        policies = {A: Policy(release={"condition": rule, "result": AFTER_3_DAYS})}
        assert next_turn(policies, [waits(1, "2024-03-01T09:00")], NOW) is None
