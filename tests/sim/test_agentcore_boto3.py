"""AgentCore of the simulated region, asked by an unmodified SDK: versions, endpoints, and that arrivals follow them."""
import base64
import json
import os
import subprocess
import time

import pytest

botocore_exceptions = pytest.importorskip("botocore.exceptions")

IMAGE = "000000000000.dkr.ecr.us-east-1.amazonaws.com/fleet/upsell-generator:{}"


def code(call):
    with pytest.raises(botocore_exceptions.ClientError) as e:
        call()
    return e.value.response["Error"]["Code"], e.value.response["ResponseMetadata"]["HTTPStatusCode"]


def until(condition, seconds=12):
    end = time.time() + seconds
    while time.time() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.1)
    raise AssertionError("it did not come about")


def runtime_of(client, name):
    return next(r for r in client.list_agent_runtimes()["agentRuntimes"] if r["agentRuntimeName"] == name)


def route_of(sim, agent):
    item = sim.client("dynamodb").get_item(TableName="agents", Key={"agentId": {"S": agent}, "version": {"S": "#route"}})["Item"]
    return {r["M"]["version"]["S"]: int(r["M"]["weight"]["N"]) for r in item["routes"]["L"]}, item


def versions_seen(sim, agent, since):
    """Versions of the agent's jobs that were created after `since` (ISO)."""
    ddb = sim.client("dynamodb")
    out = []
    for status in ("queued", "running", "succeeded", "failed"):
        for page in ddb.get_paginator("query").paginate(
                TableName="jobs", IndexName="status-updatedAt-index", KeyConditionExpression="#s = :s AND updatedAt > :t",
                ExpressionAttributeNames={"#s": "status"}, ExpressionAttributeValues={":s": {"S": status}, ":t": {"S": since}}):
            out += [j["agentVersion"]["S"] for j in page["Items"] if j["agentId"]["S"] == agent and j["startedAt"]["S"] > since]
    return out


def test_runtimes_are_agents_of_the_registry(sim):
    control = sim.client("bedrock-agentcore-control")
    names = {r["agentRuntimeName"] for r in control.list_agent_runtimes()["agentRuntimes"]}
    assert names == {"upsell_generator", "visibility_check", "review_responder"}
    rid = runtime_of(control, "upsell_generator")["agentRuntimeId"]
    for version, release in (("1", "2.0"), ("2", "2.1"), ("3", "2.2")):
        one = control.get_agent_runtime(agentRuntimeId=rid, agentRuntimeVersion=version)
        assert one["environmentVariables"]["AGENT_VERSION"] == release and one["status"] == "READY"
        assert one["environmentVariables"]["AGENT_ID"] == "upsell-generator"
        assert one["agentRuntimeArtifact"]["containerConfiguration"]["containerUri"].endswith(f"/fleet/upsell-generator:{release}")
    assert control.get_agent_runtime(agentRuntimeId=rid)["agentRuntimeVersion"] == "3"
    assert [v["agentRuntimeVersion"] for v in control.list_agent_runtime_versions(agentRuntimeId=rid)["agentRuntimes"]] == ["3", "2", "1"]
    points = {e["name"]: e for e in control.list_agent_runtime_endpoints(agentRuntimeId=rid)["runtimeEndpoints"]}
    assert points["DEFAULT"]["liveVersion"] == "3" and points["prod"]["liveVersion"] == "2"
    assert points["prod"]["agentRuntimeEndpointArn"].endswith(f":runtime/{rid}/runtime-endpoint/prod")
    assert control.get_agent_runtime_endpoint(agentRuntimeId=rid, endpointName="prod")["status"] == "READY"


