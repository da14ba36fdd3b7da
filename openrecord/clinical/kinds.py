"""What a record entry can be, in which section it stands and which level opens it.

Source: decision-cases README ("Entries"), domain 1.4. The order of Level is its meaning.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Level(IntEnum):
    """How much of a record is open. Free text is shown only at FULL."""

    NONE = 0
    SUMMARY = 1
    DETAILED = 2
    DOCUMENTS = 3
    FULL = 4


class Section(StrEnum):
    """The sections of a record that a practice or a proxy's scope may switch off."""

    MEDICATIONS = "medications"
    ALLERGIES = "allergies"
    CONSULTATIONS = "consultations"
    OBSERVATIONS = "observations"
    RESULTS = "results"
    PROBLEMS = "problems"
    IMMUNISATIONS = "immunisations"
    REFERRALS = "referrals"
    DOCUMENTS = "documents"


class EntryKind(StrEnum):
    """What an entry is, in the words of the decision cases."""

    MEDICATION = "medication"
    PLAN = "plan"
    ISSUE = "issue"
    ALLERGY = "allergy"
    CONSULTATION = "consultation"
    OBSERVATION = "observation"
    PROCEDURE = "procedure"
    QUESTIONNAIRE = "questionnaire"
    CONDITION = "condition"
    IMMUNISATION = "immunisation"
    REFERRAL = "referral"
    RESULT = "result"
    REPORT = "report"
    SPECIMEN = "specimen"
    DOCUMENT = "document"
    COMMENT = "comment"
    CODE = "code"
    DIARY = "diary"
    TASK = "task"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class KindRule:
    """What holds for every entry of a kind.

    `release_as` names the kind whose release policy applies; None means the kind is never placed.
    """

    fhir_type: str | None
    section: Section | None
    level: Level
    needs_filing: bool = False
    container: bool = False
    release_as: str | None = None


def _rule(
    fhir_type: str | None,
    section: Section | None,
    level: Level,
    release_as: str | None,
    *,
    needs_filing: bool = False,
    container: bool = False,
) -> KindRule:
    return KindRule(fhir_type, section, level, needs_filing, container, release_as)


KIND_RULES: dict[EntryKind, KindRule] = {
    EntryKind.MEDICATION: _rule("MedicationStatement", Section.MEDICATIONS, Level.SUMMARY, "medication"),
    EntryKind.PLAN: _rule("MedicationRequest", Section.MEDICATIONS, Level.SUMMARY, "plan"),
    EntryKind.ISSUE: _rule("MedicationRequest", Section.MEDICATIONS, Level.SUMMARY, "issue"),
    EntryKind.ALLERGY: _rule("AllergyIntolerance", Section.ALLERGIES, Level.SUMMARY, "allergy"),
    EntryKind.CONSULTATION: _rule("Encounter", Section.CONSULTATIONS, Level.DETAILED, "consultation", container=True),
    EntryKind.OBSERVATION: _rule("Observation", Section.OBSERVATIONS, Level.DETAILED, "observation"),
    EntryKind.PROCEDURE: _rule("Procedure", Section.OBSERVATIONS, Level.DETAILED, "procedure"),
    EntryKind.QUESTIONNAIRE: _rule(
        "QuestionnaireResponse", Section.OBSERVATIONS, Level.DETAILED, "questionnaire", container=True
    ),
    EntryKind.CONDITION: _rule("Condition", Section.PROBLEMS, Level.DETAILED, "condition"),
    EntryKind.IMMUNISATION: _rule("Immunization", Section.IMMUNISATIONS, Level.DETAILED, "immunisation"),
    EntryKind.REFERRAL: _rule("ServiceRequest", Section.REFERRALS, Level.DETAILED, "referral"),
    EntryKind.RESULT: _rule("Observation", Section.RESULTS, Level.DETAILED, "result", needs_filing=True),
    EntryKind.REPORT: _rule(
        "DiagnosticReport", Section.RESULTS, Level.DETAILED, "report", needs_filing=True, container=True
    ),
    EntryKind.SPECIMEN: _rule("Specimen", Section.RESULTS, Level.DETAILED, "result", needs_filing=True),
    EntryKind.DOCUMENT: _rule(
        "DocumentReference", Section.DOCUMENTS, Level.DOCUMENTS, "document", needs_filing=True, container=True
    ),
    EntryKind.COMMENT: _rule("Observation", Section.CONSULTATIONS, Level.FULL, "comment"),
    EntryKind.CODE: _rule(None, None, Level.SUMMARY, None),
    EntryKind.DIARY: _rule("ServiceRequest", None, Level.SUMMARY, None),
    EntryKind.TASK: _rule("Task", None, Level.SUMMARY, None),
    EntryKind.UNKNOWN: _rule(None, None, Level.SUMMARY, None),
}


