"""Who works for the practice and what they may do: let in, given other roles, stopped; by a manager alone (R50)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from openrecord.identity import actions, providers
from openrecord.identity import queries as identity
from openrecord.identity.types import Kind, Role, StaffExists, StaffId, StaffMember, StopReason
from openrecord.kit import clock
from openrecord.staff.desk import Desk, actor_of, desk_of, page, role_in_words
from openrecord.staff.views.policy import PRACTICE
from openrecord.web.audience import Audience, audience
from openrecord.web.forms import Field, Option, Shape, chosen, filled, summary, too_long, with_errors
from openrecord.web.redirects import see_other
from openrecord.web.text import gettext as _
from openrecord.web.text import gettext_noop

MEMBERS, AUTHORITY = f"{PRACTICE}/staff", "staff:manage"
MAY: Mapping[Role, str] = {
    Role.READER: gettext_noop("Opens records of patients. Decides nothing."),
    Role.SCREENER: gettext_noop("Opens records, decides about entries that wait, records what patients wish."),
    Role.CLINICIAN: gettext_noop(
        "Also says that an entry would do serious harm, decides about access, lets people act for patients, "
        "restricts records."
    ),
    Role.MANAGER: gettext_noop(
        "Says what patients see, who works here and who acts for patients, checks who opened closed records. "
        "Opens no record without saying why."
    ),
    Role.IG_LEAD: gettext_noop(
        "Opens records, says what patients see, decides about access, restricts records, checks who opened them."
    ),
}
"""What each role is for. The rules are in desk.py and restricted/rules.py."""
REASONS: Mapping[StopReason, str] = {
    StopReason.LEFT: gettext_noop("They no longer work here"),
    StopReason.AWAY: gettext_noop("They are away for long"),
    StopReason.MISTAKE: gettext_noop("They were added by mistake"),
    StopReason.MISUSE: gettext_noop("Their access was misused"),
}


@dataclass(frozen=True, slots=True)
class MemberRow:
    """Somebody who works here. `href`: where a manager changes them, empty where nobody may."""

    name: str
    roles: str
    own: bool
    href: str


def _row(desk: Desk, member: StaffMember) -> MemberRow:
    own = member.staff_id == desk.member.staff_id
    roles = ", ".join(role_in_words(role) for role in Role if role in member.roles)
    changes = desk.may_manage_staff and not own
    return MemberRow(member.name, roles, own, f"{MEMBERS}/{member.staff_id}" if changes else "")


@audience(Audience.STAFF)
@require_safe
def members(request: HttpRequest) -> HttpResponse:
    """Everybody who may sign in for the practice, by name."""
    desk = desk_of(request)
    if not desk.may_govern:
        raise PermissionDenied
    context = {
        "title": _("Who works here"),
        "rows": [_row(desk, member) for member in identity.staff_of(desk.ods)],
        "new_href": f"{MEMBERS}/new" if desk.may_manage_staff else "",
        "done": request.GET.get("done", ""),
    }
    return page(request, "staff/members.html", desk, context)


def _desk_that_manages(request: HttpRequest) -> Desk:
    desk = desk_of(request)
    if not desk.may_manage_staff:
        raise PermissionDenied
    return desk


def _colleague(desk: Desk, staff_id: UUID) -> StaffMember:
    """Somebody else who works here. Raises Http404; nobody changes themselves: PermissionDenied."""
    found = identity.staff_member(StaffId(staff_id))
    if found is None or found.organisation != desk.ods:
        raise Http404
    if found.staff_id == desk.member.staff_id:
        raise PermissionDenied
    return found


def _roles_field(held: frozenset[Role] = frozenset()) -> Field:
    options = tuple(Option(role.value, role_in_words(role).capitalize(), _(words)) for role, words in MAY.items())
    typed = tuple(role.value for role in Role if role in held)
    hint = _("Only what they need for their work.")
    return Field("roles", _("What may they do?"), Shape.SOME_OF, hint=hint, options=options, typed=typed)


def _without_role(field: Field) -> dict[str, str]:
    return {} if chosen(field) else {"roles": _("Choose what they may do")}


@audience(Audience.STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Let somebody sign in for the practice."""
    desk = _desk_that_manages(request)
    name_hint = _("Their own name. An account is one person's and is never shared.")
    account_hint = _("The number by which the sign-in service knows them. It is not the number printed on a card.")
    fields: tuple[Field, ...] = (
        Field("name", _("Name"), Shape.LINE, hint=name_hint),
        Field("account", _("Their account at the sign-in service"), Shape.LINE, hint=account_hint),
        _roles_field(),
    )
    if request.method == "POST":
        fields = filled(fields, request)
        errors = _mistakes(fields) or _add(request, desk, fields)
        if not errors:
            return see_other(f"{MEMBERS}?done=added")
        fields = with_errors(fields, errors)
    return _form(request, desk, {"title": _("Let somebody work here"), "here": f"{MEMBERS}/new", "fields": fields})


