"""The sections of a record as people see them: which entries each lists, and who presents them.

Every slot but NEVER stands in exactly one section, so that nothing visible is unreachable (R2).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from openrecord.clinical.dates import earliest_or_none
from openrecord.clinical.kinds import Slot
from openrecord.clinical.r4 import tokens
from openrecord.clinical.r4.times import happened
from openrecord.web.records import background, documents, events, medicines, observations
from openrecord.web.records.elements import decoded, mapping, text_of
from openrecord.web.records.plain import about, plain_of, written
from openrecord.web.records.related import with_names
from openrecord.web.records.trends import trends_of
from openrecord.web.records.values import Detail, Group, Shown, parts_of
from openrecord.web.text import gettext as _
from openrecord.web.text import gettext_noop
from openrecord.web.words import day_in_words, fhir_date_in_words

Groups = Callable[[Sequence[Shown]], tuple[Group, ...]]
Details = Callable[[Shown, Sequence[Shown]], Detail]


@dataclass(frozen=True, slots=True)
class RecordSection:
    """One section: its address, untranslated words, and its slots. `hint` says what one finds there.

    `ahead`: what holds one of these codes comes first, however long ago it began; `is_by_day`: its groups are days, and
    what belongs to a report of the day stands under it.
    """

    slug: str
    title: str
    hint: str
    slots: frozenset[Slot]
    groups: Groups
    ahead: tuple[str, ...] = ()
    is_by_day: bool = False


_GOES_ON = tuple(tokens.part(tokens.Mark.CLINICAL_STATUS, None, code) for code in ("active", "recurrence", "relapse"))
SECTIONS: tuple[RecordSection, ...] = (
    RecordSection(
        "test-results",
        gettext_noop("Test results"),
        gettext_noop("Blood tests, samples and reports"),
        frozenset({Slot.LABORATORY, Slot.OBSERVATION_LABORATORY, Slot.REPORT, Slot.SPECIMEN, Slot.IMAGING}),
        observations.groups,
        is_by_day=True,
    ),
    RecordSection(
        "consultations",
        gettext_noop("Consultations and events"),
        gettext_noop("Appointments, phone calls, procedures and notes"),
        frozenset({Slot.CONSULTATION, Slot.PROCEDURE, Slot.QUESTIONNAIRE, Slot.COMMENT}),
        events.groups,
    ),
    RecordSection(
        "medicines",
        gettext_noop("Medicines"),
        gettext_noop("What you take now and what you took before"),
        frozenset({Slot.MEDICATION_STATEMENT, Slot.MEDICATION_REQUEST}),
        medicines.groups,
        tuple(tokens.part(tokens.Mark.STATUS, "", code) for code in sorted(medicines.CURRENT)),
    ),
    RecordSection(
        "allergies",
        gettext_noop("Allergies and reactions"),
        gettext_noop("What you react to, and how"),
        frozenset({Slot.ALLERGY}),
        background.allergy_groups,
        _GOES_ON,
    ),
    RecordSection(
        "vaccinations",
        gettext_noop("Vaccinations"),
        gettext_noop("Vaccines you had, with dates"),
        frozenset({Slot.IMMUNISATION}),
        background.vaccination_groups,
    ),
    RecordSection(
        "health-conditions",
        gettext_noop("Health conditions"),
        gettext_noop("Conditions you have or had"),
        frozenset({Slot.PROBLEM, Slot.DIAGNOSIS}),
        background.condition_groups,
        _GOES_ON,
    ),
    RecordSection(
        "measurements",
        gettext_noop("Measurements and findings"),
        gettext_noop("Blood pressure, weight, smoking, and what was noted at visits"),
        frozenset(
            {
                Slot.VITAL_SIGNS,
                Slot.SOCIAL_HISTORY,
                Slot.EXAM,
                Slot.SURVEY,
                Slot.OBSERVATION_PROCEDURE,
                Slot.THERAPY,
                Slot.ACTIVITY,
                Slot.OBSERVATION_OTHER,
            }
        ),
        observations.groups,
        is_by_day=True,
    ),
    RecordSection(
        "documents",
        gettext_noop("Documents"),
        gettext_noop("Letters and reports about your care"),
        frozenset({Slot.DOCUMENT}),
        documents.groups,
    ),
    RecordSection(
        "referrals",
        gettext_noop("Referrals"),
        gettext_noop("When you were sent to another service"),
        frozenset({Slot.REFERRAL}),
        background.referral_groups,
    ),
)
BY_SLUG: Mapping[str, RecordSection] = {section.slug: section for section in SECTIONS}
BY_SLOT: Mapping[Slot, RecordSection] = {slot: section for section in SECTIONS for slot in section.slots}

_DETAILS: Mapping[str, Details] = {
    "Observation": events.observation_or_note_detail,
    "DiagnosticReport": observations.report_detail,
    "Encounter": events.encounter_detail,
    "Procedure": events.procedure_detail,
    "QuestionnaireResponse": events.questionnaire_detail,
    "MedicationStatement": medicines.detail,
    "MedicationRequest": medicines.detail,
    "AllergyIntolerance": background.allergy_detail,
    "Immunization": background.vaccination_detail,
    "Condition": background.condition_detail,
    "ServiceRequest": background.referral_detail,
    "DocumentReference": documents.detail,
    "Specimen": observations.specimen_detail,
}


def shown(slot: Slot, clinical: datetime | None, body: bytes, base: str) -> Shown:
    """An entry as presenters take it, with its page below `base`."""
    parts = parts_of(body)
    slug = BY_SLOT[slot].slug
    href, reference = f"{base}/{slug}/{parts.id}", f"{parts.resource_type}/{parts.id}"
    return Shown(href, base, reference, _date(clinical, body), body, parts, clinical, slug)


def _date(clinical: datetime | None, body: bytes) -> str:
    """The clinical date in words, as far as the record says it: of "2019" only the year.

    Only what begins on the first day of a month can be partial (clinical.dates): no other body is taken apart for it.
    """
    words = day_in_words(clinical)
    if not words.startswith("1 "):
        return words
    said = happened(mapping(decoded(body)))
    return fhir_date_in_words(said) if len(said) < len("2019-01-01") and earliest_or_none(said) == clinical else words


def detail_of(
    entry: Shown, members: Sequence[Shown], others: Sequence[Shown] = (), named: Sequence[Shown] = ()
) -> Detail:
    """The page of one entry. `others`: other results of the same test, newest first; `named`: what else it names."""
    detail = recorded(entry, members)
    explained = about(entry.body)
    return replace(
        detail,
        plain="" if explained else plain_of(entry.body, detail.title),
        written=written((*detail.comments, *detail.paragraphs, *detail.terse)),
        about=explained,
        trends=trends_of(entry, others),
        links=with_names(detail.links, (*named, *others), lambda each: events.any_line(each)[1]),
    )


def recorded(entry: Shown, members: Sequence[Shown] = ()) -> Detail:
    """What the record says in an entry, without anything that we add."""
    present = _DETAILS.get(text_of(entry.body.get("resourceType")))
    return Detail(_("Record entry"), entry.date, ()) if present is None else present(entry, members)
