"""What people do on an installation, in a process of its own: python -m tests.integration.ops.acting WORD … , WORD …"""

import os
import sys
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import django
import zstandard

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openrecord.config.settings")
django.setup()

from openrecord.access import actions as access  # noqa: E402
from openrecord.access import events  # noqa: E402
from openrecord.access import queries as access_queries  # noqa: E402
from openrecord.access.types import Method, ViewerId, ViewerKind  # noqa: E402
from openrecord.audit import queries as trail  # noqa: E402
from openrecord.audit import tasks as audit  # noqa: E402
from openrecord.audit.types import Actor, ActorKind, system  # noqa: E402
from openrecord.cards import actions as cards  # noqa: E402
from openrecord.cards import keyring  # noqa: E402
from openrecord.cards import queries as card_queries  # noqa: E402
from openrecord.cards.types import CardId  # noqa: E402
from openrecord.clinical.kinds import Level  # noqa: E402
from openrecord.clinical.nhs_number import parse  # noqa: E402
from openrecord.db import sql  # noqa: E402
from openrecord.gateways.openid.client import Authenticated  # noqa: E402
from openrecord.identity import actions as identity  # noqa: E402
from openrecord.identity import queries as people  # noqa: E402
from openrecord.identity.types import Role, StaffId  # noqa: E402
from openrecord.kit import clock  # noqa: E402
from openrecord.notify import actions as notify  # noqa: E402
from openrecord.notify import queries as notify_queries  # noqa: E402
from openrecord.notify.types import Channel, Pace, Preference  # noqa: E402
from openrecord.registry import actions as registry_actions  # noqa: E402
from openrecord.registry import queries as registry  # noqa: E402
from openrecord.registry.types import EraseReason, MergeReason, OdsCode, PartReason, PatientId  # noqa: E402
from openrecord.restricted import actions as restricted  # noqa: E402
from openrecord.restricted import queries as restricted_queries  # noqa: E402
from openrecord.restricted.types import Cause  # noqa: E402
from openrecord.screening import queries as screening  # noqa: E402
from openrecord.screening.actions import acts  # noqa: E402
from openrecord.screening.types import EntryId, HideReason  # noqa: E402

HERE = OdsCode("Y90101")
STAFF = Actor(ActorKind.STAFF, "f1", Role.MANAGER.value, "screening", "Y90101")
SIGN_IN = system("sign-in")


def _patient(number: str) -> PatientId:
    found = registry.patient_by_nhs_number(parse(number))
    assert found is not None
    return found.patient_id


def _entries(number: str) -> list[EntryId]:
    """By their clinical dates, which are the same whenever they are delivered."""
    entries = screening.facts(_patient(number)).values()
    dated = [(entry.clinical, entry.entry_id) for entry in entries if entry.clinical is not None]
    return [entry_id for _, entry_id in sorted(dated)]


def _own(number: str) -> UUID:
    viewers = access_queries.facts(_patient(number), at=clock.now()).viewers.values()
    return next(viewer.viewer_id for viewer in viewers if viewer.kind is ViewerKind.SELF)


def account(number: str) -> None:
    """The patient opens an account."""
    act = events.AccountOpened(viewer=uuid4())
    access.record(patient_id=_patient(number), act=act, by=SIGN_IN, at=clock.now(), behind=uuid4())


def token(number: str) -> None:
    """Prints a token for the patient's own record."""
    at, patient = clock.now(), _patient(number)
    scopes, expires = ("patient/*.rs",), at + timedelta(days=1)
    given = access.issue_token(
        patient_id=patient, viewer_id=_own(number), scopes=scopes, expires=expires, by=SIGN_IN, at=at
    )
    print(given)


def session(number: str) -> None:
    """The patient signs in; prints the session's token."""
    claims = {"nhs_number": number, "family_name": "Quill", "birthdate": "1980-05-10"}
    proof = Authenticated("https://login.example", number, "P9.Cp.Cd", None, clock.now(), claims)
    print(identity.admit_person(proof=proof, previous_token=None, device=None, at=clock.now())[0])


def hide(number: str, place: str) -> None:
    """Staff hide one entry."""
    acts.hide(
        patient_id=_patient(number), entry_id=_entries(number)[int(place)], reason=HideReason.THIRD_PARTY,
        responsible=None, by=STAFF, at=clock.now(),
    )  # fmt: skip


