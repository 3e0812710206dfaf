"""Prompts, InvokeAgent and knowledge bases of the simulated region, asked by an unmodified SDK."""
import pytest

from test_agentcore_boto3 import code
from test_classic_boto3 import agent_of, alias_of, prepared

botocore_exceptions = pytest.importorskip("botocore.exceptions")
MISSING, INVALID = ("ResourceNotFoundException", 404), ("ValidationException", 400)


def ask(sim, agent="upsell-judge", alias=None, text="Which offer is best?", session="session-1", **more):
    control, client = sim.client("bedrock-agent"), sim.client("bedrock-agent-runtime")
    aid = agent_of(control, agent)
    answer = client.invoke_agent(agentId=aid, agentAliasId=alias or alias_of(control, aid), sessionId=session, inputText=text, **more)
    assert answer["sessionId"] == session
    return list(answer["completion"])


def text_of(events):
    return b"".join(e["chunk"]["bytes"] for e in events if "chunk" in e).decode()


def test_an_agent_answers(sim):
    whole = ask(sim)
    assert len(whole) == 1 and text_of(whole)
    pieces = ask(sim, streamingConfigurations={"streamFinalResponse": True})
    assert len(pieces) > 3 and text_of(pieces) == text_of(whole)
    traced = ask(sim, enableTrace=True, alias="TSTALIASID")
    assert [next(iter(e)) for e in traced] == ["trace", "chunk", "trace"]
    assert traced[0]["trace"]["agentVersion"] == "DRAFT"
    assert traced[2]["trace"]["trace"]["orchestrationTrace"]["modelInvocationOutput"]["metadata"]["usage"]["outputTokens"] > 0
    assert [f["name"] for e in ask(sim, text="Draw a chart") if "files" in e for f in e["files"]["files"]] == ["chart.csv"]


def test_control_is_handed_back(sim):
    control = ask(sim, text="I want a refund")
    inputs = control[0]["returnControl"]["invocationInputs"][0]["functionInvocationInput"]
    assert len(control) == 1 and inputs["function"] == "refund"
    done = ask(sim, text="I want a refund", sessionState={
        "invocationId": control[0]["returnControl"]["invocationId"],
        "returnControlInvocationResults": [{"functionResult": {"actionGroup": "orders", "function": "refund", "responseBody": {
            "TEXT": {"body": "done"}}}}]})
    assert text_of(done)


def test_what_an_agent_refuses(start_sim):
    sim = start_sim("--scenario", "bad-release")
    control, client = sim.client("bedrock-agent"), sim.client("bedrock-agent-runtime")
    aid = agent_of(control, "upsell-generator")
    prod = alias_of(control, aid)
    assert code(lambda: client.invoke_agent(agentId=aid, agentAliasId="NOBODY0000", sessionId="s1", inputText="x")) == MISSING
    assert code(lambda: client.invoke_agent(agentId=aid, agentAliasId=prod, sessionId="s1", inputText="")) == INVALID
    made = control.create_agent_alias(agentId=aid, agentAliasName="bad", routingConfiguration=[{"agentVersion": "3"}])["agentAlias"]["agentAliasId"]
    prepared(control, aid, made)
    failed = 0
    for i in range(40):
        try:
            ask(sim, "upsell-generator", made, session=f"session-{i}")
        except botocore_exceptions.EventStreamError as e:
            assert e.response["Error"]["Code"] == "dependencyFailedException"
            failed += 1
    assert 1 <= failed <= 20
    control.update_agent_alias(agentId=aid, agentAliasId=prod, agentAliasName="prod", routingConfiguration=[{"agentVersion": "2"}],
                               aliasInvocationState="REJECT_INVOCATIONS")
    assert code(lambda: client.invoke_agent(agentId=aid, agentAliasId=prod, sessionId="s1", inputText="x")) == INVALID


