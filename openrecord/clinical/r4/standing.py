"""What a resource says of its own standing: filed or not, its version status. Pure.

A status that FHIR does not know, or that is missing where it is required, never makes an entry visible.
"""

from collections.abc import Mapping

from openrecord.clinical.codes import codes_of
from openrecord.clinical.incoming import JsonObject, VersionStatus
from openrecord.clinical.kinds import EntryKind
from openrecord.clinical.r4.hints import Hints

_FINAL, _DRAFT, _ERROR = VersionStatus.FINAL, VersionStatus.DRAFT, VersionStatus.ENTERED_IN_ERROR
_CORRECTED, _AMENDED, _APPENDED = VersionStatus.CORRECTED, VersionStatus.AMENDED, VersionStatus.APPENDED

_EVENT = {
    **dict.fromkeys(("completed", "not-done", "stopped", "on-hold", "in-progress"), _FINAL),
    "preparation": _DRAFT,
    "entered-in-error": _ERROR,
}
_MEDICATION = {
    **dict.fromkeys(
        ("active", "completed", "stopped", "on-hold", "cancelled", "intended", "not-taken", "unknown"), _FINAL
    ),
    "draft": _DRAFT,
    "entered-in-error": _ERROR,
}

VERSION_STATUS: dict[str, Mapping[str, VersionStatus]] = {
    "Observation": {
        **dict.fromkeys(("registered", "preliminary"), _DRAFT),
        **dict.fromkeys(("final", "unknown"), _FINAL),
        "corrected": _CORRECTED,
        "amended": _AMENDED,
        **dict.fromkeys(("cancelled", "entered-in-error"), _ERROR),
    },
    # a consultation that is not over, or of which nothing is known, is not saved yet
    "Encounter": {
        **dict.fromkeys(("planned", "arrived", "triaged", "in-progress", "unknown"), _DRAFT),
        **dict.fromkeys(("finished", "onleave"), _FINAL),
        **dict.fromkeys(("cancelled", "entered-in-error"), _ERROR),
    },
    "MedicationStatement": _MEDICATION,
    "MedicationRequest": _MEDICATION,
    "Immunization": _EVENT,
    "Procedure": {**_EVENT, "unknown": _FINAL},
    "ServiceRequest": {
        **dict.fromkeys(("active", "on-hold", "revoked", "completed", "unknown"), _FINAL),
        "draft": _DRAFT,
        "entered-in-error": _ERROR,
    },
    "QuestionnaireResponse": {
        **dict.fromkeys(("completed", "stopped"), _FINAL),
        "in-progress": _DRAFT,
        "amended": _AMENDED,
        "entered-in-error": _ERROR,
    },
}
"""What the status of a type without filing means. Any other word, or none, is a draft: it is never shown."""

_FILING_STATUS: dict[str, tuple[bool | None, VersionStatus]] = {
    **dict.fromkeys(("registered", "partial", "preliminary"), (False, _FINAL)),
    "final": (True, _FINAL),
    "corrected": (True, _CORRECTED),
    "amended": (True, _AMENDED),
    "appended": (True, _APPENDED),
    **dict.fromkeys(("cancelled", "entered-in-error"), (None, _ERROR)),
}
"""Results and reports: (filed, version status) by status; any other word leaves filing unknown."""

_SPECIMEN_STATUS: dict[str | None, tuple[bool | None, VersionStatus]] = {
    **dict.fromkeys(("available", "unavailable", "unsatisfactory", None), (True, _FINAL)),
    "entered-in-error": (None, _ERROR),
}

_DOC_STATUS: dict[str | None, tuple[bool | None, VersionStatus]] = {
    "preliminary": (False, _FINAL),
    "final": (True, _FINAL),
    None: (True, _FINAL),
    "amended": (True, _AMENDED),
    "entered-in-error": (None, _ERROR),
}


_VERIFICATION = frozenset({"unconfirmed", "presumed", "provisional", "differential", "confirmed", "refuted"})
"""HL7 condition-ver-status and allergyintolerance-verification, but for entered-in-error."""


def standing_of(resource: JsonObject, kind: EntryKind, hints: Hints) -> tuple[bool | None, VersionStatus]:
    """(filed, version status) of an entry; `hints` overrule the reading of filing, never an entered-in-error."""
    filed, status = _own_standing(resource, kind)
    if hints.filed is not None and status is not _ERROR:
        filed = hints.filed
    if hints.draft and status is not _ERROR:
        status = _DRAFT
    return filed, status


def _own_standing(resource: JsonObject, kind: EntryKind) -> tuple[bool | None, VersionStatus]:
    word = resource.get("status")
    status = word if isinstance(word, str) else None
    if kind in (EntryKind.RESULT, EntryKind.REPORT):
        return _FILING_STATUS.get(status or "", (None, _FINAL))
    if kind is EntryKind.SPECIMEN:
        return _SPECIMEN_STATUS.get(status, (None, _FINAL))
    if kind is EntryKind.DOCUMENT:
        return _document(resource, status)
    resource_type = resource["resourceType"]
    if resource_type in ("Condition", "AllergyIntolerance"):
        return True, _verified(resource.get("verificationStatus"))
    if resource_type == "MedicationRequest" and resource.get("intent") in ("proposal", "option"):
        return True, _ERROR if status == "entered-in-error" else _DRAFT
    table = VERSION_STATUS.get(resource_type)
    if table is None:
        return True, _ERROR if status == "entered-in-error" else _FINAL
    return True, table.get(status or "", _DRAFT)


def _verified(concept: object) -> VersionStatus:
    """What a verification status means; one that says nothing which is understood makes a draft."""
    if concept is None:
        return _FINAL
    said = [concept] if isinstance(concept, str) else codes_of(concept)
    if "entered-in-error" in said:
        return _ERROR
    return _DRAFT if _VERIFICATION.isdisjoint(said) else _FINAL


def _document(resource: JsonObject, status: str | None) -> tuple[bool | None, VersionStatus]:
    if status in ("superseded", "entered-in-error"):
        return None, _ERROR
    word = resource.get("docStatus")
    if status != "current" or not (word is None or isinstance(word, str)):
        return None, _FINAL
    return _DOC_STATUS.get(word, (None, _FINAL))
