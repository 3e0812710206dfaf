"""Service Quotas of the simulated region, asked by an unmodified SDK."""
import datetime

import pytest

exceptions = pytest.importorskip("botocore.exceptions")


def code_of(call):
    with pytest.raises(exceptions.ClientError) as e:
        call()
    return e.value.response["Error"]["Code"]


def every(sim, **more):
    pages = sim.client("service-quotas").get_paginator("list_service_quotas").paginate(ServiceCode="bedrock", **more)
    return [q for page in pages for q in page["Quotas"]]


def test_each_model_of_the_fleet_has_its_quotas(sim):
    quotas = every(sim)
    assert len({q["QuotaCode"] for q in quotas}) == len({q["QuotaName"] for q in quotas}) == len(quotas) > 40
    named = {q["QuotaName"]: q for q in quotas}
    tokens = named["Cross-region model inference tokens per minute for Anthropic Claude Sonnet 4.5 V1"]
    assert tokens["Value"] == 200000 and tokens["Adjustable"] and not tokens["GlobalQuota"]
    assert tokens["QuotaArn"] == f"arn:aws:servicequotas:us-east-1:000000000000:bedrock/{tokens['QuotaCode']}"
    assert tokens["QuotaAppliedAtLevel"] == "ACCOUNT" and tokens["Unit"] == "None"
    assert "On-demand model inference requests per minute for Amazon Nova Pro" in named
    with_tokens = {q["UsageMetric"]["MetricDimensions"]["ModelId"] for q in quotas if "tokens per minute" in q["QuotaName"]}
    metrics = sim.client("cloudwatch").list_metrics(Namespace="AWS/Bedrock", MetricName="Invocations")["Metrics"]
    assert {d["Value"] for m in metrics for d in m["Dimensions"]} <= with_tokens


def test_the_usage_metric_is_served_and_counts_output_of_claude_five_times(sim):
    now = datetime.datetime.now(datetime.timezone.utc).replace(minute=0, second=0, microsecond=0)
    q = next(q for q in every(sim) if "tokens per minute for Anthropic Claude Haiku 4.5" in q["QuotaName"])
    dims = [{"Name": k, "Value": v} for k, v in q["UsageMetric"]["MetricDimensions"].items()]

    def total(name):
        got = sim.client("cloudwatch").get_metric_data(
            StartTime=now - datetime.timedelta(hours=6), EndTime=now, MetricDataQueries=[{"Id": "a", "MetricStat": {
                "Metric": {"Namespace": q["UsageMetric"]["MetricNamespace"], "MetricName": name, "Dimensions": dims},
                "Period": 21600, "Stat": q["UsageMetric"]["MetricStatisticRecommendation"]}}])
        return sum(got["MetricDataResults"][0]["Values"])
    parts = [total(n) for n in ("InputTokenCount", "CacheWriteInputTokenCount", "OutputTokenCount")]
    assert all(parts)
    assert total(q["UsageMetric"]["MetricName"]) == parts[0] + parts[1] + 5 * parts[2]


def test_one_quota_by_its_code(sim):
    quotas, one = sim.client("service-quotas"), every(sim)[3]
    assert quotas.get_service_quota(ServiceCode="bedrock", QuotaCode=one["QuotaCode"])["Quota"] == one
    assert every(sim, QuotaCode=one["QuotaCode"]) == [one]
    assert every(sim, QuotaAppliedAtLevel="RESOURCE") == []


def test_pages_have_no_holes_and_tokens_belong_to_their_listing(sim):
    quotas, whole = sim.client("service-quotas"), every(sim)
    paged = every(sim, PaginationConfig={"PageSize": 7})
    assert paged == whole
    first = quotas.list_service_quotas(ServiceCode="bedrock", MaxResults=7)
    assert len(first["Quotas"]) == 7
    assert code_of(lambda: quotas.list_service_quotas(
        ServiceCode="bedrock", QuotaCode=whole[0]["QuotaCode"], NextToken=first["NextToken"])) == "InvalidPaginationTokenException"
    assert code_of(lambda: quotas.list_service_quotas(ServiceCode="bedrock", NextToken="7")) == "InvalidPaginationTokenException"


def test_what_is_not_there(sim):
    quotas = sim.client("service-quotas")
    assert code_of(lambda: quotas.list_service_quotas(ServiceCode="nothing")) == "NoSuchResourceException"
    assert code_of(lambda: quotas.get_service_quota(ServiceCode="bedrock", QuotaCode="L-NOTHERE")) == "NoSuchResourceException"
    assert code_of(lambda: quotas.list_service_quotas(ServiceCode="bedrock", MaxResults=101)) == "IllegalArgumentException"


def test_the_quota_is_of_the_account_and_region_that_ask(sim):
    keys = sim.client("sts").assume_role(RoleArn="arn:aws:iam::111122223333:role/reader", RoleSessionName="quota")["Credentials"]
    other = sim.client("service-quotas", region_name="eu-west-1", aws_access_key_id=keys["AccessKeyId"],
                       aws_secret_access_key=keys["SecretAccessKey"], aws_session_token=keys["SessionToken"])
    assert other.list_service_quotas(ServiceCode="bedrock")["Quotas"][0]["QuotaArn"].startswith(
        "arn:aws:servicequotas:eu-west-1:111122223333:bedrock/L-")
