"""`openrecord card-key`: a file that nobody else reads, rotated without losing what checks older cards."""

import argparse
import stat
from pathlib import Path

import pytest

from openrecord.cards.keyring import parsed
from openrecord.ops.cards import new_key
from openrecord.ops.failure import CommandFailed


def run(path: Path) -> None:
    assert new_key(argparse.Namespace(file=str(path))) == 0


def test_the_file_is_made_and_then_rotated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "keys.json"
    run(path)
    (first,) = parsed(path.read_bytes()).keys
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    run(path)
    second, older = parsed(path.read_bytes()).keys
    assert older == first != second
    assert capsys.readouterr().out.endswith(
        f"{second} signs from the next start of the server on; 1 older stay published\n"
    )
    assert [each.name for each in tmp_path.iterdir()] == ["keys.json"]


def test_a_file_of_something_else_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "notes.json"
    path.write_text("{}")
    with pytest.raises(CommandFailed, match="nothing was changed"):
        run(path)
    assert path.read_text() == "{}"
    with pytest.raises(CommandFailed, match="folder"):
        run(tmp_path / "none" / "keys.json")
