"""Erased after the backup: the restore erases again, whatever else the journal holds about the patient."""

from pathlib import Path

from tests.integration.ops.restoring import ANN, BOB, CAT, act, deliver, refused, replaced
from tests.soak.stores import Store


def test_an_erased_patient_does_not_come_back_with_an_older_backup(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    store.openrecord("backup", str(file))
    act(store, f"hide {ANN} 0 , pause {ANN} , erase {ANN} , hide {BOB} 0")
    before = act(store, "state", BOB)
    assert act(store, "is_known", ANN) == "False False"
    told = replaced(store, file)
    assert (told["repeated"], told["needless"], told["awaited"]) == (2, 2, 0)
    assert act(store, "is_known", ANN) == "False False"
    assert act(store, "state", BOB) == before
    store.openrecord("open", "all")
    assert act(store, "is_known", ANN) == "False False"
    assert replaced(store, file)["repeated"] == 3, "and the opening"
    assert store.tell("audit", "verify")["ok"] is True


def test_what_came_and_was_erased_after_the_backup_is_not_made_again_by_what_was_decided_about_it(
    store: Store, tmp_path: Path
) -> None:
    file = tmp_path / "backup"
    store.openrecord("backup", str(file))
    deliver(store, tmp_path, CAT)
    act(store, f"hide {CAT} 0 , merge {BOB} {ANN} , erase {CAT} , erase {ANN}")
    told = replaced(store, file)
    assert told["awaited"] == 0
    store.openrecord("open", "all")
    for number in (ANN, BOB, CAT):
        assert act(store, "is_known", number) == "False False"
    assert "no such patient" in refused(store, "patient", "erase", CAT, "--reason", "request_granted")
