"""The trail of the simulated region, asked by an unmodified SDK."""
import datetime
import json
import time

import pytest

exceptions = pytest.importorskip("botocore.exceptions")


class Trail:
    """LookupEvents at the pace that the service allows."""

    def __init__(self, sim, **more):
        self.client = sim.client("cloudtrail", **more)

    def lookup(self, **more):
        for _ in range(40):
            try:
                return self.client.lookup_events(**more)
            except exceptions.ClientError as e:
                if e.response["Error"]["Code"] != "ThrottlingException":
                    raise
                time.sleep(0.3)
        raise AssertionError("throttled for 12 s")

    def every(self, **more):
        events, token = [], {}
        while True:
            page = self.lookup(**more, **token)
            events += page["Events"]
            if not page.get("NextToken"):
                return events
            token = {"NextToken": page["NextToken"]}

    def wait(self, n, **attribute):
        """Events with that attribute, once there are n: they come late."""
        (key, value), = attribute.items()
        end = time.monotonic() + 15
        while time.monotonic() < end:
            events = self.every(LookupAttributes=[{"AttributeKey": key, "AttributeValue": value}])
            if len(events) >= n:
                return events
            time.sleep(0.2)
        raise AssertionError(f"{key}={value}: less than {n} events after 15 s")

    def code(self, **more):
        with pytest.raises(exceptions.ClientError) as e:
            self.lookup(**more)
        return e.value.response["Error"]["Code"]


@pytest.fixture
def own(start_sim):
    return start_sim("--seed", "7")


def move(sim, agent, weight=100, **more):
    return sim.client("dynamodb", **more).update_item(
        TableName="agents", Key={"agentId": {"S": agent}, "version": {"S": "#route"}},
        UpdateExpression="SET #r = :r", ExpressionAttributeNames={"#r": "routes"},
        ExpressionAttributeValues={":r": {"L": [{"M": {"version": {"S": "2.1"}, "weight": {"N": str(weight)}}}]}})


def test_history_agrees_with_the_registry(own):
    events = Trail(own).every(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "UpdateItem"}])
    moved = {json.loads(e["CloudTrailEvent"])["requestParameters"]["key"]["agentId"]["S"]: e for e in events}
    routes = [i for i in own.client("dynamodb").scan(TableName="agents")["Items"] if i["version"]["S"] == "#route"]
    assert len(routes) == len(moved) == 6
    for item in routes:
        event = moved[item["agentId"]["S"]]
        assert event["EventTime"] == datetime.datetime.fromisoformat(item["updatedAt"]["S"].replace("Z", "+00:00"))
        assert event["Username"] == "deploy" and event["Resources"] == [{"ResourceType": "AWS::DynamoDB::Table", "ResourceName": "agents"}]
    times = [e["EventTime"] for e in events]
    assert times == sorted(times, reverse=True)


def test_a_write_is_on_the_trail_after_a_while_and_says_who(own):
    before = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=2)
    keys = own.client("sts").assume_role(RoleArn="arn:aws:iam::000000000000:role/operators", RoleSessionName="ana")["Credentials"]
    answer = move(own, "upsell-generator", aws_access_key_id=keys["AccessKeyId"],
                  aws_secret_access_key=keys["SecretAccessKey"], aws_session_token=keys["SessionToken"])
    trail = Trail(own)
    assert not trail.lookup(LookupAttributes=[{"AttributeKey": "Username", "AttributeValue": "ana"}])["Events"]
    event, = trail.wait(1, Username="ana")
    assert event["EventName"] == "UpdateItem" and event["EventSource"] == "dynamodb.amazonaws.com" and event["ReadOnly"] == "false"
    assert event["AccessKeyId"] == keys["AccessKeyId"]
    assert before <= event["EventTime"] <= datetime.datetime.now(datetime.timezone.utc)
    record = json.loads(event["CloudTrailEvent"])
    assert record["eventID"] == event["EventId"] and record["awsRegion"] == "us-east-1" and record["recipientAccountId"] == "000000000000"
    assert record["requestID"] == answer["ResponseMetadata"]["RequestId"] and "errorCode" not in record
    assert record["userIdentity"]["arn"] == "arn:aws:sts::000000000000:assumed-role/operators/ana"
    assert record["userIdentity"]["sessionContext"]["sessionIssuer"]["userName"] == "operators"
    assert "Boto3" in record["userAgent"]
    assert record["requestParameters"]["key"] == {"agentId": {"S": "upsell-generator"}, "version": {"S": "#route"}}
    assert record["requestParameters"]["expressionAttributeValues"] == "HIDDEN_DUE_TO_SECURITY_REASONS"
    assert "2.1" not in json.dumps(record["requestParameters"])


