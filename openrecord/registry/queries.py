"""Questions about practices and patients; the answers are frozen values."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

import msgspec
from django.db import connection
from django.db.models import Q

from openrecord.clinical.nhs_number import NhsNumber
from openrecord.db import sql
from openrecord.db.keys import keyed_hash
from openrecord.kit.instants import from_micros, from_micros_or_none, to_micros
from openrecord.registry.models import (
    PatientRow,
    PolicyRow,
    PracticePlaceRow,
    PracticeRow,
    ProposalRow,
    ReadinessRow,
    RegistrationRow,
)
from openrecord.registry.rules.merging import is_theirs, pairs
from openrecord.registry.types import (
    OdsCode,
    Patient,
    PatientId,
    Policy,
    PolicyVersion,
    Practice,
    Proposal,
    Readiness,
    ReadinessAnswer,
    Registration,
)

_PATIENT_COLUMNS = (
    "patient_id", "public_id", "nhs_number", "family", "given", "born", "gender", "died", "address_flagged",
    "withdrawn", "merged_into", "merged_at",
)  # fmt: skip
_PATIENT = f"SELECT {', '.join(_PATIENT_COLUMNS)} FROM registry_patient"
_BY_NUMBER = f"{_PATIENT} WHERE nhs_hash=%s"
_HELD = {"postgresql": f"{_BY_NUMBER} FOR UPDATE", "sqlite": _BY_NUMBER}
"""SQLite has one writer at a time anyway."""
_REGISTRATIONS = "SELECT ods, start, end_on, entered FROM registry_registration WHERE patient_id=%s ORDER BY start, ods"
_PATIENTS = f"{_PATIENT} WHERE patient_id IN ({{keys}})"
_REGISTRATIONS_OF = (
    "SELECT patient_id, ods, start, end_on, entered FROM registry_registration WHERE patient_id IN ({keys}) "
    "ORDER BY patient_id, start, ods"
)
_PARTS = f"{_PATIENT} WHERE merged_into IN ({{keys}}) ORDER BY merged_at, patient_id"
_HOMES = "SELECT patient_id, merged_into FROM registry_patient WHERE merged_into IS NOT NULL AND patient_id IN ({keys})"
_LISTED = "patient_id IN (SELECT patient_id FROM registry_registration WHERE ods=%s)"
_PATIENT_OF_PAIR = f"SELECT {', '.join(f'p.{name}' for name in _PATIENT_COLUMNS)} FROM registry_patient p JOIN "
_ALIKE = (
    f"{_PATIENT_OF_PAIR} (SELECT born, UPPER(family) AS called FROM registry_patient WHERE {_LISTED} "
    f"GROUP BY born, UPPER(family) HAVING COUNT(*) > 1) n "
    f"ON p.born=n.born AND UPPER(p.family)=n.called WHERE p.{_LISTED}"
)
"""The few of a practice who may be alike: rules.merging.pairs says which are."""
_PAIRED = f"{_PATIENT_OF_PAIR} registry_paired a ON p.patient_id=a.patient_id WHERE a.ods=%s"
_DISTINCT = "SELECT patient_id, other FROM registry_distinct WHERE patient_id IN ({keys})"
_POLICIES = "SELECT ods, body FROM registry_policy WHERE ods IN ({keys}) ORDER BY version"
_policy_decoder: msgspec.json.Decoder[Policy] = msgspec.json.Decoder(Policy)


class UnknownPatient(LookupError):
    """No patient with that internal number."""


def nhs_hash(number: NhsNumber) -> bytes:
    """The keyed hash by which a patient is found."""
    return keyed_hash("nhs-number", number)


def policy(ods: OdsCode) -> Policy | None:
    """The policy in force; None where the practice has none."""
    return policies([ods])[ods]


def policies(practices: Iterable[OdsCode]) -> dict[OdsCode, Policy | None]:
    """The policy in force of each practice asked for."""
    found: dict[OdsCode, Policy | None] = dict.fromkeys(practices)
    for ods, body in sql.rows_in(_POLICIES, [], found):
        found[OdsCode(ods)] = _decoded(body)
    return found


@lru_cache(maxsize=1024)
def _decoded(body: str) -> Policy:
    return _policy_decoder.decode(body)


def policy_versions(ods: OdsCode) -> tuple[PolicyVersion, ...]:
    """Every version of the practice's policy, newest first."""
    rows = PolicyRow.objects.filter(ods=ods).order_by("-version")
    return tuple(PolicyVersion(r.version, from_micros(r.at), _decoded(r.body), r.actor, r.why) for r in rows)


