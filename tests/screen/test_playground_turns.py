"""What a turn of the playground is asked with besides its text: a tier, a guardrail. At 80x24, on the simulated region."""
import base64
import json
import re

from test_playground import OTHER, ask, command, kept, quit_with, talk  # noqa: F401  (talk is a fixture)


def flags(home):
    return [r for r in home.json("get", "flags") if r["kind"] == "guardrail"]


def test_a_tier_is_asked_for_and_said(talk, home, sim):
    home.env.update(sim.env)
    c = talk()
    command(c, "tier turbo")
    c.wait_for("a tier is default, priority, flex or reserved")
    command(c, "tier flex")
    c.wait_for("column 1 asks for tier flex")
    ask(c, "how are the reviews?")
    c.wait_for("tier flex", 20)
    command(c, "tier")
    c.wait_for("asks for no tier")
    ask(c, "and the hours?")
    screen = c.wait_for(lambda t: "> and the hours?" in t and "end_turn" in t, 20)
    assert screen.count("tier ") == 1                       # the usual one is nothing to say
    command(c, "column add")
    command(c, "tier priority")
    c.wait_for("differ in 2 things (tier, history)")
    quit_with(c)


def test_a_temperature(talk):
    def say(one):
        one.begin()
        one.text("hello")
        one.end()

    c = talk(say)
    command(c, "temperature 1.5")
    c.wait_for("a number from 0 to 1")
    command(c, "column add")
    command(c, "temperature 0.25")
    c.wait_for("column 2 asks with temperature 0.25")
    c.wait_for("differs: temperature")
    ask(c, "hi")
    c.wait_for("2 vs 1: out +0 %")
    assert sorted(str(one.body["inferenceConfig"].get("temperature")) for one in c.models.wait(2)) == ["0.25", "None"]
    command(c, "temperature off")
    c.wait_for("the model's own temperature")
    c.wait_for(lambda t: "differs" not in t)
    quit_with(c)


def test_tier_that_was_not_served(talk):
    def say(one):
        assert one.body["serviceTier"] == {"type": "priority"}
        one.begin()
        one.text("hello")
        one.event("messageStop", {"stopReason": "end_turn"})
        one.event("metadata", {"usage": {"inputTokens": 10, "outputTokens": 5, "totalTokens": 15}, "serviceTier": {"type": "default"}})
        one.socket.sendall(b"0\r\n\r\n")

    c = talk(say)
    command(c, "tier priority")
    ask(c, "hi")
    c.wait_for("tier default; priority was asked for")
    quit_with(c)


def test_a_guardrail(talk, home, sim):
    home.env.update(sim.env)
    c = talk()
    command(c, "guardrail no such")
    c.wait_for("a guardrail is ID or ID:VERSION")
    command(c, "guardrail gr1abc:1")
    c.wait_for("AWS charges it by the text")
    ask(c, "how was it?")
    c.wait_for("guardrail gr1abc:1 let it through, 4 text units (no price)", 20)
    ask(c, "you idiot")
    screen = c.wait_for("guardrail_intervened", 20)
    rows = " ".join(screen.split())
    assert "guardrail gr1abc:1 intervened, 4 text units (no price); input: content INSULTS" in rows
    assert "flag high guardrail (content)" in rows
    quit_with(c)
    (first, _), = kept(home, 1).values()
    assert [(f["severity"], f["rule"], f["view"], f["sample"]) for f in flags(home)] == [("high", "content", "input", "you idiot")]
    # It comes back with the conversation.
    c = talk(model=None)
    command(c, f"chat {first[:8]}")
    rows = " ".join(c.wait_for("intervened").split())
    assert "intervened, 4 text units (no price); input: content INSULTS" in rows
    quit_with(c)


