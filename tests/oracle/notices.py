"""Notifications: with the first placement of an entry, to whoever sees it at that moment (QUESTIONS 22)."""

from .entries import entry_codes, has_text
from .groups import group_codes, parts, text_stripped
from .moment import Moment
from .registration import covering_chunks, live_at, marks_of_time, registration_codes
from .viewers import all_codes
from .world import CONTAINER_KINDS, Entry

SILENT = {"unhide", "grant_history", "version", "set_window", "set_policy"}


def settle(m: Moment, cause: str) -> None:
    """Place what can be placed for the first time and tell its viewers, unless the cause is silent."""
    for entry in list(m.world.entries.values()):
        if m.head(entry) is not entry or entry.id in m.world.placed or not is_placed(m, entry):
            continue
        m.world.placed.add(entry.id)
        if cause not in SILENT:
            _tell(m, entry)


def _tell(m: Moment, entry: Entry) -> None:
    for viewer in m.world.viewers.values():
        reads = viewer.kind in ("self", "proxy") and viewer.patient == entry.patient and m.has_begun(viewer)
        if reads and not all_codes(m, entry, viewer, None):
            m.world.notified.setdefault(viewer.id, []).append(entry.id)


def is_placed(m: Moment, entry: Entry) -> bool:
    """Whether the practice has opened the entry to anybody: nothing of the viewer, the level or a switch."""
    if entry_codes(m, entry) or group_codes(m, entry) or registration_codes(m, entry):
        return False
    if not live_at(m, entry.org) or (marks_of_time(m, entry) and not covering_chunks(m, entry)):
        return False
    return entry.kind not in CONTAINER_KINDS or _has_something(m, entry)


def _has_something(m: Moment, entry: Entry) -> bool:
    policy = m.policy(entry.org) or {}
    text_shows = policy.get("level") == "full" and not (has_text(m, entry) and text_stripped(m, entry))
    owns = {copy.raw.get("own", "coded") for copy in m.copies(entry)}
    if "coded" in owns or ("text" in owns and text_shows):
        return True
    return any(is_placed(m, part) for part in parts(m, entry))
