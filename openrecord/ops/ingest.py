"""`openrecord ingest`: take in files and folders, account for every resource, say what became of them."""

import argparse
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

from django.db import DatabaseError, connections, transaction
from tqdm import tqdm

from openrecord.audit.types import Actor
from openrecord.clinical.reading import Format
from openrecord.db import lean
from openrecord.ingest.actions.accept import Terms
from openrecord.ingest.actions.deliver import deliver
from openrecord.ingest.rules.preparing import Prepared
from openrecord.ingest.types import Tally
from openrecord.kit import clock
from openrecord.ops import files, pool
from openrecord.ops.ahead import read_ahead
from openrecord.ops.files import Failure
from openrecord.ops.migrate import require_migrations
from openrecord.ops.operator import operator
from openrecord.ops.printing import print_json
from openrecord.registry import queries as registry
from openrecord.registry.types import OdsCode

FILES_WORTH_A_PROCESS = 8
"""A process takes about a second to start: fewer files than this are sooner done without it."""

RESOURCES_A_COMMIT = 100
"""A commit waits for the disk, which takes as long as a small message: they share one until they hold so many
resources. Other writers wait for it no longer than for a whole record."""

_Reading = tuple[Path, Prepared | pool.Died | None]
_Outcome = tuple[Path, Tally | str | pool.Died]
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Order:
    """How to take in every file. `at`: the instant of arrival, None = now."""

    format: Format | None
    terms: Terms
    by: Actor
    at: datetime | None = None


@dataclass(slots=True)
class Report:
    """What became of a delivery. `failed`: files that could not be accounted for."""

    tally: Tally = field(default_factory=Tally)
    skipped: list[str] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    seconds: float = 0.0

    def as_json(self) -> Mapping[str, object]:
        """The totals at the top level."""
        failed = [{"file": failure.file, "reason": failure.reason} for failure in self.failed]
        return {**self.tally.as_json(), "skipped": self.skipped, "failed": failed, "seconds": round(self.seconds, 3)}


def run(arguments: argparse.Namespace) -> int:
    """Take in what the arguments name; 0 where every file was accounted for."""
    require_migrations()
    pool.spare_the_collector()
    terms = terms_of(arguments)
    order = Order(None if arguments.format is None else Format(arguments.format), terms, operator())
    report = take_in(arguments.files, order, jobs=arguments.jobs)
    if arguments.json:
        print_json(report.as_json())
    else:
        _print(report)
    _warn(terms)
    return 1 if report.failed else 0


def terms_of(arguments: argparse.Namespace) -> Terms:
    """The terms that --org, --register, --sender, --transferred and --first-load state."""
    marks = [mark for mark in ("transferred", "first_load") if getattr(arguments, mark)]
    return Terms(arguments.org, arguments.register, arguments.sender, " ".join(marks))


def take_in(names: list[str], order: Order, *, jobs: int) -> Report:
    """Every file meant by `names`, delivered; with a progress bar where a person watches."""
    began = time.monotonic()
    found = files.find(names)
    report = Report(skipped=found.skipped, failed=found.failed)
    with tqdm(total=len(found.files), unit="file", disable=not sys.stderr.isatty(), file=sys.stderr) as bar:
        for path, outcome in _outcomes(found.files, order, jobs):
            if isinstance(outcome, Tally):
                report.tally.add(outcome)
            else:
                report.failed.append(_failure(path, outcome))
            bar.set_postfix(entries=report.tally.accepted, quarantined=report.tally.quarantined, refresh=False)
            bar.update()
    report.seconds = time.monotonic() - began
    return report


