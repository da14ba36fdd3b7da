"""`openrecord viewers`: how many distinct people viewed their own record in a month, and how many views there were."""

import argparse
from dataclasses import asdict

from openrecord.kit import clock
from openrecord.kit.london import day_of
from openrecord.ops.printing import print_json
from openrecord.viewing import queries


def run(arguments: argparse.Namespace) -> int:
    """The two measures of the month, side by side; they count what the worker has counted so far."""
    month = arguments.month or day_of(clock.now())
    counted = queries.month(month.year, month.month)
    if arguments.json:
        print_json(asdict(counted))
    else:
        print(f"{counted.month:%B %Y}: {counted.viewers} people viewed their own record; {counted.views} views in all")
    return 0
