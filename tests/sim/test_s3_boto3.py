"""S3 of the simulated region, asked by an unmodified SDK: path-style and host-style."""
import base64
import datetime
import hashlib
import json
import socket
import urllib.error
import urllib.parse
import urllib.request

import pytest

botocore_exceptions = pytest.importorskip("botocore.exceptions")
from botocore.auth import S3SigV4Auth  # noqa: E402
from botocore.awsrequest import AWSRequest  # noqa: E402
from botocore.config import Config  # noqa: E402
from botocore.credentials import Credentials  # noqa: E402

ODD = ["a//b/./c", "reports/2026 spring/men\u00fc \u2013 \u00dcbersicht.json", "reports/a+b=c&d%20e", " leading blank", "reports/line\nfeed", "../up"]


def client(sim, style="path", **more):
    return sim.client("s3", config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": style}), **more)


@pytest.fixture(scope="module")
def own(seismo):
    from conftest import SimProcess
    running = SimProcess(seismo, "--seed", "12")
    yield running
    running.stop()


@pytest.fixture
def localhost(monkeypatch):
    """bucket.localhost is this machine, also where the resolver does not know that (RFC 6761)."""
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *a, **k: real("127.0.0.1" if str(host).endswith("localhost") else host, *a, **k))


def error_of(call, **args):
    with pytest.raises(botocore_exceptions.ClientError) as e:
        call(**args)
    r = e.value.response
    return r["ResponseMetadata"]["HTTPStatusCode"], r["Error"]["Code"], r


def test_templates_are_where_the_registry_says(sim):
    s3 = client(sim)
    item = sim.client("dynamodb").get_item(TableName="agents", Key={"agentId": {"S": "upsell-generator"}, "version": {"S": "2.1"}})["Item"]
    url = urllib.parse.urlsplit(item["promptTemplate"]["S"])
    got = s3.get_object(Bucket=url.netloc, Key=url.path[1:])
    text = got["Body"].read()
    assert got["ETag"] == f'"{hashlib.md5(text).hexdigest()}"' and got["ContentLength"] == len(text)
    assert got["Metadata"]["sha256"] == hashlib.sha256(text).hexdigest()
    kept = json.loads(sim.client("secretsmanager").get_secret_value(SecretId="prompts/upsell-generator")["SecretString"])
    assert kept["content"].encode() == text and kept["signature"]["value"] == got["Metadata"]["signature"]
    assert got["ServerSideEncryption"] == "aws:kms" and ":key/" in got["SSEKMSKeyId"]
    assert got["ContentType"].startswith("text/plain")


@pytest.mark.parametrize("style", ["path", "virtual"])
def test_odd_keys_come_back(own, localhost, style):
    s3 = client(own, style, endpoint_url=own.url.replace("127.0.0.1", "localhost"))
    found = [o["Key"] for o in s3.list_objects_v2(Bucket="fleet-results")["Contents"]]
    assert found == sorted(found, key=str.encode) and set(ODD) <= set(found)
    for i, key in enumerate(ODD):
        assert s3.get_object(Bucket="fleet-results", Key=key)["Body"].read() == b"odd key %d" % i
        s3.put_object(Bucket="legacy-exports", Key=key, Body=b"%d" % i)
        assert s3.head_object(Bucket="legacy-exports", Key=key)["ContentLength"] == 1
    assert s3.get_public_access_block(Bucket="fleet-results")["PublicAccessBlockConfiguration"]["BlockPublicPolicy"] is False


