"""Who can sign in to the demonstration, and what its sign-in service says of them."""

import pytest

from openrecord.identity.providers import PATIENT_SCOPES
from openrecord.identity.rules import claimed_contact, claimed_person
from openrecord.kit import clock
from openrecord_demo.idp.tokens import shared_claims
from openrecord_demo.idp.types import Client, Grant, Group, Question
from openrecord_demo.memory import Someone
from openrecord_demo.people import personas
from tests.unit.demo.england_files import manifest


def told(someone: Someone, scopes: tuple[str, ...]) -> dict[str, object]:
    """The claims that an answer carries for these scopes."""
    client = Client("demo", frozenset(), "", frozenset(Group))
    question = Question(client, "", "", "", scopes, (), "")
    return shared_claims(Grant(question, someone.as_persona(), clock.now()))


@pytest.mark.parametrize("group", [Group.PATIENT, Group.PROXY])
def test_people_have_an_address_that_is_nobodys(group: Group) -> None:
    """So that messages can be chosen; without the scope for it the address is not told."""
    people = [someone for someone in personas(manifest()) if someone.group is group]
    assert len(people) > 2
    for someone in people:
        claims = told(someone, PATIENT_SCOPES)
        assert claimed_person(claims) is not None
        email = claimed_contact(claims).email
        assert email.endswith("@example.org")
        assert email.isascii()
        assert "email" not in told(someone, ("openid", "profile"))


def test_staff_have_none() -> None:
    assert all("email" not in someone.claims for someone in personas(manifest()) if someone.group is Group.STAFF)
