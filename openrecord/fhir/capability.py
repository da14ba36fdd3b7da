"""What this server can do: its CapabilityStatement (FHIR R4), for everybody. Pure."""

from typing import Any

import orjson

from openrecord.fhir.types import CATEGORIES, CODE_PARAMETERS, DATE_PARAMETERS, SERVED, WITHOUT_SUBJECT

PUBLISHED = "2026-11-29"
"""When what is said here was last changed."""


def _parameters(fhir_type: str) -> list[dict[str, str]]:
    found = {"_id": "token", "_lastUpdated": "date", "patient": "reference"}
    if fhir_type not in WITHOUT_SUBJECT:
        found["subject"] = "reference"
    if fhir_type in CATEGORIES:
        found["category"] = "token"
    found |= dict.fromkeys(CODE_PARAMETERS[fhir_type], "token")
    if fhir_type in DATE_PARAMETERS:
        found[DATE_PARAMETERS[fhir_type]] = "date"
    return [{"name": name, "type": kind} for name, kind in found.items()]


def _resource(fhir_type: str, parameters: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "type": fhir_type,
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "versioning": "no-version",
        "readHistory": False,
        "conditionalRead": "not-match",
        "searchParam": parameters,
    }


def statement(base: str) -> bytes:
    """The CapabilityStatement of the server whose FHIR root is `base`."""
    resources = [_resource(fhir_type, _parameters(fhir_type)) for fhir_type in SERVED]
    resources.append(_resource("Patient", [{"name": "_id", "type": "token"}]))
    resources.append({"type": "Binary", "interaction": [{"code": "read"}], "versioning": "no-version"})
    return orjson.dumps(
        {
            "resourceType": "CapabilityStatement",
            "status": "active",
            "date": PUBLISHED,
            "kind": "instance",
            "software": {"name": "OpenRecord"},
            "implementation": {"description": "Patient access to GP records", "url": base},
            "fhirVersion": "4.0.1",
            "format": ["application/fhir+json", "json"],
            "rest": [
                {
                    "mode": "server",
                    "documentation": (
                        "Read only. A search answers with the newest entries first. It is strict about its parameters "
                        "unless the request says Prefer: handling=lenient. Dates compare with the earliest instant "
                        "they can mean, in Europe/London; ne and ap are not supported. Entries without a date match "
                        "no date."
                    ),
                    "security": {"description": "A bearer token (RFC 6750) with scopes as in SMART App Launch 2."},
                    "resource": sorted(resources, key=lambda told: str(told["type"])),
                }
            ],
        }
    )
