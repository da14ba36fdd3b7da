"""Who lives in the synthetic England: the people with a story first, then as many others as wanted, one at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from openrecord.kit.london import birthday
from openrecord_demo.england.cast import STORIES
from openrecord_demo.england.history import live
from openrecord_demo.england.model import Entry, Format, GeneratedPatient, Kind, Practice, PracticeRecord, Registration
from openrecord_demo.england.names import NhsNumbers, invent
from openrecord_demo.england.practices import PRACTICES, ROTATION
from openrecord_demo.england.record import Record
from openrecord_demo.england.stories import Scene, Story
from openrecord_demo.england.tellers import nothing
from openrecord_demo.england.truth import expected, review_applies, situation, window
from openrecord_demo.england.vaccinations import vaccinate

EARLIEST = date(2025, 1, 1)
_AGES = (3, 12, 18, 30, 45, 60, 75, 97)
_RISKS: tuple[tuple[str, int, float], ...] = (
    ("hypertension", 45, 0.3),
    ("diabetes", 40, 0.13),
    ("asthma", 6, 0.09),
    ("depression", 20, 0.1),
    ("hypothyroidism", 35, 0.06),
    ("copd", 50, 0.06),
    ("ihd", 55, 0.1),
    ("atrial_fibrillation", 65, 0.12),
    ("heart_failure", 70, 0.07),
    ("ckd", 65, 0.14),
    ("knee_oa", 55, 0.2),
    ("osteoporosis", 65, 0.12),
    ("rheumatoid", 35, 0.02),
    ("epilepsy", 16, 0.015),
    ("dementia", 78, 0.15),
)
"""Condition, youngest age, share of people from that age on."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is decided about a person before their life is written."""

    number: int
    story: Story | None
    practice: Practice
    born: date
    registrations: tuple[Registration, ...]
    conditions: tuple[str, ...]
    visits: float
    died: date | None
    account: date | None


def generate(*, seed: int, patients: int = 300, as_of: date, entries: int | None = None) -> Iterator[GeneratedPatient]:
    """People one by one, the same for the same arguments; nothing of earlier ones is kept.

    `as_of` is the day of the demo, not before 2025 (ValueError): birthdays and recent events are relative to it.
    `entries`: go on until that many record entries are reached, whatever `patients` says.
    """
    if as_of < EARLIEST:
        raise ValueError("the demo's practices go live in 2023 and 2024: as_of must be 2025-01-01 or later")
    numbers = NhsNumbers(Random(f"{seed}/numbers").randrange(1_000_000))
    made, written = 0, 0
    while written < entries if entries is not None else made < patients:
        patient = _person(made, numbers, Random(f"{seed}/{made}"), as_of)
        made, written = made + 1, written + patient.entries
        yield patient


def _person(number: int, numbers: NhsNumbers, rng: Random, as_of: date) -> GeneratedPatient:
    plan = _planned(number, STORIES[number], as_of) if number < len(STORIES) else _drawn(number, rng, as_of)
    story = plan.story
    name, sex = (story.name, story.sex) if story else (None, None)
    person = invent(rng, nhs_number=numbers.take(), born=plan.born, practice=plan.practice, name=name, sex=sex)
    records = [
        Record(
            number=number,
            practice=PRACTICES[stay.ods],
            person=person,
            rng=rng,
            since=stay.start,
            until=min(day for day in (stay.end, plan.died, as_of) if day is not None),
            window=window(PRACTICES[stay.ods], plan.registrations),
            conditions=plan.conditions,
        )
        for stay in plan.registrations
    ]
    for record in records:
        live(record, months_of_issues=30 if plan.visits > 2 else 14, visits=plan.visits)
        vaccinate(record)
    scene = Scene(records[-1], as_of, numbers, plan.account)
    (story.tell if story else nothing)(scene)
    _ordinary_acts(scene, plan, number)
    return _finished(plan, scene, records, number)


def _planned(number: int, story: Story, as_of: date) -> Plan:
    born = story.born(as_of)
    years = timedelta(days=round(story.years * 365.25))
    start = as_of - years if story.years else born + timedelta(days=9)
    died = as_of - timedelta(days=story.died_ago) if story.died_ago else None
    stays: tuple[Registration, ...] = (Registration(story.ods, start),)
    if story.moved_from is not None:
        stays = (Registration(story.moved_from, start - timedelta(days=2900), start), *stays)
    practice = PRACTICES[story.ods]
    account = _account_day(stays, practice, born, date(2024, 9, 2), as_of)
    return Plan(number, story, practice, born, stays, story.conditions, story.visits, died, account)


