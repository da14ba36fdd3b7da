"""STU3 forms of R4 elements: code systems under their old names, status codes, references, extensions. Pure."""

from functools import lru_cache

from openrecord.clinical.incoming import JsonObject
from openrecord.clinical.stu3.elements import RENAMED_PREFIXES, RENAMED_SYSTEMS

CARE_CONNECT = "https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-"
GP_CONNECT = "https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-"

_OLD_SYSTEMS = {new: old for old, new in reversed(RENAMED_SYSTEMS.items())}
"""R4's name of a code system to FHIR's own of STU3, and where there is none to CareConnect's."""


@lru_cache(maxsize=256)
def stu3_system(system: str) -> str:
    """The name that STU3 gives to a code system of R4; `stu3.elements.r4_system` gives it back."""
    for old, new in RENAMED_PREFIXES:
        if system.startswith(new):
            return old + system[len(new) :]
    return _OLD_SYSTEMS.get(system, system)


def coding(value: JsonObject) -> JsonObject:
    """A Coding whose system has its STU3 name."""
    return {**value, "system": stu3_system(value["system"])} if "system" in value else value


def concept(value: JsonObject) -> JsonObject:
    """A CodeableConcept whose systems have their STU3 names."""
    return {**value, "coding": [coding(item) for item in value["coding"]]} if "coding" in value else value


def concepts(source: JsonObject, name: str) -> list[JsonObject]:
    """Those of a repeating element."""
    return [concept(item) for item in source.get(name, ())]


def first(source: JsonObject, name: str) -> JsonObject | None:
    """The first item of an element that repeats in R4 and does not in STU3."""
    items: list[JsonObject] = source.get(name) or []
    return items[0] if items else None


def first_code(source: JsonObject, name: str) -> str | None:
    """The code of a concept that is a plain code in STU3."""
    found: list[str] = [item["code"] for item in source.get(name, {}).get("coding", ()) if "code" in item]
    return found[0] if found else None


def agent(value: JsonObject | None) -> JsonObject | None:
    """R4's requester as STU3's {agent}."""
    return None if value is None else {"agent": value}


def extension(url: str, element: str, value: object) -> list[JsonObject]:
    """An extension, or none where there is no value."""
    return [] if value is None else [{"url": f"{url}-1", element: value}]


def said(source: JsonObject, ending: str, element: str) -> object:
    """The value of the first extension of R4 whose address ends so, or None."""
    for item in source.get("extension", ()):
        if item["url"].endswith(ending) and element in item:
            return item[element]
    return None
