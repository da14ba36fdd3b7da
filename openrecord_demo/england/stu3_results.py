"""Laboratory reports in GP Connect STU3: report, specimen, group and its members, filing comment."""

from openrecord_demo.england.model import Entry, Json, Kind, Practice, Quantity
from openrecord_demo.england.r4 import quantity
from openrecord_demo.england.stu3 import base, concept, staff

_WORDS = {"H": "Above high reference limit", "L": "Below low reference limit", "N": "Normal"}


def report(entry: Entry, practice: Practice, person: Json, members: list[Entry]) -> Json:
    """The report. Its status says `unknown`: GP Connect returns only what the practice has filed."""
    category = {
        "system": "http://hl7.org/fhir/v2/0074",
        "code": "PAT",
        "display": "Pathology (gross & histopath, not surgical)",
    }
    return base(entry, practice) | {
        "status": "unknown",
        "category": {"coding": [category]},
        "code": concept(entry.code),
        "subject": person,
        "issued": entry.recorded.isoformat(),
        "performer": [{"actor": {"reference": f"Organization/{practice.ods}"}}],
        "specimen": [{"reference": f"Specimen/{m.specimen}"} for m in members if m.specimen][:1],
        "result": [{"reference": f"Observation/{member.id}"} for member in members],
    }


def specimen(entry: Entry, practice: Practice, person: Json) -> Json:
    """What was taken, when, and when the laboratory had it."""
    return base(entry, practice) | {
        "accessionIdentifier": {"value": f"A{entry.id[-8:]}"},
        "type": {"text": entry.text},
        "subject": person,
        "receivedTime": entry.recorded.isoformat(),
        "collection": {"collectedDateTime": entry.clinical.isoformat()},
    }


def result(entry: Entry, practice: Practice, person: Json, members: list[Entry], group: str | None) -> Json:
    """A test, a group heading or a filing comment; groups and members point at each other."""
    body = base(entry, practice) | {
        "status": "unknown",
        "code": concept(entry.code),
        "subject": person,
        "effectiveDateTime": entry.clinical.isoformat(),
        "issued": entry.recorded.isoformat(),
        "performer": [staff(entry, practice)],
    }
    if entry.kind is Kind.RESULT:
        code = {"system": "http://hl7.org/fhir/observation-category", "code": "laboratory", "display": "Laboratory"}
        body["category"] = [{"coding": [code]}]
    if entry.quantity is not None:
        _measured(entry.quantity, body)
    if entry.text is not None:
        body["comment"] = entry.text
    if entry.specimen is not None:
        body["specimen"] = {"reference": f"Specimen/{entry.specimen}"}
    related = [("has-member", member.id) for member in members]
    if group is not None:
        related.append(("derived-from", group))
    if related:
        body["related"] = [{"type": kind, "target": {"reference": f"Observation/{target}"}} for kind, target in related]
    return body


def _measured(value: Quantity, body: Json) -> None:
    body["valueQuantity"] = quantity(value)
    if value.flag is None:
        return
    limits = {"low": value.low, "high": value.high}
    body["referenceRange"] = [
        {name: quantity(Quantity(bound, value.unit)) for name, bound in limits.items() if bound is not None}
    ]
    body["interpretation"] = {
        "coding": [{"system": "http://hl7.org/fhir/v2/0078", "code": value.flag, "display": _WORDS[value.flag]}]
    }
