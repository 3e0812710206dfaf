"""DynamoDB Streams of the simulated region, asked by an unmodified SDK."""
import datetime
import time

import pytest

exceptions = pytest.importorskip("botocore.exceptions")
deserializer = pytest.importorskip("boto3.dynamodb.types").TypeDeserializer()
CLOCK = "2026-11-18T13:30:00Z"


@pytest.fixture
def held(start_sim):
    return start_sim("--seed", "7", "--clock", CLOCK, "--speed", "0")


def code_of(call):
    with pytest.raises(exceptions.ClientError) as e:
        call()
    return e.value.response["Error"]["Code"]


class Stream:
    def __init__(self, sim, table):
        self.ddb, self.client = sim.client("dynamodb"), sim.client("dynamodbstreams")
        self.arn = self.ddb.describe_table(TableName=table)["Table"]["LatestStreamArn"]

    def shards(self):
        return self.client.describe_stream(StreamArn=self.arn)["StreamDescription"]["Shards"]

    def iterator(self, shard=None, kind="TRIM_HORIZON", **more):
        shard = shard or self.shards()[-1]
        return self.client.get_shard_iterator(StreamArn=self.arn, ShardId=shard["ShardId"], ShardIteratorType=kind, **more)["ShardIterator"]

    def read(self, iterator, limit=1000):
        """All that is there; and the iterator to go on with, or None at the end of a closed shard."""
        records = []
        while True:
            page = self.client.get_records(ShardIterator=iterator, Limit=limit)
            records += page["Records"]
            iterator = page.get("NextShardIterator")
            if not iterator or not page["Records"]:
                return records, iterator

    def all(self, limit=1000):
        return [r for s in self.shards() for r in self.read(self.iterator(s), limit)[0]]


def plain(item):
    return {k: deserializer.deserialize(v) for k, v in item.items()}


