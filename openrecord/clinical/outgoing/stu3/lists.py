"""The Lists of a GP Connect record: sections by SNOMED CT code, each consultation's topic and category. Pure."""

from collections.abc import Iterable, Iterator, Mapping

from openrecord.clinical.codes import SNOMED
from openrecord.clinical.incoming import JsonObject
from openrecord.clinical.kinds import EntryKind
from openrecord.clinical.outgoing.stu3.elements import CARE_CONNECT

CONSULTATION, TOPIC, CATEGORY = "325851000000107", "25851000000105", "24781000000107"
_ENDED = "1103671000000101"

_SECTIONS: Mapping[str, tuple[str, frozenset[EntryKind]]] = {
    "886921000000105": ("Allergies and adverse reactions", frozenset({EntryKind.ALLERGY})),
    _ENDED: ("Ended allergies", frozenset()),
    "1102181000000102": ("Immunisations", frozenset({EntryKind.IMMUNISATION})),
    "887191000000108": ("Investigations and results", frozenset({EntryKind.REPORT})),
    "1149501000000101": ("List of consultations", frozenset({EntryKind.CONSULTATION})),
    "933361000000108": ("Medications and medical devices", frozenset({EntryKind.MEDICATION})),
    "826501000000100": (
        "Uncategorised data",
        frozenset({EntryKind.OBSERVATION, EntryKind.COMMENT, EntryKind.CODE, EntryKind.PROCEDURE}),
    ),
    "792931000000107": ("Outbound referral", frozenset({EntryKind.REFERRAL})),
    "714311000000108": ("Patient recall administration", frozenset({EntryKind.DIARY})),
    "717711000000103": ("Problems", frozenset({EntryKind.CONDITION})),
}
"""SNOMED CT code of a section to its title and what stands in it (GP Connect Access Record: Structured)."""


def sections(resources: Iterable[tuple[EntryKind, JsonObject]], subject: JsonObject, date: str) -> Iterator[JsonObject]:
    """The sections, also those that are empty."""
    listed = list(resources)
    for code, (title, kinds) in _SECTIONS.items():
        members = [
            each for kind, each in listed if (_ended(each) if code == _ENDED else kind in kinds and not _ended(each))
        ]
        yield {**_list(code, subject, date, members), "title": title}


def _ended(resource: JsonObject) -> bool:
    return resource["resourceType"] == "AllergyIntolerance" and resource.get("clinicalStatus") == "resolved"


def consultation(
    encounter: JsonObject, members: list[JsonObject], problems: Iterable[str], subject: JsonObject, date: str
) -> Iterator[JsonObject]:
    """The three Lists of a consultation. `problems`: what it was about, by reference."""
    own = encounter["id"]
    names = [f"{own}-{part}" for part in ("consultation", "topic", "category")]
    tied = {"encounter": {"reference": f"Encounter/{own}"}}
    inner: list[list[JsonObject]] = [*([{"resourceType": "List", "id": name}] for name in names[1:]), members]
    for name, code, within in zip(names, (CONSULTATION, TOPIC, CATEGORY), inner, strict=True):
        made = {**_list(code, subject, date, within), "id": name, **tied}
        if code == TOPIC and (headers := [_header(problem) for problem in problems]):
            made["extension"] = headers
        yield made


def _header(problem: str) -> JsonObject:
    target = {"url": "target", "valueReference": {"reference": problem}}
    return {"url": f"{CARE_CONNECT}RelatedProblemHeader-1", "extension": [target]}


def _list(code: str, subject: JsonObject, date: str, members: list[JsonObject]) -> JsonObject:
    made: JsonObject = {
        "resourceType": "List",
        "status": "current",
        "mode": "snapshot",
        "code": {"coding": [{"system": SNOMED, "code": code}]},
        "subject": subject,
        "date": date,
    }
    if members:
        made["entry"] = [{"item": {"reference": f"{each['resourceType']}/{each['id']}"}} for each in members]
    return made
