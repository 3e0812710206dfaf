"""Agents are paused, versions approved and rejected: on the simulated region, read back with boto3. Refused is what must not be."""
import json
import subprocess

import pytest

from test_rollback import WRITE, Fleet

AGENT, ROUTE = "lead-qualifier", ("--pointer", "route")


@pytest.fixture
def fleet(start_sim, home):
    return Fleet(start_sim("--seed", "7", "--speed", "8"), home)


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


@pytest.mark.parametrize("pointer,to", [("route", "4.1"), ("agents-classic/prod", "1")])
def test_what_serves_is_not_resumed(fleet, pointer, to):
    """Whether or not something else was done to the pointer before: nobody was first."""
    words = f"{pointer.rpartition('/')[2]} of {AGENT} is not paused: there is nothing to resume".encode()
    resume = ("resume", AGENT, "--pointer", pointer, *WRITE)
    assert words in fleet.run(*resume, code=3).stderr
    fleet.write("rollback", AGENT, "--pointer", pointer, "--to", to)
    assert words in fleet.run(*resume, code=3).stderr


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

@pytest.mark.parametrize("what", [("pause", AGENT, *ROUTE), ("resume", AGENT, *ROUTE), ("approve", AGENT, "4.3"), ("reject", AGENT, "4.3"),
                                  ("stop", AGENT, "--rung", "reject", "--pointer", "agents-classic/prod")],
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


# --- register ------------------------------------------------------------------------------------------------------

VERSION = 'version: "4.4"\nprompt_template: s3://prompts/lead-qualifier/v4.4.txt\nmodel: eu.amazon.nova-lite-v1:0\nstatus: testing\n' \
          'config: {temperature: 0.2, max_tokens: 1024}\n'


def test_a_version_of_the_agents_table_is_registered(fleet, tmp_path):
    file = tmp_path / "v.yaml"
    file.write_text(VERSION)
    doc = fleet.write("register", AGENT, str(file), *ROUTE)
    item = fleet.item(AGENT, "4.4")
    assert (item["status"]["S"], item["bedrockModel"]["S"], item["createdBy"]["S"]) == ("testing", "eu.amazon.nova-lite-v1:0", doc["callerArn"])
    assert item["promptTemplate"]["S"].endswith("v4.4.txt") and float(item["config"]["M"]["temperature"]["N"]) == 0.2
    assert item["config"]["M"]["maxTokens"]["N"] == "1024" and item["createdAt"]["S"].endswith("Z")
    assert doc["verified"] and doc["message"] == "lead-qualifier 4.4: - > testing" and fleet.route(AGENT) == {"4.2": 100}
    assert b"has a version 4.4 already" in fleet.run("register", AGENT, str(file), *ROUTE, *WRITE, code=2).stderr
    fleet.write("approve", AGENT, "4.4", "--from", "testing")
    assert fleet.write("rollout", AGENT, "4.4", "--percent", "10", *ROUTE)["verified"]


def test_a_version_of_a_runtime_is_registered_and_keeps_the_rest(fleet, tmp_path):
    control = fleet.sim.client("bedrock-agentcore-control")
    rid = next(r["agentRuntimeId"] for r in control.list_agent_runtimes()["agentRuntimes"] if r["agentRuntimeName"] == "visibility_check")
    before = control.get_agent_runtime(agentRuntimeId=rid)
    uri = before["agentRuntimeArtifact"]["containerConfiguration"]["containerUri"].rpartition(":")[0] + ":3.9"
    file = tmp_path / "v.yaml"
    file.write_text(f'container_uri: {uri}\nenvironment: {{AGENT_VERSION: "3.9", EXTRA: "1"}}\n')
    target = ("register", "visibility-check", str(file), "--pointer", "agentcore/runtime")
    assert b"DEFAULT follows" in fleet.run(*target, "--dry-run").stdout
    doc = fleet.write(*target, "--from", before["agentRuntimeVersion"])
    now = control.get_agent_runtime(agentRuntimeId=rid)
    assert now["agentRuntimeVersion"] == str(int(before["agentRuntimeVersion"]) + 1) and now["status"] == "READY" and doc["verified"]
    assert now["agentRuntimeArtifact"]["containerConfiguration"]["containerUri"] == uri
    assert now["environmentVariables"] == {**before["environmentVariables"], "AGENT_VERSION": "3.9", "EXTRA": "1"}
    for kept in ("roleArn", "networkConfiguration", "protocolConfiguration", "lifecycleConfiguration"):
        assert now[kept] == before[kept]
    assert doc["to"] == [{"version": now["agentRuntimeVersion"], "weight": 100}] and fleet.endpoint()["liveVersion"] == "2"
    assert fleet.write(*target, "--from", before["agentRuntimeVersion"], code=4)["outcome"] == "lost"
    file.write_text(f"container_uri: {uri.replace('visibility-check', 'nobody')}\n")
    failed = fleet.write(*target, code=1)
    assert failed["outcome"] == "failed" and "UPDATE_FAILED" in failed["message"] and "image" in failed["message"]


@pytest.mark.parametrize("text,more,code,words", [
    (VERSION, ("--pointer", "agentcore/runtime"), 2, ["go with the agents table"]), ("container_uri: x\n", ROUTE, 2, ["go with AgentCore"]),
    ('version: "5"\n', ROUTE, 2, ["needs version, prompt_template and model"]), ("versoin: x\n", ROUTE, 2, ["versoin", "version"]),
    ("{}\n", ("--pointer", "agentcore/runtime"), 2, ["changes nothing"]), (VERSION, ("--pointer", "agents-classic/prod"), 3, ["moving an alias"]),
])
def test_files_that_do_not_fit(fleet, tmp_path, text, more, code, words):
    file = tmp_path / "v.yaml"
    file.write_text(text)
    agent = "visibility-check" if "agentcore/runtime" in more else AGENT
    done = fleet.run("register", agent, str(file), *more, *WRITE, code=code)
    for word in words:
        assert word in done.stderr.decode(), done.stderr


# --- the stop ladder -----------------------------------------------------------------------------------------------

def gateway(fleet):
    control = fleet.sim.client("bedrock-agentcore-control")
    return control, control.list_gateways()["items"][0]["gatewayId"]


def test_throttle_makes_a_rate_limit_and_undo_takes_it_away(fleet):
    control, gid = gateway(fleet)
    stop = ("stop", "upsell-generator", "--rung", "throttle")
    assert b"stops.throttle.gateway" in fleet.run(*stop, *WRITE, code=3).stderr
    fleet.home.config(f'stops: {{throttle: {{gateway: {gid}, target: "{{agent}}-prod", requests_per_minute: 3}}}}\n')
    assert b"\nuntil    " in fleet.run(*stop, "--dry-run").stdout and control.list_gateway_rate_limits(gatewayIdentifier=gid)["rateLimits"] == []
    doc = fleet.write(*stop)
    limit, = control.list_gateway_rate_limits(gatewayIdentifier=gid)["rateLimits"]
    assert limit["rateLimitId"] == "seismo-upsell-generator" and limit["dimensionKeys"] == ["targetName"] and limit["status"] == "ACTIVE"
    assert limit["entries"][0]["dimensions"] == {"targetName": "upsell-generator-prod"}
    assert limit["entries"][0]["requests"] == [{"rate": 3.0, "period": "minute"}] and doc["verified"] and doc["action"] == "stop-throttle"
    assert fleet.write(*stop, code=4)["winner"]["op"] == doc["op"]
    assert fleet.write("undo", doc["op"])["action"] == "unthrottle"
    assert control.list_gateway_rate_limits(gatewayIdentifier=gid)["rateLimits"] == []


def test_an_ab_test_pauses_and_runs_again(fleet):
    data = fleet.sim.client("bedrock-agentcore")
    tid = data.list_ab_tests()["abTests"][0]["abTestId"]
    doc = fleet.write("stop", "visibility-check", "--rung", "pause-ab")
    assert data.get_ab_test(abTestId=tid)["executionStatus"] == "PAUSED" and doc["verified"] and doc["pointer"] == data.get_ab_test(abTestId=tid)["abTestArn"]
    fleet.write("undo")
    assert data.get_ab_test(abTestId=tid)["executionStatus"] == "RUNNING"
    assert b"no A/B test's name begins with lead-qualifier" in fleet.run("stop", AGENT, "--rung", "pause-ab", *WRITE, code=3).stderr


def test_an_alias_rejects_and_others_have_no_such_rung(fleet):
    fleet.write("stop", AGENT, "--rung", "reject", "--pointer", "agents-classic/prod")
    assert fleet.alias()["aliasInvocationState"] == "REJECT_INVOCATIONS"
    fleet.write("resume", AGENT, "--pointer", "agents-classic/prod")
    assert fleet.alias()["aliasInvocationState"] == "ACCEPT_INVOCATIONS"
    assert b"seismo pause" in fleet.run("stop", AGENT, "--rung", "reject", *ROUTE, *WRITE, code=3).stderr
    assert b"no switch" in fleet.run("stop", "visibility-check", "--rung", "reject", "--pointer", "agentcore/prod", *WRITE, code=3).stderr


def test_named_sessions_end(fleet):
    data, arn = fleet.sim.client("bedrock-agentcore"), fleet.endpoint()["agentRuntimeArn"]
    ids = ["session-" + c * 30 for c in "ab"]
    for one in ids:
        data.invoke_agent_runtime(agentRuntimeArn=arn, runtimeSessionId=one, qualifier="prod", payload=b'{"prompt": "x"}')["response"].read()
    stop = ("stop", "visibility-check", "--rung", "sessions", "--pointer", "agentcore/prod")
    assert b"AWS lists no sessions" in fleet.run(*stop, *WRITE, code=2).stderr
    doc = fleet.write(*stop, "--session", ",".join([*ids, "session-" + "z" * 30]))
    assert doc["verified"] and doc["undo"] is None and "3 sessions > ended" in doc["message"]
    for one in ids:
        with pytest.raises(data.exceptions.ResourceNotFoundException):
            data.stop_runtime_session(agentRuntimeArn=arn, runtimeSessionId=one, qualifier="prod")


def test_park_moves_to_the_parking_version(fleet):
    stop = ("stop", AGENT, "--rung", "park", *ROUTE)
    assert b"stops.parking_versions" in fleet.run(*stop, *WRITE, code=2).stderr
    fleet.home.config('stops: {parking_versions: [{version: "0"}, {agent: lead-qualifier, version: "4.1"}]}\n')
    doc = fleet.write(*stop)
    assert fleet.route(AGENT) == {"4.1": 100} and doc["action"] == "stop-park"
    assert fleet.item(AGENT, "4.1")["status"]["S"] == "deprecated" and fleet.item(AGENT, "4.2")["status"]["S"] == "production"
    fleet.write("undo")
    assert fleet.route(AGENT) == {"4.2": 100}


def test_the_ladder_is_told(fleet):
    for args in ((), ("--rung", "shout")):
        text = fleet.run("stop", AGENT, *args, *WRITE, code=2).stderr.decode()
        assert [line.split()[0] for line in text.splitlines()[1:]] == ["throttle", "pause-ab", "reject", "sessions", "park"]


# --- follow-ups ----------------------------------------------------------------------------------------------------

FOLLOW = 'follow_ups:\n  - {kind: ssm, name: "/agents/{agent}/version", value: "{to}"}\n  - {kind: eventbridge, detail_type: Moved}\n'


def test_what_follows_a_move(fleet):
    fleet.home.config(FOLLOW)
    ssm = fleet.sim.client("ssm")
    target = ("rollback", AGENT, *ROUTE, "--to", "4.1", "--from", "4.2")
    planned = fleet.run(*target, "--dry-run").stdout
    assert b"PutParameter /agents/lead-qualifier/version = 4.1" in planned and b"PutEvents Moved from seismo to bus default" in planned
    doc = fleet.write(*target)
    assert [(f["kind"], f["ok"], f["message"]) for f in doc["followUps"]] == [("ssm", True, None), ("eventbridge", True, None)]
    assert ssm.get_parameter(Name="/agents/lead-qualifier/version")["Parameter"]["Value"] == "4.1"
    assert [r["call"] for r in doc["requestIds"]][-2:] == ["PutParameter", "PutEvents"]
    fleet.write("undo")
    now = ssm.get_parameter(Name="/agents/lead-qualifier/version")["Parameter"]
    assert now["Value"] == "4.2" and now["Type"] == "String"
    assert fleet.write("pause", AGENT, *ROUTE)["followUps"] == []
    file = next((fleet.home.path / ".local/state/seismo").glob("*.audit.jsonl"))
    assert [json.loads(line)["event"] for line in file.read_text().splitlines()].count("followed") == 4
    assert fleet.run("audit", "verify").returncode == 0


def test_a_follow_up_that_fails_undoes_nothing(fleet):
    fleet.home.config('follow_ups:\n  - {kind: ssm, name: "no good name", value: "{to}"}\n  - {kind: ssm, name: "/ok", value: "{from}>{to}"}\n')
    doc = fleet.write("rollback", AGENT, *ROUTE, "--to", "4.1")
    assert doc["outcome"] == "done" and doc["exit"] == 0 and doc["verified"] and fleet.route(AGENT) == {"4.1": 100}
    assert [f["ok"] for f in doc["followUps"]] == [False, True] and doc["followUps"][0]["message"]
    assert fleet.sim.client("ssm").get_parameter(Name="/ok")["Parameter"]["Value"] == "4.2>4.1"
    assert b"UNKNOWN" not in fleet.run("op", "list").stdout


@pytest.mark.parametrize("entry,word", [
    ("{kind: ssm, name: x}", "needs value"), ("{kind: ssm, name: x, value: y, bus: z}", "bus goes with kind: eventbridge"),
    ('{kind: ssm, name: "{nobody}", value: y}', "no other braces"), ("{kind: smoke}", "ssm or eventbridge"), ("{name: x, value: y}", "kind")])
def test_follow_ups_that_cannot_be_read(home, entry, word):
    home.config(f"follow_ups: [{entry}]\n")
    done = home.run("config", "check")
    assert done.returncode == 2 and word in done.stderr.decode(), done.stderr
