"""Registrations and the window each organisation opens (R45, R46; QUESTIONS 7-10, 16)."""

from datetime import date, datetime
from typing import Any

import pytest

from openrecord.access.rules.windows import (
    begun,
    is_registered,
    live_chunks,
    organisation_reasons,
    registered_elsewhere_since,
    registered_since,
    was_registered,
    window_start,
)
from openrecord.access.types import Reason, WindowOverride
from openrecord.registry.types import Policy, Registration
from tests.unit.rules.facts import NOW, TICK, A, B, chunk, patient, utc

JANUARY, FEBRUARY, JULY = date(2024, 1, 10), date(2024, 2, 1), date(2024, 7, 15)
JULY_BEGINS = utc("2024-07-14T23:00")
AUGUST = utc("2024-08-01")


def at_a(*stays: tuple[date, date | None] | Registration) -> Any:
    """A patient with these stays at A."""
    made = (stay if isinstance(stay, Registration) else Registration(A, *stay) for stay in stays)
    return patient(registrations=tuple(made))


def test_a_registration_begins_at_midnight_london_of_its_day() -> None:
    ahead = at_a((JULY, None))
    assert begun(ahead, A, JULY_BEGINS - TICK) == ()
    assert begun(ahead, A, JULY_BEGINS) == ahead.registrations
    assert begun(ahead, B, JULY_BEGINS) == ()


def test_a_registration_holds_until_the_midnight_of_its_end() -> None:
    """QUESTIONS 7: deduct may be entered ahead; it acts at midnight London of its date."""
    stay = at_a((JANUARY, JULY))
    assert is_registered(stay, A, JULY_BEGINS - TICK)
    assert not is_registered(stay, A, JULY_BEGINS)
    assert not is_registered(stay, A, utc("2024-01-09"))
    assert not is_registered(stay, B, NOW)
    assert is_registered(at_a((JANUARY, None)), A, NOW)
    assert is_registered(at_a((JANUARY, FEBRUARY), (FEBRUARY, None)), A, NOW)


def test_was_registered_looks_back_at_the_registrations_that_have_begun_by_now() -> None:
    gap = at_a((date(2020, 1, 1), JANUARY), (JULY, None))
    assert was_registered(gap, A, AUGUST, utc("2024-01-10") - TICK)
    assert not was_registered(gap, A, AUGUST, utc("2024-01-10")), "the end is not part of the stay"
    assert not was_registered(gap, A, AUGUST, JULY_BEGINS - TICK)
    assert was_registered(gap, A, AUGUST, JULY_BEGINS)
    assert not was_registered(gap, A, NOW, JULY_BEGINS), "it has not begun yet"
    assert not was_registered(gap, B, AUGUST, JULY_BEGINS)
    assert not was_registered(gap, A, AUGUST, utc("2019-12-31T12:00"))


@pytest.mark.parametrize(
    ("stays", "since"),
    [
        pytest.param((), None, id="none"),
        pytest.param((Registration(A, JULY),), None, id="dated ahead"),
        pytest.param((Registration(A, JANUARY),), utc("2024-01-10"), id="at its midnight"),
        pytest.param((Registration(B, JANUARY),), None, id="elsewhere"),
        pytest.param(
            (Registration(A, JANUARY, entered=utc("2024-01-20T15:00")),), utc("2024-01-20T15:00"), id="dated back"
        ),
        pytest.param(
            (Registration(A, JANUARY, entered=utc("2024-01-02T15:00")),), utc("2024-01-10"), id="entered ahead"
        ),
        pytest.param(
            (Registration(A, FEBRUARY), Registration(A, JANUARY)), utc("2024-02-01"), id="the latest of several"
        ),
        pytest.param(
            (Registration(A, JANUARY, entered=utc("2024-02-20")), Registration(A, FEBRUARY)),
            utc("2024-02-01"),
            id="the latest is that which began last, not that which was entered last",
        ),
        pytest.param(
            (Registration(A, JANUARY), Registration(A, JANUARY, entered=utc("2024-01-12"))),
            utc("2024-01-12"),
            id="of two that began on one day that which was entered last",
        ),
    ],
)
def test_the_latest_registration_took_effect(stays: tuple[Registration, ...], since: datetime | None) -> None:
    """QUESTIONS 9."""
    assert registered_since(patient(registrations=stays), A, NOW) == since


LIVE = date(2023, 11, 1)
SET = WindowOverride(date(2020, 2, 3), utc("2024-01-10"))


