"""One practice's part of a record as FHIR R4 resources in the shape of UK Core. Entry ids are the resource ids."""

from collections.abc import Callable, Iterator
from zlib import crc32

from openrecord_demo.england.codes_used import CODES, SNOMED, Code
from openrecord_demo.england.letters import attachment
from openrecord_demo.england.model import ID_SYSTEM, Entry, GeneratedPatient, Json, Kind, Practice, Quantity
from openrecord_demo.england.r4_people import UKCORE, patient_id, patient_resource, staff_id

UCUM = "http://unitsofmeasure.org"
_HL7 = "http://terminology.hl7.org/CodeSystem"
_NOPAT = {"system": f"{_HL7}/v3-ActCode", "code": "NOPAT"}
_TYPES = {
    Kind.MEDICATION: "MedicationStatement",
    Kind.PLAN: "MedicationRequest",
    Kind.ISSUE: "MedicationRequest",
    Kind.ALLERGY: "AllergyIntolerance",
    Kind.CONSULTATION: "Encounter",
    Kind.OBSERVATION: "Observation",
    Kind.CONDITION: "Condition",
    Kind.IMMUNISATION: "Immunization",
    Kind.REFERRAL: "ServiceRequest",
    Kind.RESULT: "Observation",
    Kind.REPORT: "DiagnosticReport",
    Kind.SPECIMEN: "Specimen",
    Kind.DOCUMENT: "DocumentReference",
    Kind.COMMENT: "Observation",
    Kind.CODE: "Observation",
    Kind.DIARY: "ServiceRequest",
}
_FLAGS = {"H": "High", "L": "Low", "N": "Normal"}
_CATEGORIES = {"vital-signs", "social-history", "laboratory", "exam"}


def concept(code: Code) -> Json:
    """A CodeableConcept; words only where there is no code."""
    if code.snomed is None:
        return {"text": code.term}
    return {"coding": [{"system": SNOMED, "code": code.snomed, "display": code.term}], "text": code.term}


def batch_of(entry: Entry) -> str:
    """A made-up batch number; the same in every format."""
    return f"OR{crc32(entry.id.encode()) % 10_000:04d}"


def quantity(value: Quantity) -> Json:
    """A Quantity with its unit in UCUM, where it has one."""
    if not value.unit:
        return {"value": value.value}
    return {"value": value.value, "unit": value.unit, "system": UCUM, "code": value.unit}


def reference_of(kind: Kind, entry_id: str) -> Json:
    """A reference to an entry of the same message."""
    return {"reference": f"{_TYPES[kind]}/{entry_id}"}


def resources(patient: GeneratedPatient, practice: Practice, entries: tuple[Entry, ...]) -> Iterator[Json]:
    """The Patient and the given entries of one practice; the practice's own are `r4_people.directory`."""
    yield patient_resource(patient, practice)
    writer = _Writer(patient.person.nhs_number, practice, entries)
    for entry in entries:
        yield writer.resource(entry)


def _status(entry: Entry) -> str:
    return "corrected" if entry.corrected else "final" if entry.filed else "preliminary"


