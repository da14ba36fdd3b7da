"""Nothing of a record can be read in the data folder: not in the database, its log, the trail of reads, any file."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from openrecord.ingest.actions.accept import Terms
from openrecord.ingest.actions.deliver import deliver
from openrecord.kit import clock, environment
from openrecord.registry.types import OdsCode
from openrecord_demo.england.bench import bench_bundles
from tests.decision.served_acts import play
from tests.decision.served_world import BY
from tests.decision.test_cases_http import HttpWorld
from tests.soak.hidden import SIBLINGS
from tests.soak.test_oracle_soak import by_fhir, by_pages

pytestmark = [pytest.mark.soak, pytest.mark.usefixtures("stored", "unlimited")]
AT = "2024-03-04T09:00:00Z"
SHORTEST = 7
"""Shorter texts could stand in random bytes by chance."""


def texts(value: Any) -> Iterator[str]:
    """Every text in a JSON document."""
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts(inner)


def words(texts_: set[str]) -> set[str]:
    """The texts and the words in them that are long enough to be told from chance."""
    return {word for text in texts_ for word in (text, *text.split()) if len(word) >= SHORTEST}


def found_in(folder: Path, wanted: set[str]) -> set[tuple[str, str]]:
    """(file, text) of every text that a file of the folder holds, in the encodings a program would use."""
    found = set()
    for file in (path for path in folder.rglob("*") if path.is_file()):
        content = file.read_bytes()
        for text in wanted:
            if any(text.encode(coding) in content for coding in ("utf-8", "utf-16-le", "utf-16-be")):
                found.add((file.name, text))
    return found


def test_nothing_of_a_record_can_be_read_in_the_data_folder(tmp_path: Path) -> None:
    from openrecord.config.wsgi import application

    wanted: set[str] = set()
    for seed, name in ((91, "r4"), (92, "stu3")):
        for number, body in bench_bundles(seed=seed, entries=60, per_patient=60, format=name):
            terms = Terms(register=OdsCode(f"SOAK{seed}"))
            tally = deliver(data=body, name=name, format=None, terms=terms, by=BY, at=clock.now())
            assert tally.accepted + tally.unchanged > 40
            wanted |= {number, *texts(json.loads(body))}
    world = HttpWorld({"viewers": {"pat": {"kind": "self", "account": "2023-01-01"}}})
    for shape in SIBLINGS:
        play(world, {"at": AT, "do": "arrive", **shape})
    server = httpx.WSGITransport(app=application)
    served = by_fhir(server, world.tokens["pat"])
    assert len(served) > 5
    assert "CODED-t1" in by_pages(server, world.session("pat", clock.now()))
    person = world.people["P"]
    wanted |= {person.nhs_number, "CODED-t1-v1", "TEXT-a1", world.tokens["pat"], *served}
    folder = environment.data_folder()
    if environment.value("OPENRECORD_DATABASE_URL") is None:
        names = {file.name for file in folder.rglob("*") if file.stat().st_size}
        assert {"openrecord.db", "openrecord.db-wal", "reads.db", "reads.db-wal"} <= names
        assert not any(file.read_bytes()[:6] == b"SQLite" for file in folder.glob("*.db"))
    assert len(words(wanted)) > 200
    assert found_in(folder, words(wanted)) == set()
    (tmp_path / "plain").write_bytes(b"\0" + max(wanted, key=len).encode())
    assert found_in(tmp_path, words(wanted)), "this test would not see a text that lies there"
