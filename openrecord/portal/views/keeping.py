"""What patients keep from people who act for them: one entry, sections, or days. Nobody but they see it here."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from openrecord.access import queries as access
from openrecord.access.events import PartKept, PartShared
from openrecord.access.types import Kept, Method, ViewerKind
from openrecord.caseload.types import Part
from openrecord.kit import clock
from openrecord.kit.ids import random_id
from openrecord.portal.acting import record_page_read
from openrecord.portal.own_access import OwnAccess, own_access, record_act
from openrecord.portal.pages import page
from openrecord.portal.presenters.keeping import Proxies, fields_of, mistakes, part_of
from openrecord.portal.views.linked import name_of
from openrecord.portal.views.record import as_shown, named_entry
from openrecord.timeline import queries as timeline
from openrecord.timeline.types import ServedEntry
from openrecord.web.audience import Audience, audience
from openrecord.web.forms import filled, summary, with_errors
from openrecord.web.parts import part_in_words
from openrecord.web.records.sections import detail_of
from openrecord.web.redirects import see_other
from openrecord.web.text import gettext as _

HERE = "/access/kept"


@dataclass(frozen=True, slots=True)
class Line:
    """One part that is kept, in words."""

    keep: str
    what: str
    whom: str
    since: datetime


def _own(request: HttpRequest) -> OwnAccess:
    """One's own access. Raises Http404 for whoever acts for somebody else."""
    own = own_access(request, clock.now())
    if own is None:
        raise Http404
    return own


def _kept(own: OwnAccess) -> list[Kept]:
    """What they keep themselves. What the practice keeps from proxies is not shown here."""
    return [kept for kept in own.facts.kept if kept.method is Method.ONLINE and not kept.over]


def _is_kept(own: OwnAccess, part: Part, excluded: Collection[UUID]) -> bool:
    """Whether they keep this very part from the same people already."""
    asked = (None, part.sections, part.first, part.last, not excluded, frozenset(excluded))
    return any(
        asked == (one.entry, one.sections, one.first, one.last, one.rule.everyone, one.rule.excluded)
        for one in _kept(own)
    )


def _proxies(own: OwnAccess) -> Proxies:
    every = access.linked(own.by.viewing.patient_id, at=own.at)
    return {str(one.viewer.viewer_id): name_of(one) for one in every if one.viewer.kind is ViewerKind.PROXY}


@audience(Audience.PATIENT)
@require_http_methods(["GET", "HEAD", "POST"])
def kept(request: HttpRequest) -> HttpResponse:
    """The list; sharing one of them again."""
    own = _own(request)
    parts = {str(one.keep_id): one for one in _kept(own)}
    wanted = parts.get(request.POST.get("keep", ""))
    if request.method == "POST" and wanted is not None:
        record_act(request, own, PartShared(keep=wanted.keep_id, method=Method.ONLINE))
        return see_other(f"{HERE}?saved")
    served = {
        one.entry: timeline.entry(own.by.reader, one.entry, at=own.at)
        for one in parts.values()
        if one.entry is not None
    }
    shown = tuple(entry for entry in served.values() if entry is not None)
    record_page_read(request, own.by, shown, route=HERE, query="", at=own.at)
    names = _proxies(own)
    context = {
        "title": _("What you keep from people who act for you"),
        "lines": [_line(one, None if one.entry is None else served[one.entry], names) for one in parts.values()],
        "saved": "saved" in request.GET,
    }
    return page(request, "portal/kept.html", own.by, context)


def _line(one: Kept, entry: ServedEntry | None, names: Proxies) -> Line:
    if one.entry is None:
        what = part_in_words(one.first, one.last, one.sections)
    else:
        what = _("One entry") if entry is None else _title(entry)
    chosen = [names[str(viewer)] for viewer in one.rule.excluded or () if str(viewer) in names]
    whom = _("Everybody who acts for you") if one.rule.everyone else ", ".join(sorted(chosen))
    return Line(str(one.keep_id), what, whom or _("Somebody who no longer acts for you"), one.since)


def _title(entry: ServedEntry) -> str:
    return detail_of(as_shown(entry), ()).title


@audience(Audience.PATIENT)
@require_http_methods(["GET", "HEAD", "POST"])
def keep(request: HttpRequest) -> HttpResponse:
    """The form, for one entry (`entry` in the address) or for a part of the record; and that, at once."""
    own = _own(request)
    entry = named_entry(request, own.by, own.at)
    if entry is not None and any(one.entry == entry.public_id for one in _kept(own)):
        return see_other(HERE)
    names = _proxies(own)
    fields = fields_of(names, one_entry=entry is not None)
    if request.method == "POST":
        fields = filled(fields, request)
        errors = mistakes(fields)
        if not errors:
            part, excluded = part_of(fields)
            if entry is None and _is_kept(own, part, excluded):
                return see_other(f"{HERE}?saved")  # the button was pressed twice
            act = PartKept(
                keep=random_id(),
                everyone=not excluded,
                excluded=excluded,
                entry=None if entry is None else entry.public_id,
                sections=None if part.sections is None else tuple(sorted(part.sections)),
                first=part.first,
                last=part.last,
                method=Method.ONLINE,
            )
            record_act(request, own, act)
            return see_other(f"{HERE}?saved")
        fields = with_errors(fields, errors)
    record_page_read(request, own.by, () if entry is None else (entry,), route=f"{HERE}/new", query="", at=own.at)
    context = {
        "title": _("Keep this from people who act for you?") if entry else _("What do you want to keep from them?"),
        "entry": "" if entry is None else _title(entry),
        "fields": fields,
        "errors": summary(fields),
    }
    return page(request, "portal/keep.html", own.by, context)
