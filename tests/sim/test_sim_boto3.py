"""The AWS SDK for Python, unmodified, against the simulated region: every operation that it serves, and its refusals."""
import datetime as dt
import http.client
import json
import time
import uuid

import pytest
from botocore.exceptions import ClientError

UTC = dt.timezone.utc
GROUP = "/seismo/jobs"
GROUP_ARN = "arn:aws:logs:us-east-1:000000000000:log-group:" + GROUP
SONNET = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
INDEX = "status-updatedAt-index"


def iso(t):
    return t.strftime("%Y-%m-%dT%H:%M:%S.") + f"{t.microsecond // 1000:03}Z"


def now():
    return dt.datetime.now(UTC)


def refused(call, code, status=400, **request):
    with pytest.raises(ClientError) as e:
        call(**request)
    assert e.value.response["Error"]["Code"] == code
    assert e.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    return e.value.response["Error"]["Message"]


def by_status(ddb, status, since, **more):
    return ddb.query(TableName="jobs", IndexName=INDEX, KeyConditionExpression="#s = :s AND #u >= :u",
                     ExpressionAttributeNames={"#s": "status", "#u": "updatedAt"},
                     ExpressionAttributeValues={":s": {"S": status}, ":u": {"S": iso(since)}}, **more)


# --- DynamoDB


def test_query_follows_the_index_and_pages(sim):
    ddb = sim.client("dynamodb")
    since = now() - dt.timedelta(hours=3)
    seen, key = [], None
    while True:
        page = by_status(ddb, "succeeded", since, Limit=100, **({"ExclusiveStartKey": key} if key else {}))
        seen += page["Items"]
        assert page["Count"] == len(page["Items"]) <= 100
        key = page.get("LastEvaluatedKey")
        if not key:
            break
    times = [i["updatedAt"]["S"] for i in seen]
    assert len(seen) > 100 and times == sorted(times) and times[0] >= iso(since)
    assert len({i["jobId"]["S"] for i in seen}) == len(seen)
    assert all(t <= iso(now()) for t in times)
    newest = by_status(ddb, "succeeded", since, Limit=5, ScanIndexForward=False)["Items"]
    assert [i["updatedAt"]["S"] for i in newest] == sorted((i["updatedAt"]["S"] for i in newest), reverse=True)


def test_item_has_every_attribute(sim):
    ddb = sim.client("dynamodb")
    item = by_status(ddb, "succeeded", now() - dt.timedelta(hours=3), Limit=1)["Items"][0]
    for name in ("jobId traceId tenantId persona agentId agentVersion model status startedAt updatedAt pointer templateId "
                 "templateVersion serviceTier region").split():
        assert item[name]["S"], name
    for name in ("retryCount", "costMicroUsd", "latencyMs"):
        assert int(item[name]["N"]) >= 0, name
    assert set(item["tokens"]["M"]) == {"input", "output", "cacheRead", "cacheWrite5m", "cacheWrite1h"}
    assert set(item["result"]["M"]) >= {"approved", "score"}
    assert isinstance(item["cacheHit"]["BOOL"], bool)
    assert ddb.get_item(TableName="jobs", Key={"jobId": item["jobId"]})["Item"] == item
    got = ddb.batch_get_item(RequestItems={"jobs": {"Keys": [{"jobId": item["jobId"]}, {"jobId": {"S": "none"}}]},
                                           "agents": {"Keys": [{"agentId": {"S": "upsell-generator"}, "version": {"S": "#route"}}]}})
    assert got["Responses"]["jobs"] == [item] and len(got["Responses"]["agents"]) == 1


