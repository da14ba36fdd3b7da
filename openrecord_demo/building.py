"""`openrecord demo build`: fills an empty database with the synthetic England, through the front doors.

Records are taken in as if they had arrived before anybody opened an account; what people did and what was entered in
the last weeks follow in the order in which they happened; last the practices set their policies, and the rows move as
they do for any practice that goes live.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tqdm import tqdm

from openrecord.audit.types import system
from openrecord.clinical.kinds import Level
from openrecord.clinical.nhs_number import NhsNumber
from openrecord.flow.worker import OUTSIDE_TASKS, TASKS, Worker
from openrecord.identity import actions as identity
from openrecord.identity.types import Role, StaffExists
from openrecord.ingest.actions.accept import Terms
from openrecord.ingest.types import Tally
from openrecord.kit import clock
from openrecord.kit.london import day_of
from openrecord.ops.failure import CommandFailed
from openrecord.ops.ingest import Order, default_jobs, take_in, take_in_file
from openrecord.ops.migrate import require_migrations
from openrecord.ops.printing import print_json
from openrecord.registry import actions as registry_actions
from openrecord.registry import queries as registry
from openrecord.registry.types import OdsCode, Policy, Practice, ReleaseMode, ReleaseRule
from openrecord_demo import deeds, memory, people, workload
from openrecord_demo.england.writing import MANIFEST, write
from openrecord_demo.memory import Memory
from openrecord_demo.ports import free_port

Json = dict[str, Any]
SEED = 1
PROVIDER_PORT = 8009
BY = system("demo")


def run(arguments: argparse.Namespace) -> int:
    """Make the demo; where it is made already, only let staff sign in at the present address of the service."""
    require_migrations()
    known, tally = memory.load(), None
    port = free_port(PROVIDER_PORT if known is None else known.provider_port)
    if known is None:
        if registry.practice_count():
            raise CommandFailed("the database holds records but no finished demo; choose an empty data folder")
        with TemporaryDirectory(prefix="openrecord-england-") as made:
            known, tally = _build(Path(arguments.england or made), arguments.patients, port, bare=arguments.bare)
    _let_staff_in(known, issuer_at(port))
    if arguments.json:
        people_of = [{**asdict(someone), "group": someone.group} for someone in known.people]
        taken_in = None if tally is None else tally.as_json()
        print_json({"provider_port": port, "as_of": known.as_of, "people": people_of, "taken_in": taken_in})
    return 0


def issuer_at(port: int) -> str:
    """The sign-in service's name for itself."""
    return f"http://127.0.0.1:{port}"


def _build(folder: Path, patients: int, port: int, *, bare: bool) -> tuple[Memory, Tally]:
    now = clock.now()
    as_of = day_of(now)
    with _bar("writing a synthetic England", patients, "person") as bar:
        write(folder, seed=SEED, as_of=as_of, patients=patients, progress=lambda done, _: _move(bar, done))
    manifest: Json = json.loads((folder / MANIFEST).read_bytes())
    town = deeds.Town(issuer_at(port), {patient["nhs_number"]: patient for patient in manifest["patients"]})
    deeds_done = _history(town, manifest)
    joined = min(at for at, _ in deeds_done) - timedelta(days=1)
    _add_people(manifest, joined)
    tally = _take_in(folder, manifest, joined)
    arrivals = _arrivals(folder, manifest, now, tally)
    work = [] if bare else workload.happened(town, now)
    happened = sorted([*deeds_done, *arrivals, *work], key=lambda item: item[0])
    with _bar("what happened since", len(happened), "event") as bar:
        for _, happen in happened:
            happen()
            bar.update()
    _go_live(manifest, now, {} if bare else workload.RELEASE)
    remembered = Memory(as_of, SEED, port, people.personas(manifest), people.staff())
    memory.save(remembered)
    return remembered, tally


def _history(town: deeds.Town, manifest: Json) -> list[deeds.Happening]:
    """Everything that happened to access, oldest first; a proxy is granted before what names them."""
    granted = [(deeds.granted_at(proxy), partial(deeds.grant_proxy, town, proxy)) for proxy in manifest["proxies"]]
    done = [(datetime.fromisoformat(deed["at"]), partial(deeds.do, town, deed)) for deed in manifest["access_acts"]]
    return sorted([*granted, *done], key=lambda item: item[0])


