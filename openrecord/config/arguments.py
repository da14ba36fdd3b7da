"""The words of the command line: every command, its arguments, and the function that carries it out.

Functions are named by text, because stations can be imported only once Django is set up.
"""

import argparse
from datetime import UTC, date, datetime
from typing import TypeAlias

from openrecord.clinical.kinds import Level
from openrecord.clinical.reading import Format
from openrecord.identity.types import Role, StopReason
from openrecord.kit.london import midnight
from openrecord.registry.types import OdsCode

LEVELS = [level.name.lower() for level in Level]
MERGE_REASONS = ("registered_twice", "temporary_number")
PART_REASONS = ("not_one_person", "mistake")
ERASE_REASONS = ("retention_ended", "contract_ended", "never_belonged", "request_granted")
LONGEST_WORDS, LONGEST_SYSTEM = 200, 60
"""As the database takes them."""
MOST_PORTS = 65_535
SCOPES = ("all", "practice", "patient", "client", "channel")
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001  argparse has no other name


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    whole = argparse.ArgumentParser(
        prog="openrecord", description="Safe, explainable patient access to GP records.",
        epilog="Settings come from the environment: docs/settings.md.",
    )  # fmt: skip
    commands = whole.add_subparsers(metavar="COMMAND", required=True)
    for add in (
        _running,
        _ingest,
        _export,
        _quarantine,
        _practices,
        _explaining,
        _messages,
        _audit,
        _stops,
        _patient,
        _safekeeping,
        _staff,
        _cards,
        _demo,
    ):
        add(commands)
    return whole


def ods_code(text: str) -> OdsCode:
    """An organisation code as typed: letters and digits, in any case."""
    code = text.strip().upper()
    if not (code.isascii() and code.isalnum() and len(code) <= 12):
        raise argparse.ArgumentTypeError("an ODS code has up to 12 letters and digits")
    return OdsCode(code)


def day(text: str) -> date:
    """A day as typed."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("a date looks like 2026-03-31") from None


def month(text: str) -> date:
    """A month as typed: its first day."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise argparse.ArgumentTypeError("a month looks like 2026-03") from None


def instant(text: str) -> datetime:
    """An instant as typed: a London day means its beginning, a time without a zone is in UTC."""
    try:
        if len(text) == len("2026-03-31"):
            return midnight(date.fromisoformat(text))
        found = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("a time looks like 2026-03-31 or 2026-03-31T09:30:00+01:00") from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def roles(text: str) -> list[str]:
    """Staff roles as typed, separated by commas."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    known = [role.value for role in Role]
    if not names or set(names) - set(known):
        raise argparse.ArgumentTypeError(f"roles are, separated by commas: {', '.join(known)}")
    return names


def at_least_one(text: str) -> int:
    """A count as typed."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError("a number from 1 on is needed")
    return int(text)


def port(text: str) -> int:
    """A port as typed."""
    if not (text.isascii() and text.isdecimal() and int(text) <= MOST_PORTS):
        raise argparse.ArgumentTypeError(f"a port is a number up to {MOST_PORTS}")
    return int(text)


def words(text: str, longest: int = LONGEST_WORDS) -> str:
    """What people will read on a page or on the trail: something, on one line."""
    said = " ".join(text.split())
    if not said or len(said) > longest or not said.isprintable():
        raise argparse.ArgumentTypeError(f"some words on one line are needed, {longest} characters at most")
    return said


def system(text: str) -> str:
    """The name of a clinical system as typed."""
    return words(text, LONGEST_SYSTEM)


def issuer(text: str) -> str:
    """A sign-in service as typed: compared letter by letter with what it says of itself."""
    if not text.startswith(("https://", "http://")) or words(text) != text:
        raise argparse.ArgumentTypeError("a sign-in service is named by its address, https://…")
    return text


def _command(commands: Commands, name: str, does: str, about: str) -> argparse.ArgumentParser:
    """A command; `does`: the module and function that carry it out."""
    made = commands.add_parser(name, help=about, description=about)
    made.set_defaults(does=does)
    return made


def _group(commands: Commands, name: str, about: str) -> Commands:
    made = commands.add_parser(name, help=about, description=about)
    return made.add_subparsers(metavar="COMMAND", required=True)


def _json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="one JSON document on standard output")


