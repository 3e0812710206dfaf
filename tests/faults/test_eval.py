"""`seismo eval`: 200 cases of four cells, a few at a time, broken off by kill -9 and gone on with. A server between the program and the simulated
region counts what is asked; what the answers cost is priced once more."""
import collections
import json
import re
import subprocess
import time
import xml.etree.ElementTree

import pytest

from servers import Server, answering, forward

pytest_plugins = ["faultkit"]
CASES, CONCURRENCY = 200, 16
CONFIG = f"""
default_context: dev
contexts:
  dev: {{stage: dev, region: us-east-1}}
limits:
  concurrent_requests_per_service: {CONCURRENCY}
  playground: {{usd_per_session: 50.00, usd_per_day: 100.00}}
"""
SUITE = """
id: answers
concurrency: {concurrency}
budget_usd: {budget}
cells:
  - {{name: base, model: amazon.nova-lite-v1:0, system: Be brief., max_tokens: 40}}
  - {{name: short, model: amazon.nova-lite-v1:0, system: Be brief., max_tokens: 2}}
  - {{name: haiku, model: us.anthropic.claude-haiku-4-5-20251001-v1:0, max_tokens: 40}}
  - {{name: cold, model: amazon.nova-lite-v1:0, system: Be brief., max_tokens: 40, temperature: 0}}
dataset: cases.jsonl
expect:
  - {{lacks: supplier}}
"""


