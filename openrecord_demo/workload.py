"""What the practices of the demonstration have to do: letters that wait, requests of patients, a checklist.

None of it is part of the synthetic England, whose own truth knows nothing of it. Days are counted back from the day the
demonstration was made. Every word is invented.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import orjson

from openrecord.access import queries as access
from openrecord.access.types import ViewerKind
from openrecord.audit.types import Actor, ActorKind, system
from openrecord.caseload import actions as caseload
from openrecord.caseload.types import Kind, Part, Wish
from openrecord.clinical.kinds import Level, Section
from openrecord.ingest.actions.accept import Terms
from openrecord.ingest.actions.deliver import deliver
from openrecord.registry import actions as registry_actions
from openrecord.registry.types import OdsCode, Readiness, ReleaseMode, ReleaseRule
from openrecord_demo.deeds import Happening, Town
from openrecord_demo.england.codes_used import CODES

Json = dict[str, Any]
BY = system("demo")
WHARFSIDE, NOT_LIVE = OdsCode("Z99101"), OdsCode("Z99104")
LETTERS_WAIT = 14
RELEASE: Mapping[str, Mapping[str, ReleaseRule]] = {
    WHARFSIDE: {"document": ReleaseRule(ReleaseMode.AFTER_DAYS, LETTERS_WAIT)}
}
"""So that somebody looks at a letter before the patient does, and none is forgotten."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter to Wharfside Surgery: about whom (persona), how many days ago, from where, and what it says."""

    about: str
    days: int
    sender: str
    words: str


LETTERS = (
    Letter(
        "sarah-ellison",
        8,
        "Marlowe Quay Hospital, emergency department",
        "Seen with her sister. Discloses that her partner has hit her. She asks for a safe way to be told.",
    ),
    Letter(
        "amina-yusuf",
        5,
        "Marlowe Quay Hospital, diabetes clinic",
        "Her daughter told us in confidence that she worries about her mother's memory.",
    ),
    Letter(
        "grace-mensah",
        4,
        "Marlowe Quay Hospital, renal clinic",
        "Routine review. Blood pressure well controlled, medicines unchanged. Potassium normal on repeat.",
    ),
    Letter(
        "helen-marsh",
        3,
        "Tideway Community Trust, physiotherapy",
        "Discharged after six sessions. No further action is needed. She may refer herself again.",
    ),
    Letter(
        "george-whitcombe",
        1,
        "Marlowe Quay Hospital, chest clinic",
        "CT shows a mass in the left lung, likely a malignancy. He has not been told yet.",
    ),
    Letter(
        "nadia-rahman",
        0,
        "Tideway Community Trust, talking therapies",
        "Attended with low mood. Her brother drinks heavily and she is worried for his children.",
    ),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that a patient (persona) made some days ago."""

    who: str
    days: int
    kind: Kind
    wish: Wish


REQUESTS = (
    Asked("helen-marsh", 26, Kind.SUBJECT_ACCESS, Wish(words="I would like a copy of everything that you hold.")),
    Asked(
        "george-whitcombe",
        12,
        Kind.HISTORY,
        Wish(Part(first=date(2015, 4, 1)), Level.FULL, words="My hospital asked when my heart trouble began."),
    ),
    Asked(
        "nadia-rahman", 6, Kind.PROXY, Wish(about="Imran Rahman", words="My husband. He collects my medicines for me.")
    ),
    Asked(
        "patrick-doyle",
        4,
        Kind.LEVEL,
        Wish(level=Level.FULL, words="I would like to read my letters before appointments."),
    ),
    Asked(
        "grace-mensah",
        3,
        Kind.HISTORY,
        Wish(Part(sections=frozenset({Section.RESULTS})), Level.FULL, words="To compare my kidney results."),
    ),
    Asked(
        "amina-yusuf",
        2,
        Kind.CORRECTION,
        Wish(about="My last diabetes review", words="It says that I smoke. I stopped in 2009."),
    ),
    Asked(
        "callum-reid",
        1,
        Kind.QUESTION,
        Wish(about="My newest entry", words="What does this mean, and must I do anything?"),
    ),
)
CHECKLIST = (
    ("lead", Readiness.READY, "Dr Malcolm Reeve", ""),
    ("policies", Readiness.READY, "Partners' meeting of last month, item 4", ""),
    ("impact_assessment", Readiness.READY, "Signed by Dr Shabnam Iqbal", ""),
    ("decline", Readiness.READY, "Notice in the waiting room and on the website", ""),
    ("training_write", Readiness.NOT_READY, "Two of nine have done it", "training"),
    ("patients_at_risk", Readiness.NOT_READY, "The list is being made", "safeguarding"),
)
"""Items of the practice that is not live yet: item, state, evidence, reason."""


def happened(town: Town, now: datetime) -> list[Happening]:
    """All of it, for whoever of these people there is."""
    known = {told["persona"]: number for number, told in town.people.items() if told["persona"]}

    def of(days: int, act: Callable[..., None], *given: Any) -> Happening:
        at = now - timedelta(days=days)
        return at, partial(act, *given, at)

    letters = (of(letter.days, _send, town, known[letter.about], letter) for letter in LETTERS if letter.about in known)
    requests = (of(asked.days, _ask, town, known[asked.who], asked) for asked in REQUESTS if asked.who in known)
    return [*letters, *requests, of(9, _answer)]


def _send(town: Town, number: str, letter: Letter, at: datetime) -> None:
    told = town.people[number]
    content = orjson.dumps(
        {"resourceType": "Bundle", "type": "collection", "entry": list(_resources(told, letter, at))}
    )
    tally = deliver(data=content, name="letter.json", format=None, terms=Terms(org=WHARFSIDE), by=BY, at=at)
    if tally.accepted != 1:
        raise ValueError("a letter was not accepted")


def _resources(told: Json, letter: Letter, at: datetime) -> Iterator[Json]:
    person = {
        "resourceType": "Patient",
        "id": "p",
        "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": told["nhs_number"]}],
        "name": [{"family": told["family"], "given": [told["given"]]}],
        "birthDate": told["born"],
    }
    document = {
        "resourceType": "DocumentReference",
        "id": f"letter-{letter.about}",
        "status": "current",
        "docStatus": "final",
        "subject": {"reference": "Patient/p"},
        "date": at.isoformat(),
        "type": {"text": CODES["letter_outpatient"].term},
        "author": [{"display": letter.sender}],
        "description": letter.words,
        "content": [{"attachment": {"contentType": "application/pdf"}}],
    }
    return ({"resource": resource} for resource in (person, document))


def _ask(town: Town, number: str, asked: Asked, at: datetime) -> None:
    """The patient makes the request on the web."""
    patient_id = town.patient(number).patient_id
    viewers = access.facts(patient_id, at=at).viewers.values()
    own = next((viewer for viewer in viewers if viewer.kind is ViewerKind.SELF), None)
    if own is None:
        raise LookupError("somebody without an account asks")
    by = Actor(ActorKind.PERSON, str(own.viewer_id), "person", "own record")
    caseload.make(
        patient_id=patient_id, ods=town.ods(number), kind=asked.kind, asker=own.viewer_id, wish=asked.wish, by=by, at=at
    )


def _answer(at: datetime) -> None:
    """The practice that is not live has begun with its checklist."""
    for item, state, evidence, reason in CHECKLIST:
        registry_actions.answer_readiness(
            ods=NOT_LIVE, item=item, state=state, evidence=evidence, reason=reason, by=BY, at=at
        )
