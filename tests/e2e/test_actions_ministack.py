"""Agents are paused, versions approved and registered, follow-ups done on a server written by others: set up and read back with boto3."""
import time

import pytest

from others import RUNTIME, routed_agent
from test_rollback_ministack import WRITE, doc


@pytest.fixture
def there(ministack, home):
    home.env.update(ministack.env)
    return ministack


@pytest.fixture(scope="module")
def table(ministack):
    """An agent of the agents table, and what its items say."""
    return routed_agent(ministack, "clerk", {"1.0": "approved", "1.1": "production", "1.2": "testing"}, "1.1")


def test_pause_and_resume(there, home, table):
    assert doc(home, "pause", "clerk", "--pointer", "route")["verified"] and table()["paused"]["BOOL"] is True and "lock" not in table()
    lost = doc(home, "pause", "clerk", "--pointer", "route", code=4)
    assert lost["winner"]["by"] and lost["winner"]["op"]
    assert doc(home, "undo")["action"] == "resume" and table()["paused"]["BOOL"] is False
    assert [r["M"]["version"]["S"] for r in table()["routes"]["L"]] == ["1.1"]


def test_approve_and_reject(there, home, table):
    assert doc(home, "approve", "clerk", "1.2", "--from", "testing")["verified"] and table("1.2")["status"]["S"] == "approved"
    assert doc(home, "reject", "clerk", "1.2", "--from", "testing", code=4)["outcome"] == "lost"
    doc(home, "reject", "clerk", "1.2")
    assert table("1.2")["status"]["S"] == "rejected" and "lock" not in table()


def test_register(there, home, table, tmp_path):
    file = tmp_path / "v.yaml"
    file.write_text('version: "1.3"\nprompt_template: s3://p/clerk.txt\nmodel: m\nconfig: {temperature: 0.5}\n')
    assert doc(home, "register", "clerk", str(file))["verified"]
    made = table("1.3")
    assert made["status"]["S"] == "draft" and float(made["config"]["M"]["temperature"]["N"]) == 0.5 and made["createdBy"]["S"]


def test_register_a_runtime(there, home, tmp_path):
    control = there.client("bedrock-agentcore-control")
    rid = control.create_agent_runtime(agentRuntimeName="typist", environmentVariables={"A": "1"}, **RUNTIME)["agentRuntimeId"]
    home.run("setup", *WRITE)
    file = tmp_path / "v.yaml"
    file.write_text("container_uri: 111122223333.dkr.ecr.us-east-1.amazonaws.com/a:2\nenvironment: {B: \"2\"}\n")
    d = doc(home, "register", "typist", str(file))
    now = control.get_agent_runtime(agentRuntimeId=rid)
    assert d["verified"] and now["agentRuntimeVersion"] == "2" and now["environmentVariables"] == {"A": "1", "B": "2"}
    assert now["agentRuntimeArtifact"]["containerConfiguration"]["containerUri"].endswith("a:2") and now["roleArn"] == RUNTIME["roleArn"]


def test_pause_an_alias(there, home):
    agents = there.client("bedrock-agent")
    aid = agents.create_agent(agentName="usher", foundationModel="anthropic.claude-3-haiku-20240307-v1:0", instruction="x" * 40,
                              agentResourceRoleArn="arn:aws:iam::000000000000:role/agent")["agent"]["agentId"]
    agents.prepare_agent(agentId=aid)
    alias = agents.create_agent_alias(agentId=aid, agentAliasName="prod", description="what serves",
                                      routingConfiguration=[{"agentVersion": "1"}])["agentAlias"]["agentAliasId"]

    def read():
        return agents.get_agent_alias(agentId=aid, agentAliasId=alias)["agentAlias"]
    agents.update_agent_alias(agentId=aid, agentAliasId=alias, agentAliasName="prod", description="what serves",
                              routingConfiguration=[{"agentVersion": "1"}], aliasInvocationState="ACCEPT_INVOCATIONS")
    if "aliasInvocationState" not in read():
        pytest.skip("this server keeps no invocation state of aliases; they are proved on the simulated region")
    home.run("setup", *WRITE)
    assert doc(home, "pause", "usher", "--pointer", "prod")["verified"] and read()["aliasInvocationState"] == "REJECT_INVOCATIONS"
    assert read()["routingConfiguration"] == [{"agentVersion": "1"}] and read().get("description") == "what serves"
    assert doc(home, "undo")["action"] == "resume" and read()["aliasInvocationState"] == "ACCEPT_INVOCATIONS"


def test_what_follows_a_move(there, home, table):
    home.config('follow_ups:\n  - {kind: ssm, name: "/agents/{agent}/version", value: "{to}"}\n  - {kind: eventbridge}\n')
    d = doc(home, "rollback", "clerk", "--pointer", "route", "--to", "1.0")
    assert [f["ok"] for f in d["followUps"]] == [True, True], d["followUps"]
    ssm = there.client("ssm")
    assert ssm.get_parameter(Name="/agents/clerk/version")["Parameter"]["Value"] == "1.0"
    began = time.monotonic()
    doc(home, "undo")
    assert ssm.get_parameter(Name="/agents/clerk/version")["Parameter"]["Value"] == "1.1" and time.monotonic() - began < 30
