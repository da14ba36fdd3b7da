"""The files of documents go with a backup, and come back with it."""

import base64
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import made_files
from tests.integration.ops.conftest import bundle
from tests.soak.stores import Store, new_store

ODS, ANN = "Y90101", "9990000018"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An installation with one document that has a file."""
    with new_store(tmp_path / "store") as made:
        own = Store(made.folder, {**made.environment, "OPENRECORD_JOURNAL": str(tmp_path / "journal")})
        told = dict(bundle(ANN, entries=1))
        data = base64.b64encode(made_files.pdf()).decode()
        document = {
            "resourceType": "DocumentReference", "id": "d", "status": "current", "date": "2025-03-01T12:00:00Z",
            "subject": {"reference": "Patient/p"}, "type": {"text": "Letter"},
            "content": [{"attachment": {"contentType": "application/pdf", "data": data}}],
        }  # fmt: skip
        told["entry"] = [*told["entry"], {"resource": document}]
        (tmp_path / "one.json").write_text(json.dumps(told), encoding="utf-8")
        own.openrecord("practice", "add", ODS, "--name", "Made-up Surgery", "--go-live", "2020-01-01")
        own.openrecord("ingest", str(tmp_path / "one.json"), "--register", ODS, "--jobs", "1")
        yield own


def _files(store: Store) -> dict[str, bytes]:
    folder = store.folder / "documents"
    return {path.name: path.read_bytes() for path in folder.glob("??/*")}


def test_files_come_back_as_they_were(store: Store, tmp_path: Path) -> None:
    before = _files(store)
    (content,) = before.values()
    assert b"Dear patient" not in content
    file = tmp_path / "backup"
    store.openrecord("backup", str(file))
    assert b"Dear patient" not in file.read_bytes()
    shutil.rmtree(store.folder / "documents")
    store.tell("restore", str(file), "--replace")
    assert _files(store) == before


def test_what_was_there_is_put_aside_and_not_mixed(store: Store, tmp_path: Path) -> None:
    before = _files(store)
    file = tmp_path / "backup"
    store.openrecord("backup", str(file))
    stray = store.folder / "documents" / "ab" / ("ab" * 16)
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"came after the backup")
    store.tell("restore", str(file), "--replace")
    assert _files(store) == before
    (aside,) = store.folder.glob("replaced-*-documents")
    assert (aside / "ab" / stray.name).exists()
