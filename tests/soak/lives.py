"""Random lives for the real stations: the oracle's random cases, less what the stations read otherwise by design.

Taken out of every case, for oracle and stations alike:
- a parent's access ended by an age review, and a history grant at the instant of an arrival: the worked cases leave
  both open (tests/decision/test_against_oracle.py leaves them out, too);
- a container, or a replaced report, of another organisation, or one that never has an organisation: a reference means
  something only within one organisation's record of one patient (ingest.rules.identity.own_key).
A source key that comes again for somebody else comes from the same organisation, because keys belong to one.
"""

from typing import Any

from tests.oracle.generator import random_case

Json = dict[str, Any]


def life(seed: int) -> Json:
    """A random case of about 50 entries and 60 further acts."""
    case = random_case(seed)
    case["steps"] = _without_ambiguous_grants(case["steps"])
    shapes = list(_arrivals(case["steps"]))
    _same_organisation_for_one_key(shapes)
    orgs = {shape["id"]: org for shape, org in shapes}
    for shape, org in shapes:
        for word in ("in", "replaces"):
            if word in shape and orgs.get(shape[word], org) != org:
                del shape[word]
    return case


def _arrivals(steps: list[Json]) -> list[tuple[Json, str]]:
    """Every entry's shape and its organisation."""
    found = []
    for step in steps:
        if step.get("do") in {"arrive", "code"}:
            found.append((step, step.get("org", "A")))
        found += [(shape, step["org"]) for shape in step.get("entries", [])]
    return found


def _same_organisation_for_one_key(shapes: list[tuple[Json, str]]) -> None:
    first: dict[str, str] = {}
    for number, (shape, org) in enumerate(shapes):
        if "source_key" in shape and first.setdefault(shape["source_key"], org) != org:
            shape["org"] = first[shape["source_key"]]
            shapes[number] = (shape, shape["org"])


def _without_ambiguous_grants(steps: list[Json]) -> list[Json]:
    arrivals = {step["at"] for step in steps if step.get("do") in {"arrive", "code", "first_load", "transfer"}}
    dropped = {s["chunk"] for s in steps if s.get("do") == "grant_history" and s["at"] in arrivals}
    return [
        step
        for step in steps
        if step.get("chunk") not in dropped and not (step.get("do") == "age_review" and step["outcome"] == "end")
    ]
