"""`openrecord practice move FROM INTO`: a practice went into another one; its patients are registered there.

Patient by patient, each in one transaction: whoever starts it again goes on where it stopped.
"""

import argparse
import sys
from datetime import date

from django.db import transaction
from tqdm import tqdm

from openrecord.kit import clock
from openrecord.kit.london import day_of
from openrecord.ops.failure import CommandFailed
from openrecord.ops.operator import operator
from openrecord.ops.patient import NOTHING_DONE
from openrecord.registry import actions
from openrecord.registry import queries as registry
from openrecord.registry.types import OdsCode, PatientId, Registration


def run(arguments: argparse.Namespace) -> int:
    """End the registrations at one practice and begin them at the other. Raises CommandFailed."""
    before, into = arguments.before, arguments.into
    if before == into or None in (registry.practice(before), registry.practice(into)):
        raise CommandFailed("two different practices that are known here are needed")
    on = arguments.on or day_of(clock.now())
    stays = registry.registrations_of(registry.patients_ever_at(before))
    moving = [patient_id for patient_id, known in stays.items() if is_there(known, before, on)]
    print(f"{len(moving)} patients are registered at {before}: from {on} on they are registered at {into}.")
    print(f"What {before} recorded is not shown any more; decisions about it are kept. {into}'s policy counts.")
    print("Proxies whose access the old practice granted are granted anew.")
    if not arguments.do:
        print(NOTHING_DONE)
        return 0
    for patient_id in tqdm(moving, unit="patient", disable=not sys.stderr.isatty(), file=sys.stderr):
        move_one(patient_id, before, into, on, already=is_there(stays[patient_id], into, on))
    print("Done.")
    return 0


def is_there(stays: tuple[Registration, ...], ods: OdsCode, on: date) -> bool:
    """Whether a registration goes on over this day."""
    return any(stay.ods == ods and (stay.end is None or stay.end > on) for stay in stays)


@transaction.atomic
def move_one(patient_id: PatientId, before: OdsCode, into: OdsCode, on: date, *, already: bool) -> None:
    """One patient, all or nothing. `already`: they are at the other practice."""
    by, at = operator(), clock.now()
    if not already:
        actions.register(patient_id=patient_id, ods=into, start=on, by=by, at=at)
    actions.deduct(patient_id=patient_id, ods=before, end=on, by=by, at=at)
