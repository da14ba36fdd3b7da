"""What makes each story special: the entries, codes and acts it adds to an ordinary record."""

from dataclasses import replace
from datetime import date, timedelta

from openrecord_demo.england.codes_used import CODES
from openrecord_demo.england.history import consult, letter, problem_of, refer
from openrecord_demo.england.model import Entry, Kind, Quantity
from openrecord_demo.england.notes_general import GENERAL
from openrecord_demo.england.notes_infections import INFECTIONS
from openrecord_demo.england.notes_shared import (
    ABUSE_NOTES,
    CHILD_PROTECTION_NOTES,
    OLD_RECORD_LINES,
    THIRD_PARTY_NOTES,
)
from openrecord_demo.england.presentations import Presentation
from openrecord_demo.england.stories import Scene

_BY_PROBLEM: dict[str, Presentation] = {p.problem: p for p in (*INFECTIONS, *GENERAL)}
_GO_LIVE = date(2023, 11, 1)


def nothing(_: Scene) -> None:
    """An ordinary record, which is story enough."""


def documents(scene: Scene) -> None:
    """Two letters whose files came with them: a PDF from the heart clinic, a picture from the eye screening."""
    for key, days, words, file in (
        (
            "letter_outpatient",
            52,
            "Cardiology clinic: echo satisfactory, continue medication, discharge to GP.",
            "letter",
        ),
        ("letter_eyes", 38, "No retinopathy, recall 24 months.", "eye"),
    ):
        written = scene.record.moment(scene.ago(days))
        indexed = scene.record.moment(scene.ago(days - 4))
        scene.record.add(Kind.DOCUMENT, key, written, indexed, text=words, file=file)


def visit(scene: Scene, days_ago: int, problem: str, *, draft: bool = False) -> Entry:
    """A consultation about `problem` some days before the demo's day."""
    return consult(scene.record, scene.ago(days_ago), _BY_PROBLEM[problem], staff=0, draft=draft)


def code(scene: Scene, key: str, day: date) -> None:
    """One of the codes about access itself."""
    scene.record.add(Kind.CODE, key, scene.record.moment(day))


def sooner(scene: Scene, day: date) -> date:
    """`day`, or the first possible day where the record begins later."""
    return max(day, scene.record.since + timedelta(days=3))


def abuse(scene: Scene) -> None:
    """A disclosure, hidden at once; a mention in another visit that nobody has hidden yet; a flagged address."""
    told = visit(scene, 34, "anxiety")
    scene.record.observe("partner_abuse", told.clinical, None, "Problem", inside=told.id)
    for words in ABUSE_NOTES:
        scene.record.say("History", words, told)
    scene.act("hide", scene.ago(33), entries=[told.id], reason="serious_harm", by="Dr Anjali Rao")
    mentioned = visit(scene, 12, "insomnia")
    scene.record.say(
        "Comment", "Safe contact number only. Still at home address with husband, see entry last month.", mentioned
    )
    scene.address_flagged = True


def paused(scene: Scene) -> None:
    """She paused her own access a fortnight ago."""
    scene.act("pause", scene.ago(14))
    scene.closed.append("paused")


def third_party(scene: Scene) -> None:
    """Four notes that mention others; one was hidden, the rest wait for somebody to notice."""
    for position, words in enumerate(THIRD_PARTY_NOTES):
        seen = visit(scene, 160 - 40 * position, "cough")
        scene.record.say("Comment", words, seen)
        if position == 1:
            scene.act("hide", scene.ago(119), entries=[seen.id], reason="third_party", by="Dr Ruth Feldman")


def child_protection(scene: Scene) -> None:
    """A child on a protection plan: mother has access, father is excluded from the sensitive visit."""
    seen = visit(scene, 25, "conjunctivitis")
    for words in CHILD_PROTECTION_NOTES:
        scene.record.say("Comment", words, seen)
    scene.record.observe("child_protection", seen.clinical, None, "Problem", inside=seen.id)
    minutes = letter(scene.record, scene.ago(24), "letter_case_conference", "Initial case conference minutes.")
    scene.act("hide", scene.ago(14), entries=[seen.id, minutes.id], reason="serious_harm", by="Dr Simon Thackray")
    _parents(scene, ("jade-cole", "Jade Cole"), ("ryan-cole", "Ryan Cole"))
    plan = letter(scene.record, scene.ago(60), "letter_social_care", "Child in need plan, copy for mother only.")
    scene.act("set_proxy_rule", scene.ago(13), entries=[plan.id], rule=["ryan-cole"])


def infant(scene: Scene) -> None:
    """Both parents have access."""
    _parents(scene, ("rachel-bennett", "Rachel Bennett"), ("tom-bennett", "Tom Bennett"))


def one_parent(scene: Scene) -> None:
    """One parent's access is to be reviewed at the eleventh birthday."""
    born = date(scene.as_of.year - 38, 5, 17)
    scene.proxy("helen-clarke", "Helen Clarke", "parental", born, sooner(scene, _GO_LIVE))


