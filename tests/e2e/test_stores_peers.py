"""The stores and the pipeline through our own client against servers that others wrote: what boto3 has put there is read,
and what our client writes is read back by boto3. Where a server does otherwise than AWS, the test
says so beside the line."""
import base64
import hashlib
import io
import json
import subprocess
import uuid
import zipfile
import zlib

import pytest

from conftest import clean_env
from peers import REGION

pytest.importorskip("cryptography")
from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import padding  # noqa: E402

KEYS = ["plain.json", "a//b/./c", " leading blank", "reports/2026 spring/men\u00fc \u2013 \u00dcbersicht.json", "a+b=c&d%20e"]


class Probe:
    """Our client, one process for all calls."""

    def __init__(self, program, peer):
        self.process = subprocess.Popen([program], env=clean_env(**peer.env, AWS_MAX_ATTEMPTS="1"), stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def ask(self, service, op, given):
        self.process.stdin.write(json.dumps({"service": service, "op": op, "in": given}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def out(self, service, op, **given):
        reply = self.ask(service, op, given)
        assert "out" in reply, reply
        return reply["out"]

    def code(self, service, op, **given):
        reply = self.ask(service, op, given)
        assert "error" in reply, reply
        return reply["error"]["code"]

    def close(self):
        self.process.stdin.close()
        assert self.process.wait(20) == 0


@pytest.fixture(scope="module", params=["ministack", "moto"])
def peer(request):
    running = request.getfixturevalue(request.param)
    running.name = request.param
    return running


@pytest.fixture(scope="module")
def ours(peer, probe):
    client = Probe(probe("aws_probe"), peer)
    yield client
    client.close()


def test_objects(peer, ours):
    s3 = peer.client("s3")
    s3.create_bucket(Bucket="stores-test")
    for i, key in enumerate(KEYS):
        body = b"body %d" % i
        put = ours.out("s3", "PutObject", Bucket="stores-test", Key=key, Body=base64.b64encode(body).decode(), ContentType="text/plain",
                       Metadata={"who": "seismo"})
        theirs = s3.get_object(Bucket="stores-test", Key=key)
        assert theirs["Body"].read() == body and theirs["Metadata"] == {"who": "seismo"} and theirs["ContentType"] == "text/plain"
        got = ours.out("s3", "GetObject", Bucket="stores-test", Key=key)
        assert base64.b64decode(got["Body"]) == body and got["ETag"] == put["ETag"] == theirs["ETag"] and got["Metadata"] == {"who": "seismo"}
        head = ours.out("s3", "HeadObject", Bucket="stores-test", Key=key)
        assert head["ContentLength"] == len(body) and head["ETag"] == put["ETag"]
    s3.put_object(Bucket="stores-test", Key="page.html", Body=b"<html></html>", ContentType="text/html")
    assert base64.b64decode(ours.out("s3", "GetObject", Bucket="stores-test", Key="page.html")["Body"]) == b"<html></html>"
    part = ours.out("s3", "GetObject", Bucket="stores-test", Key=KEYS[0], Range="bytes=1-3")
    assert base64.b64decode(part["Body"]) == b"ody"
    assert ours.code("s3", "GetObject", Bucket="stores-test", Key="nothing") == "NoSuchKey"
    assert ours.code("s3", "GetObject", Bucket="no-such-bucket-here", Key="k") == "NoSuchBucket"
    assert ours.ask("s3", "HeadObject", {"Bucket": "stores-test", "Key": "nothing"})["error"]["status"] == 404
    assert ours.ask("s3", "GetObject", {"Bucket": "stores-test", "Key": KEYS[0], "IfNoneMatch": got["ETag"]}).get("out")
    same = ours.ask("s3", "GetObject", {"Bucket": "stores-test", "Key": KEYS[-1], "IfNoneMatch": got["ETag"]})
    assert same["error"]["status"] == 304


def test_a_damaged_object_is_noticed(probe, odd_server):
    """The checksum of the whole object comes with it; of a part it says nothing."""
    def answer(status, extra):
        head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nx-amz-request-id: r1\r\nContent-Length: 4\r\nConnection: close\r\n{extra}\r\n"
        return lambda s: s.sendall(head.encode() + b"body")

    right = base64.b64encode(zlib.crc32(b"body").to_bytes(4, "big")).decode()
    for status, crc, good in (("200 OK", right, True), ("200 OK", "AAAAAA==", False), ("206 Partial Content", "AAAAAA==", True),
                              ("200 OK", "AAAAAA==-3", True)):
        server = odd_server(answer(status, f"x-amz-checksum-crc32: {crc}\r\n"))
        server.env = {"AWS_ENDPOINT_URL": server.url, "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_REGION": REGION}
        client = Probe(probe("aws_probe"), server)
        reply = client.ask("s3", "GetObject", {"Bucket": "bucket", "Key": "k"})
        client.close()
        assert ("out" in reply) == good and (good or "its checksum does not match" in reply["error"]["text"]), reply


def test_listing(peer, ours):
    s3 = peer.client("s3")
    s3.create_bucket(Bucket="stores-list")
    wanted = sorted([*KEYS, *(f"many/{i:03}" for i in range(25))], key=str.encode)
    for key in wanted:
        s3.put_object(Bucket="stores-list", Key=key, Body=b"x")
    got, token = [], {}
    while True:
        page = ours.out("s3", "ListObjectsV2", Bucket="stores-list", MaxKeys=7, **token)
        got += [o["Key"] for o in page["Contents"]]
        if not page.get("IsTruncated"):
            break
        token = {"ContinuationToken": page["NextContinuationToken"]}
    assert got == [o["Key"] for p in s3.get_paginator("list_objects_v2").paginate(Bucket="stores-list") for o in p["Contents"]]
    assert sorted(got, key=str.encode) == wanted
    top = ours.out("s3", "ListObjectsV2", Bucket="stores-list", Delimiter="/")
    assert {p["Prefix"] for p in top["CommonPrefixes"]} == {"a/", "many/", "reports/"}


def test_protection(peer, ours):
    s3 = peer.client("s3")
    s3.create_bucket(Bucket="stores-safe")
    block = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": False, "RestrictPublicBuckets": True}
    ours.ask("s3", "PutPublicAccessBlock", {"Bucket": "stores-safe", "PublicAccessBlockConfiguration": block})
    assert s3.get_public_access_block(Bucket="stores-safe")["PublicAccessBlockConfiguration"] == block
    assert ours.out("s3", "GetPublicAccessBlock", Bucket="stores-safe")["PublicAccessBlockConfiguration"] == block
    rules = [{"ID": "r1", "Status": "Enabled", "Filter": {"Prefix": "a & b/"}, "Expiration": {"Days": 2555},
              "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}, {"Days": 90, "StorageClass": "GLACIER"}]}]
    assert "error" not in ours.ask("s3", "PutBucketLifecycleConfiguration", {"Bucket": "stores-safe", "LifecycleConfiguration": {"Rules": rules}})
    assert s3.get_bucket_lifecycle_configuration(Bucket="stores-safe")["Rules"] == rules
    assert ours.out("s3", "GetBucketLifecycleConfiguration", Bucket="stores-safe")["Rules"] == rules
    s3.put_bucket_encryption(Bucket="stores-safe", ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]})
    rule = ours.out("s3", "GetBucketEncryption", Bucket="stores-safe")["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"


def test_secrets(peer, ours):
    secrets = peer.client("secretsmanager")
    first = secrets.create_secret(Name="prompts/a", SecretString="one")
    assert ours.out("secrets-manager", "GetSecretValue", SecretId="prompts/a")["SecretString"] == "one"
    token = str(uuid.uuid4())
    put = ours.out("secrets-manager", "PutSecretValue", SecretId="prompts/a", SecretString="caf\u00e9 \U0001f600", ClientRequestToken=token)
    assert put["VersionId"] == token
    assert secrets.get_secret_value(SecretId="prompts/a")["SecretString"] == "caf\u00e9 \U0001f600"
    old = ours.out("secrets-manager", "GetSecretValue", SecretId="prompts/a", VersionStage="AWSPREVIOUS")
    assert old["SecretString"] == "one" and old["VersionId"] == first["VersionId"]
    ids = {v["VersionId"] for v in ours.out("secrets-manager", "ListSecretVersionIds", SecretId="prompts/a")["Versions"]}
    assert ids == {first["VersionId"], token}
    stages = ours.out("secrets-manager", "DescribeSecret", SecretId="prompts/a")["VersionIdsToStages"]
    assert stages[token] == ["AWSCURRENT"] and stages[first["VersionId"]] == ["AWSPREVIOUS"]
    assert ours.code("secrets-manager", "GetSecretValue", SecretId="nothing") == "ResourceNotFoundException"


def test_parameters(peer, ours):
    ssm = peer.client("ssm")
    for i in range(12):
        assert ours.out("ssm", "PutParameter", Name=f"/agents/a{i:02}/version", Value="2.1", Type="String")["Version"] == 1
    assert ours.out("ssm", "PutParameter", Name="/agents/a00/version", Value="2.2", Overwrite=True, Type="String")["Version"] == 2
    assert ssm.get_parameter(Name="/agents/a00/version")["Parameter"]["Value"] == "2.2"
    got = ours.out("ssm", "GetParameter", Name="/agents/a00/version")["Parameter"]
    assert (got["Value"], got["Version"], got["Type"]) == ("2.2", 2, "String")
    ssm.put_parameter(Name="/agents/secret", Value="s", Type="SecureString")
    assert ours.out("ssm", "GetParameter", Name="/agents/secret", WithDecryption=True)["Parameter"]["Value"] == "s"
    names, token = [], {}
    while True:
        page = ours.out("ssm", "GetParametersByPath", Path="/agents", Recursive=True, MaxResults=5, **token)
        names += [p["Name"] for p in page.get("Parameters", [])]
        if not page.get("NextToken"):
            break
        token = {"NextToken": page["NextToken"]}
    assert len(names) == len(set(names)) == 13
    assert ours.code("ssm", "GetParameter", Name="/nothing") == "ParameterNotFound"
    assert ours.code("ssm", "PutParameter", Name="/agents/a00/version", Value="3", Type="String") == "ParameterAlreadyExists"


def test_keys(peer, ours):
    kms = peer.client("kms")
    key = kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec="RSA_2048")["KeyMetadata"]["KeyId"]
    scheme, public = "RSASSA_PKCS1_V1_5_SHA_256", None
    about = ours.out("kms", "DescribeKey", KeyId=key)["KeyMetadata"]
    assert (about["KeySpec"], about["KeyUsage"], about["KeyState"]) == ("RSA_2048", "SIGN_VERIFY", "Enabled")
    public = serialization.load_der_public_key(base64.b64decode(ours.out("kms", "GetPublicKey", KeyId=key)["PublicKey"]))
    digest = hashlib.sha256(b"message").digest()
    for kind, what in (("RAW", b"message"), ("DIGEST", digest)):
        given = dict(KeyId=key, Message=base64.b64encode(what).decode(), MessageType=kind, SigningAlgorithm=scheme)
        signature = ours.out("kms", "Sign", **given)["Signature"]
        # moto hashes a digest once more, which KMS does not.
        signed = digest if peer.name == "moto" and kind == "DIGEST" else b"message"
        public.verify(base64.b64decode(signature), signed, padding.PKCS1v15(), hashes.SHA256())
        assert ours.out("kms", "Verify", Signature=signature, **given)["SignatureValid"] is True
    assert ours.code("kms", "DescribeKey", KeyId=str(uuid.uuid4())) == "NotFoundException"


def test_queues(peer, ours):
    sqs = peer.client("sqs")
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sqs.create_queue(QueueName="work", Attributes={"RedrivePolicy": json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3})})
    for i in range(3):
        sqs.send_message(QueueUrl=dead, MessageBody=f"caf\u00e9 {i}", MessageAttributes={"kind": {"DataType": "String", "StringValue": "x"}})
    url = ours.out("sqs", "GetQueueUrl", QueueName="dead")["QueueUrl"]
    assert url == dead
    a = ours.out("sqs", "GetQueueAttributes", QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert a["ApproximateNumberOfMessages"] == "3" and a["QueueArn"] == arn
    for _ in range(2):      # a look that says nothing of visibility hides nothing
        seen = ours.out("sqs", "ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"], MessageAttributeNames=["All"])["Messages"]
        assert sorted(m["Body"] for m in seen) == ["caf\u00e9 0", "caf\u00e9 1", "caf\u00e9 2"]
        assert all(m["MD5OfBody"] == hashlib.md5(m["Body"].encode()).hexdigest() and m["MessageAttributes"]["kind"]["StringValue"] == "x" for m in seen)
        assert all(int(m["Attributes"]["SentTimestamp"]) > 0 for m in seen)
    assert ours.code("sqs", "GetQueueUrl", QueueName="nothing") == "AWS.SimpleQueueService.NonExistentQueue"


def test_events(peer, ours):
    entry = {"Source": "seismo", "DetailType": "PointerMoved", "Detail": '{"agent":"a"}'}
    answer = ours.out("eventbridge", "PutEvents", Entries=[entry, entry])
    assert answer["FailedEntryCount"] == 0 and len({e["EventId"] for e in answer["Entries"]}) == 2


def test_aliases(peer, ours):
    iam, functions = peer.client("iam"), peer.client("lambda")
    role = iam.create_role(RoleName="runner", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}))["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as z:
        z.writestr("main.py", "def handler(event, context):\n    return {'got': event}\n")
    functions.create_function(FunctionName="f", Runtime="python3.11", Role=role, Handler="main.handler", Code={"ZipFile": code.getvalue()})
    version = functions.publish_version(FunctionName="f")["Version"]
    alias = functions.create_alias(FunctionName="f", Name="live", FunctionVersion=version, Description="d")
    got = ours.out("lambda", "ListAliases", FunctionName="f")["Aliases"]
    assert [(a["Name"], a["FunctionVersion"], a["Description"], a["AliasArn"]) for a in got] == [("live", version, "d", alias["AliasArn"])]
    updated = ours.out("lambda", "UpdateAlias", FunctionName="f", Name="live", FunctionVersion="$LATEST", RevisionId=got[0]["RevisionId"])
    assert updated["FunctionVersion"] == "$LATEST"
    assert functions.get_alias(FunctionName="f", Name="live")["FunctionVersion"] == "$LATEST"
    assert ours.code("lambda", "ListAliases", FunctionName="nothing") == "ResourceNotFoundException"
    assert ours.code("lambda", "Invoke", FunctionName="nothing", Payload="e30=") == "ResourceNotFoundException"
