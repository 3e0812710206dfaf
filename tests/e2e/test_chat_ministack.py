"""One question through ConverseStream of ministack, with a model id and with the ARN of an inference profile: both are
encoded into the path and signed twice-encoded, and what comes back equals what boto3 gets from the same server."""
import json

import pytest

from peers import REGION

MODELS = [
    "anthropic.claude-sonnet-4-5-20250929-v1:0",
    f"arn:aws:bedrock:{REGION}:000000000000:application-inference-profile/a1b2c3d4e5f6",
]


def by_boto3(ministack, model, text):
    answer = ministack.client("bedrock-runtime").converse_stream(
        modelId=model, messages=[{"role": "user", "content": [{"text": text}]}], inferenceConfig={"maxTokens": 64})
    said, stop, usage = "", None, None
    for event in answer["stream"]:
        said += event.get("contentBlockDelta", {}).get("delta", {}).get("text", "")
        stop = event.get("messageStop", {}).get("stopReason", stop)
        usage = event.get("metadata", {}).get("usage", usage)
    return said, stop, usage


@pytest.mark.parametrize("model", MODELS)
def test_one_question(home, ministack, model):
    text = "How many agents are there? Größe 😀"
    said, stop, usage = by_boto3(ministack, model, text)
    got = home.json("chat", "--once", text, "--model", model, env=ministack.env)
    assert got["model"] == model
    assert got["text"] == said and said
    assert got["stopReason"] == stop
    assert (got["tokens"]["input"], got["tokens"]["output"]) == (usage["inputTokens"], usage["outputTokens"])


def test_plain_output(home, ministack):
    done = home.run("chat", "--once", "hello", "--model", MODELS[0], env=ministack.env)
    said, stop, _ = by_boto3(ministack, MODELS[0], "hello")
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode() == said + "\n"
    assert stop in done.stderr.decode()


def test_json_is_all_there_is(home, ministack):
    """One document and nothing beside it; a model with a price has a cost."""
    done = home.run("chat", "--once", "hello", "--model", MODELS[0], "-o", "json", env=ministack.env)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["costNanoUsd"] is not None
    assert done.stderr == b""


def test_in_the_playground(console, ministack):
    """Two turns of it, and what the model is told in the second."""
    c = console("--command", "playground", env=ministack.env, size=(120, 40))
    c.wait_for("type a question", 15)
    c.send("esc", "m", MODELS[0], "enter", "i", "hello", "enter")
    said, stop, usage = by_boto3(ministack, MODELS[0], "hello")
    screen = c.wait_for(stop, 20)
    assert " ".join(said.split()) in " ".join(screen.split()) and f"{usage['inputTokens']}>{usage['outputTokens']}" in screen
    c.send("and now?", "enter")
    screen = c.wait_for(lambda t: t.count("> ") >= 3 and "and now?" in t and stop in t.splitlines()[3], 20)
    assert "failed" not in screen
    c.send("esc", "Q")
    assert c.wait_exit() == 0 and c.left_clean()
