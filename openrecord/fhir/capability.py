"""What this server can do: its CapabilityStatement (FHIR R4), for everybody. Pure."""

from typing import Any

import orjson

from openrecord.fhir.types import CATEGORIES, DATE_PARAMETERS, SERVED

PUBLISHED = "2026-03-01"
"""When what is said here was last changed."""
_SMART = "http://terminology.hl7.org/CodeSystem/restful-security-service"


def _parameters(fhir_type: str) -> list[dict[str, str]]:
    found = [("_id", "token"), ("_lastUpdated", "date"), ("patient", "reference")]
    if fhir_type in CATEGORIES:
        found.append(("category", "token"))
    if fhir_type in DATE_PARAMETERS:
        found.append((DATE_PARAMETERS[fhir_type], "date"))
    return [{"name": name, "type": kind} for name, kind in found]


def _resource(fhir_type: str, parameters: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "type": fhir_type,
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "versioning": "no-version",
        "readHistory": False,
        "searchParam": parameters,
    }


def statement(base: str) -> bytes:
    """The CapabilityStatement of the server whose FHIR root is `base`."""
    resources = [_resource(fhir_type, _parameters(fhir_type)) for fhir_type in SERVED]
    resources.append(_resource("Patient", [{"name": "_id", "type": "token"}]))
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
                        "Read only. A search is strict about its parameters unless the request says "
                        "Prefer: handling=lenient. Dates compare with the earliest instant they can mean, in "
                        "Europe/London. Entries without a date match no date."
                    ),
                    "security": {
                        "service": [{"coding": [{"system": _SMART, "code": "SMART-on-FHIR"}]}],
                    },
                    "resource": sorted(resources, key=lambda told: str(told["type"])),
                }
            ],
        }
    )
