"""Puts one practice's part of a record together, entry by entry, in the way a practice would enter it."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from openrecord_demo.england.codes_used import CODES
from openrecord_demo.england.medicines import DOSES
from openrecord_demo.england.model import Entry, Kind, Person, Practice, Quantity
from openrecord_demo.england.notes_shared import ABNORMAL_FILING, NORMAL_FILING
from openrecord_demo.england.panels import CULTURES, PANELS, SHIFTS, Panel

_OPEN = time(8, 40, tzinfo=UTC)
_TYPING = timedelta(minutes=4)
_LAB = timedelta(days=1, hours=3)


@dataclass(slots=True)
class Record:
    """A record under construction at one practice.

    `window`: the day its patient's window opens there (None: not live). Laboratory samples are kept clear of that day,
    so that sample and report lie on the same side of it.
    """

    number: int
    practice: Practice
    person: Person
    rng: Random
    since: date
    until: date
    window: date | None
    conditions: tuple[str, ...] = ()
    entries: list[Entry] = field(default_factory=list)

    def age(self, day: date) -> int:
        """Whole years on `day` (29 February counts as 1 March in other years)."""
        born = self.person.born
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))

    def moment(self, day: date) -> datetime:
        """A time within the surgery's hours on `day` or, at a weekend, on the Friday before."""
        if day.weekday() > 4 and day - timedelta(days=day.weekday() - 4) >= self.since:
            day -= timedelta(days=day.weekday() - 4)
        return datetime.combine(day, _OPEN) + timedelta(minutes=int(self.rng.random() * 500))

    def add(self, kind: Kind, key: str, clinical: datetime, recorded: datetime | None = None, **details: Any) -> Entry:
        """Append an entry with the term `key`; recorded at once unless said otherwise."""
        entry = Entry(self._next_id(), kind, CODES[key], clinical, recorded or clinical, **details)
        self.entries.append(entry)
        return entry

    def observe(
        self, key: str, clinical: datetime, quantity: Quantity | None = None, heading: str = "exam", **details: Any
    ) -> Entry:
        """An observation made by the practice. Mere words, neither coded nor measured, are a comment."""
        words_only = CODES[key].snomed is None and quantity is None and not details.get("components")
        kind = Kind.COMMENT if words_only else Kind.OBSERVATION
        return self.add(kind, key, clinical, quantity=quantity, heading=heading, **details)

    def say(self, heading: str, text: str, inside: Entry) -> Entry:
        """Free text in a consultation under a heading."""
        recorded = inside.recorded + _TYPING
        return self.add(
            Kind.COMMENT,
            "comment",
            inside.clinical,
            recorded,
            text=text,
            heading=heading,
            inside=inside.id,
            staff=inside.staff,
        )

    def panel(self, key: str, day: date, *, filed: bool = True, staff: int = 0) -> Entry:
        """A laboratory report of the panel `key` on a sample of `day`, filed with a comment unless `filed` is False."""
        taken = self.moment(self._clear_of_window(day))
        issued = taken + _LAB
        report = self.add(Kind.REPORT, "report", taken, issued, heading=key, filed=filed, staff=staff)
        specimen = None
        if filed:
            sample = CULTURES[key][0] if key in CULTURES else PANELS[key].sample
            received = taken + timedelta(hours=4)
            specimen = self.add(Kind.SPECIMEN, "report", taken, received, text=sample, inside=report.id).id
        shared: dict[str, Any] = {"heading": "laboratory", "specimen": specimen, "filed": filed}
        if key in CULTURES:
            abnormal = self._culture(key, taken, issued, report, shared)
        else:
            abnormal = self._measure(PANELS[key], taken, issued, report, shared)
        if filed and (abnormal or self.rng.random() < 0.4):
            words = self.rng.choice(ABNORMAL_FILING if abnormal else NORMAL_FILING)
            self.add(
                Kind.COMMENT,
                "comment",
                taken,
                issued + timedelta(hours=5),
                text=words,
                heading="Filing comment",
                inside=report.id,
                staff=staff,
            )
        return report

    def repeat(self, key: str, start: date, *, months: int, end: date | None = None, nopat: bool = False) -> Entry:
        """A repeat medicine: statement, plan and the issues of the last `months` months."""
        begun = self.moment(start)
        plan = self._medicine(Kind.PLAN, key, begun, None, ended=end, nopat=nopat)
        self._medicine(Kind.MEDICATION, key, begun, plan.unit, ended=end)
        days = DOSES[key].days * 2
        last = end or self.until
        day = max(start, last - timedelta(days=months * 30))
        while day < last:
            self._medicine(Kind.ISSUE, key, self.moment(day), plan.unit)
            day += timedelta(days=days)
        return plan

    def acute(self, key: str, consultation: Entry) -> Entry:
        """A medicine prescribed once in a consultation: statement, plan and issue."""
        at = consultation.recorded + _TYPING
        end = at.date() + timedelta(days=DOSES[key].days)
        plan = self._medicine(Kind.PLAN, key, at, None, ended=end, inside=consultation.id)
        self._medicine(Kind.MEDICATION, key, at, plan.unit, ended=end)
        self._medicine(Kind.ISSUE, key, at, plan.unit)
        return plan

    def _medicine(self, kind: Kind, key: str, at: datetime, unit: str | None, **details: Any) -> Entry:
        own = self._next_id()
        entry = Entry(own, kind, CODES[key], at, at, dose=DOSES[key], unit=unit or own, **details)
        self.entries.append(entry)
        return entry

    def _next_id(self) -> str:
        return f"P{self.number:06d}-{self.practice.ods[-2:]}-{len(self.entries):05d}"

    def _clear_of_window(self, day: date) -> date:
        near = self.window is not None and timedelta(0) < self.window - day <= timedelta(days=6)
        return day - timedelta(days=8) if near and day - timedelta(days=8) >= self.since else day

    def _measure(self, panel: Panel, taken: datetime, issued: datetime, report: Entry, shared: dict[str, Any]) -> bool:
        parent = report
        if panel.group is not None:
            parent = self.add(Kind.RESULT, panel.group, taken, issued, inside=report.id, **shared)
        abnormal = False
        gauss = self.rng.gauss
        for test in panel.tests:
            usual = test.usual + sum(SHIFTS[c].get(test.code, 0) for c in self.conditions if c in SHIFTS)
            value = max(gauss(usual, test.spread), test.usual * 0.2)
            rounded = round(value, test.digits or None)
            quantity = Quantity(rounded, test.unit, test.low, test.high)
            abnormal |= quantity.flag in ("H", "L")
            self.add(Kind.RESULT, test.code, taken, issued, quantity=quantity, inside=parent.id, **shared)
        return abnormal

    def _culture(self, key: str, taken: datetime, issued: datetime, report: Entry, shared: dict[str, Any]) -> bool:
        words = CULTURES[key][1]
        chosen = self.rng.randrange(len(words))
        self.add(Kind.RESULT, key, taken, issued, text=words[chosen], inside=report.id, **shared)
        return chosen == 0