def _running(commands: Commands) -> None:
    migrate = _command(commands, "migrate", "openrecord.ops.migrate.run", "make or update the database")
    migrate.add_argument("--quiet", action="store_true")
    serve = _command(commands, "serve", "openrecord.ops.serve.run", "the web server")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=port, default=8000)
    serve.add_argument("--processes", type=at_least_one, default=1, help="more than one on PostgreSQL only")
    serve.add_argument("--threads", type=at_least_one, help="in each process (2 on PostgreSQL, 4 on SQLite)")
    worker = _command(commands, "worker", "openrecord.flow.worker.run", "what is done by itself: seal, count, settle")
    worker.add_argument("--until-idle", action="store_true", help="end when there is nothing left to do")
    for command in (serve, worker):
        command.add_argument("--stop-with-parent", action="store_true", help="end when the starting process has gone")
    _json(_command(commands, "doctor", "openrecord.ops.doctor.run", "is this installation well?"))


def _ingest(commands: Commands) -> None:
    ingest = _command(commands, "ingest", "openrecord.ops.ingest.run", "take in GP records")
    ingest.add_argument("files", nargs="+", metavar="FILE|FOLDER", help="also .gz and .ndjson; - is standard input")
    ingest.add_argument("--format", choices=[form.value for form in Format], help="instead of detecting it")
    ingest.add_argument("--jobs", type=at_least_one, default=2, metavar="N", help="processes for many files (2)")
    _terms(ingest)
    _json(ingest)


def _export(commands: Commands) -> None:
    export = _command(commands, "export", "openrecord.ops.export.run", "a whole record for another system")
    export.add_argument("patient", metavar="PATIENT", help="NHS number or id")
    export.add_argument("--practice", required=True, type=ods_code, metavar="ODS", help="whose entries")
    export.add_argument("--format", required=True, choices=("r4", "stu3"), help="FHIR R4, or as GP Connect (STU3)")
    export.add_argument("-o", "--output", metavar="FILE", help="a new file; else standard output")


def _terms(command: argparse.ArgumentParser) -> None:
    command.add_argument("--org", type=ods_code, metavar="ODS", help="the organisation whose record this is")
    command.add_argument("--register", type=ods_code, metavar="ODS", help="register unknown patients at this practice")
    command.add_argument("--sender", type=words, help="the system that sent it, where it is not the organisation's own")
    command.add_argument("--transferred", action="store_true", help="all of it came from a former practice")
    command.add_argument("--first-load", action="store_true", help="all of it is the first load of a record")


def _quarantine(commands: Commands) -> None:
    group = _group(commands, "quarantine", "what could not be accepted")
    listed = _command(group, "list", "openrecord.ops.quarantine.show_all", "everything that waits for a decision")
    listed.add_argument("--state", choices=("open", "retried", "discarded"), default="open")
    show = _command(group, "show", "openrecord.ops.quarantine.show", "one part in full")
    retry = _command(group, "retry", "openrecord.ops.quarantine.retry", "deliver its whole source again")
    discard = _command(group, "discard", "openrecord.ops.quarantine.discard", "it is not to be accepted")
    _terms(retry)
    for command in (show, retry, discard):
        command.add_argument("id", metavar="ID")
    for command in (listed, show, retry, discard):
        _json(command)


def _messages(commands: Commands) -> None:
    group = _group(commands, "messages", "what tells people that there is something new")
    failed = _command(group, "failed", "openrecord.ops.messages.failed", "what could not be delivered, newest first")
    retry = _command(group, "retry", "openrecord.ops.messages.retry", "send one of those again")
    retry.add_argument("message", metavar="MESSAGE")
    _json(failed)


