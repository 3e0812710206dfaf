"""`seismo replay`: calls of the simulated region's invocation log, found by request id or trace and asked again."""
import json
import time

import pytest

GROUP = "/aws/bedrock/modelinvocations"
STREAM = "aws/bedrock/modelinvocations"
CONFIG = """
contexts:
  dev:
    stage: dev
    sources: {cost: {invocation_log_group: %s}}
limits: {playground: {usd_per_session: 50.00, usd_per_day: 100.00}}
""" % GROUP
LITE, HAIKU = "amazon.nova-lite-v1:0", "us.anthropic.claude-haiku-4-5-20251001-v1:0"


@pytest.fixture
def region(home, sim):
    home.config(CONFIG)
    home.env.update(sim.env)
    return sim


def recorded(sim, hours=3):
    """Newest records of the fleet's own calls."""
    events = sim.client("logs").filter_log_events(logGroupName=GROUP, startTime=int((time.time() - hours * 3600) * 1000), limit=500)["events"]
    return [json.loads(e["message"]) for e in events]


def record(**more):
    """One of ours, of a call with a trace."""
    body = {"system": [{"text": "Be brief."}], "messages": [{"role": "user", "content": [{"text": "What fits soup?"}]}], "inferenceConfig": {"maxTokens": 200}}
    answer = {"output": {"message": {"role": "assistant", "content": [{"text": "Bread, \x1b[31msurely\n"}]}}, "stopReason": "end_turn",
              "metrics": {"latencyMs": 321}}
    return {"schemaType": "ModelInvocationLog", "schemaVersion": "1.0", "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "region": "us-east-1", "operation": "Converse", "modelId": LITE, "requestMetadata": {"trace_id": "trace-77", "tenant_id": "acme"},
            "input": {"inputContentType": "application/json", "inputBodyJson": body, "inputTokenCount": 40},
            "output": {"outputContentType": "application/json", "outputBodyJson": answer, "outputTokenCount": 9}, **more}


def put(sim, *records):
    logs = sim.client("logs")
    now = int(time.time() * 1000)
    try:
        logs.create_log_stream(logGroupName=GROUP, logStreamName=STREAM + "/ours")
    except logs.exceptions.ResourceAlreadyExistsException:
        pass
    logs.put_log_events(logGroupName=GROUP, logStreamName=STREAM + "/ours",
                        logEvents=[{"timestamp": now + i, "message": json.dumps(r)} for i, r in enumerate(records)])


def test_a_call_of_the_fleet(home, region):
    want = next(r for r in recorded(region) if "inputBodyJson" in r["input"] and r["output"]["outputTokenCount"])
    got, = home.json("replay", want["requestId"])
    then, now = got["then"], got["now"]
    assert got["requestId"] == want["requestId"] and got["lacks"] is None and got["notes"] == []
    assert then["model"] == now["model"] == want["modelId"] and then["tokens"]["output"] == want["output"]["outputTokenCount"]
    assert then["text"] == want["output"]["outputBodyJson"]["output"]["message"]["content"][0]["text"]
    assert then["latencyMs"] == want["output"]["outputBodyJson"]["metrics"]["latencyMs"] and then["costNanoUsd"] > 0
    assert now["text"] and now["stopReason"] == "end_turn" and now["tokens"]["input"] > 0 and now["costNanoUsd"] > 0
    model = HAIKU if want["modelId"] != HAIKU else LITE
    other, = home.json("replay", want["requestId"], "--model", model)
    assert other["now"]["model"] == model and other["then"] == then and other["now"]["text"] != now["text"]


def test_a_trace_of_several_calls(home, region):
    put(region, record(requestId="r-one"), record(requestId="r-two", operation="InvokeModel"),
        record(requestId="r-three", input={"inputBodyS3Path": "s3://bucket/in.json.gz", "inputTokenCount": 40000}),
        record(requestId="r-four", requestMetadata={"trace_id": "trace-78"}, input={"inputBodyJson": {"messages": []}, "mentions": "trace-77"}))
    done = home.run("replay", "trace-77", "-o", "json")
    assert done.returncode == 1, done.stderr
    one, two, three = json.loads(done.stdout)
    assert [x["requestId"] for x in (one, two, three)] == ["r-one", "r-two", "r-three"] and {x["traceId"] for x in (one, two, three)} == {"trace-77"}
    assert one["then"]["text"] == "Bread, \x1b[31msurely\n" and one["now"]["text"] and one["then"]["latencyMs"] == 321
    assert "own form" in two["lacks"] and two["now"] is None
    assert "s3://bucket/in.json.gz" in three["lacks"] and three["now"] is None
    text = home.run("replay", "r-one").stdout.decode()
    assert "\x1b" not in text and "\u241b[31msurely" in text and "then" in text and "0.3 s" in text
    assert b"not asked again: what was asked stands in S3" in home.run("replay", "r-three").stdout


