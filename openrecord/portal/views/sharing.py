"""Sharing a part of one's own record by a link. The patient alone may: whoever acts for somebody shares nothing."""

from datetime import datetime, timedelta
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from openrecord.access.types import ViewerKind
from openrecord.kit import clock, environment
from openrecord.kit.ids import random_id
from openrecord.portal.acting import Acting, record_page_read
from openrecord.portal.pages import page
from openrecord.portal.presenters import sharing as words
from openrecord.portal.presenters.taking import selection_of, wrong_part
from openrecord.portal.views.record import closed
from openrecord.portal.views.shared import files_of
from openrecord.portal.views.taking import acting_or_404, actor_of
from openrecord.taking import gathering, queries, sharing
from openrecord.taking.contents.parts import part_in_words
from openrecord.taking.rules import MOST_LINKS
from openrecord.taking.types import LinkId, Selection
from openrecord.timeline import queries as timeline
from openrecord.timeline.types import ServedEntry
from openrecord.web.audience import Audience, audience
from openrecord.web.forms import Field, FieldError, filled, summary, with_errors
from openrecord.web.redirects import see_other
from openrecord.web.text import gettext as _
from openrecord.web.words import moment_in_words

HERE = "/share"
GLIMPSED = 5
"""Entries with which each section begins, as shown before a link is made; a day is shown whole where sections are."""


def _own(request: HttpRequest) -> Acting:
    """The patient's own record. Raises Http404 for everybody else."""
    by = acting_or_404(request)
    if by.viewing.kind is not ViewerKind.SELF:
        raise Http404
    return by


@audience(Audience.PATIENT)
@require_safe
def links(request: HttpRequest) -> HttpResponse:
    """The links made so far, with their use."""
    by, at = _own(request), clock.now()
    uses = queries.uses(by.viewing.patient_id)
    listed = [words.line(link, uses.get(link.link_id, ()), at) for link in queries.links(by.viewing.patient_id)]
    context = {"title": _("Show a part to somebody"), "links": listed, "closed": closed(by)}
    return page(request, "portal/share.html", by, context)


@audience(Audience.PATIENT)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Ask what may be seen and for how long; show that; then make the link."""
    by, form = _own(request), words.fields()
    if closed(by) is not None:
        return see_other(HERE)
    if request.method != "POST":
        return _form(request, by, form, ())
    form = filled(form, request)
    errors, life = wrong_part(form), words.life_of(form)
    if life is None:
        errors[words.LIFE] = _("Choose for how long")
    form = with_errors(form, errors)
    if errors or life is None or "back" in request.POST:
        return _form(request, by, form, summary(form))
    selection, at = selection_of(form), clock.now()
    once = _once(request)
    if once is None:
        return _preview(request, by, form, selection, at)
    return _make(request, by, form, selection, life, once, at)


def _once(request: HttpRequest) -> LinkId | None:
    """The number that the preview gave the link; None where it was not confirmed."""
    try:
        return LinkId(UUID(request.POST.get("once", "")))
    except ValueError:
        return None


def _form(request: HttpRequest, by: Acting, form: tuple[Field, ...], errors: tuple[FieldError, ...]) -> HttpResponse:
    context = {"title": _("Make a link"), "fields": form, "errors": errors}
    return page(request, "portal/share_new.html", by, context)


def _preview(
    request: HttpRequest, by: Acting, form: tuple[Field, ...], selection: Selection, at: datetime
) -> HttpResponse:
    """What the link would show now, the beginning of each section; put on the trail as a read."""
    glimpses: list[words.Glimpse] = []
    served: list[ServedEntry] = []
    for section in words.sections_of(selection):
        found = timeline.page(
            by.reader,
            slots=section.slots,
            period=gathering.period_of(selection),
            ahead=section.ahead,
            limit=GLIMPSED,
            whole_days=not section.ahead,
            at=at,
        )
        served += found.entries
        files = files_of(by.viewing.patient_id, found.entries)
        glimpses.append(words.glimpse(section, found.entries, files, more=found.next_cursor is not None))
    record_page_read(request, by, tuple(served), route=f"{HERE}/preview", query="", at=at)
    context = {
        "title": _("Check what they will see"),
        "part": part_in_words(selection),
        "glimpses": glimpses,
        "with_files": any(told.files for glimpse in glimpses for told in glimpse.rows),
        "typed": [(name, value) for name, values in request.POST.lists() for value in values if _is_kept(name)],
        "once": str(random_id()),
        "life": next(option.words for option in form[-1].options if option.value in form[-1].typed),
    }
    return page(request, "portal/share_preview.html", by, context)


def _is_kept(name: str) -> bool:
    return name not in {"csrfmiddlewaretoken", "once", "back"}


def _make(
    request: HttpRequest,
    by: Acting,
    form: tuple[Field, ...],
    selection: Selection,
    life: timedelta,
    once: LinkId,
    at: datetime,
) -> HttpResponse:
    viewing = by.viewing
    try:
        made = sharing.make(
            link_id=once,
            patient_id=viewing.patient_id,
            sharer=viewing.viewer_id,
            selection=selection,
            life=life,
            by=actor_of(request, by),
            at=at,
        )
    except sharing.MadeAlready:
        return see_other(HERE)
    except sharing.TooMany:
        told = _("You have %(most)s links already. End one of them first.") % {"most": MOST_LINKS}
        return _form(request, by, form, (FieldError(form[-1].anchor, told),))
    root = environment.required("OPENRECORD_PUBLIC_URL").rstrip("/")
    context = {
        "title": _("Your link is ready"),
        "address": f"{root}/shared/{made.address}",
        "passcode": "-".join(made.passcode[n : n + 4] for n in range(0, len(made.passcode), 4)),
        "part": part_in_words(selection),
        "ends": moment_in_words(at + life),
    }
    return page(request, "portal/share_made.html", by, context)


@audience(Audience.PATIENT)
@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """End a link at once."""
    by = _own(request)
    try:
        link_id = LinkId(UUID(request.POST.get("link", "")))
    except ValueError:
        raise Http404 from None
    sharing.end(patient_id=by.viewing.patient_id, link_id=link_id, by=actor_of(request, by), at=clock.now())
    return see_other(HERE)