def proposal(ods: OdsCode, proposal_id: UUID) -> Proposal | None:
    """A change that somebody of the practice wrote down; None where this practice has none such."""
    row = ProposalRow.objects.filter(ods=ods, id=proposal_id).first()
    return None if row is None else Proposal(row.id, ods, row.base, _decoded(row.body), from_micros(row.at))


def proposals_in_force(ods: OdsCode) -> dict[int, UUID]:
    """The change that somebody wrote down before each version of the policy, by the version's number."""
    rows = list(ProposalRow.objects.filter(ods=ods).order_by("at"))
    return {
        version.version: row.id
        for version in policy_versions(ods)
        for row in rows
        if row.base + 1 == version.version and _decoded(row.body) == version.policy
    }


def readiness(ods: OdsCode) -> dict[str, ReadinessAnswer]:
    """The practice's newest answer to each item of the checklist that it has answered."""
    rows = ReadinessRow.objects.filter(ods=ods).order_by("version")
    return {
        row.item: ReadinessAnswer(
            row.item, row.version, Readiness(row.state), row.evidence, row.reason, from_micros(row.at), row.actor
        )
        for row in rows
    }


def practice_name(ods: OdsCode) -> str | None:
    """What the practice is called; None where unknown."""
    found = sql.row("SELECT name FROM registry_practice WHERE ods=%s", [ods])
    return None if found is None else str(found[0])


def practice(ods: OdsCode, *, on: date | None = None) -> Practice | None:
    """A practice with its place in the hierarchy (now, or on a day); None where unknown."""
    row = PracticeRow.objects.filter(ods=ods).first()
    if row is None:
        return None
    places = PracticePlaceRow.objects.filter(ods=ods)
    if on is not None:
        places = places.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), valid_from__lte=on)
    place = places.order_by("-valid_from").first() or PracticePlaceRow()
    return _practice(row, place, policy(ods))


def _practice(row: PracticeRow, place: PracticePlaceRow, policy: Policy | None) -> Practice:
    return Practice(
        OdsCode(row.ods),
        row.name,
        place.system or None,
        place.pcn or None,
        place.sub_icb or None,
        place.icb or None,
        place.region or None,
        policy,
    )


def every_practice() -> dict[OdsCode, Practice]:
    """All practices by code, each with its present place in the hierarchy."""
    places = {row.ods: row for row in PracticePlaceRow.objects.order_by("valid_from")}
    set_policies = PolicyRow.objects.values_list("ods", flat=True).distinct()
    in_force = policies(OdsCode(ods) for ods in set_policies)
    return {
        OdsCode(row.ods): _practice(row, places.get(row.ods, PracticePlaceRow()), in_force.get(OdsCode(row.ods)))
        for row in PracticeRow.objects.all()
    }


def practice_count() -> int:
    """How many practices the registry knows."""
    return PracticeRow.objects.count()


def _patient(row: sql.Row) -> Patient:
    return Patient(
        PatientId(row[0]),
        UUID(bytes=bytes(row[1])),
        NhsNumber(row[2]),
        row[3],
        row[4],
        row[5],
        row[6] or None,
        bool(row[7]),
        bool(row[8]),
        bool(row[9]),
        None if row[10] is None else PatientId(row[10]),
        from_micros_or_none(row[11]),
    )


def patient(patient_id: PatientId) -> Patient:
    """The patient; raises UnknownPatient."""
    row = sql.row(f"{_PATIENT} WHERE patient_id=%s", [patient_id])
    if row is None:
        raise UnknownPatient
    return _patient(row)


def patients(wanted: Iterable[PatientId]) -> dict[PatientId, Patient]:
    """The patients of these numbers; those that are none are left out."""
    return {PatientId(row[0]): _patient(row) for row in sql.rows_in(_PATIENTS, [], wanted)}


