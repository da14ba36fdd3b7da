"""The profile: who is signed in, and where everything about them and about their access is."""

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from openrecord.access.types import ViewerKind
from openrecord.clinical.nhs_number import spaced
from openrecord.kit import clock
from openrecord.portal.acting import Acting, acting, patient_name
from openrecord.portal.pages import page
from openrecord.portal.views.requests import practice_of
from openrecord.registry import queries as registry
from openrecord.web.audience import Audience, audience
from openrecord.web.records.values import Fact, facts
from openrecord.web.text import gettext as _
from openrecord.web.text import gettext_noop
from openrecord.web.words import day_in_words

Card = tuple[str, str, str]
"""Where it leads, what it is, and a few words about it; untranslated."""

OWN: tuple[Card, ...] = (
    ("/access", gettext_noop("Your access"), gettext_noop("See less, pause or stop")),
    ("/access/people", gettext_noop("People who act for you"), gettext_noop("Who they are and what they see")),
    (
        "/access/kept",
        gettext_noop("What you keep from people who act for you"),
        gettext_noop("Entries, kinds and times that they do not see"),
    ),
    ("/access/looked", gettext_noop("Who has looked at your record"), gettext_noop("Day by day")),
    ("/access/apps", gettext_noop("Apps you connected"), gettext_noop("See what they read, and end it")),
    ("/share", gettext_noop("Links you made for somebody"), gettext_noop("With a passcode, for a time")),
)
ACTING: tuple[Card, ...] = (("/access", gettext_noop("Your access"), gettext_noop("Stop acting for somebody")),)
BOTH: tuple[Card, ...] = (
    ("/access/messages", gettext_noop("Messages about something new"), gettext_noop("Whether and how we tell you")),
    ("/display", gettext_noop("Text size and colours"), gettext_noop("Larger, darker, calmer")),
)
ALWAYS: tuple[Card, ...] = (
    ("/people", gettext_noop("Switch person"), gettext_noop("Whose record you see")),
    ("/people/code", gettext_noop("Use a code from a surgery"), gettext_noop("To act for somebody")),
)


@audience(Audience.PATIENT)
@require_safe
def profile(request: HttpRequest) -> HttpResponse:
    """The hub. It speaks of the record that is open."""
    by = acting(request)
    own = by is not None and by.viewing.kind is ViewerKind.SELF
    groups: list[tuple[str, list[Card]]] = [(_("Linked people"), _spoken(ALWAYS))]
    if by is not None:
        groups = [
            (_("Who can see this record"), _spoken(OWN if own else ACTING)),
            *groups,
            (_("Settings"), _spoken(BOTH)),
        ]
    context = {"title": _("Profile"), "facts": () if by is None else _facts(by), "groups": groups}
    return page(request, "portal/profile.html", by, context)


def _spoken(cards: Iterable[Card]) -> list[Card]:
    return [(href, _(heading), _(hint)) for href, heading, hint in cards]


def _facts(by: Acting) -> tuple[Fact, ...]:
    """Whose record it is. Numbers and dates are shown of one's own alone; the surgery to nobody who may see nothing."""
    patient = registry.patient(by.viewing.patient_id)
    own = by.viewing.kind is ViewerKind.SELF
    ods = None if by.viewing.suspended else practice_of(by, clock.now())
    return facts(
        (_("Name"), patient_name(by.viewing)),
        (_("NHS number"), spaced(patient.nhs_number) if own else ""),
        (_("Date of birth"), day_in_words(patient.born) if own and patient.born else ""),
        (_("Surgery"), (registry.practice_name(ods) if ods else None) or ""),
    )
