"""What a card cannot plan, and what it then says to do: a key or a command of the console, never a flag."""
import re

import pytest

from desk import AGENT, opened
from desk import desk, region  # fixtures


@pytest.fixture
def c(desk):
    return desk(stage="test", more="rollback: {known_good: {min_jobs: 100000000}}\n").open("--write")


def flat(text):
    return " ".join(text.split())


@pytest.mark.parametrize("command,words", [
    ("rollback visibility-check agentcore/DEFAULT", "DEFAULT of visibility_check follows each new version by itself: nobody can move it back. Make what"),
    (f"rollback {AGENT} AgentTestAlias", f"AgentTestAlias of {AGENT} follows each new version by itself"),
    (f"rollback {AGENT} route", ":rollback AGENT POINTER VERSION names the target"),
    (f"resume {AGENT} route", f"route of {AGENT} is not paused: there is nothing to resume"),
], ids=lambda v: v.split()[-1])
def test_it_says_what_can_be_done(c, command, words):
    opened(c, command, lambda t: words in flat(t))
    assert not re.search(r"(?<!`)--(to|from|pointer|percent|confirm)", c.text()), c.text()


@pytest.mark.parametrize("name", ["upsell-generator", "upsell_generator"])
def test_all_pointers_of_an_agent_are_there_to_choose(c, name):
    """Names with dashes and with underscores are one agent: none of its pointers is taken because of how it was spelled."""
    text = opened(c, f"rollback {name}", "a number takes that pointer").text()
    assert re.findall(r"^   \d  (\S+)$", text, re.M) == ["dynamodb/route", "agentcore/prod", "agentcore/canary", "agents-classic/prod"], text
    assert "a number takes one" in flat(text)
    c.send("2")
    c.wait_for(lambda t: re.search(r"^ ROLL BACK  upsell.generator / agentcore/prod$", t, re.M) and "of upsell_generator but" in flat(t), 30)
