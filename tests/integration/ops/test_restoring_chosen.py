"""Who opens a record for a reason, which cards were withdrawn and how people are told stands again after a restore."""

from pathlib import Path

from tests.integration.ops.restoring import ANN, BOB, act, replaced
from tests.soak.stores import Store


def test_what_was_chosen_after_the_backup_stands_again(store: Store, tmp_path: Path) -> None:
    """A card that was made after the backup is lost, but whoever checks it is told that it was withdrawn."""
    early = act(store, f"quiet {ANN} at_once , restrict {BOB} , card {ANN}")
    file = tmp_path / "backup"
    store.openrecord("backup", str(file))
    late = act(store, "card", BOB)
    act(store, f"restrict {ANN} , quiet {ANN} off , lift {BOB} , quiet {BOB} daily , quiet {BOB} at_once")
    act(store, f"withdraw_card {ANN} {early} , withdraw_card {BOB} {late}")
    ann, bob = act(store, "chosen", ANN).splitlines(), act(store, "chosen", BOB).splitlines()
    assert (ann[0], ann[2], bob[0], bob[2]) == ("True off", "[True]", "False at_once", "[True]")
    assert ann[1].count(",") == 1, "two numbers on the list"
    told = replaced(store, file)
    assert (told["repeated"], told["awaited"]) == (7, 0)
    assert act(store, "chosen", ANN).splitlines() == ann
    assert act(store, "chosen", BOB).splitlines() == [*bob[:2], "[]"]
    assert replaced(store, file)["repeated"] == 7
    assert act(store, "chosen", ANN).splitlines() == ann
    assert store.tell("audit", "verify")["ok"] is True
