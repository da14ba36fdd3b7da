"""What the GP Connect records in ../shared/data are mapped to, as digests and counts.

Nothing of a record enters the repository: files are named by a digest of their bytes, what they are mapped to by a
digest for each R4 type. After an intended change of the mapping: `python -m tests.shared_data.goldens.stu3`
"""

import gzip
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from openrecord.clinical import wire
from openrecord.clinical.incoming import IncomingMessage, Label
from openrecord.clinical.r4.hints import UnusableResource
from openrecord.clinical.stu3.bundle import read_bundle
from openrecord.clinical.stu3.convert import CONVERTERS, to_r4

REPOSITORY = Path(__file__).parents[3]
DATA = REPOSITORY.parent / "shared" / "data"
RECORDS, EXAMPLES = DATA / "gpconnect-structured-stu3", DATA / "gpconnect-spec-examples-stu3"
GOLDENS = Path(__file__).with_suffix(".json")
SYNTHETIC_NHS_NUMBER = "9990000018"

Summary = dict[str, Any]


def files() -> list[Path]:
    """All record and example files that are JSON, in a fixed order; none where the data are absent.

    Some published examples are wrapped in page template tags ("{% …"); a plain copy lies beside each.
    """
    found = [*RECORDS.rglob("*.json.gz"), *EXAMPLES.glob("*.json")]
    return sorted(path for path in found if not _text(path).lstrip().startswith(b"{%"))


def _text(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def name_of(path: Path) -> str:
    """A name that tells nothing: the beginning of the digest of the file's content."""
    return hashlib.sha256(_text(path)).hexdigest()[:16]


def load(path: Path) -> dict[str, Any]:
    """The file's JSON, its patients under one valid synthetic NHS number."""
    loaded: dict[str, Any] = json.loads(_text(path))
    for resource in resources(loaded):
        if resource["resourceType"] == "Patient":
            for identifier in resource.get("identifier", []):
                identifier["value"] = SYNTHETIC_NHS_NUMBER
    return loaded


def resources(loaded: dict[str, Any]) -> list[dict[str, Any]]:
    """The resources of a Bundle, or the one that is none, with what its parameters hold."""
    if loaded["resourceType"] != "Bundle":
        return [loaded, *(each["resource"] for each in loaded.get("parameter", []) if "resource" in each)]
    return [entry["resource"] for entry in loaded.get("entry", []) if "resource" in entry]


def summary(loaded: dict[str, Any]) -> Summary:
    """Counts and digests of what one file is mapped to."""
    return {"mapped": dict(_digests(resources(loaded))), "messages": [_counts(each) for each in read_bundle(loaded)]}


def _digests(found: Iterable[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    digests: dict[str, Any] = defaultdict(hashlib.sha256)
    for resource in found:
        if resource["resourceType"] in CONVERTERS:
            try:
                mapped = to_r4(resource)
            except UnusableResource as error:
                mapped = {"refused": str(error)}
            digests[CONVERTERS[resource["resourceType"]][0]].update(wire.dumps_in_order(mapped))
    for kind in sorted(digests):
        yield kind, digests[kind].hexdigest()


def _counts(message: IncomingMessage) -> Summary:
    entries = message.entries
    return {
        "resources": message.resources,
        "kinds": _counted(entry.kind.value for entry in entries),
        "links": _counted(link.kind.value for entry in entries for link in entry.links),
        "contained": _counted(entry.kind.value for entry in entries if entry.containers),
        "labelled": sum(entry.label is not Label.NONE for entry in entries),
        "unfiled": sum(entry.filed is not True for entry in entries),
        "statuses": _counted(entry.status.value for entry in entries),
        "not_recorded": sum(entry.recorded is None for entry in entries),
        "problems": _counted(problem.reason for problem in message.problems),
        "not_entries": dict(sorted(message.not_entries.items())),
    }


def _counted(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))


def main() -> None:
    """Write the goldens anew from the data."""
    found = {name_of(path): summary(load(path)) for path in files()}
    if not found:
        raise SystemExit(f"nothing to read in {DATA}")
    GOLDENS.write_text(json.dumps(dict(sorted(found.items())), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
