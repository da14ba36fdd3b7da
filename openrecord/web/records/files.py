"""Files of an entry as its page shows them: what each is, how large, and where to see or save it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from openrecord.clinical.file_kinds import Kind
from openrecord.clinical.incoming import FileState
from openrecord.web.records.documents import author_of
from openrecord.web.records.values import Shown
from openrecord.web.text import gettext as _

KIBIBYTE, MEBIBYTE = 1 << 10, 1 << 20


@dataclass(frozen=True, slots=True)
class FileCard:
    """One file. `badge`: its kind in a few letters; `about`: date and author; `note`: why it cannot be opened, where it
    cannot, and then the addresses are empty; `view_href` is empty too where a browser cannot show it safely."""

    title: str
    badge: str
    kind: str
    size: str
    about: str
    view_href: str = ""
    save_href: str = ""
    note: str = ""


class OfEntry(Protocol):
    """What is told of a file of an entry."""

    @property
    def file_id(self) -> UUID:
        """Its outside id."""

    @property
    def kind(self) -> Kind:
        """How it is handed out."""

    @property
    def size(self) -> int:
        """Bytes."""

    @property
    def state(self) -> FileState:
        """What became of it."""


def cards(entry: Shown, files: Sequence[OfEntry]) -> tuple[FileCard, ...]:
    """What a patient reads about the files of an entry, in the entry's order."""
    author = author_of(entry.body)
    about = " · ".join(part for part in (entry.date, _("From %s") % author if author else "") if part)
    return tuple(
        card(
            file.kind,
            file.size,
            about,
            number=(number, len(files)),
            here=f"{entry.href}/files/{file.file_id}",
            note=note_of(file.state),
        )
        for number, file in enumerate(files, start=1)
    )


def note_of(state: FileState) -> str:
    """Why a patient cannot open a file; empty where they can."""
    match state:
        case FileState.CLEAN:
            return ""
        case FileState.WAITING:
            return _("This document is not available yet. We are checking that it is safe to open. Try again later.")
        case FileState.TOO_LARGE:
            return _("This document is too large to show here. Ask your GP surgery for a copy.")
        case FileState.DAMAGED:
            return _("This document did not reach us in one piece. Ask your GP surgery for a copy.")
        case FileState.INFECTED | FileState.UNCHECKED:
            return _(
                "We could not make sure that this document is safe, so it is not shown. Ask your GP surgery for it."
            )


def kind_in_words(kind: Kind) -> str:
    """What a file is, for people."""
    if kind.is_picture:
        return _("Image")
    words = {
        Kind.PDF: "PDF",
        Kind.TIFF: _("Scanned image (TIFF)"),
        Kind.RTF: _("Text document (RTF)"),
        Kind.DOCX: _("Word document"),
        Kind.DOC: _("Word document"),
        Kind.TEXT: _("Plain text"),
    }
    return words.get(kind, _("File of an unknown kind"))


def size_in_words(size: int) -> str:
    """A size as people say it, never nothing."""
    if size < MEBIBYTE:
        return f"{max(1, round(size / KIBIBYTE))}\u00a0KB"
    return f"{size / MEBIBYTE:.1f}\u00a0MB"


def card(kind: Kind, size: int, about: str, *, number: tuple[int, int], here: str, note: str) -> FileCard:
    """The card of a file whose addresses begin with `here`. `number`: which of how many; `note`: as in FileCard."""
    which, many = number
    title = _("Document") if many == 1 else _("Document %(which)d of %(many)d") % {"which": which, "many": many}
    words, badge = kind_in_words(kind), _("Image") if kind.is_picture else kind.ending.upper()
    if kind is Kind.OTHER:
        badge = _("File")
    if note:
        return FileCard(title, badge, "", "", about, note=note)
    shown = f"{here}/view" if kind.is_shown else ""
    return FileCard(title, badge, words, size_in_words(size), about, shown, f"{here}/save")