def test_refused_writes_are_there_with_their_error_and_reads_are_not(own):
    ddb = own.client("dynamodb")
    with pytest.raises(exceptions.ClientError):
        ddb.put_item(TableName="agents", Item={"agentId": {"S": "upsell-judge"}, "version": {"S": "1.2"}},
                     ConditionExpression="attribute_not_exists(agentId)")
    ddb.get_item(TableName="agents", Key={"agentId": {"S": "upsell-judge"}, "version": {"S": "1.2"}})
    ddb.put_item(TableName="jobs", Item={"jobId": {"S": "mine"}})
    own.client("cloudwatch").put_metric_data(Namespace="Mine", MetricData=[{"MetricName": "M", "Value": 1}])
    move(own, "upsell-judge")
    trail = Trail(own)
    mine = trail.wait(2, Username="console")
    assert [(e["EventName"], json.loads(e["CloudTrailEvent"]).get("errorCode")) for e in mine] in (
        [("UpdateItem", None), ("PutItem", "ConditionalCheckFailedException")],
        [("PutItem", "ConditionalCheckFailedException"), ("UpdateItem", None)])       # within one second


def test_a_pipelines_release_is_on_the_trail(start_sim):
    sim = start_sim("--seed", "7", "--scenario", "bad-release", "--speed", "240")
    time.sleep(2)                                             # four minutes of the scenario take one second
    newest = Trail(sim).lookup(MaxResults=1)["Events"][0]
    assert newest["EventName"] == "PutItem" and newest["Username"] == "deploy"
    assert json.loads(newest["CloudTrailEvent"])["requestParameters"]["key"] == {
        "agentId": {"S": "upsell-generator"}, "version": {"S": "#route"}}


def test_what_a_pipeline_brings_into_line_is_on_the_trail(own):
    """The route is the console's move; the runtime's endpoints and the alias are the pipeline's, each by its own call."""
    route = own.client("dynamodb").get_item(TableName="agents", Key={"agentId": {"S": "upsell-generator"}, "version": {"S": "#route"}})["Item"]
    assert route["routes"]["L"][0]["M"]["version"]["S"] == "2.1"
    move(own, "upsell-generator")                             # to where it is: nothing has to follow
    own.client("dynamodb").update_item(
        TableName="agents", Key={"agentId": {"S": "upsell-generator"}, "version": {"S": "#route"}}, UpdateExpression="SET #r = :r",
        ExpressionAttributeNames={"#r": "routes"},
        ExpressionAttributeValues={":r": {"L": [{"M": {"version": {"S": "2.0"}, "weight": {"N": "100"}}}]}})
    trail = Trail(own)
    alias, = trail.wait(1, EventName="UpdateAgentAlias")
    agents = own.client("bedrock-agent")
    asked = json.loads(alias["CloudTrailEvent"])["requestParameters"]
    told = agents.get_agent_alias(agentId=asked["agentId"], agentAliasId=asked["agentAliasId"])["agentAlias"]
    assert told["agentAliasName"] == asked["agentAliasName"] == "prod"
    assert [r["agentVersion"] for r in told["routingConfiguration"]] == [r["agentVersion"] for r in asked["routingConfiguration"]]
    endpoints = [json.loads(e["CloudTrailEvent"])["requestParameters"] for e in trail.wait(2, EventName="UpdateAgentRuntimeEndpoint")]
    assert {e["endpointName"] for e in endpoints} == {"prod", "canary"}
    core = own.client("bedrock-agentcore-control")
    for e in endpoints:
        assert core.get_agent_runtime_endpoint(agentRuntimeId=e["agentRuntimeId"], endpointName=e["endpointName"])["liveVersion"] == e["agentRuntimeVersion"]
    assert {e["Username"] for e in (alias, *trail.wait(2, EventName="UpdateAgentRuntimeEndpoint"))} == {"deploy"}


