"""The rules of sign-in and sessions, without database or network."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from openrecord.audit.types import ActorKind
from openrecord.clinical.nhs_number import NhsNumber
from openrecord.identity import rules
from openrecord.identity.types import Person, PersonId, Role, Session, StaffId, StaffMember, UnsafePath
from openrecord.registry.types import Patient, PatientId

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)
HALF_HOUR = timedelta(minutes=30)
HALF_DAY = timedelta(hours=12)
spans = st.timedeltas(min_value=timedelta(0), max_value=timedelta(hours=13))


def test_a_session_is_idle_after_exactly_30_minutes() -> None:
    ends = T0 + HALF_DAY
    assert rules.is_alive(last_seen=T0, ends=ends, at=T0 + HALF_HOUR - TICK)
    assert not rules.is_alive(last_seen=T0, ends=ends, at=T0 + HALF_HOUR)


def test_a_session_ends_after_exactly_12_hours_however_busy() -> None:
    ends = rules.ends_at(signed_in=T0, proved=None)
    assert rules.is_alive(last_seen=ends - TICK, ends=ends, at=T0 + HALF_DAY - TICK)
    assert not rules.is_alive(last_seen=ends - TICK, ends=ends, at=T0 + HALF_DAY)


@given(spans, spans, spans)
@example(timedelta(0), timedelta(0), HALF_HOUR)
def test_a_session_never_outlives_either_limit(seen: timedelta, idle: timedelta, proved: timedelta) -> None:
    ends = rules.ends_at(signed_in=T0, proved=T0 - proved)
    at = T0 + seen + idle
    alive = rules.is_alive(last_seen=T0 + seen, ends=ends, at=at)
    assert alive == (idle < HALF_HOUR and seen + idle + proved < HALF_DAY)


@given(st.lists(st.timedeltas(min_value=timedelta(0), max_value=timedelta(minutes=40)), max_size=60))
def test_with_writes_once_a_minute_nobody_idle_for_30_minutes_stays_in(gaps: list[timedelta]) -> None:
    ends, at, last_seen, true_last = rules.ends_at(signed_in=T0, proved=T0), T0, T0, T0
    for gap in gaps:
        at += gap
        alive = rules.is_alive(last_seen=last_seen, ends=ends, at=at)
        if at - true_last >= HALF_HOUR or at - T0 >= HALF_DAY:
            assert not alive
        if at - true_last < HALF_HOUR - rules.SEEN_EVERY and at - T0 < HALF_DAY:
            assert alive
        if not alive:
            return
        true_last = at
        if rules.should_note_activity(last_seen=last_seen, at=at):
            last_seen = at


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(hours=2)))
def test_the_end_never_moves_later_than_12_hours_after_signing_in(ahead: timedelta) -> None:
    assert rules.ends_at(signed_in=T0, proved=T0 + ahead) == T0 + HALF_DAY


@pytest.mark.parametrize("path", ["/", "/record", "/record?page=2&x=%2F", "/a/b-c_d.e", "/record?next=//x"])
def test_local_paths_pass(path: str) -> None:
    assert rules.local_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "", "record", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example",
        "javascript:alert(1)", "/\tevil", "/a\nb", " /a", "/a b", "/..//evil.example", "/./x", "/%2e%2e/x", "/a//b",
        "/a#b", "/" + "a" * 2000, "/caf\u00e9", "/\x00", "http:/x", "/\x7f",
    ],
)  # fmt: skip
def test_paths_that_could_lead_abroad_are_refused(path: str) -> None:
    with pytest.raises(UnsafePath):
        rules.local_path(path)


@given(st.text(max_size=40))
def test_whatever_passes_is_local(path: str) -> None:
    try:
        passed = rules.local_path(path)
    except UnsafePath:
        return
    assert passed == path
    assert path[0] == "/"
    assert path[1:2] not in {"/", "\\"}


CLAIMS = {"nhs_number": "9990000018", "family_name": " O'Brien ", "birthdate": "1961-04-12"}


def test_complete_claims_are_read() -> None:
    claimed = rules.claimed_person(CLAIMS)
    assert claimed == rules.Claimed(NhsNumber("9990000018"), "O'Brien", date(1961, 4, 12))


@pytest.mark.parametrize(
    "change",
    [
        {"nhs_number": "9990000019"}, {"nhs_number": 9990000018}, {"nhs_number": None}, {"nhs_number": ""},
        {"family_name": " "}, {"family_name": "'-"}, {"family_name": ["x"]}, {"family_name": "a" * 201},
        {"birthdate": "12/04/1961"}, {"birthdate": "1961-04"}, {"birthdate": "1961-02-30"}, {"birthdate": None},
    ],
)  # fmt: skip
def test_incomplete_claims_are_not_a_person(change: dict[str, object]) -> None:
    assert rules.claimed_person({**CLAIMS, **change}) is None


def _patient(**change: object) -> Patient:
    facts = {"nhs_number": NhsNumber("9990000018"), "family": "OBRIEN", "born": date(1961, 4, 12), **change}
    return Patient(PatientId(1), UUID(int=1), given="Ada", **facts)  # type: ignore[arg-type]


def test_nhs_number_birth_date_and_family_name_must_all_agree() -> None:
    claimed = rules.claimed_person(CLAIMS)
    assert claimed is not None
    assert rules.is_patient(claimed, _patient())
    assert not rules.is_patient(claimed, _patient(nhs_number=NhsNumber("9990000026")))
    assert not rules.is_patient(claimed, _patient(born=date(1961, 4, 13)))
    assert not rules.is_patient(claimed, _patient(born=None))
    assert not rules.is_patient(claimed, _patient(family="Brien"))
    assert not rules.is_patient(claimed, _patient(family=""))
    assert not rules.is_patient(claimed, _patient(withdrawn=True))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("O'Brien", "OBRIEN", True), ("Smith-Jones", "Smith Jones", True), ("N\u00fa\u00f1ez", "NUNEZ", True),
        ("M\u00fcller", "MU\u0308LLER", True), ("Stra\u00dfe", "STRASSE", True), ("Smith", "Smyth", False),
        ("", "", False), ("-", "-", False), ("\u674e", "\u738b", False), ("\u674e", "\u674e", True),
    ],
)  # fmt: skip
def test_family_names_compare_by_their_letters(one: str, other: str, same: bool) -> None:
    assert rules.same_name(one, other) is same
    assert rules.same_name(other, one) is same


@given(st.sets(st.sampled_from([role.value for role in Role] + ["root"])), st.sets(st.sampled_from(list("ab"))))
def test_roles_are_never_more_than_held_here(held: set[str], claimed: set[str]) -> None:
    assert {role.value for role in rules.roles_in_force(held, None)} == held - {"root"}
    assert rules.roles_in_force(held, claimed) == frozenset()
    assert {role.value for role in rules.roles_in_force(held, held)} == held - {"root"}


def test_claimed_roles_of_any_shape() -> None:
    assert rules.claimed_roles({"roles": ["reader", 7, "manager"]}, "roles") == ("manager", "reader")
    assert rules.claimed_roles({"roles": "reader"}, "roles") == ("reader",)
    assert rules.claimed_roles({}, "roles") == ()
    assert rules.claimed_roles({"roles": {"reader": 1}}, "roles") == ()
    assert rules.claimed_roles({"roles": ["reader"]}, None) is None


BORN = date(1980, 5, 10)


def _session(who: Person | StaffMember) -> Session:
    return Session(UUID(int=5), who, "P9.Cm", T0, T0, T0 + HALF_DAY)


def test_actors_name_nobody_and_carry_the_session() -> None:
    person = rules.actor(
        _session(Person(PersonId(UUID(int=3)), "Marsh", BORN, PatientId(7))), authority="own record", device="web"
    )
    assert (person.kind, person.id, person.session) == (ActorKind.PERSON, str(UUID(int=3)), str(UUID(int=5)))
    assert (person.authority, person.device, person.organisation) == ("own record", "web", None)
    staff = rules.actor(
        _session(StaffMember(StaffId(UUID(int=4)), "Mo", "Y00001", frozenset({Role.SCREENER, Role.MANAGER}))),
        authority="staff:screening",
    )
    assert (staff.kind, staff.role, staff.organisation) == (ActorKind.STAFF, "manager+screener", "Y00001")


def test_values_do_not_print_secrets_or_names() -> None:
    assert "Marsh" not in repr(Person(PersonId(UUID(int=3)), "Marsh", BORN, None))
    assert "9990000018" not in repr(rules.claimed_person(CLAIMS))