class Bench:
    """A suite in a folder, the program, and how often each question reached the region."""

    def __init__(self, home, sim, serve, folder, cases=CASES, budget="20.00"):
        self.home, self.folder = home, folder
        self.asked, self.now, self.most = collections.Counter(), 0, 0
        onward = forward(sim.url)

        def make(rq):
            if "converse-stream" not in rq.target:
                return onward(rq)
            self.now += 1
            self.most = max(self.most, self.now)
            try:
                body = json.loads(rq.body)
                body.pop("p", None)
                self.asked[rq.target, json.dumps(body, sort_keys=True)] += 1
                return onward(rq)
            finally:
                self.now -= 1

        self.server = serve(Server(answering(make)))
        home.env.update({**sim.env, "AWS_ENDPOINT_URL": self.server.url})
        home.config(CONFIG)
        self.suite = folder / "suite.yaml"
        self.suite.write_text(SUITE.format(concurrency=CONCURRENCY, budget=budget))
        (folder / "cases.jsonl").write_text("".join(json.dumps({"id": f"case {i}", "input": f"question {i} \U0001f600"}) + "\n" for i in range(cases)))
        self.results = folder / "suite.yaml.results.jsonl"

    def answers(self):
        lines = self.results.read_text().splitlines() if self.results.exists() else []
        return [json.loads(line) for line in lines if '"text"' in line and line.endswith("}")]

    def run(self, *more, code=(0, 1)):
        done = self.home.run("eval", str(self.suite), *more, timeout=300)
        assert done.returncode in code, done.stderr
        return done

    def start(self):
        return subprocess.Popen([self.home.binary, "eval", str(self.suite)], env=self.home.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.fixture
def bench(home, start_sim, serve, tmp_path):
    def make(**more):
        return Bench(home, start_sim("--seed", "7", "--speed", "0"), serve, tmp_path, **more)

    return make


def test_killed_and_gone_on_with(bench):
    b = bench()
    for kept in (100, 350, 600):
        p = b.start()
        end = time.monotonic() + 120
        while len(b.answers()) < kept and p.poll() is None and time.monotonic() < end:
            time.sleep(0.02)
        p.kill()
        p.wait()
        assert len(b.answers()) >= kept
    done = b.run("-o", "json", "--junit", str(b.folder / "junit.xml"))
    doc, answers = json.loads(done.stdout), b.answers()
    assert doc["answers"] == 4 * CASES and doc["failed"] == 0 and doc["stopped"] is None and doc["fromBefore"] >= 600
    # Every question has one answer, and was asked again only where a kill came before its answer.
    assert len(answers) == len({a["key"] for a in answers}) == 4 * CASES
    assert sum(b.asked.values()) - 4 * CASES <= 3 * CONCURRENCY and max(b.asked.values()) <= 4
    assert len(b.asked) == 4 * CASES
    check_money(b, doc, answers)
    check_pairs(doc, answers)
    suites = xml.etree.ElementTree.parse(b.folder / "junit.xml").getroot()
    assert [s.get("name") for s in suites] == ["base", "short", "haiku", "cold"] and all(len(s) == CASES for s in suites)
    assert len(suites[1].findall("testcase/error")) == doc["cells"][1]["invalid"] > 0
    before = sum(b.asked.values())
    again = json.loads(b.run("-o", "json").stdout)
    assert again["spentNanoUsd"] == 0 and again["fromBefore"] == 4 * CASES and sum(b.asked.values()) == before


def check_money(b, doc, answers):
    """What the pricing function says of each answer's tokens."""
    model = {"base": "amazon.nova-lite-v1:0", "short": "amazon.nova-lite-v1:0", "cold": "amazon.nova-lite-v1:0",
             "haiku": "us.anthropic.claude-haiku-4-5-20251001-v1:0"}
    price, want = {}, collections.Counter()
    for a in answers:
        t = a["tokens"]
        key = model[a["cell"]], t["input"], t["output"]
        assert not t["cacheRead"] and not t["cacheWrite5m"] and not t["cacheWrite1h"]
        if key not in price:
            price[key] = b.home.json("prices", key[0], "--tokens", f"input={key[1]},output={key[2]}")["nanoUsd"]
        assert a["nanoUsd"] == price[key]
        want[a["cell"]] += price[key]
    assert {c["name"]: c["nanoUsd"] for c in doc["cells"]} == want


def check_pairs(doc, answers):
    by = {(a["cell"], a["case"]): a for a in answers}
    for pair in doc["pairs"]:
        won = lost = tied = 0
        for i in range(CASES):
            one, two = by["base", f"case {i}"], by[pair["cell"], f"case {i}"]
            if "max_tokens" in (one["stop"], two["stop"]):
                continue
            passed = ["supplier" not in x["text"] for x in (one, two)]
            won, lost, tied = won + (passed == [False, True]), lost + (passed == [True, False]), tied + (passed[0] == passed[1])
        assert (pair["won"], pair["lost"], pair["tied"]) == (won, lost, tied)
        assert len(pair["regressions"]) == lost and all(r["why"] == 'contains "supplier"' for r in pair["regressions"])


def test_a_budget_ends_it_and_what_was_answered_is_kept(bench):
    b = bench(cases=20, budget="0.001")
    doc = json.loads(b.run("-o", "json", code=(3,)).stdout)
    assert "budget_usd" in doc["stopped"] and doc["spentNanoUsd"] <= 1_000_000 and 0 < doc["answers"] < 80
    b.suite.write_text(SUITE.format(concurrency=CONCURRENCY, budget="20.00"))
    after = json.loads(b.run("-o", "json").stdout)
    assert after["answers"] == 80 and after["fromBefore"] == doc["answers"] and max(b.asked.values()) == 1


def test_what_is_expected_may_change_without_asking_again(bench):
    b = bench(cases=10)
    first = json.loads(b.run("-o", "json").stdout)
    asked = sum(b.asked.values())
    assert asked == 40 and b.most <= CONCURRENCY
    b.suite.write_text(SUITE.format(concurrency=4, budget="20.00").replace("lacks: supplier", "contains: no such text"))
    doc = json.loads(b.run("-o", "json").stdout)
    assert sum(b.asked.values()) == asked and [c["passed"] for c in doc["cells"]] == [0, 0, 0, 0] != [c["passed"] for c in first["cells"]]


def test_a_torn_last_line_and_a_file_of_somebody_else(bench):
    b = bench(cases=3)
    b.run()
    text = b.results.read_text()
    b.results.write_text(text[:-30])
    doc = json.loads(b.run("-o", "json").stdout)
    assert doc["answers"] == 12 and doc["fromBefore"] == 11 and b.results.read_text().endswith("}\n")
    b.results.write_text("once upon a time\n")
    done = b.run(code=(1,))
    assert b"is no result of an evaluation" in done.stderr and b.results.read_text() == "once upon a time\n"


@pytest.mark.parametrize("change, what", [
    (("lacks: supplier", "regex: '['"), rb"\["),
    (("lacks: supplier", "lacks: a, contains: b"), b"says one thing"),
    (("name: short", "name: base"), b"name"),
    (("dataset: cases.jsonl", "dataset: none.jsonl"), rb"none\.jsonl"),
    (("dataset: cases.jsonl\n", ""), b"no cases"),
    (("lacks: supplier", "json_schema: none.json"), rb"none\.json"),
    (("max_tokens: 2}", "max_tokens: 0}"), b"max_tokens"),
    (("model: amazon.nova-lite-v1:0", "model: auto"), b"auto and local/ID are the playground's"),
    (("model: amazon.nova-lite-v1:0", "model: local/small"), b"auto and local/ID are the playground's"),
])
def test_wrong_suites(bench, change, what):
    b = bench(cases=2)
    b.suite.write_text(SUITE.format(concurrency=4, budget="1.00").replace(*change))
    done = b.run(code=(1, 2))
    assert re.search(what, done.stderr) and not b.asked


def test_a_template_that_does_not_hold_is_not_sent(bench):
    b = bench(cases=2)
    b.home.config(CONFIG.replace("region: us-east-1}", "region: us-east-1, sources: {templates: [{kind: secretsmanager, prefix: prompts/, environment: prod}]}}"))
    cells = "cells:\n  - {name: x, model: amazon.nova-lite-v1:0, template: NAME, max_tokens: 8}\ncases:\n  - {id: a, input: i, vars: {tenant: t, persona: p}}\n"
    b.suite.write_text(cells.replace("NAME", "lead-qualifier-prompt@4.3"))
    done = b.run(code=(3,))
    assert b"is failed and is not sent" in done.stderr and not b.asked
    b.suite.write_text(cells.replace("NAME", "lead-qualifier-prompt"))
    doc = json.loads(b.run("-o", "json").stdout)
    assert doc["answers"] == 1 and "Tenant: t" in next(iter(b.asked))[1]
