"""What anybody who checks a vaccination card has to know: the keys, the withdrawn numbers, and a page that checks.

The page does its work in the browser. Nothing of a card is sent here: the only addresses it asks are the two above it.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from openrecord.cards import queries
from openrecord.cards.keyring import issuer, usable
from openrecord.clinical import covid
from openrecord.web import errors
from openrecord.web.audience import Audience, audience
from openrecord.web.headers import FOR_EVERY_ORIGIN, WITH_SCRIPT
from openrecord.web.pages import render
from openrecord.web.text import gettext as _
from openrecord.web.words import month_in_words


def _public(told: Mapping[str, Any]) -> HttpResponse:
    return HttpResponse(orjson.dumps(told), content_type="application/json", headers=dict(FOR_EVERY_ORIGIN))


@audience(Audience.PUBLIC)
@require_safe
def keys(_request: HttpRequest) -> HttpResponse:
    """The keys with which cards of this service are checked, older ones too."""
    return _public(queries.key_set())


@audience(Audience.PUBLIC)
@require_safe
def revoked(request: HttpRequest, kid: str) -> HttpResponse:
    """The numbers of withdrawn cards of one key."""
    told = queries.revocation_list(kid)
    return errors.page(request, 404) if told is None else _public(told)


@audience(Audience.PUBLIC)
@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """The page that checks a card, in the browser alone."""
    context = {
        "title": _("Check a Covid-19 vaccination card"),
        "issuer": issuer(),
        "names": sorted(covid.codes().names.items()),
        "months": [month_in_words(date(2000, number, 1)).partition(" ")[0] for number in range(1, 13)],
        "offered": bool(usable().keys),
    }
    response = render(request, "portal/check_card.html", context)
    for name, value in WITH_SCRIPT.items():
        response.headers[name] = value
    return response
