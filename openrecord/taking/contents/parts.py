"""The part of a record that was chosen, in words."""

from openrecord.taking.types import Selection
from openrecord.web.records.sections import SECTIONS
from openrecord.web.text import gettext as _
from openrecord.web.words import day_in_words


def part_in_words(selection: Selection) -> str:
    """The part in words: "Test results, Medicines; from 1 April 2015 to 3 May 2016"."""
    titles = [_(section.title) for section in SECTIONS if section.slug in selection.sections]
    sections = ", ".join(titles) if titles else _("Everything that can be seen")
    first, last = day_in_words(selection.first), day_in_words(selection.last)
    if first and last:
        return f"{sections}; " + _("from %(first)s to %(last)s") % {"first": first, "last": last}
    if first or last:
        days = _("from %(first)s") if first else _("up to %(last)s")
        return f"{sections}; " + days % {"first": first, "last": last}
    return sections
