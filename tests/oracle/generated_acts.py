"""Random acts for generated cases: each maker adds one plausible act, or nothing if none fits now."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from .world import KINDS, LEVELS, UNKNOWN_KIND

if TYPE_CHECKING:
    from .generator import Maker

Json = dict[str, Any]
REASONS = ("serious_harm", "third_party", "other")
STATUSES = ("final", "corrected", "amended", "appended", "entered-in-error")


def _pick(m: "Maker", **wanted: Any) -> str | None:
    found = [e for e in m.own_entries(**wanted) if m.entries[e]["kind"] != "code"]
    return m.rng.choice(found) if found else None


def _viewer(m: "Maker", kind: str, basis: str | None = None) -> str | None:
    found = [n for n, v in m.viewers.items() if v["kind"] == kind and basis in (None, v.get("basis"))]
    return m.rng.choice(found) if found else None


def _soon(m: "Maker") -> str:
    return (m.today() + timedelta(days=m.rng.choice((-3, 0, 0, 1, 10)))).isoformat()


def on_entry(act: str) -> "Callable[[Maker], None]":
    """An act that needs only an entry."""

    def make(m: "Maker") -> None:
        entry = _pick(m)
        if entry:
            m.do(act, entry=entry)

    return make


def release(m: "Maker") -> None:
    """A person releases, often what was held."""
    entry = _pick(m, hold="contact") or _pick(m, hold="day") if m.chance(0.6) else _pick(m)
    if entry:
        m.entries[entry]["hold"] = None
        m.do("release", entry=entry)


def version(m: "Maker") -> None:
    """A further version, at times out of order, filed or not, labelled or not."""
    entry = _pick(m, copied=False, wrong=False)
    if entry is None:
        return
    facts = m.entries[entry]
    status = m.rng.choice([s for s in STATUSES if s != "appended" or not facts["labelled"]])
    fields: Json = {"v": facts["v"] + m.rng.choice((1, 1, 2)), "status": status}
    if m.chance(0.5):
        filed = m.chance(0.5)
        if status != "appended" or KINDS.get(facts["kind"], UNKNOWN_KIND)[3]:
            fields["filed"] = filed
    if m.chance(0.2) and status != "appended":
        fields["label"] = m.rng.choice(("NOPAT", None))
        facts["labelled"] = True
    if m.chance(0.3):
        fields["text"] = m.chance(0.5)
    m.do("version", entry=entry, **fields)
    if fields["v"] == facts["v"] + 2 and m.chance(0.5):
        m.advance()
        m.do("version", entry=entry, v=facts["v"] + 1, status="final", label=None)
    facts["v"] = fields["v"]


def hide(m: "Maker") -> None:
    """Hide what is not hidden."""
    entry = _pick(m, hidden=False, copied=m.chance(0.2))
    if entry:
        m.entries[entry]["hidden"] = True
        m.do("hide", entry=entry, reason=m.rng.choice(REASONS), by="drK")


def unhide(m: "Maker") -> None:
    """Lift a hide."""
    entry = _pick(m, hidden=True)
    if entry:
        m.entries[entry]["hidden"] = False
        m.do("unhide", entry=entry)


def hold(m: "Maker") -> None:
    """Hold what is not held, until contact or a day."""
    entry = _pick(m, hold=None)
    if entry:
        contact = m.chance(0.5)
        m.entries[entry]["hold"] = "contact" if contact else "day"
        day = (m.today() + timedelta(days=m.rng.randint(1, 20))).isoformat()
        m.do("hold", entry=entry, until="contact" if contact else day)


def contacted(m: "Maker") -> None:
    """The patient was contacted about a held entry."""
    entry = _pick(m, hold="contact")
    if entry:
        m.do("contacted", entry=entry)


def set_proxy_rule(m: "Maker") -> None:
    """Keep an entry from some proxies."""
    proxy, entry = _viewer(m, "proxy"), _pick(m)
    if entry:
        m.do("set_proxy_rule", entry=entry, rule=m.rng.choice(("none", "all", [proxy] if proxy else "all")))


def grant_history(m: "Maker") -> None:
    """A chunk of history, with or without bounds, for some people."""
    fields: Json = {"chunk": m.name("k"), "org": m.rng.choice("AAB")}
    if m.chance(0.4):
        fields["from"] = (m.today() - timedelta(days=m.rng.choice((90, 400, 2000)))).isoformat()
    if m.chance(0.2):
        fields["to"] = (m.today() - timedelta(days=m.rng.choice((0, 50)))).isoformat()
    if m.chance(0.3):
        fields["sections"] = m.rng.sample(("results", "consultations", "documents", "medications", "problems"), 2)
    if m.chance(0.4):
        fields["level"] = m.rng.choice(LEVELS[1:])
    proxy = _viewer(m, "proxy")
    if proxy and m.chance(0.4):
        fields["for"] = m.rng.choice((["pat", proxy], [proxy]))
    m.chunks.append(fields["chunk"])
    m.step_apart()
    m.do("grant_history", **fields)
    m.step_apart()


def withdraw_history(m: "Maker") -> None:
    """A chunk is over."""
    if m.chunks:
        m.do("withdraw_history", chunk=m.chunks.pop(m.rng.randrange(len(m.chunks))))


def set_policy(m: "Maker") -> None:
    """One field of a practice's policy."""
    fields: Json = m.rng.choice(
        (
            {"level": m.rng.choice(LEVELS[2:])},
            {"level": "full"},
            {"at_risk_level": m.rng.choice(LEVELS[:4])},
            {"sections": {m.rng.choice(("documents", "results", "consultations")): m.chance(0.5)}},
            {"release": {m.rng.choice(("result", "document")): m.rng.choice(("by_hand", "never", "on_filing"))}},
            {"release": {m.rng.choice(("condition", "comment")): m.rng.choice(("on_save", {"after_days": 2}))}},
            {"review_age": m.rng.choice((10, 11, 13))},
        )
    )
    m.do("set_policy", org=m.rng.choice("AAB"), **fields)


