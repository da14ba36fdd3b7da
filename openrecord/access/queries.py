"""Questions about one patient's access: the facts Sight is made from, its epoch, who the viewers are."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from openrecord.access import events
from openrecord.access.models import EpochRow, InvitationRow, ViewerRow
from openrecord.access.rules.fold import fold
from openrecord.access.rules.together import Behind, decoded, least, names_in_both
from openrecord.access.rules.viewers import is_suspended, viewer_reasons
from openrecord.access.types import (
    AccessFacts,
    Basis,
    ChunkId,
    Closure,
    Reason,
    Service,
    Standing,
    Viewer,
    ViewerId,
    ViewerKind,
)
from openrecord.clinical.kinds import Slot
from openrecord.db import sql
from openrecord.kit.instants import from_micros
from openrecord.registry import queries as registry
from openrecord.registry.types import OdsCode, Patient, PatientId, Policy, Registration

ENDED = frozenset({Reason.PROXY_REVOKED, Reason.PROXY_EXPIRED, Reason.PROXY_MOVED, Reason.TOKEN_REVOKED})
"""After these a viewer is none any more."""

_ACTS = "SELECT at, act FROM access_act WHERE patient_id=%s ORDER BY at, sequence"
_ACTS_OF = "SELECT patient_id, at, act FROM access_act WHERE patient_id IN ({keys}) ORDER BY patient_id, at, sequence"
_TRANCHE_ORGS = "SELECT DISTINCT patient_id, org FROM access_tranche WHERE patient_id IN ({keys})"
_AWAITING = "SELECT count(*) FROM access_epoch WHERE policy_pending AND patient_id IN ({keys})"
_CLOSURES = "SELECT scope, which FROM access_closure WHERE opened_at IS NULL"
_TRANCHES = "SELECT patient_id, number, org, chunks FROM access_tranche WHERE patient_id IN ({keys})"
_GENERATION = (
    "SELECT (SELECT epoch FROM access_epoch WHERE patient_id=%s), (SELECT epoch FROM access_switch WHERE id=1)"
)
_ANY_ACT = "SELECT 1 FROM access_act WHERE patient_id=%s LIMIT 1"
_VIEWERS = "SELECT patient_id, id, kind FROM access_viewer WHERE behind=%s ORDER BY patient_id, id"

_BEHIND_OF = "SELECT patient_id, id, kind, behind FROM access_viewer WHERE patient_id IN ({keys}) ORDER BY id"
_BEHIND = "SELECT id FROM access_viewer WHERE patient_id=%s AND behind=%s"

NO_CLIENT = UUID(int=0)
"""The client of our own pages."""


@dataclass(frozen=True, slots=True)
class Viewing:
    """One record that a person or a client may read, and in what capacity. `services` None = all; `suspended`: they act
    for the patient and nothing is theirs to see or do for now.
    """

    patient_id: PatientId
    viewer_id: ViewerId
    kind: ViewerKind
    basis: Basis | None = None
    services: frozenset[Service] | None = None
    suspended: bool = False

    def may(self, service: Service) -> bool:
        """Whether they may do this besides reading."""
        return not self.suspended and (self.services is None or service in self.services)


@dataclass(frozen=True, slots=True)
class Linked:
    """A proxy or an app of one patient. `behind`: the person or client, None where nobody has come yet.

    `invited`: the name of a proxy, as the practice wrote it when it let them in; empty where it did not.
    """

    viewer: Viewer
    behind: UUID | None
    invited: str = ""


@dataclass(frozen=True, slots=True)
class Generation:
    """The numbers a Sight must carry to be current."""

    epoch: int
    switch: int


def acts(patient_id: PatientId) -> list[tuple[datetime, events.AnyAct]]:
    """Every act on the patient's access, oldest first."""
    return [(from_micros(at), events.decode(act)) for at, act in sql.rows(_ACTS, [patient_id])]


def closures() -> tuple[Closure, ...]:
    """The emergency stops in force."""
    return tuple(Closure(scope, which) for scope, which in sql.rows(_CLOSURES))


def has_acts(patient_id: PatientId) -> bool:
    """Whether anything was ever done about the patient's access."""
    return sql.row(_ANY_ACT, [patient_id]) is not None


def is_app(identity: UUID) -> bool:
    """Whether anybody let in this app, or this is one person's permission for an app."""
    apps = ViewerRow.objects.filter(kind=ViewerKind.APP.value)
    return apps.filter(behind=identity).exists() or apps.filter(id=identity.bytes).exists()


