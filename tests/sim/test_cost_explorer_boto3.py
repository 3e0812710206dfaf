"""The simulated bill, asked by an unmodified SDK and held against the metrics of the same calls."""
import datetime
import decimal

import pytest

exceptions = pytest.importorskip("botocore.exceptions")
D = decimal.Decimal
CLOCK = "2026-11-18T13:30:00Z"
DAY = {"Start": "2026-11-16", "End": "2026-11-17"}
SONNET, HAIKU = "Claude Sonnet 4.5 (Amazon Bedrock Edition)", "Claude Haiku 4.5 (Amazon Bedrock Edition)"
AGENTS = {"upsell-generator", "upsell-judge", "visibility-check", "menu-writer", "review-responder", "lead-qualifier"}


@pytest.fixture
def held(start_sim):
    return start_sim("--seed", "7", "--clock", CLOCK, "--speed", "0")


def by(key, kind="DIMENSION"):
    return {"Type": kind, "Key": key}


def ask(sim, period=DAY, **more):
    return sim.client("ce").get_cost_and_usage(
        **{"TimePeriod": period, "Granularity": "DAILY", "Metrics": ["UnblendedCost", "UsageQuantity"], **more})


def costs(result, metric="UnblendedCost"):
    return {tuple(g["Keys"]): D(g["Metrics"][metric]["Amount"]) for g in result["Groups"]}


def code_of(call):
    with pytest.raises(exceptions.ClientError) as e:
        call()
    return e.value.response["Error"]["Code"]


def tokens_of_day(sim, metric, model):
    start = datetime.datetime.fromisoformat(DAY["Start"] + "T00:00:00+00:00")
    got = sim.client("cloudwatch").get_metric_data(
        StartTime=start, EndTime=start + datetime.timedelta(days=1), MetricDataQueries=[{"Id": "a", "MetricStat": {
            "Metric": {"Namespace": "AWS/Bedrock", "MetricName": metric, "Dimensions": [{"Name": "ModelId", "Value": model}]},
            "Period": 3600, "Stat": "Sum"}}])
    return D(sum(got["MetricDataResults"][0]["Values"]))


def test_a_closed_day_is_what_its_calls_used_at_list_prices(held):
    result, = ask(held, GroupBy=[by("USAGE_TYPE"), by("SERVICE")])["ResultsByTime"]
    quantity, cost = costs(result, "UsageQuantity"), costs(result)
    for service, model, prices in (
            (SONNET, "us.anthropic.claude-sonnet-4-5-20250929-v1:0", ("3.30", "16.50", "0.33", "4.125", "6.60")),
            (HAIKU, "us.anthropic.claude-haiku-4-5-20251001-v1:0", ("1.10", "5.50", "0.11", "1.375", "2.20"))):
        lines = [(f"USE1-MP:USE1_{name}TokenCount-Units", service) for name in
                 ("Input", "Output", "CacheReadInput", "CacheWriteInput", "CacheWrite1hInput")]
        used = [quantity[line] * 10**6 for line in lines]
        assert all(used)
        for metric, want in (("InputTokenCount", used[0]), ("OutputTokenCount", used[1]), ("CacheReadInputTokenCount", used[2]),
                             ("CacheWriteInputTokenCount", used[3] + used[4])):
            assert tokens_of_day(held, metric, model) == want
        for line, price in zip(lines, prices):
            assert abs(cost[line] - quantity[line] * D(price)) <= D(24 * 2) * D("1e-10")      # a line an hour and agent
    for usage, model, metric, price in (("USE1-NovaPro-input-tokens", "amazon.nova-pro-v1:0", "InputTokenCount", "0.0008"),
                                        ("USE1-Llama3-3-70B-output-tokens", "us.meta.llama3-3-70b-instruct-v1:0", "OutputTokenCount", "0.00072")):
        line = (usage, "Amazon Bedrock")
        assert quantity[line] * 1000 == tokens_of_day(held, metric, model)
        credit = D("-0.5") if "NovaPro" in usage else 0
        assert abs(cost[line] - credit - quantity[line] * D(price)) <= D(24) * D("1e-10")