def test_listings_come_in_pages(sim):
    control = sim.client("bedrock-agentcore-control")
    seen, token = [], None
    while True:
        page = control.list_agent_runtimes(maxResults=1, **({"nextToken": token} if token else {}))
        seen += [r["agentRuntimeId"] for r in page["agentRuntimes"]]
        token = page.get("nextToken")
        if not token:
            break
    assert len(seen) == len(set(seen)) == 3
    rid = seen[0]
    page = control.list_agent_runtime_versions(agentRuntimeId=rid, maxResults=2)
    assert len(page["agentRuntimes"]) == 2 and page["nextToken"]
    assert len(control.list_agent_runtime_versions(agentRuntimeId=rid, nextToken=page["nextToken"])["agentRuntimes"]) >= 1
    assert len(control.list_agent_runtime_endpoints(agentRuntimeId=rid, maxResults=1)["runtimeEndpoints"]) == 1
    for call in (lambda: control.list_agent_runtimes(nextToken="made-up"),
                 lambda: control.list_agent_runtime_versions(agentRuntimeId=rid, nextToken="cGFnZS05OTk=")):
        assert code(call) == ("ValidationException", 400)


def test_a_move_is_on_its_way_before_it_is_live(start_sim):
    sim = start_sim()
    control = sim.client("bedrock-agentcore-control")
    rid = runtime_of(control, "upsell_generator")["agentRuntimeId"]
    token = "a" * 40
    answer = control.update_agent_runtime_endpoint(agentRuntimeId=rid, endpointName="prod", agentRuntimeVersion="1", clientToken=token)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert (answer["status"], answer["liveVersion"], answer["targetVersion"]) == ("UPDATING", "2", "1")
    assert route_of(sim, "upsell-generator")[0] == {"2.1": 100}
    again = control.update_agent_runtime_endpoint(agentRuntimeId=rid, endpointName="prod", agentRuntimeVersion="1", clientToken=token)
    assert again["targetVersion"] == "1"
    assert code(lambda: control.update_agent_runtime_endpoint(agentRuntimeId=rid, endpointName="prod", agentRuntimeVersion="3")) == (
        "ConflictException", 409)

    def ready():
        e = control.get_agent_runtime_endpoint(agentRuntimeId=rid, endpointName="prod")
        return e if e["status"] == "READY" else None
    done = until(ready)
    assert done["liveVersion"] == done["targetVersion"] == "1" and done["lastUpdatedAt"] > answer["createdAt"]
    weights, item = route_of(sim, "upsell-generator")
    assert weights == {"2.0": 100} and item["updatedBy"]["S"] == sim.client("sts").get_caller_identity()["Arn"]


def test_arrivals_follow_an_endpoint(start_sim):
    sim = start_sim("--speed", "60")
    control = sim.client("bedrock-agentcore-control")
    rid = runtime_of(control, "upsell_generator")["agentRuntimeId"]
    control.update_agent_runtime_endpoint(agentRuntimeId=rid, endpointName="prod", agentRuntimeVersion="3")
    live = until(lambda: (lambda e: e if e["status"] == "READY" else None)(
        control.get_agent_runtime_endpoint(agentRuntimeId=rid, endpointName="prod")))
    since = live["lastUpdatedAt"].strftime("%Y-%m-%dT%H:%M:%S.") + f"{live['lastUpdatedAt'].microsecond // 1000:03d}Z"
    seen = until(lambda: (lambda v: v if len(v) >= 5 else None)(versions_seen(sim, "upsell-generator", since)), 30)
    assert set(seen) == {"2.2"}


def test_the_table_moves_the_endpoint_too(start_sim):
    sim = start_sim()
    control = sim.client("bedrock-agentcore-control")
    sim.client("dynamodb").update_item(
        TableName="agents", Key={"agentId": {"S": "upsell-generator"}, "version": {"S": "#route"}}, UpdateExpression="SET #r = :r",
        ExpressionAttributeNames={"#r": "routes"},
        ExpressionAttributeValues={":r": {"L": [{"M": {"version": {"S": "2.2"}, "weight": {"N": "100"}}}]}})
    rid = runtime_of(control, "upsell_generator")["agentRuntimeId"]
    assert control.get_agent_runtime_endpoint(agentRuntimeId=rid, endpointName="prod")["liveVersion"] == "3"


def test_a_bad_release_is_rolled_back_by_its_endpoint(start_sim):
    sim = start_sim("--scenario", "bad-release", "--speed", "120")
    control = sim.client("bedrock-agentcore-control")
    rid = runtime_of(control, "upsell_generator")["agentRuntimeId"]

    def at(version):
        e = control.get_agent_runtime_endpoint(agentRuntimeId=rid, endpointName="prod")
        return e if e["liveVersion"] == version and e["status"] == "READY" else None
    until(lambda: at("3"))
    control.update_agent_runtime_endpoint(agentRuntimeId=rid, endpointName="prod", agentRuntimeVersion="2")
    until(lambda: at("2"))
    assert route_of(sim, "upsell-generator")[0] == {"2.1": 100}


