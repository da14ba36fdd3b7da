"""RF2 simple refset snapshots: what is read, what is refused and where it says the mistake is."""

from pathlib import Path

import pytest

from openrecord.clinical.codes import SNOMED
from openrecord.clinical.signals import refsets
from openrecord.clinical.signals.refsets import InvalidRefset, RefsetFile
from openrecord.clinical.signals.types import Coding, SignalKind

HEADER = "id\teffectiveTime\tactive\tmoduleId\trefsetId\treferencedComponentId"
MODULE = "999000011000000103"
REFSET = "999000041000000102"
ONE, TWO = "1364731000000104", "1364751000000106"


def row(number: int, code: str = ONE, *, active: str = "1", day: str = "20240101", refset: str = REFSET) -> str:
    return f"00000000-0000-0000-0000-{number:012}\t{day}\t{active}\t{MODULE}\t{refset}\t{code}"


def test_active_members() -> None:
    assert refsets.members([HEADER, row(1), row(2, TWO, active="0")], "x.txt") == {ONE}
    assert refsets.members([HEADER + "\r\n", row(1) + "\r\n"], "x.txt") == {ONE}


def test_one_refset_of_a_file_that_holds_several() -> None:
    lines = [HEADER, row(1), row(2, TWO, refset=MODULE)]
    assert refsets.members(lines, "x.txt", REFSET) == {ONE}
    assert refsets.members(lines, "x.txt") == {ONE, TWO}


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "x.txt, line 1: the file is empty"),
        (["id\tactive"], "x.txt, line 1: the header"),
        ([HEADER, row(1), "a\tb"], "x.txt, line 3: 6 columns were expected, 2 found"),
        ([HEADER, row(1) + "\textra"], "x.txt, line 2: 6 columns were expected, 7 found"),
        ([HEADER, ""], "x.txt, line 2: 6 columns were expected, 1 found"),
        ([HEADER, row(1, day="2024-01-01")], "x.txt, line 2: effectiveTime"),
        ([HEADER, row(1, active="yes")], "x.txt, line 2: active is neither 0 nor 1"),
        ([HEADER, row(1, "abc")], "x.txt, line 2: referencedComponentId is not"),
        ([HEADER, row(1, "12")], "x.txt, line 2: referencedComponentId is not"),
        ([HEADER, row(1).replace("00000000-0000-0000-0000-000000000001", "")], "x.txt, line 2: id is empty"),
        ([HEADER, row(1), row(1, active="0")], "x.txt, line 3: row 00000000-0000-0000-0000-000000000001 comes again"),
    ],
)
def test_malformed_line_is_refused_with_its_number(lines: list[str], message: str) -> None:
    with pytest.raises(InvalidRefset) as error:
        refsets.members(lines, "x.txt")
    assert str(error.value).startswith(message)


def test_files_are_joined(tmp_path: Path) -> None:
    first, second = tmp_path / "first.txt", tmp_path / "second.txt"
    first.write_text("\n".join([HEADER, row(1), row(2, TWO)]), encoding="utf-8-sig")
    second.write_text("\n".join([HEADER, row(1)]), encoding="utf-8")
    loaded = refsets.load(
        [RefsetFile(SignalKind.SAFEGUARDING, first), RefsetFile(SignalKind.SERIOUS_NEWS, second, REFSET)]
    )
    assert loaded.kinds(Coding(SNOMED, ONE)) == {SignalKind.SAFEGUARDING, SignalKind.SERIOUS_NEWS}
    assert loaded.kinds(Coding(SNOMED, TWO)) == {SignalKind.SAFEGUARDING}
    assert loaded.kinds(Coding(SNOMED, MODULE)) == set()


def test_refset_that_a_file_does_not_hold_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "first.txt"
    file.write_text("\n".join([HEADER, row(1)]), encoding="utf-8")
    with pytest.raises(InvalidRefset, match="no active member"):
        refsets.load([RefsetFile(SignalKind.SAFEGUARDING, file, MODULE)])


def test_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "first.txt"
    file.write_bytes(HEADER.encode() + b"\n\xff")
    with pytest.raises(InvalidRefset, match="not UTF-8"):
        refsets.load([RefsetFile(SignalKind.SAFEGUARDING, file)])
