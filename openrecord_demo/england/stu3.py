"""One entry as a GP Connect STU3 resource. Which list it stands in is `stu3_lists`; results are `stu3_results`."""

from openrecord_demo.england.codes_used import SNOMED, Code
from openrecord_demo.england.letters import attachment
from openrecord_demo.england.model import ID_SYSTEM, Entry, Json, Kind, Practice
from openrecord_demo.england.r4 import batch_of, quantity
from openrecord_demo.england.r4_people import patient_id, staff_id

NHS = "https://fhir.nhs.uk/STU3"
HL7UK = "https://fhir.hl7.org.uk/STU3"
_NOPAT = {"system": "http://hl7.org/fhir/v3/ActCode", "code": "NOPAT"}

TYPES: dict[Kind, str] = {
    Kind.MEDICATION: "MedicationStatement",
    Kind.PLAN: "MedicationRequest",
    Kind.ISSUE: "MedicationRequest",
    Kind.ALLERGY: "AllergyIntolerance",
    Kind.CONSULTATION: "Encounter",
    Kind.OBSERVATION: "Observation",
    Kind.CONDITION: "Condition",
    Kind.IMMUNISATION: "Immunization",
    Kind.REFERRAL: "ReferralRequest",
    Kind.RESULT: "Observation",
    Kind.REPORT: "DiagnosticReport",
    Kind.SPECIMEN: "Specimen",
    Kind.DOCUMENT: "DocumentReference",
    Kind.COMMENT: "Observation",
    Kind.CODE: "Observation",
    Kind.DIARY: "ProcedureRequest",
}


def concept(code: Code) -> Json:
    """A CodeableConcept; words only where there is no code."""
    if code.snomed is None:
        return {"text": code.term}
    return {"coding": [{"system": SNOMED, "code": code.snomed, "display": code.term, "userSelected": True}]}


def medication_id(code: Code, practice: Practice) -> str:
    """The id of the Medication resource of a medicine."""
    words = "".join(letter if letter.isalnum() else "-" for letter in code.term.lower())
    return f"{practice.ods}-{words}"[:64].rstrip("-")


def base(entry: Entry, practice: Practice, profile: str | None = None) -> Json:
    """What every entry has: type, id, profile, label, business identifier."""
    kind = TYPES[entry.kind]
    meta: Json = {
        "versionId": str(entry.version),
        "lastUpdated": entry.recorded.isoformat(),
        "profile": [f"{NHS}/StructureDefinition/CareConnect-GPC-{profile or kind}-1"],
    }
    if entry.nopat:
        meta["security"] = [_NOPAT]
    return {
        "resourceType": kind,
        "id": entry.id,
        "meta": meta,
        "identifier": [{"system": f"{ID_SYSTEM}/{practice.ods}", "value": entry.id}],
    }


def staff(entry: Entry, practice: Practice) -> Json:
    """Reference to who wrote it."""
    return {"reference": f"Practitioner/{staff_id(practice, entry.staff)}"}


def subject(nhs_number: str, practice: Practice) -> Json:
    """Reference to the person."""
    return {"reference": f"Patient/{patient_id(nhs_number, practice)}"}


def context(entry: Entry, kinds: dict[str, Kind]) -> Json:
    """The consultation an entry belongs to, as the element `context`."""
    if entry.inside is None or kinds.get(entry.inside) is not Kind.CONSULTATION:
        return {}
    return {"context": {"reference": f"Encounter/{entry.inside}"}}


def encounter(entry: Entry, practice: Practice, person: Json) -> Json:
    """A consultation; GP Connect's word for a draft is the status `unknown`."""
    recorder = {"system": f"{NHS}/CodeSystem/GPConnect-ParticipantType-1", "code": "REC", "display": "recorder"}
    performer = {"system": "http://hl7.org/fhir/v3/ParticipationType", "code": "PPRF", "display": "primary performer"}
    who = staff(entry, practice)
    return base(entry, practice) | {
        "status": "unknown" if entry.draft else "finished",
        "type": [{"text": entry.heading}],
        "subject": person,
        "participant": [{"type": [{"coding": [role]}], "individual": who} for role in (performer, recorder)],
        "period": {"start": entry.clinical.isoformat()},
        "serviceProvider": {"reference": f"Organization/{practice.ods}"},
    }


