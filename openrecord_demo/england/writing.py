"""Writes the synthetic England to a folder: each practice's files in the format it sends, and the manifest.

A practice that sends Bundles sends what was entered last (LATEST) day by day, each day in a file of its own with the
moment at which it comes; those files lie below a folder of their own, because they come after all others.

It streams: files are written person by person, and of the manifest only the parts not yet joined lie on disk.
"""

import gzip
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Self

import orjson

from openrecord_demo.england import r4_files, stu3_file
from openrecord_demo.england.model import Act, Format, GeneratedPatient, Json, PracticeRecord
from openrecord_demo.england.parting import parted
from openrecord_demo.england.population import generate
from openrecord_demo.england.practices import PRACTICES

NOTICE = "Synthetic: every person, practice, address and word in these files is invented."
MANIFEST = "manifest.json"
LATEST = timedelta(days=60)
LATEST_FOLDER = "latest"
_PER_NDJSON = 25
_SECTIONS = ("patients", "proxies", "access_acts", "expected")

Progress = Callable[[int, int], None]


def write(
    folder: Path,
    *,
    seed: int,
    as_of: date,
    patients: int = 300,
    entries: int | None = None,
    progress: Progress | None = None,
) -> None:
    """Write everything into `folder` (made if need be). `progress` is told people and entries written so far."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as open_files:
        parts: dict[str, IO[bytes]] = {name: open_files.enter_context(TemporaryFile(dir=folder)) for name in _SECTIONS}
        lines = open_files.enter_context(_NdjsonFiles(folder))
        people = written = 0
        for patient in generate(seed=seed, patients=patients, as_of=as_of, entries=entries):
            files = [file for record in patient.records for file in _files(folder, lines, patient, record, as_of)]
            _describe(parts, patient, files)
            people, written = people + 1, written + patient.entries
            if progress is not None:
                progress(people, written)
        head: Json = {
            "notice": NOTICE,
            "seed": seed,
            "as_of": as_of.isoformat(),
            "expected_at": f"{as_of.isoformat()}T12:00:00+00:00",
            "totals": {"patients": people, "entries": written},
            "practices": [_practice(ods) for ods in PRACTICES],
        }
        _join(folder / MANIFEST, head, parts)


class _NdjsonFiles:
    """The NDJSON files of a practice, several people to a file; each begins with the practice and its staff."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = ExitStack()
        self._out: gzip.GzipFile | None = None
        self._people = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def add(self, patient: GeneratedPatient, record: PracticeRecord) -> Path:
        """Append a person's lines; the file they are in."""
        number, place = divmod(self._people, _PER_NDJSON)
        path = self._folder / record.ods / f"patients-{number + 1:04d}.ndjson.gz"
        if place == 0 or self._out is None:
            self._stack.close()
            path.parent.mkdir(exist_ok=True)
            raw = self._stack.enter_context(path.open("wb"))
            self._out = self._stack.enter_context(gzip.GzipFile("", "wb", 6, raw, mtime=0))
            self._out.write(r4_files.ndjson_head(PRACTICES[record.ods]))
        self._people += 1
        self._out.write(r4_files.ndjson(patient, record))
        return path


def _files(
    folder: Path, lines: _NdjsonFiles, patient: GeneratedPatient, record: PracticeRecord, as_of: date
) -> Iterator[Json]:
    if record.format is Format.NDJSON:
        yield _file(folder, lines.add(patient, record), record)
        return
    stem = patient.person.nhs_number
    if record.format is Format.STU3:
        yield _save(
            folder, folder / record.ods / "gpconnect" / f"{stem}.json", record, stu3_file.bundle(patient, record, as_of)
        )
        return
    found = parted(record.entries, as_of - LATEST, {entry.id for entry in record.corrections})
    before = replace(record, entries=found.before)
    yield _save(folder, folder / record.ods / f"{stem}.json", record, r4_files.bundle(patient, before))
    if record.corrections:
        later = folder / record.ods / f"{stem}-correction.json"
        yield _save(folder, later, record, r4_files.correction(patient, record))
    for at, entries in found.days:
        day = folder / LATEST_FOLDER / record.ods / f"{stem}-{at.date().isoformat()}.json"
        content = r4_files.bundle(patient, replace(record, entries=entries), at.date())
        yield _save(folder, day, record, content) | {"at": at}


