"""Every real and realistic file, prepared in another process, is what it would be here."""

from pathlib import Path

import pytest

from openrecord.ingest.rules.preparing import from_bytes, prepare, to_bytes

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
FILES = sorted(path for path in DATA.rglob("*") if path.name.endswith((".json", ".json.gz", ".ndjson", ".xml")))

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not FILES, reason="../shared/data is not beside the repository"),
]


def test_what_is_prepared_comes_back_from_another_process() -> None:
    entries = 0
    for path in FILES:
        prepared = prepare(path.read_bytes(), None)
        back = from_bytes(to_bytes(prepared))
        assert back == prepared, path.name
        assert repr(back) == repr(prepared), path.name
        entries += sum(len(message.entries) for message in prepared.reading.messages)
    assert entries > 1000