def _practices(commands: Commands) -> None:
    one = _group(commands, "practice", "one practice")
    alike = _command(one, "alike", "openrecord.ops.alike.run", "what came anew and is like what is kept back")
    alike.add_argument("ods", type=ods_code, metavar="ODS")
    alike.add_argument("--since", type=instant, required=True, metavar="TIME", help="when the new names began")
    alike.add_argument("--hold", action="store_true", help="keep each back until somebody has decided")
    move = _command(one, "move", "openrecord.ops.moving.run", "it went into another practice")
    move.add_argument("before", type=ods_code, metavar="FROM")
    move.add_argument("into", type=ods_code, metavar="INTO")
    move.add_argument("--on", type=day, metavar="DATE", help="first day at the other practice (today)")
    move.add_argument("--do", action="store_true", help="do it; without it, it says what would be done")
    add = _command(one, "add", "openrecord.ops.practice.add", "add or change a practice")
    add.add_argument("ods", type=ods_code, metavar="ODS")
    add.add_argument("--name", type=words, help="needed for a new practice")
    add.add_argument("--go-live", type=day, metavar="DATE", help="first day whose entries may be seen")
    add.add_argument("--level", choices=LEVELS, help="limit for everybody (full)")
    add.add_argument("--at-risk-level", choices=LEVELS, help="where a code 104 applies (none)")
    add.add_argument("--system", type=system)
    for name in ("pcn", "sub-icb", "icb", "region"):
        add.add_argument(f"--{name}", type=ods_code)
    load = _command(
        _group(commands, "practices", "the directory of practices"),
        "load", "openrecord.ops.practices.load", "load the public directory of practices",
    )  # fmt: skip
    load.add_argument("file", metavar="FILE", help="CSV, also .gz")
    for command in (add, load, alike):
        _json(command)


def _explaining(commands: Commands) -> None:
    explain = _command(commands, "explain", "openrecord.ops.explain.run", "why entries are or are not visible")
    explain.add_argument("--patient", required=True, metavar="NHS-NUMBER|ID")
    explain.add_argument("--viewer", default="self", metavar="self|ID", help="the patient, or the id of a viewer")
    explain.add_argument("--entry", metavar="ID", help="this entry only")
    explain.add_argument("--at", type=instant, metavar="TIME", help="instead of now")
    explain.add_argument("--channel", default="web", choices=("web", "fhir"))
    exposure = _command(commands, "exposure", "openrecord.ops.exposure.run", "who was served an entry")
    exposure.add_argument("entry", metavar="ENTRY", help="the entry's id as served")
    exposure.add_argument("--patient", metavar="NHS-NUMBER|ID", help="whose it is, where known: a faster search")
    viewers = _command(commands, "viewers", "openrecord.ops.viewers.run", "how many people viewed in a month")
    viewers.add_argument("--month", type=month, metavar="YYYY-MM", help="instead of this month")
    for command in (explain, exposure, viewers):
        _json(command)


def _audit(commands: Commands) -> None:
    group = _group(commands, "audit", "the audit trail")
    _json(_command(group, "verify", "openrecord.ops.trail.verify", "recompute the whole chain"))


def _stops(commands: Commands) -> None:
    close = _command(commands, "close", "openrecord.ops.stops.close", "stop access at once")
    reopen = _command(commands, "open", "openrecord.ops.stops.reopen", "end a stop")
    for command in (close, reopen):
        command.add_argument("scope", choices=SCOPES)
        command.add_argument("which", nargs="?", help="ODS code, NHS number or id, client id, web or fhir")
    close.add_argument("--reason", required=True, type=words)
    reopen.add_argument(
        "--despite-waiting", action="store_true", help="after a restore: although acts of people are not repeated yet"
    )


def _patient(commands: Commands) -> None:
    group = _group(commands, "patient", "one patient's identity; without --do it says what would be done")
    renumber = _command(group, "renumber", "openrecord.ops.patient.renumber", "the same person has another NHS number")
    withdraw = _command(
        group, "withdraw", "openrecord.ops.patient.withdraw", "give an identity up for the patient's protection"
    )
    renumber.add_argument("before", metavar="NHS-NUMBER|ID")
    renumber.add_argument("now", metavar="NHS-NUMBER")
    withdraw.add_argument("patient", metavar="NHS-NUMBER|ID")
    died = _command(group, "died", "openrecord.ops.patient.died", "the patient has died: access ends")
    died.add_argument("patient", metavar="NHS-NUMBER|ID")
    died.add_argument("--undo", action="store_true", help="it was recorded in error: access stands as before it")
    register = _command(group, "register", "openrecord.ops.staying.register", "registered at a practice from a day on")
    deduct = _command(group, "deduct", "openrecord.ops.staying.deduct", "the registration ends with the day before")
    move = _command(group, "move", "openrecord.ops.staying.move", "registered at another practice from a day on")
    flag = _command(group, "flag-address", "openrecord.ops.patient.flag_address", "no address is shown, no proxies")
    flag.add_argument("--undo", action="store_true", help="it need not be protected any more")
    for command in (register, deduct, move, flag):
        command.add_argument("patient", metavar="NHS-NUMBER|ID")
    for command in (deduct, move):
        command.add_argument("before", type=ods_code, metavar="FROM")
    for command in (register, move):
        command.add_argument("into", type=ods_code, metavar="INTO")
    for command in (register, deduct, move):
        command.add_argument("--on", type=day, metavar="DATE", help="the first day on which it is so (today)")
    merge = _command(group, "merge", "openrecord.ops.together.merge", "two records are one person's")
    part = _command(group, "part", "openrecord.ops.together.part", "take a merge back")
    for command, reasons in ((merge, MERGE_REASONS), (part, PART_REASONS)):
        command.add_argument("other", metavar="NHS-NUMBER|ID", help="the record that is part of the other one")
        command.add_argument("--reason", required=True, choices=reasons)
    merge.add_argument("into", metavar="NHS-NUMBER|ID", help="the record that goes on")
    erase = _command(group, "erase", "openrecord.ops.erasing.run", "take out all that is here of a patient, for good")
    erase.add_argument("patient", metavar="NHS-NUMBER|ID")
    erase.add_argument("--entry", metavar="ID", help="only this entry, which staff have said to be somebody else's")
    erase.add_argument("--reason", required=True, choices=ERASE_REASONS)
    erase.add_argument("--confirm", metavar="ID", help="do it; the id as the dry run says it")
    for command in (renumber, withdraw, died, register, deduct, move, flag, merge, part):
        command.add_argument("--do", action="store_true", help="do it")


