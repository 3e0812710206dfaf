"""What happens to actions that are no moves when answers are lost, or the program is killed at any step: as with pointers."""
import json
import time

import pytest

from test_pointer_faults import LOST, Region, kill_at, lose_answer

pytest_plugins = ["faultkit"]
PAUSE = ("pause", "lead-qualifier", "--pointer", "route")
APPROVE = ("approve", "lead-qualifier", "4.3")
ALIAS = ("pause", "lead-qualifier", "--pointer", "agents-classic/prod")


@pytest.fixture
def region(start_sim, serve, home):
    def make(rule=lambda n, op, rq, on: None):
        r = Region(start_sim("--seed", "7", "--speed", "8"), serve, home, rule)
        return r
    return make


def status(r):
    return r.ddb.get_item(TableName="agents", Key={"agentId": {"S": "lead-qualifier"}, "version": {"S": "4.3"}}, ConsistentRead=True)["Item"]["status"]["S"]


def is_done(r, args):
    return {PAUSE: lambda: r.item()["paused"]["BOOL"], APPROVE: lambda: status(r) == "approved",
            ALIAS: lambda: r.alias()["aliasInvocationState"] == "REJECT_INVOCATIONS"}[args]()


@pytest.mark.parametrize("args", [PAUSE, APPROVE, ALIAS], ids=lambda a: a[-1])
def test_lost_answers_are_read_back(region, args):
    """Of the claim, of the last transaction and of what AWS is asked: each once."""
    def rule(n, op, rq, on):
        if (op == "TransactWriteItems" and n in (1, 3)) or (op == "UpdateAlias" and n == 1):
            on()
            return LOST
    r = region(rule)
    doc = r.doc(args, 0)
    assert doc["verified"] and is_done(r, args) and r.seen.count("UpdateAlias") == (args == ALIAS)


def test_a_parameter_whose_answer_is_lost_is_read_back(region):
    r = region(lose_answer("PutParameter"))
    r.home.config('follow_ups:\n  - {kind: ssm, name: "/v", value: "{to}"}\n')
    doc = r.doc(("rollback", "lead-qualifier", "--pointer", "route", "--to", "4.1"), 0)
    assert doc["followUps"] == [{"kind": "ssm", "ok": True, "message": None}] and r.seen.count("PutParameter") == 1


def test_an_event_whose_answer_is_lost_is_not_sent_again(region):
    r = region(lose_answer("PutEvents", 9))
    r.home.config("follow_ups:\n  - {kind: eventbridge}\n")
    doc = r.doc(("rollback", "lead-qualifier", "--pointer", "route", "--to", "4.1"), 0)
    assert doc["outcome"] == "done" and r.route() == {"4.1": 100} and r.seen.count("PutEvents") == 1
    assert doc["followUps"][0]["ok"] is False and doc["followUps"][0]["message"]


STEPS = [(args, op, n, before) for args in (PAUSE, APPROVE) for op, n in (("GetCallerIdentity", 2), ("TransactWriteItems", 1), ("TransactWriteItems", 2))
         for before in (True, False)]
STEPS += [(ALIAS, op, n, before) for op, n in (("TransactWriteItems", 1), ("UpdateAlias", 1), ("TransactWriteItems", 2)) for before in (True, False)]


@pytest.mark.parametrize("args,op,nth,before", STEPS, ids=[f"{a[-1]}-{o}-{n}-{'before' if b else 'after'}" for a, o, n, b in STEPS])
def test_killed_at_any_step_the_journal_tells_the_truth(region, args, op, nth, before):
    r = region()
    kill_at(r, args, op, nth, before)
    row, = json.loads(r.home.run("op", "list", "-o", "json", env=r.env).stdout)
    assert row["outcome"] == "unknown"
    end = time.monotonic() + 30
    while (done := r.run(("op", "resolve", row["op"]))).returncode and b"may still arrive" not in done.stderr:
        assert done.returncode == 5 and time.monotonic() < end, done.stderr      # it is still on its way in AWS
        time.sleep(0.5)
    came = is_done(r, args)
    assert "lock" not in r.item() and r.seen.count("UpdateAlias") <= 1
    after, = json.loads(r.home.run("op", "list", "-o", "json", env=r.env).stdout)
    assert (after["outcome"] == "done") == came if done.returncode == 0 else not came, (after, done.stderr)
    if args == ALIAS:
        lock = r.lock_row(r.alias()["agentAliasArn"])
        assert not lock or "lock" not in lock


def test_another_machine_that_has_only_the_id_takes_it_up(region):
    r = region()
    kill_at(r, ALIAS, "UpdateAlias", 1, False)
    row, = json.loads(r.home.run("op", "list", "-o", "json", env=r.env).stdout)
    end = time.monotonic() + 30
    while (done := r.home.run("op", "resolve", row["op"], "--write", "--yes", "--reason", "r",
                              env={**r.env, "XDG_STATE_HOME": str(r.home.path / "other")})).returncode:
        assert done.returncode == 5 and time.monotonic() < end, done.stderr
        time.sleep(0.5)
    assert b"it is as it was to become" in done.stdout and is_done(r, ALIAS)
    assert "lock" not in r.lock_row(r.alias()["agentAliasArn"])
