"""`seismo chat --once` with a tier and a guardrail, on the simulated region."""
import json

import pytest

MODEL = "us.anthropic.claude-haiku-4-5-20251001-v1:0"
CONFIG = """
contexts:
  dev: {{stage: dev, region: us-east-1, playground: true{more}}}
"""


def once(home, sim, text, *more):
    done = home.run("chat", "--once", text, "--model", MODEL, *more, env=sim.env)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def answer(home, sim, text, *more):
    code, out, said = once(home, sim, text, "-o", "json", *more)
    assert code == 0, said
    return json.loads(out)


def test_tiers(home, sim):
    got = {t: answer(home, sim, "hello", *(["--tier", t] if t else [])) for t in ("", "priority", "flex")}
    assert {t: g["serviceTier"] for t, g in got.items()} == {"": "default", "priority": "priority", "flex": "flex"}
    assert got[""]["costNanoUsd"] and got["flex"]["costNanoUsd"] != got[""]["costNanoUsd"]
    assert got[""]["guardrail"] is None
    code, _, said = once(home, sim, "hello", "--tier", "turbo")
    assert code == 2 and "a tier is default, priority, flex or reserved" in said
    code, _, said = once(home, sim, "hello", "--tier", "reserved")
    assert code == 1 and "no capacity is reserved" in said
    code, _, said = once(home, sim, "hello", "--tier", "flex")
    assert code == 0 and ", tier flex, first token" in said


def test_a_guardrail(home, sim):
    got = answer(home, sim, "you idiot", "--guardrail", "gr1abc:1")
    assert got["stopReason"] == "guardrail_intervened" and "does not let this through" in got["text"]
    assert got["guardrail"] == {"intervened": True, "textUnits": 4, "found": [
        {"policy": "content", "where": "input", "name": "INSULTS", "masked": False}]}
    calm = answer(home, sim, "how was it?", "--guardrail", "gr1abc")
    assert calm["stopReason"] == "end_turn" and calm["guardrail"] == {"intervened": False, "textUnits": 4, "found": []}
    code, _, said = once(home, sim, "you idiot", "--guardrail", "gr1abc:1")
    assert code == 0 and "[guardrail gr1abc:1 intervened: input: content INSULTS, 4 text units, no price]" in said
    code, _, said = once(home, sim, "x", "--guardrail", "No Such")
    assert code == 2 and "a guardrail is ID or ID:VERSION" in said


def test_the_configured_one(home, sim):
    home.config(CONFIG.format(more=", guardrail: gr1abc:2"))
    assert answer(home, sim, "you idiot")["guardrail"]["intervened"]
    assert answer(home, sim, "you idiot", "--guardrail", "off")["guardrail"] is None
    home.config(CONFIG.format(more=", guardrail: gr1abc:2, guardrail_check_input: true"))
    code, out, said = once(home, sim, "you idiot")
    assert code == 3 and not out and "not sent: guardrail gr1abc:2 blocks it, input: content INSULTS" in said
    got = answer(home, sim, "write to ann@example.org")
    assert got["stopReason"] == "end_turn" and got["guardrail"]["textUnits"] == 8       # the check, and the turn
    assert got["guardrail"]["found"] == [{"policy": "sensitive", "where": "input", "name": "EMAIL", "masked": True}]


@pytest.mark.parametrize("more", [", guardrail: Not one", ", guardrail: gr1:0", ', guardrail: ""'])
def test_what_is_no_guardrail(home, sim, more):
    home.config(CONFIG.format(more=more))
    code, _, said = once(home, sim, "x")
    assert code == 2 and "contexts.dev.guardrail" in said
