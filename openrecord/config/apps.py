"""Start-up: the composition root puts the route into force."""

from django.apps import AppConfig


class Composition(AppConfig):
    """Loaded last, when every station is there."""

    name = "openrecord.config"
    label = "config"

    def ready(self) -> None:
        from openrecord.flow import route  # noqa: PLC0415

        route.connect()
