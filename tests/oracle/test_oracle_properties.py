"""Properties that any reading of the release decision must have, checked on the oracle over random cases."""

import copy
from functools import cache
from typing import Any

import pytest

from .acts import ACTS
from .generator import last_moment, random_case
from .oracle import Answer, Oracle
from .world import LEVELS

SEEDS = range(5)
EVERY_SEED = range(30)
TIME_CODES = {"before_window", "recorded_missing", "back_record", "transferred", "first_load"}
CODES = {
    "unfiled", "draft", "not_for_patient_label", "never_code", "hidden_serious_harm", "hidden_third_party",
    "hidden_other", "held_until", "held_contact", "undecided", "policy_never", "entered_in_error", "superseded",
    "unsafe_mapper", "wrong_person", "copy_unresolved", "unknown_input", "diary", "administrative",
    "container_hidden", "container_unknown", "unit_hidden", "member_hidden_text", "empty_container",
    "not_registered", "deducted", "go_live_not_reached", "system_off", "section_off", "closed", "level",
    "enhanced_review", "declined", "paused", "lowered", "under_16", "deceased", "proxy_scope", "proxy_excluded",
    "proxy_expired", "proxy_revoked", "proxy_moved", "proxy_age_review", "address_flagged", "scope",
    "token_revoked", *TIME_CODES,
}  # fmt: skip

Json = dict[str, Any]


@cache
def _case(seed: int) -> Json:
    return random_case(seed, entries=35, acts=45)


def _asked(case: Json) -> list[tuple[Json, Answer]]:
    oracle = Oracle(case)
    found = []
    for step in case["steps"]:
        if "do" in step:
            oracle.act(step)
        else:
            found.append((step, oracle.answer(step["at"], step["ask"], step["channel"])))
    return found


@cache
def _answers(seed: int) -> list[tuple[Json, Answer]]:
    return _asked(_case(seed))


def _at_level(case: Json, level: str) -> Json:
    changed = copy.deepcopy(case)
    for policy in changed["practices"].values():
        if policy is not None:
            policy["level"] = level
    changed["steps"] = [s for s in changed["steps"] if not (s.get("do") == "set_policy" and "level" in s)]
    return changed


def test_equal_seeds_make_equal_cases() -> None:
    assert random_case(7) == random_case(7)
    assert random_case(7) != random_case(8)


def test_every_act_and_every_code_occurs() -> None:
    acts, codes, seen = set(), set(), 0
    for seed in EVERY_SEED:
        acts |= {step["do"] for step in _case(seed)["steps"] if "do" in step}
        for _, answer in _answers(seed):
            codes |= set().union(*answer.hidden.values())
            seen += len(answer.see)
    assert codes == CODES
    assert acts == set(ACTS)
    assert seen > 800


@pytest.mark.parametrize("seed", SEEDS)
def test_every_entry_is_either_seen_or_explained(seed: int) -> None:
    for _, answer in _answers(seed):
        assert not set(answer.see) & set(answer.hidden)
        assert all(answer.hidden.values())
        assert set(answer.as_) == set(answer.version) == set(answer.see)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_replay_that_goes_on_answers_as_a_fresh_one(seed: int) -> None:
    case = _case(seed)
    fresh = Oracle(case)
    for step in case["steps"]:
        if "do" in step:
            fresh.act(step)
    for step, answer in reversed(_answers(seed)):
        later = [s for s in case["steps"] if s["at"] == step["at"]]
        if len(later) == 1:
            assert fresh.answer(step["at"], step["ask"], step["channel"]) == answer


@pytest.mark.parametrize("seed", SEEDS)
def test_a_higher_level_shows_no_less(seed: int) -> None:
    before: list[set[str]] | None = None
    for level in LEVELS:
        seen = [set(answer.see) for _, answer in _asked(_at_level(_case(seed), level))]
        assert before is None or all(low <= high for low, high in zip(before, seen, strict=True))
        before = seen


@pytest.mark.parametrize("seed", SEEDS)
def test_another_hide_reveals_nothing(seed: int) -> None:
    case = _case(seed)
    at = last_moment(case)
    plain = Oracle(case)
    for step in case["steps"]:
        if "do" in step:
            plain.act(step)
    viewers = sorted({step["ask"] for step in case["steps"] if "ask" in step})
    before = {viewer: plain.answer(at, viewer) for viewer in viewers}
    entries = [step["id"] for step in case["steps"] if step.get("do") == "arrive"]
    for entry in entries[::9]:
        hiding = Oracle(case)
        for step in plain.steps:
            hiding.act(step)
        hiding.act({"at": case["steps"][-1]["at"], "do": "hide", "entry": entry, "reason": "other", "by": "drK"})
        for viewer in viewers:
            after = hiding.answer(at, viewer)
            assert set(after.see) <= set(before[viewer].see) - {entry}
            assert all(before[viewer].as_[e] == "full" for e, shown in after.as_.items() if shown == "full")


@pytest.mark.parametrize("seed", EVERY_SEED)
def test_a_proxy_by_consent_sees_no_more_than_the_patient(seed: int) -> None:
    case = copy.deepcopy(_case(seed))
    case["patient"]["born"] = "1980-05-10"
    case["viewers"]["pat"]["account"] = "2023-01-01"
    case["viewers"]["son"] = {"kind": "proxy", "basis": "consent"}
    case["steps"] = [s for s in case["steps"] if s.get("code") != "104" and s.get("do") != "open_account"]
    oracle = Oracle(case)
    for step in case["steps"]:
        if "do" in step:
            for_all = {**step, "for": ["pat", "son"]} if step["do"] == "grant_history" else step
            oracle.act(for_all)
        else:
            patient, son = (oracle.answer(step["at"], viewer) for viewer in ("pat", "son"))
            assert set(son.see) <= set(patient.see)


def _filed_ever(case: Json) -> set[str]:
    """Entries of kinds that need filing of which somebody, somewhere, said that they are filed."""
    filed: set[str] = set()
    keys: dict[str, str] = {}
    for step in case["steps"]:
        name = step.get("id") or step.get("entry") or ""
        for shape in (step, *step.get("entries", [])):
            if shape.get("id") and shape.get("filed", True) is True:
                filed.add(shape["id"])
        keys[name] = (step.get("lab_key") or {}).get("report", keys.get(name, name))
        if step.get("do") == "file" or (step.get("do") == "version" and step.get("filed") is True):
            filed.add(name)
        if step.get("do") == "redirect" and name in filed:
            filed.add(step["as"])
    reports = {keys.get(name, name) for name in filed}
    return filed | {name for name, report in keys.items() if report in reports}


@pytest.mark.parametrize("seed", EVERY_SEED)
def test_what_nobody_filed_is_never_visible(seed: int) -> None:
    case = _case(seed)
    kinds = {s["id"]: s.get("kind") for step in case["steps"] for s in (step, *step.get("entries", [])) if "id" in s}
    kinds |= {step["as"]: kinds[step["entry"]] for step in case["steps"] if step.get("do") == "redirect"}
    unfiled = {name for name, kind in kinds.items() if kind in ("result", "report", "document")} - _filed_ever(case)
    for _, answer in _answers(seed):
        assert not unfiled & set(answer.see)
