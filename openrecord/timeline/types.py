"""What the timeline hands out: frozen values, never rows."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from openrecord.access.rules.absence import Absences
from openrecord.clinical.kinds import Slot
from openrecord.registry.types import PatientId


class BadCursor(ValueError):
    """The place in a list that was asked for is none that was handed out."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads whose record, through what.

    `viewer_id`: the viewer's grant on this patient (the patient, a proxy); `client_id`: the app, None for our pages.
    `channel`: "web", "fhir", …: what `openrecord close channel` names.
    """

    patient_id: PatientId
    viewer_id: UUID
    client_id: UUID | None
    channel: str


@dataclass(frozen=True, slots=True)
class Period:
    """What has a clinical date from `since` on and before `until`; None: no bound on that side."""

    since: datetime | None = None
    until: datetime | None = None

    def holds(self, clinical: datetime | None) -> bool:
        """Whether an entry of this clinical date lies in it; one without a date only where there is no bound."""
        if clinical is None:
            return self == ALWAYS
        return (self.since is None or self.since <= clinical) and (self.until is None or clinical < self.until)


ALWAYS = Period()
"""No bound at all: also what has no date."""

MOST_OF_A_DAY = 50
"""By how many entries a page may go on to end with a day; more of one day are pages of their own."""


class ServedEntry(msgspec.Struct, frozen=True, gc=False):
    """One entry as this reader may see it.

    `key`: the 16 bytes of its outside id; `body`: an R4 JSON object; `clinical`: the date shown.
    """

    key: bytes
    slot: Slot
    clinical: datetime | None
    body: bytes

    @property
    def public_id(self) -> UUID:
        """Its outside id."""
        return UUID(bytes=self.key)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list, newest first. `next_cursor` is opaque; None where nothing follows.

    `absences`: of an empty page what the reader may not see, where that was asked already.
    """

    entries: tuple[ServedEntry, ...]
    next_cursor: str | None
    absences: Absences | None = None


NOTHING = Page((), None)
"""A page that holds nothing."""
