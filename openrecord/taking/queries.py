"""Questions about what somebody takes along: always one viewer's own."""

from datetime import datetime
from uuid import UUID

from openrecord.access.types import ViewerId
from openrecord.kit.instants import from_micros, from_micros_or_none, to_micros
from openrecord.registry.types import PatientId
from openrecord.taking.models import DownloadRow
from openrecord.taking.rules import LIFE
from openrecord.taking.types import Download, DownloadId, Format, Selection, State


def downloads(patient_id: PatientId, maker: ViewerId, *, at: datetime) -> tuple[Download, ...]:
    """The viewer's files that have not ended, newest first."""
    rows = DownloadRow.objects.filter(patient_id=patient_id, maker=maker.bytes, asked__gt=to_micros(at - LIFE))
    return tuple(download_of(row) for row in rows.order_by("-asked", "id"))


def download(patient_id: PatientId, maker: ViewerId, download_id: UUID, *, at: datetime) -> Download | None:
    """One of the viewer's files; None where it is none of theirs, was never asked for or has ended."""
    return next((one for one in downloads(patient_id, maker, at=at) if one.download_id == download_id), None)


def download_of(row: DownloadRow) -> Download:
    """A row as others see it."""
    return Download(
        PatientId(row.patient_id),
        DownloadId(UUID(bytes=bytes(row.id))),
        ViewerId(UUID(bytes=bytes(row.maker))),
        Format(row.format),
        Selection(frozenset(row.sections.split()), row.first, row.last),
        row.language,
        from_micros(row.asked),
        State(row.state),
        from_micros_or_none(row.made),
        None if row.digest is None else bytes(row.digest),
        row.size,
    )
