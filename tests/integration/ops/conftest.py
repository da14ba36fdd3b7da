"""The command line in this process, on the tests' database; and, where it matters, as a process by itself."""

import io
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from openrecord.clinical.nhs_number import NhsNumber, is_valid
from openrecord.config.command import main
from openrecord.kit import environment
from openrecord.registry import queries as registry
from tests.integration.ops import bundles
from tests.integration.ops.restoring import aside, prepared
from tests.soak.stores import Store, new_store

bundle = bundles.bundle
COMMAND = (sys.executable, "-m", "openrecord.config.command")


@dataclass(frozen=True)
class Done:
    """How a command ended and what it wrote."""

    returncode: int
    stdout: str
    stderr: str


class CommandLine:
    """Runs commands in this process."""

    def __init__(self, capture: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self._capture, self._patch = capture, patch

    def run(self, *arguments: str, stdin: bytes = b"") -> Done:
        """One command to its end."""
        self._patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        self._capture.readouterr()
        status = main(arguments)
        wrote = self._capture.readouterr()
        return Done(status, wrote.out, wrote.err)

    def json(self, *arguments: str, stdin: bytes = b"") -> Any:
        """What a command says with --json; it must have ended well and have written nothing else there."""
        done = self.run(*arguments, "--json", stdin=stdin)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture
def command(
    stored: None,  # noqa: ARG001  the database, open
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> CommandLine:
    """The command line, with a practice that is live."""
    line = CommandLine(capsys, monkeypatch)
    added = line.json("practice", "add", "Y90101", "--name", "Made-up Surgery", "--go-live", "2020-01-01")
    assert added["go_live"] == "2020-01-01"
    return line


def unknown_number() -> str:
    """A valid NHS number of the range for tests that nobody here has."""
    return unknown_numbers(1)[0]


def unknown_numbers(count: int) -> list[str]:
    """So many of them."""
    candidates = (f"999{number:07d}" for number in range(2_000_000, 10_000_000))
    free = (n for n in candidates if is_valid(n) and registry.patient_by_nhs_number(NhsNumber(n)) is None)
    return list(islice(free, count))


@dataclass(frozen=True)
class Installation:
    """Runs commands on one data folder, always on the embedded database."""

    data: Path
    mode: str = "test"

    @property
    def settings(self) -> dict[str, str]:
        """The environment of its processes."""
        return environment.of_child(
            {
                "OPENRECORD_MODE": self.mode,
                "OPENRECORD_KEY": "7a" * 32,
                "OPENRECORD_DATA": str(self.data),
                "OPENRECORD_DATABASE_URL": None,
                "DJANGO_SETTINGS_MODULE": None,
            }
        )

    def run(self, *arguments: str, stdin: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
        """One command to its end."""
        return subprocess.run(
            [*COMMAND, *arguments], env=self.settings, input=stdin, capture_output=True, check=False, timeout=120
        )


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """A data folder of its own, ready for use."""
    made = Installation(tmp_path_factory.mktemp("installation") / "data")
    assert made.run("migrate", "--quiet").returncode == 0
    return made


@pytest.fixture(scope="session")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A prepared installation, to be copied."""
    folder = tmp_path_factory.mktemp("pattern")
    with new_store(folder) as made:
        own = aside(made, folder)
        prepared(own, folder)
        yield own


@pytest.fixture
def store(tmp_path: Path, pattern: Store) -> Iterator[Store]:
    """A prepared installation of its own."""
    with new_store(tmp_path / "store", like=pattern) as made:
        own = aside(made, tmp_path)
        journal = Path(own.environment["OPENRECORD_JOURNAL"])
        shutil.copytree(Path(pattern.environment["OPENRECORD_JOURNAL"]).parent, journal.parent)
        yield own
