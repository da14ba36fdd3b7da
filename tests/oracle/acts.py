"""The acts of the worked cases: each changes the world by exactly what it says, nothing else.

What follows from an act (codes, dues, notifications) is worked out elsewhere, from the world.
"""

from collections.abc import Callable
from typing import Any

from .codes104 import decide
from .copies import copies
from .dates import earliest_day, instant, london_day, optional_day, optional_instant
from .moment import Moment
from .world import DEFAULT_POLICY, Chunk, Entry, Hold, Kept, Patient, Spell, Version, World, merged_policy

Step = dict[str, Any]


def apply(world: World, step: Step) -> None:
    """Apply one `do` step at `world.now`. KeyError if the act is not of the list."""
    world.sequence += 1
    ACTS[step["do"]](world, step)


def _patient(world: World, step: Step) -> Patient:
    return world.patients[step.get("patient", "P")]


def _whole(world: World, step: Step) -> list[Entry]:
    return copies(world, world.entries[step["entry"]])


# ---- arrivals


def arrive(world: World, shape: Step, mark: str | None = None, org: str | None = None) -> None:
    """Add one entry; a source key known for another patient makes that one `wrong_person`."""
    recorded = optional_instant(shape.get("recorded", world.now))
    clinical = shape.get("clinical", shape.get("effective", london_day(world.now).isoformat()))
    world.sequence += 1
    entry = Entry(
        id=shape["id"],
        patient=shape.get("patient", "P"),
        order=world.sequence,
        kind=shape.get("kind"),
        org=org or shape.get("org", "A"),
        recorded=recorded,
        clinical=optional_day(clinical),
        mark=mark,
        raw=dict(shape),
        versions=[_first_version(shape)],
        mapper=shape.get("mapper", "safe"),
        proxy_rule=shape.get("proxy_rule", "none"),
    )
    key = shape.get("source_key")
    for other in world.entries.values():
        if key is not None and other.raw.get("source_key") == key and other.patient != entry.patient:
            other.wrong_person = other.wrong_person or "collision"
    world.entries[entry.id] = entry


def _first_version(shape: Step) -> Version:
    return Version(
        v=shape.get("v", 1),
        status=shape.get("status", "final"),
        filed=shape.get("filed", True),
        label=shape.get("label"),
        text=bool(shape.get("text", False)),
        source=shape.get("source"),
    )


def code(world: World, step: Step) -> None:
    """A 103, 104 or 106 arrives as a coded entry; its clinical day is the effective date."""
    arrive(world, {**step, "kind": "code"})


def first_load(world: World, step: Step) -> None:
    """Every entry of the first load after a registration."""
    for shape in step["entries"]:
        arrive(world, {**shape, "patient": step.get("patient", "P")}, "first_load", step["org"])


def transfer(world: World, step: Step) -> None:
    """Every entry carried over from another organisation."""
    for shape in step["entries"]:
        arrive(world, {**shape, "patient": step.get("patient", "P")}, "transferred", step["org"])


def version(world: World, step: Step) -> None:
    """A further version; what it leaves out is as in the version before it in the source's order."""
    entry = world.entries[step["entry"]]
    source = step.get("source", entry.raw.get("source"))
    before = max((x for x in entry.versions if x.v < step["v"]), key=lambda x: x.v, default=entry.versions[0])
    own = [x for x in entry.versions if x.source == source and x.v < step["v"]]
    label = max(own, key=lambda x: x.v).label if own else None
    entry.versions.append(
        Version(
            v=step["v"],
            status=step.get("status", "final"),
            filed=step.get("filed", before.filed),
            label=step.get("label", label),
            text=bool(step.get("text", before.text)),
            source=source,
        )
    )


