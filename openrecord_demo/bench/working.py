"""The large cases measured: a record of thirty years, a practice's whole list, a queue, a whole record as a PDF."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from openrecord_demo.bench import cpu, serving
from openrecord_demo.bench.deliveries import Delivery, Order, deliver
from openrecord_demo.bench.figures import BenchFailed, Served, Worked
from openrecord_demo.bench.ingesting import take_in
from openrecord_demo.bench.load import Target
from openrecord_demo.bench.places import Place, Places
from openrecord_demo.bench.serving import Kind
from openrecord_demo.england.model import Format
from openrecord_demo.ports import HOST

LONGEST, LIST, ON_LIST, HELD = 10_000, 12_000, 5, 1_250
"""Entries of one patient, patients of one practice, entries of each of them, entries that its staff
hold: a report and its four parts are one decision of 250."""

ALL_OF_IT = 50_000
"""A run of at least so many entries takes these sizes; a smaller one takes less of each."""

SEARCH, QUEUE, WORD = "/record/search", "/staff/queue", "serum"
_FORM_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_LINE = re.compile(r'class="or-line__title"')


@dataclass(frozen=True, slots=True)
class Deliveries:
    """What is taken in: one long record, a practice's list, and what its staff hold."""

    record: Delivery
    list: Delivery
    held: Delivery


def deliveries(folder: Path, entries: int) -> Deliveries:
    """Write them, in the share that `entries` is of a whole run."""
    share = min(1.0, entries / ALL_OF_IT)
    long, people, held = (max(least, round(share * full)) for least, full in ((300, LONGEST), (20, LIST), (60, HELD)))

    def of(name: str, entries: int, per_patient: int, seed: int) -> Delivery:
        return deliver(
            folder / name, format=Format.R4, order=Order.BY_PATIENT, entries=entries, per_patient=per_patient, seed=seed
        )

    return Deliveries(of("record", long, long, 2), of("list", people * ON_LIST, ON_LIST, 3), of("held", held, 5, 4))


def measure(places: Places, given: Deliveries, requests: int) -> Iterator[Served | Worked]:
    """Each of them on a fresh installation. Raises BenchFailed."""
    with places.fresh() as place:
        yield from _record(place, given.record, requests)
    with places.fresh() as place:
        yield from _practice(place, given, requests)


def _record(place: Place, delivery: Delivery, requests: int) -> Iterator[Served | Worked]:
    take_in(place, delivery, 1)
    number, size = delivery.people[0], f"of {delivery.entries:,}"
    each = serving.sessions_for(requests)
    sessions = place.inside("people", numbers=[number], sessions=each * 3)["sessions"]

    def kinds(port: int) -> list[Kind]:
        origin = f"http://{HOST}:{port}"
        return [
            _kind(origin, f"results page {size}", serving.PAGE, map(_signed_in, sessions[:each])),
            _kind(origin, f"page by date {size}", "/record/timeline", map(_signed_in, sessions[each : 2 * each])),
            _kind(origin, f"search page {size}", SEARCH, [_asked(origin, one) for one in sessions[2 * each :]]),
        ]

    yield from serving.under_load(place, kinds, requests)
    pace = cpu.pace()
    told = place.inside("download", number=number)
    yield Worked(place.database, "whole record as PDF", delivery.entries, "entries", pace_ns=pace, **told)


def _kind(origin: str, name: str, path: str, cookies: Iterable[str]) -> Kind:
    """A page that shows something; how many rows is said with its name. Raises BenchFailed where it shows none."""
    targets = [Target(path, f"Cookie: {cookie}") for cookie in cookies]
    with httpx.Client(base_url=origin, trust_env=False) as http:
        rows = len(_LINE.findall(serving.get(http, targets[0])))
    if not rows:
        raise BenchFailed(f"{name} shows nothing")
    return Kind(f"{name}, {rows} rows", targets)


def _signed_in(session: str) -> str:
    return f"openrecord_session={session}"


def _asked(origin: str, session: str) -> str:
    """The cookies of a session that has searched for a word."""
    with httpx.Client(base_url=origin, cookies={"openrecord_session": session}, trust_env=False) as http:
        token = _FORM_TOKEN.findall(http.get(SEARCH).text)[0]
        sent = http.post(SEARCH, data={"csrfmiddlewaretoken": token, "words": WORD})
        if not sent.has_redirect_location:
            raise BenchFailed(f"the search was answered {sent.status_code}")
        return "; ".join(f"{name}={value}" for name, value in http.cookies.items())


def _practice(place: Place, given: Deliveries, requests: int) -> Iterator[Served | Worked]:
    take_in(place, given.list, 2)
    number = place.inside("accounts")
    pace = cpu.pace()
    told = place.inside("go-live")
    for what, key in (("forecast of going live", "forecast"), ("going live", "change")):
        if told[key]["count"] != number:
            raise BenchFailed(f"{what}: {told[key]['count']} of {number} patients")
        yield Worked(place.database, what, of="patients", pace_ns=pace, **told[key])
    take_in(place, given.held, 1)
    held = place.inside("hold", numbers=given.held.people)
    staff = place.inside("staff", sessions=serving.sessions_for(requests))
    targets = [Target(QUEUE, f"Cookie: {_signed_in(session)}") for session in staff]
    queue = Kind(f"queue page, {held} held, {number:,} patients", targets)
    yield from serving.under_load(place, lambda _port: [queue], requests)
