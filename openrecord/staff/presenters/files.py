"""What staff read about the files of an entry: also why one was refused, and what to do."""

from collections.abc import Sequence

from openrecord.attachments.types import Attached
from openrecord.clinical.incoming import FileState
from openrecord.web.records.files import FileCard, card, size_in_words
from openrecord.web.text import gettext as _
from openrecord.web.words import day_in_words


def cards(files: Sequence[Attached], here: str) -> tuple[FileCard, ...]:
    """A card for each file, with addresses below `here`."""
    return tuple(
        card(
            file.kind,
            file.size,
            _("Came on %s") % day_in_words(file.received),
            number=(number, len(files)),
            here=f"{here}/files/{file.file_id}",
            note=note(file),
        )
        for number, file in enumerate(files, start=1)
    )


def note(file: Attached) -> str:
    """Why nobody can open a file; empty where it can be opened."""
    match file.state:
        case FileState.CLEAN:
            return ""
        case FileState.WAITING:
            return _("Nobody can open this file yet: it waits for the virus scanner.")
        case FileState.TOO_LARGE:
            told = _("This file (%s) was not taken in: it is larger than the service allows. Tell whoever runs it.")
            return told % size_in_words(file.size)
        case FileState.DAMAGED:
            return _("This file was not taken in: what came is damaged. Have it sent again.")
        case FileState.UNCHECKED:
            return _("Nobody can open this file: it is too large for the virus scanner. Tell whoever runs the service.")
        case FileState.INFECTED:
            return (
                _("Nobody can open this file: the virus scanner found %s. Look at it in your own system.") % file.found
            )
