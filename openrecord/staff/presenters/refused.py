"""Refused files as staff read of them in the practice's list."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from openrecord.clinical.nhs_number import spaced
from openrecord.kit.ids import spelt
from openrecord.registry.types import PatientId
from openrecord.staff.presenters.files import note
from openrecord.staff.refused import RefusedFile
from openrecord.web.records.events import any_line
from openrecord.web.records.values import Shown, parts_of
from openrecord.web.text import gettext as _
from openrecord.web.words import day_in_words


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """One file. `title`: what its entry is, in a closed record only that it is one; `why`: also what to do; `here`:
    where the file itself is.
    """

    href: str
    here: str
    title: str
    about: str
    patient: str
    nhs_number: str
    came: str
    why: str


def rows(found: Iterable[RefusedFile], closed: Collection[PatientId]) -> tuple[RefusedRow, ...]:
    """The list, in its order. `closed`: whose entries are not told."""
    return tuple(_row(one, is_closed=one.patient.patient_id in closed) for one in found)


def _row(one: RefusedFile, *, is_closed: bool) -> RefusedRow:
    href = f"/staff/patients/{one.patient.public_id}/entries/{spelt(one.entry.entry_id.bytes)}"
    title, about = (_("Entry of a closed record"), _("Say why before you open it")) if is_closed else _told(one, href)
    return RefusedRow(
        href,
        f"{href}/files/{one.refused.file.file_id}",
        title,
        about,
        one.patient.listed_name,
        spaced(one.patient.nhs_number),
        day_in_words(one.refused.file.received),
        note(one.refused.file),
    )


def _told(one: RefusedFile, href: str) -> tuple[str, str]:
    date = day_in_words(one.entry.clinical)
    kind, line = any_line(Shown(href, "", str(one.entry.entry_id), date, one.entry.body, parts_of(one.entry.body)))
    return line.title, ", ".join(part for part in (kind, date) if part)
