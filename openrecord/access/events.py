"""What happens to a patient's access: one act each, kept for ever in the order they happened.

The state of access is the fold of these acts (rules/fold.py); nothing is overwritten, so every decision has a
history and can be undone by a later act. Times and actors stand beside the act, in its row.
"""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from openrecord.access.types import EndReason, KeepReason, Method, Service
from openrecord.audit.types import Repeatable
from openrecord.registry.types import Patient, PatientId


class Relation(StrEnum):
    """Who a proxy is to the patient, as the practice was told."""

    PARENT = "parent"
    GUARDIAN = "guardian"
    PARTNER = "partner"
    CHILD = "child"
    RELATIVE = "relative"
    CARER = "carer"
    PROFESSIONAL = "professional"
    OTHER = "other"


class Evidence(StrEnum):
    """What the practice saw that shows a proxy's basis (R23, R28). No copy of it is kept."""

    SPOKEN_CONSENT = "spoken_consent"
    WRITTEN_CONSENT = "written_consent"
    BIRTH_CERTIFICATE = "birth_certificate"
    PARENTAL_ORDER = "parental_order"
    LPA_REGISTERED = "lpa_registered"
    DEPUTY_ORDER = "deputy_order"
    BEST_INTERESTS_NOTE = "best_interests_note"


class AccessChanged(msgspec.Struct, frozen=True):
    """Told over the bus: an act was recorded and the patient's epoch has risen."""

    patient_id: PatientId
    act: "AnyAct"
    at: datetime


class SightNeeded(msgspec.Struct, frozen=True):
    """Told over the bus: a reader has no valid, current Sight; settle the patient and compute it."""

    patient_id: PatientId
    viewer_id: UUID
    client_id: UUID
    channel: str
    at: datetime


class Act(msgspec.Struct, frozen=True, tag_field="act", forbid_unknown_fields=True):
    """Base of every act; `act` names it in storage."""


class Told(Act, frozen=True, kw_only=True):
    """Base of what the patient may have said. `method`: how they said it, None = not known."""

    method: Method | None = None


class AccountOpened(Act, frozen=True, tag="account_opened"):
    """The patient signed in for the first time: a viewer of their own record."""

    viewer: UUID


class ProxyGranted(Act, frozen=True, tag="proxy_granted"):
    """Somebody may act for the patient. `listed_org`: the practice that granted it; `sections`, `services` None = all.

    `evidence`: what was seen that shows the basis, by which member of staff and on which London day; each None = not
    known.
    """

    viewer: UUID
    basis: str
    listed_org: str
    level: int
    sections: tuple[str, ...] | None = None
    expires: date | None = None
    relation: Relation | None = None
    evidence: Evidence | None = None
    seen_by: UUID | None = None
    seen_on: date | None = None
    services: tuple[Service, ...] | None = None


class ProxyChanged(Act, frozen=True, tag="proxy_changed"):
    """A proxy's scope or end is another from now on; basis and beginning stay, and no review is answered by it."""

    viewer: UUID
    level: int
    sections: tuple[str, ...] | None = None
    expires: date | None = None
    services: tuple[Service, ...] | None = None


class ProxyRevoked(Told, frozen=True, tag="proxy_revoked"):
    """A proxy's access was ended by the patient, the practice or the proxy. `reason` None = not known."""

    viewer: UUID
    reason: EndReason | None = None


class AppAuthorised(Act, frozen=True, tag="app_authorised"):
    """A viewer let an app read on their behalf."""

    viewer: UUID
    acts_for: UUID
    scopes: tuple[str, ...]


class AppRevoked(Told, frozen=True, tag="app_revoked"):
    """An app's authorisation was withdrawn."""

    viewer: UUID


class CodeArrived(Told, frozen=True, tag="code_arrived"):
    """A 103, 104 or 106 arrived as a coded entry, or a 103 was recorded here because the patient said so (`method`).

    Withdrawn by CodeWithdrawn with the same entry.
    """

    entry: UUID
    code: str
    effective: date | None
    recorded: datetime | None


class CodeWithdrawn(Act, frozen=True, tag="code_withdrawn"):
    """A code entry was removed or entered in error at its source."""

    entry: UUID


class DeclineReversed(Told, frozen=True, tag="decline_reversed"):
    """The patient wants access again. `recorded`: when they said so."""

    recorded: datetime


