"""Who has to say why, until when, and who checks."""

from datetime import UTC, datetime, timedelta
from itertools import chain, combinations
from uuid import UUID

import pytest

from openrecord.identity.types import Role, StaffId
from openrecord.registry.types import OdsCode, PatientId
from openrecord.restricted.rules import has_to_say_why, may_check, reads
from openrecord.restricted.types import Cause, Ground, Opening, OpeningId, Standing

AT = datetime(2025, 6, 1, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
ROLES = [frozenset(some) for some in chain.from_iterable(combinations(Role, n) for n in range(1, len(Role) + 1))]
ME, OTHER = StaffId(UUID(int=1)), StaffId(UUID(int=2))
OPENING = Opening(OpeningId(UUID(int=3)), PatientId(4), OdsCode("A81001"), OTHER, Ground.CARE, "Fell.", AT, AT + TICK)


@pytest.mark.parametrize("roles", ROLES)
@pytest.mark.parametrize("cause", [None, *Cause])
@pytest.mark.parametrize("content", [True, False])
def test_without_an_opening_restriction_and_role_say(
    roles: frozenset[Role], cause: Cause | None, *, content: bool
) -> None:
    only_a_manager = roles == {Role.MANAGER}
    expected = cause is not None or (content and only_a_manager)
    assert has_to_say_why(roles, Standing(cause, None), AT, content=content) is expected
    assert reads(roles) is not only_a_manager


@pytest.mark.parametrize("cause", [None, *Cause])
def test_an_opening_holds_until_its_end_and_not_at_it(cause: Cause | None) -> None:
    manager = frozenset({Role.MANAGER})
    assert not has_to_say_why(manager, Standing(cause, AT + TICK), AT, content=True)
    assert has_to_say_why(manager, Standing(cause, AT), AT, content=True)


@pytest.mark.parametrize("roles", ROLES)
def test_managers_and_governance_leads_check_others(roles: frozenset[Role]) -> None:
    assert may_check(roles, ME, OPENING) is bool(roles & {Role.MANAGER, Role.IG_LEAD})
    assert not may_check(roles, OTHER, OPENING)
