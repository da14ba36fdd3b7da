"""What the FHIR surface serves and what it is asked: frozen values. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from uuid import UUID

from openrecord.access.rules.scopes import CATEGORY_SLOTS
from openrecord.clinical.kinds import KIND_RULES, SLOT_KINDS
from openrecord.clinical.r4.tokens import Mark

CHANNEL = "fhir"
"""The channel that `openrecord close channel` names."""

CATEGORY_SYSTEMS = {
    "Observation": "http://terminology.hl7.org/CodeSystem/observation-category",
    "Condition": "http://terminology.hl7.org/CodeSystem/condition-category",
}
CATEGORIES: Mapping[str, Mapping[str, int]] = {
    fhir_type: {
        code: sum(1 << slot for slot in slots)
        for (of_type, code), slots in CATEGORY_SLOTS.items()
        if of_type == fhir_type
    }
    for fhir_type in CATEGORY_SYSTEMS
}
"""Categories that are slots, as SMART scopes name them: the bits of their slots."""

DATE_PARAMETERS = {
    "DiagnosticReport": "date",
    "Encounter": "date",
    "Immunization": "date",
    "MedicationRequest": "authoredon",
    "MedicationStatement": "effective",
    "Observation": "date",
    "Procedure": "date",
    "QuestionnaireResponse": "authored",
    "Specimen": "collected",
}
"""The R4 search parameter that asks for the date by which entries of the type are ordered. Types that are ordered by
the first date they have (onset, else recording) have none."""

CODE_PARAMETERS: Mapping[str, Mapping[str, Mark]] = {
    "AllergyIntolerance": {
        "category": Mark.CATEGORY, "clinical-status": Mark.CLINICAL_STATUS, "code": Mark.WHAT,
    },
    "Condition": {"clinical-status": Mark.CLINICAL_STATUS, "code": Mark.WHAT},
    "DiagnosticReport": {"category": Mark.CATEGORY, "code": Mark.WHAT, "status": Mark.STATUS},
    "DocumentReference": {"category": Mark.CATEGORY, "status": Mark.STATUS, "type": Mark.WHAT},
    "Encounter": {"status": Mark.STATUS, "type": Mark.WHAT},
    "Immunization": {"status": Mark.STATUS, "vaccine-code": Mark.WHAT},
    "MedicationRequest": {
        "category": Mark.CATEGORY, "code": Mark.WHAT, "intent": Mark.INTENT, "status": Mark.STATUS,
    },
    "MedicationStatement": {"category": Mark.CATEGORY, "code": Mark.WHAT, "status": Mark.STATUS},
    "Observation": {"code": Mark.WHAT, "status": Mark.STATUS},
    "Procedure": {"category": Mark.CATEGORY, "code": Mark.WHAT, "status": Mark.STATUS},
    "QuestionnaireResponse": {"status": Mark.STATUS},
    "ServiceRequest": {
        "category": Mark.CATEGORY, "code": Mark.WHAT, "intent": Mark.INTENT, "status": Mark.STATUS,
    },
    "Specimen": {"status": Mark.STATUS, "type": Mark.WHAT},
}  # fmt: skip
"""The R4 search parameters that ask for a code in the entry's coded body, and the element it stands in."""

WITHOUT_SUBJECT = frozenset({"AllergyIntolerance", "Immunization"})
"""Types that R4 knows no `subject` of: they are asked for by `patient` alone."""


def _masks() -> dict[str, int]:
    masks: dict[str, int] = {}
    for slot, kind in SLOT_KINDS.items():
        fhir_type = KIND_RULES[kind].fhir_type
        if fhir_type is not None:
            masks[fhir_type] = masks.get(fhir_type, 0) | 1 << slot
    return dict(sorted(masks.items()))


SERVED: Mapping[str, int] = _masks()
"""Every resource type that lies in the timeline, with the bits of its slots."""


class Issue(Enum):
    """Why a request has no other answer: HTTP status, FHIR issue type, words for whoever writes the app."""

    NO_TOKEN = (401, "login", "An access token is needed.")
    INVALID_TOKEN = (401, "login", "The access token is not valid.")
    INSUFFICIENT_SCOPE = (403, "forbidden", "The access token does not cover this resource type.")
    NOT_FOUND = (404, "not-found", "There is no such resource.")
    UNKNOWN_ADDRESS = (404, "not-supported", "Nothing is served under this address.")
    METHOD = (405, "not-supported", "This method is not supported here.")
    NOT_ACCEPTABLE = (406, "not-supported", "Only JSON is served.")
    TOO_LARGE = (413, "too-long", "The request is too large.")
    ADDRESS_TOO_LONG = (414, "too-long", "The address is too long.")
    MEDIA_TYPE = (415, "not-supported", "A search body must be application/x-www-form-urlencoded.")
    THROTTLED = (429, "throttled", "Too many requests. Wait as many seconds as Retry-After says.")
    HOST = (400, "invalid", "This host is not served here.")
    INVALID = (400, "invalid", "The request cannot be understood.")
    UNSUPPORTED = (400, "not-supported", "A search parameter, or the way it is used, is not supported.")
    FAILED = (500, "exception", "The request could not be answered. Nothing was served.")

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.value[0]


class BadRequest(ValueError):
    """The request cannot be answered. `parameter` is one of our own names, never text from outside."""

    def __init__(self, issue: Issue, parameter: str = "") -> None:
        super().__init__(issue.name)
        self.issue = issue
        self.parameter = parameter


@dataclass(frozen=True, slots=True)
class Search:
    """One page of a search, understood. Instants are microseconds; `until` and the cursor are one position.

    `slots`: bits asked for. `patient`: the public id named, None where none was. `ids` None = any. `used`: the
    parameters that counted, for the self link. `limit`: entries on a page. `codes`: of each of these groups the entry
    has one (clinical.r4.tokens).
    """

    fhir_type: str
    slots: int
    position: tuple[int, bytes]
    since: int
    limit: int
    patient: bytes | None = None
    ids: tuple[bytes, ...] | None = None
    is_dated: bool = False
    updated: tuple[int, int] | None = None
    codes: tuple[tuple[str, ...], ...] = ()
    used: tuple[tuple[str, str], ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Head:
    """Whom a token reads for, and the Sight that applied. `fingerprint` None: there was no current Sight.

    `viewer`, `client`: the 16 bytes of their ids, as the database gives them.
    """

    viewer: bytes
    client: bytes
    patient_id: int
    slots: int
    fingerprint: bytes | None
    at_ceiling: bool
    is_proxy: bool
    is_patient_asked: bool

    @property
    def viewer_id(self) -> UUID:
        """The viewer's grant under which is read."""
        return UUID(bytes=self.viewer)

    @property
    def client_id(self) -> UUID:
        """The app; NO_CLIENT where there is none."""
        return UUID(bytes=self.client)


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a token reads for. `patient`: the patient's public id; `scopes`: the token's SMART scopes."""

    viewer_id: UUID
    client_id: UUID
    patient_id: int
    patient: UUID
    scopes: tuple[str, ...]
    is_proxy: bool


Served = tuple[bytes, int, int, bytes, bytes]
"""One entry as the database gives it: public id, when its bytes last changed, place in the order (both microseconds),
body, references (a JSON fragment). A plain tuple: a class of its own takes 40 microseconds for 50 entries.
"""
