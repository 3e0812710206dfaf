"""The model auto on the screen: what is said of a choice, who is passed over, where it is off."""
import re

import pytest

from local_models import LocalModels, echo
from models import Models
from test_playground import ask, command, quit_with, typing

HAIKU = "us.anthropic.claude-haiku-4-5-20251001-v1:0"
NOVA = "us.amazon.nova-lite-v1:0"
RULES = f"""
limits: {{playground: {{requests_per_minute: 0}}}}
routing:
  rules:
    - {{name: code, code: true, models: ["{HAIKU}"]}}
    - {{name: general, models: ["{NOVA}", "{HAIKU}", local/here]}}
"""


@pytest.fixture
def routed(home, sim, console):
    """routed(say): the playground of a context with rules, on auto."""
    servers = []

    def start(say=echo_model, size=(80, 24)):
        servers.extend([Models(say), LocalModels(echo)])
        home.config(servers[-1].config() + RULES)
        c = console("--command", "playground", env={**sim.env, "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": servers[-2].url, "AWS_MAX_ATTEMPTS": "1"}, size=size)
        c.models = servers[-2]
        c.wait_for("type a question", 15)
        command(c, f"model {HAIKU}")
        c.wait_for("1 claude-haiku")
        command(c, "route on")
        c.wait_for("1 auto")
        return c

    yield start
    for one in servers:
        one.stop()


def echo_model(one):
    one.begin()
    one.text("you said " + one.told[-1][1])
    one.end()


def squeeze(text):
    """The rows as one text: what is wrapped stands together."""
    return " ".join(text.replace("\u2502", " ").split())


def test_who_answers_is_said(routed):
    c = routed()
    ask(c, "how are you?")
    screen = c.wait_for("end_turn")
    assert f"routed: general \u2192 {NOVA}" in squeeze(screen) and "1 auto: nova-lite" in screen
    ask(c, "fix: ```x```")
    screen = c.wait_for("fix: ```x```")
    c.wait_for(lambda t: "1 auto: claude-haiku" in t and "end_turn" in t)
    assert f"routed: code \u2192 {HAIKU}" in squeeze(c.text())
    assert [one.model for one in c.models.seen] == [NOVA, HAIKU]
    command(c, "route off")
    c.wait_for("1 claude-haiku-4-5")
    quit_with(c)


def test_one_that_fails_is_passed_over(routed):
    c = routed(lambda one: one.refuse("429 Too Many", "ThrottlingException", "slow down") if one.model == NOVA else echo_model(one))
    for i in range(3):
        ask(c, f"question {i}")
        c.wait_for(f"you said question {i}")
        assert f"fallback: {NOVA} throttled \u2192 {HAIKU}" in squeeze(c.text())
    ask(c, "question 3")
    c.wait_for("you said question 3")
    c.wait_for(lambda t: f"routed: general \u2192 {HAIKU} ({NOVA}: 3 failures in a row)" in squeeze(t))
    assert [one.model for one in c.models.seen] == [NOVA, HAIKU] * 3 + [HAIKU]
    command(c, "route")
    screen = squeeze(c.wait_for("PASSED OVER"))
    assert f"1 {NOVA} 3 answers of late, 100 % failed, PASSED OVER: 3 failures in a row" in screen
    assert re.search(rf"2 {HAIKU} 4 answers of late, 0 % failed, first token after \d+ ms 3 local/here not asked of late", screen)
    c.send("esc")
    quit_with(c)


def test_aws_out_of_reach(routed):
    c = routed(lambda one: one.socket.close())
    ask(c, "anybody?")
    screen = squeeze(c.wait_for("you said anybody?", 30))
    assert re.search(rf"routed: general \u2192 {NOVA}; fallback: {NOVA} broke off \u2192 local/here: local model test:1, AWS out of reach since \d\d:\d\d", screen)
    assert "1 auto: local/here" in screen and "session $0.0" in screen
    quit_with(c)


def test_off_side_by_side(routed):
    c = routed()
    c.send("a")
    c.wait_for("2>auto")
    ask(c, "which?")
    c.wait_for("column 1 is on auto, which is off side by side: :model ID names one")
    assert typing(c) and not c.models.seen
    quit_with(c)


def test_without_rules(sim, console):
    c = console("--command", "playground", env=sim.env, size=(80, 24))
    c.wait_for("type a question", 15)
    command(c, "route on")
    c.wait_for("there are no rules: routing.rules in config.yaml")
    command(c, "route")
    c.wait_for("No rules are configured")
    c.send("esc")
    quit_with(c)
