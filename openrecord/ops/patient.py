"""`openrecord patient`: changes of a patient's identity. For leads of information governance; each is on the trail."""

import argparse

from openrecord.access import queries as access
from openrecord.clinical.nhs_number import InvalidNhsNumber, parse
from openrecord.identity import queries as identity
from openrecord.kit import clock
from openrecord.kit.london import day_of
from openrecord.ops.failure import CommandFailed
from openrecord.ops.operator import operator, patient_named
from openrecord.registry import actions
from openrecord.registry import queries as registry
from openrecord.registry.types import Patient
from openrecord.screening import queries as screening

NOTHING_DONE = "Nothing was done: add --do to do it."


def renumber(arguments: argparse.Namespace) -> int:
    """The same person under another NHS number. Raises CommandFailed."""
    patient = patient_named(arguments.before)
    try:
        now = parse(arguments.now)
    except InvalidNhsNumber:
        raise CommandFailed("the new NHS number has a wrong length or check digit") from None
    if patient.withdrawn:
        raise CommandFailed("this identity was withdrawn: nothing may lead from it to another")
    if registry.patient_by_nhs_number(now) is not None:
        raise CommandFailed("another patient here has this number: these are two records, which this does not merge")
    print_what_there_is(patient)
    print("The record stays as it is, under the new number. Whoever signs in as the patient signs in again.")
    print("The journal keeps both numbers: for somebody who is to be protected use `openrecord patient withdraw`.")
    if not arguments.do:
        print(NOTHING_DONE)
        return 0
    actions.change_number(patient_id=patient.patient_id, now=now, by=operator(), at=clock.now())
    print("Done.")
    return 0


def withdraw(arguments: argparse.Namespace) -> int:
    """Give an identity up: adoption, a new identity. Raises CommandFailed."""
    patient = patient_named(arguments.patient)
    if patient.withdrawn:
        raise CommandFailed("this identity was withdrawn before")
    print_what_there_is(patient)
    print("For good, at once: nobody sees this record any more, neither the person nor proxies nor apps; they are told")
    print("nothing. The registration ends. What is delivered for this number goes to quarantine. The sign-in account")
    print("is forgotten here.")
    print("The new identity is a new patient: register it with its own number and deliver its record. Never tell")
    print("OpenRecord which two belong together: it keeps no place for it.")
    if not arguments.do:
        print(NOTHING_DONE)
        return 0
    try:
        actions.withdraw(patient_id=patient.patient_id, by=operator(), at=clock.now())
    except actions.NotMergeable:
        raise CommandFailed("this is one of two merged records: part them first (openrecord patient part)") from None
    print("Done.")
    return 0


def died(arguments: argparse.Namespace) -> int:
    """A death, or that it was recorded in error. Raises CommandFailed."""
    patient = patient_named(arguments.patient)
    if patient.died is not arguments.undo:
        raise CommandFailed("that is what is recorded already")
    print_what_there_is(patient)
    if arguments.undo:
        print(
            "The death was recorded in error: access stands again as it stood before it. Nobody has to be let in anew."
        )
    else:
        print("The patient has died: nobody sees the record any more, neither proxies nor apps. Decisions are kept.")
    if not arguments.do:
        print(NOTHING_DONE)
        return 0
    actions.record_death(patient_id=patient.patient_id, died=not arguments.undo, by=operator(), at=clock.now())
    print("Done.")
    return 0


def flag_address(arguments: argparse.Namespace) -> int:
    """An address that must not be shown, or need not be protected any more. Raises CommandFailed."""
    patient = patient_named(arguments.patient)
    if patient.address_flagged is not arguments.undo:
        raise CommandFailed("that is what is recorded already")
    print_what_there_is(patient)
    if arguments.undo:
        print("The address need not be protected any more: who was let in before acts for the patient again.")
    else:
        print("For the patient's protection: no address is shown, and nobody else acts for the patient, from now on.")
    if not arguments.do:
        print(NOTHING_DONE)
        return 0
    flagged = not arguments.undo
    actions.flag_address(patient_id=patient.patient_id, flagged=flagged, by=operator(), at=clock.now())
    print("Done.")
    return 0


def print_what_there_is(patient: Patient) -> None:
    """How much is here of a patient, without a word of it."""
    at = clock.now()
    entries = len(screening.facts(patient.patient_id))
    others = len(access.linked(patient.patient_id, at=at))
    people = len(identity.people_of_patient(patient.patient_id))
    stays = [
        stay.ods for stay in registry.registrations(patient.patient_id) if stay.end is None or stay.end > day_of(at)
    ]
    print(f"patient {patient.public_id}: {entries} entries, registered at {', '.join(stays) or 'no practice'};")
    print(f"  {people} sign-in of their own, {others} proxies and apps")
