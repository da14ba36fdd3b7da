"""`openrecord patient erase`: it says what would go, wants the patient's id before it goes, and goes once."""

import json

from openrecord.audit.types import system
from openrecord.clinical.nhs_number import NhsNumber
from openrecord.config.arguments import ERASE_REASONS
from openrecord.kit import clock
from openrecord.registry import queries as registry
from openrecord.registry.types import EraseReason
from openrecord.screening import queries as screening
from openrecord.screening.actions import acts
from tests.integration.ops.conftest import CommandLine, bundle, unknown_numbers

BECAUSE = ("--reason", "request_granted")


def test_erasing_is_shown_first_and_wants_the_id_that_it_showed(command: CommandLine) -> None:
    one, two = unknown_numbers(2)
    for number in (one, two):
        sent = json.dumps(bundle(number)).encode()
        command.json("ingest", "-", "--register", "Y90101", stdin=sent)
    found = registry.patient_by_nhs_number(NhsNumber(one))
    assert found is not None
    other = registry.patient_by_nhs_number(NhsNumber(two))
    assert other is not None
    told = command.run("patient", "erase", one, *BECAUSE)
    assert told.returncode == 0, told.stderr
    assert f"--confirm {found.public_id}" in told.stdout
    assert "1 deliveries, of which 0 stay" in told.stdout
    assert one not in told.stdout
    assert command.run("patient", "erase", one, *BECAUSE, "--confirm", str(other.public_id)).returncode == 1
    assert registry.patient_by_nhs_number(NhsNumber(one)) == found
    assert command.run("patient", "erase", one, *BECAUSE, "--confirm", str(found.public_id)).returncode == 0
    assert registry.patient_by_nhs_number(NhsNumber(one)) is None
    assert command.run("patient", "erase", one, *BECAUSE).returncode == 1
    assert registry.patient_by_nhs_number(NhsNumber(two)) == other
    assert command.json("audit", "verify")["ok"] is True


def test_an_entry_is_erased_once_staff_have_said_that_it_is_somebody_elses(command: CommandLine) -> None:
    (number,) = unknown_numbers(1)
    command.json("ingest", "-", "--register", "Y90101", stdin=json.dumps(bundle(number)).encode())
    found = registry.patient_by_nhs_number(NhsNumber(number))
    assert found is not None
    entry_id, state = next(iter(screening.states(found.patient_id).items()))
    words = ("patient", "erase", number, "--entry", str(state.public_id), "--reason")
    assert command.run(*words, "request_granted").returncode == 1
    assert f"--confirm {state.public_id}" in command.run(*words, "never_belonged").stdout
    certain = (*words, "never_belonged", "--confirm", str(state.public_id))
    assert "somebody else" in command.run(*certain).stderr
    acts.mark_wrong_person(patient_id=found.patient_id, entry_id=entry_id, by=system("command"), at=clock.now())
    assert command.run(*certain).returncode == 0
    assert screening.vault_bodies(found.patient_id, [entry_id]) == {}


def test_the_reasons_that_can_be_typed_are_those_that_are_known() -> None:
    assert set(ERASE_REASONS) == {reason.value for reason in EraseReason}
