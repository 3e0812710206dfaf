"""Bedrock Agents (Classic) of the simulated region, asked by an unmodified SDK."""
import time

from test_agentcore_boto3 import code, route_of, until, versions_seen


def agent_of(client, name):
    return next(a for a in client.list_agents()["agentSummaries"] if a["agentName"] == name)["agentId"]


def alias_of(client, agent, name="prod"):
    return next(a for a in client.list_agent_aliases(agentId=agent)["agentAliasSummaries"] if a["agentAliasName"] == name)["agentAliasId"]


def prepared(client, agent, alias):
    def look():
        a = client.get_agent_alias(agentId=agent, agentAliasId=alias)["agentAlias"]
        return a if a["agentAliasStatus"] == "PREPARED" else None
    return until(look)


def test_agents_versions_and_aliases(sim):
    client = sim.client("bedrock-agent")
    names = {a["agentName"]: a for a in client.list_agents()["agentSummaries"]}
    assert set(names) == {"upsell-generator", "upsell-judge", "menu-writer", "lead-qualifier"}
    assert names["upsell-judge"]["latestAgentVersion"] == "3"
    aid = names["upsell-judge"]["agentId"]
    draft = client.get_agent(agentId=aid)["agent"]
    assert draft["agentVersion"] == "DRAFT" and draft["foundationModel"] == "amazon.nova-lite-v1:0" and draft["agentStatus"] == "PREPARED"
    assert [v["agentVersion"] for v in client.list_agent_versions(agentId=aid)["agentVersionSummaries"]] == ["DRAFT", "3", "2", "1"]
    assert client.get_agent_version(agentId=aid, agentVersion="2")["agentVersion"]["description"] == "upsell-judge 1.3"
    aliases = {a["agentAliasName"]: a for a in client.list_agent_aliases(agentId=aid)["agentAliasSummaries"]}
    assert aliases["AgentTestAlias"]["agentAliasId"] == "TSTALIASID"
    assert aliases["AgentTestAlias"]["routingConfiguration"] == [{"agentVersion": "DRAFT"}]
    assert aliases["prod"]["routingConfiguration"] == [{"agentVersion": "2"}]
    events = client.get_agent_alias(agentId=aid, agentAliasId=aliases["prod"]["agentAliasId"])["agentAlias"]["agentAliasHistoryEvents"]
    assert [e["routingConfiguration"][0]["agentVersion"] for e in events] == ["2", "1"]
    assert "endDate" not in events[0] and events[1]["endDate"] == events[0]["startDate"]
    assert len(client.list_agents(maxResults=3)["agentSummaries"]) == 3
    assert {b["name"] for b in client.list_knowledge_bases()["knowledgeBaseSummaries"]} == {"menus", "guest-reviews", "brand-voice"}


def test_an_alias_moves_and_arrivals_follow(start_sim):
    sim = start_sim("--speed", "60")
    client = sim.client("bedrock-agent")
    aid = agent_of(client, "upsell-judge")
    prod = alias_of(client, aid)
    answer = client.update_agent_alias(agentId=aid, agentAliasId=prod, agentAliasName="prod", routingConfiguration=[{"agentVersion": "1"}])
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 202
    done = prepared(client, aid, prod)
    assert done["routingConfiguration"] == [{"agentVersion": "1"}]
    assert [e["routingConfiguration"][0]["agentVersion"] for e in done["agentAliasHistoryEvents"]] == ["1", "2", "1"]
    weights, item = route_of(sim, "upsell-judge")
    assert weights == {"1.2": 100} and item["updatedBy"]["S"] == sim.client("sts").get_caller_identity()["Arn"]
    since = item["updatedAt"]["S"]
    assert set(until(lambda: (lambda v: v if len(v) >= 5 else None)(versions_seen(sim, "upsell-judge", since)), 30)) == {"1.2"}


def test_a_move_takes_its_time_and_excludes_others(start_sim):
    client = start_sim().client("bedrock-agent")
    aid = agent_of(client, "menu-writer")
    prod = alias_of(client, aid)

    def move(version):
        return client.update_agent_alias(agentId=aid, agentAliasId=prod, agentAliasName="prod", routingConfiguration=[{"agentVersion": version}])
    assert move("3")["agentAlias"]["agentAliasStatus"] == "UPDATING"
    assert code(lambda: move("1")) == ("ConflictException", 409)
    assert prepared(client, aid, prod)["routingConfiguration"] == [{"agentVersion": "3"}]


def test_a_rejecting_alias_pauses_the_agent(start_sim):
    sim = start_sim("--speed", "60")
    client = sim.client("bedrock-agent")
    aid = agent_of(client, "upsell-judge")
    prod = alias_of(client, aid)
    client.update_agent_alias(agentId=aid, agentAliasId=prod, agentAliasName="prod", routingConfiguration=[{"agentVersion": "2"}],
                              aliasInvocationState="REJECT_INVOCATIONS")
    assert prepared(client, aid, prod)["aliasInvocationState"] == "REJECT_INVOCATIONS"
    item = route_of(sim, "upsell-judge")[1]
    assert item["paused"]["BOOL"]
    time.sleep(3)
    assert versions_seen(sim, "upsell-judge", item["updatedAt"]["S"]) == []


