"""Codes of the entry itself: they pass down to its parts (`groups`)."""

from datetime import timedelta

from .copies import is_gp_copy, unresolved_partners
from .dates import london_day, midnight
from .moment import Moment
from .world import KINDS, Entry, Version

VERSION_STATUSES = ("final", "corrected", "amended", "appended", "entered-in-error")
FREE_RELEASES = ("on_save", "on_filing")
NEVER_KINDS = {"code": "never_code", "diary": "diary", "task": "administrative"}


def shown(entry: Entry) -> Version:
    """The source's last version; an appended one waits for filing behind a filed one, then in sight (QUESTIONS 11)."""
    newest_first = sorted(entry.versions, key=lambda x: x.v, reverse=True)
    for each in newest_first:
        if not (each.status == "appended" and entry.needs_filing and each.filed is False):
            return each if each.filed is True else newest_first[0]
    return newest_first[0]


def has_text(m: Moment, entry: Entry) -> bool:
    """Whether the logical entry carries free text besides what is coded."""
    return any(shown(copy).text or copy.raw.get("own") == "text" for copy in m.copies(entry))


def labels(entry: Entry) -> set[object]:
    """Each source's last label (no source lifts another's), and the label of the version in sight."""
    last: dict[str | None, Version] = {}
    for each in sorted(entry.versions, key=lambda x: x.v):
        last[each.source] = each
    found = {each.label for each in last.values()} | {shown(entry).label}
    return found - {None}


def all_labels(m: Moment, entry: Entry) -> set[object]:
    """The labels on any copy of the logical entry."""
    return set().union(*(labels(copy) for copy in m.copies(entry)))


def entry_codes(m: Moment, entry: Entry) -> set[str]:
    """Every entry-level code of a logical entry, named by its head."""
    key = ("entry", entry.id)
    if key not in m.remembered:
        found = _filing(m, entry) | _policy(m, entry) | _hold(m, entry)
        for copy in m.copies(entry):
            found |= _own(copy) | copy.hides
            if unresolved_partners(m.world, copy):
                found.add("copy_unresolved")
        if any(_replaced(m, copy) for copy in m.copies(entry)):
            found.add("superseded")
        m.remembered[key] = found
    return set(m.remembered[key])


def _own(entry: Entry) -> set[str]:
    status = shown(entry).status
    found = set()
    if entry.kind not in KINDS or entry.mapper not in ("safe", "unsafe"):
        found.add("unknown_input")
    if status not in (*VERSION_STATUSES, "draft") or labels(entry) - {"NOPAT"}:
        found.add("unknown_input")
    if "NOPAT" in labels(entry):
        found.add("not_for_patient_label")
    if status == "draft":
        found.add("draft")
    if status == "entered-in-error":
        found.add("entered_in_error")
    if entry.kind in NEVER_KINDS:
        found.add(NEVER_KINDS[entry.kind])
    if entry.mapper == "unsafe":
        found.add("unsafe_mapper")
    if entry.wrong_person:
        found.add("wrong_person")
    return found


def _replaced(m: Moment, entry: Entry) -> bool:
    others = (other for other in m.world.entries.values() if other.patient == entry.patient)
    return any(other.raw.get("replaces") == entry.id for other in others)


def _filing(m: Moment, entry: Entry) -> set[str]:
    if not entry.needs_filing:
        return set()
    gp_copies = [copy for copy in m.copies(entry) if is_gp_copy(copy)]
    filed = [shown(copy).filed for copy in gp_copies or m.copies(entry)]
    if any(each not in (True, False) for each in filed):
        return {"unknown_input"}
    return set() if all(filed) else {"unfiled"}


def _policy(m: Moment, entry: Entry) -> set[str]:
    policy = m.policy(entry.org)
    if policy is None:
        return {"unknown_input"}
    if entry.kind not in KINDS or entry.kind in NEVER_KINDS:
        return set()
    rule = policy["release"].get(entry.kind, "on_save")
    if rule == "never":
        return {"policy_never"}
    if rule in FREE_RELEASES:
        return set()
    if any(copy.released for copy in m.copies(entry)):
        return set()
    if rule == "by_hand":
        return {"undecided"}
    if isinstance(rule, dict) and set(rule) == {"after_days"}:
        if entry.recorded is None:
            return {"undecided"}
        due = midnight(london_day(entry.recorded) + timedelta(days=rule["after_days"]))
        return set() if due <= m.at else {"undecided"}
    return {"unknown_input"}


def _hold(m: Moment, entry: Entry) -> set[str]:
    return {{"day": "held_until", "contact": "held_contact"}.get(state, "undecided") for state in hold_states(m, entry)}


def hold_states(m: Moment, entry: Entry) -> set[str]:
    """`day` or `contact` while a hold runs; `day_over` or `contact_over` until somebody releases."""
    found = set()
    for hold in (copy.hold for copy in m.copies(entry) if copy.hold):
        if hold.until is None:
            found.add("contact_over" if hold.contacted else "contact")
        else:
            found.add("day_over" if m.reached(hold.until) else "day")
    return found
