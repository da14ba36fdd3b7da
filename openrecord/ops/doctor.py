"""`openrecord doctor`: is this installation well? Says what is wrong and what to do, changes nothing."""

import argparse
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.http.request import validate_host

from openrecord.access import due as access_due
from openrecord.access import queries as access
from openrecord.access.matters import DECISIONS, DRIFT
from openrecord.attachments import queries as attachments
from openrecord.audit import journal
from openrecord.audit import queries as audit
from openrecord.audit.journal import JournalDamaged
from openrecord.cards.keyring import keyring
from openrecord.clinical.incoming import FileState
from openrecord.db import keys
from openrecord.gateways import clamav
from openrecord.gateways.scanning import NotScanned, Scanner
from openrecord.identity import providers
from openrecord.identity.types import Kind
from openrecord.ingest import queries as ingest
from openrecord.kit import clock, environment
from openrecord.kit.environment import MissingSetting
from openrecord.kit.instants import from_micros
from openrecord.kit.london import day_of
from openrecord.notify import queries as notify
from openrecord.notify.tasks import carrier
from openrecord.notify.types import Channel
from openrecord.ops.migrate import has_database, missing_migrations, newer_migrations, restore_mark
from openrecord.ops.printing import print_json, print_table
from openrecord.ops.timekeeping import behind
from openrecord.registry import queries as registry
from openrecord.restricted import queries as restricted
from openrecord.screening import queries as screening

MANY_PATIENTS = 500
"""So many are looked at where every entry has to be decided about anew."""

LATE = timedelta(minutes=30)
"""Later than a running worker ever sends what is due."""

SIGN_IN = {
    "incomplete": "issuer, client or key file is missing",
    "key_file": "the key file cannot be read or holds no RSA key in PEM",
    "settings": "the addresses must be https://",
}
"""What is wrong with a door, by identity.providers.wrong."""

LONGEST_SAID = 200
MANY_UNSEALED = 10_000
"""More than a running worker ever leaves unsealed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `well` None = for information."""

    what: str
    well: bool | None
    told: str


def run(arguments: argparse.Namespace) -> int:
    """Look at everything; 1 where something is not well."""
    findings = [_key(), _card_keys(), *_database()]
    if arguments.json:
        print_json({"ok": _ok(findings), "findings": [asdict(finding) for finding in findings]})
    else:
        words = {True: "ok", False: "NOT WELL", None: ""}
        print_table(("", "", ""), [(f.what, words[f.well], f.told) for f in findings])
    return 0 if _ok(findings) else 1


def _ok(findings: list[Finding]) -> bool:
    return all(finding.well is not False for finding in findings)


def _key() -> Finding:
    try:
        keys.master_key()
    except keys.BadKey as error:
        return Finding("key", well=False, told=str(error))
    return Finding("key", well=True, told="present")


def _card_keys() -> Finding:
    try:
        count = len(keyring().keys)
    except MissingSetting as error:
        return Finding("card keys", well=False, told=str(error))
    return Finding("card keys", well=None, told=f"{count} published" if count else "none: no cards are offered")


def _database() -> list[Finding]:
    """What the database says; the later questions only where the earlier ones were answered."""
    if not has_database():
        told = "there is none: `openrecord migrate` begins a new one, `openrecord restore` brings a backup back"
        return [Finding("database", well=False, told=told)]
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except ImproperlyConfigured as error:
        return [Finding("database", well=False, told=str(error))]
    except DatabaseError as error:
        said = next(iter(str(error).splitlines()), type(error).__name__)  # of connecting: no word of a record is in it
        return [Finding("database", well=False, told=f"cannot be reached ({said[:LONGEST_SAID]}): {_advice()}")]
    missing = missing_migrations()
    told = f"{len(missing)} missing: run `openrecord migrate`" if missing else "all applied"
    if newer := newer_migrations():
        told = f"{len(newer)} of a newer version: install that one"
    findings = [
        Finding("database", well=True, told=connection.vendor),
        Finding("migrations", well=not (missing or newer), told=told),
    ]
    if restore_mark().exists():
        findings.append(Finding("restore", well=False, told="not finished: run it again, with --replace"))
    return findings if missing else [*findings, *map(_looked, LOOKS)]


