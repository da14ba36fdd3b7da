"""The one page: choose who to be. Plain HTML, no script, nothing from another host."""

from collections.abc import Iterable, Mapping
from html import escape
from urllib.parse import urlsplit

from openrecord_demo.idp.types import Group, Persona, Question

STYLE = """
*{box-sizing:border-box}
html,body{margin:0;font:1.1875rem/1.5 Arial,sans-serif;color:#1d2328;background:#f3f5f6}
main{max-width:48rem;margin:0 auto;padding:1.5rem 1rem 3rem}
.made-up{background:#fff4cc;border-left:.5rem solid #8a5a00;padding:.75rem 1rem;margin:0 0 1.5rem}
h1{font-size:2rem;line-height:1.2}h2{font-size:1.5rem;margin:2rem 0 .75rem}
ul{list-style:none;margin:0;padding:0;display:grid;gap:.75rem}
li{background:#fff;border:1px solid #768692;padding:1rem}
li p{margin:.5rem 0 0}
button{font:inherit;font-weight:bold;min-height:2.75rem;padding:.4rem 1rem;border:2px solid #0b4f6c;background:#0b4f6c;
color:#fff;cursor:pointer}
button.quiet{background:#fff;color:#0b4f6c}
button:focus-visible{outline:4px solid #1d2328;outline-offset:3px;background:#ffd42a;color:#1d2328}
""".strip()

_HEADINGS = {Group.PATIENT: "patients", Group.PROXY: "proxies", Group.STAFF: "staff"}


def picker(question: Question, fields: Mapping[str, str], personas: Iterable[Persona]) -> str:
    """The page that lists the personas this client may be given. `fields` come back with the choice."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in fields.items()
    )
    offered = [persona for persona in personas if persona.group in question.client.groups]
    groups = "".join(_group(group, [one for one in offered if one.group is group]) for group in Group)
    body = (
        f'<h1>Choose who to be</h1><form method="post" action="authorize">{hidden}{groups}'
        "<h2>Or do not sign in</h2>"
        '<button class="quiet" name="refuse" value="yes">I do not agree to share my information</button></form>'
    )
    return _document("Choose who to be", body)


def mistake(text: str) -> str:
    """The page for a request that cannot be answered by going back to the service."""
    return _document("Sign-in cannot start", f"<h1>Sign-in cannot start</h1><p>{escape(text)}</p>")


def policy(redirect_uri: str | None) -> str:
    """The content security policy; browsers also hold the redirect after the form to `form-action`."""
    target = ""
    if redirect_uri is not None:
        parts = urlsplit(redirect_uri)
        target = f" {parts.scheme}://{parts.netloc}"
    return f"default-src 'none'; style-src 'self'; form-action 'self'{target}; base-uri 'none'; frame-ancestors 'none'"


def _group(group: Group, personas: list[Persona]) -> str:
    if not personas:
        return ""
    items = "".join(
        f'<li><button name="persona" value="{escape(one.key)}" aria-describedby="about-{escape(one.key)}">'
        f'{escape(one.name)}</button><p id="about-{escape(one.key)}">{escape(one.story)}</p></li>'
        for one in personas
    )
    name = _HEADINGS[group]
    return f'<section aria-labelledby="{name}"><h2 id="{name}">{escape(group.value)}</h2><ul>{items}</ul></section>'


def _document(title: str, body: str) -> str:
    return (
        '<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)} - demonstration sign-in</title><link rel="stylesheet" href="style.css"></head>'
        '<body><main><p class="made-up"><strong>Demonstration.</strong> Everybody here is made up. '
        "This is not NHS login.</p>"
        f"{body}</main></body></html>"
    )
