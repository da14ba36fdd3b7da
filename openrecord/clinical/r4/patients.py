"""Whom the entries of a message are about, and which organisation controls the record. Nothing is verified here. Pure.

A reference that could mean two different people means nobody.
"""

from collections.abc import Container, Iterable, Mapping

from openrecord.clinical import nhs_number
from openrecord.clinical.codes import ODS_ORGANISATION
from openrecord.clinical.incoming import ALIVE, IncomingPatient, JsonObject
from openrecord.clinical.r4.references import searches_for, target_of

_LONGEST_NAME = 200
_GENDERS = frozenset({"male", "female", "other", "unknown"})
"""FHIR's administrative-gender. Nothing else could be written as one again."""

_DECEASED = {"True": "true", "False": ALIVE}

_USES = ("official", "home", "usual", None, "work", "secondary", "temp", "nickname", "anonymous", "maiden", "old")
"""Which of several names, addresses or identifiers counts, the best first; with any other use they count between."""


def read_patient(resource: JsonObject, references: tuple[str, ...]) -> IncomingPatient:
    """The patient in a Patient resource: of several names, addresses and numbers the official or current ones.

    A family name that is longer than the registry takes, or a gender that FHIR does not know, counts as not given.
    """
    name = _preferred(resource.get("name"))
    family = _text(name, "family")
    given = name.get("given")
    gender = _text(resource, "gender")
    names = [part for part in given if isinstance(part, str)] if isinstance(given, list) else []
    return IncomingPatient(
        nhs_number=nhs_number_of(resource),
        family=family if family is None or len(family) <= _LONGEST_NAME else None,
        given=" ".join(names)[:_LONGEST_NAME] or None,
        birth_date=_text(resource, "birthDate"),
        gender=gender if gender in _GENDERS else None,
        references=references,
        died=_text(resource, "deceasedDateTime") or _DECEASED.get(str(resource.get("deceasedBoolean"))),
        postcode=_text(_preferred(resource.get("address")), "postalCode"),
    )


def nhs_number_of(holder: object) -> str | None:
    """The NHS number among the identifiers of a resource, or of a Reference; whether it is valid is not looked at.

    Several that count alike and differ are given one after the other: no valid number.
    """
    found = _identifiers(holder, nhs_number.SYSTEMS)
    best = min((_rank(item) for item in found), default=0)
    numbers = {nhs_number.plain(str(item["value"])) for item in found if _rank(item) == best}
    return " ".join(sorted(numbers)) or None


def same_person(one: IncomingPatient, other: IncomingPatient) -> bool:
    """Whether two Patient resources under one name are versions of one person, by NHS number else name and birth."""
    if one.nhs_number and other.nhs_number:
        return one.nhs_number == other.nhs_number
    return (one.family, one.given, one.birth_date) == (other.family, other.given, other.birth_date)


def identifier_value(holder: object, system: str) -> str | None:
    """The value of the identifier of `system` (of a resource, or the one of a Reference) that counts most."""
    found = sorted(_identifiers(holder, {system}), key=_rank)
    return _text(found[0], "value") if found else None


def _identifiers(holder: object, systems: Container[object]) -> list[JsonObject]:
    listed = holder.get("identifier") if isinstance(holder, dict) else None
    return [item for item in _listed(listed) if _text(item, "system") in systems and _text(item, "value")]


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


def base_of(resources: Iterable[JsonObject]) -> str | None:
    """The address of the server whose resources these are, as the first subject tells that names a Patient of them.

    None where subjects are named otherwise than by an address.
    """
    held = list(resources)
    patients = {f"Patient/{each.get('id')}" for each in held if each["resourceType"] == "Patient"}
    for resource in held:
        target = target_of(subject_of(resource))
        if target is not None:
            head, _, identity = target.rpartition("/Patient/")
            return f"{head}/" if "://" in head and f"Patient/{identity}" in patients else None
    return None


class People:
    """The patients of a message and the references by which entries name them."""

    def __init__(self, patients: Iterable[tuple[JsonObject, tuple[str, ...]]]) -> None:
        self.patients: list[IncomingPatient] = []
        self.resources: list[JsonObject] = []
        self._by_name: dict[str | None, int | None] = {}
        self._by_number: dict[str | None, int | None] = {}
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
        if not isinstance(holder, dict) or "identifier" not in holder:
            return self._by_name.get(target) if target else None
        number = nhs_number_of(holder)
        numbered = self._by_number.get(number) if number else None
        if target not in self._by_name:
            return numbered
        named = self._by_name[target]
        return named if number not in self._by_number or numbered == named else None


def _preferred(listed: object) -> JsonObject:
    """Of several names or addresses the one that counts most; one that is over counts less."""
    return min(_listed(listed), key=_rank, default={})


def _rank(item: JsonObject) -> tuple[bool, int]:
    period, use = item.get("period"), item.get("use")
    is_over = use == "old" or (isinstance(period, dict) and "end" in period)
    return is_over, _USES.index(use) if use in _USES else _USES.index(None)


def _listed(value: object) -> list[JsonObject]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]


def _text(holder: JsonObject, key: str) -> str | None:
    value = holder.get(key)
    return value if isinstance(value, str) and value else None
