"""What the patient, who acts for them, or an app sees: by their own Sight, on the patient's own templates (R37)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from openrecord.access import queries as access
from openrecord.attachments import queries as attachments
from openrecord.clinical.kinds import Slot
from openrecord.kit import clock
from openrecord.registry.types import Patient
from openrecord.staff.desk import Desk, desk_of, is_registered, page, patient_of, record_staff_read
from openrecord.staff.presenters.proxies import newest_grants
from openrecord.staff.presenters.seers import Whom, in_words
from openrecord.staff.seers import PEOPLE, own_reader, seers
from openrecord.staff.views.patient import base_of
from openrecord.timeline import queries as timeline
from openrecord.timeline.around import around
from openrecord.timeline.types import BadCursor, Page, Reader, ServedEntry
from openrecord.web.audience import Audience, audience
from openrecord.web.records.absent import Empty, empty
from openrecord.web.records.files import cards
from openrecord.web.records.lists import Way, list_context
from openrecord.web.records.plain import about_names
from openrecord.web.records.sections import BY_SLUG, SECTIONS, detail_of, shown
from openrecord.web.records.trends import test_of
from openrecord.web.records.values import Shown
from openrecord.web.redirects import see_other
from openrecord.web.text import gettext as _

PAGE_SIZE = 50
ROUTE = "/staff/preview"
_WITH_AWAITED = frozenset({"test-results", "referrals"})
"""The sections beside which stands what is on its way."""


def registered_patient(desk: Desk, public_id: UUID, *, content: bool = True) -> Patient:
    """The patient of a preview, which is the whole record, whoever wrote it. Raises Http404."""
    found = patient_of(desk, public_id, content=content)
    if not is_registered(desk, found, clock.now()):
        raise Http404
    return found


@dataclass(frozen=True, slots=True)
class Opened:
    """A record that is previewed. `chosen`: as whom, of `everybody`, who stand by the id in the address; the patient
    is "". `known_reader` None: the patient has no account yet.
    """

    desk: Desk
    patient: Patient
    known_reader: Reader | None
    chosen: str
    everybody: Mapping[str, Whom]

    @property
    def start(self) -> str:
        """Where the preview as the patient begins."""
        return f"{base_of(self.patient)}/preview"

    @property
    def base(self) -> str:
        """Where the preview as this viewer begins."""
        return f"{self.start}/as/{self.chosen}" if self.chosen else self.start

    @property
    def reader(self) -> Reader:
        """The viewer, as the timeline asks for them. Raises Http404 while the patient has no account."""
        if self.known_reader is None:
            raise Http404
        return self.known_reader

    @property
    def awaited(self) -> Way:
        """The way to what is on its way."""
        return f"{self.base}/on-its-way", _("See what is on its way")

    def beside(self, slug: str) -> tuple[Way, ...]:
        """The ways that stand beside a section. An app has no page of vaccinations against Covid-19."""
        if slug in _WITH_AWAITED:
            return (self.awaited,)
        has_covid = slug == "vaccinations" and self.reader.channel == PEOPLE
        return ((f"{self.base}/covid", _("Covid-19 vaccination, and a card that proves it")),) if has_covid else ()

    @property
    def context(self) -> dict[str, Any]:
        """What every page of a preview says besides its own content: as whom it is, and where to choose."""
        return {
            "layout": "staff/preview_layout.html",
            "whom": self.everybody[self.chosen],
            "is_patients": not self.chosen,
            "start": self.start,
            "back_href": self.base,
            "back_text": _("Your GP record"),
        }


def opened(request: HttpRequest, public_id: UUID, viewer_id: UUID | None) -> Opened:
    """The record as the patient (None) or as this viewer sees it.

    Raises Http404: another patient's viewer, one who has ended or has not come, and nobody's are the same.
    """
    desk, at = desk_of(request), clock.now()
    found = registered_patient(desk, public_id)
    others = {one.viewer_id: one for one in seers(found.patient_id, at=at)}
    if viewer_id is not None and viewer_id not in others:
        raise Http404
    reader = own_reader(found.patient_id, at=at) if viewer_id is None else others[viewer_id].reader
    everybody = in_words(found, tuple(others.values()), newest_grants(access.acts(found.patient_id)))
    return Opened(desk, found, reader, "" if viewer_id is None else str(viewer_id), everybody)


def empty_of(reader: Reader, served: Page, slots: Collection[Slot], at: datetime, usual: str = "") -> Empty:
    """What the viewer is told where a page holds nothing; of an app, what a person with its access would be told."""
    why = timeline.absence(reader, served, slots, at=at)
    return empty(None if why is None else why.value, usual)


@audience(Audience.STAFF)
@require_safe
def hub(request: HttpRequest, public_id: UUID, viewer_id: UUID | None = None) -> HttpResponse:
    """The sections, as the home page shows them, and the choice as whom; `viewer` in the query leads to who is chosen.

    Raises Http404.
    """
    found = opened(request, public_id, viewer_id)
    wanted = request.GET.get("viewer")
    if wanted is not None:
        if wanted not in found.everybody:
            raise Http404
        return see_other(f"{found.start}/as/{wanted}" if wanted else found.start)
    record_staff_read(
        request, found.desk, found.patient, route=ROUTE, served=(), seen_as=found.known_reader, at=clock.now()
    )
    name = f"{found.patient.given} {found.patient.family}".strip()
    context = {
        **found.context,
        "title": _("%(name)s's GP record") % {"name": name} if found.chosen else _("Your GP record"),
        "has_account": found.known_reader is not None,
        "base": found.base,
        "cards": [(f"{found.base}/{item.slug}", _(item.title), _(item.hint)) for item in SECTIONS],
        "awaited": found.awaited,
        "chosen": found.chosen,
        "options": [(viewer, one.line) for viewer, one in found.everybody.items()],
    }
    return page(request, "staff/preview_hub.html", found.desk, context, found.patient)


@audience(Audience.STAFF)
@require_safe
def section(request: HttpRequest, public_id: UUID, slug: str, viewer_id: UUID | None = None) -> HttpResponse:
    """One section as the viewer sees it."""
    found = opened(request, public_id, viewer_id)
    section_found, reader = BY_SLUG.get(slug), found.reader
    if section_found is None:
        raise Http404
    at = clock.now()
    after = request.GET.get("after") or None
    try:
        served = timeline.page(
            reader,
            slots=section_found.slots,
            ahead=section_found.ahead,
            limit=PAGE_SIZE,
            whole_days=not section_found.ahead,
            after=after,
            at=at,
        )
    except BadCursor as error:
        raise Http404 from error
    ids = [entry.public_id for entry in served.entries]
    record_staff_read(request, found.desk, found.patient, route=ROUTE, served=ids, seen_as=reader, at=at)
    entries = [shown(entry.slot, entry.clinical, entry.body, found.base) for entry in served.entries]
    context = list_context(
        section_found,
        entries,
        base=found.base,
        cursor=served.next_cursor,
        first=after is None,
        empty=empty_of(reader, served, section_found.slots, at),
        beside=found.beside(slug),
    )
    return page(request, "records/list.html", found.desk, {**found.context, **context}, found.patient)


def _shown(entry: ServedEntry, base: str) -> Shown:
    return shown(entry.slot, entry.clinical, entry.body, base)


@audience(Audience.STAFF)
@require_safe
def entry(
    request: HttpRequest, public_id: UUID, slug: str, entry_id: UUID, viewer_id: UUID | None = None
) -> HttpResponse:
    """One entry as the viewer sees it."""
    found = opened(request, public_id, viewer_id)
    section_found, reader = BY_SLUG.get(slug), found.reader
    at = clock.now()
    this = around(reader, entry_id, test_of=lambda entry: test_of(_shown(entry, found.base)), at=at)
    if section_found is None or this is None:
        raise Http404
    ids = [item.public_id for item in this.every]
    record_staff_read(request, found.desk, found.patient, route=ROUTE, served=ids, seen_as=reader, at=at)
    one = _shown(this.entry, found.base)
    below, beside, named = (
        [_shown(each, found.base) for each in some] for some in (this.members, this.others, this.named)
    )
    detail = detail_of(one, below, beside, named)
    context = {
        **found.context,
        "title": _(section_found.title),
        "section_title": _(section_found.title),
        "entry": detail,
        "names_note": about_names(detail.names),
        "files": cards(one, attachments.files_of(found.patient.patient_id, entry_id, this.entry.body)),
        "back_href": f"{found.base}/{slug}",
        "back_text": _(section_found.title),
    }
    return page(request, "records/detail.html", found.desk, context, found.patient)