def test_a_template_takes_the_place_of_the_instructions(home, region, tmp_path):
    (tmp_path / "kind.md").write_text("Be kind. {{style = plain}}")
    (tmp_path / "open.md").write_text("Be {{how}}.")
    home.config(CONFIG.replace("sources: {", "sources: {templates: [{kind: local, path: %s}], " % tmp_path))
    put(region, record(requestId="r-five"))
    plain, = home.json("replay", "r-five")
    other, = home.json("replay", "r-five", "--template", "kind")
    assert other["now"]["text"] != plain["now"]["text"] and other["then"] == plain["then"]
    done = home.run("replay", "r-five", "--template", "open")
    assert done.returncode == 1 and b"how has no value" in done.stderr and not done.stdout
    assert home.run("replay", "r-five", "--template", "nowhere").returncode != 0


def test_a_label_decides_which_version_is_asked(home, region, tmp_path):
    for version in ("1", "2"):
        (tmp_path / f"kind@{version}.md").write_text(f"Be kind, {version} times.")
    home.config(CONFIG.replace("sources: {", "sources: {templates: [{kind: local, path: %s}, {kind: local, path: %s/none}], " % (tmp_path, tmp_path)))
    put(region, record(requestId="r-label"))

    def said(template):
        done = home.run("replay", "r-label", "--template", template, "-o", "json")
        assert done.returncode == 0 and f"templates of local, {tmp_path}/none".encode() in done.stderr      # one that is missing may be there
        return json.loads(done.stdout)[0]["now"]["text"]

    assert said("kind@1") != said("kind@2") == said("kind")
    item = {"pointer": {"S": "template/kind/production"}, "sk": {"S": "#lock"}, "rev": {"N": "2"}, "live": {"S": "1"}}
    region.client("dynamodb").put_item(TableName="seismo-locks", Item=item)
    try:
        assert said("kind") == said("kind@production") == said("kind@1")
    finally:
        region.client("dynamodb").delete_item(TableName="seismo-locks", Key={k: item[k] for k in ("pointer", "sk")})


def test_as_cases_of_a_suite(home, region, tmp_path):
    talk = {"messages": [{"role": r, "content": [{"text": t}]} for r, t in (("user", "a"), ("assistant", "b"), ("user", "c"))]}
    trace = {"trace_id": "trace-99"}
    put(region, record(requestId="c-one", requestMetadata=trace), record(requestId="c-two", requestMetadata=trace, input={"inputBodyJson": talk}),
        record(requestId="c-three", requestMetadata=trace, input={"inputBodyS3Path": "s3://b/k"}))
    done = home.run("replay", "trace-99", "--case")
    assert done.returncode == 1 and json.loads(done.stdout) == {"id": "c-one", "input": "What fits soup?"}
    assert b"c-two: it has several turns" in done.stderr and b"c-three: what was asked stands in S3" in done.stderr
    (tmp_path / "cases.jsonl").write_bytes(home.run("replay", "c-one", "--case").stdout)
    (tmp_path / "s.yaml").write_text("cells: [{name: a, model: %s, max_tokens: 60}]\ndataset: cases.jsonl\n" % LITE)
    assert json.loads(home.run("eval", str(tmp_path / "s.yaml"), "-o", "json").stdout)["answers"] == 1


def test_what_cannot_be_the_same_is_said(home, region):
    tool = {"toolSpec": {"name": "look", "inputSchema": {"json": {"type": "object"}}}}
    body = {"messages": [{"role": "user", "content": [{"text": "What fits soup?"}]}], "toolConfig": {"tools": [tool]}}
    put(region, record(requestId="r-six", input={"inputBodyJson": body}, output={}))
    got, = home.json("replay", "r-six")
    assert len(got["notes"]) == 2 and "no max_tokens" in got["notes"][0] and "none is run" in got["notes"][1]
    assert got["then"]["text"] is None and "does not hold its answer" in got["then"]["noAnswer"]
    got, = home.json("replay", "r-six", "--max-tokens", "50")
    assert len(got["notes"]) == 1 and got["now"]["tokens"]["output"] <= 50


def test_nothing_is_found(home, region):
    done = home.run("replay", "no-such-request")
    assert done.returncode == 1 and b"no call with this request id or trace" in done.stderr and b"--since" in done.stderr and not done.stdout


@pytest.mark.parametrize("args, words", [
    ((), b"usage: seismo replay"), (("a", "b"), b"usage: seismo replay"), (('x"y',), b"no request id"), (("x", "--since", "soon"), b"--since"),
    (("x", "--max-tokens", "0"), b"--max-tokens"), (("x", "-o", "csv"), b"usage"),
])
def test_wrong_usage(home, region, args, words):
    done = home.run("replay", *args)
    assert done.returncode == 2 and words in done.stderr


def test_without_a_log(home, sim):
    home.config(CONFIG.replace("cost: {invocation_log_group: %s}" % GROUP, ""))
    done = home.run("replay", "x", env=sim.env)
    assert done.returncode == 2 and b"sources.cost.invocation_log_group" in done.stderr


def test_in_production_it_is_paid_only_where_that_is_allowed(home, region):
    want = next(r for r in recorded(region) if "inputBodyJson" in r["input"])
    home.config(CONFIG.replace("stage: dev", "stage: prod"))
    done = home.run("replay", want["requestId"])
    assert done.returncode == 3 and b"playground" in done.stderr and not done.stdout