def _save(folder: Path, path: Path, record: PracticeRecord, content: bytes) -> Json:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return _file(folder, path, record)


def _file(folder: Path, path: Path, record: PracticeRecord) -> Json:
    return {"path": path.relative_to(folder).as_posix(), "format": record.format.value, "practice": record.ods}


def _practice(ods: str) -> Json:
    practice = PRACTICES[ods]
    return {
        "ods": ods,
        "name": practice.name,
        "system": practice.system,
        "town": practice.town,
        "postcode": practice.postcode,
        "readiness": practice.readiness,
        "staff": practice.staff,
        "policy": {
            "go_live": practice.go_live,
            "level": practice.level,
            "at_risk_level": practice.at_risk_level,
            "release": practice.release,
        },
    }


def _describe(parts: dict[str, IO[bytes]], patient: GeneratedPatient, files: list[Json]) -> None:
    person = patient.person
    _append(parts["patients"], _patient(patient, files))
    for proxy in patient.proxies:
        about = {"patient": person.nhs_number, "persona": proxy.persona, "name": proxy.name, "basis": proxy.basis}
        rest = {"nhs_number": proxy.nhs_number, "born": proxy.born, "since": proxy.since, "expires": proxy.expires}
        _append(parts["proxies"], {**about, **rest, "level": proxy.level})
    for act in sorted(_acts(patient), key=lambda act: act.at):
        _append(parts["access_acts"], {"at": act.at, "do": act.do, "patient": person.nhs_number, **act.details})
    kinds = Counter(entry.kind.value for record in patient.records for entry in record.entries)
    entries = {entry: list(reasons) or "visible" for entry, reasons in patient.expected.items()}
    truth = {"entries_total": dict(sorted(kinds.items())), "entries": entries}
    out = parts["expected"]
    out.write((b"," if out.tell() else b"") + orjson.dumps(person.nhs_number) + b":" + orjson.dumps(truth))


def _patient(patient: GeneratedPatient, files: list[Json]) -> Json:
    person = patient.person
    stays = [{"practice": stay.ods, "from": stay.start, "to": stay.end} for stay in patient.registrations]
    return {
        "nhs_number": person.nhs_number,
        "family": person.family,
        "given": person.given,
        "sex": person.sex,
        "born": person.born,
        "registrations": stays,
        "persona": patient.persona,
        "story": patient.story,
        "account": patient.account,
        "died": patient.died,
        "address_flagged": patient.address_flagged,
        "files": files,
    }


def _acts(patient: GeneratedPatient) -> Iterable[Act]:
    yield from patient.acts
    nine = time(9)
    if patient.account is not None:
        yield Act("open_account", _utc(patient.account, nine))
    if patient.died is not None:
        yield Act("death", _utc(patient.died, nine))
    if patient.address_flagged:
        yield Act("flag_address", _utc(patient.registrations[-1].start + timedelta(days=30), nine))


def _utc(day: date, at: time) -> datetime:
    return datetime.fromisoformat(f"{day.isoformat()}T{at.isoformat()}+00:00")


def _append(out: IO[bytes], item: Json) -> None:
    out.write((b",\n" if out.tell() else b"") + orjson.dumps(item))


def _join(path: Path, head: Json, parts: dict[str, IO[bytes]]) -> None:
    with path.open("wb") as out:
        out.write(orjson.dumps(head)[:-1])
        for name, part in parts.items():
            opening, closing = (b"{", b"}") if name == "expected" else (b"[", b"]")
            out.write(b",\n" + orjson.dumps(name) + b":" + opening)
            part.seek(0)
            while block := part.read(1 << 20):
                out.write(block)
            out.write(closing)
        out.write(b"}\n")
