"""Settings for every test: a data folder, removed at the end, and a key of its own; none fails on a busy machine."""

import atexit
import os
import shutil
import tempfile

from hypothesis import HealthCheck, settings


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
