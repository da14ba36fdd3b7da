"""Noting whom a placement or an answer is news for, and sending: content-free, decided again when it is sent."""

import logging
from collections.abc import Collection, Mapping
from datetime import datetime

from openrecord.access import queries as access
from openrecord.access.due import noted_since
from openrecord.access.matters import Matter
from openrecord.access.rules.ahead import is_told
from openrecord.access.rules.viewers import is_suspended
from openrecord.access.types import ViewerId, ViewerKind
from openrecord.caseload import queries as caseload
from openrecord.caseload.events import Answered
from openrecord.db import sql
from openrecord.gateways import govuk_notify, mail, nhs_app, web_push
from openrecord.gateways.messaging import AddressGone, Carrier, Letter, NotSent
from openrecord.identity import queries as identity
from openrecord.identity.types import PersonId
from openrecord.kit import environment
from openrecord.kit.environment import MissingSetting
from openrecord.kit.ids import time_ordered_bytes
from openrecord.kit.instants import to_micros
from openrecord.notify import actions, queries
from openrecord.notify.rules import after_quiet, lives_until
from openrecord.notify.types import Channel, DeviceId, Message, Pace, State
from openrecord.registry import queries as registry
from openrecord.registry.types import PatientId
from openrecord.screening.events import Change, PlacementsChanged
from openrecord.timeline import told
from openrecord.timeline.types import Reader
from openrecord.web.text import ENGLISH, activate
from openrecord.web.text import gettext as _

SENDS_A_ROUND = 1
"""Each at an instant of its own: a slow carrier makes no other late for the quiet hours, or its token too old."""

_log = logging.getLogger(__name__)


def tell(event: PlacementsChanged) -> None:
    """Every person with an account who can see a newly placed entry at this instant has something new."""
    for change in event.changes:
        if change.news:
            _tell(change, event.at)


def _tell(change: Change, at: datetime) -> None:
    patient_id = change.patient_id
    rows, concerned = [], set()
    for viewer in access.people_viewing(patient_id, at=at):
        if viewer.kind is ViewerKind.APP:
            continue
        reader = Reader(patient_id, viewer.viewer_id, None, "web")
        seen = told.visible(reader, change.news, at=at)
        news = [
            (patient_id, time_ordered_bytes(), viewer.viewer_id.bytes, entry, to_micros(at))
            for entry in change.news
            if entry in seen
        ]
        rows += news
        if news:
            concerned.add(viewer.viewer_id)
    sql.insert("notify_notice", ("patient_id", "id", "viewer_id", "entry", "at"), rows)
    if concerned:
        chosen = queries.preferences(patient_id)
        wanted = {viewer_id: chosen[viewer_id] for viewer_id in sorted(concerned) if viewer_id in chosen}
        actions.put(patient_id, wanted, at=at)


def tell_ahead(patient_id: PatientId, turning: Collection[ViewerId], *, at: datetime) -> None:
    """The access of these proxies is reviewed or ends soon: whoever is told so ahead has something new (R26)."""
    facts, chosen = access.facts(patient_id, at=at), queries.preferences(patient_id)
    told = sorted(one for one, viewer in facts.viewers.items() if one in chosen and is_told(facts, viewer, turning, at))
    actions.put(patient_id, {viewer_id: chosen[viewer_id] for viewer_id in told}, at=at)


def tell_asker(event: Answered) -> None:
    """Whoever asked the practice for something hears that it did something about it."""
    chosen = queries.preferences(event.patient_id)
    if event.asker in chosen:
        actions.put(event.patient_id, {event.asker: chosen[event.asker]}, at=event.at)


def carrier(channel: Channel) -> Carrier | None:
    """Who carries messages of this channel here; None where nobody does. Raises MissingSetting."""
    match channel:
        case Channel.EMAIL:
            return mail.configured() or govuk_notify.configured("email")
        case Channel.SMS:
            return govuk_notify.configured("sms")
        case Channel.PUSH:
            return web_push.configured()
    return nhs_app.configured()


def carrier_if_well(channel: Channel) -> Carrier | None:
    """The same for people who choose: one whose settings are wrong is none, and what is wrong `doctor` says."""
    try:
        return carrier(channel)
    except MissingSetting as error:
        _log.error("messages of one kind cannot be sent: %s", error)
        return None


def address_of(channel: Channel, person_id: PersonId) -> str:
    """Where a person gets messages of this channel, as their provider or the register has it; empty where nowhere.

    Devices have addresses of their own (queries.devices). An NHS number is known here of whoever has a record here.
    """
    if channel is Channel.NHS_APP:
        known = identity.person(person_id)
        return "" if known is None or known.patient_id is None else registry.patient(known.patient_id).nhs_number
    contact = identity.contact(person_id)
    return {Channel.EMAIL: contact.email, Channel.SMS: contact.phone}.get(channel, "")


