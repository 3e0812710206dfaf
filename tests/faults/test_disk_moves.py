"""Faults of the disk and of the clock beside an action that writes to AWS (rows D1-D4, D6, D9): without a durable intent nothing is sent,
and what was written is not lost, doubled or put in another order."""
import datetime
import json
import os
import signal
import sqlite3
import subprocess
import time

import pytest

from test_disk import day_back, namespace                      # noqa: F401 (a fixture)

MOVE = ("rollback", "lead-qualifier", "--pointer", "route", "--to", "4.1", "--from", "4.2", "--write", "--yes", "--reason", "fails")
UNDO = ("undo", "--write", "--yes", "--reason", "it was the model")


class Place:
    """A home with a state folder, on a region of one's own."""

    def __init__(self, home, sim):
        self.home, self.ddb = home, sim.client("dynamodb")
        self.state = home.path / ".local/state/seismo"
        self.state.mkdir(parents=True, mode=0o700)
        self.env = {**home.env, **sim.env}

    def run(self, *args, words=(), env=()):
        env = {k: v for k, v in {**self.env, **dict(env)}.items() if v is not None}
        return subprocess.run([*words, self.home.binary, *args], env=env, capture_output=True, timeout=90, stdin=subprocess.DEVNULL)

    def done(self, *args, **more):
        done = self.run(*args, "-o", "json", **more)
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)

    def item(self):
        return self.ddb.get_item(TableName="agents", Key={"agentId": {"S": "lead-qualifier"}, "version": {"S": "#route"}}, ConsistentRead=True)["Item"]

    def audited(self):
        """The actions that the table knows of."""
        rows = self.ddb.query(TableName="agents", KeyConditionExpression="agentId = :p AND begins_with(version, :a)", ConsistentRead=True,
                              ExpressionAttributeValues={":p": {"S": "lead-qualifier"}, ":a": {"S": "#audit#"}})["Items"]
        return {r["op"]["S"] for r in rows if r["by"]["S"].rpartition(":")[2] and r["host"]["S"] == os.uname().nodename}

    def untouched(self):
        """The pointer, its revision and its lock: nobody has been here."""
        item = self.item()
        return [r["M"]["version"]["S"] for r in item["routes"]["L"]] == ["4.2"] and "lock" not in item

    @property
    def journal(self):
        return next(self.state.glob("*.journal.db"))

    @property
    def audit(self):
        return next(self.state.glob("*.audit.jsonl"))


@pytest.fixture
def place(home, start_sim):
    return Place(home, start_sim("--seed", "7"))


def refused(place, done, *words):
    """The plan may have been shown."""
    text = done.stderr.decode()
    assert done.returncode == 1 and text.startswith("seismo: ") and text.count("\n") == 1, (done.returncode, text)
    assert all(word in text for word in words), text
    assert place.untouched()


# --- D1: a full disk -----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("size", ["4k", "12k", "24k"])
def test_d01_full_disk_no_move_without_an_intent(place, size):
    """Full from the start, and full in the middle of the journal's own first pages."""
    words, why = namespace(f"mount -t tmpfs -o size={size} none {place.state}", f"chmod 700 {place.state}")
    if not words:
        pytest.skip(why)
    refused(place, place.run(*MOVE, words=words), "journal")


def test_d01_full_disk_at_any_step(place):
    """The journal may not grow beyond a size: at each of them the move is refused before anything is sent, or it is seen through and
    the end is told. Never a move that the journal does not know of."""
    ends = set()
    for blocks in range(8, 80, 8):                           # of 512 bytes
        before = place.item()["routes"]["L"][0]["M"]["version"]["S"]
        to = "4.1" if before == "4.2" else "4.2"
        args = [a if a not in ("4.1", "4.2") else to if i == 5 else before for i, a in enumerate(MOVE)]
        done = place.run(*args, words=["sh", "-c", f'ulimit -f {blocks} && exec "$@"', "sh"])
        now = place.item()
        moved = now["routes"]["L"][0]["M"]["version"]["S"] == to
        ends.add(moved)
        known = any(r["facts"]["to"][0]["version"] == to for r in place.done("op", "list"))
        assert not moved or known, (blocks, done.stderr)
        assert moved or done.returncode, (blocks, done.stdout, done.stderr)
        for row in place.done("op", "list"):
            if row["outcome"] == "unknown":
                place.run("op", "resolve", row["op"], "--write", "--yes", "--reason", "full")
        assert "lock" not in place.item()
    assert ends == {False, True}


