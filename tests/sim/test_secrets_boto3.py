"""Secrets Manager and Parameter Store of the simulated region, asked by an unmodified SDK."""
import base64
import hashlib
import json
import uuid

import pytest

botocore_exceptions = pytest.importorskip("botocore.exceptions")
pytest.importorskip("cryptography")
from cryptography.exceptions import InvalidSignature  # noqa: E402
from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import padding  # noqa: E402

SECRET = "prompts/upsell-generator"


def code_of(call, **args):
    with pytest.raises(botocore_exceptions.ClientError) as e:
        call(**args)
    assert e.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    return e.value.response["Error"]["Code"]


@pytest.fixture(scope="module")
def own(seismo):
    from conftest import SimProcess
    running = SimProcess(seismo, "--seed", "11")
    yield running
    running.stop()


def sealed(t):
    """The bytes that are signed, built here on its own."""
    return (f"seismo template 1\nid={t['id']}\nversion={t['version']}\nagent={t['agent']}\nenvironment={t['environment']}\n"
            f"sha256={t['sha256']}\n").encode()


def state(kms, t):
    """verified, failed, unsigned or unverifiable: of a template as it is kept."""
    if "signature" not in t:
        return "unsigned"
    try:
        der = kms.get_public_key(KeyId=t["signature"]["keyId"])["PublicKey"]
    except botocore_exceptions.ClientError:
        return "unverifiable"
    assert t["signature"]["algorithm"] == "RSASSA_PKCS1_V1_5_SHA_256"
    try:
        serialization.load_der_public_key(der).verify(base64.b64decode(t["signature"]["value"]), sealed(t), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return "failed"
    return "verified"


def test_templates_and_their_signatures(sim):
    secrets, kms = sim.client("secretsmanager"), sim.client("kms")
    agents = ("upsell-generator", "upsell-judge", "visibility-check", "menu-writer", "review-responder", "lead-qualifier")
    states = {}
    for agent in agents:
        for v in secrets.list_secret_version_ids(SecretId=f"prompts/{agent}", IncludeDeprecated=True)["Versions"]:
            t = json.loads(secrets.get_secret_value(SecretId=f"prompts/{agent}", VersionId=v["VersionId"])["SecretString"])
            assert t["agent"] == agent and hashlib.sha256(t["content"].encode()).hexdigest() == t["sha256"]
            states[agent, t["version"]] = state(kms, t)
    odd = {("review-responder", "1.0"): "unsigned", ("lead-qualifier", "4.3"): "failed", ("menu-writer", "0.9"): "unverifiable"}
    assert len(states) == 18 and {k: v for k, v in states.items() if v != "verified"} == odd


def test_labels_say_what_runs(sim):
    secrets = sim.client("secretsmanager")
    at = lambda agent, stage: json.loads(secrets.get_secret_value(SecretId=f"prompts/{agent}", VersionStage=stage)["SecretString"])["version"]
    assert (at("upsell-generator", "AWSPREVIOUS"), at("upsell-generator", "AWSCURRENT"), at("upsell-generator", "candidate")) == ("2.0", "2.1", "2.2")
    assert at("upsell-generator", "production") == "2.1"
    about = secrets.describe_secret(SecretId=SECRET)
    assert sorted(sum(about["VersionIdsToStages"].values(), [])) == ["AWSCURRENT", "AWSPREVIOUS", "candidate", "production"]
    assert about["Name"] == SECRET and about["ARN"].split(":secret:")[1][:-7] == SECRET
    for name in (about["ARN"], about["ARN"][:-7]):
        assert secrets.describe_secret(SecretId=name)["ARN"] == about["ARN"]


def test_a_new_version_moves_the_labels(own):
    secrets = own.client("secretsmanager")
    before = secrets.get_secret_value(SecretId=SECRET)
    token = str(uuid.uuid4())
    put = secrets.put_secret_value(SecretId=SECRET, SecretString="caf\u00e9 \U0001f600", ClientRequestToken=token)
    assert put["VersionId"] == token and put["VersionStages"] == ["AWSCURRENT"]
    now = secrets.get_secret_value(SecretId=SECRET)
    assert now["SecretString"] == "caf\u00e9 \U0001f600" and now["VersionId"] == token
    assert "AWSPREVIOUS" in secrets.get_secret_value(SecretId=SECRET, VersionId=before["VersionId"])["VersionStages"]
    again = secrets.put_secret_value(SecretId=SECRET, SecretString="caf\u00e9 \U0001f600", ClientRequestToken=token)
    assert again["VersionId"] == token
    assert code_of(secrets.put_secret_value, SecretId=SECRET, SecretString="other", ClientRequestToken=token) == "ResourceExistsException"
    third = secrets.put_secret_value(SecretId=SECRET, SecretBinary=b"\x00\xff", VersionStages=["production", "x"])
    assert sorted(third["VersionStages"]) == ["production", "x"]
    assert secrets.get_secret_value(SecretId=SECRET)["VersionId"] == token
    got = secrets.get_secret_value(SecretId=SECRET, VersionStage="production", VersionId=third["VersionId"])
    assert got["SecretBinary"] == b"\x00\xff" and "SecretString" not in got
    assert code_of(secrets.get_secret_value, SecretId=SECRET, VersionStage="AWSCURRENT", VersionId=third["VersionId"]) == "InvalidRequestException"


def test_versions_come_in_pages(own):
    secrets = own.client("secretsmanager")
    name = "prompts/menu-writer"
    for i in range(7):
        secrets.put_secret_value(SecretId=name, SecretString=f"v{i}")
    whole = [v["VersionId"] for v in secrets.list_secret_version_ids(SecretId=name, IncludeDeprecated=True)["Versions"]]
    assert len(whole) == len(set(whole)) == 10
    got, token = [], {}
    while True:
        page = secrets.list_secret_version_ids(SecretId=name, IncludeDeprecated=True, MaxResults=3, **token)
        got += [v["VersionId"] for v in page["Versions"]]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert got == whole
    labelled = secrets.list_secret_version_ids(SecretId=name)["Versions"]
    assert len(labelled) < 10 and all(v["VersionStages"] for v in labelled)
    assert code_of(secrets.list_secret_version_ids, SecretId=name, NextToken="nonsense") == "InvalidNextTokenException"
    assert code_of(secrets.list_secret_version_ids, SecretId=SECRET, **token) == "InvalidNextTokenException"
    for i in range(110):
        secrets.put_secret_value(SecretId=name, SecretString=f"w{i}")
    assert len(secrets.list_secret_version_ids(SecretId=name, IncludeDeprecated=True, MaxResults=100)["Versions"]) == 100


def test_secrets_refuse(sim):
    secrets = sim.client("secretsmanager")
    assert code_of(secrets.get_secret_value, SecretId="prompts/nobody") == "ResourceNotFoundException"
    assert code_of(secrets.describe_secret, SecretId="prompts/nobody") == "ResourceNotFoundException"
    assert code_of(secrets.list_secret_version_ids, SecretId="prompts/nobody") == "ResourceNotFoundException"
    assert code_of(secrets.get_secret_value, SecretId=SECRET, VersionStage="nothing") == "ResourceNotFoundException"
    assert code_of(secrets.get_secret_value, SecretId=SECRET, VersionId=str(uuid.uuid4())) == "ResourceNotFoundException"
    assert code_of(secrets.get_secret_value, SecretId="prompts/retired-agent") == "InvalidRequestException"
    assert secrets.describe_secret(SecretId="prompts/retired-agent")["DeletedDate"]
    assert code_of(secrets.put_secret_value, SecretId=SECRET) == "InvalidParameterException"
    assert code_of(secrets.put_secret_value, SecretId=SECRET, SecretString="a", SecretBinary=b"b") == "InvalidParameterException"
    assert code_of(secrets.put_secret_value, SecretId=SECRET, SecretString="a", VersionStages=[f"l{i}" for i in range(20)]) == "LimitExceededException"
    assert code_of(secrets.put_secret_value, SecretId=SECRET, SecretString="a" * 65537) == "ValidationException"


def test_parameters_of_the_agents(sim):
    ssm = sim.client("ssm")
    p = ssm.get_parameter(Name="/agents/upsell-generator/version")["Parameter"]
    assert (p["Value"], p["Version"], p["Type"], p["DataType"]) == ("2.1", 2, "String", "text")
    old = ssm.get_parameter(Name="/agents/upsell-generator/version:1")["Parameter"]
    assert (old["Value"], old["Version"], old["Selector"]) == ("2.0", 1, ":1") and old["LastModifiedDate"] < p["LastModifiedDate"]
    assert ssm.get_parameter(Name=p["ARN"])["Parameter"]["Value"] == "2.1"
    hidden, shown = (ssm.get_parameter(Name="/fleet/webhook", WithDecryption=d)["Parameter"]["Value"] for d in (False, True))
    assert shown.startswith("https://") and "https" not in hidden
    assert code_of(ssm.get_parameter, Name="/agents/nobody/version") == "ParameterNotFound"
    assert code_of(ssm.get_parameter, Name="/agents/upsell-generator/version:99") == "ParameterVersionNotFound"
    assert code_of(ssm.get_parameter, Name="/agents/upsell-generator/version:gold") == "ParameterVersionNotFound"


def test_paths_in_pages(sim):
    ssm = sim.client("ssm")
    pages = list(ssm.get_paginator("get_parameters_by_path").paginate(Path="/agents", Recursive=True))
    names = [p["Name"] for page in pages for p in page["Parameters"]]
    assert len(names) == 18 and names == sorted(names) and max(len(p["Parameters"]) for p in pages) <= 10
    flat = list(ssm.get_paginator("get_parameters_by_path").paginate(Path="/agents"))
    assert not any(p["Parameters"] for p in flat) and "NextToken" in flat[0]      # empty, and still not the end
    one = ssm.get_parameters_by_path(Path="/agents/menu-writer/")["Parameters"]
    assert [p["Name"].rsplit("/", 1)[1] for p in one] == ["max-tokens", "model", "version"]
    assert code_of(ssm.get_parameters_by_path, Path="agents") == "ValidationException"
    assert code_of(ssm.get_parameters_by_path, Path="/agents", MaxResults=11) == "ValidationException"
    assert code_of(ssm.get_parameters_by_path, Path="/fleet", NextToken=flat[0]["NextToken"]) == "InvalidNextToken"
    assert ssm.get_parameters_by_path(Path="/nowhere")["Parameters"] == []


def test_parameters_are_put(own):
    ssm = own.client("ssm")
    name = "/agents/upsell-generator/version"
    assert code_of(ssm.put_parameter, Name=name, Value="2.2") == "ParameterAlreadyExists"
    assert ssm.put_parameter(Name=name, Value="2.2", Overwrite=True)["Version"] == 3
    new = ssm.put_parameter(Name="/new/one", Value="v", Type="String")
    assert (new["Version"], new["Tier"]) == (1, "Standard")
    assert ssm.get_parameter(Name=name)["Parameter"]["Value"] == "2.2"
    assert code_of(ssm.put_parameter, Name=name, Value="2.3", Overwrite=True, Type="SecureString") == "HierarchyTypeMismatchException"
    assert code_of(ssm.put_parameter, Name="/new/two", Value="v") == "ValidationException"
    assert code_of(ssm.put_parameter, Name="/new/two", Value="v", Type="Blob") == "UnsupportedParameterType"
    assert code_of(ssm.put_parameter, Name="new/two", Value="v", Type="String") == "ValidationException"
    assert code_of(ssm.put_parameter, Name="/aws/two", Value="v", Type="String") == "ValidationException"
    assert code_of(ssm.put_parameter, Name="/a" * 16, Value="v", Type="String") == "HierarchyLevelLimitExceededException"
    assert code_of(ssm.put_parameter, Name="/new/two", Value="v" * 4097, Type="String") == "ValidationException"
    assert ssm.put_parameter(Name="/new/two", Value="v" * 4097, Type="SecureString", Tier="Advanced")["Tier"] == "Advanced"
    for i in range(104):
        last = ssm.put_parameter(Name=name, Value=str(i), Overwrite=True)["Version"]
    assert ssm.get_parameter(Name=f"{name}:{last - 99}")["Parameter"]["Value"] == "4"
    assert code_of(ssm.get_parameter, Name=f"{name}:{last - 100}") == "ParameterVersionNotFound"
