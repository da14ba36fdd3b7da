"""`make demo-check`: the whole main job without a person, in a folder that is thrown away.

Build the demo, compare it with its generator's own truth, sign in over HTTP as patients and staff, read pages and FHIR,
withhold an entry, read again, count who looked, verify the audit. Prints a table; any mismatch ends with status 1.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from openrecord.ops.printing import print_table
from openrecord_demo.browser import App, Browser, Unexpected
from openrecord_demo.england.writing import LATEST_FOLDER
from openrecord_demo.services import Demo, DemoFailed, openrecord, running

Json = dict[str, Any]
READERS = ("amina-yusuf", "patrick-doyle", "grace-mensah")
"""Patients who sign in and read: everything, the detailed level without free text, a corrected result."""

PROXY = "rachel-bennett"
CLINICIAN = "z99101-dr-anjali-rao"
COUNT_SECONDS = 30.0
NOT_FOUND = 404


@dataclass(slots=True)
class Table:
    """What was looked at: what the generator says it must be, what it is, whether they agree."""

    rows: list[tuple[str, object, object, str]] = field(default_factory=list)
    wrong: int = 0

    def row(self, what: str, expected: object, found: object) -> None:
        """Note one comparison."""
        agrees = expected == found
        self.wrong += not agrees
        self.rows.append((what, expected, found, "ok" if agrees else "MISMATCH"))

    def note(self, what: str, found: object) -> None:
        """For information: the generator does not say."""
        self.rows.append((what, "", found, ""))


def _yes(truth: object) -> str:
    return "yes" if truth else "no"


def main(arguments: Sequence[str] | None = None) -> int:
    """Check everything; 0 where all is as the generator says it must be."""
    parser = argparse.ArgumentParser(prog="python -m openrecord_demo.check", description=__doc__)
    parser.add_argument("--patients", type=int, default=60)
    chosen = parser.parse_args(arguments)
    table = Table()
    began = time.monotonic()
    try:
        with TemporaryDirectory(prefix="openrecord-check-") as made:
            folder = Path(made)
            england = folder / "england"
            with running(folder / "data", port=0, patients=chosen.patients, england=england) as demo:
                _check(demo, england, table)
    except (DemoFailed, Unexpected) as error:
        print(f"demo-check: {error}", file=sys.stderr)
        table.wrong += 1
    print_table(("", "must be", "is", ""), table.rows)
    print(f"{'all as it must be' if not table.wrong else f'{table.wrong} WRONG'} ({time.monotonic() - began:.0f} s)")
    return 1 if table.wrong else 0


def _check(demo: Demo, england: Path, table: Table) -> None:
    manifest: Json = json.loads((england / "manifest.json").read_bytes())
    _arrival(demo, manifest, england, table)
    visible = _decisions(demo, england, table)
    for persona in READERS:
        _reading(demo, persona, visible[persona], table)
    with Browser(demo.address) as proxy:
        proxy.sign_in(PROXY)
        listed = proxy.listed("/record/vaccinations")
        table.row(f"{PROXY} (a parent) reads the child's vaccinations", "yes", _yes(bool(listed)))
    _documents(demo, table)
    _withholding(demo, manifest, visible[READERS[0]], table)
    _viewers(demo, table)
    verdict = json.loads(openrecord(demo.settings, "audit", "verify", "--json"))
    table.row("audit: altered, removed or re-ordered rows", 0, verdict["problem_count"])
    table.row("audit: is it whole", "yes", _yes(verdict["ok"]))


def _arrival(demo: Demo, manifest: Json, england: Path, table: Table) -> None:
    """Everything is accounted for, and the same files a second time change nothing."""
    first: Json = demo.built["taken_in"]
    classes = ("accepted", "unchanged", "superseded", "quarantined", "not_entries")
    table.row("resources that went in = sum of their classes", first["resources"], sum(first[c] for c in classes))
    table.row("record entries accepted", manifest["totals"]["entries"], first["accepted"])
    table.row("quarantined", 0, first["quarantined"])
    table.note("people", manifest["totals"]["patients"])
    for practice in manifest["practices"]:
        ods = practice["ods"]
        folders = [str(folder) for folder in (england / ods, england / LATEST_FOLDER / ods) if folder.is_dir()]
        again = json.loads(openrecord(demo.settings, "ingest", "--json", "--org", ods, *folders))
        table.row(f"{ods} sent a second time: accepted", 0, again["accepted"])


def _decisions(demo: Demo, england: Path, table: Table) -> dict[str, list[str]]:
    """Every entry against the generator's truth; what each persona must see."""
    said = json.loads(openrecord(demo.settings, "demo", "compare", "--json", "--england", str(england)))
    table.row("entries known", said["expected_entries"], said["known_entries"])
    table.note("entries placed: somebody may see them", said["placed"])
    table.note("patients without an account, compared by counts only", said["without_account"])
    table.row("entries visible to their patients", said["expected_visible"], said["visible"])
    for reason in sorted({*said["expected_reasons"], *said["reasons"]}):
        table.row(f"kept back: {reason}", said["expected_reasons"].get(reason, 0), said["reasons"].get(reason, 0))
    table.row("entries about which generator and product disagree", 0, said["disagreements"])
    for line in said["wrong"]:
        print(line, file=sys.stderr)
    visible: dict[str, list[str]] = said["visible_by_persona"]
    return visible


