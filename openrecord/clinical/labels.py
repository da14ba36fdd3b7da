"""Security labels: the source's word on who may see what. Pure.

A label that is not understood, or that stands where none can be read, is UNKNOWN: it hides.
"""

from openrecord.clinical.codes import NOT_FOR_PATIENT, ORDINARY_LABELS, codes_of
from openrecord.clinical.incoming import JsonObject, Label

_INLINE = "sec-label"
"""How the addresses of extensions end that label a single element (HL7 DS4P, inline-sec-label)."""


def label_of(resource: JsonObject, surrounding: Label) -> Label:
    """The strictest of what surrounds the resource, its own labels and those of what it contains."""
    own = _own_labels(resource)
    return strictest(surrounding, *own) if own else surrounding


def strictest(*labels: Label) -> Label:
    """What all of the labels together ask for."""
    for strict in (Label.NOT_FOR_PATIENT, Label.UNKNOWN):
        if strict in labels:
            return strict
    return Label.NONE


def label_in(extensions: object) -> Label:
    """What the extensions of an element say of its disclosure. It holds for the whole resource."""
    found = Label.NONE
    for extension in extensions if isinstance(extensions, list) else (extensions,):
        if not isinstance(extension, dict):
            continue
        url = extension.get("url")
        if isinstance(url, str) and url.endswith(_INLINE):
            found = strictest(found, _meaning(extension.get("valueCoding")))
        elif "valueCodeableConcept" in extension or "valueCoding" in extension:
            said = codes_of([extension.get("valueCodeableConcept"), {"coding": extension.get("valueCoding")}])
            found = strictest(found, Label.NOT_FOR_PATIENT) if NOT_FOR_PATIENT in said else found
    return found


def label_listed(entry: object) -> Label:
    """What a List says of the disclosure of one of its entries: it holds for what that names."""
    if not isinstance(entry, dict):
        return Label.NONE
    flagged = Label.NOT_FOR_PATIENT if NOT_FOR_PATIENT in codes_of(entry.get("flag")) else Label.NONE
    return strictest(label_in(entry.get("extension")), flagged)


def _own_labels(resource: JsonObject) -> set[Label]:
    found: set[Label] = set()
    meta = resource.get("meta")
    if type(meta) is dict:
        if "security" in meta:
            found.update(map(_meaning, _listed(meta["security"])))
    elif meta is not None:
        found.add(Label.UNKNOWN)
    if "securityLabel" in resource:
        for concept in _listed(resource["securityLabel"]):
            inner = _listed(concept.get("coding")) if isinstance(concept, dict) else []
            found.update(map(_meaning, inner or [concept]))
    if "contained" in resource:
        for contained in _listed(resource["contained"]):
            found |= _own_labels(contained) if isinstance(contained, dict) else set()
    return found


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _meaning(coding: object) -> Label:
    if not isinstance(coding, dict):
        return Label.UNKNOWN
    system, code = coding.get("system"), coding.get("code")
    if code == NOT_FOR_PATIENT:
        return Label.NOT_FOR_PATIENT
    if isinstance(system, str) and isinstance(code, str) and (system, code) in ORDINARY_LABELS:
        return Label.NONE
    return Label.UNKNOWN