def _advice() -> str:
    if connection.vendor != "sqlite":
        return "does the server run, and is OPENRECORD_DATABASE_URL right?"
    return "may this user read and write the data folder, and is its disk full?"


def _looked(look: Callable[[], Finding]) -> Finding:
    """What is found, also where a part of the database cannot be read: the other looks go on."""
    try:
        return look()
    except DatabaseError as error:
        connection.close()
        told = f"cannot be read ({type(error).__name__}); where it stays so, bring a backup back (openrecord restore)"
        return Finding(look.__name__.strip("_").replace("_", "-"), well=False, told=told)


def _audit() -> Finding:
    verdict = audit.verify()
    if not verdict.ok:
        return Finding("audit", well=False, told="altered: run `openrecord audit verify`")
    told = f"{verdict.seals} rows sealed, {verdict.unsealed} not yet"
    return Finding("audit", well=verdict.unsealed <= MANY_UNSEALED, told=told)


def _clock() -> Finding:
    missing = behind(clock.now())
    told = (
        "not behind the trail" if missing is None else f"{missing} behind the trail: set it, the server will not start"
    )
    return Finding("clock", well=missing is None, told=told)


def _journal() -> Finding:
    """Whether what people decided could be repeated after a restore."""
    count, last = 0, None
    try:
        for record, _ in journal.read():
            count, last = count + 1, record.at
    except (JournalDamaged, OSError) as error:
        advice = f"{error}: move it away and make a backup at once; a new one begins by itself"
        return Finding("journal", well=False, told=advice)
    told = f"{count} records" + (f", the last of {from_micros(last):%Y-%m-%d %H:%M:%S} UTC" if last else "")
    return Finding("journal", well=True, told=told)


def _quarantine() -> Finding:
    return Finding("quarantine", well=None, told=f"{ingest.quarantine_count()} parts open")


def _practices() -> Finding:
    return Finding("practices", well=None, told=f"{registry.practice_count()} known")


def _stops() -> Finding:
    closed = access.closures()
    return Finding("stops", well=None, told=", ".join(f"{c.scope} {c.which}".strip() for c in closed) or "none")


def _policies() -> Finding:
    waiting = len(access.patients_awaiting_policy(limit=1000))
    return Finding("policies", well=None, told=f"{waiting} patients wait for the worker")


def _messages() -> Finding:
    """Those that nobody can be told by, and those that a running worker would have sent long ago."""
    failed, late = notify.count_failed(), notify.count_late(clock.now() - LATE)
    told = f"{failed} not delivered, {late} late: see `openrecord messages failed`"
    wrong = [text for text in map(_wrong_with, Channel) if text]
    return Finding("messages", well=not (failed or late or wrong), told="; ".join([*wrong, told]))


def _wrong_with(channel: Channel) -> str:
    """What is wrong with the settings of whoever carries messages of a channel; empty where nothing is."""
    try:
        carrier(channel)
    except MissingSetting as error:
        return str(error)
    return ""


