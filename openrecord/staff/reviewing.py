"""What a part of the history holds that is not open yet, to be looked at before anybody opens it (R47)."""

from dataclasses import dataclass
from datetime import datetime

from openrecord.access import queries as access
from openrecord.access.types import AccessFacts, Standing, ViewerId
from openrecord.caseload.types import Part
from openrecord.clinical.kinds import KIND_RULES
from openrecord.clinical.prose import Prose, prose_of
from openrecord.clinical.signals.types import Signal
from openrecord.kit.instants import to_micros
from openrecord.registry.types import OdsCode, Patient
from openrecord.screening import queries as screening
from openrecord.screening.rules.history import lies_in
from openrecord.screening.rules.placement import place
from openrecord.screening.rules.worklist import rank, signals_in
from openrecord.screening.types import EntryId, EntryState, Verdict
from openrecord.staff.record import UNDATED, StaffEntry, bodies_of, staff_entry

MOST_RANKED = 5000
"""So many entries with free text are read for signals while somebody waits (a second or so); of more, a shorter part
is asked for."""


@dataclass(frozen=True, slots=True)
class Unopened:
    """One entry of the part. `entry.reasons`: what keeps it closed also where the part is opened."""

    entry: StaffEntry
    prose: Prose
    signals: tuple[Signal, ...]


@dataclass(frozen=True, slots=True)
class Unread:
    """A page of the part. `every`, `closed`: of the whole part, and what of it stays closed whatever is opened.

    `by_risk`: whether the most pressing come first, else the oldest.
    """

    entries: tuple[Unopened, ...]
    every: int
    closed: int
    by_risk: bool


def unopened(
    ods: OdsCode, patient: Patient, asker: ViewerId, part: Part, *, by_risk: bool, start: int, limit: int, at: datetime
) -> Unread:
    """What the practice keeps in the part that the asker cannot see yet, because it is history."""
    patient_id = patient.patient_id
    states = screening.states(patient_id)
    entries = {entry: state.facts for entry, state in states.items()}
    facts = access.facts(patient_id, at=at, controlling={entry.org for entry in entries.values()})
    placed = place(facts, entries, at)
    closed = {
        entry: placed[entry].reasons
        for entry, known in entries.items()
        if known.org == ods
        and KIND_RULES[known.kind].release_as is not None
        and lies_in(known, part.first, part.last, part.sections)
        and _is_closed_history(facts, placed[entry].standing, asker)
    }
    order = sorted(closed, key=lambda entry: _place(states[entry]))
    by_risk = by_risk and sum(entries[entry].has_text for entry in order) <= MOST_RANKED
    if by_risk:
        prose = _prose(patient, order)
        read = {entry: signals_in(prose[entry], patient.born, entries[entry].recorded) for entry in order}
        order.sort(key=lambda entry: rank(read[entry]))
    shown = order[start : start + limit]
    bodies, words = bodies_of(patient_id, shown), _prose(patient, shown)
    return Unread(
        tuple(
            Unopened(
                staff_entry(states[entry], Verdict(entry, closed[entry], None), bodies.get(entry, b"{}")),
                words[entry],
                tuple(signals_in(words[entry], patient.born, entries[entry].recorded)),
            )
            for entry in shown
        ),
        len(order),
        sum(bool(reasons) for reasons in closed.values()),
        by_risk,
    )


def _is_closed_history(facts: AccessFacts, standing: Standing, asker: ViewerId) -> bool:
    """Whether it is history of which no part is open to whoever asked."""
    if standing.chunks is None:
        return False
    return not any(chunk.chunk_id in standing.chunks and asker in chunk.named for chunk in facts.chunks)


def _place(state: EntryState) -> tuple[int, EntryId]:
    clinical = state.facts.clinical
    return (UNDATED if clinical is None else to_micros(clinical)), state.facts.entry_id


def _prose(patient: Patient, wanted: list[EntryId]) -> dict[EntryId, Prose]:
    """The words of these entries, as far as they lie in the vault: what is open to somebody was looked at before."""
    lying = screening.vault_renderings(patient.patient_id, wanted)
    return {entry: _words(*lying.get(entry, (None, None))) for entry in wanted}


def _words(coded: bytes | None, full: bytes | None) -> Prose:
    return prose_of(coded or b"{}", full)
