"""The addresses of the practice's pages, below /staff/."""

from django.urls import path

from openrecord.staff.views import (
    find,
    hiding,
    many,
    patient,
    preview,
    queue,
    request_steps,
    requests,
    screen,
    start,
    wishes,
)

_ENTRY = "patients/<uuid:public_id>/entries/<uuid:entry_id>"

urlpatterns = [
    path("", start.start),
    path("sign-in", start.sign_in),
    path("sign-in/return", start.sign_in_return),
    path("find", find.find),
    path("queue", queue.queue),
    path("queue/decide", many.decide),
    path("queue/undo", many.undo),
    path("queue/<uuid:public_id>/<uuid:entry_id>", screen.item),
    path("patients/<uuid:public_id>", patient.patient),
    path("patients/<uuid:public_id>/wishes", wishes.wishes),
    path(_ENTRY, patient.entry),
    path(f"{_ENTRY}/hide", hiding.hide),
    path(f"{_ENTRY}/unhide", hiding.unhide),
    path("requests", requests.requests),
    path("requests/<uuid:public_id>/<uuid:request_id>", requests.one),
    path("requests/<uuid:public_id>/<uuid:request_id>/<slug:slug>", request_steps.step),
    path("patients/<uuid:public_id>/preview", preview.hub),
    path("patients/<uuid:public_id>/preview/<slug:slug>", preview.section),
    path("patients/<uuid:public_id>/preview/<slug:slug>/<uuid:entry_id>", preview.entry),
]
