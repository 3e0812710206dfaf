"""What each model was asked in a minute beside what the account may ask: `seismo get quotas`, and the pane on pulse."""
import datetime
import json

import pytest

from peers import plain_answer

DENIED = json.dumps({"__type": "AccessDeniedException", "message": "User: arn:aws:iam::000000000000:user/u is not authorized to perform: "
                     "servicequotas:ListServiceQuotas because no identity-based policy allows the servicequotas:ListServiceQuotas action"}).encode()
SIDE = ["perMinute", "peak", "peakAt", "limit", "used", "estimated", "code", "quota", "adjustable"]


@pytest.fixture
def fleet(start_sim, home):
    sim = start_sim("--seed", "7", "--speed", "0")
    home.env.update(sim.env)
    return sim


def in_minute(sim, metric, model, start):
    got = sim.client("cloudwatch").get_metric_data(
        StartTime=start, EndTime=start + datetime.timedelta(minutes=1), MetricDataQueries=[{"Id": "a", "MetricStat": {
            "Metric": {"Namespace": "AWS/Bedrock", "MetricName": metric, "Dimensions": [{"Name": "ModelId", "Value": model}]}, "Period": 60,
            "Stat": "Sum"}}])
    return sum(got["MetricDataResults"][0]["Values"])


def test_figures_are_those_of_cloudwatch_and_service_quotas(home, fleet):
    rows = home.json("get", "quotas")
    pages = fleet.client("service-quotas").get_paginator("list_service_quotas").paginate(ServiceCode="bedrock")
    listed = {q["QuotaCode"]: q for page in pages for q in page["Quotas"]}
    assert len(rows) == 5 and {r["account"] for r in rows} == {"000000000000"}
    for r in rows:
        assert list(r) == ["account", "region", "model", "kind", "throttled", "requests", "tokens"]
        assert list(r["requests"]) == SIDE and list(r["tokens"]) == SIDE[:5] + ["reserved"] + SIDE[5:]
        assert r["kind"] == ("cross-region" if r["model"].startswith("us.") else "on-demand")
        for side, unit in ((r["requests"], "requests per minute"), (r["tokens"], "tokens per minute")):
            quota = listed[side["code"]]
            assert quota["QuotaName"] == side["quota"] and unit in side["quota"] and quota["Value"] == side["limit"]
            assert r["model"] == quota["UsageMetric"]["MetricDimensions"]["ModelId"]
            assert side["used"] == pytest.approx((side["peak"] + (side.get("reserved") or 0)) / side["limit"], abs=1e-5)
        assert not r["tokens"]["estimated"] and r["tokens"]["reserved"] > 0        # each agent of the fleet has maxTokens
    assert [max(r["requests"]["used"], r["tokens"]["used"]) for r in rows] == sorted(
        (max(r["requests"]["used"], r["tokens"]["used"]) for r in rows), reverse=True)
    for r in rows:
        at = datetime.datetime.fromisoformat(r["tokens"]["peakAt"])
        assert in_minute(fleet, "EstimatedTPMQuotaUsage", r["model"], at) == r["tokens"]["peak"]
        at = datetime.datetime.fromisoformat(r["requests"]["peakAt"])
        assert sum(in_minute(fleet, name, r["model"], at) for name in ("Invocations", "InvocationThrottles")) == r["requests"]["peak"]


def test_without_the_permission_limits_are_unknown_and_the_use_is_not(home, fleet, odd_server):
    denied = odd_server(plain_answer(DENIED, status="400 Bad Request"))
    done = home.run("get", "quotas", "-o", "json", env={"AWS_ENDPOINT_URL_SERVICE_QUOTAS": denied.url})
    assert done.returncode == 0 and b"servicequotas:ListServiceQuotas" in done.stderr, done.stderr
    rows = json.loads(done.stdout)
    assert len(rows) == 5 and all(s["limit"] is s["used"] is s["code"] is s["adjustable"] is None and s["peak"] > 0
                                  for r in rows for s in (r["requests"], r["tokens"]))
    coverage = home.json("get", "coverage", env={"AWS_ENDPOINT_URL_SERVICE_QUOTAS": denied.url})
    assert [x["state"] for x in coverage if x["area"] == "feed" and x["subject"] == "quotas"] == ["warn"]


def test_limits_are_asked_four_times_a_day(home, fleet, odd_server):
    first = home.json("get", "quotas")
    dead = odd_server(plain_answer(DENIED, status="400 Bad Request"))
    assert home.json("get", "quotas", env={"AWS_ENDPOINT_URL_SERVICE_QUOTAS": dead.url}) == first


def test_the_pane(console, home, fleet):
    c = console(size=(200, 50))
    c.wait_for(lambda text: "QUOTAS 1 h" in text and "sonnet-4-5 x-region" in text, 30)
    row = next(line for line in c.text().split("\n") if "sonnet-4-5 x-region" in line)[120:].split()
    assert row[4] == "200" and row[9] == "200k" and row[11] == "%", row
    for _ in range(9):
        c.send("tab")
        c.settle()
        if "explain quotas" in c.line(49):
            break
    c.send("x")
    c.wait_for("Quota headroom", 10)
    c.wait_for("Cross-region model inference requests per minute for Anthropic Claude Sonnet 4.5 V1")
    assert "EstimatedTPMQuotaUsage" in c.text() and "each with maxTokens" in c.text() and "can be raised" in c.text()


def test_the_pane_without_the_permission(console, home, fleet, odd_server):
    denied = odd_server(plain_answer(DENIED, status="400 Bad Request"))
    c = console(size=(200, 50), env={"AWS_ENDPOINT_URL_SERVICE_QUOTAS": denied.url})
    c.wait_for(lambda text: "QUOTAS limits unknown" in text and "sonnet-4-5 x-region" in text, 30)
    assert "~1" not in c.line(0)                 # nothing else is missing
