"""Writes of access: acts, emergency stops, Sight. Whatever makes things stricter acts at the next read."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from openrecord.access import events, queries
from openrecord.access.models import ActRow, ClosureRow, LiveTokenRow, SwitchRow, ViewerRow
from openrecord.access.rules import ceiling
from openrecord.access.rules.absence import absences
from openrecord.access.rules.horizon import valid_until
from openrecord.access.rules.scopes import readable_slots
from openrecord.access.rules.sight import SightContext
from openrecord.access.types import AccessFacts, Standing, Viewer, ViewerId, ViewerKind
from openrecord.audit import actions as audit
from openrecord.audit.types import Actor, Repeatable, is_by_hand
from openrecord.db import bus, sql
from openrecord.kit.ids import random_token, time_ordered_bytes, time_ordered_id
from openrecord.kit.instants import to_micros
from openrecord.registry import queries as registry
from openrecord.registry.types import PatientId

SIGHT_COLUMNS = (
    "patient_id", "id", "viewer_id", "client_id", "channel", "tranche", "coded", "full_text", "is_proxy",
    "at_ceiling", "absences", "epoch", "switch", "valid_until", "fingerprint",
)  # fmt: skip
_EPOCH = "SELECT epoch FROM access_epoch WHERE patient_id=%s"
_LOCK = {"postgresql": f"{_EPOCH} FOR UPDATE", "sqlite": _EPOCH}
"""SQLite has one writer at a time anyway."""
_FIRST_EPOCH = (
    "INSERT INTO access_epoch (patient_id, epoch, policy_pending) VALUES (%s, 1, false) ON CONFLICT DO NOTHING"
)
_PENDING_TAKEN = "UPDATE access_epoch SET policy_pending=false WHERE policy_pending AND patient_id IN ({keys})"
SCOPES = frozenset({"all", "practice", "patient", "client", "channel"})


class UnknownScope(ValueError):
    """A stop must be of all, practice, patient, client or channel."""


class NoGrant(LookupError):
    """The viewer or app that a token is asked for has no grant on this patient's record."""


def lock_patient(patient_id: PatientId) -> None:
    """Hold the patient's epoch row until the transaction ends, so that one act on a patient follows the other."""
    if sql.row(_LOCK[connection.vendor], [patient_id]) is None:
        sql.execute(_FIRST_EPOCH, [patient_id])
        sql.row(_LOCK[connection.vendor], [patient_id])


def lock_patients(patients: Iterable[PatientId]) -> None:
    """`lock_patient` for many who have been locked before: in the order of their numbers, as everybody does it."""
    if connection.vendor == "postgresql":
        locked = "SELECT 1 FROM access_epoch WHERE patient_id IN ({keys}) ORDER BY patient_id FOR UPDATE"
        sql.rows_in(locked, [], patients)


def raise_epochs(patients: Iterable[PatientId]) -> None:
    """Every Sight of these patients is recomputed at its next use."""
    sql.execute_in("UPDATE access_epoch SET epoch = epoch + 1 WHERE patient_id IN ({keys})", [], patients)


def await_policy(patients: Iterable[PatientId]) -> None:
    """A policy changed: the rows of these patients have to move, which is no news to anybody."""
    sql.execute_in("UPDATE access_epoch SET policy_pending = true WHERE patient_id IN ({keys})", [], patients)


def take_pending_policy(patients: Iterable[PatientId]) -> frozenset[PatientId]:
    """Those of these patients whose rows a policy change had not reached; it counts as done from now on."""
    return frozenset(PatientId(row[0]) for row in sql.rows_in(f"{_PENDING_TAKEN} RETURNING patient_id", [], patients))


@transaction.atomic
def record(
    *,
    patient_id: PatientId,
    act: events.AnyAct,
    by: Actor,
    at: datetime,
    behind: UUID | None = None,
    done: datetime | None = None,
    repeats: bytes | None = None,
) -> None:
    """Record one act on a patient's access. `behind`: the person or client behind a viewer that the act creates.

    `done`: when it was done, where it is repeated after a restore; `repeats`: as in audit.types.Change, here and below.
    """
    lock_patient(patient_id)
    identity = time_ordered_id()
    ActRow.objects.create(
        patient_id=patient_id,
        id=identity.bytes,
        sequence=ActRow.objects.filter(patient_id=patient_id).count(),
        at=to_micros(done or at),
        act=events.encode(act),
    )
    _remember_viewer(patient_id, act, behind)
    _end_tokens(patient_id, act)
    raise_epochs([patient_id])
    audit.record_change(
        by=by,
        at=at,
        event=str(type(act).__struct_config__.tag),
        patient_id=patient_id,
        subject=str(identity),
        details=_details(act),
        act=_repeatable(patient_id, act, behind, by, at),
        repeats=repeats,
    )
    bus.publish(events.AccessChanged(patient_id, act, at))