def observation(entry: Entry, practice: Practice, person: Json, kinds: dict[str, Kind]) -> Json:
    """What was measured, noted or coded at the practice itself."""
    body = base(entry, practice) | {
        "status": "final",
        "code": concept(entry.code),
        "subject": person,
        "effectiveDateTime": entry.clinical.isoformat(),
        "issued": entry.recorded.isoformat(),
        "performer": [staff(entry, practice)],
    }
    body.update(context(entry, kinds))
    if entry.heading in ("vital-signs", "social-history", "exam"):
        body["category"] = [{"coding": [{"system": "http://hl7.org/fhir/observation-category", "code": entry.heading}]}]
    if entry.quantity is not None:
        body["valueQuantity"] = quantity(entry.quantity)
    if entry.components:
        body["component"] = [{"code": concept(c), "valueQuantity": quantity(v)} for c, v in entry.components]
    if entry.text is not None:
        body["comment"] = entry.text
    return body


def condition(entry: Entry, practice: Practice, person: Json, kinds: dict[str, Kind], related: list[str]) -> Json:
    """A problem header with the observation that first recorded it and what belongs to it."""
    extensions: list[Json] = []
    if entry.problem is not None:
        actual = {"reference": f"Observation/{entry.problem}"}
        extensions.append(
            {"url": f"{HL7UK}/StructureDefinition/Extension-CareConnect-ActualProblem-1", "valueReference": actual}
        )
    url = f"{HL7UK}/StructureDefinition/Extension-CareConnect-RelatedClinicalContent-1"
    extensions += [{"url": url, "valueReference": {"reference": target}} for target in related]
    significance = f"{HL7UK}/StructureDefinition/Extension-CareConnect-ProblemSignificance-1"
    extensions.append({"url": significance, "valueCode": "major"})
    header = {
        "system": f"{HL7UK}/CodeSystem/CareConnect-ConditionCategory-1",
        "code": "problem-list-item",
        "display": "Problem List Item",
    }
    body = base(entry, practice, "ProblemHeader-Condition") | {
        "extension": extensions,
        "clinicalStatus": "active",
        "category": [{"coding": [header]}],
        "code": concept(entry.code),
        "subject": person,
        "onsetDateTime": entry.clinical.isoformat(),
        "assertedDate": entry.recorded.isoformat(),
        "asserter": staff(entry, practice),
    }
    return body | context(entry, kinds)


def allergy(entry: Entry, practice: Practice, person: Json) -> Json:
    """An allergy or adverse reaction."""
    return base(entry, practice) | {
        "clinicalStatus": "active",
        "verificationStatus": "unconfirmed",
        "category": ["medication"],
        "code": concept(entry.code),
        "patient": person,
        "onsetDateTime": entry.clinical.isoformat(),
        "assertedDate": entry.recorded.isoformat(),
        "recorder": staff(entry, practice),
    }


def immunisation(entry: Entry, practice: Practice, person: Json) -> Json:
    """A vaccination; GP Connect puts the coded procedure and the recorded date into extensions."""
    stem = f"{HL7UK}/StructureDefinition/Extension-CareConnect"
    unknown = {"system": "http://hl7.org/fhir/v3/NullFlavor", "code": "UNK", "display": "unknown"}
    return base(entry, practice) | {
        "extension": [
            {"url": f"{stem}-DateRecorded-1", "valueDateTime": entry.recorded.isoformat()},
            {"url": f"{stem}-VaccinationProcedure-1", "valueCodeableConcept": concept(entry.code)},
        ],
        "status": "completed",
        "notGiven": False,
        "vaccineCode": {"coding": [unknown]},
        "patient": person,
        "date": entry.clinical.isoformat(),
        "primarySource": True,
        "lotNumber": batch_of(entry),
        "practitioner": [
            {"actor": staff(entry, practice)},
            {"actor": {"reference": f"Organization/{practice.ods}"}},
        ],
    }


