"""Ingest measured: `openrecord ingest` on a fresh database, from the first file read to the last entry durable."""

import json
from pathlib import Path

from openrecord_demo.bench import cpu
from openrecord_demo.bench.deliveries import SHARES, Delivery, Order, deliver
from openrecord_demo.bench.figures import BenchFailed, Ingested, Limit
from openrecord_demo.bench.places import PRACTICE, Place, Places
from openrecord_demo.england.model import Format

MOST_COPIED = 30_000
"""So many entries' rows are copied at most to find the limit: they pass through memory."""

PROCESSES = (1, 2)
FEWEST = 800
"""So that there are files enough for two processes."""


def deliveries(folder: Path, entries: int) -> list[Delivery]:
    """Every delivery of a run."""
    chosen = [(Format.R4, order) for order in Order] + [(Format.STU3, Order.BY_PATIENT), (Format.STU3, Order.ARRIVAL)]
    return [
        deliver(
            folder / f"{form.value}-{order.name.lower()}", format=form, order=order,
            entries=max(FEWEST, round(entries * SHARES[order])),
        )
        for form, order in chosen
    ]  # fmt: skip


def measure(places: Places, delivery: Delivery, processes: int) -> Ingested:
    """Take the delivery in, check that all of it was accepted, and copy the rows it made. Raises BenchFailed."""
    with places.fresh() as place:
        starting = _starting(place, delivery.folder.parent) * (1 if processes == 1 else 1 + processes)
        before = place.database_micros()
        pace = cpu.pace()
        seconds, command = take_in(place, delivery, processes)
        after = place.database_micros()
        number = delivery.entries
        return Ingested(
            database=places.database,
            format=delivery.format.value,
            order=delivery.order.value,
            processes=processes,
            entries=number,
            messages=delivery.messages,
            seconds=seconds,
            command_us=max(0, command - starting) / number,
            database_us=None if before is None or after is None else (after - before) / number,
            pace_ns=(pace + cpu.pace()) / 2,
            limit=_limit(places, place, delivery),
        )


def _starting(place: Place, folder: Path) -> int:
    """CPU time of a command that finds nothing to take in: what each process costs before it begins."""
    nothing = folder / "nothing"
    nothing.mkdir(exist_ok=True)
    return place.openrecord("ingest", "--json", str(nothing))[1]


def take_in(place: Place, delivery: Delivery, processes: int) -> tuple[float, int]:
    """Seconds as the command itself says, and the CPU time of its processes. Raises BenchFailed."""
    text, used = place.openrecord(
        "ingest", "--register", PRACTICE, "--jobs", str(processes), "--json", str(delivery.folder)
    )
    told = json.loads(text)
    if told["failed"] or told["quarantined"] or told["accepted"] != delivery.entries:
        raise BenchFailed(
            f"of {delivery.entries} entries {told['accepted']} were accepted and {told['quarantined']} quarantined"
        )
    return told["seconds"], used


def _limit(places: Places, place: Place, delivery: Delivery) -> Limit:
    """The same rows, into tables with the same indexes, by COPY or executemany in one transaction."""
    share = min(1.0, MOST_COPIED / delivery.entries)
    with places.fresh() as other:
        told = place.inside(
            "rows", url=other.settings["OPENRECORD_DATABASE_URL"], data=other.settings["OPENRECORD_DATA"], share=share,
            postmaster=place.postmaster,
        )  # fmt: skip
    number = delivery.entries * share
    database = told["database_us"]
    return Limit(
        number / told["seconds"],
        told["driver_us"] / number,
        None if database is None else database / number,
        f"{told['rows']} rows of {told['tables']} tables by {told['by']}, one transaction",
    )
