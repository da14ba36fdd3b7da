"""The whole of this folder again, on PostgreSQL where one can be reached."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.postgres
def test_the_fhir_surface_on_postgresql() -> None:
    url = os.environ.get("OPENRECORD_TEST_POSTGRES")
    if os.environ.get("OPENRECORD_DATABASE_URL"):
        pytest.skip("already on PostgreSQL")
    if not url:
        pytest.skip("OPENRECORD_TEST_POSTGRES names no server: the FHIR surface is not tested on PostgreSQL")
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(Path(__file__).parent)],
        env=os.environ | {"OPENRECORD_DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert result.returncode == 0, result.stdout[-5000:]
