"""A record and the documents that came with it as one ZIP, the same for the same record and instant.

Names tell a day and a number, or the id by which a Bundle names a file; what it is about stands in no name.
"""

import io
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from openrecord.attachments import queries as attachments
from openrecord.attachments.types import Attached
from openrecord.clinical.attached import address
from openrecord.kit.london import LONDON, day_of
from openrecord.taking.gathering import Gathered

_MODE = 0o600 << 16
_UNIX = 3


def by_day(gathered: Gathered) -> dict[UUID, str]:
    """For people: "documents/2025-02-04-1.pdf", the first of what belongs to that day."""
    names: dict[UUID, str] = {}
    numbers: Counter[str] = Counter()
    for entry in gathered.entries:
        for file in gathered.files.get(entry.public_id, ()):
            if file.is_open and file.file_id not in names:
                day = day_of(entry.clinical or file.received).isoformat()
                numbers[day] += 1
                names[file.file_id] = f"documents/{day}-{numbers[day]}.{file.kind.ending}"
    return names


def by_id(gathered: Gathered) -> dict[UUID, str]:
    """For programs: as the Bundle names it, with the ending of its kind."""
    return {file.file_id: f"{address(file.file_id)}.{file.kind.ending}" for file in gathered.open_files}


def packed(name: str, record: bytes, files: Iterable[Attached], names: Mapping[UUID, str], *, at: datetime) -> bytes:
    """The ZIP: the record under its name, then each document. Raises NotAvailable where one cannot be read."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(_entry(name, at), record, zipfile.ZIP_DEFLATED)
        for file in files:
            with archive.open(_entry(names[file.file_id], at), "w") as member:
                for part in attachments.content(file):
                    member.write(part)
    return made.getvalue()


def _entry(name: str, at: datetime) -> zipfile.ZipInfo:
    """Documents are stored as they are: nearly all of them are compressed already."""
    told = zipfile.ZipInfo(name, at.astimezone(LONDON).timetuple()[:6])
    told.create_system, told.external_attr = _UNIX, _MODE
    return told
