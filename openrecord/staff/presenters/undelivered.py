"""Messages that were not delivered, as a practice reads of them: to whom, by what, why, and what helps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from openrecord.access import queries as access
from openrecord.access.types import ViewerKind
from openrecord.clinical.nhs_number import spaced
from openrecord.notify.types import Channel, Undelivered
from openrecord.registry import queries as registry
from openrecord.web.text import gettext as _
from openrecord.web.text import gettext_noop
from openrecord.web.words import day_in_words

_CHANNELS: Mapping[Channel, str] = {
    Channel.EMAIL: gettext_noop("Email"),
    Channel.SMS: gettext_noop("Text message"),
    Channel.PUSH: gettext_noop("Message on a device"),
    Channel.NHS_APP: gettext_noop("Message in the NHS App"),
}
_OF_THE_ADDRESS = frozenset({"address_refused", "not_delivered", "refused"})
"""The carrier did its part: what it was given to write to does not take messages."""
_OF_THE_SERVICE = gettext_noop(
    "The service that carries such messages did not take it, however often it was tried. "
    "Whoever runs OpenRecord can find out why. Send it again when that is mended."
)
_BY_CHANNEL: Mapping[Channel, str] = {
    Channel.EMAIL: gettext_noop(
        "Their email address did not take it. Ask them to check the address in their NHS login, then send it again."
    ),
    Channel.SMS: gettext_noop(
        "Their phone number did not take it. Ask them to check the number in their NHS login, then send it again."
    ),
}


@dataclass(frozen=True, slots=True)
class UndeliveredRow:
    """One message. `message`: its id, for a form; `to`: to whom it was to go; `why`: also what helps."""

    message: str
    patient: str
    href: str
    nhs_number: str
    to: str
    since: str
    why: str


def rows(found: Iterable[Undelivered], at: datetime) -> tuple[UndeliveredRow, ...]:
    """The list, in its order."""
    return tuple(_row(one, at) for one in found)


def _row(one: Undelivered, at: datetime) -> UndeliveredRow:
    patient = registry.patient(registry.home(one.patient_id))
    viewer = access.facts(patient.patient_id, at=at).viewers.get(one.viewer_id)
    to = _("to somebody who acts for them") if viewer and viewer.kind is ViewerKind.PROXY else _("to the patient")
    return UndeliveredRow(
        str(one.letter.message_id),
        patient.listed_name,
        f"/staff/patients/{patient.public_id}/people",
        spaced(patient.nhs_number),
        f"{_(_CHANNELS[one.letter.channel])} {to}",
        day_in_words(one.letter.at),
        _why(one),
    )


def _why(one: Undelivered) -> str:
    of_address = one.letter.reason in _OF_THE_ADDRESS
    return _(_BY_CHANNEL.get(one.letter.channel, _OF_THE_SERVICE) if of_address else _OF_THE_SERVICE)
