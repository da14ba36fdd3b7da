"""Practices with their policy, patients with their registrations: the facts that decisions stand on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum, StrEnum
from typing import NewType
from uuid import UUID

from openrecord.clinical.kinds import Level, Section
from openrecord.clinical.nhs_number import NhsNumber

OdsCode = NewType("OdsCode", str)
PatientId = NewType("PatientId", int)

GO_LIVE_CONTRACT = date(2023, 11, 1)
"""The day after the contract deadline of 31 October 2023 (domain 1.1); the default only, each practice sets its own."""


class ReleaseMode(Enum):
    """What makes an entry of a kind visible once everything else allows it (R30)."""

    ON_SAVE = "on_save"
    ON_FILING = "on_filing"
    AFTER_DAYS = "after_days"
    BY_HAND = "by_hand"
    NEVER = "never"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ReleaseRule:
    """A practice's rule for one kind. `days`: London days after recording, for AFTER_DAYS only.

    `since`: when the practice put it in the place of another one; None: it was the first, or is not known. It says from
    when people had to decide, and makes no other rule of it.
    """

    mode: ReleaseMode
    days: int = 0
    since: datetime | None = field(default=None, compare=False)


ON_SAVE = ReleaseRule(ReleaseMode.ON_SAVE)
ON_FILING = ReleaseRule(ReleaseMode.ON_FILING)
DEFAULT_RELEASE: Mapping[str, ReleaseRule] = {"result": ON_FILING, "report": ON_FILING, "document": ON_FILING}


@dataclass(frozen=True, slots=True)
class Policy:
    """How a practice has set online record access (decision-cases README, default policy).

    `go_live`: first day whose entries may be seen, None = not decided. `level`: limit for everybody.
    `new_level`: how much an account is given that begins here after `go_live` (R42).
    `at_risk_level`: level of a grant to which code 104 applies. `back_record_days`: an entry dated longer before the
    window than this is history. `screening_days`: within how many London days the practice means to decide about an
    entry that waits for it. `release`: rule per kind; a kind that is absent is released on save.
    `notice_days`: how many London days ahead staff, proxies and patients are told that access is reviewed;
    `sixteen_notice_days`, `expiry_notice_days`: that it ends at 16, or on the day set for its end (R26).
    `lookers_offered`: whether patients may see who looked at their record (R20).
    """

    go_live: date | None = GO_LIVE_CONTRACT
    system_on: bool = True
    level: Level = Level.FULL
    at_risk_level: Level = Level.NONE
    back_record_days: int = 90
    review_age: int = 11
    sections_off: frozenset[Section] = frozenset()
    screening_days: int = 7
    release: Mapping[str, ReleaseRule] = field(default_factory=lambda: dict(DEFAULT_RELEASE))
    lookers_offered: bool = False
    notice_days: int = 60
    new_level: Level = Level.FULL
    sixteen_notice_days: int = 60
    expiry_notice_days: int = 60

    def release_rule(self, kind: str) -> ReleaseRule:
        """The rule for a kind's release name ("result", "consultation", …)."""
        return self.release.get(kind, DEFAULT_RELEASE.get(kind, ON_SAVE))


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One version of a practice's policy; the highest number is in force.

    `actor`: the id of who set it, as the trail names them, empty where it was not kept. `why`: what they wrote down to
    justify it, empty where nothing was asked (R44).
    """

    version: int
    at: datetime
    policy: Policy
    actor: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change of policy that somebody wrote down and has not put into force.

    `base`: the version that it was made from, 0 where there was none.
    """

    proposal_id: UUID
    ods: OdsCode
    base: int
    policy: Policy
    at: datetime


class Readiness(Enum):
    """How far a practice is with one item of the checklist for going live (R49)."""

    READY = "ready"
    NOT_READY = "not_ready"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class ReadinessItem:
    """One item of the checklist, as the data file says it. `source`: where it comes from."""

    key: str
    title: str
    meaning: str
    source: str


@dataclass(frozen=True, slots=True)
class ReadinessAnswer:
    """What a practice said about one item. `version`: how many answers there were up to this one.

    `evidence`: how one can see it; `reason`: key of a reason from the list, for NOT_READY only.
    """

    item: str
    version: int
    state: Readiness
    evidence: str
    reason: str
    at: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class Practice:
    """A GP practice and where it stands in the hierarchy now. `policy` None = no policy known (nothing is shown)."""

    ods: OdsCode
    name: str
    system: str | None = None
    pcn: str | None = None
    sub_icb: str | None = None
    icb: str | None = None
    region: str | None = None
    policy: Policy | None = None


@dataclass(frozen=True, slots=True)
class Registration:
    """A patient's stay at a practice: from the beginning of `start` to the beginning of `end` (London days).

    `entered`: when it was registered here, None = not known; it may be dated back.
    """

    ods: OdsCode
    start: date
    end: date | None = None
    entered: datetime | None = None


@dataclass(frozen=True, slots=True)
class Patient:
    """A person whose record this is. `patient_id` stays inside; `public_id` is what the outside sees.

    `withdrawn`: the identity was given up for the person's protection; nobody sees the record and nothing comes to it.
    `merged_into`: the record of the same person that this one is part of, since `merged_at`; None = a record by itself.
    """

    patient_id: PatientId
    public_id: UUID
    nhs_number: NhsNumber
    family: str
    given: str
    born: date | None
    gender: str | None = None
    died: bool = False
    address_flagged: bool = False
    withdrawn: bool = False
    merged_into: PatientId | None = None
    merged_at: datetime | None = None

    @property
    def listed_name(self) -> str:
        """As lists have it, the family name first."""
        return f"{self.family}, {self.given}"


class MergeReason(StrEnum):
    """Why two records were found to be one person's."""

    REGISTERED_TWICE = "registered_twice"
    TEMPORARY_NUMBER = "temporary_number"


class EraseReason(StrEnum):
    """Why a controller may have the copy of a record erased (docs/adr/0026)."""

    RETENTION_ENDED = "retention_ended"
    CONTRACT_ENDED = "contract_ended"
    NEVER_BELONGED = "never_belonged"
    REQUEST_GRANTED = "request_granted"


class PartReason(StrEnum):
    """Why a merge was taken back."""

    NOT_ONE_PERSON = "not_one_person"
    MISTAKE = "mistake"
