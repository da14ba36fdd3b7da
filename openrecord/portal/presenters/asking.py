"""What people can ask their surgery for, and the form of each: plain words, few questions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from openrecord.caseload.types import Kind, Part, Wish
from openrecord.clinical.kinds import Level, Section
from openrecord.web.forms import Field, Option, Shape, chosen, day_of, too_long
from openrecord.web.parts import LEVELS, SECTIONS
from openrecord.web.text import gettext as _
from openrecord.web.text import gettext_noop


@dataclass(frozen=True, slots=True)
class Asking:
    """One thing to ask for. `sentences`: what happens then; `send`: the words of the button."""

    title: str
    hint: str
    sentences: tuple[str, ...]
    send: str = gettext_noop("Send request")


ASKING: Mapping[Kind, Asking] = {
    Kind.HISTORY: Asking(
        gettext_noop("See older entries"),
        gettext_noop("Ask your surgery to open the past of your record"),
        (
            gettext_noop("Your surgery looks at older entries before it opens them. It can open them part by part."),
            gettext_noop("You can see here how far they have come."),
        ),
    ),
    Kind.LEVEL: Asking(
        gettext_noop("See more of your record"),
        gettext_noop("Ask for notes, letters or results that you cannot see now"),
        (gettext_noop("Your surgery decides how much of your record is open online."),),
    ),
    Kind.CORRECTION: Asking(
        gettext_noop("Report a mistake"),
        gettext_noop("Tell your surgery that an entry is wrong (correction)"),
        (
            gettext_noop("Your surgery looks at the entry and tells you what it decides."),
            gettext_noop("Do not use this for urgent medical help."),
        ),
    ),
    Kind.QUESTION: Asking(
        gettext_noop("Ask about an entry"),
        gettext_noop("Ask your surgery what an entry means"),
        (
            gettext_noop("Your surgery reads your question and answers here."),
            gettext_noop("Do not use this for urgent medical help."),
        ),
        gettext_noop("Send question"),
    ),
    Kind.SUBJECT_ACCESS: Asking(
        gettext_noop("Get a copy of your information"),
        gettext_noop("All that your surgery holds about you (subject access request)"),
        (gettext_noop("This is your legal right and free. Your surgery has one month to answer."),),
    ),
    Kind.PROXY: Asking(
        gettext_noop("Let somebody act for you"),
        gettext_noop("Ask for access for a family member or carer (proxy access)"),
        (gettext_noop("Your surgery talks to you and checks who the other person is before it agrees."),),
    ),
    Kind.OPT_OUT: Asking(
        gettext_noop("Stop online access"),
        gettext_noop("Close your own online view of your record"),
        (
            gettext_noop("Your own online view closes at once, on every device and in every app."),
            gettext_noop("Your care does not change. You can ask for access again at any time."),
        ),
        gettext_noop("Stop online access now"),
    ),
    Kind.OPT_IN: Asking(
        gettext_noop("Get online access again"),
        gettext_noop("If you stopped your online access before"),
        (gettext_noop("Your surgery opens your online view again. Nothing that was in it is lost."),),
    ),
}


ABOUT_ENTRIES = frozenset({Kind.CORRECTION, Kind.QUESTION})
"""These are about one entry, which its own page can name."""


def fields_of(kind: Kind, about: str = "") -> tuple[Field, ...]:
    """The questions of a form, unanswered. `about`: the entry that it is about, where that is known."""
    fields = _FIELDS[kind]() if kind in _FIELDS else ()
    return tuple(replace(field, typed=(about,)) if about and field.name == "about" else field for field in fields)


def _words(label: str, hint: str = "") -> Field:
    return Field("words", label, Shape.TEXT, hint)


def _history() -> tuple[Field, ...]:
    sections = [Option(section.value, _(words)) for section, words in SECTIONS.items()]
    return (
        Field("first", _("From which day?"), Shape.DAY, _("For example, 1 4 2015. Leave it empty for all dates.")),
        Field("sections", _("Which sections?"), Shape.SOME_OF, _("Choose some, or none for all."), options=sections),
        _level(_("How much of them?"), typed=(str(int(Level.FULL)),)),
        _words(_("Why do you need them? (optional)")),
    )


def _level(label: str, typed: Sequence[str] = ()) -> Field:
    options = [Option(str(int(level)), _(words)) for level, words in LEVELS.items()]
    return Field("level", label, Shape.ONE_OF, options=options, typed=typed)


def _more() -> tuple[Field, ...]:
    return (_level(_("How much would you like to see?")), _words(_("Why do you need it? (optional)")))


def _entry(label: str) -> Field:
    return Field("about", label, Shape.LINE, _("Its date and heading, for example 3 March 2024, Asthma"))


def _correction() -> tuple[Field, ...]:
    return (_entry(_("Which entry is wrong?")), _words(_("What is wrong, and what should it say?")))


def _question() -> tuple[Field, ...]:
    return (_entry(_("Which entry do you want to ask about?")), _words(_("What would you like to know?")))


def _proxy() -> tuple[Field, ...]:
    return (
        Field("about", _("Who should act for you?"), Shape.LINE, _("Their full name")),
        _words(_("Who are they to you, and what should they be able to do?")),
    )


def _copy() -> tuple[Field, ...]:
    return (_words(_("What do you need? (optional)"), _("Leave it empty for everything.")),)


_FIELDS: Mapping[Kind, Callable[[], tuple[Field, ...]]] = {
    Kind.HISTORY: _history,
    Kind.LEVEL: _more,
    Kind.CORRECTION: _correction,
    Kind.QUESTION: _question,
    Kind.PROXY: _proxy,
    Kind.SUBJECT_ACCESS: _copy,
}


_MISSING: Mapping[Kind, tuple[str, str]] = {
    Kind.CORRECTION: (
        gettext_noop("Enter which entry is wrong"),
        gettext_noop("Tell your surgery what is wrong and what it should say"),
    ),
    Kind.QUESTION: (
        gettext_noop("Enter which entry you want to ask about"),
        gettext_noop("Write what you would like to know"),
    ),
    Kind.PROXY: (
        gettext_noop("Enter the full name of the person"),
        gettext_noop("Tell your surgery who they are to you and what they should be able to do"),
    ),
}
"""What is said where whom or what it is about is missing, and where the words are."""


def mistakes(kind: Kind, fields: Sequence[Field], today: date) -> dict[str, str]:
    """What is missing or wrong, by the name of the field."""
    found = too_long(fields)
    for field in fields:
        match field.name:
            case "first":
                if (wrong := _wrong_day(field, today)) is not None:
                    found["first"] = wrong
            case "level" if not chosen(field):
                found["level"] = _("Choose how much you would like to see")
            case "about" if not field.value:
                found["about"] = _(_MISSING[kind][0])
            case "words" if not field.value and kind in _MISSING:
                found["words"] = _(_MISSING[kind][1])
    return found


def _wrong_day(field: Field, today: date) -> str | None:
    try:
        first = day_of(field)
    except ValueError:
        return _("Enter a real date, like 1 4 2015")
    return _("Enter a date in the past") if first is not None and first > today else None


def wish_of(fields: Sequence[Field]) -> Wish:
    """What a form without mistakes asks for."""
    by_name = {field.name: field for field in fields}
    sections = chosen(by_name["sections"]) if "sections" in by_name else frozenset()
    part = Part(
        day_of(by_name["first"]) if "first" in by_name else None,
        None,
        frozenset(Section(name) for name in sections) or None,
    )
    level = Level(int(by_name["level"].value)) if "level" in by_name else None
    about, words = (by_name[name].value if name in by_name else "" for name in ("about", "words"))
    return Wish(part, level, about, words)
