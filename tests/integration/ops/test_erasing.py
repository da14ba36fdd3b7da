"""`openrecord patient erase`: it says what would go, wants the patient's id before it goes, and goes once."""

import json

from openrecord.clinical.nhs_number import NhsNumber
from openrecord.config.arguments import ERASE_REASONS
from openrecord.registry import queries as registry
from openrecord.registry.types import EraseReason
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


def test_the_reasons_that_can_be_typed_are_those_that_are_known() -> None:
    assert set(ERASE_REASONS) == {reason.value for reason in EraseReason}
