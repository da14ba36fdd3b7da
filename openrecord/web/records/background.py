"""Allergies, vaccinations, health conditions and referrals: entries that stand by themselves."""

from collections.abc import Callable, Sequence

from openrecord.web.records.arranging import by_year
from openrecord.web.records.elements import (
    Json,
    code_of,
    concept,
    concepts,
    displays,
    joined,
    mapping,
    notes,
    number,
    objects,
    quantity_text,
    text_of,
)
from openrecord.web.records.plain import plain_name
from openrecord.web.records.related import related
from openrecord.web.records.values import Detail, Group, Line, Shown, facts, quoted
from openrecord.web.text import gettext as _
from openrecord.web.words import fhir_date_in_words

_OVER = frozenset({"inactive", "resolved", "remission"})


def is_over(body: Json) -> bool:
    return code_of(body.get("clinicalStatus")) in _OVER


def is_ruled_out(body: Json) -> bool:
    """Whether the record says that it was never so."""
    return code_of(body.get("verificationStatus")) == "refuted"


def _clinical_status(body: Json) -> str:
    words = {
        "active": _("Active"),
        "recurrence": _("Active again"),
        "relapse": _("Active again"),
        "inactive": _("Past"),
        "remission": _("In remission"),
        "resolved": _("Past"),
    }
    return words.get(code_of(body.get("clinicalStatus")), "")


def _certainty(body: Json) -> str:
    words = {
        "unconfirmed": _("Not confirmed"),
        "provisional": _("Not certain yet"),
        "differential": _("One of several possibilities"),
        "refuted": _("Ruled out"),
    }
    return words.get(code_of(body.get("verificationStatus")), "")


def _allergy_certainty(body: Json) -> str:
    """GP systems know no allergies that wait to be confirmed: GP Connect fixes "unconfirmed" for all of them, and a
    reader must not take it to mean anything.
    """
    return "" if code_of(body.get("verificationStatus")) == "unconfirmed" else _certainty(body)


def _onset(body: Json) -> str:
    age = quantity_text(body.get("onsetAge"))
    period = mapping(body.get("onsetPeriod"))
    return (
        fhir_date_in_words(body.get("onsetDateTime"))
        or fhir_date_in_words(period.get("start"))
        or age
        or text_of(body.get("onsetString"))
    )


def _ended(body: Json) -> str:
    return fhir_date_in_words(body.get("abatementDateTime")) or text_of(body.get("abatementString"))


def allergy_line(shown: Shown) -> Line:
    """One allergy in a list."""
    body = shown.body
    reactions = joined(concepts(item.get("manifestation")) for item in objects(body.get("reaction")))
    title, plain = _named(body.get("code"))
    return Line(shown.href, title or _("Allergy"), shown.date, reactions, tag=_allergy_certainty(body), plain=plain)


def _named(code: object) -> tuple[str, str]:
    """The words of a CodeableConcept, and ours."""
    title = concept(code)
    return title, plain_name(mapping(code), title)


def allergy_detail(shown: Shown, _members: Sequence[Shown]) -> Detail:
    """An allergy's own page."""
    body = shown.body
    severity = {"mild": _("Mild"), "moderate": _("Moderate"), "severe": _("Severe")}
    reactions = objects(body.get("reaction"))
    rows = facts(
        quoted(_("Reaction"), joined(concepts(item.get("manifestation")) for item in reactions)),
        (_("How strong"), joined(dict.fromkeys(severity.get(text_of(item.get("severity")), "") for item in reactions))),
        (_("Status"), joined((_clinical_status(body), _allergy_certainty(body)))),
        (_("Started"), _onset(body)),
        (_("Last happened"), fhir_date_in_words(body.get("lastOccurrence"))),
        (_("Recorded"), fhir_date_in_words(body.get("recordedDate"))),
        quoted(_("Recorded by"), displays(body.get("recorder"))),
    )
    described = tuple(words for item in reactions if (words := text_of(item.get("description"))))
    return Detail(
        concept(body.get("code")) or _("Allergy"), shown.date, rows, described + notes(body), links=related(shown, ())
    )


def allergy_groups(page: Sequence[Shown]) -> tuple[Group, ...]:
    """Allergies that count now, then past ones."""
    return _now_and_past(page, allergy_line)


def condition_line(shown: Shown) -> Line:
    """One condition in a list."""
    body = shown.body
    title, plain = _named(body.get("code"))
    return Line(shown.href, title or _("Health condition"), shown.date, tag=_certainty(body), plain=plain)


def condition_detail(shown: Shown, _members: Sequence[Shown]) -> Detail:
    """A condition's own page."""
    body = shown.body
    rows = facts(
        (_("Status"), joined((_clinical_status(body), _certainty(body)))),
        (_("Started"), _onset(body)),
        (_("Ended"), _ended(body)),
        quoted(_("How severe"), concept(body.get("severity"))),
        quoted(_("Where on the body"), concepts(body.get("bodySite"))),
        (_("Recorded"), fhir_date_in_words(body.get("recordedDate"))),
        quoted(_("Recorded by"), displays(body.get("recorder"))),
    )
    title = concept(body.get("code")) or _("Health condition")
    return Detail(title, shown.date, rows, notes(body), links=related(shown, ()))


