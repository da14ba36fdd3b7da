"""The International Patient Summary of a record: what a clinician elsewhere wants to know first.

Source: HL7 FHIR International Patient Summary 1.1.0, Composition-uv-ips and Bundle-uv-ips (sections and their LOINC
codes; a document with identifier and timestamp; a section has entries or a reason why it is empty). What does not
stand in the record that this viewer sees is "unavailable", never "none known": nobody said so.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from openrecord.clinical.codes import DATA_ABSENT_REASON, codings
from openrecord.taking.contents.rows import shown_of
from openrecord.taking.gathering import Gathered
from openrecord.web.records import background, medicines, observations
from openrecord.web.records.elements import concept
from openrecord.web.records.values import Shown
from openrecord.web.text import gettext as _
from openrecord.web.text import gettext_noop


@dataclass(frozen=True, slots=True)
class SummarySection:
    """One section. `code`: LOINC; `picked`: which of its entries (newest first) it holds; `slug`: where they come from.

    `none`: what stands there where it holds nothing, untranslated; `left_out`: the same where its part of the record
    holds something, empty where that is no other matter.
    """

    code: str
    title: str
    slug: str
    picked: Callable[[Sequence[Shown]], Sequence[Shown]]
    none: str
    left_out: str = ""


def _every(entries: Sequence[Shown]) -> Sequence[Shown]:
    return entries


def _going_on(entries: Sequence[Shown]) -> Sequence[Shown]:
    return [one for one in entries if not background.is_over(one.body) and not background.is_ruled_out(one.body)]


def _given(entries: Sequence[Shown]) -> Sequence[Shown]:
    return [one for one in entries if one.body.get("status") == "completed"]


_SAYS = ("value", "component", "dataAbsentReason", "note", "interpretation")
"""How the names of elements begin that say what a test found. What has none of them is the heading of a panel."""


def newest_of_each(entries: Sequence[Shown]) -> Sequence[Shown]:
    """Of each test its newest result, those of a day by name."""
    found: dict[object, Shown] = {}
    for one in entries:
        if one.parts.resource_type == "Observation" and any(name.startswith(_SAYS) for name in one.body):
            found.setdefault(_test(one), one)
    days = groupby(found.values(), key=lambda one: one.date)
    return tuple(one for _day, same in days for one in observations.in_order(tuple(same)))


def _test(shown: Shown) -> object:
    """Which test it is: by all of its codes, else by its words. What has neither may be any: it is one of its own."""
    code = shown.body.get("code")
    known = frozenset(each for each in codings(code) if each[0] != DATA_ABSENT_REASON)
    return known or concept(code) or shown.reference


SECTIONS = (
    SummarySection(
        "48765-2",
        gettext_noop("Allergies and reactions"),
        "allergies",
        _every,
        gettext_noop("No information is available here about allergies. It does not mean that there are none."),
    ),
    SummarySection(
        "10160-0",
        gettext_noop("Current medicines"),
        "medicines",
        medicines.current,
        gettext_noop("No information is available here about medicines. It does not mean that there are none."),
        gettext_noop(
            "What can be seen here does not tell which medicines are taken now. Past medicines and prescriptions stand "
            "in the GP record. It does not mean that there are none."
        ),
    ),
    SummarySection(
        "11450-4",
        gettext_noop("Health conditions"),
        "health-conditions",
        _going_on,
        gettext_noop("No information is available here about conditions. It does not mean that there are none."),
        gettext_noop("No condition that goes on can be seen here. It does not mean that there are none."),
    ),
    SummarySection(
        "11369-6",
        gettext_noop("Vaccinations"),
        "vaccinations",
        _given,
        gettext_noop("No information is available here about vaccinations. It does not mean that there were none."),
    ),
    SummarySection(
        "30954-2",
        gettext_noop("Newest result of each test"),
        "test-results",
        newest_of_each,
        gettext_noop("No information is available here about test results. It does not mean that there are none."),
    ),
)


@dataclass(frozen=True, slots=True)
class Summarised:
    """A section with what it holds, in words."""

    code: str
    title: str
    none: str
    entries: Sequence[Shown]


def summarised(gathered: Gathered) -> tuple[Summarised, ...]:
    """Every section of the summary; those without entries too."""
    listed = _by_slug(map(shown_of, gathered.entries))
    return tuple(_summarised(section, listed.get(section.slug, ())) for section in SECTIONS)


def _summarised(section: SummarySection, entries: Sequence[Shown]) -> Summarised:
    none = section.left_out if entries and section.left_out else section.none
    return Summarised(section.code, _(section.title), _(none), section.picked(entries))


def _by_slug(entries: Iterable[Shown]) -> Mapping[str, Sequence[Shown]]:
    listed: dict[str, list[Shown]] = {}
    for shown in entries:
        listed.setdefault(shown.slug, []).append(shown)
    return listed
