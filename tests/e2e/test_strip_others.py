"""The strip in consoles that did not send the move: on one store, opened later, of a command and of another machine."""
import os
import re
import sqlite3
import subprocess
import time

import pytest

from desk import AGENT, LIVE, TARGET, Desk, card

FAST = "rollback: {quiet: 5s, min_count: 100000, hold: 3s}\nalerts:\n  - {id: err-high, above: 0.5, clear: 0.01}\n"
MOVE = ("rollback", AGENT, "--pointer", "route", "-x", "main", "-p", "fleet", "--write", "--confirm", AGENT)


@pytest.fixture
def desk(seismo, tmp_path, start_sim):
    made = []

    def make(*args, region=None, **more):
        made.append(Desk(seismo, tmp_path / str(len(made)), region or start_sim("--seed", "7", *args), **more))
        return made[-1]

    yield make
    for one in made:
        one.close()


def send(c, reason="fails 18 %"):
    c.send("enter", *reason, "enter", *AGENT)
    c.wait_for(f"[{len(AGENT)} of ")
    c.send("tab")
    c.wait_for("[ Roll back ]")
    c.send("enter")


def open_at(d, text="AGENTS", *args):
    c = d.open("--command", "agents", *args)
    c.wait_for(text, 30)
    return c


HEAD = rf"^RB-([0-9a-f]{{4}}) {AGENT}/route 4\.2>4\.1 by (\S+) \d\d:\d\d:\d\d \+\S+ +(\S.*)$"


def head(text):
    return re.search(HEAD, text, re.M)


def test_two_consoles_on_one_store(desk):
    """One sends; the other, and one that is opened later, show the same, and say that they did not."""
    d = desk()
    other = open_at(d)
    other.wait_for(AGENT, 60)
    c = card(d.open("--write"))
    send(c)
    c.wait_for("VERIFYING", 30)
    assert head(c.text())[2] == "you"
    c.wait_for("quit stops watching", 20)
    text = other.wait_for(lambda t: head(t) and "VERIFYING" in head(t)[3], 30)
    found = head(text)
    assert found[1] == head(c.text())[1] and found[2] == "console", text
    assert re.search(rf"^not from this console: \S.*, this machine, {os.uname().nodename}, process {c.process.pid}$", text, re.M), text
    text = other.wait_for(lambda t: re.search(r"^4 4\.1 err ", t, re.M), 60)
    assert re.search(r"^1 sent ok  2 READY live=4\.1 \d\d:\d\d:\d\d ok  3 4\.2: 0 jobs ", text, re.M), text
    assert d.route() == {TARGET: 100}
    other.send("esc")                                    # folds, as one's own does
    other.wait_for(lambda t: head(t) and "not from this console" not in t and head(t)[0] in t.splitlines()[-2])
    late = open_at(d)
    text = late.wait_for(lambda t: head(t) and re.search(r"^4 4\.1 err ", t, re.M), 60)
    assert head(text)[1] == found[1] and "not from this console" in text
    # It goes on without the one that sent it.
    c.send("Q")
    assert c.wait_exit() == 0
    late.wait_for(lambda t: head(t) and "VERIFYING" in head(t)[3])


def holds(d, pid):
    """Whether this process watches, as the store says."""
    try:
        with sqlite3.connect(f"file:{d.home.stores()[0]}?mode=ro", uri=True) as db:
            return db.execute("SELECT 1 FROM lease WHERE name = 'watcher' AND pid = ?", (pid,)).fetchone()
    except (IndexError, sqlite3.OperationalError):
        return None


