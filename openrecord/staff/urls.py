"""The addresses of the practice's pages, below /staff/."""

from django.urls import path

from openrecord.staff.views import (
    cards,
    decisions,
    find,
    hiding,
    home,
    many,
    patient,
    policy,
    practice,
    preview,
    proxies,
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
    path("home", home.home),
    path("practice", practice.practice),
    path("practice/change", policy.change),
    path("practice/proposals/<uuid:proposal_id>", policy.proposal),
    path("practice/readiness", practice.readiness),
    path("practice/readiness/<slug:slug>", practice.readiness_item),
    path("decisions", decisions.decisions),
    path("decisions/<uuid:public_id>/enhanced-review", decisions.enhanced_review),
    path("decisions/<uuid:public_id>/age-review/<uuid:viewer_id>", decisions.age_review),
    path("drift", decisions.drift),
    path("find", find.find),
    path("queue", queue.queue),
    path("queue/decide", many.decide),
    path("queue/undo", many.undo),
    path("queue/<uuid:public_id>/<uuid:entry_id>", screen.item),
    path("patients/<uuid:public_id>", patient.patient),
    path("patients/<uuid:public_id>/wishes", wishes.wishes),
    path("patients/<uuid:public_id>/people", proxies.people),
    path("patients/<uuid:public_id>/cards", cards.cards),
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
