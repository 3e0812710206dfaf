"""Templates on servers that others wrote: what boto3 has put there is read from each kind of place, signatures come out right in each of the ways in
which they can be wrong, and a label moves."""
import base64
import hashlib
import json
import subprocess

import pytest

from others import agents_table
from peers import free_port

ALIAS, OTHER = "alias/seismo-templates", "alias/somebody-else"
WRITE = ("--write", "--yes", "--reason", "r")
USE = ("--agent", "upsell-generator", "--environment", "test")
CONFIG = """
contexts:
  lab:
    stage: {stage}
    account_id: "{account}"
    write: true
    region: us-east-1
    profile: fleet
    {endpoint}
    sources:
      templates:
        - {{kind: secretsmanager, prefix: peers/, environment: test}}
        - {{kind: s3, bucket: peer-prompts, environment: test}}
        - {{kind: ssm, prefix: /peers, environment: test}}
        - {{kind: dynamodb, environment: test}}
        - {{kind: local, path: {folder}, environment: test}}
"""


@pytest.fixture(scope="module", params=["ministack", "moto"])
def peer(request):
    running = request.getfixturevalue(request.param)
    running.name = request.param
    kms = running.client("kms")
    for alias in (ALIAS, OTHER):
        kms.create_alias(AliasName=alias, TargetKeyId=kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec="RSA_2048")["KeyMetadata"]["KeyId"])
    fill(running)
    return running


def fill(peer):
    s3, secrets, ssm, ddb = (peer.client(s) for s in ("s3", "secretsmanager", "ssm", "dynamodb"))
    s3.create_bucket(Bucket="peer-prompts")
    for version in ("1.0", "1.1"):
        s3.put_object(Bucket="peer-prompts", Key=f"lead/v{version}.txt", Body=f"Lead {version}.\n".encode())
    secrets.create_secret(Name="peers/menu", SecretString="Menu one.\n")
    secrets.put_secret_value(SecretId="peers/menu", SecretString=json.dumps({"id": "menu", "version": "2", "content": "Menu two.\n"}))
    for i in range(12):                                                     # a page of names holds ten
        ssm.put_parameter(Name=f"/peers/more/{i:02}", Value=f"More {i}.\n", Type="String")
    for version in ("one", "two", "three"):
        ssm.put_parameter(Name="/peers/review", Value=f"Review {version}.\n", Type="SecureString", Overwrite=True)
    ssm.label_parameter_version(Name="/peers/review", ParameterVersion=2, Labels=["production", "good"])
    agents_table(ddb)
    for agent, version, prompt in (("upsell", "2.1", "Inline text.\n"), ("upsell", "2.2", "s3://peer-prompts/lead/v1.1.txt"),
                                   ("upsell", "2.3", "secretsmanager://peers/menu")):
        ddb.put_item(TableName="agents", Item={"agentId": {"S": agent}, "version": {"S": version}, "promptTemplate": {"S": prompt},
                                               "createdAt": {"S": "2026-05-01T10:00:00.000Z"}})
    ddb.put_item(TableName="agents", Item={"agentId": {"S": "upsell"}, "version": {"S": "#route"}})


class Lab:
    def __init__(self, home, peer, folder):
        self.home, self.peer, self.folder = home, peer, folder
        folder.mkdir()
        (home.path / ".aws").mkdir()
        (home.path / ".aws/credentials").write_text(f"[fleet]\naws_access_key_id = {peer.env['AWS_ACCESS_KEY_ID']}\n"
                                                    f"aws_secret_access_key = {peer.env['AWS_SECRET_ACCESS_KEY']}\n")
        self.account = peer.client("sts").get_caller_identity()["Account"]
        self.stage("test")

    def stage(self, stage, endpoint=True):
        """endpoint: in the configuration, where the environment has nothing to say about it."""
        self.home.config(CONFIG.format(stage=stage, account=self.account, endpoint=f'endpoint_url: "{self.peer.url}"' if endpoint else "",
                                       folder=self.folder))

    def run(self, *args, code=0, env=()):
        done = self.home.run(*args, env=dict(env))
        assert done.returncode == code, (done.returncode, done.stdout.decode(), done.stderr.decode())
        return done

    def rows(self, source, **env):
        return [r for r in json.loads(self.run("get", "templates", "-o", "json", env=env).stdout) if r["source"] == source]


