"""What the rules are asked about: the defaults of the decision cases' README, changed at will.

A patient of 43 with an account since 2023, registered at A for long, A live since November 2023; it is March 2024.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from openrecord.access.types import AccessFacts, Basis, Chunk, ChunkId, Viewer, ViewerId, ViewerKind
from openrecord.clinical.kinds import EntryKind, Level, slot_of
from openrecord.registry.types import OdsCode, Policy, Registration
from openrecord.screening.types import EntryFacts, EntryId

A, B = OdsCode("A"), OdsCode("B")
TICK = timedelta(microseconds=1)


def utc(text: str) -> datetime:
    """A UTC instant: "2024-03-01" (its UTC midnight) or "2024-03-01T12:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


NOW = utc("2024-03-01T12:00")
BORN = date(1980, 5, 10)
LONG_AGO = utc("2023-01-01")
GRANTED = utc("2023-11-05T10:00")

ME = Viewer(ViewerId(UUID(int=1)), ViewerKind.SELF, LONG_AGO)
SON = Viewer(ViewerId(UUID(int=2)), ViewerKind.PROXY, GRANTED, Basis.CONSENT, listed_org=A)
LAWYER = Viewer(ViewerId(UUID(int=3)), ViewerKind.PROXY, GRANTED, Basis.LPA, listed_org=A)
MUM = Viewer(ViewerId(UUID(int=4)), ViewerKind.PROXY, GRANTED, Basis.PARENTAL, listed_org=A)
APP = Viewer(ViewerId(UUID(int=5)), ViewerKind.APP, GRANTED, acts_for=ME.viewer_id, scopes=("patient/*.rs",))


def people(*viewers: Viewer) -> Mapping[ViewerId, Viewer]:
    """The viewers of a patient."""
    return {viewer.viewer_id: viewer for viewer in viewers}


def patient(**changes: Any) -> AccessFacts:
    """The default patient, with changes."""
    facts = AccessFacts(
        BORN, (Registration(A, date(2010, 1, 1)),), {A: Policy()}, people(ME, SON, LAWYER, APP), patient_key="P"
    )
    return replace(facts, **changes)


def child(born: date, **changes: Any) -> AccessFacts:
    """A patient born on that day, with a mother, registered at A from birth."""
    return patient(**{"born": born, "registrations": (Registration(A, born),), "viewers": people(ME, MUM), **changes})


def chunk(number: int = 1, **changes: Any) -> Chunk:
    """The whole history at A, granted to the patient at full in February 2024."""
    whole = Chunk(
        ChunkId(UUID(int=1000 + number)), A, None, None, None, Level.FULL, frozenset({ME.viewer_id}), utc("2024-02-01")
    )
    return replace(whole, **changes)


def entry_id(number: int) -> EntryId:
    """The id of `entry(number)`."""
    return EntryId(UUID(int=100 + number).bytes)


def entry(number: int = 1, kind: EntryKind = EntryKind.CONDITION, **changes: Any) -> EntryFacts:
    """A current, filed, final entry of A without text, recorded and dated on 10 January 2024."""
    day = utc("2024-01-10T09:00")
    fixed: dict[str, Any] = {"known": day, "recorded": day, "clinical": day, **changes}
    return EntryFacts(entry_id(number), fixed.pop("org", A), kind, slot_of(kind, None), **fixed)


def record(*entries: EntryFacts) -> dict[EntryId, EntryFacts]:
    """The entries of one patient."""
    return {each.entry_id: each for each in entries}
