"""What the generator makes before it is written in any format: practices, people and their record entries.

It shares nothing with openrecord's own types, so that the truth told in the manifest stays independent of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from openrecord_demo.england.codes_used import Code

Json = dict[str, Any]
ID_SYSTEM = "https://openrecord.example/id"


class Kind(StrEnum):
    """What an entry is, in the words of the decision cases."""

    MEDICATION = "medication"
    PLAN = "plan"
    ISSUE = "issue"
    ALLERGY = "allergy"
    CONSULTATION = "consultation"
    OBSERVATION = "observation"
    CONDITION = "condition"
    IMMUNISATION = "immunisation"
    REFERRAL = "referral"
    RESULT = "result"
    REPORT = "report"
    SPECIMEN = "specimen"
    DOCUMENT = "document"
    COMMENT = "comment"
    CODE = "code"
    DIARY = "diary"


class Format(StrEnum):
    """How a patient's record is sent to the front door."""

    R4 = "fhir-r4"
    NDJSON = "fhir-r4-ndjson"
    STU3 = "gpconnect-stu3"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A measured value with its unit and the laboratory's reference range, where it gives one."""

    value: float
    unit: str
    low: float | None = None
    high: float | None = None

    @property
    def flag(self) -> str | None:
        """ "H" above the range, "L" below it, "N" inside; None without a range."""
        if self.low is not None and self.value < self.low:
            return "L"
        if self.high is not None and self.value > self.high:
            return "H"
        return None if self.low is None and self.high is None else "N"


@dataclass(frozen=True, slots=True)
class Dose:
    """How a medicine is to be taken and supplied."""

    text: str
    quantity: int
    unit: str
    days: int
    repeat: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One record entry.

    `clinical`, `recorded`: UTC. `inside`: id of the consultation, report or panel it is part of. `unit`: the plan's id,
    shared by statement, plan and issues of one medicine. `heading`: where in a consultation it stands, or an
    observation's category. `text`: free text. `problem`: the problem a consultation was about. `file`: which file
    (letters.FILES) a document comes with; empty = its body is not sent.
    """

    id: str
    kind: Kind
    code: Code
    clinical: datetime
    recorded: datetime
    staff: int = 0
    text: str | None = None
    quantity: Quantity | None = None
    components: tuple[tuple[Code, Quantity], ...] = ()
    heading: str = ""
    inside: str | None = None
    specimen: str | None = None
    unit: str | None = None
    dose: Dose | None = None
    ended: date | None = None
    problem: str | None = None
    urgent: bool = False
    filed: bool = True
    draft: bool = False
    nopat: bool = False
    version: int = 1
    corrected: bool = False
    dose_number: int | None = None
    file: str = ""


@dataclass(frozen=True, slots=True)
class Practice:
    """An invented practice, its policy in the words of the decision cases, and its staff."""

    ods: str
    name: str
    system: str
    town: str
    postcode: str
    go_live: date | None
    level: str
    at_risk_level: str
    readiness: str
    staff: tuple[str, ...]
    release: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Registration:
    """A time at a practice; `end` is the day the registration stopped, None while it lasts."""

    ods: str
    start: date
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever the records are about, or a proxy."""

    nhs_number: str
    family: str
    given: str
    sex: str
    born: date
    address: tuple[str, str, str]
    phone: str


@dataclass(frozen=True, slots=True)
class Act:
    """Something that happens to access, by a patient or by staff, in the words of the decision cases."""

    do: str
    at: datetime
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Proxy:
    """Somebody to be given access to this patient's record."""

    persona: str
    name: str
    basis: str
    since: date
    born: date
    nhs_number: str
    level: str = "full"
    expires: date | None = None


@dataclass(frozen=True, slots=True)
class PracticeRecord:
    """One practice's part of a patient's record, and how it is sent."""

    ods: str
    format: Format
    entries: tuple[Entry, ...]
    corrections: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class GeneratedPatient:
    """One person with everything that the demo does with them.

    `account`: the day they opened their online account, None = not yet. `expected`: by entry id, empty = they see it
    themselves at noon of `as_of` (with an account), else the reasons why not.
    """

    number: int
    person: Person
    registrations: tuple[Registration, ...]
    records: tuple[PracticeRecord, ...]
    expected: Mapping[str, tuple[str, ...]]
    account: date | None
    died: date | None = None
    address_flagged: bool = False
    persona: str | None = None
    story: str | None = None
    acts: tuple[Act, ...] = ()
    proxies: tuple[Proxy, ...] = ()

    @property
    def entries(self) -> int:
        """How many record entries the person has, corrections not counted again."""
        return sum(len(record.entries) for record in self.records)
