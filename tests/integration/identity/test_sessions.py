"""Sessions and staff in the database: limits at the boundary, ending, who may be staff."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from openrecord.audit.models import ChangeRow
from openrecord.audit.types import Actor, ActorKind, system
from openrecord.db import bus, sql
from openrecord.gateways.openid.client import Authenticated
from openrecord.identity import actions, models, providers, queries, rules, sign_in, tasks
from openrecord.identity.types import (
    Kind,
    NotAllowed,
    Person,
    PersonId,
    Refusal,
    Role,
    Session,
    SignInRefused,
    StaffExists,
    StaffId,
    StaffMember,
)
from openrecord.registry import queries as registry
from tests.integration.identity.world import ADA, ALIEN, MO, Moment, World, choose

pytestmark = pytest.mark.django_db

HALF_HOUR, HALF_DAY, TICK = timedelta(minutes=30), timedelta(hours=12), timedelta(microseconds=1)
ISSUER = "https://login.example/"
COMMAND = system("command")


@pytest.fixture(autouse=True)
def _nobody_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "patient_by_nhs_number", lambda _: None)
    monkeypatch.setattr(bus, "_routes", {})


def person_session(at: datetime, *, proved: datetime | None = None) -> tuple[str, Session]:
    proof = Authenticated(ISSUER, "s", "P9.Cm", None, proved, ADA.claims)
    return actions.admit_person(proof=proof, previous_token=None, device=None, at=at)


def staff_session(subject: str, at: datetime, role_claim: str | None = None, **claims: Any) -> tuple[str, Session]:
    proof = Authenticated(ISSUER, subject, None, "3", None, claims)
    return actions.admit_staff(proof=proof, role_claim=role_claim, previous_token=None, device=None, at=at)


def first_staff(at: datetime, subject: str = "mo") -> StaffMember:
    return actions.make_first_staff(
        issuer=ISSUER,
        subject=subject,
        name="Mo",
        organisation="Y00001",
        roles=[Role.MANAGER, Role.READER],
        by=COMMAND,
        at=at,
    )


def person_id(session: Session) -> PersonId:
    assert isinstance(session.who, Person)
    return session.who.person_id


def test_a_request_that_notes_nothing_waits_for_no_writer() -> None:
    """An atomic block takes the write lock on SQLite: with it, every page would wait for every delivery."""
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    token, session = person_session(at)
    with mock.patch.object(transaction.Atomic, "__enter__") as begun:
        actions.note_activity(token=token, session=session, at=at + TICK)
    assert not begun.called


def test_idle_for_exactly_30_minutes_is_over(moment: Moment) -> None:
    token, session = person_session(moment.at)
    assert queries.session(token, at=moment.at + HALF_HOUR - TICK) == session
    assert queries.session(token, at=moment.at + HALF_HOUR) is None


def test_12_hours_are_the_end_however_busy(moment: Moment) -> None:
    token, session = person_session(moment.at)
    end = moment.at + HALF_DAY
    while moment.at + timedelta(minutes=29) < end:
        moment.pass_by(timedelta(minutes=29))
        session = _use(token, moment.at)
    assert queries.session(token, at=end - TICK) == session
    actions.note_activity(token=token, session=session, at=end - TICK)
    assert queries.session(token, at=end) is None


def _use(token: str, at: datetime) -> Session:
    found = queries.session(token, at=at)
    assert found is not None
    actions.note_activity(token=token, session=found, at=at)
    return replace(found, last_seen=at)


def test_the_12_hours_count_from_when_identity_was_proved(moment: Moment) -> None:
    _, session = person_session(moment.at, proved=moment.at - timedelta(hours=2))
    assert session.ends_at == moment.at + timedelta(hours=10)


def test_a_request_costs_one_query_and_a_write_a_minute_at_most(moment: Moment) -> None:
    token, session = person_session(moment.at)
    with CaptureQueriesContext(connection) as asked, mock.patch.object(sql, "run", wraps=sql.run) as plain:
        queries.session(token, at=moment.at)
    assert len(asked) + plain.call_count == 1
    assert models.SessionRow._meta.pk.name == "token_hash"
    almost = moment.at + timedelta(minutes=1) - TICK
    actions.note_activity(token=token, session=session, at=almost)
    assert models.SessionRow.objects.get().last_seen == moment.at
    actions.note_activity(token=token, session=session, at=almost + TICK)
    assert models.SessionRow.objects.get().last_seen == almost + TICK
    actions.note_activity(token=token, session=session, at=almost)
    assert models.SessionRow.objects.get().last_seen == almost + TICK


@pytest.mark.parametrize("token", ["", "x", "0" * 64, "\u00e9"])
def test_an_unknown_token_opens_nothing(moment: Moment, token: str) -> None:
    person_session(moment.at)
    assert queries.session(token, at=moment.at) is None


def test_signing_out_ends_this_session_only(moment: Moment) -> None:
    one, two = (person_session(moment.at)[0] for _ in range(2))
    actions.sign_out(token=one, at=moment.at)
    actions.sign_out(token=one, at=moment.at)
    assert queries.session(one, at=moment.at) is None
    assert queries.session(two, at=moment.at) is not None
    assert ChangeRow.objects.filter(event="session_ended").count() == 1


def test_a_member_of_staff_has_one_session_at_a_time(moment: Moment) -> None:
    first_staff(moment.at)
    shared, _ = staff_session("mo", moment.at)
    mine, _ = staff_session("mo", moment.at)
    assert queries.session(shared, at=moment.at) is None
    assert queries.session(mine, at=moment.at) is not None
    ended = [row.details for row in ChangeRow.objects.filter(event="signed_in")]
    assert [json.loads(details)["ended_elsewhere"] for details in ended] == [0, 1]


def test_all_sessions_of_a_person_end_at_once(moment: Moment) -> None:
    sessions = [person_session(moment.at) for _ in range(2)]
    who = person_id(sessions[0][1])
    assert actions.end_sessions_of(who, reason="declined", by=COMMAND, at=moment.at) == 2
    assert [queries.session(token, at=moment.at) for token, _ in sessions] == [None, None]
    assert actions.end_sessions_of(PersonId(UUID(int=9)), reason="declined", by=COMMAND, at=moment.at) == 0


def test_a_session_belongs_to_exactly_one(moment: Moment) -> None:
    facts = {"strength": "x", "created": moment.at, "last_seen": moment.at, "ends_at": moment.at}
    with pytest.raises(IntegrityError), transaction.atomic():
        models.SessionRow.objects.create(token_hash=b"1", id=UUID(int=1), **facts)


def test_housekeeping_forgets_only_what_is_over(moment: Moment, world: World) -> None:
    token, _ = person_session(moment.at)
    providers.use(Kind.PATIENT, providers.Provider(world.client()))
    sign_in.begin(Kind.PATIENT, "/", moment.at)
    providers.use(Kind.PATIENT, None)
    assert tasks.forget_ended(moment.at + timedelta(minutes=10) - TICK) == 0
    assert tasks.forget_ended(moment.at + timedelta(minutes=10)) == 1
    assert queries.session(token, at=moment.at) is not None
    assert tasks.forget_ended(moment.at + HALF_HOUR) == 1
    assert not models.SessionRow.objects.exists()


def test_the_first_staff_member_is_made_once(moment: Moment) -> None:
    made = first_staff(moment.at)
    assert made.roles == {Role.MANAGER, Role.READER}
    with pytest.raises(StaffExists):
        first_staff(moment.at, subject="other")
    actions.stop_staff(staff_id=made.staff_id, reason="left", by=COMMAND, at=moment.at)
    with pytest.raises(StaffExists):
        first_staff(moment.at, subject="other")
    events = list(ChangeRow.objects.order_by("sequence").values_list("event", "actor_kind"))
    assert events == [("first_staff_made", "system"), ("staff_stopped", "system")]


def manager(organisation: str = "Y00001", role: str = "manager") -> Actor:
    return Actor(ActorKind.STAFF, str(UUID(int=8)), role, "staff:manage", organisation=organisation)


def add(by: Actor, at: datetime, subject: str = "new") -> StaffMember:
    return actions.add_staff(
        issuer=ISSUER, subject=subject, name="New", organisation="Y00001", roles=[Role.SCREENER], by=by, at=at
    )


def test_managers_add_staff_to_their_own_organisation(moment: Moment) -> None:
    added = add(manager(), moment.at)
    assert queries.staff_of("Y00001") == (added,)
    with pytest.raises(StaffExists):
        add(manager(), moment.at)
    for by in (
        manager("Y00002"),
        manager(role="screener"),
        manager(role="managers"),
        replace(manager(), kind=ActorKind.PERSON),
    ):
        with pytest.raises(NotAllowed):
            add(by, moment.at, subject="another")
    with pytest.raises(ValueError, match="at least one role"):
        actions.change_roles(staff_id=added.staff_id, roles=[], by=manager(), at=moment.at)


def test_nobody_gives_themselves_a_role(moment: Moment) -> None:
    made = first_staff(moment.at)
    _, session = staff_session("mo", moment.at)
    myself = rules.actor(session, authority="staff:manage")
    with pytest.raises(NotAllowed):
        actions.change_roles(staff_id=made.staff_id, roles=[Role.IG_LEAD], by=myself, at=moment.at)
    with pytest.raises(NotAllowed):
        actions.stop_staff(staff_id=StaffId(UUID(int=99)), reason="left", by=myself, at=moment.at)
    assert queries.staff_member(made.staff_id) == made


def test_a_change_of_roles_acts_on_live_sessions(moment: Moment) -> None:
    made = first_staff(moment.at)
    token, _ = staff_session("mo", moment.at)
    actions.change_roles(staff_id=made.staff_id, roles=[Role.READER], by=COMMAND, at=moment.at)
    found = queries.session(token, at=moment.at)
    assert found is not None
    assert isinstance(found.who, StaffMember)
    assert found.who.roles == {Role.READER}


def test_stopped_staff_are_out_at_once_and_stay_out(moment: Moment) -> None:
    made = first_staff(moment.at)
    token, _ = staff_session("mo", moment.at)
    actions.stop_staff(staff_id=made.staff_id, reason="left", by=COMMAND, at=moment.at)
    assert queries.session(token, at=moment.at) is None
    assert queries.staff_member(made.staff_id) is None
    with pytest.raises(SignInRefused) as caught:
        staff_session("mo", moment.at)
    assert caught.value.refusal is Refusal.STAFF_UNKNOWN


def test_roles_must_be_held_here_and_named_by_the_provider(moment: Moment) -> None:
    first_staff(moment.at)
    token, session = staff_session("mo", moment.at, "roles", roles=["reader", "clinician", "emperor"])
    assert isinstance(session.who, StaffMember)
    assert session.who.roles == {Role.READER}
    assert queries.session(token, at=moment.at) == session
    refused: tuple[dict[str, list[str]], ...] = ({}, {"roles": []}, {"roles": ["clinician"]})
    for claims in refused:
        with pytest.raises(SignInRefused) as caught:
            staff_session("mo", moment.at, "roles", **claims)
        assert caught.value.refusal is Refusal.STAFF_WITHOUT_ROLE


@pytest.fixture
def staff_door(world: World) -> Iterator[World]:
    providers.use(Kind.STAFF, providers.Provider(world.staff_client(), role_claim="roles"))
    yield world
    providers.use(Kind.STAFF, None)


def enter(world: World, key: str) -> Session:
    away = sign_in.begin(Kind.STAFF, "/staff", world.moment.at)
    return sign_in.complete(Kind.STAFF, choose(away.url, key), away.cookie, world.moment.at).session


def test_staff_sign_in_from_door_to_desk(staff_door: World) -> None:
    at, issuer = staff_door.moment.at, staff_door.provider.issuer
    actions.make_first_staff(
        issuer=issuer, subject=MO.subject, name="Mo", organisation="Y00001", roles=[Role.MANAGER], by=COMMAND, at=at
    )
    session = enter(staff_door, "mo")
    assert isinstance(session.who, StaffMember)
    assert (session.who.organisation, session.strength) == ("Y00001", "3")
    assert session.who.roles == {Role.MANAGER}
    for key, expected in (("wen", Refusal.SECOND_FACTOR_MISSING), ("alien", Refusal.STAFF_UNKNOWN)):
        with pytest.raises(SignInRefused) as caught:
            enter(staff_door, key)
        assert caught.value.refusal is expected
    assert ChangeRow.objects.filter(event="sign_in_refused").count() == 2
    assert ALIEN.subject not in str(list(ChangeRow.objects.values_list()))
