"""What is known at a moment of a replay: practices, people, entries and the decisions on them.

Plain mutable records, built from a case and changed only by `acts`. No rule lives here.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from .dates import BEGINNING, earliest_day, midnight, optional_day, optional_instant

LEVELS = ("none", "summary", "detailed", "documents", "full")

# kind -> (FHIR type, section, level, needs filing): the table of the cases' README
KINDS: dict[str, tuple[str | None, str | None, str, bool]] = {
    "medication": ("MedicationStatement", "medications", "summary", False),
    "plan": ("MedicationRequest", "medications", "summary", False),
    "issue": ("MedicationRequest", "medications", "summary", False),
    "allergy": ("AllergyIntolerance", "allergies", "summary", False),
    "consultation": ("Encounter", "consultations", "detailed", False),
    "observation": ("Observation", "observations", "detailed", False),
    "condition": ("Condition", "problems", "detailed", False),
    "immunisation": ("Immunization", "immunisations", "detailed", False),
    "referral": ("ServiceRequest", "referrals", "detailed", False),
    "result": ("Observation", "results", "detailed", True),
    "report": ("DiagnosticReport", "results", "detailed", True),
    "document": ("DocumentReference", "documents", "documents", True),
    "comment": ("Observation", "consultations", "full", False),
    "code": (None, None, "summary", False),
    "diary": (None, None, "summary", False),
    "task": (None, None, "summary", False),
}
UNKNOWN_KIND: tuple[str | None, str | None, str, bool] = (None, None, "summary", False)
CONTAINER_KINDS = ("consultation", "report", "document")

DEFAULT_POLICY: dict[str, Any] = {
    "go_live": "2023-11-01",
    "system_on": True,
    "level": "full",
    "new_level": "full",
    "at_risk_level": "none",
    "back_record_days": 90,
    "review_age": 11,
    "sections": {},
    "release": {"result": "on_filing", "report": "on_filing", "document": "on_filing"},
}


@dataclass
class Spell:
    """One registration: from midnight of `start` to midnight of `end`."""

    org: str
    start: date
    end: date | None
    known: datetime = BEGINNING

    @property
    def began(self) -> datetime:
        """When the registration took effect for us: its date, or when we heard of it if later."""
        return max(midnight(self.start), self.known)


@dataclass
class Chunk:
    """A piece of history that a reviewer opened."""

    id: str
    org: str
    first: date | None
    last: date | None
    sections: list[str] | None
    level: str
    people: list[str]
    granted: datetime
    order: int


@dataclass
class Kept:
    """A part of a record that is kept from proxies: one entry, or sections and days. `rule`: "all" or ids."""

    id: str
    rule: Any
    entry: str | None
    sections: list[str] | None
    first: date | None
    last: date | None


@dataclass
class Patient:
    """A person with a record, and what was decided about the person rather than an entry."""

    id: str
    born: date | None
    spells: list[Spell]
    address_flagged: bool
    dead: bool = False
    paused: bool = False
    lowered: str | None = None
    competence: str | None = None
    competent_since: datetime | None = None
    given: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    reversals: list[datetime] = field(default_factory=list)
    windows: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    chunks: list[Chunk] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    codes_read: set[str] = field(default_factory=set)


@dataclass
class Viewer:
    """The patient, a proxy or an app acting for one of them."""

    id: str
    kind: str
    patient: str
    start: datetime | None
    basis: str | None = None
    level: str = "full"
    sections: list[str] | None = None
    expires: date | None = None
    listed_org: str = "A"
    acts_for: str | None = None
    scopes: list[str] = field(default_factory=list)
    revoked: bool = False
    grants: int = 0
    terms: tuple[str, list[str] | None] = ("full", None)
    reviews: list[tuple[int, str, datetime]] = field(default_factory=list)


@dataclass
class Version:
    """One version of an entry, in the order of its source."""

    v: int
    status: Any
    filed: Any
    label: Any
    text: bool
    source: str | None


@dataclass
class Hold:
    """A hold until a day, or until the patient was contacted (`until` is None)."""

    until: date | None
    contacted: bool = False


@dataclass(eq=False)
class Entry:
    """One entry as it arrived, and the decisions taken on it."""

    id: str
    patient: str
    order: int
    kind: str | None
    org: str
    recorded: datetime | None
    clinical: date | None
    mark: str | None
    raw: dict[str, Any]
    versions: list[Version]
    mapper: Any
    proxy_rule: Any
    hides: set[str] = field(default_factory=set)
    hold: Hold | None = None
    released: bool = False
    wrong_person: str | None = None  # "redirect" or "collision"

    @property
    def facts(self) -> tuple[str | None, str | None, str, bool]:
        """FHIR type, section, level and whether it needs filing."""
        return KINDS.get(self.kind or "", UNKNOWN_KIND)

    @property
    def section(self) -> str | None:
        """The section it is shown in; None for kinds that never appear."""
        return self.facts[1]

    @property
    def level(self) -> str:
        """The lowest level at which it shows."""
        return self.facts[2]

    @property
    def needs_filing(self) -> bool:
        """Whether somebody must file or review it first."""
        return self.facts[3]


@dataclass
class Grant:
    """How code 104 stands for one person at one organisation: open, blocked or removed.

    `asks`: what staff are asked about it.
    """

    opening: tuple[Any, ...]
    since: datetime
    holds: bool
    state: str
    asks: str | None = None


@dataclass
class World:
    """Everything known; `sequence` numbers acts and arrivals in the order they happened."""

    policies: dict[str, dict[str, Any] | None]
    patients: dict[str, Patient]
    viewers: dict[str, Viewer]
    entries: dict[str, Entry] = field(default_factory=dict)
    grants: dict[tuple[str, str], Grant] = field(default_factory=dict)
    closures: set[tuple[str, str | None]] = field(default_factory=set)
    placed: set[str] = field(default_factory=set)
    notified: dict[str, list[str]] = field(default_factory=dict)
    sequence: int = 0
    now: datetime = BEGINNING


def merged_policy(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """A policy with some fields changed; `sections` and `release` are changed item by item."""
    merged = {**base, **changes}
    for part in ("sections", "release"):
        merged[part] = {**base[part], **changes.get(part, {})}
    return merged


def build(case: dict[str, Any]) -> World:
    """The world of a case before its first step."""
    practices = case.get("practices", {"A": {}})
    people = {"P": case.get("patient", {}), **case.get("others", {})}
    viewers = {"pat": {"kind": "self", "account": "2023-01-01"}, **case.get("viewers", {})}
    world = World(
        policies={org: None if p is None else merged_policy(DEFAULT_POLICY, p) for org, p in practices.items()},
        patients={name: _patient(name, shape) for name, shape in people.items()},
        viewers={name: _viewer(name, shape) for name, shape in viewers.items()},
    )
    for viewer in world.viewers.values():
        viewer.terms = (viewer.level, viewer.sections)
        if viewer.acts_for:
            viewer.patient = world.viewers[viewer.acts_for].patient
    return world


def _patient(name: str, shape: dict[str, Any]) -> Patient:
    registrations = shape.get("registrations", [{"org": "A", "from": "2010-01-01"}])
    spells = [Spell(r["org"], earliest_day(r["from"]), optional_day(r.get("to"))) for r in registrations]
    born = optional_day(shape.get("born", "1980-05-10"))
    return Patient(name, born, spells, bool(shape.get("address_flagged", False)))


def _viewer(name: str, shape: dict[str, Any]) -> Viewer:
    kind = shape["kind"]
    begins = shape.get("account", "2023-01-01") if kind == "self" else shape.get("from", "2023-11-01")
    sections = shape.get("sections", "all")
    return Viewer(
        id=name,
        kind=kind,
        patient=shape.get("of", "P"),
        start=optional_instant(begins),
        basis=shape.get("basis"),
        level=shape.get("level", "full"),
        sections=None if sections == "all" else list(sections),
        expires=optional_day(shape.get("expires")),
        listed_org=shape.get("listed_org") or "A",
        acts_for=shape.get("for"),
        scopes=list(shape.get("scopes", [])),
    )
