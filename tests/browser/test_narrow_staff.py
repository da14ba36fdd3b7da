"""Every sort of page for the practice at 320 CSS pixels, which are 1280 at 400 per cent: nothing is lost or cut off.

A page that this does not know fails the test, so that a new one is looked at too.
"""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import pytest
from playwright.sync_api import Browser, Page

from openrecord.access import actions as access
from openrecord.access import events
from openrecord.access.types import ViewerId
from openrecord.attachments import queries as attachments
from openrecord.attachments import tasks
from openrecord.caseload import actions as caseload
from openrecord.caseload import queries as requests
from openrecord.caseload.types import Kind, Wish
from openrecord.clinical.kinds import EntryKind
from openrecord.flow import steps
from openrecord.identity import queries as identity
from openrecord.identity.types import Role
from openrecord.kit.ids import spelt
from openrecord.registry import actions as registry_actions
from openrecord.registry.types import MergeReason, Policy
from openrecord.restricted import actions as restricted
from openrecord.restricted import queries as openings
from openrecord.restricted.types import Cause, Ground
from openrecord.screening import queries as screening
from openrecord.screening.actions import acts
from openrecord.staff import urls
from openrecord.web.session import SESSION
from openrecord_demo import scanner
from tests import made_files
from tests.browser.accessibility import OVERFLOWS, WIDTHS, signed_in
from tests.browser.apart import apart
from tests.browser.test_screening import Desk, desk
from tests.integration.attachments.world import document
from tests.integration.fhir.world import AT, BY, OPENED, ORG, Record, made_record
from tests.integration.pages import town, world
from tests.integration.pages.test_covid import vaccination

__all__ = ["desk"]
pytestmark = pytest.mark.browser

NO_PAGE = {
    "": "leads home or to the sign-in",
    "sign-in": "leads to the provider",
    "sign-in/return": "leads back from it",
    "practice/readiness.csv": "a file",
    "practice/enhanced-reviews": "leads back where nothing is to be said; what it shows, a proposal shows too",
    "queue/decide": "a form's answer, which leads to the list",
    "queue/undo": "the same",
    "patients/<uuid:public_id>/people/told": "the same",
    "patients/<uuid:public_id>/entries/<uuid:entry_id>/files/<uuid:file_id>/seen": "the same",
    "patients/<uuid:public_id>/entries/<uuid:entry_id>/files/<uuid:file_id>/unseen": "the same",
    "patients/<uuid:public_id>/people/<uuid:viewer_id>/letter": "the answer of a form: a letter to print",
}
"""Addresses that show no page of their own to whoever opens them."""

WORDS = """() => {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = new Set()
  while (walk.nextNode()) {
    const range = document.createRange()
    range.selectNodeContents(walk.currentNode)
    const drawn = [...range.getClientRects()].some(box => box.width > 1 && box.height > 1)
    if (drawn) walk.currentNode.data.split(/\\s+/).forEach(word => found.add(word))
  }
  return [...found]
}"""
"""Every word that is drawn."""
CUT = """[...document.querySelectorAll('body *')].filter(one => {
  const style = getComputedStyle(one), box = one.getBoundingClientRect()
  if (one.scrollWidth <= one.clientWidth + 1 || box.width <= 1 || style.display === 'inline') return false
  if (['auto', 'scroll'].includes(style.overflowX))
    return one.tabIndex < 0 || !(one.getAttribute('aria-label') || one.getAttribute('aria-labelledby'))
  return ['hidden', 'clip'].includes(style.overflowX)
}).map(one => one.outerHTML.slice(0, 120))"""
"""What is cut off, or scrolls where no keyboard reaches it."""
OUTSIDE = """[...document.querySelectorAll('body *')].filter(one => {
  const box = one.getBoundingClientRect()
  return box.width > 1 && box.height > 1 && (box.right > innerWidth + 1 || box.left < -1)
    && !one.closest('.nhsuk-u-visually-hidden, .nhsuk-skip-link, thead')
}).map(one => one.outerHTML.slice(0, 120))"""
"""What lies beside the window."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The session of somebody with every role, and a page of every sort by its pattern."""

    staff: str
    pages: Mapping[str, str]


@pytest.fixture
def scene(desk: Desk) -> Iterator[Scene]:
    """The desk at which 25 entries wait, and beside it something of everything else."""
    with apart() as call:
        yield call(lambda: _made(desk.record))


