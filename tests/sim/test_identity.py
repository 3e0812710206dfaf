"""Who calls the simulated region: roles of any account, regions of any name, and signatures that AWS would not take."""
import base64
import datetime as dt
import http.client
import json
import time
from unittest import mock

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest
from botocore.exceptions import ClientError

UTC = dt.timezone.utc
GROUP = "/seismo/jobs"


def refused(call, code, status, **request):
    with pytest.raises(ClientError) as e:
        call(**request)
    assert (e.value.response["Error"]["Code"], e.value.response["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)
    return e.value.response["Error"]["Message"]


def role(name, account="444455556666", **more):
    return dict(RoleArn=f"arn:aws:iam::{account}:role/{name}", RoleSessionName="tester", **more)


def with_keys(sim, service, keys, **more):
    return sim.client(service, aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"],
                      aws_session_token=keys["SessionToken"], **more)


# --- roles


def test_a_role_of_any_account(sim):
    got = sim.client("sts").assume_role(**role("team/seismo"))
    keys = got["Credentials"]
    assert got["AssumedRoleUser"]["Arn"] == "arn:aws:sts::444455556666:assumed-role/seismo/tester"
    assert 3590 < (keys["Expiration"] - dt.datetime.now(UTC)).total_seconds() <= 3600
    assert keys["AccessKeyId"].startswith("ASIA")
    who = with_keys(sim, "sts", keys).get_caller_identity()
    assert (who["Account"], who["Arn"], who["UserId"]) == (
        "444455556666", got["AssumedRoleUser"]["Arn"], got["AssumedRoleUser"]["AssumedRoleId"])
    assert who["UserId"].endswith(":tester")
    again = sim.client("sts").assume_role(**role("team/seismo", DurationSeconds=900, SourceIdentity="me"))
    assert again["SourceIdentity"] == "me"
    assert again["AssumedRoleUser"]["AssumedRoleId"] == who["UserId"] and again["Credentials"]["AccessKeyId"] != keys["AccessKeyId"]
    own = sim.client("sts").get_caller_identity()
    assert own["Account"] == "000000000000"


def test_arns_follow_account_and_region(sim):
    keys = sim.client("sts").assume_role(**role("seismo"))["Credentials"]
    logs = with_keys(sim, "logs", keys, region_name="eu-central-1")
    groups = logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]
    arn = "arn:aws:logs:eu-central-1:444455556666:log-group:" + GROUP
    assert [g["logGroupArn"] for g in groups] == [arn]
    assert logs.filter_log_events(logGroupIdentifier=arn, limit=1, startTime=int(time.time() * 1000) - 3600000)["events"]
    refused(logs.filter_log_events, "ResourceNotFoundException", 400, logGroupIdentifier=arn.replace("4444", "7777"))
    stream = logs.start_live_tail(logGroupIdentifiers=[arn])["responseStream"]
    assert next(iter(stream))["sessionStart"]["logGroupIdentifiers"] == [arn]
    stream.close()
    table = with_keys(sim, "dynamodb", keys, region_name="ap-southeast-2").describe_table(TableName="jobs")["Table"]
    assert table["TableArn"] == "arn:aws:dynamodb:ap-southeast-2:444455556666:table/jobs"
    assert sim.client("dynamodb").describe_table(TableName="jobs")["Table"]["TableArn"] == "arn:aws:dynamodb:us-east-1:000000000000:table/jobs"
    topics = with_keys(sim, "sns", keys, region_name="eu-west-2").list_topics()["Topics"]
    assert all(t["TopicArn"].startswith("arn:aws:sns:eu-west-2:444455556666:") for t in topics) and topics
    models = sim.client("bedrock", region_name="us-gov-west-1").list_foundation_models()["modelSummaries"]
    assert models[0]["modelArn"].startswith("arn:aws:bedrock:us-gov-west-1::")


def test_roles_that_ask_for_more(sim):
    sts = sim.client("sts")
    text = refused(sts.assume_role, "AccessDenied", 403, **role("fleet-external"))
    assert "is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/fleet-external" in text
    refused(sts.assume_role, "AccessDenied", 403, **role("fleet-external", ExternalId="other"))
    assert sts.assume_role(**role("fleet-external", ExternalId="444455556666"))
    device = "arn:aws:iam::000000000000:mfa/console"
    refused(sts.assume_role, "AccessDenied", 403, **role("fleet-mfa"))
    text = refused(sts.assume_role, "AccessDenied", 403, **role("fleet-mfa", SerialNumber=device, TokenCode="000000"))
    assert "invalid MFA one time pass code" in text
    assert sts.assume_role(**role("fleet-mfa", SerialNumber=device, TokenCode="123456"))
    refused(sts.assume_role, "AccessDenied", 403, **role("fleet-denied"))


def test_roles_that_cannot_be(sim):
    sts = sim.client("sts")
    for arn in ("arn:aws:iam::44445555666:role/x", "arn:aws:iam::444455556666:user/xxxx", "arn:aws:sts::444455556666:role/xxx", "x" * 30):
        refused(sts.assume_role, "ValidationError", 400, RoleArn=arn, RoleSessionName="tester")
    refused(sts.assume_role, "ValidationError", 400, **{**role("x"), "RoleSessionName": "a b"})
    refused(sts.assume_role, "ValidationError", 400, **role("x", DurationSeconds=60000))
    chained = with_keys(sim, "sts", sts.assume_role(**role("x"))["Credentials"])
    refused(chained.assume_role, "ValidationError", 400, **role("y", DurationSeconds=7200))
    assert chained.assume_role(**role("y", account="777788889999"))["AssumedRoleUser"]["Arn"].startswith("arn:aws:sts::777788889999:")


def jwt(**claims):
    part = lambda v: base64.urlsafe_b64encode(json.dumps(v).encode()).rstrip(b"=").decode()
    return ".".join([part({"alg": "none"}), part(claims), "c2ln"])


def test_web_identity_needs_no_keys(sim):
    from botocore import UNSIGNED
    from botocore.config import Config
    sts = sim.client("sts", config=Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1}))
    token = jwt(iss="https://issuer.example", sub="repo:fleet", aud="sts.amazonaws.com", exp=int(time.time()) + 600)
    got = sts.assume_role_with_web_identity(**role("ci", WebIdentityToken=token))
    assert (got["SubjectFromWebIdentityToken"], got["Audience"], got["Provider"]) == ("repo:fleet", "sts.amazonaws.com", "https://issuer.example")
    assert with_keys(sim, "sts", got["Credentials"]).get_caller_identity()["Arn"].endswith(":assumed-role/ci/tester")
    refused(sts.assume_role_with_web_identity, "ExpiredTokenException", 400,
            **role("ci", WebIdentityToken=jwt(iss="i", sub="s", exp=int(time.time()) - 1)))
    for bad in ("aaaa.bbbb", "a.!.c.d", jwt(iss="i", exp=9999999999), "a.W10.c"):
        refused(sts.assume_role_with_web_identity, "InvalidIdentityToken", 400, **role("ci", WebIdentityToken=bad))
    refused(sts.get_caller_identity, "MissingAuthenticationToken", 403)


