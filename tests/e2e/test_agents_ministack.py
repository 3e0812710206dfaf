"""Agents of both platforms, prompts and models on ministack, a server written by others: what our rows read there is what
boto3 reads, and an endpoint and an alias that our rows move are where boto3 then finds them."""
import json
import os
import pathlib
import subprocess

import pytest

import botomodel

ROLE = "arn:aws:iam::000000000000:role/fleet"


class Probe:
    def __init__(self, path, env):
        self.path = path
        self.env = {**env, "AWS_CONFIG_FILE": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent", "PATH": "/usr/bin:/bin"}
        listed = subprocess.run([path, "--list"], capture_output=True, text=True, check=True).stdout
        self.trees = {(o["service"], o["op"]): o["out"] for o in map(json.loads, listed.splitlines())}

    def ask(self, service, op, **plain):
        done = subprocess.run([self.path], input=json.dumps({"service": service, "op": op, "in": plain}) + "\n", env=self.env,
                              capture_output=True, text=True, timeout=30)
        return json.loads(done.stdout)

    def reads_as(self, client, method, service, op, **given):
        """Asks both, and compares over the members that our row knows."""
        ours, theirs = self.ask(service, op, **given), getattr(client, method)(**given)
        assert "error" not in ours, ours
        assert botomodel.same(self.trees[service, op], theirs, ours["out"]) == []
        return theirs


@pytest.fixture(scope="module")
def ask(ministack):
    build = pathlib.Path(os.environ.get("BUILD", pathlib.Path(__file__).resolve().parents[2] / "build"))
    return Probe(str(build / "probe/aws_probe"), ministack.env)


def test_agentcore(ask, ministack):
    service, client = "bedrock-agentcore-control", ministack.client("bedrock-agentcore-control")
    artifact = {"containerConfiguration": {"containerUri": "000000000000.dkr.ecr.us-east-1.amazonaws.com/fleet/one:1"}}
    rid = client.create_agent_runtime(agentRuntimeName="one", agentRuntimeArtifact=artifact, roleArn=ROLE,
                                      networkConfiguration={"networkMode": "PUBLIC"})["agentRuntimeId"]
    made = ask.ask(service, "UpdateAgentRuntime", agentRuntimeId=rid, agentRuntimeArtifact=artifact, roleArn=ROLE,
                   networkConfiguration={"networkMode": "PUBLIC"}, environmentVariables={"AGENT_VERSION": "2"})
    assert made["out"]["agentRuntimeVersion"] == "2"
    assert ask.reads_as(client, "get_agent_runtime", service, "GetAgentRuntime", agentRuntimeId=rid)["environmentVariables"] == {"AGENT_VERSION": "2"}
    ask.reads_as(client, "list_agent_runtimes", service, "ListAgentRuntimes")
    ask.reads_as(client, "list_agent_runtime_versions", service, "ListAgentRuntimeVersions", agentRuntimeId=rid)
    assert ask.ask(service, "CreateAgentRuntimeEndpoint", agentRuntimeId=rid, name="prod", agentRuntimeVersion="1")["out"]["targetVersion"] == "1"
    assert ask.ask(service, "UpdateAgentRuntimeEndpoint", agentRuntimeId=rid, endpointName="prod", agentRuntimeVersion="2")["out"]["targetVersion"] == "2"
    found = ask.reads_as(client, "get_agent_runtime_endpoint", service, "GetAgentRuntimeEndpoint", agentRuntimeId=rid, endpointName="prod")
    assert found["liveVersion"] == "2"
    ask.reads_as(client, "list_agent_runtime_endpoints", service, "ListAgentRuntimeEndpoints", agentRuntimeId=rid)
    refused = ask.ask(service, "GetAgentRuntime", agentRuntimeId="nobody-AAAAAAAAAA")["error"]
    assert refused["code"] == "ResourceNotFoundException" and "GetAgentRuntime" in refused["text"]


def test_classic(ask, ministack):
    service, client = "bedrock-agent", ministack.client("bedrock-agent")
    aid = client.create_agent(agentName="one", foundationModel="amazon.nova-pro-v1:0", agentResourceRoleArn=ROLE,
                              instruction="You are an agent of a restaurant platform, and brief.")["agent"]["agentId"]
    assert ask.ask(service, "PrepareAgent", agentId=aid)["out"]["agentId"] == aid
    ask.reads_as(client, "get_agent", service, "GetAgent", agentId=aid)
    ask.reads_as(client, "list_agents", service, "ListAgents")
    ask.reads_as(client, "list_agent_versions", service, "ListAgentVersions", agentId=aid)
    made = ask.ask(service, "CreateAgentAlias", agentId=aid, agentAliasName="prod", routingConfiguration=[{"agentVersion": "1"}])
    alias = made["out"]["agentAlias"]["agentAliasId"]
    ask.ask(service, "UpdateAgentAlias", agentId=aid, agentAliasId=alias, agentAliasName="prod", routingConfiguration=[{"agentVersion": "2"}])
    found = ask.reads_as(client, "get_agent_alias", service, "GetAgentAlias", agentId=aid, agentAliasId=alias)
    assert found["agentAlias"]["routingConfiguration"] == [{"agentVersion": "2"}]
    ask.reads_as(client, "list_agent_aliases", service, "ListAgentAliases", agentId=aid)


def test_prompts_and_models(ask, ministack):
    client = ministack.client("bedrock-agent")
    pid = client.create_prompt(name="one", defaultVariant="a", variants=[{
        "name": "a", "templateType": "TEXT", "templateConfiguration": {"text": {"text": "Say {{what}}", "inputVariables": [{"name": "what"}]}},
        "inferenceConfiguration": {"text": {"temperature": 0.5, "maxTokens": 20}}}])["id"]
    assert ask.ask("bedrock-agent", "CreatePromptVersion", promptIdentifier=pid)["out"]["version"] == "1"
    for given in ({"promptIdentifier": pid}, {"promptIdentifier": pid, "promptVersion": "1"}):
        ask.reads_as(client, "get_prompt", "bedrock-agent", "GetPrompt", **given)
    ask.reads_as(client, "list_prompts", "bedrock-agent", "ListPrompts")
    ask.reads_as(client, "list_knowledge_bases", "bedrock-agent", "ListKnowledgeBases")
    client = ministack.client("bedrock")
    models = ask.reads_as(client, "list_foundation_models", "bedrock", "ListFoundationModels")["modelSummaries"]
    ask.reads_as(client, "get_foundation_model", "bedrock", "GetFoundationModel", modelIdentifier=models[0]["modelId"])
    ask.reads_as(client, "list_inference_profiles", "bedrock", "ListInferenceProfiles")
    ask.reads_as(client, "list_guardrails", "bedrock", "ListGuardrails")
    logging = {"cloudWatchConfig": {"logGroupName": "calls", "roleArn": ROLE}, "textDataDeliveryEnabled": True, "imageDataDeliveryEnabled": False}
    assert "error" not in ask.ask("bedrock", "PutModelInvocationLoggingConfiguration", loggingConfig=logging)
    assert ask.reads_as(client, "get_model_invocation_logging_configuration", "bedrock",
                        "GetModelInvocationLoggingConfiguration")["loggingConfig"] == logging


def test_converse_with_tools(ask, ministack):
    message = {"role": "user", "content": [{"text": "How many?"}]}
    tools = {"tools": [{"toolSpec": {"name": "count", "inputSchema": {"json": {"type": "object"}}}}], "toolChoice": {"auto": {}}}
    given = dict(modelId="amazon.nova-pro-v1:0", messages=[message], toolConfig=tools, inferenceConfig={"maxTokens": 50, "stopSequences": ["END"]})
    theirs = ministack.client("bedrock-runtime").converse(**given)
    ours = ask.ask("bedrock-runtime", "Converse", **given)
    tree = [t for t in ask.trees["bedrock-runtime", "Converse"] if t["name"] != "metrics"]      # how long it took differs
    assert botomodel.same(tree, theirs, ours["out"]) == []
