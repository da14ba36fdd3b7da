"""A life at a practice: registration, long-term conditions, illnesses, vaccinations, letters and the diary."""

from datetime import date, timedelta

from openrecord_demo.england.codes_used import CODES
from openrecord_demo.england.medicines import LONG_TERM
from openrecord_demo.england.model import Entry, Kind, Quantity
from openrecord_demo.england.notes_children import CHILDREN
from openrecord_demo.england.notes_general import GENERAL
from openrecord_demo.england.notes_infections import INFECTIONS
from openrecord_demo.england.notes_longterm import REVIEWS
from openrecord_demo.england.notes_shared import (
    ADMIN_NOTES,
    LETTER_LINES,
    REFERRAL_LINES,
    SAFETY_NETS,
    TWO_WEEK_LINES,
)
from openrecord_demo.england.presentations import Presentation
from openrecord_demo.england.record import Record
from openrecord_demo.england.slots import draw, sign

YEAR = timedelta(days=365)
_COMMON: tuple[Presentation, ...] = (*INFECTIONS, *GENERAL, *CHILDREN)
_FEBRILE = frozenset({"fever", "tonsillitis", "lrti", "otitis_media", "suspected_covid"})
_VISITS = ((5, 3.2), (16, 1.4), (40, 1.6), (65, 2.0), (75, 2.8), (200, 3.6))
_SIGNIFICANT = frozenset({"anxiety", "depression", "migraine", "gord", "eczema", "menopause", "gout", "hay_fever"})
_CHOICES: dict[tuple[int, str], tuple[tuple[Presentation, ...], tuple[int, ...]]] = {}


def weight_at(record: Record, day: date) -> float:
    """A plausible body weight in kg by age and sex."""
    age = record.age(day)
    if age < 16:
        return 3.6 + age * 3.3 + record.rng.random() * 3
    return (83.0 if record.person.sex == "male" else 70.0) + record.rng.gauss(0, 9)


def consult(
    record: Record, day: date, reason: Presentation, *, staff: int, problem: str | None = None, draft: bool = False
) -> Entry:
    """One consultation about `reason`: the problem, what was said, found and planned, and what was arranged."""
    rng = record.rng
    at = record.moment(day)
    slots = draw(rng, febrile=reason.problem in _FEBRILE, hypertensive="hypertension" in record.conditions)
    visit = record.add(
        Kind.CONSULTATION,
        reason.problem,
        at,
        heading="Telephone consultation" if rng.random() < 0.3 else "GP Surgery",
        staff=staff,
        problem=problem,
        draft=draft,
    )
    record.observe(reason.problem, at, heading="Problem", inside=visit.id, staff=staff)
    record.say("History", rng.choice(reason.history).format_map(slots), visit)
    record.say("Examination", rng.choice(reason.examination).format_map(slots), visit)
    for key in reason.signs:
        quantity, parts = sign(key, slots, weight_at(record, day) if key == "weight" else 0.0)
        components = tuple((CODES[name], value) for name, value in parts)
        record.observe(key, at, quantity, "vital-signs", components=components, inside=visit.id, staff=staff)
    plan = rng.choice(reason.plan).format_map(slots)
    record.say("Plan", f"{plan} {rng.choice(SAFETY_NETS)}", visit)
    return visit


def arrange(record: Record, visit: Entry, reason: Presentation) -> None:
    """What follows a visit: a short course, blood tests, a referral."""
    rng = record.rng
    if reason.medicines and rng.random() < 0.6:
        record.acute(rng.choice(reason.medicines), visit)
    if reason.referral is not None and rng.random() < 0.18:
        refer(record, visit, reason.referral)
    day = visit.clinical.date() + timedelta(days=3)
    if reason.tests and day < record.until - timedelta(days=4) and rng.random() < 0.6:
        for key in reason.tests:
            record.panel(key, day, staff=visit.staff)


def refer(record: Record, visit: Entry, key: str) -> Entry:
    """A referral made in a visit."""
    urgent = key.startswith("two_week")
    words = record.rng.choice(TWO_WEEK_LINES if urgent else REFERRAL_LINES)
    return record.add(Kind.REFERRAL, key, visit.clinical, text=words, inside=visit.id, staff=visit.staff, urgent=urgent)


def live(record: Record, *, months_of_issues: int = 14, visits: float = 1.0) -> None:
    """Everything ordinary from registration to the end of the record. `visits` scales how often the person comes."""
    _register(record)
    for key in record.conditions:
        _long_term(record, key, months_of_issues)
    _ordinary_visits(record, visits)
    _letters(record, visits)
    _diary(record)


