"""Signing in from begin to session, with the database: who is admitted, who is refused, what the trail says."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from openrecord.audit.models import ChangeRow
from openrecord.clinical import nhs_number
from openrecord.db import bus
from openrecord.gateways.openid.client import Authenticated
from openrecord.identity import actions, models, providers, queries, sign_in
from openrecord.identity.events import PatientLinked, PatientUnlinked
from openrecord.identity.types import Kind, Person, Refusal, SignedIn, SignInRefused, UnsafePath
from openrecord.registry import queries as registry
from openrecord.registry.types import Patient, PatientId
from tests.integration.identity.world import ADA, Start, World, choose, persona, press

pytestmark = pytest.mark.django_db

ADA_PATIENT = Patient(
    PatientId(71), UUID(int=71), nhs_number.parse("9990000018"), "OBRIEN", "Ada", date(1961, 4, 12)
)  # fmt: skip


@pytest.fixture(autouse=True)
def patients(monkeypatch: pytest.MonkeyPatch) -> dict[str, Patient]:
    """What the registry knows, by NHS number."""
    known: dict[str, Patient] = {ADA_PATIENT.nhs_number: ADA_PATIENT}
    monkeypatch.setattr(registry, "patient_by_nhs_number", known.get)
    return known


@pytest.fixture(autouse=True)
def heard(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The events published."""
    events: list[object] = []
    monkeypatch.setattr(bus, "_routes", {PatientLinked: (events.append,), PatientUnlinked: (events.append,)})
    return events


@pytest.fixture(autouse=True)
def door(world: World) -> Iterator[World]:
    open_door(world)
    yield world
    for kind in Kind:
        providers.use(kind, None)


def open_door(world: World, **change: Any) -> None:
    providers.use(Kind.PATIENT, providers.Provider(world.client(**change)))


def enter(world: World, key: str = "ada", **options: Any) -> SignedIn:
    away = sign_in.begin(Kind.PATIENT, "/record?page=2", world.moment.at)
    return sign_in.complete(Kind.PATIENT, choose(away.url, key), away.cookie, world.moment.at, **options)


def refusal(world: World, key: str = "ada") -> Refusal:
    with pytest.raises(SignInRefused) as caught:
        enter(world, key)
    return caught.value.refusal


def trail() -> list[str]:
    return list(ChangeRow.objects.order_by("sequence").values_list("event", flat=True))


def person_of(signed: SignedIn) -> Person:
    assert isinstance(signed.session.who, Person)
    return signed.session.who


def test_a_patient_signs_in_to_their_record(world: World, heard: list[object]) -> None:
    signed = enter(world, device="web")
    person = person_of(signed)
    assert (person.patient_id, signed.next_path, signed.session.strength) == (71, "/record?page=2", "P9.Cp.Cd")
    assert queries.session(signed.session_token, at=world.moment.at) == signed.session
    assert heard == [PatientLinked(person.person_id, PatientId(71), world.moment.at)]
    assert trail() == ["patient_linked", "signed_in"]
    row = ChangeRow.objects.get(event="signed_in")
    assert (row.actor_kind, row.actor, row.device) == ("person", str(person.person_id), "web")
    assert (row.patient_id, row.session) == (71, str(signed.session.session_id))


def test_no_secret_or_number_is_stored(world: World) -> None:
    away = sign_in.begin(Kind.PATIENT, "/", world.moment.at)
    state = models.PendingRow.objects.get()
    back = choose(away.url, "ada")
    secrets = {away.cookie, back["state"], back["code"], "9990000018", ADA.subject}
    stored = [str(list(models.PendingRow.objects.values_list()))]
    assert state.state_hash == queries.token_hash(back["state"])
    signed = sign_in.complete(Kind.PATIENT, back, away.cookie, world.moment.at)
    secrets.add(signed.session_token)
    stored += [
        str(list(table.objects.values_list()))
        for table in (models.PersonRow, models.Account, models.NhsNumberIndex, models.SessionRow, ChangeRow)
    ]
    assert not [secret for secret in secrets if any(secret in text for text in stored)]
    assert signed.session_token not in repr(signed)


def test_the_same_person_comes_back_as_the_same(world: World, heard: list[object]) -> None:
    first, second = enter(world), enter(world)
    assert person_of(first) == person_of(second)
    assert first.session_token != second.session_token
    assert len(heard) == 1
    assert queries.session(first.session_token, at=world.moment.at) is not None
    assert queries.person_by_nhs_number(ADA_PATIENT.nhs_number) == person_of(first)
    assert queries.people_of_patient(PatientId(71)) == (person_of(first),)


def test_a_sign_in_ends_the_browsers_previous_session(world: World) -> None:
    first = enter(world)
    second = enter(world, previous_token=first.session_token)
    assert queries.session(first.session_token, at=world.moment.at) is None
    assert queries.session(second.session_token, at=world.moment.at) is not None
    assert trail().count("session_ended") == 1


def test_somebody_unknown_to_the_registry_has_no_record(world: World, patients: dict[str, Patient]) -> None:
    patients.clear()
    signed = enter(world)
    assert person_of(signed).patient_id is None
    assert trail() == ["signed_in"]