def test_scan_streams_the_history(sim):
    ddb = sim.client("dynamodb")
    first = ddb.scan(TableName="jobs")
    assert first["Count"] > 500 and first["LastEvaluatedKey"]
    second = ddb.scan(TableName="jobs", ExclusiveStartKey=first["LastEvaluatedKey"], Limit=50)
    assert second["Count"] == 50
    assert not {i["jobId"]["S"] for i in first["Items"]} & {i["jobId"]["S"] for i in second["Items"]}
    agents = ddb.scan(TableName="agents")["Items"]
    assert len([i for i in agents if i["version"]["S"] == "#route"]) == 6
    assert len([i for i in agents if i["version"]["S"][0] != "#"]) == 18


def test_describe_and_create_table(sim):
    ddb = sim.client("dynamodb")
    jobs = ddb.describe_table(TableName="jobs")["Table"]
    assert jobs["TableStatus"] == "ACTIVE" and jobs["GlobalSecondaryIndexes"][0]["IndexName"] == INDEX
    name = "t" + uuid.uuid4().hex
    ddb.create_table(TableName=name, BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
                     AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}])
    ddb.get_waiter("table_exists").wait(TableName=name)
    ddb.put_item(TableName=name, Item={"pk": {"S": "a"}, "n": {"N": "1"}})
    out = ddb.update_item(TableName=name, Key={"pk": {"S": "a"}}, UpdateExpression="SET #n = #n + :one REMOVE gone",
                          ExpressionAttributeNames={"#n": "n"}, ExpressionAttributeValues={":one": {"N": "1"}},
                          ReturnValues="ALL_NEW")
    assert out["Attributes"] == {"pk": {"S": "a"}, "n": {"N": "2"}}
    refused(ddb.put_item, "ConditionalCheckFailedException", TableName=name, Item={"pk": {"S": "a"}},
            ConditionExpression="attribute_not_exists(pk)")
    refused(ddb.get_item, "ResourceNotFoundException", TableName="no-such", Key={"pk": {"S": "a"}})


def move(ddb, agent, routes, rev, token=None):
    return dict(ClientRequestToken=token or uuid.uuid4().hex, TransactItems=[{"Update": {
        "TableName": "agents", "Key": {"agentId": {"S": agent}, "version": {"S": "#route"}},
        "ConditionExpression": "#rev = :rev AND attribute_not_exists(#lock)",
        "UpdateExpression": "SET #routes = :routes, #rev = :next",
        "ExpressionAttributeNames": {"#rev": "rev", "#lock": "lock", "#routes": "routes"},
        "ExpressionAttributeValues": {":rev": {"N": str(rev)}, ":next": {"N": str(rev + 1)}, ":routes": {"L": [
            {"M": {"version": {"S": v}, "weight": {"N": str(w)}}} for v, w in routes]}},
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}}])


def test_a_moved_pointer_moves_the_traffic(start_sim):
    sim = start_sim("--seed", "7", "--speed", "200")
    ddb = sim.client("dynamodb")
    ddb.transact_write_items(**move(ddb, "upsell-generator", [("2.0", 100)], 2))
    with pytest.raises(ddb.exceptions.TransactionCanceledException) as lost:
        ddb.transact_write_items(**move(ddb, "upsell-generator", [("2.2", 100)], 2))
    reason = lost.value.response["CancellationReasons"][0]
    assert reason["Code"] == "ConditionalCheckFailed" and reason["Item"]["rev"] == {"N": "3"}
    moved = now()
    deadline = time.monotonic() + 20
    versions = set()
    while not versions and time.monotonic() < deadline:
        time.sleep(0.5)
        versions = {i["agentVersion"]["S"] for i in by_status(ddb, "succeeded", moved)["Items"]
                    if i["agentId"]["S"] == "upsell-generator" and i["startedAt"]["S"] > iso(moved)}
    assert versions == {"2.0"}


# --- Logs