def test_a_collector_keeps_watching(desk):
    d = desk()
    collect = subprocess.Popen([d.home.binary, "collect"], env=d.home.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               stdin=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 60
        while not holds(d, collect.pid) and time.monotonic() < end:
            time.sleep(0.3)
        c = d.open("--write", "--command", "alerts")
        c.wait_for(f"watched by collect {collect.pid}", 20)
        send(card(c))
        c.wait_for("quitting keeps watching", 30)
    finally:
        collect.terminate()
        collect.wait(30)


def test_another_machine(desk, start_sim):
    """Its lock is seen, its steps are not; then what it has done, from the audit items of the route, with other words about what is known."""
    region = start_sim("--seed", "7")
    there, here = desk(region=region), desk(region=region, config="write: true, sources: {agents: {poll: 1s}}")
    c = open_at(here)
    c.wait_for(AGENT, 60)
    since = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
    route = lambda v: {"L": [{"M": {"version": {"S": v}, "weight": {"N": "100"}}}]}
    lock = {"op": "11111111-2222-4333-8444-555555555555", "action": "rollback", "by": "arn:aws:sts::000000000000:assumed-role/ops/ada",
            "host": "build-3", "since": since, "reason": "fails"}
    key = {"agentId": {"S": AGENT}, "version": {"S": "#route"}}
    here.ddb.update_item(TableName="agents", Key=key, UpdateExpression="SET #l = :l", ExpressionAttributeNames={"#l": "lock"},
                         ExpressionAttributeValues={":l": {"M": {**{k: {"S": v} for k, v in lock.items()}, "pid": {"N": "4711"},
                                                                 "fromRoutes": route("4.2"), "toRoutes": route("4.1")}}})
    text = c.wait_for(lambda t: re.search(rf"^RB-1111 {AGENT}/route 4\.2>4\.1 by ada \d\d:\d\d:\d\d \+\S+ +MOVING$", t, re.M), 30)
    assert "1 it holds the pointer's lock; its steps are not known on this machine" in text and f"seismo op resolve {lock['op']}" in text, text
    assert re.search("^not from this console: ops/ada, build-3, process 4711$", text, re.M), text
    here.ddb.update_item(TableName="agents", Key=key, UpdateExpression="REMOVE #l", ExpressionAttributeNames={"#l": "lock"})
    c.wait_for(lambda t: "MOVING" not in t and "RB-1111" not in t, 30)       # it was let go
    done = there.home.run(*MOVE, "--to", TARGET, "--reason", "fails")
    assert done.returncode == 0, done
    text = c.wait_for(lambda t: head(t) and "VERIFYING" in head(t)[3] and re.search(r"^4 4\.1 err ", t, re.M), 60)
    assert re.search(rf"^not from this console: simulated/console, {os.uname().nodename}$", text, re.M), text
    c.pump(5)
    assert "MOVED AWAY" not in c.text()
    # A hand that knows nothing of locks.
    here.ddb.update_item(TableName="agents", Key=key, UpdateExpression="SET #r = :r", ExpressionAttributeNames={"#r": "routes"},
                         ExpressionAttributeValues={":r": route(LIVE)})
    text = c.wait_for(lambda t: head(t) and head(t)[3] == "NOT BACK", 60)
    assert "MOVED AWAY" in text


def test_back_in_all_of_them(desk):
    """It settles where nobody sent it, also where the console was opened when it had settled; then until when it is pinned is said."""
    d = desk("--scenario", "bad-release", "--speed", "40", more=FAST)
    agent, end = "upsell-generator", time.monotonic() + 60
    while d.route(agent) != {"2.2": 100}:
        assert time.monotonic() < end
        time.sleep(0.3)
    c = open_at(d)
    c.pump(10)
    done = d.home.run("rollback", agent, "--pointer", "route", "-x", "main", "-p", "fleet", "--write", "--confirm", agent, "--from", "2.2", "--to", "2.1",
                      "--reason", "fails")
    assert done.returncode == 0, done
    back = lambda t: re.search(rf"^RB-[0-9a-f]{{4}} {agent}/route 2\.2>2\.1 by console .*BACK low traffic n=\d+$", t, re.M)
    text = c.wait_for(back, 60)
    assert re.search(r"^back since \d\d:\d\d:\d\d   a move away pages until [A-Z][a-z]{2} \d\d:\d\d   :strip hides$", text, re.M), text
    open_at(d, back)
