"""SMART v2 scopes: which slots an app may read (R60).

A scope is `context/Type.actions?category=code`. Only the patient's own context and reading count here; anything not
understood opens nothing.
"""

import re
from collections.abc import Iterable, Mapping

from openrecord.clinical.kinds import KIND_RULES, OBSERVATION_SLOTS, SLOT_KINDS, Slot

_SCOPE = re.compile(r"patient/(?P<type>[A-Za-z]+|\*)\.(?P<acts>[a-z]+|\*)(?:\?(?P<query>.*))?")
CATEGORY_SLOTS: Mapping[tuple[str, str], frozenset[Slot]] = {
    **{("Observation", code): frozenset((slot,)) for code, slot in OBSERVATION_SLOTS.items()},
    ("Observation", "laboratory"): frozenset((Slot.LABORATORY, Slot.OBSERVATION_LABORATORY)),
    ("Condition", "problem-list-item"): frozenset((Slot.PROBLEM,)),
    ("Condition", "encounter-diagnosis"): frozenset((Slot.DIAGNOSIS,)),
}
"""(resource type, category code) → the slots of the entries of that category."""


def _slots_of_type(fhir_type: str) -> frozenset[Slot]:
    if fhir_type == "*":
        return frozenset(SLOT_KINDS)
    return frozenset(slot for slot, kind in SLOT_KINDS.items() if KIND_RULES[kind].fhir_type == fhir_type)


def _reads(acts: str) -> bool:
    return acts in {"*", "read"} or (set(acts) <= set("cruds") and "r" in acts)


def _of_scope(scope: str) -> frozenset[Slot]:
    match = _SCOPE.fullmatch(scope)
    if match is None or not _reads(match["acts"]):
        return frozenset()
    if match["query"] is None:
        return _slots_of_type(match["type"])
    name, _, value = match["query"].partition("=")
    if name != "category":
        return frozenset()
    return CATEGORY_SLOTS.get((match["type"], value.rpartition("|")[2]), frozenset())


def readable_slots(scopes: Iterable[str]) -> frozenset[Slot]:
    """Every slot that at least one of the scopes opens for reading."""
    opened: frozenset[Slot] = frozenset()
    for scope in scopes:
        opened |= _of_scope(scope)
    return opened


def reads_patient(scopes: Iterable[str]) -> bool:
    """Whether one of the scopes opens the patient's own demographics (the Patient resource) for reading."""
    matches = (_SCOPE.fullmatch(scope) for scope in scopes)
    return any(
        match["type"] in {"Patient", "*"} and match["query"] is None and _reads(match["acts"])
        for match in matches
        if match is not None
    )
