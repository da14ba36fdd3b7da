"""The form of a practice's policy: from a policy to what stands in the fields, and back again with what is wrong."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from django.http import QueryDict

from openrecord.clinical.kinds import Level, Section
from openrecord.registry.types import Policy, ReleaseMode, ReleaseRule
from openrecord.staff.presenters.policy import MODES, RELEASES
from openrecord.web.forms import EARLIEST_YEAR, LATEST_YEAR, FieldError
from openrecord.web.text import gettext as _

REVIEW_AGES = range(11, 14)
"""The ages at which a parent's access may be reviewed (R24)."""
MOST_DAYS = 3650
_NOTICES = ("notice-days", "sixteen-days", "expiry-days")
_FIELDS = ("system", "live-day", "live-month", "live-year", "level", "at-risk", "back-days", "review-age",
           "screening-days", *_NOTICES, "new", "lookers")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the fields, as text. `sections`: those that are switched on."""

    values: Mapping[str, str]
    sections: frozenset[str]

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")


def from_policy(policy: Policy) -> Typed:
    """The fields as they stand for a policy."""
    live = policy.go_live
    values = {
        "system": "on" if policy.system_on else "off",
        "live-day": str(live.day) if live else "",
        "live-month": str(live.month) if live else "",
        "live-year": str(live.year) if live else "",
        "level": policy.level.name.lower(),
        "at-risk": policy.at_risk_level.name.lower(),
        "back-days": str(policy.back_record_days),
        "review-age": str(policy.review_age),
        "screening-days": str(policy.screening_days),
        "notice-days": str(policy.notice_days),
        "sixteen-days": str(policy.sixteen_notice_days),
        "expiry-days": str(policy.expiry_notice_days),
        "new": min(policy.new_level, policy.level).name.lower(),
        "lookers": "on" if policy.lookers_offered else "off",
    }
    for kind in RELEASES:
        rule = policy.release_rule(kind)
        values[f"release-{kind}"] = rule.mode.value
        values[f"days-{kind}"] = str(rule.days) if rule.mode is ReleaseMode.AFTER_DAYS else ""
    return Typed(values, frozenset(section.value for section in Section if section not in policy.sections_off))


def from_request(sent: QueryDict) -> Typed:
    """The fields as they were sent."""
    names = (*_FIELDS, *(f"{part}-{kind}" for kind in RELEASES for part in ("release", "days")))
    return Typed({name: sent.get(name, "").strip() for name in names}, frozenset(sent.getlist("sections")))


class _Reader:
    """Reads fields and notes what is wrong."""

    def __init__(self, typed: Typed) -> None:
        self.typed = typed
        self.errors: list[FieldError] = []

    def choice(self, name: str, choices: Mapping[str, object], text: str) -> str:
        if self.typed[name] not in choices:
            self.errors.append(FieldError(f"{name}-1", text))
        return self.typed[name]

    def number(self, name: str, fits: Callable[[int], bool], text: str) -> int:
        found = whole_number(self.typed[name])
        if found is None or not fits(found):
            self.errors.append(FieldError(name, text))
        return found or 0

    def day(self, name: str, text: str) -> date | None:
        parts = [self.typed[f"{name}-{part}"] for part in ("year", "month", "day")]
        if not any(parts):
            return None
        year, month, day = (whole_number(part) or 0 for part in parts)
        try:
            if EARLIEST_YEAR <= year <= LATEST_YEAR:
                return date(year, month, day)
        except ValueError:
            pass
        self.errors.append(FieldError(f"{name}-day", text))
        return None


def whole_number(text: str) -> int | None:
    """The number that the text writes in digits, None where it is none or longer than any that is meant."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 6 else None


def read(typed: Typed, before: Policy) -> tuple[Policy, tuple[FieldError, ...]]:
    """The policy that is meant, and what is wrong; the policy counts only where nothing is."""
    fields = _Reader(typed)
    levels = {level.name.lower(): level for level in Level}
    choose = _("Choose how much is shown")
    system = fields.choice("system", {"on": 1, "off": 0}, _("Choose whether online access is on"))
    go_live = fields.day("live", _("Enter a real date, or leave it empty"))
    level, new, at_risk = (fields.choice(name, levels, choose) for name in ("level", "new", "at-risk"))
    if at_risk in levels and level in levels and levels[at_risk] > levels[level]:
        fields.errors.append(FieldError("at-risk-1", _("With an enhanced review patients cannot see more than others")))
    back_days = fields.number(
        "back-days", lambda days: days <= MOST_DAYS, _("Enter a number of days between 0 and 3650")
    )
    review_age = fields.number("review-age", lambda age: age in REVIEW_AGES, _("Enter an age from 11 to 13"))
    days_from_one = _("Enter a number of days between 1 and 3650")
    screening_days, notice_days, sixteen_days, expiry_days = (
        fields.number(name, lambda days: 1 <= days <= MOST_DAYS, days_from_one)
        for name in ("screening-days", *_NOTICES)
    )
    lookers = fields.choice("lookers", {"on": 1, "off": 0}, _("Choose whether patients see who looked"))
    policy = Policy(
        go_live,
        system_on=system == "on",
        level=levels.get(level, Level.NONE),
        at_risk_level=levels.get(at_risk, Level.NONE),
        back_record_days=back_days,
        review_age=review_age,
        sections_off=frozenset(section for section in Section if section.value not in typed.sections),
        screening_days=screening_days,
        release={**before.release, **_releases(fields)},
        lookers_offered=lookers == "on",
        notice_days=notice_days,
        new_level=min(levels.get(name, Level.NONE) for name in (new, level)),
        sixteen_notice_days=sixteen_days,
        expiry_notice_days=expiry_days,
    )
    return policy, tuple(fields.errors)


def _releases(fields: _Reader) -> dict[str, ReleaseRule]:
    modes = {mode.value: mode for mode in MODES}
    rules = {}
    for kind in RELEASES:
        name = f"release-{kind}"
        mode = modes.get(fields.typed[name], ReleaseMode.UNKNOWN)
        if mode is ReleaseMode.UNKNOWN:
            fields.errors.append(FieldError(name, _("Choose when it can be seen")))
        days = 0
        if mode is ReleaseMode.AFTER_DAYS:
            days = fields.number(
                f"days-{kind}", lambda days: 1 <= days <= MOST_DAYS, _("Enter a number of days between 1 and 3650")
            )
        rules[kind] = ReleaseRule(mode, days)
    return rules
