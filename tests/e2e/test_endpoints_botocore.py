"""Host, signing Region and signing name of every service beside botocore's endpoint rules, in all partitions, with and
without FIPS and dual-stack, buckets included. What differs on purpose is listed with its reason; an entry of the list that
no longer differs fails as well."""
import itertools
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROBE = pathlib.Path(os.environ.get("BUILD", ROOT / "build")) / "probe/endpoint_probe"

session = pytest.importorskip("botocore.session")
provider = pytest.importorskip("botocore.endpoint_provider")

# botocore's name: ours, for everything that the program asks or may come to ask.
SERVICES = {
    "bedrock": "bedrock", "bedrock-runtime": "bedrock-runtime", "bedrock-agent": "bedrock-agent",
    "bedrock-agent-runtime": "bedrock-agent-runtime", "bedrock-agentcore": "bedrock-agentcore",
    "bedrock-agentcore-control": "bedrock-agentcore-control", "cloudwatch": "cloudwatch", "logs": "cloudwatch-logs",
    "dynamodb": "dynamodb", "dynamodbstreams": "dynamodb-streams", "kms": "kms", "s3": "s3",
    "secretsmanager": "secrets-manager", "ssm": "ssm", "sts": "sts", "sns": "sns", "sqs": "sqs", "events": "eventbridge",
    "lambda": "lambda", "ce": "cost-explorer", "pricing": "pricing", "service-quotas": "service-quotas",
    "sso": "sso", "sso-oidc": "sso-oidc", "cloudtrail": "cloudtrail",
}
REGIONS = ["us-east-1", "us-west-2", "ca-central-1", "sa-east-1", "eu-west-1", "eu-central-1", "me-south-1", "af-south-1",
           "ap-south-1", "ap-northeast-1", "cn-north-1", "cn-northwest-1", "us-gov-west-1", "us-gov-east-1", "us-iso-east-1",
           "us-isob-east-1", "eu-isoe-west-1", "us-isof-south-1", "eusc-de-east-1", "xx-nowhere-9"]
BUCKETS = [None, "my-bucket", "a" * 63, "my.bucket", "My_Bucket", "192.168.1.1", "xn--name", "abc"]
UNSIGNED = {"sso", "sso-oidc"}

PRICES = "the price list answers in three Regions and one of China; the rules build a name for any Region"
EXPLAINED = {}
for _r, _home in [("us-west-2", "us-east-1"), ("ca-central-1", "us-east-1"), ("sa-east-1", "us-east-1"),
                  ("eu-west-1", "eu-central-1"), ("me-south-1", "eu-central-1"), ("af-south-1", "eu-central-1"),
                  ("ap-northeast-1", "ap-south-1"), ("cn-north-1", "cn-northwest-1"), ("xx-nowhere-9", "us-east-1")]:
    for _fips, _dual in itertools.product((0, 1), repeat=2):
        EXPLAINED["pricing", _r, _fips, _dual, None] = PRICES, _home
for _r in ("cn-north-1", "cn-northwest-1"):
    EXPLAINED["secretsmanager", _r, 1, 1, None] = "China has no FIPS endpoints; the rules build two unlike names that do not exist", _r


@pytest.fixture(scope="module")
def loader():
    return session.Session().get_component("data_loader")


def ask(lines):
    env = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    p = subprocess.run([PROBE], input="".join(f"{x}\n" for x in lines), capture_output=True, text=True, env=env, timeout=60)
    assert p.returncode == 0, p.stderr
    return p.stdout.splitlines()


def botocore_says(loader, rules, metadata, region, fips, dual, bucket):
    """(url, signing Region) or an error's text. Accounts' own endpoints are not asked for."""
    given = {"Region": region, "UseFIPS": bool(fips), "UseDualStack": bool(dual), "Bucket": bucket}
    known = rules.provider_parameters
    try:
        e = rules.resolve_endpoint(**{k: v for k, v in given.items() if k in known and v is not None})
    except Exception as x:
        return f"error {x}", ""
    schemes = [s for s in e.properties.get("authSchemes", []) if s.get("name") in (None, "sigv4")]
    names = {s["signingName"] for s in schemes if s.get("signingName")}
    assert names <= {metadata.get("signingName") or metadata["endpointPrefix"]}
    return e.url, next((s["signingRegion"] for s in schemes if s.get("signingRegion")), region)


