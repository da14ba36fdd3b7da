"""A patient's record as the practice keeps it: every entry it controls, placed or not, with the reasons."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from openrecord.access import queries as access
from openrecord.access.types import AccessFacts, Viewer, ViewerId, ViewerKind
from openrecord.clinical.kinds import EntryKind, Slot
from openrecord.kit.ids import spelt
from openrecord.kit.instants import to_micros
from openrecord.registry.types import OdsCode, PatientId
from openrecord.screening import queries as screening
from openrecord.screening.rules.decide import decide
from openrecord.screening.types import EntryId, EntryState, HideReason, Verdict
from openrecord.timeline import lying

UNDATED = -(2**62)
NOBODY = Viewer(ViewerId(UUID(int=0)), ViewerKind.SELF, None)


@dataclass(frozen=True, slots=True)
class StaffEntry:
    """One entry as staff see it. `reasons`: every code why the patient does not see it; empty = visible.

    `entry_id` is the inside id, `public_id` what the patient's side calls it.
    """

    entry_id: UUID
    public_id: UUID
    kind: EntryKind
    slot: Slot
    clinical: datetime | None
    recorded: datetime | None
    placed: bool
    reasons: tuple[str, ...]
    body: bytes
    hides: frozenset[HideReason]


@dataclass(frozen=True, slots=True)
class ToldEntry:
    """What an entry says, for a list that does not tell whether the patient sees it. `entry_id`: the inside id."""

    entry_id: UUID
    clinical: datetime | None
    body: bytes


def patient_entries(
    ods: OdsCode, patient_id: PatientId, *, at: datetime, limit: int, after: str | None = None
) -> tuple[StaffEntry, ...]:
    """The patient's entries that the practice controls, newest first; `after`: the entry the last page ended with."""
    states = {e: s for e, s in screening.states(patient_id).items() if s.facts.org == ods}
    order = sorted(states, key=lambda entry: _place(states[entry]), reverse=True)
    start = next((i + 1 for i, entry in enumerate(order) if spelt(entry) == after), 0)
    return _with_bodies(patient_id, states, order[start : start + limit], at)


def patient_entry(ods: OdsCode, patient_id: PatientId, entry_id: UUID, *, at: datetime) -> StaffEntry | None:
    """One entry of the patient; None where the practice controls none such."""
    states = screening.states(patient_id, [EntryId(entry_id.bytes)])
    found = [entry for entry, state in states.items() if state.facts.org == ods]
    return next(iter(_with_bodies(patient_id, states, found, at)), None)


def labelled_entries(ods: OdsCode, patient_id: PatientId, *, at: datetime) -> tuple[StaffEntry, ...]:
    """What a sender marked as not for the patient, newest first: a restriction that travelled with the record (R46)."""
    states = screening.states(patient_id, screening.labelled(patient_id, ods))
    order = sorted(states, key=lambda entry: _place(states[entry]), reverse=True)
    return _with_bodies(patient_id, states, order, at)


def told_of(ods: OdsCode, patient_id: PatientId, entry_ids: Iterable[UUID]) -> dict[UUID, ToldEntry]:
    """Those of these entries that the practice controls, by their inside ids: what each says, without deciding."""
    states = screening.states(patient_id, [EntryId(entry_id.bytes) for entry_id in entry_ids])
    ours = [entry for entry, state in states.items() if state.facts.org == ods]
    bodies = bodies_of(patient_id, ours)
    return {
        UUID(bytes=entry): ToldEntry(UUID(bytes=entry), states[entry].facts.clinical, bodies.get(entry, b"{}"))
        for entry in ours
    }


def parts_of(ods: OdsCode, patient_id: PatientId, container: EntryId, *, at: datetime) -> tuple[StaffEntry, ...]:
    """What is directly part of an entry, newest first: it goes with it when the entry is hidden."""
    inside = [
        state
        for state in screening.states(patient_id, screening.closure(patient_id, [container])).values()
        if container in state.facts.containers and state.facts.org == ods
    ]
    order = [state.facts.entry_id for state in sorted(inside, key=_place, reverse=True)]
    return _with_bodies(patient_id, {state.facts.entry_id: state for state in inside}, order, at)


def _place(state: EntryState) -> tuple[int, bytes]:
    clinical = state.facts.clinical
    return (UNDATED if clinical is None else to_micros(clinical)), state.facts.entry_id


def patient_viewer(facts: AccessFacts) -> Viewer:
    """The patient's own viewer; one without a grant where there is no account yet."""
    return next((v for v in facts.viewers.values() if v.kind is ViewerKind.SELF), NOBODY)


def _with_bodies(
    patient_id: PatientId, states: Mapping[EntryId, EntryState], wanted: Iterable[EntryId], at: datetime
) -> tuple[StaffEntry, ...]:
    order = list(wanted)
    entries = screening.facts(patient_id)
    facts = access.facts(patient_id, at=at, controlling={entry.org for entry in entries.values()})
    verdicts = decide(facts, entries, patient_viewer(facts), at=at)
    bodies = bodies_of(patient_id, order)
    return tuple(staff_entry(states[entry], verdicts[entry], bodies.get(entry, b"{}")) for entry in order)


def bodies_of(patient_id: PatientId, wanted: Sequence[EntryId]) -> dict[EntryId, bytes]:
    """The fullest body of each entry, wherever it lies."""
    placed = lying.bodies(patient_id, wanted).items()
    return {EntryId(entry): body for entry, body in placed} | screening.vault_bodies(patient_id, wanted)


def staff_entry(state: EntryState, verdict: Verdict, body: bytes) -> StaffEntry:
    """An entry with why it is not seen."""
    facts = state.facts
    return StaffEntry(
        UUID(bytes=facts.entry_id),
        state.public_id,
        facts.kind,
        facts.slot,
        facts.clinical,
        facts.recorded,
        state.placed,
        tuple(sorted(reason.value for reason in verdict.reasons)),
        body,
        facts.stance.hides,
    )
