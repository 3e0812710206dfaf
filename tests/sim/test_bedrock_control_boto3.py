"""Bedrock's control plane of the simulated region, asked by an unmodified SDK."""
import json
import time

from test_agentcore_boto3 import code

MISSING = ("ResourceNotFoundException", 404)


def test_models(sim):
    client = sim.client("bedrock")
    models = {m["modelId"]: m for m in client.list_foundation_models()["modelSummaries"]}
    assert len(models) == 5 and models["amazon.nova-pro-v1:0"]["inferenceTypesSupported"] == ["ON_DEMAND"]
    assert [m["providerName"] for m in client.list_foundation_models(byProvider="meta")["modelSummaries"]] == ["Meta"]
    assert all(m["inferenceTypesSupported"] == ["ON_DEMAND"] for m in client.list_foundation_models(byInferenceType="ON_DEMAND")["modelSummaries"])
    assert client.list_foundation_models(byOutputModality="IMAGE")["modelSummaries"] == []
    one = client.get_foundation_model(modelIdentifier="amazon.nova-pro-v1:0")["modelDetails"]
    assert one["modelLifecycle"]["status"] == "ACTIVE" and one["modelArn"].endswith("foundation-model/amazon.nova-pro-v1:0")
    assert client.get_foundation_model(modelIdentifier=one["modelArn"])["modelDetails"]["modelId"] == one["modelId"]
    assert code(lambda: client.get_foundation_model(modelIdentifier="nobody.nothing-v1:0")) == MISSING


def test_inference_profiles(sim):
    client = sim.client("bedrock")
    system = client.list_inference_profiles(typeEquals="SYSTEM_DEFINED")["inferenceProfileSummaries"]
    own = client.list_inference_profiles(typeEquals="APPLICATION")["inferenceProfileSummaries"]
    assert len(system) == 3 and all(p["inferenceProfileId"].startswith("us.") and len(p["models"]) == 3 for p in system)
    assert {p["inferenceProfileName"] for p in own} == {"upsell-team", "visibility-team"}
    assert len(client.list_inference_profiles(maxResults=2)["inferenceProfileSummaries"]) == 2
    one = client.get_inference_profile(inferenceProfileIdentifier=own[0]["inferenceProfileArn"])
    assert one["type"] == "APPLICATION" and one["models"][0]["modelArn"].endswith("amazon.nova-pro-v1:0")
    assert code(lambda: client.get_inference_profile(inferenceProfileIdentifier="us.nothing")) == MISSING


def test_the_invocation_log_is_configured(start_sim):
    client = start_sim().client("bedrock")
    now = client.get_model_invocation_logging_configuration()["loggingConfig"]
    assert now["cloudWatchConfig"]["logGroupName"] == "/aws/bedrock/modelinvocations" and now["textDataDeliveryEnabled"] is True
    assert now["imageDataDeliveryEnabled"] is False
    client.put_model_invocation_logging_configuration(loggingConfig={
        "s3Config": {"bucketName": "invocations", "keyPrefix": "bedrock"}, "textDataDeliveryEnabled": False})
    after = client.get_model_invocation_logging_configuration()["loggingConfig"]
    assert after == {"s3Config": {"bucketName": "invocations", "keyPrefix": "bedrock"}, "textDataDeliveryEnabled": False}
    assert code(lambda: client.put_model_invocation_logging_configuration(loggingConfig={"textDataDeliveryEnabled": True})) == (
        "ValidationException", 400)


def test_the_guardrail_has_versions(sim):
    client = sim.client("bedrock")
    draft = client.list_guardrails()["guardrails"]
    assert [(g["name"], g["version"]) for g in draft] == [("fleet-guard", "DRAFT")]
    assert [g["version"] for g in client.list_guardrails(guardrailIdentifier=draft[0]["id"])["guardrails"]] == ["DRAFT", "1", "2"]
    one = client.get_guardrail(guardrailIdentifier=draft[0]["arn"], guardrailVersion="2")
    assert one["version"] == "2" and one["wordPolicy"]["words"][0]["text"] == "project nightjar"
    assert client.get_guardrail(guardrailIdentifier=draft[0]["id"])["version"] == "DRAFT"
    assert code(lambda: client.get_guardrail(guardrailIdentifier=draft[0]["id"], guardrailVersion="9")) == MISSING
    assert code(lambda: client.list_guardrails(guardrailIdentifier="nobody")) == MISSING


def test_the_invocation_log_tells_of_the_calls_that_the_jobs_tell_of(sim):
    """The same request ids, models and tokens in Bedrock's log as in the fleet's own lines, and nothing of what was said."""
    logs, now = sim.client("logs"), int(time.time() * 1000)
    group = sim.client("bedrock").get_model_invocation_logging_configuration()["loggingConfig"]["cloudWatchConfig"]["logGroupName"]

    def events(name, pattern):
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=name, startTime=now - 3600_000, endTime=now - 120_000, filterPattern=pattern)
        return [json.loads(e["message"]) for page in pages for e in page["events"]]

    calls = {e["requestId"]: e for e in events(group, "ModelInvocationLog")}
    lines = {e["request_id"]: e for e in events("/seismo/jobs", "COST_TRACKING")}
    assert len(calls) > 20 and set(calls) == set(lines)         # the nights are quiet
    for rid, call in calls.items():
        usage = lines[rid]["token_usage"]
        assert call["modelId"] == lines[rid]["model_id"] and call["output"]["outputTokenCount"] == usage["output"]
        assert call["input"]["inputTokenCount"] == usage["input"] and call["input"]["cacheReadInputTokenCount"] == usage["cache_read"]
        assert call["input"]["cacheWriteInputTokenCount"] == usage["cache_write_5m"] + usage["cache_write_1h"]
        # What was said stands in the record, or in S3 when it is long.
        whole = sum(v for k, v in call["input"].items() if k.endswith("TokenCount")) <= 25000
        assert ("inputBodyJson" in call["input"], "inputBodyS3Path" in call["input"]) == (whole, not whole)
        assert call["output"]["outputBodyJson"]["output"]["message"]["content"][0]["text"]