def _drawn(number: int, rng: Random, as_of: date) -> Plan:
    band = rng.choices(range(7), (7, 8, 15, 18, 20, 19, 13))[0]
    age_days = (
        int((_AGES[band] + rng.random() * (_AGES[band + 1] - _AGES[band])) * 365.25)
        if band
        else 30 + int(rng.random() * 2000)
    )
    born = as_of - timedelta(days=age_days)
    practice = PRACTICES[ROTATION[number % len(ROTATION)]]
    start = max(born + timedelta(days=9), as_of - timedelta(days=int((0.4 + rng.random() * 15) * 365)))
    stays: tuple[Registration, ...] = (Registration(practice.ods, start),)
    if rng.random() < 0.02 and start < date(2024, 1, 1):
        moved = as_of - timedelta(days=60 + int(rng.random() * 200))
        other = PRACTICES[ROTATION[(number + 1) % len(ROTATION)]]
        if other.ods != practice.ods:
            stays, practice = (Registration(practice.ods, start, moved), Registration(other.ods, moved)), other
    age = age_days // 365
    conditions = tuple(key for key, from_age, share in _RISKS if age >= from_age and rng.random() < share)
    died = as_of - timedelta(days=20 + int(rng.random() * 300)) if age > 60 and rng.random() < 0.03 else None
    if died is not None and died <= stays[-1].start:
        died = None
    account = None
    if rng.random() < 0.72:
        wanted = date(2023, 6, 1) + timedelta(days=int(rng.random() * 540))
        account = _account_day(stays, practice, born, wanted, as_of)
    return Plan(number, None, practice, born, stays, conditions, 0.8 + rng.random() * 0.5, died, account)


def _account_day(
    stays: tuple[Registration, ...], practice: Practice, born: date, wanted: date, as_of: date
) -> date | None:
    if birthday(born, 16) > as_of:
        return None
    day = max(wanted, stays[0].start + timedelta(days=10), birthday(born, 16))
    return min(day, as_of) if practice.go_live is None or day >= practice.go_live else practice.go_live


def _ordinary_acts(scene: Scene, plan: Plan, number: int) -> None:
    """What happens at any practice: a few unfiled results, refusals, codes, and results released by hand."""
    record, rng = scene.record, scene.record.rng
    if plan.story is None and plan.died is None:
        if number % 17 == 5 and _format(number, record.practice, story=None) is not Format.STU3:
            record.panel("crp", scene.ago(2), filed=False)
        if number % 61 == 7 and record.age(scene.as_of) >= 16:
            record.add(Kind.CODE, "access_declined", record.moment(scene.ago(90)))
            scene.closed.append("declined")
        if number % 67 == 9:
            record.add(Kind.CODE, "access_review", record.moment(record.since + timedelta(days=5)))
    if record.practice.release and plan.died is None:
        limit = scene.ago(14 + int(rng.random() * 14))
        reports = {e.id for e in record.entries if e.kind is Kind.REPORT and e.filed and e.recorded.date() < limit}
        released = [e.id for e in _members(record, reports) if record.window and e.recorded.date() >= record.window]
        if released:
            scene.act("release", scene.ago(10), entries=released, by=record.practice.staff[0])


def _members(record: Record, reports: set[str]) -> Iterator[Entry]:
    inside = set(reports)
    for entry in record.entries:
        if entry.inside in inside:
            inside.add(entry.id)
        if entry.id in inside and entry.kind in (Kind.REPORT, Kind.RESULT, Kind.SPECIMEN):
            yield entry


def _finished(plan: Plan, scene: Scene, records: list[Record], number: int) -> GeneratedPatient:
    closed = list(scene.closed)
    if plan.died is not None:
        closed.append("deceased")
    if birthday(plan.born, 16) > scene.as_of and scene.level is None:
        closed.append("under_16")
    record = records[-1]
    if record.window is not None:
        opened = max(scene.account or scene.as_of, record.window)
        if review_applies(record.entries, opened):
            closed.append("enhanced_review")
    facts = situation(plan.registrations, scene.acts, tuple(closed), scene.level)
    parts: list[PracticeRecord] = []
    truth: dict[str, tuple[str, ...]] = {}
    for one in records:
        corrections = tuple(scene.corrections) if one is record else ()
        form = _format(number, one.practice, plan.story)
        parts.append(PracticeRecord(one.practice.ods, form, tuple(one.entries), corrections))
        truth.update(expected(parts[-1].entries, one.practice, facts, scene.as_of))
    story = plan.story
    return GeneratedPatient(
        number=number,
        person=record.person,
        registrations=plan.registrations,
        records=tuple(parts),
        expected=truth,
        account=scene.account,
        died=plan.died,
        address_flagged=scene.address_flagged,
        persona=story.key if story else None,
        story=story.text if story else None,
        acts=tuple(scene.acts),
        proxies=tuple(scene.proxies),
    )


def _format(number: int, practice: Practice, story: Story | None) -> Format:
    """How a practice sends a record: the first mostly, the third always as R4 bundles."""
    if practice.ods == "Z99102":
        return Format.NDJSON
    if practice.ods == "Z99104" or (practice.ods == "Z99101" and story is None and number % 4 == 0):
        return Format.STU3
    return Format.R4
