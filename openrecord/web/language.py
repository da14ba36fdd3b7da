"""The language of the pages: chosen by a link, kept in a cookie, English where nothing is chosen."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from openrecord.web.audience import Audience, audience
from openrecord.web.errors import page
from openrecord.web.redirects import own_path, see_other
from openrecord.web.text import ENGLISH, LANGUAGES

COOKIE = "openrecord_language"
_YEAR = 365 * 24 * 3600


def chosen_language(request: HttpRequest) -> str:
    """The language code of the request's cookie if it is one of ours, else English."""
    code = request.COOKIES.get(COOKIE, ENGLISH)
    return code if code in LANGUAGES else ENGLISH


@audience(Audience.PUBLIC)
@require_safe
def choose_language(request: HttpRequest, code: str) -> HttpResponse:
    """Remember the language and go back to the page where it was chosen."""
    if code not in LANGUAGES:
        return page(request, 404)
    response = see_other(own_path(request.GET.get("back"), "/"))
    secure = settings.PUBLIC_URL.startswith("https://")
    response.set_cookie(COOKIE, code, max_age=_YEAR, secure=secure, httponly=True, samesite="Lax")
    return response
