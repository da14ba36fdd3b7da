"""What of a record leaves for another system, and which of it is marked as not for the patient (R35).

The marks are the effective state: what passes from container to part, through a medication unit and to the words of a
group is asked of `groups`, as placement does. What waits for a policy or for filing is no redaction: whoever receives
it decides that anew.
"""

from collections.abc import Mapping
from datetime import datetime

from openrecord.access.types import NO_PROXY_RULE, Reason
from openrecord.clinical.incoming import Label
from openrecord.screening.rules.entries import entry_reasons
from openrecord.screening.rules.groups import group_effects
from openrecord.screening.types import EntryFacts, EntryId

LEFT_BEHIND = frozenset(
    {Reason.WRONG_PERSON, Reason.SUPERSEDED, Reason.DRAFT, Reason.ENTERED_IN_ERROR, Reason.UNSAFE_MAPPER}
)
"""What is not part of the record as it stands: somebody else's, replaced, not finished, an error, misread."""

_REDACTED = frozenset(
    {
        *(Reason.HIDDEN_SERIOUS_HARM, Reason.HIDDEN_THIRD_PARTY, Reason.HIDDEN_OTHER),
        *(Reason.HELD_UNTIL, Reason.HELD_CONTACT),
        # without a policy this is only a hold that ended before anybody decided
        Reason.UNDECIDED,
        # the two copies are told apart by what no export holds
        Reason.COPY_UNRESOLVED,
    }
)


def redactions(entries: Mapping[EntryId, EntryFacts], at: datetime) -> dict[EntryId, bool]:
    """The entries that leave, each with whether it is marked. `entries` are all that the patient has.

    A part of something that stays behind is marked, for nobody elsewhere can tell whether that may be seen.
    """
    own = {entry_id: _own(entry, at) for entry_id, entry in entries.items()}
    effects = group_effects(entries, own)
    return {
        entry_id: bool(own[entry_id] | effects[entry_id].reasons)
        for entry_id in entries
        if not own[entry_id] & LEFT_BEHIND
    }


def _own(entry: EntryFacts, at: datetime) -> frozenset[Reason]:
    found = entry_reasons(entry, None, at) & (LEFT_BEHIND | _REDACTED)
    # a label that is not understood counts as the one that is
    return found if entry.label is Label.NONE else found | {Reason.NOT_FOR_PATIENT_LABEL}


def is_kept_from_proxies(entry: EntryFacts) -> bool:
    """Whether the entry is kept from people who act for the patient only: no label of FHIR says that."""
    return entry.stance.proxy_rule != NO_PROXY_RULE