# --- tokens and their end


CALLS = [("dynamodb", "list_tables", "UnrecognizedClientException", "ExpiredTokenException", 400),
         ("logs", "describe_log_groups", "UnrecognizedClientException", "ExpiredTokenException", 400),
         ("cloudwatch", "list_metrics", "UnrecognizedClientException", "ExpiredTokenException", 400),
         ("bedrock", "list_foundation_models", "UnrecognizedClientException", "ExpiredTokenException", 403),
         ("sts", "get_caller_identity", "InvalidClientTokenId", "ExpiredToken", 403)]


@pytest.mark.parametrize("service, call, wrong, expired, status", CALLS)
def test_a_token_that_is_not_the_keys(sim, service, call, wrong, expired, status):
    keys = sim.client("sts").assume_role(**role("seismo"))["Credentials"]
    assert getattr(with_keys(sim, service, keys), call)()
    refused(getattr(with_keys(sim, service, {**keys, "SessionToken": "no" + keys["SessionToken"][2:]}), call), wrong, status)
    refused(getattr(with_keys(sim, service, {**keys, "SessionToken": None}), call), wrong, status)
    refused(getattr(sim.client(service, aws_session_token=keys["SessionToken"]), call), wrong, status)


def test_credentials_expire_and_fresh_ones_hold(start_sim):
    sim = start_sim("--fault", "expire=2")
    sts = sim.client("sts")
    keys = sts.assume_role(**role("seismo"))["Credentials"]
    assert 0 < (keys["Expiration"] - dt.datetime.now(UTC)).total_seconds() <= 2
    assert with_keys(sim, "sts", keys).get_caller_identity()
    time.sleep(2.1)
    for service, call, _, expired, status in CALLS:
        assert "expired" in refused(getattr(with_keys(sim, service, keys), call), expired, status)
    fresh = sts.assume_role(**role("seismo"))["Credentials"]
    assert with_keys(sim, "dynamodb", fresh).list_tables()["TableNames"]


def test_the_console_in_a_role(sim, home):
    """The program's own provider chain gets its keys from AssumeRole and is seen as that role."""
    home.config("""
default_context: other
contexts:
  other:
    account_id: 444455556666
    region: eu-west-1
    role_arn: "arn:aws:iam::444455556666:role/seismo-external"
    source_profile: base
    external_id: "444455556666"
""")
    folder = home.path / ".aws"
    folder.mkdir()
    (folder / "credentials").write_text(f"[base]\naws_access_key_id = {sim.env['AWS_ACCESS_KEY_ID']}\n"
                                        f"aws_secret_access_key = {sim.env['AWS_SECRET_ACCESS_KEY']}\n")
    done = home.run("get", "agents", "-o", "json", "--endpoint-url", sim.url)
    assert done.returncode == 0, done.stderr.decode()
    assert {a["account"] for a in json.loads(done.stdout)} == {"444455556666"}


