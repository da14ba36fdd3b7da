"""Questions about what somebody takes along: one viewer's own, and the link behind an address."""

from datetime import datetime
from uuid import UUID

from openrecord.access.types import ViewerId
from openrecord.db.keys import keyed_hash
from openrecord.kit.instants import from_micros, from_micros_or_none, to_micros
from openrecord.registry.types import PatientId
from openrecord.taking.models import DownloadRow, LinkRow, UseRow
from openrecord.taking.rules import LIFE
from openrecord.taking.types import Download, DownloadId, Format, Link, LinkId, Selection, State, Use


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


def address_hash(address: str) -> bytes:
    """By what a link is found."""
    return keyed_hash("link", address)


def links(patient_id: PatientId) -> tuple[Link, ...]:
    """Every link to the patient's record that is not forgotten, newest first."""
    rows = LinkRow.objects.filter(patient_id=patient_id).order_by("-made", "id")
    return tuple(link_of(row) for row in rows)


def uses(patient_id: PatientId) -> dict[LinkId, tuple[Use, ...]]:
    """When each link of the patient was tried, newest first."""
    found: dict[LinkId, list[Use]] = {}
    for row in UseRow.objects.filter(patient_id=patient_id).order_by("-at", "-id"):
        found.setdefault(LinkId(UUID(bytes=bytes(row.link))), []).append(Use(from_micros(row.at), row.right))
    return {link_id: tuple(listed) for link_id, listed in found.items()}


def link_at(address: str) -> Link | None:
    """The link behind an address, alive or not; None where there is none."""
    row = LinkRow.objects.filter(hash=address_hash(address)).first()
    return None if row is None else link_of(row)


def link_of(row: LinkRow) -> Link:
    """A row as others see it."""
    return Link(
        PatientId(row.patient_id),
        LinkId(UUID(bytes=bytes(row.id))),
        ViewerId(UUID(bytes=bytes(row.sharer))),
        Selection(frozenset(row.sections.split()), row.first, row.last),
        from_micros(row.made),
        from_micros(row.ends),
        from_micros_or_none(row.ended),
        row.wrong,
    )