def test_an_update_makes_a_version_and_default_follows(start_sim):
    sim = start_sim()
    control = sim.client("bedrock-agentcore-control")
    rid = runtime_of(control, "upsell_generator")["agentRuntimeId"]
    now = control.get_agent_runtime(agentRuntimeId=rid)
    made = control.update_agent_runtime(
        agentRuntimeId=rid, agentRuntimeArtifact={"containerConfiguration": {"containerUri": IMAGE.format("2.3")}}, roleArn=now["roleArn"],
        networkConfiguration=now["networkConfiguration"], environmentVariables={"AGENT_VERSION": "2.3"}, description="two three")
    assert (made["agentRuntimeVersion"], made["status"]) == ("4", "UPDATING")
    assert code(lambda: control.update_agent_runtime(
        agentRuntimeId=rid, agentRuntimeArtifact={"containerConfiguration": {"containerUri": IMAGE.format("2.4")}}, roleArn=now["roleArn"],
        networkConfiguration=now["networkConfiguration"])) == ("ConflictException", 409)
    default = control.get_agent_runtime_endpoint(agentRuntimeId=rid, endpointName="DEFAULT")
    assert (default["liveVersion"], default["targetVersion"], default["status"]) == ("3", "4", "UPDATING")
    until(lambda: control.get_agent_runtime(agentRuntimeId=rid)["status"] == "READY")
    assert control.get_agent_runtime_endpoint(agentRuntimeId=rid, endpointName="DEFAULT")["liveVersion"] == "4"
    assert control.get_agent_runtime_endpoint(agentRuntimeId=rid, endpointName="prod")["liveVersion"] == "2"
    one = control.get_agent_runtime(agentRuntimeId=rid, agentRuntimeVersion="4")
    assert one["environmentVariables"] == {"AGENT_VERSION": "2.3"} and one["description"] == "two three"
    # An image that is not there: the version exists, DEFAULT stays where it was.
    control.update_agent_runtime(agentRuntimeId=rid, agentRuntimeArtifact={"containerConfiguration": {"containerUri": "example.com/other:1"}},
                                 roleArn=now["roleArn"], networkConfiguration=now["networkConfiguration"])
    failed = until(lambda: (lambda e: e if e["status"] == "UPDATE_FAILED" else None)(
        control.get_agent_runtime_endpoint(agentRuntimeId=rid, endpointName="DEFAULT")))
    assert (failed["liveVersion"], failed["targetVersion"]) == ("4", "5") and failed["failureReason"]
    assert control.get_agent_runtime(agentRuntimeId=rid)["status"] == "UPDATE_FAILED"
    control.update_agent_runtime_endpoint(agentRuntimeId=rid, endpointName="prod", agentRuntimeVersion="5")
    prod = until(lambda: (lambda e: e if e["status"] == "UPDATE_FAILED" else None)(
        control.get_agent_runtime_endpoint(agentRuntimeId=rid, endpointName="prod")))
    assert prod["liveVersion"] == "2" and route_of(sim, "upsell-generator")[0] == {"2.1": 100}


def test_endpoints_are_made_and_named(start_sim):
    sim = start_sim()
    control = sim.client("bedrock-agentcore-control")
    rid = runtime_of(control, "visibility_check")["agentRuntimeId"]
    made = control.create_agent_runtime_endpoint(agentRuntimeId=rid, name="qa_1", agentRuntimeVersion="1", description="for tests")
    assert (made["status"], made["targetVersion"]) == ("CREATING", "1")
    until(lambda: control.get_agent_runtime_endpoint(agentRuntimeId=rid, endpointName="qa_1")["status"] == "READY")
    assert code(lambda: control.create_agent_runtime_endpoint(agentRuntimeId=rid, name="qa_1")) == ("ConflictException", 409)
    assert code(lambda: control.create_agent_runtime_endpoint(agentRuntimeId=rid, name="1st")) == ("ValidationException", 400)
    for i in range(6):
        control.create_agent_runtime_endpoint(agentRuntimeId=rid, name=f"more{i}")
    assert code(lambda: control.create_agent_runtime_endpoint(agentRuntimeId=rid, name="toomany")) == ("ServiceQuotaExceededException", 402)