def test_knowledge_bases_answer(sim):
    bases = {b["name"]: b["knowledgeBaseId"] for b in sim.client("bedrock-agent").list_knowledge_bases()["knowledgeBaseSummaries"]}
    client = sim.client("bedrock-agent-runtime")
    found = client.retrieve(knowledgeBaseId=bases["menus"], retrievalQuery={"text": "When is lunch served?"})["retrievalResults"]
    assert found[0]["location"]["s3Location"]["uri"] == "s3://knowledge/menus/lunch.md" and found[0]["score"] >= found[-1]["score"]
    assert found[0]["metadata"]["x-amz-bedrock-kb-source-uri"].endswith("lunch.md")
    assert len(client.retrieve(knowledgeBaseId=bases["menus"], retrievalQuery={"text": "nuts"}, retrievalConfiguration={
        "vectorSearchConfiguration": {"numberOfResults": 1}})["retrievalResults"]) == 1
    config = {"type": "KNOWLEDGE_BASE", "knowledgeBaseConfiguration": {
        "knowledgeBaseId": bases["menus"], "modelArn": "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0"}}
    answer = client.retrieve_and_generate(input={"text": "When is lunch served?"}, retrieveAndGenerateConfiguration=config, sessionId="mine")
    assert answer["output"]["text"] and answer["sessionId"] == "mine"
    assert answer["citations"][0]["retrievedReferences"][0]["location"]["s3Location"]["uri"].endswith("lunch.md")
    assert answer["citations"][0]["generatedResponsePart"]["textResponsePart"]["span"] == {"start": 0, "end": len(answer["output"]["text"]) - 1}
    assert code(lambda: client.retrieve(knowledgeBaseId="NOBODY0000", retrievalQuery={"text": "x"})) == MISSING
    assert code(lambda: client.retrieve(knowledgeBaseId=bases["menus"], retrievalQuery={"text": ""})) == INVALID
    for bad in ({**config, "type": "EXTERNAL_SOURCES"}, {"type": "KNOWLEDGE_BASE", "knowledgeBaseConfiguration": {
            "knowledgeBaseId": bases["menus"], "modelArn": "nobody.nothing"}}):
        assert code(lambda: client.retrieve_and_generate(input={"text": "x"}, retrieveAndGenerateConfiguration=bad)) == INVALID


def test_prompts_have_versions(start_sim):
    client = start_sim().client("bedrock-agent")
    prompts = {p["name"]: p for p in client.list_prompts()["promptSummaries"]}
    assert len(prompts) == 6 and prompts["upsell-judge"]["version"] == "DRAFT"
    pid = prompts["upsell-judge"]["id"]
    assert [p["version"] for p in client.list_prompts(promptIdentifier=pid)["promptSummaries"]] == ["DRAFT", "3", "2", "1"]
    texts = [client.get_prompt(promptIdentifier=pid, promptVersion=v)["variants"][0]["templateConfiguration"]["text"]["text"] for v in ("1", "2", "3")]
    assert len(set(texts)) == 3 and "{{question}}" in texts[0]
    draft = client.get_prompt(promptIdentifier=prompts["upsell-judge"]["arn"])
    assert draft["version"] == "DRAFT" and draft["variants"][0]["inferenceConfiguration"]["text"]["maxTokens"] == 400
    assert "variants" not in client.get_prompt(promptIdentifier=pid, includedData="METADATA_ONLY")
    made = client.create_prompt_version(promptIdentifier=pid, description="fourth", clientToken="t" * 36)
    assert (made["version"], made["description"], made["ResponseMetadata"]["HTTPStatusCode"]) == ("4", "fourth", 201)
    assert client.create_prompt_version(promptIdentifier=pid, clientToken="t" * 36)["version"] == "4"
    assert client.get_prompt(promptIdentifier=made["arn"])["version"] == "4"
    assert len(client.list_prompts(maxResults=2)["promptSummaries"]) == 2
    assert code(lambda: client.get_prompt(promptIdentifier="NOBODY0000")) == MISSING
    assert code(lambda: client.get_prompt(promptIdentifier=pid, promptVersion="9")) == MISSING
    assert code(lambda: client.create_prompt_version(promptIdentifier="NOBODY0000")) == MISSING
    assert code(lambda: client.list_prompts(promptIdentifier="NOBODY0000")) == MISSING
