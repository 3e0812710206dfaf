"""Labels of templates through the one way to write: a version gets one, it is taken back, and what must not get one does not. On the simulated
region, read back with boto3."""
import json
import time

import pytest

WRITE = ("--write", "--yes", "--reason", "evals passed")
T = "upsell-generator-prompt"
CONFIG = """
contexts:
  main:
    stage: {stage}
    account_id: "000000000000"
    write: true
    region: us-east-1
    profile: fleet
    endpoint_url: "{url}"
    sources:
      templates:
        - {{kind: secretsmanager, prefix: prompts/, environment: {environment}}}
        - {{kind: local, path: {folder}, environment: {environment}}}
{more}
"""


class Labels:
    def __init__(self, sim, home, folder):
        self.sim, self.home, self.folder = sim, home, folder
        (home.path / ".aws").mkdir()
        (home.path / ".aws/credentials").write_text(f"[fleet]\naws_access_key_id = {sim.env['AWS_ACCESS_KEY_ID']}\n"
                                                    f"aws_secret_access_key = {sim.env['AWS_SECRET_ACCESS_KEY']}\n")
        self.ddb = sim.client("dynamodb")
        self.configure()

    def configure(self, stage="dev", environment="prod", more=""):
        self.home.config(CONFIG.format(stage=stage, environment=environment, folder=self.folder, url=self.sim.url, more=more))

    def run(self, *args, code=0, **more):
        done = self.home.run(*args, **more)
        assert done.returncode == code, (done.returncode, done.stdout.decode(), done.stderr.decode())
        return done

    def promote(self, version, label="production", *more, template=T, code=0, write=WRITE):
        done = self.run("template", "promote", template, version, "--label", label, *more, *write, "-o", "json", code=code)
        return json.loads(done.stdout) if done.stdout else None

    def refused(self, version, label="production", *more, template=T, code=3, write=WRITE):
        return self.run("template", "promote", template, version, "--label", label, *more, *write, code=code).stderr.decode()

    def undo(self, *op, code=0):
        return json.loads(self.run("undo", *op, *WRITE, "-o", "json", code=code).stdout)

    def row(self, label="production", template=T):
        key = {"pointer": {"S": f"template/{template}/{label}"}, "sk": {"S": "#lock"}}
        return self.ddb.get_item(TableName="seismo-locks", Key=key, ConsistentRead=True).get("Item")

    def live(self, label="production"):
        row = self.row(label)
        return row["live"]["S"] if row and "live" in row else None

    def audit(self, label="production"):
        return self.ddb.query(TableName="seismo-locks", KeyConditionExpression="#p = :p AND begins_with(#s, :a)",
                              ExpressionAttributeNames={"#p": "pointer", "#s": "sk"},
                              ExpressionAttributeValues={":p": {"S": f"template/{T}/{label}"}, ":a": {"S": "#audit#"}})["Items"]

    def listed(self):
        return {r["version"]: r for r in self.home.json("get", "templates") if r["id"] == T}


@pytest.fixture
def labels(start_sim, home, tmp_path):
    folder = tmp_path / "prompts"
    folder.mkdir()
    return Labels(start_sim("--seed", "7", "--speed", "0"), home, folder)


def one(version):
    return [{"version": version, "weight": 100}]


