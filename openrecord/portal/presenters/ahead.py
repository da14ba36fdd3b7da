"""What a page says ahead of a day on which somebody's access turns, and while it is suspended: never why (R26)."""

from datetime import datetime

from openrecord.access import queries as access
from openrecord.access.due import due_of
from openrecord.access.matters import Matter
from openrecord.access.rules.ahead import Turning, is_told, soon
from openrecord.access.rules.viewers import ADULT, is_not_carried_on, is_of_age, viewer_reasons
from openrecord.access.types import AccessFacts, Reason, Viewer, ViewerKind
from openrecord.portal.acting import Acting
from openrecord.web.text import gettext as _
from openrecord.web.words import day_in_words


def ahead(by: Acting | None, at: datetime) -> str:
    """What whoever reads this record is told on the pages on which people look first; empty where there is nothing."""
    if by is None:
        return ""
    return to_own(by, at) if by.viewing.kind is ViewerKind.SELF else to_proxy(by, at)


def to_proxy(by: Acting, at: datetime) -> str:
    """What whoever acts for somebody is told about their own access; empty where there is nothing to tell."""
    facts = access.facts(by.viewing.patient_id, at=at)
    viewer = facts.viewers.get(by.viewing.viewer_id)
    if viewer is None or facts.silence.proxies:
        return ""
    if Reason.PROXY_AGE_REVIEW in viewer_reasons(facts, viewer, at):
        return _suspended(facts, viewer, at)
    turn = soon(facts, viewer, viewer.listed_org, at)
    if turn is None:
        return ""
    day = {"day": day_in_words(turn.day)}
    if turn.what is Turning.REVIEW:
        return _("On %(day)s the surgery reviews your access. Until it has, you see nothing here.") % day
    return _("Your access ends on %(day)s. Ask the surgery if it should go on.") % day


def _suspended(facts: AccessFacts, proxy: Viewer, at: datetime) -> str:
    if is_of_age(facts, ADULT, at) or is_not_carried_on(facts, proxy):
        return _("Your access has ended. Ask the surgery if you have questions.")
    return _("Your access is being reviewed. Until the surgery has decided, you see nothing here.")


def to_own(by: Acting, at: datetime) -> str:
    """What a patient is told on their first page: that the access of somebody who acts for them turns; else empty."""
    patient_id = by.viewing.patient_id
    noted = due_of([patient_id]).get(patient_id, ())
    turning = [one.viewer for one in noted if one.matter is Matter.TURNS_SOON and one.viewer is not None]
    if not turning:
        return ""
    facts = access.facts(patient_id, at=at)
    viewer = facts.viewers.get(by.viewing.viewer_id)
    if viewer is None or not is_told(facts, viewer, turning, at):
        return ""
    return _("The access of somebody who acts for you is soon reviewed or ends.")


def to_patient(facts: AccessFacts, proxy: Viewer, at: datetime) -> str:
    """What patients are told about somebody who acts for them; empty where there is nothing to tell."""
    turn = None if facts.silence.patient else soon(facts, proxy, proxy.listed_org, at)
    if turn is None:
        return ""
    day = {"day": day_in_words(turn.day)}
    if turn.what is Turning.REVIEW:
        return _("On %(day)s your surgery reviews this access. Until it has, they see nothing.") % day
    if turn.what is Turning.SIXTEEN:
        return _("On %(day)s you are 16. Then this access ends, and you can see your record yourself.") % day
    return _("This access ends on %(day)s, unless your surgery renews it.") % day