def test_filter_log_events_pages_to_the_end(sim):
    logs = sim.client("logs")
    begin = int((time.time() - 3600) * 1000)
    end = int(time.time() * 1000) - 5000
    every = logs.get_paginator("filter_log_events")
    # In a busy hour even the largest pages are more than one: a page ends at a megabyte.
    whole = [e for p in every.paginate(logGroupName=GROUP, startTime=begin, endTime=end) for e in p["events"]]
    pages = every.paginate(logGroupIdentifier=GROUP_ARN, startTime=begin, endTime=end, PaginationConfig={"PageSize": 50})
    paged = [e for p in pages for e in p["events"]]
    assert len(whole) > 100 and paged == whole
    assert len({e["eventId"] for e in whole}) == len(whole)
    assert all(begin <= e["timestamp"] <= end and e["ingestionTime"] > e["timestamp"] for e in whole)


def test_cost_lines_have_every_field_and_match_the_table(sim):
    logs, ddb = sim.client("logs"), sim.client("dynamodb")
    begin = int((time.time() - 3600) * 1000)
    lines = [json.loads(e["message"]) for e in
             logs.filter_log_events(logGroupName=GROUP, startTime=begin, filterPattern="COST_TRACKING")["events"]]
    by_json = logs.filter_log_events(logGroupName=GROUP, startTime=begin, endTime=int(time.time() * 1000) - 3000,
                                     filterPattern='{ $.message = "COST_TRACKING" && $.token_usage.input > 0 }')["events"]
    assert len(lines) >= len(by_json) > 20
    for name in ("level message trace_id job_id tenant_id persona_type agent_id agent_version model_id token_usage cost_cents "
                 "cache_hit duration_ms timestamp request_id").split():
        assert all(name in line for line in lines), name
    line = lines[0]
    item = ddb.get_item(TableName="jobs", Key={"jobId": {"S": line["job_id"]}})["Item"]
    assert item["traceId"]["S"] == line["trace_id"] and item["tenantId"]["S"] == line["tenant_id"]
    of_job = [x for x in lines if x["job_id"] == line["job_id"]]
    if item["status"]["S"] == "succeeded" and len(of_job) == 1 and item["retryCount"]["N"] == "0":
        assert int(item["tokens"]["M"]["input"]["N"]) == line["token_usage"]["input"]
        assert int(item["costMicroUsd"]["N"]) == round(line["cost_cents"] * 10000)