def switch_off(m: "Maker") -> None:
    """A practice switches the system off for a while."""
    org = m.rng.choice("AB")
    m.do("set_policy", org=org, system_on=False)
    meanwhile(m)
    m.do("set_policy", org=org, system_on=True)


def set_window(m: "Maker") -> None:
    """An override of the window's start."""
    day = m.today() - timedelta(days=m.rng.choice((0, 60, 300)))
    m.do("set_window", org=m.rng.choice("AAB"), **{"from": day.isoformat()})


def code(m: "Maker") -> None:
    """A 103, 104 or 106, effective in the past, today or ahead; sometimes inside a consultation."""
    m.step_apart()
    m.off_midnight()
    number = m.rng.choice(("103", "104", "104", "106", "106"))
    name = m.name("c")
    m.entries[name] = {"kind": "code", "patient": "P", "key": None}
    if m.chance(0.15) and m.entry_maker.containers:
        m.do("arrive", id=name, kind="code", code=number, **{"in": m.rng.choice(m.entry_maker.containers)})
    elif m.chance(0.05) and number != "103":
        m.do("code", id=name, code=number, effective=_soon(m), recorded=None)
    else:
        recorded = m.now - timedelta(minutes=m.rng.choice((0, 0, 600, 60000)))
        m.do("code", id=name, code=number, effective=_soon(m), recorded=recorded.strftime("%Y-%m-%dT%H:%M:%SZ"))
        if number == "103" and m.chance(0.9):
            m.now += timedelta(hours=1)
            meanwhile(m)
            m.do("undecline", recorded=m.stamp())
    m.step_apart()


def decide_104(m: "Maker") -> None:
    """Staff decide after a 104."""
    m.off_midnight()
    m.do("decide_104", outcome=m.rng.choice(("keep", "keep", "remove")))


def meanwhile(m: "Maker") -> None:
    """Something arrives and somebody asks while a stop lasts."""
    m.advance()
    m.ask()
    m.entry_maker.arrive()
    m.advance()


def for_a_while(one: str, other: str) -> "Callable[[Maker], None]":
    """An act that stops everything, and nearly always the act that undoes it."""

    def make(m: "Maker") -> None:
        m.do(one)
        meanwhile(m)
        if m.chance(0.95):
            m.do(other)

    return make


def give_level(m: "Maker") -> None:
    """A practice gives the patient more or less than it gives others."""
    m.do("give_level", org=m.rng.choice("AAB"), level=m.rng.choice(LEVELS[1:]))


def lower(m: "Maker") -> None:
    """The patient's own lower level, or back."""
    m.do("lower", level=m.rng.choice(LEVELS[1:4]))
    meanwhile(m)
    if m.chance(0.8):
        m.do("raise")


def open_account(m: "Maker") -> None:
    """The account of a patient who had none."""
    if "pat" not in m.begun:
        m.off_midnight()
        m.begun.add("pat")
        m.do("open_account", viewer="pat")


def viewer_act(kind: str) -> "Callable[[Maker], None]":
    """Grant a proxy or app that has not begun, or revoke one that has; at times grant again."""

    def make(m: "Maker") -> None:
        viewer = _viewer(m, kind)
        if viewer is None or (m.viewers[viewer].get("for") == "zed"):
            return
        m.off_midnight()
        if viewer in m.begun and m.chance(0.4):
            m.do(f"revoke_{kind}", viewer=viewer)
        else:
            m.begun.add(viewer)
            m.do(f"grant_{kind}", viewer=viewer)

    return make


def change_proxy(m: "Maker") -> None:
    """Another scope for somebody who acts for the patient."""
    viewer = _viewer(m, "proxy")
    if viewer is not None and viewer in m.begun:
        fields: Json = {
            "level": m.rng.choice(LEVELS[1:]),
            "expires": m.viewers[viewer].get("expires"),
        }
        if m.chance(0.4):
            fields["sections"] = m.rng.sample(("results", "consultations", "documents", "medications", "problems"), 3)
        m.do("change_proxy", viewer=viewer, **fields)


