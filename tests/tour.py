"""A tour of every operation that seismo knows, made by an unmodified SDK: against the simulated region, where every step must
succeed, and against other people's simulators, where what differs is written down in DIFFERENCES.

A step is (service, operation, input): the input may be a function of what the steps before it have kept. `prepare` makes in a
foreign simulator what the simulated region has from the start."""
import base64
import contextlib
import datetime
import io
import json
import time
import zipfile

import botocore.exceptions

NOW = datetime.datetime.now(datetime.timezone.utc)
HOUR = datetime.timedelta(hours=1)
DAY = datetime.date.today()
MODEL = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
TALK = [{"role": "user", "content": [{"text": "Say one word."}]}]
BODY = json.dumps({"anthropic_version": "bedrock-2023-05-31", "max_tokens": 16,
                   "messages": [{"role": "user", "content": [{"type": "text", "text": "Say one word."}]}]})


class Keep(dict):
    """What the steps have learnt; a missing name is the fault of an earlier step, and says so."""

    def __missing__(self, name):
        raise LookupError(name)


def first(list_name, member):
    def keep(reply, k, name):
        k[name] = reply[list_name][0][member]
    return keep


def found(list_name, member, fits):
    def keep(reply, k, name):
        k[name] = next(one[member] for one in reply[list_name] if fits(one))
    return keep


def member(name_in_reply):
    def keep(reply, k, name):
        value = reply
        for part in name_in_reply.split("."):
            value = value[int(part)] if part.isdigit() else value[part]
        k[name] = value
    return keep


def drain(reply):
    """Reads streams to their end, as a caller would."""
    for value in reply.values():
        if hasattr(value, "read"):
            value.read()
        elif type(value).__name__ == "EventStream":
            end = time.monotonic() + 10
            for event in value:
                if any(k.endswith("Exception") for k in event):
                    raise RuntimeError(f"exception event {list(event)}")
                if "sessionUpdate" in event or time.monotonic() > end:
                    value.close()      # a live tail has no end of its own
                    break
    return reply


class Step:
    """until: asked again until this holds of the answer (or ten seconds are over): moves take time, as in AWS."""

    def __init__(self, service, operation, params=None, until=None, **keep):
        self.service, self.operation, self.params, self.until, self.keep = service, operation, params or {}, until, keep

    @property
    def name(self):
        return f"{self.service}:{self.operation}"


def approved(k):
    """The device's code, after somebody has confirmed it in a browser."""
    code = k["device"]
    if k["approve"]:
        k["approve"](k["user_code"])
    return code


def jwt():
    """A token of the form that a cluster gives its workloads; nobody here can check its signature."""
    parts = [{"alg": "RS256"}, {"iss": "https://oidc.example.com", "sub": "tour", "aud": "sts.amazonaws.com", "exp": int(time.time()) + 3600}]
    return ".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts) + ".c2ln"


def key(k):
    return {"jobId": {"S": "tour-1"}}