def unhide(number: str, place: str) -> None:
    """Staff lift the hides of one entry."""
    acts.unhide(patient_id=_patient(number), entry_id=_entries(number)[int(place)], by=STAFF, at=clock.now())


def undo(number: str, place: str) -> None:
    """Staff take back what they did last about an entry."""
    patient, entry = _patient(number), _entries(number)[int(place)]
    acts.undo(patient_id=patient, entry_id=entry, seen=screening.stamp(patient, entry), by=STAFF, at=clock.now())


def wrong(number: str, place: str) -> None:
    """Staff say that an entry is somebody else's."""
    entry = _entries(number)[int(place)]
    acts.mark_wrong_person(patient_id=_patient(number), entry_id=entry, by=STAFF, at=clock.now())


def pause(number: str) -> None:
    """The patient pauses their access, by phone."""
    act = events.Paused(method=Method.PHONE)
    access.record(patient_id=_patient(number), act=act, by=STAFF, at=clock.now())


def proxy(number: str) -> None:
    """Somebody acts for the patient; prints their viewer."""
    viewer = uuid4()
    act = events.ProxyGranted(viewer=viewer, basis="consent", listed_org="Y90101", level=Level.FULL)
    access.record(patient_id=_patient(number), act=act, by=STAFF, at=clock.now(), behind=uuid4())
    print(viewer)


def revoke(number: str, viewer: str) -> None:
    """Staff end a proxy's access."""
    act = events.ProxyRevoked(viewer=UUID(viewer))
    access.record(patient_id=_patient(number), act=act, by=STAFF, at=clock.now())


def died(number: str) -> None:
    """Staff record a death."""
    registry_actions.record_death(patient_id=_patient(number), died=True, by=STAFF, at=clock.now())


def lived(number: str) -> None:
    """Staff undo a death recorded in error."""
    registry_actions.record_death(patient_id=_patient(number), died=False, by=STAFF, at=clock.now())


def left(number: str) -> None:
    """The patient leaves the practice."""
    end = clock.now().date() - timedelta(days=1)
    registry_actions.deduct(patient_id=_patient(number), ods=OdsCode("Y90101"), end=end, by=STAFF, at=clock.now())


def flag(number: str) -> None:
    """The patient's address must not be shown."""
    registry_actions.flag_address(patient_id=_patient(number), by=STAFF, at=clock.now())


def renumber(number: str, now: str) -> None:
    """The patient has another NHS number."""
    registry_actions.change_number(patient_id=_patient(number), now=parse(now), by=STAFF, at=clock.now())


def withdraw(number: str) -> None:
    """The patient's identity is given up for their protection."""
    registry_actions.withdraw(patient_id=_patient(number), by=STAFF, at=clock.now())


def merge(other: str, into: str) -> None:
    """The two are one person."""
    registry_actions.merge(
        survivor=_patient(into), other=_patient(other), reason=MergeReason.REGISTERED_TWICE, by=STAFF, at=clock.now()
    )


def part(other: str) -> None:
    """They are not."""
    registry_actions.part(other=_patient(other), reason=PartReason.NOT_ONE_PERSON, by=STAFF, at=clock.now())


def apart(one: str, other: str) -> None:
    """A manager says that two records are two people's."""
    registry_actions.tell_apart(one=_patient(one), other=_patient(other), by=STAFF, at=clock.now())


def are_apart(one: str, other: str) -> None:
    """Prints whether anybody has said so, and how often the trail tells of it."""
    both = sorted((_patient(one), _patient(other)))
    told = sql.row("SELECT count(*) FROM registry_distinct WHERE patient_id=%s AND other=%s", both)
    print(told, len(trail.subjects(both[0], "told_apart")))


def erase(number: str) -> None:
    """The controller has the patient erased."""
    reason = EraseReason.REQUEST_GRANTED
    registry_actions.erase(patient_id=_patient(number), reason=reason, by=STAFF, at=clock.now())


def is_known(number: str) -> None:
    """Prints whether anybody here has this number, and whether any bytes tell of it."""
    kept = sql.rows("SELECT body, size FROM ingest_source", [])
    said = b"".join(zstandard.ZstdDecompressor().decompress(bytes(body), max_output_size=size) for body, size in kept)
    print(registry.patient_by_nhs_number(parse(number)) is not None, number.encode() in said)


def restrict(number: str) -> None:
    """Staff open the record for a reason only."""
    restricted.restrict(ods=HERE, patient_id=_patient(number), cause=Cause.STAFF, by=STAFF, at=clock.now())


