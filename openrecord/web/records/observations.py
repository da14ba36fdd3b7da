"""Observations and reports: test results, measurements, notes and other findings."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from openrecord.clinical.codes import codes_of
from openrecord.web.records import remarks
from openrecord.web.records.arranging import Nest
from openrecord.web.records.elements import (
    Json,
    concept,
    concepts,
    decoded,
    joined,
    mapping,
    notes,
    number,
    objects,
    quantity_text,
    references_in,
    text_of,
    unit_of,
)
from openrecord.web.records.plain import plain_name
from openrecord.web.records.ranges import Direction, place
from openrecord.web.records.related import related
from openrecord.web.records.remarks import comments_of, excerpt, is_note
from openrecord.web.records.values import Detail, Fact, Group, Line, Shown, facts, quoted
from openrecord.web.text import active_language
from openrecord.web.text import gettext as _
from openrecord.web.words import fhir_date_in_words

_DIASTOLIC = "8462-4"
"""LOINC's diastolic blood pressure, the component of FHIR's profile for vital signs."""

_PARTY = re.compile(
    r"(?P<role>(?:Laboratory|Radiology|RadiologyRelated)ServiceProvider|OrderingParty|MessageRecipient)-(?P<name>.+)"
)
"""How EMIS names whoever a laboratory's message speaks of: "LaboratoryServiceProvider-St James's-RBZ00"."""

_PARTY_CODE = re.compile(r"(?:^|-| ?\()[A-Z]\d[0-9A-Z]{3,7}\)?$|-[A-Z]{3}\d{2}$")


def done_by(body: Json) -> str:
    """Who measured or reported; not who asked for it or was to get it, where the names say which is which."""
    names: dict[str, None] = {}
    for performer in objects(body.get("performer")):
        name = text_of(performer.get("display"))
        party = _PARTY.fullmatch(name)
        if party is not None:
            provides = party["role"].endswith("Provider")
            name = _PARTY_CODE.sub("", party["name"]).strip() if provides else ""
        names[name] = None
    return joined(names)


def value_in_words(observation: Json) -> str:
    """The value of an Observation or of a component: whichever value[x] it carries, else its components."""
    if "valueQuantity" in observation:
        return quantity_text(observation["valueQuantity"])
    if "valueCodeableConcept" in observation:
        return concept(observation["valueCodeableConcept"])
    if "valueString" in observation:
        return text_of(observation["valueString"])
    components = objects(observation.get("component"))
    if components:
        return _components_in_words(components)
    return _rarer_value(observation)


def _rarer_value(observation: Json) -> str:
    for key, value in observation.items():
        if not key.startswith("value"):
            continue
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        if key in {"valueDateTime", "valueDate"}:
            return fhir_date_in_words(value)
        if key == "valueRange":
            low, high = quantity_text(mapping(value).get("low")), quantity_text(mapping(value).get("high"))
            return _("%(low)s to %(high)s") % {"low": low or "?", "high": high or "?"}
        if key == "valueRatio":
            ratio = mapping(value)
            return joined((quantity_text(ratio.get("numerator")), quantity_text(ratio.get("denominator"))), " : ")
        if key == "valuePeriod":
            start, end = (fhir_date_in_words(mapping(value).get(name)) for name in ("start", "end"))
            return _("%(low)s to %(high)s") % {"low": start or "?", "high": end or "?"} if start or end else ""
        return number(value) or text_of(value)
    return concept(observation.get("dataAbsentReason"))


def _components_in_words(components: Sequence[Json]) -> str:
    """Blood pressure as 137/73 mmHg; anything else as "name value, name value"."""
    components = _systolic_first(components)
    quantities = [mapping(component.get("valueQuantity")) for component in components]
    units = {unit_of(quantity) for quantity in quantities}
    figures = [number(quantity.get("value")) for quantity in quantities]
    if len(components) == 2 and units == {"mmHg"} and all(figures):
        return f"{figures[0]}/{figures[1]} mmHg"
    return joined(
        joined((concept(component.get("code")), value_in_words(component)), " ")
        for component in components
        if "component" not in component
    )


def _systolic_first(components: Sequence[Json]) -> Sequence[Json]:
    """The parts of a blood pressure as people say them: which of them a source sends first means nothing."""
    if len(components) == 2 and _is_diastolic(components[0]) and not _is_diastolic(components[1]):
        return components[::-1]
    return components


def _is_diastolic(component: Json) -> bool:
    code = component.get("code")
    return "diastolic" in concept(code).casefold() or _DIASTOLIC in codes_of(code)


