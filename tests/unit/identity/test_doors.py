"""The answers of both doors to a sign-in that did not succeed."""

from collections.abc import Callable

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from openrecord.identity.types import Refusal, SignInRefused
from openrecord.portal.views import start as portal
from openrecord.staff.views import start as staff
from openrecord.web.session import PENDING

Answer = Callable[[HttpRequest, SignInRefused], HttpResponse]
DOORS: tuple[Answer, ...] = (portal.refusal, staff.refusal)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("refusal", list(Refusal))
def test_a_refusal_is_a_page_that_ends_the_sign_in_but_not_that_of_another_tab(door: Answer, refusal: Refusal) -> None:
    answer = door(RequestFactory().get("/sign-in/return"), SignInRefused(refusal))
    assert answer.status_code == (503 if refusal.is_outage else 403)
    assert answer.text.count("<h1") == 1
    assert (PENDING in answer.cookies) is (refusal is not Refusal.EXPIRED)
