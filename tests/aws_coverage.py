"""What the tour finds in other people's simulators, and the table that is made of it (docs/aws-coverage.md)."""
import tour

# botocore's name of a service where it is not the hyphenated service id of a row.
BOTOCORE = {"cloudwatch-logs": "logs", "cost-explorer": "ce", "eventbridge": "events", "dynamodb-streams": "dynamodbstreams",
            "secrets-manager": "secretsmanager"}
VERSIONS = {"ministack": "1.4.21", "moto": "5.2.5"}

def _flat(services):
    """{"service": {"why": "Op1 Op2"}} as {"service:Op1": "why", …}."""
    return {f"{service}:{op}": why for service, whys in services.items() for why, ops in whys.items() for op in ops.split()}


# Steps that do not come to "ok" there, and what comes instead. "needs x": an earlier step could not give x, so there was
# nothing to ask with. The tests hold both directions: a step named here must not work, a step not named must.
DIFFERENCES = {
    "ministack": _flat({
        "sso-oidc": {
            "405": "RegisterClient",
            "needs client": "StartDeviceAuthorization CreateToken",
        },
        "sso": {
            "needs access": "GetRoleCredentials",
        },
        "bedrock-runtime": {
            "ValidationException": "CountTokens",
        },
        "bedrock-agent": {
            "needs agent_version": "GetAgentVersion CreateAgentAlias",
            "needs alias": "GetAgentAlias UpdateAgentAlias",
        },
        "bedrock-agent-runtime": {
            "needs alias": "InvokeAgent",
        },
        "bedrock-agentcore-control": {
            "InvalidAction": "ListHarnesses ListGateways ListRegistries",
            "needs harness": "GetHarness ListHarnessVersions ListHarnessEndpoints GetHarnessEndpoint UpdateHarnessEndpoint",
            "needs gateway": 
                "GetGateway ListGatewayRules GetGatewayRule UpdateGatewayRule CreateGatewayRateLimit "
                "ListGatewayRateLimits GetGatewayRateLimit UpdateGatewayRateLimit DeleteGatewayRateLimit",
            "needs registry": "ListRegistryRecords GetRegistryRecord UpdateRegistryRecordStatus",
        },
        "bedrock-agentcore": {
            "InvalidAction": "StopRuntimeSession ListABTests Evaluate",
            "needs ab_test": "GetABTest",
            "needs ab": "CreateABTest",
            "needs own_ab_test": "UpdateABTest",
        },
        "sqs": {
            "InvalidAction": "StartMessageMoveTask ListMessageMoveTasks",
        },
        "ce": {
            "405": "GetCostAndUsage",
        },
        "pricing": {
            "405": "GetProducts",
        },
        "service-quotas": {
            "405": "ListServiceQuotas",
            "needs quota": "GetServiceQuota",
        },
    }),
    "moto": _flat({
        "sso-oidc": {
            "500": "RegisterClient",
            "needs client": "StartDeviceAuthorization CreateToken",
        },
        "sso": {
            "needs access": "GetRoleCredentials",
        },
        "logs": {
            "500": "StopQuery",
        },
        "bedrock": {
            "500": "ListFoundationModels ListInferenceProfiles ListGuardrails",
            "needs model": "GetFoundationModel",
            "needs profile": "GetInferenceProfile",
            "needs guardrail": "GetGuardrail",
        },
        "bedrock-runtime": {
            "500": "Converse ConverseStream InvokeModelWithResponseStream CountTokens",
            "needs guardrail": "ApplyGuardrail",
        },
        "bedrock-agent": {
            "500": "PrepareAgent ListAgentVersions ListAgentAliases ListPrompts",
            "needs agent_version": "GetAgentVersion CreateAgentAlias",
            "needs alias": "GetAgentAlias UpdateAgentAlias",
            "needs prompt": "GetPrompt CreatePromptVersion",
        },
        "bedrock-agent-runtime": {
            "needs alias": "InvokeAgent",
            "needs base": "Retrieve RetrieveAndGenerate",
        },
        "bedrock-agentcore-control": {
            "500": "ListHarnesses ListRegistries",
            "needs harness": "GetHarness ListHarnessVersions ListHarnessEndpoints GetHarnessEndpoint UpdateHarnessEndpoint",
            "needs gateway": 
                "GetGateway ListGatewayRules GetGatewayRule UpdateGatewayRule CreateGatewayRateLimit "
                "ListGatewayRateLimits GetGatewayRateLimit UpdateGatewayRateLimit DeleteGatewayRateLimit",
            "needs registry": "ListRegistryRecords GetRegistryRecord UpdateRegistryRecordStatus",
        },
        "bedrock-agentcore": {
            "500": "InvokeAgentRuntime StopRuntimeSession ListABTests Evaluate",
            "needs ab_test": "GetABTest",
            "needs ab": "CreateABTest",
            "needs own_ab_test": "UpdateABTest",
        },
        "sqs": {
            "500": "StartMessageMoveTask ListMessageMoveTasks",
        },
        "pricing": {
            "500": "GetProducts",
        },
        "service-quotas": {
            "500": "ListServiceQuotas",
            "needs quota": "GetServiceQuota",
        },
        "cloudtrail": {
            "500": "LookupEvents",
        },
    }),
}

