"""Give the compiled nhsuk-frontend our palette: a colour that differs in the dark becomes a custom property.

Reads the style sheet from standard input and writes it to standard output; the names are those of palette.css. Colours
that hold in every mode stay: the yellow of the focus with the dark text on it, and white text on a filled shape.
"""

import re
import sys

TEXT = {
    "#212b32": "ink",
    "#000": "ink",
    "rgba(33,43,50,.99)": "ink",
    "rgba(0,0,0,.99)": "ink",
    "#4c6272": "quiet",
    "#005eb8": "link",
    "#003087": "link",
    "#330072": "visited",
    "#7c2855": "hover",
    "#002f5c": "active",
    "#d5281b": "error",
    "#951c13": "error",
    "#007f3b": "done",
}
FILL = {
    "#fff": "surface",
    "#f0f4f5": "page",
    "#d8dde0": "base",
    "#e0e4e6": "wash",
    "#d9e7f4": "wash",
    "#c7dcef": "wash",
    "#fff9c4": "notice",
    "#007f3b": "go",
    "#00662f": "go-hover",
    "#d5281b": "stop",
    "#aa2016": "stop-hover",
    "#005eb8": "brand",
}
EDGE = {
    "#d8dde0": "line",
    "#aeb7bd": "line-strong",
    "#4c6272": "field",
    "#005eb8": "link",
    "#d5281b": "error",
    "#212b32": "ink",
    "#007f3b": "done",
}
PROPERTIES = {
    "color": TEXT,
    "fill": TEXT,
    "background": FILL,
    "background-color": FILL,
    "box-shadow": EDGE,
    "outline": EDGE,
} | {f"border{side}{part}": EDGE for side in ("", "-top", "-right", "-bottom", "-left") for part in ("", "-color")}
_RULE = re.compile(r"([^{}]*)\{([^{}]*)\}")
_COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|rgba\([^)]*\)")
_YELLOW = "background-color:#ffeb3b"


def _declaration(text: str) -> str:
    name, colon, value = text.partition(":")
    names = PROPERTIES.get(name.strip())
    if not colon or names is None:
        return text
    return f"{name}:" + _COLOUR.sub(lambda hit: f"var(--or-{names[hit[0]]})" if hit[0] in names else hit[0], value)


def _rule(found: re.Match[str]) -> str:
    selector, body = found[1], found[2]
    on_yellow = _YELLOW in body or re.search(r"(?<!not\():focus", selector)
    if selector.endswith(":root") or on_yellow:
        return found[0]
    return f"{selector}{{{';'.join(map(_declaration, body.split(';')))}}}"


def themed(style: str) -> str:
    """The style sheet with our palette."""
    return _RULE.sub(_rule, style)


if __name__ == "__main__":
    sys.stdout.write(themed(sys.stdin.read()))
