"""Take the pictures of docs/images anew: the demonstration in a folder that is thrown away, each page wide and narrow.

Run from the root with `OPENRECORD_MODE=demo .venv/bin/python -m scripts.pictures`; it needs Chromium and some minutes.
"""

import base64
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from openrecord.kit import clock
from openrecord_demo.idp.types import Persona
from openrecord_demo.services import Demo, openrecord, running
from scripts.palette_png import palette_png
from tests import made_files
from tests.browser.accessibility import ARGUMENTS, CHROMIUM

IMAGES = Path(__file__).parent.parent / "docs" / "images"
PATIENTS = 60
PATIENT, STAFF, ORG = "george-whitcombe", "z99101-dr-anjali-rao", "Z99101"
WIDTHS = {"": (1280, 900), "-narrow": (320, 760)}
"""What a picture's name ends with, and its size: of a longer page only the beginning is shown."""

PATIENCE = 60_000
MEDICINES = (
    ("Ramipril 5mg capsules", "Take one daily", "continuous", 31),
    ("Atorvastatin 20mg tablets", "Take one at night", "continuous", 24),
    ("Amoxicillin 500mg capsules", "Take one three times a day for 7 days", "acute", 3),
)
"""What the patient takes: name, instructions, whether on repeat (HL7's course of therapy), since how many days."""

_COURSES = "http://terminology.hl7.org/CodeSystem/medicationrequest-course-of-therapy"
Json = dict[str, Any]
_PIXELS = """async (encoded) => {
  const blob = await (await fetch("data:image/png;base64," + encoded)).blob();
  const picture = await createImageBitmap(blob);
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const context = canvas.getContext("2d");
  context.drawImage(picture, 0, 0);
  const bytes = context.getImageData(0, 0, picture.width, picture.height).data;
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return btoa(text);
}"""
Step = Callable[[Page], object]


@dataclass(frozen=True, slots=True)
class Picture:
    """One page. `path`: where it begins; `then`: what is done there; `tall`: how high where it shows more."""

    name: str
    path: str
    then: Step = lambda _page: None
    tall: int = 0


def _first(title: str) -> Step:
    return lambda page: page.locator("a.or-line__title", has_text=title).first.click()


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).first.click()


def _searched(page: Page) -> None:
    page.get_by_label("Search the record").fill("blood pressure")
    _press(page, "Search")


def _shared(page: Page) -> None:
    page.get_by_label("Medicines", exact=True).check()
    _press(page, "See what they will see")
    _press(page, "Make the link")


def _asked(page: Page) -> None:
    page.get_by_role("link").filter(has_text="GP record to read or print").first.click()


def _dark(page: Page) -> None:
    page.get_by_role("group", name="Colours").get_by_label("Dark").check()
    _press(page, "Save")


def _tried(page: Page) -> None:
    for kind in ("document", "report"):
        page.select_option(f"#release-{kind}", "by_hand")
    _press(page, "See what this would do")


OF_PATIENT = (
    Picture("home", "/home"),
    Picture("results", "/record/test-results"),
    Picture("result", "/record/test-results", _first("Haemoglobin estimation"), tall=1500),
    Picture("panel", "/record/test-results", _first("Serum lipids level")),
    Picture("consultation", "/record/consultations", _first("GP Surgery")),
    Picture("medicines", "/record/medicines"),
    Picture("timeline", "/record/timeline"),
    Picture("search", "/home", _searched),
    Picture("vaccinations", "/covid"),
    Picture("card", "/covid", lambda page: page.locator("main a[href^='/covid/cards/']").first.click(), tall=1100),
    Picture("document", "/record/documents", _first("Outpatient clinic letter")),
    Picture("take", "/take"),
    Picture("share", "/share/new", _shared),
    Picture("inbox", "/messages", tall=1100),
    Picture("messages", "/access/messages"),
    Picture("requests", "/requests"),
    Picture("profile", "/profile"),
    Picture("looks", "/display", _dark),
    Picture("dark", "/record/test-results", _first("Haemoglobin estimation"), tall=1500),
)
"""In this order: the last one is seen in the looks that the one before it chose."""

OF_STAFF = (
    Picture("staff-home", "/staff/home"),
    Picture("staff-queue", "/staff/queue"),
    Picture("staff-entry", "/staff/queue", _first("Outpatient clinic letter"), tall=1100),
    Picture("staff-request", "/staff/requests", _first("Whitcombe")),
    Picture("staff-dry-run", "/staff/practice/change", _tried),
    Picture("staff-readiness", "/staff/practice/readiness"),
)


def main() -> None:
    """Write every picture."""
    os.environ.update(OPENRECORD_SMTP_URL="smtp://127.0.0.1:1", OPENRECORD_MAIL_FROM="nobody@example.org")
    with TemporaryDirectory(prefix="openrecord-pictures-") as made, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        with running(Path(made) / "data", port=0, patients=PATIENTS) as demo:
            people = {persona.key: persona for persona in demo.personas}
            letter = _letter("Your echocardiogram is normal.", 20, made_files.pdf())
            _send(demo, Path(made), people[PATIENT], letter, *_medicines())
            with _window(browser, demo, PATIENT, "/sign-in", WIDTHS[""]) as page:
                _prepare_patient(page)
            _take(browser, demo, PATIENT, "/sign-in", OF_PATIENT)
            with _window(browser, demo, STAFF, "/staff/sign-in", WIDTHS[""]) as page:
                _until(page, "/staff/queue", lambda: not page.get_by_text("Not read for signals yet").count())
            _take(browser, demo, STAFF, "/staff/sign-in", OF_STAFF)
        browser.close()


