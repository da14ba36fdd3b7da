"""Random lives for the real stations: the oracle's random cases, less what the stations read otherwise by design.

Taken out of every case, for oracle and stations alike:
- a container, or a replaced report, of another organisation, or one that never has an organisation: a reference means
  something only within one organisation's record of one patient (ingest.rules.identity.own_key).
- different dates on the laboratory's message and the GP system's copy of it: the stations keep one record of both, with
  the dates of the last to arrive; the oracle looks at either.
- a version that arrives late, between the one in sight and an appended one that waits to be filed: the stations let
  nothing late change anything (QUESTIONS 12), the oracle shows it.
- a redirect of what came with a first load or a transfer: the stations know no redirect of their own, and the arrival
  that stands for it here cannot say so.
- a decision after a 104 at the very instant at which somebody is given access: the stations take it as the later of the
  two, so that nothing is open that may have been meant; the oracle goes by their order.
A source key that comes again for somebody else comes from the same organisation, because keys belong to one.
"""

from typing import Any

from tests.oracle.dates import instant, london_day
from tests.oracle.generator import random_case

Json = dict[str, Any]
GIVES = frozenset({"open_account", "grant_proxy", "competence", "register", "set_policy"})
"""Acts by which access opens."""


def life(seed: int) -> Json:
    """A random case of about 50 entries and 60 further acts."""
    return read_alike(random_case(seed))


def read_alike(case: Json) -> Json:
    """A case without what oracle and stations read otherwise by design."""
    case["steps"] = _without_ties(_without_late_versions(_without_redirected_bulk(case["steps"])))
    shapes = list(_arrivals(case["steps"]))
    _same_organisation_for_one_key(shapes)
    _same_dates_for_both_copies(case["steps"])
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


def _without_late_versions(steps: list[Json]) -> list[Json]:
    newest: dict[str, Json] = {}
    kept = []
    for step in steps:
        if step.get("do") == "version":
            last = newest.setdefault(step["entry"], step)
            if step["v"] < last["v"] and last["status"] == "appended":
                continue
            newest[step["entry"]] = max(last, step, key=lambda version: int(version["v"]))
        kept.append(step)
    return kept


def _without_ties(steps: list[Json]) -> list[Json]:
    given = {step["at"] for step in steps if step.get("do") in GIVES}
    return [step for step in steps if step.get("do") != "decide_104" or step["at"] not in given]


def _without_redirected_bulk(steps: list[Json]) -> list[Json]:
    bulk = {shape["id"] for step in steps for shape in step.get("entries", [])}
    moved = {step["as"] for step in steps if step.get("do") == "redirect" and step["entry"] in bulk}
    return [step for step in steps if not moved & {step.get("as"), step.get("entry")}]


def _same_dates_for_both_copies(steps: list[Json]) -> None:
    first: dict[str, str] = {}
    for step in steps:
        if "lab_key" in step:
            at = first.setdefault(step["lab_key"]["report"], step["at"])
            step |= {"recorded": at, "clinical": london_day(instant(at)).isoformat()}
