"""The registry of all back ends on a server written by others, set up and read with boto3."""
import pytest

import registry
from others import RUNTIME, agents_table

WRITE = ("--write", "--yes", "--reason", "fails")


@pytest.fixture
def there(ministack, home):
    home.env.update(ministack.env)
    return ministack


def make(there):
    control, agents, ddb = (there.client(s) for s in ("bedrock-agentcore-control", "bedrock-agent", "dynamodb"))
    rid = control.create_agent_runtime(agentRuntimeName="reader_of", **RUNTIME)["agentRuntimeId"]
    control.update_agent_runtime(agentRuntimeId=rid, environmentVariables={"AGENT_VERSION": "1.1", "MODEL_ID": "m-1"}, **RUNTIME)
    control.create_agent_runtime_endpoint(agentRuntimeId=rid, name="prod", agentRuntimeVersion="2")
    aid = agents.create_agent(agentName="teller-of", foundationModel="anthropic.claude-3-haiku-20240307-v1:0", instruction="x" * 40,
                              agentResourceRoleArn=RUNTIME["roleArn"])["agent"]["agentId"]
    agents.prepare_agent(agentId=aid)
    agents.create_agent_alias(agentId=aid, agentAliasName="prod", routingConfiguration=[{"agentVersion": "1"}])
    ddb.create_table(TableName="jobs", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "jobId", "KeyType": "HASH"}],
                     AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("jobId", "status", "updatedAt")],
                     GlobalSecondaryIndexes=[{"IndexName": "status-updatedAt-index", "Projection": {"ProjectionType": "ALL"}, "KeySchema": [
                         {"AttributeName": "status", "KeyType": "HASH"}, {"AttributeName": "updatedAt", "KeyType": "RANGE"}]}])
    agents_table(ddb)
    ddb.put_item(TableName="agents", Item={"agentId": {"S": "writer"}, "version": {"S": "1.0"}, "status": {"S": "approved"},
                 "config": {"M": {"maxTokens": {"N": "700"}}}, "promptTemplate": {"S": "Write."}})
    ddb.put_item(TableName="agents", Item={"agentId": {"S": "writer"}, "version": {"S": "#route"}, "routes": {"L": [
        {"M": {"version": {"S": "1.0"}, "weight": {"N": "100"}}}]}})
    return rid


def test_all_back_ends(there, home):
    rid = make(there)
    found, versions = home.json("get", "agents"), home.json("get", "versions")
    registry.check(found, versions, registry.agentcore(there.client("bedrock-agentcore-control")), "agentcore")
    registry.check(found, versions, registry.classic(there.client("bedrock-agent")), "agents-classic")
    writer, = [a for a in found if a["backend"] == "dynamodb"]
    assert writer["pointers"][0]["rev"] is None and writer["pointers"][0]["live"] == [{"version": "1.0", "weight": 100}]
    assert [(v["version"], v["status"]) for v in versions if v["agentId"] == "writer"] == [("1.0", "approved")]
    made, = home.json("describe", "agent", "writer", "--cached")
    assert (made["config"], made["prompt"], made["tools"]) == ({"maxTokens": 700}, "Write.", None)
    assert [v["model"] for v in versions if v["agentId"] == rid and v["version"] == "2"] == ["m-1"]
    # What seismo moved and what others did.
    assert home.run("setup", *WRITE).returncode == 0
    moved = home.run("rollback", "reader_of", "--pointer", "agentcore/prod", "--from", "2", "--to", "1", *WRITE)
    assert moved.returncode == 0, moved.stderr.decode()

    def prod():
        return next(p for a in home.json("get", "agents") if a["agentId"] == rid for p in a["pointers"] if p["name"] == "prod")
    assert prod()["live"] == [{"version": "1", "weight": 100}] and prod()["rev"] == 2 and not prod()["drift"] and prod()["lock"] is None
    there.client("bedrock-agentcore-control").update_agent_runtime_endpoint(agentRuntimeId=rid, endpointName="prod", agentRuntimeVersion="2")
    assert prod()["drift"]
    assert {h["origin"] for h in home.json("history", "reader_of")} == {"seismo", "elsewhere"}
