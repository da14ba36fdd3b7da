"""Which surface answers under which address. `/fhir` is mounted beside Django (config/wsgi.py)."""

from django.urls import URLPattern, URLResolver, include, path

from openrecord.staff import errors as staff_errors
from openrecord.staff.views import start
from openrecord.web import choosing, errors, language, shell, static_files

urlpatterns: list[URLPattern | URLResolver] = [
    path("static/<str:name>", static_files.serve),
    path("language/<str:code>", language.choose_language),
    path("display", choosing.choose),
    path("offline", shell.offline),
    path("service-worker.js", shell.worker),
    path("staff", start.start),
    path("staff/", include("openrecord.staff.urls")),
    path("", include("openrecord.portal.urls")),
]

handler400 = errors.bad_request
handler403 = staff_errors.forbidden
handler404 = staff_errors.not_found
handler500 = errors.server_error
