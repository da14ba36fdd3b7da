"""Code systems and the few codes that rules depend on. Each is published; none is made up here.

Sources: HL7 FHIR R4 and terminology.hl7.org; SNOMED CT UK edition as named in NHS England's guidance on online record
access (enhanced review, declined) and GP Connect (comment note); UK Core category codes.
"""

import hashlib
import re

from openrecord.clinical.incoming import JsonObject

SNOMED = "http://snomed.info/sct"
DMD = "https://dmd.nhs.uk"
ODS_ORGANISATION = "https://fhir.nhs.uk/Id/ods-organization-code"

DATA_ABSENT_REASON = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
"""Why FHIR requires something that is not there. Its codes say nothing about a patient."""

SNOMED_SYSTEMS = frozenset({SNOMED, "https://snomed.info/sct", "urn:oid:2.16.840.1.113883.2.1.3.2.4.15"})
"""SNOMED CT under the addresses it arrives with (the official one, a common slip, the UK's older OID)."""

MEDICINE_SYSTEMS = SNOMED_SYSTEMS | {DMD}
"""The Dictionary of Medicines and Devices uses SNOMED CT identifiers, so both name the same medicine alike."""

CONTROL_CODES = {
    "1364731000000104": "104",
    "1364751000000106": "106",
    "1290331000000103": "103",
}
"""SNOMED CT: enhanced review indicated (104), no longer indicated (106), access declined by the patient (103)."""

RESTRICTING = frozenset({"103", "104"})
"""Those of the three that take access away."""

COMMENT_NOTE = "37331000000100"
"""SNOMED CT: comment note, the observation that carries nothing but free text."""

UNSPECIFIC = frozenset({COMMENT_NOTE, "196411000000103", "364712009"})
"""SNOMED CT: comment note, transfer-degraded record entry, laboratory test observable: codes of any test whatever."""

LABORATORY_CATEGORIES = frozenset({"laboratory", "LAB", "108252007"})
"""HL7 observation category, HL7 v2 table 0074, SNOMED CT laboratory procedure: each marks what a laboratory did."""

NOT_FOR_PATIENT = "NOPAT"
"""v3-ActCode: no disclosure to patient, family or caregivers. Counts under any system (it only ever hides)."""

ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
ACT_CODE_STU3 = "http://hl7.org/fhir/v3/ActCode"
"""The two names of the code system that NOPAT is of: FHIR R4's, and the one that GP Connect and GP2GP write."""

_LONGEST_UNIT = 500
"""Characters: an index on PostgreSQL takes no more than a few of its kibibytes."""

_CONFIDENTIALITY = (
    "http://terminology.hl7.org/CodeSystem/v3-Confidentiality",
    "http://hl7.org/fhir/v3/Confidentiality",
)
ORDINARY_CONFIDENTIALITY = ("N", "L", "M", "U")
"""v3-Confidentiality: normal, low, moderate, unrestricted: no more than the care every health record gets."""

_REASON = ("http://terminology.hl7.org/CodeSystem/v3-ActReason", "http://hl7.org/fhir/v3/ActReason")
_OBSERVATION_VALUE = (
    "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    "http://hl7.org/fhir/v3/ObservationValue",
)

ORDINARY_LABELS = frozenset(
    {
        *((system, code) for system in _CONFIDENTIALITY for code in ORDINARY_CONFIDENTIALITY),
        # test health data: says what the record is for, not who may see it
        *((system, "HTEST") for system in _REASON),
        # who asserted it and how reliable it is: integrity, not disclosure
        *(
            (system, code)
            for system in _OBSERVATION_VALUE
            for code in (
                *("HRELIABLE", "RELIABLE", "UNCERTREL", "UNRELIABLE"),
                *("CLINAST", "DEVAST", "HCPAST", "PACQAST", "PATAST", "PAYAST", "PROAST", "SDMAST"),
            )
        ),
    }
)
"""(system, code) of security labels that do not restrict what the patient sees. Any other label is not understood."""

_SEMANTIC_TAG = re.compile(
    r" \((?:disorder|finding|procedure|situation|substance|product|organism|observable entity|regime/therapy|event|"
    r"morphologic abnormality|record artifact|qualifier value|person|specimen|medicinal product|clinical drug|"
    r"medicinal product form|physical object|body structure|assessment scale|occupation)\)$"
)


def without_tag(words: str) -> str:
    """A term without SNOMED CT's semantic tag."""
    return _SEMANTIC_TAG.sub("", words) if words.endswith(")") else words


def codings(concept: object) -> list[tuple[str | None, str]]:
    """(system, code) of every coding of a CodeableConcept that has a code; whatever is malformed is passed over.

    A coding that is no list counts as a list of one.
    """
    listed = concept.get("coding") if type(concept) is dict else None
    return [
        (system if type(system := item.get("system")) is str else None, code)
        for item in (listed if type(listed) is list else (listed,))
        if type(item) is dict and type(code := item.get("code")) is str and code
    ]


def codes_of(concepts: object) -> list[str]:
    """The codes of one CodeableConcept or of a list of them, in order."""
    if concepts is None:
        return []
    found: list[str] = []
    for concept in concepts if type(concepts) is list else (concepts,):
        listed = concept.get("coding") if type(concept) is dict else None
        if type(listed) is not list:
            listed = [listed]
        found += [code for item in listed if type(item) is dict and type(code := item.get("code")) is str and code]
    return found


def main_code(concept: object) -> str | None:
    """The SNOMED CT code of a CodeableConcept, else the first code given, else None."""
    first: str | None = None
    for system, code in codings(concept):
        if system in SNOMED_SYSTEMS:
            return code
        first = first or code
    return first


def same_test(concept: object) -> tuple[str, str] | None:
    """(system, code) by which results are of the same test: the SNOMED CT code, else the first that names its system.

    None: nothing says what was tested, and words alone do not make two results comparable.
    """
    known = [(system, code) for system, code in codings(concept) if system is not None]
    found = next((coding for coding in known if coding[0] in SNOMED_SYSTEMS), known[0] if known else None)
    return None if found is None or found[1] in UNSPECIFIC else found


def medicine_unit(concept: object) -> str | None:
    """What statement, plan and issues of one medicine have in common: "system|code", else "text|its name".

    A SNOMED CT or dm+d code counts before any other code, a code with its system before the text, a code without one
    last. None: no medicine is named. What is too long for an index stands there as its digest.
    """
    if type(concept) is not dict:
        return None
    unit = _unit(concept)
    if unit is None or len(unit) <= _LONGEST_UNIT:
        return unit
    return f"digest|{hashlib.blake2b(unit.encode(), digest_size=16).hexdigest()}"


def _unit(concept: JsonObject) -> str | None:
    found = codings(concept)
    for system, code in found:
        if system in MEDICINE_SYSTEMS:
            return f"{SNOMED}|{code}"
    for system, code in found:
        if system is not None:
            return f"{system}|{code}"
    listed = concept.get("coding")
    displays = (item.get("display") for item in (listed if type(listed) is list else ()) if type(item) is dict)
    names = (name for name in (concept.get("text"), *displays) if type(name) is str and name.strip())
    name = next(names, None)
    if name is not None:
        return f"text|{' '.join(name.lower().split())}"
    return f"|{found[0][1]}" if found else None
