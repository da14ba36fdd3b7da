"""How pages look is chosen in a cookie that says nothing else, and every colour has its place in every mode."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from openrecord.web import display
from openrecord.web.static_files import FOLDER
from scripts.themed import themed

PALETTE = (FOLDER / "palette.css").read_text(encoding="utf-8")
_TOKEN = re.compile(r"(--or-[a-z-]+): ([^;]+);")
_FIELDS = list(display.CHOICES)
CHOICES = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from([one.value for one in kind]) for name, kind in display.CHOICES.items()}
)


def _joined(pairs: list[tuple[str, str]]) -> str:
    return ".".join(map(":".join, pairs))


def _tokens(after: str) -> dict[str, str]:
    return dict(_TOKEN.findall(PALETTE.split(after, 1)[1].split("}", 1)[0]))


def _request(cookie: str) -> Mapping[str, str]:
    request = RequestFactory().get("/")
    request.COOKIES[display.COOKIE] = cookie
    return display.chosen(request)


@given(CHOICES)
def test_what_was_chosen_is_kept(choices: dict[str, str]) -> None:
    response = HttpResponse()
    display.keep(response, choices)
    assert _request(response.cookies[display.COOKIE].value) == choices


@given(st.text() | st.lists(st.tuples(st.sampled_from(_FIELDS), st.text())).map(_joined))
def test_whatever_stands_in_the_cookie_only_our_own_words_reach_a_page(cookie: str) -> None:
    known = {name: {one.value for one in kind} for name, kind in display.CHOICES.items()}
    assert all(value in known[name] for name, value in _request(cookie).items())


def test_the_page_says_it_in_attributes(client: Client) -> None:
    client.cookies[display.COOKIE] = 'colours:dark.text:largest.contrast:"><script>'
    page = client.get("/").text
    assert '<html class="nhsuk-template" lang="en-GB" data-colours="dark" data-text="largest">' in page


def test_it_is_taken_with_the_forms_token_alone_and_leads_nowhere_else() -> None:
    browser = Client(enforce_csrf_checks=True)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get("/display").text)
    assert token is not None
    assert browser.post("/display", {"colours": "dark"}).status_code == 403
    sent = {"colours": "dark", "text": "huge", "back": "https://example.org/", "csrfmiddlewaretoken": token[1]}
    answer = browser.post("/display", sent)
    assert answer.headers["Location"] == "/display?saved=&back=%2F"
    assert answer.cookies[display.COOKIE].value == "colours:dark"
    assert answer.cookies[display.COOKIE]["httponly"]
    browser.post("/display", {"csrfmiddlewaretoken": token[1]})
    assert browser.cookies[display.COOKIE].value == ""


def test_a_browser_that_knows_no_dark_has_the_same_light() -> None:
    plain, both = _tokens(":root {"), _tokens("color-scheme: light dark;")
    assert {name: value.removeprefix("light-dark(").split(",")[0] for name, value in both.items()} == {
        name: plain[name] for name in both
    }


def test_high_contrast_is_the_same_chosen_and_by_the_device() -> None:
    assert _tokens('[data-contrast="high"] {') == _tokens(":root:not([data-contrast]) {")
    assert _tokens('[data-contrast="high"] {').keys() == _tokens(":root {").keys()


@pytest.mark.parametrize("name", ["vendor/nhsuk-frontend.css", "openrecord.css"])
def test_every_colour_that_is_named_exists(name: str) -> None:
    used = set(re.findall(r"var\((--or-[a-z-]+)\)", Path(FOLDER / name).read_text(encoding="utf-8")))
    assert used <= _tokens(":root {").keys()
    assert len(used) > 15


def test_a_compiled_style_sheet_gets_our_palette_once() -> None:
    style = "a{color:#005eb8}a:focus{color:#212b32;background-color:#ffeb3b}b{border:2px solid #4c6272;color:#fff}"
    there = style.replace("#005eb8", "var(--or-link)").replace("#4c6272", "var(--or-field)")
    assert themed(style) == there
    assert themed(there) == there
