"""From which proxies an entry is kept: by a rule of its own, or by a part of the record that is kept from them.

A part passes down: what lies in a kept entry is kept too. Where one entry is kept, so is whatever in its group carries
words, because words may speak of it: a proxy finds no trace.
"""

from collections.abc import Mapping, Sequence

from openrecord.access.types import AccessFacts, Kept, ProxyRule
from openrecord.clinical.incoming import OwnContent
from openrecord.clinical.kinds import KIND_RULES, EntryKind
from openrecord.kit.london import day_of
from openrecord.screening.rules.groups import Groups
from openrecord.screening.types import EntryFacts, EntryId

_WORDS = frozenset({EntryKind.COMMENT, EntryKind.DOCUMENT})


def proxy_rules(facts: AccessFacts, entries: Mapping[EntryId, EntryFacts]) -> dict[EntryId, ProxyRule]:
    """The rule of every entry, all that keeps it from proxies taken together."""
    found = {entry_id: [entry.stance.proxy_rule] for entry_id, entry in entries.items()}
    live = [kept for kept in facts.kept if not kept.over]
    if live:
        groups = Groups(entries)
        for kept in live:
            for entry_id in _concerned(kept, entries, groups):
                found[entry_id].append(kept.rule)
    return {entry_id: _together(rules) for entry_id, rules in found.items()}


def as_text(rule: ProxyRule) -> str:
    """The rule as the timeline stores it: viewer ids in hexadecimal, "*" for all proxies, "" for none."""
    if rule.everyone or rule.excluded is None:
        return "*"
    return " ".join(sorted(viewer.hex for viewer in rule.excluded))


def _concerned(kept: Kept, entries: Mapping[EntryId, EntryFacts], groups: Groups) -> frozenset[EntryId]:
    """The entries that a part kept from proxies speaks of."""
    named = {entry_id for entry_id, entry in entries.items() if _is_part(kept, entry)}
    if kept.entry is not None:
        around = {member for entry_id in named for top in groups.tops(entry_id) for member in groups.members(top)}
        named |= {member for member in around if _carries_words(entries[member])}
    return frozenset(named | {entry_id for entry_id in entries if groups.ancestors(entry_id) & named})


def _carries_words(entry: EntryFacts) -> bool:
    return entry.has_text or entry.own is OwnContent.TEXT or entry.kind in _WORDS


def _is_part(kept: Kept, entry: EntryFacts) -> bool:
    """Whether the entry itself is in the part. Without a clinical date it is in every period: unknown is kept back."""
    if kept.entry is not None:
        return entry.public_id == kept.entry
    if kept.sections is not None and KIND_RULES[entry.kind].section not in kept.sections:
        return False
    if entry.clinical is None:
        return True
    day = day_of(entry.clinical)
    return (kept.first is None or day >= kept.first) and (kept.last is None or day <= kept.last)


def _together(rules: Sequence[ProxyRule]) -> ProxyRule:
    if len(rules) == 1:
        return rules[0]
    everyone = any(rule.everyone or rule.excluded is None for rule in rules)
    return ProxyRule(everyone, frozenset(viewer for rule in rules for viewer in rule.excluded or ()))
