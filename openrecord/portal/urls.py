"""The addresses of the patients' pages."""

from django.urls import path

from openrecord.portal.views import home, people, record, requests, start

urlpatterns = [
    path("", start.start),
    path("sign-in", start.sign_in),
    path("sign-in/return", start.sign_in_return),
    path("sign-out", start.sign_out),
    path("home", home.home),
    path("people", people.people),
    path("record/<slug:slug>", record.section),
    path("record/<slug:slug>/<uuid:public_id>", record.entry),
    path("requests", requests.requests),
    path("requests/new/<slug:slug>", requests.new),
    path("requests/<uuid:request_id>", requests.one),
    path("requests/<uuid:request_id>/withdraw", requests.withdraw),
]
