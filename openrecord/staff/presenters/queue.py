"""The worklist as staff see it: what waits, for how long, and what to look at first."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from msgspec import structs

from openrecord.clinical.prose import Prose
from openrecord.clinical.signals.types import Signal, SignalKind
from openrecord.kit.ids import spelt
from openrecord.kit.london import day_of
from openrecord.registry.types import Patient, PatientId
from openrecord.screening.rules.worklist import text_of
from openrecord.screening.types import Item, ItemState, ListedItem
from openrecord.web.records.events import any_line
from openrecord.web.records.values import Shown, parts_of
from openrecord.web.text import gettext as _
from openrecord.web.text import gettext_noop
from openrecord.web.words import day_in_words

SIGNALS: Mapping[SignalKind, str] = {
    SignalKind.THIRD_PARTY: gettext_noop("Another person"),
    SignalKind.SAFEGUARDING: gettext_noop("Safeguarding"),
    SignalKind.DOMESTIC_ABUSE: gettext_noop("Domestic abuse"),
    SignalKind.SEXUAL_REPRODUCTIVE: gettext_noop("Sexual and reproductive health"),
    SignalKind.SERIOUS_NEWS: gettext_noop("Serious news"),
    SignalKind.MENTAL_HEALTH_RISK: gettext_noop("Mental health risk"),
    SignalKind.CLINICIAN_OPINION: gettext_noop("Writer's opinion"),
    SignalKind.CONFIDENTIAL_LETTER: gettext_noop("Confidential letter"),
    SignalKind.MINOR_CONFIDENTIAL: gettext_noop("Young person's confidence"),
}
STATES: Mapping[ItemState, str] = {
    ItemState.UNDECIDED: gettext_noop("Waiting for a decision"),
    ItemState.HELD_UNTIL: gettext_noop("Held until a date"),
    ItemState.HELD_CONTACT: gettext_noop("Held until the patient has been contacted"),
    ItemState.CONTACTED: gettext_noop("Patient contacted, waiting for a decision"),
}


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One item in the list. `key` names it and what was seen of it, in forms; empty where the record is closed."""

    key: str
    href: str
    title: str
    value: str
    kind: str
    patient: str
    date: str
    author: str
    signals: tuple[str, ...]
    state: str
    due: str
    overdue: bool
    looked_at: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of the text; `marked`: a signal points at it."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Told:
    """One signal in words: its kind, and why it is one."""

    kind: str
    why: str


def key_of(patient: Patient, item: ListedItem) -> str:
    """Names the item in a form: patient, entry, and the stamp of what was seen."""
    return f"{patient.public_id}/{spelt(item.entry_id)}/{item.stamp}"


def as_shown(item: ListedItem, href: str) -> Shown:
    """The item as the shared presenters take it; links in it are not followed on staff pages."""
    body = item.coded if item.full is None else item.full
    return Shown(href, "", spelt(item.entry_id), "", body, parts_of(body))


def rows(
    items: Iterable[ListedItem],
    patients: Mapping[PatientId, Patient],
    query: str,
    at: datetime,
    *,
    closed: Collection[PatientId],
) -> tuple[QueueRow, ...]:
    """The list, in its order. `query`: the filters, to be kept on the way; `closed`: whose entries are not told."""
    return tuple(
        (_closed_row if item.patient_id in closed else _row)(item, patients[item.patient_id], query, at)
        for item in items
    )


def _href(item: ListedItem, patient: Patient, query: str) -> str:
    return f"/staff/queue/{patient.public_id}/{spelt(item.entry_id)}{query}"


def _closed_row(item: ListedItem, patient: Patient, query: str, at: datetime) -> QueueRow:
    return QueueRow(
        key="",
        href=_href(item, patient, query),
        title=_("Entry of a closed record"),
        value="",
        kind=_("Say why before you open it"),
        patient=patient.listed_name,
        date=day_in_words(item.item.since),
        author="",
        signals=(),
        state=state_in_words(structs.replace(item.item, leaves=None), at),
        due=due_in_words(item.item, at),
        overdue=item.item.due <= at,
        looked_at=True,
    )


def _row(item: ListedItem, patient: Patient, query: str, at: datetime) -> QueueRow:
    href = _href(item, patient, query)
    kind, line = any_line(as_shown(item, href))
    return QueueRow(
        key_of(patient, item),
        href,
        line.title,
        line.value,
        kind,
        patient.listed_name,
        day_in_words(item.item.since),
        "" if item.author == line.value else item.author,
        tuple(_(SIGNALS[signal]) for signal in item.signals or ()),
        state_in_words(item.item, at),
        due_in_words(item.item, at),
        item.item.due <= at,
        item.signals is not None,
    )


def state_in_words(item: Item, at: datetime) -> str:
    """What the item waits for. A hold whose day has come waits for a decision (R33).

    Of what a policy releases by itself it is said when, or the patient reads what nobody has looked at, unannounced.
    """
    if item.state is ItemState.HELD_UNTIL and item.due <= at:
        return _("Hold ended, waiting for a decision")
    if item.leaves is not None:
        return _("Without a decision the patient sees it from %(day)s") % {"day": day_in_words(item.leaves)}
    return _(STATES[item.state])


def due_in_words(item: Item, at: datetime) -> str:
    """By when somebody should decide."""
    day = day_in_words(item.due)
    if item.due <= at:
        return _("Overdue since %(day)s") % {"day": day}
    if day_of(item.due) == day_of(at):
        return _("Due today")
    if item.state is ItemState.HELD_UNTIL:
        return _("Held until %(day)s") % {"day": day}
    return _("Decide before %(day)s") % {"day": day}


def told(signals: Iterable[Signal]) -> tuple[Told, ...]:
    """Each signal once, in the order of the text."""
    every = (Told(_(SIGNALS[signal.kind]), signal.why) for signal in signals)
    return tuple(dict.fromkeys(every))


def pieces(prose: Prose, signals: Iterable[Signal]) -> tuple[Piece, ...]:
    """The whole text, cut where signals point at it."""
    text = text_of(prose)
    pointed: list[tuple[int, int]] = []
    for start, end in sorted((s.span.start, s.span.end) for s in signals if s.span is not None):
        if pointed and start <= pointed[-1][1]:
            pointed[-1] = (pointed[-1][0], max(end, pointed[-1][1]))
        else:
            pointed.append((start, end))
    cut, found = 0, []
    for start, end in pointed:
        found += [Piece(text[cut:start], marked=False), Piece(text[start:end], marked=True)]
        cut = end
    return tuple(piece for piece in (*found, Piece(text[cut:], marked=False)) if piece.text)
