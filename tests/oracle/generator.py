"""Seeded random cases in the shape of the worked ones: people, practices, entries, acts, questions.

All content is synthetic and has no clinical meaning. What the cases' README and QUESTIONS leave open
is mostly left alone, so that two readings can be compared: nobody is asked before their access has
begun; codes get no versions or redirects; a hidden entry is not hidden twice; a labelled entry gets no
appended version; a copy gets no version; nothing of a code happens exactly at a midnight. A code and a history
grant come at instants of their own; an appended version waits unfiled only where somebody files.
"""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

from .dates import london_day, midnight
from .generated_acts import ACT_MAKERS
from .generated_entries import EntryMaker
from .world import LEVELS

Json = dict[str, Any]
SECTIONS = ("medications", "allergies", "consultations", "observations", "problems", "results", "documents")
SCOPES = (
    ["patient/Observation.rs?category=laboratory"],
    ["patient/Observation.rs", "offline_access"],
    ["patient/*.rs"],
    ["patient/MedicationRequest.rs", "patient/DocumentReference.rs", "patient/Encounter.rs"],
)
PERIODS = (date(2023, 11, 20), date(2024, 3, 20), date(2024, 10, 20), date(2026, 12, 1))


class Maker:
    """The case so far, the time reached in it, and what is known of it for choosing the next step."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.starts = self.rng.choice(PERIODS)
        self.now = midnight(self.starts) + timedelta(hours=9)
        self.steps: list[Json] = []
        self.practices = self._practices()
        self.patient = self._patient()
        self.others = {"Z": {"born": "1975-01-01", "registrations": [{"org": "A", "from": "2010-01-01"}]}}
        self.begun: set[str] = set()
        self.viewers = self._viewers()
        self.entries: dict[str, Json] = {}
        self.chunks: list[str] = []
        self.state: dict[str, Any] = {}
        self.counter = 0
        self.entry_maker = EntryMaker(self)

    def name(self, prefix: str) -> str:
        """A fresh id."""
        self.counter += 1
        return f"{prefix}{self.counter}"

    def chance(self, share: float) -> bool:
        """True in this share of draws."""
        return self.rng.random() < share

    def stamp(self) -> str:
        """The time reached, as the cases write it."""
        return self.now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def today(self) -> date:
        """The London day reached."""
        return london_day(self.now)

    def advance(self) -> None:
        """Go on: mostly hours or days, at times to a London midnight or the second before it."""
        roll = self.rng.random()
        if roll < 0.15:
            return
        if roll < 0.30:
            day = self.today() + timedelta(days=self.rng.choice((1, 1, 2, 30)))
            self.now = midnight(day) - timedelta(seconds=self.rng.choice((0, 1)))
        else:
            self.now += timedelta(minutes=self.rng.randint(1, self.rng.choice((60, 1440, 8000))))

    def off_midnight(self) -> None:
        """Step past an exact midnight."""
        if self.now == midnight(self.today()):
            self.now += timedelta(seconds=1)

    def step_apart(self) -> None:
        """Step past the instant of what came before."""
        self.now += timedelta(seconds=1)

    def do(self, act: str, **fields: Any) -> Json:
        """Add an act at the time reached."""
        step = {"at": self.stamp(), "do": act, **fields}
        self.steps.append(step)
        return step

    def own_entries(self, **wanted: Any) -> list[str]:
        """The ids of entries that staff may act on here, by facts of their state."""
        return [e for e, facts in self.entries.items() if all(facts.get(k) == v for k, v in wanted.items())]

    def _policy(self) -> Json:
        r = self.rng
        policy: Json = {}
        if self.chance(0.4):
            policy["level"] = r.choice(LEVELS[1:])
        if self.chance(0.3):
            policy["new_level"] = r.choice(LEVELS[1:])
        if self.chance(0.3):
            policy["at_risk_level"] = r.choice(LEVELS[:3])
        if self.chance(0.2):
            policy["back_record_days"] = r.choice((0, 30, 365))
        if self.chance(0.15):
            near = (self.starts + timedelta(days=r.choice((-30, -5, 10, 40)))).isoformat()
            policy["go_live"] = r.choice((near, near, near, None))
        if self.chance(0.2):
            policy["sections"] = {r.choice(SECTIONS): False}
        if self.chance(0.4):
            kinds = ("result", "report", "document", "consultation", "condition", "comment", "medication")
            rules: tuple[Any, ...] = ("by_hand", "never", {"after_days": 3}, {"after_days": 0}, "on_filing")
            kind = r.choice(kinds)
            policy["release"] = {kind: r.choice(rules if kind in ("result", "report", "document") else rules[:4])}
        if self.chance(0.1):
            policy["review_age"] = r.choice((10, 12, 13))
        return policy

    def _practices(self) -> Json:
        practices: Json = {"A": self._policy(), "B": self._policy()}
        if self.chance(0.3):
            practices["N"] = None
        return practices

    def _patient(self) -> Json:
        r = self.rng
        young = date(self.starts.year - r.choice((11, 16)), r.randint(1, 12), r.randint(1, 28))
        born = r.choice((date(1980, 5, 10), date(1948, 2, 29), young, young, date(2016, 2, 29), date(2008, 2, 29)))
        since = max(date(2010, 1, 1), born)
        registrations = [{"org": "A", "from": since.isoformat()}]
        if self.chance(0.15):
            moved = self.starts - timedelta(days=r.choice((1, 20, 200)))
            registrations[0]["to"] = moved.isoformat()
            registrations.append({"org": "B", "from": moved.isoformat()})
        if self.chance(0.05):
            registrations.append({"org": "N", "from": "2023-01-01"})
        shape: Json = {"born": born.isoformat(), "registrations": registrations}
        if self.chance(0.02):
            shape["born"] = None
        return shape

    def _viewers(self) -> Json:
        opened = None if self.chance(0.2) else "2023-01-01"
        viewers: Json = {"pat": {"kind": "self", "account": opened}}
        viewers["zed"] = {"kind": "self", "of": "Z", "account": "2023-01-01"}
        young = (self.patient["born"] or "1980") > "2000"
        for basis in ("parental", "consent", "lpa", "deputy", "best_interests"):
            if self.chance((0.9 if young else 0.1) if basis == "parental" else 0.4):
                viewers[f"by_{basis}"] = self._proxy(basis)
        for name in [n for n in viewers if n != "zed" and self.chance(0.4)]:
            granted = None if self.chance(0.2) else "2023-11-01"
            scopes = self.rng.choice(SCOPES)
            viewers[f"app_{name}"] = {"kind": "app", "for": name, "scopes": scopes, "from": granted}
        for name, shape in viewers.items():
            if shape.get("account") or shape.get("from"):
                self.begun.add(name)
        return viewers

    def _proxy(self, basis: str) -> Json:
        shape: Json = {"kind": "proxy", "basis": basis, "from": None if self.chance(0.2) else "2023-11-01"}
        if self.chance(0.25):
            shape["level"] = self.rng.choice(LEVELS[1:])
        if self.chance(0.25):
            shape["sections"] = sorted(self.rng.sample(SECTIONS, 3))
        if self.chance(0.15):
            shape["expires"] = (self.starts + timedelta(days=self.rng.randint(5, 200))).isoformat()
        if self.chance(0.1):
            shape["listed_org"] = "B"
        return shape

    def ready(self) -> list[str]:
        """The viewers whose access has begun."""
        return sorted(n for n in self.begun if self.viewers[n].get("for", n) in self.begun)

    def ask(self, viewer: str | None = None) -> None:
        """A question by this viewer or by any whose access has begun."""
        viewer = viewer or self.rng.choice(self.ready())
        app = self.viewers[viewer]["kind"] == "app"
        channel = "fhir" if app else self.rng.choice(("web", "web", "app", "export", "pdf"))
        self.steps.append({"at": self.stamp(), "ask": viewer, "channel": channel})


def random_case(seed: int, *, entries: int = 50, acts: int = 60) -> Json:
    """A case of about so many entries and further acts, with questions between; equal seeds, equal cases."""
    return case_of(random.Random(seed), f"GEN-{seed}", entries=entries, acts=acts)


def case_of(rng: random.Random, name: str, *, entries: int, acts: int, asks_everybody: bool = False) -> Json:
    """A case made by these draws. `asks_everybody`: after every step, of whoever's access has begun."""
    maker = Maker(rng)
    names, weights = zip(*((make, weight) for make, weight in ACT_MAKERS), strict=True)
    chances = [True] * entries + [False] * acts
    maker.rng.shuffle(chances)
    for arrives in [True] * 5 + chances[:-5]:
        maker.advance()
        if arrives:
            maker.entry_maker.arrive()
        else:
            maker.rng.choices(names, weights)[0](maker)
        if asks_everybody:
            for viewer in maker.ready():
                maker.ask(viewer)
        elif maker.chance(0.25):
            maker.ask()
    maker.advance()
    for viewer in maker.ready():
        maker.ask(viewer)
    return {
        "id": name,
        "title": "a random case",
        "why": "two readings of one page",
        "practices": maker.practices,
        "patient": maker.patient,
        "others": maker.others,
        "viewers": maker.viewers,
        "steps": maker.steps,
    }


def last_moment(case: Json) -> datetime:
    """The time of the last step of a case."""
    return datetime.fromisoformat(case["steps"][-1]["at"])
