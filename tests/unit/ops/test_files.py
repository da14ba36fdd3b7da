"""Which files are meant: named ones always, in folders those that are named as data, nothing passed over silently."""

from pathlib import Path

from openrecord.ops.files import find


def _made(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"{}")


def test_a_folder_is_walked_in_sorted_order(tmp_path: Path) -> None:
    _made(tmp_path, "b.json", "a/z.ndjson.gz", "a/y.JSON", "c.json.gz", "d.ndjson", "e.xml")
    found = find([str(tmp_path)])
    names = ["a/y.JSON", "a/z.ndjson.gz", "b.json", "c.json.gz", "d.ndjson", "e.xml"]
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
