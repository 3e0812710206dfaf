"""The answer cache on the screen: what is said of a kept answer, who asks anew, where it is off."""
import contextlib
import re
import sqlite3
import time

import pytest

from models import Models
from test_playground import MODEL, ask, command, quit_with, store
from test_playground_routes import echo_model, squeeze


@pytest.fixture
def cached(home, sim, console):
    """cached(config): the playground with the cache on; c.models: who answers."""
    servers = []

    def start(config="", size=(80, 24), on=True, models=None):
        if not models:
            servers.append(Models(echo_model))
        home.config("limits: {playground: {requests_per_minute: 0}}\n" + config)
        c = console("--command", "playground", env={**sim.env, "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": (models or servers[-1]).url}, size=size)
        c.models = models or servers[-1]
        c.wait_for("type a question", 15)
        command(c, f"model {MODEL}")
        c.wait_for("1 claude-haiku")
        if on:
            command(c, "cache on")
            c.wait_for("| answer cache")
        return c

    yield start
    for one in servers:
        one.stop()


def again(c, text, what):
    """Asks in a conversation of its own: what was said before is a part of the question."""
    command(c, "new")
    ask(c, text)
    return c.wait_for(what)


def test_given_again_and_asked_anew(cached):
    c = cached()
    ask(c, "same")
    c.wait_for(lambda t: "you said same" in t and "end_turn" in t)
    assert "cached" not in c.text()
    screen = again(c, "same", "cached")
    assert re.search(r"cached \d+ s ago, saved \$0\.0\d+", screen) and "you said same" in screen and "0>0" in screen and "$0.00  end_turn" in screen
    assert len(c.models.seen) == 1
    c.send("esc", "r")                                      # a person who has seen it wants another one
    c.wait_for(lambda t: "cached" not in t and "10>5" in t)
    assert len(c.models.seen) == 2
    command(c, "cache list")
    screen = squeeze(c.wait_for("Answer cache"))
    assert "to the very same question: on." in screen and "1 fresh, 0 stale, 1 missing; saved $0.0" in screen and "1 in memory" in screen
    c.send("esc")
    command(c, "cache clear")
    c.wait_for("the answers are forgotten")
    again(c, "same", "10>5")
    assert len(c.models.seen) == 3
    command(c, "cache off")
    again(c, "same", "10>5")
    c.models.wait(4)
    assert "answer cache" not in c.text()
    quit_with(c)


def test_a_stale_one_is_asked_anew_meanwhile(cached):
    c = cached("answer_cache: {ttl: 1s, stale: 1h}\n")
    ask(c, "same")
    c.wait_for("end_turn")
    time.sleep(1.2)
    again(c, "same", "asked anew for")
    assert re.search(r"cached \d+ s ago \(stale\), saved \$0\.0\d+; asked anew for \$0\.0\d+", squeeze(c.text()))
    assert len(c.models.seen) == 2 and [one.told for one in c.models.seen] == [[("user", "same")]] * 2
    again(c, "same", "cached 0 s ago, saved")
    assert len(c.models.seen) == 2
    quit_with(c)


def test_left_while_a_stale_one_is_asked_anew(cached):
    """The console ends at once; nobody waits for an answer that nobody reads."""
    c = cached("answer_cache: {ttl: 1s, stale: 1h}\n")
    ask(c, "same")
    c.wait_for("end_turn")
    time.sleep(1.2)
    left = []
    c.models.say = lambda one: (one.begin(), left.append(one.left()))
    again(c, "same", "(stale)")
    c.models.wait(2)
    quit_with(c)
    end = time.monotonic() + 10
    while not left and time.monotonic() < end:
        time.sleep(0.02)
    assert left == [True]


def kept_answers(home):
    with contextlib.closing(sqlite3.connect(f"file:{store(home)}?mode=ro", uri=True)) as db:
        return db.execute("SELECT count(*) FROM answer").fetchone()[0]


def test_the_next_console_has_it(cached, home):
    c = cached()
    ask(c, "same")
    c.wait_for("end_turn")
    end = time.monotonic() + 20
    while not kept_answers(home):
        assert time.monotonic() < end
        time.sleep(0.05)
    quit_with(c)
    c = cached("answer_cache: {enabled: true}\n", on=False, models=c.models)
    assert "answer cache" in c.text()
    ask(c, "same")
    c.wait_for("saved $0.0")
    assert len(c.models.seen) == 1
    quit_with(c)


def test_off_side_by_side(cached):
    c = cached(size=(100, 24))
    ask(c, "same")
    c.wait_for("end_turn")
    command(c, "new")
    c.send("esc", "a")
    c.wait_for("answer cache off side by side")
    ask(c, "same")
    c.wait_for(lambda t: t.count("you said same") == 2 and t.count("end_turn") == 2)
    assert len(c.models.seen) == 3 and "cached" not in c.text()
    quit_with(c)


def test_an_answer_that_fills_a_tool(cached, tmp_path):
    c = cached(size=(100, 30))
    folder = tmp_path

    def fill(one):
        one.begin()
        one.event("contentBlockStart", {"contentBlockIndex": 0, "start": {"toolUse": {"toolUseId": "t1", "name": "note"}}})
        one.event("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"toolUse": {"input": '{"text": "kept"}' if len(c.models.seen) > 1 else "{}"}}})
        one.end("tool_use")

    c.models.say = fill
    with open(folder / "note.json", "w") as f:
        f.write('{"name": "note", "inputSchema": {"type": "object", "required": ["text"]}}')
    command(c, f"tool {folder / 'note.json'}")
    c.wait_for("fills note")
    ask(c, "fill it")
    c.wait_for("does not fit the schema")
    screen = again(c, "fill it", "kept")                    # what did not fit is not given again
    assert "cached" not in screen
    screen = again(c, "fill it", "cached")
    assert '"text": "kept"' in screen and len(c.models.seen) == 2
    quit_with(c)


def test_the_view_keeps_its_name(cached):
    c = cached()
    command(c, "cache")
    c.wait_for("CACHE 1h")
    c.send("Q")
    assert c.wait_exit() == 0
