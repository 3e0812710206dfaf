"""Streams of a mock that others wrote (npm @copilotkit/aimock): whole, cut off by the person, several at once, and refused."""
import re
import time

import pytest

from conftest import aimock_of

MODEL = "us.anthropic.claude-haiku-4-5-20251001-v1:0"
COUNT = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
ANSWERS = {"count": COUNT, "greet": "Hello from **another** mock. \u6771\u4eac \U0001f600"}


aimock = aimock_of(ANSWERS)


@pytest.fixture
def playground(aimock, sim, console):
    """playground(size): the fleet of the simulated region, and models that are theirs."""
    def start(size=(80, 24)):
        c = console("--command", "playground", env={**sim.env, "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": aimock.url}, size=size)
        c.wait_for("type a question", 15)
        c.send("esc", "m", MODEL, "enter")
        c.wait_for("1 claude-haiku")
        return c
    return start


def test_once(home, aimock):
    got = home.json("chat", "--once", "greet", "--model", MODEL, env=aimock.env)
    assert got["text"] == ANSWERS["greet"] and got["stopReason"] == "end_turn"


def test_streamed_on_the_screen(playground):
    c = playground()
    c.send("i", "count", "enter")
    screen = c.wait_for("three")
    assert "sixteen" not in screen and "end_turn" not in screen
    screen = c.wait_for(lambda t: "end_turn" in t and "$-" not in t, 20)      # why it stopped comes before what it did cost
    assert COUNT[-40:].split()[-1] in screen
    c.send("greet", "enter")
    screen = c.wait_for(lambda t: "mock. \u6771" in t and t.splitlines()[3].endswith("end_turn"), 20)
    assert "Hello from another mock." in screen            # bold, and not stars
    c.send("esc", "Q")
    assert c.wait_exit() == 0 and c.left_clean()


def test_cancelled(playground):
    c = playground()
    c.send("i", "count", "enter")
    c.wait_for("three")
    start = time.monotonic()
    c.send("ctrl-c")
    c.wait_for("cancelled")
    assert time.monotonic() - start < 2
    shown = c.text()
    c.pump(1)
    assert "sixteen" not in shown and c.text().count("three") == shown.count("three")
    c.send("greet", "enter")                                # what was said so far goes along, and is taken
    c.wait_for(lambda t: "another mock" in t and "end_turn" in t, 20)
    c.send("esc", "Q")
    assert c.wait_exit() == 0 and c.left_clean()


def test_four_at_once(playground):
    c = playground((200, 50))
    c.send("a", "a", "a", "i", "count", "enter")
    c.wait_for(lambda t: t.count("three") >= 4 and "sixteen" not in t)
    c.wait_for(lambda t: t.count("end_turn") >= 4 and t.count("sixteen") >= 4, 30)
    c.send("esc", "Q")
    assert c.wait_exit() == 0 and c.left_clean()


def test_a_question_that_it_does_not_know(playground):
    c = playground()
    c.send("i", "unheard of", "enter")
    screen = c.wait_for("not part of what the model is told")
    assert re.search("does not exist|no model", screen.replace("\n", " "))
    c.send("esc", "Q")
    assert c.wait_exit() == 0 and c.left_clean()


LOCAL = """local_models:
  - {{id: here, kind: openai, url: '{0}/v1', model: gpt-4o}}
  - {{id: there, kind: ollama, url: '{0}', model: 'llama3:8b'}}
"""


@pytest.mark.parametrize("model", ["local/here", "local/there"])
def test_a_local_model_once(home, aimock, model):
    home.config(LOCAL.format(aimock.url))
    got = home.json("chat", "--once", "greet", "--model", model, env=aimock.env)
    assert got["text"] == ANSWERS["greet"] and got["stopReason"] == "end_turn" and got["costNanoUsd"] == 0


@pytest.mark.parametrize("model", ["local/here", "local/there"])
def test_a_local_model_on_the_screen(home, aimock, sim, console, model):
    home.config(LOCAL.format(aimock.url))
    c = console("--command", "playground", env=sim.env, size=(80, 24))
    c.wait_for("type a question", 15)
    c.send("esc", "m", model, "enter")
    c.wait_for(f"1 {model}")
    c.send("i", "count", "enter")
    screen = c.wait_for("three")
    assert "sixteen" not in screen and "end_turn" not in screen
    c.send("ctrl-c")
    c.wait_for("cancelled")
    assert "sixteen" not in c.text()
    c.send("greet", "enter")                                # what was said so far goes along, and is taken
    screen = c.wait_for(lambda t: "another mock" in t and "end_turn" in t, 20)
    assert "session $0.00 of" in screen
    c.send("esc", "Q")
    assert c.wait_exit() == 0 and c.left_clean()
