"""Delivering a file: kept as it came, read, accepted patient by patient; what is bad is quarantined, nothing stops.

Every incoming resource ends in exactly one class of the tally.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import zstandard
from django.db import transaction

from openrecord.audit import actions as audit
from openrecord.audit.types import Actor
from openrecord.clinical.incoming import IncomingMessage, Problem
from openrecord.clinical.reading import Format, Reading
from openrecord.ingest.actions.accept import Terms, accept
from openrecord.ingest.actions.keeping import Source, at_rest
from openrecord.ingest.models import QuarantineRow, SourceRow
from openrecord.ingest.rules.attaching import without_refused
from openrecord.ingest.rules.matching import Unmatched
from openrecord.ingest.rules.preparing import Prepared, pack, read_whole
from openrecord.ingest.types import Tally
from openrecord.kit import environment
from openrecord.kit.ids import time_ordered_id
from openrecord.kit.instants import to_micros

ADVICE = {
    "no_patient": "the message names no patient; send the Patient with the entries",
    "nhs_number_missing": "the Patient has no NHS number",
    "nhs_number_invalid": "the Patient's NHS number has a wrong length or check digit, or several numbers differ",
    "birth_date_missing": "the Patient has no full birth date",
    "birth_date_differs": "the birth date differs from the registry's; check whose record this is",
    "family_name_missing": "the Patient has no family name",
    "family_name_differs": "the family name differs from the registry's; check whose record this is",
    "identity_withdrawn": "this identity was given up for the patient's protection; nothing is attached to it any more",
    "patient_unknown": "no such patient is registered; register the patient, or ingest with --register",
    "no_controlling_organisation": "the patient is registered nowhere; state the organisation with --org",
}


def deliver(
    *, data: bytes | Prepared, name: str, format: Format | None, terms: Terms, by: Actor, at: datetime
) -> Tally:
    """Take in one file's content, compressed by gzip or not, or what has been prepared of it. The tally is exact; it
    raises only where the database fails."""
    source = Source(data.packed if isinstance(data, Prepared) else pack(data), name, format, by, at)
    try:
        reading = data.reading if isinstance(data, Prepared) else read_whole(data, format)
        return _take_in(reading, source, terms, by, at)
    finally:
        source.keep_anyhow()


def _take_in(reading: Reading, source: Source, terms: Terms, by: Actor, at: datetime) -> Tally:
    tally = Tally(files=1)
    for problem in reading.problems:
        _quarantine(source, problem, at)
        tally.count("quarantined", problem.reason, problem.count)
    for message in reading.messages:
        tally.add(_deliver_message(message, source, terms, by, at))
    return tally


def _deliver_message(message: IncomingMessage, source: Source, terms: Terms, by: Actor, at: datetime) -> Tally:
    tally = Tally()
    for fhir_type, number in message.not_entries.items():
        tally.count("not_entries", fhir_type, number)
    for problem in message.problems:
        _quarantine(source, problem, at)
        tally.count("quarantined", problem.reason, problem.count)
    if not message.entries and not message.removed:
        return tally
    kept, problems = _without_refused_files(message)
    try:
        tally.add(at_rest(lambda: _accept(kept, source, terms, by, at)))
    except Unmatched as unmatched:
        place = message.entries[0].position if message.entries else "message"
        detail = ADVICE.get(unmatched.reason, unmatched.reason)
        _quarantine(source, Problem(unmatched.reason, place, detail, len(message.entries)), at)
        tally.count("quarantined", unmatched.reason, len(message.entries))
        return tally
    for problem in problems:
        _quarantine(source, problem, at)
    return tally


def _without_refused_files(message: IncomingMessage) -> tuple[IncomingMessage, tuple[Problem, ...]]:
    """The message without files that may not be kept; what is to be said of them stands in no class of the tally."""
    if not any(entry.files for entry in message.entries):
        return message, ()
    most = environment.largest_document()
    looked_at = [without_refused(entry, most) for entry in message.entries]
    problems = tuple(problem for _, problems in looked_at for problem in problems)
    return replace(message, entries=tuple(entry for entry, _ in looked_at)), problems


@transaction.atomic
def _accept(message: IncomingMessage, source: Source, terms: Terms, by: Actor, at: datetime) -> Tally:
    return accept(message=message, source=source.keep(), terms=terms, by=by, at=at)


@transaction.atomic
def _quarantine(source: Source, problem: Problem, at: datetime) -> None:
    """Note what could not be accepted; the same problem of the same source once."""
    same = {"source": source.keep(), "reason": problem.reason, "place": problem.where}
    if QuarantineRow.objects.filter(**same, state="open").exists():
        return
    QuarantineRow.objects.create(
        id=time_ordered_id(), at=to_micros(at), detail=problem.detail, resources=problem.count, **same
    )


def retry(*, quarantine_id: UUID, terms: Terms, by: Actor, at: datetime) -> Tally:
    """Deliver the source of a quarantined part again; it stays in quarantine where it is still bad."""
    row = QuarantineRow.objects.get(id=quarantine_id)
    source = SourceRow.objects.get(id=row.source)
    QuarantineRow.objects.filter(source=row.source, state="open").update(state="retried")
    data = zstandard.ZstdDecompressor().decompress(bytes(source.body), max_output_size=source.size)
    stated = Format(source.format) if source.format else None
    return deliver(data=data, name=source.name, format=stated, terms=terms, by=by, at=at)


@transaction.atomic
def discard(*, quarantine_id: UUID, by: Actor, at: datetime) -> None:
    """A person has decided that a quarantined part is not to be accepted; its source stays."""
    QuarantineRow.objects.filter(id=quarantine_id).update(state="discarded")
    audit.record_change(by=by, at=at, event="quarantine_discarded", patient_id=None, subject=str(quarantine_id))