def _reading(demo: Demo, persona: str, visible: Sequence[str], table: Table) -> None:
    """A patient reads all pages, and an app reads all the API gives: neither more nor less than they may."""
    with Browser(demo.address) as browser:
        home = browser.sign_in(persona)
        sections = [link for link in home.links if link.startswith("/record/")]
        listed: set[str] = set().union(*(browser.listed(section) for section in sections))
    app = App(demo.address, _token(demo, persona))
    table.row(f"{persona}: served by the API", len(visible), len(app.everything()))
    table.row(f"{persona}: served by the API and not to be seen", 0, len(app.everything().keys() - set(visible)))
    table.row(f"{persona}: listed on pages and not to be seen", 0, len(listed - set(visible)))
    table.row(f"{persona}: pages list something", "yes", _yes(bool(listed)))


def _documents(demo: Demo, table: Table) -> None:
    """Two documents of the first reader come with a file, which the scanner has seen."""
    with Browser(demo.address) as browser:
        browser.sign_in(READERS[0])
        pages = [f"/record/documents/{one}" for one in sorted(browser.listed("/record/documents"))]
        views = [link for page in pages for link in browser.get(page).links if link.endswith("/view")]
        opened = [browser.get(view).status for view in views]
        served = [browser.get(f"{view.removesuffix('/view')}/document").status for view in views]
    table.row(f"{READERS[0]}: documents that can be opened", [200, 200], opened)
    table.row(f"{READERS[0]}: files that are served", [200, 200], served)


def _token(demo: Demo, persona: str) -> str:
    return openrecord(demo.settings, "demo", "token", "--persona", persona).strip()


def _withholding(demo: Demo, manifest: Json, visible: Sequence[str], table: Table) -> None:
    """Staff hide a vaccination over HTTP; from then on it is nowhere, and all else is where it was."""
    persona = READERS[0]
    app = App(demo.address, _token(demo, persona))
    before = app.everything()
    chosen = next((r for r in before.values() if r["resourceType"] == "Immunization" and "encounter" not in r), None)
    if chosen is None:
        raise Unexpected(f"{persona} has no vaccination outside a consultation")
    number = next(p["nhs_number"] for p in manifest["patients"] if p["persona"] == persona)
    page = f"/record/vaccinations/{chosen['id']}"
    with Browser(demo.address) as browser:
        browser.sign_in(persona)
        table.row("before the hide: the vaccination's page", 200, browser.get(page).status)
        _hide(demo, number, chosen["id"])
        table.row("after the hide: the vaccination's page", NOT_FOUND, browser.get(page).status)
        listed = browser.listed("/record/vaccinations")
    after = app.everything()
    table.row("after the hide: in the list", "no", _yes(chosen["id"] in listed))
    table.row("after the hide: read through the API", NOT_FOUND, app.status(f"Immunization/{chosen['id']}"))
    table.row("before the hide: served by the API", len(visible), len(before))
    table.row("after the hide: served by the API", len(visible) - 1, len(after))
    table.row("gone with it", 1, len(before.keys() - after.keys()))
    said = json.loads(openrecord(demo.settings, "explain", "--json", "--patient", number, "--entry", chosen["id"]))
    table.row("why it is hidden", ["hidden_other"], said["entries"][0]["reasons"])
    had = json.loads(openrecord(demo.settings, "exposure", "--json", chosen["id"], "--patient", number))["exposures"]
    table.row("exposure: it was served through", ["fhir", "web"], sorted({one["channel"] for one in had} - {"staff"}))


def _hide(demo: Demo, number: str, entry: str) -> None:
    """As a clinician would: find the patient, open the entry, give a reason, confirm."""
    said = json.loads(openrecord(demo.settings, "explain", "--json", "--patient", number, "--entry", entry))
    inside = said["entries"][0]["inside_id"]
    with Browser(demo.address) as staff:
        staff.sign_in(CLINICIAN, "/staff/sign-in")
        desk = staff.get("/staff/find")
        found = staff.send(desk, desk.form("/staff/find"), {"number": number})
        base = f"/staff/patients/{said['patient']}/entries/{inside}"
        if not found.url.endswith(said["patient"]):
            raise Unexpected("staff did not find their patient")
        asked = staff.get(f"{base}/hide")
        confirm = staff.send(asked, asked.form("/hide"), {"reason": "other"})
        done = staff.send(confirm, confirm.form("/hide"), {"confirmed": "yes"})
        if "done=hidden" not in done.url:
            raise Unexpected("staff could not hide the entry")


def _viewers(demo: Demo, table: Table) -> None:
    """The worker counts within seconds of a read; a parent's reading is a view, but nobody's own."""
    began = time.monotonic()
    counted: Json = {}
    while counted.get("viewers") != len(READERS) and time.monotonic() - began < COUNT_SECONDS:
        counted = json.loads(openrecord(demo.settings, "viewers", "--json"))
    table.row("distinct people who viewed their own record", len(READERS), counted["viewers"])


if __name__ == "__main__":
    raise SystemExit(main())