def _add_people(manifest: Json, at: datetime) -> None:
    """The practices, without a policy as yet, and who is registered there."""
    for told in manifest["practices"]:
        practice = Practice(OdsCode(told["ods"]), told["name"], told["system"])
        registry_actions.add_practice(practice=practice, valid_from=day_of(at), by=BY, at=at)
    for told in manifest["patients"]:
        patient = registry_actions.add_patient(
            nhs_number=NhsNumber(told["nhs_number"]), family=told["family"], given=told["given"],
            born=date.fromisoformat(told["born"]), gender=told["sex"], by=BY, at=at,
        )  # fmt: skip
        for stay in told["registrations"]:
            end = None if stay["to"] is None else date.fromisoformat(stay["to"])
            start, ods = date.fromisoformat(stay["from"]), OdsCode(stay["practice"])
            registry_actions.register(patient_id=patient.patient_id, ods=ods, start=start, end=end, by=BY, at=at)


def _take_in(folder: Path, manifest: Json, at: datetime) -> Tally:
    tally = Tally()
    for practice in manifest["practices"]:
        ods = OdsCode(practice["ods"])
        if not (folder / ods).exists():
            continue  # of a few people, none may be registered there
        report = take_in([str(folder / ods)], Order(None, Terms(org=ods), BY, at), jobs=default_jobs())
        if report.failed:
            raise CommandFailed(f"{len(report.failed)} files could not be accounted for: {report.failed[0].reason}")
        tally.add(report.tally)
    return tally


def _arrivals(folder: Path, manifest: Json, now: datetime, tally: Tally) -> list[deeds.Happening]:
    """What was entered last comes when it was entered; counted in `tally`."""

    def arrive(path: Path, ods: OdsCode, at: datetime) -> None:
        outcome = take_in_file(Order(None, Terms(org=ods), BY, at), path)
        if isinstance(outcome, str):
            raise CommandFailed(f"a file could not be accounted for: {outcome}")
        tally.add(outcome)

    files = [file for patient in manifest["patients"] for file in patient["files"] if "at" in file]
    found = [(file, min(datetime.fromisoformat(file["at"]), now)) for file in files]
    return [(at, partial(arrive, folder / file["path"], OdsCode(file["practice"]), at)) for file, at in found]


def _go_live(manifest: Json, at: datetime, release: Mapping[str, Mapping[str, ReleaseRule]]) -> None:
    """The practices set their policies; every patient's rows move. `release`: further rules of practices."""
    for told in manifest["practices"]:
        policy = _policy(told["policy"], release.get(told["ods"], {}))
        registry_actions.set_policy(ods=OdsCode(told["ods"]), policy=policy, by=BY, at=at)
    worker = Worker((*TASKS, *OUTSIDE_TASKS))
    with _bar("letting the practices' policies act", len(manifest["patients"]), "patient") as bar:
        while (last := worker.round(clock.now())).done:
            bar.update(min(last.done, bar.total - bar.n))


def _policy(told: Json, further: Mapping[str, ReleaseRule]) -> Policy:
    release = {name: ReleaseRule(ReleaseMode(mode)) for name, mode in told["release"].items()}
    return Policy(
        go_live=None if told["go_live"] is None else date.fromisoformat(told["go_live"]),
        level=Level[told["level"].upper()],
        at_risk_level=Level[told["at_risk_level"].upper()],
        release={**Policy().release, **release, **further},
        lookers_offered=True,
    )


def _let_staff_in(remembered: Memory, issuer: str) -> None:
    """Staff are known by what their sign-in service says: at another address they are added anew."""
    personas = {persona.key: persona for persona in remembered.personas}
    for member in remembered.staff:
        persona = personas[member.persona]
        for attempt in (identity.make_first_staff, identity.add_staff):
            try:
                attempt(
                    issuer=issuer, subject=persona.subject, name=persona.name, organisation=member.organisation,
                    roles=[Role(role) for role in member.roles], by=BY, at=clock.now(),
                )  # fmt: skip
            except StaffExists:
                continue
            break


def _bar(what: str, total: int, unit: str) -> "tqdm[Any]":
    return tqdm(total=total, unit=unit, desc=what, disable=not sys.stderr.isatty(), file=sys.stderr)


def _move(bar: "tqdm[Any]", done: int) -> None:
    bar.update(done - bar.n)