def direction_in_words(direction: Direction) -> str:
    """How a value stands to the laboratory's range: where it lies, never whether that is good."""
    if direction is Direction.ABOVE:
        return _("Above the range")
    if direction is Direction.BELOW:
        return _("Below the range")
    if direction is Direction.OUTSIDE:
        return _("Outside the range")
    return ""


def line(shown: Shown) -> Line:
    """One result, measurement or report in a list."""
    parts = shown.parts
    if parts.resource_type == "Specimen":
        return Line(shown.href, specimen_title(_named(bytes(parts.type))[0]), shown.date)
    title, plain = _named(bytes(parts.code))
    if parts.resource_type == "DiagnosticReport":
        status = _status(_plain(bytes(parts.status)))
        said = excerpt((text_of(decoded(parts.conclusion)),)) if parts.conclusion else ""
        return Line(
            shown.href, title or _("Test report"), shown.date, said, "", status, "plain" if status else "words", plain
        )
    if not parts.quantity and is_note(shown.body):
        return remarks.line(shown)
    quantity, ranges, interpretation = bytes(parts.quantity), bytes(parts.ranges), bytes(parts.interpretation)
    value, aside, tag = _measured(quantity, ranges, interpretation, active_language())
    tone = "note" if tag else "plain"
    if not quantity:
        value, is_text = _said(shown)
        tone = "words" if is_text and not tag else tone
    return Line(shown.href, title or _("Test result"), shown.date, value, aside, tag, tone, plain)


def _said(shown: Shown) -> tuple[str, bool]:
    """The value of a result that is no quantity, and whether it is a text to be read: of a laboratory's that has none,
    how its note begins.
    """
    value = value_in_words(shown.body)
    if value:
        said = excerpt((value,))
        return said, said != value
    return (excerpt(notes(shown.body)), True) if shown.slug == "test-results" else ("", False)


@lru_cache(maxsize=4096)
def _named(code: bytes) -> tuple[str, str]:
    """The words of a CodeableConcept in JSON, and ours: the same few hundred tests stand on every page."""
    if not code:
        return "", ""
    found = decoded(code)
    title = concept(found)
    return title, plain_name(mapping(found), title)


@lru_cache(maxsize=16384)
def _measured(quantity: bytes, ranges: bytes, interpretation: bytes, _language: str) -> tuple[str, str, str]:
    """Value, range and direction in words, from the elements in JSON (empty = absent), in the language spoken."""
    named = (("valueQuantity", quantity), ("referenceRange", ranges), ("interpretation", interpretation))
    observation = {name: decoded(raw) for name, raw in named if raw}
    placed = place(observation)
    aside = _("Range: %(range)s") % {"range": placed.range_text} if placed.range_text else ""
    return quantity_text(observation.get("valueQuantity")), aside, direction_in_words(placed.direction)


@lru_cache(maxsize=64)
def _plain(text: bytes) -> str:
    """A string in JSON."""
    return text_of(decoded(text)) if text else ""


def _status(status: str) -> str:
    words = {"amended": _("Amended"), "corrected": _("Corrected"), "appended": _("Added to")}
    return words.get(status, "")


def _component_facts(body: Json) -> tuple[Fact, ...]:
    return tuple(_component_fact(component) for component in _systolic_first(objects(body.get("component"))))


def _component_fact(component: Json) -> Fact:
    """A part of a measurement with its own range and where it lies in it."""
    placed = place(component)
    ranged = _("Range: %(range)s") % {"range": placed.range_text} if placed.range_text else ""
    said = joined((value_in_words(component), direction_in_words(placed.direction), ranged), ". ")
    return Fact(concept(component.get("code")) or _("Value"), said)


def observation_detail(shown: Shown, members: Sequence[Shown]) -> Detail:
    """A result's or measurement's own page."""
    body = shown.body
    placed = place(body)
    tag = direction_in_words(placed.direction)
    filed = fhir_date_in_words(body.get("issued"))
    value, said = value_in_words(body), notes(body)
    if excerpt((value,)) != value:  # a text of the laboratory: to be read, not to be seen from afar
        value, said = "", (value, *said)
    rows = facts(
        (_("Date"), shown.date),
        (_("Filed"), filed),
        (_("Status"), _status(text_of(body.get("status")))),
        quoted(_("Where on the body"), concept(body.get("bodySite"))),
        quoted(_("How it was done"), concept(body.get("method"))),
        quoted(_("Done by"), done_by(body)),
    )
    return Detail(
        title=concept(body.get("code")) or _("Test result"),
        date=shown.date,
        facts=(*_component_facts(body), *rows),
        paragraphs=said,
        comments=comments_of(members),
        lead=value,
        tag=tag,
        tone="note" if tag else "plain",
        aside=_("Range given with it: %(range)s") % {"range": placed.range_text} if placed.range_text else "",
        links=related(shown, members),
        groups=_member_groups([member for member in members if not is_note(member.body)]),
    )


