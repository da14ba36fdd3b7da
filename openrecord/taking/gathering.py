"""Everything that one viewer may see of a part of a record at one instant, through the one door."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from uuid import UUID

from openrecord.access import queries as access
from openrecord.access.rules.sight import SightContext
from openrecord.access.types import ViewerId
from openrecord.attachments import queries as attachments
from openrecord.attachments.types import Attached
from openrecord.clinical.kinds import Slot
from openrecord.db import keys
from openrecord.kit.london import midnight
from openrecord.registry import queries as registry
from openrecord.registry.rules.resource import patient_resource
from openrecord.registry.types import Patient, PatientId
from openrecord.taking.types import PACKED, Format, Selection
from openrecord.timeline import queries as timeline
from openrecord.timeline.types import ALWAYS, Period, Reader, ServedEntry
from openrecord.web.records.sections import BY_SLUG, SECTIONS

PORTION = 250
EVERY_SLUG = frozenset(section.slug for section in SECTIONS)
TABLED = frozenset({"test-results", "measurements"})
"""The sections that hold values, which is all that a table of results has."""

SUMMARISED = frozenset({"allergies", "medicines", "health-conditions", "vaccinations", "test-results"})
_HELD: Mapping[Format, frozenset[str]] = {
    Format.CSV: TABLED,
    Format.SUMMARY: SUMMARISED,
    Format.SUMMARY_PDF: SUMMARISED,
}
"""What a format holds where that is not everything."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """The entries, newest first. `digest`: another one as soon as one byte of it is another one.

    `files`: what each entry came with, for a format that takes documents along; also what may not be opened.
    """

    patient: Patient
    entries: tuple[ServedEntry, ...]
    digest: bytes
    files: Mapping[UUID, tuple[Attached, ...]] = field(default_factory=dict)

    @property
    def open_files(self) -> tuple[Attached, ...]:
        """Those that are taken along, each once, in the order of the entries."""
        every = (file for files in self.files.values() for file in files if file.is_open)
        return tuple({file.file_id: file for file in every}.values())


def slugs_of(format: Format, selection: Selection) -> frozenset[str]:
    """The sections that a file of this format has."""
    return (selection.sections or EVERY_SLUG) & _HELD.get(format, EVERY_SLUG)


def period_of(selection: Selection) -> Period:
    """The days chosen, in London's time."""
    if selection.first is None and selection.last is None:
        return ALWAYS
    return Period(
        None if selection.first is None else midnight(selection.first),
        None if selection.last is None else midnight(selection.last + timedelta(days=1)),
    )


def slots_of(slugs: frozenset[str]) -> frozenset[Slot]:
    """The slots of some sections."""
    return frozenset().union(*(BY_SLUG[slug].slots for slug in slugs))


def gather(reader: Reader, format: Format, selection: Selection, *, at: datetime) -> Gathered | None:
    """What a file of this format would be made of now; None where nothing of the record is open to the reader."""
    slots, period = slots_of(slugs_of(format, selection)), period_of(selection)
    entries: list[ServedEntry] = []
    after: str | None = None
    while True:
        page = timeline.page(reader, slots=slots, period=period, limit=PORTION, after=after, at=at)
        entries += page.entries
        after = page.next_cursor
        if after is None:
            break
    if not entries and not is_open(reader, at=at):
        return None
    patient = registry.patient(reader.patient_id)
    files = _files(reader.patient_id, entries) if format in PACKED else {}
    return Gathered(patient, tuple(entries), _digest(patient, entries, files), files)


def _files(patient_id: PatientId, entries: Iterable[ServedEntry]) -> dict[UUID, tuple[Attached, ...]]:
    """The files that the bodies name which were served: nothing else is asked for."""
    found = {entry.public_id: attachments.files_of(patient_id, entry.public_id, entry.body) for entry in entries}
    return {public_id: files for public_id, files in found.items() if files}


def is_open(reader: Reader, *, at: datetime) -> bool:
    """Whether anything of the record is open to the reader, whatever lies in it."""
    facts = access.facts(reader.patient_id, at=at)
    viewer = facts.viewers.get(ViewerId(reader.viewer_id))
    return viewer is not None and SightContext(facts, viewer, at, reader.channel).opens_anything()


def _digest(patient: Patient, entries: Iterable[ServedEntry], files: Mapping[UUID, tuple[Attached, ...]]) -> bytes:
    """32 bytes. Each part is preceded by its length, so that no two records read alike."""
    hashed = blake2b(key=keys.derived("gathered"), digest_size=32)
    told = (part for entry in entries for part in (entry.key, entry.body))
    named = (file for each in files.values() for file in each)
    kept = (part for file in named for part in (file.file_id.bytes, file.state.value.encode(), file.digest))
    for part in (patient_resource(patient), *told, *kept):
        hashed.update(len(part).to_bytes(8) + part)
    return hashed.digest()