@pytest.fixture
def lab(home, peer, tmp_path):
    return Lab(home, peer, tmp_path / "prompts")


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def test_what_is_read_is_what_boto3_has_put_there(lab, peer):
    assert {(r["id"], r["version"], r["sha256"]) for r in lab.rows("s3")} == {("lead", v, sha256(f"Lead {v}.\n")) for v in ("1.0", "1.1")}
    secrets = {r["sha256"]: r for r in lab.rows("secretsmanager")}
    assert (secrets[sha256("Menu two.\n")]["id"], secrets[sha256("Menu two.\n")]["version"]) == ("menu", "2")
    assert secrets[sha256("Menu one.\n")]["id"] == "peers/menu" and "AWSCURRENT" in secrets[sha256("Menu two.\n")]["labels"]
    items = {(r["id"], r["version"]): r for r in lab.rows("dynamodb")}
    assert {k: r["sha256"] for k, r in items.items()} == {("upsell", "2.1"): sha256("Inline text.\n"), ("upsell", "2.2"): sha256("Lead 1.1.\n"),
                                                         ("upsell", "2.3"): sha256("Menu two.\n")}
    assert items["upsell", "2.2"]["place"] == "dynamodb://agents/upsell/2.2 > s3://peer-prompts/lead/v1.1.txt"
    assert all(r["updatedAt"] == "2026-05-01T10:00:00.000Z" for r in items.values())


def test_parameters_with_their_versions_and_labels(lab, peer):
    """What the history says of each, and boto3's history beside it."""
    rows = lab.rows("ssm")
    ssm, wanted = peer.client("ssm"), []
    for page in ssm.get_paginator("get_parameters_by_path").paginate(Path="/peers", Recursive=True):
        for p in page["Parameters"]:
            for v in ssm.get_parameter_history(Name=p["Name"], WithDecryption=True)["Parameters"]:
                wanted.append((p["Name"].lstrip("/"), str(v["Version"]), sorted(v.get("Labels", [])), sha256(v["Value"])))
    assert sorted((r["id"], r["version"], sorted(r["labels"]), r["sha256"]) for r in rows) == sorted(wanted)
    assert len({r["id"] for r in rows}) == 13
    review = {r["version"]: r for r in rows if r["id"] == "peers/review"}
    assert review["2"]["labels"] == ["good", "production"] or sorted(review["2"]["labels"]) == ["good", "production"]
    assert review["3"]["sha256"] == sha256("Review three.\n")


# --- signatures ----------------------------------------------------------------------------------------------------

def sign(lab, version="2.1", text="You write offers.\n", key=ALIAS):
    file = lab.folder / f"offer@{version}.txt"
    file.write_text(text)
    lab.run("template", "sign", str(file), "--as", f"offer@{version}", "--key", key, *USE, *WRITE)
    return file


def reseal(file, **members):
    seal = file.with_name(file.name + ".seal.json")
    seal.write_text(json.dumps({**json.loads(seal.read_text()), **members}))


def one_byte(lab, file):
    file.write_text(file.read_text().replace("offers", "Offers"))
    return {}


def one_byte_and_its_hash(lab, file):
    one_byte(lab, file)
    reseal(file, sha256=sha256(file.read_text()))
    return {}


def one_bit_of_the_signature(lab, file):
    raw = bytearray(base64.b64decode(json.loads(file.with_name(file.name + ".seal.json").read_text())["signature"]))
    raw[100] ^= 1
    reseal(file, signature=base64.b64encode(bytes(raw)).decode())
    return {}


def other_version(lab, file):
    reseal(file, version="2.2")
    return {}


def other_environment(lab, file):
    reseal(file, environment="prod")
    return {"use": ("--agent", "upsell-generator", "--environment", "prod")}


def other_agent(lab, file):
    reseal(file, agent="lead-qualifier")
    return {"use": ("--agent", "lead-qualifier", "--environment", "test")}


def for_another_use(lab, file):
    return {"use": ("--agent", "upsell-generator", "--environment", "prod")}


