"""Parts of a record in words: from when to when, and which sections."""

from collections.abc import Iterable, Mapping
from datetime import date

from openrecord.clinical.kinds import Level, Section
from openrecord.web.text import gettext as _
from openrecord.web.text import gettext_noop
from openrecord.web.words import day_in_words

SECTIONS: Mapping[Section, str] = {
    Section.RESULTS: gettext_noop("Test results"),
    Section.CONSULTATIONS: gettext_noop("Consultations"),
    Section.MEDICATIONS: gettext_noop("Medicines"),
    Section.ALLERGIES: gettext_noop("Allergies and reactions"),
    Section.IMMUNISATIONS: gettext_noop("Vaccinations"),
    Section.PROBLEMS: gettext_noop("Health conditions"),
    Section.OBSERVATIONS: gettext_noop("Measurements and procedures"),
    Section.REFERRALS: gettext_noop("Referrals"),
    Section.DOCUMENTS: gettext_noop("Documents and letters"),
}
LEVELS: Mapping[Level, str] = {
    Level.SUMMARY: gettext_noop("Medicines and allergies"),
    Level.DETAILED: gettext_noop("All coded entries, without notes and letters"),
    Level.DOCUMENTS: gettext_noop("All coded entries and letters, without notes"),
    Level.FULL: gettext_noop("Everything, with notes and letters"),
}


def part_in_words(first: date | None, last: date | None, sections: Iterable[Section] | None) -> str:
    """For example "Test results, from 1 April 2015"."""
    return f"{_sections(sections)}, {_days(first, last)}"


def _sections(sections: Iterable[Section] | None) -> str:
    if sections is None:
        return _("All sections")
    wanted = frozenset(sections)
    return ", ".join(_(words) for section, words in SECTIONS.items() if section in wanted)


def _days(first: date | None, last: date | None) -> str:
    days = {"first": day_in_words(first), "last": day_in_words(last)}
    if first is None and last is None:
        return _("all dates")
    if last is None:
        return _("from %(first)s") % days
    if first is None:
        return _("up to %(last)s") % days
    return _("from %(first)s to %(last)s") % days
