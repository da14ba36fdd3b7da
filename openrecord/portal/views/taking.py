"""Taking the record along: asking for a file, seeing how far it is, getting it. The worker makes it.

What is in it is decided twice: when it is made, and again when it is fetched. Where the record would say anything else
then, for whatever reason, the file is not given out, and the page says the same in all cases.
"""

from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from openrecord.access.types import ViewerKind
from openrecord.audit.types import Actor
from openrecord.identity import rules as identity
from openrecord.kit import clock
from openrecord.kit.london import day_of
from openrecord.portal.acting import Acting, acting, record_page_read, session_of
from openrecord.portal.pages import page
from openrecord.portal.presenters import taking as words
from openrecord.portal.presenters.taking import HERE
from openrecord.portal.views.record import closed
from openrecord.taking import actions, files, making, queries
from openrecord.taking.rules import MOST_KEPT, ends, is_under_way
from openrecord.taking.types import Download, Format, Selection, State
from openrecord.web.audience import Audience, audience
from openrecord.web.forms import filled, summary, with_errors
from openrecord.web.limits import TAKE
from openrecord.web.redirects import see_other
from openrecord.web.session import device_of
from openrecord.web.text import active_language
from openrecord.web.text import gettext as _
from openrecord.web.words import moment_in_words

LOOK_AGAIN_SECONDS = "3"
_NAMES = {
    Format.PDF: "gp-record",
    Format.FHIR: "gp-record",
    Format.PACKED_PDF: "gp-record",
    Format.PACKED_FHIR: "gp-record",
    Format.CSV: "gp-results",
    Format.SUMMARY: "patient-summary",
    Format.SUMMARY_PDF: "patient-summary",
}


def acting_or_404(request: HttpRequest) -> Acting:
    """Whose record it is about. Raises Http404 where there is none."""
    by = acting(request)
    if by is None:
        raise Http404
    return by


def actor_of(request: HttpRequest, by: Acting) -> Actor:
    """Who does it, as the trail names them."""
    return identity.actor(session_of(request), authority=by.authority, device=device_of(request))


@audience(Audience.PATIENT, rate=TAKE)
@require_http_methods(["GET", "HEAD", "POST"])
def take(request: HttpRequest) -> HttpResponse:
    """The form, and the files asked for so far."""
    form = words.fields()
    if request.method == "POST":
        by = acting_or_404(request)
        if closed(by) is not None:
            return see_other(HERE)
        form = filled(form, request)
        errors = words.wrong(form)
        wanted = words.format_of(form)
        if not errors and wanted is not None:
            return _ask(request, by, wanted, words.selection_of(form))
        form = with_errors(form, errors)
    found = acting(request)
    listed: tuple[Download, ...] = ()
    if found is not None:
        listed = queries.downloads(found.viewing.patient_id, found.viewing.viewer_id, at=clock.now())
    context = {
        "title": _("Take the record with you"),
        "fields": form,
        "errors": summary(form),
        "files": [words.line(each) for each in listed],
        "full": MOST_KEPT if len(listed) >= MOST_KEPT else 0,
        "may_share": found is not None and found.viewing.kind is ViewerKind.SELF,
        "closed": closed(found),
    }
    return page(request, "portal/take.html", found, context)


def _ask(request: HttpRequest, by: Acting, format: Format, selection: Selection) -> HttpResponse:
    download_id = actions.ask(
        patient_id=by.viewing.patient_id,
        maker=by.viewing.viewer_id,
        format=format,
        selection=selection,
        language=active_language(),
        by=actor_of(request, by),
        at=clock.now(),
    )
    return see_other(f"{HERE}/{download_id}")


def _download(by: Acting, download_id: UUID) -> Download:
    """One of this viewer's files. Raises Http404: foreign, ended and unknown are the same."""
    viewing = by.viewing
    found = queries.download(viewing.patient_id, viewing.viewer_id, download_id, at=clock.now())
    if found is None:
        raise Http404
    return found


@audience(Audience.PATIENT)
@require_safe
def one(request: HttpRequest, download_id: UUID) -> HttpResponse:
    """How far a file is; while it is being made the browser looks again by itself."""
    by = acting_or_404(request)
    found = _download(by, download_id)
    context = {
        "title": words.title_of(found),
        "part": words.part_of(found),
        "here": f"{HERE}/{download_id}",
        "state": found.state.name,
        "progress": words.progress(found),
        "size": words.size_in_words(found.size),
        "too_large": words.too_large(found) if found.state is State.TOO_LARGE else "",
        "ends": moment_in_words(ends(found)),
    }
    answer = page(request, "portal/take_one.html", by, context)
    if is_under_way(found.state):
        answer.headers["Refresh"] = LOOK_AGAIN_SECONDS
    return answer


@audience(Audience.PATIENT, rate=TAKE)
@require_safe
def file(request: HttpRequest, download_id: UUID) -> HttpResponse:
    """The file, if the record still says under these eyes what it said when it was made."""
    by = acting_or_404(request)
    found, at = _download(by, download_id), clock.now()
    if found.state is not State.READY or found.made is None:
        return see_other(f"{HERE}/{download_id}")
    now, content = making.gathered(found, at=at), files.content(found.download_id)
    if now is None or content is None or now.digest != found.digest:
        actions.note_stale(download=found, by=actor_of(request, by), at=at)
        return see_other(f"{HERE}/{download_id}")
    query = urlencode({"format": found.format.value})
    record_page_read(request, by, now.entries, route=f"{HERE}/file", query=query, at=at)
    kind = making.KINDS[found.format]
    name = f"{_NAMES[found.format]}-{day_of(found.made).isoformat()}.{kind.ending}"
    told = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=kind.content_type, headers=told)


@audience(Audience.PATIENT, rate=TAKE)
@require_POST
def again(request: HttpRequest, download_id: UUID) -> HttpResponse:
    """The same once more, from what the record says now."""
    by = acting_or_404(request)
    found = _download(by, download_id)
    return _ask(request, by, found.format, found.selection)


@audience(Audience.PATIENT)
@require_POST
def remove(request: HttpRequest, download_id: UUID) -> HttpResponse:
    """Take a file away before its time."""
    by = acting_or_404(request)
    actions.remove(download=_download(by, download_id), by=actor_of(request, by), at=clock.now())
    return see_other(HERE)