def test_listing_in_pages_and_folders(sim):
    s3 = client(sim)
    whole = [o["Key"] for o in s3.list_objects_v2(Bucket="fleet-results")["Contents"]]
    for size in (1, 7, 1000):
        pages = list(s3.get_paginator("list_objects_v2").paginate(Bucket="fleet-results", PaginationConfig={"PageSize": size}))
        assert [o["Key"] for p in pages for o in p["Contents"]] == whole
        assert all(p["KeyCount"] <= size for p in pages)
    for size in (1, 2, 1000):
        pages = list(s3.get_paginator("list_objects_v2").paginate(Bucket="fleet-results", Delimiter="/", Prefix="results/",
                                                                  PaginationConfig={"PageSize": size}))
        folders = [f["Prefix"] for p in pages for f in p.get("CommonPrefixes", [])]
        assert len(folders) == 6 and folders == sorted(folders) and not any(p.get("Contents") for p in pages)
    top = s3.list_objects_v2(Bucket="fleet-results", Delimiter="/")
    assert {f["Prefix"] for f in top["CommonPrefixes"]} == {"../", "a/", "config/", "reports/", "results/"}
    assert [o["Key"] for o in top["Contents"]] == [" leading blank"]
    after = s3.list_objects_v2(Bucket="fleet-results", StartAfter=whole[9])["Contents"]
    assert [o["Key"] for o in after] == whole[10:]
    assert s3.list_objects_v2(Bucket="fleet-results", MaxKeys=0)["KeyCount"] == 0
    assert s3.list_objects_v2(Bucket="fleet-results", Prefix="nothing")["KeyCount"] == 0
    assert error_of(s3.list_objects_v2, Bucket="fleet-results", ContinuationToken="nonsense")[:2] == (400, "InvalidArgument")


def test_versions_and_markers(sim):
    s3 = client(sim)
    now = s3.get_object(Bucket="fleet-results", Key="config/router.json")
    assert json.loads(now["Body"].read()) == {"version": 3}
    assert json.loads(s3.get_object(Bucket="fleet-results", Key="config/router.json", VersionId=now["VersionId"])["Body"].read()) == {"version": 3}
    status, code, r = error_of(s3.get_object, Bucket="fleet-results", Key="config/gone.json")
    assert (status, code) == (404, "NoSuchKey") and r["ResponseMetadata"]["HTTPHeaders"]["x-amz-delete-marker"] == "true"
    marker = r["ResponseMetadata"]["HTTPHeaders"]["x-amz-version-id"]
    assert error_of(s3.get_object, Bucket="fleet-results", Key="config/gone.json", VersionId=marker)[:2] == (405, "MethodNotAllowed")
    assert error_of(s3.get_object, Bucket="fleet-results", Key="config/router.json", VersionId="x" * 32)[:2] == (404, "NoSuchVersion")


def test_parts_and_conditions(sim):
    s3 = client(sim)
    at = dict(Bucket="fleet-results", Key="reports/a+b=c&d%20e")
    body, tag = s3.get_object(**at)["Body"].read(), s3.head_object(**at)["ETag"]
    for text, want in (("bytes=0-2", body[:3]), ("bytes=4-", body[4:]), ("bytes=-3", body[-3:]), ("bytes=2-999", body[2:])):
        part = s3.get_object(Range=text, **at)
        assert part["ResponseMetadata"]["HTTPStatusCode"] == 206 and part["Body"].read() == want
        assert part["ContentRange"].endswith(f"/{len(body)}") and part["ContentLength"] == len(want)
    assert error_of(s3.get_object, Range="bytes=999-", **at)[:2] == (416, "InvalidRange")
    assert error_of(s3.get_object, IfNoneMatch=tag, **at)[0] == 304
    assert error_of(s3.head_object, IfNoneMatch=tag, **at)[0] == 304
    assert error_of(s3.get_object, IfMatch='"0"', **at)[:2] == (412, "PreconditionFailed")
    assert s3.get_object(IfMatch=tag, **at)["Body"].read() == s3.get_object(IfNoneMatch='"0"', **at)["Body"].read() == body


