"""The worked cases beside the repository, and how their words become our values."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from openrecord.clinical.dates import earliest, earliest_or_none
from openrecord.clinical.kinds import EntryKind, Level, Section
from openrecord.registry.types import OdsCode, Policy, Registration, ReleaseMode, ReleaseRule

CASES = Path(__file__).resolve().parents[3] / "shared" / "design" / "decision-cases"
NAMESPACE = UUID("6f1d5f0e-0000-4000-8000-000000000001")


@dataclass(frozen=True)
class Case:
    """One worked case and its id."""

    name: str
    body: dict[str, Any]


def load() -> list[Case]:
    """Every case of every file; empty where the files are not beside the repository."""
    return [
        Case(case["id"], case)
        for file in sorted(CASES.glob("[0-9]-*.json"))
        for case in json.loads(file.read_text())["cases"]
    ]


def ident(name: str) -> UUID:
    """A stable UUID for a name used in a case."""
    return uuid5(NAMESPACE, name)


def instant(text: str) -> datetime:
    """A case's `at` or `recorded`: a UTC instant, or the London midnight of a day."""
    return earliest(text)


def day(text: str | None) -> date | None:
    """A bare date."""
    return None if text is None else date.fromisoformat(text)


def kind(text: str) -> EntryKind:
    """A case's kind; anything not listed is unknown."""
    try:
        return EntryKind(text)
    except ValueError:
        return EntryKind.UNKNOWN


def release_rule(value: Any) -> ReleaseRule:
    """A case's release rule."""
    if isinstance(value, dict) and set(value) == {"after_days"}:
        return ReleaseRule(ReleaseMode.AFTER_DAYS, value["after_days"])
    try:
        return ReleaseRule(ReleaseMode(value))
    except ValueError:
        return ReleaseRule(ReleaseMode.UNKNOWN)


def level(name: str) -> Level:
    """A level by its name."""
    return Level[name.upper()]


def sections(names: list[str] | None) -> tuple[str, ...] | None:
    """A list of section names; None = all."""
    return None if names is None or names == "all" else tuple(names)


def policy(changes: dict[str, Any] | None, before: Policy | None = None) -> Policy | None:
    """`before` (or the default policy) with a case's changes; None for a practice without policy."""
    if changes is None:
        return None
    base = before or Policy()
    off = set(base.sections_off)
    for name, is_on in changes.get("sections", {}).items():
        (off.discard if is_on else off.add)(Section(name))
    return Policy(
        go_live=day(changes["go_live"]) if "go_live" in changes else base.go_live,
        system_on=changes.get("system_on", base.system_on),
        level=level(changes["level"]) if "level" in changes else base.level,
        new_level=level(changes["new_level"]) if "new_level" in changes else base.new_level,
        at_risk_level=level(changes["at_risk_level"]) if "at_risk_level" in changes else base.at_risk_level,
        back_record_days=changes.get("back_record_days", base.back_record_days),
        review_age=changes.get("review_age", base.review_age),
        sections_off=frozenset(off),
        release={**base.release, **{name: release_rule(rule) for name, rule in changes.get("release", {}).items()}},
    )


def registrations(patient: dict[str, Any]) -> tuple[Registration, ...]:
    """A case's registrations."""
    return tuple(
        Registration(OdsCode(r["org"]), date.fromisoformat(r["from"]), day(r.get("to")))
        for r in patient.get("registrations", [{"org": "A", "from": "2010-01-01"}])
    )


def born(patient: dict[str, Any]) -> date | None:
    """A case's birth date."""
    return day(patient.get("born", "1980-05-10"))


def recorded(step: dict[str, Any], at: datetime) -> datetime | None:
    """When the source says the entry was recorded; absent = at arrival, null = missing."""
    return earliest_or_none(step["recorded"]) if "recorded" in step else at.astimezone(UTC)


def clinical(step: dict[str, Any], at: datetime) -> datetime | None:
    """The entry's clinical date (of a code its effective date); absent = the London day of arrival."""
    for named in ("clinical", "effective"):
        if named in step:
            return earliest_or_none(step[named])
    return at.astimezone(UTC)