def test_a_label_is_made_moved_and_put_back(labels):
    first = labels.promote("2.0")
    assert labels.live() == "2.0" and first["from"] is None and first["to"] == one("2.0") and first["outcome"] == "done" and first["verified"]
    assert (first["action"], first["backend"], first["pointer"]) == ("promote", "templates", f"template/{T}/production")
    assert first["claim"] is True and first["rev"] == {"seen": 0, "now": 2} and [r["call"] for r in first["requestIds"]] == ["TransactWriteItems"] * 2
    second = labels.promote("2.2", "production", "--from", "2.0")
    row = labels.row()
    assert row["live"]["S"] == "2.2" and "lock" not in row and row["rev"]["N"] == "4"
    assert row["updatedBy"]["S"] == second["callerArn"] and row["reason"]["S"] == "evals passed" and row["updatedAt"]["S"]
    items = [r for r in labels.audit() if r["op"]["S"] == second["op"]]
    assert [r["event"]["S"] for r in items] == ["claimed", "done"] and items[1]["prevHash"] == items[0]["hash"]
    assert [(r["from"]["L"][0]["M"]["version"]["S"], r["to"]["L"][0]["M"]["version"]["S"]) for r in items] == [("2.0", "2.2")] * 2
    back = labels.undo(second["op"])
    assert back["action"] == "unpromote" and back["to"] == one("2.0") and labels.live() == "2.0"
    # The undo of what made it leaves nothing: a label without a version is not there.
    assert labels.undo(first["op"])["to"] is None
    assert "live" not in labels.row() and "lock" not in labels.row()
    assert labels.promote("2.1")["from"] is None and labels.live() == "2.1"
    assert labels.run("audit", "verify").stdout.startswith(b"15 rows hold")
    history = json.loads(labels.run("history", T, "-o", "json").stdout)
    assert [h["action"] for h in history] == ["promote", "unpromote", "unpromote", "promote", "promote"]
    assert {h["pointer"] for h in history} == {f"template/{T}/production"} and all(h["outcome"] == "done" for h in history)


def test_what_a_label_stands_for(labels):
    """Secrets Manager has a label of that name too: ours is the one that counts, and says so before and after."""
    before = labels.listed()
    assert before["2.1"]["labels"] == ["AWSCURRENT", "production"] and before["2.1"]["moves"] == [] and before["2.1"]["movedBy"] is None
    plan = labels.run("template", "promote", T, "2.2", "--label", "production", "--dry-run").stdout.decode()
    assert "outdoes the label production of secretsmanager itself, which is at 2.1" in plan and "verified" in plan and labels.row() is None
    doc = labels.promote("2.2")
    now = labels.listed()
    assert now["2.1"]["labels"] == ["AWSCURRENT"] and now["2.1"]["outdone"] == ["production"]
    assert sorted(now["2.2"]["labels"]) == ["candidate", "production"] and now["2.2"]["movedBy"] == doc["callerArn"]
    assert [(m["label"], m["by"], m["reason"], m["moving"]) for m in now["2.2"]["moves"]] == \
        [("production", doc["callerArn"], "evals passed", False)] and now["2.2"]["moves"][0]["time"] == now["2.2"]["movedAt"]
    plan = labels.run("template", "promote", T, "2.0", "--label", "production", "--dry-run").stdout
    assert b"outdoes" not in plan and b"from     2.2\n" in plan
    assert doc["callerArn"].split(":")[-1].split("/", 1)[1].encode() in labels.run("get", "templates").stdout


@pytest.mark.parametrize("template,version,label,code,words", [
    (T, "9", "production", 2, "has no version 9"), ("nobody", "1", "production", 2, "there is no template nobody"),
    (T, "2.2", "AWSCURRENT", 2, "AWS's own"), (T, "2.2", "two words", 2, "1 to 64 letters"), (T, "2.2", "2.1", 2, "has a version 2.1"),
    ("lead-qualifier-prompt", "4.3", "production", 3, "failed its check and is not given a label")])
def test_what_gets_no_label(labels, template, version, label, code, words):
    assert words in labels.refused(version, label, template=template, code=code)
    assert labels.ddb.scan(TableName="seismo-locks")["Count"] == 0


def test_in_production_only_what_is_verified_gets_one(labels):
    """Unsigned and unverifiable are not verified. Elsewhere they may have a label; what fails never does."""
    (labels.folder / "hello@1.md").write_text("Hello.\n")
    key = ("--confirm", "hello", "--write", "--reason", "r")
    labels.configure("prod")
    assert "hello@1 is unsigned and is not given a label in production" in labels.refused("1", template="hello", write=key)
    labels.configure("prod", more="        - {kind: s3, bucket: prompts, key: alias/nobody-has-it, environment: prod}")
    done = labels.refused("2.2", write=("--confirm", T, "--write", "--reason", "r"))
    assert "unverifiable" in done and "in production" in done                       # of two places one cannot be checked
    labels.configure("prod")
    assert "wants the template's name typed" in labels.refused("2.2")
    assert labels.promote("2.2", write=("--confirm", T, "--write", "--reason", "r"))["verified"]
    labels.configure("dev")
    assert labels.promote("1", template="hello")["verified"]
    labels.configure("dev", environment="test")
    assert "failed its check and is not given a label: the signature is for environment prod" in labels.refused("2.0")


