"""What each `do` of a case means in memory."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from openrecord.access import events as access_events
from openrecord.access.types import Closure, Reason
from openrecord.clinical.incoming import VersionStatus
from openrecord.kit.london import day_of
from openrecord.registry.types import OdsCode, Registration
from openrecord.screening import events as screening_events
from tests.decision import cases
from tests.decision.cases import ident, instant
from tests.decision.pure_world import QUIET, Entry, PureWorld, Version, label_of

Step = dict[str, Any]


def play(world: PureWorld, step: Step) -> None:
    """Apply one `do` step."""
    at = instant(step["at"])
    world.played += 1
    world.notice(at, quiet=False)
    ACTS[step["do"]](world, step, at)
    world.notice(at, quiet=step["do"] in QUIET)


def arrive(world: PureWorld, step: Step, at: datetime, marks: frozenset[Reason] = frozenset()) -> None:
    patient = step.get("patient", "P")
    key = step.get("source_key")
    if key is not None and world.source_keys.get(key, (patient, ""))[0] != patient:
        owner, name = world.source_keys[key]
        world.people[owner].entries[name].wrong_person = True
        world.wrong[owner].add(name)
    if key is not None:
        world.source_keys[key] = (patient, step["id"])
    status = VersionStatus(step.get("status", "final"))
    version = Version(
        step.get("v", 1), step.get("filed", True), status, label_of(step.get("label")), bool(step.get("text"))
    )
    world.people[patient].entries[step["id"]] = Entry(
        step["id"], step, step.get("org", "A"), at, [version], marks=marks, safe_mapper=step.get("mapper") != "unsafe"
    )
    if "proxy_rule" in step:
        act = proxy_rule({"rule": step["proxy_rule"]})
        world.people[patient].entries[step["id"]].acts.append((world.played, act))
    if step["kind"] == "code":
        code(world, {**step, "patient": patient}, at, arrives=False)


def code(world: PureWorld, step: Step, at: datetime, *, arrives: bool = True) -> None:
    if arrives:
        arrive(world, {**step, "kind": "code"}, at)
        return
    recorded = cases.recorded(step, at)
    effective = cases.day(step["effective"]) if "effective" in step else day_of(at)
    act = access_events.CodeArrived(entry=ident(step["id"]), code=step["code"], effective=effective, recorded=recorded)
    world.people[step.get("patient", "P")].acts.append((at, act))


def version(world: PureWorld, step: Step, _at: datetime) -> None:
    entry = find(world, step["entry"])
    before = max((v for v in entry.versions if v.order < step["v"]), key=lambda v: v.order, default=entry.versions[0])
    entry.versions.append(
        Version(
            step["v"],
            step.get("filed", before.filed),
            VersionStatus(step.get("status", "final")),
            label_of(step["label"]) if "label" in step else before.label,
            step.get("text", before.has_text),
        )
    )
    entry.versions.sort(key=lambda v: v.order)


def find(world: PureWorld, name: str) -> Entry:
    return next(p.entries[name] for p in world.people.values() if name in p.entries)


def on_entry(make: Callable[[Step], screening_events.AnyAct]) -> Callable[[PureWorld, Step, datetime], None]:
    def apply(world: PureWorld, step: Step, _at: datetime) -> None:
        find(world, step["entry"]).acts.append((world.played, make(step)))

    return apply


def on_access(make: Callable[[Step, datetime], access_events.AnyAct]) -> Callable[[PureWorld, Step, datetime], None]:
    def apply(world: PureWorld, step: Step, at: datetime) -> None:
        patient = world.owner.get(step.get("viewer", "pat"), "P")
        world.people[patient].acts.append((at, make(step, at)))

    return apply


def file(world: PureWorld, step: Step, _at: datetime) -> None:
    for entry in world.copies_of(find(world, step["entry"])):
        for v in entry.versions:
            v.filed = True


def set_policy(world: PureWorld, step: Step, _at: datetime) -> None:
    org = OdsCode(step["org"])
    world.policies[org] = cases.policy(step, world.policies.get(org))


def several(mark: Reason) -> Callable[[PureWorld, Step, datetime], None]:
    def apply(world: PureWorld, step: Step, at: datetime) -> None:
        for entry in step["entries"]:
            arrive(world, {"org": step["org"], **entry}, at, frozenset({mark}))

    return apply


def register(world: PureWorld, step: Step, at: datetime) -> None:
    stay = Registration(OdsCode(step["org"]), date.fromisoformat(step["date"]), entered=at)
    world.people["P"].registrations.append(stay)


def deduct(world: PureWorld, step: Step, _at: datetime) -> None:
    """As registry.deduct does."""
    stays, end = world.people["P"].registrations, date.fromisoformat(step["date"])
    there = [i for i, r in enumerate(stays) if r.ods == step["org"]]
    running = [i for i in there if stays[i].start <= end and (stays[i].end is None or stays[i].end > end)]
    index = max(running or there, key=lambda i: stays[i].start)
    stays[index] = replace(stays[index], end=end)


def died(*, now: bool) -> Callable[[PureWorld, Step, datetime], None]:
    def apply(world: PureWorld, _step: Step, _at: datetime) -> None:
        world.people["P"].died = now

    return apply


def close(world: PureWorld, step: Step, _at: datetime) -> None:
    world.closures.append(Closure(step["scope"], closed_key(step)))


def closed_key(step: Step) -> str:
    which = step.get("which", "")
    return str(ident(which)) if step["scope"] == "client" else which


def reopen(world: PureWorld, step: Step, _at: datetime) -> None:
    opened = Closure(step["scope"], closed_key(step))
    world.closures[:] = [closure for closure in world.closures if closure != opened]


def grant(world: PureWorld, step: Step, at: datetime) -> None:
    world._grant(step["viewer"], at)


def flag(world: PureWorld, _step: Step, _at: datetime) -> None:
    world.people["P"].flagged = True


def remap(world: PureWorld, step: Step, _at: datetime) -> None:
    find(world, step["entry"]).safe_mapper = True


def redirect(world: PureWorld, step: Step, at: datetime) -> None:
    old = find(world, step["entry"])
    old.wrong_person = True
    kept = {
        name: value for name, value in old.step.items() if name not in {"in", "replaces", "source_key", "proxy_rule"}
    }
    dates = {"recorded": old.known.isoformat(), "clinical": old.known.isoformat(), **kept}
    arrive(world, {**dates, "id": step["as"], "patient": step["to"]}, at, old.marks)
    moved = find(world, step["as"])
    moved.versions, moved.safe_mapper = [replace(old.versions[-1])], old.safe_mapper


def proxy_rule(step: Step) -> screening_events.AnyAct:
    rule = step["rule"]
    if isinstance(rule, list):
        return screening_events.ProxyRuleSet(everyone=False, excluded=tuple(ident(name) for name in rule))
    return screening_events.ProxyRuleSet(everyone=rule != "none")


def history(step: Step, _at: datetime) -> access_events.AnyAct:
    return access_events.HistoryGranted(
        chunk=ident(step["chunk"]),
        org=step["org"],
        level=int(cases.level(step.get("level", "full"))),
        named=tuple(ident(name) for name in step.get("for", ["pat"])),
        first=cases.day(step.get("from")),
        last=cases.day(step.get("to")),
        sections=cases.sections(step.get("sections")),
    )


def change_proxy(step: Step, _at: datetime) -> access_events.AnyAct:
    return access_events.ProxyChanged(
        viewer=ident(step["viewer"]),
        level=int(cases.level(step["level"])),
        sections=cases.sections(step.get("sections")),
        expires=cases.day(step.get("expires")),
    )


def keep_part(step: Step, _at: datetime) -> access_events.AnyAct:
    rule = step["rule"]
    return access_events.PartKept(
        keep=ident(step["part"]),
        everyone=rule == "all",
        excluded=() if rule == "all" else tuple(ident(name) for name in rule),
        entry=ident(step["entry"]) if "entry" in step else None,
        sections=cases.sections(step.get("sections")),
        first=cases.day(step.get("from")),
        last=cases.day(step.get("to")),
    )


ACTS: dict[str, Callable[[PureWorld, Step, datetime], None]] = {
    "arrive": arrive,
    "version": version,
    "file": file,
    "hide": on_entry(lambda s: screening_events.Hidden(reason=s["reason"], responsible=s.get("by"))),
    "unhide": on_entry(lambda _: screening_events.Unhidden()),
    "hold": on_entry(lambda s: screening_events.Held(until=None if s["until"] == "contact" else cases.day(s["until"]))),
    "contacted": on_entry(lambda _: screening_events.Contacted()),
    "release": on_entry(lambda _: screening_events.Released()),
    "set_proxy_rule": on_entry(proxy_rule),
    "grant_history": on_access(history),
    "withdraw_history": on_access(lambda s, _: access_events.HistoryWithdrawn(chunk=ident(s["chunk"]))),
    "set_policy": set_policy,
    "set_window": on_access(lambda s, _: access_events.WindowSet(org=s["org"], start=date.fromisoformat(s["from"]))),
    "open_account": grant,
    "give_level": on_access(lambda s, _: access_events.LevelGiven(org=s["org"], level=int(cases.level(s["level"])))),
    "competence": on_access(lambda s, _: access_events.CompetenceRecorded(level=int(cases.level(s["level"])))),
    "code": code,
    "undecline": on_access(lambda s, at: access_events.DeclineReversed(recorded=cases.recorded(s, at) or at)),
    "decide_104": on_access(lambda s, _: access_events.EnhancedReviewDecided(keep=s["outcome"] == "keep")),
    "pause": on_access(lambda *_: access_events.Paused()),
    "resume": on_access(lambda *_: access_events.Resumed()),
    "lower": on_access(lambda s, _: access_events.Lowered(level=int(cases.level(s["level"])))),
    "raise": on_access(lambda *_: access_events.Raised()),
    "grant_proxy": grant,
    "revoke_proxy": on_access(lambda s, _: access_events.ProxyRevoked(viewer=ident(s["viewer"]))),
    "change_proxy": on_access(change_proxy),
    "keep_part": on_access(keep_part),
    "share_part": on_access(lambda s, _: access_events.PartShared(keep=ident(s["part"]))),
    "age_review": on_access(
        lambda s, _: access_events.AgeReviewed(
            viewer=ident(s["viewer"]), age=s["age"], carries_on=s["outcome"] == "continue"
        )
    ),
    "flag_address": flag,
    "register": register,
    "deduct": deduct,
    "first_load": several(Reason.FIRST_LOAD),
    "transfer": several(Reason.TRANSFERRED),
    "death": died(now=True),
    "undo_death": died(now=False),
    "close": close,
    "open": reopen,
    "grant_app": grant,
    "revoke_app": on_access(lambda s, _: access_events.AppRevoked(viewer=ident(s["viewer"]))),
    "redirect": redirect,
    "remap": remap,
}
