"""Settings for every test: a data folder, removed at the end, and a key of its own; none fails on a busy machine."""

import atexit
import faulthandler
import os
import shutil
import sys
import tempfile

from hypothesis import HealthCheck, settings

LEAVE_SECONDS = 120.0
"""A test that hangs is ended by pytest (pyproject.toml), the end of a run by this."""


def _remove(folder: str, process: int) -> None:
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)


os.environ.setdefault("OPENRECORD_MODE", "test")
os.environ.setdefault("OPENRECORD_KEY", "5c" * 32)
if "OPENRECORD_DATA" not in os.environ:
    os.environ["OPENRECORD_DATA"] = tempfile.mkdtemp(prefix="openrecord-test-")
    atexit.register(_remove, os.environ["OPENRECORD_DATA"], os.getpid())

settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


def pytest_unconfigure() -> None:
    """What is left running after the last test (a thread, a child) must not keep the run from ending: it says where."""
    faulthandler.dump_traceback_later(LEAVE_SECONDS, exit=True, file=sys.__stderr__)
