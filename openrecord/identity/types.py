"""Who is here: people, staff, their sessions, and why a sign-in was refused. Frozen values, never rows."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum, StrEnum
from typing import NewType
from uuid import UUID

from openrecord.registry.types import PatientId

PersonId = NewType("PersonId", UUID)
StaffId = NewType("StaffId", UUID)


class Kind(Enum):
    """Which door somebody comes in by, and so which provider vouches for them."""

    PATIENT = "patient"
    STAFF = "staff"


class Role(Enum):
    """What a staff member may do at their organisation (R50)."""

    READER = "reader"
    SCREENER = "screener"
    CLINICIAN = "clinician"
    MANAGER = "manager"
    IG_LEAD = "ig_lead"


class StopReason(StrEnum):
    """Why a manager ends a staff member's access."""

    LEFT = "left"
    AWAY = "away"
    MISTAKE = "mistake"
    MISUSE = "misuse"


@dataclass(frozen=True, slots=True)
class Person:
    """A patient or proxy, identity proved (P9). `patient_id`: their own record, None where there is none here."""

    person_id: PersonId
    family: str = field(repr=False)
    born: date = field(repr=False)
    patient_id: PatientId | None


@dataclass(frozen=True, slots=True)
class Contact:
    """Where a person can be written to, as their provider has verified it; empty where it has not."""

    email: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody who works for an organisation (`organisation`: ODS code). `roles`: those in force now."""

    staff_id: StaffId
    name: str
    organisation: str
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Session:
    """A live session. `session_id` may be logged; the token that opens it may not.

    `strength`: what the provider said of the second factor (the vector of trust for a person).
    """

    session_id: UUID
    who: Person | StaffMember
    strength: str
    created: datetime
    last_seen: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Redirect:
    """Send the browser to `url` with `cookie` set: Secure, HttpOnly, SameSite=Lax, 10 minutes."""

    url: str = field(repr=False)
    cookie: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session. `session_token` goes into a cookie (Secure, HttpOnly, SameSite=Lax) and nowhere else."""

    session_token: str = field(repr=False)
    session: Session
    next_path: str


@dataclass(frozen=True, slots=True)
class PendingSignIn:
    """A sign-in whose browser is at the provider."""

    kind: Kind
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    next_path: str
    began: datetime


class Refusal(Enum):
    """Why a sign-in did not succeed; each has a page that says what to do."""

    EXPIRED = "expired"
    CONSENT_NOT_GIVEN = "consent_not_given"
    PROVIDER_REFUSED = "provider_refused"
    PROVIDER_UNAVAILABLE = "provider_unavailable"
    NOT_CONFIGURED = "not_configured"
    TOKEN_INVALID = "token_invalid"  # noqa: S105
    LEVEL_TOO_LOW = "level_too_low"
    SECOND_FACTOR_MISSING = "second_factor_missing"
    CLAIMS_INCOMPLETE = "claims_incomplete"
    IDENTITY_CONFLICT = "identity_conflict"
    STAFF_UNKNOWN = "staff_unknown"
    STAFF_WITHOUT_ROLE = "staff_without_role"

    @property
    def is_outage(self) -> bool:
        """Whether it will pass by itself: the sign-in service does not answer."""
        return self is Refusal.PROVIDER_UNAVAILABLE


class SignInRefused(Exception):
    """A sign-in did not succeed. `detail` is a fixed code for the audit, never text from outside."""

    def __init__(self, refusal: Refusal, detail: str | None = None) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
        self.detail = detail


class UnsafePath(ValueError):
    """The address to go to after sign-in is not a local absolute path."""


class StaffExists(Exception):
    """The first staff member has already been made, or this account already belongs to one."""


class NotAllowed(Exception):
    """Whoever asks may not do this to this staff member."""
