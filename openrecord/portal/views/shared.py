"""What somebody with a link sees, after the passcode: asked of the decision anew for each page, and put on the trail.

A wrong passcode, an unknown address and a link that is over give the same page.
"""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_http_methods, require_safe

from openrecord.access.rules.granting import as_typed
from openrecord.attachments import queries as attachments
from openrecord.attachments.types import NotAvailable
from openrecord.audit import reads
from openrecord.audit.types import Actor, ActorKind, Read
from openrecord.db import keys
from openrecord.kit import clock
from openrecord.kit.ids import random_token
from openrecord.kit.instants import from_micros, to_micros
from openrecord.kit.london import day_of
from openrecord.portal.presenters import sharing as words
from openrecord.registry import queries as registry
from openrecord.registry.types import Patient, PatientId
from openrecord.taking import gathering, queries, sharing
from openrecord.taking.contents.parts import part_in_words
from openrecord.taking.rules import OPEN_FOR
from openrecord.taking.types import LINK_AUTHORITY, Link
from openrecord.timeline import queries as timeline
from openrecord.timeline.types import BadCursor, Reader, ServedEntry
from openrecord.web import errors, limits
from openrecord.web.audience import Audience, audience
from openrecord.web.file_answers import File, answer
from openrecord.web.forms import LONGEST_LINE, Field, Shape, filled, summary, with_errors
from openrecord.web.pages import render
from openrecord.web.records.sections import RecordSection
from openrecord.web.redirects import see_other
from openrecord.web.session import SHARED, device_of, drop_cookie, read_cookie, set_cookie
from openrecord.web.text import gettext as _
from openrecord.web.words import day_in_words, moment_in_words

PAGE_SIZE = 50
_NONCE = 12
_ROUTE = "/shared"


@dataclass(frozen=True, slots=True)
class _Open:
    """A link that this browser has opened, and as whom it reads now."""

    link: Link
    reader: Reader


def _opened(request: HttpRequest, address: str, at: datetime) -> _Open | None:
    """What this browser opened with the passcode not long ago, if it is still open."""
    moment = _moment(request, address)
    link = None if moment is None or not timedelta(0) <= at - moment < OPEN_FOR else queries.link_at(address)
    reader = None if link is None else sharing.reader_of(link, at=at)
    return None if link is None or reader is None else _Open(link, reader)


def _cipher() -> AESGCM:
    return AESGCM(keys.derived("shared"))


def _keep(response: HttpResponse, address: str, at: datetime) -> None:
    """Remember in this browser alone that the passcode was right."""
    nonce = bytes.fromhex(random_token())[:_NONCE]
    sealed = nonce + _cipher().encrypt(nonce, str(to_micros(at)).encode(), address.encode())
    set_cookie(response, SHARED, base64.urlsafe_b64encode(sealed).decode())


def _moment(request: HttpRequest, address: str) -> datetime | None:
    """When the passcode of this link was given in this browser."""
    try:
        sealed = base64.urlsafe_b64decode(read_cookie(request, SHARED) or "")
        return from_micros(int(_cipher().decrypt(sealed[:_NONCE], sealed[_NONCE:], address.encode())))
    except (binascii.Error, InvalidTag, ValueError):
        return None


def _record(request: HttpRequest, by: _Open, entries: tuple[ServedEntry, ...], section: str, at: datetime) -> None:
    actor = Actor(ActorKind.PERSON, f"link:{by.link.link_id}", "link", LINK_AUTHORITY, device=device_of(request))
    reads.record_read(
        Read(
            by=actor,
            at=at,
            patient_id=by.link.patient_id,
            channel=by.reader.channel,
            route=_ROUTE,
            query=urlencode({"section": section}) if section else "",
            served=b"".join([entry.key for entry in entries]),
        )
    )


@audience(Audience.PUBLIC, rate=limits.SHARED)
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, address: str) -> HttpResponse:
    """Ask for the passcode; once it was right, what there is to see."""
    at = clock.now()
    fields: tuple[Field, ...] = (
        Field("passcode", _("Passcode"), Shape.LINE, _("12 letters and digits, for example ABCD-EFGH-2345")),
    )
    if request.method == "POST":
        (typed,) = filled(fields, request)
        passcode = as_typed(typed.value[:LONGEST_LINE])
        if passcode and sharing.opened(address=address, typed=passcode, at=at) is not None:
            response = see_other(f"/shared/{address}")
            _keep(response, address, at)
            return response
        told = _("This did not open anything. Check the passcode and the link; the link may also be over.")
        fields = with_errors(fields, {"passcode": told if passcode else _("Enter the passcode")})
    elif (found := _opened(request, address, at)) is not None:
        _record(request, found, (), "", at)
        return _contents(request, address, found)
    context = {"title": _("Something was shared with you"), "fields": fields, "errors": summary(fields)}
    return render(request, "portal/shared_enter.html", context)


