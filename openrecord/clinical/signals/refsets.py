"""Sets of sensitive codes that a practice gives, as SNOMED CT publishes them: RF2 simple reference set snapshots.

A file is UTF-8 and tab-separated with one header line (SNOMED International, RF2 Release File Specification, simple
refset). OpenRecord ships none: which codes are sensitive is for the practice, and no code is made up here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from openrecord.clinical.codes import SNOMED_SYSTEMS
from openrecord.clinical.signals.types import Coding, SignalKind

_HEADER = ("id", "effectiveTime", "active", "moduleId", "refsetId", "referencedComponentId")
_ACTIVE = {"1": True, "0": False}
_SCTID_DIGITS = range(6, 19)


class InvalidRefset(ValueError):
    """A refset file is not an RF2 simple refset snapshot; the message names the file and the line."""


@dataclass(frozen=True, slots=True)
class RefsetFile:
    """Where a set of codes lies and which signal it gives. `refset` picks one refset of a file that holds several."""

    kind: SignalKind
    path: Path
    refset: str | None = None


@dataclass(frozen=True, slots=True)
class SensitiveCodes:
    """Which signals each SNOMED CT code gives."""

    by_code: Mapping[str, frozenset[SignalKind]]

    def kinds(self, coding: Coding) -> frozenset[SignalKind]:
        """The signals of a coding; none where its system is not SNOMED CT."""
        if coding.system not in SNOMED_SYSTEMS:
            return frozenset()
        return self.by_code.get(coding.code, frozenset())


NO_CODES = SensitiveCodes({})


def load(files: Iterable[RefsetFile]) -> SensitiveCodes:
    """The codes of all `files` together. Raises InvalidRefset, and OSError where a file cannot be read."""
    by_code: dict[str, frozenset[SignalKind]] = {}
    for file in files:
        for code in _members_of(file):
            by_code[code] = by_code.get(code, frozenset()) | {file.kind}
    return SensitiveCodes(by_code)


def members(lines: Iterable[str], name: str, refset: str | None = None) -> frozenset[str]:
    """The active members of a refset, from the lines of the file called `name`; raises InvalidRefset.

    A snapshot has each row once; a row that comes again shows that this is a full or delta file, and is refused.
    """
    found: set[str] = set()
    seen: set[str] = set()
    number = 0
    for number, line in enumerate(lines, 1):
        columns = tuple(line.rstrip("\r\n").split("\t"))
        if number == 1:
            if columns != _HEADER:
                raise InvalidRefset(f"{name}, line 1: the header of a simple refset was expected")
            continue
        row, _, active, _, belongs_to, code = _checked(columns, name, number)
        if row in seen:
            raise InvalidRefset(f"{name}, line {number}: row {row} comes again, so this is no snapshot")
        seen.add(row)
        if _ACTIVE[active] and refset in (None, belongs_to):
            found.add(code)
    if number == 0:
        raise InvalidRefset(f"{name}, line 1: the file is empty")
    return frozenset(found)


def _members_of(file: RefsetFile) -> frozenset[str]:
    try:
        with file.path.open(encoding="utf-8-sig") as lines:
            found = members(lines, file.path.name, file.refset)
    except UnicodeDecodeError as error:
        raise InvalidRefset(f"{file.path.name}: not UTF-8") from error
    if file.refset is not None and not found:
        raise InvalidRefset(f"{file.path.name}: no active member of refset {file.refset}")
    return found


def _checked(columns: tuple[str, ...], name: str, number: int) -> tuple[str, ...]:
    where = f"{name}, line {number}"
    if len(columns) != len(_HEADER):
        raise InvalidRefset(f"{where}: {len(_HEADER)} columns were expected, {len(columns)} found")
    if not columns[0]:
        raise InvalidRefset(f"{where}: id is empty")
    if not (columns[1].isdecimal() and len(columns[1]) == 8):
        raise InvalidRefset(f"{where}: effectiveTime is not a day (YYYYMMDD)")
    if columns[2] not in _ACTIVE:
        raise InvalidRefset(f"{where}: active is neither 0 nor 1")
    for heading, value in zip(_HEADER[3:], columns[3:], strict=True):
        if not (value.isascii() and value.isdecimal() and len(value) in _SCTID_DIGITS):
            raise InvalidRefset(f"{where}: {heading} is not a SNOMED CT identifier")
    return columns
