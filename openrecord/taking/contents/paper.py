"""A record on paper: what web/print/record.typ needs, in words, in the language of whoever asked for it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from openrecord.clinical.nhs_number import spaced
from openrecord.registry.types import Patient
from openrecord.taking.contents.parts import part_in_words
from openrecord.taking.contents.rows import Row, Year, row_of, shown_of, years
from openrecord.taking.contents.summary import Summarised
from openrecord.taking.gathering import EVERY_SLUG, Gathered
from openrecord.taking.types import Selection
from openrecord.web.print.letters import STAND_IN, drawable
from openrecord.web.records import observations
from openrecord.web.records.files import note_of
from openrecord.web.records.remarks import is_note
from openrecord.web.records.sections import SECTIONS
from openrecord.web.records.values import Shown
from openrecord.web.text import WELSH, active_language
from openrecord.web.text import gettext as _
from openrecord.web.words import day_in_words, moment_in_words

Json = dict[str, Any]
_RESULTS = "test-results"


@dataclass(frozen=True, slots=True)
class Maker:
    """Who had it made. `name`: of a person who acts for the patient; empty where that is the patient."""

    name: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One section on paper. `none`: what stands there where it has no rows."""

    heading: str
    years: Sequence[Year]
    none: str


def record(
    gathered: Gathered,
    selection: Selection,
    maker: Maker,
    names: Mapping[UUID, str],
    absent: Mapping[str, str],
    *,
    at: datetime,
) -> Json:
    """The chosen part of a record, section by section. `names`: of the documents that are taken along with it.

    `absent`: why a section is closed to the maker, by its slug.
    """
    listed = _by_section(map(shown_of, gathered.entries), selection.sections or EVERY_SLUG)
    files, nothing = _files(gathered, names), _("There is nothing to show here.")
    parts = [
        Part(_(section.title), years(listed[section.slug], section.slug, files), absent.get(section.slug, nothing))
        for section in SECTIONS
        if section.slug in listed
    ]
    day = day_in_words(at)
    notes = (
        _("This is what could be seen in OpenRecord on %(day)s. The surgery may hold more, or have changed it since.")
        % {"day": day},
        _("It is not medical advice. Ask the surgery about anything that worries you or looks wrong."),
        _("Keep it safe: whoever has this file can read it."),
    )
    facts = [*_facts(gathered.patient, maker, at), (_("What is in it"), part_in_words(selection))]
    return printed(_("GP record"), gathered.patient, facts, notes, parts, at=at)


def _by_section(entries: Iterable[Shown], slugs: Iterable[str]) -> Mapping[str, Sequence[Shown]]:
    """The entries of each section, in order. What was said of a report stands with it, as on the report's own page."""
    every = tuple(entries)
    about = observations.parents_of([shown for shown in every if shown.slug == _RESULTS])
    listed: dict[str, list[Shown]] = {slug: [] for slug in slugs}
    for shown in every:
        is_said_of_one = shown.reference in about and is_note(shown.body)
        listed[_RESULTS if is_said_of_one else shown.slug].append(shown)
    return listed


def _files(gathered: Gathered, names: Mapping[UUID, str]) -> dict[str, tuple[str, ...]]:
    """Under which name each document of an entry was taken along, or why not, by the entry's id."""
    return {
        str(public_id): tuple(names.get(file.file_id) or note_of(file.state) for file in files)
        for public_id, files in gathered.files.items()
    }


def summary(gathered: Gathered, sections: Iterable[Summarised], maker: Maker, *, at: datetime) -> Json:
    """The International Patient Summary on paper."""
    parts = []
    for section in sections:
        rows = tuple(row_of(shown) for shown in section.entries)
        parts.append(Part(section.title, [Year("", rows)] if rows else [], section.none))
    notes = (
        _("A summary of what could be seen in OpenRecord on %(day)s, for a clinician who does not know the patient.")
        % {"day": day_in_words(at)},
        _("Where something is missing here it is not known to be absent. Past conditions and medicines are left out."),
        _("Keep it safe: whoever has this file can read it."),
    )
    facts = _facts(gathered.patient, maker, at)
    return printed(_("International Patient Summary"), gathered.patient, facts, notes, parts, at=at)


def _facts(patient: Patient, maker: Maker, at: datetime) -> list[tuple[str, str]]:
    by = _("%(name)s, who acts for the patient") % {"name": maker.name} if maker.name else _("The patient")
    return [*person(patient), (_("Made on"), moment_in_words(at)), (_("Made by"), by)]


def person(patient: Patient) -> list[tuple[str, str]]:
    """Who the patient is, label by label."""
    told = (
        (_("Name"), _name(patient)),
        (_("Date of birth"), day_in_words(patient.born)),
        (_("NHS number"), spaced(patient.nhs_number)),
    )
    return [(label, value) for label, value in told if value]


def _name(patient: Patient) -> str:
    return f"{patient.given} {patient.family}".strip()


def printed(
    title: str,
    patient: Patient,
    facts: Iterable[tuple[str, str]],
    notes: Iterable[str],
    parts: Iterable[Part],
    *,
    at: datetime,
) -> Json:
    """The data of record.typ. Letters that cannot be drawn are replaced, and then a sentence says so."""
    name, number, day = drawable(_name(patient)), spaced(patient.nhs_number), day_in_words(at)
    data: Json = {
        "lang": WELSH if active_language() == WELSH else "en",
        "title": title,
        "service": _("OpenRecord"),
        "facts": [[label, drawable(value)] for label, value in facts],
        "facts_head": [_("What"), _("Details")],
        "contents": _("What is in it"),
        "head": [_("Date"), _("What"), _("Details")],
        "running": f"{name} · {number} · {day}",
        "page": [_("Page"), _("of")],
        "parts": [_part(part) for part in parts],
    }
    missing = _("A letter that could not be printed is shown as %(sign)s.") % {"sign": STAND_IN}
    data["notes"] = [*notes, missing] if STAND_IN in str(data) else list(notes)
    return data


def _part(part: Part) -> Json:
    listed = [{"heading": year.heading, "rows": [_row(row) for row in year.rows]} for year in part.years]
    return {"heading": part.heading, "years": listed, "none": part.none}


def _row(row: Row) -> list[Any]:
    """A list, because a long record has ten thousand of them."""
    facts = [[fact.label, drawable(fact.value), fact.quoted] for fact in row.facts]
    words = [drawable(line) for text in row.words for line in text.splitlines() if line.strip()]
    told = [drawable(text) for text in (row.what, row.value, row.aside, row.tag)]
    return [row.date, *told, facts, words, row.is_part]
