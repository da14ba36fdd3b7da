"""The page where anybody chooses how the pages look, signed in or not, patient or staff."""

from collections.abc import Mapping
from enum import Enum
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from openrecord.web import display
from openrecord.web.audience import Audience, audience
from openrecord.web.display import Colours, Contrast, Movement, Text
from openrecord.web.forms import Field, Option, Shape
from openrecord.web.pages import render
from openrecord.web.redirects import own_path, see_other
from openrecord.web.text import gettext as _
from openrecord.web.text import gettext_noop

HERE = "/display"
_LEGENDS: Mapping[str, str] = {
    "text": gettext_noop("Size of the text"),
    "colours": gettext_noop("Colours"),
    "contrast": gettext_noop("Contrast"),
    "movement": gettext_noop("Movement"),
}
_DEVICE: Mapping[str, str] = {
    "text": gettext_noop("Standard"),
    "colours": gettext_noop("As this device is set"),
    "contrast": gettext_noop("As this device is set"),
    "movement": gettext_noop("As this device is set"),
}
_WORDS: Mapping[Enum, str] = {
    Text.LARGE: gettext_noop("Large"),
    Text.LARGEST: gettext_noop("Largest"),
    Colours.LIGHT: gettext_noop("Light"),
    Colours.DARK: gettext_noop("Dark"),
    Contrast.STANDARD: gettext_noop("Standard"),
    Contrast.HIGH: gettext_noop("High"),
    Movement.ALL: gettext_noop("All"),
    Movement.NONE: gettext_noop("None"),
}


def _fields(now: Mapping[str, str]) -> tuple[Field, ...]:
    return tuple(
        Field(
            name,
            _(legend),
            Shape.ONE_OF,
            options=(
                Option("", _(_DEVICE[name])),
                *(Option(str(one.value), _(_WORDS[one])) for one in display.CHOICES[name]),
            ),
            typed=(now.get(name, ""),),
        )
        for name, legend in _LEGENDS.items()
    )


@audience(Audience.PUBLIC)
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """What is chosen in this browser, and choosing otherwise. `back`: the page to return to."""
    back = own_path(request.POST.get("back") or request.GET.get("back"), "/")
    if request.method == "POST":
        wanted = display.accepted({name: request.POST.get(name, "") for name in display.CHOICES})
        response = see_other(f"{HERE}?" + urlencode({"saved": "", "back": back}))
        display.keep(response, wanted)
        return response
    context = {
        "title": _("Text size and colours"),
        "fields": _fields(display.chosen(request)),
        "saved": "saved" in request.GET,
        "back": back,
    }
    return render(request, "web/display.html", context)
