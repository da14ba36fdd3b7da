"""Accepting one patient's part of one message: matched, deduplicated, decided and placed in one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from msgspec import structs

from openrecord.access import actions as access_actions
from openrecord.attachments import actions as attachments
from openrecord.attachments.types import EntryOfFile
from openrecord.audit import actions as audit
from openrecord.audit.types import Actor
from openrecord.clinical.attached import address, renamed
from openrecord.clinical.incoming import IncomingEntry, IncomingLink, IncomingMessage, IncomingPatient, LinkKind
from openrecord.clinical.kinds import KIND_RULES
from openrecord.db import bus, sql
from openrecord.ingest import events
from openrecord.ingest.actions.deaths import hear_of_death
from openrecord.ingest.actions.sorting import Current, Sorting
from openrecord.ingest.rules import identity, matching
from openrecord.ingest.types import AcceptedBatch, AcceptedEntry, Part, Tally
from openrecord.registry import actions as registry_actions
from openrecord.registry import queries as registry
from openrecord.registry.types import OdsCode, Patient, PatientId

MAPPER_VERSION = 3
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


@transaction.atomic(savepoint=False)
def accept(*, message: IncomingMessage, source: bytes, terms: Terms, by: Actor, at: datetime) -> Tally:
    """Accept one patient's part of one message. Raises matching.Unmatched where it cannot be attached (nothing is
    written then). The tally counts the message's entries; its problems and other resources are the caller's."""
    patient, is_new = _patient(message.patient, terms, by=by, at=at)
    home = _locked_home(patient)
    names = registry.names(home.patient_id)
    org = _controlling(message, terms, patient.patient_id, at)
    is_new = len(names) == 1 and (is_new or not _has_entries(patient.patient_id))
    sender = (terms.sender or org).replace(" ", "_")
    if sender == org:
        hear_of_death(patient, message.patient, org, at=at)
    sorting = Sorting(org, patient.patient_id, names, sender=sender, source=source, at=at, entries=message.entries)
    for other, withdrawn in sorting.wrong.items():
        bus.publish(events.FoundWrongPerson(other, tuple(withdrawn), at))
    references = _References(sorting, org, patient.patient_id, is_new=is_new)
    entries = _finished(sorting, references, home, org, at)
    sorting.write()
    copies = sorting.copies.copies()
    unresolved = {entry for pair in copies.unresolved for entry in pair}
    batch = AcceptedBatch(
        home.patient_id,
        org,
        sender,
        at,
        MAPPER_VERSION,
        entries,
        _marks(message, terms),
        is_new,
        tuple(references.replaced()),
        tuple(unresolved),
        tuple({entry for pair in copies.same for entry in pair} - unresolved),
        _gone(message, org, patient.patient_id, names),
        None if home.patient_id == patient.patient_id else patient.patient_id,
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
    known = registry.held_by_nhs_number(number)
    if known is not None:
        matching.check_same_person(claimed, known)
        if terms.register is not None and known.born and not registry.registrations(known.patient_id):
            registry_actions.register(patient_id=known.patient_id, ods=terms.register, start=known.born, by=by, at=at)
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


def _locked_home(patient: Patient) -> Patient:
    """The record in which the patient's entries lie, held until the transaction ends as the patient is."""
    home = patient if patient.merged_into is None else registry.patient(patient.merged_into)
    access_actions.lock_patient(home.patient_id)
    return home


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


