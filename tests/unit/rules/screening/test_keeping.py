"""From which proxies an entry is kept, against a slow and plain reading of what was said about parts of the record."""

from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from openrecord.access.types import Kept, ProxyRule, Reason, ViewerId
from openrecord.clinical.incoming import OwnContent
from openrecord.clinical.kinds import KIND_RULES, EntryKind, Section, slot_of
from openrecord.kit.london import day_of
from openrecord.screening.rules.decide import decide
from openrecord.screening.rules.keeping import as_text, proxy_rules
from openrecord.screening.types import EntryFacts, EntryId, Stance
from tests.unit.rules.facts import LAWYER, ME, NOW, SON, A, patient, record

DAYS = st.dates(date(2024, 1, 1), date(2024, 1, 20))
PROXIES = (SON.viewer_id, LAWYER.viewer_id)
RULES = st.one_of(
    st.just(ProxyRule(everyone=True)),
    st.builds(ProxyRule, excluded=st.frozensets(st.sampled_from(PROXIES))),
    st.just(ProxyRule(excluded=None)),
)
KINDS = st.sampled_from(
    [
        EntryKind.CONSULTATION,
        EntryKind.OBSERVATION,
        EntryKind.RESULT,
        EntryKind.REPORT,
        EntryKind.COMMENT,
        EntryKind.ISSUE,
    ]
)
CLINICAL = st.none() | st.datetimes(NOW.replace(month=1, day=1, tzinfo=None), NOW.replace(month=1, day=20, tzinfo=None))


@st.composite
def records(draw: st.DrawFn) -> dict[EntryId, EntryFacts]:
    """Up to seven entries, some inside others."""
    made: list[EntryFacts] = []
    for number in range(1, draw(st.integers(1, 7)) + 1):
        kind, clinical = draw(KINDS), draw(CLINICAL)
        inside = draw(st.none() | st.sampled_from(made)) if made else None
        made.append(
            EntryFacts(
                EntryId(UUID(int=100 + number).bytes),
                A,
                kind,
                slot_of(kind, None),
                known=NOW - timedelta(days=50),
                recorded=NOW - timedelta(days=50),
                clinical=None if clinical is None else clinical.replace(tzinfo=NOW.tzinfo),
                has_text=draw(st.booleans()),
                own=draw(st.sampled_from(OwnContent)),
                containers=() if inside is None else (inside.entry_id,),
                stance=Stance(proxy_rule=draw(st.just(ProxyRule()) | RULES)),
                public_id=UUID(int=900 + number),
            )
        )
    return record(*made)


@st.composite
def parts(draw: st.DrawFn) -> Kept:
    """One entry, or sections and days."""
    fixed = {"keep_id": draw(st.uuids()), "since": NOW, "rule": draw(RULES), "over": draw(st.booleans())}
    if draw(st.booleans()):
        return Kept(**fixed, entry=UUID(int=900 + draw(st.integers(1, 8))))
    sections = draw(st.none() | st.frozensets(st.sampled_from(Section), max_size=3))
    return Kept(**fixed, sections=sections, first=draw(st.none() | DAYS), last=draw(st.none() | DAYS))


def _inside(entries: dict[EntryId, EntryFacts], inner: EntryFacts, outer: EntryFacts) -> bool:
    return any(c == outer.entry_id or _inside(entries, entries[c], outer) for c in inner.containers)


def _of_one_group(entries: dict[EntryId, EntryFacts], one: EntryFacts, other: EntryFacts) -> bool:
    """Each entry here is in one container at most."""
    return _top(entries, one) is _top(entries, other)


def _top(entries: dict[EntryId, EntryFacts], entry: EntryFacts) -> EntryFacts:
    return _top(entries, entries[entry.containers[0]]) if entry.containers else entry


def _said_of(part: Kept, entry: EntryFacts) -> bool:
    if part.entry:
        return part.entry == entry.public_id
    in_section = part.sections is None or KIND_RULES[entry.kind].section in part.sections
    if entry.clinical is None:
        return in_section
    day = day_of(entry.clinical)
    return in_section and (part.first or day) <= day <= (part.last or day)


def _speaks(entry: EntryFacts) -> bool:
    return entry.has_text or entry.own is OwnContent.TEXT or entry.kind is EntryKind.COMMENT


def _is_kept(part: Kept, entries: dict[EntryId, EntryFacts], entry: EntryFacts) -> bool:
    named = [one for one in entries.values() if _said_of(part, one)]
    if part.entry:
        named += [
            one for one in entries.values() if _speaks(one) and any(_of_one_group(entries, one, n) for n in list(named))
        ]
    return entry in named or any(_inside(entries, entry, one) for one in named)


@given(records(), st.lists(parts(), max_size=3), st.sampled_from(PROXIES))
def test_what_is_kept_from_whom(entries: dict[EntryId, EntryFacts], kept: list[Kept], proxy: ViewerId) -> None:
    rules = proxy_rules(patient(kept=tuple(kept)), entries)
    for entry_id, entry in entries.items():
        expected = entry.stance.proxy_rule.keeps_out(proxy) or any(
            part.rule.keeps_out(proxy) for part in kept if not part.over and _is_kept(part, entries, entry)
        )
        assert rules[entry_id].keeps_out(proxy) == expected
        stored = as_text(rules[entry_id])
        assert (stored == "*" or proxy.hex in stored) == expected, "what the timeline joins is the same rule"


@given(records(), st.lists(parts(), max_size=3))
def test_only_proxies_are_kept_out(entries: dict[EntryId, EntryFacts], kept: list[Kept]) -> None:
    bare, facts = patient(), patient(kept=tuple(kept))
    assert decide(facts, entries, ME, at=NOW) == decide(bare, entries, ME, at=NOW)


@given(records(), parts())
def test_one_more_part_never_reveals(entries: dict[EntryId, EntryFacts], part: Kept) -> None:
    before = decide(patient(), entries, SON, at=NOW)
    after = decide(patient(kept=(part,)), entries, SON, at=NOW)
    for entry_id, verdict in after.items():
        assert before[entry_id].visible or not verdict.visible
        if Reason.PROXY_EXCLUDED in verdict.reasons - before[entry_id].reasons:
            assert not part.over
