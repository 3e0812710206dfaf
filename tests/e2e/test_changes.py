"""`seismo get changes` against the simulated region, whose pointers an unmodified SDK moves."""
import csv
import datetime
import io
import json
import time

import pytest

from peers import plain_answer

MEMBERS = ["time", "kind", "object", "from", "to", "by", "source"]
UTC = datetime.timezone.utc


@pytest.fixture
def quiet(start_sim, home):
    """A region of its own, looked at once: the first look makes no changes."""
    sim = start_sim("--seed", "7", "--speed", "8")
    home.env.update(sim.env)
    assert changes(home) == []
    return sim


def changes(home, *more, env=()):
    found = home.json("get", "changes", *more, env=env)
    assert all(list(c) == MEMBERS for c in found)
    assert [c["time"] for c in found] == sorted((c["time"] for c in found), reverse=True)
    return found


def routes(found):
    """Of the table alone: in the simulated region its agents' platforms follow, which are changes of their own."""
    return [c for c in found if c["object"].endswith("/route")]


def wait(home, want, timeout=15):
    """Until a change is as wanted: CloudTrail is late."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        found = changes(home)
        if any(want(c) for c in found):
            return found
        time.sleep(0.3)
    raise AssertionError(f"not within {timeout} s: {json.dumps(found, indent=1)}")


def route(sim, agent, *weights, by="", **more):
    now = datetime.datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    sim.client("dynamodb", **more).update_item(
        TableName="agents", Key={"agentId": {"S": agent}, "version": {"S": "#route"}},
        UpdateExpression="SET #r = :r, #a = :a, #b = :b REMOVE #p",
        ExpressionAttributeNames={"#r": "routes", "#a": "updatedAt", "#b": "updatedBy", "#p": "paused"},
        ExpressionAttributeValues={":a": {"S": now}, ":b": {"S": by},
                                   ":r": {"L": [{"M": {"version": {"S": v}, "weight": {"N": str(w)}}} for v, w in weights]}})
    return now


def session(sim, name):
    k = sim.client("sts").assume_role(RoleArn="arn:aws:iam::000000000000:role/operators", RoleSessionName=name)["Credentials"]
    return dict(aws_access_key_id=k["AccessKeyId"], aws_secret_access_key=k["SecretAccessKey"], aws_session_token=k["SessionToken"])


def test_a_moved_route_within_one_poll_and_then_who(home, quiet):
    moved = route(quiet, "upsell-generator", ("2.2", 100), by="somebody", **session(quiet, "ana"))
    found, = routes(changes(home))               # at once: the table says what and when, CloudTrail is not there yet
    assert found == {"time": moved, "kind": "pointer", "object": "upsell-generator/route", "from": "2.1", "to": "2.2",
                     "by": "somebody", "source": "dynamodb"}
    found, = routes(wait(home, lambda c: c["source"] == "cloudtrail"))
    assert found == {**found, "kind": "pointer", "object": "upsell-generator/route", "from": "2.1", "to": "2.2",
                     "by": "arn:aws:sts::000000000000:assumed-role/operators/ana"}
    assert abs(datetime.datetime.fromisoformat(found["time"]) - datetime.datetime.fromisoformat(moved)).total_seconds() < 2
    assert changes(home) == changes(home, "--cached") and routes(changes(home)) == [found]       # again: nothing new


def test_weights_pauses_versions_and_what_is_no_change(home, quiet):
    ddb = quiet.client("dynamodb")
    key = {"agentId": {"S": "menu-writer"}, "version": {"S": "#route"}}
    ddb.update_item(TableName="agents", Key=key, UpdateExpression="SET #l = :l, #v = #v + :1",      # a claim
                    ExpressionAttributeNames={"#l": "lock", "#v": "rev"},
                    ExpressionAttributeValues={":l": {"M": {"op": {"S": "x"}}}, ":1": {"N": "1"}})
    assert changes(home) == []
    ddb.update_item(TableName="agents", Key=key, UpdateExpression="REMOVE #l", ExpressionAttributeNames={"#l": "lock"})
    route(quiet, "menu-writer", ("1.0", 90), ("1.1", 10))
    ddb.put_item(TableName="agents", Item={
        "agentId": {"S": "menu-writer"}, "version": {"S": "1.2"}, "status": {"S": "draft"}, "bedrockModel": {"S": "amazon.nova-pro-v1:0"},
        "promptTemplate": {"S": "You write menus."}, "config": {"M": {"maxTokens": {"N": "500"}}}, "createdBy": {"S": "eve"}})
    # Who moved the pointer is known once the trail tells of it, some time later.
    assert {(c["kind"], c["object"], c["from"], c["to"], c["by"] if c["kind"] == "config" else "") for c in changes(home)} == {
        ("pointer", "menu-writer/route", "1.0", "1.0:90 1.1:10", ""), ("config", "menu-writer@1.2", None, "registered", "eve")}
    ddb.update_item(TableName="agents", Key={**key, "version": {"S": "1.2"}},
                    UpdateExpression="SET #s = :s, #m = :m, #p = :p, #c.#t = :t",
                    ExpressionAttributeNames={"#s": "status", "#m": "bedrockModel", "#p": "promptTemplate", "#c": "config", "#t": "maxTokens"},
                    ExpressionAttributeValues={":s": {"S": "approved"}, ":m": {"S": "amazon.nova-lite-v1:0"},
                                               ":p": {"S": "s3://prompts/menu-writer/v1.2.txt"}, ":t": {"N": "900"}})
    got = {c["kind"]: (c["object"], c["from"], c["to"]) for c in changes(home)[:4]}
    assert got["label"] == ("menu-writer@1.2", "draft", "approved")
    assert got["model"] == ("menu-writer@1.2", "amazon.nova-pro-v1:0", "amazon.nova-lite-v1:0")
    assert got["config"] == ("menu-writer@1.2 maxTokens", "500", "900")
    assert got["prompt"][2] == "s3://prompts/menu-writer/v1.2.txt" and got["prompt"][1].startswith("sha256:")
    ddb.delete_item(TableName="agents", Key={**key, "version": {"S": "1.2"}})
    assert ("menu-writer@1.2", "registered", None) in {(c["object"], c["from"], c["to"]) for c in changes(home)}


def test_a_bad_release_with_who_and_when(home, start_sim):
    sim = start_sim("--seed", "7", "--scenario", "bad-release", "--speed", "24")        # released ten seconds from now
    home.env.update(sim.env)
    before = datetime.datetime.now(UTC) - datetime.timedelta(seconds=1)
    home.json("get", "changes")
    found = wait(home, lambda c: c["source"] == "cloudtrail" and c["to"] == "2.2", 40)
    move, = routes(found)
    assert (move["from"], move["to"]) == ("2.1", "2.2")
    assert move["by"] == "arn:aws:sts::000000000000:assumed-role/release-pipeline/deploy"
    assert before <= datetime.datetime.fromisoformat(move["time"]) <= datetime.datetime.now(UTC)
    assert [c for c in found if c["kind"] == "label"][0]["object"] == "upsell-generator@2.2"


def test_what_only_the_trail_knows(home, quiet):
    quiet.client("ssm", **session(quiet, "ana")).put_parameter(Name="/agents/upsell-generator/version", Value="2.2", Type="String",
                                                               Overwrite=True)
    with pytest.raises(Exception):               # refused: on the trail, and no change
        quiet.client("ssm").put_parameter(Name="/agents/upsell-generator/version", Value="2.3", Type="String")
    found, = wait(home, lambda c: c["kind"] == "ssm")
    assert found["object"] == "/agents/upsell-generator/version" and found["source"] == "cloudtrail"
    assert found["by"].endswith("/ana") and found["from"] is None


def core_of(sim, agent, **more):
    core = sim.client("bedrock-agentcore-control", **more)
    return core, next(r["agentRuntimeId"] for r in core.list_agent_runtimes()["agentRuntimes"] if r["agentRuntimeName"] == agent)


def test_an_endpoint_of_agentcore(home, quiet):
    core, runtime = core_of(quiet, "visibility_check", **session(quiet, "ana"))
    core.update_agent_runtime_endpoint(agentRuntimeId=runtime, endpointName="prod", agentRuntimeVersion="3")
    core.create_agent_runtime_endpoint(agentRuntimeId=runtime, name="trial", agentRuntimeVersion="1")
    found = {c["object"]: c for c in wait(home, lambda c: c["object"] == "visibility_check/prod" and c["from"] and c["source"] == "cloudtrail")}
    move = found["visibility_check/prod"]
    assert (move["kind"], move["from"], move["to"]) == ("pointer", "2", "3")
    assert move["by"] == "arn:aws:sts::000000000000:assumed-role/operators/ana"
    found = {c["object"]: c for c in wait(home, lambda c: c["object"] == "visibility_check/trial" and c["to"] == "1")}
    assert found["visibility_check/trial"]["from"] is None
    # The table follows the platform: that is a change of its own, which somebody else made.
    assert found["visibility-check/route"]["source"] == "dynamodb"
    assert len([c for c in changes(home) if c["object"].startswith("visibility_check/")]) == 2


def test_an_alias_of_a_bedrock_agent(home, quiet):
    classic = quiet.client("bedrock-agent", **session(quiet, "eve"))
    agent = next(a["agentId"] for a in classic.list_agents()["agentSummaries"] if a["agentName"] == "menu-writer")
    alias = next(a["agentAliasId"] for a in classic.list_agent_aliases(agentId=agent)["agentAliasSummaries"] if a["agentAliasName"] == "prod")

    def move(version, state="ACCEPT_INVOCATIONS"):
        classic.update_agent_alias(agentId=agent, agentAliasId=alias, agentAliasName="prod", aliasInvocationState=state,
                                   routingConfiguration=[{"agentVersion": version}])
        end = time.monotonic() + 15
        while classic.get_agent_alias(agentId=agent, agentAliasId=alias)["agentAlias"]["agentAliasStatus"] != "PREPARED":
            assert time.monotonic() < end
            time.sleep(0.3)

    move("3")
    found = [c for c in changes(home) if c["object"] == "menu-writer/prod"]
    assert [(c["kind"], c["from"], c["to"]) for c in found] == [("pointer", "2", "3")]       # from the alias's own history, at once
    move("2")
    wait(home, lambda c: c["object"] == "menu-writer/prod" and c["to"] == "2" and c["source"] == "cloudtrail")
    found = [c for c in changes(home) if c["object"] == "menu-writer/prod"]
    assert [(c["kind"], c["from"], c["to"], c["by"][-4:]) for c in found] == [("pointer", "3", "2", "/eve"), ("pointer", "2", "3", "/eve")]
    move("2", "REJECT_INVOCATIONS")
    states = [c for c in changes(home) if c["kind"] == "config" and c["object"] == "menu-writer/prod"]
    assert [(c["from"], c["to"]) for c in states] == [("ACCEPT_INVOCATIONS", "REJECT_INVOCATIONS")]


def test_an_alias_that_moved_before_we_looked(home, start_sim):
    """The history of an alias is told also when this program has never looked before."""
    sim = start_sim("--seed", "7", "--speed", "20")
    home.env.update(sim.env)
    classic = sim.client("bedrock-agent")
    agent = next(a["agentId"] for a in classic.list_agents()["agentSummaries"] if a["agentName"] == "menu-writer")
    alias = next(a["agentAliasId"] for a in classic.list_agent_aliases(agentId=agent)["agentAliasSummaries"] if a["agentAliasName"] == "prod")
    classic.update_agent_alias(agentId=agent, agentAliasId=alias, agentAliasName="prod", routingConfiguration=[{"agentVersion": "3"}])
    found, = [c for c in changes(home) if c["object"] == "menu-writer/prod"]
    assert (found["from"], found["to"]) == ("2", "3")


def test_history_that_was_before_us_and_windows(home, quiet):
    """The trail reaches back further than the first look."""
    found = changes(home, "--since", "40d")
    assert len(found) > 10 and {c["source"] for c in found} == {"cloudtrail", "agents-classic"}
    assert {c["object"] for c in found if c["kind"] == "pointer"} >= {"upsell-generator/route", "visibility-check/route"}
    assert changes(home, "--since", "24h") == []
    assert changes(home, "--since", "40d", "--cached") == found


def test_table_and_csv(home, quiet):
    route(quiet, "upsell-judge", ("1.4", 100), by="=cmd()")
    rows = list(csv.DictReader(io.StringIO(home.run("get", "changes", "-o", "csv").stdout.decode())))
    assert list(rows[0]) == MEMBERS and routes(rows)[0]["object"] == "upsell-judge/route" and routes(rows)[0]["by"] == "'=cmd()"
    table = home.run("get", "changes").stdout.decode().splitlines()
    assert table[0].split() == [m.upper() for m in MEMBERS] and any(" upsell-judge/route " in line for line in table[1:])


def test_page_after_page_at_the_services_pace(home, quiet):
    """150 events are three pages and more; each is one change, and asking again makes no more of them."""
    ssm = quiet.client("ssm")
    for i in range(150):
        ssm.put_parameter(Name=f"/agents/a-{i}/version", Value="1", Type="String")
    time.sleep(2.2)                              # the trail is late
    began = time.monotonic()
    found = [c for c in changes(home) if c["kind"] == "ssm"]
    assert time.monotonic() - began > 1.0        # two calls a second
    assert len(found) == 150 and len({c["object"] for c in found}) == 150
    assert [c for c in changes(home) if c["kind"] == "ssm"] == found


def test_models_that_retire(home, quiet, odd_server):
    """Of those that the fleet uses, through a profile or not; with a date at once, without one when it is news."""
    def model(name, status, **dates):
        return {"modelId": name, "modelArn": f"arn:aws:bedrock:us-east-1::foundation-model/{name}",
                "modelLifecycle": {"status": status, **{k: v.isoformat().replace("+00:00", "Z") for k, v in dates.items()}}}

    now = datetime.datetime.now(UTC).replace(microsecond=0)
    dated, undated = "anthropic.claude-haiku-4-5-20251001-v1:0", "amazon.nova-lite-v1:0"
    lists = [
        [model(dated, "LEGACY", legacyTime=now - datetime.timedelta(hours=3)), model(undated, "ACTIVE"),
         model("cohere.command-r-v1:0", "LEGACY", legacyTime=now - datetime.timedelta(hours=3))],
        [model(dated, "LEGACY", legacyTime=now - datetime.timedelta(hours=3)), model(undated, "LEGACY")],
    ]
    servers = [odd_server(plain_answer(json.dumps({"modelSummaries": x}).encode(), kind="application/json")) for x in lists]

    def models(server):
        return [(c["object"], c["from"], c["to"], c["source"]) for c in changes(home, env={"AWS_ENDPOINT_URL_BEDROCK": server.url})
                if c["kind"] == "model"]

    home.json("get", "jobs", "--since", "1h")    # what the fleet uses
    assert models(servers[0]) == [(dated, "ACTIVE", "LEGACY", "bedrock")]
    found = models(servers[1])
    assert sorted(found) == sorted([(undated, None, "LEGACY", "bedrock"), (dated, "ACTIVE", "LEGACY", "bedrock")])
    when = [c["time"] for c in changes(home, "--cached") if c["object"] == dated]
    assert [datetime.datetime.fromisoformat(t) for t in when] == [now - datetime.timedelta(hours=3)]


LOOKUP_DENIED = json.dumps({
    "__type": "AccessDeniedException", "message": "User: arn:aws:iam::000000000000:user/u is not authorized to perform: "
    "cloudtrail:LookupEvents because no identity-based policy allows the cloudtrail:LookupEvents action"}).encode()


def test_the_pane_says_what_is_denied(quiet, odd_server, console):
    denied = odd_server(plain_answer(LOOKUP_DENIED, status="400 Bad Request"))
    route(quiet, "upsell-judge", ("1.4", 100))
    c = console(size=(120, 40), env={"AWS_ENDPOINT_URL_CLOUDTRAIL": denied.url})
    c.wait_for(lambda t: "no cloudtrail:LookupEvents: nothing from CloudTrail" in t and "upsell-judge/route" in t, 60)
    c.send("Q")
    assert c.wait_exit() == 0


def test_a_source_that_is_denied_is_named_and_alone(home, quiet, odd_server):
    denied = odd_server(plain_answer(LOOKUP_DENIED, status="400 Bad Request"))
    route(quiet, "upsell-judge", ("1.4", 100), by="bob")
    done = home.run("get", "changes", "-o", "json", env={"AWS_ENDPOINT_URL_CLOUDTRAIL": denied.url})
    assert done.returncode == 0
    assert [(c["object"], c["by"], c["source"]) for c in routes(json.loads(done.stdout))] == [("upsell-judge/route", "bob", "dynamodb")]
    said = done.stderr.decode()
    assert "without CloudTrail" in said and "cloudtrail:LookupEvents" in said


def test_two_contexts_say_whose_a_change_is(seismo, start_sim, home):
    sims = {"dev": start_sim("--seed", "7"), "prod": start_sim("--seed", "8")}
    folder = home.path / ".aws"
    folder.mkdir()
    (folder / "credentials").write_text("".join(
        f"[{n}]\naws_access_key_id = {s.env['AWS_ACCESS_KEY_ID']}\naws_secret_access_key = {s.env['AWS_SECRET_ACCESS_KEY']}\n"
        for n, s in sims.items()))
    home.config("default_context: dev\ncontexts:\n" + "".join(
        f'  {n}: {{stage: {n}, region: {r}, profile: {n}, endpoint_url: "{sims[n].url}"}}\n'
        for n, r in (("dev", "us-east-1"), ("prod", "eu-west-1"))))
    assert home.json("get", "changes", "-x", "dev,prod") == []
    route(sims["prod"], "upsell-judge", ("1.4", 100), region_name="eu-west-1")
    found, = routes(home.json("get", "changes", "-x", "dev,prod"))
    assert list(found) == ["account", "region", *MEMBERS] and found["region"] == "eu-west-1" and found["to"] == "1.4"
