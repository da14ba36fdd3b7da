"""The figures as a table for people and as JSON for machines. Pure but for what the machine says of itself."""

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from openrecord_demo.bench.figures import Ingested, Served, Worked, times_limit

NOTES = """\
- entries/s: whole flow, from the first file read to the last entry durable and decided; helpers' start is in it.
- CPU: user and system time of the process trees (/proc), microseconds for each entry or request, without starting up.
- loop ns: one turn of an empty Python loop at that moment. Where processors are shared, CPU times of different
  minutes compare only after they are divided by it.
- limit of ingest: the same rows with the same indexes by COPY (PostgreSQL) or executemany (SQLite), one transaction.
- limit of serving: the statements of these requests by the driver alone, one after the other, in one process.
- alone us: the server's CPU time where one request comes after the other; else several take the processors' caches from
  each other, which the driver alone does not.
- x limit: CPU of server and database together, over that of the limit. The trail of reads is on throughout.
- work: one process that does it all, begun when its installation was ready.
- Limits of pages are production's: the load comes from several sessions and addresses, each within its own."""


@dataclass(slots=True)
class Report:
    """Everything measured in a run. `left_out`: what was not, and why."""

    machine: Mapping[str, Any]
    ingested: list[Ingested] = field(default_factory=list)
    served: list[Served] = field(default_factory=list)
    worked: list[Worked] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The figures with their sums."""
        return {
            "machine": dict(self.machine),
            "ingest": [
                {
                    **asdict(one),
                    "per_second": one.per_second,
                    "times_limit": times_limit(one.command_us, one.database_us, one.limit),
                }
                for one in self.ingested
            ],
            "serve": [
                {
                    **asdict(one),
                    "per_second": one.per_second,
                    "times_limit": times_limit(one.server_us, one.database_us, one.limit),
                }
                for one in self.served
            ],
            "work": [asdict(one) for one in self.worked],
            "left_out": self.left_out,
        }


def machine(postgres: str | None) -> dict[str, Any]:
    """What the figures were measured on. The load tells who else was there."""
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "postgresql": postgres,
        "load_at_start": round(os.getloadavg()[0], 1),
    }


def text(report: Report) -> str:
    """The tables, with what their columns mean."""
    about = ", ".join(f"{name} {value}" for name, value in report.machine.items() if value is not None)
    parts = [f"machine: {about}"]
    if report.ingested:
        parts.append(_table(_INGEST, [_ingest_row(one) for one in report.ingested]))
    if report.served:
        parts.append(_table(_SERVE, [_serve_row(one) for one in report.served]))
    if report.worked:
        parts.append(_table(_WORK, [_work_row(one) for one in report.worked]))
    return "\n\n".join([*parts, "\n".join([NOTES, *(f"- left out: {reason}" for reason in report.left_out)])])


_INGEST = (
    "ingest", "format", "order", "processes", "entries", "messages", "entries/s", "CPU us", "database us", "loop ns",
    "limit entries/s", "limit CPU us", "limit database us", "x limit",
)  # fmt: skip
_SERVE = (
    "serve", "request", "requests", "kB", "requests/s", "p50 ms", "p99 ms", "server us", "alone us", "database us",
    "loop ns", "limit requests/s", "limit driver us", "limit database us", "x limit",
)  # fmt: skip


_WORK = ("work", "what", "count", "of", "seconds", "CPU ms", "loop ns")


def _ingest_row(one: Ingested) -> list[str]:
    limit = one.limit
    return [
        one.database, one.format, one.order, str(one.processes), f"{one.entries:,}", f"{one.messages:,}",
        f"{one.per_second:,.0f}", _micros(one.command_us), _micros(one.database_us), f"{one.pace_ns:.1f}",
        f"{limit.per_second:,.0f}", _micros(limit.driver_us), _micros(limit.database_us),
        _times(times_limit(one.command_us, one.database_us, limit)),
    ]  # fmt: skip


def _serve_row(one: Served) -> list[str]:
    limit = one.limit
    return [
        one.database, one.what, f"{one.requests:,}", f"{one.answer_bytes / 1000:.1f}", f"{one.per_second:,.0f}",
        f"{one.p50_ms:.1f}", f"{one.p99_ms:.1f}", _micros(one.server_us), _micros(one.alone_us),
        _micros(one.database_us), f"{one.pace_ns:.1f}", f"{limit.per_second:,.0f}", _micros(limit.driver_us),
        _micros(limit.database_us), _times(times_limit(one.server_us, one.database_us, limit)),
    ]  # fmt: skip


def _work_row(one: Worked) -> list[str]:
    return [
        one.database, one.what, f"{one.count:,}", one.of, f"{one.seconds:.1f}", f"{one.cpu_us / 1000:,.0f}",
        f"{one.pace_ns:.1f}",
    ]  # fmt: skip


def _micros(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}"


def _times(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table that reads well on a terminal and as Markdown."""
    widths = [max(len(line[place]) for line in [head, *rows]) for place in range(len(head))]
    ruled = ["-" * width for width in widths]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |"
        for line in [head, ruled, *rows]
    ]
    return "\n".join(lines)
