"""What the program's own client makes of states that must not be mistaken: a query that did not complete, a signature that
could not be checked, a version that somebody else moved. The rows A6, A8, A12 and A17 rest on these answers."""
import base64
import hashlib
import json
import subprocess
import time
import urllib.request

import pytest

from faultkit import KEYS
from servers import Server, answering, reply

pytest_plugins = ["faultkit"]
RSA, P256, OTHER = "alias/seismo-templates", "alias/fleet-releases", "alias/fleet-audit"
SCHEME = "RSASSA_PSS_SHA_256"


@pytest.fixture
def ours(probe, home, sim):
    """ours(service, op, in): one call of our client, to the simulated region unless told; {"out": …} or {"error": …}."""
    def call(service, op, given, url=None, env=sim.env):
        done = subprocess.run([probe("aws_probe")], input=json.dumps({"service": service, "op": op, "in": given}) + "\n",
                              env={**home.env, **KEYS, **env, "AWS_MAX_ATTEMPTS": "1", **({"AWS_ENDPOINT_URL": url} if url else {})},
                              capture_output=True, text=True, timeout=60)
        assert done.stdout, done.stderr
        return json.loads(done.stdout)
    return call


def b64(data):
    return base64.b64encode(data).decode()


# --- A12: queries ------------------------------------------------------------------------------------------------

def start(ours, days=30, text="stats count(*) as n", **more):
    now = int(time.time())
    return ours("cloudwatch-logs", "StartQuery", {"logGroupName": "/seismo/jobs", "startTime": now - days * 86400, "endTime": now,
                                                  "queryString": text}, **more)["out"]["queryId"]


def results(ours, query, **more):
    return ours("cloudwatch-logs", "GetQueryResults", {"queryId": query}, **more)["out"]


def test_a12_rows_before_the_end_are_a_part(ours):
    """While a query runs its rows come with the state Running; when it is stopped, with Cancelled. Neither is Complete."""
    query = start(ours)
    end = time.monotonic() + 20
    while not (r := results(ours, query)).get("results"):
        assert time.monotonic() < end and r["status"] in ("Scheduled", "Running"), r
    first = int(r["results"][0][0]["value"])
    assert r["status"] == "Running" and first > 0
    assert ours("cloudwatch-logs", "StopQuery", {"queryId": query})["out"]["success"] is True
    r = results(ours, query)
    assert r["status"] == "Cancelled" and int(r["results"][0][0]["value"]) >= first
    assert "error" in ours("cloudwatch-logs", "StopQuery", {"queryId": query})      # stopped once


def test_a12_queries_that_fail_or_run_too_long(ours, start_sim):
    sim, seen = start_sim("--seed", "7"), {}
    urllib.request.urlopen(urllib.request.Request(sim.url + "/_seismo/faults", data=b"error=0.5", method="PUT"), timeout=5).close()
    logs, now, ids = sim.client("logs"), int(time.time()), []
    for _ in range(40):
        try:
            ids.append(logs.start_query(logGroupName="/seismo/jobs", startTime=now - 7200, endTime=now, queryString="fields @message")["queryId"])
        except logs.exceptions.ClientError:
            pass
    urllib.request.urlopen(urllib.request.Request(sim.url + "/_seismo/faults", data=b"", method="PUT"), timeout=5).close()
    end = time.monotonic() + 30
    for query in ids:
        if {"Failed", "Timeout", "Complete"} <= set(seen):
            break
        while (r := results(ours, query, env=sim.env))["status"] in ("Scheduled", "Running"):
            assert time.monotonic() < end
        seen[r["status"]] = r
    assert set(seen) == {"Failed", "Timeout", "Complete"}


@pytest.mark.parametrize("status", ["Failed", "Timeout", "Unknown", "Cancelled", "Paused by a state yet to come"])
def test_a12_each_state_is_kept_with_its_rows(ours, serve, status):
    """As it came, also one that is not known here."""
    body = {"status": status, "results": [[{"field": "n", "value": "12"}]], "statistics": {"recordsScanned": 40.0}}
    s = serve(Server(answering(lambda rq: reply(json.dumps(body).encode(), kind="application/x-amz-json-1.1"))))
    r = results(ours, "q", url=s.url)
    assert r["status"] == status and r["results"] == [[{"field": "n", "value": "12"}]]
    assert r["statistics"]["recordsScanned"] == 40


# --- A17: signatures ---------------------------------------------------------------------------------------------

TEMPLATE = b"name=upsell-generator\nversion=2.1\n"


@pytest.fixture(scope="module")
def signature(sim):
    return sim.client("kms").sign(KeyId=RSA, Message=TEMPLATE, SigningAlgorithm=SCHEME)["Signature"]


def verify(ours, signature, key=RSA, message=TEMPLATE, kind="RAW", scheme=SCHEME, **more):
    return ours("kms", "Verify", {"KeyId": key, "Message": b64(message), "MessageType": kind, "Signature": b64(signature),
                                  "SigningAlgorithm": scheme}, **more)


def test_a17_a_signature_that_holds(ours, signature):
    r = verify(ours, signature)["out"]
    assert r["SignatureValid"] is True and r["SigningAlgorithm"] == SCHEME


@pytest.mark.parametrize("change", ["message", "signature", "key"])
def test_a17_a_signature_that_does_not_hold(ours, sim, signature, change):
    """An error with a name of its own, and no word of valid."""
    more = {}
    if change == "message":
        more["message"] = TEMPLATE.replace(b"2.1", b"2.2")
    elif change == "signature":
        signature = bytes([signature[0] ^ 1]) + signature[1:]
    else:
        signature = sim.client("kms").sign(KeyId=P256, Message=TEMPLATE, SigningAlgorithm="ECDSA_SHA_256")["Signature"]
        more.update(key=OTHER, scheme="ECDSA_SHA_384")
    r = verify(ours, signature, **more)
    assert r["error"]["code"] == "KMSInvalidSignatureException" and "out" not in r


