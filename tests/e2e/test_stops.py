"""A stop that holds: in the frame with what is left of it, reminders, and an alert when its time is over, which writes nothing."""
import json
import re
import sqlite3
import time

import pytest

from desk import AGENT, LIVE, TARGET, Desk

STOPS = f'stops: {{parking_versions: [{{version: "{TARGET}"}}]}}\n'
WHO = ("-x", "main", "-p", "fleet")
WRITE = (*WHO, "--write", "--confirm", AGENT, "--reason", "spends too much")


@pytest.fixture
def desk(seismo, tmp_path, start_sim):
    made = []

    def make(**more):
        made.append(Desk(seismo, tmp_path / str(len(made)), more.pop("region", None) or start_sim("--seed", "7"), more=STOPS, **more))
        return made[-1]

    yield make
    for one in made:
        one.close()


def journal(d):
    return d.home.path / ".local/state/seismo/main.journal.db"


def as_if(d, passed_ms, left_ms):
    """As if it had been done so long ago, and had so much left."""
    with sqlite3.connect(journal(d)) as db:
        op, facts = db.execute("SELECT op, facts FROM op ORDER BY begun_ms DESC LIMIT 1").fetchone()
        now = int(time.time() * 1000)
        facts = {**json.loads(facts), "untilMs": now + left_ms}
        db.execute("UPDATE op SET facts = ?, at_ms = ? WHERE op = ?", (json.dumps(facts), now - passed_ms, op))
    return op


def frame(t):
    return t.splitlines()[0][60:63].rstrip(), t.splitlines()[1][53:].rstrip()


def test_a_stop_in_the_frame_to_its_end_and_beyond(desk):
    d = desk()
    c = d.open("--command", "agents")
    c.wait_for(AGENT, 30)
    assert frame(c.text())[0] == ""
    done = d.home.run("stop", AGENT, "--rung", "park", "--pointer", "route", *WRITE)
    assert done.returncode == 0 and d.route() == {TARGET: 100}, done
    text = c.wait_for(lambda t: frame(t)[0] == "S1", 20)
    assert frame(text)[1].startswith(f"stop 30m left: park {AGENT}"[:26]), text
    text = c.wait_for(lambda t: re.search(rf"^PK-[0-9a-f]{{4}} {AGENT}/route 4\.2>4\.1 by console .* MOVED$", t, re.M), 20)
    assert "It is parked: nothing is to be back" in text
    as_if(d, 598_000, 1_202_000)                         # two seconds before the first reminder
    text = c.wait_for(lambda t: "holds since 10m, 20m are left" in t, 20)
    assert re.search(rf"^stop park of {AGENT}/route holds since 10m, 20m are left \(until \d\d:\d\d\)$", text, re.M), text
    op = as_if(d, 1_798_000, 2_000)
    text = c.wait_for(lambda t: frame(t)[0] == "S1!" and "still holds" in t, 20)
    assert frame(text)[1].startswith("stop OVERDUE 0m: park ") and re.search(r"is overdue since \d\d:\d\d: it still holds$", text, re.M)
    late = d.open("--command", "alerts")                 # who watches tells everybody
    late.wait_for(lambda t: frame(t)[0] == "S1!" and re.search(rf"^warn .*{AGENT}/route .*FIRES", t, re.M), 60)
    alert = next(a for a in json.loads(d.home.run("get", "alerts", "-o", "json").stdout) if a["id"].startswith("stop-overdue"))
    assert alert["state"] == "firing" and alert["agentId"] == AGENT and alert["value"] > 0, alert
    assert d.route() == {TARGET: 100}                    # nothing takes it back by itself
    done = d.home.run("undo", op, *WRITE)
    assert done.returncode == 0 and d.route() == {LIVE: 100}, done
    for one in (c, late):
        one.wait_for(lambda t: frame(t)[0] == "", 20)


def test_another_machine_has_parked_it(desk):
    here = desk(config="write: true, sources: {agents: {poll: 1s}}")
    there = desk(region=here.region)
    c = here.open("--command", "agents")
    c.wait_for(AGENT, 30)
    done = there.home.run("stop", AGENT, "--rung", "park", "--pointer", "route", *WRITE)
    assert done.returncode == 0, done
    c.wait_for(lambda t: frame(t)[0] == "S1" and "30m left: park" in frame(t)[1], 30)
    done = there.home.run("undo", *WRITE)
    assert done.returncode == 0, done
    c.wait_for(lambda t: frame(t)[0] == "", 30)