def test_groups_of_clients(sim):
    logs = sim.client("logs")
    name = "/test/" + uuid.uuid4().hex
    logs.create_log_group(logGroupName=name)
    refused(logs.create_log_group, "ResourceAlreadyExistsException", logGroupName=name)
    logs.create_log_stream(logGroupName=name, logStreamName="one")
    t = int(time.time() * 1000)
    logs.put_log_events(logGroupName=name, logStreamName="one", logEvents=[
        {"timestamp": t - 2, "message": "first \"quoted\" ⏳"}, {"timestamp": t - 1, "message": "second"}])
    got = logs.filter_log_events(logGroupName=name)["events"]
    assert [e["message"] for e in got] == ["first \"quoted\" ⏳", "second"]
    assert [e["message"] for e in logs.filter_log_events(logGroupName=name, filterPattern="-first")["events"]] == ["second"]
    old = logs.put_log_events(logGroupName=name, logStreamName="one", logEvents=[{"timestamp": t - 20 * 86400000, "message": "x"}])
    assert old["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1}
    found = logs.describe_log_groups(logGroupNamePrefix="/test/")["logGroups"]
    assert name in [g["logGroupName"] for g in found]
    refused(logs.filter_log_events, "ResourceNotFoundException", logGroupName="/none")
    refused(logs.filter_log_events, "InvalidParameterException", logGroupName=name, filterPattern="{ broken")


def test_live_tail_updates_every_second(sim):
    logs = sim.client("logs")
    name = "/tail/" + uuid.uuid4().hex
    logs.create_log_group(logGroupName=name)
    logs.create_log_stream(logGroupName=name, logStreamName="s")
    stream = logs.start_live_tail(logGroupIdentifiers=[GROUP_ARN.replace(GROUP, name)], logEventFilterPattern="wanted")["responseStream"]
    events, begun = iter(stream), time.monotonic()
    start = next(events)["sessionStart"]
    assert start["logGroupIdentifiers"] == [GROUP_ARN.replace(GROUP, name)] and start["logEventFilterPattern"] == "wanted"
    assert next(events)["sessionUpdate"]["sessionResults"] == []
    t = int(time.time() * 1000)
    logs.put_log_events(logGroupName=name, logStreamName="s", logEvents=[
        {"timestamp": t, "message": "wanted"}, {"timestamp": t, "message": "other"}])
    got, updates = [], 0
    for event in events:
        got += event["sessionUpdate"]["sessionResults"]
        updates += 1
        if updates == 3:
            break
    stream.close()
    assert [e["message"] for e in got] == ["wanted"]
    assert got[0]["logGroupIdentifier"] == "000000000000:" + name and got[0]["timestamp"] == t
    assert 2 < time.monotonic() - begun < 6


def test_live_tail_shows_what_filter_finds(start_sim):
    sim = start_sim("--seed", "7", "--speed", "240")
    logs = sim.client("logs")
    stream = logs.start_live_tail(logGroupIdentifiers=[GROUP_ARN])["responseStream"]
    tailed, updates, begun = [], 0, int(time.time() * 1000)
    for event in stream:
        tailed += event.get("sessionUpdate", {}).get("sessionResults", [])
        updates += "sessionUpdate" in event
        if updates == 5:
            break
    stream.close()
    found = logs.filter_log_events(logGroupName=GROUP, startTime=begun - 2000)["events"]
    assert len(tailed) > 20
    assert {(e["timestamp"], e["message"]) for e in tailed} <= {(e["timestamp"], e["message"]) for e in found}
    refused(logs.start_live_tail, "InvalidParameterException", logGroupIdentifiers=[GROUP])
    refused(logs.start_live_tail, "ResourceNotFoundException", logGroupIdentifiers=[GROUP_ARN + "-none"])


# --- CloudWatch


def metric(id_, name, stat, period=300, model=SONNET):
    return {"Id": id_, "MetricStat": {"Metric": {"Namespace": "AWS/Bedrock", "MetricName": name, "Dimensions": [
        {"Name": "ModelId", "Value": model}]}, "Period": period, "Stat": stat}}


def test_list_metrics(sim):
    cw = sim.client("cloudwatch")
    found = [m for p in cw.get_paginator("list_metrics").paginate(Namespace="AWS/Bedrock") for m in p["Metrics"]]
    assert {m["MetricName"] for m in found} >= {"Invocations", "InputTokenCount", "CacheReadInputTokenCount", "InvocationLatency"}
    assert SONNET in {d["Value"] for m in found for d in m["Dimensions"]}
    assert cw.list_metrics(Namespace="AWS/Bedrock", Dimensions=[{"Name": "ModelId", "Value": "none"}])["Metrics"] == []


def test_metric_data_agrees_with_the_log_lines(sim):
    cw, logs = sim.client("cloudwatch"), sim.client("logs")
    end = now().replace(minute=0, second=0, microsecond=0) - dt.timedelta(hours=1)
    begin = end - dt.timedelta(hours=2)
    queries = [metric("inv", "Invocations", "Sum"), metric("inp", "InputTokenCount", "Sum"), metric("avg", "InvocationLatency", "Average"),
               metric("p95", "InvocationLatency", "p95"), metric("low", "InvocationLatency", "Minimum"),
               metric("top", "InvocationLatency", "Maximum"), metric("cnt", "OutputTokenCount", "SampleCount")]
    got = cw.get_metric_data(StartTime=begin, EndTime=end, MetricDataQueries=queries, ScanBy="TimestampAscending")
    r = {x["Id"]: x for x in got["MetricDataResults"]}
    assert all(x["StatusCode"] == "Complete" and len(x["Values"]) == len(x["Timestamps"]) for x in r.values())
    lines = [json.loads(e["message"]) for p in logs.get_paginator("filter_log_events").paginate(
        logGroupName=GROUP, startTime=int(begin.timestamp() * 1000), endTime=int(end.timestamp() * 1000) - 1,
        filterPattern="COST_TRACKING") for e in p["events"]]
    mine = [x for x in lines if x["model_id"] == SONNET]
    assert sum(r["inp"]["Values"]) == sum(x["token_usage"]["input"] for x in mine)
    assert sum(r["cnt"]["Values"]) == len(mine)
    assert all(t.second == 0 and t.minute % 5 == 0 and begin <= t < end for t in r["inv"]["Timestamps"])
    for low, avg, p95, top in zip(*(r[k]["Values"] for k in ("low", "avg", "p95", "top"))):
        assert low <= avg <= top and low <= p95 <= top
    down = cw.get_metric_data(StartTime=begin, EndTime=end, MetricDataQueries=queries[:1])["MetricDataResults"][0]
    assert down["Values"] == r["inv"]["Values"][::-1]
    pages = [cw.get_metric_data(StartTime=begin, EndTime=end, MetricDataQueries=queries[:2], MaxDatapoints=20)]
    while "NextToken" in pages[-1]:
        pages.append(cw.get_metric_data(StartTime=begin, EndTime=end, MetricDataQueries=queries[:2], MaxDatapoints=20,
                                        NextToken=pages[-1]["NextToken"]))
    assert len(pages) > 1
    assert sum(sum(x["Values"]) for p in pages for x in p["MetricDataResults"] if x["Id"] == "inv") == sum(r["inv"]["Values"])


def test_metric_rules(sim):
    cw = sim.client("cloudwatch")
    old = now() - dt.timedelta(days=20)
    fine, coarse = (cw.get_metric_data(StartTime=old, EndTime=old + dt.timedelta(hours=6), MetricDataQueries=[
        metric("a", "Invocations", "Sum", period)])["MetricDataResults"][0]["Values"] for period in (60, 300))
    assert fine == [] and coarse != []
    span = dict(StartTime=now() - dt.timedelta(hours=6), EndTime=now())
    total = cw.get_metric_data(**span, MetricDataQueries=[{"Id": "all", "Expression":
        "SUM(SEARCH('{AWS/Bedrock,ModelId} MetricName=\"Invocations\"', 'Sum', 3600))"}])["MetricDataResults"][0]["Values"]
    one = cw.get_metric_data(**span, MetricDataQueries=[metric("a", "Invocations", "Sum", 3600)])["MetricDataResults"][0]["Values"]
    assert sum(total) > sum(one) > 0
    refused(cw.get_metric_data, "ValidationError", **span, MetricDataQueries=[{"Id": "x", "Expression": "FOO(1)"}])
    refused(cw.get_metric_data, "ValidationError", **span, MetricDataQueries=[metric("Bad", "Invocations", "Sum")])
    refused(cw.get_metric_data, "ValidationError", **span, MetricDataQueries=[metric("a", "Invocations", "tm95")])
    refused(cw.get_metric_data, "ValidationError", **span, MetricDataQueries=[metric("a", "Invocations", "Sum", 90)])
    refused(cw.get_metric_data, "ValidationError", StartTime=old, EndTime=now(), MetricDataQueries=[
        metric(f"a{i}", "Invocations", "Sum", 300) for i in range(400)])
    refused(cw.get_metric_data, "ValidationError", StartTime=now(), EndTime=old, MetricDataQueries=[metric("a", "Invocations", "Sum")])


def test_put_metric_data(sim):
    cw = sim.client("cloudwatch")
    t = now().replace(second=0, microsecond=0) - dt.timedelta(minutes=5)
    dims = [{"Name": "agent", "Value": "x"}, {"Name": "Stage", "Value": "prod"}]
    cw.put_metric_data(Namespace="Mine", MetricData=[
        {"MetricName": "Score", "Timestamp": t, "Value": 2.5, "Dimensions": dims},
        {"MetricName": "Score", "Timestamp": t, "Values": [1.5, 4], "Counts": [1, 1], "Dimensions": dims[::-1]}])
    r = cw.get_metric_data(StartTime=t, EndTime=t + dt.timedelta(minutes=1), MetricDataQueries=[
        {"Id": i, "MetricStat": {"Metric": {"Namespace": "Mine", "MetricName": "Score", "Dimensions": dims}, "Period": 60, "Stat": s}}
        for i, s in (("s", "Sum"), ("m", "Maximum"), ("p", "p50"))])["MetricDataResults"]
    assert [x["Values"] for x in r] == [[8.0], [4.0], [2.5]]
    refused(cw.put_metric_data, "InvalidParameterValue", Namespace="AWS/Bedrock", MetricData=[{"MetricName": "x", "Value": 1}])


# --- STS and Bedrock


def test_caller_identity(sim):
    who = sim.client("sts").get_caller_identity()
    assert who["Account"] == "000000000000" and who["Arn"].startswith("arn:aws:sts::000000000000:assumed-role/")
    assert who["ResponseMetadata"]["RequestId"]


def test_foundation_models(sim):
    models = sim.client("bedrock").list_foundation_models()["modelSummaries"]
    assert {m["modelId"] for m in models} >= {"amazon.nova-pro-v1:0", "anthropic.claude-sonnet-4-5-20250929-v1:0"}
    assert all(m["modelLifecycle"]["status"] == "ACTIVE" for m in models)


def ask(text):
    return dict(modelId=SONNET, messages=[{"role": "user", "content": [{"text": text}]}])


def test_converse_is_deterministic(sim):
    runtime = sim.client("bedrock-runtime")
    a, b = runtime.converse(**ask("hello")), runtime.converse(**ask("hello"))
    assert a["output"] == b["output"] and a["output"] != runtime.converse(**ask("other"))["output"]
    assert a["stopReason"] == "end_turn" and a["usage"]["totalTokens"] == a["usage"]["inputTokens"] + a["usage"]["outputTokens"]
    cut = runtime.converse(**ask("hello"), inferenceConfig={"maxTokens": 5})
    assert cut["stopReason"] == "max_tokens" and cut["usage"]["outputTokens"] == 5
    assert a["output"]["message"]["content"][0]["text"].startswith(cut["output"]["message"]["content"][0]["text"])
    refused(runtime.converse, "ValidationException", modelId="no.such-model", messages=ask("x")["messages"])
    refused(runtime.converse, "ValidationException", modelId=SONNET, messages=[{"role": "assistant", "content": [{"text": "x"}]}])


def test_converse_caches_prompts(sim):
    runtime = sim.client("bedrock-runtime")
    request = dict(ask("hi"), system=[{"text": "rules " * 200 + uuid.uuid4().hex}, {"cachePoint": {"type": "default", "ttl": "1h"}}])
    first, second = runtime.converse(**request)["usage"], runtime.converse(**request)["usage"]
    assert first["cacheWriteInputTokens"] > 200 and first["cacheReadInputTokens"] == 0
    assert first["cacheDetails"] == [{"ttl": "1h", "inputTokens": first["cacheWriteInputTokens"]}]
    assert second["cacheReadInputTokens"] == first["cacheWriteInputTokens"] and second["cacheWriteInputTokens"] == 0


def test_converse_stream_says_the_same(sim):
    runtime = sim.client("bedrock-runtime")
    whole = runtime.converse(**ask("stream"), inferenceConfig={"maxTokens": 40})
    begun = time.monotonic()
    events = list(runtime.converse_stream(**ask("stream"), inferenceConfig={"maxTokens": 40})["stream"])
    took = time.monotonic() - begun
    kinds = [next(iter(e)) for e in events]
    assert kinds[0] == "messageStart" and kinds[-3:] == ["contentBlockStop", "messageStop", "metadata"]
    text = "".join(e["contentBlockDelta"]["delta"]["text"] for e in events if "contentBlockDelta" in e)
    assert text == whole["output"]["message"]["content"][0]["text"]
    assert events[-2]["messageStop"]["stopReason"] == whole["stopReason"]
    assert events[-1]["metadata"]["usage"]["outputTokens"] == kinds.count("contentBlockDelta") == whole["usage"]["outputTokens"]
    assert took > 0.02 * whole["usage"]["outputTokens"]


# --- refusals


@pytest.mark.parametrize("service, call, unknown, mismatch, status", [
    ("dynamodb", "list_tables", "UnrecognizedClientException", "InvalidSignatureException", 400),
    ("logs", "describe_log_groups", "UnrecognizedClientException", "InvalidSignatureException", 400),
    ("cloudwatch", "list_metrics", "UnrecognizedClientException", "InvalidSignatureException", 400),
    ("bedrock", "list_foundation_models", "UnrecognizedClientException", "InvalidSignatureException", 403),
    ("sts", "get_caller_identity", "InvalidClientTokenId", "SignatureDoesNotMatch", 403),
])
def test_wrong_keys_are_refused(sim, service, call, unknown, mismatch, status):
    refused(getattr(sim.client(service, aws_secret_access_key="wrong"), call), mismatch, status)
    refused(getattr(sim.client(service, aws_access_key_id="AKIANOBODYNOBODYNOBO"), call), unknown, status)
    refused(getattr(sim.client(service, region_name="nowhere"), call), mismatch, status)


@pytest.mark.parametrize("service, call, request_, code", [
    ("dynamodb", "describe_limits", {}, "UnknownOperationException"),
    ("logs", "describe_destinations", {}, "UnknownOperationException"),
    ("cloudwatch", "list_dashboards", {}, "UnknownOperationException"),
    ("bedrock", "list_custom_models", {}, "UnknownOperationException"),
    ("sts", "get_session_token", {}, "InvalidAction"),
    ("sqs", "list_queues", {}, "UnknownOperationException"),
])
def test_unknown_operations_get_their_protocols_error(sim, service, call, request_, code):
    with pytest.raises(ClientError) as e:
        getattr(sim.client(service), call)(**request_)
    assert e.value.response["Error"]["Code"] == code
    assert e.value.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 404)
    assert e.value.response["ResponseMetadata"]["RequestId"]


