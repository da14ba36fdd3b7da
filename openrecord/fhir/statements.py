"""The SQL of the hot path: token, Sight, data and (on PostgreSQL) the audit row in one statement.

What a Sight lets through is said in timeline.queries alone; here those conditions are only put together. Placeholders
are %(name)s. A result is one head row (absent: no live token), then the entries, newest first.
"""

from functools import lru_cache

from openrecord.access.queries import NO_CLIENT
from openrecord.audit.reads_table import read_insert_sql
from openrecord.audit.types import OWN_RECORD, ActorKind
from openrecord.fhir.types import CHANNEL
from openrecord.timeline.queries import BODY, CURRENT_SIGHT, may_see, shows_itself

ACTORS = {
    (True, False): (ActorKind.APP, "app", "app:patient"),
    (True, True): (ActorKind.APP, "app", "app:proxy"),
    (False, False): (ActorKind.PERSON, "patient", OWN_RECORD),
    (False, True): (ActorKind.PERSON, "proxy", "proxy"),
}
"""(through an app, for a proxy) → kind, role and authority of the actor in the trail."""

AT_CEILING, IS_PROXY, PATIENT_ASKED = 1, 2, 4
FLAG_BITS = 3
"""The head row's third column is the token's slots, shifted, and these flags: as many columns as an entry has."""

_HOLDS = {"postgresql": "strpos(t.codes, {part}) > 0", "sqlite": "instr(t.codes, {part}) > 0"}
"""Not LIKE: on SQLite that takes capitals and small letters for the same."""

_PATTERN = {"postgresql": "encode(s.viewer_id, 'hex')", "sqlite": "lower(hex(s.viewer_id))"}


def _sight(vendor: str) -> str:
    """The token, and every row of its reader's valid and current Sight, narrowed to what the token's scopes open."""
    return (
        "WITH token AS MATERIALIZED (SELECT patient_id, patient, viewer_id, client_id, scopes, slots "
        "FROM access_live_token WHERE hash = %(hash)s AND NOT revoked AND expires > %(at)s), "
        "sight AS MATERIALIZED (SELECT s.tranche, s.coded & k.slots AS coded, s.full_text, s.is_proxy, "
        f"s.at_ceiling, s.fingerprint, '%%' || {_PATTERN[vendor]} || '%%' AS pattern "
        f"FROM token k CROSS JOIN {CURRENT_SIGHT} "
        "WHERE s.patient_id = k.patient_id AND s.viewer_id = k.viewer_id AND s.client_id = k.client_id "
        f"AND s.channel = '{CHANNEL}' AND s.valid_until > %(at)s)"
    )


def _seen(entry: str, sight: str) -> str:
    return may_see(entry, sight).replace("%s", f"{sight}.pattern")


_INHABITED = (
    "EXISTS (SELECT 1 FROM timeline_member x JOIN timeline_entry m ON m.patient_id = x.patient_id AND m.id = x.member "
    "JOIN sight ms ON ms.tranche = m.tranche WHERE x.patient_id = t.patient_id AND x.container = t.id "
    f"AND {_seen('m', 'ms')} AND {shows_itself('m', 'ms')})"
)
_OPEN = (
    "FROM timeline_entry t CROSS JOIN sight s WHERE t.patient_id = (SELECT patient_id FROM token) "
    f"AND s.tranche = t.tranche AND {_seen('t', 's')} AND ({shows_itself('t', 's')} OR {_INHABITED})"
)
_ENTRY = f"SELECT t.public_id, t.revised, t.sort, {BODY} AS body, t.refs {_OPEN} AND t.fhir_type = %(type)s"
_NEWEST_FIRST = "ORDER BY t.sort DESC, t.public_id DESC LIMIT {limit}"
_IS_PATIENT_ASKED = "(k.patient = %(patient)s)"
_OUT_OF_SCOPE = "WHEN (k.slots & CAST(%(covering)s AS bigint)) = 0 THEN 'insufficient_scope'"
_HEAD = (
    f"SELECT k.viewer_id, k.patient_id, (k.slots << {FLAG_BITS}) "
    f"+ CASE WHEN h.at_ceiling THEN {AT_CEILING} ELSE 0 END + CASE WHEN h.is_proxy THEN {IS_PROXY} ELSE 0 END "
    f"+ CASE WHEN {{asked}} THEN {PATIENT_ASKED} ELSE 0 END, k.client_id, h.fingerprint "
    "FROM token k LEFT JOIN sight h ON h.tranche = 0"
)


def _marks(count: int) -> str:
    return ", ".join(f"%(id{number})s" for number in range(count))