def _closures_of(patient_id: PatientId) -> tuple[Closure, ...]:
    """The stops in force. Where an app is stopped, so is every viewer that it is of this patient."""
    found = closures()
    apps = [UUID(closure.which) for closure in found if closure.scope == "client"]
    viewers = [row[0] for app in apps for row in sql.rows(_BEHIND, [patient_id, sql.uuid_key(app)])]
    return (*found, *(Closure("client", str(UUID(bytes=bytes(viewer)))) for viewer in viewers))


def facts(patient_id: PatientId, *, at: datetime, controlling: Iterable[OdsCode] = ()) -> AccessFacts:
    """Everything Sight needs to know of the patient, from acts up to `at`.

    `controlling`: organisations whose policies are needed besides those of registrations and placed entries.
    """
    patient = registry.patient(patient_id)
    parts = registry.parts(patient_id)
    known = _Known()
    for one in (patient, *parts):
        known.stays[one.patient_id] = registry.registrations(one.patient_id)
        known.told[one.patient_id] = sql.rows(_ACTS, [one.patient_id])
    listed = _listed(text for told in known.told.values() for _, text in told)
    organisations = {*controlling, *_tranche_orgs(patient_id), *known.organisations(), *listed}
    known.policies = registry.policies(organisations)
    known.stops = {one.patient_id: _closures_of(one.patient_id) for one in (patient, *parts)}
    known.behind = _behind([one.patient_id for one in (patient, *parts)]) if parts else {}
    return known.facts(patient, parts, at)


@dataclass(slots=True)
class _Known:
    """What is known of patients: their acts (when, stored text), stays, stops, and who stands behind their viewers."""

    told: dict[PatientId, list[sql.Row]] = field(default_factory=dict)
    stays: dict[PatientId, tuple[Registration, ...]] = field(default_factory=dict)
    policies: Mapping[OdsCode, Policy | None] = field(default_factory=dict)
    stops: dict[PatientId, tuple[Closure, ...]] = field(default_factory=dict)
    behind: dict[PatientId, dict[Behind, ViewerId]] = field(default_factory=dict)

    def organisations(self) -> set[OdsCode]:
        """Everywhere where these patients are or were registered."""
        return {stay.ods for stays in self.stays.values() for stay in stays}

    def facts(self, patient: Patient, parts: Iterable[Patient], at: datetime) -> AccessFacts:
        """The facts of one patient, with the records that are part of theirs.

        What was decided since records are one was decided about all of them.
        """
        acts = self._acts(patient, at)
        together = fold(self._bare(patient), acts)
        for part in parts:
            names = names_in_both(self.behind.get(patient.patient_id, {}), self.behind.get(part.patient_id, {}))
            since = [act for act in acts if part.merged_at is not None and act[0] >= part.merged_at]
            told = sorted([*self._acts(part, at, names), *since], key=lambda act: act[0])
            together = least(together, fold(self._bare(part), told), at)
        return together if patient.merged_into is None else _elsewhere(together)

    def _acts(
        self, patient: Patient, at: datetime, names: Mapping[ViewerId, ViewerId] | None = None
    ) -> list[tuple[datetime, events.AnyAct]]:
        """The acts up to `at`, with some viewers under other ids."""
        told = ((from_micros(instant), text) for instant, text in self.told.get(patient.patient_id, ()))
        return [(instant, decoded(text, names or {})) for instant, text in told if instant <= at]

    def _bare(self, patient: Patient) -> AccessFacts:
        stops = self.stops.get(patient.patient_id, ())
        return _bare(patient, self.stays.get(patient.patient_id, ()), self.policies, stops)


def _elsewhere(facts: AccessFacts) -> AccessFacts:
    """A record that is part of another is closed by itself: what it held is read there."""
    return replace(facts, registrations=(), closures=(*facts.closures, Closure("patient", facts.patient_key)))


def _behind(patients: Iterable[PatientId]) -> dict[PatientId, dict[Behind, ViewerId]]:
    """Who stands behind the viewers of each of these patients; the patient's own account is the patient's."""
    found: dict[PatientId, dict[Behind, ViewerId]] = defaultdict(dict)
    for number, viewer, kind, behind in sql.rows_in(_BEHIND_OF, [], patients):
        who = NO_CLIENT if kind == ViewerKind.SELF.value else sql.uuid(behind)
        found[PatientId(number)].setdefault((who, ViewerKind(kind)), ViewerId(UUID(bytes=bytes(viewer))))
    return found


def viewers_of_both(survivor: PatientId, other: PatientId) -> dict[ViewerId, ViewerId]:
    """Whoever is a viewer of both records: their id in the other one, and in the survivor's."""
    known = _behind([survivor, other])
    return names_in_both(known.get(survivor, {}), known.get(other, {}))


