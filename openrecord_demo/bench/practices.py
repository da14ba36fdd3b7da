"""What a practice and its worker do at length, in the installation itself: each task answers what it did and cost."""

import time
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from openrecord.access import actions as access
from openrecord.access import events
from openrecord.access import queries as access_queries
from openrecord.access.rules.dry_run import Outcome
from openrecord.access.types import ViewerKind
from openrecord.audit.types import Actor, ActorKind, system
from openrecord.clinical.nhs_number import NhsNumber
from openrecord.flow import worker
from openrecord.gateways.openid.client import Authenticated
from openrecord.identity import actions as identity
from openrecord.identity.types import Role
from openrecord.kit import clock
from openrecord.registry import actions as registry_actions
from openrecord.registry import queries as registry
from openrecord.registry.types import OdsCode, PatientId, Policy
from openrecord.screening import listing
from openrecord.screening import queries as screening
from openrecord.screening.actions import acts
from openrecord.screening.tasks import look_at_new
from openrecord.staff.dry_run import dry_run
from openrecord.taking import actions as taking
from openrecord.taking import queries as taken
from openrecord.taking.tasks import make_next
from openrecord.taking.types import EVERYTHING, Format, State
from openrecord_demo.bench import cpu
from openrecord_demo.bench.places import GO_LIVE, PRACTICE

HERE = OdsCode(PRACTICE)
ISSUER = "https://staff.openrecord.example"
SIGN_IN = system("sign-in")
MANAGER = Actor(ActorKind.STAFF, "bench", Role.MANAGER.value, "practice policy", PRACTICE)
CLINICIAN = Actor(ActorKind.STAFF, "bench", Role.CLINICIAN.value, "screening", PRACTICE)


def open_accounts() -> int:
    """The practice is not live, and everybody on its list has an account; how many."""
    at = clock.now()
    registry_actions.set_policy(ods=HERE, policy=Policy(go_live=None), by=MANAGER, at=at)
    everybody = registry.patients_ever_at(HERE)
    for patient_id in everybody:
        act = events.AccountOpened(viewer=uuid4())
        access.record(patient_id=patient_id, act=act, by=SIGN_IN, at=at, behind=uuid4())
    _settle()
    return len(everybody)


def go_live() -> dict[str, Any]:
    """The practice goes live: the forecast for everybody, then the change, until it has acted on every record."""
    at = clock.now()
    policy, base = Policy(go_live=date.fromisoformat(GO_LIVE)), len(registry.policy_versions(HERE))
    proposed = registry_actions.propose_policy(ods=HERE, policy=policy, base=base, by=MANAGER, at=at)
    proposal = registry.proposal(HERE, proposed)
    if proposal is None:
        raise LookupError("the proposal is gone")
    forecast = _timed(lambda: dry_run(proposal).counts()[Outcome.GAINS])

    def change() -> int:
        registry_actions.set_policy(ods=HERE, policy=policy, base=base, by=MANAGER, at=at)
        return _settle()

    return {"forecast": forecast, "change": _timed(change)}


def hold(*, numbers: Sequence[str]) -> int:
    """Its staff hold every entry of these patients, and the signals are looked for; how many the worklist shows."""
    at = clock.now()
    patients = [_patient(number) for number in numbers]
    for patient_id, entry_id in [(each, entry) for each in patients for entry in screening.states(each)]:
        acts.hold(patient_id=patient_id, entry_id=entry_id, until=None, by=CLINICIAN, at=at)
    while look_at_new():
        pass
    return listing.summary(HERE, at=clock.now()).every


def staff(*, sessions: int) -> list[str]:
    """So many of its staff sign in; their sessions."""
    return [_staff(number) for number in range(sessions)]


def take_along(*, number: str) -> dict[str, Any]:
    """The patient asks for the whole record as a PDF, and the worker makes it."""
    at = clock.now()
    patient_id = _patient(number)
    viewers = access_queries.facts(patient_id, at=at).viewers.values()
    maker = next(viewer.viewer_id for viewer in viewers if viewer.kind is ViewerKind.SELF)
    by = Actor(ActorKind.PERSON, str(maker), "person", "own record")
    asked = taking.ask(
        patient_id=patient_id, maker=maker, format=Format.PDF, selection=EVERYTHING, language="en-gb", by=by,
        at=at,
    )  # fmt: skip
    made = _timed(lambda: make_next(clock.now()))
    state = next(one.state for one in taken.downloads(patient_id, maker, at=at) if one.download_id == asked)
    if state is not State.READY:
        raise RuntimeError(f"the file is {state.value}")
    return {"seconds": made["seconds"], "cpu_us": made["cpu_us"]}


def _patient(number: str) -> PatientId:
    patient = registry.patient_by_nhs_number(NhsNumber(number))
    if patient is None:
        raise registry.UnknownPatient
    return patient.patient_id


def _settle() -> int:
    settled = 0
    while done := worker.settle_waiting(clock.now()):
        settled += done
    return settled


def _staff(number: int) -> str:
    subject, at = f"bench-{number}", clock.now()
    identity.add_staff(
        issuer=ISSUER, subject=subject, name="Sam Desk", organisation=PRACTICE, roles=(Role.CLINICIAN, Role.MANAGER),
        by=system("bench"), at=at,
    )  # fmt: skip
    proof = Authenticated(ISSUER, subject, None, "3", at, {})
    return identity.admit_staff(proof=proof, role_claim=None, previous_token=None, device="bench", at=at)[0]


def _timed(work: Callable[[], int]) -> dict[str, Any]:
    """What `work` counts, seconds and the process's CPU time."""
    began, used = time.perf_counter(), time.process_time()
    count = work()
    return {
        "count": count,
        "seconds": time.perf_counter() - began,
        "cpu_us": (time.process_time() - used) * cpu.MICROS,
    }
