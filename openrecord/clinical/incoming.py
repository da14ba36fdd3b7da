"""What a reader makes of an arriving file: the neutral values that ingest accepts.

Every reader (FHIR R4, GP Connect STU3, …) ends here; nothing behind it knows the source format.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from openrecord.clinical.kinds import EntryKind, Slot

JsonObject = dict[str, Any]


class Label(StrEnum):
    """The source's own word on showing an entry to the patient."""

    NONE = "none"
    NOT_FOR_PATIENT = "nopat"
    UNKNOWN = "unknown"


class VersionStatus(StrEnum):
    """What a version says of itself and of the one before it."""

    FINAL = "final"
    DRAFT = "draft"
    CORRECTED = "corrected"
    AMENDED = "amended"
    APPENDED = "appended"
    ENTERED_IN_ERROR = "entered-in-error"


class OwnContent(StrEnum):
    """What a container shows by itself, without its members."""

    CODED = "coded"
    TEXT = "text"
    NONE = "none"


class LinkKind(StrEnum):
    """How one entry refers to another. The value is the R4 element that carries the reference."""

    ENCOUNTER = "encounter"
    HAS_MEMBER = "hasMember"
    DERIVED_FROM = "derivedFrom"
    RESULT = "result"
    SPECIMEN = "specimen"
    BASED_ON = "basedOn"
    PRIOR_PRESCRIPTION = "priorPrescription"
    REASON = "reasonReference"
    EVIDENCE = "evidence"
    REPLACES = "replaces"
    RELATES_TO = "relatesTo"
    DIAGNOSIS = "diagnosis"
    PART_OF = "partOf"


class IncomingLink(msgspec.Struct, frozen=True, gc=False):
    """A reference from an entry to another of the same message, by its local reference."""

    kind: LinkKind
    target: str


class LabKey(msgspec.Struct, frozen=True, gc=False):
    """What a laboratory's message and the GP system's copy of it have in common."""

    report: str
    order: str
    test: str
    specimen: str


class ControlCode(msgspec.Struct, frozen=True, gc=False):
    """A coded statement about access itself (103, 104 or 106), with the dates that decide between several."""

    code: str
    effective: datetime | None
    recorded: datetime | None


class FileState(StrEnum):
    """What became of a file that came with an entry. Only CLEAN is ever handed out.

    WAITING: not checked yet; INFECTED: the scanner found something; UNCHECKED: the scanner refused it for good;
    TOO_LARGE, DAMAGED: not kept, because of its size, or because what came is no file.
    """

    WAITING = "waiting"
    CLEAN = "clean"
    INFECTED = "infected"
    UNCHECKED = "unchecked"
    TOO_LARGE = "too_large"
    DAMAGED = "damaged"


class IncomingFile(msgspec.Struct, frozen=True, gc=False):
    """A file that came with an entry. `mark`: how the entry's bodies name it; `content` None: there is none to keep.

    `stated`: the media type that the source gives. `state`: WAITING, or why it is not kept.
    """

    mark: str
    content: bytes | None
    stated: str
    state: FileState = FileState.WAITING


class IncomingEntry(msgspec.Struct, frozen=True, gc=False):
    """One record entry as it arrived, mapped to R4.

    `identity`: type and business identifier, else type and id; unique within source organisation and patient.
    `aliases`: every way others in the same message refer to it ("Observation/7", "urn:uuid:…").
    `full`, `coded`: R4 JSON objects by the element allow-lists, without id, subject, meta, text, contained and
        without references to other entries (those are `links`); `coded` is None where it equals `full`.
    `recorded`, `clinical`: earliest instants (UTC); None = the source has none. `recorded_inferred`: taken from the
        clinical date because the type has no recorded date.
    `filed`: None = the source's word on filing is missing or not understood.
    `unit`: the medicine that statement, plan and issues have in common.
    `version_id`, `version_time`: the source's order of versions; `section_time` where the resource has neither.
    `code`: the main SNOMED CT code (else the first code given), for search.
    `position`: where in the message the resource stands ("entry[12]", "line 7"), for error messages.
    `files`: what came with it as a file, each once; the bodies name them (clinical.attached).
    """

    identity: str
    aliases: tuple[str, ...]
    kind: EntryKind
    slot: Slot
    full: bytes
    coded: bytes | None
    links: tuple[IncomingLink, ...] = ()
    containers: tuple[str, ...] = ()
    recorded: datetime | None = None
    recorded_inferred: bool = False
    clinical: datetime | None = None
    filed: bool | None = True
    status: VersionStatus = VersionStatus.FINAL
    label: Label = Label.NONE
    own: OwnContent = OwnContent.CODED
    unit: str | None = None
    lab_key: LabKey | None = None
    replaces: str | None = None
    control: ControlCode | None = None
    transferred: bool = False
    version_id: int | None = None
    version_time: datetime | None = None
    code: str | None = None
    position: str = ""
    files: tuple[IncomingFile, ...] = ()

    @property
    def has_text(self) -> bool:
        """Whether the entry carries free text besides its coded content."""
        return self.coded is not None


ALIVE = "false"
"""What a source says of somebody who lives, where it says it."""


@dataclass(frozen=True, slots=True)
class IncomingPatient:
    """Whom a message is about, as the source says it. Nothing here is verified yet.

    `nhs_number` holds only what was given, valid or not; None = none given. `died`: when, or "true", or ALIVE where it
    is said that they live; None = nothing is said of it.
    """

    nhs_number: str | None
    family: str | None
    given: str | None
    birth_date: str | None
    gender: str | None = None
    references: tuple[str, ...] = ()
    died: str | None = None
    postcode: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a part of a message could not be accepted: where it stands, what is wrong, what to do.

    `reason` is a short stable code; `detail` never contains patient data. `count` is how many resources it covers.
    """

    reason: str
    where: str
    detail: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """One patient's part of one message.

    `resources` = len(entries) + sum(problem counts) + sum(not_entries): each incoming resource stands in one class.
    `not_entries`: resources that are no record entries (Patient, Organization, …), counted by type.
    `source_org`: ODS code of the organisation that controls the record, where the message names it.
    `removed`: identities that the message says were removed at the source.
    """

    format: str
    patient: IncomingPatient | None
    entries: tuple[IncomingEntry, ...]
    problems: tuple[Problem, ...] = ()
    not_entries: Mapping[str, int] = field(default_factory=dict)
    source_org: str | None = None
    first_load: bool = False
    removed: tuple[str, ...] = ()

    @property
    def resources(self) -> int:
        """How many resources the message brought."""
        return len(self.entries) + sum(p.count for p in self.problems) + sum(self.not_entries.values())