def _outcomes(paths: list[Path], order: Order, jobs: int) -> Iterator[_Outcome]:
    """Each file with its outcome: on the embedded database in the order of the files, else as they get done."""
    processes = max(1, min(jobs, len(paths) // FILES_WORTH_A_PROCESS))
    if lean.vendor() == "sqlite":
        return _by_one(paths, order, readers=processes - 1)
    if processes > 1:
        return _by_all(paths, order, processes)
    return ((path, take_in_file(order, path)) for path in paths)


def _by_one(paths: list[Path], order: Order, *, readers: int) -> Iterator[_Outcome]:
    """This process writes, the readers read. Small files that follow each other share a commit."""
    together: list[_Reading] = []
    resources = 0
    for path, prepared in read_ahead(paths, format=order.format, readers=readers):
        together.append((path, prepared))
        resources += prepared.reading.resources if isinstance(prepared, Prepared) else RESOURCES_A_COMMIT
        if resources >= RESOURCES_A_COMMIT:
            yield from _take_in_together(order, together)
            together, resources = [], 0
    yield from _take_in_together(order, together)


def _take_in_together(order: Order, readings: list[_Reading]) -> list[_Outcome]:
    """In one transaction; where anything goes wrong in that, each in its own, so that it costs its own file only."""
    ready = [(path, prepared) for path, prepared in readings if isinstance(prepared, Prepared)]
    if 1 < len(ready) == len(readings):
        try:
            return _in_one_transaction(order, ready)
        except Exception as error:  # noqa: BLE001  it is told where it happens again
            _log.warning("files are taken in one by one: %s", type(error).__name__)
            connections.close_all()
    return [
        (path, prepared if isinstance(prepared, pool.Died) else take_in_file(order, path, prepared))
        for path, prepared in readings
    ]


def _in_one_transaction(order: Order, ready: list[tuple[Path, Prepared]]) -> list[_Outcome]:
    with transaction.atomic():
        outcomes: list[_Outcome] = [(path, _deliver(order, path, prepared)) for path, prepared in ready]
        if transaction.get_rollback():
            raise DatabaseError("the transaction cannot be committed any more")
    return outcomes


def _by_all(paths: list[Path], order: Order, processes: int) -> Iterator[_Outcome]:
    """Every process reads and writes."""
    from_stdin = [path for path in paths if str(path) == files.STDIN]
    for path in from_stdin:
        yield path, take_in_file(order, path)
    others = [path for path in paths if path not in from_stdin]
    connections.close_all()
    yield from pool.spread(others, prepare=partial(_work_for, order), processes=processes)


def _work_for(order: Order) -> Callable[[Path], Tally | str]:
    """What a process does with each file."""
    return partial(take_in_file, order)


def take_in_file(order: Order, path: Path, prepared: Prepared | None = None) -> Tally | str:
    """The file's tally, or why it could not be accounted for. `prepared`: what has been made of it already."""
    try:
        data = prepared or files.content(path)
    except OSError as error:
        return f"cannot be read: {error.strerror or type(error).__name__}"
    try:
        return _deliver(order, path, data)
    except DatabaseError as error:
        _log.error("a delivery failed in the database: %s", type(error).__name__)
        connections.close_all()
        return f"the database failed: {type(error).__name__}"
    except Exception as error:  # noqa: BLE001  a fault of ours in one file must not lose the others
        _log.error("a delivery failed: %s", type(error).__name__)
        return f"failed: {type(error).__name__}"


def _deliver(order: Order, path: Path, data: bytes | Prepared) -> Tally:
    name = "stdin" if str(path) == files.STDIN else files.plain_name(path)
    at = order.at or clock.now()
    return deliver(data=data, name=name, format=order.format, terms=order.terms, by=order.by, at=at)


def _failure(path: Path, outcome: str | pool.Died) -> Failure:
    reason = "its process ended unexpectedly" if isinstance(outcome, pool.Died) else outcome
    return Failure(files.plain_name(path), reason)


def default_jobs() -> int:
    """How many processes take in files where nobody says: two, or one where there is one core only."""
    return min(2, os.cpu_count() or 1)


def _print(report: Report) -> None:
    tally = report.tally
    print(f"{tally.files} files, {tally.resources} resources in {report.seconds:.1f} s")
    for outcome in ("accepted", "unchanged", "superseded", "quarantined", "not_entries"):
        reasons = sorted(tally.reasons.get(outcome, {}).items(), key=lambda item: -item[1])
        told = ", ".join(f"{reason} {number}" for reason, number in reasons)
        print(f"  {outcome.replace('_', ' '):<12}{getattr(tally, outcome):>9}" + (f"   {told}" if told else ""))
    if report.skipped:
        print(f"skipped (not named as data): {len(report.skipped)}")
    if tally.quarantined:
        print("`openrecord quarantine list` says what is wrong and where")
    for failure in report.failed:
        print(f"NOT ACCOUNTED FOR: {failure.file}: {failure.reason}", file=sys.stderr)


def _warn(terms: Terms) -> None:
    """Say so where nothing that arrived can ever be shown."""
    for ods in {terms.org, terms.register} - {None}:
        if ods is not None and registry.policy(OdsCode(ods)) is None:
            print(
                f"note: practice {ods} has no policy here, so nothing of it is shown: see `openrecord practice add`",
                file=sys.stderr,
            )
