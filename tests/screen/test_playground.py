"""The playground: questions typed, answers as they come, columns, limits, and what is kept."""
import re
import sqlite3
import threading
import time

import pytest

from models import Models
from test_hostile import FORBIDDEN, SEQUENCE, STEPS, samples, shapes

MODEL = "us.anthropic.claude-haiku-4-5-20251001-v1:0"
OTHER = "us.amazon.nova-pro-v1:0"


def typed(c, text):
    """As a person types, but in one go: a write for each would take long."""
    for part in re.findall(".{1,40}", text, re.S):
        c.send(part)


def typing(c):
    """Whether the input has the keys: then there is a cursor."""
    return not c.screen.cursor.hidden


def command(c, line):
    """Leaves the input when it has the keys, and runs a command."""
    if typing(c):
        c.send("esc")
    c.send(":")
    typed(c, line)
    c.send("enter")


def ask(c, text):
    """From any state of the pane."""
    if not typing(c):
        c.send("i")
    typed(c, text)
    c.send("enter")


def said(t, text, count=1):
    return t.count(text) >= count


@pytest.fixture
def talk(sim, console):
    """talk(say): the playground of a console whose models answer as `say` does; None: the simulated ones."""
    servers = []

    def start(say=None, size=(80, 24), model=MODEL, env=()):
        more = {}
        if say:
            servers.append(Models(say))
            more = {"AWS_ENDPOINT_URL_BEDROCK_RUNTIME": servers[-1].url}
        c = console("--command", "playground", env={**sim.env, **more, **dict(env)}, size=size)
        c.models = servers[-1] if say else None
        c.wait_for("type a question", 15)
        if model:
            command(c, f"model {model}")
            c.wait_for("1 claude-haiku" if model == MODEL else model)
        return c

    yield start
    for one in servers:
        one.stop()


def echo(one):
    """What it was asked, in two pieces."""
    one.begin()
    one.text("you said ")
    one.text(one.told[-1][1])
    one.end()


class Gates:
    """Says its tokens one by one, each when the test says so. Every stream has gates of its own."""

    def __init__(self, *tokens):
        self.tokens, self.gates, self.streams, self.lock = tokens, {}, 0, threading.Lock()

    def gate(self, number, token):
        with self.lock:
            return self.gates.setdefault((number, token), threading.Event())

    def __call__(self, one):
        with self.lock:
            number, self.streams = self.streams, self.streams + 1
        one.begin()
        for i, token in enumerate(self.tokens):
            self.gate(number, i).wait(60)
            one.text(token)
        self.gate(number, len(self.tokens)).wait(60)
        one.end()


def quit_with(c):
    if typing(c):
        c.send("esc")
    c.send("Q")
    assert c.wait_exit() == 0 and c.left_clean()


def store(home, context=""):
    return next(f for f in home.stores() if f.name.startswith(context))


def change(home, sql):
    with sqlite3.connect(store(home)) as db:
        db.execute(sql)


def chats(home, context=""):
    """{first question and how many there are: (id, pinned)} of what the store keeps."""
    with sqlite3.connect(f"file:{store(home, context)}?mode=ro", uri=True) as db:
        return {title: rest for title, *rest in db.execute("SELECT title || ' ' || questions, id, pinned FROM chat")}


def kept(home, count, context=""):
    end = time.monotonic() + 20
    while len(found := chats(home, context)) != count:
        assert time.monotonic() < end, found
        time.sleep(0.05)
    return found


# --- one conversation ---

def test_an_answer_is_seen_before_its_end(talk):
    gates = Gates("first ", "second ", "third")
    c = talk(gates)
    ask(c, "count")
    c.wait_for("waiting for the first token")
    gates.gate(0, 0).set()
    screen = c.wait_for("first")
    assert "> count" in screen and "second" not in screen and "waiting" not in screen
    gates.gate(0, 1).set()
    screen = c.wait_for("first second")
    assert "third" not in screen and "end_turn" not in screen
    gates.gate(0, 2).set()
    gates.gate(0, 3).set()
    screen = c.wait_for("end_turn")
    assert "first second third" in screen and re.search(r"\d+ms  \S+ tok/s  10>5  <?\$\S+", screen)
    assert c.models.seen[0].model == MODEL and c.models.seen[0].body["inferenceConfig"]["maxTokens"] == 1024
    quit_with(c)