def raw(sim, headers, body=b"{}", method="POST", path="/"):
    host = sim.url.removeprefix("http://")
    c = http.client.HTTPConnection(host, timeout=10)
    c.request(method, path, body, headers)
    r = c.getresponse()
    return r.status, r.read().decode(), r.headers


def signed(sim, service, target, body, skew_s=0, content="application/x-amz-json-1.1"):
    import datetime
    from unittest import mock
    import botocore.auth
    import botocore.awsrequest
    import botocore.credentials
    request = botocore.awsrequest.AWSRequest("POST", sim.url + "/", data=body, headers={"Content-Type": content, "X-Amz-Target": target})
    keys = botocore.credentials.Credentials(sim.env["AWS_ACCESS_KEY_ID"], sim.env["AWS_SECRET_ACCESS_KEY"])
    at = datetime.datetime.now(UTC) + datetime.timedelta(seconds=skew_s)
    with mock.patch("botocore.auth.get_current_datetime", lambda *a, **k: at.replace(tzinfo=None)):
        botocore.auth.SigV4Auth(keys, service, "us-east-1").add_auth(request)
    return dict(request.headers)


def test_unsigned_and_malformed_requests(sim):
    status, body, _ = raw(sim, {"X-Amz-Target": "Logs_20140328.DescribeLogGroups", "Content-Type": "application/x-amz-json-1.1"})
    assert status == 400 and json.loads(body)["__type"] == "MissingAuthenticationTokenException"
    status, body, _ = raw(sim, {"X-Amz-Target": "Logs_20140328.DescribeLogGroups", "Authorization": "AWS4-HMAC-SHA256 nonsense"})
    assert status == 400 and json.loads(body)["__type"] == "IncompleteSignatureException"
    for text in (b"{", b"[]", b"\xff", b'{"a":1}x'):
        headers = signed(sim, "logs", "Logs_20140328.DescribeLogGroups", text)
        status, body, got = raw(sim, headers, text)
        assert status == 400 and json.loads(body)["__type"] == "SerializationException" and got["x-amzn-requestid"]
    status, body, _ = raw(sim, signed(sim, "logs", "Logs_20140328.DescribeLogGroups", b"{}"), b'{"a":1}')
    assert status == 400 and json.loads(body)["__type"] == "InvalidSignatureException"