def redirect(world: World, step: Step) -> None:
    """Staff move an entry to its right patient: a new entry with the source's content only."""
    old = world.entries[step["entry"]]
    current = max(old.versions, key=lambda x: x.v)
    old.wrong_person = "redirect"
    content = {name: value for name, value in old.raw.items() if name not in ("in", "proxy_rule", "replaces")}
    content.update(id=step["as"], patient=step["to"], status=current.status, filed=current.filed, label=current.label)
    content.update(text=current.text, v=current.v, mapper=old.mapper, kind=old.kind, org=old.org)
    content["recorded"] = None if old.recorded is None else old.recorded.isoformat()
    content["clinical"] = None if old.clinical is None else old.clinical.isoformat()
    content.pop("source_key", None)
    arrive(world, content, old.mark)
    world.entries[step["as"]].raw["source_key"] = old.raw.get("source_key")


# ---- decisions on an entry


def file(world: World, step: Step) -> None:
    """The entry, as far as it has arrived, is filed."""
    for entry in _whole(world, step):
        for each in entry.versions:
            each.filed = True


def hide(world: World, step: Step) -> None:
    """A person hides the logical entry for a reason; several reasons add up."""
    for entry in _whole(world, step):
        entry.hides.add("hidden_" + step["reason"])


def unhide(world: World, step: Step) -> None:
    """Every hide of a person is lifted."""
    for entry in _whole(world, step):
        entry.hides.clear()


def hold(world: World, step: Step) -> None:
    """A hold; a new one takes the place of an earlier one."""
    until = None if step["until"] == "contact" else earliest_day(step["until"])
    for entry in _whole(world, step):
        entry.hold = Hold(until)


def contacted(world: World, step: Step) -> None:
    """The patient was contacted: a hold until contact ends (not a hold until a day)."""
    for entry in _whole(world, step):
        if entry.hold and entry.hold.until is None:
            entry.hold.contacted = True


def release(world: World, step: Step) -> None:
    """A person releases: meets the policy and ends a hold; files nothing, lifts no hide."""
    for entry in _whole(world, step):
        entry.released = True
        entry.hold = None


def set_proxy_rule(world: World, step: Step) -> None:
    """Which proxies the entry is kept from."""
    for entry in _whole(world, step):
        entry.proxy_rule = step["rule"]


def remap(world: World, step: Step) -> None:
    """The entry was rebuilt by a safe mapper."""
    for entry in _whole(world, step):
        entry.mapper = "safe"


# ---- practice and person


def grant_history(world: World, step: Step) -> None:
    """A chunk of history; the same name again replaces the former."""
    withdraw_history(world, step)
    sections = step.get("sections", "all")
    _patient(world, step).chunks.append(
        Chunk(
            id=step["chunk"],
            org=step["org"],
            first=optional_day(step.get("from")),
            last=optional_day(step.get("to")),
            sections=None if sections == "all" else list(sections),
            level=step.get("level", "full"),
            people=list(step.get("for", ["pat"])),
            granted=world.now,
            order=world.sequence,
        )
    )


def withdraw_history(world: World, step: Step) -> None:
    """The chunk is over."""
    patient = _patient(world, step)
    patient.chunks = [chunk for chunk in patient.chunks if chunk.id != step["chunk"]]


def set_policy(world: World, step: Step) -> None:
    """Fields of a practice's policy change; a practice without one gets the default first."""
    base = world.policies.get(step["org"]) or DEFAULT_POLICY
    changes = {name: value for name, value in step.items() if name not in ("at", "do", "org")}
    world.policies[step["org"]] = merged_policy(base, changes)


def set_window(world: World, step: Step) -> None:
    """An override of the window's start."""
    _patient(world, step).windows[step["org"]] = (instant(step["from"]), world.now)


def register(world: World, step: Step) -> None:
    """A registration from midnight of its date."""
    _patient(world, step).spells.append(Spell(step["org"], earliest_day(step["date"]), None, world.now))


def deduct(world: World, step: Step) -> None:
    """The registration there that runs on the date ends with it; where none does, the end of the last is put right."""
    day = earliest_day(step["date"])
    spells = [s for s in _patient(world, step).spells if s.org == step["org"]]
    running = [s for s in spells if s.start <= day and (s.end is None or s.end > day)]
    if spells:
        max(running or spells, key=lambda s: s.start).end = day


def set_person(name: str, value: Any) -> Callable[[World, Step], None]:
    """An act that sets one thing about the patient."""

    def act(world: World, step: Step) -> None:
        setattr(_patient(world, step), name, value)

    return act


