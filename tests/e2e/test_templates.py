"""Prompt templates where they are kept: `seismo get templates`, view 7, and their way into the playground. What is read is compared with what
the AWS SDK for Python reads of the same region, and signatures with what the key's public half says."""
import base64
import hashlib
import json

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from peers import plain_answer

KEY = "alias/seismo-templates"
MEMBERS = ["account", "region", "id", "source", "version", "labels", "outdone", "moves", "movedBy", "movedAt", "sha256", "signature", "why", "place", "updatedAt"]
SOURCES = """
contexts:
  dev:
    stage: {stage}
    playground: true
    account_id: "000000000000"
    write: true
    region: us-east-1
    sources:
      templates:
        - {{kind: secretsmanager, prefix: prompts/, environment: {environment}}}
        - {{kind: s3, bucket: prompts, environment: {environment}}}
        - {{kind: bedrock}}
        - {{kind: dynamodb, environment: {environment}}}
        - {{kind: ssm, prefix: /prompts/, environment: {environment}}}
        - {{kind: local, path: {folder}, environment: {environment}}}
"""
DENIED = json.dumps({"__type": "AccessDeniedException", "message": "User: arn:aws:iam::000000000000:user/u is not authorized to perform: "
                     "secretsmanager:ListSecrets because no identity-based policy allows the secretsmanager:ListSecrets action"}).encode()


@pytest.fixture
def fleet(start_sim):
    return start_sim("--seed", "7", "--speed", "0")


@pytest.fixture
def place(home, fleet, tmp_path):
    """Writes the configuration of a context of that stage, whose templates are for that environment; gives the folder of local ones."""
    home.env.update(fleet.env)

    def make(stage="dev", environment="prod", name="prompts"):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        home.config(SOURCES.format(stage=stage, environment=environment, folder=folder))
        return folder

    return make


def secrets_of(fleet):
    """{place: (document, labels)}"""
    client, out = fleet.client("secretsmanager"), {}
    for page in client.get_paginator("list_secrets").paginate(Filters=[{"Key": "name", "Values": ["prompts/"]}]):
        for secret in page["SecretList"]:
            for v in client.list_secret_version_ids(SecretId=secret["Name"], IncludeDeprecated=True)["Versions"]:
                got = client.get_secret_value(SecretId=secret["Name"], VersionId=v["VersionId"])
                out[f"secretsmanager://{secret['Name']}#{v['VersionId']}"] = json.loads(got["SecretString"]), sorted(got.get("VersionStages", []))
    return out


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def test_what_is_read_is_what_the_sdk_reads(home, fleet, place):
    place()
    rows = home.json("get", "templates")
    assert all(list(r) == MEMBERS for r in rows)
    by = {source: {r["place"]: r for r in rows if r["source"] == source} for source in ("secretsmanager", "s3", "bedrock", "dynamodb", "ssm", "local")}
    theirs = secrets_of(fleet)
    assert by["secretsmanager"].keys() == theirs.keys() and len(theirs) == 18
    for at, (doc, labels) in theirs.items():
        r = by["secretsmanager"][at]
        assert (r["id"], r["version"], sorted(r["labels"]), r["sha256"]) == (doc["id"], doc["version"], labels, sha256(doc["content"].encode()))
    s3 = fleet.client("s3")
    objects = {o["Key"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket="prompts") for o in page["Contents"]}
    assert by["s3"].keys() == {f"s3://prompts/{key}" for key in objects}
    for key in objects:
        assert sha256(s3.get_object(Bucket="prompts", Key=key)["Body"].read()) == by["s3"][f"s3://prompts/{key}"]["sha256"]
    agent = fleet.client("bedrock-agent")
    prompts = {(p["name"], p["version"]) for top in agent.list_prompts()["promptSummaries"]
               for p in agent.list_prompts(promptIdentifier=top["id"])["promptSummaries"]}
    assert {(r["id"], r["version"]) for r in by["bedrock"].values()} == prompts
    items = {(i["agentId"]["S"], i["version"]["S"]): i for page in fleet.client("dynamodb").get_paginator("scan").paginate(TableName="agents")
             for i in page["Items"] if "promptTemplate" in i}
    assert {(r["id"], r["version"]) for r in by["dynamodb"].values()} == items.keys() and len(items) == 18
    for r in by["dynamodb"].values():
        at = items[r["id"], r["version"]]["promptTemplate"]["S"]
        assert r["place"] == f"dynamodb://agents/{r['id']}/{r['version']} > {at}" and r["sha256"] == by["s3"][at]["sha256"]
        assert r["signature"] == by["s3"][at]["signature"]
    assert not by["ssm"]
    assert [r["id"] for r in rows] == sorted(r["id"] for r in rows)


