"""How often an app may ask: by address, by token, and far less often with tokens that are none."""

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from openrecord.audit.sources import READ
from openrecord.gateways import trust
from openrecord.kit import clock
from openrecord.web import limits
from openrecord.web.limits import Rate
from tests.integration.fhir.world import AT, App, Record, Reply

FEW = 5


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few of everything, so that little asking reaches the end."""
    monkeypatch.setattr("openrecord.fhir.pace.TOKEN", Rate("token", burst=4 * FEW, per_second=0.1))
    monkeypatch.setattr("openrecord.fhir.pace.GUESS", Rate("guess", burst=FEW, per_second=0.05))


def told_to_wait(answer: Reply, seconds: int) -> None:
    assert answer.status == 429
    assert answer.header("Retry-After") == str(seconds)
    assert answer.header("Content-Type") == "application/fhir+json; charset=utf-8"
    assert answer.header("X-Content-Type-Options") == "nosniff"
    (issue,) = answer.json["issue"]
    assert (answer.json["resourceType"], issue["code"]) == ("OperationOutcome", "throttled")


def stranger(app: App, number: int = 0) -> App:
    return App(app.origin, f"{number:064x}")


def recorded() -> int:
    (found,) = READ.fetch("SELECT count(*) FROM audit_read", ())
    return int(found[0])


@pytest.mark.parametrize("token", [None, "wrong", "another"])
def test_guessing_ends_soon_and_is_not_recorded_any_more(app: App, token: str | None) -> None:
    guesses = [App(app.origin, None) if token is None else stranger(app, number) for number in range(2 * FEW)]
    if token == "wrong":
        guesses = [stranger(app)] * len(guesses)
    before = recorded()
    answers = [guess.ask("Observation") for guess in guesses]
    assert [answer.status for answer in answers] == [401] * FEW + [429] * FEW
    told_to_wait(answers[-1], 20)
    assert recorded() == before + FEW


def test_a_token_that_was_answered_is_not_slowed_by_who_guesses_beside_it(app: App, scoped: Callable[..., App]) -> None:
    assert app.ask("Observation").status == 200
    for number in range(FEW):
        stranger(app, number).ask("Observation")
    assert app.ask("Observation").status == 200
    told_to_wait(scoped("patient/*.rs").ask("Observation"), 20)
    clock.use(lambda: AT + timedelta(seconds=20))
    assert scoped("patient/*.rs").ask("Observation").status == 200


def test_a_token_that_expired_makes_nobody_else_wait(app: App, record: Record, scoped: Callable[..., App]) -> None:
    brief = App(app.origin, record.token(expires=AT + timedelta(seconds=1)))
    assert brief.ask("Observation").status == 200
    clock.use(lambda: AT + timedelta(seconds=2))
    assert {brief.ask("Observation").status for _ in range(2 * FEW)} == {401}
    assert scoped("patient/*.rs").ask("Observation").status == 200


def test_a_token_is_the_same_however_it_is_spelt(app: App) -> None:
    spellings = [
        f"{word}{' ' * blanks}{app.token}" for word in ("Bearer", "bearer") for blanks in range(1, 2 * FEW + 2)
    ]
    answers = [App(app.origin, None).ask("Observation", Authorization=spelling) for spelling in spellings]
    assert [answer.status for answer in answers] == [200] * 4 * FEW + [429] * 2


def test_one_token_in_a_hurry_slows_only_itself(app: App, scoped: Callable[..., App]) -> None:
    answers = [app.ask("Observation") for _ in range(4 * FEW + 1)]
    assert {answer.status for answer in answers[:-1]} == {200}
    told_to_wait(answers[-1], 10)
    assert scoped("patient/*.rs").ask("Observation").status == 200
    clock.use(lambda: AT + timedelta(seconds=10))
    assert app.ask("Observation").status == 200
    told_to_wait(app.ask("Observation"), 10)


@pytest.mark.parametrize(
    ("path", "method"),
    [("metadata", "GET"), ("Nothing", "GET"), ("Observation", "OPTIONS"), ("", "GET")],
)
def test_what_needs_no_token_makes_none_known(app: App, path: str, method: str) -> None:
    """Else a guess could be made known first and tried without end afterwards."""
    guess = stranger(app)
    for _ in range(2 * FEW):
        assert guess.ask(path, method=method).status not in {401, 429}
    answers = [guess.ask("Observation").status for _ in range(2 * FEW)]
    assert answers == [401] * FEW + [429] * FEW


def test_an_address_in_a_hurry_is_slowed_before_anything_is_read(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ADDRESS", Rate("address", burst=FEW, per_second=0.5))
    before = recorded()
    for path in ("metadata", "Nothing", "Observation", "Patient", "Observation/x"):
        assert app.ask(path).status != 429
    served = recorded() - before
    for path in ("metadata", "Nothing", "Observation"):
        told_to_wait(app.ask(path), 2)
    assert recorded() == before + served


def test_pages_and_apps_count_an_address_together(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ADDRESS", Rate("address", burst=FEW, per_second=0.5))
    pages = [httpx.get(f"{app.origin}/no-such-page", verify=trust.authorities(), trust_env=False) for _ in range(FEW)]
    assert {page.status_code for page in pages} == {404}
    told_to_wait(app.ask("metadata"), 2)
