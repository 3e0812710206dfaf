"""What cards do on a server written by others, whose agents are set up and read back with boto3."""
import re

import pytest

from console import Console
from desk import opened
from others import routed_agent, runtime_at_2

AGENT = "clerk"


@pytest.fixture(scope="module")
def table(ministack):
    """An agent of the agents table, and what its items say."""
    return routed_agent(ministack, AGENT, {"1.0": "approved", "1.1": "production", "1.2": "testing"}, "1.1")


@pytest.fixture
def here(ministack, home):
    """The home, whose context is the server and may write."""
    home.env.update({k: v for k, v in ministack.env.items() if k != "AWS_ENDPOINT_URL"})
    home.config(f'contexts:\n  main: {{stage: dev, account_id: "000000000000", region: us-east-1, endpoint_url: "{ministack.url}", write: true}}\n')
    return home


def done(c, command, reason, says):
    """Through the card of that command, where no name need be typed."""
    opened(c, command)
    c.send("enter", *reason, "enter", "tab", "enter")
    c.wait_for(lambda t: re.search(says, t, re.M), 60)


def test_pause_approve_and_undo_from_the_screen(here, table):
    home, c = here, Console([here.binary, "--write"], here.env)
    try:
        done(c, f"pause {AGENT} route", "wrong prices", r"^PA-.*serving>paused.*DONE")
        assert table()["paused"]["BOOL"] is True and table()["reason"]["S"] == "wrong prices" and "lock" not in table()
        opened(c, f"approve {AGENT} 1.2")
        assert "clerk 1.2: testing > approved" in c.text()
        c.send("enter", *"evals passed", "enter", "tab", "enter")
        c.wait_for(lambda t: re.search(r"^AP-.*testing>approved.*DONE", t, re.M), 60)
        assert table("1.2")["status"]["S"] == "approved" and table()["paused"]["BOOL"] is True
        opened(c, "undo")                                 # an approval has no undo: what is taken back is the pause
        assert "clerk route: paused > serving" in c.text()
        c.send("enter", *"prices are right", "enter", "tab", "enter")
        c.wait_for(lambda t: re.search(r"^RE-.*paused>serving.*DONE", t, re.M), 60)
        assert table()["paused"]["BOOL"] is False and [r["M"]["version"]["S"] for r in table()["routes"]["L"]] == ["1.1"]
    finally:
        c.close()
    assert home.run("audit", "verify").returncode == 0


def test_rollout_undo_and_rollback_from_the_screen(here, table):
    def routes():
        return {r["M"]["version"]["S"]: int(r["M"]["weight"]["N"]) for r in table()["routes"]["L"]}

    c = Console([here.binary, "--write"], here.env)
    try:
        done(c, f"rollout {AGENT} 1.0 25", "a quarter first", r"^RO-.*MOVED")
        assert routes() == {"1.0": 25, "1.1": 75} and table()["reason"]["S"] == "a quarter first"
        done(c, "undo", "on second thought", r"^UN-.*(VERIFYING|MOVED)")
        assert routes() == {"1.1": 100}
        done(c, f"rollback {AGENT} route 1.0", "fails", r"^RB-.*VERIFYING")
        assert routes() == {"1.0": 100} and "lock" not in table()
    finally:
        c.close()


def test_an_endpoint_from_the_screen(here, ministack):
    live = runtime_at_2(ministack, "scribe")
    assert b"is made" in here.run("setup", "--write", "--yes", "--reason", "locks").stdout
    c = Console([here.binary, "--write"], here.env)
    try:
        done(c, "rollback scribe prod 1", "fails", r"^RB-.*VERIFYING")
        assert live()["liveVersion"] == "1"
        done(c, "undo", "it was not that", r"^UN-.*(VERIFYING|MOVED)")
        assert live()["liveVersion"] == "2"
    finally:
        c.close()
    assert here.run("audit", "verify").returncode == 0
