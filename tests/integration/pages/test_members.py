"""Who works for a practice: a manager lets people in, changes what they may do, and ends their access (R50)."""

import re
import uuid

import pytest
from django.test import Client

from openrecord.gateways.openid.client import Authenticated
from openrecord.identity import actions as identity
from openrecord.identity import queries
from openrecord.identity.types import Role, SignInRefused, StaffMember
from openrecord.registry.types import Policy
from openrecord.staff.views import policy_form
from tests.integration.fhir.world import AT, stopped
from tests.integration.pages import town as made
from tests.integration.pages import world

STAFF = "/staff/practice/staff"
NEW = f"{STAFF}/new"


@pytest.fixture
def hilltop(stored: None, monkeypatch: pytest.MonkeyPatch) -> made.Town:  # noqa: ARG001
    stopped()
    monkeypatch.setenv("OPENRECORD_STAFF_ISSUER", world.ISSUER)
    return made.new_town(Policy())


@pytest.fixture
def manager(hilltop: made.Town) -> Client:
    return world.staff(hilltop.ods, (Role.MANAGER,), "Mo Ledger")


def form(account: str, *roles: Role, name: str = "Nia New") -> dict[str, object]:
    """What the page that adds somebody sends."""
    return {"name": name, "account": account, "roles": [role.value for role in roles]}


def added(manager: Client, town: made.Town, *roles: Role, name: str = "Nia New") -> tuple[str, StaffMember]:
    """Somebody whom the manager has added: the number of their account, and who they are."""
    account = str(uuid.uuid4())
    assert manager.post(NEW, form(account, *roles, name=name)).status_code == 303
    return account, next(one for one in queries.staff_of(town.ods) if one.name == name)


def sign_in(account: str) -> Client:
    """The browser of whoever has this account. Raises SignInRefused."""
    proof = Authenticated(world.ISSUER, account, None, "3", AT, {})
    token, _ = identity.admit_staff(proof=proof, role_claim=None, previous_token=None, device=None, at=AT)
    return world.holding(token)


def test_a_manager_lets_somebody_in(hilltop: made.Town, manager: Client) -> None:
    account, _ = added(manager, hilltop, Role.SCREENER, Role.READER)
    listed = manager.get(STAFF).text
    assert "Nia New" in listed
    assert "Mo Ledger" in listed
    assert "as reader, screener: Nia New" in sign_in(account).get("/staff/home").text


def test_pressed_twice_is_done_once(hilltop: made.Town, manager: Client) -> None:
    sent = form(str(uuid.uuid4()), Role.READER)
    assert [manager.post(NEW, sent)["Location"] for _ in range(2)] == [f"{STAFF}?done=added"] * 2
    assert len(queries.staff_of(hilltop.ods)) == 2


def test_whatever_was_typed_comes_back(hilltop: made.Town, manager: Client) -> None:
    text = manager.post(NEW, {"name": "Nia New", "account": " ", "roles": ["emperor"]}).text
    assert "There is a problem" in text
    assert all(f'href="#{anchor}"' in text and f'id="{anchor}"' in text for anchor in ("account", "roles-1"))
    assert 'value="Nia New"' in text
    assert manager.post(NEW, form("a", Role.READER, name="n" * 201)).status_code == 200
    assert len(queries.staff_of(hilltop.ods)) == 1


def test_an_account_is_one_persons_and_tells_nothing_of_another_practice(hilltop: made.Town, manager: Client) -> None:
    elsewhere = made.new_town(Policy())
    account, _ = added(world.staff(elsewhere.ods, (Role.MANAGER,)), elsewhere, Role.READER, name="Ola Other")
    ours, _ = added(manager, hilltop, Role.READER)
    unsigned = re.compile('name="csrfmiddlewaretoken" value="[^"]+"')
    told = [
        unsigned.sub("", manager.post(NEW, form(known, Role.SCREENER)).text.replace(known, ""))
        for known in (account, ours)
    ]
    assert told[0] == told[1]
    assert "cannot be added" in told[0]
    assert "Ola Other" not in told[0]
    assert elsewhere.ods not in told[0]


def test_roles_that_are_changed_act_at_the_next_page(hilltop: made.Town, manager: Client) -> None:
    account, member = added(manager, hilltop, Role.MANAGER)
    browser = sign_in(account)
    here = f"{STAFF}/{member.staff_id}"
    assert 'href="#roles-1"' in manager.post(here, {"roles": []}).text
    assert manager.post(here, {"roles": ["reader"]}).status_code == 303
    assert "as reader: Nia New" in browser.get("/staff/home").text
    assert browser.get(STAFF).status_code == 403