def wrong_key(lab, file):
    lab.run("template", "sign", str(file), "--as", "offer@2.1", "--key", OTHER, *USE, *WRITE)
    return {}


def no_such_key(lab, file):
    return {"key": "alias/nobody-has-it", "word": "unverifiable"}


def kms_down(lab, file):
    lab.stage("test", endpoint=False)
    return {"env": {"AWS_ENDPOINT_URL": lab.peer.url, "AWS_ENDPOINT_URL_KMS": f"http://127.0.0.1:{free_port()}", "AWS_MAX_ATTEMPTS": "1"},
            "word": "unverifiable"}


def no_seal(lab, file):
    file.with_name(file.name + ".seal.json").unlink()
    return {"word": "unsigned"}


WRONG = [one_byte, one_byte_and_its_hash, one_bit_of_the_signature, other_version, other_environment, other_agent, for_another_use, wrong_key,
         no_such_key, kms_down, no_seal]


def verify(lab, file, key=ALIAS, use=USE, env=(), code=3, **_):
    done = lab.home.run("template", "verify", str(file), "--key", key, *use, "-o", "json", env=dict(env))
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)["signature"]


def test_what_is_right_is_verified(lab):
    file = sign(lab)
    assert verify(lab, file, code=0) == "verified"
    assert [(r["version"], r["signature"]) for r in lab.rows("local")] == [("2.1", "verified")]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda f: f.__name__)
def test_what_is_wrong_is_refused(lab, wrong):
    """By `template verify`; and no label is given to it in production, whichever of the three words it is."""
    file = sign(lab)
    case = wrong(lab, file)
    assert verify(lab, file, **case) == case.get("word", "failed")
    lab.run("setup", *WRITE, env=case.get("env", {}))
    if "use" in case or "key" in case:                                      # of a source the configuration says for what, and with which key
        return
    lab.stage("prod", endpoint="env" not in case)
    version = json.loads(file.with_name(file.name + ".seal.json").read_text())["version"] if wrong is not no_seal else "2.1"
    done = lab.home.run("template", "promote", "offer", version, "--label", wrong.__name__, "--write", "--reason", "r", "--confirm", "offer",
                        env=case.get("env", {}))
    assert done.returncode == 3 and f"{'is ' + case['word'] if 'word' in case else 'failed its check'} and is not given a label".encode() in done.stderr, done.stderr
    key = {"pointer": {"S": f"template/offer/{wrong.__name__}"}, "sk": {"S": "#lock"}}
    assert "Item" not in lab.peer.client("dynamodb").get_item(TableName="seismo-locks", Key=key)


# --- labels --------------------------------------------------------------------------------------------------------

def test_a_label_moves_and_of_two_one_wins(lab, peer):
    lab.run("setup", *WRITE)
    for version in ("1", "2", "3"):
        sign(lab, version, f"Offer {version}.\n")
    lab.stage("prod")
    name = f"live-{peer.name}"
    args = ("template", "promote", "offer", "1", "--label", name, "--write", "--reason", "r", "--confirm", "offer", "-o", "json")
    first = json.loads(lab.run(*args).stdout)
    assert first["verified"] and first["to"] == [{"version": "1", "weight": 100}]

    def start(i, version):
        env = {**lab.home.env, "XDG_STATE_HOME": str(lab.home.path / f"state{i}")}
        return subprocess.Popen([lab.home.binary, *args[:3], version, *args[4:], "--from", "1"], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    ended = [(p, *p.communicate(timeout=60)) for p in [start(0, "2"), start(1, "3")]]
    assert sorted(p.returncode for p, _, _ in ended) == [0, 4], ended
    won, lost = (json.loads(next(out for p, out, _ in ended if p.returncode == code)) for code in (0, 4))
    assert lost["winner"]["to"] == won["to"] and lost["winner"]["by"]
    row = peer.client("dynamodb").get_item(TableName="seismo-locks", Key={"pointer": {"S": f"template/offer/{name}"}, "sk": {"S": "#lock"}},
                                           ConsistentRead=True)["Item"]
    assert row["live"]["S"] == won["to"][0]["version"] and "lock" not in row
    assert [r["version"] for r in lab.rows("local") if name in r["labels"]] == [row["live"]["S"]]