def test_signatures_are_what_the_public_key_says(home, fleet, place):
    place()
    public = serialization.load_der_public_key(fleet.client("kms").get_public_key(KeyId=KEY)["PublicKey"])
    said = {r["place"]: r for r in home.json("get", "templates") if r["source"] == "secretsmanager"}
    seen = set()
    for at, (doc, _) in secrets_of(fleet).items():
        signed = "".join(["seismo template 1\n"] + [f"{key}={doc[key]}\n" for key in ("id", "version", "agent", "environment", "sha256")])
        want = "unsigned" if "signature" not in doc else "verified" if sha256(doc["content"].encode()) == doc["sha256"] else "failed"
        if "signature" in doc:
            try:
                public.verify(base64.b64decode(doc["signature"]["value"]), signed.encode(), padding.PKCS1v15(), hashes.SHA256())
            except InvalidSignature:
                want = "failed"
        assert said[at]["signature"] == want and (said[at]["why"] is None) == (want == "verified"), said[at]
        seen.add(want)
    assert seen == {"verified", "failed", "unsigned"}


def test_another_environment_is_not_what_was_signed_for(home, place):
    place(environment="test")
    rows = [r for r in home.json("get", "templates") if r["source"] in ("secretsmanager", "s3")]
    assert {r["signature"] for r in rows} == {"failed", "unsigned"}
    assert all("is for environment prod, not for test" in r["why"] for r in rows if r["signature"] == "failed")


def test_a_folder_that_is_not_there(home, place):
    place().rmdir()
    done = home.run("get", "templates", "-o", "json")
    assert done.returncode == 1 and not done.stdout and b"templates of local" in done.stderr        # a part would pass for all of it
    done = home.run("get", "templates")
    assert done.returncode == 1 and b"upsell-generator-prompt" in done.stdout


def test_parameters(home, fleet, place):
    """A template for each, a version for each of its versions, AWS's labels; what is encrypted is read, what stands elsewhere is not."""
    place()
    ssm = fleet.client("ssm")
    for text in ("one", "two", "three"):
        ssm.put_parameter(Name="/prompts/review", Value=f"Review {text}.", Type="SecureString", Overwrite=True)
    for i in range(11):
        ssm.put_parameter(Name=f"/prompts/more/{i:02}", Value=json.dumps({"id": f"more-{i}", "version": "1.5", "content": f"More {i}."}), Type="String")
    assert ssm.label_parameter_version(Name="/prompts/review", ParameterVersion=2, Labels=["production", "9lives"])["InvalidLabels"] == ["9lives"]
    rows = {(r["id"], r["version"]): r for r in home.json("get", "templates") if r["source"] == "ssm"}
    assert rows.keys() == {("prompts/review", str(v)) for v in (1, 2, 3)} | {(f"more-{i}", "1.5") for i in range(11)}
    assert rows["prompts/review", "2"]["labels"] == ["production"] and rows["prompts/review", "3"]["labels"] == []
    assert rows["prompts/review", "3"]["sha256"] == sha256(b"Review three.") and rows["more-4", "1.5"]["sha256"] == sha256(b"More 4.")
    assert rows["prompts/review", "2"]["place"] == "ssm:///prompts/review:2" and rows["prompts/review", "2"]["signature"] == "unsigned"


def test_what_versions_of_the_agents_table_name(home, fleet, place):
    """The text itself, an object, a secret; a signature of another agent does not count, and what leads nowhere is said."""
    place()
    ddb = fleet.client("dynamodb")

    def put(agent, version, prompt):
        ddb.put_item(TableName="agents", Item={"agentId": {"S": agent}, "version": {"S": version}, "promptTemplate": {"S": prompt}})
    signed = next(at for at, (doc, _) in secrets_of(fleet).items() if (doc["agent"], doc["version"]) == ("upsell-generator", "2.1"))
    put("inline", "1", "Say hello.")
    put("upsell-generator", "9.1", signed)
    put("menu-writer", "9.2", signed)
    rows = {(r["id"], r["version"]): r for r in home.json("get", "templates") if r["source"] == "dynamodb"}
    assert (rows["inline", "1"]["sha256"], rows["inline", "1"]["signature"]) == (sha256(b"Say hello."), "unsigned")
    assert rows["inline", "1"]["place"] == "dynamodb://agents/inline/1" and rows["upsell-generator", "9.1"]["signature"] == "verified"
    assert rows["menu-writer", "9.2"]["signature"] == "failed" and "is for agent upsell-generator, not for menu-writer" in rows["menu-writer", "9.2"]["why"]
    put("broken", "1", "s3://prompts/nobody-put-it-there.txt")
    put("broken", "2", "secretsmanager://")
    done = home.run("get", "templates")
    assert done.returncode == 1 and b"dynamodb://agents/broken/1 > s3://prompts/nobody-put-it-there.txt" in done.stderr
    assert b"wants the name of a secret" in done.stderr and b"inline" in done.stdout


