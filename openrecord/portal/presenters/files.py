"""What a patient reads about the files of an entry."""

from collections.abc import Sequence

from openrecord.attachments.types import Attached, State
from openrecord.web.records.documents import author_of
from openrecord.web.records.files import FileCard, card
from openrecord.web.records.values import Shown
from openrecord.web.text import gettext as _


def cards(entry: Shown, files: Sequence[Attached]) -> tuple[FileCard, ...]:
    """A card for each file of an entry, in the entry's order."""
    author = author_of(entry.body)
    about = " · ".join(part for part in (entry.date, _("From %s") % author if author else "") if part)
    return tuple(
        card(
            file.kind,
            file.size,
            about,
            number=(number, len(files)),
            here=f"{entry.href}/files/{file.file_id}",
            note=_note(file.state),
        )
        for number, file in enumerate(files, start=1)
    )


def _note(state: State) -> str:
    """Why a file cannot be opened; empty where it can."""
    if state is State.CLEAN:
        return ""
    if state is State.WAITING:
        return _("This document is not available yet. We are checking that it is safe to open. Try again later.")
    if state is State.TOO_LARGE:
        return _("This document is too large to show here. Ask your GP surgery for a copy.")
    if state is State.DAMAGED:
        return _("This document did not reach us in one piece. Ask your GP surgery for a copy.")
    return _(
        "We could not make sure that this document is safe to open, so it is not shown. Ask your GP surgery for it."
    )
