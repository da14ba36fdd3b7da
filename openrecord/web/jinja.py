"""The Jinja2 environment of all pages: strict, escaping, translated.

Undefined names are errors. Templates get values that presenters have prepared and decide nothing themselves.
"""

from typing import Any

from jinja2 import Environment, StrictUndefined

from openrecord.clinical.nhs_number import spaced
from openrecord.web.static_files import static_url
from openrecord.web.text import gettext
from openrecord.web.words import day_in_words


def make_environment(**options: Any) -> Environment:
    """The environment that Django's Jinja2 backend asks for (settings.TEMPLATES)."""
    options.update(
        undefined=StrictUndefined,
        autoescape=True,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        cache_size=-1,
    )
    environment = Environment(**options)  # noqa: S701
    environment.globals["_"] = gettext
    environment.globals["static_url"] = static_url
    environment.filters["day"] = day_in_words
    environment.filters["nhs_number"] = spaced
    return environment