class _Writer:
    """Writes entries of one record; knows which entries belong to which, so that containers can list their members."""

    def __init__(self, nhs_number: str, practice: Practice, entries: tuple[Entry, ...]) -> None:
        self._practice = practice
        self._subject = {"reference": f"Patient/{patient_id(nhs_number, practice)}"}
        self._identifier = f"{ID_SYSTEM}/{practice.ods}"
        self._kinds = {entry.id: entry.kind for entry in entries}
        self._members: dict[str, list[Entry]] = {}
        for entry in entries:
            if entry.inside is not None and entry.kind in (Kind.RESULT, Kind.COMMENT):
                self._members.setdefault(entry.inside, []).append(entry)

    def resource(self, entry: Entry) -> Json:
        """The resource of an entry."""
        kind = _TYPES[entry.kind]
        meta: Json = {
            "versionId": str(entry.version),
            "lastUpdated": entry.recorded.isoformat(),
            "profile": [UKCORE + kind],
        }
        if entry.nopat:
            meta["security"] = [_NOPAT]
        body: Json = {
            "resourceType": kind,
            "id": entry.id,
            "meta": meta,
            "identifier": [{"system": self._identifier, "value": entry.id}],
        }
        body.update(_SHAPES.get(entry.kind, _Writer.observation)(self, entry))
        inside = entry.inside
        if inside is not None and self._kinds.get(inside) is Kind.CONSULTATION:
            field = "context" if entry.kind is Kind.MEDICATION else "encounter"
            body[field] = {"reference": f"Encounter/{inside}"}
        return body

    @property
    def _organisation(self) -> Json:
        return {"reference": f"Organization/{self._practice.ods}"}

    def _staff(self, entry: Entry) -> Json:
        return {"reference": f"Practitioner/{staff_id(self._practice, entry.staff)}"}

    def observation(self, entry: Entry) -> Json:
        """A measurement, result, comment or code."""
        result = entry.kind is Kind.RESULT
        code = concept(entry.code)
        if entry.code == CODES["comment"]:
            code["text"] = entry.heading
        body: Json = {
            "status": _status(entry),
            "code": code,
            "subject": self._subject,
            "effectiveDateTime": entry.clinical.isoformat(),
            "issued": entry.recorded.isoformat(),
            "performer": [self._staff(entry)],
        }
        if entry.code == CODES["comment"]:
            body["category"] = [concept(entry.code)]
        elif entry.heading in _CATEGORIES:
            body["category"] = [{"coding": [{"system": f"{_HL7}/observation-category", "code": entry.heading}]}]
        if entry.quantity is not None:
            self._measured(entry.quantity, body)
        if entry.components:
            body["component"] = [{"code": concept(c), "valueQuantity": quantity(v)} for c, v in entry.components]
        if entry.text is not None:
            if result:
                body["valueString"] = entry.text
            else:
                body["note"] = [{"text": entry.text}]
        if entry.specimen is not None:
            body["specimen"] = reference_of(Kind.SPECIMEN, entry.specimen)
        if result and entry.id in self._members:
            body["hasMember"] = [reference_of(m.kind, m.id) for m in self._members[entry.id]]
        return body

    def _measured(self, value: Quantity, body: Json) -> None:
        body["valueQuantity"] = quantity(value)
        if value.flag is None:
            return
        bounds = {"low": value.low, "high": value.high}
        limits = {name: quantity(Quantity(bound, value.unit)) for name, bound in bounds.items() if bound is not None}
        body["referenceRange"] = [limits]
        system = f"{_HL7}/v3-ObservationInterpretation"
        body["interpretation"] = [{"coding": [{"system": system, "code": value.flag, "display": _FLAGS[value.flag]}]}]

    def report(self, entry: Entry) -> Json:
        """A laboratory report with its members."""
        members = self._members.get(entry.id, [])
        body: Json = {
            "status": _status(entry),
            "category": [{"coding": [{"system": f"{_HL7}/v2-0074", "code": "LAB", "display": "Laboratory"}]}],
            "code": concept(entry.code),
            "subject": self._subject,
            "effectiveDateTime": entry.clinical.isoformat(),
            "issued": entry.recorded.isoformat(),
            "performer": [{"reference": f"Organization/{self._practice.ods}"}],
            "result": [reference_of(member.kind, member.id) for member in members],
        }
        specimen = next((member.specimen for member in members if member.specimen), None)
        if specimen is not None:
            body["specimen"] = [reference_of(Kind.SPECIMEN, specimen)]
        return body

    def specimen(self, entry: Entry) -> Json:
        """What was taken, and when the laboratory had it."""
        return {
            "accessionIdentifier": {"value": f"A{entry.id[-8:]}"},
            "status": "available",
            "type": {"text": entry.text},
            "subject": self._subject,
            "receivedTime": entry.recorded.isoformat(),
            "collection": {"collectedDateTime": entry.clinical.isoformat()},
        }

    def encounter(self, entry: Entry) -> Json:
        """A consultation; one still being written is in progress."""
        body: Json = {
            "status": "in-progress" if entry.draft else "finished",
            "class": {"system": f"{_HL7}/v3-ActCode", "code": "AMB", "display": "ambulatory"},
            "type": [{"text": entry.heading}],
            "subject": self._subject,
            "participant": [{"individual": self._staff(entry)}],
            "period": {"start": entry.clinical.isoformat()},
            "reasonCode": [concept(entry.code)],
            "serviceProvider": {"reference": f"Organization/{self._practice.ods}"},
        }
        if entry.problem is not None:
            body["reasonReference"] = [reference_of(Kind.CONDITION, entry.problem)]
        return body

    def condition(self, entry: Entry) -> Json:
        """A problem on the problem list."""
        body: Json = {
            "clinicalStatus": {"coding": [{"system": f"{_HL7}/condition-clinical", "code": "active"}]},
            "verificationStatus": {"coding": [{"system": f"{_HL7}/condition-ver-status", "code": "confirmed"}]},
            "category": [{"coding": [{"system": f"{_HL7}/condition-category", "code": "problem-list-item"}]}],
            "code": concept(entry.code),
            "subject": self._subject,
            "onsetDateTime": entry.clinical.isoformat(),
            "recordedDate": entry.recorded.isoformat(),
            "asserter": self._staff(entry),
        }
        if entry.problem is not None:
            body["evidence"] = [{"detail": [reference_of(Kind.OBSERVATION, entry.problem)]}]
        return body

    def allergy(self, entry: Entry) -> Json:
        """An allergy or adverse reaction."""
        return {
            "clinicalStatus": {"coding": [{"system": f"{_HL7}/allergyintolerance-clinical", "code": "active"}]},
            "verificationStatus": {
                "coding": [{"system": f"{_HL7}/allergyintolerance-verification", "code": "confirmed"}]
            },
            "code": concept(entry.code),
            "patient": self._subject,
            "onsetDateTime": entry.clinical.isoformat(),
            "recordedDate": entry.recorded.isoformat(),
            "recorder": self._staff(entry),
        }

    def immunisation(self, entry: Entry) -> Json:
        """A vaccination."""
        body: Json = {
            "status": "completed",
            "vaccineCode": concept(entry.code),
            "patient": self._subject,
            "occurrenceDateTime": entry.clinical.isoformat(),
            "recorded": entry.recorded.isoformat(),
            "primarySource": True,
            "lotNumber": batch_of(entry),
            "performer": [{"actor": self._staff(entry)}, {"actor": self._organisation}],
        }
        if entry.dose_number is not None:
            body["protocolApplied"] = [{"doseNumberPositiveInt": entry.dose_number}]
        return body

    def statement(self, entry: Entry) -> Json:
        """That a medicine is or was taken."""
        period: Json = {"start": entry.clinical.isoformat()}
        if entry.ended is not None:
            period["end"] = entry.ended.isoformat()
        return {
            "basedOn": [reference_of(Kind.PLAN, str(entry.unit))],
            "status": "completed" if entry.ended else "active",
            "medicationCodeableConcept": concept(entry.code),
            "subject": self._subject,
            "effectivePeriod": period,
            "dateAsserted": entry.recorded.isoformat(),
            "dosage": [{"text": entry.dose.text if entry.dose else ""}],
        }

    def request(self, entry: Entry) -> Json:
        """A plan to prescribe, or one issue of it."""
        plan = entry.kind is Kind.PLAN
        body: Json = {
            "status": "active" if plan and not entry.ended else "completed",
            "intent": "plan" if plan else "order",
            "medicationCodeableConcept": concept(entry.code),
            "subject": self._subject,
            "authoredOn": entry.recorded.isoformat(),
            "requester": self._staff(entry),
            "dosageInstruction": [{"text": entry.dose.text if entry.dose else ""}],
        }
        if not plan:
            body["basedOn"] = [reference_of(Kind.PLAN, str(entry.unit))]
        if entry.dose is not None:
            kind = "continuous" if entry.dose.repeat else "acute"
            body["courseOfTherapyType"] = {
                "coding": [{"system": f"{_HL7}/medicationrequest-course-of-therapy", "code": kind}]
            }
            body["dispenseRequest"] = {"quantity": {"value": entry.dose.quantity, "unit": entry.dose.unit}}
        return body

    def referral(self, entry: Entry) -> Json:
        """A referral to another service."""
        return {
            "status": "active",
            "intent": "order",
            "category": [concept(CODES["list_referrals"])],
            "priority": "urgent" if entry.urgent else "routine",
            "code": concept(entry.code),
            "subject": self._subject,
            "authoredOn": entry.recorded.isoformat(),
            "requester": self._staff(entry),
            "note": [{"text": entry.text}],
        }

    def diary(self, entry: Entry) -> Json:
        """A recall: a plan, not an order."""
        return {
            "status": "active",
            "intent": "plan",
            "category": [concept(CODES["list_diary"])],
            "code": concept(entry.code),
            "subject": self._subject,
            "occurrenceDateTime": entry.clinical.isoformat(),
            "authoredOn": entry.recorded.isoformat(),
            "requester": self._staff(entry),
            "note": [{"text": entry.text}],
        }

    def document(self, entry: Entry) -> Json:
        """A letter."""
        return {
            "status": "current",
            "docStatus": "final" if entry.filed else "preliminary",
            "type": concept(entry.code),
            "subject": self._subject,
            "date": entry.recorded.isoformat(),
            "author": [self._staff(entry)],
            "custodian": {"reference": f"Organization/{self._practice.ods}"},
            "description": entry.text,
            "content": [{"attachment": attachment(entry)}],
            "context": {"period": {"start": entry.clinical.isoformat()}},
        }


_SHAPES: dict[Kind, Callable[[_Writer, Entry], Json]] = {
    Kind.MEDICATION: _Writer.statement,
    Kind.PLAN: _Writer.request,
    Kind.ISSUE: _Writer.request,
    Kind.ALLERGY: _Writer.allergy,
    Kind.CONSULTATION: _Writer.encounter,
    Kind.CONDITION: _Writer.condition,
    Kind.IMMUNISATION: _Writer.immunisation,
    Kind.REFERRAL: _Writer.referral,
    Kind.REPORT: _Writer.report,
    Kind.SPECIMEN: _Writer.specimen,
    Kind.DOCUMENT: _Writer.document,
    Kind.DIARY: _Writer.diary,
}
"""How each kind is written; every other one is an Observation."""
