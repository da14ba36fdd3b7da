"""`openrecord practices load`: the public directory of practices, as a table with heads (CSV, also .gz).

Loading the same file again changes nothing. A practice that has moved in the hierarchy or changed its system gets a
new place from today on; the old one is kept with its dates. Policies are never touched.
"""

import argparse
import csv
import gzip
import io
import sys
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import transaction
from tqdm import tqdm

from openrecord.audit.types import Actor
from openrecord.kit import clock
from openrecord.kit.london import day_of
from openrecord.ops.failure import CommandFailed
from openrecord.ops.migrate import require_migrations
from openrecord.ops.operator import operator
from openrecord.ops.printing import print_json
from openrecord.registry import actions, queries
from openrecord.registry.types import OdsCode, Practice

COLUMNS = {
    "system": "gp_system_2019",
    "pcn": "pcn_code_2022",
    "sub_icb": "sub_icb_code",
    "icb": "icb_code",
    "region": "region_code",
}
BATCH = 200
LONGEST = {"name": 200, "system": 60}
LONGEST_CODE = 12


@dataclass(slots=True)
class Loaded:
    """How many practices were new, changed or as before; `refused`: lines without a usable code or name."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[int] = field(default_factory=list)


def load(arguments: argparse.Namespace) -> int:
    """Load the file; 0 where it could be read, whatever single lines were refused."""
    require_migrations()
    lines = _lines(Path(arguments.file))
    loaded, before = Loaded(), queries.every_practice()
    by, at = operator(), clock.now()
    bar = tqdm(total=len(lines), unit="practice", disable=not sys.stderr.isatty(), file=sys.stderr)
    with bar:
        for start in range(0, len(lines), BATCH):
            portion = lines[start : start + BATCH]
            with transaction.atomic():
                for number, line in portion:
                    _take(number, line, before, loaded, by, at)
            bar.update(len(portion))
    if arguments.json:
        counts = {"added": loaded.added, "changed": loaded.changed, "unchanged": loaded.unchanged}
        print_json({**counts, "refused": loaded.refused, "practices": queries.practice_count()})
    else:
        print(f"added {loaded.added}, changed {loaded.changed}, unchanged {loaded.unchanged}")
        if loaded.refused:
            print(f"refused lines: {', '.join(map(str, loaded.refused))}", file=sys.stderr)
    return 0


def _lines(path: Path) -> list[tuple[int, Mapping[str, str]]]:
    """The rows with their line numbers. Raises CommandFailed for what is no such table."""
    try:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw).decode("utf-8-sig")
        rows = list(_rows(csv.DictReader(io.StringIO(text), strict=True, restval="")))
    except OSError as error:
        raise CommandFailed(f"cannot read {path.name}: {error.strerror or 'damaged gzip data'}") from None
    except (EOFError, zlib.error, UnicodeDecodeError, csv.Error) as error:
        raise CommandFailed(f"{path.name} is no readable CSV file: {type(error).__name__}") from None
    return rows


def _rows(reader: "csv.DictReader[str]") -> Iterator[tuple[int, Mapping[str, str]]]:
    missing = {"ods_code", "name", *COLUMNS.values()} - set(reader.fieldnames or ())
    if missing:
        raise CommandFailed(f"columns are missing: {', '.join(sorted(missing))}")
    for row in reader:
        yield reader.line_num, {name: (row[name] or "").strip() for name in ("ods_code", "name", *COLUMNS.values())}


def _take(
    number: int, line: Mapping[str, str], before: dict[OdsCode, Practice], loaded: Loaded, by: Actor, at: datetime
) -> None:
    place = {name: line[column] or None for name, column in COLUMNS.items()}
    code = line["ods_code"].upper()
    told = {"ods_code": code, "name": line["name"], **place}
    too_long = any(len(value or "") > LONGEST.get(name, LONGEST_CODE) for name, value in told.items())
    if too_long or not (code.isalnum() and code.isascii() and line["name"]):
        loaded.refused.append(number)
        return
    ods = OdsCode(code)
    known = before.get(ods)
    wanted = Practice(ods, line["name"], **place, policy=None if known is None else known.policy)
    if known == wanted:
        loaded.unchanged += 1
        return
    actions.add_practice(practice=wanted, valid_from=day_of(at), by=by, at=at)
    before[ods] = wanted
    if known is None:
        loaded.added += 1
    else:
        loaded.changed += 1
