"""Production does not start where the demo can be imported."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture import source
from tests.waiting import PATIENCE

WITHOUT_DEMO = "import sys; sys.modules['openrecord_demo'] = None; import openrecord.config.settings"
WITH_DEMO = "import openrecord.config.settings"


def _start(code: str, mode: str, data: Path, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {name: text for name, text in os.environ.items() if not name.startswith(("OPENRECORD_", "DJANGO_"))}
    environment |= {"OPENRECORD_MODE": mode, "OPENRECORD_KEY": "5c" * 32, "OPENRECORD_DATA": str(data), **more}
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, cwd=source.ROOT, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE
    )


def test_production_refuses_the_demo(tmp_path: Path) -> None:
    done = _start(WITH_DEMO, "production", tmp_path)
    assert done.returncode != 0
    assert "openrecord_demo can be imported" in done.stderr


@pytest.mark.parametrize(("code", "mode"), [(WITHOUT_DEMO, "production"), (WITH_DEMO, "demo"), (WITH_DEMO, "test")])
def test_it_starts_otherwise(code: str, mode: str, tmp_path: Path) -> None:
    done = _start(code, mode, tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("OPENRECORD_PUBLIC_URL", "http://record.example"), ("OPENRECORD_PROXIES", "the proxy")],
)
def test_settings_that_could_not_be_safe_are_refused(name: str, wrong: str, tmp_path: Path) -> None:
    done = _start(WITHOUT_DEMO, "production", tmp_path, **{name: wrong})
    assert done.returncode != 0
    assert f"MissingSetting: {name}" in done.stderr


def test_an_unknown_mode_is_refused(tmp_path: Path) -> None:
    assert _start(WITH_DEMO, "prod", tmp_path).returncode != 0