STEPS = [
    Step("sts", "GetCallerIdentity", account=member("Account")),
    Step("sts", "AssumeRole", {"RoleArn": "arn:aws:iam::111122223333:role/seismo", "RoleSessionName": "tour"}),
    Step("sts", "AssumeRoleWithWebIdentity", {"RoleArn": "arn:aws:iam::111122223333:role/seismo", "RoleSessionName": "tour",
                                              "WebIdentityToken": jwt()}),
    Step("sso-oidc", "RegisterClient", {"clientName": "tour", "clientType": "public"}, client=member("clientId"),
         client_secret=member("clientSecret")),
    Step("sso-oidc", "StartDeviceAuthorization", lambda k: {"clientId": k["client"], "clientSecret": k["client_secret"],
                                                            "startUrl": "https://example.awsapps.com/start"},
         device=member("deviceCode"), user_code=member("userCode")),
    Step("sso-oidc", "CreateToken", lambda k: {"clientId": k["client"], "clientSecret": k["client_secret"], "deviceCode": approved(k),
                                               "grantType": "urn:ietf:params:oauth:grant-type:device_code"},
         access=member("accessToken")),
    Step("sso", "GetRoleCredentials", lambda k: {"roleName": "seismo", "accountId": "111122223333", "accessToken": k["access"]}),

    Step("dynamodb", "CreateTable", {"TableName": "tour", "BillingMode": "PAY_PER_REQUEST",
                                     "AttributeDefinitions": [{"AttributeName": "jobId", "AttributeType": "S"}],
                                     "KeySchema": [{"AttributeName": "jobId", "KeyType": "HASH"}],
                                     "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}}),
    Step("dynamodb", "DescribeTable", lambda k: {"TableName": k["streamed"]}, stream=member("Table.LatestStreamArn")),
    Step("dynamodb", "PutItem", lambda k: {"TableName": "tour", "Item": {**key(k), "n": {"N": "1"}}}),
    Step("dynamodb", "UpdateItem", lambda k: {"TableName": "tour", "Key": key(k), "UpdateExpression": "SET #n = #n + :one",
                                              "ExpressionAttributeNames": {"#n": "n"}, "ExpressionAttributeValues": {":one": {"N": "1"}},
                                              "ReturnValues": "ALL_NEW"}),
    Step("dynamodb", "TransactWriteItems", lambda k: {"ClientRequestToken": "tour-token", "TransactItems": [
        {"Update": {"TableName": "tour", "Key": key(k), "UpdateExpression": "SET #n = :two", "ConditionExpression": "#n = :two",
                    "ExpressionAttributeNames": {"#n": "n"}, "ExpressionAttributeValues": {":two": {"N": "2"}}}}]}),
    Step("dynamodb", "GetItem", lambda k: {"TableName": "tour", "Key": key(k), "ConsistentRead": True}),
    Step("dynamodb", "BatchGetItem", lambda k: {"RequestItems": {"tour": {"Keys": [key(k)]}}}),
    Step("dynamodb", "Query", {"TableName": "tour", "KeyConditionExpression": "jobId = :id",
                               "ExpressionAttributeValues": {":id": {"S": "tour-1"}}}),
    Step("dynamodb", "Scan", {"TableName": "tour", "Limit": 5}),
    Step("dynamodbstreams", "DescribeStream", lambda k: {"StreamArn": k["stream"]}, shard=member("StreamDescription.Shards.0.ShardId")),
    Step("dynamodbstreams", "GetShardIterator", lambda k: {"StreamArn": k["stream"], "ShardId": k["shard"],
                                                           "ShardIteratorType": "TRIM_HORIZON"}, iterator=member("ShardIterator")),
    Step("dynamodbstreams", "GetRecords", lambda k: {"ShardIterator": k["iterator"]}),

    Step("logs", "DescribeLogGroups", {"logGroupNamePrefix": "/seismo/jobs"}, group_arn=first("logGroups", "arn")),
    Step("logs", "CreateLogStream", {"logGroupName": "/seismo/jobs", "logStreamName": "tour"}),
    Step("logs", "PutLogEvents", lambda k: {"logGroupName": "/seismo/jobs", "logStreamName": "tour", "logEvents": [
        {"timestamp": int(time.time() * 1000), "message": '{"message":"COST_TRACKING","persona_type":"Solo-Sarah","cost_cents":1.5}'}]}),
    Step("logs", "DescribeLogStreams", {"logGroupName": "/seismo/jobs", "logStreamNamePrefix": "tour"}),
    Step("logs", "FilterLogEvents", lambda k: {"logGroupName": "/seismo/jobs", "startTime": int(time.time() * 1000) - 600000, "limit": 5}),
    Step("logs", "StartLiveTail", lambda k: {"logGroupIdentifiers": [k["group_arn"].removesuffix(":*")]}),
    Step("logs", "StartQuery", lambda k: {"logGroupName": "/seismo/jobs", "startTime": int(time.time()) - 3600, "endTime": int(time.time()) + 60,
                                          "queryString": 'filter message = "COST_TRACKING" | stats sum(cost_cents) as c by persona_type'},
         query=member("queryId")),
    Step("logs", "GetQueryResults", lambda k: {"queryId": k["query"]}),
    Step("logs", "StopQuery", lambda k: {"queryId": k["query"]}),

    Step("cloudwatch", "PutMetricData", {"Namespace": "Tour", "MetricData": [{"MetricName": "m", "Value": 1.5}]}),
    Step("cloudwatch", "ListMetrics", {"Namespace": "Tour"}),
    Step("cloudwatch", "GetMetricData", {"StartTime": NOW - HOUR, "EndTime": NOW + HOUR, "MetricDataQueries": [
        {"Id": "a", "MetricStat": {"Metric": {"Namespace": "Tour", "MetricName": "m"}, "Period": 60, "Stat": "Sum"}}]}),
    Step("cloudwatch", "PutMetricAlarm", {"AlarmName": "tour", "Namespace": "Tour", "MetricName": "m", "Statistic": "Sum", "Period": 60,
                                          "EvaluationPeriods": 1, "Threshold": 5.0, "ComparisonOperator": "GreaterThanThreshold"}),
    Step("cloudwatch", "DescribeAlarms", {"AlarmNamePrefix": "tour"}),

    Step("bedrock", "ListFoundationModels", model=first("modelSummaries", "modelId")),
    Step("bedrock", "GetFoundationModel", lambda k: {"modelIdentifier": k["model"]}),
    Step("bedrock", "ListInferenceProfiles", profile=first("inferenceProfileSummaries", "inferenceProfileId")),
    Step("bedrock", "GetInferenceProfile", lambda k: {"inferenceProfileIdentifier": k["profile"]}),
    Step("bedrock", "GetModelInvocationLoggingConfiguration"),
    Step("bedrock", "PutModelInvocationLoggingConfiguration", {"loggingConfig": {"textDataDeliveryEnabled": True, "cloudWatchConfig": {
        "logGroupName": "/seismo/jobs", "roleArn": "arn:aws:iam::111122223333:role/bedrock-logs"}}}),
    Step("bedrock", "ListGuardrails", guardrail=first("guardrails", "id")),
    Step("bedrock", "GetGuardrail", lambda k: {"guardrailIdentifier": k["guardrail"]}),
    Step("bedrock-runtime", "Converse", {"modelId": MODEL, "messages": TALK}),
    Step("bedrock-runtime", "ConverseStream", {"modelId": MODEL, "messages": TALK}),
    Step("bedrock-runtime", "InvokeModel", {"modelId": MODEL, "body": BODY}),
    Step("bedrock-runtime", "InvokeModelWithResponseStream", {"modelId": MODEL, "body": BODY}),
    Step("bedrock-runtime", "CountTokens", {"modelId": MODEL, "input": {"converse": {"messages": TALK}}}),
    Step("bedrock-runtime", "ApplyGuardrail", lambda k: {"guardrailIdentifier": k["guardrail"], "guardrailVersion": "DRAFT", "source": "INPUT",
                                                         "content": [{"text": {"text": "hello"}}]}),

    Step("bedrock-agent", "ListAgents", agent=first("agentSummaries", "agentId")),
    Step("bedrock-agent", "GetAgent", lambda k: {"agentId": k["agent"]}),
    Step("bedrock-agent", "PrepareAgent", lambda k: {"agentId": k["agent"]}),
    Step("bedrock-agent", "ListAgentVersions", lambda k: {"agentId": k["agent"]},
         agent_version=found("agentVersionSummaries", "agentVersion", lambda v: v["agentVersion"] != "DRAFT")),
    Step("bedrock-agent", "GetAgentVersion", lambda k: {"agentId": k["agent"], "agentVersion": k["agent_version"]}),
    Step("bedrock-agent", "ListAgentAliases", lambda k: {"agentId": k["agent"]}),
    Step("bedrock-agent", "CreateAgentAlias", lambda k: {"agentId": k["agent"], "agentAliasName": "tour", "routingConfiguration": [
        {"agentVersion": k["agent_version"]}]}, alias=member("agentAlias.agentAliasId")),
    Step("bedrock-agent", "GetAgentAlias", lambda k: {"agentId": k["agent"], "agentAliasId": k["alias"]},
         until=lambda r: r["agentAlias"]["agentAliasStatus"] == "PREPARED"),
    Step("bedrock-agent", "UpdateAgentAlias", lambda k: {"agentId": k["agent"], "agentAliasId": k["alias"], "agentAliasName": "tour",
                                                         "routingConfiguration": [{"agentVersion": k["agent_version"]}]}),
    Step("bedrock-agent", "ListPrompts", prompt=first("promptSummaries", "id")),
    Step("bedrock-agent", "GetPrompt", lambda k: {"promptIdentifier": k["prompt"]}),
    Step("bedrock-agent", "CreatePromptVersion", lambda k: {"promptIdentifier": k["prompt"]}),
    Step("bedrock-agent", "ListKnowledgeBases", base=first("knowledgeBaseSummaries", "knowledgeBaseId")),
    Step("bedrock-agent-runtime", "InvokeAgent", lambda k: {"agentId": k["agent"], "agentAliasId": k["alias"], "sessionId": "tour",
                                                            "inputText": "hello", "enableTrace": True}),
    Step("bedrock-agent-runtime", "Retrieve", lambda k: {"knowledgeBaseId": k["base"], "retrievalQuery": {"text": "customers"}}),
    Step("bedrock-agent-runtime", "RetrieveAndGenerate", lambda k: {"input": {"text": "customers"}, "retrieveAndGenerateConfiguration": {
        "type": "KNOWLEDGE_BASE", "knowledgeBaseConfiguration": {"knowledgeBaseId": k["base"], "modelArn": MODEL}}}),

    Step("bedrock-agentcore-control", "ListAgentRuntimes", runtime=first("agentRuntimes", "agentRuntimeId"),
         runtime_arn=first("agentRuntimes", "agentRuntimeArn")),
    Step("bedrock-agentcore-control", "GetAgentRuntime", lambda k: {"agentRuntimeId": k["runtime"]},
         runtime_state=lambda reply, k, name: k.__setitem__(name, {m: reply[m] for m in ("agentRuntimeArtifact", "roleArn", "networkConfiguration")})),
    Step("bedrock-agentcore-control", "UpdateAgentRuntime", lambda k: {"agentRuntimeId": k["runtime"], **k["runtime_state"]},
         runtime_version=member("agentRuntimeVersion")),
    Step("bedrock-agentcore-control", "ListAgentRuntimeVersions", lambda k: {"agentRuntimeId": k["runtime"]}),
    Step("bedrock-agentcore-control", "ListAgentRuntimeEndpoints", lambda k: {"agentRuntimeId": k["runtime"]}),
    Step("bedrock-agentcore-control", "CreateAgentRuntimeEndpoint", lambda k: {"agentRuntimeId": k["runtime"], "name": "tour",
                                                                               "agentRuntimeVersion": "1"}),
    Step("bedrock-agentcore-control", "GetAgentRuntimeEndpoint", lambda k: {"agentRuntimeId": k["runtime"], "endpointName": "tour"},
         until=lambda r: r["status"] == "READY"),
    Step("bedrock-agentcore-control", "UpdateAgentRuntimeEndpoint", lambda k: {"agentRuntimeId": k["runtime"], "endpointName": "tour",
                                                                               "agentRuntimeVersion": k["runtime_version"]}),
    Step("bedrock-agentcore-control", "ListHarnesses", harness=first("harnesses", "harnessId")),
    Step("bedrock-agentcore-control", "GetHarness", lambda k: {"harnessId": k["harness"]}),
    Step("bedrock-agentcore-control", "ListHarnessVersions", lambda k: {"harnessId": k["harness"]},
         harness_version=first("harnessVersions", "harnessVersion")),
    Step("bedrock-agentcore-control", "ListHarnessEndpoints", lambda k: {"harnessId": k["harness"]},
         harness_endpoint=found("endpoints", "endpointName", lambda e: e["endpointName"] != "DEFAULT")),
    Step("bedrock-agentcore-control", "GetHarnessEndpoint", lambda k: {"harnessId": k["harness"], "endpointName": k["harness_endpoint"]}),
    Step("bedrock-agentcore-control", "UpdateHarnessEndpoint", lambda k: {"harnessId": k["harness"], "endpointName": k["harness_endpoint"],
                                                                          "targetVersion": k["harness_version"]}),
    Step("bedrock-agentcore-control", "ListGateways", gateway=first("items", "gatewayId")),
    Step("bedrock-agentcore-control", "GetGateway", lambda k: {"gatewayIdentifier": k["gateway"]}),
    Step("bedrock-agentcore-control", "ListGatewayRules", lambda k: {"gatewayIdentifier": k["gateway"]}, rule=first("gatewayRules", "ruleId")),
    Step("bedrock-agentcore-control", "GetGatewayRule", lambda k: {"gatewayIdentifier": k["gateway"], "ruleId": k["rule"]}),
    Step("bedrock-agentcore-control", "UpdateGatewayRule", lambda k: {"gatewayIdentifier": k["gateway"], "ruleId": k["rule"],
                                                                      "description": "tour"}),
    Step("bedrock-agentcore-control", "CreateGatewayRateLimit", lambda k: {
        "gatewayIdentifier": k["gateway"], "dimensionKeys": ["target"],
        "entries": [{"dimensions": {"target": "upsell-generator"}, "requests": [{"rate": 10.0, "period": "minute"}]}]}, limit=member("rateLimitId")),
    Step("bedrock-agentcore-control", "ListGatewayRateLimits", lambda k: {"gatewayIdentifier": k["gateway"]}),
    Step("bedrock-agentcore-control", "GetGatewayRateLimit", lambda k: {"gatewayIdentifier": k["gateway"], "rateLimitId": k["limit"]}),
    Step("bedrock-agentcore-control", "UpdateGatewayRateLimit", lambda k: {
        "gatewayIdentifier": k["gateway"], "rateLimitId": k["limit"],
        "entries": [{"dimensions": {"target": "upsell-generator"}, "requests": [{"rate": 5.0, "period": "minute"}]}]}),
    Step("bedrock-agentcore-control", "DeleteGatewayRateLimit", lambda k: {"gatewayIdentifier": k["gateway"], "rateLimitId": k["limit"]}),
    Step("bedrock-agentcore-control", "ListRegistries", registry=first("registries", "registryId")),
    Step("bedrock-agentcore-control", "ListRegistryRecords", lambda k: {"registryId": k["registry"]},
         record=found("registryRecords", "recordId", lambda r: r["status"] == "APPROVED")),
    Step("bedrock-agentcore-control", "GetRegistryRecord", lambda k: {"registryId": k["registry"], "recordId": k["record"]}),
    Step("bedrock-agentcore-control", "UpdateRegistryRecordStatus", lambda k: {"registryId": k["registry"], "recordId": k["record"],
                                                                               "status": "DEPRECATED", "statusReason": "tour"}),
    Step("bedrock-agentcore", "InvokeAgentRuntime", lambda k: {"agentRuntimeArn": k["runtime_arn"], "payload": b'{"prompt":"hi"}',
                                                               "runtimeSessionId": "tour-session-0123456789012345678901234"}),
    Step("bedrock-agentcore", "StopRuntimeSession", lambda k: {"agentRuntimeArn": k["runtime_arn"],
                                                               "runtimeSessionId": "tour-session-0123456789012345678901234"}),
    Step("bedrock-agentcore", "ListABTests", ab_test=first("abTests", "abTestId")),
    Step("bedrock-agentcore", "GetABTest", lambda k: {"abTestId": k["ab_test"]},
         ab=lambda reply, k, name: k.__setitem__(name, {m: reply[m] for m in ("gatewayArn", "variants", "evaluationConfig", "roleArn")})),
    Step("bedrock-agentcore", "CreateABTest", lambda k: {"name": "tour", **k["ab"]}, own_ab_test=member("abTestId")),
    Step("bedrock-agentcore", "UpdateABTest", lambda k: {"abTestId": k["own_ab_test"], "description": "tour"}),
    Step("bedrock-agentcore", "Evaluate", {"evaluatorId": "Builtin.Helpfulness", "evaluationInput": {"sessionSpans": [
        {"name": "s", "traceId": "a" * 32, "spanId": "b" * 16, "attributes": {"session.id": "tour"}}]}}),

    Step("kms", "DescribeKey", {"KeyId": "alias/seismo-templates"}, key_arn=member("KeyMetadata.Arn")),
    Step("kms", "Sign", lambda k: {"KeyId": k["key_arn"], "Message": b"tour", "SigningAlgorithm": "RSASSA_PKCS1_V1_5_SHA_256"},
         signature=member("Signature")),
    Step("kms", "Verify", lambda k: {"KeyId": k["key_arn"], "Message": b"tour", "Signature": k["signature"],
                                     "SigningAlgorithm": "RSASSA_PKCS1_V1_5_SHA_256"}),
    Step("kms", "GetPublicKey", lambda k: {"KeyId": k["key_arn"]}),
    Step("s3", "PutObject", lambda k: {"Bucket": k["bucket"], "Key": "tour/a b.txt", "Body": b"hello"}),
    Step("s3", "GetObject", lambda k: {"Bucket": k["bucket"], "Key": "tour/a b.txt"}),
    Step("s3", "HeadObject", lambda k: {"Bucket": k["bucket"], "Key": "tour/a b.txt"}),
    Step("s3", "ListObjectsV2", lambda k: {"Bucket": k["bucket"], "Prefix": "tour/"}),
    Step("s3", "GetBucketEncryption", lambda k: {"Bucket": k["bucket"]}),
    Step("s3", "PutPublicAccessBlock", lambda k: {"Bucket": k["bucket"], "PublicAccessBlockConfiguration": {
        "BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}}),
    Step("s3", "GetPublicAccessBlock", lambda k: {"Bucket": k["bucket"]}),
    Step("s3", "PutBucketLifecycleConfiguration", lambda k: {"Bucket": k["bucket"], "LifecycleConfiguration": {"Rules": [
        {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 2555}}]}}),
    Step("s3", "GetBucketLifecycleConfiguration", lambda k: {"Bucket": k["bucket"]}),
    Step("secretsmanager", "ListSecrets", {"Filters": [{"Key": "name", "Values": ["prompts/"]}], "MaxResults": 20}),
    Step("secretsmanager", "DescribeSecret", lambda k: {"SecretId": k["secret"]}),
    Step("secretsmanager", "PutSecretValue", lambda k: {"SecretId": k["secret"], "SecretString": "{}",
                                                        "ClientRequestToken": "0" * 32}),
    Step("secretsmanager", "GetSecretValue", lambda k: {"SecretId": k["secret"]}),
    Step("secretsmanager", "ListSecretVersionIds", lambda k: {"SecretId": k["secret"]}),
    Step("ssm", "PutParameter", {"Name": "/agents/tour/version", "Value": "2.1.0", "Type": "String", "Overwrite": True}),
    Step("ssm", "GetParameter", {"Name": "/agents/tour/version", "WithDecryption": True}),
    Step("ssm", "GetParametersByPath", {"Path": "/agents", "Recursive": True}),
    Step("ssm", "LabelParameterVersion", {"Name": "/agents/tour/version", "Labels": ["tour"]}),
    Step("ssm", "GetParameterHistory", {"Name": "/agents/tour/version", "WithDecryption": True}),
    Step("sqs", "GetQueueUrl", lambda k: {"QueueName": k["queue"]}, queue_url=member("QueueUrl")),
    Step("sqs", "GetQueueAttributes", lambda k: {"QueueUrl": k["queue_url"], "AttributeNames": ["All"]}, queue_arn=member("Attributes.QueueArn")),
    Step("sqs", "ReceiveMessage", lambda k: {"QueueUrl": k["queue_url"], "VisibilityTimeout": 0}),
    Step("sqs", "StartMessageMoveTask", lambda k: {"SourceArn": k["queue_arn"]}),
    Step("sqs", "ListMessageMoveTasks", lambda k: {"SourceArn": k["queue_arn"]}),
    Step("sns", "ListTopics", topic=first("Topics", "TopicArn")),
    Step("sns", "Publish", lambda k: {"TopicArn": k["topic"], "Message": "tour", "Subject": "tour"}),
    Step("sns", "Subscribe", lambda k: {"TopicArn": k["topic"], "Protocol": "email", "Endpoint": "a@example.com"}),
    Step("events", "PutEvents", {"Entries": [{"Source": "seismo", "DetailType": "Tour", "Detail": "{}"}]}),
    Step("lambda", "ListAliases", lambda k: {"FunctionName": k["function"]}, revision=first("Aliases", "RevisionId")),
    Step("lambda", "UpdateAlias", lambda k: {"FunctionName": k["function"], "Name": "live", "Description": "tour"}),
    Step("lambda", "Invoke", lambda k: {"FunctionName": k["function"], "Payload": b"{}"}),

    Step("ce", "GetCostAndUsage", {"TimePeriod": {"Start": str(DAY - datetime.timedelta(days=3)), "End": str(DAY)}, "Granularity": "DAILY",
                                   "Metrics": ["UnblendedCost"], "GroupBy": [{"Type": "DIMENSION", "Key": "SERVICE"}]}),
    Step("pricing", "GetProducts", {"ServiceCode": "AmazonBedrock", "MaxResults": 2}),
    Step("service-quotas", "ListServiceQuotas", {"ServiceCode": "bedrock"}, quota=first("Quotas", "QuotaCode")),
    Step("service-quotas", "GetServiceQuota", lambda k: {"ServiceCode": "bedrock", "QuotaCode": k["quota"]}),
    # Up to a moment that is over: asked twice, the newest would not be the same.
    Step("cloudtrail", "LookupEvents", {"MaxResults": 5, "EndTime": NOW - datetime.timedelta(minutes=1)}),
]
# As the simulated region has them; `prepare` makes the same elsewhere.
NAMES = {"secret": "prompts/upsell-generator", "bucket": "fleet-results", "queue": "fleet-inference-dlq", "function": "fleet-evaluation",
         "streamed": "agents", "approve": None}


def _try(call, **params):
    with contextlib.suppress(botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError):
        return call(**params)
    return {}


def _function():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        z.writestr("index.py", "def handler(event, context):\n    return event\n")
    return out.getvalue()


def prepare(client_of):
    """Makes what the simulated region has from the start. What a simulator cannot make shows in the steps that want it."""
    _try(client_of("logs").create_log_group, logGroupName="/seismo/jobs")
    made = _try(client_of("kms").create_key, KeyUsage="SIGN_VERIFY", KeySpec="RSA_2048")
    if made:
        _try(client_of("kms").create_alias, AliasName="alias/seismo-templates", TargetKeyId=made["KeyMetadata"]["KeyId"])
    s3 = client_of("s3")
    _try(s3.create_bucket, Bucket=NAMES["bucket"])
    _try(s3.put_bucket_encryption, Bucket=NAMES["bucket"], ServerSideEncryptionConfiguration={
        "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]})
    _try(client_of("secretsmanager").create_secret, Name=NAMES["secret"], SecretString="{}")
    sqs = client_of("sqs")
    dead = _try(sqs.create_queue, QueueName=NAMES["queue"])
    if dead:
        arn = _try(sqs.get_queue_attributes, QueueUrl=dead["QueueUrl"], AttributeNames=["QueueArn"]).get("Attributes", {}).get("QueueArn", "")
        _try(sqs.create_queue, QueueName="fleet-inference", Attributes={"RedrivePolicy": json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": "3"})})
    _try(client_of("sns").create_topic, Name="fleet-alerts")
    _try(client_of("iam").create_role, RoleName="fn", AssumeRolePolicyDocument="{}")
    fn = client_of("lambda")
    made = _try(fn.create_function, FunctionName=NAMES["function"], Runtime="python3.12", Role="arn:aws:iam::123456789012:role/fn",
                Handler="index.handler", Code={"ZipFile": _function()}, Publish=True)
    _try(fn.create_alias, FunctionName=NAMES["function"], Name="live", FunctionVersion=made.get("Version", "1"))
    _try(client_of("bedrock").create_guardrail, name="tour", blockedInputMessaging="no", blockedOutputsMessaging="no")
    agents = client_of("bedrock-agent")
    made = _try(agents.create_agent, agentName="tour", foundationModel=MODEL, instruction="i" * 50,
                agentResourceRoleArn="arn:aws:iam::123456789012:role/agent")
    if made:
        _try(agents.prepare_agent, agentId=made["agent"]["agentId"])
        _try(agents.create_agent_alias, agentId=made["agent"]["agentId"], agentAliasName="first")
    _try(agents.create_prompt, name="tour", variants=[])
    _try(agents.create_knowledge_base, name="tour", roleArn="arn:aws:iam::123456789012:role/kb", knowledgeBaseConfiguration={
        "type": "VECTOR", "vectorKnowledgeBaseConfiguration": {"embeddingModelArn": "arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-embed-text-v2:0"}})
    core = client_of("bedrock-agentcore-control")
    _try(core.create_agent_runtime, agentRuntimeName="tour", roleArn="arn:aws:iam::123456789012:role/rt", networkConfiguration={"networkMode": "PUBLIC"},
         agentRuntimeArtifact={"containerConfiguration": {"containerUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/a:1"}})


def walk(client_of, names=None, also=lambda step, params, reply: None):
    """{step name: "ok" or why not}. A step that wants what an earlier one could not give is "needs <name>". names: where
    they differ from NAMES. also: sees each step that was answered."""
    kept, out = Keep(NAMES | (names or {})), {}
    for step in STEPS:
        try:
            params = step.params(kept) if callable(step.params) else step.params
            client = client_of(step.service)
            method = next(m for m, o in client.meta.method_to_api_mapping.items() if o == step.operation)
            end = time.monotonic() + 10
            reply = drain(getattr(client, method)(**params))
            while step.until and not step.until(reply) and time.monotonic() < end:
                time.sleep(0.2)
                reply = getattr(client, method)(**params)
            for name, keep in step.keep.items():
                with contextlib.suppress(LookupError, StopIteration, TypeError):
                    keep(reply, kept, name)
            out[step.name] = "ok"
            also(step, params, reply)
        except LookupError as e:
            out[step.name] = f"needs {e.args[0]}"
        except botocore.exceptions.ClientError as e:
            out[step.name] = e.response["Error"]["Code"]
        except Exception as e:      # the SDK could not read it, or the connection broke
            out[step.name] = type(e).__name__
    return out
