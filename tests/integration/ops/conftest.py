"""A command line with a data folder of its own: every command is a process, as an operator's is."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from openrecord.kit import environment

COMMAND = (sys.executable, "-m", "openrecord.config.command")


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

    def json(self, *arguments: str, stdin: bytes = b"") -> Any:
        """What a command says with --json; it must have ended well and have said nothing else."""
        done = self.run(*arguments, "--json", stdin=stdin)
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """One for all tests of a file, with a practice that is live."""
    made = Installation(tmp_path_factory.mktemp("installation") / "data")
    assert made.run("migrate", "--quiet").returncode == 0
    added = made.json("practice", "add", "Y90001", "--name", "Made-up Surgery", "--go-live", "2020-01-01")
    assert added["go_live"] == "2020-01-01"
    return made


def bundle(number: str, *, family: str = "Quill", entries: int = 2, **condition: Any) -> Mapping[str, Any]:
    """A made-up R4 Bundle about one patient with some conditions."""
    system = "https://fhir.nhs.uk/Id/nhs-number"
    patient = {
        "resourceType": "Patient", "id": "p", "identifier": [{"system": system, "value": number}],
        "name": [{"family": family, "given": ["Ottoline"]}], "birthDate": "1980-05-10",
    }  # fmt: skip
    conditions = [
        {
            "resourceType": "Condition", "id": f"{number}-{place}", "subject": {"reference": "Patient/p"},
            "clinicalStatus": {"coding": [{"code": "active"}]},
            "code": {"text": "Essential hypertension", "coding": [{"system": "http://snomed.info/sct",
                                                                   "code": "59621000"}]},
            "recordedDate": "2025-03-01", "onsetDateTime": "2025-03-01", **condition,
        }
        for place in range(entries)
    ]  # fmt: skip
    listed = [{"resource": resource} for resource in (patient, *conditions)]
    return {"resourceType": "Bundle", "type": "collection", "entry": listed}