def test_without_routing_the_draft_is_published(start_sim):
    sim = start_sim()
    client = sim.client("bedrock-agent")
    aid = agent_of(client, "lead-qualifier")
    prod = alias_of(client, aid)
    client.update_agent_alias(agentId=aid, agentAliasId=prod, agentAliasName="live")
    done = prepared(client, aid, prod)
    assert done["agentAliasName"] == "live" and done["routingConfiguration"] == [{"agentVersion": "4"}]
    assert client.get_agent_version(agentId=aid, agentVersion="4")["agentVersion"]["description"] == "lead-qualifier 4.4"
    made = client.create_agent_alias(agentId=aid, agentAliasName="canary", clientToken="t" * 36)["agentAlias"]
    assert made["agentAliasStatus"] == "CREATING" and made["routingConfiguration"] == [{"agentVersion": "5"}]
    again = client.create_agent_alias(agentId=aid, agentAliasName="canary", clientToken="t" * 36)["agentAlias"]
    assert again["agentAliasId"] == made["agentAliasId"]
    assert prepared(client, aid, made["agentAliasId"])["routingConfiguration"] == [{"agentVersion": "5"}]
    fixed = client.create_agent_alias(agentId=aid, agentAliasName="old", routingConfiguration=[{"agentVersion": "1"}])["agentAlias"]
    assert fixed["routingConfiguration"] == [{"agentVersion": "1"}]
    assert route_of(sim, "lead-qualifier")[0] == {"4.4": 100}


def test_prepare(start_sim):
    client = start_sim().client("bedrock-agent")
    aid = agent_of(client, "lead-qualifier")
    answer = client.prepare_agent(agentId=aid)
    assert (answer["agentStatus"], answer["agentVersion"]) == ("PREPARING", "DRAFT")
    assert code(lambda: client.prepare_agent(agentId=aid)) == ("ConflictException", 409)
    until(lambda: client.get_agent(agentId=aid)["agent"]["agentStatus"] == "PREPARED")


def test_a_bad_release_is_rolled_back_by_its_alias(start_sim):
    sim = start_sim("--scenario", "bad-release", "--speed", "120")
    client = sim.client("bedrock-agent")
    aid = agent_of(client, "upsell-generator")
    prod = alias_of(client, aid)

    def at(version):
        a = client.get_agent_alias(agentId=aid, agentAliasId=prod)["agentAlias"]
        return a if a["routingConfiguration"] == [{"agentVersion": version}] and a["agentAliasStatus"] == "PREPARED" else None
    until(lambda: at("3"))
    client.update_agent_alias(agentId=aid, agentAliasId=prod, agentAliasName="prod", routingConfiguration=[{"agentVersion": "2"}])
    until(lambda: at("2"))
    assert route_of(sim, "upsell-generator")[0] == {"2.1": 100}
    control = sim.client("bedrock-agentcore-control")      # and the other platform that has the agent shows it
    rid = next(r for r in control.list_agent_runtimes()["agentRuntimes"] if r["agentRuntimeName"] == "upsell_generator")["agentRuntimeId"]
    assert control.get_agent_runtime_endpoint(agentRuntimeId=rid, endpointName="prod")["liveVersion"] == "2"


def test_what_is_refused(sim):
    client = sim.client("bedrock-agent")
    aid = agent_of(client, "upsell-judge")
    prod = alias_of(client, aid)
    missing, invalid = ("ResourceNotFoundException", 404), ("ValidationException", 400)

    def update(**more):
        return lambda: client.update_agent_alias(**{**dict(agentId=aid, agentAliasId=prod, agentAliasName="prod",
                                                           routingConfiguration=[{"agentVersion": "2"}]), **more})
    for call in (lambda: client.get_agent(agentId="NOBODY0000"), lambda: client.prepare_agent(agentId="NOBODY0000"),
                 lambda: client.list_agent_versions(agentId="NOBODY0000"), lambda: client.list_agent_aliases(agentId="NOBODY0000"),
                 lambda: client.get_agent_version(agentId=aid, agentVersion="77"),
                 lambda: client.get_agent_alias(agentId=aid, agentAliasId="NOBODY0000"),
                 lambda: client.create_agent_alias(agentId="NOBODY0000", agentAliasName="x"),
                 update(agentAliasId="NOBODY0000"), update(routingConfiguration=[{"agentVersion": "77"}])):
        assert code(call) == missing
    for call in (update(agentAliasId="TSTALIASID"), update(agentAliasName="a--b"), lambda: client.list_agents(nextToken="made-up"),
                 lambda: client.create_agent_alias(agentId=aid, agentAliasName="-x")):
        assert code(call) == invalid
    assert code(update(agentAliasName="AgentTestAlias")) == ("ConflictException", 409)
    assert code(lambda: client.create_agent_alias(agentId=aid, agentAliasName="prod")) == ("ConflictException", 409)