def test_one_version_is_one_text(labels):
    (labels.folder / f"{T}@2.2.md").write_text("Something else.\n")
    said = labels.refused("2.2")
    assert "is kept twice with different texts" in said and labels.row() is None


def test_an_undo_does_not_lead_to_what_fails(labels):
    """The version that it would go back to was changed since it was signed."""
    for version in ("1", "2"):
        file = labels.folder / f"hello@{version}.md"
        file.write_text(f"Hello {version}.\n")
        labels.run("template", "sign", str(file), "--as", f"hello@{version}", "--key", "alias/seismo-templates", "--agent", "a", "--environment", "prod",
                   *WRITE)
        labels.promote(version, template="hello")
    (labels.folder / "hello@1.md").write_text("Hello. Ignore all that.\n")
    done = labels.run("undo", *WRITE, code=3)
    assert b"hello@1 failed its check and is not given a label: the template's text was changed after it was signed" in done.stderr
    assert labels.row(template="hello")["live"]["S"] == "2"


def test_who_comes_second_is_told_of_the_first(labels):
    labels.promote("2.0")
    labels.promote("2.2", "production", "--from", "2.0")
    doc = labels.promote("2.1", "production", "--from", "2.0", code=4)
    assert doc["outcome"] == "lost" and doc["winner"]["to"] == one("2.2") and doc["winner"]["by"] == doc["callerArn"] and doc["winner"]["since"]
    assert "was moved to 2.2" in doc["message"] and labels.live() == "2.2"
    assert "has no label staging yet" in labels.refused("2.1", "staging", "--from", "2.0", code=2)
    assert "points at 2.2 already" in labels.refused("2.2", code=2)


def test_an_undo_expects_what_it_undoes(labels):
    first = labels.promote("2.0")
    labels.promote("2.2")
    assert labels.undo(first["op"], code=4)["outcome"] == "lost" and labels.live() == "2.2"
    labels.undo()
    taken = labels.undo(first["op"])
    labels.promote("2.1")
    assert labels.undo(taken["op"], code=4)["winner"]["to"] == one("2.1") and labels.live() == "2.1"       # made again by somebody


def test_a_hand_in_the_table(labels):
    """It leaves the revision alone: who had seen another version is told, and nothing is written over it. Who goes on must say what they saw."""
    labels.promote("2.0")
    labels.ddb.update_item(TableName="seismo-locks", Key={"pointer": {"S": f"template/{T}/production"}, "sk": {"S": "#lock"}},
                           UpdateExpression="SET live = :v", ExpressionAttributeValues={":v": {"S": "2.1"}})
    lost = labels.promote("2.2", "production", "--from", "2.0", code=4)
    assert lost["winner"]["to"] == one("2.1") and lost["winner"]["by"] is None and labels.live() == "2.1"
    assert "outside seismo: it is at 2.1, and the last move left it at 2.0" in (said := labels.refused("2.2")) and "--from" in said
    assert labels.listed()["2.1"]["labels"] == ["AWSCURRENT", "production"]
    assert labels.promote("2.2", "production", "--from", "2.1")["verified"] and labels.promote("2.0")["verified"]


def test_a_label_that_leads_nowhere(labels):
    """An error, and no fallback: neither the newest version nor what the place calls the same."""
    labels.promote("2.2")
    labels.ddb.update_item(TableName="seismo-locks", Key={"pointer": {"S": f"template/{T}/production"}, "sk": {"S": "#lock"}},
                           UpdateExpression="SET live = :v", ExpressionAttributeValues={":v": {"S": "7.7"}})
    done = labels.run("get", "templates", code=1)
    assert b"labels, template/upsell-generator-prompt/production: points at version 7.7, which is not there" in done.stderr


def test_without_the_table(labels):
    labels.configure(more="      agents: {lock_table: nobody-made-it}")
    assert labels.listed()["2.1"]["labels"] == ["AWSCURRENT", "production"]          # nobody has moved one
    said = labels.refused("2.2")
    assert "nobody-made-it" in said and "seismo setup" in said
    race = labels.refused("2.2", write=("--write", "--reason", "r", "--confirm", f"{T} unlocked-race"))
    assert "seismo setup" in race                                                  # there is nowhere to write it


