"""Whom the entries of a message are about, and which organisation controls the record. Nothing is verified here. Pure.

A reference that could mean two different people means nobody.
"""

from collections.abc import Iterable, Mapping

from openrecord.clinical import nhs_number
from openrecord.clinical.codes import ODS_ORGANISATION
from openrecord.clinical.incoming import IncomingPatient, JsonObject
from openrecord.clinical.r4.references import searches_for, target_of


def read_patient(resource: JsonObject, references: tuple[str, ...]) -> IncomingPatient:
    """The patient in a Patient resource: the official name or the first, the home address or the first."""
    name = _preferred(resource.get("name"), "official")
    given = name.get("given")
    address = _preferred(resource.get("address"), "home")
    died = _text(resource, "deceasedDateTime") or ("true" if resource.get("deceasedBoolean") is True else None)
    return IncomingPatient(
        nhs_number=identifier_value(resource, nhs_number.SYSTEM),
        family=_text(name, "family"),
        given=" ".join(part for part in given if isinstance(part, str)) or None if isinstance(given, list) else None,
        birth_date=_text(resource, "birthDate"),
        gender=_text(resource, "gender"),
        references=references,
        died=died,
        postcode=_text(address, "postalCode"),
    )


def same_person(one: IncomingPatient, other: IncomingPatient) -> bool:
    """Whether two Patient resources under one name are versions of one person, by NHS number else name and birth."""
    if one.nhs_number and other.nhs_number:
        return one.nhs_number == other.nhs_number
    return (one.family, one.given, one.birth_date) == (other.family, other.given, other.birth_date)


def identifier_value(holder: object, system: str) -> str | None:
    """The value of the first identifier of `system` (of a resource, or the one of a Reference), old ones last."""
    listed = holder.get("identifier") if isinstance(holder, dict) else None
    found = [item for item in _listed(listed) if item.get("system") == system and _text(item, "value")]
    found.sort(key=lambda item: item.get("use") == "old")
    return _text(found[0], "value") if found else None


def subject_of(resource: JsonObject) -> object:
    """The Reference that says whom a resource is about, or None."""
    for element in ("subject", "patient"):
        if (holder := resource.get(element)) is not None:
            return holder
    return resource.get("for") if resource.get("resourceType") == "Task" else None


def source_organisation(patient: JsonObject, organisations: Mapping[str, JsonObject]) -> str | None:
    """The ODS code of the organisation that keeps the record, else of the patient's general practice, if named."""
    practices = patient.get("generalPractitioner")
    for holder in (patient.get("managingOrganization"), *(practices if isinstance(practices, list) else ())):
        target = target_of(holder)
        for named in (holder, organisations.get(target) if target else None):
            if code := identifier_value(named, ODS_ORGANISATION):
                return code
    return None


class People:
    """The patients of a message and the references by which entries name them."""

    def __init__(self, patients: Iterable[tuple[JsonObject, tuple[str, ...]]]) -> None:
        self.patients: list[IncomingPatient] = []
        self.resources: list[JsonObject] = []
        self._by_name: dict[str, int | None] = {}
        self._by_number: dict[str, int | None] = {}
        for resource, names in patients:
            self._add(resource, names)

    def _add(self, resource: JsonObject, names: tuple[str, ...]) -> None:
        patient = read_patient(resource, names)
        number = next((known for name in names if (known := self._by_name.get(name)) is not None), None)
        if number is None or not same_person(self.patients[number], patient):
            number = len(self.patients)
            self.patients.append(patient)
            self.resources.append(resource)
        for name in (*names, *searches_for(resource)):
            self._by_name[name] = number if self._by_name.get(name, number) == number else None
        if patient.nhs_number:
            known = self._by_number.get(patient.nhs_number, number)
            self._by_number[patient.nhs_number] = number if known == number else None

    def of(self, holder: object) -> int | None:
        """The number of the patient that a Reference means, by reference or NHS number; None if it is not certain."""
        target = target_of(holder)
        if target is not None:
            return self._by_name.get(target)
        number = identifier_value(holder, nhs_number.SYSTEM)
        return self._by_number.get(number) if number else None


def _preferred(listed: object, use: str) -> JsonObject:
    items = _listed(listed)
    return next((item for item in items if item.get("use") == use), items[0] if items else {})


def _listed(value: object) -> list[JsonObject]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]


def _text(holder: JsonObject, key: str) -> str | None:
    value = holder.get(key)
    return value if isinstance(value, str) and value else None
