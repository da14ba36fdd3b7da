"""References between served entries, as a JSON fragment that is appended to a stored body.

A body is stored without references; which of them may be named depends on what lies in the timeline.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import orjson

from openrecord.clinical.elements import allow_list, listed_types
from openrecord.clinical.incoming import LinkKind

_RELATIONS = {LinkKind.REPLACES: "replaces", LinkKind.RELATES_TO: "appends"}
"""How a document says what it does to another (DocumentReference.relatesTo.code)."""

_SINGLE = frozenset(
    {
        ("MedicationStatement", "context"),
        ("MedicationRequest", "priorPrescription"),
        ("Observation", "specimen"),
        ("Encounter", "partOf"),
    }
)
"""Elements of R4 that hold one reference, besides `encounter`, which does wherever it stands."""


@cache
def _paths() -> Mapping[tuple[str, LinkKind], tuple[str, ...]]:
    """Where R4 has a place for a link of a type, as the reviewed lists name it."""
    lists = {fhir_type: allow_list(fhir_type) for fhir_type in listed_types()}
    return {
        (fhir_type, rule.kind): rule.path
        for fhir_type, listed in lists.items()
        if listed is not None
        for rule in listed.links
    }


def fragment(fhir_type: str, references: Iterable[tuple[LinkKind, str]]) -> bytes:
    """`"encounter":{"reference":"Encounter/…"},…` without braces; empty where there is no reference.

    `references`: (kind, "Type/public id"), in the order they shall be named. Those for which R4 has no place in the
    type are left out.
    """
    by_kind: dict[LinkKind, list[dict[str, str]]] = {}
    for kind, reference in references:
        by_kind.setdefault(kind, []).append({"reference": reference})
    elements: dict[str, Any] = {}
    for kind, named in by_kind.items():
        if fhir_type == "DocumentReference" and kind in _RELATIONS:
            related = elements.setdefault("relatesTo", [])
            related += [{"code": _RELATIONS[kind], "target": reference} for reference in named]
        elif (path := _paths().get((fhir_type, kind))) is not None:
            elements[path[0]] = _value(fhir_type, path, named)
    return orjson.dumps(elements)[1:-1]


def _value(fhir_type: str, path: tuple[str, ...], named: list[dict[str, str]]) -> Any:
    if path == ("context", "encounter"):
        return {"encounter": named}
    if path == ("evidence", "detail"):
        return [{"detail": named}]
    if len(path) > 1:
        return [{path[1]: reference} for reference in named]
    return named[0] if path[0] == "encounter" or (fhir_type, path[0]) in _SINGLE else named


def joined(body: bytes, fragment_: bytes) -> bytes:
    """A body (a JSON object that is not empty) with a fragment of elements added."""
    return body if not fragment_ else body[:-1] + b"," + fragment_ + b"}"


def strip(fragment_: bytes, allowed: frozenset[str]) -> bytes:
    """The fragment with only the references in `allowed` ("Type/public id") left."""
    if not fragment_:
        return b""
    kept = _kept(orjson.loads(b"{" + fragment_ + b"}"), allowed)
    return orjson.dumps(kept)[1:-1] if kept else b""


def named(fragment_: bytes) -> frozenset[str]:
    """Every reference the fragment names."""
    if not fragment_:
        return frozenset()
    found: set[str] = set()
    _collect(orjson.loads(b"{" + fragment_ + b"}"), found)
    return frozenset(found)


def _collect(value: Any, found: set[str]) -> None:
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            found.add(value["reference"])
        for part in value.values():
            _collect(part, found)
    elif isinstance(value, list):
        for part in value:
            _collect(part, found)


def _kept(value: Any, allowed: frozenset[str]) -> Any:
    """`value` without references outside `allowed`; None where nothing is left."""
    if isinstance(value, list):
        parts = [kept for kept in (_kept(part, allowed) for part in value) if kept is not None]
        return parts or None
    if not isinstance(value, dict):
        return value
    if "reference" in value:
        return value if value["reference"] in allowed else None
    kept = {name: _kept(part, allowed) for name, part in value.items()}
    kept = {name: part for name, part in kept.items() if part is not None}
    has_reference = any(isinstance(part, dict | list) for part in kept.values())
    return kept if has_reference else None
