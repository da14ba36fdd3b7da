"""Asking for files, making them step by step, and taking them away."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet

from openrecord.access import actions as access
from openrecord.access.types import ViewerId
from openrecord.audit import actions as audit
from openrecord.audit.types import Actor
from openrecord.db import erasing
from openrecord.kit.ids import random_id
from openrecord.kit.instants import to_micros
from openrecord.registry.types import PatientId
from openrecord.taking import files, queries
from openrecord.taking.models import DownloadRow
from openrecord.taking.rules import LEASE, LIFE, MOST_ATTEMPTS, is_coming, surplus
from openrecord.taking.types import Download, DownloadId, Format, Selection, State


@transaction.atomic
def ask(
    *,
    patient_id: PatientId,
    maker: ViewerId,
    format: Format,
    selection: Selection,
    language: str,
    by: Actor,
    at: datetime,
) -> DownloadId:
    """Ask for a file; the worker makes it. The same one that is being made already is that one: a button is pressed
    twice. Where the viewer has too many already, the oldest goes.
    """
    access.lock_patient(patient_id)
    mine, wanted = queries.downloads(patient_id, maker, at=at), (format, selection, language)
    for known in mine:
        if is_coming(known, at) and (known.format, known.selection, known.language) == wanted:
            return known.download_id
    for old in surplus(mine):
        _forget(old)
    download_id = DownloadId(random_id())
    DownloadRow.objects.create(
        patient_id=patient_id,
        id=download_id.bytes,
        maker=maker.bytes,
        format=format.value,
        sections=" ".join(sorted(selection.sections)),
        first=selection.first,
        last=selection.last,
        language=language,
        asked=to_micros(at),
        state=State.WAITING.value,
        due=to_micros(at),
    )
    details: dict[str, str | int | None] = {
        "format": format.value,
        "sections": ",".join(sorted(selection.sections)),
        "first": None if selection.first is None else selection.first.isoformat(),
        "last": None if selection.last is None else selection.last.isoformat(),
    }
    audit.record_change(
        by=by, at=at, event="download_asked", patient_id=patient_id, subject=str(download_id), details=details
    )
    return download_id


@transaction.atomic
def take(*, at: datetime) -> Download | None:
    """The next file to make, leased; None where none waits. What failed too often is given up."""
    waiting = DownloadRow.objects.filter(due__lte=to_micros(at)).order_by("due")
    row = waiting.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked).first()
    if row is None:
        return None
    if row.attempts == MOST_ATTEMPTS:
        row.due, row.state = None, State.FAILED.value
    else:
        row.due, row.attempts, row.state = to_micros(at + LEASE), row.attempts + 1, State.READING.value
    row.save(update_fields=["due", "attempts", "state"])
    return queries.download_of(row)


def note_writing(download: Download) -> None:
    """Everything was read."""
    _rows(download).update(state=State.WRITING.value)


@transaction.atomic
def note_ready(download: Download, *, digest: bytes, size: int, by: Actor, at: datetime) -> None:
    """The file lies there. `digest`, `at`: what the record said, and when that was asked."""
    ready = {"state": State.READY.value, "due": None, "made": to_micros(at), "digest": digest, "size": size}
    if _rows(download).update(**ready):
        audit.record_change(
            by=by,
            at=at,
            event="download_made",
            patient_id=download.patient_id,
            subject=str(download.download_id),
        )


def note_failed(download: Download) -> None:
    """It cannot be made, and is not tried again."""
    _rows(download).update(state=State.FAILED.value, due=None)


def note_too_large(download: Download, *, size: int) -> None:
    """Its documents are more than one file takes along; it is not tried again. `size`: bytes of all of them."""
    _rows(download).update(state=State.TOO_LARGE.value, due=None, size=size)


@transaction.atomic
def note_stale(*, download: Download, by: Actor, at: datetime) -> None:
    """The record says something else now: the file is given to nobody any more, and goes."""
    _rows(download).update(state=State.STALE.value)
    transaction.on_commit(lambda: files.remove(download.download_id))
    audit.record_change(
        by=by,
        at=at,
        event="download_refused",
        patient_id=download.patient_id,
        subject=str(download.download_id),
    )


@transaction.atomic
def remove(*, download: Download, by: Actor, at: datetime) -> None:
    """The viewer does not want it any more; twice is like once."""
    if _forget(download):
        audit.record_change(
            by=by,
            at=at,
            event="download_removed",
            patient_id=download.patient_id,
            subject=str(download.download_id),
        )


@transaction.atomic
def forget_over(at: datetime) -> int:
    """Take away what has lived long enough, and files without a row (of a restored database); how many."""
    over = DownloadRow.objects.filter(asked__lte=to_micros(at - LIFE))
    count = sum(_forget(queries.download_of(row)) for row in over)
    return count + _sweep(files.kept())


def erase(patient_id: PatientId) -> None:
    """No file of a patient is left, nor who was shown a part of their record."""
    for row in DownloadRow.objects.filter(patient_id=patient_id):
        _forget(queries.download_of(row))
    erasing.erase(("taking_link", "taking_use"), patient_id)


def _sweep(names: Iterable[DownloadId]) -> int:
    lying = {name.bytes: name for name in names}
    for known in DownloadRow.objects.filter(id__in=list(lying)).values_list("id", flat=True):
        del lying[bytes(known)]
    for name in lying.values():
        files.remove(name)
    return len(lying)


def _forget(download: Download) -> bool:
    """Delete a row and, once that is committed, its file."""
    gone, _ = _rows(download).delete()
    transaction.on_commit(lambda: files.remove(download.download_id))
    return gone > 0


def _rows(download: Download) -> QuerySet[DownloadRow]:
    return DownloadRow.objects.filter(patient_id=download.patient_id, id=download.download_id.bytes)