def _take(browser: Browser, demo: Demo, persona: str, door: str, pictures: Sequence[Picture]) -> None:
    for ending, size in WIDTHS.items():
        with _window(browser, demo, persona, door, size) as page:
            canvas = page.context.new_page()
            for picture in pictures:
                page.goto(picture.path)
                picture.then(page)
                page.wait_for_load_state()
                height = min(max(size[1], picture.tall), _height(page))
                clip = {"x": 0, "y": 0, "width": size[0], "height": height}
                taken = page.screenshot(full_page=True, clip=clip, animations="disabled")
                pixels = base64.b64decode(canvas.evaluate(_PIXELS, base64.b64encode(taken).decode()))
                (IMAGES / f"{picture.name}{ending}.png").write_bytes(palette_png(pixels, size[0]))


def _height(page: Page) -> int:
    found: int = page.evaluate("document.documentElement.scrollHeight")
    return found


@contextmanager
def _window(browser: Browser, demo: Demo, persona: str, door: str, size: tuple[int, int]) -> Iterator[Page]:
    """A window of its own in which somebody has signed in."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, base_url=demo.address)
    context.set_default_timeout(PATIENCE // 4)
    page = context.new_page()
    page.goto(door)
    page.locator(f'button[value="{persona}"]').click()
    page.wait_for_url("**/home")
    yield page
    context.close()


def _until(page: Page, path: str, done: Callable[[], bool]) -> None:
    """Open a page again and again until the worker has done its part."""
    for _round in range(PATIENCE // 1000):
        page.goto(path)
        if done():
            return
        page.wait_for_timeout(1000)
    raise RuntimeError(f"{path} never came to what it should show")


def _prepare_patient(page: Page) -> None:
    """A letter that was checked, a card, a request, a file to take along."""
    page.goto("/record/documents")
    _first("Outpatient clinic letter")(page)
    _until(page, page.url, lambda: page.locator(".or-doc__view").count() > 0)
    page.goto("/covid")
    _press(page, "Make a card")
    page.goto("/requests/new/correction")
    page.get_by_label("Which entry is wrong?").fill("12 June, Imaging report")
    page.get_by_label("What is wrong, and what should it say?").fill("It says that I smoke. I stopped in 2009.")
    _press(page, "Send request")
    page.goto("/take")
    page.get_by_label("GP record to read or print (PDF)").check()
    page.get_by_label("Yes, the letters and pictures themselves").check()
    _press(page, "Make the file")
    _until(page, page.url, lambda: page.get_by_text("The file is ready.").count() > 0)


def _send(demo: Demo, folder: Path, whose: Persona, *resources: Json) -> None:
    """The practice's system delivers these."""
    told = whose.claims
    person = {
        "resourceType": "Patient",
        "id": "p",
        "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": told["nhs_number"]}],
        "name": [{"family": told["family_name"], "given": [told["given_name"]]}],
        "birthDate": told["birthdate"],
    }
    entries = [{"resource": resource} for resource in (person, *resources)]
    file = folder / "sent.json"
    file.write_text(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}), encoding="utf-8")
    openrecord(demo.settings, "ingest", str(file), "--org", ORG, "--json")


def _day(days: int) -> str:
    """The day so many days ago."""
    return (clock.now().date() - timedelta(days=days)).isoformat()


def _letter(words: str, days: int, file: bytes) -> Json:
    """A clinic letter of some days ago, with its file."""
    attachment = {"contentType": "application/pdf", "data": base64.b64encode(file).decode()}
    return {
        "resourceType": "DocumentReference",
        "id": f"letter-{days}",
        "status": "current",
        "docStatus": "final",
        "subject": {"reference": "Patient/p"},
        "date": f"{_day(days)}T09:00:00Z",
        "type": {
            "coding": [{"system": "http://snomed.info/sct", "code": "823691000000103"}],
            "text": "Outpatient clinic letter",
        },
        "author": [{"display": "Wharfside Hospital, cardiology"}],
        "description": words,
        "content": [{"attachment": attachment}],
    }


def _medicines() -> Iterator[Json]:
    """What goes on: each a statement, and the plan behind it."""
    for number, (name, dose, course, days) in enumerate(MEDICINES):
        day = _day(days)
        shared = {
            "status": "active",
            "subject": {"reference": "Patient/p"},
            "medicationCodeableConcept": {"text": name},
        }
        yield shared | {
            "resourceType": "MedicationRequest",
            "id": f"plan-{number}",
            "intent": "plan",
            "authoredOn": day,
            "dosageInstruction": [{"text": dose}],
            "courseOfTherapyType": {"coding": [{"system": _COURSES, "code": course}]},
        }
        yield shared | {
            "resourceType": "MedicationStatement",
            "id": f"statement-{number}",
            "basedOn": [{"reference": f"MedicationRequest/plan-{number}"}],
            "effectivePeriod": {"start": day},
            "dateAsserted": day,
            "dosage": [{"text": dose}],
        }


if __name__ == "__main__":
    main()