def _documents() -> Finding:
    """Whether the files of documents are there, and somebody checks them. What was refused is told, it is not wrong."""
    number, lost = attachments.counts(), attachments.lost()
    waiting = number[FileState.WAITING]
    infected, too_large = number[FileState.INFECTED], number[FileState.TOO_LARGE]
    unchecked, damaged = number[FileState.UNCHECKED], number[FileState.DAMAGED]
    told = (
        f"{sum(number.values())} files: {waiting} wait for the scanner, {infected} infected, {unchecked} that it "
        f"refused, {too_large} too large, {damaged} damaged when they came"
    )
    try:
        scanner = clamav.scanner()
        missing, silent = scanner is None, scanner is not None and not _answers(scanner)
    except MissingSetting as error:
        return Finding("documents", well=False, told=str(error))
    if lost:
        told += f"; {lost} are missing on the disk or cut off: bring the folder `documents` back from a backup"
    if missing and waiting:
        told += "; no scanner is set (OPENRECORD_CLAMAV), so nobody can open them"
    if silent:
        told += "; the scanner does not answer (OPENRECORD_CLAMAV), so no new one can be opened"
    return Finding("documents", well=not (lost or silent or (missing and waiting)), told=told)


def _answers(scanner: Scanner) -> bool:
    try:
        return scanner.scan([b"hello"]) == ""
    except NotScanned:
        return False


def _worklist() -> Finding:
    """Whether everything that waits for a decision stands in a worklist, by the rules themselves."""
    looked_at = screening.patients_in_vault(limit=MANY_PATIENTS)
    missing = sum(screening.missing_from_worklist(patient_id, at=clock.now()) for patient_id in looked_at)
    told = f"{missing} entries of {len(looked_at)} patients looked at wait and stand in none"
    return Finding("worklist", well=not missing, told=told)


def _decisions() -> Finding:
    """Decisions that nobody has taken are a difference between codes and settings too."""
    waiting = access_due.count_due(DECISIONS)
    return Finding("decisions", well=not waiting, told=f"{waiting} about access are open: see /staff/decisions")


def _drift() -> Finding:
    """What the worker and every change of access have found; who was not looked at lately may hide more."""
    found = access_due.count_due(DRIFT)
    stale = access.count_unchecked(since=day_of(clock.now()) - timedelta(days=1))
    told = f"{found} codes and settings disagree: see /staff/drift"
    if stale:
        told += f"; {stale} patients were not compared since yesterday: is `openrecord worker` running?"
    return Finding("drift", well=not found and not stale, told=told)


def _openings() -> Finding:
    """Closed records that staff opened: a practice where nobody may check leaves them here for ever (R50)."""
    waiting = restricted.count_unchecked()
    return Finding("openings", well=None, told=f"{waiting} closed records were opened and nobody has checked why")


def _sign_in() -> Finding:
    """A door that is not set up is told; one that is half set up, or with a key that is none, is not well."""
    wrong = {kind.value: providers.wrong(kind) for kind in Kind}
    missing = [kind for kind, reason in wrong.items() if reason == ""]
    broken = [f"{kind} ({SIGN_IN[reason]})" for kind, reason in wrong.items() if reason]
    told = [f"not set up for: {', '.join(missing)}"] if missing else []
    told += [f"cannot work for: {', '.join(broken)}"] if broken else []
    well = False if broken else None
    return Finding("sign-in", well=well, told="; ".join(told) or "set up for patients and staff")


def _settings() -> Finding:
    """Those that nothing else here looks at, and which somebody would meet on a page only."""
    try:
        for number in (environment.bulk_reviews, environment.ask_after_days, environment.largest_document):
            number()
    except MissingSetting as error:
        return Finding("settings", well=False, told=str(error))
    host = urlsplit(settings.PUBLIC_URL).hostname or ""
    if not validate_host(host, settings.ALLOWED_HOSTS):
        told = f"OPENRECORD_HOSTS does not name {host}, which OPENRECORD_PUBLIC_URL leads to: nobody is answered there"
        return Finding("settings", well=False, told=told)
    return Finding("settings", well=True, told="can be used")


LOOKS: tuple[Callable[[], Finding], ...] = (
    _audit,
    _clock,
    _journal,
    _quarantine,
    _practices,
    _stops,
    _policies,
    _messages,
    _documents,
    _worklist,
    _decisions,
    _drift,
    _openings,
    _sign_in,
    _settings,
)
