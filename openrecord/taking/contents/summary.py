"""The International Patient Summary of a record: what a clinician elsewhere wants to know first.

Source: HL7 FHIR International Patient Summary 1.1.0, Composition-uv-ips and Bundle-uv-ips (sections and their LOINC
codes; a document with identifier and timestamp; a section has entries or a reason why it is empty). What does not
stand in the record that this viewer sees is "unavailable", never "none known": nobody said so.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from openrecord.clinical.codes import codings
from openrecord.taking.contents.rows import shown_of
from openrecord.taking.gathering import Gathered
from openrecord.web.records import background, medicines
from openrecord.web.records.elements import concept
from openrecord.web.records.values import Shown
from openrecord.web.text import gettext as _
from openrecord.web.text import gettext_noop


@dataclass(frozen=True, slots=True)
class SummarySection:
    """One section. `code`: LOINC; `picked`: which of its entries (newest first) it holds; `slug`: where they come from.

    `none`: what stands there where it holds nothing, untranslated.
    """

    code: str
    title: str
    slug: str
    picked: Callable[[Sequence[Shown]], Sequence[Shown]]
    none: str


def _every(entries: Sequence[Shown]) -> Sequence[Shown]:
    return entries


def _going_on(entries: Sequence[Shown]) -> Sequence[Shown]:
    return [one for one in entries if not background.is_over(one.body) and not background.is_ruled_out(one.body)]


def _given(entries: Sequence[Shown]) -> Sequence[Shown]:
    return [one for one in entries if one.body.get("status") == "completed"]


def newest_of_each(entries: Sequence[Shown]) -> Sequence[Shown]:
    """Of each test its newest result: by all of its codes, else by its words."""
    found: dict[object, Shown] = {}
    for one in entries:
        if one.parts.resource_type == "Observation":
            code = one.body.get("code")
            found.setdefault(frozenset(codings(code)) or concept(code), one)
    return tuple(found.values())


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
    ),
    SummarySection(
        "11450-4",
        gettext_noop("Health conditions"),
        "health-conditions",
        _going_on,
        gettext_noop("No information is available here about conditions. It does not mean that there are none."),
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
    return tuple(
        Summarised(section.code, _(section.title), _(section.none), section.picked(listed.get(section.slug, ())))
        for section in SECTIONS
    )


def _by_slug(entries: Iterable[Shown]) -> Mapping[str, Sequence[Shown]]:
    listed: dict[str, list[Shown]] = {}
    for shown in entries:
        listed.setdefault(shown.slug, []).append(shown)
    return listed