@lru_cache(maxsize=512)
def search(
    vendor: str,
    *,
    for_patient: bool,
    ids: int | None,
    is_dated: bool,
    is_updated: bool,
    codes: tuple[int, ...],
    limit: int,
) -> str:
    """A page of a search. `ids`: how many ids are asked for, None = any. `codes`: how many parts each group has.

    The limit is no parameter: without knowing it SQLite takes three times as long.
    """
    conditions = [
        "((CAST(%(slots)s AS bigint) >> t.slot) & 1) = 1",
        "(t.sort, t.public_id) < (CAST(%(sort)s AS bigint), %(after)s)",
    ]
    if for_patient:
        conditions.append("EXISTS (SELECT 1 FROM token k WHERE k.patient = %(patient)s)")
    if ids is not None:
        conditions.append(f"t.public_id IN ({_marks(ids)})" if ids else "1 = 0")
    if is_dated:
        conditions.append("t.has_date AND t.sort >= CAST(%(since)s AS bigint)")
    if is_updated:
        conditions.append("t.placed_at >= CAST(%(updated)s AS bigint) AND t.placed_at < CAST(%(outdated)s AS bigint)")
    for group, count in enumerate(codes):
        parts = (_HOLDS[vendor].format(part=f"%(code{group}_{number})s") for number in range(count))
        conditions.append(f"({' OR '.join(parts)})")
    page = f"{_ENTRY} AND {' AND '.join(conditions)} {_NEWEST_FIRST.format(limit=limit)}"
    asked = _IS_PATIENT_ASKED if for_patient else "1 = 1"
    other = f"WHEN NOT {_IS_PATIENT_ASKED} THEN 'other_patient' " if for_patient else ""
    return _whole(vendor, page, asked, f"{_OUT_OF_SCOPE} {other}")


@lru_cache(maxsize=2)
def entry(vendor: str) -> str:
    """One entry by its public id."""
    unseen = f"{_OUT_OF_SCOPE} WHEN NOT EXISTS (SELECT 1 FROM page) THEN 'not_found' "
    return _whole(vendor, f"{_ENTRY} AND t.public_id = %(entry)s", "1 = 1", unseen)


@lru_cache(maxsize=2)
def holder(vendor: str) -> str:
    """Whom a token reads for and what its scopes say; nothing is recorded."""
    return (
        f"{_sight(vendor)} SELECT k.viewer_id, k.client_id, k.patient_id, k.patient, k.scopes, "
        "CASE WHEN h.is_proxy THEN 1 ELSE 0 END FROM token k LEFT JOIN sight h ON h.tranche = 0"
    )


@lru_cache(maxsize=512)
def named(vendor: str, count: int) -> str:
    """Of `count` public ids, which entries the reader may see."""
    return f"{_sight(vendor)} SELECT t.fhir_type, t.public_id {_OPEN} AND t.public_id IN ({_marks(count)})"


def _whole(vendor: str, page: str, asked: str, refused: str) -> str:
    recorded = f", audit AS ({_audit(refused)})" if vendor == "postgresql" else ""
    entries = "SELECT public_id, revised, sort, body, refs FROM page"
    return f"{_sight(vendor)}, page AS ({page}){recorded} {_HEAD.format(asked=asked)} UNION ALL {entries}"


def _audit(refused: str) -> str:
    """The INSERT into the trail; it records nothing where there is no token or no current Sight."""
    app = f"(k.client_id <> '\\x{NO_CLIENT.hex}'::bytea)"
    given = {
        "patient_id": "k.patient_id",
        "actor_kind": _told(app, [(key, kind.value) for key, (kind, _, _) in ACTORS.items()]),
        "actor": f"encode(CASE WHEN {app} THEN k.client_id ELSE k.viewer_id END, 'hex')::uuid::text",
        "role": _told(app, [(key, role) for key, (_, role, _) in ACTORS.items()]),
        "authority": _told(app, [(key, authority) for key, (_, _, authority) in ACTORS.items()]),
        "organisation": "NULL",
        "device": "NULL",
        "session": "NULL",
        "channel": f"'{CHANNEL}'",
        "viewer": "encode(k.viewer_id, 'hex')::uuid",
        "client": f"CASE WHEN {app} THEN encode(k.client_id, 'hex')::uuid END",
        "refused": f"CASE {refused} ELSE '' END",
        "sight": "h.fingerprint",
        "served": (
            "coalesce((SELECT string_agg(x.public_id, ''::bytea) FROM (SELECT public_id FROM page "
            "ORDER BY sort DESC, public_id DESC LIMIT %(count)s) x), ''::bytea)"
        ),
    }
    return read_insert_sql(given=given, from_="token k JOIN sight h ON h.tranche = 0")


def _told(app: str, words: list[tuple[tuple[bool, bool], str]]) -> str:
    """SQL that picks the word for (through an app, for a proxy)."""
    cases = (
        f"WHEN {app} = {str(by_app).lower()} AND h.is_proxy = {str(is_proxy).lower()} THEN '{word}'"
        for (by_app, is_proxy), word in words
    )
    return f"CASE {' '.join(cases)} END"
