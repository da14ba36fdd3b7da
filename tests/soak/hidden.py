"""Random pairs of worlds that differ in one hidden entry: what happens to everything else, and what happens to it.

The hidden one is never bound to others by a group's rules (no common medicine, no free text beside it, no copy), for
those rightly change what its siblings show.
"""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

Json = dict[str, Any]
HIDDEN, PART = "X", "Y"
SIBLINGS: tuple[Json, ...] = (
    {"id": "c1", "kind": "consultation", "own": "none"},
    {"id": "o1", "kind": "observation", "in": "c1"},
    {"id": "p1", "kind": "condition", "in": "c1", "links": [HIDDEN]},
    {"id": "r1", "kind": "report"},
    {"id": "t1", "kind": "result", "in": "r1", "links": [HIDDEN, "p1"]},
    {"id": "t2", "kind": "result", "in": "r1"},
    {"id": "m1", "kind": "medication", "unit": "u1", "text": True},
    {"id": "m2", "kind": "issue", "unit": "u1"},
    {"id": "a1", "kind": "allergy", "text": True},
    {"id": "i1", "kind": "immunisation"},
    {"id": "d1", "kind": "document", "text": True, "proxy_rule": "all"},
    {"id": "f1", "kind": "referral", "links": ["p1"]},
    {"id": "h1", "kind": "observation", "recorded": "2020-05-01T10:00:00Z", "clinical": "2020-05-01"},
    {"id": "c2", "kind": "consultation", "own": "coded"},
    {"id": "k1", "kind": "comment", "in": "c2", "text": True},
    {"id": "v1", "kind": "observation", "category": "vital-signs"},
)
VIEWERS: Json = {
    "pat": {"kind": "self", "account": "2023-01-01"},
    "carer": {"kind": "proxy", "basis": "consent", "from": "2023-12-01"},
    "narrow": {"kind": "proxy", "basis": "lpa", "from": "2023-12-01", "level": "detailed"},
    "lab": {
        "kind": "app",
        "for": "pat",
        "scopes": ["patient/Observation.rs", "patient/Patient.rs"],
        "from": "2023-12-01",
    },
}
KINDS = (
    "observation", "result", "report", "condition", "consultation", "medication", "allergy", "document", "immunisation",
    "referral", "diary", "task", "code", "wearable-trace",
)  # fmt: skip
CONTAINERS: Json = {"result": "r1", "observation": "c1", "condition": "c1"}
BEGINNING = datetime(2024, 3, 4, 9, tzinfo=UTC)


def random_pair(seed: int) -> tuple[Json, list[Json]]:
    """(case, steps); steps of the hidden entry carry "hidden": True, questions are {"at", "ask": [viewer, viewer]}."""
    rng = random.Random(f"hidden/{seed}")
    case = {"practices": {"A": {}, "B": {}}, "viewers": VIEWERS}
    siblings = [{"do": "arrive", **shape} for shape in SIBLINGS]
    early = rng.randint(3, len(siblings))
    steps = siblings[:early]
    story = _story(rng, plain=seed % 4 == 0)
    later = siblings[early:] + _later(rng)
    for act in story:
        steps.append(act)
        steps += [later.pop(0) for _ in range(min(len(later), rng.randint(0, 3)))]
        steps.append({"ask": [rng.choice(("pat", "pat", "carer", "narrow", "lab"))]})
    steps += [*later, {"ask": ["pat", "carer"]}]
    for number, step in enumerate(steps):
        step["at"] = (BEGINNING + timedelta(hours=5 * number)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return case, steps


def _later(rng: random.Random) -> list[Json]:
    """What happens to the siblings meanwhile."""
    found: list[Json] = [
        {"do": "version", "entry": "a1", "v": 2, "status": "amended"},
        {"do": "hide", "entry": "i1", "reason": "other", "by": "drK"},
        {"do": "unhide", "entry": "i1"},
        {"do": "set_policy", "org": "A", "release": {"document": "by_hand"}},
        {"do": "grant_history", "chunk": "k", "org": "A"},
        {"do": "lower", "level": "detailed"},
        {"do": "raise"},
    ]
    kept = [step for step in found if rng.random() < 0.5]
    names = {step["do"] for step in kept}
    return [s for s in kept if s["do"] != "raise" or "lower" in names]


def _story(rng: random.Random, *, plain: bool) -> list[Json]:
    """The hidden entry's life: mostly out of sight, at times in it (a plain one at least at first)."""
    kind = "observation" if plain else rng.choice(KINDS)
    shape: Json = {"do": "arrive", "id": HIDDEN, "kind": kind, "hidden": True}
    if kind == "code":
        shape["code"] = "106"
    if kind in CONTAINERS and rng.random() < 0.5:
        shape["in"] = CONTAINERS[kind]
    if rng.random() < 0.5 and "in" not in shape:
        shape["text"] = True
    if rng.random() < 0.4:
        shape["links"] = ["p1", "c1"]
    shape |= {} if plain else rng.choice(
        (
            {}, {}, {"label": "NOPAT"}, {"status": "draft"}, {"filed": False}, {"mapper": "unsafe"}, {"org": "B"},
            {"recorded": None}, {"recorded": "2019-02-03T10:00:00Z", "clinical": "2019-02-03"}, {"proxy_rule": "all"},
        )
    )  # fmt: skip
    acts = [shape]
    if kind in {"consultation", "report", "document"} and shape.get("org", "A") == "A":
        acts.append({"do": "arrive", "id": PART, "kind": "observation", "in": HIDDEN, "hidden": True})
    return acts + _acts(rng, labelled="label" in shape)


def _acts(rng: random.Random, *, labelled: bool) -> list[Json]:
    acts: list[Json] = []
    version = 1
    for _ in range(rng.randint(2, 5)):
        version += 1
        versions = [{"status": "amended"}, {"status": "entered-in-error"}, {"status": "corrected", "filed": True}]
        choices: list[Json] = [
            {"do": "hide", "reason": "serious_harm", "by": "drK"},
            {"do": "hide", "reason": "third_party", "by": "drK"},
            {"do": "unhide"},
            {"do": "hold", "until": "contact"},
            {"do": "hold", "until": "2030-01-01"},
            {"do": "release"},
            {"do": "set_proxy_rule", "rule": rng.choice(("all", "none", ["carer"]))},
            {"do": "file"},
            *({"do": "version", "v": version, **change} for change in versions),
            {"do": "version", "v": version, "status": "final", "label": None if labelled else "NOPAT"},
        ]
        acts.append({**rng.choice(choices), "entry": HIDDEN, "hidden": True})
    return [*acts, {"do": "hide", "entry": HIDDEN, "reason": "other", "by": "drK", "hidden": True}]
