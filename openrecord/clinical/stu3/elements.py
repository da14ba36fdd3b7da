"""Reading STU3 elements safely and giving them their R4 form: references, code systems, extensions.

Whatever has the wrong JSON type raises UnusableResource with the element's path; content is never repeated.
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from openrecord.clinical.incoming import JsonObject
from openrecord.clinical.r4.hints import UnusableResource

_DECIMAL = re.compile(r"-?\d{1,15}(\.\d{1,15})?", re.ASCII)

_RENAMED_TYPES = {"ProcedureRequest": "ServiceRequest", "ReferralRequest": "ServiceRequest"}

RENAMED_SYSTEMS = {
    "http://hl7.org/fhir/observation-category": "http://terminology.hl7.org/CodeSystem/observation-category",
    "http://hl7.org/fhir/condition-category": "http://terminology.hl7.org/CodeSystem/condition-category",
    "http://hl7.org/fhir/data-absent-reason": "http://terminology.hl7.org/CodeSystem/data-absent-reason",
    "http://hl7.org/fhir/referencerange-meaning": "http://terminology.hl7.org/CodeSystem/referencerange-meaning",
    "http://hl7.org/fhir/diagnosis-role": "http://terminology.hl7.org/CodeSystem/diagnosis-role",
    "https://fhir.hl7.org.uk/STU3/CodeSystem/CareConnect-ConditionCategory-1": (
        "http://terminology.hl7.org/CodeSystem/condition-category"
    ),
    "https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-PrescriptionType-1": (
        "https://fhir.hl7.org.uk/CodeSystem/UKCore-PrescriptionType"
    ),
    "https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-PrescribingAgency-1": (
        "https://fhir.hl7.org.uk/CodeSystem/UKCore-MedicationPrescribingAgency"
    ),
}
"""Code systems whose codes kept their meaning under a new name (FHIR R4 terminology; UK Core code systems)."""

RENAMED_PREFIXES = (
    ("http://hl7.org/fhir/v2/", "http://terminology.hl7.org/CodeSystem/v2-"),
    ("http://hl7.org/fhir/v3/", "http://terminology.hl7.org/CodeSystem/v3-"),
)


def wrong_type(path: str, expected: str) -> UnusableResource:
    """The error for an element whose JSON type is not what FHIR says."""
    return UnusableResource("wrong_type", f"{path}: {expected} expected")


def carry(source: JsonObject, names: Iterable[str]) -> JsonObject:
    """The elements of `source` that mean the same in R4 and have the same shape.

    A modifierExtension always comes along: it may turn the meaning round, so that R4's reading must see it.
    """
    body = {name: source[name] for name in names if name in source}
    if "modifierExtension" in source:
        body["modifierExtension"] = source["modifierExtension"]
    return body


@lru_cache(maxsize=256)
def _element(path: str) -> str:
    return path.rpartition(".")[2]


def objects(source: JsonObject, path: str) -> list[JsonObject]:
    """The repeating element at the end of `path`; empty where it is absent. Raises UnusableResource.

    A lone object counts as a list of one: published examples write it so, and it cannot mean anything else.
    """
    value = source.get(_element(path))
    if value is None:
        return []
    if isinstance(value, dict):
        return [value]
    if isinstance(value, list) and all([isinstance(item, dict) for item in value]):  # noqa: C419
        return value
    raise wrong_type(path, "a list of objects")


def one(source: JsonObject, path: str) -> JsonObject | None:
    """The single element at the end of `path`, or None. Raises UnusableResource."""
    value = source.get(_element(path))
    if value is None or isinstance(value, dict):
        return value
    raise wrong_type(path, "an object")


def code(source: JsonObject, path: str) -> str | None:
    """The code or text at the end of `path`, or None. Raises UnusableResource."""
    value = source.get(_element(path))
    if value is None or isinstance(value, str):
        return value
    raise wrong_type(path, "a string")


def truth(source: JsonObject, path: str) -> bool:
    """Whether the element at the end of `path` is true. What turns the meaning round is never guessed at."""
    value = source.get(_element(path))
    if value is None or isinstance(value, bool):
        return value is True
    raise wrong_type(path, "true or false")


def quantity(source: JsonObject, path: str) -> JsonObject | None:
    """The Quantity at the end of `path`, or None. A number that the source wrote as text becomes a number."""
    value = one(source, path)
    amount = value.get("value") if value else None
    if value is None or not isinstance(amount, str):
        return value
    if not _DECIMAL.fullmatch(amount):
        raise wrong_type(f"{path}.value", "a number")
    return {**value, "value": Decimal(amount)}


def listed(value: object) -> list[JsonObject]:
    """The objects in `value`, whatever it is: for finding structure, where a damaged part must not stop the rest."""
    items = value if isinstance(value, list) else (value,)
    return [item for item in items if isinstance(item, dict)]


@lru_cache(maxsize=256)
def r4_system(system: str) -> str:
    """The name that R4 gives to an STU3 code system; unknown ones keep theirs."""
    for old, new in RENAMED_PREFIXES:
        if system.startswith(old):
            return new + system[len(old) :]
    return RENAMED_SYSTEMS.get(system, system)


def coding(value: JsonObject) -> JsonObject:
    """A Coding whose system has its R4 name."""
    system = value.get("system")
    return {**value, "system": r4_system(system)} if isinstance(system, str) else value


def concept(value: JsonObject) -> JsonObject:
    """A CodeableConcept whose systems have their R4 names; all codings stay, in their order."""
    if not isinstance(value.get("coding"), list):
        return value
    return {**value, "coding": [coding(item) for item in listed(value["coding"])]}


@lru_cache(maxsize=8192)
def local_reference(text: str) -> str:
    """`text` as "Type/id" with R4's type name; a reference that is neither relative nor absolute REST stays as it is.

    https://host/STU3/ProcedureRequest/7/_history/2 → ServiceRequest/7
    """
    parts = text.partition("/_history/")[0].split("/")
    if len(parts) < 2 or not parts[-2].isalpha():
        return text
    return f"{_RENAMED_TYPES.get(parts[-2], parts[-2])}/{parts[-1]}"


def reference(value: JsonObject) -> JsonObject:
    """A Reference with its target by R4's type name."""
    target = value.get("reference")
    return {**value, "reference": local_reference(target)} if isinstance(target, str) else value