class EnhancedReviewDecided(Act, frozen=True, tag="enhanced_review_decided"):
    """A person answered a 104 on live access."""

    keep: bool


class Paused(Told, frozen=True, tag="paused"):
    """The patient paused their own access."""


class Resumed(Told, frozen=True, tag="resumed"):
    """The patient ended the pause."""


class Lowered(Told, frozen=True, tag="lowered"):
    """The patient lowered their own access to a level."""

    level: int


class Raised(Told, frozen=True, tag="raised"):
    """The patient took their own lowering back."""


class CompetenceRecorded(Act, frozen=True, tag="competence_recorded"):
    """A young person may have access of their own before 16, at a level."""

    level: int


class AgeReviewed(Act, frozen=True, tag="age_reviewed"):
    """A parent's access was reviewed. `age`: the review answered."""

    viewer: UUID
    age: int
    carries_on: bool


class NoticesSilenced(Act, frozen=True, tag="notices_silenced"):
    """Whom the practice does not want to be told ahead that somebody's access is reviewed or ends (R26)."""

    proxies: bool
    patient: bool


class PartKept(Told, frozen=True, tag="part_kept"):
    """A part of the record is kept from proxies: from all (`everyone`), or from those named. As types.Kept says.

    `reason`: of the practice, None where the patient did it (`method`).
    """

    keep: UUID
    everyone: bool
    excluded: tuple[UUID, ...] = ()
    entry: UUID | None = None
    sections: tuple[str, ...] | None = None
    first: date | None = None
    last: date | None = None
    reason: KeepReason | None = None


class PartShared(Told, frozen=True, tag="part_shared"):
    """A part that was kept from proxies is theirs to see again, as far as anything else lets them."""

    keep: UUID


class HistoryGranted(Act, frozen=True, tag="history_granted"):
    """A reviewed chunk of history was opened to the viewers named."""

    chunk: UUID
    org: str
    level: int
    named: tuple[UUID, ...]
    first: date | None = None
    last: date | None = None
    sections: tuple[str, ...] | None = None


class HistoryWithdrawn(Act, frozen=True, tag="history_withdrawn"):
    """A granted chunk was closed again."""

    chunk: UUID


class WindowSet(Act, frozen=True, tag="window_set"):
    """An authorised user moved the start of the patient's window at an organisation, and why (R45); "" = not known."""

    org: str
    start: date
    why: str = ""


class LevelGiven(Act, frozen=True, tag="level_given"):
    """A practice gave the patient this level: its default as an account began there, or more or less by a person."""

    org: str
    level: int


AnyAct = (
    AccountOpened
    | ProxyGranted
    | ProxyChanged
    | ProxyRevoked
    | AppAuthorised
    | AppRevoked
    | CodeArrived
    | CodeWithdrawn
    | DeclineReversed
    | EnhancedReviewDecided
    | Paused
    | Resumed
    | Lowered
    | Raised
    | CompetenceRecorded
    | AgeReviewed
    | NoticesSilenced
    | PartKept
    | PartShared
    | HistoryGranted
    | HistoryWithdrawn
    | WindowSet
    | LevelGiven
)

_decoder: msgspec.json.Decoder[AnyAct] = msgspec.json.Decoder(AnyAct)


def encode(act: AnyAct) -> str:
    """The act as stored JSON text."""
    return msgspec.json.encode(act).decode()


def decode(text: str) -> AnyAct:
    """The act from its stored text; raises msgspec.ValidationError for anything not understood."""
    return _decoder.decode(text)


class Recorded(msgspec.Struct, frozen=True):
    """An act on somebody's access, as the journal keeps it. `at`: when it was done."""

    patient: Patient
    act: str
    at: datetime
    behind: UUID | None


class Closed(msgspec.Struct, frozen=True):
    """An emergency stop, as the journal keeps it."""

    scope: str
    which: str
    reason: str
    at: datetime


class Reopened(msgspec.Struct, frozen=True):
    """The end of the emergency stops of a scope, as the journal keeps it."""

    scope: str
    which: str
    at: datetime


KINDS = {Recorded: "access", Closed: "closed", Reopened: "reopened"}
"""Their names in the journal, which stay for ever."""


def repeatable(act: Recorded | Closed | Reopened) -> Repeatable:
    """The act as the journal keeps it."""
    return Repeatable(KINDS[type(act)], msgspec.json.encode(act))