def _name(patient: Patient) -> str:
    return f"{patient.given} {patient.family}".strip()


def _whose(patient_id: PatientId) -> str:
    """Whose record it is, in a line."""
    patient = registry.patient(patient_id)
    told = {"name": _name(patient), "day": day_in_words(patient.born)}
    return _("%(name)s, born on %(day)s") % told if patient.born else _name(patient)


def _contents(request: HttpRequest, address: str, found: _Open) -> HttpResponse:
    patient = registry.patient(found.link.patient_id)
    context = {
        "title": _("What was shared with you"),
        "name": _name(patient),
        "born": patient.born,
        "part": part_in_words(found.link.selection),
        "ends": moment_in_words(found.link.ends),
        "sections": [
            (f"/shared/{address}/{section.slug}", _(section.title))
            for section in words.sections_of(found.link.selection)
        ],
        "here": f"/shared/{address}",
    }
    return render(request, "portal/shared.html", context)


def files_of(patient_id: PatientId, entries: Iterable[ServedEntry]) -> words.FilesOf:
    """The files that bodies name which were served, by the outside id of their entry."""
    found = ((str(one.public_id), attachments.files_of(patient_id, one.public_id, one.body)) for one in entries)
    return {public_id: files for public_id, files in found if files}


def _asked_again(address: str) -> HttpResponse:
    """To the passcode: this browser has opened nothing, or no more."""
    response = see_other(f"/shared/{address}")
    drop_cookie(response, SHARED)
    return response


def _section(found: _Open, slug: str) -> RecordSection | None:
    """One of the sections that were shared."""
    return next((each for each in words.sections_of(found.link.selection) if each.slug == slug), None)


@audience(Audience.PUBLIC)
@require_safe
def section(request: HttpRequest, address: str, slug: str) -> HttpResponse:
    """One of the sections that were shared, as on the patient's own page of it, a page at a time."""
    at = clock.now()
    found = _opened(request, address, at)
    if found is None:
        return _asked_again(address)
    wanted = _section(found, slug)
    if wanted is None:
        return errors.page(request, 404)
    after = request.GET.get("after") or None
    try:
        served = timeline.page(
            found.reader,
            slots=wanted.slots,
            period=gathering.period_of(found.link.selection),
            ahead=wanted.ahead,
            limit=PAGE_SIZE,
            whole_days=not wanted.ahead,
            after=after,
            at=at,
        )
    except BadCursor:
        return errors.page(request, 404)
    _record(request, found, served.entries, slug, at)
    here = f"/shared/{address}/{slug}"
    files = files_of(found.link.patient_id, served.entries)
    context = {
        "title": _(wanted.title),
        "whose": _whose(found.link.patient_id),
        "rows": words.told(wanted, served.entries, files, f"/shared/{address}"),
        "back_href": f"/shared/{address}",
        "older_href": f"{here}?after={quote(served.next_cursor)}" if served.next_cursor else "",
        "first_href": here if after else "",
    }
    return render(request, "portal/shared_section.html", context)


@audience(Audience.PUBLIC)
@require_safe
def save(request: HttpRequest, address: str, slug: str, public_id: UUID, file_id: UUID) -> HttpResponseBase:
    """A file that came with an entry which was shared, to be saved. Whatever was not shared is no page."""
    at = clock.now()
    found = _opened(request, address, at)
    if found is None:
        return _asked_again(address)
    wanted, served = _section(found, slug), timeline.entry(found.reader, public_id, at=at)
    is_shared = (
        wanted is not None
        and served is not None
        and served.slot in wanted.slots
        and gathering.period_of(found.link.selection).holds(served.clinical)
    )
    if served is None or not is_shared:
        return errors.page(request, 404)
    files = attachments.files_of(found.link.patient_id, public_id, served.body)
    file = next((one for one in files if one.file_id == file_id and one.is_open), None)
    if file is None:
        return errors.page(request, 404)
    _record(request, found, (served,), slug, at)
    day = day_of(served.clinical or file.received)
    handed = File(file.kind, file.size, day, lambda start, stop: attachments.content(file, start, stop))
    try:
        return answer(request, handed, is_saved=True)
    except NotAvailable:
        return errors.page(request, 500)


@audience(Audience.PUBLIC)
@require_http_methods(["POST"])
def leave(request: HttpRequest, address: str) -> HttpResponse:  # noqa: ARG001
    """Forget in this browser that the passcode was right."""
    response = see_other(f"/shared/{address}")
    drop_cookie(response, SHARED)
    return response
