"""DynamoDB's rows, whose inputs have types of their own, beside botocore: the same requests, and answers read the same."""
import json
import random

import pytest

import botomodel
import test_operations_botocore as rows
from test_operations_botocore import world  # noqa: F401  (a fixture)

OPS = {op["op"]: op for op in rows.OPS if op["service"] == "dynamodb"}
ROUNDS = rows.ROUNDS * 3


def value(rng, depth=0):
    """An attribute value of any of the types, numbers as DynamoDB keeps them: text."""
    kinds = ["S", "N", "BOOL", "NULL", "SS", "NS"] + (["M", "L"] if depth < 3 else [])
    kind = rng.choice(kinds)
    return {kind: {
        "S": lambda: rng.choice(botomodel.WORDS),
        "N": lambda: rng.choice(["0", "-7", "1.5", "123456789012345678901234567890.12345678", "1E-130"]),
        "BOOL": lambda: rng.random() < 0.5,
        "NULL": lambda: True,
        "SS": lambda: ["a", "b\u00e9"],
        "NS": lambda: ["1", "2.5"],
        "M": lambda: {k: value(rng, depth + 1) for k in rng.sample(["a", "b c", "\u00fc", "x.y"], 2)},
        "L": lambda: [value(rng, depth + 1) for _ in range(rng.randint(0, 3))],
    }[kind]()}


def item(rng):
    return {k: value(rng) for k in rng.sample(["jobId", "status", "tokens", "error", "ttl", "\u65e5"], rng.randint(1, 4))}


def key(rng):
    return {"agentId": {"S": rng.choice(botomodel.WORDS)}, "version": {"S": "#route"}}


def names(rng):
    return {"ExpressionAttributeNames": {"#s": "status", "#u": rng.choice(["updatedAt", "lock"])},
            "ExpressionAttributeValues": {":s": value(rng), ":n": {"N": "4"}}}


def some(rng, members):
    return {k: v for k, v in members.items() if rng.random() < 0.6}


def query(rng):
    """Of a table or of its index; only the table can be read consistently, and ours refuses to ask the other."""
    where = rng.choice([{"IndexName": "status-updatedAt-index"}, {"ConsistentRead": True}, {}])
    return {"TableName": "jobs", **names(rng), "KeyConditionExpression": "#s = :s AND #u > :n", **where,
            **some(rng, {"FilterExpression": "#u < :n", "ProjectionExpression": "#s,#u", "ExclusiveStartKey": key(rng), "Limit": 25,
                         "ScanIndexForward": False})}


def scan(rng):
    return {"TableName": "jobs", **some(rng, {"ExclusiveStartKey": key(rng), "Limit": 3, "ConsistentRead": True})}


def put(rng):
    return {"TableName": "agents", "Item": item(rng), **names(rng), "ConditionExpression": "attribute_not_exists(#s) OR #u = :n"}


def update(rng):
    return {"TableName": "agents", "Key": key(rng), "UpdateExpression": "SET #s = :s REMOVE #u", **names(rng),
            **some(rng, {"ConditionExpression": "#u = :n", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"})}


def check(rng):
    members = update(rng)
    del members["UpdateExpression"]
    return {**members, "ConditionExpression": "#u = :n"}


def transact(rng):
    kinds = [{"Put": put(rng)}, {"Update": update(rng)}, {"ConditionCheck": check(rng)}]
    return {"ClientRequestToken": "op-1", "TransactItems": rng.sample(kinds, rng.randint(1, 3))}


INPUTS = {
    "Query": query, "Scan": scan, "PutItem": put, "TransactWriteItems": transact,
    "GetItem": lambda rng: {"TableName": "agents", "Key": key(rng), **some(rng, {"ConsistentRead": True})},
    "BatchGetItem": lambda rng: {"RequestItems": {"agents": {"Keys": [key(rng) for _ in range(rng.randint(1, 4))]}}},
    "UpdateItem": lambda rng: {**update(rng), **some(rng, {"ReturnValues": "ALL_NEW"})},
    "DescribeTable": lambda rng: {"TableName": "jobs"},
}
# Of these ours always asks what they took: it counts what its own calls cost.
COUNTED = ("Query", "Scan", "GetItem", "BatchGetItem")
TABLE = {"TableName": "jobs", "TableStatus": "ACTIVE", "ItemCount": 7, "unknown": {"x": [1]}}
ANSWERS = {
    "Query": lambda rng: {"Items": [item(rng) for _ in range(rng.randint(0, 3))], "Count": 1, **some(rng, {"LastEvaluatedKey": key(rng)})},
    "GetItem": lambda rng: some(rng, {"Item": item(rng)}),
    "UpdateItem": lambda rng: some(rng, {"Attributes": item(rng)}),
    "BatchGetItem": lambda rng: {"Responses": {"agents": [item(rng)]},
                                 "UnprocessedKeys": some(rng, {"agents": {"Keys": [key(rng)]}})},
    "CreateTable": lambda rng: {"TableDescription": TABLE}, "DescribeTable": lambda rng: {"Table": TABLE},
    "PutItem": lambda rng: {}, "TransactWriteItems": lambda rng: {},
}
ANSWERS["Scan"] = ANSWERS["Query"]
# CreateTable's input names what a table of seismo can have; this is the same in the service's words.
CREATE = ({"TableName": "locks", "hash": "pointer", "range": "sk", "gsi": "by-sk", "gsi_hash": "sk", "gsi_range": "at"},
          {"TableName": "locks", "BillingMode": "PAY_PER_REQUEST",
           "AttributeDefinitions": [{"AttributeName": n, "AttributeType": "S"} for n in ("pointer", "sk", "at")],
           "KeySchema": [{"AttributeName": "pointer", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
           "GlobalSecondaryIndexes": [{"IndexName": "by-sk", "Projection": {"ProjectionType": "ALL"},
                                       "KeySchema": [{"AttributeName": "sk", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}]}]})


def body(value):
    return {"x-amzn-requestid": "r-1"}, json.dumps(value).encode()


def test_every_row_is_here():
    assert set(OPS) == set(INPUTS) | {"CreateTable"} == set(ANSWERS)


@pytest.mark.parametrize("name", sorted(OPS))
def test_request_is_the_one_that_botocore_builds(world, name):  # noqa: F811
    rng = random.Random(name)
    for _ in range(ROUNDS):
        plain, boto = CREATE if name == "CreateTable" else [INPUTS[name](rng)] * 2
        if name in COUNTED:
            boto = {**boto, "ReturnConsumedCapacity": "TOTAL"}
        got, _ = rows.ask(world, OPS[name], plain, body(ANSWERS[name](rng)))
        assert rows.facts(got, "json") == rows.facts(rows.by_botocore(world[0], world[1], "dynamodb", name, boto), "json")


@pytest.mark.parametrize("name", sorted(OPS))
def test_answer_is_read_as_botocore_reads_it(world, name):  # noqa: F811
    rng = random.Random("answer " + name)
    operation = rows.model_of(world, OPS[name])[2]
    for _ in range(ROUNDS):
        headers, sent = body(ANSWERS[name](rng))
        plain = CREATE[0] if name == "CreateTable" else INPUTS[name](rng)
        _, reply = rows.ask(world, OPS[name], plain, (headers, sent))
        assert "error" not in reply, reply
        wanted = rows.expected("json", operation, headers, sent)
        wanted = wanted.get("Table") or wanted.get("TableDescription") or wanted
        if "Responses" in wanted:
            wanted["Items"] = wanted["Responses"]["agents"]
        for member, ours in (reply["out"] or {}).items():
            assert (ours or None) == (wanted.get(member) or None), member
