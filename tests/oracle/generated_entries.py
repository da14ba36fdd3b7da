"""Random arrivals for generated cases: entries of every kind, alone, inside others, as units and copies."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from .world import CONTAINER_KINDS, KINDS

if TYPE_CHECKING:
    from .generator import Maker

Json = dict[str, Any]
COMMON = ("medication", "plan", "issue", "allergy", "consultation", "observation", "condition", "result", "report")
RARER = ("immunisation", "referral", "document", "document", "comment", "comment", "diary", "task")
KIND_DRAW = (*COMMON, *COMMON, *RARER)


class EntryMaker:
    """Makes one arrival after another for a case."""

    def __init__(self, maker: "Maker") -> None:
        self.maker = maker
        self.containers: list[str] = []
        self.awaited: list[str] = []

    def arrive(self) -> None:
        """One arrival: plain, a container awaited by a part, a copy, a coded one, or of an unknown kind."""
        m = self.maker
        roll = m.rng.random()
        if roll < 0.04 and self.awaited:
            self._add({"id": self.awaited.pop(), "kind": m.rng.choice(("consultation", "report"))})
        elif roll < 0.09:
            self._lab_pair()
        elif roll < 0.14:
            self._add({"id": m.name("u"), "kind": "wearable-trace"})
        elif roll < 0.18:
            self._key_collision()
        else:
            self._add(self.shape())

    def shape(self) -> Json:
        """A plausible entry without time of arrival."""
        m = self.maker
        shape: Json = {"id": m.name("e"), "kind": m.rng.choice(KIND_DRAW)}
        self._dates(shape)
        if m.chance(0.5):
            shape["text"] = True
        if KINDS[shape["kind"]][3] and m.chance(0.25):
            shape["filed"] = None if m.chance(0.05) else False
        if m.chance(0.06):
            shape["label"] = "NOPAT"
        elif m.chance(0.02) and KINDS[shape["kind"]][1] != "medications":
            shape["label"] = "ZZQ"
        self._rare(shape)
        self._place(shape)
        return shape

    def _dates(self, shape: Json) -> None:
        m = self.maker
        if m.chance(0.3):
            day = m.today() - timedelta(days=m.rng.choice((1, 20, 89, 90, 91, 200, 2000)))
            clinical = day.isoformat()
            shape["clinical"] = m.rng.choice((clinical, clinical, clinical[:7], clinical[:4], None))
        if m.chance(0.2):
            moment = m.now - timedelta(minutes=m.rng.choice((5, 3000, 90000, 900000)))
            text = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
            shape["recorded"] = m.rng.choice((text, text, text[:10], text[:7], text[:4], None))

    def _rare(self, shape: Json) -> None:
        m = self.maker
        if m.chance(0.03):
            shape["status"] = "draft"
        if m.chance(0.03):
            shape["mapper"] = "unsafe"
        if m.chance(0.05):
            proxies = sorted(n for n, v in m.viewers.items() if v["kind"] == "proxy")
            shape["proxy_rule"] = m.rng.choice(("all", "none", proxies[:1], "perhaps"))
        here = m.state.get("org", m.patient["registrations"][-1]["org"])
        shape["org"] = here if here != "N" else "A"
        if m.chance(0.1):
            shape["org"] = m.rng.choice(sorted(m.practices))
        if m.chance(0.1):
            shape["source_key"] = "gp|" + shape["id"]
        if shape["kind"] == "observation" and m.chance(0.3):
            shape["category"] = m.rng.choice(("vital-signs", "laboratory", "social-history"))
        reports = m.own_entries(kind="report", patient="P")
        if shape["kind"] == "report" and reports and m.chance(0.2):
            shape["replaces"] = m.rng.choice(reports)

    def _place(self, shape: Json) -> None:
        m = self.maker
        if shape["kind"] in CONTAINER_KINDS:
            if m.chance(0.5):
                shape["own"] = m.rng.choice(("none", "text", "coded"))
            if shape.get("own") == "text":
                shape["text"] = True
        if shape["kind"] in ("medication", "plan", "issue"):
            shape["unit"] = m.rng.choice(("u1", "u2", "u3", "u4"))
        inside = 0.8 if shape["kind"] in ("comment", "result") else 0.4
        if self.containers and m.chance(inside):
            shape["in"] = m.rng.choice(self.containers[-6:])
        elif m.chance(0.04):
            shape["in"] = m.name("later")
            self.awaited.append(shape["in"])

    def _lab_pair(self) -> None:
        m = self.maker
        number = m.name("R")
        key = {"report": number, "order": "O" + number, "test": "1", "specimen": "S" + number}
        org = m.state.get("org", "A")
        lab: Json = {"id": m.name("l"), "org": org, "kind": "result", "source": "lab", "lab_key": key}
        lab["filed"] = m.chance(0.3)
        other = {**key, "specimen": "S0"} if m.chance(0.3) else dict(key)
        copy: Json = {"id": m.name("g"), "org": org, "kind": "result", "lab_key": other, "filed": m.chance(0.7)}
        pair = [lab, copy]
        m.rng.shuffle(pair)
        for shape in pair:
            self._add(shape, copied=True)
            m.advance()

    def _key_collision(self) -> None:
        m = self.maker
        keyed = [e for e in m.own_entries(patient="P", wrong=False, copied=False) if m.entries[e]["key"]]
        if not keyed:
            self._add({"id": m.name("e"), "kind": "document", "source_key": "gp|" + m.name("k")})
            return
        first = m.rng.choice(keyed)
        m.entries[first]["wrong"] = True
        kind, key = m.entries[first]["kind"], m.entries[first]["key"]
        self._add({"id": m.name("z"), "kind": kind, "patient": "Z", "source_key": key})

    def _add(self, shape: Json, *, copied: bool = False) -> None:
        self.remember(shape, copied=copied)
        self.maker.do("arrive", **shape)

    def remember(self, shape: Json, *, copied: bool = False) -> None:
        """Keep what later acts must know about an entry."""
        if shape["kind"] in CONTAINER_KINDS and shape.get("patient", "P") == "P":
            self.containers.append(shape["id"])
        self.maker.entries[shape["id"]] = {
            "kind": shape["kind"],
            "patient": shape.get("patient", "P"),
            "hidden": False,
            "hold": None,
            "wrong": False,
            "copied": copied,
            "key": shape.get("source_key"),
            "labelled": shape.get("label") is not None,
            "v": 1,
        }