def _made(record: Record) -> Scene:
    patient, one = record.patient, f"patients/{record.patient.public_id}"
    waits = next(spelt(entry) for entry in screening.states(patient.patient_id))
    world.staff(name="Aa Colleague")
    staff = world.staff(roles=tuple(Role), name="Maximiliane Featherstonehaugh")
    pages = {name: name for name in ("home", "practice", "practice/change", "practice/readiness", "decisions", "drift",
             "ahead", "pairs", "erasing", "find", "queue",
             "openings", "requests", "messages", "documents/refused", "practice/staff",
             "practice/staff/new")}  # fmt: skip
    member = identity.staff_of(ORG)[0].staff_id
    pages |= {f"practice/staff/<uuid:staff_id>{name}": f"practice/staff/{member}{name}" for name in ("", "/end")}
    pages["practice/readiness/<slug:slug>"] = "practice/readiness/lead"
    pages["queue/<uuid:public_id>/<uuid:entry_id>"] = f"queue/{patient.public_id}/{waits}"
    about = ("", "/restrict", "/came-restricted", "/wishes", "/people", "/cards", "/people/new", "/kept", "/kept/new",
             "/open", "/circumstances", "/first-day")  # fmt: skip
    pages |= {f"patients/<uuid:public_id>{name}": f"{one}{name}" for name in about}
    for name in ("", "/hide", "/unhide", "/somebody-elses"):
        pages[f"patients/<uuid:public_id>/entries/<uuid:entry_id>{name}"] = f"{one}/entries/{waits}{name}"
    viewer = _carer(record)
    for made in (_previewed(record, viewer), _reviewed(), _asked(record), _merged(), _opened(record)):
        pages |= made
    young = made_record("Featherstonehaugh", "Maximiliane", date(AT.year - 13, 1, 1)).patient.public_id
    pages["patients/<uuid:public_id>/own-access"] = f"patients/{young}/own-access"
    pages["patients/<uuid:public_id>/people/<uuid:viewer_id>/change"] = f"{one}/people/{viewer}/change"
    proposal = registry_actions.propose_policy(ods=ORG, policy=Policy(review_age=12), base=1, by=BY, at=AT)
    pages["practice/proposals/<uuid:proposal_id>"] = f"practice/proposals/{proposal}"
    return Scene(str(staff.cookies[SESSION].value), pages)


def _carer(record: Record, basis: str = "lpa") -> uuid.UUID:
    """Somebody acts for the patient, and has signed in."""
    other, viewer = made_record("Carer", "Kim"), uuid.uuid4()
    world.patient(other, OPENED)
    person = identity.person_by_nhs_number(other.patient.nhs_number)
    assert person is not None
    act = events.ProxyGranted(viewer=viewer, basis=basis, listed_org=str(ORG), level=4)
    access.record(patient_id=record.patient.patient_id, act=act, by=BY, at=OPENED, behind=person.person_id)
    return viewer


def _previewed(record: Record, viewer: uuid.UUID) -> dict[str, str]:
    """Previews of a letter with a file and of a dose."""
    record.deliver(document("letter", ("application/pdf", made_files.pdf("Dear Ada"))), vaccination("dose"))
    with scanner.running() as address, pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENRECORD_CLAMAV", address)
        while tasks.check_waiting(AT):
            pass
    patient_id = record.patient.patient_id
    states = screening.states(patient_id).values()
    (file,) = (file for state in states for file in attachments.all_of(patient_id, state.public_id))
    letter = next(state for state in states if attachments.all_of(patient_id, state.public_id))
    entry, public, one = spelt(letter.facts.entry_id), letter.public_id, f"patients/{record.patient.public_id}"
    of_file, view = "files/<uuid:file_id>/view", f"files/{file.file_id}/view"
    pages = {f"patients/<uuid:public_id>/entries/<uuid:entry_id>/{of_file}": f"{one}/entries/{entry}/{view}"}
    for start, whom in (("preview", ""), ("preview/as/<uuid:viewer_id>", f"/as/{viewer}")):
        pattern, here = f"patients/<uuid:public_id>/{start}", f"{one}/preview{whom}"
        pages |= {f"{pattern}{name}": f"{here}{name}" for name in ("", "/timeline", "/on-its-way", "/search", "/covid")}
        pages[f"{pattern}/<slug:slug>"] = f"{here}/documents"
        pages[f"{pattern}/<slug:slug>/<uuid:entry_id>"] = f"{here}/documents/{public}"
        pages[f"{pattern}/<slug:slug>/<uuid:entry_id>/{of_file}"] = f"{here}/documents/{public}/{view}"
    return pages