def test_who_is_stopped_is_out_at_once_and_may_come_back(hilltop: made.Town, manager: Client) -> None:
    account, member = added(manager, hilltop, Role.READER)
    browser = sign_in(account)
    end = f"{STAFF}/{member.staff_id}/end"
    assert 'href="#reason-1"' in manager.post(end, {"reason": "because"}).text
    assert browser.get("/staff/home").status_code == 200
    assert manager.post(end, {"reason": "left"})["Location"] == f"{STAFF}?done=ended"
    assert browser.get("/staff/home").status_code == 303
    assert "Nia New" not in manager.get(STAFF).text
    assert manager.post(end, {"reason": "left"}).status_code == 404
    with pytest.raises(SignInRefused):
        sign_in(account)
    assert manager.post(NEW, form(account, Role.CLINICIAN)).status_code == 303
    assert "as clinician: Nia New" in sign_in(account).get("/staff/home").text


def test_what_somebody_did_keeps_their_name_after_they_left(hilltop: made.Town, manager: Client) -> None:
    account, member = added(manager, hilltop, Role.MANAGER)
    browser = sign_in(account)
    answer = {"state": "ready", "evidence": "Minutes of May"}
    assert browser.post("/staff/practice/readiness/lead", answer).status_code == 303
    policy = Policy()
    change = {**_policy_form(policy), "level": "detailed", "new": "detailed", "version": "1"}
    assert browser.post(browser.post("/staff/practice/change", change)["Location"]).status_code == 303
    manager.post(f"{STAFF}/{member.staff_id}/end", {"reason": "left"})
    for page in ("/staff/practice", "/staff/practice/readiness"):
        assert "Nia New" in manager.get(page).text


def _policy_form(policy: Policy) -> dict[str, object]:
    typed = policy_form.from_policy(policy)
    return {**typed.values, "sections": sorted(typed.sections)}


def test_nobody_changes_themselves(hilltop: made.Town, manager: Client) -> None:
    [me] = queries.staff_of(hilltop.ods)
    for path, sent in (("", {"roles": ["ig_lead"]}), ("/end", {"reason": "left"})):
        assert manager.get(f"{STAFF}/{me.staff_id}{path}").status_code == 403
        assert manager.post(f"{STAFF}/{me.staff_id}{path}", sent).status_code == 403
    assert f"{STAFF}/{me.staff_id}" not in manager.get(STAFF).text
    assert queries.staff_of(hilltop.ods) == (me,)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.MANAGER])
def test_managers_alone_change_who_works_here(hilltop: made.Town, manager: Client, role: Role) -> None:
    _, member = added(manager, hilltop, Role.READER)
    other = world.staff(hilltop.ods, (role,))
    assert other.get(STAFF).status_code == (200 if role is Role.IG_LEAD else 403)
    for path in (NEW, f"{STAFF}/{member.staff_id}", f"{STAFF}/{member.staff_id}/end"):
        assert other.get(path).status_code == other.post(path, form("x", Role.MANAGER)).status_code == 403
    assert NEW not in other.get(STAFF).text
    assert member in queries.staff_of(hilltop.ods)


@pytest.mark.usefixtures("hilltop")
def test_another_practices_staff_are_nobody(manager: Client) -> None:
    elsewhere = made.new_town(Policy())
    _, member = added(world.staff(elsewhere.ods, (Role.MANAGER,)), elsewhere, Role.READER, name="Ola Other")
    for path, sent in (("", {"roles": ["reader"]}), ("/end", {"reason": "left"})):
        answers = []
        for named in (member.staff_id, uuid.uuid4()):
            address = f"{STAFF}/{named}{path}"
            found = [manager.get(address), manager.post(address, sent)]
            answers.append([(one.status_code, one.text.replace(str(named), "ID")) for one in found])
            assert {one.status_code for one in found} == {404}
        assert answers[0] == answers[1]
    assert "Ola Other" not in manager.get(STAFF).text
    assert member in queries.staff_of(elsewhere.ods)


def test_without_a_sign_in_service_nobody_is_added(
    hilltop: made.Town, manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENRECORD_STAFF_ISSUER")
    answer = manager.post(NEW, form("a", Role.READER))
    assert answer.status_code == 200
    assert "not set up" in answer.text
    assert len(queries.staff_of(hilltop.ods)) == 1
