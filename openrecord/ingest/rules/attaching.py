"""Which files that come with entries are kept: not those that are none, and none that is larger than is allowed. Pure.

What is refused never stops its entry or another one. It is said where it stands, why, and what to do. Under another
limit the same delivery is another version of the entry, so that trying again brings the file.
"""

from msgspec import structs

from openrecord.clinical.attached import renamed
from openrecord.clinical.incoming import IncomingEntry, IncomingFile, Problem

TOO_LARGE, DAMAGED = "too_large", "damaged"
"""Refusals, as attachments.types.State calls them."""
MEBIBYTE = 1 << 20


def without_refused(entry: IncomingEntry, most: int) -> tuple[IncomingEntry, tuple[Problem, ...]]:
    """The entry with what may be kept of its files, and a problem for each that may not. `most`: bytes of a file."""
    refused = {file.mark: _refused(file, refusal) for file in entry.files if (refusal := _refusal(file, most))}
    if not refused:
        return entry, ()
    names = {mark: file.mark for mark, file in refused.items()}
    renewed = structs.replace(
        entry,
        files=tuple(refused.get(file.mark, file) for file in entry.files),
        full=renamed(entry.full, names),
        coded=None if entry.coded is None else renamed(entry.coded, names),
    )
    problems = (_problem(file, number, entry.position, most) for number, file in enumerate(renewed.files, start=1))
    return renewed, tuple(problem for problem in problems if problem is not None)


def _refusal(file: IncomingFile, most: int) -> str:
    if file.content is None:
        return DAMAGED
    return TOO_LARGE if len(file.content) > most else ""


def _refused(file: IncomingFile, refusal: str) -> IncomingFile:
    return structs.replace(file, mark=f"{file.mark} {refusal}", refusal=refusal)


def _problem(file: IncomingFile, number: int, position: str, most: int) -> Problem | None:
    """What is said of a refused file; `count` 0, because its entry stands in a class of its own."""
    place = f"{position} file {number}"
    if file.refusal == TOO_LARGE:
        size = len(file.content or b"") / MEBIBYTE
        detail = (
            f"a file of {size:.1f} MiB; {most / MEBIBYTE:g} MiB are allowed. The entry was taken in without it. Raise "
            "OPENRECORD_DOCUMENT_MIB and run `openrecord quarantine retry`, or have a smaller file sent"
        )
        return Problem("file_too_large", place, detail, count=0)
    if file.refusal == DAMAGED:
        detail = "`data` is empty or no base64. The entry was taken in without it; have the file sent again"
        return Problem("file_damaged", place, detail, count=0)
    return None