def _parents(scene: Scene, *parents: tuple[str, str]) -> None:
    since = sooner(scene, max(_GO_LIVE, scene.record.since + timedelta(days=20)))
    for position, (persona, name) in enumerate(parents):
        born = date(scene.as_of.year - 31 - position * 2, 4 + position, 12)
        scene.proxy(persona, name, "parental", born, since)


def attorney(scene: Scene) -> None:
    """A daughter with lasting power of attorney."""
    scene.record.observe("lpa", scene.record.moment(scene.ago(300)), None, "social-history")
    scene.proxy("karen-turner", "Karen Turner", "lpa", date(scene.as_of.year - 57, 2, 3), scene.ago(290))


def declined(scene: Scene) -> None:
    """She told the practice that she does not want online access (103)."""
    code(scene, "access_declined", scene.ago(200))
    scene.closed.append("declined")


def review_before_account(scene: Scene) -> None:
    """104 stood before the account was opened: nothing opens by itself."""
    code(scene, "access_review", sooner(scene, date(2023, 9, 12)))


def review_lifted(scene: Scene) -> None:
    """104, then 106 before the account was opened: the latest wins."""
    code(scene, "access_review", sooner(scene, date(2023, 9, 12)))
    code(scene, "access_no_review", date(2024, 5, 9))


def review_on_live_access(scene: Scene) -> None:
    """104 added to somebody who has access: access stays until a person decides."""
    code(scene, "access_review", scene.ago(45))


def unfiled(scene: Scene) -> None:
    """Results that nobody has filed, a letter nobody has read, a consultation still being written."""
    scene.record.panel("fbc", scene.ago(3), filed=False)
    scene.record.panel("hba1c", scene.ago(3), filed=False)
    letter(scene.record, scene.ago(16), "letter_outpatient", "Breast clinic letter, unread.", filed=False)
    visit(scene, 1, "tatt", draft=True)


def labelled(scene: Scene) -> None:
    """The source labels a medicine and an observation as not for the patient."""
    scene.record.repeat("sertraline", scene.ago(400), months=12, nopat=True)
    seen = visit(scene, 50, "depression")
    observed = problem_of(scene.record, seen)
    spot = next(i for i, e in enumerate(scene.record.entries) if e.id == observed)
    scene.record.observe("abuse_screen", seen.clinical, None, "exam", inside=seen.id)
    scene.record.entries[spot] = replace(scene.record.entries[spot], nopat=True)


def corrected(scene: Scene) -> None:
    """A potassium reported far too high, corrected by the laboratory the next day."""
    report = scene.record.panel("ue", scene.ago(40))
    wrong = Quantity(7.1, "mmol/L", 3.5, 5.3)
    for spot, entry in enumerate(scene.record.entries):
        if entry.code == CODES["potassium"] and entry.recorded == report.recorded:
            scene.record.entries[spot] = replace(entry, quantity=wrong)
            right = replace(wrong, value=4.6)
            scene.corrections.append(_second(scene.record.entries[spot], right))
    scene.corrections.append(_second(report, None))


def _second(entry: Entry, quantity: Quantity | None) -> Entry:
    later = entry.recorded + timedelta(days=1)
    return replace(entry, quantity=quantity, recorded=later, version=2, corrected=True)


def suspected_cancer(scene: Scene) -> None:
    """An urgent referral, and an abnormal report held until he has been spoken to."""
    seen = visit(scene, 9, "weight_loss")
    refer(scene.record, seen, "two_week_colorectal")
    report = scene.record.panel("ferritin", scene.ago(6))
    scene.act("hold", scene.ago(3), entries=[report.id], until="contact", by="Dr Simon Thackray")


def competent(scene: Scene) -> None:
    """Fourteen, judged competent, own access at the detailed level."""
    scene.act("competence", scene.ago(120), level="detailed", by="Dr Ruth Feldman")
    scene.level = "detailed"
    scene.account = scene.ago(119)


def by_hand(scene: Scene) -> None:
    """Recent results that wait for a person; older ones were released (see the practice's policy)."""
    scene.record.panel("lipids", scene.ago(7))
    scene.record.panel("hba1c", scene.ago(5))


def late_summary(scene: Scene) -> None:
    """Paper notes summarised last month: recorded now, but from long ago."""
    for years, words in zip((31, 36), OLD_RECORD_LINES, strict=True):
        written = scene.record.moment(scene.ago(30)).replace(year=scene.as_of.year - years, day=14)
        scene.record.add(Kind.DOCUMENT, "letter_old", written, scene.record.moment(scene.ago(28)), text=words)
    old = scene.record.moment(scene.ago(28))
    scene.record.add(Kind.CONDITION, "pneumonia", old.replace(year=scene.as_of.year - 22, day=3), old)
