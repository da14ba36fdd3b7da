"""The addresses of the practice's pages, below /staff/."""

from django.urls import path

from openrecord.staff.views import find, hiding, patient, preview, proxies, start, wishes

_ENTRY = "patients/<uuid:public_id>/entries/<uuid:entry_id>"

urlpatterns = [
    path("", start.start),
    path("sign-in", start.sign_in),
    path("sign-in/return", start.sign_in_return),
    path("find", find.find),
    path("patients/<uuid:public_id>", patient.patient),
    path("patients/<uuid:public_id>/wishes", wishes.wishes),
    path("patients/<uuid:public_id>/people", proxies.people),
    path(_ENTRY, patient.entry),
    path(f"{_ENTRY}/hide", hiding.hide),
    path(f"{_ENTRY}/unhide", hiding.unhide),
    path("patients/<uuid:public_id>/preview", preview.hub),
    path("patients/<uuid:public_id>/preview/<slug:slug>", preview.section),
    path("patients/<uuid:public_id>/preview/<slug:slug>/<uuid:entry_id>", preview.entry),
]
