"""What a list that shows nothing says (R5): the same for whoever reads the record and in a preview of it."""

from collections.abc import Mapping
from typing import NamedTuple

from openrecord.web.text import gettext as _
from openrecord.web.text import gettext_noop

WORDS: Mapping[str, str] = {
    "not-enabled": gettext_noop("This surgery does not offer its records online at the moment."),
    "unavailable": gettext_noop("Records are not available at the moment. Try again later."),
    "too-young": gettext_noop("Until you are 16, this surgery decides with you if you can see your record online."),
    "not-given": gettext_noop("This surgery has not opened your record online. Ask them if you want it opened."),
    "not-offered": gettext_noop("This surgery does not show this part of its records online."),
    "level": gettext_noop("Your access does not include this part of the record."),
    "chosen": gettext_noop("This record is not shown online at the moment."),
}
"""By the value of the reason that `access` gives."""


class Empty(NamedTuple):
    """What stands in the place of a list. `href`: where the reader learns what their access includes, or empty."""

    text: str
    href: str = ""


def absent_words(why: str) -> str:
    """The reason as a sentence."""
    return _(WORDS[why])


def empty(why: str | None, usual: str = "", *, href: str = "") -> Empty:
    """`why`: the reason why nothing can be shown; None where there is just nothing: `usual` says so."""
    return Empty(usual or _("There is nothing to show here.")) if why is None else Empty(absent_words(why), href)
