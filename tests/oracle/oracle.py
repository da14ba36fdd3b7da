"""Replays a case up to an instant and answers who sees what, and every reason why not.

A replay goes on from the instant of the last answer, or starts afresh to answer about an earlier one.
Where the cases leave a choice, `READINGS.md` beside this file says which reading was taken.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from . import codes104, notices
from .acts import apply
from .dates import birthday, earliest_day, instant, london_day, midnight
from .due import due
from .entries import shown
from .moment import Moment
from .viewers import all_codes, reads_full
from .world import World, build


@dataclass(frozen=True)
class Answer:
    """What one viewer gets at one instant: ids in order of arrival, and all reasons for the rest."""

    see: list[str]
    hidden: dict[str, set[str]]
    as_: dict[str, str]
    version: dict[str, int]
    same: list[tuple[str, str]]
    due: set[str]
    notified: list[str]


class Oracle:
    """One case; `act` adds steps in the order they happen, `answer` replays them."""

    def __init__(self, case: dict[str, Any]) -> None:
        self.case = case
        self.steps: list[dict[str, Any]] = []
        self._replay = Replay(case)

    def act(self, step: dict[str, Any]) -> None:
        """Record one `do` step as the JSON has it. ValueError if it happens before an earlier one."""
        if self.steps and instant(step["at"]) < instant(self.steps[-1]["at"]):
            raise ValueError("steps come in time order")
        self.steps.append(step)
        if instant(step["at"]) < self._replay.world.now:
            self._replay = Replay(self.case)

    def answer(self, at: str | datetime, viewer: str, channel: str = "web") -> Answer:
        """What the viewer gets. LookupError while the account, proxy or app has not begun: no code says so."""
        m = Moment(self._world(instant(at)), instant(at))
        asking = m.world.viewers[viewer]
        if not m.has_begun(asking):
            raise LookupError(f"{viewer} has no access of any kind yet")
        patient = m.world.patients[asking.patient]
        codes = {entry.id: all_codes(m, entry, asking, channel) for entry in m.record(patient.id)}
        seen = [entry for entry in m.record(patient.id) if not codes[entry.id]]
        person = m.person(asking)
        return Answer(
            see=[entry.id for entry in seen],
            hidden={name: found for name, found in codes.items() if found},
            as_={e.id: "full" if reads_full(m, e, person) else "coded" for e in seen},
            version={entry.id: shown(entry).v for entry in seen},
            same=[(e.id, copy.id) for e in m.record(patient.id) for copy in m.copies(e)[1:]],
            due=due(m, patient),
            notified=list(m.world.notified.get(viewer, [])),
        )

    def _world(self, at: datetime) -> World:
        if at < self._replay.world.now:
            self._replay = Replay(self.case)
        return self._replay.to(self.steps, at)


class Replay:
    """A world and how many steps it has taken. A day turns before the acts of its first instant."""

    def __init__(self, case: dict[str, Any]) -> None:
        self.world = build(case)
        self.taken = 0

    def to(self, steps: list[dict[str, Any]], until: datetime) -> World:
        """Go on to an instant, taking every step up to it in the order written."""
        for step in steps[self.taken :]:
            at = instant(step["at"])
            if at > until:
                break
            _turn_days(self.world, at)
            apply(self.world, step)
            _settle(self.world, step["do"])
            self.taken += 1
        _turn_days(self.world, until)
        return self.world


def _settle(world: World, cause: str) -> None:
    codes104.settle(Moment(world, world.now))
    notices.settle(Moment(world, world.now), cause)


def _turn_days(world: World, until: datetime) -> None:
    turns = sorted(midnight(day) for day in _days_that_matter(world))
    for turn in turns:
        if world.now < turn <= until:
            world.now = turn
            _settle(world, "midnight")
    world.now = max(world.now, until)


def _days_that_matter(world: World) -> set[date]:
    """The days on which something can change without an act."""
    days: set[date | None] = set()
    waits: set[int] = set()
    for policy in world.policies.values():
        if policy and policy["go_live"]:
            days.add(earliest_day(policy["go_live"]))
        rules = policy["release"].values() if policy else ()
        waits |= {rule["after_days"] for rule in rules if isinstance(rule, dict)}
    for patient in world.patients.values():
        days |= {birthday(patient.born, 16)} if patient.born else set()
        days |= {spell.start for spell in patient.spells} | {spell.end for spell in patient.spells}
    for viewer in world.viewers.values():
        days |= {viewer.expires} | ({london_day(viewer.start)} if viewer.start else set())
    for entry in world.entries.values():
        days |= {london_day(codes104.effective(entry))} if entry.kind == "code" else set()
        days |= {entry.hold.until} if entry.hold else set()
        if entry.recorded:
            days |= {london_day(entry.recorded) + timedelta(days=wait) for wait in waits}
    return {day for day in days if day is not None}
