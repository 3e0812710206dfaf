"""`seismo eval`: 200 cases of four cells, a few at a time, broken off by kill -9 and gone on with. A server between the program and the simulated
region counts what is asked; what the answers cost is priced once more."""
import collections
import json
import re
import time
import xml.etree.ElementTree

import pytest

from evalkit import CASES, CONCURRENCY, CONFIG, SUITE

pytest_plugins = ["faultkit", "evalkit"]


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
    assert [p["differs"] for p in doc["pairs"]] == [["max_tokens"], ["model", "system"], ["temperature"]]
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


def kept(b):
    return json.loads(b.home.run("sql", "SELECT id, suite, stopped, spent_nusd AS spent FROM eval_run ORDER BY id", "-o", "json").stdout)


def test_beside_the_run_before(bench):
    b = bench(cases=12)
    first = json.loads(b.run("-o", "json").stdout)
    assert first["before"] is None and b"There is no earlier run" in b.run().stdout and len(kept(b)) == 1
    good = [a for a in b.answers() if a["stop"] != "max_tokens" and "supplier" not in a["text"]]
    passed = {c["name"]: {a["case"] for a in good if a["cell"] == c["name"]} for c in first["cells"]}
    # The same answers, with more expected of them: nothing is asked, and some no longer pass.
    b.suite.write_text(SUITE.format(concurrency=4, budget="20.00") + "  - {regex: '[aeiou]{3}'}\n")
    doc = json.loads(b.run("-o", "json", "--junit", str(b.folder / "junit.xml")).stdout)
    then = {c["name"]: c for c in doc["before"]["cells"]}
    assert doc["spentNanoUsd"] == 0 and doc["before"]["finished"] and set(then) == set(passed) and len(kept(b)) == 2
    texts = {(a["cell"], a["case"]): a["text"] for a in b.answers()}
    for name, was in passed.items():
        lost = [c for c in (f"case {i}" for i in range(12)) if c in was and not re.search("[aeiou]{3}", texts[name, c])]
        assert [r["case"] for r in then[name]["regressions"]] == lost and then[name]["passed"] == len(was) and not then[name]["gained"]
        assert all("does not match" in r["why"] for r in then[name]["regressions"])
    base = xml.etree.ElementTree.parse(b.folder / "junit.xml").getroot()[0]
    told = {p.get("name"): p.get("value") for p in base.iter("property")}
    assert int(told["before.passed"]) == len(passed["base"]) and int(told["before.regressions"]) == len(then["base"]["regressions"]) > 0
    assert sum("(passed in the run before)" in f.get("message") for f in base.iter("failure")) == len(then["base"]["regressions"])
    for form in ([], ["-o", "markdown"]):      # a run that only shows again what is known is no run of its own
        out = b.run(*form).stdout.decode()
        assert "differ in 2 things (model, system)" in out and out.count("differ in") == 1
        assert "base passed then and does not now:" in out and f"base: passed {then['base']['passed']} of {then['base']['n']} then" in out and len(kept(b)) == 2
    b.suite.write_text(SUITE.format(concurrency=4, budget="20.00"))
    doc = json.loads(b.run("-o", "json").stdout)
    assert [len(c["gained"]) for c in doc["before"]["cells"]] == [len(then[c["name"]]["regressions"]) for c in doc["before"]["cells"]]