def test_what_follows_a_label(labels):
    labels.configure(more='follow_ups:\n  - {kind: ssm, name: "/templates/{agent}/{pointer}", value: "{to}"}')
    doc = labels.promote("2.2")
    assert [(f["kind"], f["ok"]) for f in doc["followUps"]] == [("ssm", True)]
    assert labels.sim.client("ssm").get_parameter(Name=f"/templates/{T}/production")["Parameter"]["Value"] == "2.2"


def trail(labels, code=0):
    return json.loads(labels.run("template", "history", T, "-o", "json", code=code).stdout)


def test_the_trail_of_a_template(labels):
    """What the table says of everybody, also of another machine, with when the versions were written; another template's is not in it."""
    first = labels.promote("2.0")
    elsewhere = {**labels.home.env, "XDG_STATE_HOME": str(labels.home.path / "other")}
    done = labels.home.run("template", "promote", T, "2.2", "--label", "production", *WRITE, "-o", "json", env=elsewhere)
    assert done.returncode == 0
    labels.promote("2.1", "staging")
    labels.promote("1.1", template="menu-writer-prompt")
    rows = trail(labels)
    assert [list(r) for r in rows] == [["op", "time", "by", "host", "action", "pointer", "from", "to", "reason", "outcome", "origin"]] * 6
    moves = [r for r in rows if r["op"]]
    assert [(r["action"], r["pointer"], r["from"], r["to"], r["outcome"]) for r in moves] == [
        ("promote", "staging", [], one("2.1"), "done"), ("promote", "production", one("2.0"), one("2.2"), "done"),
        ("promote", "production", [], one("2.0"), "done")]
    assert moves[1]["op"] == json.loads(done.stdout)["op"] and moves[2]["op"] == first["op"] and moves[2]["by"] == first["callerArn"]
    written = {r["to"][0]["version"]: r for r in rows if r["action"] == "written"}
    assert written.keys() == {"2.0", "2.1", "2.2"}
    assert {v: r["time"] for v, r in written.items()} == {v: r["updatedAt"] for v, r in labels.listed().items()}
    assert b"no template nobody" in labels.run("template", "history", "nobody", code=2).stderr


def test_a_label_that_was_moved_by_hand_shows_in_the_trail(labels):
    labels.promote("2.0")
    labels.ddb.update_item(TableName="seismo-locks", Key={"pointer": {"S": f"template/{T}/production"}, "sk": {"S": "#lock"}},
                           UpdateExpression="SET live = :v", ExpressionAttributeValues={":v": {"S": "2.1"}})
    row = trail(labels)[0]
    assert (row["action"], row["pointer"], row["to"], row["origin"], row["time"]) == ("by hand", "production", one("2.1"), "elsewhere", None)
    labels.promote("2.2", "production", "--from", "2.1")
    assert all(r["action"] != "by hand" for r in trail(labels))


def test_changes_of_labels(labels):
    """Found by two looks: with who and when where seismo moved it; a hand in the table leaves neither."""
    def changes():
        return [c for c in labels.home.json("get", "changes") if c["source"] == "labels"]
    assert changes() == []
    doc = labels.promote("2.0")
    (made,) = changes()
    assert (made["kind"], made["object"], made["from"], made["to"], made["by"]) == ("label", f"{T}@production", None, "2.0", doc["callerArn"])
    assert made["time"] == labels.row()["updatedAt"]["S"]
    labels.promote("2.2")
    time.sleep(6)                                            # a writer's clock may be late by five seconds and is believed all the same
    assert [(c["from"], c["to"]) for c in changes()] == [("2.0", "2.2"), (None, "2.0")]
    labels.ddb.update_item(TableName="seismo-locks", Key={"pointer": {"S": f"template/{T}/production"}, "sk": {"S": "#lock"}},
                           UpdateExpression="SET live = :v", ExpressionAttributeValues={":v": {"S": "2.1"}})
    by_hand = changes()[0]
    assert (by_hand["from"], by_hand["to"], by_hand["by"]) == ("2.2", "2.1", None)


def test_nothing_is_waited_for_that_goes_by_no_label(labels):
    labels.promote("2.0")
    assert b"no job goes by a label" in labels.run("undo", "--wait", "back", *WRITE, code=2).stderr and labels.live() == "2.0"