# --- D2: nowhere to write ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("which", ["no home", "read-only", "not ours"])
def test_d02_nowhere_to_write_an_intent(place, which):
    none = {k: None for k in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")}
    words, env = [], {"no home": none, "read-only": {}, "not ours": {"XDG_STATE_HOME": "/proc/self"}}[which]
    if which == "read-only":
        words, why = namespace(f"mount --bind {place.state} {place.state}", f"mount -o remount,bind,ro {place.state}")
        if not words:
            pytest.skip(why)
    done = place.run(*MOVE, words=words, env=env)
    refused(place, done)


# --- D3: damage ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("how", ["not a database", "cut", "another program's"])
def test_d03_damaged_journal_is_named_and_left_alone(place, how):
    """It may say that something is under way: it is never replaced."""
    place.done(*MOVE)
    place.done(*UNDO)
    path = place.journal
    if how == "not a database":
        path.write_bytes(b"this is no journal, and it is longer than the head of one. " * 20)
    elif how == "cut":
        path.write_bytes(path.read_bytes()[:5000])
    else:
        path.unlink()
        other = sqlite3.connect(path)
        other.execute("PRAGMA application_id = 77")
        other.execute("CREATE TABLE t(a)")
        other.commit()
        other.close()
        path.chmod(0o600)
    before = path.read_bytes()
    refused(place, place.run(*MOVE), "journal", str(path))
    assert path.read_bytes() == before


def test_d03_damaged_snapshot_leaves_the_journal(place):
    """A file of its own: what was begun is still known."""
    op = place.done(*MOVE)["op"]
    store = place.home.path / ".local/share/seismo"
    place.run("get", "agents")
    for file in store.glob("*.db*"):
        file.write_bytes(b"no longer a database" * 50)
    place.run("get", "agents")
    assert [r["op"] for r in place.done("op", "list")] == [op]
    assert place.done(*UNDO)["outcome"] == "done" and place.untouched()


# --- D4: another layout ----------------------------------------------------------------------------------------------------

def test_d04_a_newer_journal_is_not_written(place):
    place.done(*MOVE)
    place.done(*UNDO)
    db = sqlite3.connect(place.journal)
    db.execute("PRAGMA user_version = 99")
    db.commit()
    db.close()
    before = place.journal.read_bytes()
    refused(place, place.run(*MOVE), "newer seismo")
    assert place.journal.read_bytes() == before


# --- D6: killed ------------------------------------------------------------------------------------------------------------

def test_d06_killed_at_any_time_the_intent_is_there(place):
    """SIGKILL at times spread over the whole of a move: a pointer that moved has a row in a sound journal, and the audit file is whole."""
    kills = 40 if os.environ.get("SEISMO_TORTURE") else 8
    begun = time.monotonic()
    place.done(*MOVE)
    whole = time.monotonic() - begun
    place.done(*UNDO)
    for n in range(kills):
        child = subprocess.Popen([place.home.binary, *MOVE], env=place.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                 stdin=subprocess.DEVNULL)
        time.sleep(whole * n / kills)
        child.send_signal(signal.SIGKILL)
        child.wait()
        db = sqlite3.connect(place.journal)
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        open_rows = [r[0] for r in db.execute("SELECT op FROM op WHERE outcome = ''")]
        db.close()
        item = place.item()
        # What shows in AWS was written down here before: a lock, or the new version, has its op in the journal.
        if "lock" in item:
            assert item["lock"]["M"]["op"]["S"] in open_rows
        assert place.audited() <= {r["op"] for r in place.done("op", "list")}
        for op in open_rows:
            end = place.run("op", "resolve", op, "--write", "--yes", "--reason", "killed")
            assert end.returncode == 0 or (end.returncode == 5 and b"may still arrive" in end.stderr), end.stderr
        if not place.untouched():
            place.done(*UNDO)
        assert place.untouched()
    assert place.run("audit", "verify").returncode == 0


# --- D9: the clock a day back ----------------------------------------------------------------------------------------------

def test_d09_clock_a_day_back_the_order_is_that_of_the_numbers(place, day_back):      # noqa: F811
    """The second move carries an earlier time: it is still the last one, which `undo` puts back, and the audit file is whole."""
    first = place.done(*MOVE)
    back = [a if a not in ("4.1", "4.2") else "4.2" if i == 5 else "4.1" for i, a in enumerate(MOVE)]
    second = place.done(*back, env=day_back)
    rows = place.done("op", "list")
    assert [r["op"] for r in rows] == [second["op"], first["op"]]
    assert rows[0]["startedAt"] < rows[1]["startedAt"]
    undone = place.done(*UNDO)
    assert undone["from"][0]["version"] == "4.2" and undone["to"][0]["version"] == "4.1"
    assert place.run("audit", "verify").returncode == 0
    times = [json.loads(line)["time"] for line in place.audit.read_text().splitlines()]
    assert times != sorted(times) and datetime.datetime.fromisoformat(times[-1].replace("Z", "+00:00"))
