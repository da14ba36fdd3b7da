"""Links that show a part of a record to somebody: made and ended by the patient alone, opened by a passcode.

Nothing is copied: what a link shows is asked of the decision whenever it is looked at, under the eyes of the patient
who shares. So whatever closes something to the patient closes it to everybody with a link, at once.
"""

import hmac
from datetime import datetime, timedelta

from django.db import transaction

from openrecord.access import actions as access
from openrecord.access import queries as access_queries
from openrecord.access.rules.granting import as_typed
from openrecord.access.types import ViewerId, ViewerKind
from openrecord.audit import actions as audit
from openrecord.audit.types import Actor
from openrecord.kit.ids import random_code, random_token, time_ordered_bytes
from openrecord.kit.instants import to_micros
from openrecord.registry.types import PatientId
from openrecord.taking import gathering, queries
from openrecord.taking.models import LinkRow, UseRow
from openrecord.taking.rules import KEEP_ENDED, MOST_LINKS, is_alive, passcode_hash
from openrecord.taking.types import Link, LinkId, Made, Selection
from openrecord.timeline.types import Reader

CHANNEL = "web"
"""What closes the patients' pages closes links."""

_SALT = 16


class TooMany(Exception):
    """The patient has as many links as there may be."""


class MadeAlready(Exception):
    """The same page asked for it before: address and passcode are shown once."""


@transaction.atomic
def make(
    *,
    link_id: LinkId,
    patient_id: PatientId,
    sharer: ViewerId,
    selection: Selection,
    life: timedelta,
    by: Actor,
    at: datetime,
) -> Made:
    """Make a link. `link_id`: chosen by the page that asks, so that it asks once. Raises TooMany, MadeAlready."""
    access.lock_patient(patient_id)
    every = queries.links(patient_id)
    if any(link.link_id == link_id for link in every):
        raise MadeAlready
    if sum(is_alive(link, at) for link in every) >= MOST_LINKS:
        raise TooMany
    made, salt = Made(random_token(), random_code()), bytes.fromhex(random_token())[:_SALT]
    LinkRow.objects.create(
        hash=queries.address_hash(made.address),
        patient_id=patient_id,
        id=link_id.bytes,
        sharer=sharer.bytes,
        sections=" ".join(sorted(selection.sections)),
        first=selection.first,
        last=selection.last,
        salt=salt,
        passcode=passcode_hash(made.passcode, salt),
        made=to_micros(at),
        ends=to_micros(at + life),
    )
    details: dict[str, str | int | None] = {
        "sections": ",".join(sorted(selection.sections)),
        "first": None if selection.first is None else selection.first.isoformat(),
        "last": None if selection.last is None else selection.last.isoformat(),
        "ends": (at + life).isoformat(),
    }
    audit.record_change(by=by, at=at, event="link_made", patient_id=patient_id, subject=str(link_id), details=details)
    return made


@transaction.atomic
def end(*, patient_id: PatientId, link_id: LinkId, by: Actor, at: datetime) -> None:
    """The link opens nothing from now on, also where it is open; twice is like once."""
    rows = LinkRow.objects.filter(patient_id=patient_id, id=link_id.bytes, ended__isnull=True)
    if rows.update(ended=to_micros(at)):
        audit.record_change(by=by, at=at, event="link_ended", patient_id=patient_id, subject=str(link_id))


@transaction.atomic
def end_all(*, patient_id: PatientId, by: Actor, at: datetime) -> None:
    """Every link to the patient's record ends: whoever made it may not have been the patient."""
    for link in queries.links(patient_id):
        end(patient_id=patient_id, link_id=link.link_id, by=by, at=at)


def end_every_link(*, by: Actor, at: datetime) -> None:
    """Every link there is ends: after a restore nobody knows which of them had been ended."""
    with transaction.atomic():
        ended = LinkRow.objects.filter(ended__isnull=True).update(ended=to_micros(at))
        audit.record_change(by=by, at=at, event="every_link_ended", patient_id=None, details={"links": ended})


def opened(*, address: str, typed: str, at: datetime) -> Link | None:
    """The link, where the passcode is right and it shows something. None in all other cases alike, after the same work
    but for what only a right passcode asks.
    """
    row = LinkRow.objects.filter(hash=queries.address_hash(address)).first()
    given = passcode_hash(as_typed(typed), bytes(_SALT) if row is None else bytes(row.salt))
    if row is None:
        return None
    return _tried(bytes(row.hash), is_right=hmac.compare_digest(given, bytes(row.passcode)), at=at)


@transaction.atomic
def _tried(key: bytes, *, is_right: bool, at: datetime) -> Link | None:
    row = LinkRow.objects.select_for_update().get(hash=key)
    link = queries.link_of(row)
    if not is_alive(link, at):
        return None
    row.wrong = 0 if is_right else row.wrong + 1
    row.save(update_fields=["wrong"])
    if is_right and reader_of(link, at=at) is None:
        return None
    UseRow.objects.create(
        patient_id=row.patient_id, id=time_ordered_bytes(), link=row.id, at=to_micros(at), right=is_right
    )
    return link if is_right else None


def reader_of(link: Link, *, at: datetime) -> Reader | None:
    """As whom a link reads now: the patient who made it. None where it opens nothing any more."""
    reader = Reader(link.patient_id, link.sharer, None, CHANNEL)
    if not is_alive(link, at) or access_queries.behind(link.patient_id, link.sharer, at=at) is None:
        return None
    viewer = access_queries.facts(link.patient_id, at=at).viewers.get(link.sharer)
    if viewer is None or viewer.kind is not ViewerKind.SELF or not gathering.is_open(reader, at=at):
        return None
    return reader


@transaction.atomic
def forget_over(at: datetime) -> int:
    """Forget links whose end is long ago, and when they were used; how many."""
    over = LinkRow.objects.filter(ends__lte=to_micros(at - KEEP_ENDED))
    for patient_id, key in over.values_list("patient_id", "id"):
        UseRow.objects.filter(patient_id=patient_id, link=bytes(key)).delete()
    gone, _ = over.delete()
    return gone
