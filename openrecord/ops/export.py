"""`openrecord export`: a patient's whole record, as one practice controls it, for another system (R35).

It goes on the patient's trail as a read of everything before a byte of it leaves.
"""

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from openrecord.attachments import queries as attachments
from openrecord.attachments.types import NotAvailable
from openrecord.audit import reads
from openrecord.audit.rules import normalised_query
from openrecord.audit.types import Read, pack
from openrecord.clinical import wire
from openrecord.clinical.attached import with_contents
from openrecord.clinical.outgoing import r4
from openrecord.clinical.outgoing.stu3 import bundle as stu3
from openrecord.clinical.outgoing.types import OutgoingEntry, OutgoingPatient, OutgoingRecord, Written
from openrecord.kit import clock
from openrecord.ops.failure import CommandFailed
from openrecord.ops.operator import operator, record_named
from openrecord.registry import queries as registry
from openrecord.registry.types import OdsCode, Patient
from openrecord.screening import queries as screening
from openrecord.screening.rules.redactions import is_kept_from_proxies, redactions
from openrecord.screening.types import EntryId, EntryState
from openrecord.timeline import lying

Body = tuple[bytes, bytes | None]
"""(coded, full); full None where there is none."""
Bodies = Mapping[EntryId, Body]
WRITERS: Mapping[str, Callable[[OutgoingRecord], Written]] = {"r4": r4.bundle, "stu3": stu3.bundle}


def run(arguments: argparse.Namespace) -> int:
    """Write the record, and one line of totals. Raises CommandFailed."""
    at = clock.now()
    patient = record_named(arguments.patient)
    if arguments.output is not None and os.path.lexists(arguments.output):
        raise CommandFailed("the file is there already; it is not written over")
    states = screening.states(patient.patient_id)
    leaving = redactions({entry_id: state.facts for entry_id, state in states.items()}, at)
    own = {entry_id: state for entry_id, state in states.items() if state.facts.org == arguments.practice}
    if not own:
        raise CommandFailed("this practice keeps no entry of the patient")
    sent = {entry_id: leaving[entry_id] for entry_id in own if entry_id in leaving}
    bodies, unsent = _with_files(patient, states, _bodies(patient, sent))
    written = WRITERS[arguments.format](_record(patient, arguments.practice, states, sent, bodies, at))
    query = normalised_query([("practice", arguments.practice), ("format", arguments.format)])
    served = pack(written.entries)
    reads.record_read(Read(operator(), at, patient.patient_id, "command", "export", query, served=served))
    _deliver(wire.dumps(written.document), arguments.output)
    hidden_from_proxies = sum(is_kept_from_proxies(own[entry_id].facts) for entry_id in sent)
    print(
        _totals(written, len(own), hidden_from_proxies, unsent),
        file=sys.stderr if arguments.output is None else sys.stdout,
    )
    return 0


def _record(
    patient: Patient,
    ods: OdsCode,
    states: Mapping[EntryId, EntryState],
    sent: Mapping[EntryId, bool],
    bodies: Bodies,
    at: datetime,
) -> OutgoingRecord:
    """All that leaves, gathered from the stations. `sent`: each entry with whether it is marked."""
    links = screening.links(patient.patient_id)
    entries = []
    for entry_id, is_marked in sent.items():
        state, facts = states[entry_id], states[entry_id].facts
        coded, full = bodies[entry_id]
        entries.append(
            OutgoingEntry(
                state.public_id,
                facts.kind,
                coded if full is None else full,
                None if full is None else coded,
                facts.clinical,
                facts.filed,
                restricted=is_marked,
                links=tuple((kind, states[target].public_id) for kind, target in links.get(entry_id, ())),
                containers=tuple(states[container].public_id for container in facts.containers),
            )
        )
    practice = registry.practice(ods)
    about = OutgoingPatient(
        patient.public_id, patient.nhs_number, patient.family, patient.given, patient.born, patient.gender, patient.died
    )
    return OutgoingRecord(about, ods, ods if practice is None else practice.name, at, tuple(entries))


def _bodies(patient: Patient, wanted: Mapping[EntryId, bool]) -> Bodies:
    """(coded, full) of each entry, wherever they lie; an entry of which nothing is found is never passed over."""
    seen = lying.renderings(patient.patient_id, wanted)
    vault = screening.vault_renderings(patient.patient_id, wanted)
    bodies = {}
    for entry_id in wanted:
        parts = (vault.get(entry_id, (None, None)), seen.get(entry_id, (None, None)))
        coded, full = (next((each[n] for each in parts if each[n] is not None), None) for n in (0, 1))
        if coded is None:
            raise CommandFailed("the record is being changed just now: try again")
        bodies[entry_id] = (coded, full)
    return bodies


def _with_files(patient: Patient, states: Mapping[EntryId, EntryState], bodies: Bodies) -> tuple[Bodies, int]:
    """The bodies with the files that they name in them, and how many are not: nobody has found them to be safe."""
    whole: dict[EntryId, Body] = {}
    unsent = 0
    for entry_id, (coded, full) in bodies.items():
        files = attachments.files_of(patient.patient_id, states[entry_id].public_id, coded if full is None else full)
        try:
            contents = {file.file_id: b"".join(attachments.content(file)) for file in files if file.is_open}
        except NotAvailable:
            raise CommandFailed("the file of a document cannot be read: see `openrecord doctor`") from None
        unsent += len(files) - len(contents)
        whole[entry_id] = (with_contents(coded, contents), None if full is None else with_contents(full, contents))
    return whole, unsent


def _deliver(content: bytes, output: str | None) -> None:
    """To a new file that nobody else can read, or to standard output. Raises CommandFailed."""
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return
    try:
        descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise CommandFailed("the file is there already; it is not written over") from None
    except OSError as error:
        raise CommandFailed(f"the file cannot be made: {error.strerror}") from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
    except OSError as error:
        with suppress(OSError):
            Path(output).unlink()
        raise CommandFailed(f"the file cannot be written: {error.strerror}") from None


def _totals(written: Written, held: int, kept_from_proxies: int, unsent: int) -> str:
    """How many entries are written and labelled, why others are not, and what no label can say."""
    behind = dict(written.left_out)
    not_current = held - len(written.entries) - sum(behind.values())
    if not_current:
        behind["not_current"] = not_current
    parts = [
        f"{len(written.entries)} of {held} entries written",
        f"{len(written.labelled)} labelled as not for the patient",
        *(f"{number} left behind: {reason}" for reason, number in sorted(behind.items())),
    ]
    if unsent:
        parts.append(f"{unsent} files not sent, because no scanner has found them to be safe")
    if kept_from_proxies:
        parts.append(f"{kept_from_proxies} kept from proxies only, which no label says: tell whoever receives them")
    return ", ".join(parts)