def send_due(at: datetime) -> int:
    """Send what is due, unless it is the quiet hours or nobody can read anything; how many messages were dealt with.

    One that fails in a way that nobody foresaw stops no other, and is given up like one that no carrier takes.
    """
    if after_quiet(at) != at or _is_closed():
        return 0
    due = actions.take((State.WAITING,), at=at, limit=SENDS_A_ROUND)
    for message in due:
        try:
            _send(message, at)
        except Exception as error:  # noqa: BLE001  whatever it is, it is about this one
            _log.error("a message could not be sent: %s", type(error).__name__)
            actions.note_failed(message, "unexpected", for_good=False, at=at)
    return len(due)


def _is_closed() -> bool:
    """Whether a stop keeps everybody from the pages: what is due waits for its end, as after a restore."""
    return any(stop.scope == "all" or (stop.scope, stop.which) == ("channel", "web") for stop in access.closures())


def _send(message: Message, at: datetime) -> None:
    letters, by = _letters(message, at), carrier(message.channel)
    if not letters:
        actions.note_dropped(message)
    elif by is None:
        actions.note_failed(message, "no_carrier", for_good=False, at=at)
    else:
        _hand_over(message, letters, by, at)


def _hand_over(message: Message, letters: Mapping[DeviceId | None, Letter], by: Carrier, at: datetime) -> None:
    """Whoever has it on one of several devices was told; it is tried again only where no device has it."""
    reference, failure = "", None
    for device_id, letter in letters.items():
        try:
            reference = by.send(letter, at=at)
        except AddressGone:
            _forget(message, device_id, at)
        except NotSent as error:
            failure = error
    if reference:
        actions.note_sent(message, reference, ask=by.tells_fate, at=at)
    elif failure is not None:
        actions.note_failed(message, failure.reason, for_good=failure.for_good, at=at)
    else:
        actions.note_dropped(message)


def _forget(message: Message, device_id: DeviceId | None, at: datetime) -> None:
    if device_id is not None:
        actions.remove_device(
            patient_id=message.patient_id,
            viewer_id=message.viewer_id,
            device_id=device_id,
            by=actions.WORKER,
            at=at,
        )


def _letters(message: Message, at: datetime) -> dict[DeviceId | None, Letter]:
    """What is sent, by the device that gets it (None: an address); empty where there is nobody or nothing to tell."""
    chosen = queries.preference(message.patient_id, message.viewer_id)
    behind = access.behind(message.patient_id, message.viewer_id, at=at)
    if behind is None or chosen.pace(message.channel) is Pace.OFF:
        return {}
    to = _addresses(message, PersonId(behind))
    if not to or not _is_news(message, at):
        return {}
    activate(chosen.language)
    try:
        subject, text = _("You have something new in OpenRecord"), _text(environment.required("OPENRECORD_PUBLIC_URL"))
    finally:
        activate(ENGLISH)
    until = lives_until(at)
    return {
        device_id: Letter(message.message_id, address, subject, text, chosen.language, until)
        for device_id, address in to.items()
    }


def _is_news(message: Message, at: datetime) -> bool:
    """Whether what it is about still stands: an entry that they see, a request answered, access that turns soon."""
    reader = Reader(message.patient_id, message.viewer_id, None, "web")
    if told.visible(reader, queries.news_since(message), at=at):
        return True
    answered = caseload.answered_since(message.patient_id, message.viewer_id, message.since)
    turning = noted_since(message.patient_id, Matter.TURNS_SOON, message.since)
    if not answered and not turning:
        return False
    facts = access.facts(message.patient_id, at=at)
    viewer = facts.viewers.get(message.viewer_id)
    if viewer is None:
        return False
    return (answered and not is_suspended(facts, viewer, at)) or is_told(facts, viewer, turning, at)


def _addresses(message: Message, person_id: PersonId) -> dict[DeviceId | None, str]:
    if message.channel is Channel.PUSH:
        known = queries.devices(message.patient_id, message.viewer_id)
        return {device.device_id: device.address for device in known}
    address = address_of(message.channel, person_id)
    return {None: address} if address else {}


def _text(address: str) -> str:
    """Never a clinical word, nor whose record it is (R17)."""
    lines = (
        _("There is something new for you in OpenRecord."),
        _("Sign in to see it:") + f" {address}/messages",
        _("You chose to get these messages. Change or stop them here:") + f" {address}/access/messages",
        _("Nobody reads replies to this message."),
    )
    return "\n\n".join(lines) + "\n"


def ask_fates(at: datetime) -> int:
    """Ask carriers what became of what they took; how many were asked about."""
    due = actions.take((State.SENT,), at=at, limit=SENDS_A_ROUND)
    for message in due:
        try:
            by = carrier(message.channel)
            fate = None if by is None else by.fate(message.reference, at=at)
        except NotSent:
            fate = None
        except Exception as error:  # noqa: BLE001  as above: it is asked about again
            _log.error("a carrier could not be asked: %s", type(error).__name__)
            fate = None
        actions.note_fate(message, fate, at=at)
    return len(due)