def test_objects_are_put(own):
    s3 = client(own)
    at = dict(Bucket="legacy-exports", Key="new/one.json")
    first = s3.put_object(Body=b"one", Metadata={"who": "me", "signed-by": "a/b=="}, ContentType="application/json", IfNoneMatch="*", **at)
    got = s3.get_object(**at)
    assert got["Body"].read() == b"one" and got["Metadata"] == {"who": "me", "signed-by": "a/b=="} and got["ContentType"] == "application/json"
    assert got["ETag"] == first["ETag"] and got["VersionId"] == first["VersionId"]
    assert error_of(s3.put_object, Body=b"two", IfNoneMatch="*", **at)[:2] == (412, "PreconditionFailed")
    assert error_of(s3.put_object, Body=b"two", IfMatch='"0"', **at)[:2] == (412, "PreconditionFailed")
    second = s3.put_object(Body=b"two", IfMatch=first["ETag"], **at)
    assert second["VersionId"] != first["VersionId"]
    assert s3.get_object(VersionId=first["VersionId"], **at)["Body"].read() == b"one"
    assert error_of(s3.put_object, Bucket="legacy-exports", Key="new/two", IfMatch='"0"', Body=b"")[:2] == (404, "NoSuchKey")
    assert s3.put_object(Body=b"", **at)["ETag"] == '"d41d8cd98f00b204e9800998ecf8427e"'
    assert s3.get_object(**at)["Body"].read() == b""
    s3.put_object(Body=b"sha", ChecksumAlgorithm="SHA256", **at)
    for wrong in (dict(ContentMD5=base64.b64encode(b"0" * 16).decode()), dict(ChecksumCRC32="AAAAAA=="), dict(ChecksumSHA256=base64.b64encode(b"0" * 32).decode())):
        assert error_of(s3.put_object, Body=b"three", **wrong, **at)[:2] == (400, "BadDigest")
    assert error_of(s3.put_object, Body=b"", Metadata={"k": "v" * 2100}, **at)[:2] == (400, "MetadataTooLarge")
    assert error_of(s3.put_object, Bucket="legacy-exports", Key="k" * 1025, Body=b"")[:2] == (400, "KeyTooLongError")