class _References:
    """Which entry a local reference means: one of this message, or one that an earlier message brought."""

    def __init__(self, sorting: Sorting, org: OdsCode, patient_id: PatientId, *, is_new: bool) -> None:
        self._sorting = sorting
        self._org = org
        self._patient_id = patient_id
        self._elsewhere = {} if is_new else self._find()

    def _hash(self, reference: str) -> bytes:
        return identity.own_key(self._org, self._patient_id, reference)

    def _find(self) -> dict[bytes, bytes]:
        wanted = {
            self._hash(reference)
            for current in self._sorting.current.values()
            for reference in _referred(current.incoming)
            if reference not in self._sorting.names
        }
        statement = "SELECT alias, entry_id FROM ingest_source_key WHERE patient_id=%s AND alias IN ({keys})"
        found = sql.rows_in(statement, [self._patient_id], wanted)
        return {bytes(alias): bytes(entry) for alias, entry in found}

    def part(self, reference: str, kind: str = "") -> Part:
        """The reference as it is stored: resolved where the entry is known."""
        known = self._sorting.names.get(reference)
        if known is not None:
            return Part(known, b"", kind)
        hashed = self._hash(reference)
        return Part(self._elsewhere.get(hashed), hashed, kind)

    def replaced(self) -> Iterable[bytes]:
        """Entries that a current entry of this message replaces."""
        for current in self._sorting.current.values():
            if current.incoming.replaces is not None:
                target = self.part(current.incoming.replaces).target
                if target is not None:
                    yield target


def _referred(incoming: IncomingEntry) -> Iterable[str]:
    yield from incoming.containers
    yield from (link.target for link in _links(incoming))


def _links(incoming: IncomingEntry) -> tuple[IncomingLink, ...]:
    """The entry's links, with what it replaces among them: the replaced one may arrive later."""
    if incoming.replaces is None or any(link.kind is LinkKind.REPLACES for link in incoming.links):
        return incoming.links
    return (*incoming.links, IncomingLink(LinkKind.REPLACES, incoming.replaces))


def _finished(
    sorting: Sorting, references: _References, patient: Patient, org: OdsCode, at: datetime
) -> tuple[AcceptedEntry, ...]:
    """The current entries with outside ids, bodies, kept files and resolved references."""
    superseded = set(references.replaced())
    subject = f"Patient/{patient.public_id}"
    finished = []
    for current in sorting.current.values():
        incoming = _with_files(current, patient.patient_id, org, at)
        head = _head(incoming, current.public_id, subject)
        finished.append(
            AcceptedEntry(
                current.entry_id,
                current.public_id,
                current.is_new,
                incoming,
                _body(head, incoming.full if incoming.coded is None else incoming.coded),
                None if incoming.coded is None else _body(head, incoming.full),
                tuple(references.part(reference) for reference in dict.fromkeys(incoming.containers)),
                tuple(references.part(link.target, link.kind.value) for link in _links(incoming)),
                current.alias,
                current.entry_id in superseded,
            )
        )
    return tuple(finished)


def _with_files(current: Current, patient_id: PatientId, org: OdsCode, at: datetime) -> IncomingEntry:
    """The entry, its files kept and named by their ids."""
    incoming = current.incoming
    if not incoming.files:
        return incoming
    entry = EntryOfFile(current.entry_id, current.public_id, KIND_RULES[incoming.kind].fhir_type or "")
    kept = attachments.keep(patient_id=patient_id, org=org, entry=entry, files=incoming.files, at=at)
    names = {mark: address(file_id) for mark, file_id in kept.items()}
    coded = None if incoming.coded is None else renamed(incoming.coded, names)
    return structs.replace(incoming, full=renamed(incoming.full, names), coded=coded, files=())


def _head(incoming: IncomingEntry, public_id: UUID, subject: str) -> bytes:
    fhir_type = KIND_RULES[incoming.kind].fhir_type
    whom = "patient" if fhir_type in {"AllergyIntolerance", "Immunization"} else "subject"
    return f'"id":"{public_id}","{whom}":{{"reference":"{subject}"}},'.encode()


def _body(head: bytes, resource: bytes) -> bytes:
    """The resource with its outside id and whom it is about."""
    return b"{" + head + resource[1:] if len(resource) > 2 else b"{" + head[:-1] + b"}"


def _gone(
    message: IncomingMessage, org: OdsCode, patient_id: PatientId, names: tuple[PatientId, ...]
) -> tuple[bytes, ...]:
    """Entries that the message says were removed at the source."""
    keys = {identity.own_key(org, patient_id, removed) for removed in message.removed}
    keys |= {identity.shared_key(org, removed) for removed in message.removed}
    statement = "SELECT entry_id, patient_id FROM ingest_source_key WHERE key IN ({keys})"
    return tuple(bytes(entry) for entry, holder in sql.rows_in(statement, [], keys) if holder in names)
