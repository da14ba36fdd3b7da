"""The lists and the entries of a record. One timeline call for each page."""

from collections.abc import Collection
from datetime import datetime
from functools import cache
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from markupsafe import Markup

from openrecord.access.types import Service, ViewerKind
from openrecord.attachments import queries as attachments
from openrecord.clinical.kinds import Slot
from openrecord.kit import clock
from openrecord.portal.acting import Acting, acting, record_page_read
from openrecord.portal.pages import page
from openrecord.taking import gathering
from openrecord.timeline import queries as timeline
from openrecord.timeline.around import around
from openrecord.timeline.types import NOTHING, BadCursor, Page, ServedEntry
from openrecord.web import errors
from openrecord.web.audience import Audience, audience
from openrecord.web.pages import environment
from openrecord.web.records.absent import Empty, empty
from openrecord.web.records.files import cards
from openrecord.web.records.lists import list_context
from openrecord.web.records.plain import about_names
from openrecord.web.records.sections import BY_SLUG, detail_of, shown
from openrecord.web.records.trends import test_of
from openrecord.web.records.values import Shown
from openrecord.web.text import active_language, gettext_noop
from openrecord.web.text import gettext as _

BASE = "/record"
PAGE_SIZE = 50
_ON_ITS_WAY = (f"{BASE}/on-its-way", gettext_noop("See what is on its way"))
_BESIDE = {
    "test-results": (_ON_ITS_WAY,),
    "referrals": (_ON_ITS_WAY,),
    "vaccinations": (("/covid", gettext_noop("Covid-19 vaccination, and a card that proves it")),),
}
"""What else belongs to a section: addresses and untranslated words."""


def as_shown(entry: ServedEntry) -> Shown:
    """A served entry as the presenters take it."""
    return shown(entry.slot, entry.clinical, entry.body, BASE)


def back() -> dict[str, str]:
    """The way back from a page of the record."""
    return {"back_href": "/home", "back_text": _("Your GP record")}


def empty_of(by: Acting | None, served: Page, slots: Collection[Slot], usual: str = "") -> Empty:
    """What stands there where the page holds nothing: why, where these slots are closed to the reader (R5)."""
    return empty(None, usual) if by is None else _absent(by, served, slots, usual)


def closed(by: Acting | None) -> Empty | None:
    """What stands in the place of a form about a record while nothing of it is open to the reader, or there is none."""
    if by is None:
        return empty(None)
    if gathering.is_open(by.reader, at=clock.now()):
        return None
    return _absent(by, NOTHING, tuple(Slot))


def _absent(by: Acting, served: Page, slots: Collection[Slot], usual: str = "") -> Empty:
    why = timeline.absence(by.reader, served, slots, at=clock.now())
    return empty(
        None if why is None else why.value, usual, href="/access" if by.viewing.kind is ViewerKind.SELF else ""
    )


def missing(by: Acting | None) -> Markup:
    """What may be the reason that something is not in a list: the same whatever lies behind it, and so drawn once."""
    return _missing(active_language(), own=by is not None and not by.name)


@cache
def _missing(_language: str, *, own: bool) -> Markup:
    return Markup(environment().get_template("portal/missing.html").module.missing(own))  # type: ignore[attr-defined]  # noqa: S704


def named_entry(request: HttpRequest, by: Acting, at: datetime) -> ServedEntry | None:
    """The entry that an address names (`entry`), None where it names none. Raises Http404 for one they may not see."""
    named = request.GET.get("entry")
    if named is None:
        return None
    try:
        found = timeline.entry(by.reader, UUID(named), at=at)
    except ValueError as error:
        raise Http404 from error
    if found is None:
        raise Http404
    return found


@audience(Audience.PATIENT)
@require_safe
def section(request: HttpRequest, slug: str) -> HttpResponse:
    """One section of the record, newest first, a page at a time."""
    found = BY_SLUG.get(slug)
    if found is None:
        return errors.page(request, 404)
    by = acting(request)
    after = request.GET.get("after") or None
    served = NOTHING
    if by is not None:
        at = clock.now()
        try:
            served = timeline.page(
                by.reader,
                slots=found.slots,
                ahead=found.ahead,
                limit=PAGE_SIZE,
                whole_days=not found.ahead,
                after=after,
                at=at,
            )
        except BadCursor:
            return errors.page(request, 404)
        query = urlencode({"after": after}) if after else ""
        record_page_read(request, by, served.entries, route=f"{BASE}/{slug}", query=query, at=at)
    context = list_context(
        found,
        [as_shown(entry) for entry in served.entries],
        base=BASE,
        cursor=served.next_cursor,
        first=after is None,
        empty=empty_of(by, served, found.slots),
        beside=[(href, _(text)) for href, text in _BESIDE.get(slug, ())],
    )
    context |= {**back(), "missing": missing(by)}
    return page(request, "portal/section.html", by, context, has_entries=bool(served.entries))


@audience(Audience.PATIENT)
@require_safe
def entry(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    """One entry with what belongs to it. Hidden, unknown and misspelt are the same page."""
    found = BY_SLUG.get(slug)
    by = acting(request)
    if found is None or by is None:
        return errors.page(request, 404)
    at = clock.now()
    this = around(by.reader, public_id, test_of=lambda entry: test_of(as_shown(entry)), at=at)
    if this is None:
        return errors.page(request, 404)
    record_page_read(request, by, this.every, route=f"{BASE}/{slug}/entry", query="", at=at)
    shown_here = as_shown(this.entry)
    below, beside, named = ([as_shown(each) for each in some] for some in (this.members, this.others, this.named))
    detail = detail_of(shown_here, below, beside, named)
    context = {
        "title": _(found.title),
        "section_title": _(found.title),
        "entry": detail,
        "names_note": about_names(detail.names),
        "files": cards(shown_here, attachments.files_of(by.viewing.patient_id, public_id, this.entry.body)),
        "back_href": f"{BASE}/{slug}",
        "back_text": _(found.title),
        "asking": by.viewing.may(Service.REPORTS),
        "public_id": public_id,
        "keep_href": f"/access/kept/new?entry={public_id}" if by.viewing.kind is ViewerKind.SELF else "",
    }
    return page(request, "portal/entry.html", by, context, has_entries=True)
