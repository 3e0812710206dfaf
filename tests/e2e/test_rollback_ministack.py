"""Pointers move on a server written by others as they do on the simulated region: set up and read back with boto3."""
import json

import pytest

from others import routed_agent, runtime_at_2

WRITE = ("--write", "--yes", "--reason", "fails")


@pytest.fixture
def there(ministack, home):
    home.env.update(ministack.env)
    return ministack


def doc(home, *args, code=0):
    done = home.run(*args, *WRITE, "-o", "json")
    assert done.returncode == code, (done.stdout.decode(), done.stderr.decode())
    return json.loads(done.stdout)


def test_a_route_of_the_agents_table(there, home):
    item = routed_agent(there, "writer", {"1.0": "approved", "1.1": "production"}, "1.1")
    d = doc(home, "rollback", "writer", "--pointer", "route", "--from", "1.1", "--to", "1.0")
    assert d["verified"] and d["rev"] == {"seen": 0, "now": 2}
    now = item()
    assert [r["M"]["version"]["S"] for r in now["routes"]["L"]] == ["1.0"] and now["rev"]["N"] == "2" and "lock" not in now
    assert item("1.1")["status"]["S"] == "rolled_back" and item("1.0")["status"]["S"] == "production"
    lost = doc(home, "rollback", "writer", "--pointer", "route", "--from", "1.1", "--to", "1.0", code=4)
    assert lost["winner"]["to"] == [{"version": "1.0", "weight": 100}]
    doc(home, "rollout", "writer", "1.1", "--percent", "25", "--pointer", "route")
    assert {r["M"]["version"]["S"]: r["M"]["weight"]["N"] for r in item()["routes"]["L"]} == {"1.0": "75", "1.1": "25"}
    doc(home, "undo")
    assert [r["M"]["version"]["S"] for r in item()["routes"]["L"]] == ["1.0"]


def test_an_endpoint_and_the_lock_table(there, home):
    live = runtime_at_2(there, "reader")
    target = ("rollback", "reader", "--from", "2", "--to", "1")
    assert b"no lock table" in home.run(*target, *WRITE).stderr
    assert b"is made" in home.run("setup", *WRITE).stdout
    d = doc(home, *target)
    assert d["verified"] and d["claim"] and live()["liveVersion"] == "1"
    row = there.client("dynamodb").get_item(TableName="seismo-locks", Key={"pointer": {"S": d["pointer"]}, "sk": {"S": "#lock"}})["Item"]
    assert row["live"]["S"] == "1" and "lock" not in row
    assert home.run("audit", "verify").returncode == 0


def test_an_alias(there, home):
    agents = there.client("bedrock-agent")
    aid = agents.create_agent(agentName="teller", foundationModel="anthropic.claude-3-haiku-20240307-v1:0", instruction="x" * 40,
                              agentResourceRoleArn="arn:aws:iam::000000000000:role/agent")["agent"]["agentId"]
    agents.prepare_agent(agentId=aid)
    alias = agents.create_agent_alias(agentId=aid, agentAliasName="prod", description="what serves",
                                      routingConfiguration=[{"agentVersion": "2"}])["agentAlias"]["agentAliasId"]
    home.run("setup", *WRITE)
    try:
        agents.get_agent_version(agentId=aid, agentVersion="1")
    except agents.exceptions.ResourceNotFoundException:
        # Versions do not exist there: a move to one is refused before anything is sent.
        assert b"no version 1" in home.run("rollback", "teller", "--pointer", "prod", "--from", "2", "--to", "1", *WRITE).stderr
        pytest.skip("this server keeps no versions of Bedrock agents; aliases are proved on the simulated region")
    d = doc(home, "rollback", "teller", "--pointer", "prod", "--from", "2", "--to", "1")
    now = agents.get_agent_alias(agentId=aid, agentAliasId=alias)["agentAlias"]
    assert d["verified"] and now["routingConfiguration"][0]["agentVersion"] == "1" and now.get("description") == "what serves"