@pytest.mark.parametrize("service", SERVICES)
def test_hosts_and_signing_regions(loader, service):
    rule_set = loader.load_service_model(service, "endpoint-rule-set-1")
    metadata = loader.load_service_model(service, "service-2")["metadata"]
    rules = provider.EndpointProvider(rule_set, loader.load_data("partitions"))
    rules.provider_parameters = rule_set["parameters"]
    buckets = BUCKETS if service == "s3" else [None]
    cases = list(itertools.product(REGIONS, (0, 1), (0, 1), buckets))
    got = ask(f"{SERVICES[service]} {metadata['endpointPrefix']} {r} {f} {d} {b or '-'}" for r, f, d, b in cases)
    wrong, unused = [], {k for k in EXPLAINED if k[0] == service}
    assert len(got) == len(cases) and len(REGIONS) >= 12
    for (r, f, d, b), line in zip(cases, got):
        url, region = botocore_says(loader, rules, metadata, r, f, d, b)
        key = service, r, f, d, b
        if url.startswith("error ") and line.startswith("error "):
            continue
        ours = line.split(" ")
        same = ours[0] == url and (ours[2] == region or service in UNSIGNED) and ours[1] == url.split("/")[2]
        if key in EXPLAINED and not same:
            unused.discard(key)
            assert ours[2] == EXPLAINED[key][1] and f".{ours[2]}." in ours[1], line
        elif not same:
            wrong.append(f"{key}: {line!r}, botocore {url} {region}")
    assert not wrong, "\n".join(wrong[:20])
    assert not unused, f"no longer different: {sorted(unused, key=str)}"


def test_signing_names_of_the_program(loader):
    """Every service that the program has rows for: its prefix and the name that it signs."""
    p = subprocess.run([PROBE, "--services"], capture_output=True, text=True, timeout=60)
    lines = sorted({tuple(x.split(" ")) for x in p.stdout.splitlines()})
    theirs = {ours: name for name, ours in SERVICES.items()}
    assert len(lines) >= 8
    for id_, prefix, signing in lines:
        assert id_ in theirs, f"{id_} is not compared: add it to SERVICES"
        if theirs[id_] in UNSIGNED:
            continue
        m = loader.load_service_model(theirs[id_], "service-2")["metadata"]
        assert (prefix, signing) == (m["endpointPrefix"], m.get("signingName") or m["endpointPrefix"]), id_
        # AWS_ENDPOINT_URL_<ID> and the profile's services section are named after it.
        assert id_.replace("-", "_") == m["serviceId"].replace(" ", "_").lower(), id_


def test_configured_endpoint_with_a_bucket(loader):
    """An address of digits cannot have a bucket in front: both put it into the path."""
    rules = provider.EndpointProvider(loader.load_service_model("s3", "endpoint-rule-set-1"), loader.load_data("partitions"))
    theirs = rules.resolve_endpoint(Region="eu-west-1", UseFIPS=False, UseDualStack=False, Bucket="my-bucket",
                                    Endpoint="http://127.0.0.1:4566").url
    ours = ask(["s3 s3 eu-west-1 1 1 my-bucket http://127.0.0.1:4566", "s3 s3 eu-west-1 0 0 - http://127.0.0.1:4566/"])
    assert ours[0].split(" ") == [theirs, "127.0.0.1:4566", "eu-west-1"]
    assert ours[1].split(" ")[0] == "http://127.0.0.1:4566"


@pytest.mark.parametrize("bucket", ["arn:aws:s3:us-west-2:123456789012:accesspoint/x", "data--use1-az4--x-s3", "a/b", "a..b",
                                    "evil.example/", "x%2f", "ab@evil"])
def test_what_is_no_bucket(bucket):
    assert ask([f"s3 s3 us-east-1 0 0 {bucket}"])[0].startswith("error S3")
