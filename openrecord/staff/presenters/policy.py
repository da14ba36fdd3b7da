"""A practice's policy in plain words, and what a change changes."""

from collections.abc import Mapping
from dataclasses import dataclass

from openrecord.clinical.kinds import KIND_RULES, Level, Section
from openrecord.registry.types import Policy, ReleaseMode, ReleaseRule
from openrecord.web.text import gettext as _
from openrecord.web.text import gettext_noop
from openrecord.web.words import day_in_words

LEVELS: Mapping[Level, str] = {
    Level.NONE: gettext_noop("Nothing"),
    Level.SUMMARY: gettext_noop("Summary: medicines and allergies"),
    Level.DETAILED: gettext_noop("Detailed: all coded entries, without free text"),
    Level.DOCUMENTS: gettext_noop("Documents: detailed, with letters and documents"),
    Level.FULL: gettext_noop("Full: everything, with free text"),
}
SECTIONS: Mapping[Section, str] = {
    Section.MEDICATIONS: gettext_noop("Medicines"),
    Section.ALLERGIES: gettext_noop("Allergies and reactions"),
    Section.CONSULTATIONS: gettext_noop("Consultations"),
    Section.OBSERVATIONS: gettext_noop("Measurements"),
    Section.RESULTS: gettext_noop("Test results"),
    Section.PROBLEMS: gettext_noop("Health conditions"),
    Section.IMMUNISATIONS: gettext_noop("Vaccinations"),
    Section.REFERRALS: gettext_noop("Referrals"),
    Section.DOCUMENTS: gettext_noop("Documents"),
}
RELEASES: Mapping[str, str] = {
    "result": gettext_noop("Test results"),
    "report": gettext_noop("Test reports"),
    "document": gettext_noop("Documents"),
    "consultation": gettext_noop("Consultations"),
    "comment": gettext_noop("Notes"),
    "condition": gettext_noop("Health conditions"),
    "medication": gettext_noop("Medicines"),
    "plan": gettext_noop("Prescriptions"),
    "issue": gettext_noop("Issued medicines"),
    "allergy": gettext_noop("Allergies and reactions"),
    "immunisation": gettext_noop("Vaccinations"),
    "referral": gettext_noop("Referrals"),
    "observation": gettext_noop("Measurements"),
    "procedure": gettext_noop("Procedures"),
    "questionnaire": gettext_noop("Questionnaires"),
}
"""Every kind that has a release rule, the ones that matter most first."""

MODES: Mapping[ReleaseMode, str] = {
    ReleaseMode.ON_SAVE: gettext_noop("When it is saved"),
    ReleaseMode.ON_FILING: gettext_noop("When it is filed"),
    ReleaseMode.AFTER_DAYS: gettext_noop("After a number of days"),
    ReleaseMode.BY_HAND: gettext_noop("When somebody here releases it"),
    ReleaseMode.NEVER: gettext_noop("Never"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One setting in words."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting that differs."""

    label: str
    before: str
    after: str


def settings(policy: Policy) -> tuple[Fact, ...]:
    """What holds for the whole record."""
    off = [_(words) for section, words in SECTIONS.items() if section in policy.sections_off]
    return (
        Fact(_("Online access"), _("On") if policy.system_on else _("Off")),
        Fact(_("First day whose entries can be seen"), day_in_words(policy.go_live) or _("Not decided")),
        Fact(_("How much patients see"), _(LEVELS[policy.level])),
        Fact(_("How much new patients see at first"), _(LEVELS[policy.new_level])),
        Fact(_("Where an enhanced review stands (code 104)"), _(LEVELS[policy.at_risk_level])),
        Fact(
            _("Older entries"),
            _("Dated more than %(days)s days before access begins: not shown") % {"days": policy.back_record_days},
        ),
        Fact(_("A parent's access is reviewed at age"), str(policy.review_age)),
        Fact(_("Decisions about waiting entries"), _("Within %(days)s days") % {"days": policy.screening_days}),
        *(
            Fact(label, _("%(days)s days before") % {"days": days})
            for label, days in (
                (_("People are told that access is reviewed"), policy.notice_days),
                (_("People are told that access ends at 16"), policy.sixteen_notice_days),
                (_("People are told that access ends on its last day"), policy.expiry_notice_days),
            )
        ),
        Fact(_("Patients see who looked at their record"), _("Yes") if policy.lookers_offered else _("No")),
        Fact(_("Sections switched off"), ", ".join(off) or _("None")),
    )


def releases(policy: Policy) -> tuple[Fact, ...]:
    """When an entry of each kind can be seen, everything else allowing it."""
    return tuple(Fact(_(words), _rule(policy.release_rule(kind))) for kind, words in RELEASES.items())


def _rule(rule: ReleaseRule) -> str:
    if rule.mode is ReleaseMode.AFTER_DAYS:
        return _("%(days)s days after it was recorded") % {"days": rule.days}
    return _(MODES[rule.mode]) if rule.mode in MODES else _("Not known: not shown")


def differences(before: Policy | None, after: Policy) -> tuple[Difference, ...]:
    """Every setting that a change would change; all of them where there was no policy."""
    nothing = _("Not set")
    new = (*settings(after), *releases(after))
    if before is None:
        return tuple(Difference(fact.label, nothing, fact.value) for fact in new)
    old = (*settings(before), *releases(before))
    return tuple(Difference(o.label, o.value, n.value) for o, n in zip(old, new, strict=True) if o != n)


if RELEASES.keys() != {rule.release_as for rule in KIND_RULES.values()} - {None}:
    raise RuntimeError("a kind has no words for its release")
