"""A dry run in plain words: how many patients gain or lose what, why some are held back, and the lists."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from openrecord.access.rules.dry_run import Forecast, Outcome
from openrecord.clinical.nhs_number import spaced
from openrecord.registry import queries as registry
from openrecord.registry.types import PatientId
from openrecord.staff.dry_run import DryRun
from openrecord.staff.presenters.policy import RELEASES
from openrecord.staff.presenters.reasons import SENTENCES, in_words
from openrecord.web.text import gettext as _
from openrecord.web.text import gettext_noop

HEADINGS: Mapping[Outcome, str] = {
    Outcome.GAINS: gettext_noop("Gain access"),
    Outcome.LOSES: gettext_noop("Lose access"),
    Outcome.SEES_MORE: gettext_noop("See more"),
    Outcome.SEES_LESS: gettext_noop("See less"),
    Outcome.HELD_BACK: gettext_noop("Held back"),
    Outcome.UNCHANGED: gettext_noop("Unchanged"),
}


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One outcome: how many patients, how many of them have an account, and the reasons with their numbers."""

    title: str
    count: int
    with_account: int
    reasons: tuple[tuple[str, int], ...]
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class PatientRow:
    """One patient in a list."""

    href: str
    name: str
    nhs_number: str
    has_account: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A kind whose rule changes, in words, with its entries (dry_run.RuleChange)."""

    kind: str
    seen: int
    patients: int
    unseen: int


def rule_rows(foreseen: DryRun) -> tuple[RuleRow, ...]:
    """A row for each kind whose rule for entries changes."""
    return tuple(RuleRow(_(RELEASES[c.kind]), c.seen, c.patients, c.unseen) for c in foreseen.rule_changes)


def heading(outcome: Outcome) -> str:
    """An outcome in words."""
    return _(HEADINGS[outcome])


def summary(foreseen: DryRun, here: str, shown: Outcome | None) -> tuple[SummaryRow, ...]:
    """A row for each outcome."""
    return tuple(_summary_row(foreseen, outcome, here, shown) for outcome in HEADINGS)


def _summary_row(foreseen: DryRun, outcome: Outcome, here: str, shown: Outcome | None) -> SummaryRow:
    lines = foreseen.with_outcome(outcome)
    counts = foreseen.reasons(outcome)
    told = tuple((_(SENTENCES[reason]), counts[reason]) for reason in SENTENCES if reason in counts)
    return SummaryRow(
        heading(outcome),
        len(lines),
        sum(line.has_account for _number, line in lines),
        told if outcome is not Outcome.UNCHANGED else (),
        f"{here}?show={outcome.value}#list" if lines else "",
        outcome is shown,
    )


def rows(lines: Iterable[tuple[PatientId, Forecast]]) -> tuple[PatientRow, ...]:
    """The patients of one page of a list."""
    found = tuple(lines)
    patients = registry.patients(number for number, _line in found)
    return tuple(
        PatientRow(
            f"/staff/patients/{patients[number].public_id}",
            f"{patients[number].family}, {patients[number].given}",
            spaced(patients[number].nhs_number),
            line.has_account,
            in_words(reason.value for reason in line.reasons),
        )
        for number, line in found
    )
