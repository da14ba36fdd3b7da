"""The addresses of the practice's pages, below /staff/."""

from django.urls import URLPattern, path

from openrecord.staff.views import (
    cards,
    decisions,
    files,
    find,
    glass,
    granting,
    hiding,
    home,
    keeping,
    many,
    patient,
    policy,
    practice,
    preview,
    preview_whole,
    proxies,
    queue,
    refused,
    request_steps,
    requests,
    screen,
    start,
    undelivered,
    wishes,
)

_ENTRY = "patients/<uuid:public_id>/entries/<uuid:entry_id>"
_FILE = "files/<uuid:file_id>"


def _previews(start: str) -> list[URLPattern]:
    """The addresses of a preview, as the patient or as somebody else."""
    entry = f"{start}/<slug:slug>/<uuid:entry_id>"
    return [
        path(start, preview.hub),
        path(f"{start}/timeline", preview_whole.timeline),
        path(f"{start}/on-its-way", preview_whole.awaited),
        path(f"{start}/search", preview_whole.search),
        path(f"{start}/search/clear", preview_whole.clear),
        path(f"{start}/<slug:slug>", preview.section),
        path(entry, preview.entry),
        path(f"{entry}/{_FILE}/document", files.preview_show),
        path(f"{entry}/{_FILE}/view", files.preview_view),
        path(f"{entry}/{_FILE}/save", files.preview_save),
    ]


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
    path("ahead", decisions.ahead),
    path("find", find.find),
    path("messages", undelivered.undelivered),
    path("documents/refused", refused.refused),
    path("queue", queue.queue),
    path("queue/decide", many.decide),
    path("queue/undo", many.undo),
    path("queue/<uuid:public_id>/<uuid:entry_id>", screen.item),
    path("patients/<uuid:public_id>", patient.patient),
    path("openings", glass.openings),
    path("openings/<uuid:opening_id>", glass.opening),
    path("patients/<uuid:public_id>/open", glass.break_glass),
    path("patients/<uuid:public_id>/restrict", glass.restrict),
    path("patients/<uuid:public_id>/came-restricted", patient.came_restricted),
    path("patients/<uuid:public_id>/wishes", wishes.wishes),
    path("patients/<uuid:public_id>/people", proxies.people),
    path("patients/<uuid:public_id>/cards", cards.cards),
    path("patients/<uuid:public_id>/people/told", proxies.told),
    path("patients/<uuid:public_id>/people/new", granting.new),
    path("patients/<uuid:public_id>/people/<uuid:viewer_id>/change", granting.change),
    path("patients/<uuid:public_id>/people/<uuid:viewer_id>/letter", granting.letter),
    path("patients/<uuid:public_id>/kept", keeping.kept),
    path("patients/<uuid:public_id>/kept/new", keeping.keep),
    path(_ENTRY, patient.entry),
    path(f"{_ENTRY}/{_FILE}/document", files.show),
    path(f"{_ENTRY}/{_FILE}/view", files.view),
    path(f"{_ENTRY}/{_FILE}/save", files.save),
    path(f"{_ENTRY}/hide", hiding.hide),
    path(f"{_ENTRY}/unhide", hiding.unhide),
    path("requests", requests.requests),
    path("requests/<uuid:public_id>/<uuid:request_id>", requests.one),
    path("requests/<uuid:public_id>/<uuid:request_id>/<slug:slug>", request_steps.step),
    *_previews("patients/<uuid:public_id>/preview/as/<uuid:viewer_id>"),
    *_previews("patients/<uuid:public_id>/preview"),
]