def statement(entry: Entry, practice: Practice, person: Json) -> Json:
    """That a medicine is or was taken."""
    period: Json = {"start": entry.clinical.isoformat()}
    if entry.ended is not None:
        period["end"] = entry.ended.isoformat()
    agency = {
        "system": f"{NHS}/CodeSystem/CareConnect-PrescribingAgency-1",
        "code": "prescribed-at-gp-practice",
        "display": "Prescribed at GP practice",
    }
    return base(entry, practice) | {
        "extension": [
            {
                "url": f"{NHS}/StructureDefinition/Extension-CareConnect-GPC-PrescribingAgency-1",
                "valueCodeableConcept": {"coding": [agency]},
            }
        ],
        "basedOn": [{"reference": f"MedicationRequest/{entry.unit}"}],
        "status": "completed" if entry.ended else "active",
        "medicationReference": {"reference": f"Medication/{medication_id(entry.code, practice)}"},
        "effectivePeriod": period,
        "dateAsserted": entry.recorded.isoformat(),
        "subject": person,
        "taken": "unk",
        "dosage": [{"text": entry.dose.text if entry.dose else ""}],
    }


def request(entry: Entry, practice: Practice, person: Json, kinds: dict[str, Kind]) -> Json:
    """A plan to prescribe (`intent` plan) or one issue of it (`order`)."""
    plan = entry.kind is Kind.PLAN
    repeat = entry.dose is not None and entry.dose.repeat
    prescription = {
        "system": f"{NHS}/CodeSystem/CareConnect-PrescriptionType-1",
        "code": "repeat" if repeat else "acute",
        "display": "Repeat" if repeat else "Acute",
    }
    body = base(entry, practice) | {
        "extension": [
            {
                "url": f"{NHS}/StructureDefinition/Extension-CareConnect-GPC-PrescriptionType-1",
                "valueCodeableConcept": {"coding": [prescription]},
            }
        ],
        "status": "active" if plan and not entry.ended else "completed",
        "intent": "plan" if plan else "order",
        "medicationReference": {"reference": f"Medication/{medication_id(entry.code, practice)}"},
        "subject": person,
        "authoredOn": entry.recorded.isoformat(),
        "requester": {"agent": staff(entry, practice)},
        "recorder": staff(entry, practice),
    }
    if not plan:
        body["basedOn"] = [{"reference": f"MedicationRequest/{entry.unit}"}]
    if entry.dose is not None:
        body["dosageInstruction"] = [{"text": entry.dose.text}]
        body["dispenseRequest"] = {
            "validityPeriod": {"start": entry.clinical.date().isoformat()},
            "quantity": {"value": entry.dose.quantity, "unit": entry.dose.unit},
            "expectedSupplyDuration": {
                "value": entry.dose.days,
                "unit": "day",
                "system": "http://unitsofmeasure.org",
                "code": "d",
            },
        }
    return body | context(entry, kinds)


def referral(entry: Entry, practice: Practice, person: Json, kinds: dict[str, Kind]) -> Json:
    """A referral to another service."""
    return (
        base(entry, practice)
        | context(entry, kinds)
        | {
            "status": "unknown",
            "intent": "order",
            "priority": "urgent" if entry.urgent else "routine",
            "subject": person,
            "authoredOn": entry.recorded.isoformat(),
            "requester": {"agent": staff(entry, practice)},
            "reasonCode": [concept(entry.code)],
            "description": entry.text,
        }
    )


def diary(entry: Entry, practice: Practice, person: Json) -> Json:
    """Something due: practices use it as a reminder; it is never for the patient."""
    return base(entry, practice) | {
        "status": "active",
        "intent": "plan",
        "code": concept(entry.code),
        "subject": person,
        "occurrenceDateTime": entry.clinical.date().isoformat(),
        "authoredOn": entry.recorded.isoformat(),
        "requester": {"agent": staff(entry, practice)},
        "note": [{"text": entry.text}],
    }


def document(entry: Entry, practice: Practice, person: Json) -> Json:
    """A letter."""
    return base(entry, practice) | {
        "status": "current",
        "type": concept(entry.code),
        "subject": person,
        "created": entry.clinical.isoformat(),
        "indexed": entry.recorded.isoformat(),
        "custodian": {"reference": f"Organization/{practice.ods}"},
        "description": entry.text,
        "content": [{"attachment": attachment(entry)}],
    }
