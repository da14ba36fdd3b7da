"""What a page carries of a value is what markupsafe makes of it."""

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from openrecord.web.jinja import escaped, make_environment

SPECIAL = st.text(st.sampled_from("&<>\"'ab \u2028\x00"))


class _Drawn:
    """Something that draws itself, as fields of Django's do."""

    def __html__(self) -> str:
        return "<b>drawn</b>"


class _Loud(str):
    """Text that says of itself what is not so."""

    __slots__ = ()

    def __str__(self) -> str:
        return "<i>loud</i>"


@given(
    st.one_of(SPECIAL, st.text(), SPECIAL.map(Markup), st.integers(), st.none(), st.builds(_Drawn), SPECIAL.map(_Loud))
)
def test_it_is_escaped_as_ever(value: object) -> None:
    assert escaped(value) == str(escape(value))


@given(SPECIAL)
def test_templates_escape_in_text_attributes_macros_and_blocks(value: str) -> None:
    template = make_environment().from_string(
        '{% macro m(x) %}[{{ x }}]{% endmacro %}{{ v }}|<a title="{{ v }}">|{{ m(v) }}|{{ m(m(v)) }}|'
        "{% set kept %}{{ v }}{% endset %}{{ kept }}|{{ v ~ v }}|{% filter upper %}{{ v }}{% endfilter %}"
    )
    safe = str(escape(value))
    expected = [safe, f'<a title="{safe}">', f"[{safe}]", f"[[{safe}]]", safe, safe + safe, escape(value).upper()]
    assert template.render(v=value) == "|".join(expected)
