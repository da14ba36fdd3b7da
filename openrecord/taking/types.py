"""What somebody takes along: which part of a record, as which file and how far it is, or as a link for somebody."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import NewType
from uuid import UUID

from openrecord.access.types import ViewerId
from openrecord.registry.types import PatientId

DownloadId = NewType("DownloadId", UUID)
LinkId = NewType("LinkId", UUID)

LINK_AUTHORITY = "link"
"""The authority, in the trail, of somebody who reads by a link that the patient made."""


class Format(Enum):
    """What sort of file. Of a summary (International Patient Summary) no part can be chosen.

    The packed ones are a ZIP of the record and of the documents that came with its entries.
    """

    PDF = "pdf"
    FHIR = "fhir"
    PACKED_PDF = "pdf-packed"
    PACKED_FHIR = "fhir-packed"
    CSV = "csv"
    SUMMARY = "summary"
    SUMMARY_PDF = "summary-pdf"


PACKED = frozenset({Format.PACKED_PDF, Format.PACKED_FHIR})


class State(Enum):
    """How far a file is, in this order; or given up, or its documents are too large together, or no longer given out
    because the record says something else."""

    WAITING = "waiting"
    READING = "reading"
    WRITING = "writing"
    READY = "ready"
    FAILED = "failed"
    TOO_LARGE = "too_large"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which part of a record: sections by their slugs (none = all), London days from `first` to `last` (None = open).

    With a day on either side, what has no date is left out.
    """

    sections: frozenset[str] = frozenset()
    first: date | None = None
    last: date | None = None


EVERYTHING = Selection()


@dataclass(frozen=True, slots=True)
class Download:
    """A file that was asked for. `maker`: the viewer who did, and the only one who gets it.

    `digest`: stands for what the record said when it was made, under that viewer's eyes; `size`: bytes, of one that is
    too large those of its documents. All three of `made`, `digest` and `size` are None until it is ready.
    """

    patient_id: PatientId
    download_id: DownloadId
    maker: ViewerId
    format: Format
    selection: Selection
    language: str
    asked: datetime
    state: State
    made: datetime | None = None
    digest: bytes | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """Shows a part of the record to whoever has its address and its passcode. `sharer`: the patient, as a viewer.

    `ends`: when it ends by itself; `ended`: when somebody ended it, or too many wrong passcodes did, None = neither.
    `wrong`: how many wrong passcodes there were since the last right one.
    """

    patient_id: PatientId
    link_id: LinkId
    sharer: ViewerId
    selection: Selection
    made: datetime
    ends: datetime
    ended: datetime | None = None
    wrong: int = 0


@dataclass(frozen=True, slots=True)
class Use:
    """A link was tried. `right`: the passcode was."""

    at: datetime
    right: bool


@dataclass(frozen=True, slots=True)
class Made:
    """What makes a link work. It stands nowhere else and is shown once."""

    address: str = field(repr=False)
    passcode: str = field(repr=False)