def test_what_does_not_exist(sim):
    control = sim.client("bedrock-agentcore-control")
    rid = runtime_of(control, "visibility_check")["agentRuntimeId"]
    missing = ("ResourceNotFoundException", 404)
    assert code(lambda: control.get_agent_runtime(agentRuntimeId="nobody-AAAAAAAAAA")) == missing
    assert code(lambda: control.get_agent_runtime(agentRuntimeId=rid, agentRuntimeVersion="99")) == missing
    assert code(lambda: control.list_agent_runtime_versions(agentRuntimeId="nobody-AAAAAAAAAA")) == missing
    assert code(lambda: control.list_agent_runtime_endpoints(agentRuntimeId="nobody-AAAAAAAAAA")) == missing
    assert code(lambda: control.get_agent_runtime_endpoint(agentRuntimeId=rid, endpointName="nowhere")) == missing
    assert code(lambda: control.update_agent_runtime_endpoint(agentRuntimeId=rid, endpointName="nowhere", agentRuntimeVersion="1")) == missing
    assert code(lambda: control.update_agent_runtime_endpoint(agentRuntimeId=rid, endpointName="prod", agentRuntimeVersion="77")) == missing
    assert code(lambda: control.create_agent_runtime_endpoint(agentRuntimeId=rid, name="x", agentRuntimeVersion="77")) == missing
    assert code(lambda: control.update_agent_runtime_endpoint(agentRuntimeId=rid, endpointName="DEFAULT", agentRuntimeVersion="1")) == (
        "ValidationException", 400)


# --- gateway ---

def gateway_of(client):
    return client.list_gateways()["items"][0]["gatewayId"]


def rule_of(client, gateway, agent):
    return next(r for r in client.list_gateway_rules(gatewayIdentifier=gateway)["gatewayRules"]
                if f"/{agent}/*" in str(r["conditions"]))


def split(agent, prod, canary):
    return [{"routeToTarget": {"weightedRoute": {"trafficSplit": [
        {"name": "prod", "weight": prod, "targetName": f"{agent}-prod"},
        {"name": "canary", "weight": canary, "targetName": f"{agent}-canary"}]}}}]


def test_a_gateway_rule_splits_what_the_route_splits(sim):
    client = sim.client("bedrock-agentcore-control")
    gateway = gateway_of(client)
    assert client.get_gateway(gatewayIdentifier=gateway)["status"] == "READY"
    rule = rule_of(client, gateway, "visibility-check")
    arms = rule["actions"][0]["routeToTarget"]["weightedRoute"]["trafficSplit"]
    assert {a["targetName"]: a["weight"] for a in arms} == {"visibility-check-prod": 90, "visibility-check-canary": 10}
    assert route_of(sim, "visibility-check")[0] == {"3.1": 90, "3.2": 10}
    plain = rule_of(client, gateway, "upsell-generator")["actions"][0]["routeToTarget"]
    assert plain == {"staticRoute": {"targetName": "upsell-generator-prod"}}
    assert client.get_gateway_rule(gatewayIdentifier=gateway, ruleId=rule["ruleId"])["priority"] == rule["priority"]


