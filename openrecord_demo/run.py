"""`make demo`: the demonstration, from nothing to a page in the browser; Ctrl-C ends all of it, the data stays."""

import argparse
import signal
import sys
import time
from collections.abc import Sequence

from openrecord.kit import environment
from openrecord_demo.idp.types import Group
from openrecord_demo.services import Demo, DemoFailed, running

SHOWN_FIRST = 8


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until interrupted or until a part of it ends."""
    parser = argparse.ArgumentParser(prog="python -m openrecord_demo.run", description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="another one where it is taken (8000)")
    parser.add_argument("--patients", type=int, default=300, help="people of the synthetic England (300)")
    chosen = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with running(environment.data_folder(), port=chosen.port, patients=chosen.patients) as demo:
            _tell(demo)
            while all(child.poll() is None for child in demo.children):
                time.sleep(0.5)
            print("a part of the demo has ended", file=sys.stderr)
            return 1
    except KeyboardInterrupt:
        print("\nstopped; the data is kept", file=sys.stderr)
        return 0
    except DemoFailed as failed:
        print(f"demo: {failed}", file=sys.stderr)
        return 1


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _tell(demo: Demo) -> None:
    """Where to go and as whom."""
    print(f"\nOpenRecord, demonstration with made-up people (day {demo.built['as_of']})\n")
    print(f"  Patients         {demo.address}/")
    print(f"  Practice staff   {demo.address}/staff/")
    print(f"  FHIR API         {demo.address}/fhir/metadata\n")
    print("Sign in as any of these; the sign-in page offers all of them:\n")
    for group in Group:
        offered = [persona for persona in demo.personas if persona.group is group]
        print(f"  {group.value}")
        for persona in offered[:SHOWN_FIRST]:
            print(f"    {persona.name:<20} {persona.story}")
        if len(offered) > SHOWN_FIRST:
            print(f"    and {len(offered) - SHOWN_FIRST} more")
    data = demo.settings["OPENRECORD_DATA"]
    print("\nA token for the API:")
    print(f"  OPENRECORD_MODE=demo OPENRECORD_DATA={data} .venv/bin/openrecord demo token --persona amina-yusuf")
    print("\nCtrl-C stops everything; the data is kept.", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
