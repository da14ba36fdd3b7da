"""What a card says: the FHIR bundle and the claims around it, as small as the framework asks.

Source: SMART Health Cards Framework 1.4.0, "Health Cards are Compact" and "Health Cards are encoded as Compact
Serialization JSON Web Signatures". No resource ids, narrative, display or concept text; short `resource:` addresses.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import orjson

from openrecord.cards.types import Holder
from openrecord.clinical import covid
from openrecord.clinical.codes import SNOMED
from openrecord.clinical.dates import earliest_or_none
from openrecord.kit.london import day_of

Json = Mapping[str, Any]
FHIR_VERSION = "4.0.1"
TYPES = ("https://smarthealth.cards#health-card",)
"""Framework 1.4.0 deprecates all further types: what is in a card says what it is about."""
_WHOLE_DAY = len("2021-03-20")
_PATIENT = "resource:0"
LONGEST_BATCH = 40
"""Characters. What is longer is left out, so that a QR code has room."""


def fits(body: Json) -> bool:
    """Whether a dose can stand on a card: given at full strength, with a date and a code that a card can carry."""
    return bool(covid.is_given(body) and body.get("isSubpotent") is not True and _day(body) and covid.codes_of(body))


def bundle(holder: Holder, doses: Iterable[Json]) -> bytes:
    """The bundle of a person and their doses (R4 Immunizations that fit), the earliest dose first: minified JSON."""
    name = {"family": holder.family, "given": holder.given.split()}
    person = {
        "resourceType": "Patient",
        "name": [{part: said for part, said in name.items() if said}],  # FHIR knows no empty element
        "birthDate": holder.born.isoformat(),
    }
    given = sorted((_immunisation(body) for body in doses if fits(body)), key=orjson.dumps)
    given.sort(key=lambda dose: str(dose["occurrenceDateTime"]))
    entries = [{"fullUrl": f"resource:{n}", "resource": each} for n, each in enumerate([person, *given])]
    return orjson.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries})


def _immunisation(body: Json) -> dict[str, Any]:
    said: dict[str, Any] = {
        "resourceType": "Immunization",
        "status": "completed",
        "vaccineCode": {"coding": [{"system": SNOMED, "code": code} for code in covid.codes_of(body)]},
        "patient": {"reference": _PATIENT},
        "occurrenceDateTime": _day(body),
    }
    where, batch = covid.place_of(body), batch_of(body)
    if where:
        said["performer"] = [{"actor": {"display": where}}]
    if batch:
        said["lotNumber"] = batch
    return said


def batch_of(body: Json) -> str:
    """The batch number of a dose; empty where there is none, or what stands there is too long to be one."""
    text = body.get("lotNumber")
    said = text.strip() if isinstance(text, str) else ""
    return said if len(said) <= LONGEST_BATCH else ""


def _day(body: Json) -> str:
    """The day of a dose as FHIR writes it, partial where the record is; empty where there is none."""
    text = body.get("occurrenceDateTime")
    moment = earliest_or_none(text)
    if moment is None or not isinstance(text, str):
        return ""
    return text if len(text) <= _WHOLE_DAY else day_of(moment).isoformat()


def claims(said: bytes, *, issuer: str, issued: datetime, rid: str) -> bytes:
    """The claims that are signed: who issues since when, the number for withdrawing it, and the bundle `said`."""
    credential = {
        "type": TYPES,
        "credentialSubject": {"fhirVersion": FHIR_VERSION, "fhirBundle": orjson.Fragment(said)},
        "rid": rid,
    }
    return orjson.dumps({"iss": issuer, "nbf": int(issued.timestamp()), "vc": credential})
