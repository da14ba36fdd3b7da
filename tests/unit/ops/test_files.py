"""Which files are meant: named ones always, in folders those that are named as data, nothing passed over silently."""

import os
from pathlib import Path

import pytest

from openrecord.ops.files import find, plain_name


def _made(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"{}")


def test_a_folder_is_walked_in_sorted_order(tmp_path: Path) -> None:
    _made(tmp_path, "b.json", "a/z.ndjson.gz", "a/y.JSON", "c.json.gz", "d.ndjson", "e.xml", "f.jsonl")
    found = find([str(tmp_path)])
    names = ["a/y.JSON", "a/z.ndjson.gz", "b.json", "c.json.gz", "d.ndjson", "e.xml", "f.jsonl"]
    assert [path.relative_to(tmp_path).as_posix() for path in found.files] == names
    assert (found.skipped, found.failed) == ([], [])


def test_what_is_not_named_as_data_is_listed_as_skipped(tmp_path: Path) -> None:
    _made(tmp_path, "README.md", "index.csv", "a.json", "deep/notes.txt")
    found = find([str(tmp_path)])
    assert [path.name for path in found.files] == ["a.json"]
    assert sorted(found.skipped) == ["README.md", "index.csv", "notes.txt"]


def test_a_named_file_is_always_taken_and_once(tmp_path: Path) -> None:
    _made(tmp_path, "README.md", "a.json")
    readme = str(tmp_path / "README.md")
    found = find([readme, readme, str(tmp_path)])
    assert [path.name for path in found.files] == ["README.md", "a.json"]


def test_what_is_not_there_is_a_failure_and_stops_nothing(tmp_path: Path) -> None:
    _made(tmp_path, "a.json")
    found = find([str(tmp_path / "no.json"), str(tmp_path / "a.json"), "-"])
    assert [(failure.file, failure.reason) for failure in found.failed] == [("no.json", "no such file or folder")]
    assert [str(path) for path in found.files] == [str(tmp_path / "a.json"), "-"]


def test_a_folder_that_leads_back_to_itself_is_walked_once(tmp_path: Path) -> None:
    _made(tmp_path, "a.json")
    (tmp_path / "loop").symlink_to(tmp_path)
    assert [path.name for path in find([str(tmp_path), str(tmp_path / "loop")]).files] == ["a.json"]


def test_what_is_no_file_is_not_waited_for_and_a_link_to_nothing_is_not_passed_over(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "gone.json").symlink_to(tmp_path / "nowhere")
    (tmp_path / "to-pipe.json").symlink_to(tmp_path / "pipe.json")
    (tmp_path / "to-device.json").symlink_to("/dev/zero")
    found = find([str(tmp_path)])
    assert [path.name for path in found.files] == ["gone.json"]
    assert found.skipped == ["pipe.json", "to-device.json", "to-pipe.json"]


def test_no_name_is_not_the_folder_that_one_is_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable of the shell that is not set."""
    _made(tmp_path, "a.json")
    monkeypatch.chdir(tmp_path)
    found = find([""])
    assert (found.files, [failure.reason for failure in found.failed]) == ([], ["a file or folder without a name"])


def test_a_name_of_any_bytes_can_be_told(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"\xff.json")
    path.write_bytes(b"{}")
    (found,) = find([str(tmp_path)]).files
    assert plain_name(found) == "\ufffd.json"
    assert find(["x" * 5000]).failed[0].reason == "cannot be looked at: File name too long"