def test_the_simulated_region_answers(talk):
    c = talk()
    ask(c, "How are the reviews?")
    screen = c.wait_for("end_turn", 20)
    assert re.search(r"session \$0\.0\d+ of \$1\.00", screen)
    quit_with(c)


def test_cancelled_at_once_and_told(talk):
    """What has come stays, is told to the model, and the service is not listened to any longer."""
    left = []

    def say(one):
        if len(one.told) > 1:
            return echo(one)
        one.begin()
        one.text("as far as ")
        left.append(one.left())
        return None

    c = talk(say)
    ask(c, "long story")
    c.wait_for("as far as")
    start = time.monotonic()
    c.send("ctrl-c")
    screen = c.wait_for("cancelled")
    assert time.monotonic() - start < 2 and "as far as" in screen
    ask(c, "go on")
    c.wait_for("you said go on")
    assert left == [True]
    assert c.models.seen[-1].told == [("user", "long story"), ("assistant", "as far as "), ("user", "go on")]
    quit_with(c)


def test_again_and_changed(talk):
    turns = iter(["first answer", "second answer", "third answer"])

    def say(one):
        one.begin()
        one.text(next(turns))
        one.end()

    c = talk(say)
    ask(c, "question")
    c.wait_for("first answer")
    c.send("esc", "r")
    screen = c.wait_for("second answer")
    assert "first answer" not in screen and screen.count("> question") == 1
    c.send("e")
    screen = c.wait_for(lambda t: "second answer" not in t and t.splitlines()[20].startswith("> question"))
    typed(c, " changed")
    c.send("esc", "e")
    c.wait_for("the input holds another text")            # nothing typed is lost
    assert "question changed" in c.line(20)
    c.send("i", "enter")
    c.wait_for("third answer")
    assert [r.told for r in c.models.seen] == [[("user", "question")]] * 2 + [[("user", "question changed")]]
    quit_with(c)


def test_forked(talk, home):
    c = talk(echo)
    ask(c, "trunk")
    c.wait_for("you said trunk")
    kept(home, 1)
    c.send("esc", "f")
    c.wait_for("forked: the conversation so far is kept as")
    ask(c, "branch")
    c.wait_for("you said branch")
    assert c.models.seen[-1].told[0] == ("user", "trunk")
    assert kept(home, 2).keys() == {"trunk 1", "trunk 2"}
    quit_with(c)


# --- keys ---

def test_letters_are_typed_and_run_nothing(talk):
    c = talk(echo)
    c.send("i")
    for key in "qQBSpz<>.-[]?/:0123456789":
        c.send(key)
    assert c.line(20) == "> qQBSpz<>.-[]?/:0123456789"
    assert c.line(1) == "Playground"
    c.send("\x04")                                          # ctrl-d: deletes ahead, never the card of what stops an agent
    c.send("ctrl-c")                                        # leaves the input, and does not quit
    assert c.line(1) == "Playground" and "STOP" not in c.text()
    c.wait_for("i type  m model")
    c.send("i", "\x15")
    c.wait_for(lambda t: t.splitlines()[20] == ">  type a question")
    c.send("esc", "1")                                      # now they are the view's
    c.wait_for(lambda t: t.splitlines()[1] == "Pulse")
    c.send("6")
    c.wait_for("type")
    assert not c.models.seen
    quit_with(c)


def test_a_text_of_several_lines(talk):
    c = talk(echo)
    c.send("i", "one", "\x1b\r", "two", "\x1b\r", "three", "\x1b\r", "four")
    assert [c.line(i) for i in (20, 21, 22)] == ["> two", "  three", "  four"]
    assert (c.screen.cursor.x, c.screen.cursor.y) == (6, 22)
    c.send("up", "up", "up", "\x01", "zero ")
    assert [c.line(i) for i in (20, 21, 22)] == ["> zero one", "  two", "  three"]
    assert (c.screen.cursor.x, c.screen.cursor.y) == (7, 20)
    c.send("enter")
    c.models.wait(1)
    assert c.models.seen[0].told == [("user", "zero one\ntwo\nthree\nfour")]
    c.wait_for("you said")
    quit_with(c)


