"""Cells and a judge that a mock of models by others plays (npm @copilotkit/aimock): its own reading of a forced tool, its own event stream."""
import json

from conftest import aimock_of

ANSWERS = {"soup": "Bread goes with it.", "fish": "A cold beer, perhaps.", "steak": "Chips, as everybody knows."}
SUITE = """
id: mock
budget_usd: 5.00
cells:
  - {name: base, model: amazon.nova-lite-v1:0, max_tokens: 300}
cases: [{id: soup, input: soup}, {id: fish, input: fish}, {id: steak, input: steak}]
expect:
  - judge: {model: us.anthropic.claude-haiku-4-5-20251001-v1:0, rubric: Names no alcohol., pass_at: 7, faults: [alcohol, rude]}
"""


def verdict(about, **said):
    arguments = {"score": 9, "pass": True, "reason": "nothing of it", "fault": "none", **said}
    return {"match": {"toolName": "verdict", "userMessage": about}, "response": {"toolCalls": [{"name": "verdict", "arguments": arguments}]}}


VERDICTS = [verdict("Bread goes"), verdict("cold beer", score=1, **{"pass": False}, reason="Beer is alcohol.", fault="alcohol"),
            verdict("Chips", score="nine")]


aimock = aimock_of(ANSWERS, latency_ms=5, before=VERDICTS)


def test_its_verdicts(home, aimock, tmp_path):
    suite = tmp_path / "mock.yaml"
    suite.write_text(SUITE)
    done = home.run("eval", str(suite), "-o", "json", env=aimock.env)
    assert done.returncode == 1, done.stderr                # one verdict is none
    doc = json.loads(done.stdout)
    cell = doc["cells"][0]
    assert (cell["n"], cell["passed"], cell["unjudged"], cell["rejected"]) == (2, 1, 1, {"alcohol": 1}) and doc["failed"] == 0
    lines = [json.loads(line) for line in (tmp_path / "mock.yaml.results.jsonl").read_text().splitlines()]
    assert {x["case"]: x["text"] for x in lines if "text" in x} == ANSWERS
    said = {x["case"]: x for x in lines if "verdict" in x}
    assert said["soup"]["verdict"] == {"score": 9_000_000, "pass": True, "fault": "none", "reason": "nothing of it"}
    assert said["fish"]["verdict"]["reason"] == "Beer is alcohol." and said["steak"]["verdict"] is None and "/score" in said["steak"]["why"]
    again = json.loads(home.run("eval", str(suite), "-o", "json", env=aimock.env).stdout)
    assert again["spentNanoUsd"] == 0 and again["cells"] == doc["cells"]
