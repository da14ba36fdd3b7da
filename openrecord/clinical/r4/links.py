"""References between served entries, as a JSON fragment that is appended to a stored body.

A body is stored without references; which of them may be named depends on what lies in the timeline.
"""

from collections.abc import Iterable
from typing import Any

import orjson

from openrecord.clinical.incoming import LinkKind

_SINGLE = frozenset(
    {
        ("Observation", LinkKind.SPECIMEN),
        ("MedicationRequest", LinkKind.PRIOR_PRESCRIPTION),
    }
)


def fragment(fhir_type: str, references: Iterable[tuple[LinkKind, str]]) -> bytes:
    """`"encounter":{"reference":"Encounter/…"},…` without braces; empty where there is no reference.

    `references`: (kind, "Type/public id"), in the order they shall be named.
    """
    by_kind: dict[LinkKind, list[dict[str, str]]] = {}
    for kind, reference in references:
        by_kind.setdefault(kind, []).append({"reference": reference})
    if not by_kind:
        return b""
    elements: dict[str, Any] = {}
    for kind, named in by_kind.items():
        name, value = _element(fhir_type, kind, named)
        elements[name] = value
    return orjson.dumps(elements)[1:-1]


def _element(fhir_type: str, kind: LinkKind, named: list[dict[str, str]]) -> tuple[str, Any]:
    if kind is LinkKind.ENCOUNTER and fhir_type == "DocumentReference":
        return "context", {"encounter": named}
    if kind is LinkKind.ENCOUNTER:
        return "encounter", named[0]
    if kind is LinkKind.EVIDENCE:
        return "evidence", [{"detail": named}]
    if kind is LinkKind.DIAGNOSIS:
        return "diagnosis", [{"condition": reference} for reference in named]
    if kind is LinkKind.RELATES_TO:
        return "relatesTo", [{"code": "appends", "target": reference} for reference in named]
    if kind is LinkKind.REPLACES and fhir_type == "DocumentReference":
        return "relatesTo", [{"code": "replaces", "target": reference} for reference in named]
    if (fhir_type, kind) in _SINGLE:
        return kind.value, named[0]
    return kind.value, named


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
