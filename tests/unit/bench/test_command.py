"""The command: what it does without PostgreSQL, and one small run of it from end to end."""

import json
from pathlib import Path

import pytest

from openrecord_demo.bench import postgres
from openrecord_demo.bench.__main__ import main
from openrecord_demo.bench.figures import BenchFailed
from openrecord_demo.bench.places import Sqlite


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without PostgreSQL."""
    monkeypatch.delenv(postgres.NAMED_BY, raising=False)
    monkeypatch.setattr(postgres, "DEBIAN", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("nowhere")
def test_without_postgresql_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--database", "postgresql"]) == 1
    assert "no PostgreSQL is installed here" in capsys.readouterr().err


def test_the_newest_binaries_are_taken(nowhere: Path) -> None:
    assert postgres.binaries_in(nowhere) is None
    for version in ("9.6", "15", "16"):
        folder = nowhere / version / "bin"
        folder.mkdir(parents=True)
        (folder / "initdb").touch()
    assert postgres.binaries_in(nowhere) == nowhere / "16" / "bin"


def test_a_command_that_fails_is_told(tmp_path: Path) -> None:
    with Sqlite(tmp_path).fresh() as place, pytest.raises(BenchFailed, match="a new practice needs --name"):
        place.openrecord("practice", "add", "Z99102")


def test_a_small_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "figures.json"
    small = ["--entries", "1600", "--requests", "40", "--only", "serve", "--database", "sqlite", "--json", str(file)]
    assert main(small) == 0
    told = json.loads(file.read_text(encoding="utf-8"))
    assert [one["what"][:15] for one in told["serve"]] == ["FHIR search of ", "FHIR read", "results page of"]
    assert all(one["requests"] == 40 and one["server_us"] > 0 for one in told["serve"])
    assert all(one["limit"]["driver_us"] > 0 for one in told["serve"])
    assert "| FHIR search of 50 " in capsys.readouterr().out


def test_a_small_run_of_the_large_cases(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    small = ["--entries", "100", "--requests", "8", "--only", "work", "--database", "sqlite", "--json", str(file)]
    assert main(small) == 0
    told = json.loads(file.read_text(encoding="utf-8"))
    assert [(one["what"], one["count"]) for one in told["work"]] == [
        ("whole record as PDF", 300),
        ("forecast of going live", 24),
        ("going live", 24),
    ]
    assert [one["what"].split(" of ")[0].split(",")[0] for one in told["serve"]] == [
        "results page",
        "page by date",
        "search page",
        "queue page",
    ]
