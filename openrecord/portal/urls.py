"""The addresses of the patients' pages."""

from django.urls import path

from openrecord.portal.views import home, people, record, start

urlpatterns = [
    path("", start.start),
    path("sign-in", start.sign_in),
    path("sign-in/return", start.sign_in_return),
    path("sign-out", start.sign_out),
    path("home", home.home),
    path("people", people.people),
    path("record/<slug:slug>", record.section),
    path("record/<slug:slug>/<uuid:public_id>", record.entry),
]
