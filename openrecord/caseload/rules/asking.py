"""Who may ask for what, and who sees it. A proxy asks for little and sees only what they asked themselves."""

from collections.abc import Iterable

from openrecord.access.types import ViewerId, ViewerKind
from openrecord.caseload import events
from openrecord.caseload.types import Kind, Request, Wish
from openrecord.registry.types import OdsCode

ONLY_ONCE = frozenset(Kind) - {Kind.CORRECTION, Kind.QUESTION, Kind.PROXY}
"""Of these a person has one open request at a time; of others as many as differ, for a form may be sent twice."""
MOST_OPEN = 20
"""Open requests of one person about one record: more are a mistake or a machine."""
_OF_PROXY = frozenset({Kind.CORRECTION, Kind.QUESTION})


def may_ask(kind: Kind, viewer: ViewerKind) -> bool:
    """Whether such a viewer of a record may ask for this. Apps ask for nothing."""
    return viewer is ViewerKind.SELF or (viewer is ViewerKind.PROXY and kind in _OF_PROXY)


def recordable(*, has_account: bool, is_registered: bool) -> frozenset[Kind]:
    """What staff note that came by phone, letter or in person. Stopping and its return are noted as wishes (R6).

    Only who has an account can be shown more. Who has left keeps the rights over what the practice holds of them.
    """
    rights = frozenset({Kind.SUBJECT_ACCESS, Kind.CORRECTION})
    if not is_registered:
        return rights
    shown = frozenset({Kind.HISTORY, Kind.LEVEL}) if has_account else frozenset[Kind]()
    return rights | shown | {Kind.PROXY}


def may_see(request: Request, viewer: ViewerId, kind: ViewerKind, *, suspended: bool) -> bool:
    """Whether a viewer sees the request: patients all about their record, proxies their own.

    `suspended`: a proxy who may see nothing now, and no answer, which speaks of the record.
    """
    return kind is ViewerKind.SELF or (kind is ViewerKind.PROXY and request.asker == viewer and not suspended)


def concerns_asker(event: events.AnyEvent) -> bool:
    """Whether whoever asked should hear of it: the answer, that it takes longer, that the practice waits for them."""
    return isinstance(event, events.Decided | events.Extended | events.ClockPaused)


def same_open(requests: Iterable[Request], kind: Kind, ods: OdsCode, asker: ViewerId, wish: Wish) -> Request | None:
    """The open request of this person to the practice that makes another needless: of the kind, or with the very same
    words. What another practice was asked, where they were registered before, answers nothing here.
    """
    alike = (one for one in requests if one.is_open and (one.kind, one.ods, one.asker) == (kind, ods, asker))
    return next((one for one in alike if kind in ONLY_ONCE or one.wish == wish), None)


def has_too_many(requests: Iterable[Request], asker: ViewerId) -> bool:
    """Whether this person has as many open requests about the record as anybody may have."""
    return sum(1 for one in requests if one.is_open and one.asker == asker) >= MOST_OPEN