def parts(survivor: PatientId) -> tuple[Patient, ...]:
    """The records that were merged into this one and are part of it, in the order in which that was done."""
    return parts_of([survivor]).get(survivor, ())


def parts_of(survivors: Iterable[PatientId]) -> dict[PatientId, tuple[Patient, ...]]:
    """`parts` of each of these records that has any."""
    found: dict[PatientId, tuple[Patient, ...]] = {}
    for part in (_patient(row) for row in sql.rows_in(_PARTS, [], survivors)):
        if part.merged_into is not None:
            found[part.merged_into] = (*found.get(part.merged_into, ()), part)
    return found


def home(patient_id: PatientId) -> PatientId:
    """Where this patient's entries lie: in the record that it was merged into, else in its own."""
    return homes([patient_id])[patient_id]


def homes(patients: Iterable[PatientId]) -> dict[PatientId, PatientId]:
    """`home` of each of these patients."""
    found = {patient_id: patient_id for patient_id in patients}
    found.update((PatientId(row[0]), PatientId(row[1])) for row in sql.rows_in(_HOMES, [], list(found)))
    return found


def names(patient_id: PatientId) -> tuple[PatientId, ...]:
    """All under which the person of this record is known here: itself, and what was merged into it."""
    return (patient_id, *(part.patient_id for part in parts(patient_id)))


def is_nobody(patient_id: PatientId) -> bool:
    """Whether nobody is this patient any more: they have died, or the identity was given up.

    Of merged records any may say so.
    """
    return any(one.died or one.withdrawn for one in patients(names(patient_id)).values())


def patient_by_nhs_number(number: NhsNumber) -> Patient | None:
    """The patient with this NHS number; None where unknown."""
    row = sql.row(_BY_NUMBER, [nhs_hash(number)])
    return None if row is None else _patient(row)


def held_by_nhs_number(number: NhsNumber) -> Patient | None:
    """The same, whom nobody merges, parts or erases until the transaction ends: held before anything of theirs is, as
    those who merge do, so that neither waits for the other.
    """
    row = sql.row(_HELD[connection.vendor], [nhs_hash(number)])
    return None if row is None else _patient(row)


def patient_by_public_id(public_id: UUID) -> Patient | None:
    """The patient with this outside id; None where unknown."""
    row = sql.row(f"{_PATIENT} WHERE public_id=%s", [public_id.bytes])
    return None if row is None else _patient(row)


def registrations(patient_id: PatientId) -> tuple[Registration, ...]:
    """The patient's stays at practices, oldest first."""
    return tuple(
        Registration(OdsCode(ods), start, end, from_micros_or_none(entered))
        for ods, start, end, entered in sql.rows(_REGISTRATIONS, [patient_id])
    )


def stays(patient_id: PatientId) -> tuple[Registration, ...]:
    """Where the person of this record is or was registered, under whichever number: with what was merged into it."""
    return stays_of([patient_id]).get(patient_id, ())


def stays_of(patients: Iterable[PatientId]) -> dict[PatientId, tuple[Registration, ...]]:
    """`stays` of each of these patients that has one."""
    names_of = {patient_id: [patient_id] for patient_id in patients}
    for patient_id, merged in parts_of(names_of).items():
        names_of[patient_id] += [part.patient_id for part in merged]
    known = registrations_of(name for every in names_of.values() for name in every)
    found = {one: tuple(stay for name in every for stay in known.get(name, ())) for one, every in names_of.items()}
    return {patient_id: every for patient_id, every in found.items() if every}


def ever_at(ods: OdsCode, patients: Iterable[PatientId]) -> frozenset[PatientId]:
    """Those of these records whose person is or was registered at the practice, under whichever number."""
    home_of = homes(patients)
    stays = stays_of(set(home_of.values()))
    return frozenset(one for one, at_home in home_of.items() if any(s.ods == ods for s in stays.get(at_home, ())))


def registered(patient_id: PatientId, *, on: date) -> tuple[Registration, ...]:
    """The stays that hold on a London day, oldest first."""
    return tuple(stay for stay in stays(patient_id) if stay.start <= on and (stay.end is None or on < stay.end))


