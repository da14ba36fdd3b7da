"""What changes who is here: sign-in, sign-out, ending sessions, staff. Each act is audited in its own transaction.

Nothing here speaks to a provider (sign_in.py does) and nothing here decides what a person may see (access does).
"""

import secrets
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from openrecord.audit.actions import record_change
from openrecord.audit.types import Actor, ActorKind, Repeatable, system
from openrecord.db import bus
from openrecord.gateways.openid.client import Authenticated
from openrecord.identity import events, rules
from openrecord.identity.events import PatientLinked, PatientUnlinked
from openrecord.identity.models import Account, NhsNumberIndex, PendingRow, PersonRow, SessionRow, StaffRow
from openrecord.identity.queries import live_session, nhs_hash, person_value, staff_value, subject_hash, token_hash
from openrecord.identity.types import (
    Kind,
    NotAllowed,
    PendingSignIn,
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
from openrecord.kit import ids
from openrecord.registry import queries as registry
from openrecord.registry.types import PatientId


@transaction.atomic
def begin_sign_in(*, state: str, cookie: str, pending: PendingSignIn, at: datetime) -> None:
    """Keep what the browser must not know until it returns. Nobody is here yet, so there is nobody to audit."""
    PendingRow.objects.create(
        state_hash=token_hash(state),
        cookie_hash=token_hash(cookie),
        kind=pending.kind.value,
        nonce=pending.nonce,
        verifier=pending.verifier,
        next_path=pending.next_path,
        created=at,
        ends_at=at + rules.PENDING_LIMIT,
    )


@transaction.atomic
def take_pending(*, kind: Kind, state: str, cookie: str, at: datetime) -> PendingSignIn:
    """The sign-in that `state` names, for the browser that began it, once. Raises SignInRefused (EXPIRED)."""
    named = {"state_hash": token_hash(state), "cookie_hash": token_hash(cookie), "kind": kind.value}
    row = PendingRow.objects.filter(**named).first()
    if row is None or at >= row.ends_at:
        raise SignInRefused(Refusal.EXPIRED)
    taken, _ = PendingRow.objects.filter(state_hash=row.state_hash).delete()
    if taken != 1:
        raise SignInRefused(Refusal.EXPIRED)
    return PendingSignIn(kind, row.nonce, row.verifier, row.next_path, row.created)


@transaction.atomic
def record_refusal(*, kind: Kind, refused: SignInRefused, device: str | None, at: datetime) -> None:
    """Put a refused sign-in on the trail; who it was is not known well enough to say."""
    record_change(
        by=replace(system("sign-in"), device=device),
        at=at,
        event="sign_in_refused",
        patient_id=None,
        subject=f"sign-in:{kind.value}",
        details={"refusal": refused.refusal.value, "detail": refused.detail},
    )


@transaction.atomic
def admit_person(
    *, proof: Authenticated, previous_token: str | None, device: str | None, at: datetime
) -> tuple[str, Session]:
    """Open a session for a patient or proxy; returns its token and the session.

    The person is whoever the NHS number says (identity proved to P9). Their own record is linked only while NHS
    number, birth date and family name agree with the registry. Raises SignInRefused.
    """
    claimed = rules.claimed_person(proof.claims)
    if claimed is None or proof.vot is None:
        raise SignInRefused(Refusal.CLAIMS_INCOMPLETE)
    row = _person_row(claimed, account=subject_hash(proof.issuer, proof.subject), at=at)
    patient = registry.patient_by_nhs_number(claimed.nhs_number)
    linked = patient.patient_id if patient is not None and rules.is_patient(claimed, patient) else None
    before, row.patient_id = row.patient_id, linked
    contact = rules.claimed_contact(proof.claims)
    row.email, row.phone = contact.email, contact.phone
    row.save()
    token, session = _open_session(
        SessionRow(person=row, strength=proof.vot), person_value(row), proof, previous_token=previous_token, at=at
    )
    by = rules.actor(session, authority="sign-in", device=device)
    tell_link(PersonId(row.id), before=before, now=linked, by=by, at=at)
    record_change(
        by=by,
        at=at,
        event="signed_in",
        patient_id=linked,
        subject=f"person:{row.id}",
        details={"vot": proof.vot, "record": "linked" if linked else "unknown" if patient is None else "mismatch"},
    )
    return token, session


def _person_row(claimed: rules.Claimed, *, account: bytes, at: datetime) -> PersonRow:
    """The person with this NHS number, up to date, reached through this account.

    A new account with a known NHS number must also agree in birth date and family name. An account that proves
    another NHS number than before leaves the person it was, with all their sessions.
    """
    number = nhs_hash(claimed.nhs_number)
    index = NhsNumberIndex.objects.select_related("person").filter(nhs_hash=number).first()
    known = Account.objects.filter(subject_hash=account).first()
    if index is None:
        row = PersonRow.objects.create(
            id=ids.random_id(), family=claimed.family, born=claimed.born, created=at, last_sign_in=at
        )
        NhsNumberIndex.objects.create(nhs_hash=number, person=row)
    else:
        row = index.person
        same = row.born == claimed.born and rules.same_name(row.family, claimed.family)
        if not same and (known is None or known.person_id != row.id):
            raise SignInRefused(Refusal.IDENTITY_CONFLICT)
        row.family, row.born, row.last_sign_in = claimed.family, claimed.born, at
    if known is None:
        Account.objects.create(subject_hash=account, person=row, created=at)
    elif known.person_id != row.id:
        _move_account(known, to=row, at=at)
    return row


def _move_account(account: Account, *, to: PersonRow, at: datetime) -> None:
    ended, _ = SessionRow.objects.filter(person_id=account.person_id).delete()
    record_change(
        by=system("sign-in"),
        at=at,
        event="account_moved",
        patient_id=None,
        subject=f"person:{account.person_id}",
        details={"to": str(to.id), "sessions_ended": ended},
    )
    account.person = to
    account.save()


def tell_link(person_id: PersonId, *, before: int | None, now: PatientId | None, by: Actor, at: datetime) -> None:
    """Audit and announce a change of which record is a person's own."""
    if before == now:
        return
    subject = f"person:{person_id}"
    if before is not None:
        record_change(by=by, at=at, event="patient_unlinked", patient_id=before, subject=subject, details={})
        bus.publish(PatientUnlinked(person_id, PatientId(before), at))
    if now is not None:
        record_change(by=by, at=at, event="patient_linked", patient_id=now, subject=subject, details={})
        bus.publish(PatientLinked(person_id, now, at))


@transaction.atomic
def admit_staff(
    *, proof: Authenticated, role_claim: str | None, previous_token: str | None, device: str | None, at: datetime
) -> tuple[str, Session]:
    """Open a session for a staff member known here, with a second factor and at least one role. Raises SignInRefused.

    Their other sessions end: an account that two people share shuts one of them out (R50). `role_claim`: the claim that
    names roles, where roles must be both held here and named by the provider.
    """
    if proof.strength is None:
        raise SignInRefused(Refusal.SECOND_FACTOR_MISSING)
    account = subject_hash(proof.issuer, proof.subject)
    row = StaffRow.objects.filter(subject_hash=account, stopped__isnull=True).first()
    if row is None:
        raise SignInRefused(Refusal.STAFF_UNKNOWN)
    claimed = rules.claimed_roles(proof.claims, role_claim)
    names = None if claimed is None else list(claimed)
    who = staff_value(row, claimed=names)
    if not who.roles:
        raise SignInRefused(Refusal.STAFF_WITHOUT_ROLE)
    elsewhere, _ = SessionRow.objects.filter(staff_id=row.id).exclude(token_hash=_hash_of(previous_token)).delete()
    token, session = _open_session(
        SessionRow(staff=row, strength=proof.strength, claimed_roles=names), who, proof,
        previous_token=previous_token, at=at,
    )  # fmt: skip
    record_change(
        by=rules.actor(session, authority="sign-in", device=device),
        at=at,
        event="signed_in",
        patient_id=None,
        subject=f"staff:{row.id}",
        details={"strength": proof.strength, "ended_elsewhere": elsewhere},
    )
    return token, session


def _hash_of(token: str | None) -> bytes:
    return b"" if token is None else token_hash(token)


def _open_session(
    row: SessionRow, who: Person | StaffMember, proof: Authenticated, *, previous_token: str | None, at: datetime
) -> tuple[str, Session]:
    """A fresh session with a fresh token; the browser's previous one ends (no session survives a sign-in)."""
    if previous_token is not None:
        _end_session(previous_token, reason="signed_in_again", at=at)
    token = ids.random_token()
    row.token_hash, row.id = token_hash(token), ids.time_ordered_id()
    row.created = row.last_seen = at
    row.ends_at = rules.ends_at(signed_in=at, proved=proof.authenticated_at)
    row.save(force_insert=True)
    return token, Session(row.id, who, row.strength, row.created, row.last_seen, row.ends_at)


@transaction.atomic
def sign_out(*, token: str, at: datetime) -> None:
    """End the session that `token` opens; nothing happens where there is none."""
    _end_session(token, reason="signed_out", at=at)


def _end_session(token: str, *, reason: str, at: datetime) -> None:
    row = SessionRow.objects.select_related("person", "staff").filter(token_hash=token_hash(token)).first()
    if row is None:
        return
    session = live_session(row, at=at)
    SessionRow.objects.filter(token_hash=row.token_hash).delete()
    if session is None:
        return
    person = session.who if isinstance(session.who, Person) else None
    record_change(
        by=rules.actor(session, authority="own session"),
        at=at,
        event="session_ended",
        patient_id=person.patient_id if person else None,
        subject=f"session:{session.session_id}",
        details={"reason": reason},
    )


def note_activity(*, token: str, session: Session, at: datetime) -> None:
    """Keep a session from going idle; writes at most once a minute (rules.SEEN_EVERY), and else waits for no writer."""
    if rules.should_note_activity(last_seen=session.last_seen, at=at):
        with transaction.atomic():
            SessionRow.objects.filter(token_hash=token_hash(token), last_seen__lt=at).update(last_seen=at)


@transaction.atomic
def end_sessions_of(person_id: PersonId, *, reason: str, by: Actor, at: datetime) -> int:
    """End every session of a person at once, on all devices; returns how many. `reason`: a fixed code."""
    ended, _ = SessionRow.objects.filter(person_id=person_id).delete()
    row = PersonRow.objects.filter(id=person_id).first()
    record_change(
        by=by,
        at=at,
        event="sessions_ended",
        patient_id=row.patient_id if row else None,
        subject=f"person:{person_id}",
        details={"reason": reason, "sessions": ended},
    )
    return ended


@transaction.atomic
def make_first_staff(
    *, issuer: str, subject: str, name: str, organisation: str, roles: Collection[Role], by: Actor, at: datetime
) -> StaffMember:
    """Make the first staff member, once. Raises StaffExists where there has ever been one."""
    if StaffRow.objects.exists():
        raise StaffExists("there is already a staff member; a manager, or `openrecord staff add`, adds the others")
    return _add("first_staff_made", issuer, subject, name, organisation, roles, by=by, at=at)


@transaction.atomic
def add_staff(
    *, issuer: str, subject: str, name: str, organisation: str, roles: Collection[Role], by: Actor, at: datetime
) -> StaffMember:
    """Let somebody sign in for an organisation. Raises NotAllowed, StaffExists (one account, one staff member).

    Whoever was stopped may come back, here or elsewhere, as a new member of staff; the trail keeps who they were.
    """
    _require_manager(by, organisation)
    account = StaffRow.objects.filter(subject_hash=subject_hash(issuer, subject))
    if account.filter(stopped__isnull=True).exists():
        raise StaffExists("this account already belongs to a staff member")
    account.update(subject_hash=secrets.token_bytes(32))  # as long as a hash, and nobody's
    return _add("staff_added", issuer, subject, name, organisation, roles, by=by, at=at)


@transaction.atomic
def change_roles(
    *, staff_id: StaffId, roles: Collection[Role], by: Actor, at: datetime, repeats: bytes | None = None
) -> StaffMember:
    """Give a staff member these roles instead; acts at the next request of their sessions. Raises NotAllowed.

    `repeats`: as in audit.types.Change, here and below.
    """
    row = _row_for(staff_id, by)
    before, row.roles = _listed(row.roles), _names(roles)
    row.save()
    act = events.repeatable(events.RolesChanged(staff_id, tuple(roles)))
    details: dict[str, str | int | None] = {"before": before, "roles": _listed(row.roles)}
    _record("roles_changed", row, details, by=by, at=at, act=act, repeats=repeats)
    return staff_value(row)


@transaction.atomic
def stop_staff(*, staff_id: StaffId, reason: str, by: Actor, at: datetime, repeats: bytes | None = None) -> None:
    """End a staff member's access and all their sessions at once. `reason`: a fixed code. Raises NotAllowed."""
    row = _row_for(staff_id, by)
    row.stopped = at
    row.save()
    ended, _ = SessionRow.objects.filter(staff_id=staff_id).delete()
    act = events.repeatable(events.StaffStopped(staff_id, reason))
    _record("staff_stopped", row, {"reason": reason, "sessions": ended}, by=by, at=at, act=act, repeats=repeats)


@transaction.atomic
def end_every_session(*, by: Actor, at: datetime) -> int:
    """End the sessions of everybody and every sign-in that is under way; how many sessions there were."""
    ended, _ = SessionRow.objects.all().delete()
    PendingRow.objects.all().delete()
    record_change(by=by, at=at, event="every_session_ended", patient_id=None, details={"sessions": ended})
    return ended


def _require_manager(by: Actor, organisation: str) -> None:
    """A command on the server, or a manager of the same organisation."""
    manager = (
        by.kind is ActorKind.STAFF and Role.MANAGER.value in by.role.split("+") and by.organisation == organisation
    )
    if not (by.kind is ActorKind.SYSTEM or manager):
        raise NotAllowed("only a manager of the organisation may do this")


def _row_for(staff_id: StaffId, by: Actor) -> StaffRow:
    row = StaffRow.objects.filter(id=staff_id, stopped__isnull=True).first()
    if row is None or (by.kind is ActorKind.STAFF and by.id == str(staff_id)):
        raise NotAllowed("no such staff member, or it is yourself")
    _require_manager(by, row.organisation)
    return row


def _add(
    event: str,
    issuer: str,
    subject: str,
    name: str,
    organisation: str,
    roles: Collection[Role],
    *,
    by: Actor,
    at: datetime,
) -> StaffMember:
    row = StaffRow.objects.create(
        id=ids.random_id(),
        subject_hash=subject_hash(issuer, subject),
        name=name,
        organisation=organisation,
        roles=_names(roles),
        created=at,
    )
    _record(event, row, {"organisation": organisation, "roles": _listed(row.roles)}, by=by, at=at)
    return staff_value(row)


def _names(roles: Collection[Role]) -> list[str]:
    if not roles:
        raise ValueError("a staff member needs at least one role")
    return sorted({role.value for role in roles})


def _listed(names: Collection[str]) -> str:
    return ",".join(names)


def _record(
    event: str,
    row: StaffRow,
    details: dict[str, str | int | None],
    *,
    by: Actor,
    at: datetime,
    act: Repeatable | None = None,
    repeats: bytes | None = None,
) -> None:
    subject = f"staff:{row.id}"
    record_change(
        by=by, at=at, event=event, patient_id=None, subject=subject, details=details, act=act, repeats=repeats
    )