def test_the_bill_has_more_on_it_than_tokens(held):
    result, = ask(held, GroupBy=[by("SERVICE")])["ResultsByTime"]
    cost = costs(result)
    assert set(cost) == {(s,) for s in (SONNET, HAIKU, "Amazon Bedrock", "Amazon Bedrock AgentCore", "Amazon OpenSearch Service", "AmazonCloudWatch")}
    assert cost[("Amazon OpenSearch Service",)] == D("5.76") and cost[("Amazon Bedrock AgentCore",)] > 0
    credit, = ask(held, Filter={"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Credit"]}})["ResultsByTime"]
    assert D(credit["Total"]["UnblendedCost"]["Amount"]) == D("-0.5")
    first, = ask(held, {"Start": "2026-11-01", "End": "2026-11-02"}, GroupBy=[by("RECORD_TYPE")])["ResultsByTime"]
    assert costs(first)[("Support",)] == 100
    guard, = ask(held, Filter={"Dimensions": {"Key": "USAGE_TYPE", "Values": ["USE1-Guardrail-ContentPolicyUnitsConsumed"]}})["ResultsByTime"]
    assert D(guard["Total"]["UnblendedCost"]["Amount"]) > 0


def test_groups_add_up_to_the_total_however_they_are_cut(held):
    total = D(ask(held)["ResultsByTime"][0]["Total"]["UnblendedCost"]["Amount"])
    assert total > 50
    for groups in ([by("SERVICE")], [by("USAGE_TYPE")], [by("LINKED_ACCOUNT")], [by("REGION")], [by("RECORD_TYPE")],
                   [by("agent", "TAG")], [by("agent", "TAG"), by("SERVICE")], [by("team", "TAG")]):
        answer = ask(held, GroupBy=groups)
        result, = answer["ResultsByTime"]
        assert answer["GroupDefinitions"] == groups and result["Total"] == {}
        assert sum(costs(result).values()) == total
        assert list(costs(result)) == sorted(costs(result))
    tags = {k[0] for k in costs(ask(held, GroupBy=[by("agent", "TAG")])["ResultsByTime"][0])}
    assert tags == {"agent$"} | {f"agent${a}" for a in AGENTS}
    assert costs(ask(held, GroupBy=[by("LINKED_ACCOUNT")])["ResultsByTime"][0]) == {("000000000000",): total}


def test_days_months_and_hours_are_the_same_money(held):
    hours = {"Start": "2026-11-16T00:00:00Z", "End": "2026-11-17T00:00:00Z"}
    day = D(ask(held)["ResultsByTime"][0]["Total"]["UnblendedCost"]["Amount"])
    hourly = ask(held, hours, Granularity="HOURLY")["ResultsByTime"]
    assert [r["TimePeriod"]["Start"] for r in hourly][:2] == ["2026-11-16T00:00:00Z", "2026-11-16T01:00:00Z"] and len(hourly) == 24
    assert sum(D(r["Total"]["UnblendedCost"]["Amount"]) for r in hourly) == day
    span = {"Start": "2026-10-30", "End": "2026-11-17"}
    months = ask(held, span, Granularity="MONTHLY")["ResultsByTime"]
    assert [tuple(r["TimePeriod"].values()) for r in months] == [("2026-10-30", "2026-11-01"), ("2026-11-01", "2026-11-17")]
    days = ask(held, span)["ResultsByTime"]
    assert len(days) == 18
    assert sum(D(r["Total"]["UnblendedCost"]["Amount"]) for r in days) == sum(D(r["Total"]["UnblendedCost"]["Amount"]) for r in months)


def test_what_is_late_is_estimated(held, start_sim):
    days = ask(held, {"Start": "2026-11-16", "End": "2026-11-19"})["ResultsByTime"]
    assert [r["Estimated"] for r in days] == [False, False, True]          # it is half past one in the afternoon
    hours = ask(held, {"Start": "2026-11-17T23:00:00Z", "End": "2026-11-18T13:00:00Z"}, Granularity="HOURLY")["ResultsByTime"]
    assert [r["Estimated"] for r in hours] == [False] * 2 + [True] * 12
    empty = [r["TimePeriod"]["Start"] for r in hours if r["Total"]["UnblendedCost"]["Amount"] == "0"]
    assert empty[0] == "2026-11-18T07:00:00Z"                              # six hours late
    early = start_sim("--seed", "7", "--clock", "2026-11-18T04:00:00Z", "--speed", "0")
    late, = ask(early, {"Start": "2026-11-17", "End": "2026-11-18"})["ResultsByTime"]
    assert late["Estimated"]
    assert 0 < D(late["Total"]["UnblendedCost"]["Amount"]) < D(days[1]["Total"]["UnblendedCost"]["Amount"])


