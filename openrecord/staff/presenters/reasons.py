"""Every reason code in plain words, for staff. A patient never sees any of these.

The list is closed (decision-cases README, "Reason codes"); a code without a sentence is an error, not a gap.
"""

from collections.abc import Iterable, Mapping

from openrecord.access.types import Reason
from openrecord.web.text import gettext as _
from openrecord.web.text import gettext_noop

SENTENCES: Mapping[Reason, str] = {
    Reason.UNFILED: gettext_noop("It has not been filed or reviewed yet."),
    Reason.DRAFT: gettext_noop("It is a draft."),
    Reason.NOT_FOR_PATIENT_LABEL: gettext_noop("The clinical system marks it as not for the patient."),
    Reason.NEVER_CODE: gettext_noop("It is a code about record access, which is never shown."),
    Reason.HIDDEN_SERIOUS_HARM: gettext_noop("Hidden here: it could cause serious harm."),
    Reason.HIDDEN_THIRD_PARTY: gettext_noop("Hidden here: it is about another person."),
    Reason.HIDDEN_OTHER: gettext_noop("Hidden here for another lawful reason."),
    Reason.HELD_UNTIL: gettext_noop("Held back until a date that has not come yet."),
    Reason.HELD_CONTACT: gettext_noop("Held back until somebody has spoken to the patient."),
    Reason.UNDECIDED: gettext_noop("It is waiting for a decision at the practice."),
    Reason.POLICY_NEVER: gettext_noop("The practice does not show entries of this kind."),
    Reason.ENTERED_IN_ERROR: gettext_noop("The clinical system says it was entered in error."),
    Reason.SUPERSEDED: gettext_noop("Another entry replaces it."),
    Reason.UNSAFE_MAPPER: gettext_noop("It was read by an older version of this service that is no longer trusted."),
    Reason.WRONG_PERSON: gettext_noop("It turned out to belong to another patient."),
    Reason.COPY_UNRESOLVED: gettext_noop("It looks like a copy of another entry, but the two do not agree."),
    Reason.UNKNOWN_INPUT: gettext_noop("Something that is needed to decide is missing or not understood."),
    Reason.DIARY: gettext_noop("It is a diary entry, which is never shown."),
    Reason.ADMINISTRATIVE: gettext_noop("It is an administrative task, which is never shown."),
    Reason.CONTAINER_HIDDEN: gettext_noop("What it is part of is not visible."),
    Reason.CONTAINER_UNKNOWN: gettext_noop("What it is part of has not arrived."),
    Reason.UNIT_HIDDEN: gettext_noop("Another entry for the same medicine is hidden, held or marked."),
    Reason.MEMBER_HIDDEN_TEXT: gettext_noop("It is free text beside something that is not visible."),
    Reason.EMPTY_CONTAINER: gettext_noop("Nothing in it is visible, and it says nothing by itself."),
    Reason.BEFORE_WINDOW: gettext_noop("It was recorded before this patient's online access begins."),
    Reason.RECORDED_MISSING: gettext_noop("The date when it was recorded is missing, so it counts as history."),
    Reason.BACK_RECORD: gettext_noop("It is dated long before online access begins, so it counts as history."),
    Reason.TRANSFERRED: gettext_noop("It came from another practice, so it counts as history."),
    Reason.FIRST_LOAD: gettext_noop("It came with the first load after registration, so it counts as history."),
    Reason.NOT_REGISTERED: gettext_noop("The patient is not registered here."),
    Reason.DEDUCTED: gettext_noop("The patient's registration here has ended."),
    Reason.GO_LIVE_NOT_REACHED: gettext_noop("The practice has not started online access yet."),
    Reason.SYSTEM_OFF: gettext_noop("The practice has switched online access off."),
    Reason.SECTION_OFF: gettext_noop("The practice has switched this section off."),
    Reason.CLOSED: gettext_noop("Access is closed at the moment by an emergency stop."),
    Reason.LEVEL: gettext_noop("The access level is too low for it."),
    Reason.ENHANCED_REVIEW: gettext_noop("An enhanced review is recorded (code 104) and has not been settled."),
    Reason.DECLINED: gettext_noop("The patient has declined online access (code 103)."),
    Reason.PAUSED: gettext_noop("The patient has paused their access."),
    Reason.LOWERED: gettext_noop("The patient has lowered their own access level."),
    Reason.UNDER_16: gettext_noop("The patient is under 16 and has no access of their own."),
    Reason.DECEASED: gettext_noop("The patient has died."),
    Reason.PROXY_SCOPE: gettext_noop("This person's access for the patient does not reach it."),
    Reason.PROXY_EXCLUDED: gettext_noop("It is kept from this person."),
    Reason.PROXY_EXPIRED: gettext_noop("This person's access for the patient has run out."),
    Reason.PROXY_REVOKED: gettext_noop("This person's access for the patient was ended."),
    Reason.PROXY_MOVED: gettext_noop("This person's access ended when the patient registered elsewhere."),
    Reason.PROXY_AGE_REVIEW: gettext_noop("This person's access is suspended for an age review."),
    Reason.ADDRESS_FLAGGED: gettext_noop("The patient's address is protected, so nobody may act for them online."),
    Reason.SCOPE: gettext_noop("The app was not given permission for it."),
    Reason.TOKEN_REVOKED: gettext_noop("The app's permission was withdrawn."),
}


_NOT_ASKED = frozenset(
    {
        Reason.UNFILED,
        Reason.DRAFT,
        Reason.NOT_FOR_PATIENT_LABEL,
        Reason.NEVER_CODE,
        Reason.HIDDEN_SERIOUS_HARM,
        Reason.HIDDEN_THIRD_PARTY,
        Reason.HIDDEN_OTHER,
        Reason.POLICY_NEVER,
        Reason.ENTERED_IN_ERROR,
        Reason.SUPERSEDED,
        Reason.UNSAFE_MAPPER,
        Reason.WRONG_PERSON,
        Reason.COPY_UNRESOLVED,
        Reason.UNKNOWN_INPUT,
        Reason.DIARY,
        Reason.ADMINISTRATIVE,
        Reason.CONTAINER_HIDDEN,
        Reason.CONTAINER_UNKNOWN,
        Reason.BEFORE_WINDOW,
        Reason.RECORDED_MISSING,
        Reason.BACK_RECORD,
        Reason.TRANSFERRED,
        Reason.FIRST_LOAD,
        Reason.NOT_REGISTERED,
        Reason.DEDUCTED,
        Reason.GO_LIVE_NOT_REACHED,
        Reason.SYSTEM_OFF,
        Reason.SECTION_OFF,
        Reason.DECEASED,
    }
)
"""Beside these an entry stands in no worklist (screening/rules/worklist.py): nobody is asked about it."""


def in_words(reasons: Iterable[str]) -> tuple[str, ...]:
    """A sentence for each code, in the order of the closed list. Raises ValueError for an unknown code.

    That it waits for a decision is said of what the practice finds in its worklist alone.
    """
    found = {Reason(code) for code in reasons}
    if found & _NOT_ASKED:
        found.discard(Reason.UNDECIDED)
    return tuple(_(SENTENCES[reason]) for reason in SENTENCES if reason in found)
