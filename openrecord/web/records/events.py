"""Consultations with what belongs to them, procedures, questionnaires and notes."""

from collections.abc import Callable, Collection, Mapping, Sequence

from openrecord.web.records import background, documents, medicines, observations, remarks
from openrecord.web.records.arranging import by_year
from openrecord.web.records.elements import Json, concept, concepts, displays, joined, mapping, notes, objects, text_of
from openrecord.web.records.plain import plain_of
from openrecord.web.records.related import related
from openrecord.web.records.remarks import comments_of, is_note, note_texts, subject_of
from openrecord.web.records.values import Detail, Fact, Group, Line, Shown, facts, quoted
from openrecord.web.text import gettext as _
from openrecord.web.text import gettext_noop
from openrecord.web.words import fhir_date_in_words

RESULTS = frozenset({"Observation", "DiagnosticReport", "Specimen"})


_CONTACTS: Mapping[str, str] = {
    "VR": gettext_noop("Phone or online consultation"),
    "HH": gettext_noop("Home visit"),
    "EMER": gettext_noop("Emergency attendance"),
    "IMP": gettext_noop("Hospital stay"),
    "ACUTE": gettext_noop("Hospital stay"),
    "SS": gettext_noop("Short hospital stay"),
}
_CONTACT = gettext_noop("Consultation")


def encounter_title(body: Json) -> str:
    """What sort of contact it was."""
    kind = text_of(mapping(body.get("class")).get("code"))
    return concepts(body.get("type")) or _(_CONTACTS.get(kind, _CONTACT))


def _people(body: Json) -> str:
    return displays([mapping(item.get("individual")) for item in objects(body.get("participant"))])


def line(shown: Shown) -> Line:
    """One event in a list."""
    body = shown.body
    kind = body.get("resourceType")
    if kind == "Encounter":
        place = displays(body.get("serviceProvider"))
        reasons = concepts(body.get("reasonCode"))
        return Line(shown.href, encounter_title(body), shown.date, value=reasons, aside=joined((_people(body), place)))
    if kind == "Procedure":
        tag = _("Not done") if body.get("status") == "not-done" else ""
        title = concept(body.get("code"))
        return Line(shown.href, title or _("Procedure"), shown.date, tag=tag, plain=plain_of(body, title))
    if kind == "QuestionnaireResponse":
        return Line(shown.href, _("Questionnaire"), shown.date)
    if is_note(body):
        return remarks.line(shown)
    return observations.line(shown)


def groups(page: Sequence[Shown]) -> tuple[Group, ...]:
    """Events by year, newest first. A note of a consultation of the same page is read there, not beside it."""
    present = {shown.reference for shown in page}
    return by_year([shown for shown in page if not _is_inside(shown.body, present)], line)


def parents_of(page: Sequence[Shown]) -> dict[str, str]:
    """Which note, and what else was measured, belongs to which consultation of the page."""
    present = {shown.reference for shown in page}
    return {
        shown.reference: text_of(mapping(shown.body.get("encounter")).get("reference"))
        for shown in page
        if _is_inside(shown.body, present)
    }


def _is_inside(body: Json, present: Collection[str]) -> bool:
    """Whether the entry is an Observation of one of these consultations (only such are named as may be seen)."""
    encounter = mapping(body.get("encounter")).get("reference")
    return body.get("resourceType") == "Observation" and encounter in present


def encounter_detail(shown: Shown, members: Sequence[Shown]) -> Detail:
    """A consultation's own page, with everything in it that may be seen."""
    body = shown.body
    rows = facts(
        (_("Date"), fhir_date_in_words(mapping(body.get("period")).get("start")) or shown.date),
        quoted(_("Reason"), concepts(body.get("reasonCode"))),
        quoted(_("With"), _people(body)),
        quoted(_("Where"), displays(body.get("serviceProvider"))),
    )
    return Detail(
        encounter_title(body),
        shown.date,
        rows,
        comments_of(members),
        links=related(shown, members),
        groups=member_groups([member for member in members if not is_note(member.body)]),
    )


def member_groups(members: Sequence[Shown]) -> tuple[Group, ...]:
    """What belongs to a consultation, by kind; results under their report."""
    results = [member for member in members if member.body.get("resourceType") in RESULTS]
    named: dict[str, list[Line]] = {}
    for member in members:
        if member.body.get("resourceType") not in RESULTS:
            heading, made = any_line(member)
            named.setdefault(heading, []).append(made)
    groups_found = [Group(heading, tuple(lines)) for heading, lines in named.items()]
    if results:
        groups_found.append(Group(_("Results and findings"), observations.nested(results)))
    return tuple(groups_found)


