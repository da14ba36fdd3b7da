"""`openrecord patient merge` and `part`: what they say first, what they do when told, and what they refuse."""

import json

import pytest

from openrecord.access import actions as access
from openrecord.access import events
from openrecord.access.types import ViewerId
from openrecord.audit import reads
from openrecord.audit.types import Actor, ActorKind, Read, pack
from openrecord.caseload import actions as caseload
from openrecord.caseload.types import Kind, Wish
from openrecord.clinical.nhs_number import NhsNumber
from openrecord.config.arguments import MERGE_REASONS, PART_REASONS
from openrecord.kit import clock
from openrecord.kit.ids import random_id
from openrecord.registry import queries as registry
from openrecord.registry.types import MergeReason, OdsCode, PartReason, Patient
from openrecord.screening import queries as screening
from tests.integration.ops.conftest import CommandLine, bundle, unknown_numbers

BY = Actor(ActorKind.STAFF, "f1", "manager", "screening", "Y90101")
BECAUSE = ("--reason", "registered_twice")
MISTAKEN = ("--reason", "mistake")


@pytest.fixture
def both(command: CommandLine) -> tuple[str, str]:
    """Two numbers of two entries each."""
    one, two = unknown_numbers(2)
    for number in (one, two):
        sent = json.dumps(bundle(number)).encode()
        command.json("ingest", "-", "--register", "Y90101", stdin=sent)
    return one, two


def _known(number: str) -> Patient:
    found = registry.patient_by_nhs_number(NhsNumber(number))
    assert found is not None
    return found


def test_a_merge_is_shown_first_and_done_when_told_and_so_is_its_end(
    command: CommandLine, both: tuple[str, str]
) -> None:
    one, two = both
    told = command.run("patient", "merge", two, one, *BECAUSE)
    assert told.returncode == 0, told.stderr
    assert "--do" in told.stdout
    assert "0 entries may be what is kept back" in told.stdout
    assert not any(number in told.stdout for number in both)
    assert _known(two).merged_into is None
    assert command.run("patient", "merge", two, one, *BECAUSE, "--do").returncode == 0
    assert len(screening.facts(_known(one).patient_id)) == 4
    assert len(command.json("explain", "--patient", two)["entries"]) == 4, "asked for by either number"
    assert "2 entries" in command.run("patient", "part", two, *MISTAKEN).stdout
    assert len(screening.facts(_known(one).patient_id)) == 4
    assert command.run("patient", "part", two, *MISTAKEN, "--do").returncode == 0
    assert [len(screening.facts(_known(number).patient_id)) for number in both] == [2, 2]
    assert command.run("patient", "part", two, *MISTAKEN, "--do").returncode == 1
    assert command.json("audit", "verify")["ok"] is True


def test_what_keeps_two_records_apart_is_said(command: CommandLine, both: tuple[str, str]) -> None:
    one, two = both
    assert "one and the same" in command.run("patient", "merge", one, one, *BECAUSE, "--do").stderr
    assert command.run("patient", "withdraw", two, "--do").returncode == 0
    refused = command.run("patient", "merge", two, one, *BECAUSE, "--do")
    assert (refused.returncode, "protection" in refused.stderr) == (1, True)


def test_an_open_request_is_answered_first(command: CommandLine, both: tuple[str, str]) -> None:
    one, two = both
    patient, viewer = _known(two).patient_id, ViewerId(random_id())
    access.record(patient_id=patient, act=events.AccountOpened(viewer=viewer), by=BY, at=clock.now())
    caseload.make(
        patient_id=patient, ods=OdsCode("Y90101"), kind=Kind.CORRECTION, asker=viewer, wish=Wish(), by=BY,
        at=clock.now(),
    )  # fmt: skip
    assert "request" in command.run("patient", "merge", two, one, *BECAUSE, "--do").stderr


def test_whom_an_entry_was_shown_to_is_found_in_every_record_that_it_lay_in(
    command: CommandLine, both: tuple[str, str]
) -> None:
    one, two = both
    entry = next(iter(screening.states(_known(two).patient_id).values())).public_id
    reader = Actor(ActorKind.PERSON, "p1", "patient", "own record")

    def read(number: str) -> None:
        patient = _known(number).patient_id
        reads.record_read(Read(reader, clock.now(), patient, "web", "/record", served=pack([entry])))

    read(two)
    command.run("patient", "merge", two, one, *BECAUSE, "--do")
    read(one)
    assert len(command.json("exposure", str(entry))["exposures"]) == 2
    command.run("patient", "part", two, *MISTAKEN, "--do")
    assert len(command.json("exposure", str(entry))["exposures"]) == 2


def test_the_reasons_that_can_be_typed_are_those_that_are_known() -> None:
    assert set(MERGE_REASONS) == {reason.value for reason in MergeReason}
    assert set(PART_REASONS) == {reason.value for reason in PartReason}
