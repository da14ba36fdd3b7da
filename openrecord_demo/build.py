"""`python -m openrecord_demo.build`: fills an empty database with the synthetic England, through the front doors.

Records are taken in as if they had arrived before anybody opened an account; what people did follows in the order it
happened; last the practices set their policies, and the rows move as they do for any practice that goes live.
"""

import argparse
import gzip
import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import django
from tqdm import tqdm

from openrecord.kit import clock
from openrecord.kit.london import day_of
from openrecord_demo import memory, people
from openrecord_demo.england.writing import MANIFEST, write

Json = dict[str, Any]
SEED = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Build the demo; a second time only what depends on the sign-in service's address."""
    parser = argparse.ArgumentParser(prog="python -m openrecord_demo.build", description=__doc__)
    parser.add_argument("--patients", type=int, default=300)
    parser.add_argument("--provider-port", type=int, required=True)
    parser.add_argument("--england", type=Path, help="keep the written files in this folder")
    chosen = parser.parse_args(arguments)
    django.setup()
    remembered = memory.load()
    if remembered is None:
        with TemporaryDirectory(prefix="england-") as made:
            _build(chosen.england or Path(made), chosen.patients, chosen.provider_port)
    return 0