class Slot(IntEnum):
    """The bit of an entry in a Sight mask: its kind, and the category that SMART scopes can name.

    Values are stored; never renumber, only append. All fit a signed 64-bit integer.
    """

    MEDICATION_STATEMENT = 0
    MEDICATION_REQUEST = 1
    ALLERGY = 2
    CONSULTATION = 3
    VITAL_SIGNS = 4
    SOCIAL_HISTORY = 5
    EXAM = 6
    SURVEY = 7
    IMAGING = 8
    OBSERVATION_PROCEDURE = 9
    THERAPY = 10
    ACTIVITY = 11
    OBSERVATION_OTHER = 12
    LABORATORY = 13
    REPORT = 14
    DOCUMENT = 15
    COMMENT = 16
    PROBLEM = 17
    DIAGNOSIS = 18
    IMMUNISATION = 19
    REFERRAL = 20
    SPECIMEN = 21
    PROCEDURE = 22
    QUESTIONNAIRE = 23
    NEVER = 24
    OBSERVATION_LABORATORY = 25


OBSERVATION_SLOTS: dict[str, Slot] = {
    "vital-signs": Slot.VITAL_SIGNS,
    "social-history": Slot.SOCIAL_HISTORY,
    "exam": Slot.EXAM,
    "survey": Slot.SURVEY,
    "imaging": Slot.IMAGING,
    "procedure": Slot.OBSERVATION_PROCEDURE,
    "therapy": Slot.THERAPY,
    "activity": Slot.ACTIVITY,
    "laboratory": Slot.OBSERVATION_LABORATORY,
}

_KIND_SLOTS: dict[EntryKind, Slot] = {
    EntryKind.MEDICATION: Slot.MEDICATION_STATEMENT,
    EntryKind.PLAN: Slot.MEDICATION_REQUEST,
    EntryKind.ISSUE: Slot.MEDICATION_REQUEST,
    EntryKind.ALLERGY: Slot.ALLERGY,
    EntryKind.CONSULTATION: Slot.CONSULTATION,
    EntryKind.RESULT: Slot.LABORATORY,
    EntryKind.REPORT: Slot.REPORT,
    EntryKind.DOCUMENT: Slot.DOCUMENT,
    EntryKind.COMMENT: Slot.COMMENT,
    EntryKind.IMMUNISATION: Slot.IMMUNISATION,
    EntryKind.REFERRAL: Slot.REFERRAL,
    EntryKind.SPECIMEN: Slot.SPECIMEN,
    EntryKind.PROCEDURE: Slot.PROCEDURE,
    EntryKind.QUESTIONNAIRE: Slot.QUESTIONNAIRE,
}

SLOT_KINDS: dict[Slot, EntryKind] = {
    **{slot: kind for kind, slot in _KIND_SLOTS.items() if kind is not EntryKind.ISSUE},
    **dict.fromkeys(OBSERVATION_SLOTS.values(), EntryKind.OBSERVATION),
    Slot.OBSERVATION_OTHER: EntryKind.OBSERVATION,
    Slot.PROBLEM: EntryKind.CONDITION,
    Slot.DIAGNOSIS: EntryKind.CONDITION,
}
"""Each slot's kind, whose section and level hold for the whole slot. NEVER is in no slot map."""


def slot_of(kind: EntryKind, category: str | None) -> Slot:
    """The slot of an entry of `kind` whose FHIR category code is `category` (None: none given)."""
    if kind is EntryKind.OBSERVATION:
        return OBSERVATION_SLOTS.get(category or "", Slot.OBSERVATION_OTHER)
    if kind is EntryKind.CONDITION:
        return Slot.DIAGNOSIS if category == "encounter-diagnosis" else Slot.PROBLEM
    return _KIND_SLOTS.get(kind, Slot.NEVER)