def test_a_paste_of_200_kb(talk):
    c = talk(echo)
    text = "".join(f"line {i:06d} of what somebody has copied, q and Q in it\r\n" for i in range(200 * 1024 // 56))
    start = time.monotonic()
    c.send("i", f"\x1b[200~{text}\x1b[201~")
    c.wait_for(f"line {200 * 1024 // 56 - 1:06d}")
    for key in ("x", "up", "\x7f", "down", "\x05"):
        c.send(key)
    assert time.monotonic() - start < 20
    assert c.line(1) == "Playground" and not c.models.seen   # the line ends of a paste send nothing
    c.send("\x1b[200~" + "y" * 70000 + "\x1b[201~")
    c.wait_for("the paste is longer than what is left")
    c.send("enter")
    c.models.wait(1)
    got = c.models.seen[0].told[0][1].split("\n")
    assert len(got) == 200 * 1024 // 56 + 1 and got[7].startswith("line 000007")
    c.send("ctrl-c")
    quit_with(c)


# --- columns ---

def test_two_columns_at_80_and_the_others_by_tab(talk):
    c = talk(echo)
    c.send("esc", "a", "a")
    command(c, f"model {OTHER}")
    screen = c.wait_for("3>nova-pro")
    assert "2 claude-haiku" in screen and "1 claude-haiku" not in screen      # the focused one is shown
    ask(c, "hi")
    c.wait_for(lambda t: said(t, "you said hi", 2))
    assert sorted(r.model for r in c.models.wait(3)) == sorted([MODEL, MODEL, OTHER])
    c.send("tab")
    c.wait_for(lambda t: "1>claude-haiku" in t and "3 nova-pro" not in t and "3>nova-pro" not in t)
    c.wait_for("differs: model")
    c.send("tab", "tab")
    c.wait_for(lambda t: "3>nova-pro" in t and re.search(r"3 vs 1: out \+0 %  \$ -?\+?\d+ %  TTFT [+-]\d+ms  n=1: anecdote", t))
    command(c, "system brief")                              # the focused pair is compared, whatever others differ in
    c.wait_for("3 and 1 differ in 2 things (model, instructions)")
    c.send("tab", "tab")
    c.wait_for("2 vs 1: out +0 %")
    c.send("tab")
    command(c, "column drop")
    c.wait_for(lambda t: "nova-pro" not in t and "1 claude-haiku" in t and "2>claude-haiku" in t)
    command(c, "column drop")
    command(c, "column drop")
    c.wait_for("the only column stays")
    for _ in range(3):
        command(c, "column add")
    c.send("a")
    c.wait_for("there are 4 columns already")
    quit_with(c)


def test_a_column_that_was_told_less_is_no_comparison(talk):
    c = talk(echo)
    ask(c, "one")
    c.wait_for("you said one")
    command(c, "column add")
    c.wait_for("differs: history")
    command(c, "system brief")
    c.wait_for("2 and 1 differ in 2 things (instructions, history)")
    quit_with(c)


def test_a_model_is_completed(talk):
    """Also behind a geography, which the price table has not."""
    c = talk(echo, model=None)
    c.send("esc", "m", *"us.anthropic.claude-haiku-4", "tab")
    c.wait_for(f":model {MODEL}")
    c.send("enter")
    c.wait_for("1 claude-haiku-4-5 us")
    c.send("m", *"nosuch", "tab", "enter")
    c.wait_for("1 nosuch")
    command(c, "model")
    c.wait_for(":model ID sets the model of the column; Tab completes it")
    quit_with(c)


def test_the_fleets_model_is_chosen(talk):
    """Also when the playground is what a first start shows, before the fleet was read."""
    c = talk(echo, model=None)
    c.wait_for(lambda t: re.search(r"^1 (claude|nova)\S+", t, re.M), 20)
    quit_with(c)


def test_four_at_once_at_200_by_50(talk):
    """All stream in the same moment, each below its own head."""
    started, go = threading.Barrier(4, timeout=30), threading.Event()

    def say(one):
        one.begin()
        one.text(f"<{one.body['system'][0]['text']}> begins ")
        started.wait()
        go.wait(30)
        one.text("and ends")
        one.end()

    c = talk(say, size=(200, 50))
    command(c, "system S1")
    for i in (2, 3, 4):
        command(c, "column add")
        command(c, f"system S{i}")
    ask(c, "all of you")
    c.wait_for(lambda t: all(f"<S{i}> begins" in t for i in (1, 2, 3, 4)))
    row = next(line for line in c.text().splitlines() if "<S1>" in line)
    assert re.findall(r"<S(\d)>", row) == ["1", "2", "3", "4"] and row.count("│") == 3
    assert "and ends" not in c.text()
    go.set()
    c.wait_for(lambda t: said(t, "and ends", 4) and said(t, "end_turn", 4))
    quit_with(c)


def test_one_of_four_is_refused_and_the_others_go_on(talk):
    def say(one):
        if one.model == OTHER:
            return one.refuse("403 Forbidden", "AccessDeniedException", "You don't have access to the model.")
        return echo(one)

    c = talk(say, size=(200, 50))
    for _ in range(3):
        command(c, "column add")
    command(c, f"model {OTHER}")
    ask(c, "hi")
    screen = c.wait_for(lambda t: said(t, "you said hi", 3) and "failed" in t)
    assert re.search("no part|not part of what the model is told", screen)
    quit_with(c)


# --- limits ---

@pytest.fixture
def limited(talk, home):
    """limited(limits, stage, config): a playground below a configuration of its own."""
    def start(limits="{}", stage="dev", config="", say=echo):
        home.config(f"contexts:\n  main: {{stage: {stage}, region: us-east-1{config}}}\nlimits: {{playground: {limits}}}\n")
        return talk(say)
    return start


def test_so_many_requests_a_minute(limited):
    c = limited("{requests_per_minute: 3}")
    for text in ("one", "two"):
        ask(c, text)
        c.wait_for(f"you said {text}")
    command(c, "column add")
    ask(c, "three")
    c.wait_for("2 of 3 requests a minute are used (requests_per_minute); again in")
    assert len(c.models.seen) == 2 and "> three" in c.line(20)      # nothing that was typed is lost
    command(c, "column drop")
    c.send("i", "enter")
    c.wait_for("you said three")
    quit_with(c)


def test_what_costs_much_wants_a_second_enter(limited):
    c = limited("{ask_above_usd: 0.001}")
    ask(c, "dear")
    screen = c.wait_for("above ask_above_usd ($0.001): Enter again sends it")
    assert not c.models.seen and "may cost up to $0.00" in screen
    typed(c, "er")
    c.send("enter")
    c.wait_for("Enter again sends it")                      # another question than the one that was agreed to
    c.pump(0.3)
    assert not c.models.seen
    command(c, "column add")
    c.send("i", "enter")
    c.wait_for("may cost up to $0.01")                 # twice as much as was said before
    assert not c.models.seen
    c.send("enter")
    c.wait_for(lambda t: said(t, "you said dearer", 2))
    assert len(c.models.seen) == 2
    quit_with(c)


def test_a_session_has_its_cap(limited):
    c = limited("{usd_per_session: 0.006}", say=lambda one: (one.begin(), one.text("dear"), one.event("messageStop", {"stopReason": "end_turn"}),
                                                            one.metadata(1000, 800), one.socket.sendall(b"0\r\n\r\n")))
    ask(c, "one")
    c.wait_for("end_turn")
    ask(c, "two")
    c.wait_for("limits.playground.usd_per_session")
    assert len(c.models.seen) == 1
    quit_with(c)


def test_off_in_prod(limited):
    c = limited(stage="prod")
    screen = c.wait_for("the playground is off in context main; set playground: true there")
    ask(c, "hi")
    c.wait_for("failed")
    c.pump(0.5)
    assert not c.models.seen and screen
    quit_with(c)


def test_on_in_prod_when_it_says_so(limited):
    c = limited(stage="prod", config=", playground: true")
    ask(c, "hi")
    c.wait_for("you said hi")
    quit_with(c)


def test_the_past_asks_nothing(talk):
    c = talk(echo)
    c.send("i")
    typed(c, "question")
    c.send("esc", "p")
    c.wait_for("FROZEN")
    c.send("i", "enter")
    c.wait_for("what is shown is not now: p goes on first")
    c.send("esc", "r", "p")
    c.wait_for(lambda t: "FROZEN" not in t)
    c.pump(0.3)
    assert not c.models.seen and "question" in c.line(20)
    c.send("i", "enter")
    c.wait_for("you said question")
    quit_with(c)


# --- what is kept ---

def test_kept_and_gone_on_with_after_a_restart(talk, home):
    c = talk(echo)
    ask(c, "What about menus?")
    c.wait_for("you said What about menus?")
    command(c, "new")
    ask(c, "second one")
    c.wait_for("you said second one")
    rows = kept(home, 2)
    quit_with(c)

    c = talk(echo)
    command(c, "chats")
    page = c.wait_for("What about menus?")
    assert "second one" in page and page.index("second one") < page.index("What about menus?")
    c.send("esc")
    command(c, "chats MENUS")
    c.wait_for(lambda t: "What about menus?" in t and "second one" not in t)
    c.send("esc")
    command(c, "chats of nobody")
    c.wait_for("No conversation has that text.")
    c.send("esc")
    command(c, "chat zzzz")
    c.wait_for("no conversation, or more than one, has an id that begins so")
    command(c, "chat " + rows["What about menus? 1"][0][:8])
    screen = c.wait_for("you said What about menus?")
    assert "end_turn" in screen and "1 claude-haiku" in screen
    ask(c, "and building 5?")
    c.wait_for("you said and building 5?")
    assert c.models.seen[-1].told == [("user", "What about menus?"), ("assistant", "you said What about menus?"), ("user", "and building 5?")]
    quit_with(c)
    assert len(chats(home)) == 2                            # the same conversation, not one more


def test_pinned_forgotten_and_expired(talk, home):
    c = talk(echo)
    for text in ("stays", "goes", "old"):
        ask(c, text)
        c.wait_for(f"you said {text}")
        kept(home, ("stays", "goes", "old").index(text) + 1)
        if text == "stays":
            command(c, "pin")
            c.wait_for("pinned: this conversation is kept")
        command(c, "new")
        c.wait_for("a new conversation")
    rows = chats(home)
    command(c, "forget abc")
    c.wait_for("four characters of an id are enough")
    command(c, "forget " + rows["goes 1"][0])
    c.wait_for("deleted " + rows["goes 1"][0][:8])
    kept(home, 2)
    quit_with(c)
    change(home, "UPDATE chat SET used_ms = used_ms - 3700000")
    c = talk(echo)
    rows = kept(home, 1)
    assert rows["stays 1"][1] == 1
    quit_with(c)


def test_old_ones_go_though_no_playground_is_opened(talk, home, console, sim):
    c = talk(echo)
    ask(c, "old")
    c.wait_for("you said old")
    kept(home, 1)
    quit_with(c)
    change(home, "UPDATE chat SET used_ms = used_ms - 3700000")
    c = console("--command", "jobs", env=sim.env)
    kept(home, 0)
    quit_with(c)


def test_one_that_cannot_be_read_is_not_written_over(talk, home):
    c = talk(echo)
    ask(c, "good")
    c.wait_for("you said good")
    (broken, *_), = kept(home, 1).values()
    quit_with(c)
    change(home, "UPDATE chat SET body = '{\"columns\":[7]}'")
    c = talk(echo)
    command(c, f"chat {broken[:8]}")
    c.wait_for("a kept conversation cannot be read")
    command(c, f"model {MODEL}")
    ask(c, "after it")
    c.wait_for("you said after it")
    rows = kept(home, 2)
    assert rows["good 1"][0] == broken and rows["after it 1"][0] != broken
    quit_with(c)


# --- leaving ---

def test_quitting_while_an_answer_streams(talk, home):
    gates = Gates("half of it ", "never")
    gates.gate(0, 0).set()
    c = talk(gates)
    ask(c, "long")
    c.wait_for("half of it")
    c.send("esc", "Q")
    assert c.wait_exit() == 0 and c.left_clean()
    (chat, *_), = kept(home, 1).values()
    c = talk(echo)
    command(c, f"chat {chat[:8]}")
    screen = c.wait_for("half of it")
    assert "cancelled" in screen
    quit_with(c)


def test_another_view_while_an_answer_streams(talk):
    gates = Gates("half of it ", "and the rest")
    gates.gate(0, 0).set()
    c = talk(gates)
    ask(c, "long")
    c.wait_for("half of it")
    c.send("esc", "3")
    c.wait_for(lambda t: t.splitlines()[1] == "Jobs")
    gates.gate(0, 1).set()
    gates.gate(0, 2).set()
    c.send("6")
    c.wait_for(lambda t: "half of it and the rest" in t and "end_turn" in t)
    quit_with(c)


def test_another_context_while_an_answer_streams(talk, home):
    """The answer ends with its context, and is kept in that one's store."""
    left = []

    def say(one):
        one.begin()
        one.text("half of it ")
        left.append(one.left())

    home.config("default_context: dev\ncontexts:\n  dev: {stage: dev, region: us-east-1}\n  prod: {stage: prod, region: us-east-1, playground: true}\n")
    c = talk(say)
    ask(c, "secret of dev")
    c.wait_for("half of it")
    command(c, "ctx prod")
    c.wait_for(lambda t: "PROD" in t.splitlines()[0] and "nothing asked yet" in t, 20)
    assert "secret of dev" not in c.text()
    assert kept(home, 1, "dev").keys() == {"secret of dev 1"}
    command(c, "chats")
    c.wait_for("None is kept yet.")
    c.send("esc")
    quit_with(c)
    assert left == [True]


# --- what goes wrong ---

def test_throttled_and_then_well(talk):
    def say(one):
        if len(c.models.seen) == 1:
            return one.refuse("429 Too Many Requests", "ThrottlingException", "Too many requests", "x-amz-retry-after: 2000")
        return echo(one)

    c = talk(say)
    ask(c, "hi")
    c.wait_for("trying again in")
    screen = c.wait_for("you said hi", 20)
    assert "trying again" not in screen and len(c.models.seen) == 2
    quit_with(c)


def test_cut_in_the_middle(talk):
    def say(one):
        if len(one.told) > 1 or one.told[0][1] != "hi":
            return echo(one)
        one.begin()
        one.text("so far so")
        raise OSError

    c = talk(say)
    ask(c, "hi")
    screen = c.wait_for(lambda t: "not part of what the model is told; r asks again" in t)
    assert "so far so" in screen and "failed" in screen and len(c.models.seen) == 1
    ask(c, "next")
    c.wait_for("you said next")
    assert c.models.seen[-1].told == [("user", "next")]     # roles take turns
    quit_with(c)


def test_an_error_event_in_the_middle(talk):
    def say(one):
        one.begin()
        one.text("so far so")
        one.event("modelStreamErrorException", {"message": "the model broke"}, "exception")

    c = talk(say)
    ask(c, "hi")
    screen = c.wait_for("the model broke")
    assert "so far so" in screen and "failed" in screen
    quit_with(c)


@pytest.mark.parametrize("metadata", [True, False])
def test_an_end_without_its_figures(talk, metadata):
    """Without usage nobody knows what it did cost: it is not zero, and the session counts what it may have cost."""
    c = talk(lambda one: (one.begin(), one.text("well"), one.end(metadata=metadata)))
    ask(c, "hi")
    if metadata:
        screen = c.wait_for("end_turn")
        assert re.search(r"10>5  <?\$\S+", screen)
    else:
        screen = c.wait_for(lambda t: "well" in t and ("failed" in t or "end_turn" in t))
        assert re.search(r"->-  \$-", screen) and re.search(r"session \$0\.005\d of", screen)
    quit_with(c)


def test_stopped_for_its_length(talk):
    c = talk(lambda one: (one.begin(), one.text("half a sent"), one.end("max_tokens")))
    ask(c, "hi")
    c.wait_for("INVALID: cut off at max_tokens")
    quit_with(c)


def test_reasoning_and_tools_are_folded(talk):
    def say(one):
        one.begin()
        one.event("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": "let me think"}}})
        one.event("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"reasoningContent": {"signature": "c2ln"}}})
        one.text("the answer", 1)
        one.end()

    c = talk(say)
    ask(c, "hi")
    screen = c.wait_for("end_turn")
    assert "reasoning, 12 bytes  (o unfolds)" in screen and "let me think" not in screen
    c.send("esc", "o")
    c.wait_for("let me think")
    ask(c, "again")
    assert c.models.wait(2)[1].body["messages"][1]["content"][0] == {"reasoningContent": {"reasoningText": {"text": "let me think", "signature": "c2ln"}}}
    c.wait_for(lambda t: said(t, "the answer", 2))
    quit_with(c)


# --- hostile answers ---

def test_l02_hostile_answers(talk):
    """Nothing that a model says reaches the terminal as anything but text, wherever it is cut into pieces."""
    texts = [*samples(), "\x1b[2J\x1b]0;owned\x07", "\u202egnp.exe", "```\n\x1b[31m\n```", "[link](javascript:x)", "\x9b31m", "> # - \x1b[8m",
             "\x1b]8;;http://x/\x07click\x1b]8;;\x07", "`\x1b[31m`", "**\x07**", f"a{chr(0x301) * 5000}b", "\r\nfake $ prompt\r", "█" * 3000]
    tame = shapes_of(talk, ["tame **bold** `code`\n# head\n- item\n```\ncode\n```\n"] * 3)
    got = shapes_of(talk, texts)
    assert got[0] <= tame[0] | STEPS
    rest = got[1].replace("\x18", "")
    assert not FORBIDDEN.search(rest), repr(FORBIDDEN.search(rest)[0])


def shapes_of(talk, texts):
    queue = list(texts)

    def say(one):
        one.begin()
        for text in queue:
            raw = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
            for piece in (raw[:1], raw[1:len(raw) // 2], raw[len(raw) // 2:], "\n\n"):
                if piece:
                    one.text(piece)
            time.sleep(0.01)
        one.text("\n\nthe very end")
        one.end()

    c = talk(say, size=(120, 40))
    ask(c, "hi")
    c.wait_for(lambda t: "the very end" in t and "end_turn" in t, 60)
    c.send("esc", "o")
    for _ in range(6):
        c.send("\x1b[5~")                                   # page up, through what was said
    c.send("y")
    quit_with(c)
    text = c.raw.decode("utf-8")
    return shapes(text), SEQUENCE.sub("", text)


def test_l02_what_a_model_says_runs_nothing(talk):
    """Its words are rows of text: no command, no key, no link, and no tool."""
    words = "\n".join([":q", ":forget all", "Q", "\x1b[200~Q\x1b[201~", "[open](https://example.com)", "<tool_use>rollback</tool_use>"])

    def say(one):
        assert "toolConfig" not in one.body
        one.begin()
        one.text(words)
        one.event("contentBlockStart", {"contentBlockIndex": 1, "start": {"toolUse": {"toolUseId": "t1", "name": "rollback"}}})
        one.event("contentBlockDelta", {"contentBlockIndex": 1, "delta": {"toolUse": {"input": "{\"agent\":\"upsell\"}"}}})
        one.end("tool_use")

    c = talk(say)
    ask(c, "hi")
    screen = c.wait_for("tool_use")
    screen = c.wait_for("the model used a tool, and none was offered to it")
    assert ":forget all" in screen and '"agent": "upsell"' in screen and "[open](https://example.com)" in screen
    c.pump(1)
    assert c.process.poll() is None and len(c.models.seen) == 1 and b"\x1b]8;" not in c.raw
    quit_with(c)
