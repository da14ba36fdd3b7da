"""What each `do` of a case means through the real actions."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from openrecord.access import actions as access
from openrecord.access import events as access_events
from openrecord.registry import actions as registry
from openrecord.registry import queries as registry_queries
from openrecord.screening.actions import acts
from openrecord.screening.types import HideReason
from tests.decision import cases
from tests.decision.cases import instant
from tests.decision.served_world import BY, Sent, ServedWorld, at_time

Step = dict[str, Any]


def play(world: ServedWorld, step: Step) -> None:
    """Carry out one `do` step."""
    at = instant(step["at"])
    at_time(at)
    ACTS[step["do"]](world, step, at)


def arrive(world: ServedWorld, step: Step, at: datetime, marks: str = "") -> None:
    world.sent[step["id"]] = Sent(
        step, step.get("patient", "P"), at, step.get("filed", True), bool(step.get("text")), step.get("label"),
        step.get("v", 1), step.get("status", "final"),
    )  # fmt: skip
    world.send(step["id"], at, marks=marks)
    if "proxy_rule" in step:
        set_proxy_rule(world, {"entry": step["id"], "rule": step["proxy_rule"]}, at)


def code(world: ServedWorld, step: Step, at: datetime) -> None:
    arrive(world, {**step, "kind": "code"}, at)


def version(world: ServedWorld, step: Step, at: datetime) -> None:
    sent = world.sent[step["entry"]]
    sent.filed = step.get("filed", sent.filed)
    sent.text = bool(step.get("text", sent.text))
    sent.label = step.get("label", sent.label)
    if step["v"] > sent.order:
        sent.order, sent.status = step["v"], step.get("status", "final")
    world.send(step["entry"], at, version=step)


def several(marks: str) -> Callable[[ServedWorld, Step, datetime], None]:
    def apply(world: ServedWorld, step: Step, at: datetime) -> None:
        for entry in step["entries"]:
            arrive(world, {"org": step["org"], **entry}, at, marks)

    return apply


def hide(world: ServedWorld, step: Step, at: datetime) -> None:
    patient_id, entry_id, _ = world.entry(step["entry"])
    listed = acts.hide(
        patient_id=patient_id,
        entry_id=entry_id,
        reason=HideReason(step["reason"]),
        responsible=step.get("by"),
        by=BY,
        at=at,
    )
    if "expect_listed" in step:
        assert listed == {world.entry(name)[1] for name in step["expect_listed"]}


def on_entry(act: Callable[..., Any]) -> Callable[[ServedWorld, Step, datetime], None]:
    def apply(world: ServedWorld, step: Step, at: datetime) -> None:
        patient_id, entry_id, _ = world.entry(step["entry"])
        act(patient_id=patient_id, entry_id=entry_id, by=BY, at=at)

    return apply


def file(world: ServedWorld, step: Step, at: datetime) -> None:
    world.sent[step["entry"]].filed = True
    on_entry(acts.file)(world, step, at)


def hold(world: ServedWorld, step: Step, at: datetime) -> None:
    patient_id, entry_id, _ = world.entry(step["entry"])
    until = None if step["until"] == "contact" else cases.day(step["until"])
    acts.hold(patient_id=patient_id, entry_id=entry_id, until=until, by=BY, at=at)


def set_proxy_rule(world: ServedWorld, step: Step, at: datetime) -> None:
    patient_id, entry_id, _ = world.entry(step["entry"])
    rule = step["rule"]
    excluded = tuple(world.ids[name] for name in rule) if isinstance(rule, list) else ()
    everyone = not isinstance(rule, list) and rule != "none"
    acts.set_proxy_rule(patient_id=patient_id, entry_id=entry_id, everyone=everyone, excluded=excluded, by=BY, at=at)


def remap(world: ServedWorld, step: Step, at: datetime) -> None:
    """From then on the readers are those of now, for later versions of the entry, too."""
    patient_id, entry_id, _ = world.entry(step["entry"])
    acts.note_rebuilt(patient_id=patient_id, entry_id=entry_id, mapper=1, by=BY, at=at)
    sent = world.sent[step["entry"]]
    sent.step = {name: said for name, said in sent.step.items() if name != "mapper"}


def on_access(make: Callable[[ServedWorld, Step, datetime], access_events.AnyAct]) -> Callable[..., None]:
    def apply(world: ServedWorld, step: Step, at: datetime) -> None:
        world.access(step.get("viewer", "pat"), make(world, step, at), at)

    return apply


def history(world: ServedWorld, step: Step, _at: datetime) -> access_events.AnyAct:
    chunk = world.chunks.setdefault(step["chunk"], cases.ident(world.tag + step["chunk"]))
    return access_events.HistoryGranted(
        chunk=chunk,
        org=world.ods(step["org"]),
        level=int(cases.level(step.get("level", "full"))),
        named=tuple(world.ids[name] for name in step.get("for", ["pat"])),
        first=cases.day(step.get("from")),
        last=cases.day(step.get("to")),
        sections=cases.sections(step.get("sections")),
    )


def change_proxy(world: ServedWorld, step: Step, _at: datetime) -> access_events.AnyAct:
    return access_events.ProxyChanged(
        viewer=world.ids[step["viewer"]],
        level=int(cases.level(step["level"])),
        sections=cases.sections(step.get("sections")),
        expires=cases.day(step.get("expires")),
    )


def keep_part(world: ServedWorld, step: Step, _at: datetime) -> access_events.AnyAct:
    rule = step["rule"]
    return access_events.PartKept(
        keep=cases.ident(world.tag + step["part"]),
        everyone=rule == "all",
        excluded=() if rule == "all" else tuple(world.ids[name] for name in rule),
        entry=world.entry(step["entry"])[2] if "entry" in step else None,
        sections=cases.sections(step.get("sections")),
        first=cases.day(step.get("from")),
        last=cases.day(step.get("to")),
    )


def set_policy(world: ServedWorld, step: Step, at: datetime) -> None:
    ods = world.ods(step["org"])
    policy = cases.policy(step, registry_queries.policy(ods))
    assert policy is not None
    registry.set_policy(ods=ods, policy=policy, by=BY, at=at)


def grant(world: ServedWorld, step: Step, at: datetime) -> None:
    world.grant(step["viewer"], at)


def register(world: ServedWorld, step: Step, at: datetime) -> None:
    patient_id = world.people["P"].patient_id
    start = date.fromisoformat(step["date"])
    registry.register(patient_id=patient_id, ods=world.ods(step["org"]), start=start, by=BY, at=at)


def deduct(world: ServedWorld, step: Step, at: datetime) -> None:
    patient_id = world.people["P"].patient_id
    registry.deduct(
        patient_id=patient_id, ods=world.ods(step["org"]), end=date.fromisoformat(step["date"]), by=BY, at=at
    )


def death(*, died: bool) -> Callable[[ServedWorld, Step, datetime], None]:
    def apply(world: ServedWorld, _step: Step, at: datetime) -> None:
        registry.record_death(patient_id=world.people["P"].patient_id, died=died, by=BY, at=at)

    return apply


def flag(world: ServedWorld, _step: Step, at: datetime) -> None:
    registry.flag_address(patient_id=world.people["P"].patient_id, by=BY, at=at)


def _which(world: ServedWorld, step: Step) -> str:
    which = step.get("which", "")
    names = {
        "practice": lambda: world.ods(which),
        "patient": lambda: str(world.people[which].public_id),
        "client": lambda: str(world.ids[which]),
    }
    return str(names[step["scope"]]()) if step["scope"] in names else which


def close(world: ServedWorld, step: Step, at: datetime) -> None:
    access.close(scope=step["scope"], which=_which(world, step), reason="a case", by=BY, at=at)


def reopen(world: ServedWorld, step: Step, at: datetime) -> None:
    access.reopen(scope=step["scope"], which=_which(world, step), by=BY, at=at)


def redirect(world: ServedWorld, step: Step, at: datetime) -> None:
    on_entry(acts.mark_wrong_person)(world, step, at)
    old = world.sent[step["entry"]]
    kept = {k: v for k, v in old.step.items() if k not in {"in", "replaces", "source_key", "proxy_rule"}}
    dates = {"recorded": old.arrived.isoformat(), "clinical": old.arrived.isoformat(), **kept}
    now = {"filed": old.filed, "label": old.label, "text": old.text, "v": old.order, "status": old.status}
    arrive(world, {**dates, **now, "id": step["as"], "patient": step["to"]}, at)


A = access_events
ACTS: dict[str, Callable[[ServedWorld, Step, datetime], None]] = {
    "arrive": arrive,
    "version": version,
    "file": file,
    "hide": hide,
    "unhide": on_entry(acts.unhide),
    "hold": hold,
    "contacted": on_entry(acts.note_contact),
    "release": on_entry(acts.release),
    "set_proxy_rule": set_proxy_rule,
    "grant_history": on_access(history),
    "withdraw_history": on_access(lambda w, s, _: A.HistoryWithdrawn(chunk=w.chunks[s["chunk"]])),
    "set_policy": set_policy,
    "set_window": on_access(lambda w, s, _: A.WindowSet(org=w.ods(s["org"]), start=date.fromisoformat(s["from"]))),
    "open_account": grant,
    "give_level": on_access(lambda w, s, _: A.LevelGiven(org=w.ods(s["org"]), level=int(cases.level(s["level"])))),
    "competence": on_access(lambda _w, s, _: A.CompetenceRecorded(level=int(cases.level(s["level"])))),
    "code": code,
    "undecline": on_access(lambda _w, s, at: A.DeclineReversed(recorded=cases.recorded(s, at) or at)),
    "decide_104": on_access(lambda _w, s, _: A.EnhancedReviewDecided(keep=s["outcome"] == "keep")),
    "pause": on_access(lambda *_: A.Paused()),
    "resume": on_access(lambda *_: A.Resumed()),
    "lower": on_access(lambda _w, s, _: A.Lowered(level=int(cases.level(s["level"])))),
    "raise": on_access(lambda *_: A.Raised()),
    "grant_proxy": grant,
    "revoke_proxy": on_access(lambda w, s, _: A.ProxyRevoked(viewer=w.ids[s["viewer"]])),
    "change_proxy": on_access(change_proxy),
    "keep_part": on_access(keep_part),
    "share_part": on_access(lambda w, s, _: A.PartShared(keep=cases.ident(w.tag + s["part"]))),
    "age_review": on_access(
        lambda w, s, _: A.AgeReviewed(viewer=w.ids[s["viewer"]], age=s["age"], carries_on=s["outcome"] == "continue")
    ),
    "flag_address": flag,
    "register": register,
    "deduct": deduct,
    "first_load": several("first_load"),
    "transfer": several("transferred"),
    "death": death(died=True),
    "undo_death": death(died=False),
    "close": close,
    "open": reopen,
    "grant_app": grant,
    "revoke_app": on_access(lambda w, s, _: A.AppRevoked(viewer=w.ids[s["viewer"]])),
    "redirect": redirect,
    "remap": remap,
}
