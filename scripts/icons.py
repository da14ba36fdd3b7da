"""Draw the icons of the installed application from the mark: openrecord/web/static/icon-*.png. Needs Chromium.

A maskable icon fills its square, and whatever counts lies in the inner four fifths of it, because devices cut its edge
off as they like (W3C, Web Application Manifest).
"""

from pathlib import Path

from playwright.sync_api import sync_playwright

STATIC = Path(__file__).parent.parent / "openrecord" / "web" / "static"
CHROMIUM = "/usr/bin/chromium"
ICONS = {"icon-192.png": (192, 1.0), "icon-512.png": (512, 1.0), "icon-maskable-512.png": (512, 0.8)}
"""Length of the side in pixels, and how much of it the mark takes."""

_PAGE = """<!DOCTYPE html><style>html, body {{ margin: 0; height: 100%; background: {ground} }}
svg {{ position: absolute; inset: 0; margin: auto; width: {part}%; height: {part}% }}</style>{mark}"""


def draw() -> None:
    """Write every icon."""
    mark = (STATIC / "mark.svg").read_text(encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name, (side, part) in ICONS.items():
            page = browser.new_page(viewport={"width": side, "height": side})
            ground = "transparent" if part == 1 else "#12514c"
            page.set_content(_PAGE.format(ground=ground, part=100 * part, mark=mark))
            page.screenshot(path=STATIC / name, omit_background=True)
        browser.close()


if __name__ == "__main__":
    draw()