def _safekeeping(commands: Commands) -> None:
    backup = _command(commands, "backup", "openrecord.ops.backup.run", "everything into one encrypted file")
    restore = _command(commands, "restore", "openrecord.ops.restore.run", "bring a backup back, closed to everybody")
    restore.add_argument("--replace", action="store_true", help="give up what is there now")
    restore.add_argument("--without-journal", action="store_true", help="it is lost, and what people decided with it")
    restore.add_argument("--accept-cut-journal", action="store_true", help="its end is lost")
    for command in (backup, restore):
        command.add_argument("file", metavar="FILE")
        _json(command)


def _staff(commands: Commands) -> None:
    group = _group(commands, "staff", "people who work for a practice")
    for name, about in (("first", "make the first member of staff, once"), ("add", "a manager of another practice")):
        one = _command(group, name, f"openrecord.ops.staff.{name}", about)
        one.add_argument("--issuer", required=True, type=issuer, help="their sign-in service")
        one.add_argument("--subject", required=True, type=words, help="who they are there (sub)")
        one.add_argument("--name", required=True, type=words)
        one.add_argument("--organisation", required=True, type=ods_code, metavar="ODS")
        one.add_argument("--roles", required=True, type=roles, help="separated by commas")
    listed = _command(group, "list", "openrecord.ops.staff.listed", "who may sign in for a practice")
    listed.add_argument("organisation", type=ods_code, metavar="ODS")
    _json(listed)
    stop = _command(group, "stop", "openrecord.ops.staff.stop", "end somebody's access at once")
    stop.add_argument("staff", metavar="ID", help="as `openrecord staff list` says it")
    stop.add_argument("--reason", required=True, choices=[reason.value for reason in StopReason])


def _cards(commands: Commands) -> None:
    key = _command(commands, "card-key", "openrecord.ops.cards.new_key", "a new key that signs vaccination cards")
    key.add_argument("file", metavar="FILE", help="the keys (JWK Set); made where it is not there yet")
    push = _command(commands, "push-key", "openrecord.ops.messages.push_key", "a key by which push services know us")
    push.add_argument("file", metavar="FILE", help="the key (PEM); never one that is there already")


def _demo(commands: Commands) -> None:
    group = _group(commands, "demo", "the demonstration (OPENRECORD_MODE=demo)")
    build = _command(group, "build", "openrecord_demo.building.run", "fill an empty database with a synthetic England")
    build.add_argument("--patients", type=at_least_one, default=300, metavar="N")
    build.add_argument("--england", metavar="FOLDER", help="keep the files of the synthetic England here")
    build.add_argument("--bare", action="store_true", help="nothing but the synthetic England: no work on any desk")
    compare = _command(group, "compare", "openrecord_demo.comparing.run", "is the record what its generator says?")
    compare.add_argument("--england", metavar="FOLDER", required=True)
    token = _command(group, "token", "openrecord_demo.token.run", "a token for the FHIR API")
    token.add_argument("--persona", required=True, metavar="NAME")
    for command in (build, compare):
        _json(command)
