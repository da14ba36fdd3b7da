"""Accepting one patient's part of one message: matched, deduplicated, decided and placed in one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from openrecord.access import actions as access_actions
from openrecord.audit import actions as audit
from openrecord.audit.types import Actor
from openrecord.clinical.incoming import IncomingEntry, IncomingMessage, IncomingPatient
from openrecord.clinical.kinds import KIND_RULES
from openrecord.db import bus, sql
from openrecord.ingest import events
from openrecord.ingest.actions.sorting import Current, Sorting
from openrecord.ingest.rules import identity, matching
from openrecord.ingest.types import AcceptedBatch, AcceptedEntry, Part, Tally
from openrecord.registry import actions as registry_actions
from openrecord.registry import queries as registry
from openrecord.registry.types import OdsCode, Patient, PatientId

MAPPER_VERSION = 1
"""Raised with every change of the readers that changes what is stored (architecture, Storage)."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How a delivery is to be read.

    `org`: the controlling organisation, where the caller states it. `register`: create unknown patients with a
    registration there. `sender`: the system that sent it, where it is not the organisation's own. `marks`:
    "transferred" or "first_load" where the whole delivery is.
    """

    org: OdsCode | None = None
    register: OdsCode | None = None
    sender: str | None = None
    marks: str = ""


@transaction.atomic
def accept(*, message: IncomingMessage, source: bytes, terms: Terms, by: Actor, at: datetime) -> Tally:
    """Accept one patient's part of one message. Raises matching.Unmatched where it cannot be attached (nothing is
    written then). The tally counts the message's entries; its problems and other resources are the caller's."""
    patient, is_new = _patient(message.patient, terms, by=by, at=at)
    access_actions.lock_patient(patient.patient_id)
    org = _controlling(message, terms, patient.patient_id, at)
    is_new = is_new or not _has_entries(patient.patient_id)
    sender = (terms.sender or org).replace(" ", "_")
    sorting = Sorting(
        org, patient.patient_id, sender=sender, source=source, at=at, entries=message.entries
    )
    for other, withdrawn in sorting.wrong.items():
        bus.publish(events.FoundWrongPerson(other, tuple(withdrawn), at))
    entries = _finished(sorting, org, patient, is_new=is_new)
    sorting.write()
    copies = sorting.copies.copies()
    unresolved = {entry for pair in copies.unresolved for entry in pair}
    batch = AcceptedBatch(
        patient.patient_id,
        org,
        sender,
        at,
        MAPPER_VERSION,
        entries,
        _marks(message, terms),
        is_new,
        tuple(_replaced(sorting, entries)),
        tuple(unresolved),
        tuple({entry for pair in copies.same for entry in pair} - unresolved),
        _gone(message, org, patient.patient_id),
    )
    bus.publish(events.EntriesArrived(batch))
    audit.record_change(
        by=by,
        at=at,
        event="arrived",
        patient_id=patient.patient_id,
        subject=source.hex(),
        details={"accepted": sorting.tally.accepted, "resources": sorting.tally.resources},
    )
    return sorting.tally


def _patient(claimed: IncomingPatient | None, terms: Terms, *, by: Actor, at: datetime) -> tuple[Patient, bool]:
    """The registry's patient, and whether it was created just now."""
    number = matching.claimed_number(claimed)
    if claimed is None:
        raise matching.Unmatched("no_patient")
    known = registry.patient_by_nhs_number(number)
    if known is not None:
        matching.check_same_person(claimed, known)
        return known, False
    if terms.register is None:
        raise matching.Unmatched("patient_unknown")
    born = matching.claimed_birth_date(claimed)
    if not claimed.family:
        raise matching.Unmatched("family_name_missing")
    patient = registry_actions.add_patient(
        nhs_number=number,
        family=claimed.family,
        given=claimed.given or "",
        born=born,
        gender=claimed.gender,
        by=by,
        at=at,
    )
    registry_actions.register(patient_id=patient.patient_id, ods=terms.register, start=born, by=by, at=at)
    return patient, True


