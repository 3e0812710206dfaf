"""Queues, events and functions of the simulated pipeline, asked by an unmodified SDK."""
import base64
import hashlib
import json
import time

import pytest

botocore_exceptions = pytest.importorskip("botocore.exceptions")

STAGES = ("prep", "evaluation", "deployment", "inference")


def error_of(call, **args):
    with pytest.raises(botocore_exceptions.ClientError) as e:
        call(**args)
    return e.value.response["ResponseMetadata"]["HTTPStatusCode"], e.value.response["Error"]["Code"]


@pytest.fixture(scope="module")
def own(seismo):
    from conftest import SimProcess
    running = SimProcess(seismo, "--seed", "13")
    yield running
    running.stop()


def attributes(sqs, name):
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]


def test_each_stage_has_a_queue_and_dead_letters(sim):
    sqs = sim.client("sqs")
    for stage in STAGES:
        _, a = attributes(sqs, f"fleet-{stage}")
        policy = json.loads(a["RedrivePolicy"])
        _, dead = attributes(sqs, f"fleet-{stage}-dlq")
        assert policy["deadLetterTargetArn"] == dead["QueueArn"]
        assert json.loads(dead["RedriveAllowPolicy"])["sourceQueueArns"] == [a["QueueArn"]]
        assert int(a["ApproximateNumberOfMessages"]) >= 0 and int(dead["ApproximateNumberOfMessages"]) > 0
    url, _ = attributes(sqs, "fleet-prep")
    assert list(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]) == ["QueueArn"]


def test_depth_and_age_move(start_sim):
    """At other times of the fleet's clock a queue has other depths, and the oldest message is as old as its consumers are late."""
    depths = set()
    for hour in range(6):
        sqs = start_sim("--seed", "7", "--speed", "0", "--clock", f"2026-03-10T1{hour}:05:00Z").client("sqs")
        url, a = attributes(sqs, "fleet-evaluation")
        depths.add(a["ApproximateNumberOfMessages"])
        m = sqs.receive_message(QueueUrl=url, VisibilityTimeout=0, MessageSystemAttributeNames=["All"])["Messages"][0]
        import datetime
        now = datetime.datetime(2026, 3, 10, 10 + hour, 5, tzinfo=datetime.timezone.utc).timestamp()
        age = now - int(m["Attributes"]["SentTimestamp"]) / 1000
        assert 0 <= age <= 1400
        assert abs(int(a["ApproximateNumberOfMessages"]) - age / 45) <= 3
    assert len(depths) > 1


