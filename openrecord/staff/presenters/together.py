"""Two records of one person in words: what keeps them apart, what one record of them would be, what was merged."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from openrecord.clinical.nhs_number import spaced
from openrecord.registry import queries as registry
from openrecord.registry.rules.merging import Bar
from openrecord.registry.types import MergeReason, OdsCode, PartReason, Patient
from openrecord.screening.together import Outlook, Side
from openrecord.web.text import gettext as _
from openrecord.web.text import gettext_noop
from openrecord.web.words import day_in_words

NOBODY = gettext_noop("No patient of your practice matches. Check what you typed.")
PROTECTED = gettext_noop("One of these records is protected. They cannot become one record.")
"""For both sorts of protection the same: which record it is, and why, is told to nobody."""

BARS: Mapping[Bar, str] = {
    Bar.SAME: gettext_noop("This is the record that you are in. Enter the number of the other one."),
    Bar.WITHDRAWN: PROTECTED,
    Bar.PROTECTED: PROTECTED,
    Bar.MERGED: gettext_noop("One of these records was merged already. Part it first."),
    Bar.NOT_MERGED: gettext_noop("These records are not one any more. Somebody parted them."),
    Bar.BORN: gettext_noop("The dates of birth differ or are not known. Correct them in your clinical system first."),
    Bar.ASKED: gettext_noop("Requests about the other record are open. Answer them first."),
}
MERGE_REASONS: Mapping[MergeReason, str] = {
    MergeReason.REGISTERED_TWICE: gettext_noop("The person was registered twice"),
    MergeReason.TEMPORARY_NUMBER: gettext_noop("One of the numbers was temporary"),
}
PART_REASONS: Mapping[PartReason, str] = {
    PartReason.NOT_ONE_PERSON: gettext_noop("They are two people"),
    PartReason.MISTAKE: gettext_noop("It is one person, but the merge was a mistake"),
}


@dataclass(frozen=True, slots=True)
class MergedRow:
    """A record that is part of another one. `since`: the day on which it was merged."""

    href: str
    name: str
    nhs_number: str
    born: date | None
    since: str


@dataclass(frozen=True, slots=True)
class Compared:
    """What the two records have each, under one label."""

    label: str
    own: str
    other: str


def is_known(ods: OdsCode, part: Patient) -> bool:
    """Whether the practice had this patient under this number: it learns of no other's."""
    return any(stay.ods == ods for stay in registry.registrations(part.patient_id))


def merged_rows(ods: OdsCode, patient: Patient, base: str) -> tuple[MergedRow, ...]:
    """The records that are part of this one, as far as the practice knows them. `base`: the pages of the patient."""
    return tuple(
        MergedRow(
            f"{base}/together/{part.public_id}/part",
            part.listed_name,
            spaced(part.nhs_number),
            part.born,
            day_in_words(part.merged_at),
        )
        for part in registry.parts(patient.patient_id)
        if is_known(ods, part)
    )


def compared(outlook: Outlook) -> tuple[Compared, ...]:
    """Both records side by side."""
    sides = (outlook.survivor, outlook.other)
    labels: Iterable[tuple[str, tuple[str, ...]]] = (
        (_("Name"), tuple(side.patient.listed_name for side in sides)),
        (_("NHS number"), tuple(spaced(side.patient.nhs_number) for side in sides)),
        (_("Born"), tuple(day_in_words(side.patient.born) for side in sides)),
        (_("Entries of your practice"), tuple(str(side.entries) for side in sides)),
        (_("Hidden, held or kept from somebody"), tuple(str(side.kept_back) for side in sides)),
        (_("Parts of the history granted"), tuple(str(side.chunks) for side in sides)),
        (_("The patient signs in"), tuple(_signs_in(side) for side in sides)),
    )
    return tuple(Compared(label, *both) for label, both in labels)


def effects(outlook: Outlook) -> tuple[str, ...]:
    """What merging does, a sentence or two at a time."""
    return (
        _("Entries of your practice that move into this record: %(count)s.") % {"count": outlook.other.entries},
        _("What arrives for either number comes here from now on."),
        _("What is hidden or held in one of the records stays so."),
        _doubted(outlook.doubted),
        _("Where the two differ in levels, sections, pauses, refusals or codes, the stricter one holds."),
        _("A part of the history that was granted in one record alone is closed until you grant it again."),
        *_others(outlook),
        _("The patient and everybody who acts for them is signed out. Apps have to be connected again."),
        _("You can part the records again. Each entry then goes back to the record that it came to."),
    )


def _doubted(count: int) -> str:
    if not count:
        return _("No entry looks like a copy of what is kept back in the other record.")
    told = _("Entries that may be copies of what is kept back in the other record: %(count)s.") % {"count": count}
    return f"{told} {_('Nobody sees them until you decide. They wait in your list.')}"


def _others(outlook: Outlook) -> tuple[str, ...]:
    """Who acts for the patient, and apps."""
    if not outlook.in_both and not outlook.in_one:
        return (_("Nobody else was let in to either of them."),)
    both = _("People and apps let in to both records: %(count)s. They see what both gave them.")
    one = _("People and apps let in to one of them: %(count)s. They see nothing until you let them in again.")
    return both % {"count": outlook.in_both}, one % {"count": outlook.in_one}


def _signs_in(side: Side) -> str:
    return _("Yes") if side.has_account else _("No")