@transaction.atomic
def bind(
    *,
    patient_id: PatientId,
    viewer_id: ViewerId,
    behind: UUID,
    kind: ViewerKind = ViewerKind.SELF,
    by: Actor,
    at: datetime,
) -> None:
    """Say which person stands behind a viewer that there was before its holder was known here: an account, a proxy."""
    ViewerRow.objects.filter(patient_id=patient_id, id=viewer_id.bytes).delete()
    ViewerRow.objects.create(patient_id=patient_id, id=viewer_id.bytes, kind=kind.value, behind=behind)
    audit.record_change(by=by, at=at, event="viewer_bound", patient_id=patient_id, subject=str(viewer_id))


@transaction.atomic
def unbind(*, patient_id: PatientId, behind: UUID, by: Actor, at: datetime) -> None:
    """This person is no longer known to be the patient: no page and no app reads the record for them any more.

    The account itself and all that was decided about it stay, for whoever proves to be the patient (`bind`).
    """
    own = ViewerRow.objects.filter(patient_id=patient_id, behind=behind, kind=ViewerKind.SELF.value)
    viewers = [bytes(viewer) for viewer in own.values_list("id", flat=True)]
    LiveTokenRow.objects.filter(patient_id=patient_id, viewer_id__in=viewers).update(revoked=True)
    own.delete()
    audit.record_change(by=by, at=at, event="viewer_unbound", patient_id=patient_id, subject=str(behind))


def _repeatable(
    patient_id: PatientId, act: events.AnyAct, behind: UUID | None, by: Actor, at: datetime
) -> Repeatable | None:
    """What the journal keeps of an act; nothing of what arrives, which its source delivers again."""
    if not is_by_hand(by):
        return None
    return events.repeatable(events.Recorded(registry.patient(patient_id), events.encode(act), at, behind))


def end_all(*, patient_id: PatientId, by: Actor, at: datetime) -> None:
    """End the access of everybody who acts for the patient and of every app."""
    for viewer in queries.facts(patient_id, at=at).viewers.values():
        if viewer.kind is ViewerKind.PROXY and not viewer.revoked:
            record(patient_id=patient_id, act=events.ProxyRevoked(viewer=viewer.viewer_id), by=by, at=at)
        elif viewer.kind is ViewerKind.APP and not viewer.revoked:
            record(patient_id=patient_id, act=events.AppRevoked(viewer=viewer.viewer_id), by=by, at=at)


def _remember_viewer(patient_id: PatientId, act: events.AnyAct, behind: UUID | None) -> None:
    kinds = {
        events.AccountOpened: ViewerKind.SELF,
        events.ProxyGranted: ViewerKind.PROXY,
        events.AppAuthorised: ViewerKind.APP,
    }
    kind = kinds.get(type(act))
    if (
        kind is None
        or behind is None
        or not isinstance(act, events.AccountOpened | events.ProxyGranted | events.AppAuthorised)
    ):
        return
    if not ViewerRow.objects.filter(patient_id=patient_id, id=act.viewer.bytes).exists():
        ViewerRow.objects.create(patient_id=patient_id, id=act.viewer.bytes, kind=kind.value, behind=behind)


def _details(act: events.AnyAct) -> dict[str, str | int | None]:
    """What the trail says of an act besides its name: how it was said (R6), why access ended or was narrowed (R27)."""
    method = act.method if isinstance(act, events.Told) else None
    reason = act.reason if isinstance(act, events.ProxyRevoked | events.PartKept) else None
    return {name: code.value for name, code in (("method", method), ("reason", reason)) if code is not None}


