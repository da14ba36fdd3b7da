"""Registrations and the window each organisation opens (R45, R46; decision-cases QUESTIONS 7-10)."""

from datetime import date, datetime

from openrecord.access.types import AccessFacts, Chunk, Reason
from openrecord.kit.london import midnight
from openrecord.registry.types import OdsCode, Registration


def begun(facts: AccessFacts, org: OdsCode, at: datetime) -> tuple[Registration, ...]:
    """The patient's registrations at `org` that have begun."""
    return tuple(r for r in facts.registrations if r.ods == org and midnight(r.start) <= at)


def _latest(facts: AccessFacts, org: OdsCode, at: datetime) -> Registration | None:
    """The registration at `org` that began last."""
    return max(begun(facts, org, at), key=lambda r: (r.start, _took_effect(r)), default=None)


def registered_since(facts: AccessFacts, org: OdsCode, at: datetime) -> datetime | None:
    """When the latest registration at `org` took effect; None where none has begun."""
    latest = _latest(facts, org, at)
    return None if latest is None else _took_effect(latest)


def _took_effect(registration: Registration) -> datetime:
    """When a registration began to count: at its midnight, or when it was entered if it was dated back."""
    midnight_of = midnight(registration.start)
    return midnight_of if registration.entered is None else max(midnight_of, registration.entered)


def was_registered(facts: AccessFacts, org: OdsCode, at: datetime, instant: datetime) -> bool:
    """Whether a registration at `org` that has begun by `at` held at `instant`."""
    return any(
        midnight(r.start) <= instant and (r.end is None or instant < midnight(r.end)) for r in begun(facts, org, at)
    )


def is_registered(facts: AccessFacts, org: OdsCode, at: datetime) -> bool:
    """Whether a registration at `org` holds at this instant."""
    return any(r.end is None or at < midnight(r.end) for r in begun(facts, org, at))


def window_start(facts: AccessFacts, org: OdsCode, at: datetime) -> date | None:
    """The day the window of `org` opens: the later of go-live and latest registration, or as overridden since.

    None where there is no policy or no go-live date; without a registration go-live alone counts.
    """
    policy = facts.policies.get(org)
    if policy is None or policy.go_live is None:
        return None
    latest = _latest(facts, org, at)
    override = (facts.window_starts or {}).get(org)
    if override is not None and (latest is None or override.set_at >= _took_effect(latest)):
        return override.start
    return policy.go_live if latest is None else max(policy.go_live, latest.start)


def organisation_reasons(facts: AccessFacts, org: OdsCode, at: datetime) -> frozenset[Reason]:
    """The codes of the organisation that hold for every entry it controls, sections apart."""
    reasons = set()
    if not begun(facts, org, at):
        reasons.add(Reason.NOT_REGISTERED)
    elif not is_registered(facts, org, at):
        reasons.add(Reason.DEDUCTED)
    policy = facts.policies.get(org)
    if policy is not None:
        if policy.go_live is None or at < midnight(policy.go_live):
            reasons.add(Reason.GO_LIVE_NOT_REACHED)
        if not policy.system_on:
            reasons.add(Reason.SYSTEM_OFF)
    return frozenset(reasons)


def live_chunks(facts: AccessFacts, org: OdsCode, at: datetime) -> tuple[Chunk, ...]:
    """The granted chunks of `org` that hold. A new registration there ends the grants made before it."""
    since = registered_since(facts, org, at)
    return tuple(
        c
        for c in facts.chunks
        if c.org == org and not c.withdrawn and c.granted <= at and (since is None or c.granted >= since)
    )


def registered_elsewhere_since(facts: AccessFacts, listed: OdsCode | None, since: datetime, at: datetime) -> bool:
    """Whether a registration at another organisation than `listed` took effect since then (ends a proxy for good)."""
    return any(r.ods != listed and since <= _took_effect(r) <= at for r in facts.registrations)
