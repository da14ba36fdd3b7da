"""Files of an entry as its page shows them: what each is, how large, and where to see or save it."""

from dataclasses import dataclass

from openrecord.clinical.file_kinds import Kind
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
        return f"{max(1, round(size / KIBIBYTE))} KB"
    return f"{size / MEBIBYTE:.1f} MB"


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