def test_a_run_that_is_gone_on_with_is_one_run(bench):
    b = bench(cases=20, budget="0.001")
    part = json.loads(b.run("-o", "json", code=(3,)).stdout)
    assert len(kept(b)) == 1 and kept(b)[0]["stopped"]
    b.suite.write_text(SUITE.format(concurrency=CONCURRENCY, budget="20.00"))
    rest = json.loads(b.run("-o", "json").stdout)
    assert rest["before"] is None and len(kept(b)) == 1 and not kept(b)[0]["stopped"]
    assert kept(b)[0]["spent"] == part["spentNanoUsd"] + rest["spentNanoUsd"]
    b.suite.write_text(SUITE.format(concurrency=CONCURRENCY, budget="20.00").replace("name: cold", "name: chill").replace("Be brief.", "Be kind."))
    doc = json.loads(b.run("-o", "json").stdout)
    assert [c["name"] for c in doc["before"]["cells"]] == ["base", "short", "haiku"] and len(kept(b)) == 2
    assert "chill: was not in it" in b.run().stdout.decode()


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
    assert b"failed its check and is not sent" in done.stderr and not b.asked
    b.suite.write_text(cells.replace("NAME", "lead-qualifier-prompt"))
    doc = json.loads(b.run("-o", "json").stdout)
    assert doc["answers"] == 1 and "Tenant: t" in next(iter(b.asked))[1]
    row = json.loads(b.home.run("sql", "SELECT template, version, sha256 FROM eval_cell", "-o", "json").stdout)[0]
    listed = [t for t in b.home.json("get", "templates") if t["id"] == row["template"] and t["version"] == row["version"]]
    assert row["template"] == "lead-qualifier-prompt" and [t["sha256"] for t in listed] == [row["sha256"]]


CACHED = """
id: cached
concurrency: 8
budget_usd: 20.00
cells:
  - {{name: plain, model: {model}, system: "{system}", max_tokens: 400}}
  - {{name: kept, model: {model}, system: "{system}", max_tokens: 400, prompt_cache: 5m}}
dataset: cases.jsonl
"""


def test_a_warm_up_is_in_no_figure(bench):
    """A region with a prompt cache: the first call writes it, the others read it."""
    b = bench(cases=20)
    b.suite.write_text(CACHED.format(model="us.anthropic.claude-haiku-4-5-20251001-v1:0", system="Be brief. " * 1200))
    doc = json.loads(b.run("-o", "json").stdout)
    plain, kept = doc["cells"]
    lines = [json.loads(line) for line in b.results.read_text().splitlines()]
    warm = [x for x in lines if x.get("warmUp") and "text" in x]
    assert len(warm) == 1 and warm[0]["cell"] == "kept" and warm[0]["tokens"]["cacheWrite5m"] > 1000
    mine = [a for a in b.answers() if a["cell"] == "kept" and not a.get("warmUp")]
    assert len(mine) == kept["n"] == kept["readCache"] == 20 and all(a["tokens"]["cacheRead"] > 1000 and not a["tokens"]["cacheWrite5m"] for a in mine)
    assert kept["nanoUsd"] == sum(a["nanoUsd"] for a in mine) and kept["steadyNanoUsd"] == kept["nanoUsd"] // 20
    assert kept["coldNanoUsd"] == warm[0]["nanoUsd"] > kept["steadyNanoUsd"] and plain["coldNanoUsd"] is None and plain["readCache"] == 0
    assert doc["spentNanoUsd"] == sum(c["nanoUsd"] for c in doc["cells"]) + warm[0]["nanoUsd"] and doc["pairs"][0]["differs"] == ["prompt_cache"]
    points = [json.loads(k[1])["system"] for k in b.asked if "cachePoint" in k[1]]
    assert len(points) == 20 and all(s[1] == {"cachePoint": {"type": "default"}} for s in points)      # one of them twice: the warm-up
    asked = sum(b.asked.values())
    again = json.loads(b.run("-o", "json").stdout)        # nothing to ask: nothing to warm
    assert sum(b.asked.values()) == asked == 41 and again["cells"][1]["coldNanoUsd"] == kept["coldNanoUsd"] and again["spentNanoUsd"] == 0
    assert re.search(r"kept: cold \$\S+ \(the warm-up, in no figure\), steady \$\S+ a case \(20 of 20 read the cache\)", b.run().stdout.decode())


def test_a_cache_without_instructions(bench):
    b = bench(cases=1)
    b.suite.write_text(CACHED.format(model="x.y", system="").replace('system: "", ', ""))
    assert b"prompt_cache keeps instructions" in b.run(code=(2,)).stderr