def _mistakes(fields: tuple[Field, ...]) -> dict[str, str]:
    name, account, roles = fields
    missing = {} if name.value else {"name": _("Enter their name")}
    missing |= {} if account.value else {"account": _("Enter the number of their account")}
    return missing | too_long(fields) | _without_role(roles)


def _add(request: HttpRequest, desk: Desk, fields: tuple[Field, ...]) -> dict[str, str]:
    """What stands in the way; nothing where they were added. Whose an account is elsewhere is not told."""
    issuer = providers.issuer(Kind.STAFF)
    if issuer is None:
        return {"account": _("Signing in for staff is not set up on this service yet.")}
    name, account, roles = fields[0].value, fields[1].value, frozenset(Role(value) for value in chosen(fields[2]))
    by, at = actor_of(request, desk, AUTHORITY), clock.now()
    try:
        actions.add_staff(issuer=issuer, subject=account, name=name, organisation=desk.ods, roles=roles, by=by, at=at)
    except StaffExists:
        known = identity.staff_with_account(issuer, account)
        if known is not None and (known.organisation, known.name, known.roles) == (desk.ods, name, roles):
            return {}  # pressed twice
        return {"account": _("This account cannot be added. Check the number, and whether they stand in the list.")}
    return {}


@audience(Audience.STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def member(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    """Give somebody other roles; they count at the next page that they open."""
    desk = _desk_that_manages(request)
    found = _colleague(desk, staff_id)
    fields: tuple[Field, ...] = (_roles_field(found.roles),)
    if request.method == "POST":
        fields = filled(fields, request)
        errors = _without_role(fields[0])
        if not errors:
            roles = [Role(value) for value in chosen(fields[0])]
            by = actor_of(request, desk, AUTHORITY)
            actions.change_roles(staff_id=found.staff_id, roles=roles, by=by, at=clock.now())
            return see_other(f"{MEMBERS}?done=changed")
        fields = with_errors(fields, errors)
    here = f"{MEMBERS}/{staff_id}"
    return _form(request, desk, {"title": found.name, "here": here, "fields": fields, "end_href": f"{here}/end"})


@audience(Audience.STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    """End somebody's access, with the reason: they are signed out at once."""
    desk = _desk_that_manages(request)
    found = _colleague(desk, staff_id)
    options = tuple(Option(reason.value, _(words)) for reason, words in REASONS.items())
    fields: tuple[Field, ...] = (Field("reason", _("Reason"), Shape.ONE_OF, options=options),)
    if request.method == "POST":
        fields = filled(fields, request)
        reason = next((one for one in StopReason if one.value == fields[0].value), None)
        if reason is not None:
            by = actor_of(request, desk, AUTHORITY)
            actions.stop_staff(staff_id=found.staff_id, reason=reason.value, by=by, at=clock.now())
            return see_other(f"{MEMBERS}?done=ended")
        fields = with_errors(fields, {"reason": _("Choose a reason")})
    title = _("End the access of %(name)s?") % {"name": found.name}
    return _form(request, desk, {"title": title, "here": f"{MEMBERS}/{staff_id}/end", "fields": fields, "ends": True})


def _form(request: HttpRequest, desk: Desk, told: Mapping[str, Any]) -> HttpResponse:
    context = {"ends": False, "end_href": "", **told, "errors": summary(told["fields"])}
    return page(request, "staff/member.html", desk, context)