def report_detail(shown: Shown, members: Sequence[Shown]) -> Detail:
    """A report's own page, with its results."""
    body = shown.body
    own = [member for member in members if is_note(member.body) and "derivedFrom" not in member.body]
    conclusion = text_of(body.get("conclusion"))
    rows = facts(
        (_("Date"), shown.date),
        (_("Filed"), fhir_date_in_words(body.get("issued"))),
        (_("Status"), _status(text_of(body.get("status")))),
        quoted(_("Laboratory or clinic"), done_by(body)),
        quoted(_("Conclusion"), concepts(body.get("conclusionCode"))),
    )
    return Detail(
        title=concept(body.get("code")) or _("Test report"),
        date=shown.date,
        facts=rows,
        paragraphs=((conclusion,) if conclusion else ()) + notes(body),
        comments=comments_of(own),
        links=related(shown, members),
        groups=_member_groups([member for member in members if member not in own]),
    )


def specimen_title(kind: str) -> str:
    """What sort of sample it is."""
    return _("Sample: %(kind)s") % {"kind": kind} if kind else _("Sample")


def specimen_detail(shown: Shown, members: Sequence[Shown]) -> Detail:
    """A sample's own page."""
    body = shown.body
    collection = mapping(body.get("collection"))
    rows = facts(
        (_("Taken"), fhir_date_in_words(collection.get("collectedDateTime"))),
        (_("Received by the laboratory"), fhir_date_in_words(body.get("receivedTime"))),
        quoted(_("Where on the body"), concept(collection.get("bodySite"))),
    )
    return Detail(
        specimen_title(concept(body.get("type"))), shown.date, rows, notes(body), links=related(shown, members)
    )


def _member_groups(members: Sequence[Shown]) -> tuple[Group, ...]:
    lines = nested([member for member in members if member.parts.resource_type == "Observation"])
    return (Group(_("Results"), lines),) if lines else ()


def nested(entries: Sequence[Shown]) -> tuple[Line, ...]:
    """A line for each result; those of a report or panel among them stand under it."""
    nest = Nest(entries, parents_of(entries))
    return tuple(_with_members(told, nest.under(shown)) for shown, told in lines_in_order(nest.tops))


def _with_members(told: Line, below: Sequence[Shown]) -> Line:
    """With what belongs to it."""
    return told._replace(under=tuple(each for _, each in lines_in_order(below))) if below else told


def in_order(members: Sequence[Shown]) -> list[Shown]:
    """What belongs to one report or panel: each panel with its results, then other results by name, then samples."""
    return [member for member, _ in lines_in_order(members)]


def lines_in_order(members: Sequence[Shown]) -> list[tuple[Shown, Line]]:
    """The same, each with its line."""
    results = [member for member in members if member.parts.resource_type != "Specimen"]
    samples = [member for member in members if member.parts.resource_type == "Specimen"]
    return [*_panels_first(results), *_by_name(samples)]


def _panels_first(results: Sequence[Shown]) -> list[tuple[Shown, Line]]:
    holders = [result for result in results if _holds(result)]
    if not holders:
        return _by_name(results)
    nest = Nest(results, parents_of(holders))
    found: list[tuple[Shown, Line]] = []
    for told in sorted(_by_name(nest.tops), key=lambda told: not _holds(told[0])):
        below = nest.under(told[0])
        found += [told, *_panels_first(below)] if below else [told]
    return found


def _by_name(results: Iterable[Shown]) -> list[tuple[Shown, Line]]:
    return sorted(((result, line(result)) for result in results), key=lambda told: told[1].title.casefold())


def _holds(shown: Shown) -> bool:
    """Whether other results belong to it."""
    return bool(shown.parts.has_member or shown.parts.result)


def groups(page: Sequence[Shown]) -> tuple[Group, ...]:
    """A list of results by day; results of a report or panel of the same page stand under it."""
    nest = Nest(page, parents_of(page))
    days: dict[str, list[Line]] = {}
    for shown in nest.tops:
        days.setdefault(shown.date, []).append(_with_members(line(shown), nest.under(shown)))
    return tuple(Group(day or _("No date given"), tuple(found)) for day, found in days.items())


def parents_of(page: Sequence[Shown]) -> dict[str, str]:
    """Which result belongs to which report, panel or sample of the page."""
    parents: dict[str, str] = {}
    for shown in page:
        parts = shown.parts
        for element in (parts.result, parts.has_member, parts.specimen):
            if element:
                for target in references_in(element):
                    parents.setdefault(target, shown.reference)
    return parents
