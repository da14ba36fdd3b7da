"""What is measured, as values, and the sums that are made of it. Pure. CPU times are microseconds, None = not known."""

from dataclasses import dataclass


class BenchFailed(Exception):
    """Something did not do what it should, so that its speed means nothing; the message says what."""


@dataclass(frozen=True, slots=True)
class Limit:
    """The same work by the database's driver alone, for each entry or request. `note`: what exactly was done."""

    per_second: float
    driver_us: float
    database_us: float | None
    note: str


@dataclass(frozen=True, slots=True)
class Ingested:
    """One delivery taken in. `command_us`, `database_us`: for each entry, without the starting of processes.

    `pace_ns`: see cpu.pace, before and after.
    """

    database: str
    format: str
    order: str
    processes: int
    entries: int
    messages: int
    seconds: float
    command_us: float
    database_us: float | None
    pace_ns: float
    limit: Limit

    @property
    def per_second(self) -> float:
        """Entries parsed, decided and durable in a second."""
        return self.entries / self.seconds


@dataclass(frozen=True, slots=True)
class Served:
    """One kind of request under load. `server_us`, `database_us`: for each request; `pace_ns`: see cpu.pace.

    `alone_us`: the server's where one request comes after the other, so that none takes the processor from another.
    """

    database: str
    what: str
    requests: int
    connections: int
    seconds: float
    p50_ms: float
    p99_ms: float
    answer_bytes: int
    server_us: float
    alone_us: float
    database_us: float | None
    pace_ns: float
    limit: Limit

    @property
    def per_second(self) -> float:
        """Answers in a second."""
        return self.requests / self.seconds


@dataclass(frozen=True, slots=True)
class Worked:
    """A long piece of work, once. `count`: how many of `of` it was about; `cpu_us`: of its process, for all of it."""

    database: str
    what: str
    count: int
    of: str
    seconds: float
    cpu_us: float
    pace_ns: float


def together(one: float, other: float | None) -> float:
    """A process's CPU time with its database's, where that has processes of its own."""
    return one + (other or 0.0)


def times_limit(server_us: float, database_us: float | None, limit: Limit) -> float | None:
    """How many times the CPU time of the driver alone it took, database included. None where that cannot be said."""
    alone = together(limit.driver_us, limit.database_us)
    if alone <= 0 or (database_us is None) != (limit.database_us is None):
        return None
    return together(server_us, database_us) / alone