def _controlling(message: IncomingMessage, terms: Terms, patient_id: PatientId, at: datetime) -> OdsCode:
    """The organisation whose record this is: as stated, else as the message says if we know it, else where the
    patient is registered now."""
    stated = terms.org or terms.register
    if stated is not None:
        return stated
    stays = registry.registrations(patient_id)
    if message.source_org is not None and (
        any(stay.ods == message.source_org for stay in stays) or registry.practice(OdsCode(message.source_org))
    ):
        return OdsCode(message.source_org)
    current = [stay for stay in stays if stay.start <= at.date() and (stay.end is None or at.date() < stay.end)]
    if not current:
        raise matching.Unmatched("no_controlling_organisation")
    return current[-1].ods


def _marks(message: IncomingMessage, terms: Terms) -> str:
    words = {*terms.marks.split(), *(["first_load"] if message.first_load else [])}
    return " ".join(sorted(words))


def _has_entries(patient_id: PatientId) -> bool:
    return sql.row("SELECT 1 FROM ingest_source_key WHERE patient_id=%s LIMIT 1", [patient_id]) is not None


def _finished(sorting: Sorting, org: OdsCode, patient: Patient, *, is_new: bool) -> tuple[AcceptedEntry, ...]:
    """The current entries with outside ids, bodies and resolved references."""
    elsewhere = {} if is_new else _elsewhere(sorting, org, patient.patient_id)
    superseded = set(_replaced(sorting, sorting.current.values()))

    def part(reference: str, kind: str = "") -> Part:
        hashed = identity.own_key(org, patient.patient_id, reference)
        return Part(sorting.names.get(reference) or elsewhere.get(hashed), hashed, kind)

    finished = []
    for current in sorting.current.values():
        incoming = current.incoming
        head = _head(incoming, current.public_id, patient.public_id)
        finished.append(
            AcceptedEntry(
                current.entry_id,
                current.public_id,
                current.is_new,
                incoming,
                _body(head, incoming.full if incoming.coded is None else incoming.coded),
                None if incoming.coded is None else _body(head, incoming.full),
                tuple(part(reference) for reference in dict.fromkeys(incoming.containers)),
                tuple(part(link.target, link.kind.value) for link in incoming.links),
                current.alias,
                current.entry_id in superseded,
            )
        )
    return tuple(finished)


def _head(incoming: IncomingEntry, public_id: UUID, patient: UUID) -> bytes:
    fhir_type = KIND_RULES[incoming.kind].fhir_type
    whom = "patient" if fhir_type in {"AllergyIntolerance", "Immunization"} else "subject"
    return f'"id":"{public_id}","{whom}":{{"reference":"Patient/{patient}"}},'.encode()


def _body(head: bytes, resource: bytes) -> bytes:
    """The resource with its outside id and whom it is about."""
    return b"{" + head + resource[1:] if len(resource) > 2 else b"{" + head[:-1] + b"}"


def _elsewhere(sorting: Sorting, org: OdsCode, patient_id: PatientId) -> dict[bytes, UUID]:
    """Entries that earlier messages brought, by the hash of the reference that names them."""
    wanted = {
        identity.own_key(org, patient_id, reference)
        for current in sorting.current.values()
        for reference in (*current.incoming.containers, *(link.target for link in current.incoming.links))
        if reference not in sorting.names
    }
    statement = "SELECT alias, entry_id FROM ingest_source_key WHERE patient_id=%s AND alias IN ({keys})"
    return {bytes(alias): UUID(bytes=bytes(entry)) for alias, entry in sql.rows_in(statement, [patient_id], wanted)}


def _replaced(sorting: Sorting, entries: Iterable[AcceptedEntry | Current]) -> Iterable[UUID]:
    """Entries that a current entry of this message replaces."""
    for entry in entries:
        if entry.incoming.replaces is not None and entry.incoming.replaces in sorting.names:
            yield sorting.names[entry.incoming.replaces]


def _gone(message: IncomingMessage, org: OdsCode, patient_id: PatientId) -> tuple[UUID, ...]:
    """Entries that the message says were removed at the source."""
    keys = {identity.own_key(org, patient_id, removed) for removed in message.removed}
    keys |= {identity.shared_key(org, removed) for removed in message.removed}
    statement = "SELECT entry_id FROM ingest_source_key WHERE patient_id=%s AND key IN ({keys})"
    return tuple(UUID(bytes=bytes(row[0])) for row in sql.rows_in(statement, [patient_id], keys))