@pytest.mark.parametrize("change", [{"born": date(1961, 4, 13)}, {"born": None}, {"family": "Quickly"}])
def test_a_record_with_other_details_is_not_theirs(
    world: World, patients: dict[str, Patient], change: dict[str, Any]
) -> None:
    patients[ADA_PATIENT.nhs_number] = replace(ADA_PATIENT, **change)
    assert person_of(enter(world)).patient_id is None


def test_the_link_goes_when_details_stop_agreeing(
    world: World, patients: dict[str, Patient], heard: list[object]
) -> None:
    person = person_of(enter(world))
    patients[ADA_PATIENT.nhs_number] = replace(ADA_PATIENT, family="Other")
    assert person_of(enter(world)).patient_id is None
    assert heard[-1] == PatientUnlinked(person.person_id, PatientId(71), world.moment.at)
    assert queries.people_of_patient(PatientId(71)) == ()


def test_p5_opens_nothing(world: World) -> None:
    assert refusal(world, "ben") is Refusal.LEVEL_TOO_LOW
    assert not models.SessionRow.objects.exists()
    assert not models.PersonRow.objects.exists()
    assert trail() == ["sign_in_refused"]


def test_a_claim_that_is_missing_refuses(start: Start) -> None:
    nameless = persona("nameless", nhs_number="9990000034", birthdate="1980-01-01", identity_proofing_level="P9")
    misnumbered = persona("misnumbered", nhs_number="9990000035", family_name="Marsh", birthdate="1980-01-01",
                          identity_proofing_level="P9")  # fmt: skip
    world = start(personas=(nameless, misnumbered))
    open_door(world)
    assert refusal(world, "nameless") is Refusal.CLAIMS_INCOMPLETE
    assert refusal(world, "misnumbered") is Refusal.CLAIMS_INCOMPLETE
    assert not models.PersonRow.objects.exists()


def test_not_agreeing_to_share_is_recorded_and_opens_nothing(world: World) -> None:
    away = sign_in.begin(Kind.PATIENT, "/", world.moment.at)
    with pytest.raises(SignInRefused) as caught:
        sign_in.complete(Kind.PATIENT, press(away.url, "refuse", "yes"), away.cookie, world.moment.at)
    assert caught.value.refusal is Refusal.CONSENT_NOT_GIVEN
    assert "consent_not_given" in ChangeRow.objects.get(event="sign_in_refused").details
    assert not models.SessionRow.objects.exists()


def test_a_state_works_once_in_one_browser_for_ten_minutes(world: World) -> None:
    at = world.moment.at
    away = sign_in.begin(Kind.PATIENT, "/", at)
    back = choose(away.url, "ada")
    late = at + timedelta(minutes=10)
    attempts = (
        ({**back, "state": "other"}, away.cookie, at),
        (back, "another browser", at),
        (back, None, at),
        (back, "", at),
        ({"code": back["code"]}, away.cookie, at),
        (back, away.cookie, late),
    )
    for query, cookie, moment in attempts:
        with pytest.raises(SignInRefused) as caught:
            sign_in.complete(Kind.PATIENT, query, cookie, moment)
        assert caught.value.refusal is Refusal.EXPIRED
    assert sign_in.complete(Kind.PATIENT, back, away.cookie, at).next_path == "/"
    with pytest.raises(SignInRefused) as caught:
        sign_in.complete(Kind.PATIENT, back, away.cookie, at)
    assert caught.value.refusal is Refusal.EXPIRED
    assert models.SessionRow.objects.count() == 1


def test_a_failed_attempt_uses_the_state_up(world: World) -> None:
    away = sign_in.begin(Kind.PATIENT, "/", world.moment.at)
    back = choose(away.url, "ada")
    for expected in (Refusal.TOKEN_INVALID, Refusal.EXPIRED):
        with pytest.raises(SignInRefused) as caught:
            sign_in.complete(Kind.PATIENT, {**back, "code": "guess"}, away.cookie, world.moment.at)
        assert caught.value.refusal is expected


def test_an_answer_from_another_issuer_is_refused(world: World) -> None:
    away = sign_in.begin(Kind.PATIENT, "/", world.moment.at)
    back = choose(away.url, "ada")
    with pytest.raises(SignInRefused) as caught:
        sign_in.complete(Kind.PATIENT, {**back, "iss": "https://evil.example"}, away.cookie, world.moment.at)
    assert caught.value.refusal is Refusal.TOKEN_INVALID


def test_an_answer_at_the_other_door_is_refused(world: World) -> None:
    """Each provider returns to an address of its own, so that one cannot finish what was begun at the other."""
    away = sign_in.begin(Kind.PATIENT, "/", world.moment.at)
    back = choose(away.url, "ada")
    with pytest.raises(SignInRefused) as caught:
        sign_in.complete(Kind.STAFF, back, away.cookie, world.moment.at)
    assert caught.value.refusal is Refusal.EXPIRED
    assert sign_in.complete(Kind.PATIENT, back, away.cookie, world.moment.at).next_path == "/"


