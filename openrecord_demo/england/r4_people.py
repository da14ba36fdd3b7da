"""People and places as FHIR R4 in the shape of UK Core: the Patient, the practice and its staff."""

from collections.abc import Iterator

from openrecord_demo.england.model import ID_SYSTEM, GeneratedPatient, Json, Practice

UKCORE = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-"


def directory(practice: Practice) -> Iterator[Json]:
    """The practice and its staff."""
    yield {
        "resourceType": "Organization",
        "id": practice.ods,
        "meta": {"profile": [f"{UKCORE}Organization"]},
        "identifier": [{"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": practice.ods}],
        "active": True,
        "name": practice.name,
        "address": [{"city": practice.town, "postalCode": practice.postcode}],
    }
    for position, name in enumerate(practice.staff):
        yield {
            "resourceType": "Practitioner",
            "id": staff_id(practice, position),
            "meta": {"profile": [f"{UKCORE}Practitioner"]},
            "identifier": [{"system": f"{ID_SYSTEM}/staff", "value": staff_id(practice, position)}],
            "name": [{"text": name}],
        }


def staff_id(practice: Practice, position: int) -> str:
    """The id of a member of staff."""
    return f"{practice.ods}-S{position % len(practice.staff)}"


def patient_id(nhs_number: str, practice: Practice) -> str:
    """The id of a person's Patient resource at a practice."""
    return f"{practice.ods}-{nhs_number}"


def patient_resource(patient: GeneratedPatient, practice: Practice) -> Json:
    """The Patient as this practice knows them."""
    person = patient.person
    verified = {
        "url": "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus",
        "valueCodeableConcept": {
            "coding": [
                {
                    "system": "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland",
                    "code": "01",
                    "display": "Number present and verified",
                }
            ]
        },
    }
    resource: Json = {
        "resourceType": "Patient",
        "id": patient_id(person.nhs_number, practice),
        "meta": {"versionId": "1", "profile": [f"{UKCORE}Patient"]},
        "identifier": [
            {"extension": [verified], "system": "https://fhir.nhs.uk/Id/nhs-number", "value": person.nhs_number}
        ],
        "active": patient.died is None,
        "name": [{"use": "official", "family": person.family, "given": [person.given]}],
        "telecom": [{"system": "phone", "value": person.phone, "use": "mobile"}],
        "gender": person.sex,
        "birthDate": person.born.isoformat(),
        "address": [
            {"use": "home", "line": [person.address[0]], "city": person.address[1], "postalCode": person.address[2]}
        ],
        "generalPractitioner": [{"reference": f"Organization/{practice.ods}"}],
        "managingOrganization": {"reference": f"Organization/{practice.ods}"},
    }
    if patient.died is not None:
        resource["deceasedDateTime"] = patient.died.isoformat()
    return resource
