"""What the worker does for files: make the next one, step by step."""

from datetime import datetime

from openrecord.attachments.types import NotAvailable
from openrecord.audit.types import system
from openrecord.taking import actions, files, making
from openrecord.taking.rules import MOST_PACKED
from openrecord.taking.types import Download, State
from openrecord.web.print.pdf import Unprintable
from openrecord.web.text import ENGLISH, activate

WORKER = system("worker")


def make_next(at: datetime) -> int:
    """Make the file that has waited longest; how many were taken up, 1 or 0."""
    download = actions.take(at=at)
    if download is None:
        return 0
    if download.state is not State.FAILED:
        activate(download.language)
        try:
            _make(download, at)
        finally:
            activate(ENGLISH)
    return 1


def _make(download: Download, at: datetime) -> None:
    maker = making.maker_of(download, at=at)
    found = None if maker is None else making.gathered(download, at=at)
    if maker is None or found is None:
        actions.note_failed(download)
        return
    size = sum(file.size for file in found.open_files)
    if size > MOST_PACKED:
        actions.note_too_large(download, size=size)
        return
    actions.note_writing(download)
    try:
        content = making.written(download, found, maker, at=at)
    except (Unprintable, NotAvailable):
        actions.note_failed(download)
        return
    files.keep(download.download_id, content)
    actions.note_ready(download, digest=found.digest, size=len(content), by=WORKER, at=at)
