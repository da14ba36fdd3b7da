"""`openrecord card-key FILE`: the keys that sign vaccination cards, made and rotated."""

import argparse
import os
from pathlib import Path

from joserfc.errors import JoseError

from openrecord.cards.keyring import EMPTY, Keyring, parsed, with_new_key
from openrecord.ops.failure import CommandFailed


def new_key(arguments: argparse.Namespace) -> int:
    """Put a new signing key in front of the file's keys; of the older ones the public half stays."""
    path = Path(arguments.file).absolute()
    if not path.parent.is_dir():
        raise CommandFailed("the folder of the file does not exist")
    text = with_new_key(_known(path))
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(text)
    draft.replace(path)
    signing, *older = parsed(text).keys
    print(f"{signing} signs from the next start of the server on; {len(older)} older stay published")
    return 0


def _known(path: Path) -> Keyring:
    if not path.exists():
        return EMPTY
    try:
        return parsed(path.read_bytes())
    except (ValueError, KeyError, TypeError, JoseError):
        raise CommandFailed("the file holds something else than the keys of cards; nothing was changed") from None
