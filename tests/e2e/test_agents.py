"""The registry of all back ends on the simulated region: `get agents`, `get versions`, `describe agent` and `history` say what boto3 reads."""
import datetime
import time

import pytest

import registry

MEMBERS = ["account", "region", "backend", "agentId", "name", "pointers", "jobs", "errorRate", "p95Ms", "p95Approximate", "nanoUsdPerJob"]
POINTER = ["name", "id", "kind", "live", "target", "status", "followsLatest", "paused", "rev", "lock", "drift", "updatedAt", "updatedBy"]
VERSION = ["agentId", "version", "backend", "status", "model", "createdAt", "createdBy", "performance", "trafficShare", "jobs", "errorRate",
           "p95Ms", "p95Approximate", "nanoUsdPerJob"]
MOVE = ["op", "time", "by", "host", "action", "pointer", "from", "to", "reason", "outcome", "origin"]
WRITE = ("--write", "--yes", "--reason", "fails 18 %")


@pytest.fixture
def fleet(start_sim, home):
    sim = start_sim("--seed", "7", "--speed", "8")
    home.env.update(sim.env)
    return sim


def core_of(sim, name="visibility_check"):
    core = sim.client("bedrock-agentcore-control")
    return core, next(r["agentRuntimeId"] for r in core.list_agent_runtimes()["agentRuntimes"] if r["agentRuntimeName"] == name)


def pointer(home, agent, name, backend, *more):
    found = [p for a in home.json("get", "agents", *more) if a["backend"] == backend and a["name"] == agent for p in a["pointers"] if p["name"] == name]
    assert len(found) == 1
    return found[0]


def test_agents_and_versions_are_what_boto3_reads(fleet, home):
    found, versions = home.json("get", "agents"), home.json("get", "versions", "--since", "2h")
    assert all(list(a) == MEMBERS for a in found) and all(list(p) == POINTER for a in found for p in a["pointers"])
    assert all(list(v) == VERSION for v in versions)
    registry.check(found, versions, registry.agentcore(fleet.client("bedrock-agentcore-control")), "agentcore")
    registry.check(found, versions, registry.classic(fleet.client("bedrock-agent")), "agents-classic")
    items = fleet.client("dynamodb").scan(TableName="agents")["Items"]
    routes = {i["agentId"]["S"]: i for i in items if i["version"]["S"] == "#route"}
    table = {a["agentId"]: a["pointers"] for a in found if a["backend"] == "dynamodb"}
    assert set(table) == set(routes)
    for agent, (p,) in table.items():
        live = [{"version": r["M"]["version"]["S"], "weight": int(r["M"]["weight"]["N"])} for r in routes[agent]["routes"]["L"]]
        assert (p["kind"], p["live"], p["target"], p["rev"], p["drift"]) == ("route", live, live, int(routes[agent]["rev"]["N"]), False)
    # The fleet's own numbers say which release a version is: its jobs are found by that.
    rows = [v for v in versions if v["backend"] == "dynamodb" and v["jobs"]]
    mine = {(v["agentId"], v["version"]): v["jobs"] for v in rows}
    core = [v for v in versions if v["agentId"].startswith("visibility_check") and v["jobs"]]
    assert core and sum(v["jobs"] for v in core) == sum(n for (a, _), n in mine.items() if a == "visibility-check")
    assert home.run("get", "versions", "--agent", "nobody").returncode == 2
    one = home.json("get", "versions", "--agent", "upsell-generator", "--cached")
    assert {v["backend"] for v in one} == {"dynamodb", "agentcore", "agents-classic"}
    assert {v["agentId"].split("-")[0].split("_")[0] for v in one if v["backend"] != "agents-classic"} == {"upsell"}


def test_a_second_question_asks_for_no_version_again(fleet, home):
    """How a version is made is read once; the listing only when there may be a new one."""
    home.json("get", "agents")
    before = home.json("describe", "agent", "visibility-check", "--cached")
    core, rid = core_of(fleet)
    spec = core.get_agent_runtime(agentRuntimeId=rid)
    core.update_agent_runtime(agentRuntimeId=rid, agentRuntimeArtifact=spec["agentRuntimeArtifact"], roleArn=spec["roleArn"],
                              networkConfiguration=spec["networkConfiguration"], environmentVariables={"TOKEN": "hunter2-hunter2"})
    end = time.monotonic() + 20
    while core.get_agent_runtime(agentRuntimeId=rid)["status"] != "READY" and time.monotonic() < end:
        time.sleep(0.2)
    newest = [v for v in home.json("get", "versions", "--agent", "visibility_check") if v["backend"] == "agentcore"]
    assert newest[0]["version"] == core.get_agent_runtime(agentRuntimeId=rid)["agentRuntimeVersion"]
    assert before[0]["config"]["environment"]["AGENT_ID"] == "visibility-check" and before[0]["prompt"].startswith("s3://")
    # What a variable holds may be a secret: it is compared, and neither kept nor shown.
    assert b"hunter2" not in home.stores()[0].read_bytes()
    wal = home.stores()[0].with_name(home.stores()[0].name + "-wal")
    assert not wal.exists() or b"hunter2" not in wal.read_bytes()


