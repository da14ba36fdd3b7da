"""Who types a command, and on which of our words they may name a patient."""

import getpass
import socket
from dataclasses import replace
from uuid import UUID

from openrecord.audit.types import COMMAND, Actor, system
from openrecord.clinical.nhs_number import InvalidNhsNumber, parse
from openrecord.ops.failure import CommandFailed
from openrecord.registry import queries as registry
from openrecord.registry.types import Patient


def operator() -> Actor:
    """The actor of a command: the system, at the hands of this account on this machine."""
    try:
        account = getpass.getuser()
    except (OSError, KeyError):
        account = "unknown"
    return replace(system(COMMAND), device=f"{account}@{socket.gethostname()}")


def as_uuid(text: str, what: str) -> UUID:
    """`text` as an id. Raises CommandFailed that says what should have been one."""
    try:
        return UUID(text)
    except ValueError:
        raise CommandFailed(f"{what} must be an id like 0f8fad5b-d9cb-469f-a165-70867728950e") from None


def patient_named(text: str) -> Patient:
    """The patient with this NHS number or outside id. Raises CommandFailed."""
    try:
        found = registry.patient_by_nhs_number(parse(text))
    except InvalidNhsNumber:
        found = registry.patient_by_public_id(as_uuid(text, "the patient (where it is no NHS number)"))
    if found is None:
        raise CommandFailed("no such patient is known here")
    return found


def record_named(text: str) -> Patient:
    """The record in which this patient's entries lie: another's where it was merged into that. Raises CommandFailed."""
    return registry.patient(registry.home(patient_named(text).patient_id))
