"""Which files that come with entries are kept: not those that are none, and none that is larger than is allowed. Pure.

What is refused never stops its entry or another one. It is said where it stands, why, and what to do. Under another
limit the same delivery is another version of the entry, so that trying again brings the file.
"""

from msgspec import structs

from openrecord.clinical.attached import renamed
from openrecord.clinical.incoming import FileState, IncomingEntry, IncomingFile, Problem

MEBIBYTE = 1 << 20


def without_refused(entry: IncomingEntry, most: int) -> tuple[IncomingEntry, tuple[Problem, ...]]:
    """The entry with what may be kept of its files, and a problem for each that may not. `most`: bytes of a file."""
    looked_at = {file.mark: _looked_at(file, most) for file in entry.files}
    refused = {mark: file for mark, file in looked_at.items() if file.state is not FileState.WAITING}
    if not refused:
        return entry, ()
    names = {mark: file.mark for mark, file in refused.items()}
    renewed = structs.replace(
        entry,
        files=tuple(looked_at.values()),
        full=renamed(entry.full, names),
        coded=None if entry.coded is None else renamed(entry.coded, names),
    )
    problems = (_problem(file, number, entry.position, most) for number, file in enumerate(renewed.files, start=1))
    return renewed, tuple(problem for problem in problems if problem is not None)


def _looked_at(file: IncomingFile, most: int) -> IncomingFile:
    if file.content is None:
        return _refused(file, FileState.DAMAGED)
    return _refused(file, FileState.TOO_LARGE) if len(file.content) > most else file


def _refused(file: IncomingFile, state: FileState) -> IncomingFile:
    return structs.replace(file, mark=f"{file.mark} {state}", state=state)


def _problem(file: IncomingFile, number: int, position: str, most: int) -> Problem | None:
    """What is said of a refused file; `count` 0, because its entry stands in a class of its own."""
    place = f"{position} file {number}"
    if file.state is FileState.TOO_LARGE:
        size = len(file.content or b"") / MEBIBYTE
        detail = (
            f"a file of {size:.1f} MiB; {most / MEBIBYTE:g} MiB are allowed. The entry was taken in without it. Raise "
            "OPENRECORD_DOCUMENT_MIB and run `openrecord quarantine retry`, or have a smaller file sent"
        )
        return Problem("file_too_large", place, detail, count=0)
    if file.state is FileState.DAMAGED:
        detail = "`data` is empty or no base64. The entry was taken in without it; have the file sent again"
        return Problem("file_damaged", place, detail, count=0)
    return None
