"""Serving measured: granian with the whole application, as `openrecord serve` starts it, under a bounded load.

The trail of reads is on, as always. Limits of pages are as in production: the load comes from several sessions and
addresses, each within its own.
"""

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from math import ceil
from statistics import mean
from typing import Any

import httpx

from openrecord.kit import environment
from openrecord_demo.bench import cpu
from openrecord_demo.bench.deliveries import Delivery
from openrecord_demo.bench.figures import BenchFailed, Limit, Served
from openrecord_demo.bench.ingesting import take_in
from openrecord_demo.bench.load import Load, Target
from openrecord_demo.bench.places import COMMAND, Place, Places
from openrecord_demo.ports import HOST, free_port

LOADER = (sys.executable, "-m", "openrecord_demo.bench.load")
PORT = 8090
CONNECTIONS = 8
ROWS = 50
PEOPLE = 40
PAGES_A_SESSION = 150
"""Fewer than a session may ask for at once (openrecord/web/limits.py)."""

WARMING = 200
ALONE = 0.25
"""So many of the requests come once more, one after the other."""

START_SECONDS = 60.0
STOP_SECONDS = 20.0
SEARCH = f"/fhir/Observation?_count={ROWS}"
PAGE = "/record/test-results"
_LINK = re.compile(rf'href="{PAGE}/[0-9a-f-]{{36}}"')


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of request: its name in the table, and where it goes for each reader."""

    name: str
    targets: Sequence[Target]


def measure(places: Places, delivery: Delivery, requests: int) -> Iterator[Served]:
    """Every kind of request on a database that holds the delivery. Raises BenchFailed."""
    with places.fresh() as place:
        take_in(place, delivery, 2)
        people = place.inside("people", numbers=delivery.people[:PEOPLE], sessions=sessions_for(requests))
        yield from under_load(place, lambda port: _kinds(port, people), requests)


def sessions_for(requests: int) -> int:
    """Over how many sessions so many requests of a page are spread, each within its limit."""
    return ceil((requests + WARMING + _alone(requests)) / PAGES_A_SESSION)


def _alone(requests: int) -> int:
    return max(1, round(requests * ALONE))


def under_load(place: Place, kinds_at: Callable[[int], Sequence[Kind]], requests: int) -> Iterator[Served]:
    """So many requests of each kind to a server of its own, and their limits. `kinds_at`: the kinds, given the port."""
    with served(place) as (port, server):
        loads = [(kind, *_load(place, port, server, kind, requests)) for kind in kinds_at(port)]
    for kind, load, pace_ns, server_us, alone_us, database_us in loads:
        yield Served(
            database=place.database,
            what=kind.name,
            requests=load.requests,
            connections=CONNECTIONS,
            seconds=load.seconds,
            p50_ms=load.p50_ms,
            p99_ms=load.p99_ms,
            answer_bytes=load.bytes // load.requests,
            server_us=server_us,
            alone_us=alone_us,
            database_us=database_us,
            pace_ns=pace_ns,
            limit=_limit(place, kind, requests),
        )


@contextmanager
def served(place: Place) -> Iterator[tuple[int, int]]:
    """The port and the process of a running server."""
    port = free_port(PORT)
    command = [*COMMAND, "serve", "--port", str(port), "--stop-with-parent"]
    child = subprocess.Popen(  # noqa: S603  our own command
        command, env=environment.of_child(place.settings), stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        _wait(child, port)
        yield port, child.pid
    finally:
        child.terminate()
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _wait(child: "subprocess.Popen[bytes]", port: int) -> None:
    began = time.monotonic()
    while time.monotonic() - began < START_SECONDS:
        if child.poll() is not None:
            break
        try:
            socket.create_connection((HOST, port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise BenchFailed("the server did not start")


def _kinds(port: int, people: dict[str, Any]) -> list[Kind]:
    """The requests, each tried once: an answer with other rows is not what is to be measured.

    A page ends with a day, so that it has more or fewer rows than 50; its name says how many on average.
    """
    asking = [f"Authorization: Bearer {token}" for token in people["tokens"]]
    searches = [Target(SEARCH, header) for header in asking]
    pages = [Target(PAGE, f"Cookie: openrecord_session={session}") for session in people["sessions"]]
    reads = []
    with httpx.Client(base_url=f"http://{HOST}:{port}", trust_env=False) as http:
        for target in searches:
            entries = json.loads(get(http, target)).get("entry", [])
            if len(entries) != ROWS:
                raise BenchFailed(f"{SEARCH} has {len(entries)} entries, not {ROWS}")
            reads += [Target(f"/fhir/Observation/{entry['resource']['id']}", target.header) for entry in entries]
        rows = [len(set(_LINK.findall(get(http, target)))) for target in pages]
    if min(rows) < ROWS // 2:
        raise BenchFailed(f"{PAGE} has {min(rows)} rows only")
    page = f"results page of {round(mean(rows))}"
    return [Kind(f"FHIR search of {ROWS}", searches), Kind("FHIR read", reads), Kind(page, pages)]


def get(http: httpx.Client, target: Target) -> str:
    """What is answered. Raises BenchFailed for anything but 200."""
    name, _, value = target.header.partition(": ")
    answer = http.get(target.path, headers={name: value})
    if answer.status_code != httpx.codes.OK:
        raise BenchFailed(f"{target.path.partition('?')[0]} answered {answer.status_code}")
    return answer.text


def _load(
    place: Place, port: int, server: int, kind: Kind, requests: int
) -> tuple[Load, float, float, float, float | None]:
    """The load, the machine's pace, and for each request the CPU time of the server, alone too, and the database."""
    _generate(port, kind, WARMING)
    pace = cpu.pace()
    before, database_before = cpu.tree_micros(server), place.database_micros()
    load = _generate(port, kind, requests)
    after, database_after = cpu.tree_micros(server), place.database_micros()
    database = None
    if database_before is not None and database_after is not None:
        database = (database_after - database_before) / load.requests
    before_alone = cpu.tree_micros(server)
    alone = _generate(port, kind, _alone(requests), connections=1)
    alone_us = (cpu.tree_micros(server) - before_alone) / alone.requests
    return load, (pace + cpu.pace()) / 2, (after - before) / load.requests, alone_us, database


def _generate(port: int, kind: Kind, requests: int, *, connections: int = CONNECTIONS) -> Load:
    order = {
        "port": port,
        "targets": [asdict(target) for target in kind.targets],
        "requests": requests,
        "connections": connections,
    }
    done = subprocess.run(  # noqa: S603  our own command
        LOADER, input=json.dumps(order), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BenchFailed(f"the load generator failed: {done.stderr.strip()[-300:]}")
    load = Load(**json.loads(done.stdout))
    if load.wrong:
        raise BenchFailed(f"{kind.name}: {load.wrong} of {load.requests} answers were errors")
    return load


def _limit(place: Place, kind: Kind, requests: int) -> Limit:
    """The statements of these requests by the driver alone, one after the other."""
    told = place.inside(
        "statements", targets=[asdict(target) for target in kind.targets[:PEOPLE]], loops=requests,
        postmaster=place.postmaster,
    )  # fmt: skip
    loops, database = told["loops"], told["database_us"]
    return Limit(
        loops / told["seconds"],
        told["driver_us"] / loops,
        None if database is None else database / loops,
        f"{told['statements']} statements a request, {told['audit']}",
    )
