"""Django settings, from the environment only (docs/settings.md)."""

import importlib.util
from pathlib import Path

from openrecord.db import address, keys, planning
from openrecord.gateways.openid.settings import is_safe
from openrecord.kit import environment
from openrecord.web import callers

MODE = environment.mode()
DATA = environment.data_folder()

if MODE == "production" and importlib.util.find_spec("openrecord_demo") is not None:
    raise environment.MissingSetting(
        "openrecord_demo can be imported here: production must be installed without the demo package"
    )

SECRET_KEY = keys.derived("django").hex()
DEBUG = False
ALLOWED_HOSTS = [host.strip() for host in environment.required("OPENRECORD_HOSTS").split(",") if host.strip()]
PUBLIC_URL = environment.required("OPENRECORD_PUBLIC_URL").rstrip("/")
if MODE == "production" and not is_safe(PUBLIC_URL, PUBLIC_URL):
    raise environment.MissingSetting("OPENRECORD_PUBLIC_URL must be https:// (http:// only for this machine)")
try:
    PROXIES = callers.proxies(environment.value("OPENRECORD_PROXIES") or "")
except ValueError:
    raise environment.MissingSetting(
        "OPENRECORD_PROXIES must name addresses or networks, like 127.0.0.1,10.0.0.0/8"
    ) from None
CARD_ISSUER = environment.value("OPENRECORD_CARD_ISSUER")
if CARD_ISSUER is not None and not is_safe(CARD_ISSUER, CARD_ISSUER):
    raise environment.MissingSetting("OPENRECORD_CARD_ISSUER must be https:// (http:// only for this machine)")
LEAVE_TO = environment.value("OPENRECORD_LEAVE_TO")
if LEAVE_TO is not None and not LEAVE_TO.startswith("https://"):
    raise environment.MissingSetting("OPENRECORD_LEAVE_TO must be an https:// address")
ROOT_URLCONF = "openrecord.config.urls"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English"), ("cy", "Cymraeg")]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = False

BASE = Path(__file__).resolve().parent.parent
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "NAME": "jinja2",
        "DIRS": [BASE / "web" / "templates", BASE / "portal" / "templates", BASE / "staff" / "templates"],
        "OPTIONS": {"environment": "openrecord.web.jinja.make_environment"},
    }
]
MIDDLEWARE = [
    "openrecord.web.middleware.DoorMiddleware",
    "openrecord.web.middleware.SignedInMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "openrecord.web.middleware.GateMiddleware",
]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"nowhere": {"class": "logging.NullHandler"}},
    "loggers": {"django": {"handlers": ["nowhere"], "propagate": False}},
}
"""What Django would log names addresses, which hold ids; `web.errors` says what kind of failure there was."""

SIGNED_IN_READER = "openrecord.config.sessions.signed_in"
CSRF_FAILURE_VIEW = "openrecord.web.errors.csrf_failure"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_AGE = None  # gone with the browser, as all that tells that somebody was here
CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https://")
CSRF_COOKIE_NAME = "__Host-csrftoken" if CSRF_COOKIE_SECURE else "csrftoken"

INSTALLED_APPS = [
    "openrecord.db",
    "openrecord.audit",
    "openrecord.registry",
    "openrecord.identity",
    "openrecord.restricted",
    "openrecord.access",
    "openrecord.caseload",
    "openrecord.cards",
    "openrecord.attachments",
    "openrecord.ingest",
    "openrecord.screening",
    "openrecord.timeline",
    "openrecord.notify",
    "openrecord.viewing",
    "openrecord.taking",
    "openrecord.config",
]


def _database() -> dict[str, object]:
    url = environment.value("OPENRECORD_DATABASE_URL")
    if url is None:
        return {
            "ENGINE": "openrecord.db.sqlcipher",
            "NAME": str(DATA / "openrecord.db"),
            "OPTIONS": {"key": keys.derived("database"), "timeout": 30},
            "CONN_MAX_AGE": None,
            "TEST": {"NAME": str(DATA / "test.db")},
        }
    try:
        there = address.parsed(url)
    except ValueError as error:
        raise environment.MissingSetting(f"OPENRECORD_DATABASE_URL {error}") from None
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": there.name,
        "USER": there.user,
        "PASSWORD": there.password,
        "HOST": there.host,
        "PORT": there.port,
        "CONN_MAX_AGE": None,
        "OPTIONS": {"prepare_threshold": 2, "options": planning.OPTIONS, **there.options},
    }


DATABASES = {"default": _database()}
