"""Which entries of a record are Covid-19 vaccinations, by code. Pure; the codes lie in data/covid_vaccinations.toml.

Words alone never make an entry one: what has no code that is listed there stays among the other vaccinations.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from openrecord.clinical.codes import MEDICINE_SYSTEMS

PROCEDURE = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-VaccinationProcedure"
_KEYS = frozenset({"review", "product", "procedure", "disease"})
LONGEST_PLACE = 120
"""Characters: what is longer is no name, and has no room on a card."""
Json = Mapping[str, Any]


class InvalidCodes(ValueError):
    """The file data/covid_vaccinations.toml is not understood."""


@dataclass(frozen=True, slots=True)
class Codes:
    """The listed codes. `names`: what people call each product and procedure."""

    names: Mapping[str, str]
    products: frozenset[str]
    diseases: frozenset[str]


@cache
def codes() -> Codes:
    """The file, read once at first use; raises InvalidCodes."""
    text = files("openrecord.clinical").joinpath("data", "covid_vaccinations.toml").read_text(encoding="utf-8")
    listed = tomllib.loads(text)
    if listed.keys() != _KEYS:
        raise InvalidCodes("a part is missing or unknown")
    every = [item["code"] for part in ("product", "procedure", "disease") for item in listed[part]]
    if len(set(every)) != len(every):
        raise InvalidCodes("a code stands twice")
    return Codes(
        {item["code"]: item["name"] for part in ("product", "procedure") for item in listed[part]},
        frozenset(item["code"] for item in listed["product"]),
        frozenset(item["code"] for item in listed["disease"]),
    )


def is_given(body: Json) -> bool:
    """Whether an R4 Immunization is a Covid-19 vaccination that was given."""
    return body.get("status") == "completed" and (
        bool(codes_of(body)) or any(code in codes().diseases for code in _diseases(body))
    )


def codes_of(body: Json) -> tuple[str, ...]:
    """The listed SNOMED CT or dm+d codes of what was given: the product in front, each once."""
    known = codes()
    found = dict.fromkeys((*_codes(body.get("vaccineCode")), *_procedures(body)))
    listed = [code for code in found if code in known.names]
    return tuple(sorted(listed, key=lambda code: code not in known.products))


def name_of(body: Json) -> str:
    """What people call the vaccine, by its first listed code; empty where it has none."""
    return next((codes().names[code] for code in codes_of(body)), "")


def place_of(body: Json) -> str:
    """The place or the organisation that gave a dose, if its name is not overlong; never that of a person."""
    actors = (each.get("actor") for each in _objects(body.get("performer")))
    organisations = (actor for actor in actors if isinstance(actor, dict) and actor.get("type") == "Organization")
    for one in (body.get("location"), *organisations):
        display = one.get("display") if isinstance(one, dict) else None
        name = display.strip() if isinstance(display, str) else ""
        if name and len(name) <= LONGEST_PLACE:
            return name
    return ""


def _procedures(body: Json) -> Iterator[str]:
    for extension in _objects(body.get("extension")):
        if extension.get("url") == PROCEDURE:
            yield from _codes(extension.get("valueCodeableConcept"))


def _diseases(body: Json) -> Iterator[str]:
    for protocol in _objects(body.get("protocolApplied")):
        for disease in _objects(protocol.get("targetDisease")):
            yield from _codes(disease)


def _codes(concept: object) -> Iterator[str]:
    coding = concept.get("coding") if isinstance(concept, dict) else None
    for item in _objects(coding):
        code = item.get("code")
        if item.get("system") in MEDICINE_SYSTEMS and isinstance(code, str):
            yield code


def _objects(value: object) -> Iterator[Json]:
    return (item for item in value if isinstance(item, dict)) if isinstance(value, list) else iter(())
