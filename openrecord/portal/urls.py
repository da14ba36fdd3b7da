"""The addresses of the patients' pages."""

from django.urls import path

from openrecord.portal.views import (
    access,
    code,
    home,
    keeping,
    leaving,
    linked,
    lookers,
    people,
    record,
    requests,
    start,
)

urlpatterns = [
    path("", start.start),
    path("sign-in", start.sign_in),
    path("sign-in/return", start.sign_in_return),
    path("sign-out", start.sign_out),
    path("home", home.home),
    path("people", people.people),
    path("people/code", code.code),
    path("access", access.access),
    path("access/level", access.level),
    path("access/change", access.change),
    path("access/people", linked.people),
    path("access/apps", linked.apps),
    path("access/stop", linked.stop),
    path("access/kept", keeping.kept),
    path("access/kept/new", keeping.keep),
    path("access/looked", lookers.lookers),
    path("leave", leaving.leave),
    path("record/<slug:slug>", record.section),
    path("record/<slug:slug>/<uuid:public_id>", record.entry),
    path("requests", requests.requests),
    path("requests/new/<slug:slug>", requests.new),
    path("requests/<uuid:request_id>", requests.one),
    path("requests/<uuid:request_id>/withdraw", requests.withdraw),
]