def _register(record: Record) -> None:
    day = record.since
    age = record.age(day)
    if age < 2:
        visit = record.add(
            Kind.CONSULTATION, "baby_check", record.moment(day + timedelta(days=12)), heading="GP Surgery"
        )
        record.observe(
            "weight", visit.clinical, Quantity(round(4 + record.rng.random(), 2), "kg"), "vital-signs", inside=visit.id
        )
        record.say(
            "Examination", "Baby check: hips, heart, eyes, testes/genitalia NAD. Feeding well. Red book done.", visit
        )
        return
    visit = record.add(
        Kind.CONSULTATION, "new_patient", record.moment(day + timedelta(days=4)), heading="New patient check", staff=2
    )
    rng = record.rng
    weight = weight_at(record, day)
    height = 1.0 + age * 0.05 if age < 14 else (1.77 if record.person.sex == "male" else 1.63) + rng.gauss(0, 0.06)
    record.observe("weight", visit.clinical, Quantity(round(weight, 1), "kg"), "vital-signs", inside=visit.id, staff=2)
    record.observe(
        "height", visit.clinical, Quantity(round(height * 100), "cm"), "vital-signs", inside=visit.id, staff=2
    )
    if age >= 16:
        bmi = Quantity(round(weight / height**2, 1), "kg/m2")
        record.observe("bmi", visit.clinical, bmi, "vital-signs", inside=visit.id, staff=2)
        smoking = rng.choices(("never_smoked", "ex_smoker", "smoker"), (58, 28, 14))[0]
        record.observe(smoking, visit.clinical, None, "social-history", inside=visit.id, staff=2)
        units = Quantity(float(rng.choice((0, 0, 2, 6, 10, 14, 22))), "U/week")
        record.observe("alcohol_units", visit.clinical, units, "social-history", inside=visit.id, staff=2)
    record.say("History", "New pt check. PMH, allergies and repeat meds reviewed with patient. Consent to text.", visit)
    if rng.random() < 0.22:
        keys = (
            "allergy_penicillin",
            "allergy_peanut",
            "allergy_latex",
            "allergy_aspirin",
            "allergy_erythromycin",
            "reaction_trimethoprim",
            "reaction_simvastatin",
            "allergy_egg",
        )
        record.add(Kind.ALLERGY, rng.choice(keys), visit.clinical, inside=visit.id, staff=2)


def _long_term(record: Record, key: str, months: int) -> None:
    rng = record.rng
    lead = max((record.until - record.since).days - 120, 1)
    onset = record.since + timedelta(days=20 + int(rng.random() * min(lead, 900)))
    if onset >= record.until or record.age(onset) < 4:
        return
    reason = REVIEWS[key]
    staff = rng.randrange(2)
    first = consult(record, onset, reason, staff=staff)
    observed = problem_of(record, first)
    header = record.add(Kind.CONDITION, key, first.clinical, inside=first.id, staff=staff, problem=observed)
    for position, medicine in enumerate(LONG_TERM[key]):
        if position == 0 or rng.random() < 0.6:
            record.repeat(medicine, onset + timedelta(days=1 + position), months=months)
    day = onset + YEAR
    while day < record.until - timedelta(days=10):
        visit = consult(record, day, reason, staff=2 if rng.random() < 0.5 else staff, problem=header.id)
        for test in reason.tests:
            record.panel(test, day - timedelta(days=9), staff=staff)
        if rng.random() < 0.4:
            record.observe("medication_review", visit.clinical, None, "exam", inside=visit.id)
        day += YEAR + timedelta(days=int((rng.random() - 0.5) * 60))


def problem_of(record: Record, visit: Entry) -> str:
    """The observation under the heading "Problem" of a visit."""
    return next(e.id for e in reversed(record.entries) if e.inside == visit.id and e.heading == "Problem")


def _ordinary_visits(record: Record, scale: float) -> None:
    rng = record.rng
    day = record.since + timedelta(days=14)
    while True:
        rate = next(rate for limit, rate in _VISITS if record.age(day) < limit) * scale
        day += timedelta(days=3 + int(rng.expovariate(rate) * 365))
        if day >= record.until - timedelta(days=1):
            return
        reasons, weights = _reasons(record.age(day), record.person.sex)
        reason = rng.choices(reasons, weights)[0]
        staff = rng.randrange(len(record.practice.staff))
        visit = consult(record, day, reason, staff=staff)
        if reason.problem in _SIGNIFICANT and rng.random() < 0.2:
            observed = problem_of(record, visit)
            record.add(Kind.CONDITION, reason.problem, visit.clinical, inside=visit.id, staff=staff, problem=observed)
        arrange(record, visit, reason)


def _reasons(age: int, sex: str) -> tuple[tuple[Presentation, ...], tuple[int, ...]]:
    known = _CHOICES.get((age, sex))
    if known is None:
        fitting = tuple(p for p in _COMMON if p.ages[0] <= age <= p.ages[1] and p.sex in ("", sex))
        known = _CHOICES[age, sex] = (fitting, tuple(p.weight for p in fitting))
    return known


def letter(record: Record, day: date, key: str, words: str, *, filed: bool = True) -> Entry:
    """A letter dated `day`, scanned and read some days later."""
    written = record.moment(day)
    indexed = min(
        written + timedelta(days=3 + int(record.rng.random() * 6)), record.moment(record.until - timedelta(days=1))
    )
    return record.add(Kind.DOCUMENT, key, written, max(indexed, written), text=words, filed=filed)


def _letters(record: Record, scale: float) -> None:
    rng = record.rng
    kinds = tuple(LETTER_LINES)
    day = record.since + timedelta(days=60)
    rate = 0.35 + 0.3 * len(record.conditions)
    while True:
        day += timedelta(days=5 + int(rng.expovariate(rate * scale) * 365))
        if day >= record.until - timedelta(days=14):
            return
        if rng.random() < 0.3:
            visit = record.add(
                Kind.CONSULTATION, "medication_review", record.moment(day), heading="Administration note"
            )
            record.observe("medication_review", visit.clinical, None, "exam", inside=visit.id)
            record.say("Comment", rng.choice(ADMIN_NOTES), visit)
            continue
        key = rng.choice(kinds)
        if key == "letter_eyes" and "diabetes" not in record.conditions:
            key = "letter_outpatient"
        letter(record, day, key, rng.choice(LETTER_LINES[key]))


def _diary(record: Record) -> None:
    rng = record.rng
    written = record.moment(record.until - timedelta(days=40 + int(rng.random() * 100)))
    if written.date() <= record.since:
        return
    age = record.age(record.until)
    for key, wanted in (("over_75_check", age >= 75), ("review_due", bool(record.conditions)), ("flu_due", age >= 65)):
        if wanted:
            due = record.until + timedelta(days=20 + int(rng.random() * 200))
            record.add(Kind.DIARY, key, record.moment(due), written, text="Recall letter by text message.")
