"""The forms of the practice: finding a patient, giving a reason."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from openrecord.identity.types import Role, Session, StaffId, StaffMember
from openrecord.staff.desk import Desk
from openrecord.staff.views import find, hiding

AT = datetime(2024, 3, 3, tzinfo=UTC)


def desk(*roles: Role) -> Desk:
    """A desk with these roles."""
    member = StaffMember(StaffId(UUID(int=1)), "Sam", "Z99001", frozenset(roles))
    return Desk(Session(UUID(int=2), member, "2", AT, AT, AT), member, "Synthetic Surgery")


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        (("999 000 0018", "", "", "", ""), []),
        (("999 000 0019", "", "", "", ""), ["number"]),
        (("", "", "", "", ""), ["number"]),
        (("", "Smith", "", "", ""), ["born-day"]),
        (("", "", "29", "2", "2024"), ["family"]),
        (("", "Smith", "29", "2", "2023"), ["born-day"]),
        (("", "Smith", "29", "2", "2024"), []),
        (("", "Smith", "9" * 20, "2", "2024"), ["born-day"]),
        (("", "Smith", "1", "1", "9" * 5000), ["born-day"]),
    ],
)
def test_what_is_missing_in_a_search(typed: tuple[str, str, str, str, str], fields: list[str]) -> None:
    assert [error.field for error in find.mistakes(find.Search(*typed))] == fields


def test_only_a_clinician_may_hide_for_harm() -> None:
    values = {value for value, _words, _hint in hiding.reasons_for(desk(Role.SCREENER))}
    assert values == {"third_party", "other"}
    assert hiding.mistakes(desk(Role.SCREENER), "serious_harm", "Dr Who")
    assert not hiding.mistakes(desk(Role.CLINICIAN), "serious_harm", "Dr Who")


def test_serious_harm_names_the_responsible_clinician() -> None:
    assert [error.field for error in hiding.mistakes(desk(Role.CLINICIAN), "serious_harm", "")] == ["responsible"]
    assert not hiding.mistakes(desk(Role.CLINICIAN), "third_party", "")


@pytest.mark.parametrize("reason", ["", "because", "SERIOUS_HARM"])
def test_a_reason_is_one_of_the_lawful_ones(reason: str) -> None:
    assert [error.field for error in hiding.mistakes(desk(Role.CLINICIAN), reason, "x")] == ["reason-1"]


@pytest.mark.parametrize(
    ("roles", "decides"), [((Role.READER, Role.MANAGER, Role.IG_LEAD), False), ((Role.SCREENER,), True)]
)
def test_who_may_decide(roles: tuple[Role, ...], *, decides: bool) -> None:
    assert desk(*roles).may_decide is decides
