"""The one answer: which entries a viewer sees now, how, and if not, why (R69)."""

from dataclasses import replace
from typing import Any

import pytest

from openrecord.access.types import Closure, ProxyRule, Reason, Viewer
from openrecord.clinical.incoming import OwnContent
from openrecord.clinical.kinds import EntryKind, Level
from openrecord.registry.types import Policy
from openrecord.screening.rules.decide import decide
from openrecord.screening.types import EntryFacts, HideReason, Rendering, Stance
from tests.unit.rules.facts import LAWYER, ME, NOW, SON, A, entry, entry_id, patient, record

HIDDEN = Stance(hides=frozenset({HideReason.OTHER}))
FULL, CODED = Rendering.FULL, Rendering.CODED
Shown = dict[int, Rendering | set[Reason]]


def answers(*entries: EntryFacts, viewer: Viewer = ME, channel: str | None = None, **changes: Any) -> Shown:
    """By number of entry: how it is shown, or every reason why not."""
    named = {} if channel is None else {"channel": channel}
    verdicts = decide(patient(**changes), record(*entries), viewer, at=NOW, **named)
    for key, verdict in verdicts.items():
        assert verdict.entry_id == key
        assert verdict.visible is not bool(verdict.reasons)
        assert verdict.visible is (verdict.rendering is not None)
    numbers = {entry_id(number): number for number in range(1, 9)}
    return {numbers[key]: verdict.rendering or set(verdict.reasons) for key, verdict in verdicts.items()}


def container(number: int, own: OwnContent, kind: EntryKind = EntryKind.CONSULTATION, **changes: Any) -> EntryFacts:
    return entry(number, kind, own=own, **changes)


def inside(number: int, *outer: int, kind: EntryKind = EntryKind.OBSERVATION, **changes: Any) -> EntryFacts:
    return entry(number, kind, containers=tuple(entry_id(each) for each in outer), **changes)


def test_an_entry_shows_full_at_full_and_coded_below() -> None:
    """Domain 1.4."""
    assert answers(entry()) == {1: FULL}
    assert answers(entry(), policies={A: Policy(level=Level.DOCUMENTS)}) == {1: CODED}
    assert answers(entry(), viewer=replace(LAWYER, level=Level.DETAILED)) == {1: CODED}


def test_codes_of_placement_and_of_the_viewer_are_one_set() -> None:
    assert answers(entry(stance=HIDDEN), entry(2), died=True) == {
        1: {Reason.HIDDEN_OTHER, Reason.DECEASED},
        2: {Reason.DECEASED},
    }
    assert answers() == {}


def test_a_rule_about_proxies_is_asked_for_proxies_only() -> None:
    """PX-06."""
    kept = entry(stance=Stance(proxy_rule=ProxyRule(excluded=frozenset({SON.viewer_id}))))
    assert answers(kept, viewer=SON) == {1: {Reason.PROXY_EXCLUDED}}
    assert answers(kept, viewer=LAWYER) == {1: FULL}
    assert answers(kept) == {1: FULL}


def test_a_stopped_channel_is_closed_and_the_others_stay_open() -> None:
    """HP-06."""
    stop = (Closure("channel", "export"),)
    assert answers(entry(), channel="export", closures=stop) == {1: {Reason.CLOSED}}
    assert answers(entry(), channel="web", closures=stop) == {1: FULL}
    assert answers(entry(), closures=stop) == {1: FULL}
    assert answers(entry(), closures=(Closure("channel", ""),)) == {1: {Reason.CLOSED}}, "no channel named"


def test_a_group_with_a_hidden_member_shows_coded() -> None:
    """HC-05."""
    group = (container(1, OwnContent.CODED), inside(2, 1), inside(3, 1, stance=HIDDEN))
    assert answers(*group) == {1: CODED, 2: CODED, 3: {Reason.HIDDEN_OTHER}}


@pytest.mark.parametrize(
    ("own", "level", "shown"),
    [
        (OwnContent.CODED, Level.FULL, FULL),
        (OwnContent.CODED, Level.DETAILED, CODED),
        (OwnContent.TEXT, Level.FULL, FULL),
        (OwnContent.TEXT, Level.DETAILED, {Reason.EMPTY_CONTAINER}),
        (OwnContent.NONE, Level.FULL, {Reason.EMPTY_CONTAINER}),
    ],
)
def test_a_container_with_nothing_to_show_is_absent(
    own: OwnContent, level: Level, shown: Rendering | set[Reason]
) -> None:
    """Architecture, Containers; LV-06."""
    assert answers(container(1, own), policies={A: Policy(level=level)}) == {1: shown}


def test_only_containers_are_ever_empty() -> None:
    assert answers(entry(own=OwnContent.NONE)) == {1: FULL}


def test_a_visible_member_near_or_far_keeps_a_container_present() -> None:
    """LV-06."""
    far = (container(1, OwnContent.NONE), container(2, OwnContent.NONE, containers=(entry_id(1),)), inside(3, 2))
    assert answers(*far) == {1: FULL, 2: FULL, 3: FULL}


@pytest.mark.parametrize(
    "members",
    [
        pytest.param((), id="none"),
        pytest.param((inside(2, 1, stance=HIDDEN),), id="hidden (HC-07)"),
        pytest.param((inside(2, 1, kind=EntryKind.RESULT, filed=False),), id="unfiled"),
        pytest.param((container(2, OwnContent.NONE, containers=(entry_id(1),)),), id="empty itself"),
        pytest.param((entry(2),), id="elsewhere"),
    ],
)
def test_members_that_the_viewer_does_not_see_do_not_keep_it(members: tuple[EntryFacts, ...]) -> None:
    assert answers(container(1, OwnContent.NONE), *members)[1] == {Reason.EMPTY_CONTAINER}


def test_what_a_container_shows_depends_on_the_viewer() -> None:
    kept = Stance(proxy_rule=ProxyRule(everyone=True))
    group = (container(1, OwnContent.NONE), inside(2, 1, stance=kept))
    assert answers(*group) == {1: FULL, 2: FULL}
    assert answers(*group, viewer=SON) == {1: {Reason.EMPTY_CONTAINER}, 2: {Reason.PROXY_EXCLUDED}}


def test_an_empty_container_is_told_so_beside_every_other_reason() -> None:
    assert answers(container(1, OwnContent.NONE, stance=HIDDEN)) == {1: {Reason.HIDDEN_OTHER, Reason.EMPTY_CONTAINER}}


def test_a_container_of_text_whose_group_drops_it_is_empty() -> None:
    group = (container(1, OwnContent.TEXT), inside(2, 1, stance=HIDDEN))
    assert answers(*group)[1] == {Reason.EMPTY_CONTAINER}