# --- what a signature must hold


def signed(sim, service="logs", target="Logs_20140328.DescribeLogGroups", body=b"{}", unsigned=(), headers=(), at=None,
           credential=lambda c: c, region="us-east-1", path="/"):
    """A request as botocore signs it, but for the changes asked for: (status, answer)."""
    request = botocore.awsrequest.AWSRequest("POST", sim.url + path, data=body, headers={
        "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target, **dict(headers)})
    keys = botocore.credentials.Credentials(sim.env["AWS_ACCESS_KEY_ID"], sim.env["AWS_SECRET_ACCESS_KEY"])
    signer = (botocore.auth.S3SigV4Auth if service == "s3" else botocore.auth.SigV4Auth)(keys, service, region)
    whole = signer.headers_to_sign
    scope = signer.scope

    def some(request):
        m = whole(request)
        for name in unsigned:
            del m[name]
        return m
    signer.headers_to_sign = some
    signer.scope = lambda request: credential(scope(request))
    at = at or dt.datetime.now(UTC)
    with mock.patch("botocore.auth.get_current_datetime", lambda *a, **k: at.replace(tzinfo=None)):
        signer.add_auth(request)
    return send(sim, dict(request.headers), body, path)


def send(sim, headers, body=b"{}", path="/", method="POST"):
    c = http.client.HTTPConnection(sim.url.removeprefix("http://"), timeout=10)
    c.request(method, path, body, headers)
    r = c.getresponse()
    return r.status, r.read().decode()


def test_the_request_as_it_should_be(sim):
    assert signed(sim)[0] == 200
    assert signed(sim, headers={"x-amz-extra": "a"})[0] == 200


@pytest.mark.parametrize("name", ["x-amz-target", "x-amz-date", "x-amz-extra"])
def test_each_amz_header_must_be_signed(sim, name):
    status, body = signed(sim, unsigned=[name], headers={"x-amz-extra": "a"})
    assert status == 400 and json.loads(body)["__type"] == "IncompleteSignatureException"
    assert f"'{name}' must be a 'SignedHeader'" in body


def test_the_host_must_be_signed(sim):
    status, body = signed(sim, unsigned=["host"])
    assert status == 400 and "'Host' or ':authority' must be a 'SignedHeader'" in body


def test_the_scope_names_the_day_of_the_date(sim):
    today, yesterday = ((dt.datetime.now(UTC) - dt.timedelta(days=n)).strftime("/%Y%m%d/") for n in (0, 1))
    status, body = signed(sim, credential=lambda c: c.replace(today, yesterday))
    assert status == 400 and json.loads(body)["__type"] == "InvalidSignatureException"
    assert "Date in Credential scope does not match" in body


def test_the_scope_names_service_and_region(sim):
    status, body = signed(sim, service="monitoring")
    assert status == 400 and "scoped to correct service: 'logs'" in body
    for region in ("us_east_1", "useast1", "us-east-", "US-EAST-1"):
        status, body = signed(sim, region=region)
        assert status == 400 and "scoped to a valid region" in body
    assert signed(sim, region="eusc-de-east-1")[0] == 200


def test_an_announced_body_is_the_body(sim):
    right = {"x-amz-content-sha256": "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"}
    assert signed(sim, headers=right)[0] == 200
    status, body = signed(sim, headers={"x-amz-content-sha256": "0" * 64})
    assert status == 400 and "does not match what was computed" in body
    assert signed(sim, headers={"x-amz-content-sha256": "UNSIGNED-PAYLOAD"})[0] == 400


def test_s3_has_rules_of_its_own(sim):
    """Nothing of S3 is said here but how it refuses: the signature is looked at before the operation."""
    request = botocore.awsrequest.AWSRequest("GET", sim.url + "/bucket/key")
    keys = botocore.credentials.Credentials(sim.env["AWS_ACCESS_KEY_ID"], sim.env["AWS_SECRET_ACCESS_KEY"])
    botocore.auth.SigV4Auth(keys, "s3", "us-east-1").add_auth(request)
    status, body = send(sim, dict(request.headers), b"", "/bucket/key", "GET")
    assert status == 400 and "Missing required header for this request: x-amz-content-sha256" in body


def test_presigned_requests_are_not_served(sim):
    url = sim.client("sts").generate_presigned_url("get_caller_identity")
    status, body = send(sim, {}, b"", url.removeprefix(sim.url), "GET")
    assert status in (400, 403) and "Presigned requests are not served" in body


def test_half_of_an_authorization(sim):
    for header in ("AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=0", "Bearer abc", "AWS4-HMAC-SHA256"):
        status, body = send(sim, {"X-Amz-Target": "Logs_20140328.DescribeLogGroups", "Authorization": header})
        assert status == 400 and json.loads(body)["__type"] == "IncompleteSignatureException", body
