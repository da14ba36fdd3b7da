"""Files to take along, in words: the form that asks for one, and each of them in a list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from openrecord.taking.contents.parts import part_in_words
from openrecord.taking.gathering import TABLED
from openrecord.taking.rules import ALL_STEPS, MOST_PACKED, is_under_way, steps_done
from openrecord.taking.types import EVERYTHING, PACKED, Download, Format, Selection, State
from openrecord.web.forms import Field, Option, Shape, chosen, day_of
from openrecord.web.records.sections import SECTIONS
from openrecord.web.text import gettext as _
from openrecord.web.text import gettext_noop
from openrecord.web.words import moment_in_words

HERE = "/take"
FORMAT, DOCUMENTS, SECTION, FIRST, LAST = "format", "documents", "section", "first", "last"
_TITLES: Mapping[Format, str] = {
    Format.PDF: gettext_noop("GP record to read or print (PDF)"),
    Format.SUMMARY_PDF: gettext_noop("Summary for a doctor who does not know you (PDF)"),
    Format.CSV: gettext_noop("Results and measurements as a table (CSV)"),
    Format.FHIR: gettext_noop("GP record for another app (FHIR)"),
    Format.SUMMARY: gettext_noop("Summary for another health service's computer (FHIR)"),
}
_PACKED: Mapping[Format, Format] = {Format.PDF: Format.PACKED_PDF, Format.FHIR: Format.PACKED_FHIR}
"""With its documents."""

_HINTS: Mapping[Format, str] = {
    Format.PDF: gettext_noop("Works with screen readers."),
    Format.SUMMARY_PDF: gettext_noop(
        "Allergies, current medicines, conditions, vaccinations, and newest test results. Take it when you travel."
    ),
    Format.SUMMARY: gettext_noop("The same as an International Patient Summary. It is not for reading."),
    Format.CSV: gettext_noop("For a spreadsheet. It has test results and measurements only."),
    Format.FHIR: gettext_noop("For programs that read health records. It is not for reading."),
}
WITH = "with"
_WITH = gettext_noop("Yes, the letters and pictures themselves")
_WITH_HINT = gettext_noop(
    "You get one ZIP file with the record and every document that you can open here. "
    "Only with a GP record to read or print, or for another app."
)
_SUMMARIES = frozenset({Format.SUMMARY, Format.SUMMARY_PDF})
_KILO = 1024


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file in the list. `part`: which part of the record, empty where it is all; `asked`: when, to tell two of a day
    apart; `state`: empty where it is ready.
    """

    href: str
    title: str
    part: str
    asked: str
    state: str


def fields() -> tuple[Field, ...]:
    """The questions, not answered yet."""
    formats = [Option(each.value, _(title), _(_HINTS[each])) for each, title in _TITLES.items()]
    return (
        Field(FORMAT, _("What do you need it for?"), Shape.ONE_OF, options=formats),
        Field(DOCUMENTS, _("Take the documents too?"), Shape.SOME_OF, options=(Option(WITH, _(_WITH), _(_WITH_HINT)),)),
        *part_fields(),
    )


def part_fields() -> tuple[Field, ...]:
    """The questions about which part of the record."""
    sections = [Option(section.slug, _(section.title)) for section in SECTIONS]
    undated = _("For example 27 3 2019. Leave both days empty for all. Entries without a date are then left out.")
    return (
        Field(SECTION, _("Which parts?"), Shape.SOME_OF, _("None ticked means all."), sections),
        Field(FIRST, _("From which day?"), Shape.DAY, undated),
        Field(LAST, _("Up to which day?"), Shape.DAY),
    )


def format_of(form: Sequence[Field]) -> Format | None:
    """The format chosen, with documents where that was chosen too; None where none was."""
    plain = next((Format(value) for value in chosen(_named(form, FORMAT))), None)
    return _PACKED.get(plain, plain) if plain is not None and chosen(_named(form, DOCUMENTS)) else plain


def selection_of(form: Sequence[Field]) -> Selection:
    """The part chosen, of a form without errors."""
    return Selection(chosen(_named(form, SECTION)), day_of(_named(form, FIRST)), day_of(_named(form, LAST)))


def wrong_part(form: Sequence[Field]) -> dict[str, str]:
    """What is wrong with the part chosen, by field."""
    errors, days = {}, {}
    for name in (FIRST, LAST):
        try:
            days[name] = day_of(_named(form, name))
        except ValueError:
            errors[name] = _("Enter a real day, such as 27 3 2019")
    first, last = days.get(FIRST), days.get(LAST)
    if isinstance(first, date) and isinstance(last, date) and last < first:
        errors[LAST] = _("The last day must not be before the first")
    return errors


def wrong(form: Sequence[Field]) -> dict[str, str]:
    """What is wrong with the whole form, by field."""
    errors = wrong_part(form)
    wanted, sections = format_of(form), chosen(_named(form, SECTION))
    if wanted is None:
        errors[FORMAT] = _("Choose what you need it for")
    elif chosen(_named(form, DOCUMENTS)) and wanted not in PACKED:
        errors[DOCUMENTS] = _("Documents go with a GP record only: choose that, or do not tick this")
    elif wanted is Format.CSV and sections and not sections & TABLED:
        errors[SECTION] = _("A table has test results and measurements only: tick one of them, or none")
    elif wanted in _SUMMARIES and (sections or any(any(_named(form, name).typed) for name in (FIRST, LAST))):
        errors[FORMAT] = _("A summary is always of everything: clear the parts and days, or choose another file")
    return errors


def _named(form: Sequence[Field], name: str) -> Field:
    return next(field for field in form if field.name == name)


def title_of(download: Download) -> str:
    """What it is."""
    plain = next((each for each, packed in _PACKED.items() if packed is download.format), download.format)
    title = _(_TITLES[plain])
    return title if plain is download.format else _("%(title)s, with documents") % {"title": title}


def line(download: Download) -> FileLine:
    """A file in the list."""
    words = {
        State.FAILED: _("Could not be made"),
        State.STALE: _("Make it again"),
        State.TOO_LARGE: _("Too large"),
        State.READY: "",
    }
    state = words.get(download.state, _("Being made"))
    href = f"{HERE}/{download.download_id}"
    return FileLine(href, title_of(download), part_of(download), moment_in_words(download.asked), state)


def part_of(download: Download) -> str:
    """Which part of the record it is of, in words; empty where that is all of it."""
    return "" if download.selection == EVERYTHING else part_in_words(download.selection)


def progress(download: Download) -> tuple[int, str] | None:
    """Percent and words; None where nothing is under way."""
    if not is_under_way(download.state):
        return None
    words = {
        State.WAITING: _("Waiting to begin"),
        State.READING: _("Step 1 of 2: reading the record"),
        State.WRITING: _("Step 2 of 2: writing the file"),
    }
    return steps_done(download.state) * 100 // ALL_STEPS, words[download.state]


def too_large(download: Download) -> str:
    """What somebody does whose documents are too large together."""
    told = _(
        "The documents are %(size)s together. One file takes %(most)s along. Choose fewer parts or days, or open the "
        "documents one by one and save them."
    )
    return told % {"size": size_in_words(download.size), "most": size_in_words(MOST_PACKED)}


def size_in_words(size: int | None) -> str:
    """A number of bytes as people read it."""
    if size is None:
        return ""
    if size < _KILO * _KILO:
        return _("%(size)s KB") % {"size": max(1, round(size / _KILO))}
    return _("%(size)s MB") % {"size": f"{size / _KILO / _KILO:.1f}"}
