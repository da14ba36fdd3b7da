"""`openrecord patient register|deduct|move`: where one patient is registered, as the register of the NHS says it.

Access at a practice ends with the registration there, and begins at another from the registration there (R46).
"""

import argparse
from datetime import date

from openrecord.kit import clock
from openrecord.kit.london import day_of
from openrecord.ops.failure import CommandFailed
from openrecord.ops.moving import is_there, move_one
from openrecord.ops.operator import operator, patient_named
from openrecord.ops.patient import NOTHING_DONE, print_what_there_is
from openrecord.registry import actions
from openrecord.registry import queries as registry
from openrecord.registry.types import OdsCode, Patient


def register(arguments: argparse.Namespace) -> int:
    """The patient is registered at a practice. Raises CommandFailed."""
    patient, on = _asked(arguments)
    _require_practice(arguments.into)
    if is_there(registry.registrations(patient.patient_id), arguments.into, on):
        raise CommandFailed("that is what is recorded already")
    print_what_there_is(patient)
    print(f"From {on} on they are registered at {arguments.into}: its policy counts, history is asked for anew there.")
    if not arguments.do:
        print(NOTHING_DONE)
        return 0
    by, at = operator(), clock.now()
    actions.register(patient_id=patient.patient_id, ods=arguments.into, start=on, by=by, at=at)
    print("Done.")
    return 0


def deduct(arguments: argparse.Namespace) -> int:
    """The patient's registration at a practice ends. Raises CommandFailed."""
    patient, on = _asked(arguments)
    _require_there(patient, arguments.before, on)
    print_what_there_is(patient)
    print(f"Their registration at {arguments.before} ends at the beginning of {on}, and with it access there.")
    if not arguments.do:
        print(NOTHING_DONE)
        return 0
    by, at = operator(), clock.now()
    actions.deduct(patient_id=patient.patient_id, ods=arguments.before, end=on, by=by, at=at)
    print("Done.")
    return 0


def move(arguments: argparse.Namespace) -> int:
    """The patient leaves one practice for another. Raises CommandFailed."""
    patient, on = _asked(arguments)
    before, into = arguments.before, arguments.into
    _require_practice(into)
    _require_there(patient, before, on)
    if before == into:
        raise CommandFailed("two different practices are needed")
    print_what_there_is(patient)
    print(f"From {on} on they are registered at {into} and not at {before}. What {before} recorded is not shown any")
    print(f"more; decisions about it are kept. {into}'s policy counts, history and people who act are granted anew.")
    if not arguments.do:
        print(NOTHING_DONE)
        return 0
    already = is_there(registry.registrations(patient.patient_id), into, on)
    move_one(patient.patient_id, before, into, on, already=already)
    print("Done.")
    return 0


def _asked(arguments: argparse.Namespace) -> tuple[Patient, date]:
    patient = patient_named(arguments.patient)
    if patient.withdrawn:
        raise CommandFailed("this identity was withdrawn: nobody is registered under it")
    return patient, arguments.on or day_of(clock.now())


def _require_practice(ods: OdsCode) -> None:
    if registry.practice(ods) is None:
        raise CommandFailed("no such practice is known here; add it first")


def _require_there(patient: Patient, ods: OdsCode, on: date) -> None:
    if not is_there(registry.registrations(patient.patient_id), ods, on):
        raise CommandFailed("the patient is not registered there on that day")