@pytest.mark.parametrize("skew, text", [(-400, "Signature expired: "), (400, "Signature not yet current: ")])
def test_skew_is_told(sim, skew, text):
    headers = signed(sim, "logs", "Logs_20140328.DescribeLogGroups", b"{}", skew)
    status, body, got = raw(sim, headers, b"{}")
    answer = json.loads(body)
    assert status == 400 and answer["__type"] == "InvalidSignatureException" and answer["message"].startswith(text)
    assert got["Date"]


# --- the fleet's clock


def test_same_seed_and_clock_same_answers(start_sim):
    args = ("--seed", "11", "--clock", "2026-03-14T12:00:00Z", "--speed", "0")
    a, b = start_sim(*args), start_sim(*args)
    answers = []
    for sim in (a, b):
        ddb, logs = sim.client("dynamodb"), sim.client("logs")
        clock = dt.datetime(2026, 3, 14, 11, tzinfo=UTC)
        jobs = by_status(ddb, "succeeded", clock)["Items"]
        lines = logs.filter_log_events(logGroupName=GROUP, startTime=int(clock.timestamp() * 1000))["events"]
        answers.append((sim.env["AWS_ACCESS_KEY_ID"], jobs, lines, ddb.scan(TableName="agents")["Items"]))
        assert jobs and max(i["updatedAt"]["S"] for i in jobs) <= "2026-03-14T12:00:00.000Z"
    assert answers[0] == answers[1]


