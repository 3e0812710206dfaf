"""The usage in the published samples, priced by `seismo prices --tokens` and by hand."""
import base64
import json
import pathlib

import pytest

SAMPLES = pathlib.Path(__file__).resolve().parents[3] / "shared/aws/samples"
SONNET, HAIKU, NOVA = "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "us.anthropic.claude-haiku-4-5-20251001-v1:0", "amazon.nova-pro-v1:0"
AT = "2026-03-14T15:09:26Z"


@pytest.fixture(scope="module")
def sample():
    if not SAMPLES.is_dir():
        pytest.skip(f"{SAMPLES} is not there: the samples are priced where they are")

    def read(name):
        text = (SAMPLES / name).read_text()
        return [json.loads(line) for line in text.splitlines()] if name.endswith(".jsonl") else json.loads(text)
    return read


@pytest.fixture
def price(home):
    def cost(model, tier="", **tokens):
        counts = ",".join(f"{name}={n}" for name, n in tokens.items())
        return home.json("prices", model, "--at", AT, "--tier", tier, "--tokens", counts)["nanoUsd"]
    return cost


def test_the_invocation_log(sample, price):
    first, profile, failed = sample("model-invocation-log.jsonl")
    counts = lambda r: dict(input=r["input"].get("inputTokenCount", 0), output=r.get("output", {}).get("outputTokenCount", 0),
                            cache_read=r["input"].get("cacheReadInputTokenCount", 0), cache_write_5m=r["input"].get("cacheWriteInputTokenCount", 0))
    # 212 x 3 + 148 x 15 + 10240 x 0.30 + 2048 x 3.75 = 636 + 2220 + 3072 + 7680 = 13608, x 1.1 for us. = 14968.8 micro-USD
    assert first["modelId"] == SONNET and price(SONNET, **counts(first)) == 14_968_800
    # Nobody knows what the profile calls; were it Nova Pro: 48211 x 0.80 + 3 x 3.20 = 38568.8 + 9.6
    assert price(profile["modelId"], **counts(profile)) is None
    assert price(NOVA, **counts(profile)) == 38_578_400
    assert price(failed["modelId"], **counts(failed)) == 0


def test_converse(sample, price):
    usage = sample("converse-response.json")["usage"]
    # 212 x 1 + 60 x 5 = 512, x 1.1
    assert price(HAIKU, input=usage["inputTokens"], output=usage["outputTokens"], cache_read=usage["cacheReadInputTokens"],
                 cache_write_5m=usage["cacheWriteInputTokens"]) == 563_200


def test_converse_stream_with_both_lives_and_a_tier(sample, price):
    end, = [f["payload"] for f in sample("converse-stream-text-tool.jsonl") if "usage" in f["payload"]]
    usage, writes = end["usage"], {d["ttl"]: d["inputTokens"] for d in end["usage"]["cacheDetails"]}
    assert sum(writes.values()) == usage["cacheWriteInputTokens"]
    # 636 + 2220 + 3072 + 512 x 3.75 + 1536 x 6 = 5928 + 1920 + 9216 = 17064, x 1.1 = 18770.4
    assert price(SONNET, end["serviceTier"]["type"], input=usage["inputTokens"], output=usage["outputTokens"],
                 cache_read=usage["cacheReadInputTokens"], cache_write_5m=writes["5m"], cache_write_1h=writes["1h"]) == 18_770_400


def test_invoke_model_stream(sample, price):
    last = json.loads(base64.b64decode(sample("invoke-model-stream-anthropic.jsonl")[-1]["payload"]["bytes"]))
    m = last["amazon-bedrock-invocationMetrics"]
    # 12 x 3 + 5 x 15 + 1800 x 0.30 = 36 + 75 + 540 = 651, x 1.1
    assert price(SONNET, input=m["inputTokenCount"], output=m["outputTokenCount"], cache_read=m["cacheReadInputTokenCount"],
                 cache_write_5m=m["cacheWriteInputTokenCount"]) == 716_100


def test_invoke_agent(sample, price):
    text = json.dumps(sample("invoke-agent.jsonl"))
    assert '"usage": {"inputTokens": 1320, "outputTokens": 77}' in text
    # 1320 x 0.80 + 77 x 3.20 = 1056 + 246.4
    assert price(NOVA, input=1320, output=77) == 1_302_400


def test_insights_rows(sample, price):
    by_hand = {SONNET: 14_968_800, HAIKU: 1_626_900, NOVA: 3_927_200}    # (1044 x 1 + 87 x 5) x 1.1; 3301 x 0.80 + 402 x 3.20
    for row in sample("get-query-results-cost-tracking.json")["results"]:
        r = {f["field"]: f["value"] for f in row}
        got = price(r["model"], input=r["in"], output=r["out"], cache_read=r["cr"], cache_write_5m=r.get("cw", "0"))
        assert got == by_hand.get(r["model"])
        if r["model"] in (HAIKU, NOVA):
            assert round(got / 1e9, 6) == float(r["usd"])      # what the application reported
