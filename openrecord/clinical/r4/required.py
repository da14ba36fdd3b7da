"""What R4 requires of a resource, where the source or the allow-list leaves it out: "unknown" in its place. Pure.

A body without it is no FHIR resource, and apps refuse it with everything else on its page. The word is always
"unknown", so that it never tells whether there is something that this reader may not see. A part that says nothing
without what it lacks is left out instead. Sources: the R4 profiles (elements of cardinality 1, obs-3) and R4's
extension data-absent-reason.
"""

from typing import Any, NamedTuple

from openrecord.clinical.codes import DATA_ABSENT_REASON
from openrecord.clinical.incoming import JsonObject

_CODING: JsonObject = {"system": DATA_ABSENT_REASON, "code": "unknown"}
_CONCEPT: JsonObject = {"coding": [_CODING]}
_ABSENT: JsonObject = {
    "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]
}


class _Need(NamedTuple):
    """Of the elements `any_of`, each at `path` has one, else `stand_in` (element and value); None: it is left out."""

    path: tuple[str, ...]
    any_of: tuple[str, ...]
    stand_in: tuple[str, Any] | None = None


def _code(element: str, *path: str) -> _Need:
    return _Need(path, (element,), (element, _CONCEPT))


_RANGE = ("low", "high", "text")
_NEEDS: dict[str, tuple[_Need, ...]] = {
    "AllergyIntolerance": (_Need(("reaction",), ("manifestation",), ("manifestation", [_CONCEPT])),),
    "DiagnosticReport": (_code("code"),),
    "DocumentReference": (
        _Need((), ("content",), ("content", [{"attachment": _ABSENT}])),
        _Need(("content",), ("attachment",), ("attachment", _ABSENT)),
    ),
    "Encounter": (_Need((), ("class",), ("class", _CODING)), _Need(("location",), ("location",))),
    "Immunization": (
        _code("vaccineCode"),
        _Need((), ("occurrenceDateTime", "occurrenceString", "_occurrenceDateTime"), ("_occurrenceDateTime", _ABSENT)),
        _Need(("performer",), ("actor",)),
        _Need(
            ("protocolApplied",),
            ("doseNumberPositiveInt", "doseNumberString", "_doseNumberString"),
            ("_doseNumberString", _ABSENT),
        ),
    ),
    "MedicationRequest": (
        _code("medicationCodeableConcept"),
        _Need(("substitution",), ("allowedBoolean", "allowedCodeableConcept")),
    ),
    "MedicationStatement": (_code("medicationCodeableConcept"),),
    "Observation": (
        _code("code"),
        _code("code", "component"),
        _Need(("referenceRange",), _RANGE),
        _Need(("component", "referenceRange"), _RANGE),
    ),
    "Procedure": (_Need(("performer",), ("actor",)),),
}


def completed(resource_type: str, body: JsonObject) -> JsonObject:
    """The rendering of a resource with what R4 requires of it. The one that is given stays as it is."""
    for need in _NEEDS.get(resource_type, ()):
        met = _met(body, need, need.path)
        body = body if met is None else met
    return body


def plainly_absent(resource_type: str, body: JsonObject) -> JsonObject:
    """A completed rendering with R4's extension in place of each stand-in that is a code.

    The reader of another system takes "unknown" for something that was said; the extension it takes for nothing.
    """
    for need in _NEEDS.get(resource_type, ()):
        if need.stand_in is not None:
            name, stand_in = need.stand_in
            body = _replaced(body, (*need.path, name), stand_in)
    return body


def _replaced(element: JsonObject, path: tuple[str, ...], stand_in: Any) -> JsonObject:
    held = element.get(path[0])
    if held is None:
        return element
    if len(path) == 1:
        if held != stand_in or stand_in not in (_CODING, _CONCEPT, [_CONCEPT]):
            return element
        return {**element, path[0]: [_ABSENT] if isinstance(stand_in, list) else _ABSENT}
    if isinstance(held, list):
        return {**element, path[0]: [_replaced(item, path[1:], stand_in) for item in held]}
    return {**element, path[0]: _replaced(held, path[1:], stand_in)}


def _met(element: JsonObject, need: _Need, path: tuple[str, ...]) -> JsonObject | None:
    """The element with the need met at what `path` leads to; the same one where nothing had to be done."""
    if not path:
        if any(name in element for name in need.any_of):
            return element
        return None if need.stand_in is None else {**element, need.stand_in[0]: need.stand_in[1]}
    held = element.get(path[0])
    if held is None:
        return element
    if type(held) is list:
        met = [_met(item, need, path[1:]) for item in held]
        kept: Any = held if all(new is old for new, old in zip(met, held, strict=True)) else [x for x in met if x]
    else:
        kept = _met(held, need, path[1:])
    if kept is held:
        return element
    return {**element, path[0]: kept} if kept else {name: part for name, part in element.items() if name != path[0]}
