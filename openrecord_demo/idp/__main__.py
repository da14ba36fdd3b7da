"""`python -m openrecord_demo.idp`: the provider by itself, for one client, until interrupted."""

import argparse
import signal
from collections.abc import Sequence
from pathlib import Path

from openrecord_demo.idp.personas import PERSONAS
from openrecord_demo.idp.provider import make_provider
from openrecord_demo.idp.serve import running
from openrecord_demo.idp.types import Client


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until the process is interrupted or told to end."""
    parser = argparse.ArgumentParser(prog="python -m openrecord_demo.idp", description=__doc__)
    parser.add_argument("--port", type=int, default=8009)
    parser.add_argument("--client", required=True, help="client id")
    parser.add_argument("--public-key", required=True, type=Path, help="the client's public key, PEM")
    parser.add_argument("--redirect-uri", required=True, action="append", help="return address; may be repeated")
    chosen = parser.parse_args(arguments)
    client = Client(chosen.client, frozenset(chosen.redirect_uri), chosen.public_key.read_text(encoding="ascii"))
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    with running(lambda issuer: make_provider(issuer, PERSONAS, [client]), port=chosen.port) as provider:
        print(f"OpenID provider with made-up people: {provider.issuer}", flush=True)
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


if __name__ == "__main__":
    main()
