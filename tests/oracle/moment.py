"""The world at one instant, with the look-ups that every rule needs.

Holds no rule of release. A moment must not outlive the next change of its world: it remembers answers.
"""

from datetime import date, datetime
from typing import Any

from .copies import copies
from .dates import has_turned, midnight
from .world import Entry, Patient, Viewer, World


class Moment:
    """A world and an instant; `remembered` keeps answers already worked out at it."""

    def __init__(self, world: World, at: datetime) -> None:
        self.world = world
        self.at = at
        self.remembered: dict[tuple[Any, ...], Any] = {}
        self._heads: dict[str, Entry] = {}
        self._copies: dict[str, list[Entry]] = {}
        for entry in world.entries.values():
            self._copies[entry.id] = copies(world, entry)
            self._heads[entry.id] = self._copies[entry.id][0]

    def reached(self, day: date | None) -> bool:
        """Whether a day has begun in London; an unknown day never has."""
        return day is not None and midnight(day) <= self.at

    def patient(self, entry: Entry) -> Patient:
        """Whose record the entry is in."""
        return self.world.patients[entry.patient]

    def policy(self, org: str) -> dict[str, Any] | None:
        """The practice's policy, or None if none is known."""
        return self.world.policies.get(org)

    def person(self, viewer: Viewer) -> Viewer:
        """The viewer, or for an app the person it acts for."""
        return self.world.viewers[viewer.acts_for] if viewer.acts_for else viewer

    def has_turned(self, patient: Patient, age: int) -> bool:
        """Whether the patient has reached an age; nobody without a birth date has."""
        return patient.born is not None and has_turned(patient.born, age, self.at)

    def has_begun(self, viewer: Viewer) -> bool:
        """Whether the account is open, the proxy granted, the app authorised (ever)."""
        person = self.person(viewer)
        starts = (viewer.start, person.start)
        return all(start is not None and start <= self.at for start in starts)

    def copies(self, entry: Entry) -> list[Entry]:
        """The physical copies of the logical entry, the first arrival first."""
        return self._copies[entry.id]

    def head(self, entry: Entry) -> Entry:
        """The first arrival of the logical entry: it names it."""
        return self._heads[entry.id]

    def record(self, patient: str) -> list[Entry]:
        """The logical entries of a patient in order of arrival."""
        mine = [entry for entry in self.world.entries.values() if entry.patient == patient]
        return [entry for entry in sorted(mine, key=lambda x: x.order) if self.head(entry) is entry]
