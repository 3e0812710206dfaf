"""`auto`: which model a question goes to, which next when that one cannot answer, what is said of it and what it costs; against models that a
test leads, and against the simulated region with its faults."""
import json
import re

import pytest

from local_models import LocalModels, echo
from models import Models
from peers import free_port

HAIKU = "us.anthropic.claude-haiku-4-5-20251001-v1:0"
NOVA = "us.amazon.nova-pro-v1:0"
TITAN = "us.amazon.nova-lite-v1:0"
RULES = f"""
routing:
  rules:
    - {{name: code, code: true, models: ["{HAIKU}", "{NOVA}"]}}
    - {{name: general, models: ["{TITAN}", "{HAIKU}", local/here]}}
"""
BUSY = ("429 Too Many Requests", "ThrottlingException", "Too many requests")


def answer(one, text="said"):
    one.begin()
    one.text(text)
    one.end()


class World:
    def __init__(self, home, say, local=echo, more=""):
        self.home, self.models, self.local = home, Models(say), LocalModels(local)
        home.config(self.local.config() + RULES + more)
        self.env = {"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "none", "AWS_MAX_ATTEMPTS": "1",
                    "AWS_ENDPOINT_URL": self.models.url}

    def run(self, text="hello", *args, env=()):
        return self.home.run("chat", "--once", text, "--model", "auto", *args, env={**self.env, **dict(env)})

    def json(self, text="hello", env=()):
        done = self.run(text, "-o", "json", env=env)
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)

    @property
    def asked(self):
        return [one.model for one in self.models.seen]


@pytest.fixture
def world(home):
    made = []

    def make(say=answer, **more):
        made.append(World(home, say, **more))
        return made[-1]

    yield make
    for one in made:
        one.models.stop()
        one.local.stop()


def test_by_rule(world):
    w = world()
    got = w.json("what does this do?\n```\nx = 1\n```")
    assert got["answeredBy"] == HAIKU and got["model"] == "auto" and got["how"] == f"routed: code \u2192 {HAIKU}"
    got = w.json("how are you?")
    assert got["answeredBy"] == TITAN and got["how"] == f"routed: general \u2192 {TITAN}"
    assert got["costNanoUsd"] > 0
    done = w.run("how are you?")
    assert done.stdout == b"said\n" and f"[routed: general \u2192 {TITAN}]\n".encode() in done.stderr


REFUSALS = {
    "throttled": BUSY,
    "access denied": ("403 Forbidden", "AccessDeniedException", "You don't have access to the model with the specified model ID."),
    "not found": ("404 Not Found", "ResourceNotFoundException", "This model version has reached the end of its life."),
    "not available": ("400 Bad Request", "ValidationException", "The provided model identifier is invalid."),
    "failed": ("503 Service Unavailable", "ServiceUnavailableException", "busy"),
    "over its quota": ("400 Bad Request", "ServiceQuotaExceededException", "no more today"),
}


@pytest.mark.parametrize("words", REFUSALS)
def test_the_next_of_the_chain(world, words):
    w = world(lambda one: one.refuse(*REFUSALS[words]) if one.model == TITAN else answer(one))
    got = w.json()
    assert got["answeredBy"] == HAIKU and w.asked == [TITAN, HAIKU]
    assert got["how"] == f"routed: general \u2192 {TITAN}; fallback: {TITAN} {words} \u2192 {HAIKU}"
    spent = (w.home.path / ".local/state/seismo/playground.spent").read_text().split()
    assert int(spent[1]) == got["costNanoUsd"]              # a refusal costs nothing, and the reservation went with it


def test_to_the_local_one_at_the_end(world):
    w = world(lambda one: one.refuse(*BUSY))
    got = w.json()
    assert got["text"] == "you said hello" and got["answeredBy"] == "local/here" and got["costNanoUsd"] == 0
    assert got["how"].endswith(f"; fallback: {HAIKU} throttled \u2192 local/here: local model test:1")
    assert w.asked == [TITAN, HAIKU]


def test_what_no_other_model_mends(world):
    w = world(lambda one: one.refuse("400 Bad Request", "ValidationException", "messages: roles must alternate"))
    done = w.run()
    assert done.returncode == 1 and b"roles must alternate" in done.stderr and w.asked == [TITAN] and not w.local.seen
    w = world(lambda one: one.refuse("403 Forbidden", "UnrecognizedClientException", "The security token is invalid."))
    assert w.run().returncode == 1 and len(set(w.asked)) == 1 and not w.local.seen