# Answers that botocore lets pass and seismo does not: {simulator: {step: sentence}}.
UNREADABLE = {}

# Where they answer, but not as AWS does: found by the tests that run seismo itself against them.
REMARKS = {
    ("ministack", "bedrock-agentcore-control:UpdateAgentRuntimeEndpoint"): "says UPDATING, but the move is live at once and never conflicts",
    ("ministack", "bedrock-agentcore-control:ListAgentRuntimeVersions"): "the newest only",
    ("ministack", "bedrock-agentcore:InvokeAgentRuntime"): "echoes, without server-sent events",
    ("ministack", "logs:StartQuery"): "no `stats`",
    ("ministack", "events:PutEvents"): "takes anything",
    ("ministack", "ssm:GetParametersByPath"): "MaxResults above 10 is not refused",
    ("ministack", "kms:Sign"): "only where Python's `cryptography` is installed",
    ("moto", "kms:Sign"): "hashes a digest once more; disabled keys sign",
    ("moto", "kms:Verify"): "a wrong signature is an answer with false, not an error",
    ("moto", "s3:PutObject"): "answers with a type of text/html",
}


def step_of(row):
    return f"{BOTOCORE.get(row['service'], row['service'])}:{row['op']}"


def walk_peer(peer, also=lambda *_: None):
    """{step: why not} of the tour in a peer of tests/peers.py."""
    import boto3
    from botocore.config import Config
    from peers import KEY, REGION, SECRET
    clients = {}

    def client_of(service):
        if service not in clients:
            clients[service] = boto3.client(service, endpoint_url=peer.url, region_name=REGION, aws_access_key_id=KEY, aws_secret_access_key=SECRET,
                                            config=Config(inject_host_prefix=False, retries={"total_max_attempts": 1}, read_timeout=20,
                                                          s3={"addressing_style": "path"}))
        return clients[service]

    tour.prepare(client_of)
    return {n: v for n, v in tour.walk(client_of, {"streamed": "tour"}, also).items() if v != "ok"}


def expected(name):
    return dict(DIFFERENCES[name])


def document(rows):
    """The Markdown of the table."""
    classes = {"read": "read", "paid": "paid", "write": "write"}
    out = [HEAD.format(**VERSIONS, n=len(rows))]
    service = None
    for row in sorted(rows, key=lambda r: (r["service"], r["op"])):
        if row["service"] != service:
            service = row["service"]
            out.append(f"\n## {service}\n\n| operation | class | simulator | ministack | moto | botocore's model |\n| --- | --- | --- | --- | --- | --- |")
        cells = [_cell(name, step_of(row)) for name in ("ministack", "moto")]
        compared = "request, events by their own tests" if row["stream"] else "request and answer"
        out.append(f"| {row['op']} | {classes[row['class']]} | tour | {cells[0]} | {cells[1]} | {compared} |")
    return "\n".join(out) + "\n"


def _cell(name, step):
    why = DIFFERENCES[name].get(step)
    remark = REMARKS.get((name, step))
    if why is None:
        return "tour" + (f"; {remark}" if remark else "")
    if why.startswith("needs "):
        return f"no: cannot give the {why[6:].replace('_', ' ')}"
    return f"no: {why}" + (f"; {remark}" if remark else "")


HEAD = """# Operations of AWS, and how each is proved

Made by `make docs` from the rows of the program and the tour in `tests/tour.py`; a test holds it. {n} operations.

- **simulator**: the tour runs an unmodified SDK for Python through the operation in the simulated region (`seismo sim`).
- **ministack** {ministack} and **moto** {moto}: the same tour in simulators that others wrote. *no: CODE* is the error that came;
  *cannot give the x* means that an earlier operation of the service is missing there, so this one could not be asked.
  Where they do not serve an operation, the simulator and botocore's model are the judges.
- **botocore's model**: for random inputs, the request that seismo sends has the method, path, query, headers and body of the one that
  botocore builds; answers in the service's form are read as botocore reads them (`tests/e2e/test_operations_botocore.py`).

Neither of the two checks signatures; the simulator does, and seismo's own are compared with botocore's in
`tests/e2e/test_sign_botocore.py`."""
