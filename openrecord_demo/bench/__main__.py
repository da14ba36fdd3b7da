"""`python -m openrecord_demo.bench`: measure, print a table, write JSON. See the package for what is measured.

Exit status: 0 measured, 1 something did not do what it should, or nothing could be measured, 2 wrong arguments.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from openrecord.config.arguments import at_least_one
from openrecord_demo.bench import ingesting, postgres, serving, working
from openrecord_demo.bench.deliveries import Order, deliver
from openrecord_demo.bench.figures import BenchFailed, Ingested, Served, Worked
from openrecord_demo.bench.places import Places, Postgres, Sqlite
from openrecord_demo.bench.report import Report, machine, text
from openrecord_demo.england.model import Format

SQLITE, POSTGRESQL = "sqlite", "postgresql"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the arguments ask for."""
    parser = argparse.ArgumentParser(prog="python -m openrecord_demo.bench", description="How fast is the whole flow?")
    parser.add_argument("--entries", type=at_least_one, default=50_000, metavar="N", help="of the largest run (50000)")
    parser.add_argument("--requests", type=at_least_one, default=4_000, metavar="N", help="of each kind (4000)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    parser.add_argument("--only", choices=("ingest", "serve", "work"), help="one part only")
    parser.add_argument("--database", choices=(SQLITE, POSTGRESQL), help="one database only")
    chosen = parser.parse_args(arguments)
    try:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="openrecord-bench-")))
            report, places = _begin(stack, folder, chosen.database)
            _measure(report, places, folder, chosen)
    except (BenchFailed, postgres.NoPostgres) as failed:
        print(f"bench: {failed}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(text(report))
    if chosen.json is not None:
        chosen.json.write_text(json.dumps(report.as_json(), indent=1) + "\n", encoding="utf-8")
    return 0


def _begin(stack: ExitStack, folder: Path, only: str | None) -> tuple[Report, list[Places]]:
    """The databases to measure. Without PostgreSQL its half is left out, unless it was asked for: NoPostgres."""
    places: list[Places] = [] if only == POSTGRESQL else [Sqlite(folder)]
    left_out, version = [], None
    if only != SQLITE:
        try:
            server = stack.enter_context(postgres.running())
        except postgres.NoPostgres as missing:
            if only == POSTGRESQL:
                raise
            left_out.append(f"PostgreSQL: {missing}")
        else:
            places.append(Postgres(folder, server))
            version = server.version
            if server.postmaster is None:
                left_out.append("PostgreSQL's CPU time: its server is not on this machine")
    return Report(machine(version), left_out=left_out), places


def _measure(report: Report, places: Sequence[Places], folder: Path, chosen: argparse.Namespace) -> None:
    if chosen.only in {None, "ingest"}:
        for ingested in _ingests(places, folder, chosen.entries):
            report.ingested.append(ingested)
            _tell(f"{ingested.database} {ingested.format}, {ingested.order}: {ingested.per_second:,.0f} entries/s")
    if chosen.only in {None, "serve"}:
        for served in _serves(places, folder, chosen.entries, chosen.requests):
            report.served.append(served)
            _tell(f"{served.database} {served.what}: {served.per_second:,.0f} requests/s")
    if chosen.only in {None, "work"}:
        for done in _works(places, folder, chosen.entries, chosen.requests):
            if isinstance(done, Worked):
                report.worked.append(done)
                _tell(f"{done.database} {done.what}: {done.seconds:,.1f} s")
            else:
                report.served.append(done)
                _tell(f"{done.database} {done.what}: {done.per_second:,.0f} requests/s")


def _ingests(places: Sequence[Places], folder: Path, entries: int) -> Iterator[Ingested]:
    _tell("writing what is to be taken in")
    delivered = ingesting.deliveries(folder / "ingest", entries)
    for place in places:
        for delivery in delivered:
            for processes in ingesting.PROCESSES:
                yield ingesting.measure(place, delivery, processes)


def _serves(places: Sequence[Places], folder: Path, entries: int, requests: int) -> Iterator[Served]:
    delivery = deliver(folder / "serve", format=Format.R4, order=Order.BY_PATIENT, entries=entries)
    for place in places:
        yield from serving.measure(place, delivery, requests)


def _works(places: Sequence[Places], folder: Path, entries: int, requests: int) -> Iterator[Served | Worked]:
    given = working.deliveries(folder / "work", entries)
    for place in places:
        yield from working.measure(place, given, requests)


def _tell(what: str) -> None:
    """What was measured, at once: a run that is cut off has told it."""
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
