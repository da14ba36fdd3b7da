"""Back up, decide, lose the database, restore: what was decided stands, and nothing is open before somebody opens it.

The real commands in processes of their own, the real server over a socket; on PostgreSQL where the settings name it.
"""

import http.client
import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from openrecord.web.session import SESSION
from tests.integration.ops.restoring import ANN, BOB, CAT, ODS, ON_SQLITE, act, deliver, ended, lose, refused, replaced
from tests.soak.stores import Store
from tests.waiting import PATIENCE, killed


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _listens(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def _served(store: Store) -> Iterator[int]:
    """The port of the running server."""
    port, pause, began = _free_port(), threading.Event(), time.monotonic()
    command = store.command("serve", "--port", str(port))
    with subprocess.Popen(command, env=store.environment, stdout=subprocess.DEVNULL) as server:
        try:
            while not _listens(port):
                assert server.poll() is None
                assert time.monotonic() - began < PATIENCE
                pause.wait(0.05)
            yield port
        finally:
            killed(server)


def _conditions(port: int, token: str) -> tuple[int, list[str]]:
    """The answer's status, and the dates of the entries in it."""
    caller = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        caller.request("GET", "/fhir/Condition", headers={"Authorization": f"Bearer {token}"})
        answer = caller.getresponse()
        told = json.loads(answer.read())
    finally:
        caller.close()
    return answer.status, sorted(entry["resource"]["onsetDateTime"] for entry in told.get("entry", []))


def _home(port: int, session: str) -> int:
    """The status of the page that only a signed-in patient gets."""
    caller = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        caller.request("GET", "/home", headers={"Cookie": f"{SESSION}={session}"})
        return caller.getresponse().status
    finally:
        caller.close()


def test_back_up_hide_restore_and_it_is_still_hidden(store: Store, tmp_path: Path) -> None:
    file = str(tmp_path / "backup")
    with _served(store) as port:
        token, session = act(store, f"token {ANN} , session {ANN}").split()
        assert _conditions(port, token) == (200, ["2025-01-01", "2025-02-01"])
        assert _home(port, session) == 200
        store.openrecord("backup", file)
        act(store, "hide", ANN, "0")
        assert _conditions(port, token) == (200, ["2025-02-01"])
    if ON_SQLITE:
        lose(store)
    told = store.tell("restore", file, *(() if ON_SQLITE else ("--replace",)))
    assert (told["repeated"], told["awaited"]) == (1, 0)
    assert told["lost_from"] <= told["acts_until"] <= told["lost_until"]
    with _served(store) as port:
        assert _conditions(port, token)[0] == 401, "a token of before the restore"
        assert _home(port, session) != 200, "a session of before the restore"
        token = act(store, "token", ANN)
        assert _conditions(port, token)[1] == [], "closed until somebody opens"
        store.openrecord("open", "all")
        assert _conditions(port, token) == (200, ["2025-02-01"])
    assert store.tell("audit", "verify")["ok"] is True


def test_everything_that_people_decided_stands_again(store: Store, tmp_path: Path) -> None:
    viewer = act(store, "proxy", BOB, ", hire Stays , hire Goes , hire Less")
    file = tmp_path / "backup"
    store.openrecord("backup", str(file))
    decided = (
        f"hide {ANN} 0 , undo {ANN} 0 , hide {ANN} 1 , wrong {ANN} 0 , pause {ANN} , flag {ANN} , "
        f"revoke {BOB} {viewer} , hide {BOB} 0 , unhide {BOB} 0 , died {BOB} , lived {BOB} , left {BOB} , "
        "dismiss Goes , demote Less"
    )
    act(store, decided)
    store.openrecord("close", "practice", ODS, "--reason", "exercise")
    store.openrecord("close", "channel", "fhir", "--reason", "exercise")
    store.openrecord("open", "channel", "fhir")
    store.openrecord("practice", "add", ODS, "--level", "summary")
    everything = f"state {ANN} , state {BOB} , staff"
    before = act(store, everything)
    assert "Goes" not in before
    told = replaced(store, file)
    assert (told["repeated"], told["known"], told["awaited"]) == (18, 0, 0)
    assert act(store, everything) == before
    stops = next(found["told"] for found in json.loads(ended(store, "doctor", "--json").stdout)["findings"]
                 if found["what"] == "stops")  # fmt: skip
    assert sorted(stops.split(", ")) == ["all", f"practice {ODS}"]
    assert "level summary" in store.openrecord("practice", "add", ODS)
    store.openrecord("open", "all")
    again = replaced(store, file)
    assert again["awaited"] == 0
    assert act(store, everything) == before
    assert store.tell("audit", "verify")["ok"] is True


def test_what_was_in_the_backup_is_repeated_no_second_time(store: Store, tmp_path: Path) -> None:
    act(store, "hide", ANN, "0")
    store.openrecord("backup", str(tmp_path / "early"))
    act(store, f"hide {ANN} 1 , renumber {ANN} {CAT} , withdraw {BOB}")
    store.openrecord("backup", str(tmp_path / "late"))
    before = act(store, f"state {CAT} , state {BOB}")
    assert before.startswith("[False, False]\nFalse False False")
    for name, repeated in (("early", 3), ("late", 0)):
        assert replaced(store, tmp_path / name)["repeated"] == repeated
        assert act(store, f"state {CAT} , state {BOB}") == before


def test_a_hide_of_what_came_after_the_backup_waits_for_it(store: Store, tmp_path: Path) -> None:
    """An entry, and a whole patient, who are not in the backup; both are delivered again."""
    file = tmp_path / "backup"
    store.openrecord("backup", str(file))
    deliver(store, tmp_path, ANN, CAT)
    act(store, f"hide {ANN} 2 , hide {CAT} 0")
    told = replaced(store, file)
    assert (told["repeated"], told["awaited"]) == (0, 2)
    assert "--despite-waiting" in refused(store, "open", "all")
    deliver(store, tmp_path, ANN, CAT)
    store.openrecord("open", "all")
    said = act(store, f"account {CAT} , state {ANN} , state {CAT}").splitlines()
    assert (said[0], said[3]) == ("[True, True, False]", "[False]")
    with _served(store) as port:
        assert _conditions(port, act(store, "token", ANN)) == (200, ["2025-01-01", "2025-02-01"])
        assert _conditions(port, act(store, "token", CAT)) == (200, [])


def test_what_people_decided_anew_meanwhile_is_not_opened_by_the_journal(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    store.openrecord("backup", str(file))
    deliver(store, tmp_path, ANN)
    act(store, f"hide {ANN} 2 , unhide {ANN} 2")
    assert replaced(store, file)["awaited"] == 2
    store.openrecord("open", "all", "--despite-waiting")
    deliver(store, tmp_path, ANN)
    act(store, "hide", ANN, "2")
    store.openrecord("close", "all", "--reason", "exercise")
    store.openrecord("open", "all")
    assert act(store, "state", ANN).splitlines()[0] == "[True, True, False]"


def test_what_is_there_is_given_up_only_when_told(store: Store, tmp_path: Path) -> None:
    file = str(tmp_path / "backup")
    store.openrecord("backup", file)
    assert "--replace" in refused(store, "restore", file)
    assert "already" in refused(store, "backup", file)
    with _served(store) as port:
        token = act(store, "token", ANN)
        assert _conditions(port, token)[0] == 200
        assert "stop it" in refused(store, "restore", file, "--replace")
        assert _conditions(port, token)[0] == 200
        (store.folder / "restoring").touch()
        assert _home(port, token) == 503, "a server that nobody stopped, while a restore is under way"


def test_a_restore_without_its_journal_must_be_asked_for(store: Store, tmp_path: Path) -> None:
    file, journal = str(tmp_path / "backup"), Path(store.environment["OPENRECORD_JOURNAL"])
    act(store, "hide", ANN, "0")
    store.openrecord("backup", file)
    act(store, "hide", ANN, "1")
    whole = journal.read_bytes()
    journal.write_bytes(whole[:-5])
    assert "--accept-cut-journal" in refused(store, "restore", file, "--replace")
    journal.write_bytes(whole[:60])
    assert "older" in refused(store, "restore", file, "--replace", "--accept-cut-journal")
    changed = bytearray(whole)
    changed[-20] ^= 1
    journal.write_bytes(changed)
    assert "altered" in refused(store, "restore", file, "--replace")
    journal.unlink()
    assert "--without-journal" in refused(store, "restore", file, "--replace")
    journal.write_bytes(changed)
    told = store.openrecord("restore", file, "--replace", "--without-journal")
    assert "WITHOUT A JOURNAL" in told
    assert not journal.exists()
    assert [each.read_bytes() for each in journal.parent.glob("*.replaced-*")] == [bytes(changed)]
    assert act(store, "state", ANN).splitlines()[0] == "[False, True]"


def test_a_backup_that_is_not_whole_is_refused_and_touches_nothing(store: Store, tmp_path: Path) -> None:
    file, bad = tmp_path / "backup", tmp_path / "bad"
    store.openrecord("backup", str(file))
    whole = file.read_bytes()
    before = {each.name for each in store.folder.iterdir()}
    changed = bytearray(whole)
    changed[len(whole) // 2] ^= 1
    for content in (b"", b"{}", whole[:30], whole[:100], whole[: len(whole) // 2], whole[:-1], bytes(changed)):
        bad.write_bytes(content)
        said = refused(store, "restore", str(bad), "--replace")
        assert "nothing was restored" in said
    assert "nothing was restored" in refused(store, "restore", str(tmp_path / "nowhere"), "--replace")
    other = Store(store.folder, {**store.environment, "OPENRECORD_KEY": "1b" * 32})
    assert "another key" in refused(other, "restore", str(file), "--replace")
    assert {each.name for each in store.folder.iterdir()} == before
    assert act(store, "state", ANN).splitlines()[0] == "[True, True]"


def test_a_trail_that_the_journal_does_not_know_stays_closed(store: Store, tmp_path: Path) -> None:
    """The journal holds the daily roots of another trail: here, of a database that was thrown away without a word."""
    act(store, "days")
    file = tmp_path / "backup"
    store.openrecord("backup", str(file))
    replaced(store, file)
    act(store, "days")
    store.openrecord("backup", str(tmp_path / "next"))
    replaced(store, tmp_path / "next")
    if not ON_SQLITE:
        return
    lose(store)
    journal = Path(store.environment["OPENRECORD_JOURNAL"])
    elsewhere = journal.rename(journal.with_name("for-a-moment"))
    store.openrecord("migrate", "--quiet")
    elsewhere.rename(journal)
    act(store, "days")
    store.openrecord("backup", str(tmp_path / "other"))
    assert "daily root differs" in refused(store, "restore", str(tmp_path / "other"), "--replace")
    assert "not finished" in refused(store, "serve", "--port", str(_free_port()))


def test_killed_at_any_moment_a_backup_leaves_no_half_file(store: Store, tmp_path: Path) -> None:
    act(store, "fill", "24")
    file, kills = tmp_path / "backups" / "backup", 0
    file.parent.mkdir()
    for number in range(12):
        with subprocess.Popen(store.command("backup", str(file)), env=store.environment) as process:
            while process.poll() is None and not any(file.parent.iterdir()):
                with suppress(subprocess.TimeoutExpired):
                    process.wait(0.002)
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.02 * number)
            process.send_signal(signal.SIGKILL)
        if process.returncode == -signal.SIGKILL:
            kills += 1
            assert not file.exists()
        else:
            file.unlink()
    assert kills
    store.openrecord("backup", str(file))
    assert [each.name for each in file.parent.iterdir()] == ["backup"]
    assert replaced(store, file)["awaited"] == 0


def test_a_restore_that_was_killed_serves_nobody(store: Store, tmp_path: Path) -> None:
    act(store, "fill", "24")
    file = tmp_path / "backup"
    store.openrecord("backup", str(file))
    mark = store.folder / "restoring"
    command = store.command("restore", str(file), "--replace")
    with subprocess.Popen(command, env=store.environment) as process:
        while process.poll() is None and not mark.exists():
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.002)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert mark.exists()
    for words in (("serve", "--port", str(_free_port())), ("backup", str(tmp_path / "next")), ("open", "all")):
        assert "not finished" in refused(store, *words)
    replaced(store, file)
    assert not mark.exists()
    store.openrecord("open", "all")


def test_nothing_of_a_record_stands_in_the_backup_or_the_journal(store: Store, tmp_path: Path) -> None:
    act(store, "hide", ANN, "0")
    file = tmp_path / "backup"
    store.openrecord("backup", str(file))
    for data in (file.read_bytes(), Path(store.environment["OPENRECORD_JOURNAL"]).read_bytes()):
        for words in (b"hypertension", b"Ottoline", b"Quill", ANN.encode(), b"third_party", os.fsencode(ODS)):
            assert words not in data
