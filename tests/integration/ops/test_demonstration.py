"""The demonstration, built whole."""

import json
import subprocess
import sys
from pathlib import Path

from openrecord_demo.england.cast import STORIES
from openrecord_demo.workload import LETTERS, REQUESTS
from tests.integration.ops.conftest import Installation
from tests.waiting import PATIENCE


def test_the_demonstration_is_built_with_work_on_its_desks(tmp_path: Path) -> None:
    """Everybody with a story: letters are accepted and requests made through the doors that people use."""
    made = Installation(tmp_path / "data", mode="demo")
    assert made.run("migrate", "--quiet").returncode == 0
    done = made.run("demo", "build", "--patients", str(len(STORIES)), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["taken_in"]["quarantined"] == 0
    code = (
        "import django; django.setup()\n"
        "from openrecord.caseload import queries as caseload\n"
        "from openrecord.kit import clock\n"
        "from openrecord.screening import listing\n"
        "from openrecord_demo import workload\n"
        "here, at = workload.WHARFSIDE, clock.now()\n"
        "print(listing.summary(here, at=at).every, caseload.workload(here, at=at).every)\n"
    )
    settings = made.settings | {"DJANGO_SETTINGS_MODULE": "openrecord.config.settings"}
    asked = subprocess.run(
        [sys.executable, "-c", code], env=settings, capture_output=True, text=True, check=True, timeout=PATIENCE
    )
    waiting, requests = map(int, asked.stdout.split())
    assert waiting >= len(LETTERS)
    assert requests >= sum(one.who != "patrick-doyle" for one in REQUESTS)
