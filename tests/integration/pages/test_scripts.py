"""A record whose every text is an attack: on every page it is text and nothing else."""

import re
import uuid
from html.parser import HTMLParser
from typing import Any

from django.test import Client

from openrecord.kit.ids import spelt
from openrecord.registry.types import Policy
from openrecord.screening import queries as screening
from openrecord.web.records.sections import SECTIONS
from tests.integration.fhir.world import CATEGORY, Json, Record
from tests.integration.pages import world

ATTACK = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}javascript:alert(1)"
DAY = "2025-02-01"
ELSEWHERE = ("/static/", "/language/", "/sign-out")


class _Marks(HTMLParser):
    """The elements, attributes and addresses of a page; scripts, unless they are our own files."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.names: set[str] = set()
        self.addresses: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "script" or not dict(attrs).get("src", "").startswith("/static/"):
            self.tags.add(tag)
        self.names |= {name for name, _ in attrs}
        self.addresses |= {str(value) for name, value in attrs if name in {"href", "src", "action"}}


def concept(code: str = "27113001") -> Json:
    return {"text": ATTACK, "coding": [{"system": "http://snomed.info/sct", "code": code, "display": ATTACK}]}


def resource(kind: str, **elements: Any) -> Json:
    person = {"reference": "Patient/p", "display": ATTACK}
    return {"resourceType": kind, "id": f"{kind}-{uuid.uuid4()}", "status": "final", "note": [{"text": ATTACK}],
            "subject": person, "patient": person, "code": concept(), **elements}  # fmt: skip


def attacks() -> list[Json]:
    quantity = {"value": 70, "unit": ATTACK, "system": "http://unitsofmeasure.org", "code": "kg"}
    asked = {"linkId": "1", "text": ATTACK, "answer": [{"valueString": ATTACK}]}
    dose = [{"text": ATTACK, "patientInstruction": ATTACK}]
    medicine = {"medicationCodeableConcept": concept(), "dosageInstruction": dose, "dosage": dose, "intent": "order"}
    file = {"contentType": "text/html", "title": ATTACK, "url": f"javascript:{ATTACK}"}
    both = {"effectiveDateTime": DAY, "issued": f"{DAY}T12:00:00Z"}
    ranges = {"valueQuantity": quantity, "referenceRange": [{"text": ATTACK, "high": quantity}]}
    category = [{"coding": [{"system": CATEGORY, "code": "laboratory", "display": ATTACK}], "text": ATTACK}]
    vital = [{"coding": [{"system": CATEGORY, "code": "vital-signs"}]}]
    reaction = {"description": ATTACK, "manifestation": [concept()]}
    return [
        resource("Observation", **both, **ranges, category=category, interpretation=[concept("H")]),
        resource("Observation", **both, valueString=ATTACK, category=vital),
        resource("DiagnosticReport", **both, conclusion=ATTACK, category=category),
        resource("Procedure", status="completed", performedDateTime=DAY),
        resource("QuestionnaireResponse", status="completed", authored=f"{DAY}T12:00:00Z", item=[asked]),
        resource("MedicationStatement", status="active", effectiveDateTime=DAY, dateAsserted=DAY, **medicine),
        resource("MedicationRequest", status="active", authoredOn=DAY, **medicine),
        resource("AllergyIntolerance", recordedDate=DAY, reaction=[reaction]),
        resource("Immunization", status="completed", occurrenceDateTime=DAY, recorded=DAY, vaccineCode=concept(),
                 lotNumber=ATTACK, site=concept()),
        resource("Condition", recordedDate=DAY, onsetString=ATTACK),
        resource("ServiceRequest", status="active", intent="order", authoredOn=DAY, reasonCode=[concept()],
                 patientInstruction=ATTACK),
        resource("DocumentReference", status="current", date=f"{DAY}T12:00:00Z", description=ATTACK, type=concept(),
                 content=[{"attachment": file}]),
        resource("Encounter", status="finished", period={"start": DAY}, reasonCode=[concept()], type=[concept()],
                 **{"class": {"code": "AMB", "display": ATTACK}}),
    ]  # fmt: skip


def page(browser: Client, address: str, seen: dict[str, _Marks]) -> None:
    """This page and every page that its links lead to; a file (a patient's document, a table) has no links."""
    answer = browser.get(address)
    seen[address] = _Marks()
    if not answer["Content-Type"].startswith("text/html"):
        assert answer["X-Content-Type-Options"] == "nosniff", address
        return
    seen[address].feed(answer.text)
    for link in sorted(seen[address].addresses):
        plain = link.partition("?")[0]
        if (
            link.startswith("/")
            and plain not in {one.partition("?")[0] for one in seen}
            and not link.startswith(ELSEWHERE)
        ):
            page(browser, link, seen)


def test_a_record_full_of_scripts_is_only_text(record: Record) -> None:  # noqa: ARG001
    """Its practice is its own: the walk comes to nobody whom other tests left."""
    there = world.own_practice()
    attacked = world.moved(Policy(), there=there, family=ATTACK, given=ATTACK)
    attacked.deliver(*attacks(), org=there)
    states = screening.states(attacked.patient.patient_id)
    assert len(states) == len(attacks())
    staff = world.staff(there, name=ATTACK)
    found: dict[str, _Marks] = {}
    page(world.patient(attacked), "/home", found)
    page(staff, f"/staff/patients/{attacked.patient.public_id}", found)
    for entry in map(spelt, states):
        page(staff, f"/staff/patients/{attacked.patient.public_id}/entries/{entry}/hide", found)
    told = [address for address in found if re.search(r"/[0-9a-f-]{36}$", address)]
    assert len(told) > 2 * len(states), "the entries were not shown"
    for address, marks in found.items():
        assert not marks.tags & {"script", "iframe", "object", "embed", "style"}, address
        assert not {name for name in marks.names if name.startswith("on") or name == "style"}, address
        assert not {link for link in marks.addresses if not link.startswith(("/", "#", "?"))}, address
    assert any("&lt;script&gt;" in world.patient(attacked).get(f"/record/{section.slug}").text for section in SECTIONS)
