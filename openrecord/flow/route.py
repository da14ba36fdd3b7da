"""The river on one page: which event wakes which station.

    ingest ─ EntriesArrived ─▶ screening (decide) ─ PlacementsChanged ─▶ timeline (place) ─▶ notify (tell)
    first sign-in ─ PatientLinked ─▶ access (a grant of their own)
    answers to requests ─▶ notify (tell whoever asked)
    people's acts on entries ─▶ screening ─ PlacementsChanged ─▶ …
    acts on access, registry ─▶ screening (settle the patient again)
    a reader without a current Sight ─ SightNeeded ─▶ screening (settle) ─▶ access (compute)

Listeners run at once, in the publisher's transaction.
"""

from collections.abc import Callable, Mapping
from typing import Any

from openrecord.access import events as access_events
from openrecord.caseload import events as caseload_events
from openrecord.db import bus
from openrecord.flow import erasing, steps, together
from openrecord.identity import events as identity_events
from openrecord.ingest import events as ingest_events
from openrecord.notify import tasks as notify
from openrecord.registry import events as registry_events
from openrecord.screening import events as screening_events
from openrecord.timeline import tasks as timeline

ROUTE: Mapping[type, tuple[Callable[[Any], None], ...]] = {
    registry_events.PersonChanged: (steps.person_changed,),
    registry_events.PolicyChanged: (steps.policy_changed,),
    registry_events.NumberChanged: (steps.number_changed,),
    registry_events.Withdrawn: (steps.withdrawn,),
    registry_events.Erased: (erasing.erased,),
    registry_events.Merged: (together.merged,),
    registry_events.Parted: (together.parted,),
    identity_events.PatientLinked: (steps.open_account,),
    identity_events.PatientUnlinked: (steps.leave_account,),
    access_events.AccessChanged: (steps.access_changed,),
    access_events.SightNeeded: (steps.sight_needed,),
    ingest_events.FoundWrongPerson: (steps.found_wrong_person,),
    ingest_events.EntriesArrived: (steps.note_codes, steps.receive),
    screening_events.PlacementsChanged: (timeline.apply, notify.tell),
    caseload_events.Answered: (notify.tell_asker,),
}


def connect() -> None:
    """Put the route into force. Called once, by the composition root."""
    bus.connect(ROUTE)
