"""A pointer goes back, is put forward again, and what must not move does not: on the simulated region, read back with boto3."""
import json

import pytest

WRITE = ("--write", "--yes", "--reason", "fails 18 %")


class Fleet:
    """A region of one's own, and what AWS's SDK for Python says of it."""

    def __init__(self, sim, home):
        self.sim, self.home = sim, home
        home.env.update(sim.env)
        self.ddb = sim.client("dynamodb")

    def item(self, agent, version="#route"):
        return self.ddb.get_item(TableName="agents", Key={"agentId": {"S": agent}, "version": {"S": version}}, ConsistentRead=True).get("Item")

    def route(self, agent):
        return {r["M"]["version"]["S"]: int(r["M"]["weight"]["N"]) for r in self.item(agent)["routes"]["L"]}

    def audit(self, table="agents", **key):
        name, value = next(iter(key.items()))
        sort = "version" if table == "agents" else "sk"
        rows = self.ddb.query(TableName=table, KeyConditionExpression="#p = :p AND begins_with(#s, :a)",
                              ExpressionAttributeNames={"#p": name, "#s": sort},
                              ExpressionAttributeValues={":p": {"S": value}, ":a": {"S": "#audit#"}})["Items"]
        return rows

    def endpoint(self, name="visibility_check"):
        control = self.sim.client("bedrock-agentcore-control")
        rid = next(r["agentRuntimeId"] for r in control.list_agent_runtimes()["agentRuntimes"] if r["agentRuntimeName"] == name)
        return control.get_agent_runtime_endpoint(agentRuntimeId=rid, endpointName="prod")

    def alias(self, name="lead-qualifier"):
        agents = self.sim.client("bedrock-agent")
        aid = next(a["agentId"] for a in agents.list_agents()["agentSummaries"] if a["agentName"] == name)
        lid = next(a["agentAliasId"] for a in agents.list_agent_aliases(agentId=aid)["agentAliasSummaries"] if a["agentAliasName"] == "prod")
        return agents.get_agent_alias(agentId=aid, agentAliasId=lid)["agentAlias"]

    def run(self, *args, code=0, **more):
        done = self.home.run(*args, **more)
        assert done.returncode == code, (done.returncode, done.stdout.decode(), done.stderr.decode())
        return done

    def write(self, *args, code=0):
        """A write with -o json: its document."""
        return json.loads(self.run(*args, *WRITE, "-o", "json", code=code).stdout)


@pytest.fixture
def fleet(start_sim, home):
    return Fleet(start_sim("--seed", "7", "--speed", "8"), home)


def test_a_route_goes_back_and_forward_again(fleet):
    before = fleet.item("lead-qualifier")
    assert fleet.route("lead-qualifier") == {"4.2": 100}
    doc = fleet.write("rollback", "lead-qualifier", "--pointer", "route", "--to", "4.1", "--from", "4.2")
    after = fleet.item("lead-qualifier")
    assert fleet.route("lead-qualifier") == {"4.1": 100} and "lock" not in after
    assert int(after["rev"]["N"]) == int(before["rev"]["N"]) + 2 and after["reason"]["S"] == "fails 18 %"
    assert after["updatedBy"]["S"] == doc["callerArn"] and after["updatedAt"]["S"] > before["updatedAt"]["S"]
    assert fleet.item("lead-qualifier", "4.2")["status"]["S"] == "rolled_back"
    assert fleet.item("lead-qualifier", "4.1")["status"]["S"] == "production"
    assert (doc["outcome"], doc["exit"], doc["verified"], doc["backend"], doc["pointer"]) == ("done", 0, True, "dynamodb", "lead-qualifier/route")
    assert doc["from"] == [{"version": "4.2", "weight": 100}] and doc["to"] == [{"version": "4.1", "weight": 100}] and doc["claim"] is True
    assert doc["rev"] == {"seen": int(before["rev"]["N"]), "now": int(after["rev"]["N"])}
    assert [r["call"] for r in doc["requestIds"]] == ["TransactWriteItems", "TransactWriteItems"] and all(r["id"] for r in doc["requestIds"])
    rows = [r for r in fleet.audit(agentId="lead-qualifier") if r["op"]["S"] == doc["op"]]
    assert [r["event"]["S"] for r in rows] == ["claimed", "done"] and rows[1]["prevHash"] == rows[0]["hash"]
    assert doc["undo"] == f"seismo undo {doc['op']}"
    back = fleet.write("undo", doc["op"])
    assert fleet.route("lead-qualifier") == {"4.2": 100} and back["action"] == "undo"
    assert fleet.run("audit", "verify").stdout.startswith(b"6 rows hold")