@pytest.mark.parametrize(
    ("changes", "opens"),
    [
        pytest.param({"policies": {}}, None, id="no policy: no window"),
        pytest.param({"policies": {A: None}}, None, id="policy unknown: no window"),
        pytest.param({"policies": {A: Policy(go_live=None)}}, None, id="no go-live: no window"),
        pytest.param({"registrations": ()}, LIVE, id="no registration: go-live alone"),
        pytest.param({"registrations": (Registration(A, date(2010, 1, 1)),)}, LIVE, id="go-live is later (R45)"),
        pytest.param({"registrations": (Registration(A, JANUARY),)}, JANUARY, id="registration is later (R45)"),
        pytest.param({"window_starts": {A: SET}}, SET.start, id="as set by an authorised user (R45)"),
        pytest.param({"window_starts": {B: SET}}, LIVE, id="set for another organisation"),
        pytest.param(
            {"window_starts": {A: SET}, "policies": {A: Policy(go_live=None)}}, None, id="set, but no go-live"
        ),
        pytest.param({"window_starts": {A: SET}, "registrations": ()}, SET.start, id="set without a registration"),
        pytest.param(
            {"window_starts": {A: SET}, "registrations": (Registration(A, JANUARY),)},
            SET.start,
            id="set at the instant of the latest registration",
        ),
        pytest.param(
            {"window_starts": {A: SET}, "registrations": (Registration(A, date(2024, 1, 11)),)},
            date(2024, 1, 11),
            id="a registration since ends what was set (QUESTIONS 9)",
        ),
        pytest.param(
            {"window_starts": {A: SET}, "registrations": (Registration(A, date(2024, 1, 9), entered=NOW),)},
            date(2024, 1, 9),
            id="a registration entered since ends what was set",
        ),
    ],
)
def test_the_window_opens(changes: dict[str, Any], opens: date | None) -> None:
    assert window_start(patient(**changes), A, NOW) == opens


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        pytest.param({}, set(), id="open"),
        pytest.param({"registrations": ()}, {Reason.NOT_REGISTERED}, id="never registered (AP-06)"),
        pytest.param({"registrations": (Registration(A, JULY),)}, {Reason.NOT_REGISTERED}, id="registered ahead"),
        pytest.param({"registrations": (Registration(A, JANUARY, FEBRUARY),)}, {Reason.DEDUCTED}, id="deducted (R46)"),
        pytest.param({"policies": {A: Policy(go_live=None)}}, {Reason.GO_LIVE_NOT_REACHED}, id="no go-live"),
        pytest.param({"policies": {A: Policy(go_live=JULY)}}, {Reason.GO_LIVE_NOT_REACHED}, id="go-live ahead"),
        pytest.param({"policies": {A: Policy(system_on=False)}}, {Reason.SYSTEM_OFF}, id="switched off"),
        pytest.param({"policies": {A: None}}, set(), id="without a policy the entry's own unknown_input says it"),
        pytest.param(
            {"policies": {A: Policy(go_live=None, system_on=False)}, "registrations": ()},
            {Reason.NOT_REGISTERED, Reason.GO_LIVE_NOT_REACHED, Reason.SYSTEM_OFF},
            id="every test is made by itself",
        ),
    ],
)
def test_an_organisation_is_closed_to_the_patient(changes: dict[str, Any], codes: set[Reason]) -> None:
    assert organisation_reasons(patient(**changes), A, NOW) == codes


def test_a_practice_goes_live_at_midnight_london() -> None:
    """R67, HP-07."""
    facts = patient(policies={A: Policy(go_live=JULY)})
    assert organisation_reasons(facts, A, JULY_BEGINS - TICK) == {Reason.GO_LIVE_NOT_REACHED}
    assert organisation_reasons(facts, A, JULY_BEGINS) == set()


def test_a_grant_of_history_holds_from_the_grant_until_it_is_withdrawn() -> None:
    """DT-11."""
    whole = chunk(granted=NOW)
    facts = patient(chunks=(whole, chunk(2, withdrawn=True), chunk(3, org=B)))
    assert live_chunks(facts, A, NOW) == (whole,)
    assert live_chunks(facts, A, NOW - TICK) == ()


def test_a_new_registration_ends_the_grants_of_history_made_before_it() -> None:
    """QUESTIONS 9."""
    at_once, before = chunk(granted=utc("2024-01-10")), chunk(2, granted=utc("2024-01-10") - TICK)
    facts = patient(registrations=(Registration(A, JANUARY),), chunks=(at_once, before))
    assert live_chunks(facts, A, NOW) == (at_once,)
    assert live_chunks(patient(registrations=(), chunks=(before,)), A, NOW) == (before,)


@pytest.mark.parametrize(
    ("stay", "moved"),
    [
        pytest.param(Registration(B, date(2024, 1, 20)), True, id="on a later day"),
        pytest.param(Registration(A, date(2024, 1, 20)), False, id="at the practice that granted it"),
        pytest.param(Registration(B, date(2024, 1, 5)), False, id="before the grant"),
        pytest.param(Registration(B, date(2024, 1, 10)), False, id="from that morning, known before the grant"),
        pytest.param(
            Registration(B, date(2024, 1, 10), entered=utc("2024-01-10T15:00")), True, id="later on the same day"
        ),
        pytest.param(
            Registration(B, date(2024, 1, 10), entered=utc("2024-01-10T09:00")), True, id="at the instant of the grant"
        ),
        pytest.param(
            Registration(B, date(2024, 1, 5), entered=utc("2024-01-12T09:00")), True, id="dated back, entered since"
        ),
        pytest.param(
            Registration(B, date(2024, 1, 5), entered=utc("2024-01-06T09:00")), False, id="dated back, entered before"
        ),
        pytest.param(Registration(B, date(2024, 3, 2)), False, id="dated ahead"),
        pytest.param(Registration(B, date(2024, 1, 20), date(2024, 2, 1)), True, id="also if it has ended again"),
    ],
)
def test_a_registration_elsewhere_that_took_effect_since_the_grant_ends_a_proxy(
    stay: Registration, *, moved: bool
) -> None:
    """Architecture, Sight: registration elsewhere ends every proxy; QUESTIONS 16: for good (MV-05)."""
    facts = patient(registrations=(Registration(A, date(2010, 1, 1)), stay))
    assert registered_elsewhere_since(facts, A, utc("2024-01-10T09:00"), NOW) is moved


def test_a_registration_elsewhere_ends_a_proxy_at_its_midnight() -> None:
    facts = patient(registrations=(Registration(B, JULY),))
    assert not registered_elsewhere_since(facts, A, NOW, JULY_BEGINS - TICK)
    assert registered_elsewhere_since(facts, A, NOW, JULY_BEGINS)
    assert registered_elsewhere_since(facts, None, NOW, JULY_BEGINS), "a proxy whose practice is unknown too"
