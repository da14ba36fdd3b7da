"""Proxies: scope, exclusion, expiry, moves, age reviews, a flagged address."""

from datetime import datetime

from .dates import BEGINNING, birthday, midnight
from .entries import has_text
from .groups import FREE_TEXT_OR_FILE, containers
from .moment import Moment
from .world import DEFAULT_POLICY, Entry, Kept, Patient, Viewer


def proxy_codes(m: Moment, entry: Entry, proxy: Viewer) -> set[str]:
    """The proxy's own codes for an entry (its level and history chunks are tested in `viewers`)."""
    patient = m.world.patients[proxy.patient]
    found = set()
    if proxy.sections is not None and entry.section not in proxy.sections:
        found.add("proxy_scope")
    if any(_excludes(copy.proxy_rule, proxy) for copy in m.copies(entry)) or _is_kept(m, entry, proxy):
        found.add("proxy_excluded")
    if proxy.revoked:
        found.add("proxy_revoked")
    if m.reached(proxy.expires):
        found.add("proxy_expired")
    if has_moved(patient, proxy, m.at):
        found.add("proxy_moved")
    if is_suspended(m, patient, proxy):
        found.add("proxy_age_review")
    if patient.address_flagged:
        found.add("address_flagged")
    return found


def _excludes(rule: object, proxy: Viewer) -> bool:
    if isinstance(rule, list):
        return proxy.id in rule
    return rule != "none"


def _is_kept(m: Moment, entry: Entry, proxy: Viewer) -> bool:
    """A part kept from this proxy names the entry, or anything that it lies in."""
    parts = [kept for kept in m.world.patients[proxy.patient].kept if _excludes(kept.rule, proxy)]
    return any(_names(m, kept, each) for kept in parts for each in (entry, *containers(m, entry)))


def _names(m: Moment, kept: Kept, entry: Entry) -> bool:
    """The entry is in the part; or it could speak of the one entry that is kept, beside which it lies."""
    if kept.entry is None:
        in_section = kept.sections is None or entry.section in kept.sections
        if entry.clinical is None:
            return in_section
        after, before = kept.first or entry.clinical, kept.last or entry.clinical
        return in_section and after <= entry.clinical <= before
    if entry.id == kept.entry:
        return True
    named = m.world.entries[kept.entry]
    speaks = has_text(m, entry) or entry.kind in FREE_TEXT_OR_FILE
    return speaks and bool(_tops(m, entry) & _tops(m, named))


def _tops(m: Moment, entry: Entry) -> set[str]:
    above = containers(m, entry)
    return {each.id for each in above if not containers(m, each)} or {entry.id}


def has_moved(patient: Patient, proxy: Viewer, at: datetime) -> bool:
    """A registration elsewhere took effect since the proxy was granted: over for good (QUESTIONS 16)."""
    since = proxy.start or BEGINNING
    elsewhere = [s for s in patient.spells if s.org != proxy.listed_org]
    return any(since <= spell.began <= at for spell in elsewhere)


def has_ended(m: Moment, viewer: Viewer) -> bool:
    """A proxy that is over unless granted anew (for the patient: never)."""
    if viewer.kind != "proxy":
        return False
    patient = m.world.patients[viewer.patient]
    adult = viewer.basis == "parental" and m.has_turned(patient, 16)
    return adult or viewer.revoked or m.reached(viewer.expires) or has_moved(patient, viewer, m.at)


def _review(m: Moment, patient: Patient, proxy: Viewer) -> tuple[int, datetime] | None:
    """The review age at the proxy's practice and when it is reached; None without a birth date."""
    if patient.born is None:
        return None
    age = (m.policy(proxy.listed_org) or DEFAULT_POLICY)["review_age"]
    return age, midnight(birthday(patient.born, age))


def is_suspended(m: Moment, patient: Patient, proxy: Viewer) -> bool:
    """A parent from 16 on, and from the review age until somebody decides to continue (QUESTIONS 15)."""
    if proxy.basis != "parental":
        return False
    if m.has_turned(patient, 16):
        return True
    review = _review(m, patient, proxy)
    if review is None or m.at < review[1]:
        return False
    granted = proxy.start if proxy.start is not None and proxy.start >= review[1] else None
    decisions = _decisions(proxy, review, granted or BEGINNING)
    return decisions[-1] != "continue" if decisions else granted is None


def _decisions(proxy: Viewer, review: tuple[int, datetime], since: datetime = BEGINNING) -> list[str]:
    """The outcomes since then that speak of this age: decided for it (perhaps ahead) or made at it."""
    age, reached = review
    return [outcome for of_age, outcome, at in proxy.reviews if at >= since and (of_age >= age or at >= reached)]


def review_due(m: Moment, patient: Patient, proxy: Viewer) -> bool:
    """Suspended, not ended otherwise, and nobody has decided for this age."""
    if patient.born is None or not m.has_begun(proxy) or not is_suspended(m, patient, proxy):
        return False
    if proxy.revoked or m.reached(proxy.expires) or has_moved(patient, proxy, m.at):
        return False
    if m.has_turned(patient, 16):
        return not _decisions(proxy, (16, midnight(birthday(patient.born, 16))))
    review = _review(m, patient, proxy)
    return review is not None and not _decisions(proxy, review)