def _end_tokens(patient_id: PatientId, act: events.AnyAct) -> None:
    """The own tokens of whoever was shown out, an app or a person, are dead for good: let in again, they get others.

    An app that reads for a proxy was not shown out with them: while the proxy's access has ended the decision lets it
    read nothing.
    """
    tokens = LiveTokenRow.objects.filter(patient_id=patient_id)
    if isinstance(act, events.AppRevoked):
        tokens.filter(client_id=act.viewer.bytes).update(revoked=True)
    elif isinstance(act, events.ProxyRevoked):
        tokens.filter(viewer_id=act.viewer.bytes, client_id=queries.NO_CLIENT.bytes).update(revoked=True)


@transaction.atomic
def close(
    *,
    scope: str,
    which: str,
    reason: str,
    by: Actor,
    at: datetime,
    done: datetime | None = None,
    repeats: bytes | None = None,
) -> None:
    """Stop everything of a scope at once, on pages, tokens and links. Raises UnknownScope."""
    if scope not in SCOPES or (scope != "all" and not which):
        raise UnknownScope(scope)
    which = "" if scope == "all" else which
    ClosureRow.objects.create(
        id=time_ordered_id(), scope=scope, which=which, reason=reason, closed_at=to_micros(done or at)
    )
    _turn_switch()
    act = events.repeatable(events.Closed(scope, which, reason, at))
    audit.record_change(by=by, at=at, event=f"closed_{scope}", patient_id=None, subject=which, act=act, repeats=repeats)


@transaction.atomic
def reopen(
    *,
    scope: str,
    which: str,
    by: Actor,
    at: datetime,
    done: datetime | None = None,
    repeats: bytes | None = None,
) -> int:
    """End the stops of a scope; how many there were. Where it is repeated: those that were made before it was done."""
    which = "" if scope == "all" else which
    stops = ClosureRow.objects.filter(scope=scope, which=which, opened_at__isnull=True)
    if done is not None:
        stops = stops.filter(closed_at__lte=to_micros(done))
    ended = stops.update(opened_at=to_micros(done or at))
    _turn_switch()
    act = events.repeatable(events.Reopened(scope, which, at))
    audit.record_change(by=by, at=at, event=f"opened_{scope}", patient_id=None, subject=which, act=act, repeats=repeats)
    return ended


def _turn_switch() -> None:
    SwitchRow.objects.get_or_create(id=1)
    sql.execute("UPDATE access_switch SET epoch = epoch + 1 WHERE id = 1")


def tranche_numbers(wanted: Mapping[PatientId, Iterable[Standing]]) -> dict[PatientId, dict[Standing, int]]:
    """Of each patient the number of each group of entries that stand alike; a new group gets the next number.

    Only organisation and chunks tell groups apart: pass standings with one and the same slot.
    """
    answer: dict[PatientId, dict[Standing, int]] = {}
    new: list[sql.Row] = []
    for patient_id, tranches in queries.tranches_of(wanted).items():
        known = {_group_key(standing): number for number, standing in tranches.items()}
        numbers = answer[patient_id] = {}
        for standing in wanted[patient_id]:
            key = _group_key(standing)
            if key not in known:
                known[key] = max(known.values(), default=0) + 1
                new.append((patient_id, time_ordered_bytes(), known[key], *key))
            numbers[standing] = known[key]
    sql.insert("access_tranche", ("patient_id", "id", "number", "org", "chunks"), new)
    raise_epochs({row[0] for row in new})
    return answer


def end_sights(patient_id: PatientId, *, by: datetime) -> None:
    """What lies in the record turns by itself at this instant: no Sight of the patient outlasts it."""
    until = to_micros(by)
    statement = "UPDATE access_sight SET valid_until=%s WHERE patient_id=%s AND valid_until>%s"
    sql.execute(statement, [until, patient_id, until])


def _group_key(standing: Standing) -> tuple[str, str | None]:
    chunks = None if standing.chunks is None else " ".join(sorted(c.hex for c in standing.chunks))
    return standing.org, chunks