def test_bad_release_moves_the_pointer(start_sim):
    sim = start_sim("--seed", "7", "--scenario", "bad-release", "--speed", "240")      # four minutes are one second
    ddb = sim.client("dynamodb")
    key = {"agentId": {"S": "upsell-generator"}, "version": {"S": "#route"}}
    before = ddb.get_item(TableName="agents", Key=key)["Item"]
    assert before["routes"]["L"] in ([{"M": {"version": {"S": v}, "weight": {"N": "100"}}}] for v in ("2.1", "2.2"))
    deadline = time.monotonic() + 45         # a job fails after its third try, some twelve seconds on
    codes = []
    while "ToolSchemaError" not in codes and time.monotonic() < deadline:
        time.sleep(0.5)
        codes = [i["error"]["M"]["code"]["S"] for i in by_status(ddb, "failed", now() - dt.timedelta(minutes=1))["Items"]
                 if i["agentId"]["S"] == "upsell-generator" and i["agentVersion"]["S"] == "2.2"]
    after = ddb.get_item(TableName="agents", Key=key)["Item"]
    assert after["routes"]["L"] == [{"M": {"version": {"S": "2.2"}, "weight": {"N": "100"}}}]
    assert int(after["rev"]["N"]) == int(before["rev"]["N"]) + 2
    assert "ToolSchemaError" in codes
    released = ddb.get_item(TableName="agents", Key=dict(key, version={"S": "2.2"}))["Item"]
    assert released["status"] == {"S": "production"}


def test_it_stops_in_order(start_sim):
    sim = start_sim("--seed", "7")
    logs = sim.client("logs")
    stream = logs.start_live_tail(logGroupIdentifiers=[GROUP_ARN])["responseStream"]
    next(iter(stream))
    assert sim.stop() == 0