def _reviewed() -> dict[str, str]:
    """A 104 on live access, and a parent whose child is eleven."""
    risky, child = made_record("Risky"), made_record("Child", "Eve", date(2014, 3, 3))
    town.code(risky.patient, "104")
    viewer = _carer(child, "parental")
    steps.check_duties({child.patient.patient_id: None}, at=AT)
    start = "decisions/<uuid:public_id>"
    return {
        f"{start}/enhanced-review": f"decisions/{risky.patient.public_id}/enhanced-review",
        f"{start}/age-review/<uuid:viewer_id>": f"decisions/{child.patient.public_id}/age-review/{viewer}",
    }


def _asked(record: Record) -> dict[str, str]:
    """A request, with the form of an answer to it."""
    caseload.make(
        patient_id=record.patient.patient_id, ods=ORG, kind=Kind.HISTORY, asker=ViewerId(record.viewer),
        wish=Wish(words="I am moving house and want all of it."), by=BY, at=AT,
    )  # fmt: skip
    (request,) = requests.requests(record.patient.patient_id)
    here, pattern = f"requests/{record.patient.public_id}/{request.request_id}", "<uuid:public_id>/<uuid:request_id>"
    pages = {f"requests/{pattern}{name}": f"{here}{name}" for name in ("", "/entries")}
    noted = f"patients/{record.patient.public_id}/requests/new"
    pages |= {"patients/<uuid:public_id>/requests/new": noted}
    pages |= {"patients/<uuid:public_id>/requests/new/<slug:slug>": f"{noted}/correction"}
    return pages | {f"requests/{pattern}/<slug:slug>": f"{here}/pause"}


def _merged() -> dict[str, str]:
    """A record that was merged into another one, and a third that may be the same person's."""
    survivor, other, _ = (made_record("Twice", "Tina").patient for _ in range(3))
    registry_actions.merge(
        survivor=survivor.patient_id, other=other.patient_id, reason=MergeReason.REGISTERED_TWICE, by=BY, at=AT
    )
    start = "patients/<uuid:public_id>/together"
    here = f"patients/{survivor.public_id}/together"
    return {start: here, f"{start}/<uuid:part_id>/part": f"{here}/{other.public_id}/part"}


def _opened(record: Record) -> dict[str, str]:
    """A closed record that somebody opened, and an entry that is somebody else's."""
    closed, member = made_record("Closed"), world.staff(name="Other Desk")
    restricted.restrict(ods=ORG, patient_id=closed.patient.patient_id, cause=Cause.STAFF, by=BY, at=AT)
    member.post(
        f"/staff/patients/{closed.patient.public_id}/open", {"ground": Ground.CARE.value, "words": "Needs care now."}
    )
    unchecked = openings.unchecked(ORG, limit=1000)
    (opening,) = (one for one in unchecked if one.patient_id == closed.patient.patient_id)
    states = screening.states(record.patient.patient_id)
    wrong = [entry for entry, state in states.items() if state.facts.kind is EntryKind.OBSERVATION][-1]
    acts.mark_wrong_person(patient_id=record.patient.patient_id, entry_id=wrong, by=BY, at=AT)
    return {"openings/<uuid:opening_id>": f"openings/{opening.opening_id}"}


def test_every_staff_page_reflows(browser: Browser, origin: str, scene: Scene) -> None:
    """The same words at both widths, none of them beside the window or cut off."""
    known = {str(pattern.pattern) for pattern in urls.urlpatterns} - NO_PAGE.keys()
    files = {pattern for pattern in known if pattern.endswith(("/document", "/save", "/search/clear"))}
    assert known - files == scene.pages.keys()
    wrong: dict[str, object] = {}
    with signed_in(browser, origin, scene.staff) as context:
        page = context.new_page()
        for pattern, path in scene.pages.items():
            found = _look(page, f"{origin}/staff/{path}")
            if found:
                wrong[pattern] = found
    assert wrong == {}


def _look(page: Page, address: str) -> dict[str, object]:
    """What is wrong with a page in the narrow window."""
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    answer = page.goto(address)
    assert answer is not None
    if not answer.ok or page.url.partition("?")[0] != address.partition("?")[0]:
        return {"status": answer.status, "url": page.url}
    wide: list[str] = page.evaluate(WORDS)
    page.set_viewport_size({"width": WIDTHS[1], "height": 900})
    found = {
        "scrolls": page.evaluate(OVERFLOWS),
        "lost": sorted(set(wide) - set(page.evaluate(WORDS))),
        "cut": page.evaluate(CUT),
        "outside": page.evaluate(OUTSIDE),
    }
    return {what: value for what, value in found.items() if value}