def any_line(shown: Shown) -> tuple[str, Line]:
    """An entry of whatever kind: the heading it belongs under, and its line."""
    heading, made = _KINDS.get(text_of(shown.body.get("resourceType")), _OTHER_KIND)
    return _(heading), made(shown)


def _other_line(shown: Shown) -> Line:
    return Line(shown.href, _("Record entry"), shown.date)


_OTHER_KIND: tuple[str, Callable[[Shown], Line]] = (gettext_noop("Also recorded"), _other_line)
_KINDS: Mapping[str, tuple[str, Callable[[Shown], Line]]] = {
    "Condition": (gettext_noop("Health conditions"), background.condition_line),
    "AllergyIntolerance": (gettext_noop("Allergies and reactions"), background.allergy_line),
    "Immunization": (gettext_noop("Vaccinations"), background.vaccination_line),
    "ServiceRequest": (gettext_noop("Referrals"), background.referral_line),
    "MedicationRequest": (gettext_noop("Medicines"), medicines.line),
    "MedicationStatement": (gettext_noop("Medicines"), medicines.line),
    "DocumentReference": (gettext_noop("Documents"), documents.line),
    "Observation": (gettext_noop("Results and findings"), line),
    "DiagnosticReport": (gettext_noop("Results and findings"), observations.line),
    "Specimen": (gettext_noop("Samples"), observations.line),
    "Encounter": (gettext_noop("Consultations"), line),
    "Procedure": (gettext_noop("Procedures"), line),
    "QuestionnaireResponse": (gettext_noop("Questionnaires"), line),
}


def procedure_detail(shown: Shown, members: Sequence[Shown]) -> Detail:
    """A procedure's own page."""
    body = shown.body
    period = mapping(body.get("performedPeriod"))
    done_by = joined(displays(item.get("actor")) for item in objects(body.get("performer")))
    rows = facts(
        (_("Date"), fhir_date_in_words(body.get("performedDateTime") or period.get("start")) or shown.date),
        (_("Status"), _("Not done") if body.get("status") == "not-done" else ""),
        quoted(_("Reason"), concepts(body.get("reasonCode"))),
        quoted(_("Where on the body"), concepts(body.get("bodySite"))),
        quoted(_("Outcome"), concept(body.get("outcome"))),
        quoted(_("Done by"), done_by),
    )
    title = concept(body.get("code")) or _("Procedure")
    return Detail(title, shown.date, rows, notes(body), links=related(shown, members))


def questionnaire_detail(shown: Shown, members: Sequence[Shown]) -> Detail:
    """A questionnaire's questions and answers, also where those are entries of their own, as GP Connect sends them."""
    return Detail(
        _("Questionnaire"),
        shown.date,
        tuple(_answers(objects(shown.body.get("item")))),
        comments_of(members),
        links=related(shown, members),
        groups=member_groups([member for member in members if not is_note(member.body)]),
    )


def _answers(items: Sequence[Json]) -> list[Fact]:
    found: list[Fact] = []
    for item in items:
        answers = objects(item.get("answer"))
        words = joined(observations.value_in_words(answer) or concept_of_coding(answer) for answer in answers)
        if words:
            found.append(Fact(text_of(item.get("text")) or _("Question"), words, quoted=True))
        found.extend(_answers(objects(item.get("item"))))
        for answer in answers:
            found.extend(_answers(objects(answer.get("item"))))
    return found


def concept_of_coding(answer: Json) -> str:
    """The words of an answer given as a single code."""
    return text_of(mapping(answer.get("valueCoding")).get("display"))


def note_detail(shown: Shown, members: Sequence[Shown]) -> Detail:
    """A note's own page: its words as written."""
    body = shown.body
    about = facts(quoted(_("About"), subject_of(body)))
    return Detail(remarks.title_of(body), shown.date, about, note_texts(body), links=related(shown, members))


def observation_or_note_detail(shown: Shown, members: Sequence[Shown]) -> Detail:
    """An Observation's own page: a note reads differently from a measurement."""
    if is_note(shown.body):
        return note_detail(shown, members)
    return observations.observation_detail(shown, members)