def test_an_endpoint_goes_back(fleet):
    assert fleet.endpoint()["liveVersion"] == "2"
    doc = fleet.write("rollback", "visibility-check", "--pointer", "agentcore/prod", "--to", "1", "--from", "2")
    now = fleet.endpoint()
    assert (now["liveVersion"], now["status"]) == ("1", "READY") and doc["verified"] is True
    assert doc["pointer"] == now["agentRuntimeEndpointArn"] and doc["backend"] == "agentcore"
    row = fleet.ddb.get_item(TableName="seismo-locks", Key={"pointer": {"S": doc["pointer"]}, "sk": {"S": "#lock"}})["Item"]
    assert row["live"]["S"] == "1" and "lock" not in row and row["rev"]["N"] == "2"
    assert [r["event"]["S"] for r in fleet.audit("seismo-locks", pointer=doc["pointer"])] == ["claimed", "done"]


def test_an_alias_goes_back_and_keeps_what_it_was_told(fleet):
    before = fleet.alias()
    assert before["routingConfiguration"][0]["agentVersion"] == "2"
    doc = fleet.write("rollback", "lead-qualifier", "--pointer", "agents-classic/prod", "--to", "1")
    now = fleet.alias()
    assert now["routingConfiguration"] == [{"agentVersion": "1"}] and now["agentAliasStatus"] == "PREPARED"
    assert doc["pointer"] == now["agentAliasArn"]
    for kept in ("agentAliasName", "description", "aliasInvocationState"):
        assert now.get(kept) == before.get(kept)


def test_the_target_that_has_proved_itself(fleet):
    """Named with its evidence; without a snapshot there is none, and nothing is guessed."""
    target = ("rollback", "review-responder", "--pointer", "route", "--from", "1.0", "--dry-run")
    done = fleet.run(*target, code=2)
    assert b"no snapshot yet" in done.stderr and b"--to" in done.stderr
    fleet.run("get", "cost", "--since", "3d", timeout=120)
    # Of a divided route only the operator knows which version is the bad one.
    done = fleet.run("rollback", "review-responder", "--pointer", "route", "--dry-run", code=2)
    assert b"is divided (1.0:50 1.1:50)" in done.stderr and b"--from" in done.stderr and b"--to" in done.stderr
    done = fleet.run(*target)
    assert b"\nto       1.1 (" in done.stdout and b" jobs in 30 days, " in done.stdout, done.stdout
    assert fleet.route("review-responder") == {"1.0": 50, "1.1": 50}


def test_two_versions_share_the_traffic(fleet):
    doc = fleet.write("rollout", "lead-qualifier", "4.1", "--percent", "10", "--pointer", "route")
    assert fleet.route("lead-qualifier") == {"4.2": 90, "4.1": 10} and doc["action"] == "rollout"
    fleet.write("undo")
    assert fleet.route("lead-qualifier") == {"4.2": 100}
    # A canary is rolled back to the version that has most of the traffic: the canary is what is marked.
    fleet.write("rollout", "lead-qualifier", "4.1", "--percent", "10", "--pointer", "route")
    fleet.write("rollback", "lead-qualifier", "--pointer", "route", "--to", "4.2", "--from", "4.1")
    assert fleet.route("lead-qualifier") == {"4.2": 100} and "lock" not in fleet.item("lead-qualifier")
    assert fleet.item("lead-qualifier", "4.1")["status"]["S"] == "rolled_back" and fleet.item("lead-qualifier", "4.2")["status"]["S"] == "production"
    done = fleet.run("rollout", "visibility-check", "1", "--percent", "10", "--pointer", "agentcore/prod", *WRITE, code=3)
    assert b"cannot divide traffic" in done.stderr


def test_undo_expects_what_it_undoes(fleet):
    """Between a rollout and its undo somebody went further: the undo is told, and puts nothing over it."""
    first = fleet.write("rollout", "lead-qualifier", "4.1", "--percent", "10", "--pointer", "route")
    fleet.write("rollout", "lead-qualifier", "4.1", "--percent", "50", "--pointer", "route")
    doc = fleet.write("undo", first["op"], code=4)
    assert doc["outcome"] == "lost" and fleet.route("lead-qualifier") == {"4.2": 50, "4.1": 50}