def test_describe_says_how_it_is_made(fleet, home):
    found = home.json("describe", "agent", "upsell-generator")
    assert [a["backend"] for a in found] == ["agentcore", "agents-classic", "dynamodb"]
    assert all(list(a) == [*MEMBERS, "config", "prompt", "tools"] for a in found)
    core, classic, table = found
    version = next(p for p in core["pointers"] if p["name"] == "prod")["live"][0]["version"]
    theirs = fleet.client("bedrock-agentcore-control").get_agent_runtime(agentRuntimeId=core["agentId"], agentRuntimeVersion=version)
    assert core["config"]["environment"]["AGENT_VERSION"] == theirs["environmentVariables"]["AGENT_VERSION"]
    assert core["prompt"] == theirs["environmentVariables"]["PROMPT"] and core["config"]["role"] == theirs["roleArn"]
    alias = next(p for p in classic["pointers"] if p["name"] == "prod")["live"][0]["version"]
    theirs = fleet.client("bedrock-agent").get_agent_version(agentId=classic["agentId"], agentVersion=alias)["agentVersion"]
    assert classic["prompt"] == theirs["instruction"]
    item = fleet.client("dynamodb").get_item(TableName="agents", Key={"agentId": {"S": "upsell-generator"}, "version": {
        "S": table["pointers"][0]["live"][0]["version"]}})["Item"]
    assert table["prompt"] == item["promptTemplate"]["S"]
    assert table["config"]["maxTokens"] == int(item["config"]["M"]["maxTokens"]["N"])
    assert home.run("describe", "agent", "nobody").returncode == 2 and home.run("describe", "job", "x").returncode == 2


def test_history_tells_ours_from_others(fleet, home):
    # An alias has a history of its own, and the trail knows of the last release.
    assert {h["origin"] for h in home.json("history", "lead-qualifier")} == {"elsewhere"}
    moved = home.run("rollback", "lead-qualifier", "--pointer", "route", "--from", "4.2", "--to", "4.1", *WRITE)
    assert moved.returncode == 0, moved.stderr.decode()
    def done():
        return next(h for h in home.json("history", "lead-qualifier") if h["pointer"] == "lead-qualifier/route")
    ours = done()
    assert list(ours) == MOVE
    assert (ours["action"], ours["outcome"], ours["origin"], ours["reason"]) == ("rollback", "done", "seismo", "fails 18 %")
    assert ours["from"] == [{"version": "4.2", "weight": 100}] and ours["to"] == [{"version": "4.1", "weight": 100}] and ours["op"]
    now = pointer(home, "lead-qualifier", "route", "dynamodb")
    assert now["live"] == [{"version": "4.1", "weight": 100}] and not now["drift"] and now["lock"] is None
    # The journal of this machine is not needed: the items beside the route say the same.
    journal, = (home.path / ".local/state/seismo").glob("*.journal.db")
    journal.rename(journal.with_suffix(".away"))
    assert done() == {**ours, "time": done()["time"]}
    # Somebody else moves it on: it is not where seismo left it.
    at = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    fleet.client("dynamodb").update_item(
        TableName="agents", Key={"agentId": {"S": "lead-qualifier"}, "version": {"S": "#route"}}, UpdateExpression="SET #r = :r, #a = :a",
        ExpressionAttributeNames={"#r": "routes", "#a": "updatedAt"},
        ExpressionAttributeValues={":a": {"S": at}, ":r": {"L": [{"M": {"version": {"S": "4.2"}, "weight": {"N": "100"}}}]}})
    now = pointer(home, "lead-qualifier", "route", "dynamodb")
    assert now["drift"] and now["live"] == [{"version": "4.2", "weight": 100}]
    assert done()["origin"] == "elsewhere" and done()["to"] == now["live"]
    assert [h["origin"] for h in home.json("history", "lead-qualifier", "--since", "1h") if h["pointer"] == "lead-qualifier/route"] == ["elsewhere", "seismo"]
    table = home.run("get", "agents", "--cached").stdout.decode()
    assert "route 4.2!" in table
    assert home.run("history", "nobody").returncode == 2


def test_an_endpoint_that_moved_outside(fleet, home):
    assert home.run("setup", *WRITE).returncode == 0
    moved = home.run("rollback", "visibility_check", "--pointer", "agentcore/prod", "--from", "2", "--to", "1", *WRITE)
    assert moved.returncode == 0, moved.stderr.decode()
    now = pointer(home, "visibility_check", "prod", "agentcore")
    assert now["live"] == [{"version": "1", "weight": 100}] and not now["drift"] and now["rev"] == 2 and now["updatedBy"]
    ours = next(h for h in home.json("history", "visibility-check") if h["pointer"] == now["id"])
    assert (ours["origin"], ours["outcome"], ours["to"]) == ("seismo", "done", now["live"])
    core, rid = core_of(fleet)
    core.update_agent_runtime_endpoint(agentRuntimeId=rid, endpointName="prod", agentRuntimeVersion="3")
    end = time.monotonic() + 30
    while core.get_agent_runtime_endpoint(agentRuntimeId=rid, endpointName="prod").get("liveVersion") != "3":
        assert time.monotonic() < end
        time.sleep(0.2)
    now = pointer(home, "visibility_check", "prod", "agentcore")
    assert now["drift"] and now["live"] == [{"version": "3", "weight": 100}] and now["rev"] == 2
