"""Agents are paused, versions approved and rejected: on the simulated region, read back with boto3. Refused is what must not be."""
import json
import subprocess

import pytest

from test_rollback import WRITE, Fleet

AGENT, ROUTE = "lead-qualifier", ("--pointer", "route")


@pytest.fixture
def fleet(start_sim, home):
    return Fleet(start_sim("--seed", "7"), home)


def set_status(fleet, version, status, agent=AGENT):
    fleet.ddb.update_item(TableName="agents", Key={"agentId": {"S": agent}, "version": {"S": version}}, UpdateExpression="SET #s = :s",
                          ExpressionAttributeNames={"#s": "status"}, ExpressionAttributeValues={":s": {"S": status}})


def together(fleet, *commands):
    """These at once, each with a home of its own; (exit, document) of each."""
    def start(i, args):
        env = {**fleet.home.env, "XDG_STATE_HOME": str(fleet.home.path / f"state{i}"), "XDG_DATA_HOME": str(fleet.home.path / f"data{i}")}
        return subprocess.Popen([fleet.home.binary, *args, *WRITE, "-o", "json"], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    running = [start(i, args) for i, args in enumerate(commands)]
    done = [(p, *p.communicate(timeout=60)) for p in running]
    return [(p.returncode, json.loads(out) if out else err.decode()) for p, out, err in done]


# --- pause and resume ----------------------------------------------------------------------------------------------

def test_a_route_is_paused_and_serves_again(fleet):
    before = fleet.item(AGENT)
    doc = fleet.write("pause", AGENT, *ROUTE)
    paused = fleet.item(AGENT)
    assert paused["paused"]["BOOL"] is True and paused["routes"] == before["routes"] and "lock" not in paused
    assert int(paused["rev"]["N"]) == int(before["rev"]["N"]) + 2 and paused["updatedBy"]["S"] == doc["callerArn"]
    assert (doc["action"], doc["outcome"], doc["exit"], doc["verified"]) == ("pause", "done", 0, True)
    assert doc["from"] == doc["to"] == [{"version": "4.2", "weight": 100}] and doc["message"] == "lead-qualifier route: serving > paused"
    rows = [r for r in fleet.audit(agentId=AGENT) if r["op"]["S"] == doc["op"]]
    assert [r["event"]["S"] for r in rows] == ["claimed", "done"] and rows[1]["change"]["S"] == doc["message"]
    again = fleet.write("pause", AGENT, *ROUTE, code=4)
    assert again["outcome"] == "lost" and again["winner"]["op"] == doc["op"] and again["winner"]["by"] == doc["callerArn"]
    assert doc["undo"] == f"seismo undo {doc['op']}"
    back = fleet.write("undo")
    assert back["action"] == "resume" and fleet.item(AGENT)["paused"]["BOOL"] is False
    assert fleet.run("audit", "verify").stdout.startswith(b"6 rows hold")


def test_an_alias_lets_nothing_through_and_keeps_the_rest(fleet):
    before = fleet.alias()
    doc = fleet.write("pause", AGENT, "--pointer", "agents-classic/prod", "--from", "2")
    now = fleet.alias()
    assert now["aliasInvocationState"] == "REJECT_INVOCATIONS" and now["agentAliasStatus"] == "PREPARED"
    assert now["routingConfiguration"] == before["routingConfiguration"] and now.get("description") == before.get("description")
    assert doc["backend"] == "agents-classic" and doc["pointer"] == now["agentAliasArn"] and doc["verified"]
    assert [r["call"] for r in doc["requestIds"]] == ["TransactWriteItems", "UpdateAgentAlias", "TransactWriteItems"]
    fleet.write("resume", AGENT, "--pointer", "agents-classic/prod")
    assert fleet.alias()["aliasInvocationState"] == "ACCEPT_INVOCATIONS"


def test_what_agentcore_has_no_switch_for_is_refused(fleet):
    done = fleet.run("pause", "visibility-check", "--pointer", "agentcore/prod", *WRITE, code=3)
    assert b"agentcore cannot pause prod" in done.stderr and b"seismo stop" in done.stderr


def test_of_two_that_pause_one_is_told(fleet):
    for i in range(4):
        word = ("pause", "resume")[i % 2]
        done = sorted(together(fleet, (word, AGENT, *ROUTE), (word, AGENT, *ROUTE)), key=lambda d: d[0])
        assert [code for code, _ in done] == [0, 4], done
        assert done[1][1]["winner"]["op"] == done[0][1]["op"] and done[1][1]["winner"]["since"]


# --- approve and reject --------------------------------------------------------------------------------------------

def test_a_version_is_approved_and_rejected(fleet):
    set_status(fleet, "4.3", "testing")
    before = fleet.item(AGENT)
    doc = fleet.write("approve", AGENT, "4.3", "--from", "testing")
    now = fleet.item(AGENT)
    assert fleet.item(AGENT, "4.3")["status"]["S"] == "approved" and doc["verified"] and doc["undo"] is None
    assert doc["message"] == "lead-qualifier 4.3: testing > approved" and doc["from"] == doc["to"] == [{"version": "4.2", "weight": 100}]
    # The route was locked for it and is what it was: who moved it last is still who moved it last.
    assert {k: v for k, v in now.items() if k != "rev"} == {k: v for k, v in before.items() if k != "rev"}
    assert int(now["rev"]["N"]) == int(before["rev"]["N"]) + 2
    lost = fleet.write("reject", AGENT, "4.3", "--from", "testing", code=4)
    assert lost["winner"]["op"] == doc["op"] and "approved" in lost["message"] and fleet.item(AGENT, "4.3")["status"]["S"] == "approved"
    fleet.write("reject", AGENT, "4.3")
    assert fleet.item(AGENT, "4.3")["status"]["S"] == "rejected"
    done = fleet.run("rollback", AGENT, *ROUTE, "--to", "4.3", *WRITE, code=3)
    assert b"is rejected" in done.stderr


@pytest.mark.parametrize("args,code,words", [
    (("approve", AGENT, "9.9"), 2, ["no version 9.9"]), (("approve", "nobody", "1"), 2, ["no agent nobody"]),
    (("approve", AGENT, "4.2"), 3, ["is production", "nothing to approve"]), (("reject", AGENT, "4.2"), 3, ["100 % of the traffic"]),
    (("approve", AGENT, "4.1"), 3, ["is deprecated"]), (("approve", AGENT), 2, ["takes an agent and a version"]),
    (("pause",), 2, ["takes one agent"]), (("pause", AGENT), 2, ["dynamodb/route", "agents-classic/prod", "--pointer"]),
    (("pause", AGENT, *ROUTE, "--from", "4.1"), 4, ["4.2"]),
])
def test_what_is_refused(fleet, args, code, words):
    done = fleet.run(*args, *WRITE, code=code)
    for word in words:
        assert word in done.stderr.decode(), done.stderr
    assert not fleet.audit(agentId=AGENT) and fleet.item(AGENT)["paused"]["BOOL"] is False


def test_of_two_that_decide_one_is_told(fleet):
    for i in range(4):
        set_status(fleet, "4.3", "testing")
        done = sorted(together(fleet, ("approve", AGENT, "4.3", "--from", "testing"), ("reject", AGENT, "4.3", "--from", "testing")),
                      key=lambda d: d[0])
        assert [code for code, _ in done] == [0, 4], done
        won, lost = done[0][1], done[1][1]
        assert lost["winner"]["op"] == won["op"]
        assert fleet.item(AGENT, "4.3")["status"]["S"] == {"approve": "approved", "reject": "rejected"}[won["action"]]


# --- leave to write ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("what", [("pause", AGENT, *ROUTE), ("resume", AGENT, *ROUTE), ("approve", AGENT, "4.3"), ("reject", AGENT, "4.3")],
                         ids=lambda w: w[0])
def test_reading_is_not_writing(fleet, what):
    set_status(fleet, "4.3", "testing")
    if what[0] == "resume":
        fleet.write("pause", AGENT, *ROUTE)
    before = fleet.item(AGENT), fleet.item(AGENT, "4.3")
    assert b"\nchange   " in fleet.run(*what, "--dry-run", "--readonly").stdout
    assert json.loads(fleet.run(*what, "--dry-run", "-o", "json").stdout)["outcome"] == "planned"
    for more, code, word in ((("--yes", "--reason", "r"), 3, b"--write"), (("--write", "--yes"), 2, b"--reason"),
                             (("--write", "--reason", "r"), 3, b"--yes"), (("--readonly", "--yes", "--reason", "r"), 3, b"read-only"),
                             (("--write", "--confirm", "upsell-judge", "--reason", "r"), 3, b"--confirm says upsell-judge")):
        assert word in fleet.run(*what, *more, code=code).stderr
    assert (fleet.item(AGENT), fleet.item(AGENT, "4.3")) == before