def disabled(ours, signature, serve):
    return verify(ours, signature, key="alias/seismo-templates-2025"), "DisabledException"


def to_be_deleted(ours, signature, serve):
    return verify(ours, signature, key="alias/seismo-templates-2024"), "KMSInvalidStateException"


def too_long(ours, signature, serve):
    return verify(ours, signature, message=b"x" * 4097), "ValidationException"


def nobody_there(ours, signature, serve):
    return verify(ours, signature, url="http://127.0.0.1:1"), ""


def nothing_said(ours, signature, serve):
    s = serve(Server(answering(lambda rq: None)))
    return verify(ours, signature, url=s.url), ""


def a_web_page(ours, signature, serve):
    s = serve(Server(answering(lambda rq: reply(b'<html>{"SignatureValid":true}</html>', kind="text/html"))))
    return verify(ours, signature, url=s.url), ""


@pytest.mark.parametrize("cause", [disabled, to_be_deleted, too_long, nobody_there, nothing_said, a_web_page], ids=lambda f: f.__name__)
def test_a17_what_could_not_be_checked(ours, serve, signature, cause):
    """An error, which is neither valid nor the name of a signature that does not hold."""
    r, code = cause(ours, signature, serve)
    assert "out" not in r
    assert r["error"]["code"] == code if code else r["error"]["code"] != "KMSInvalidSignatureException"
    assert "KMS Verify" in r["error"]["text"]


def test_a17_an_answer_without_its_verdict_is_not_valid(ours, serve, signature):
    s = serve(Server(answering(lambda rq: reply(b'{"KeyId":"k"}', kind="application/x-amz-json-1.1"))))
    r = verify(ours, signature, url=s.url)
    assert "error" in r or r["out"]["SignatureValid"] is False


def test_a17_long_templates_by_their_digest(ours, sim):
    digest = hashlib.sha256(TEMPLATE * 1000).digest()
    made = sim.client("kms").sign(KeyId=RSA, Message=digest, MessageType="DIGEST", SigningAlgorithm=SCHEME)["Signature"]
    assert verify(ours, made, message=digest, kind="DIGEST")["out"]["SignatureValid"] is True
    assert verify(ours, made, message=digest[::-1], kind="DIGEST")["error"]["code"] == "KMSInvalidSignatureException"


# --- A6, A8: who moved, and how it ended -------------------------------------------------------------------------

@pytest.fixture
def moving(start_sim, ours):
    """A region of one's own, its runtime, and endpoint(): what our client reads of its endpoint prod."""
    sim = start_sim("--seed", "7")
    control = sim.client("bedrock-agentcore-control")
    runtime = next(r for r in control.list_agent_runtimes()["agentRuntimes"] if r["agentRuntimeName"] == "visibility_check")
    rid = runtime["agentRuntimeId"]

    def endpoint():
        return ours("bedrock-agentcore-control", "GetAgentRuntimeEndpoint", {"agentRuntimeId": rid, "endpointName": "prod"},
                    env=sim.env)["out"]
    return sim, control, rid, endpoint


def until_status(endpoint, status):
    end = time.monotonic() + 20
    while (r := endpoint())["status"] != status:
        assert time.monotonic() < end, r
        time.sleep(0.1)
    return r


def test_a06_a_version_that_somebody_else_moved(moving):
    """One read shows it, first as on its way."""
    sim, control, rid, endpoint = moving
    before = endpoint()
    assert before["status"] == "READY" and before["liveVersion"] != "1"
    control.update_agent_runtime_endpoint(agentRuntimeId=rid, endpointName="prod", agentRuntimeVersion="1")
    r = endpoint()
    assert (r["status"], r["liveVersion"], r["targetVersion"]) == ("UPDATING", before["liveVersion"], "1")
    assert until_status(endpoint, "READY")["liveVersion"] == "1"


def test_a08_a_move_that_fails_leaves_the_old_version(moving):
    sim, control, rid, endpoint = moving
    before = endpoint()["liveVersion"]
    now = control.get_agent_runtime(agentRuntimeId=rid)
    broken = control.update_agent_runtime(
        agentRuntimeId=rid, agentRuntimeArtifact={"containerConfiguration": {"containerUri": "example.com/other:1"}},
        roleArn=now["roleArn"], networkConfiguration=now["networkConfiguration"])["agentRuntimeVersion"]
    end = time.monotonic() + 20
    while control.get_agent_runtime(agentRuntimeId=rid)["status"] == "UPDATING":
        assert time.monotonic() < end
        time.sleep(0.1)
    control.update_agent_runtime_endpoint(agentRuntimeId=rid, endpointName="prod", agentRuntimeVersion=broken)
    failed = until_status(endpoint, "UPDATE_FAILED")
    assert (failed["liveVersion"], failed["targetVersion"]) == (before, broken) and failed["failureReason"]


def test_a08_another_move_while_one_is_under_way(moving, ours):
    """Refused by name, and told as somebody else's move, not as a fault of the service."""
    sim, control, rid, endpoint = moving
    control.update_agent_runtime_endpoint(agentRuntimeId=rid, endpointName="prod", agentRuntimeVersion="1")
    r = ours("bedrock-agentcore-control", "UpdateAgentRuntimeEndpoint",
             {"agentRuntimeId": rid, "endpointName": "prod", "agentRuntimeVersion": "2", "clientToken": "b" * 40}, env=sim.env)
    assert r["error"]["code"] == "ConflictException" and "out" not in r, r
    assert endpoint()["targetVersion"] == "1"
