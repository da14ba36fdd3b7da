"""The facts and words of access: viewers, what was decided about them, and why something is not visible.

The reason codes are a closed list (decision-cases README). Staff see them; a patient never does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum, StrEnum
from typing import NewType
from uuid import UUID

import msgspec

from openrecord.clinical.kinds import Level, Section, Slot
from openrecord.registry.types import OdsCode, Policy, Registration

ViewerId = NewType("ViewerId", UUID)
ChunkId = NewType("ChunkId", UUID)


class Reason(StrEnum):
    """Why an entry is not visible to a viewer."""

    UNFILED = "unfiled"
    DRAFT = "draft"
    NOT_FOR_PATIENT_LABEL = "not_for_patient_label"
    NEVER_CODE = "never_code"
    HIDDEN_SERIOUS_HARM = "hidden_serious_harm"
    HIDDEN_THIRD_PARTY = "hidden_third_party"
    HIDDEN_OTHER = "hidden_other"
    HELD_UNTIL = "held_until"
    HELD_CONTACT = "held_contact"
    UNDECIDED = "undecided"
    POLICY_NEVER = "policy_never"
    ENTERED_IN_ERROR = "entered_in_error"
    SUPERSEDED = "superseded"
    UNSAFE_MAPPER = "unsafe_mapper"
    WRONG_PERSON = "wrong_person"
    COPY_UNRESOLVED = "copy_unresolved"
    UNKNOWN_INPUT = "unknown_input"
    DIARY = "diary"
    ADMINISTRATIVE = "administrative"

    CONTAINER_HIDDEN = "container_hidden"
    CONTAINER_UNKNOWN = "container_unknown"
    UNIT_HIDDEN = "unit_hidden"
    MEMBER_HIDDEN_TEXT = "member_hidden_text"
    EMPTY_CONTAINER = "empty_container"

    BEFORE_WINDOW = "before_window"
    RECORDED_MISSING = "recorded_missing"
    BACK_RECORD = "back_record"
    TRANSFERRED = "transferred"
    FIRST_LOAD = "first_load"

    NOT_REGISTERED = "not_registered"
    DEDUCTED = "deducted"
    GO_LIVE_NOT_REACHED = "go_live_not_reached"
    SYSTEM_OFF = "system_off"
    SECTION_OFF = "section_off"
    CLOSED = "closed"

    LEVEL = "level"
    ENHANCED_REVIEW = "enhanced_review"
    DECLINED = "declined"
    PAUSED = "paused"
    LOWERED = "lowered"
    UNDER_16 = "under_16"
    DECEASED = "deceased"
    PROXY_SCOPE = "proxy_scope"
    PROXY_EXCLUDED = "proxy_excluded"
    PROXY_EXPIRED = "proxy_expired"
    PROXY_REVOKED = "proxy_revoked"
    PROXY_MOVED = "proxy_moved"
    PROXY_AGE_REVIEW = "proxy_age_review"
    ADDRESS_FLAGGED = "address_flagged"
    SCOPE = "scope"
    TOKEN_REVOKED = "token_revoked"  # noqa: S105


class ViewerKind(Enum):
    """In what capacity somebody reads a record."""

    SELF = "self"
    PROXY = "proxy"
    APP = "app"


class Basis(Enum):
    """On what ground a proxy acts (R23, R28)."""

    PARENTAL = "parental"
    CONSENT = "consent"
    LPA = "lpa"
    DEPUTY = "deputy"
    BEST_INTERESTS = "best_interests"


class Service(StrEnum):
    """What somebody who acts for a patient may do besides reading; each is given apart."""

    REPORTS = "reports"
    """Ask the practice about entries of the record, and report mistakes in them."""
    CARDS = "cards"
    """Make, show and withdraw cards of Covid-19 vaccinations."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person's or an app's grant on one patient's record.

    `granted`: account opening, proxy grant or app authorisation; None = not yet. `sections`, `services` None = all.
    `acts_for`: for an app, the viewer whose Sight it borrows; `scopes`: its SMART v2 scopes.
    """

    viewer_id: ViewerId
    kind: ViewerKind
    granted: datetime | None
    basis: Basis | None = None
    level: Level = Level.FULL
    sections: frozenset[Section] | None = None
    services: frozenset[Service] | None = None
    expires: date | None = None
    listed_org: OdsCode | None = None
    acts_for: ViewerId | None = None
    scopes: tuple[str, ...] = ()
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class ProxyRule:
    """Which proxies an entry is kept from. `excluded` None = not understood, which excludes all."""

    everyone: bool = False
    excluded: frozenset[ViewerId] | None = frozenset()

    def keeps_out(self, viewer: ViewerId) -> bool:
        """Whether this proxy may not see the entry."""
        return self.everyone or self.excluded is None or viewer in self.excluded


NO_PROXY_RULE = ProxyRule()


class KeepReason(StrEnum):
    """Why a part of the record is kept from proxies, as the practice records it. Proxies never learn of it."""

    PATIENT = "patient"
    CONFIDENTIAL = "confidential"
    SAFEGUARDING = "safeguarding"
    OTHER = "other"


class Method(StrEnum):
    """How the patient said what they want of their own access (R6): on our pages, or to the practice."""

    ONLINE = "online"
    PHONE = "phone"
    IN_PERSON = "in_person"
    WRITING = "writing"


class EndReason(StrEnum):
    """Why somebody's access for the patient was ended (R27). The person is never told."""

    PATIENT = "patient"
    PROXY = "proxy"
    SAFEGUARDING = "safeguarding"
    NOT_NEEDED = "not_needed"
    MISTAKE = "mistake"