@pytest.mark.parametrize("path", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_nobody_is_sent_abroad_after_sign_in(world: World, path: str) -> None:
    with pytest.raises(UnsafePath):
        sign_in.begin(Kind.PATIENT, path, world.moment.at)
    assert not models.PendingRow.objects.exists()


def test_a_provider_that_is_down_refuses(world: World) -> None:
    open_door(world, issuer="http://127.0.0.1:9")
    with pytest.raises(SignInRefused) as caught:
        sign_in.begin(Kind.PATIENT, "/", world.moment.at)
    assert caught.value.refusal is Refusal.PROVIDER_UNAVAILABLE


def test_without_settings_there_is_no_door(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    providers.use(Kind.PATIENT, None)
    monkeypatch.delenv("OPENRECORD_LOGIN_ISSUER", raising=False)
    with pytest.raises(SignInRefused) as caught:
        sign_in.begin(Kind.PATIENT, "/", world.moment.at)
    assert caught.value.refusal is Refusal.NOT_CONFIGURED


def test_settings_come_from_the_environment(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    key = tmp_path / "key.pem"
    key.write_bytes(world.key.as_pem(private=True))
    for name in ("LOGIN", "STAFF"):
        monkeypatch.setenv(f"OPENRECORD_{name}_ISSUER", world.provider.issuer)
        monkeypatch.setenv(f"OPENRECORD_{name}_CLIENT", "records")
        monkeypatch.setenv(f"OPENRECORD_{name}_KEY_FILE", str(key))
    patient, staff = (providers.settings(kind) for kind in Kind)
    assert patient.vtr == ("P9.Cp.Cd", "P9.Cp.Ck", "P9.Cm")
    assert patient.algorithms == {"RS512"}
    assert patient.redirect_uri.endswith("/sign-in/return")
    assert staff.strength is not None
    assert staff.redirect_uri != patient.redirect_uri
    providers.use(Kind.PATIENT, None)
    assert sign_in.begin(Kind.PATIENT, "/", world.moment.at).url.startswith(world.provider.issuer)
    key.unlink()
    with pytest.raises(SignInRefused):
        providers.settings(Kind.PATIENT)


@pytest.mark.parametrize(
    ("issuer", "key"), [("http://login.example", None), (None, b"no key"), (None, b"\xff\xfe"), (None, b"")]
)
def test_settings_that_could_not_be_safe_are_no_door(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Any, issuer: str | None, key: bytes | None
) -> None:
    file = tmp_path / "key.pem"
    file.write_bytes(world.key.as_pem(private=True) if key is None else key)
    monkeypatch.setenv("OPENRECORD_LOGIN_ISSUER", issuer or world.provider.issuer)
    monkeypatch.setenv("OPENRECORD_LOGIN_CLIENT", "records")
    monkeypatch.setenv("OPENRECORD_LOGIN_KEY_FILE", str(file))
    providers.use(Kind.PATIENT, None)
    with pytest.raises(SignInRefused) as caught:
        sign_in.begin(Kind.PATIENT, "/", world.moment.at)
    assert caught.value.refusal is Refusal.NOT_CONFIGURED


def _second_account(**change: Any) -> Any:
    return persona("second", **{**ADA.claims, **change})


def test_a_new_account_with_the_same_details_is_the_same_person(start: Start) -> None:
    world = start(personas=(ADA, _second_account()))
    open_door(world)
    assert person_of(enter(world, "ada")) == person_of(enter(world, "second"))


@pytest.mark.parametrize("change", [{"birthdate": "1990-01-01"}, {"family_name": "Stranger"}])
def test_a_new_account_with_other_details_is_a_conflict(start: Start, change: dict[str, str]) -> None:
    world = start(personas=(ADA, _second_account(**change)))
    open_door(world)
    enter(world, "ada")
    assert refusal(world, "second") is Refusal.IDENTITY_CONFLICT
    assert models.SessionRow.objects.count() == 1


def test_a_person_may_change_their_name(world: World, patients: dict[str, Patient]) -> None:
    before = person_of(enter(world))
    patients[ADA_PATIENT.nhs_number] = replace(ADA_PATIENT, family="Newname")
    _, session = actions.admit_person(
        proof=_proof(world, family="Newname"), previous_token=None, device=None, at=world.moment.at
    )
    assert session.who == replace(before, family="Newname")


def _proof(world: World, *, family: str = "O'Brien", number: str = "9990000018") -> Authenticated:
    claims = {**ADA.claims, "family_name": family, "nhs_number": number}
    return Authenticated(world.provider.issuer, ADA.subject, "P9.Cm", None, None, claims)


def test_an_account_that_proves_another_number_leaves_the_old_person(world: World) -> None:
    old = enter(world)
    _, session = actions.admit_person(
        proof=_proof(world, number="9990000042"), previous_token=None, device=None, at=world.moment.at
    )
    assert isinstance(session.who, Person)
    assert session.who.person_id != person_of(old).person_id
    assert session.who.patient_id is None
    assert queries.session(old.session_token, at=world.moment.at) is None
    assert "account_moved" in trail()