def test_a_hand_in_the_table_is_not_written_over(fleet):
    """The routes were edited in the console, which leaves the revision alone: who planned before is told (contracts: at plan or at claim)."""
    fleet.ddb.update_item(TableName="agents", Key={"agentId": {"S": "lead-qualifier"}, "version": {"S": "#route"}},
                          UpdateExpression="SET routes = :r", ExpressionAttributeValues={":r": {"L": [
                              {"M": {"version": {"S": "4.2"}, "weight": {"N": "100"}, "note": {"S": "by hand"}}}]}})
    doc = fleet.write("rollback", "lead-qualifier", "--pointer", "route", "--to", "4.1", code=1)
    assert "holds more than versions and weights" in doc["message"] and "lock" not in fleet.item("lead-qualifier")


def test_who_saw_something_else_is_told_who_moved_it(fleet):
    fleet.write("rollback", "lead-qualifier", "--pointer", "route", "--to", "4.1", "--from", "4.2")
    doc = fleet.write("rollback", "lead-qualifier", "--pointer", "route", "--to", "4.0", "--from", "4.2", code=4)
    assert doc["outcome"] == "lost" and doc["winner"]["by"] == doc["callerArn"] and doc["winner"]["to"] == [{"version": "4.1", "weight": 100}]
    assert doc["winner"]["since"] and "4.1" in doc["message"] and doc["op"] is None


@pytest.mark.parametrize("args,code,words", [
    (("rollback", "nobody"), 2, ["no agent nobody"]),
    (("rollback", "lead-qualifier"), 2, ["dynamodb/route", "agents-classic/prod", "--pointer"]),
    (("rollback", "review-responder"), 2, ["dynamodb/route, agentcore/prod, agentcore/canary"]),      # review_responder there
    (("rollback", "review_responder"), 2, ["dynamodb/route, agentcore/prod, agentcore/canary"]),
    (("rollback", "visibility-check", "--pointer", "agentcore/DEFAULT"), 3, ["DEFAULT of visibility_check follows each new version by itself"]),
    (("rollback", "lead-qualifier", "--pointer", "staging"), 2, ["no agent lead-qualifier with the pointer staging"]),
    (("rollback", "lead-qualifier", "--pointer", "route", "--to", "9.9"), 2, ["no version 9.9"]),
    (("rollback", "lead-qualifier", "--pointer", "route", "--to", "4.2"), 2, ["serves 4.2 already"]),
    (("rollback", "visibility-check", "--pointer", "agentcore/prod", "--to", "77"), 2, ["no version 77"]),
    (("rollback",), 2, ["takes one agent"]), (("rollout", "lead-qualifier", "4.1"), 2, ["--percent"]),
    (("rollout", "lead-qualifier", "4.1", "--percent", "101"), 2, ["1 to 100"]), (("undo", "no-such-op"), 2, ["no-such-op"]),
    (("op", "resolve", "no-such-op"), 2, ["no-such-op"]), (("op", "show", "no-such-op"), 2, ["no-such-op"]),
])
def test_what_is_refused_before_anything_is_sent(fleet, args, code, words):
    done = fleet.run(*args, *(WRITE if args[:2] != ("op", "show") else ()), code=code)
    for word in words:
        assert word in done.stderr.decode(), done.stderr
    assert fleet.route("lead-qualifier") == {"4.2": 100} and not fleet.audit(agentId="lead-qualifier")


def test_drafts_and_rejected_versions_are_no_targets(fleet):
    for status in ("draft", "rejected"):
        fleet.ddb.update_item(TableName="agents", Key={"agentId": {"S": "lead-qualifier"}, "version": {"S": "4.1"}},
                              UpdateExpression="SET #s = :s", ExpressionAttributeNames={"#s": "status"}, ExpressionAttributeValues={":s": {"S": status}})
        done = fleet.run("rollback", "lead-qualifier", "--pointer", "route", "--to", "4.1", *WRITE, code=3)
        assert f"is {status}".encode() in done.stderr


