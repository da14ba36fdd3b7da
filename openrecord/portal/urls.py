"""The addresses of the patients' pages."""

from django.urls import path

from openrecord.portal.views import (
    access,
    covid,
    home,
    leaving,
    linked,
    lookers,
    people,
    published,
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
    path("access", access.access),
    path("access/level", access.level),
    path("access/change", access.change),
    path("access/people", linked.people),
    path("access/apps", linked.apps),
    path("access/looked", lookers.lookers),
    path("leave", leaving.leave),
    path("record/<slug:slug>", record.section),
    path("record/<slug:slug>/<uuid:public_id>", record.entry),
    path("covid", covid.doses),
    path("covid/cards", covid.make),
    path("covid/cards/<uuid:card_id>", covid.card),
    path("covid/cards/<uuid:card_id>/file", covid.file),
    path("covid/cards/<uuid:card_id>/pdf", covid.print_out),
    path("covid/cards/<uuid:card_id>/withdraw", covid.withdraw),
    path("check-card", published.check),
    path(".well-known/jwks.json", published.keys),
    path(".well-known/crl/<str:kid>.json", published.revoked),
    path("requests", requests.requests),
    path("requests/new/<slug:slug>", requests.new),
    path("requests/<uuid:request_id>", requests.one),
    path("requests/<uuid:request_id>/withdraw", requests.withdraw),
]