def references(source: JsonObject, path: str) -> list[JsonObject]:
    """The repeating Reference at the end of `path`, by R4's type names. Raises UnusableResource."""
    return [reference(item) for item in objects(source, path)]


@lru_cache(maxsize=256)
def extension_name(url: str) -> str:
    """What an extension is called ("ActualProblem"), whether CareConnect or CareConnect-GPC defined it."""
    name = url.rsplit("/", 1)[-1]
    for prefix in ("Extension-CareConnect-GPC-", "Extension-CareConnect-"):
        name = name.removeprefix(prefix)
    return name.removesuffix("-1")


def extensions(source: JsonObject, name: str) -> list[JsonObject]:
    """The extensions called `name` ("ActualProblem"), whether CareConnect or CareConnect-GPC defined them."""
    if "extension" not in source:
        return []
    return [
        item
        for item in listed(source["extension"])
        if isinstance(item.get("url"), str) and extension_name(item["url"]) == name
    ]


def extension_value(source: JsonObject, name: str, *values: str) -> Any:
    """The first of the elements `values` (valueCodeableConcept, …) in an extension called `name`, or None."""
    for item in extensions(source, name):
        for value in values:
            if value in item:
                return item[value]
    return None


def concept_extension(source: JsonObject, name: str) -> JsonObject | None:
    """The CodeableConcept in an extension called `name`, or None."""
    value = extension_value(source, name, "valueCodeableConcept")
    return concept(value) if isinstance(value, dict) else None


def requester(source: JsonObject, path: str) -> JsonObject | None:
    """STU3's requester {agent, onBehalfOf} as R4's one Reference: the person, else the organisation."""
    value = one(source, path)
    if value is None:
        return None
    return one(value, f"{path}.agent") or one(value, f"{path}.onBehalfOf")


def put(target: JsonObject, /, **elements: object) -> JsonObject:
    """`target` with those `elements` that are not empty; a trailing underscore avoids Python's keywords."""
    for name, value in elements.items():
        if value or (value is not None and value != [] and value != {}):
            target[name.removesuffix("_")] = value
    return target
