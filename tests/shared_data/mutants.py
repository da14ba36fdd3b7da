"""Real files with one thing wrong in them: made from a seed, so that the same seed makes the same file."""

import copy
import gzip
import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
FOLDERS = (
    *("gpconnect-structured-stu3", "synthea-r4-uk-localised", "gpconnect-spec-examples-stu3"),
    *("pathology-edifact-nhs003", "ipa-r4/examples"),
)
MOST = 60
"""Resources kept of a larger file: what is wrong with one of them shows as well, and soon."""

JUNK: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1.5, 10**30, "", "x", " ", "\u2028", [], {}, [None], ["x"], [[]], {"x": 1}),
    *({"reference": 5}, {"coding": "x"}, {"coding": [{"code": 5}]}, "2019-99-99", "A" * 5000, {"extension": [5]}),
)

RESTRICT = {
    *("AllergyIntolerance", "Condition", "DiagnosticReport", "DocumentReference", "Encounter", "Immunization", "List"),
    *("Medication", "MedicationRequest", "MedicationStatement", "Observation", "Procedure", "QuestionnaireResponse"),
}

Json = dict[str, Any]


@dataclass(frozen=True)
class Mutant:
    """A document with one resource changed. `number`: of its entry, `before`: the resource as it was."""

    document: Json
    number: int
    before: Json


def _mutant(document: Json, number: int, resource: Json) -> Mutant:
    entry = document["entry"][number]
    entries = [*document["entry"][:number], {**entry, "resource": resource}, *document["entry"][number + 1 :]]
    return Mutant({**document, "entry": entries}, number, entry["resource"])


def sources() -> list[Path]:
    """The files, in a fixed order; none where the data are absent. Some are wrapped in page template tags: no JSON."""
    found = [path for folder in FOLDERS for path in sorted((DATA / folder).rglob("*.json*"))]
    return [path for path in found if path.suffix == ".gz" or not path.read_bytes().startswith(b"{%")]


def content(path: Path) -> bytes:
    """A file's bytes, unpacked."""
    raw = path.read_bytes()
    return gzip.decompress(raw) if path.suffix == ".gz" else raw


def bundle(path: Path) -> Json:
    """The Bundle in a file; a single resource in one of its own."""
    document: Json = json.loads(content(path))
    if document["resourceType"] == "Bundle" and document.get("entry"):
        return document
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": document}]}


def smaller(document: Json, seed: random.Random) -> Json:
    """The document with about MOST of its resources, its patients, organisations and needed medicines among them."""
    entries = document["entry"]
    if len(entries) <= MOST:
        return document
    kept = set(seed.sample(range(len(entries)), MOST))
    needed = {medicine_of(entries[number]["resource"]) for number in kept}
    for number, entry in enumerate(entries):
        kind, own = entry["resource"]["resourceType"], entry["resource"].get("id")
        if kind in ("Patient", "Organization") or (kind == "Medication" and f"Medication/{own}" in needed):
            kept.add(number)
    return {**document, "entry": [entries[number] for number in sorted(kept)]}


def medicine_of(resource: Json) -> str | None:
    """The reference to the Medication that a resource is about."""
    reference: str | None = resource.get("medicationReference", {}).get("reference")
    return reference


def spoiled(document: Json, seed: random.Random) -> Mutant:
    """The document with something wrong in one resource."""
    number = seed.randrange(len(document["entry"]))
    resource = copy.deepcopy(document["entry"][number]["resource"])
    _spoil(resource, seed)
    return _mutant(document, number, resource)


def restricted(document: Json, seed: random.Random) -> Mutant | None:
    """The document with one resource that says what is not to be shown; None where it holds none that could."""
    able = [number for number, entry in enumerate(document["entry"]) if entry["resource"]["resourceType"] in RESTRICT]
    if not able:
        return None
    number = seed.choice(able)
    resource = copy.deepcopy(document["entry"][number]["resource"])
    if "status" in resource and resource["resourceType"] != "List" and seed.random() < 0.4:
        resource["status"] = seed.choice(("entered-in-error", "preliminary"))
    else:
        resource.setdefault("meta", {})["security"] = [{"system": "http://hl7.org/fhir/v3/ActCode", "code": "NOPAT"}]
    return _mutant(document, number, resource)


def malformed(document: Json, number: int, seed: random.Random) -> Mutant:
    """The document with another JSON type somewhere in one resource: not left out, but not to be understood."""
    resource = copy.deepcopy(document["entry"][number]["resource"])
    holder, key = seed.choice(_places(resource))
    holder[key] = seed.choice([junk for junk in JUNK[1:] if type(junk) is not type(holder[key])])
    return _mutant(document, number, resource)


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every place in a value, as the object or list that holds it and the key."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, held in inside for place in ((value, key), *_places(held))]


def _spoil(resource: Json, seed: random.Random) -> None:
    holder, key = seed.choice(_places(resource))
    value = holder[key]
    match seed.choice(("delete", "junk", "junk", "junk", "repeat", "wrap", "unwrap", "garble", "rename", "shuffle")):
        case "delete":
            del holder[key]
        case "repeat" if isinstance(value, list):
            holder[key] = [*value, *value]
        case "wrap":
            holder[key] = [value]
        case "unwrap" if isinstance(value, list) and value:
            holder[key] = value[0]
        case "garble" if isinstance(value, str) and value:
            place = seed.randrange(len(value))
            holder[key] = value[:place] + seed.choice(("", "~", "/", "#", "\u00e9", "  ")) + value[place + 1 :]
        case "rename" if isinstance(holder, dict):
            holder[seed.choice(("reference", "extension", "value", "resourceType", "x"))] = holder.pop(key)
        case "shuffle" if isinstance(value, list):
            seed.shuffle(value)
        case _:
            holder[key] = seed.choice(JUNK)


PIECES = (b"", b"", b"\0", b"\\ud800", b"\\u0000", b'"', b"}", b"]", b",", b"\xff", b"NaN", b"1e999", b"[" * 5000)


def spoiled_bytes(text: bytes, seed: random.Random) -> bytes:
    """The text with a few bytes lost, doubled or replaced."""
    place = seed.randrange(len(text))
    return text[:place] + seed.choice(PIECES) + text[place + seed.choice((1, 1, 2, 10, 1000)) :]