def condition_groups(page: Sequence[Shown]) -> tuple[Group, ...]:
    """Conditions that count now, then past ones."""
    return _now_and_past(page, condition_line)


def vaccination_line(shown: Shown) -> Line:
    """One vaccination in a list."""
    body = shown.body
    title, plain = _named(body.get("vaccineCode"))
    return Line(shown.href, title or _("Vaccination"), shown.date, tag=_not_given(body), plain=plain)


def _not_given(body: Json) -> str:
    return _("Not given") if text_of(body.get("status")) == "not-done" else ""


def vaccination_detail(shown: Shown, _members: Sequence[Shown]) -> Detail:
    """A vaccination's own page."""
    body = shown.body
    protocols = objects(body.get("protocolApplied"))
    given_by = joined(displays(item.get("actor")) for item in objects(body.get("performer")))
    rows = facts(
        (_("Date"), fhir_date_in_words(body.get("occurrenceDateTime")) or text_of(body.get("occurrenceString"))),
        (_("Status"), _not_given(body)),
        quoted(_("Why it was not given"), concept(body.get("statusReason"))),
        quoted(_("Protects against"), joined(concepts(item.get("targetDisease")) for item in protocols)),
        (_("Dose number"), joined(_dose(item) for item in protocols)),
        quoted(_("Amount given"), quantity_text(body.get("doseQuantity"))),
        quoted(_("Made by"), displays(body.get("manufacturer"))),
        quoted(_("Batch number"), text_of(body.get("lotNumber"))),
        quoted(_("Where on the body"), concept(body.get("site"))),
        quoted(_("How it was given"), concept(body.get("route"))),
        quoted(_("Given by"), given_by),
        quoted(_("Where it was given"), displays(body.get("location"))),
    )
    title = concept(body.get("vaccineCode")) or _("Vaccination")
    return Detail(title, shown.date, rows, notes(body), links=related(shown, ()))


def _dose(protocol: Json) -> str:
    """Which dose it was, and of how many where that is said."""
    dose, doses = (
        number(protocol.get(f"{name}PositiveInt")) or text_of(protocol.get(f"{name}String"))
        for name in ("doseNumber", "seriesDoses")
    )
    return _("%(number)s of %(all)s") % {"number": dose, "all": doses} if dose and doses else dose


def vaccination_groups(page: Sequence[Shown]) -> tuple[Group, ...]:
    """Vaccinations, newest first."""
    return by_year(page, vaccination_line)


def referral_line(shown: Shown) -> Line:
    """One referral or request in a list, with what it is for: GP Connect's have no other name than "Referral"."""
    body, (title, plain) = shown.body, _named(shown.body.get("code"))
    whom, why, progress = displays(body.get("performer")), concepts(body.get("reasonCode")), _progress(body)
    value, aside = (why, whom) if why else (whom, "")
    return Line(shown.href, title or referral_title(body), shown.date, value, aside, tag=progress, plain=plain)


def referral_title(body: Json) -> str:
    """What was asked for, and failing that what sort of request it is."""
    return concept(body.get("code")) or concepts(body.get("category")) or _("Referral")


def _progress(body: Json) -> str:
    words = {"completed": _("Completed"), "revoked": _("Cancelled"), "on-hold": _("Paused")}
    return words.get(text_of(body.get("status")), "")


def referral_detail(shown: Shown, _members: Sequence[Shown]) -> Detail:
    """A referral's own page."""
    body = shown.body
    urgency = {"routine": _("Routine"), "urgent": _("Urgent"), "asap": _("As soon as possible"), "stat": _("Immediate")}
    rows = facts(
        (_("Date"), fhir_date_in_words(body.get("authoredOn")) or shown.date),
        quoted(_("Referred to"), joined((concept(body.get("performerType")), displays(body.get("performer"))))),
        quoted(_("Reason"), concepts(body.get("reasonCode"))),
        (_("Urgency"), urgency.get(text_of(body.get("priority")), "")),
        (_("Status"), _progress(body)),
        quoted(_("Referred by"), displays(body.get("requester"))),
    )
    advice = text_of(body.get("patientInstruction"))
    paragraphs = ((advice,) if advice else ()) + notes(body)
    return Detail(referral_title(body), shown.date, rows, paragraphs, links=related(shown, ()))


def referral_groups(page: Sequence[Shown]) -> tuple[Group, ...]:
    """Referrals, newest first."""
    return by_year(page, referral_line)


def _now_and_past(page: Sequence[Shown], line: Callable[[Shown], Line]) -> tuple[Group, ...]:
    """What was ruled out comes last, whatever clinical status its source left with it."""
    current: list[Line] = []
    over: list[Line] = []
    ruled_out: list[Line] = []
    for shown in page:
        kept = ruled_out if is_ruled_out(shown.body) else over if is_over(shown.body) else current
        kept.append(line(shown))
    named = ((_("Current"), current), (_("Past"), over), (_("Ruled out"), ruled_out))
    return tuple(Group(heading, tuple(lines)) for heading, lines in named if lines)
