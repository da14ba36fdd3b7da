"""The form of each step of a request: its questions, what may be wrong with them, and the event that they make."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from openrecord.caseload import events
from openrecord.caseload.rules.letters import draft
from openrecord.caseload.rules.steps import corrections, grounds, is_part, less, waits
from openrecord.caseload.types import Correction, Ground, Kind, Outcome, Part, Proof, Request, Step, Wait
from openrecord.clinical.kinds import Level, Section
from openrecord.kit.ids import random_id
from openrecord.staff.presenters.requests import CORRECTIONS, GROUNDS, PROOFS, WAITS, part_words
from openrecord.web.forms import Field, Option, Shape, chosen, day_of, day_parts, too_long
from openrecord.web.parts import LEVELS, SECTIONS
from openrecord.web.text import ENGLISH, gettext_noop, speaking
from openrecord.web.text import gettext as _

TITLES: Mapping[Step, str] = {
    Step.IDENTITY: gettext_noop("Record the identity check"),
    Step.ASSIGN: gettext_noop("Assign this request"),
    Step.PAUSE: gettext_noop("Stop the clock"),
    Step.RESUME: gettext_noop("Let the clock run again"),
    Step.EXTEND: gettext_noop("Extend the time"),
    Step.REVIEW: gettext_noop("Open or close a part of the history"),
    Step.CLOSE: gettext_noop("Close a part of the history again"),
    Step.DECIDE: gettext_noop("Decide the request"),
}
_MISSING: Mapping[str, str] = {
    "proof": gettext_noop("Choose how you made sure who asks"),
    "to": gettext_noop("Choose who deals with this request"),
    "wait": gettext_noop("Choose what you are waiting for"),
    "reason": gettext_noop("Write why you need longer"),
    "verdict": gettext_noop("Choose whether this part is opened or stays closed"),
    "chunk": gettext_noop("Choose which part is closed"),
    "level": gettext_noop("Choose how much is opened"),
    "correction": gettext_noop("Choose what became of the entry"),
    "ground": gettext_noop("Choose the ground of refusal"),
    "letter": gettext_noop("Write the letter to the patient"),
}
"""What is said where nothing was chosen or written, by the name of the field."""

NOBODY = "nobody"
OPEN, CLOSED = "open", "closed"
PART = frozenset({"first", "last", "sections"})
"""The fields that name a part of the record."""

LINES_OF_A_LETTER = 12


@dataclass(frozen=True, slots=True)
class Setting:
    """What a form depends on. `members`: who may be chosen, by id; `outcome`: the answer being written.

    `came_restricted`: how many entries a sender marked as not for the patient; `openable`: the higher levels that can
    be given; `looked_at`: names the record as the reviewer saw it (screening.queries.record_stamp).
    """

    request: Request
    members: Mapping[UUID, str]
    outcome: Outcome | None = None
    came_restricted: int = 0
    openable: frozenset[Level] = frozenset()
    looked_at: str = ""


def fields_of(step: Step, setting: Setting) -> tuple[Field, ...]:
    """The questions of a step, with what is known already."""
    match step:
        case Step.IDENTITY:
            return (_one_of("proof", _("How"), {proof.value: _(words) for proof, words in PROOFS.items()}),)
        case Step.ASSIGN:
            people = {str(member): name for member, name in setting.members.items()}
            assignee = setting.request.assignee
            if assignee is None or assignee in setting.members:
                people[NOBODY] = _("Nobody")
            return (_one_of("to", _("Person"), people, str(assignee)),)
        case Step.PAUSE:
            possible = {wait.value: _(words) for wait, words in WAITS.items() if wait in waits(setting.request)}
            return (_one_of("wait", _("What are you waiting for?"), possible),)
        case Step.EXTEND:
            return (Field("reason", _("Why do you need longer?"), Shape.TEXT, _("The patient reads this.")),)
        case Step.REVIEW:
            return _review(setting.request) + _looked_at(setting.came_restricted)
        case Step.CLOSE:
            opened = {str(one.chunk): part_words(one.part) for one in setting.request.reviews if one.granted}
            hint = _("At once, on every device and in every app. What other parts open stays open.")
            return (_one_of("chunk", _("Which part?"), opened, hint=hint),)
        case Step.DECIDE:
            return _decide(setting)
    return ()


def _one_of(name: str, label: str, options: Mapping[str, str], typed: str = "", hint: str = "") -> Field:
    choices = [Option(value, words) for value, words in options.items()]
    return Field(name, label, Shape.ONE_OF, hint, options=choices, typed=(typed,))


def part_fields(asked: Part) -> tuple[Field, ...]:
    """The questions that name a part of the record, answered with the part that was asked for."""
    sections = [Option(section.value, _(words)) for section, words in SECTIONS.items()]
    wanted = () if asked.sections is None else tuple(asked.sections)
    return (
        Field("first", _("From"), Shape.DAY, _("Empty: from the beginning"), typed=day_parts(asked.first)),
        Field("last", _("Up to"), Shape.DAY, _("Empty: to the end"), typed=day_parts(asked.last)),
        Field("sections", _("Sections"), Shape.SOME_OF, _("None: all sections"), options=sections, typed=wanted),
    )


def _review(request: Request) -> tuple[Field, ...]:
    levels = {str(int(level)): _(words) for level, words in LEVELS.items()}
    is_open = any(review.granted for review in request.reviews)
    return (
        *part_fields(request.wish.part),
        _one_of(
            "verdict",
            _("What becomes of this part?"),
            {
                OPEN: _("Open it to the patient: I have looked at all of it and hidden what must be hidden"),
                CLOSED: _("Keep it closed"),
            },
            hint=_("What is open already stays open until you close it again.") if is_open else "",
        ),
        _one_of("level", _("How much of it, if it is opened?"), levels, str(int(request.wish.level or Level.FULL))),
    )


def _looked_at(came_restricted: int) -> tuple[Field, ...]:
    """What came restricted is looked at before anything of the history is opened (R46)."""
    if not came_restricted:
        return ()
    words = _("I have looked at the entries that came restricted (%(count)s), and at what lies around them")
    choice = Option("yes", words % {"count": came_restricted})
    hint = _("They stay closed, whatever you open here.")
    return (Field("looked", _("Restrictions that came with the record"), Shape.SOME_OF, hint, options=(choice,)),)


def _decide(setting: Setting) -> tuple[Field, ...]:
    outcome, request = setting.outcome, setting.request
    if outcome is None:
        return ()
    with speaking(ENGLISH):  # the language of the drafts
        opened = "\n".join(f"- {part_words(review.part)}" for review in request.reviews if review.granted)
    letter = Field(
        "letter",
        _("Letter to the patient"),
        Shape.TEXT,
        _("A draft. Change it. Never describe what was kept back. How to complain is added below it."),
        typed=(draft(request.kind, outcome, opened).strip(),),
        rows=LINES_OF_A_LETTER,
    )
    first: list[Field] = []
    if outcome is Outcome.PARTLY and request.kind is Kind.LEVEL:
        levels = {str(int(one)): _(LEVELS[one]) for one in sorted(less(request, setting.openable))}
        first.append(_one_of("level", _("How much do you open?"), levels))
    became = corrections(request, outcome)
    if became:
        words = {one.value: _(text) for one, text in CORRECTIONS.items() if one in became}
        first.append(_one_of("correction", _("What became of the entry?"), words))
    if outcome is not Outcome.GRANTED:
        first.append(
            _one_of(
                "ground",
                _("Ground"),
                {one.value: _(text) for one, text in GROUNDS.items() if one in grounds(request.kind)},
            )
        )
    return (*first, letter)


def mistakes(step: Step, fields: Sequence[Field], setting: Setting) -> dict[str, str]:
    """What is missing or wrong, by the name of the field."""
    found = too_long(fields)
    optional = {Outcome.PARTLY: {"ground"}, Outcome.REFUSED: {"correction"}}.get(setting.outcome or Outcome.GRANTED, ())
    for field in fields:
        unchosen = field.shape is Shape.ONE_OF and not chosen(field) and field.name not in optional
        if unchosen or (field.shape is Shape.TEXT and not field.value):
            found[field.name] = _(_MISSING[field.name])
    if step is Step.REVIEW:
        found = part_mistakes(fields) | found
    if step is Step.DECIDE and setting.request.kind is Kind.QUESTION and _answers_nothing(fields, setting):
        found["letter"] = _("Write what the entry means, or when you can talk about it")
    by_name = {field.name: field for field in fields}
    if "looked" in by_name and OPEN in by_name["verdict"].typed and not chosen(by_name["looked"]):
        found["looked"] = _("Look at the entries that came restricted first")
    return found


def _answers_nothing(fields: Sequence[Field], setting: Setting) -> bool:
    """Whether the letter is the draft of an answer as it was: that answers no question."""
    if setting.outcome is not Outcome.GRANTED:
        return False
    letter = next(field.value for field in fields if field.name == "letter")
    return letter.split() == draft(Kind.QUESTION, Outcome.GRANTED, "").split()


def part_mistakes(fields: Sequence[Field]) -> dict[str, str]:
    """What is wrong with the part that was named, by the name of the field."""
    found = {
        field.name: _("Enter a real date, like 1 4 2015")
        for field in fields
        if field.shape is Shape.DAY and not _is_day(field)
    }
    if not found and not is_part(part_of(fields)):
        found["last"] = _("The last day must not be before the first")
    return found


def _is_day(field: Field) -> bool:
    try:
        day_of(field)
    except ValueError:
        return False
    return True


def part_of(fields: Sequence[Field]) -> Part:
    """The part of the record that a form without mistakes names."""
    by_name = {field.name: field for field in fields}
    sections = frozenset(Section(name) for name in chosen(by_name["sections"]))
    return Part(day_of(by_name["first"]), day_of(by_name["last"]), sections or None)


def _decided(outcome: Outcome, value: Mapping[str, str], request: Request) -> events.Decided:
    ground, level, correction = (value.get(name) for name in ("ground", "level", "correction"))
    opened = Level(int(level)) if level else None
    if outcome is Outcome.GRANTED and request.kind is Kind.LEVEL:
        opened = request.wish.level
    return events.Decided(
        outcome,
        Ground(ground) if ground else None,
        value["letter"],
        opened,
        Correction(correction) if correction else None,
    )


def event_of(step: Step, fields: Sequence[Field], setting: Setting) -> events.AnyEvent:
    """The event of a form without mistakes. Raises ValueError for a step that staff do not take."""
    value = {field.name: field.value for field in fields}
    match step:
        case Step.IDENTITY:
            return events.IdentityChecked(Proof(value["proof"]))
        case Step.ASSIGN:
            return events.Assigned(None if value["to"] == NOBODY else UUID(value["to"]))
        case Step.PAUSE:
            return events.ClockPaused(Wait(value["wait"]))
        case Step.RESUME:
            return events.ClockResumed()
        case Step.EXTEND:
            return events.Extended(value["reason"])
        case Step.REVIEW if value["verdict"] == OPEN:
            return events.ChunkGranted(part_of(fields), random_id(), Level(int(value["level"])))
        case Step.REVIEW:
            return events.ChunkRefused(part_of(fields))
        case Step.CLOSE:
            return events.ChunkClosed(UUID(value["chunk"]))
        case Step.DECIDE if setting.outcome is not None:
            return _decided(setting.outcome, value, setting.request)
    raise ValueError(step)