def registrations_of(numbers: Iterable[PatientId]) -> dict[PatientId, tuple[Registration, ...]]:
    """The stays of each of these patients that has one, oldest first."""
    found: dict[PatientId, list[Registration]] = {}
    for number, ods, start, end, entered in sql.rows_in(_REGISTRATIONS_OF, [], numbers):
        stay = Registration(OdsCode(ods), start, end, from_micros_or_none(entered))
        found.setdefault(PatientId(number), []).append(stay)
    return {number: tuple(stays) for number, stays in found.items()}


def patients_ever_at(ods: OdsCode) -> tuple[PatientId, ...]:
    """Everybody with a registration at the practice, past or present."""
    found = RegistrationRow.objects.filter(ods=ods).values_list("patient_id", flat=True).distinct()
    return tuple(PatientId(number) for number in found)


def patients_by_name(ods: OdsCode, family: str, born: date, *, on: date) -> tuple[Patient, ...]:
    """Patients registered at the practice on a day, by family name (any case) and birth date."""
    registered = (
        RegistrationRow.objects.filter(ods=ods, start__lte=on)
        .filter(Q(end_on__isnull=True) | Q(end_on__gt=on))
        .values_list("patient_id", flat=True)
    )
    found = PatientRow.objects.filter(born=born, family__iexact=family.strip(), patient_id__in=registered)
    return tuple(_patient(row) for row in found.values_list(*_PATIENT_COLUMNS))


def list_size(ods: OdsCode, *, on: date) -> int:
    """How many living patients are registered at the practice on a day, each counted once."""
    stays = RegistrationRow.objects.filter(Q(end_on__isnull=True) | Q(end_on__gt=on), ods=ods, start__lte=on)
    living = PatientRow.objects.filter(died=False, merged_into__isnull=True)
    return living.filter(patient_id__in=stays.values("patient_id")).count()


def pairs_at(ods: OdsCode, *, on: date) -> tuple[tuple[Patient, Patient], ...]:
    """Pairs of records that may be one person's, as far as the practice may merge them on that day.

    Of those that stood in a pair when the practice was last looked at (tasks.look_for_pairs). Not those of which
    somebody has said that they are two people's.
    """
    return _pairs_of([_patient(row) for row in sql.rows(_PAIRED, [ods])], ods, on)


def new_pairs_at(ods: OdsCode, *, on: date) -> tuple[tuple[Patient, Patient], ...]:
    """The same, of all whom the practice has: every one of them is looked at, so for no page."""
    return _pairs_of([_patient(row) for row in sql.rows(_ALIKE, [ods, ods])], ods, on)


def _pairs_of(alike: list[Patient], ods: OdsCode, on: date) -> tuple[tuple[Patient, Patient], ...]:
    if not alike:
        return ()
    told = sql.rows_in(_DISTINCT, [], [patient.patient_id for patient in alike])
    found = pairs(alike, apart={(PatientId(one), PatientId(other)) for one, other in told})
    each = stays_of({patient.patient_id for pair in found for patient in pair})
    theirs = {patient_id for patient_id, every in each.items() if is_theirs(ods, every, on)}
    return tuple((one, two) for one, two in found if {one.patient_id, two.patient_id} <= theirs)


def pairs_looked_for(ods: OdsCode) -> datetime | None:
    """When pairs were last looked for at this practice; None where they never were."""
    found = sql.row("SELECT looked FROM registry_practice WHERE ods=%s AND looked > 0", [ods])
    return None if found is None else from_micros(found[0])


def least_looked_at(*, before: datetime) -> OdsCode | None:
    """The practice at which pairs were not looked for since this instant, and for the longest time; None = no such."""
    statement = "SELECT ods FROM registry_practice WHERE looked < %s ORDER BY looked LIMIT 1"
    found = sql.row(statement, [to_micros(before)])
    return None if found is None else OdsCode(found[0])


def are_apart(one: PatientId, other: PatientId) -> bool:
    """Whether somebody has said of these two records that they are two people's."""
    first, second = sorted((one, other))
    return (second,) in sql.rows("SELECT other FROM registry_distinct WHERE patient_id=%s", [first])