def test_a_guardrail_that_is_asked_first(talk, home, sim):
    home.env.update(sim.env)
    home.config(json.dumps({"contexts": {"dev": {"stage": "dev", "region": "us-east-1", "guardrail": "gr1abc", "guardrail_check_input": True}}}))
    c = talk()
    ask(c, "you idiot")
    rows = " ".join(c.wait_for("not part of what the model is told", 20).split())
    assert "not sent: guardrail gr1abc:DRAFT blocks it, input: content INSULTS" in rows and "$-" in rows
    ask(c, "how was it?")
    c.wait_for(lambda t: "end_turn" in t and "let it through" in t, 20)
    command(c, "guardrail off")
    ask(c, "you idiot")
    c.wait_for(lambda t: "> you idiot" in t.split("let it through")[-1] and "end_turn" in t, 20)
    quit_with(c)
    assert len(flags(home)) == 1


# --- before a question is sent ---

def before(c):
    """The row above the input."""
    return c.text().splitlines()[19]


def test_the_service_counts(talk, home, sim):
    home.env.update(sim.env)
    c = talk()
    c.send("esc", "t")
    c.wait_for("nothing to count")
    c.send("i")
    c.send("How do the reviews of last week compare?")
    c.wait_for(lambda t: "~11 in +-30 %" in t)
    command(c, "tokens")
    c.wait_for("=14 in | max $")
    c.send("i", " ")
    c.wait_for(lambda t: "in +-30 %" in t and "=14" not in t)
    c.send("\x7f")
    c.wait_for("=14 in | max $")                             # what was counted is this text
    c.send("enter")
    screen = c.wait_for("end_turn", 20)
    assert " 14>" in screen                                  # as many as were charged
    quit_with(c)


def test_one_column_that_cannot_be_counted(talk, home, sim):
    home.env.update(sim.env)
    c = talk()
    command(c, "column add")
    command(c, f"model {OTHER}")
    c.send("i")
    c.send("hello there")
    command(c, "tokens")
    c.wait_for("column 2 was not counted, its estimate stays")
    c.wait_for("~3 in +-30 %")                               # of the focused one
    c.send("tab")
    c.wait_for("=7 in | max $")
    quit_with(c)


def metered(tokens_out, stop="end_turn", **usage):
    def say(one):
        one.begin()
        one.text("hello")
        one.event("messageStop", {"stopReason": stop})
        one.event("metadata", {"usage": {"inputTokens": 100, "outputTokens": tokens_out, "totalTokens": 100 + tokens_out, **usage}})
        one.socket.sendall(b"0\r\n\r\n")
    return say


def by_model(**say):
    """Another answer for each model: by a word of its id."""
    return lambda one: next(v for k, v in say.items() if k in one.model)(one)


def two(c):
    command(c, "column add")
    command(c, f"model {OTHER}")


def test_what_was_cut_off_is_compared_with_nothing(talk):
    c = talk(by_model(haiku=metered(5), nova=metered(7, "max_tokens")), size=(100, 24))
    two(c)
    c.wait_for("caches off | differs: model")
    ask(c, "hi")
    c.wait_for("INVALID: 2 was cut off at max_tokens, so nothing is compared")
    command(c, "model us.anthropic.claude-haiku-4-5-20251001-v1:0")
    command(c, "tier flex")
    ask(c, "hi")
    c.wait_for(lambda t: "2 vs 1: out +0 %" in t)
    command(c, f"model {OTHER}")
    c.wait_for("2 and 1 differ in 2 things (model, tier)")
    assert "differs: model, tier" in before(c)
    quit_with(c)


def test_a_warm_up_and_what_a_cache_makes_of_the_cost(talk):
    c = talk(by_model(haiku=metered(10, cacheReadInputTokens=0, cacheWriteInputTokens=4000),
                      sonnet=metered(10, cacheReadInputTokens=4000, cacheWriteInputTokens=0)), size=(100, 30))
    command(c, "system " + "be brief " * 3)
    command(c, "prompt-cache on")
    c.wait_for("the first question pays for writing it")
    command(c, "column add")
    command(c, "model us.anthropic.claude-sonnet-4-5-20250929-v1:0")
    c.send("i")
    c.send("how are the reviews?")
    command(c, "warm-up")
    screen = c.wait_for(lambda t: t.count("only fills the caches") == 2)
    assert "warm-up> how are the reviews?" in screen and "vs 1" not in screen and screen.splitlines()[3].count("warm-up") == 2
    assert screen.splitlines()[-4].startswith(">") and "how are the reviews?" in screen.splitlines()[-4]      # the text stays
    seen = c.models.wait(2)
    assert all(one.body["inferenceConfig"]["maxTokens"] == 1 and one.body["system"][-1] == {"cachePoint": {"type": "default"}} for one in seen)
    c.send("i", "enter")
    screen = c.wait_for(lambda t: "2 vs 1: out +0 %" in t)
    rows = " ".join(screen.split())
    assert "prompt cache: 0 read, 4.0k written; cold $0.0057" in rows and "prompt cache: 4.0k read, 0 written; cold $0.017" in rows
    assert "$0.0057 end_turn" in rows and "$0.0018 end_turn" in rows      # what each did cost: one wrote, one read
    assert "steady  TTFT" in screen and "| prompt cache |" in screen
    assert [m for one in c.models.wait(4)[2:] for m in one.told] == [("user", "how are the reviews?")] * 2      # the warm-up is not told
    quit_with(c)


