"""The whole access machine: short random histories, and after every step everybody is asked what they see.

Each history is drawn by hypothesis (arrivals, decisions, codes, birthdays, moves, proxies, apps, requests), so that one
that fails is made smaller. What the timeline hands out equals the oracle's naive re-computation from all that happened.
What a patient alone is granted of their history, and a decline that is taken back, goes through a request.
"""

import random
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from openrecord.access import actions as access
from openrecord.access import queries as access_queries
from openrecord.access.types import ViewerId
from openrecord.caseload import actions as caseload
from openrecord.caseload import events, queries
from openrecord.caseload.types import Kind, Outcome, Part, Proof, Wish
from openrecord.clinical.kinds import Level, Section
from openrecord.kit import clock
from openrecord.kit.london import day_of
from openrecord.registry import queries as registry
from openrecord.registry.types import PatientId
from tests.decision import cases
from tests.decision.cases import instant
from tests.decision.served_acts import play
from tests.decision.served_world import BY, ServedWorld, at_time
from tests.decision.test_cases_stored import seen
from tests.oracle.generator import case_of
from tests.oracle.oracle import Answer, Oracle
from tests.soak.lives import Json, read_alike
from tests.soak.scale import FIGURES, SEED, scaled
from tests.soak.test_oracle_soak import check_silence

HISTORIES = scaled(5000)
pytestmark = [pytest.mark.soak, pytest.mark.usefixtures("stored", "unlimited")]
_DONE: Counter[str] = Counter()


@pytest.fixture(scope="module", autouse=True)
def _figures() -> Iterator[None]:
    yield
    told = ", ".join(f"{count} {what}" for what, count in sorted(_DONE.items()))
    FIGURES.append(f"access machine: {told}, from seed {SEED}")


def _request(world: ServedWorld, kind: Kind, at: datetime) -> tuple[PatientId, Any]:
    """An open request of the patient's, whose identity is known: the one there is, or a new one."""
    patient_id, asker = world.patient_id("pat"), ViewerId(world.ids["pat"])
    found = next((one for one in queries.requests(patient_id) if one.kind is kind and one.is_open), None)
    if found is None:
        made = {"patient_id": patient_id, "ods": world.ods("A"), "kind": kind, "asker": asker, "wish": Wish()}
        request_id = caseload.make(**made, by=BY, at=at)
        _follow(patient_id, request_id, events.IdentityChecked(Proof.NHS_LOGIN), at)
        return patient_id, request_id
    return patient_id, found.request_id


def _follow(patient_id: PatientId, request_id: Any, event: events.AnyEvent, at: datetime) -> None:
    request = queries.request(patient_id, request_id)
    assert request is not None
    caseload.act(patient_id=patient_id, request_id=request_id, event=event, seen=request.sequence, by=BY, at=at)


def _is_answered(world: ServedWorld, at: datetime, *, here: bool) -> bool:
    """Whether the practice still answers the patient: who lives, and (`here`) is registered there."""
    patient_id = world.patient_id("pat")
    stays = {stay.ods for stay in registry.registered(patient_id, on=day_of(at))}
    return not registry.is_nobody(patient_id) and (not here or world.ods("A") in stays)


def by_request(world: ServedWorld, step: Json, at: datetime) -> bool:
    """Carry a step out by a request, where it is one that a patient can ask for; whether it was."""
    if not _is_answered(world, at, here=step["do"] == "grant_history"):
        return False
    if step["do"] == "grant_history" and step.get("for", ["pat"]) == ["pat"] and step["org"] == "A":
        patient_id, request_id = _request(world, Kind.HISTORY, at)
        chunk = world.chunks.setdefault(step["chunk"], uuid.uuid4())
        sections = cases.sections(step.get("sections"))
        named = None if sections is None else frozenset(map(Section, sections))
        part = Part(cases.day(step.get("from")), cases.day(step.get("to")), named)
        granted = events.ChunkGranted(part, chunk, Level(int(cases.level(step.get("level", "full")))))
        _follow(patient_id, request_id, granted, at)
    elif step["do"] == "undecline" and instant(step["recorded"]) == at:
        patient_id, request_id = _request(world, Kind.OPT_IN, at)
        _follow(patient_id, request_id, events.Decided(Outcome.GRANTED, None, "As you asked."), at)
    else:
        return False
    _DONE["requests"] += 1
    return True


def compare(world: ServedWorld, oracle: Oracle, step: Json) -> None:
    """What the timeline hands out is what the oracle says, in the rendering it says."""
    viewer, channel = step["ask"], step["channel"]
    answer: Answer = oracle.answer(step["at"], viewer, channel)
    copies = {copy for _, copy in answer.same}
    owner = world.owner(viewer)
    names = {str(world.entry(n)[2]): n for n, s in world.sent.items() if s.patient == owner and n not in copies}
    served = {public: body.decode() for public, body in seen(world, viewer, channel).items()}
    assert sorted(names.get(public, public) for public in served) == sorted(answer.see)
    for public, text in served.items():
        name = names[public]
        if world.texts[name, answer.version[name]]:
            assert (f"TEXT-{name}" in text) == (answer.as_[name] == "full"), name
    check_silence(answer, names, "\n".join(served.values()))


@seed(SEED)
@settings(max_examples=HISTORIES, database=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False, note_method_calls=False), st.integers(2, 7), st.integers(2, 9))
def test_after_every_step_everybody_sees_what_the_oracle_says(rng: random.Random, entries: int, acts: int) -> None:
    case = read_alike(case_of(rng, uuid.uuid4().hex, entries=entries, acts=acts, asks_everybody=True))
    oracle, world = Oracle(case), ServedWorld(case)
    _DONE["histories"] += 1
    try:
        for step in case["steps"]:
            at = instant(step["at"])
            at_time(at)
            if "ask" in step:
                compare(world, oracle, step)
                _DONE["questions"] += 1
            else:
                oracle.act(step)
                if not by_request(world, step, at):
                    play(world, step)
    finally:
        for closure in access_queries.closures():
            access.reopen(scope=closure.scope, which=closure.which, by=BY, at=clock.now())
