"""Who may ask for what, and who sees it."""

import uuid

import pytest

from openrecord.access.types import ViewerId, ViewerKind
from openrecord.caseload.rules.asking import may_ask, may_see
from openrecord.caseload.types import Kind
from tests.unit.rules.caseload.facts import ASKER, made

ANOTHER = ViewerId(uuid.UUID(int=3))


@pytest.mark.parametrize("kind", Kind)
def test_a_proxy_reports_mistakes_and_asks_for_nothing_else(kind: Kind) -> None:
    assert may_ask(kind, ViewerKind.SELF)
    assert may_ask(kind, ViewerKind.PROXY) is (kind is Kind.CORRECTION)
    assert not may_ask(kind, ViewerKind.APP)


def test_a_patient_sees_all_and_a_proxy_only_what_they_asked() -> None:
    assert may_see(made(), ASKER, ViewerKind.SELF)
    assert may_see(made(), ANOTHER, ViewerKind.SELF)
    assert may_see(made(), ASKER, ViewerKind.PROXY)
    assert not may_see(made(), ANOTHER, ViewerKind.PROXY)
    assert not may_see(made(), ASKER, ViewerKind.APP)