def test_filters(held):
    def total(expression):
        return D(ask(held, Filter=expression)["ResultsByTime"][0]["Total"]["UnblendedCost"]["Amount"])
    haiku = {"Dimensions": {"Key": "SERVICE", "Values": [HAIKU]}}
    writer = {"Tags": {"Key": "agent", "Values": ["menu-writer"]}}
    everything = D(ask(held)["ResultsByTime"][0]["Total"]["UnblendedCost"]["Amount"])
    assert 0 < total({"And": [haiku, writer]}) < total(haiku) < everything
    assert total({"Not": haiku}) == everything - total(haiku)
    assert total({"Or": [haiku, writer]}) == total(haiku) + total(writer) - total({"And": [haiku, writer]})
    assert total({"Tags": {"Key": "agent", "MatchOptions": ["ABSENT"]}}) == everything - sum(
        total({"Tags": {"Key": "agent", "Values": [a]}}) for a in AGENTS)
    shout = {"Key": "SERVICE", "Values": [HAIKU.upper()]}
    assert total({"Dimensions": shout}) == 0
    assert total({"Dimensions": {**shout, "MatchOptions": ["CASE_INSENSITIVE"]}}) == total(haiku)
    assert total({"And": [{"Or": [haiku, {"Dimensions": {"Key": "REGION", "Values": ["eu-west-1"]}}]}, {"Not": writer}]}) == \
        total(haiku) - total({"And": [haiku, writer]})


def test_pages_hold_whole_periods(held):
    asked = dict(TimePeriod={"Start": "2026-10-20", "End": "2026-11-18"}, Granularity="DAILY", Metrics=["UnblendedCost"],
                 GroupBy=[by("USAGE_TYPE"), by("agent", "TAG")])
    ce, seen, token = held.client("ce"), [], {}
    while True:
        page = ce.get_cost_and_usage(**asked, **token)
        seen += page["ResultsByTime"]
        if not page.get("NextPageToken"):
            break
        token = {"NextPageToken": page["NextPageToken"]}
    assert token and [r["TimePeriod"]["Start"] for r in seen] == [
        str(datetime.date(2026, 10, 20) + datetime.timedelta(days=d)) for d in range(29)]
    assert code_of(lambda: ce.get_cost_and_usage(**{**asked, "Metrics": ["BlendedCost"]}, **token)) == "RequestChangedException"
    assert code_of(lambda: ce.get_cost_and_usage(**asked, NextPageToken="something")) == "InvalidNextTokenException"


def test_a_report_expires(held, start_sim):
    later = start_sim("--seed", "7", "--clock", "2026-11-18T15:00:00Z", "--speed", "0")
    asked = dict(period={"Start": "2026-10-20", "End": "2026-11-18"}, GroupBy=[by("USAGE_TYPE"), by("agent", "TAG")])
    token = ask(held, **asked)["NextPageToken"]
    assert code_of(lambda: ask(later, NextPageToken=token, **asked)) == "BillExpirationException"


def test_what_is_refused(held):
    for period in ({"Start": "2026-11-17", "End": "2026-11-17"}, {"Start": "2026-11-17", "End": "2027-02-01"},
                   {"Start": "2025-01-01", "End": "2025-02-01"}, {"Start": "yesterday", "End": "2026-11-17"}):
        assert code_of(lambda: ask(held, period)) == "ValidationException"
    assert code_of(lambda: ask(held, {"Start": "2026-11-19", "End": "2026-11-20"})) == "DataUnavailableException"
    assert code_of(lambda: ask(held, {"Start": "2026-11-01T00:00:00Z", "End": "2026-11-02T00:00:00Z"},
                               Granularity="HOURLY")) == "ValidationException"
    for more in ({"Granularity": "WEEKLY"}, {"Metrics": ["Cost"]}, {"GroupBy": [by("SERVICE"), by("REGION"), by("USAGE_TYPE")]},
                 {"GroupBy": [by("team", "COST_CATEGORY")]}, {"GroupBy": [by("AZ")]},
                 {"Filter": {"And": [{"Dimensions": {"Key": "SERVICE", "Values": ["x"]}}]}},
                 {"Filter": {"Dimensions": {"Key": "AZ", "Values": ["x"]}}},
                 {"Filter": {"Dimensions": {"Key": "SERVICE", "Values": ["x"], "MatchOptions": ["STARTS_WITH"]}}},
                 {"Filter": {}}, {"Filter": {"Dimensions": {"Key": "SERVICE", "Values": ["x"]}, "Not": {"Tags": {"Key": "a", "Values": ["b"]}}}}):
        assert code_of(lambda: ask(held, **more)) == "ValidationException"