# --- what leaves it ---

CODE = "first:\n```\none\n```\nthen:\n```sh\ntwo\n```\n"


def copied(c):
    """What the terminal was told to put into its clipboard, last."""
    found = re.findall(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)", bytes(c.raw))
    return base64.b64decode(found[-1]).decode() if found else None


def test_code_blocks_are_copied(talk):
    def say(one):
        one.begin()
        one.text(CODE)
        one.end()

    c = talk(say)
    command(c, "copy")
    c.wait_for("nothing to copy here")
    ask(c, "show me")
    c.wait_for("end_turn")
    for line, want in (("copy 1", "one\n"), ("copy 2", "two\n"), ("copy last", "two\n"), ("copy", CODE)):
        command(c, line)
        c.wait_for(lambda t: "copied" in t and copied(c) == want)
    command(c, "copy 3")
    c.wait_for("the answer has 2 code blocks")
    command(c, "copy x")
    c.wait_for(":copy N its Nth code block")
    quit_with(c)


def test_a_question_becomes_a_case(talk, home, sim, tmp_path):
    home.env.update(sim.env)
    prompts = tmp_path / "prompts"
    prompts.mkdir()
    (prompts / "offer@1.txt").write_text("Offer something to {{tenant}}.\n")
    home.config(json.dumps({"contexts": {"dev": {"stage": "dev", "region": "us-east-1", "sources": {"templates": [{"kind": "local", "path": str(prompts)}]}}}}))
    file = tmp_path / "cases.jsonl"
    file.write_text('{"id":"mine","input":"by hand"}')          # no line end
    c = talk()
    command(c, f"case {file}")
    c.wait_for("nothing was asked yet")
    ask(c, "two soups, \"hot\"")
    c.wait_for("end_turn", 20)
    command(c, f"case {file}")
    c.wait_for("to cases.jsonl, as it was typed and expecting nothing yet: case-")
    command(c, f"case {file}")
    c.wait_for("cases.jsonl has it already: case-")
    command(c, "template offer tenant=acme")
    c.wait_for("has this template's text")
    ask(c, "a dessert")
    c.wait_for(lambda t: "> a dessert" in t and "end_turn" in t, 20)
    command(c, f"case {file}")
    c.wait_for("nothing yet: offer@1-")
    command(c, f"case {tmp_path}/no/such/folder")
    c.wait_for("cannot write")
    quit_with(c)
    mine, first, second = map(json.loads, file.read_text().splitlines())
    assert mine["id"] == "mine"
    assert first == {"id": first["id"], "input": 'two soups, "hot"', "vars": {}, "expect": []} and re.fullmatch("case-[0-9a-f]{8}", first["id"])
    assert second == {"id": second["id"], "input": "a dessert", "vars": {"tenant": "acme"}, "expect": []}
    assert re.fullmatch("offer@1-[0-9a-f]{8}", second["id"])
    # An evaluation reads it.
    (tmp_path / "suite.yaml").write_text("cells: [{name: one, model: amazon.nova-pro-v1:0, max_tokens: 50}]\ndataset: cases.jsonl\n"
                                         "expect: [{lacks: zebra}]\n")
    got = home.json("eval", str(tmp_path / "suite.yaml"))
    assert got["cases"] == 3, got