class Wish(StrEnum):
    """What the patient may want of their own access; each has its opposite (R6, R7)."""

    PAUSE = "pause"
    RESUME = "resume"
    LOWER = "lower"
    RAISE = "raise"
    DECLINE = "decline"
    RETURN = "return"


@dataclass(frozen=True, slots=True)
class Choices:
    """What the patient chose on our own pages, as it stands. `undeclined`: when they took declines back."""

    paused: bool = False
    lowered: Level | None = None
    undeclined: tuple[datetime, ...] = ()


NOTHING_CHOSEN = Choices()


@dataclass(frozen=True, slots=True)
class Kept:
    """A part of the record that is kept from proxies only: one entry, or sections and clinical days.

    `entry`: an entry's public id, None = not one entry; `sections` None = all; `first`, `last`: inclusive London days,
    None = unbounded; `over`: it was shared again.
    """

    keep_id: UUID
    since: datetime
    rule: ProxyRule
    entry: UUID | None = None
    sections: frozenset[Section] | None = None
    first: date | None = None
    last: date | None = None
    reason: KeepReason | None = None
    method: Method | None = None
    over: bool = False


class ReviewCode(Enum):
    """The SNOMED CT codes that speak about access itself, by their short names (domain 1.3)."""

    ENHANCED_REVIEW = "104"
    NO_ENHANCED_REVIEW = "106"
    DECLINED = "103"


@dataclass(frozen=True, slots=True)
class CodeFact:
    """One code entry. `effective`: London day; `recorded` None = missing; `known`: when it arrived.

    `online`: the patient declined on our own pages.
    """

    code: ReviewCode
    effective: date | None
    recorded: datetime | None
    known: datetime
    online: bool = False


@dataclass(frozen=True, slots=True)
class EnhancedReviewDecision:
    """A person's answer to a 104 on live access: keep the access or remove it."""

    at: datetime
    keep: bool


@dataclass(frozen=True, slots=True)
class Chunk:
    """A part of the history that was reviewed and granted (R47).

    `first`, `last`: inclusive clinical days, None = unbounded; `sections` None = all; `named`: whom it is for.
    """

    chunk_id: ChunkId
    org: OdsCode
    first: date | None
    last: date | None
    sections: frozenset[Section] | None
    level: Level
    named: frozenset[ViewerId]
    granted: datetime
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Competence:
    """A recorded decision that a young person may have access of their own before 16 (R29).

    `since`: the first such decision; another level later opens nothing anew.
    """

    since: datetime
    level: Level


@dataclass(frozen=True, slots=True)
class LevelGrant:
    """How much a practice gives one patient, never above its policy (R42); a grant that opens later begins anew."""

    level: Level
    given: datetime


@dataclass(frozen=True, slots=True)
class WindowOverride:
    """An authorised user's start of the window (R45); a later registration ends it."""

    start: date
    set_at: datetime


@dataclass(frozen=True, slots=True)
class AgeReview:
    """A recorded decision on a parent's access at an age review (R24). `age`: the review it answers."""

    viewer_id: ViewerId
    at: datetime
    age: int
    carries_on: bool


@dataclass(frozen=True, slots=True)
class Silence:
    """To whom nothing is told ahead of a day on which somebody's access turns: a safeguarding flag (R26)."""

    proxies: bool = False
    patient: bool = False


EVERYBODY_TOLD = Silence()


@dataclass(frozen=True, slots=True)
class Closure:
    """An emergency stop. `scope`: all, practice, patient, client or channel; `which`: its id, empty for all."""

    scope: str
    which: str


@dataclass(frozen=True, slots=True)
class AccessFacts:
    """Everything about one patient that Sight needs, as known now. Acts are folded into it in time order.

    `paused`, `lowered`, `undeclined`: what the practice was told; `online`: what was chosen on our own pages. The two
    stand beside each other, so that nobody at the patient's device undoes what the practice was told (R7). `beside`:
    those of records that were merged into this one, whose codes are asked too (rules/together.py).
    """

    born: date | None
    registrations: tuple[Registration, ...]
    policies: Mapping[OdsCode, Policy | None]
    viewers: Mapping[ViewerId, Viewer]
    died: bool = False
    address_flagged: bool = False
    codes: tuple[CodeFact, ...] = ()
    undeclined: tuple[datetime, ...] = ()
    review_decisions: tuple[EnhancedReviewDecision, ...] = ()
    paused: bool = False
    lowered: Level | None = None
    online: Choices = NOTHING_CHOSEN
    competence: Competence | None = None
    chunks: tuple[Chunk, ...] = ()
    window_starts: Mapping[OdsCode, WindowOverride] | None = None
    levels_given: Mapping[OdsCode, LevelGrant] = field(default_factory=dict)
    age_reviews: tuple[AgeReview, ...] = ()
    silence: Silence = EVERYBODY_TOLD
    kept: tuple[Kept, ...] = ()
    closures: tuple[Closure, ...] = ()
    patient_key: str = ""
    beside: tuple["AccessFacts", ...] = ()


class Standing(msgspec.Struct, frozen=True, gc=False):
    """How a placed entry stands towards Sight.

    `chunks` None: a current entry; otherwise the granted chunks that cover it (it is history).
    `time_reasons`: why it is history, told to a viewer whom no covering chunk names.
    """

    org: OdsCode
    slot: Slot
    chunks: frozenset[ChunkId] | None = None
    time_reasons: frozenset[Reason] = frozenset()