def lift(number: str) -> None:
    """Staff open the record as before."""
    restricted.lift(ods=HERE, patient_id=_patient(number), by=STAFF, at=clock.now())


def quiet(number: str, email: str) -> None:
    """The patient chooses how fast they are told by email."""
    preference = Preference({Channel.EMAIL: Pace(email)})
    viewer = ViewerId(_own(number))
    notify.choose(patient_id=_patient(number), viewer_id=viewer, preference=preference, by=STAFF, at=clock.now())


def card(number: str) -> None:
    """The patient makes a card; prints its id."""
    keyring.use(keyring.parsed(keyring.with_new_key(keyring.EMPTY)))
    said = b'{"made": "up"}'
    print(cards.make(patient_id=_patient(number), maker=ViewerId(_own(number)), said=said, by=STAFF, at=clock.now()))


def withdraw_card(number: str, name: str) -> None:
    """The patient withdraws it."""
    cards.withdraw(patient_id=_patient(number), card_id=CardId(UUID(name)), by=STAFF, at=clock.now())


def chosen(number: str) -> None:
    """Prints who opens the record for a reason, how the patient is told, and which cards were withdrawn."""
    patient = _patient(number)
    told = notify_queries.preference(patient, ViewerId(_own(number)))
    print(patient in restricted_queries.restricted_at(HERE), told.pace(Channel.EMAIL).value)
    print(sorted(rid for (rid,) in sql.rows("SELECT rid FROM cards_revoked", [])))
    print(sorted(card.withdrawn is not None for card in card_queries.cards(patient)))


def hire(subject: str) -> None:
    """A manager lets somebody sign in."""
    identity.add_staff(
        issuer="https://staff.example", subject=subject, name=subject, organisation="Y90101",
        roles=[Role.READER, Role.SCREENER], by=STAFF, at=clock.now(),
    )  # fmt: skip


def dismiss(name: str) -> None:
    """A manager ends somebody's access."""
    identity.stop_staff(staff_id=_staff(name), reason="left", by=STAFF, at=clock.now())


def demote(name: str) -> None:
    """A manager leaves somebody one role of two."""
    identity.change_roles(staff_id=_staff(name), roles=[Role.READER], by=STAFF, at=clock.now())


def _staff(name: str) -> StaffId:
    return next(one.staff_id for one in people.staff_of("Y90101") if one.name == name)


def staff() -> None:
    """Prints who may sign in, and as what."""
    for one in people.staff_of("Y90101"):
        print(one.name, *sorted(role.value for role in one.roles))


def state(number: str) -> None:
    """Prints what is decided about the patient: per entry whether it lies in the timeline, and who may see anything."""
    patient = registry.patient(_patient(number))
    facts = access_queries.facts(patient.patient_id, at=clock.now())
    states = screening.states(patient.patient_id)
    print([states[entry].placed for entry in _entries(number)])
    print(
        patient.died,
        patient.address_flagged,
        patient.withdrawn,
        facts.paused,
        [stay.end for stay in facts.registrations],
    )
    print(sorted((str(viewer.viewer_id), viewer.revoked) for viewer in facts.viewers.values()))


def fill(megabytes: str) -> None:
    """Makes the database large."""
    for _ in range(int(megabytes)):
        row = (os.urandom(16), bytes(32), "filling", "", 0, "test", 1, os.urandom(1 << 20))
        columns = ("id", "digest", "name", "format", "received", "actor", "size", "body")
        sql.insert("ingest_source", columns, [row])


def days() -> None:
    """Three days pass, each with something done and sealed."""
    for day in range(3):
        at = clock.now() + timedelta(days=day)
        clock.use(lambda at=at: at)  # type: ignore[misc]
        access.close(scope="channel", which="web", reason="day", by=STAFF, at=at)
        access.reopen(scope="channel", which="web", by=STAFF, at=at)
        audit.seal(at=at)
        clock.use(None)


_WORDS: dict[str, Callable[..., None]] = {
    act.__name__: act
    for act in (
        account, session, token, hide, unhide, undo, wrong, pause, proxy, revoke, died, lived, left, flag, renumber,
        withdraw, merge, part, apart, are_apart, erase, is_known, restrict, lift, quiet, card, withdraw_card, chosen,
        hire, dismiss, demote, staff, state, fill, days,
    )
}  # fmt: skip

if __name__ == "__main__":
    for act in " ".join(sys.argv[1:]).split(" , "):
        word, *more = act.split()
        _WORDS[word](*more)