def test_each_account_and_region_has_its_own_trail(own):
    move(own, "upsell-generator")
    keys = own.client("sts").assume_role(RoleArn="arn:aws:iam::111122223333:role/reader", RoleSessionName="eve")["Credentials"]
    other = dict(aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"],
                 aws_session_token=keys["SessionToken"])
    Trail(own).wait(1, Username="console")
    for more in (other, {"region_name": "eu-west-1"}):
        assert {e["Username"] for e in Trail(own, **more).every()} == {"deploy"}
    record = json.loads(Trail(own, **other).lookup(MaxResults=1)["Events"][0]["CloudTrailEvent"])
    assert record["userIdentity"]["arn"] == "arn:aws:sts::111122223333:assumed-role/release-pipeline/deploy"


def test_pages_attributes_and_windows(own):
    trail = Trail(own)
    whole = trail.every()
    assert len(whole) > 15 and trail.every(MaxResults=4) == whole
    ids = [e["EventId"] for e in whole]
    assert len(set(ids)) == len(ids)
    middle = whole[len(whole) // 2]
    for key, value in (("EventId", middle["EventId"]), ("EventSource", "dynamodb.amazonaws.com"), ("ResourceName", "agents"),
                       ("ResourceType", "AWS::DynamoDB::Table"), ("AccessKeyId", middle["AccessKeyId"]), ("ReadOnly", "false")):
        assert middle in trail.every(LookupAttributes=[{"AttributeKey": key, "AttributeValue": value}])
    assert trail.every(LookupAttributes=[{"AttributeKey": "ReadOnly", "AttributeValue": "true"}]) == []
    after = trail.every(StartTime=middle["EventTime"])
    assert after == [e for e in whole if e["EventTime"] >= middle["EventTime"]]
    assert trail.every(EndTime=middle["EventTime"]) == [e for e in whole if e["EventTime"] <= middle["EventTime"]]


def test_what_is_refused(own):
    trail, now = Trail(own), datetime.datetime.now(datetime.timezone.utc)
    one = {"AttributeKey": "EventName", "AttributeValue": "x"}
    assert trail.code(LookupAttributes=[one, {**one, "AttributeKey": "Username"}]) == "InvalidLookupAttributesException"
    assert trail.code(LookupAttributes=[{**one, "AttributeKey": "Colour"}]) == "InvalidLookupAttributesException"
    assert trail.code(StartTime=now, EndTime=now - datetime.timedelta(hours=1)) == "InvalidTimeRangeException"
    assert trail.code(MaxResults=51) == "InvalidMaxResultsException"
    assert trail.code(NextToken="something") == "InvalidNextTokenException"
    assert trail.code(EventCategory="insight") == "InvalidEventCategoryException"
    token = trail.lookup(MaxResults=1)["NextToken"]
    assert trail.code(NextToken=token, LookupAttributes=[one]) == "InvalidNextTokenException"


def test_two_calls_a_second(own):
    client, codes = own.client("cloudtrail"), []
    for _ in range(4):
        try:
            client.lookup_events(MaxResults=1)
            codes.append("")
        except exceptions.ClientError as e:
            codes.append(e.response["Error"]["Code"])
    assert codes == ["", "", "ThrottlingException", "ThrottlingException"]


def test_secrets_and_parameters_are_named_without_their_values(own):
    own.client("ssm").put_parameter(Name="/mine", Value="shibboleth-1", Type="SecureString", Overwrite=True)
    secrets = own.client("secretsmanager")
    secret = "nowhere"
    with pytest.raises(exceptions.ClientError):
        secrets.put_secret_value(SecretId=secret, SecretString="shibboleth-2", ClientRequestToken="a" * 36)
    events = {e["EventName"]: e for e in Trail(own).wait(2, Username="console")}
    assert set(events) == {"PutParameter", "PutSecretValue"}
    assert events["PutParameter"]["Resources"] == [{"ResourceType": "AWS::SSM::Parameter", "ResourceName": "/mine"}]
    refused = json.loads(events["PutSecretValue"]["CloudTrailEvent"])
    assert refused["errorCode"] == "ResourceNotFoundException" and refused["requestParameters"]["secretId"] == secret
    assert "shibboleth" not in json.dumps([e["CloudTrailEvent"] for e in events.values()])
