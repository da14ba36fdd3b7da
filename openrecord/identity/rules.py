"""The rules of sign-in and sessions, pure: how long a session lives, who is the same person, where one may go next."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from openrecord.audit.types import Actor, ActorKind
from openrecord.clinical import nhs_number
from openrecord.clinical.nhs_number import InvalidNhsNumber, NhsNumber
from openrecord.identity.types import Contact, Person, Role, Session, UnsafePath
from openrecord.registry.types import Patient

IDLE_LIMIT = timedelta(minutes=30)
"""Full sign-in again after this time without activity (NHS login session management; NIST SP 800-63B, AAL2)."""

SESSION_LIMIT = timedelta(hours=12)
"""Full sign-in again after this time in any case (same sources)."""

SEEN_EVERY = timedelta(minutes=1)
"""Activity is written at most this often, so a session may end up to a minute early, never late."""

PENDING_LIMIT = timedelta(minutes=10)
"""How long a browser may stay at the provider: NHS login's codes live as long."""

LONGEST_PATH = 2000

_EMAIL = re.compile(r"[!-?A-~]{1,64}@[A-Za-z0-9.-]{1,189}", re.ASCII)
_PHONE = re.compile(r"\+?[0-9]{7,15}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Claimed:
    """What the provider says of a patient or proxy, complete and well-formed."""

    nhs_number: NhsNumber = field(repr=False)
    family: str = field(repr=False)
    born: date = field(repr=False)


def ends_at(*, signed_in: datetime, proved: datetime | None) -> datetime:
    """When a session ends at the latest: 12 h after the person proved who they are, where the provider says when."""
    return min(signed_in, proved or signed_in) + SESSION_LIMIT


def is_alive(*, last_seen: datetime, ends: datetime, at: datetime) -> bool:
    """Whether a session may still be used at `at`: idle for less than 30 min, and before its end."""
    return at < min(last_seen + IDLE_LIMIT, ends)


def should_note_activity(*, last_seen: datetime, at: datetime) -> bool:
    """Whether activity at `at` is worth a write."""
    return at - last_seen >= SEEN_EVERY


def local_path(path: str) -> str:
    """`path` if it is a plain absolute path on this host. Raises UnsafePath for anything a browser could take abroad.

    Refused: schemes, hosts, `//` anywhere in the path, dot segments, fragments, backslashes, blanks, controls.
    """
    if not path.startswith("/") or len(path) > LONGEST_PATH or not path.isascii():
        raise UnsafePath("not a local path")
    if "\\" in path or "#" in path or any(character <= " " or character == "\x7f" for character in path):
        raise UnsafePath("not a local path")
    before_query = path.partition("?")[0]
    segments = before_query.lower().replace("%2e", ".").split("/")
    if "//" in before_query or "." in segments or ".." in segments:
        raise UnsafePath("not a local path")
    return path


def claimed_person(claims: Mapping[str, Any]) -> Claimed | None:
    """NHS number, family name and birth date from a provider's claims; None unless all three are there and valid."""
    number, family, born = claims.get("nhs_number"), claims.get("family_name"), claims.get("birthdate")
    if not (isinstance(number, str) and isinstance(family, str) and isinstance(born, str)):
        return None
    try:
        claimed = Claimed(nhs_number.parse(number), family.strip(), date.fromisoformat(born))
    except (InvalidNhsNumber, ValueError):
        return None
    return claimed if plain_name(claimed.family) and len(claimed.family) <= 200 else None


def claimed_contact(claims: Mapping[str, Any]) -> Contact:
    """Where a person can be written to: only what the provider says it has verified (OpenID Connect Core 5.1)."""
    email, phone = claims.get("email"), claims.get("phone_number")
    return Contact(
        email if claims.get("email_verified") is True and isinstance(email, str) and _EMAIL.fullmatch(email) else "",
        phone
        if claims.get("phone_number_verified") is True and isinstance(phone, str) and _PHONE.fullmatch(phone)
        else "",
    )


def plain_name(name: str) -> str:
    """A name for comparison: its letters only, without case and accents, so that O'Brien equals OBRIEN."""
    letters = unicodedata.normalize("NFKD", name).casefold()
    return "".join(letter for letter in letters if letter.isalpha())


def same_name(one: str, other: str) -> bool:
    """Whether two family names agree; an empty one agrees with nothing."""
    return plain_name(one) != "" and plain_name(one) == plain_name(other)


def is_patient(claimed: Claimed, patient: Patient) -> bool:
    """Whether the person is this patient: NHS number, birth date and family name must all agree (R66).

    Nobody is a patient whose identity was withdrawn.
    """
    return (
        not patient.withdrawn
        and patient.nhs_number == claimed.nhs_number
        and patient.born == claimed.born
        and same_name(patient.family, claimed.family)
    )


def roles_in_force(held: Iterable[str], claimed: Iterable[str] | None) -> frozenset[Role]:
    """Roles held here and, where the provider names roles (not None), there too; unknown names count for nothing."""
    known = {role.value: role for role in Role}
    names = set(held) if claimed is None else set(held) & set(claimed)
    return frozenset(known[name] for name in names if name in known)


def claimed_roles(claims: Mapping[str, Any], claim: str | None) -> tuple[str, ...] | None:
    """The role names in `claim`, none where it is absent or of another shape; None where no claim is configured."""
    if claim is None:
        return None
    value = claims.get(claim)
    values = value if isinstance(value, list) else [value]
    return tuple(sorted({name for name in values if isinstance(name, str)}))


def actor(session: Session, *, authority: str, device: str | None = None) -> Actor:
    """The actor of an audit row for whoever holds this session. `authority`: under what they act ("own record", …)."""
    who = session.who
    if isinstance(who, Person):
        return Actor(
            ActorKind.PERSON, str(who.person_id), "person", authority, device=device, session=str(session.session_id)
        )
    return Actor(
        ActorKind.STAFF,
        str(who.staff_id),
        "+".join(sorted(role.value for role in who.roles)),
        authority,
        organisation=who.organisation,
        device=device,
        session=str(session.session_id),
    )