def keep_part(m: "Maker") -> None:
    """A part of the record is kept from all proxies or one; now and then an earlier one is shared again."""
    kept = m.state.setdefault("kept", [])
    if kept and m.chance(0.4):
        m.do("share_part", part=kept.pop(m.rng.randrange(len(kept))))
        return
    proxy = _viewer(m, "proxy")
    fields: Json = {"part": m.name("h"), "rule": m.rng.choice(("all", [proxy] if proxy else "all"))}
    entry = _pick(m, patient="P", copied=False, wrong=False)
    if entry and m.chance(0.5):
        fields["entry"] = entry
    elif m.chance(0.5):
        fields["sections"] = m.rng.sample(("results", "consultations", "observations", "medications"), 2)
    else:
        fields["from"] = (m.today() - timedelta(days=m.rng.choice((2, 30, 400)))).isoformat()
        if m.chance(0.5):
            fields["to"] = (m.today() + timedelta(days=m.rng.choice((-1, 0, 20)))).isoformat()
    kept.append(fields["part"])
    m.do("keep_part", **fields)


def age_review(m: "Maker") -> None:
    """A decision about a parent's access."""
    viewer = _viewer(m, "proxy", "parental")
    if viewer:
        outcome = "continue" if m.chance(0.8) else "end"
        m.do("age_review", viewer=viewer, age=m.rng.choice((11, 11, 13, 16)), outcome=outcome)


def competence(m: "Maker") -> None:
    """Own access before 16."""
    m.do("competence", level=m.rng.choice(LEVELS[1:]))


def move(m: "Maker") -> None:
    """Rarely: a deduction, mostly with a registration on the same day; now, back or ahead."""
    if m.chance(0.7) or len(m.steps) < 60:
        return
    m.off_midnight()
    here = m.state.get("org", m.patient["registrations"][-1]["org"])
    there = m.rng.choice([org for org in "AB" if org != here])
    day = _soon(m)
    m.do("deduct", org=here, date=day)
    if m.chance(0.8):
        there = here if m.chance(0.3) else there
        m.do("register", org=there, date=day)
        m.state["org"] = there


def bulk(act: str) -> "Callable[[Maker], None]":
    """A first load or a transfer of some entries."""

    def make(m: "Maker") -> None:
        shapes = [m.entry_maker.shape() for _ in range(m.rng.randint(1, 4))]
        for shape in shapes:
            for field in ("org", "replaces"):
                shape.pop(field, None)
            m.entry_maker.remember(shape)
        m.do(act, org=m.rng.choice("AB"), entries=shapes)

    return make


def closing(m: "Maker") -> None:
    """Close something for a while."""
    apps = [n for n, v in m.viewers.items() if v["kind"] == "app"]
    choices: list[Json] = [
        {"scope": "all"},
        {"scope": "practice", "which": "A"},
        {"scope": "patient", "which": "P"},
        {"scope": "channel", "which": "export"},
        *({"scope": "client", "which": app} for app in apps),
    ]
    closing_of = m.rng.choice(choices)
    m.do("close", **closing_of)
    meanwhile(m)
    if m.chance(0.95):
        m.do("open", **closing_of)


def redirect(m: "Maker") -> None:
    """Staff move an entry of P to Z, who it is about."""
    entry = _pick(m, patient="P", wrong=False, copied=False)
    if entry:
        facts = m.entries[entry]
        facts["wrong"] = True
        new = m.name("z")
        m.entries[new] = {**facts, "patient": "Z", "hidden": False, "hold": None, "wrong": False}
        m.do("redirect", entry=entry, to="Z", **{"as": new})


def flag_address(m: "Maker") -> None:
    """The address is flagged: no proxies from now on. Late, because nothing undoes it."""
    if len(m.steps) > 80:
        m.do("flag_address")


ACT_MAKERS: "list[tuple[Callable[[Maker], None], int]]" = [
    (on_entry("file"), 8), (release, 6), (version, 8), (hide, 8), (unhide, 5), (hold, 5), (contacted, 3),
    (set_proxy_rule, 4), (grant_history, 5), (withdraw_history, 2), (set_policy, 4), (set_window, 2),
    (code, 3), (decide_104, 3), (for_a_while("pause", "resume"), 3), (for_a_while("death", "undo_death"), 1),
    (lower, 3), (open_account, 4), (viewer_act("proxy"), 2), (viewer_act("app"), 2), (age_review, 3),
    (competence, 1), (move, 3), (bulk("first_load"), 1), (bulk("transfer"), 1), (closing, 3), (redirect, 2),
    (on_entry("remap"), 2), (flag_address, 2), (switch_off, 1), (change_proxy, 2), (keep_part, 4),
    (give_level, 2),
]  # fmt: skip