def test_no_second_answer_once_there_is_text(world):
    def half(one):
        one.begin()
        one.text("half an ")
        one.event("throttlingException", {"message": "slow down"}, "exception")
        one.left()

    w = world(half)
    done = w.run()
    assert done.returncode == 1 and done.stdout.startswith(b"half an ") and w.asked == [TITAN] and not w.local.seen


def test_what_may_have_been_paid_goes_to_a_free_model_only(world):
    """It was sent, and the connection broke before a word came: nobody knows whether it was carried out."""
    w = world(lambda one: one.socket.close())
    got = w.json()
    assert w.asked == [TITAN] and got["answeredBy"] == "local/here" and "broke off" in got["how"]


def test_aws_is_out_of_reach(world):
    w = world()
    got = w.json(env={"AWS_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}"})
    assert got["text"] == "you said hello" and got["answeredBy"] == "local/here"
    assert re.search(rf"; fallback: {TITAN} out of reach \u2192 local/here: local model test:1, AWS out of reach since \d\d:\d\d$", got["how"])
    assert not w.asked


def test_nor_the_local_one(world):
    w = world(lambda one: one.refuse(*BUSY), local=lambda one: one.refuse("500 Oops", {"error": "no memory"}))
    done = w.run()
    assert done.returncode == 1 and b"the local model here" in done.stderr and b"no memory" in done.stderr
    assert f"fallback: {HAIKU} throttled".encode() in done.stderr


def test_a_chain_ends(world):
    w = world(lambda one: one.refuse(*BUSY))
    done = w.run("fix this:\n```\nx\n```")
    assert done.returncode == 1 and w.asked == [HAIKU, NOVA] and not w.local.seen and b"is throttled" in done.stderr


def test_no_way_around_a_guardrail(world):
    w = world(lambda one: one.refuse(*BUSY))
    done = w.run("hello", "--guardrail", "abc123:1")
    assert done.returncode == 1 and w.asked == [TITAN, HAIKU] and b"is throttled" in done.stderr and not w.local.seen


def test_the_dearest_is_reckoned_with(world):
    """Nova lite would be within the session's budget; what the chain may come to is not asked for, only what is asked is reserved."""
    w = world(more="limits: {playground: {usd_per_session: 0.005, usd_per_day: 1.00}}\n")
    assert w.json()["answeredBy"] == TITAN
    w = world(lambda one: one.refuse(*BUSY) if one.model == TITAN else answer(one), more="limits: {playground: {usd_per_session: 0.005}}\n")
    done = w.run()
    assert done.returncode == 3 and b"usd_per_session" in done.stderr and w.asked == [TITAN] and not w.local.seen


def test_without_rules(home):
    done = home.run("chat", "--once", "x", "--model", "auto", env={"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s"})
    assert done.returncode == 2 and b"the model auto needs routing.rules in config.yaml" in done.stderr


def test_no_rule_fits(home):
    home.config("routing:\n  rules:\n    - {name: x, match: '^never$', models: [a.b]}\n")
    done = home.run("chat", "--once", "x", "--model", "auto", env={"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s"})
    assert done.returncode == 2 and b"no rule of routing.rules fits this question" in done.stderr


# --- the simulated region with faults ---

@pytest.mark.parametrize("fault,says", [("throttle=1", "throttled"), ("error=1", "failed")])
def test_the_simulated_region_fails(world, start_sim, fault, says):
    """Each of its models, with the first two calls of this seed before a word of theirs came."""
    w = world()
    got = w.json(env=start_sim("--seed", "5", "--fault", fault).env)
    assert got["answeredBy"] == "local/here" and f"{HAIKU} {says} \u2192 local/here: local model test:1" in got["how"], got["how"]


def test_the_simulated_region_fails_in_the_middle(world, start_sim):
    w = world()
    done = w.run(env=start_sim("--seed", "3", "--fault", "error=1").env)
    assert done.returncode == 1 and len(done.stdout) > 4 and not w.local.seen


def test_a_model_that_the_simulated_region_has_not(world, sim, home):
    w = world()
    home.config(w.local.config() + f'\nrouting:\n  rules:\n    - {{name: all, models: [amazon.gone-v1:0, "{HAIKU}"]}}\n')
    got = w.json(env=sim.env)
    assert got["answeredBy"] == HAIKU and got["how"].startswith("routed: all \u2192 amazon.gone-v1:0; fallback: amazon.gone-v1:0 not"), got["how"]


def test_the_simulated_region_is_gone(world, start_sim):
    w, region = world(), start_sim("--seed", "7")
    assert w.json(env=region.env)["answeredBy"] == TITAN
    region.stop()
    assert w.json(env=region.env)["answeredBy"] == "local/here"