def test_tables_say_that_they_have_a_stream(held):
    for table in ("agents", "jobs"):
        shown = held.client("dynamodb").describe_table(TableName=table)["Table"]
        assert shown["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
        assert shown["LatestStreamArn"] == f"{shown['TableArn']}/stream/{shown['LatestStreamLabel']}"
        described = held.client("dynamodbstreams").describe_stream(StreamArn=shown["LatestStreamArn"])["StreamDescription"]
        assert described["TableName"] == table and described["StreamStatus"] == "ENABLED"
        assert described["StreamLabel"] == shown["LatestStreamLabel"] and described["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    assert "LatestStreamArn" not in held.client("dynamodb").describe_table(TableName="seismo-locks")["Table"]


def test_writes_come_with_their_images(held):
    stream = Stream(held, "agents")
    start = stream.iterator(kind="LATEST")
    key = {"agentId": {"S": "mine"}, "version": {"S": "1"}}
    stream.ddb.put_item(TableName="agents", Item={**key, "n": {"N": "1"}})
    stream.ddb.update_item(TableName="agents", Key=key, UpdateExpression="SET n = :n", ExpressionAttributeValues={":n": {"N": "2"}})
    stream.ddb.update_item(TableName="agents", Key=key, UpdateExpression="SET n = :n", ExpressionAttributeValues={":n": {"N": "2"}})
    stream.ddb.put_item(TableName="seismo-locks", Item={"pointer": {"S": "p"}, "sk": {"S": "s"}})
    with pytest.raises(exceptions.ClientError):
        stream.ddb.put_item(TableName="agents", Item={**key, "n": {"N": "3"}}, ConditionExpression="attribute_not_exists(agentId)")
    stream.ddb.delete_item(TableName="agents", Key=key)
    stream.ddb.delete_item(TableName="agents", Key=key)
    records, after = stream.read(start)
    assert [r["eventName"] for r in records] == ["INSERT", "MODIFY", "REMOVE"] and after
    first, second, third = (r["dynamodb"] for r in records)
    assert all(d["Keys"] == key for d in (first, second, third))
    assert "OldImage" not in first and first["NewImage"]["n"] == {"N": "1"}
    assert second["OldImage"] == first["NewImage"] and second["NewImage"]["n"] == {"N": "2"}
    assert third["OldImage"] == second["NewImage"] and "NewImage" not in third
    assert first["SequenceNumber"] < second["SequenceNumber"] < third["SequenceNumber"]
    assert len({r["eventID"] for r in records}) == 3
    assert first["ApproximateCreationDateTime"] == datetime.datetime.fromisoformat(CLOCK.replace("Z", "+00:00"))
    assert stream.read(after) [0] == []
    stream.ddb.put_item(TableName="agents", Item=key)
    assert [r["eventName"] for r in stream.read(after)[0]] == ["INSERT"]


def test_a_transaction_is_there_as_a_whole_or_not_at_all(held):
    stream = Stream(held, "agents")
    start = stream.iterator(kind="LATEST")

    def put(n, **more):
        return {"Put": {"TableName": "agents", "Item": {"agentId": {"S": "mine"}, "version": {"S": str(n)}}, **more}}
    with pytest.raises(exceptions.ClientError):
        stream.ddb.transact_write_items(TransactItems=[put(1), put(2, ConditionExpression="attribute_exists(agentId)")])
    assert stream.read(start)[0] == []
    stream.ddb.transact_write_items(TransactItems=[put(1), put(2)])
    stream.ddb.batch_write_item(RequestItems={"agents": [{"PutRequest": {"Item": put(3)["Put"]["Item"]}},
                                                         {"DeleteRequest": {"Key": put(1)["Put"]["Item"]}}]})
    assert [(r["eventName"], r["dynamodb"]["Keys"]["version"]["S"]) for r in stream.read(start)[0]] == [
        ("INSERT", "1"), ("INSERT", "2"), ("INSERT", "3"), ("REMOVE", "1")]


def test_the_fleets_jobs_live_in_the_stream_as_in_the_table(held):
    stream = Stream(held, "jobs")
    records = [r for s in stream.shards()[-3:-1] for r in stream.read(stream.iterator(s))[0]]
    sequences = [r["dynamodb"]["SequenceNumber"] for r in records]
    assert sequences == sorted(set(sequences)) and len(records) > 2000
    life = {}
    for r in records:
        life.setdefault(r["dynamodb"]["Keys"]["jobId"]["S"], []).append(r)
    whole = [events for events in life.values() if events[0]["eventName"] == "INSERT"]
    assert len(whole) > 0.98 * len(life)                      # these hours begin in the middle of a few
    for events in whole:
        assert [e["eventName"] for e in events] == ["INSERT"] + ["MODIFY"] * (len(events) - 1)
        for a, b in zip(events, events[1:]):
            assert b["dynamodb"]["OldImage"] == a["dynamodb"]["NewImage"]
    names = [plain(e["dynamodb"]["NewImage"])["status"] for e in whole[0]]
    assert names[0] == "queued" and names[-1] in ("succeeded", "failed", "cancelled")
    done = [j for j, events in life.items() if plain(events[-1]["dynamodb"]["NewImage"])["status"] not in ("queued", "running")]
    for job in done[::100]:
        assert stream.ddb.get_item(TableName="jobs", Key={"jobId": {"S": job}})["Item"] == life[job][-1]["dynamodb"]["NewImage"]


def test_pages_of_any_size_have_the_same_records(held):
    stream = Stream(held, "jobs")
    shard = stream.shards()[2]
    whole, end = stream.read(stream.iterator(shard))
    assert end is None and len(whole) > 500
    some, at = [], stream.iterator(shard)
    while at and len(some) < 300:
        page = stream.client.get_records(ShardIterator=at, Limit=7)
        some += page["Records"]
        at = page["NextShardIterator"]
    assert some == whole[:len(some)]


def test_a_client_that_writes_a_job_takes_it_over(held):
    stream = Stream(held, "jobs")
    job = stream.ddb.query(TableName="jobs", IndexName="status-updatedAt-index", KeyConditionExpression="#s = :s",
                           ExpressionAttributeNames={"#s": "status"}, ExpressionAttributeValues={":s": {"S": "succeeded"}},
                           ScanIndexForward=False, Limit=1)["Items"][0]
    start = stream.iterator(kind="LATEST")
    stream.ddb.update_item(TableName="jobs", Key={"jobId": job["jobId"]}, UpdateExpression="SET note = :n",
                           ExpressionAttributeValues={":n": {"S": "mine"}})
    record, = stream.read(start)[0]
    assert record["eventName"] == "MODIFY" and record["dynamodb"]["OldImage"] == job
    assert record["dynamodb"]["NewImage"] == {**job, "note": {"S": "mine"}}


def test_a_release_is_in_the_stream(start_sim):
    sim = start_sim("--seed", "7", "--scenario", "bad-release", "--speed", "240")
    stream, records = Stream(sim, "agents"), []
    for _ in range(20):
        records = [r for r in stream.all() if r["dynamodb"]["Keys"]["version"]["S"] == "#route"]
        if records:
            break
        time.sleep(0.3)
    assert [plain(r["dynamodb"]["NewImage"])["routes"][0]["version"] for r in records] == ["2.2"]
    assert [plain(r["dynamodb"]["OldImage"])["routes"][0]["version"] for r in records] == ["2.1"]


def test_shards_are_a_chain_of_a_day(held):
    stream = Stream(held, "jobs")
    shards = stream.shards()
    assert len(shards) == 7
    assert all(b["ParentShardId"] == a["ShardId"] for a, b in zip(shards, shards[1:]))
    assert all("EndingSequenceNumber" in s["SequenceNumberRange"] for s in shards[:-1])
    assert "EndingSequenceNumber" not in shards[-1]["SequenceNumberRange"]
    paged, more = [], {}
    while True:
        page = stream.client.describe_stream(StreamArn=stream.arn, Limit=3, **more)["StreamDescription"]
        paged += page["Shards"]
        if "LastEvaluatedShardId" not in page:
            break
        more = {"ExclusiveStartShardId": page["LastEvaluatedShardId"]}
    assert paged == shards
    for shard in shards:
        page = stream.client.get_records(ShardIterator=stream.iterator(shard), Limit=50)["Records"]
        numbers = [r["dynamodb"]["SequenceNumber"] for r in page]
        assert numbers and all(n >= shard["SequenceNumberRange"]["StartingSequenceNumber"] for n in numbers)


def test_iterators_of_all_four_kinds(held):
    stream = Stream(held, "jobs")
    shard = stream.shards()[-1]
    whole = stream.read(stream.iterator(shard))[0]
    number = whole[10]["dynamodb"]["SequenceNumber"]
    assert stream.read(stream.iterator(shard, "AT_SEQUENCE_NUMBER", SequenceNumber=number))[0] == whole[10:]
    assert stream.read(stream.iterator(shard, "AFTER_SEQUENCE_NUMBER", SequenceNumber=number))[0] == whole[11:]
    assert stream.read(stream.iterator(shard, "LATEST"))[0] == []
    assert code_of(lambda: stream.iterator(shard, "AT_SEQUENCE_NUMBER")) == "ValidationException"
    assert code_of(lambda: stream.iterator(stream.shards()[1], "AT_SEQUENCE_NUMBER", SequenceNumber=number)) == "ValidationException"
    assert code_of(lambda: stream.iterator(shard, "SOMEWHERE")) == "ValidationException"


def test_what_a_day_old_is_gone(held, start_sim):
    stream = Stream(held, "jobs")
    first = stream.shards()[0]
    number = first["SequenceNumberRange"]["StartingSequenceNumber"]         # 12:00 yesterday, an hour and a half too long ago
    assert code_of(lambda: stream.iterator(first, "AT_SEQUENCE_NUMBER", SequenceNumber=number)) == "TrimmedDataAccessException"
    oldest = stream.read(stream.iterator(first))[0][0]["dynamodb"]["ApproximateCreationDateTime"]
    assert oldest >= datetime.datetime.fromisoformat("2026-11-17T13:30:00+00:00")
    later = Stream(start_sim("--seed", "7", "--clock", "2026-11-19T18:00:00Z", "--speed", "0"), "jobs")
    assert code_of(lambda: later.iterator(first)) == "ResourceNotFoundException"


def test_an_iterator_holds_a_quarter_of_an_hour(held, start_sim):
    iterator = Stream(held, "jobs").iterator()
    for clock, code in (("2026-11-18T13:44:00Z", None), ("2026-11-18T13:46:00Z", "ExpiredIteratorException")):
        later = start_sim("--seed", "7", "--clock", clock, "--speed", "0").client("dynamodbstreams")
        if code:
            assert code_of(lambda: later.get_records(ShardIterator=iterator)) == code
        else:
            assert later.get_records(ShardIterator=iterator)["Records"]


def test_what_is_not_there(held):
    stream = Stream(held, "jobs")
    assert code_of(lambda: stream.client.describe_stream(StreamArn=stream.arn.replace("jobs", "nowhere"))) == "ResourceNotFoundException"
    assert code_of(lambda: stream.client.describe_stream(StreamArn=stream.arn.replace("us-east-1", "eu-west-1"))) == "ResourceNotFoundException"
    assert code_of(lambda: stream.iterator({"ShardId": "shardId-00000000000000000000-00000000"})) == "ResourceNotFoundException"
    assert code_of(lambda: stream.client.get_records(ShardIterator="x" * 40)) == "ValidationException"
    assert code_of(lambda: stream.client.get_records(ShardIterator=stream.iterator(), Limit=1001)) == "ValidationException"
    assert code_of(lambda: stream.client.describe_stream(StreamArn=stream.arn, Limit=101)) == "ValidationException"