def test_files_of_a_folder(home, place):
    folder = place()
    (folder / "hello@1.2.md").write_text("Hello {{name = you}}\n")
    (folder / "notes.txt").write_text("no version")
    (folder / ".hidden.txt").write_text("x")
    (folder / "image.png").write_bytes(b"\x89PNG")
    rows = {r["id"]: r for r in home.json("get", "templates") if r["source"] == "local"}
    assert rows.keys() == {"hello", "notes"}
    assert rows["hello"]["version"] == "1.2" and rows["hello"]["sha256"] == sha256(b"Hello {{name = you}}\n") and rows["notes"]["version"] is None
    sign = ("template", "sign", str(folder / "hello@1.2.md"), "--as", "hello@1.2", "--key", KEY, "--agent", "a", "--environment", "prod")
    done = home.run(*sign, "--write", "--yes", "--reason", "r")
    assert done.returncode == 0, done.stderr
    assert {r["id"]: r["signature"] for r in home.json("get", "templates") if r["source"] == "local"} == {"hello": "verified", "notes": "unsigned"}
    (folder / "hello@1.2.md").write_text("Hello {{name = you}}!\n")
    assert [r["signature"] for r in home.json("get", "templates") if r["id"] == "hello"] == ["failed"]


def test_what_cannot_be_read_is_said_and_the_rest_is_there(home, place, odd_server):
    place()
    denied = odd_server(plain_answer(DENIED, status="400 Bad Request"))
    done = home.run("get", "templates", env={"AWS_ENDPOINT_URL_SECRETS_MANAGER": denied.url})
    assert done.returncode == 1 and b"secretsmanager:ListSecrets" in done.stderr
    assert b"  s3 " in done.stdout and b"secretsmanager" not in done.stdout


def test_view_and_playground(console, home, place):
    place("prod")
    c = console("--command", "templates", size=(100, 30))
    text = c.wait_for("menu-writer-prompt", 15)
    assert "AWSCURRENT,production" in text and "verified" in text and "failed" in text and "unsigned" in text
    c.send("/", "lead-qualifier-prompt", "enter")
    c.wait_for(lambda text: "lead-qualifier-prompt" in text and "menu-writer" not in text, 5)
    c.send("g", "d")
    text = c.wait_for("variables", 5)
    assert "does not hold" in text and "persona: text" in text
    c.send("esc")
    c.send(":", "template lead-qualifier-prompt@4.3 tenant=t persona=p input=i", "enter")
    assert c.wait_for("failed its check and is not sent", 5), c.text()
    c.send(":", "template review-responder-prompt@1.0 tenant=t persona=p input=i", "enter")
    assert c.wait_for("is unsigned and is not sent in production", 5), c.text()
    c.send(":", "template upsell-generator-prompt tenant=t", "enter")
    assert c.wait_for("has no value and no default", 5), c.text()
    c.send(":", "template upsell-generator-prompt tenant=t persona=\"Solo Sarah\" input=i", "enter")
    assert c.wait_for("upsell-generator-prompt@2.1", 5), c.text()
    c.send("hello", "enter")
    assert c.wait_for("end_turn", 15), c.text()


def test_files_alone_are_read_again(console, home, place):
    """Nobody has to be waited for then: the list is there before its reading has been begun."""
    folder = place()
    config = home.path / ".config/seismo/config.yaml"
    config.write_text("".join(line for line in config.read_text().splitlines(True) if "kind:" not in line or "local" in line))
    (folder / "hello.txt").write_text("Hello.")
    c = console("--command", "templates", size=(100, 30))
    c.wait_for("hello", 15)
    (folder / "second.txt").write_text("Second.")
    c.send("\x12")                                          # ctrl-r
    c.wait_for("second", 10)
    c.send("Q")
    assert c.wait_exit() == 0


@pytest.mark.parametrize("entry,words", [
    ("{kind: ssm}", "templates of kind ssm need prefix"), ("{kind: ssm, prefix: prompts}", "a path that begins with /"),
    ("{kind: s3, bucket: prompts, table: agents}", "table goes with kind dynamodb"), ("{kind: dynamodb, bucket: prompts}", "bucket goes with kind s3")])
def test_a_source_that_cannot_be_meant(home, entry, words):
    home.config(f"contexts:\n  dev:\n    region: us-east-1\n    sources:\n      templates:\n        - {entry}\n")
    done = home.run("config", "check")
    assert done.returncode == 2 and words in done.stderr.decode() + done.stdout.decode(), (done.stdout, done.stderr)