def _bare(
    patient: Patient,
    registrations: tuple[Registration, ...],
    policies: Mapping[OdsCode, Policy | None],
    closures: tuple[Closure, ...],
) -> AccessFacts:
    if patient.withdrawn:
        closures = (*closures, Closure("patient", str(patient.public_id)))
    return AccessFacts(
        patient.born,
        registrations,
        policies,
        {},
        died=patient.died,
        address_flagged=patient.address_flagged,
        closures=closures,
        patient_key=str(patient.public_id),
    )


def facts_of(
    patients: Iterable[PatientId],
    *,
    at: datetime,
    controlling: Mapping[PatientId, Iterable[OdsCode]] | None = None,
) -> dict[PatientId, AccessFacts]:
    """`facts` of many patients, in a number of statements that does not grow with them (sql.PORTION apart)."""
    asked = controlling or {}
    people = registry.patients(patients)
    parts = registry.parts_of(people)
    every = [*people, *(part.patient_id for others in parts.values() for part in others)]
    known = _Known(stays=registry.registrations_of(every), behind=_behind(every) if parts else {})
    for number, instant, act in sql.rows_in(_ACTS_OF, [], every):
        known.told.setdefault(PatientId(number), []).append((instant, act))
    orgs: dict[PatientId, set[OdsCode]] = {
        n: {
            *asked.get(n, ()),
            *(stay.ods for stay in known.stays.get(n, ())),
            *_listed(text for _, text in known.told.get(n, ())),
        }
        for n in every
    }
    for number, org in sql.rows_in(_TRANCHE_ORGS, [], every):
        orgs[PatientId(number)].add(OdsCode(org))
    policies = registry.policies(set().union(*orgs.values()))
    stops = _closures_by_patient()
    known.stops = {number: (*stops[None], *stops.get(number, ())) for number in every}
    found = {}
    for number, patient in people.items():
        others = parts.get(number, ())
        concerned = set().union(*(orgs[one.patient_id] for one in (patient, *others)))
        known.policies = {org: policies[org] for org in concerned}
        found[number] = known.facts(patient, others, at)
    return found


def _listed(acts: Iterable[str]) -> set[OdsCode]:
    """The practices at which somebody was let in: theirs is the age at which a parent's access is reviewed."""
    granted = (events.decode(text) for text in acts if '"listed_org"' in text)
    return {OdsCode(act.listed_org) for act in granted if isinstance(act, events.ProxyGranted) and act.listed_org}


def _closures_by_patient() -> dict[PatientId | None, tuple[Closure, ...]]:
    """The stops in force (under None), and of each patient the viewers that a stopped app is."""
    found = closures()
    stopped: dict[PatientId | None, tuple[Closure, ...]] = {None: found}
    for app in (UUID(closure.which) for closure in found if closure.scope == "client"):
        for number, viewer, _ in sql.rows(_VIEWERS, [sql.uuid_key(app)]):
            closure = Closure("client", str(UUID(bytes=bytes(viewer))))
            stopped[PatientId(number)] = (*stopped.get(PatientId(number), ()), closure)
    return stopped


def _tranche_orgs(patient_id: PatientId) -> set[OdsCode]:
    return {OdsCode(org) for _, org in sql.rows_in(_TRANCHE_ORGS, [], [patient_id])}


def tranches(patient_id: PatientId) -> Mapping[int, Standing]:
    """Every group of placed entries that stand alike, by number.

    The slot of a standing means nothing here; of history it only says that there is a reason of time.
    """
    return tranches_of([patient_id])[patient_id]


def tranches_of(patients: Iterable[PatientId]) -> dict[PatientId, dict[int, Standing]]:
    """`tranches` of each of these patients."""
    found: dict[PatientId, dict[int, Standing]] = {patient_id: {} for patient_id in patients}
    for patient, number, org, chunks in sql.rows_in(_TRANCHES, [], found):
        found[PatientId(patient)][number] = Standing(
            OdsCode(org),
            Slot.NEVER,
            None if chunks is None else frozenset(ChunkId(UUID(hex=c)) for c in chunks.split()),
            frozenset() if chunks is None else frozenset({Reason.BEFORE_WINDOW}),
        )
    return found


def generation(patient_id: PatientId) -> Generation:
    """The epoch of the patient and the number of the emergency switch, as they stand now."""
    epoch, switch = sql.rows(_GENERATION, [patient_id])[0]
    return Generation(epoch or 0, switch or 0)


def patients_awaiting_policy(*, limit: int, but: Collection[PatientId] = ()) -> tuple[PatientId, ...]:
    """Patients, but for these, whose practice changed its policy and whose rows have not moved yet."""
    waiting = EpochRow.objects.filter(policy_pending=True).exclude(patient_id__in=but)
    return tuple(PatientId(number) for number in waiting.values_list("patient_id", flat=True)[:limit])