def compute_sight(
    *,
    patient_id: PatientId,
    viewer_id: UUID,
    client_id: UUID,
    channel: str,
    at: datetime,
    not_after: datetime,
) -> None:
    """Write the Sight of one reader: a head row and one row per tranche.

    `not_after`: when placement may turn by itself (a release date), which ends the Sight too.
    """
    generation = queries.generation(patient_id)
    facts = queries.facts(patient_id, at=at)
    viewer = _viewer(facts, viewer_id, client_id)
    context = SightContext(facts, viewer, at, channel)
    rows = []
    everything = True
    for number, standing in queries.tranches(patient_id).items():
        masks = context.masks(standing.org, standing)
        everything &= masks.coded == ceiling.mask(facts, standing, at)
        rows.append((number, masks.coded, masks.full))
    is_proxy = context.is_proxy
    at_ceiling = everything and not is_proxy
    absent = absences(facts, viewer, at, channel)
    until = to_micros(min(valid_until(facts, at), not_after))
    told = f"{viewer_id}|{client_id}|{channel}|{rows}|{generation.switch}"
    fingerprint = hashlib.sha256(told.encode()).digest()[:16]
    reader = (viewer_id.bytes, client_id.bytes, channel)
    sql.execute(
        "DELETE FROM access_sight WHERE patient_id=%s AND viewer_id=%s AND client_id=%s AND channel=%s",
        [patient_id, *reader],
    )
    sql.insert(
        "access_sight",
        SIGHT_COLUMNS,
        [
            (patient_id, time_ordered_bytes(), *reader, number, coded, full, is_proxy, at_ceiling,
             "" if number else absent, generation.epoch, generation.switch, until, fingerprint)
            for number, coded, full in [(0, 0, 0), *rows]
        ],
    )  # fmt: skip


def _viewer(facts: AccessFacts, viewer_id: UUID, client_id: UUID) -> Viewer:
    """The viewer, or for an app the app's own grant. Somebody without a grant sees nothing."""
    wanted = ViewerId(viewer_id if client_id == queries.NO_CLIENT else client_id)
    return facts.viewers.get(wanted, Viewer(wanted, ViewerKind.SELF, None))


@transaction.atomic
def issue_token(
    *,
    patient_id: PatientId,
    viewer_id: UUID,
    client_id: UUID = queries.NO_CLIENT,
    scopes: tuple[str, ...],
    expires: datetime,
    by: Actor,
    at: datetime,
) -> str:
    """A new access token for one viewer of one patient; only its hash is kept.

    `client_id`: the app's viewer, which must act for `viewer_id`. Raises NoGrant where the grant is missing, revoked or
    somebody else's, ValueError where the token would be dead or open nothing that can be named.
    """
    viewers = queries.facts(patient_id, at=at).viewers
    reader = viewers.get(ViewerId(viewer_id if client_id == queries.NO_CLIENT else client_id))
    if reader is None or reader.revoked or (reader.acts_for or reader.viewer_id) != viewer_id:
        raise NoGrant
    if (client_id != queries.NO_CLIENT) != (reader.kind is ViewerKind.APP):
        raise NoGrant
    if expires <= at or not scopes:
        raise ValueError("a token needs scopes and a future")
    token = random_token()
    key = token_hash(token)
    LiveTokenRow.objects.create(
        hash=key,
        patient_id=patient_id,
        patient=registry.patient(patient_id).public_id.bytes,
        viewer_id=viewer_id.bytes,
        client_id=client_id.bytes,
        scopes=" ".join(scopes),
        slots=sum(1 << slot for slot in readable_slots(scopes)),
        expires=to_micros(expires),
    )
    audit.record_change(by=by, at=at, event="token_issued", patient_id=patient_id, subject=key.hex()[:16])
    return token


@transaction.atomic
def revoke_token(*, token: str, by: Actor, at: datetime) -> bool:
    """The token reads nothing from the next request on; False where there is no such token or it was revoked before."""
    key = token_hash(token)
    patient_id = LiveTokenRow.objects.filter(hash=key).values_list("patient_id", flat=True).first()
    if not LiveTokenRow.objects.filter(hash=key, revoked=False).update(revoked=True):
        return False
    audit.record_change(by=by, at=at, event="token_revoked", patient_id=patient_id, subject=key.hex()[:16])
    return True


@transaction.atomic
def revoke_every_token(*, by: Actor, at: datetime) -> int:
    """No token that was issued so far reads anything any more; how many could."""
    ended = LiveTokenRow.objects.filter(revoked=False).update(revoked=True)
    audit.record_change(by=by, at=at, event="tokens_revoked", patient_id=None, details={"tokens": ended})
    return ended


def token_hash(token: str) -> bytes:
    """The 32 bytes under which a token is kept. Its 256 random bits need no salt and no stretching."""
    return hashlib.sha256(token.encode()).digest()
