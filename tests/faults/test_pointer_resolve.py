"""Taking up an action whose end is not known must not make things worse: what stops whoever takes it up closes nothing, and a lock is not
taken from somebody who may still be at work."""
import json
import os
import signal
import subprocess

import pytest

from servers import reply
from test_pointer_faults import ENDPOINT, LOST, ROUTE, WRITE, kill_at, region      # noqa: F401 (a fixture)

pytest_plugins = ["faultkit"]


def stuck(r, op, nth):
    """A console that was killed then: (the id of its action, its pointer)."""
    kill_at(r, ENDPOINT, op, nth, True)
    row = json.loads(r.home.run("op", "list", "-o", "json", env=r.env).stdout)[0]
    assert row["outcome"] == "unknown"
    return row["op"], row["facts"]["pointer"]


def test_who_is_stopped_while_resolving_closes_nothing(region):      # noqa: F811
    """AWS does not say whose keys these are: the row stays open, the lock is given back by the next one who asks."""
    r = region()
    op, pointer = stuck(r, "GetEndpoint", 2)
    seen = r.seen.count("GetCallerIdentity")
    r.rule = lambda n, name, rq, on: reply(b"<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>", "400 x", kind="text/xml") \
        if name == "GetCallerIdentity" and n > seen + 1 else None
    done = r.run(("op", "resolve", op))
    assert done.returncode not in (0, 2), done.stdout
    assert json.loads(r.home.run("op", "list", "-o", "json", env=r.env).stdout)[0]["outcome"] == "unknown" and r.lock_row(pointer)["lock"]
    r.rule = lambda n, name, rq, on: None
    assert r.run(("op", "resolve", op)).returncode == 0 and "lock" not in r.lock_row(pointer)


def test_what_was_asked_before_the_end_may_still_arrive(region):     # noqa: F811
    """Killed while AWS was being asked, and the request arrives afterwards: the lock is not given back before that, and the move is
    finished instead."""
    r = region()
    late, reads, box = [], [], {}

    def rule(n, name, rq, on):
        if name == "UpdateEndpoint" and not late:
            late.append(on)
            os.kill(box["p"].pid, signal.SIGKILL)
            return LOST
        if name == "GetEndpoint" and late:
            reads.append(n)
            if len(reads) == 3:
                late[0]()
    r.rule = rule
    box["p"] = subprocess.Popen([r.home.binary, *ENDPOINT, *WRITE, "-o", "json"], env={**r.home.env, **r.env}, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)
    box["p"].communicate(timeout=60)
    op = json.loads(r.home.run("op", "list", "-o", "json", env=r.env).stdout)[0]["op"]
    done = r.run(("op", "resolve", op))
    assert len(reads) == 3 and b"goes to 1" in done.stderr              # it waited, and saw it come
    while done.returncode == 5:                                     # AWS is at it
        done = r.run(("op", "resolve", op))
    assert done.returncode == 0 and r.endpoint()[2]["liveVersion"] == "1"
    row = r.lock_row(r.endpoint()[2]["agentRuntimeEndpointArn"])
    assert "lock" not in row and row["live"]["S"] == "1"


@pytest.mark.parametrize("args,step", [(ENDPOINT, "GetEndpoint"), (ROUTE, "TransactWriteItems")], ids=["endpoint", "route"])
def test_a_lock_is_not_taken_from_who_may_be_at_work(region, args, step):      # noqa: F811
    """The holder is on another machine, where nobody can look."""
    r = region()
    kill_at(r, args, step, 2, True)
    row = json.loads(r.home.run("op", "list", "-o", "json", env=r.env).stdout)[0]
    table, key = ("agents", {"agentId": {"S": "lead-qualifier"}, "version": {"S": "#route"}}) if args is ROUTE else \
        ("seismo-locks", {"pointer": {"S": row["facts"]["pointer"]}, "sk": {"S": "#lock"}})
    r.ddb.update_item(TableName=table, Key=key, UpdateExpression="SET #l.host = :h", ExpressionAttributeNames={"#l": "lock"},
                      ExpressionAttributeValues={":h": {"S": "laptop-7"}})
    elsewhere = {**r.env, "XDG_STATE_HOME": str(r.home.path / "other")}
    done = r.home.run("op", "resolve", row["op"], *WRITE, env=elsewhere)
    if args is ROUTE:                                               # its condition is in the transaction that moves it: seconds are enough
        assert done.returncode == 0, done.stderr
        return
    assert done.returncode == 5 and b"on laptop-7 took the lock at " in done.stderr and b"may still be at work" in done.stderr
    assert r.lock_row(row["facts"]["pointer"])["lock"]


def test_nobody_moves_past_a_lock_that_is_there(region):             # noqa: F811
    """The break-glass is for a table that is not there, not for one that says no."""
    r = region()
    op, pointer = stuck(r, "GetEndpoint", 2)
    done = r.home.run(*ENDPOINT, "--write", "--reason", "now", "--confirm", "visibility_check unlocked-race", "-o", "json", env=r.env)
    doc = json.loads(done.stdout)
    assert done.returncode == 4 and doc["winner"]["op"] == op and r.seen.count("UpdateEndpoint") == 0
    assert r.lock_row(pointer)["lock"]["M"]["op"]["S"] == op
