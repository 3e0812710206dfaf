"""Whose move it was: what the console moves, and what the team's pipeline brings into line after it, rings nothing; a hand of others does."""
import subprocess
import time

import pytest

from test_back import region, settings  # region is a fixture

AGENT = "upsell-generator"           # an AgentCore runtime and a classic agent are brought into line with its route


@pytest.fixture
def watched(region):
    """A quiet region that a collector watches."""
    r = region()
    r.home.config(settings() + "limits: {api_calls_per_minute: 100000}\n")
    collector = r.start("collect")
    yield r
    collector.terminate()
    try:
        collector.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        collector.kill()


def wait(what, seconds=120):
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, "not seen in time"
        time.sleep(1)
    return found


def pointers(r):
    """What moved: {object: (to, by)}."""
    return {c["object"]: (c["to"], c["by"]) for c in r.home.json("get", "changes", "--cached", "--since", "10m") if c["kind"] == "pointer"}


def told(r):
    return {a["key"]: a for a in r.home.json("get", "alerts", "--cached") if a["id"] == "moved-outside"}


def looks(r):
    return r.home.json("sql", "SELECT at_ms FROM watched")[0]["at_ms"]


def test_a_rollback_and_what_follows_it_ring_nothing(watched):
    r = watched
    wait(lambda: r.home.stores() and r.home.run("get", "alerts", "--cached").returncode == 0 and r.home.json("sql", "SELECT at_ms FROM watched"))
    assert r.write("rollback", AGENT, "--pointer", "route", "--to", "2.0")["outcome"] == "done"
    followed = {f"{AGENT}/prod", "upsell_generator/prod", "upsell_generator/canary"}
    wait(lambda: followed <= {o for o, (_, by) in pointers(r).items() if "release-pipeline" in (by or "")})
    assert "simulated/console" in pointers(r)[f"{AGENT}/route"][1]
    began = looks(r)
    wait(lambda: looks(r) > began)
    assert told(r) == {}
    # Somebody else moves another agent: that is told, with where to and by whom.
    r.move("menu-writer", "1.0")
    alert = wait(lambda: told(r).get("menu-writer/route"))
    assert alert["state"] == "firing" and set(told(r)) == {"menu-writer/route"}
    # And the same agent, later: its row names the move, not what seismo did before.
    r.move(AGENT, "2.1")
    alert = wait(lambda: told(r).get(f"{AGENT}/route"))
    assert alert["agentVersion"] == "2.1", alert