def competence(world: World, step: Step) -> None:
    """Own access before 16, at a level."""
    patient = _patient(world, step)
    patient.competence = step["level"]
    patient.competent_since = patient.competent_since or world.now


def give_level(world: World, step: Step) -> None:
    """A practice gives the patient a level of their own."""
    _patient(world, step).given[step["org"]] = (step["level"], world.now)


def lower(world: World, step: Step) -> None:
    """The person's own lower level."""
    _patient(world, step).lowered = step["level"]


def undecline(world: World, step: Step) -> None:
    """A reversal of 103; without a recorded time it reverses nothing."""
    recorded = optional_instant(step.get("recorded", world.now))
    if recorded is not None:
        _patient(world, step).reversals.append(recorded)


def decide_104(world: World, step: Step) -> None:
    """Keep or remove access although 104 applies; both answer what was due."""
    decide(Moment(world, world.now), _patient(world, step), step["outcome"])


# ---- viewers and closing


def grant(world: World, step: Step) -> None:
    """An account, a proxy or an app opens now, afresh."""
    viewer = world.viewers[step.get("viewer", "pat")]
    viewer.start = world.now
    viewer.revoked = False
    viewer.grants += 1
    world.grants = {key: each for key, each in world.grants.items() if key[0] != viewer.id}
    viewer.level, viewer.sections = viewer.terms


def change_proxy(world: World, step: Step) -> None:
    """A proxy that there is may see more or less from now on; nothing begins anew."""
    viewer = world.viewers[step["viewer"]]
    if viewer.start is not None:
        sections = step.get("sections", "all")
        viewer.level, viewer.sections = step["level"], None if sections == "all" else list(sections)


def keep_part(world: World, step: Step) -> None:
    """A part of the record is kept from proxies."""
    sections = step.get("sections")
    days = optional_day(step.get("from")), optional_day(step.get("to"))
    _patient(world, step).kept.append(Kept(step["part"], step["rule"], step.get("entry"), sections, *days))


def share_part(world: World, step: Step) -> None:
    """It is kept from nobody any more."""
    patient = _patient(world, step)
    patient.kept = [kept for kept in patient.kept if kept.id != step["part"]]


def revoke(world: World, step: Step) -> None:
    """A proxy or an app is revoked."""
    world.viewers[step["viewer"]].revoked = True


def age_review(world: World, step: Step) -> None:
    """A decision about a parent's access at an age; may be taken ahead."""
    world.viewers[step["viewer"]].reviews.append((step["age"], step["outcome"], world.now))


def close(world: World, step: Step) -> None:
    """Stop all, or one practice, patient, client or channel."""
    world.closures.add((step["scope"], step.get("which")))


def open_(world: World, step: Step) -> None:
    """Undo the close of the same scope and name."""
    world.closures.discard((step["scope"], step.get("which")))


ACTS: dict[str, Callable[[World, Step], None]] = {
    "arrive": arrive, "version": version, "file": file, "hide": hide, "unhide": unhide, "hold": hold,
    "contacted": contacted, "release": release, "set_proxy_rule": set_proxy_rule,
    "grant_history": grant_history, "withdraw_history": withdraw_history, "set_policy": set_policy,
    "set_window": set_window, "open_account": grant, "competence": competence, "code": code,
    "give_level": give_level,
    "undecline": undecline, "decide_104": decide_104, "pause": set_person("paused", value=True),
    "resume": set_person("paused", value=False), "lower": lower, "raise": set_person("lowered", value=None),
    "grant_proxy": grant, "revoke_proxy": revoke, "change_proxy": change_proxy,
    "keep_part": keep_part, "share_part": share_part, "age_review": age_review,
    "flag_address": set_person("address_flagged", value=True), "register": register, "deduct": deduct,
    "first_load": first_load, "transfer": transfer, "death": set_person("dead", value=True),
    "undo_death": set_person("dead", value=False), "close": close, "open": open_, "grant_app": grant,
    "revoke_app": revoke, "redirect": redirect, "remap": remap,
}  # fmt: skip
