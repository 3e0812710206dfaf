"""What a turn of the playground is asked with besides its text: a tier, a guardrail. At 80x24, on the simulated region."""
import json

from test_playground import ask, command, kept, quit_with, talk  # noqa: F401  (talk is a fixture)


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