def test_a_split_that_moves_moves_arrivals(start_sim):
    sim = start_sim()
    client = sim.client("bedrock-agentcore-control")
    gateway = gateway_of(client)
    rid = rule_of(client, gateway, "visibility-check")["ruleId"]

    def update(**more):
        return client.update_gateway_rule(gatewayIdentifier=gateway, ruleId=rid, **more)
    answer = update(actions=split("visibility-check", 50, 50), description="half")
    assert answer["status"] == "UPDATING" and answer["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert code(lambda: update(priority=5)) == ("ConflictException", 409)
    until(lambda: client.get_gateway_rule(gatewayIdentifier=gateway, ruleId=rid)["status"] == "ACTIVE")
    assert route_of(sim, "visibility-check")[0] == {"3.1": 50, "3.2": 50}
    for actions in (split("visibility-check", 60, 60), split("menu-writer", 50, 50), split("visibility-check", 50, 50)[:1] * 2,
                    [{"routeToTarget": {"staticRoute": {"targetName": "nowhere"}}}]):
        assert code(lambda: update(actions=actions)) == ("ValidationException", 400)
    assert code(lambda: update(actions=[{"configurationBundle": {"staticOverride": {
        "bundleArn": "arn:aws:bedrock-agentcore:us-east-1:000000000000:configuration-bundle/x", "bundleVersion": "1"}}}])) == (
            "ResourceNotFoundException", 404)
    update(actions=[{"routeToTarget": {"staticRoute": {"targetName": "visibility-check-prod"}}}])
    until(lambda: client.get_gateway_rule(gatewayIdentifier=gateway, ruleId=rid)["status"] == "ACTIVE")
    assert route_of(sim, "visibility-check")[0] == {"3.1": 100}
    missing = ("ResourceNotFoundException", 404)
    assert code(lambda: client.get_gateway(gatewayIdentifier="nowhere-aaaaaaaaaa")) == missing
    assert code(lambda: client.get_gateway_rule(gatewayIdentifier=gateway, ruleId="0" * 36)) == missing


def test_a_rate_limit_of_nothing_stops_an_agent(start_sim):
    sim = start_sim()
    client = sim.client("bedrock-agentcore-control")
    gateway = gateway_of(client)
    assert client.list_gateway_rate_limits(gatewayIdentifier=gateway)["rateLimits"] == []

    def entry(rate):
        return [{"dimensions": {"target": "upsell-generator-prod"}, "requests": [{"rate": rate, "period": "minute"}]}]
    made = client.create_gateway_rate_limit(gatewayIdentifier=gateway, rateLimitId="stop-1", dimensionKeys=["target"], entries=entry(0.0))
    assert made["status"] == "ACTIVE" and made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert made["entries"][0]["requests"] == [{"rate": 0.0, "period": "minute"}]
    assert route_of(sim, "upsell-generator")[1]["paused"]["BOOL"]
    assert client.get_gateway_rate_limit(gatewayIdentifier=gateway, rateLimitId="stop-1")["dimensionKeys"] == ["target"]
    assert code(lambda: client.create_gateway_rate_limit(gatewayIdentifier=gateway, rateLimitId="stop-1", dimensionKeys=["target"],
                                                         entries=entry(1.0))) == ("ConflictException", 409)
    client.update_gateway_rate_limit(gatewayIdentifier=gateway, rateLimitId="stop-1", entries=entry(5.0), description="five")
    assert not route_of(sim, "upsell-generator")[1]["paused"]["BOOL"]
    assert [r["description"] for r in client.list_gateway_rate_limits(gatewayIdentifier=gateway)["rateLimits"]] == ["five"]
    assert code(lambda: client.update_gateway_rate_limit(gatewayIdentifier=gateway, rateLimitId="stop-1", entries=[
        {"dimensions": {"other": "x"}, "requests": [{"rate": 1.0, "period": "minute"}]}])) == ("ValidationException", 400)
    assert client.delete_gateway_rate_limit(gatewayIdentifier=gateway, rateLimitId="stop-1")["status"] == "DELETING"
    assert code(lambda: client.get_gateway_rate_limit(gatewayIdentifier=gateway, rateLimitId="stop-1")) == ("ResourceNotFoundException", 404)
    for i in range(10):
        client.create_gateway_rate_limit(gatewayIdentifier=gateway, dimensionKeys=["target"], entries=entry(9.0))
    assert code(lambda: client.create_gateway_rate_limit(gatewayIdentifier=gateway, dimensionKeys=["target"], entries=entry(9.0))) == (
        "ServiceQuotaExceededException", 402)


# --- registry, harness ---

def test_records_wait_for_approval(start_sim):
    client = start_sim().client("bedrock-agentcore-control")
    registry = client.list_registries()["registries"][0]["registryId"]
    assert client.list_registries(status="CREATING")["registries"] == []
    records = client.list_registry_records(registryId=registry)["registryRecords"]
    assert len(records) == 18
    waiting = client.list_registry_records(registryId=registry, status="PENDING_APPROVAL")["registryRecords"]
    assert [(r["name"], r["recordVersion"]) for r in waiting] == [("upsell-judge", "1.4")]
    rid = waiting[0]["recordId"]
    assert '"model":"amazon.nova-lite-v1:0"' in client.get_registry_record(registryId=registry, recordId=rid)[
        "descriptors"]["custom"]["inlineContent"]
    done = client.update_registry_record_status(registryId=registry, recordId=rid, status="APPROVED", statusReason="evaluated")
    assert (done["status"], done["statusReason"]) == ("APPROVED", "evaluated")
    assert client.get_registry_record(registryId=registry, recordId=rid)["statusReason"] == "evaluated"
    assert code(lambda: client.update_registry_record_status(registryId=registry, recordId=rid, status="CREATING", statusReason="x")) == (
        "ValidationException", 400)
    client.update_registry_record_status(registryId=registry, recordId=rid, status="DEPRECATED", statusReason="old")
    assert code(lambda: client.update_registry_record_status(registryId=registry, recordId=rid, status="APPROVED", statusReason="x")) == (
        "ConflictException", 409)
    assert code(lambda: client.get_registry_record(registryId=registry, recordId="a" * 12)) == ("ResourceNotFoundException", 404)
    assert code(lambda: client.list_registry_records(registryId="a" * 12)) == ("ResourceNotFoundException", 404)
    page = client.list_registry_records(registryId=registry, maxResults=10, name="upsell-judge")
    assert len(page["registryRecords"]) == 3 and "nextToken" not in page


def test_a_harness_has_versions_and_endpoints(start_sim):
    client = start_sim().client("bedrock-agentcore-control")
    hid = client.list_harnesses()["harnesses"][0]["harnessId"]
    assert client.get_harness(harnessId=hid)["harness"]["harnessVersion"] == "3"
    assert client.get_harness(harnessId=hid, harnessVersion="1")["harness"]["model"]["bedrockModelConfig"]["modelId"]
    assert [v["harnessVersion"] for v in client.list_harness_versions(harnessId=hid)["harnessVersions"]] == ["3", "2", "1"]
    assert {e["endpointName"] for e in client.list_harness_endpoints(harnessId=hid)["endpoints"]} == {"DEFAULT", "prod"}
    moved = client.update_harness_endpoint(harnessId=hid, endpointName="prod", targetVersion="1")["endpoint"]
    assert (moved["status"], moved["liveVersion"], moved["targetVersion"]) == ("UPDATING", "2", "1")
    assert code(lambda: client.update_harness_endpoint(harnessId=hid, endpointName="prod", targetVersion="3")) == ("ConflictException", 409)
    until(lambda: client.get_harness_endpoint(harnessId=hid, endpointName="prod")["endpoint"]["liveVersion"] == "1")
    missing = ("ResourceNotFoundException", 404)
    assert code(lambda: client.get_harness(harnessId="nobody-aaaaaaaaaa")) == missing
    assert code(lambda: client.get_harness(harnessId=hid, harnessVersion="9")) == missing
    assert code(lambda: client.get_harness_endpoint(harnessId=hid, endpointName="nowhere")) == missing
    assert code(lambda: client.update_harness_endpoint(harnessId=hid, endpointName="DEFAULT", targetVersion="1")) == ("ValidationException", 400)


# --- the data plane ---

SESSION = "s" * 40


def test_a_runtime_answers_whole_and_in_pieces(sim):
    control, data = sim.client("bedrock-agentcore-control"), sim.client("bedrock-agentcore")
    arn = runtime_of(control, "visibility_check")["agentRuntimeArn"]
    whole = data.invoke_agent_runtime(agentRuntimeArn=arn, qualifier="prod", runtimeSessionId=SESSION, payload=b'{"prompt":"How are we seen?"}')
    assert whole["contentType"] == "application/json" and whole["runtimeSessionId"] == SESSION and whole["statusCode"] == 200
    answer = json.loads(whole["response"].read())
    assert (answer["agentId"], answer["agentVersion"]) == ("visibility-check", "3.1") and answer["result"]
    default = json.loads(data.invoke_agent_runtime(agentRuntimeArn=arn, payload=b"{}")["response"].read())
    assert default["agentVersion"] == "3.2"
    pieces = data.invoke_agent_runtime(agentRuntimeArn=arn, qualifier="prod", runtimeSessionId=SESSION, accept="text/event-stream",
                                       payload=b'{"prompt":"How are we seen?"}')
    assert pieces["contentType"] == "text/event-stream"
    lines = [line for line in pieces["response"].iter_lines() if line]
    assert len(lines) > 3 and all(line.startswith(b"data: ") for line in lines)
    assert "".join(json.loads(line[6:]) for line in lines) == answer["result"]


def test_a_session_is_stopped_once(sim):
    control, data = sim.client("bedrock-agentcore-control"), sim.client("bedrock-agentcore")
    arn = runtime_of(control, "review_responder")["agentRuntimeArn"]
    session = "stop-me-" + "x" * 30
    missing = ("ResourceNotFoundException", 404)
    assert code(lambda: data.stop_runtime_session(agentRuntimeArn=arn, runtimeSessionId=session, qualifier="prod")) == missing
    data.invoke_agent_runtime(agentRuntimeArn=arn, qualifier="prod", runtimeSessionId=session, payload=b"hello")["response"].read()
    assert data.stop_runtime_session(agentRuntimeArn=arn, runtimeSessionId=session, qualifier="prod")["runtimeSessionId"] == session
    assert code(lambda: data.stop_runtime_session(agentRuntimeArn=arn, runtimeSessionId=session, qualifier="prod")) == missing
    assert code(lambda: data.invoke_agent_runtime(agentRuntimeArn=arn, qualifier="nowhere", payload=b"x")) == missing
    assert code(lambda: data.invoke_agent_runtime(agentRuntimeArn=arn + "x", payload=b"x")) == missing


def test_the_bad_release_breaks_some_sessions(start_sim):
    sim = start_sim("--scenario", "bad-release")
    control, data = sim.client("bedrock-agentcore-control"), sim.client("bedrock-agentcore")
    arn = runtime_of(control, "upsell_generator")["agentRuntimeArn"]
    failed = 0
    for i in range(60):
        try:
            data.invoke_agent_runtime(agentRuntimeArn=arn, qualifier="DEFAULT", runtimeSessionId=f"{i:040d}", payload=b"x")["response"].read()
        except botocore_exceptions.ClientError as e:
            assert e.response["Error"]["Code"] == "RuntimeClientError"
            failed += 1
    assert 3 <= failed <= 20
    data.invoke_agent_runtime(agentRuntimeArn=arn, qualifier="prod", runtimeSessionId=SESSION, payload=b"x")["response"].read()


def test_ab_tests_steer_the_canary(start_sim):
    sim = start_sim()
    data = sim.client("bedrock-agentcore")
    one = data.list_ab_tests()["abTests"][0]
    test = data.get_ab_test(abTestId=one["abTestId"])
    assert [(v["name"], v["weight"]) for v in test["variants"]] == [("C", 90), ("T1", 10)] and test["executionStatus"] == "RUNNING"
    assert test["results"]["evaluatorMetrics"][0]["variantResults"][0]["variantName"] == "T1"
    assert data.update_ab_test(abTestId=test["abTestId"], executionStatus="PAUSED")["executionStatus"] == "PAUSED"
    assert route_of(sim, "visibility-check")[0] == {"3.1": 100}
    variants = [dict(v, weight=w) for v, w in zip(test["variants"], (60, 40))]
    data.update_ab_test(abTestId=test["abTestId"], executionStatus="RUNNING", variants=variants)
    assert route_of(sim, "visibility-check")[0] == {"3.1": 60, "3.2": 40}
    data.update_ab_test(abTestId=test["abTestId"], executionStatus="STOPPED")
    assert route_of(sim, "visibility-check")[0] == {"3.1": 100}
    assert code(lambda: data.update_ab_test(abTestId=test["abTestId"], executionStatus="RUNNING")) == ("ConflictException", 409)
    new = dict(name="second", gatewayArn=test["gatewayArn"], roleArn=test["roleArn"], variants=variants,
               evaluationConfig={"onlineEvaluationConfigArn": "arn:aws:bedrock-agentcore:us-east-1:000000000000:online-evaluation-config/x"})
    made = data.create_ab_test(**new)
    assert made["executionStatus"] == "NOT_STARTED" and len(data.list_ab_tests()["abTests"]) == 2
    assert code(lambda: data.create_ab_test(**new)) == ("ConflictException", 409)
    assert code(lambda: data.create_ab_test(**{**new, "name": "third", "variants": variants[:1] * 2})) == ("ValidationException", 400)
    assert code(lambda: data.get_ab_test(abTestId="nothing-aaaaaaaaaa")) == ("ResourceNotFoundException", 404)


def test_evaluators_judge_spans(sim):
    data = sim.client("bedrock-agentcore")
    spans = [{"traceId": "a" * 32, "spanId": f"{i:016x}", "attributes": {"session.id": "one"}, "name": "chat"} for i in range(3)]
    results = data.evaluate(evaluatorId="Builtin.Helpfulness", evaluationInput={"sessionSpans": spans})["evaluationResults"]
    assert len(results) == 3 and all(0 <= r["value"] <= 1 for r in results)
    assert results[0]["context"]["spanContext"] == {"sessionId": "one", "traceId": "a" * 32, "spanId": "0" * 16}
    chosen = data.evaluate(evaluatorId="Builtin.Helpfulness", evaluationInput={"sessionSpans": spans},
                           evaluationTarget={"spanIds": [spans[1]["spanId"]]})["evaluationResults"]
    assert [r["value"] for r in chosen] == [results[1]["value"]]
    assert code(lambda: data.evaluate(evaluatorId="Builtin.Nothing", evaluationInput={"sessionSpans": spans})) == (
        "ResourceNotFoundException", 404)
    assert code(lambda: data.evaluate(evaluatorId="Builtin.Helpfulness", evaluationInput={"sessionSpans": [{"name": "x"}]})) == (
        "ValidationException", 400)


def test_our_own_client_reads_pieces_and_headers(sim, probe):
    arn = runtime_of(sim.client("bedrock-agentcore-control"), "visibility_check")["agentRuntimeArn"]
    env = {**os.environ, **sim.env, "AWS_CONFIG_FILE": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent"}
    ask = {"service": "bedrock-agentcore", "op": "InvokeAgentRuntime", "in": {
        "agentRuntimeArn": arn, "qualifier": "prod", "accept": "text/event-stream", "runtimeSessionId": SESSION,
        "payload": base64.b64encode(b'{"prompt":"How are we seen?"}').decode()}}
    done = subprocess.run([probe("aws_probe")], input=json.dumps(ask) + "\n", env=env, capture_output=True, text=True, timeout=30)
    reply = json.loads(done.stdout)
    assert reply["out"]["runtimeSessionId"] == SESSION and reply["out"]["contentType"] == "text/event-stream"
    assert all(kind == "" for kind, _ in reply["events"]) and len(reply["events"]) > 1
    text = "".join(json.loads(line[6:]) for line in "".join(p for _, p in reply["events"]).splitlines() if line)
    boto = sim.client("bedrock-agentcore").invoke_agent_runtime(
        agentRuntimeArn=arn, qualifier="prod", runtimeSessionId=SESSION, payload=b'{"prompt":"How are we seen?"}')
    assert text == json.loads(boto["response"].read())["result"]


def test_the_trail_says_who_moved_a_pointer(start_sim):
    sim = start_sim()
    control = sim.client("bedrock-agentcore-control")
    rid = runtime_of(control, "upsell_generator")["agentRuntimeId"]
    control.update_agent_runtime_endpoint(agentRuntimeId=rid, endpointName="prod", agentRuntimeVersion="1")
    trail = sim.client("cloudtrail")

    def events():
        time.sleep(0.6)      # two calls a second are let through
        return trail.lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "UpdateAgentRuntimeEndpoint"}])["Events"]
    event = json.loads(until(events)[0]["CloudTrailEvent"])
    assert event["eventSource"] == "bedrock-agentcore.amazonaws.com"
    assert event["requestParameters"]["agentRuntimeVersion"] == "1" and event["requestParameters"]["agentRuntimeId"] == rid
    assert event["userIdentity"]["arn"] == sim.client("sts").get_caller_identity()["Arn"]