def count_awaiting_policy(patients: Iterable[PatientId]) -> int:
    """How many of these patients' rows have not moved yet after a change of policy."""
    return sum(row[0] for row in sql.rows_in(_AWAITING, [], patients))


def patients_unchecked(*, on: date, limit: int, but: Collection[PatientId] = ()) -> dict[PatientId, date | None]:
    """Patients, but for these, who were not looked at on this day, and when they last were; None = never."""
    waiting = EpochRow.objects.filter(Q(checked_on__isnull=True) | Q(checked_on__lt=on)).exclude(patient_id__in=but)
    return {PatientId(number): last for number, last in waiting.values_list("patient_id", "checked_on")[:limit]}


def count_unchecked(*, since: date) -> int:
    """How many patients were not checked on this day or later."""
    return EpochRow.objects.filter(Q(checked_on__isnull=True) | Q(checked_on__lt=since)).count()


def people_viewing(patient_id: PatientId, *, at: datetime) -> tuple[Viewer, ...]:
    """Everybody who was made a viewer of the patient by now; whether it is open, Sight says."""
    if not has_acts(patient_id):
        return ()
    viewers = facts(patient_id, at=at).viewers.values()
    return tuple(viewer for viewer in viewers if viewer.granted is not None and viewer.granted <= at)


def linked(patient_id: PatientId, *, at: datetime, ended: bool = False) -> tuple[Linked, ...]:
    """Every person who acts for the patient and every app let in, suspended ones too; or those of whom it has ended."""
    known = facts(patient_id, at=at)
    behind = {
        ViewerId(UUID(bytes=bytes(viewer))): who
        for viewer, who in ViewerRow.objects.filter(patient_id=patient_id).values_list("id", "behind")
    }
    invited = {
        ViewerId(UUID(bytes=bytes(row.id))): f"{row.given} {row.family}"
        for row in InvitationRow.objects.filter(patient_id=patient_id)
    }
    others = (viewer for viewer in known.viewers.values() if viewer.kind is not ViewerKind.SELF)
    return tuple(
        Linked(viewer, behind.get(viewer.viewer_id), invited.get(viewer.viewer_id, ""))
        for viewer in sorted(others, key=lambda viewer: (viewer.granted or at, viewer.viewer_id))
        if bool(viewer_reasons(known, viewer, at) & ENDED) is ended
    )


def viewings(behind: UUID, *, at: datetime) -> tuple[Viewing, ...]:
    """Every record that this person (or client) may be a viewer of now; how much is open, Sight says.

    A proxy whose access has ended is left out: not even the patient's name is shown any more. So is a record that is
    part of another one: it is read there.
    """
    every = (_viewing(row, at) for row in sql.rows(_VIEWERS, [sql.uuid_key(behind)]))
    return tuple(viewing for viewing in every if viewing is not None)


def _viewing(row: sql.Row, at: datetime) -> Viewing | None:
    patient_id, viewer_id = PatientId(row[0]), ViewerId(UUID(bytes=bytes(row[1])))
    if row[2] == ViewerKind.SELF.value:
        return Viewing(patient_id, viewer_id, ViewerKind.SELF)
    known = facts(patient_id, at=at)
    viewer = known.viewers.get(viewer_id)
    if viewer is None or viewer_reasons(known, viewer, at) & ENDED:
        return None
    if registry.patient(patient_id).merged_into is not None:
        return None
    suspended = is_suspended(known, viewer, at)
    return Viewing(patient_id, viewer_id, viewer.kind, viewer.basis, viewer.services, suspended)


def behind(patient_id: PatientId, viewer_id: ViewerId, *, at: datetime) -> UUID | None:
    """The person or client behind a viewer of the patient; None where there is none, or where it has ended."""
    row = ViewerRow.objects.filter(patient_id=patient_id, id=viewer_id.bytes).first()
    if row is None:
        return None
    return row.behind if any(one.viewer_id == viewer_id for one in viewings(row.behind, at=at)) else None


def acted_before(behind: UUID, *, at: datetime) -> bool:
    """Whether this person acted for somebody and does not any more; for whom and why is not said (R27)."""
    acted = [row[0] for row in sql.rows(_VIEWERS, [sql.uuid_key(behind)]) if row[2] == ViewerKind.PROXY.value]
    now = {viewing.patient_id for viewing in viewings(behind, at=at)}
    return any(registry.home(PatientId(number)) not in now for number in acted)


def viewer_of(patient_id: PatientId, behind: UUID) -> ViewerId | None:
    """The viewer that this person is of this patient, ended or not; None where there never was one."""
    row = ViewerRow.objects.filter(behind=behind, patient_id=patient_id).first()
    return None if row is None else ViewerId(UUID(bytes=bytes(row.id)))
