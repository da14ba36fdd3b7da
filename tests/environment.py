"""Settings for every test: a data folder and a key of their own."""

import os
import tempfile

os.environ.setdefault("OPENRECORD_MODE", "test")
os.environ.setdefault("OPENRECORD_KEY", "5c" * 32)
os.environ.setdefault("OPENRECORD_DATA", tempfile.mkdtemp(prefix="openrecord-test-"))