def test_protection_of_buckets(own):
    s3 = client(own)
    block = dict(BlockPublicAcls=True, IgnorePublicAcls=True, BlockPublicPolicy=True, RestrictPublicBuckets=True)
    assert s3.get_public_access_block(Bucket="prompts")["PublicAccessBlockConfiguration"] == block
    assert error_of(s3.get_public_access_block, Bucket="legacy-exports")[:2] == (404, "NoSuchPublicAccessBlockConfiguration")
    s3.put_public_access_block(Bucket="legacy-exports", PublicAccessBlockConfiguration=block)
    assert s3.get_public_access_block(Bucket="legacy-exports")["PublicAccessBlockConfiguration"] == block
    rule = s3.get_bucket_encryption(Bucket="prompts")["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms" and rule["BucketKeyEnabled"] is True
    rule = s3.get_bucket_encryption(Bucket="legacy-exports")["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}


def test_lifecycle_of_buckets(own):
    s3 = client(own)
    assert s3.get_bucket_lifecycle_configuration(Bucket="fleet-results")["Rules"][0]["Transitions"] == [{"Days": 30, "StorageClass": "STANDARD_IA"}]
    assert error_of(s3.get_bucket_lifecycle_configuration, Bucket="legacy-exports")[:2] == (404, "NoSuchLifecycleConfiguration")
    rules = [{"ID": "r1", "Status": "Enabled", "Filter": {"Prefix": "a & b/"}, "Expiration": {"Days": 2555},
              "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}, {"Days": 90, "StorageClass": "GLACIER"}]},
             {"ID": "r2", "Status": "Disabled", "Filter": {"And": {"Prefix": "x", "Tags": [{"Key": "k", "Value": "v"}]}},
              "Expiration": {"Date": datetime.datetime(2030, 1, 1, tzinfo=datetime.timezone.utc)}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}}]
    put = lambda r: s3.put_bucket_lifecycle_configuration(Bucket="legacy-exports", LifecycleConfiguration={"Rules": r})
    put(rules)
    assert s3.get_bucket_lifecycle_configuration(Bucket="legacy-exports")["Rules"] == rules
    assert error_of(put, r=[dict(rules[0], Status="On")])[:2] == (400, "MalformedXML")
    assert error_of(put, r=[rules[0], rules[0]])[:2] == (400, "InvalidArgument")
    assert error_of(put, r=[{"Status": "Enabled", "Filter": {}}])[:2] == (400, "InvalidRequest")
    assert error_of(put, r=[dict(rules[0], Expiration={"Days": 60})])[:2] == (400, "InvalidArgument")
    assert error_of(put, r=[dict(rules[0], Transitions=rules[0]["Transitions"][::-1])])[:2] == (400, "InvalidArgument")


def raw(sim, method, path, region="us-east-1", body=b"", **headers):
    """(status, headers, body) of a request that botocore only signs."""
    rq = AWSRequest(method, sim.url + path, data=body, headers=headers)
    S3SigV4Auth(Credentials(sim.env["AWS_ACCESS_KEY_ID"], sim.env["AWS_SECRET_ACCESS_KEY"]), "s3", region).add_auth(rq)
    try:
        r = urllib.request.urlopen(urllib.request.Request(rq.url, body or None, dict(rq.headers.items()), method=method))
    except urllib.error.HTTPError as e:
        r = e
    return r.status, r.headers, r.read()


def test_a_checksum_is_required(own):
    body = b"<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>"
    for more, status in (({}, 400), ({"Content-MD5": base64.b64encode(hashlib.md5(body).digest()).decode()}, 200), ({"Content-MD5": "AAAA"}, 400)):
        assert raw(own, "PUT", "/fleet-results?publicAccessBlock", body=body, **more)[0] == status


def test_a_bucket_of_another_region(sim):
    at = dict(Bucket="fleet-results-eu", Key="results/000.json")
    status, headers, body = raw(sim, "GET", "/fleet-results-eu/results/000.json")
    assert status == 400 and b"<Code>AuthorizationHeaderMalformed</Code>" in body and b"<Region>eu-west-1</Region>" in body
    assert headers["x-amz-bucket-region"] == "eu-west-1"
    status, headers, body = raw(sim, "GET", "/fleet-results-eu/results/000.json", "ap-south-1")
    assert status == 301 and b"<Code>PermanentRedirect</Code>" in body and headers["x-amz-bucket-region"] == "eu-west-1"
    status, headers, body = raw(sim, "HEAD", "/fleet-results-eu/results/000.json")
    assert status == 400 and not body and headers["x-amz-bucket-region"] == "eu-west-1"
    for region in ("us-east-1", "ap-south-1", "eu-west-1"):       # the SDK asks again where the header says
        assert client(sim, region_name=region).get_object(**at)["Body"].read() == b"{}"


def test_missing_foreign_and_far_buckets(sim):
    s3 = client(sim)
    assert error_of(s3.get_object, Bucket="no-such-bucket", Key="k")[:2] == (404, "NoSuchBucket")
    assert error_of(s3.get_object, Bucket="prompts", Key="nobody/v1.txt")[:2] == (404, "NoSuchKey")
    assert error_of(s3.head_object, Bucket="prompts", Key="nobody/v1.txt")[0] == 404
    assert error_of(s3.list_objects_v2, Bucket="partner-drop")[:2] == (403, "AccessDenied")
    assert error_of(s3.list_objects_v2, Bucket="prompts", ExpectedBucketOwner="999999999999")[:2] == (403, "AccessDenied")
    assert client(sim, region_name="eu-west-1").list_objects_v2(Bucket="prompts")["KeyCount"] == 18
    assert error_of(s3.list_buckets)[0] >= 400
