"""Files that came to a practice's entries and were refused, as far as the entries still name them.

An entry that came again names the file that came then; what it named before is nobody's concern any more.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from openrecord.attachments import queries as attachments
from openrecord.attachments.types import Refused
from openrecord.clinical.attached import named
from openrecord.registry import queries as registry
from openrecord.registry.types import OdsCode, Patient, PatientId
from openrecord.staff import record
from openrecord.staff.record import ToldEntry

_PORTION = 50


@dataclass(frozen=True, slots=True)
class RefusedFile:
    """A refused file, the entry that names it, and whose that is."""

    refused: Refused
    entry: ToldEntry
    patient: Patient


def refused_files(ods: OdsCode, *, limit: int, after: str = "") -> tuple[RefusedFile, ...]:
    """Refused files of the practice's own patients, the newest first; `after`: the cursor of the last one."""
    return tuple(islice(_named(ods, after), limit))


def _named(ods: OdsCode, after: str) -> Iterator[RefusedFile]:
    while found := attachments.refused(ods, limit=_PORTION, after=after):
        after = found[-1].cursor
        patients = registry.patients({one.patient_id for one in found})
        ours = registry.ever_at(ods, patients)
        entries = _entries(ods, [one for one in found if one.patient_id in ours])
        for one in found:
            entry = entries.get((one.patient_id, one.entry_id))
            if entry is not None and one.file.file_id in named(entry.body):
                yield RefusedFile(one, entry, patients[one.patient_id])


def _entries(ods: OdsCode, found: Sequence[Refused]) -> dict[tuple[PatientId, UUID], ToldEntry]:
    wanted: dict[PatientId, set[UUID]] = defaultdict(set)
    for one in found:
        wanted[one.patient_id].add(one.entry_id)
    return {
        (patient_id, entry_id): entry
        for patient_id, entry_ids in wanted.items()
        for entry_id, entry in record.told_of(ods, patient_id, entry_ids).items()
    }
