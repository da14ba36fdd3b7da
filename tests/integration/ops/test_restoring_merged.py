"""Merged after the backup, and lost: the restore merges again, and what was hidden before or since stays hidden."""

from pathlib import Path

from tests.integration.ops.restoring import ANN, BOB, act, replaced
from tests.soak.stores import Store

BOTH = f"state {ANN} , state {BOB}"


def test_a_merge_of_after_the_backup_stands_again(store: Store, tmp_path: Path) -> None:
    """Entry 0 and 1 of the record that goes on are the January ones of both, 2 and 3 those of February."""
    file = tmp_path / "backup"
    store.openrecord("backup", str(file))
    act(store, f"hide {BOB} 0 , merge {BOB} {ANN} , hide {ANN} 2")
    before = act(store, BOTH)
    assert before.splitlines()[0].count("False") == 4, "each has the day of one that is hidden in the other"
    told = replaced(store, file)
    assert (told["repeated"], told["awaited"]) == (3, 0)
    assert act(store, BOTH) == before
    assert replaced(store, file)["repeated"] == 3, "as often as one likes"
    assert act(store, BOTH) == before
    assert store.tell("audit", "verify")["ok"] is True


def test_a_merge_and_its_end_of_after_the_backup_leave_each_with_its_own(store: Store, tmp_path: Path) -> None:
    file, merged = tmp_path / "backup", tmp_path / "merged"
    store.openrecord("backup", str(file))
    act(store, f"hide {BOB} 0 , merge {BOB} {ANN} , pause {ANN}")
    store.openrecord("backup", str(merged))
    act(store, f"part {BOB}")
    before = act(store, BOTH)
    assert before.splitlines()[0] == "[True, True]"
    assert before.splitlines()[3] == "[False, True]"
    assert "False False False True" in before.splitlines()[4], "paused while they were one"
    for backup, repeated in ((file, 4), (merged, 1)):
        told = replaced(store, backup)
        assert (told["repeated"], told["awaited"]) == (repeated, 0)
        assert act(store, BOTH) == before


def test_two_people_of_after_the_backup_are_not_proposed_again(store: Store, tmp_path: Path) -> None:
    """Said by itself, or by parting two that were merged: each is on the trail once, however often it is repeated."""
    file, said = tmp_path / "backup", f"are_apart {ANN} {BOB}"
    store.openrecord("backup", str(file))
    act(store, f"apart {ANN} {BOB}")
    for _time in range(2):
        told = replaced(store, file)
        assert (told["repeated"], told["needless"], told["awaited"]) == (1, 0, 0)
        assert act(store, said) == "(1,) 1"
    store.openrecord("backup", str(tmp_path / "told"))
    assert replaced(store, tmp_path / "told")["repeated"] == 0


def test_two_people_who_were_parted_are_told_apart_once(store: Store, tmp_path: Path) -> None:
    file, said = tmp_path / "backup", f"are_apart {ANN} {BOB}"
    store.openrecord("backup", str(file))
    act(store, f"merge {BOB} {ANN} , part {BOB}")
    for _time in range(2):
        told = replaced(store, file)
        assert (told["repeated"], told["needless"], told["awaited"]) == (2, 0, 0)
        assert act(store, said) == "(1,) 1"