def test_reading_is_not_writing(fleet):
    """A plan needs no leave; a move needs --write, a reason and a yes; in production the name."""
    target = ("rollback", "lead-qualifier", "--pointer", "route", "--to", "4.1")
    assert b"to       4.1" in fleet.run(*target, "--dry-run", "--readonly").stdout
    assert json.loads(fleet.run(*target, "--dry-run", "-o", "json").stdout)["outcome"] == "planned"
    for more, code, word in ((("--yes", "--reason", "r"), 3, b"--write"), (("--write", "--yes"), 2, b"--reason"),
                             (("--write", "--reason", "r"), 3, b"--yes"), (("--readonly", "--yes", "--reason", "r"), 3, b"read-only"),
                             (("--write", "--confirm", "upsell-judge", "--reason", "r"), 3, b"--confirm says upsell-judge")):
        assert word in fleet.run(*target, *more, code=code).stderr
    # No stage is production, and there it must be written down whose keys these are and where they go.
    fleet.home.config('contexts:\n  live: {region: us-east-1, account_id: "000000000000", write: true}\n')
    assert b"AWS_ACCESS_KEY_ID" in fleet.run(*target, "-x", "live", "--confirm", "lead-qualifier", *WRITE, code=3).stderr
    keys = fleet.home.path / ".aws"
    keys.mkdir()
    (keys / "credentials").write_text("[fleet]\n" + "".join(f"{k.lower()} = {fleet.home.env.pop(k)}\n"
                                                            for k in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")))
    fleet.home.config('contexts:\n  live: {region: us-east-1, account_id: "000000000000", write: true, profile: fleet, '
                      f'endpoint_url: "{fleet.home.env.pop("AWS_ENDPOINT_URL")}"}}\n')
    done = fleet.run(*target, "-x", "live", *WRITE, code=3)
    assert b"--confirm lead-qualifier" in done.stderr and fleet.route("lead-qualifier") == {"4.2": 100}
    fleet.run(*target, "-x", "live", "--write", "--reason", "r", "--confirm", "lead-qualifier")
    assert fleet.route("lead-qualifier") == {"4.1": 100}


def test_the_wrong_account_moves_nothing(fleet):
    fleet.home.config('contexts:\n  live: {region: us-east-1, account_id: "111122223333", stage: dev, write: true}\n')
    done = fleet.run("rollback", "lead-qualifier", "--pointer", "route", "--to", "4.1", "-x", "live", *WRITE, code=3)
    assert b"111122223333" in done.stderr and b"000000000000" in done.stderr and not fleet.audit(agentId="lead-qualifier")


def test_without_a_lock_table(fleet):
    """It says so, and moves only for who types what that means; the route's lock is in its own table."""
    fleet.home.config('contexts:\n  live: {region: us-east-1, account_id: "000000000000", stage: dev, write: true,\n'
                      '         sources: {agents: {lock_table: my-locks}}}\n')
    target = ("rollback", "visibility-check", "--pointer", "agentcore/prod", "--to", "1", "-x", "live")
    done = fleet.run(*target, *WRITE, code=3)
    assert b"no lock table" in done.stderr and b"seismo setup" in done.stderr and fleet.endpoint()["liveVersion"] == "2"
    doc = json.loads(fleet.run(*target, "--write", "--reason", "r", "--confirm", "visibility_check unlocked-race", "-o", "json").stdout)
    assert doc["claim"] is False and doc["verified"] is True and fleet.endpoint()["liveVersion"] == "1"
    assert fleet.run("setup", "-x", "live", "--dry-run").stdout.startswith(b"would make table my-locks")
    assert b"lock table my-locks is made" in fleet.run("setup", "-x", "live", "--write", "--reason", "r", "--confirm", "my-locks").stdout
    assert b"is there" in fleet.run("setup", "-x", "live").stdout
    fleet.run("undo", doc["op"], "-x", "live", *WRITE)
    assert fleet.endpoint()["liveVersion"] == "2"


def test_one_changed_byte_in_the_audit_file(fleet):
    for _ in range(2):
        fleet.write("rollback", "lead-qualifier", "--pointer", "route", "--to", "4.1")
        fleet.write("undo")
    file = next((fleet.home.path / ".local/state/seismo").glob("*.audit.jsonl"))
    text = file.read_bytes()
    assert len(text.splitlines()) == 12 and file.stat().st_mode & 0o777 == 0o600
    at = text.index(b'"reason":"fails', len(text.splitlines()[0]) * 7) + 12
    file.write_bytes(text[:at] + b"F" + text[at + 1:])
    row = text[:at].count(b"\n") + 1
    done = fleet.run("audit", "verify", code=1)
    assert f"row {row} of".encode() in done.stderr and b"was changed" in done.stderr
    file.write_bytes(b"".join(text.splitlines(True)[:3] + text.splitlines(True)[4:]))
    assert b"row 4 of" in fleet.run("audit", "verify", code=1).stderr