def test_a_look_hides_nothing(own):
    sqs = own.client("sqs")
    url, before = attributes(sqs, "fleet-inference-dlq")
    first = sqs.receive_message(QueueUrl=url, VisibilityTimeout=0, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"])["Messages"]
    again = sqs.receive_message(QueueUrl=url, VisibilityTimeout=0, MaxNumberOfMessages=10, MessageSystemAttributeNames=["ApproximateReceiveCount"])["Messages"]
    assert len(first) == 10 and [m["MessageId"] for m in first] == [m["MessageId"] for m in again]
    assert list(again[0]["Attributes"]) == ["ApproximateReceiveCount"]
    assert int(again[0]["Attributes"]["ApproximateReceiveCount"]) == int(first[0]["Attributes"]["ApproximateReceiveCount"]) + 1
    assert first[0]["Attributes"]["DeadLetterQueueSourceArn"].endswith(":fleet-inference")
    for m in first:
        assert m["MD5OfBody"] == hashlib.md5(m["Body"].encode()).hexdigest() and json.loads(m["Body"])["error"]["code"]
    assert attributes(sqs, "fleet-inference-dlq")[1]["ApproximateNumberOfMessages"] == before["ApproximateNumberOfMessages"]
    hidden = sqs.receive_message(QueueUrl=url, VisibilityTimeout=2, MaxNumberOfMessages=3)["Messages"]
    after = attributes(sqs, "fleet-inference-dlq")[1]
    assert after["ApproximateNumberOfMessagesNotVisible"] == "3"
    assert int(after["ApproximateNumberOfMessages"]) == int(before["ApproximateNumberOfMessages"]) - 3
    seen = sqs.receive_message(QueueUrl=url, VisibilityTimeout=0, MaxNumberOfMessages=10)["Messages"]
    assert not {m["MessageId"] for m in hidden} & {m["MessageId"] for m in seen}
    time.sleep(2.1)
    assert attributes(sqs, "fleet-inference-dlq")[1]["ApproximateNumberOfMessagesNotVisible"] == "0"


def test_dead_letters_are_moved(own):
    sqs = own.client("sqs")
    _, before = attributes(sqs, "fleet-prep-dlq")
    arn, n = before["QueueArn"], int(before["ApproximateNumberOfMessages"])
    assert n > 5 and "Results" not in sqs.list_message_move_tasks(SourceArn=arn)
    task = sqs.start_message_move_task(SourceArn=arn, MaxNumberOfMessagesPerSecond=4)["TaskHandle"]
    now = sqs.list_message_move_tasks(SourceArn=arn)["Results"][0]
    assert (now["Status"], now["TaskHandle"], now["ApproximateNumberOfMessagesToMove"]) == ("RUNNING", task, n)
    assert now["MaxNumberOfMessagesPerSecond"] == 4 and abs(now["StartedTimestamp"] / 1000 - time.time()) < 30
    assert error_of(sqs.start_message_move_task, SourceArn=arn) == (400, "AWS.SimpleQueueService.UnsupportedOperation")
    moved, end = [], time.monotonic() + n / 4 + 10
    while now["Status"] == "RUNNING" and time.monotonic() < end:
        moved.append(now["ApproximateNumberOfMessagesMoved"])
        time.sleep(0.3)
        now = sqs.list_message_move_tasks(SourceArn=arn)["Results"][0]
    assert now["Status"] == "COMPLETED" and now["ApproximateNumberOfMessagesMoved"] == n and "TaskHandle" not in now
    assert moved == sorted(moved) and len(set(moved)) > 2
    assert attributes(sqs, "fleet-prep-dlq")[1]["ApproximateNumberOfMessages"] == "0"
    url = sqs.get_queue_url(QueueName="fleet-prep-dlq")["QueueUrl"]
    assert "Messages" not in sqs.receive_message(QueueUrl=url)
    sqs.start_message_move_task(SourceArn=arn, DestinationArn=arn.replace("-dlq", ""))
    assert len(sqs.list_message_move_tasks(SourceArn=arn, MaxResults=10)["Results"]) == 2


def test_queues_refuse(sim):
    sqs = sim.client("sqs")
    url, a = attributes(sqs, "fleet-prep")
    gone = (400, "AWS.SimpleQueueService.NonExistentQueue")
    assert error_of(sqs.get_queue_url, QueueName="nothing") == gone
    assert error_of(sqs.get_queue_url, QueueName="fleet-prep", QueueOwnerAWSAccountId="999999999999") == gone
    assert error_of(sqs.get_queue_attributes, QueueUrl=url + "x") == gone
    assert error_of(sqs.receive_message, QueueUrl=url + "x") == gone
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.get_queue_url(QueueName="nothing")
    assert error_of(sqs.get_queue_attributes, QueueUrl=url, AttributeNames=["Nonsense"]) == (400, "InvalidAttributeName")
    for wrong in (dict(MaxNumberOfMessages=11), dict(VisibilityTimeout=43201), dict(WaitTimeSeconds=21)):
        assert error_of(sqs.receive_message, QueueUrl=url, **wrong) == (400, "InvalidParameterValue")
    assert error_of(sqs.start_message_move_task, SourceArn=a["QueueArn"]) == (400, "InvalidParameterValue")
    assert error_of(sqs.start_message_move_task, SourceArn=a["QueueArn"] + "x") == (404, "ResourceNotFoundException")
    assert error_of(sqs.start_message_move_task, SourceArn=a["QueueArn"] + "-dlq", DestinationArn="arn:x") == (404, "ResourceNotFoundException")
    assert error_of(sqs.start_message_move_task, SourceArn=a["QueueArn"] + "-dlq", MaxNumberOfMessagesPerSecond=501) == (400, "InvalidParameterValue")
    assert error_of(sqs.list_message_move_tasks, SourceArn="arn:x") == (404, "ResourceNotFoundException")


def test_some_events_fail(sim):
    events = sim.client("events")
    good = dict(Source="seismo", DetailType="PointerMoved", Detail='{"agent": "a"}')
    wrong = [dict(good, Detail="{"), dict(good, Detail="[1]"), dict(good, Source="aws.s3"), dict(good, EventBusName="nowhere"),
             {k: v for k, v in good.items() if k != "DetailType"}]
    answer = events.put_events(Entries=[good, *wrong, dict(good, EventBusName="fleet")])
    codes = [e.get("ErrorCode") for e in answer["Entries"]]
    assert answer["FailedEntryCount"] == 5
    assert codes == [None, "MalformedDetail", "MalformedDetail", "NotAuthorizedForSource", "ResourceNotFoundException", "InvalidArgument", None]
    assert all(("EventId" in e) != ("ErrorCode" in e) for e in answer["Entries"])
    assert events.put_events(Entries=[good])["FailedEntryCount"] == 0
    assert error_of(events.put_events, Entries=[good] * 11) == (400, "ValidationException")
    assert error_of(events.put_events, Entries=[dict(good, Detail=json.dumps("x" * 30000))] * 9) == (400, "ValidationException")


def test_functions_answer(sim):
    client = sim.client("lambda")
    got = client.invoke(FunctionName="fleet-evaluation", Qualifier="live", Payload=b'{"caf\xc3\xa9": 1}', LogType="Tail")
    assert got["StatusCode"] == 200 and got["ExecutedVersion"] == "11" and "FunctionError" not in got
    assert json.loads(got["Payload"].read())["received"] == {"caf\u00e9": 1}
    assert base64.b64decode(got["LogResult"]).startswith(b"START RequestId")
    bad = client.invoke(FunctionName="fleet-evaluation", Payload=b'{"fail": true}')
    assert (bad["StatusCode"], bad["FunctionError"]) == (200, "Unhandled") and json.loads(bad["Payload"].read())["errorType"]
    assert client.invoke(FunctionName="fleet-prep", InvocationType="Event", Payload=b"{}")["StatusCode"] == 202
    assert client.invoke(FunctionName="fleet-prep", InvocationType="DryRun")["StatusCode"] == 204
    arn = "arn:aws:lambda:us-east-1:000000000000:function:fleet-prep"
    for name, version in ((arn, "$LATEST"), (arn + ":live", "7"), ("000000000000:function:fleet-prep:3", "3"), ("fleet-prep", "$LATEST")):
        assert client.invoke(FunctionName=name)["ExecutedVersion"] == version
    assert error_of(client.invoke, FunctionName="nothing") == (404, "ResourceNotFoundException")
    assert error_of(client.invoke, FunctionName="fleet-prep", Qualifier="99") == (404, "ResourceNotFoundException")
    assert error_of(client.invoke, FunctionName="fleet-prep", Qualifier="gone") == (404, "ResourceNotFoundException")
    assert error_of(client.invoke, FunctionName="fleet-prep", Payload=b"{") == (400, "InvalidRequestContentException")
    big = b'"' + b"x" * (6 << 20) + b'"'
    assert error_of(client.invoke, FunctionName="fleet-prep", Payload=big) == (413, "RequestTooLargeException")
    assert error_of(client.invoke, FunctionName="fleet-prep", Payload=big[:2 << 20] + b'"', InvocationType="Event") == (413, "RequestTooLargeException")


def test_aliases_split_and_end_splitting(own):
    client = own.client("lambda")
    name = "fleet-inference-router"
    pages = list(client.get_paginator("list_aliases").paginate(FunctionName=name, PaginationConfig={"PageSize": 1}))
    aliases = {a["Name"]: a for p in pages for a in p["Aliases"]}
    assert len(pages) == 2 and {n: a["FunctionVersion"] for n, a in aliases.items()} == {"candidate": "31", "live": "30"}
    at = dict(FunctionName=name, Name="live")
    split = client.update_alias(RevisionId=aliases["live"]["RevisionId"], RoutingConfig={"AdditionalVersionWeights": {"31": 0.5}}, **at)
    assert split["RoutingConfig"] == {"AdditionalVersionWeights": {"31": 0.5}} and split["RevisionId"] != aliases["live"]["RevisionId"]
    assert split["AliasArn"].endswith(f":{name}:live") and split["Description"] == aliases["live"]["Description"]
    seen = [client.invoke(FunctionName=name, Qualifier="live")["ExecutedVersion"] for _ in range(40)]
    assert set(seen) == {"30", "31"}
    assert error_of(client.update_alias, RevisionId=aliases["live"]["RevisionId"], FunctionVersion="29", **at) == (412, "PreconditionFailedException")
    assert client.update_alias(Description="moved", **at)["RoutingConfig"] == split["RoutingConfig"]
    moved = client.update_alias(FunctionVersion="31", RoutingConfig={"AdditionalVersionWeights": {}}, **at)
    assert "RoutingConfig" not in moved and moved["FunctionVersion"] == "31" and moved["Description"] == "moved"
    assert [a["Name"] for a in client.list_aliases(FunctionName=name, FunctionVersion="30")["Aliases"]] == []
    weights = lambda w: dict(RoutingConfig={"AdditionalVersionWeights": w}, **at)
    assert error_of(client.update_alias, **weights({"30": 1.5})) == (400, "InvalidParameterValueException")
    assert error_of(client.update_alias, **weights({"30": 0.1, "29": 0.1})) == (400, "InvalidParameterValueException")
    assert error_of(client.update_alias, **weights({"31": 0.1})) == (400, "InvalidParameterValueException")
    assert error_of(client.update_alias, **weights({"99": 0.1})) == (404, "ResourceNotFoundException")
    assert error_of(client.update_alias, FunctionVersion="99", **at) == (404, "ResourceNotFoundException")
    assert error_of(client.update_alias, FunctionName=name, Name="nothing") == (404, "ResourceNotFoundException")
    assert error_of(client.list_aliases, FunctionName="nothing") == (404, "ResourceNotFoundException")
    assert error_of(client.list_aliases, FunctionName=name, Marker="x") == (400, "InvalidParameterValueException")
