"""Who has to say why before a record opens, for how long it is open then, and who checks (R50, least privilege)."""

from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from openrecord.identity.types import Role, StaffId
from openrecord.restricted.types import Opening, Standing

LASTS = timedelta(minutes=30)
LONGEST_WORDS = 1000
READERS = frozenset({Role.READER, Role.SCREENER, Role.CLINICIAN, Role.IG_LEAD})
CHECKERS = frozenset({Role.IG_LEAD, Role.MANAGER})
RESTRICTERS = frozenset({Role.CLINICIAN, Role.IG_LEAD})


def reads(roles: AbstractSet[Role]) -> bool:
    """Whether a role of theirs reads records in the ordinary course: a manager's does not."""
    return bool(roles & READERS)


def has_to_say_why(roles: AbstractSet[Role], standing: Standing, at: datetime, *, content: bool) -> bool:
    """Whether the record is closed to them until they say why.

    `content`: whether entries are shown, and not only who the patient is and how their access stands.
    """
    if standing.until is not None and at < standing.until:
        return False
    return standing.cause is not None or (content and not reads(roles))


def may_check(roles: AbstractSet[Role], staff_id: StaffId, opening: Opening) -> bool:
    """Whether they may say if an opening was justified; nobody does of their own."""
    return bool(roles & CHECKERS) and opening.staff_id != staff_id
