"""A prepared installation that is backed up, lost and restored, each command in a process of its own."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from tests.integration.ops.bundles import bundle
from tests.soak.stores import COMMAND, Store

ON_SQLITE = "OPENRECORD_DATABASE_URL" not in os.environ
ODS = "Y90101"
ANN, BOB, CAT = "9990000018", "9990000026", "9990000034"


def ended(store: Store, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """A command and how it ended."""
    return store.run(COMMAND, *arguments)


def refused(store: Store, *arguments: str) -> str:
    """What a command says that does not do it; it says so in words."""
    done = ended(store, *arguments)
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    return done.stderr


def act(store: Store, *words: str) -> str:
    """People act on the installation (acting.py); what that prints."""
    done = store.run("tests.integration.ops.acting", *words)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def deliver(store: Store, folder: Path, *numbers: str) -> None:
    """A third entry of each of these patients."""
    folder = folder / "later"
    folder.mkdir(exist_ok=True)
    for number in numbers:
        told = bundle(number, entries=1, id="later", onsetDateTime="2025-03-01", recordedDate="2025-03-01")
        (folder / f"{number}.json").write_text(json.dumps(told), encoding="utf-8")
    store.openrecord("ingest", str(folder), "--register", ODS, "--jobs", "1")


def lose(store: Store) -> None:
    """The disk with the data is gone; the journal lies on another one."""
    for file in store.folder.iterdir():
        file.unlink()


def prepared(store: Store, folder: Path) -> None:
    """A practice, and two patients of two entries and an account each."""
    files = folder / "files"
    files.mkdir(parents=True)
    for number in (ANN, BOB):
        for month in (1, 2):
            day = f"2025-0{month}-01"
            told = bundle(number, entries=1, id=f"in-{month}", onsetDateTime=day, recordedDate=day)
            (files / f"{number}-{month}.json").write_text(json.dumps(told), encoding="utf-8")
    store.openrecord("practice", "add", ODS, "--name", "Made-up Surgery", "--go-live", "2020-01-01")
    store.openrecord("ingest", str(files), "--register", ODS, "--jobs", "1")
    act(store, "account", ANN, ",", "account", BOB)


def replaced(store: Store, file: Path) -> dict[str, Any]:
    """What a restore over what is there says."""
    return store.tell("restore", str(file), "--replace")


def aside(store: Store, folder: Path) -> Store:
    """The store with its journal in another folder, as if on another disk."""
    return Store(store.folder, {**store.environment, "OPENRECORD_JOURNAL": str(folder / "elsewhere" / "acts.journal")})
