"""The addresses of the practice's pages, below /staff/."""

from django.urls import path

from openrecord.staff.views import decisions, find, hiding, home, patient, policy, practice, preview, start

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
    path("patients/<uuid:public_id>", patient.patient),
    path(_ENTRY, patient.entry),
    path(f"{_ENTRY}/hide", hiding.hide),
    path(f"{_ENTRY}/unhide", hiding.unhide),
    path("patients/<uuid:public_id>/preview", preview.hub),
    path("patients/<uuid:public_id>/preview/<slug:slug>", preview.section),
    path("patients/<uuid:public_id>/preview/<slug:slug>/<uuid:entry_id>", preview.entry),
]
