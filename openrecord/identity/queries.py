"""Who is here: frozen values from the private tables."""

import hashlib
from datetime import date, datetime
from uuid import UUID

from openrecord.clinical.nhs_number import NhsNumber
from openrecord.db import sql
from openrecord.db.keys import keyed_hash
from openrecord.identity import rules
from openrecord.identity.models import NhsNumberIndex, PersonRow, SessionRow, StaffRow
from openrecord.identity.types import Contact, Person, PersonId, Session, StaffId, StaffMember
from openrecord.registry import queries as registry
from openrecord.registry.types import PatientId

_SESSION = (
    "SELECT s.id, s.strength, s.created, s.last_seen, s.ends_at, s.claimed_roles, p.id, p.family, p.born, "
    "p.patient_id, f.id, f.name, f.organisation, f.roles, f.stopped FROM identity_session s "
    "LEFT JOIN identity_person p ON p.id = s.person_id LEFT JOIN identity_staff f ON f.id = s.staff_id "
    "WHERE s.token_hash=%s"
)


def token_hash(token: str) -> bytes:
    """How a session token, state or cookie is stored and found: 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).digest()


def nhs_hash(number: NhsNumber) -> bytes:
    """How a person is found by NHS number without storing it."""
    return keyed_hash("sign-in nhs number", number)


def subject_hash(issuer: str, subject: str) -> bytes:
    """How an account at a provider is found."""
    return keyed_hash("sign-in account", f"{issuer}|{subject}")


def session(token: str, *, at: datetime) -> Session | None:
    """The live session that `token` opens, None where there is none (unknown, idle, over, staff stopped). One query."""
    row = sql.row(_SESSION, [token_hash(token)])
    if row is None:
        return None
    (session_id, strength, created, last_seen, ends_at, claimed, person_id, family, born, patient_id,
     staff_id, name, organisation, roles, stopped) = row  # fmt: skip
    who: Person | StaffMember | None = None
    if person_id is not None:
        known = None if patient_id is None else PatientId(patient_id)
        who = Person(PersonId(sql.uuid(person_id)), family, born, known)
    elif staff_id is not None and stopped is None:
        in_force = rules.roles_in_force(sql.json(roles), sql.json(claimed))
        who = StaffMember(StaffId(sql.uuid(staff_id)), name, organisation, in_force)
    times = (sql.instant(created), sql.instant(last_seen), sql.instant(ends_at))
    return _live(sql.uuid(session_id), who, strength, times, at)


def live_session(row: SessionRow, *, at: datetime) -> Session | None:
    """The row as a value while it may be used."""
    who: Person | StaffMember | None = None
    if row.person is not None:
        who = person_value(row.person)
    elif row.staff is not None and row.staff.stopped is None:
        who = staff_value(row.staff, claimed=row.claimed_roles)
    return _live(row.id, who, row.strength, (row.created, row.last_seen, row.ends_at), at)


def _live(
    session_id: UUID,
    who: Person | StaffMember | None,
    strength: str,
    times: tuple[datetime, datetime, datetime],
    at: datetime,
) -> Session | None:
    """The session while it may be used: neither idle nor over, somebody's, of staff with a role in force."""
    created, last_seen, ends_at = times
    if who is None or not rules.is_alive(last_seen=last_seen, ends=ends_at, at=at):
        return None
    if isinstance(who, StaffMember) and not who.roles:
        return None
    return Session(session_id, who, strength, created, last_seen, ends_at)


def person_value(row: PersonRow) -> Person:
    """The row as a value."""
    known = None if row.patient_id is None else PatientId(row.patient_id)
    return Person(PersonId(row.id), row.family, row.born, known)


def staff_value(row: StaffRow, *, claimed: list[str] | None = None) -> StaffMember:
    """The row as a value; `claimed`: the roles the provider named, None where it names none."""
    return StaffMember(StaffId(row.id), row.name, row.organisation, rules.roles_in_force(row.roles, claimed))


def person(person_id: PersonId) -> Person | None:
    """The person, None where unknown."""
    row = PersonRow.objects.filter(id=person_id).first()
    return None if row is None else person_value(row)


def person_by_nhs_number(number: NhsNumber) -> Person | None:
    """The person who proved to have this NHS number, None where nobody has signed in with it."""
    row = NhsNumberIndex.objects.select_related("person").filter(nhs_hash=nhs_hash(number)).first()
    return None if row is None else person_value(row.person)


def proves(person_id: PersonId, *, family: str, born: date, number_hash: bytes | None) -> bool:
    """Whether the person proved this family name, birth date and (unless None) NHS number, as `nhs_hash` gives it."""
    row = PersonRow.objects.filter(id=person_id, born=born).first()
    if row is None or not rules.same_name(row.family, family):
        return False
    known = NhsNumberIndex.objects.filter(person=row)
    return number_hash is None or known.filter(nhs_hash=number_hash).exists()


def name_of(person_id: PersonId, *, written: str = "") -> str:
    """A person's name: the registry's where they are a patient here, else as somebody wrote it down who let them in
    (`written`), else the last family name that they proved; or empty.
    """
    found = person(person_id)
    if found is None or found.patient_id is None:
        return written or ("" if found is None else found.family)
    patient = registry.patient(found.patient_id)
    return f"{patient.given} {patient.family}".strip()


def contact(person_id: PersonId) -> Contact:
    """Where a person can be written to; nothing where they are not known."""
    row = PersonRow.objects.filter(id=person_id).values_list("email", "phone").first()
    return Contact() if row is None else Contact(*row)


def people_of_patient(patient_id: PatientId) -> tuple[Person, ...]:
    """Everybody whose own record this is: one person, none before the first sign-in."""
    return tuple(person_value(row) for row in PersonRow.objects.filter(patient_id=patient_id).order_by("id"))


def staff_member(staff_id: StaffId) -> StaffMember | None:
    """The staff member with all roles held here, None where unknown or stopped."""
    row = StaffRow.objects.filter(id=staff_id, stopped__isnull=True).first()
    return None if row is None else staff_value(row)


def staff_of(organisation: str) -> tuple[StaffMember, ...]:
    """All who may sign in for this organisation (ODS code), by name."""
    rows = StaffRow.objects.filter(organisation=organisation, stopped__isnull=True).order_by("name", "id")
    return tuple(staff_value(row) for row in rows)


def staff_with_account(issuer: str, subject: str) -> StaffMember | None:
    """The staff member who signs in with this account, None where nobody does."""
    row = StaffRow.objects.filter(subject_hash=subject_hash(issuer, subject), stopped__isnull=True).first()
    return None if row is None else staff_value(row)


def staff_names(organisation: str) -> dict[StaffId, str]:
    """What everybody is called who ever could sign in for this organisation: what they did keeps their name."""
    rows = StaffRow.objects.filter(organisation=organisation).values_list("id", "name")
    return {StaffId(staff_id): name for staff_id, name in rows}
