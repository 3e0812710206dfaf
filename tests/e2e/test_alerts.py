"""Alerts and budgets on the command line: a collector watches the simulated region, commands list, acknowledge and silence."""
import json
import re
import subprocess
import time

import pytest

from conftest import Home, SimProcess
from console import Console

BUDGETS = """budgets:
  - {id: tiny, period: day, limit_usd: 0.01, percent: [50, 80, 95, 100]}
  - {id: both, scope: {tenant: t-harborside, agent: visibility-check}, period: month, limit_usd: 1000000.00}
  - {id: elsewhere, scope: {context: prod}, period: day, limit_usd: 0.01}
"""


@pytest.fixture(scope="module")
def watched(seismo, tmp_path_factory):
    """A home whose collector has looked at least once at a tenant that runs away."""
    sim = SimProcess(seismo, "--seed", "7", "--scenario", "runaway-cost", "--speed", "60")
    home = Home(seismo, tmp_path_factory.mktemp("watched"))
    home.config(BUDGETS)
    home.env.update(sim.env)
    collector = subprocess.Popen([seismo, "collect"], env=home.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    home.collector = collector
    try:
        end = time.monotonic() + 90
        while not [a for a in alerts(home, "--cached") if a["id"] == "trace-calls"] and time.monotonic() < end:
            time.sleep(2)
        yield home
    finally:
        collector.terminate()
        collector.wait(20)
        sim.stop()


def alerts(home, *more):
    done = home.run("get", "alerts", "-o", "json", *more)
    return json.loads(done.stdout) if done.returncode == 0 else []


def by_id(rows, name):
    return [a for a in rows if a["id"] == name]


MEMBERS = ["id", "source", "key", "severity", "state", "value", "threshold", "baseline", "count", "since", "acknowledgedBy", "agentId",
           "agentVersion"]


def test_alerts_are_listed_acknowledged_and_silenced(watched):
    rows = alerts(watched)
    assert all(list(a) == MEMBERS for a in rows)
    assert [a["since"] for a in rows] == sorted((a["since"] for a in rows), reverse=True)
    assert {a["source"] for a in rows} == {"local", "cloudwatch"} and by_id(rows, "fleet-throttles")
    assert not by_id(rows, "not-watched")
    loop = by_id(rows, "trace-calls")[0]
    assert loop["state"] == "firing" and loop["severity"] == "warning" and loop["threshold"] == 50 and loop["value"] > 50
    assert loop["value"] == loop["count"] and loop["agentId"] == "visibility-check" and loop["agentVersion"]
    tiny = by_id(rows, "budget")[0]
    assert tiny["key"] == "tiny" and tiny["severity"] == "critical" and tiny["threshold"] == 1 and tiny["value"] > 1
    # Refused with a sentence: no reason, no such alert, no such rule.
    for args, code, words in ((("ack", "trace-calls"), 2, b"--reason"), (("ack", "nothing", "--reason", "x"), 2, b"there is no alert nothing"),
                              (("silence", "trace-cals", "--for", "1h"), 2, b"did you mean trace-calls?"),
                              (("silence", "trace-calls"), 2, b"--for TIME"), (("silence", "trace-calls", "--for", "91d"), 2, b"at most 90d"),
                              (("get", "alerts", "--at", "1h"), 2, b"--at")):
        done = watched.run(*args)
        assert done.returncode == code and words in done.stderr and not done.stdout, args
    assert watched.run("ack", "trace-calls", "--reason", "a loop, its owner knows").returncode == 0
    done = watched.json("silence", "budget:tiny", "--for", "2h", "--reason", "a test")
    assert done["alert"] == "budget:tiny" and done["did"] == "silenced" and done["until"]
    rows = alerts(watched, "--cached")
    loop = by_id(rows, "trace-calls")[0]
    assert loop["state"] == "acknowledged" and "@" in loop["acknowledgedBy"] and loop["value"] > 50
    assert by_id(rows, "budget")[0]["state"] == "silenced"
    # The next look of the collector takes nothing of it away, and goes on measuring.
    end = time.monotonic() + 75
    while (now := by_id(alerts(watched, "--cached"), "trace-calls")[0])["value"] == loop["value"] and time.monotonic() < end:
        time.sleep(2)
    assert now["state"] == "acknowledged" and now["value"] > loop["value"] and now["since"] == loop["since"]
    assert watched.run("silence", "budget:tiny", "--for", "0s").returncode == 0
    assert by_id(alerts(watched, "--cached"), "budget")[0]["state"] == "firing"
    # As a table and as CSV.
    table = watched.run("get", "alerts", "--cached").stdout.decode()
    assert "STATE" in table and "trace-calls" in table and "CELL" not in table
    head = watched.run("get", "alerts", "--cached", "-o", "csv").stdout.decode().splitlines()[0]
    assert set(head.split(",")) == set(MEMBERS)


def test_budgets_are_added_up_exactly(watched):
    # The collector goes on filling in weeks meanwhile: what is asked for is what the snapshot has.
    budgets = {b["id"]: b for b in watched.json("get", "budgets", "--cached")}
    assert set(budgets) == {"tiny", "both"}              # the third is of another context
    tiny, both = budgets["tiny"], budgets["both"]
    assert list(tiny) == ["id", "scope", "period", "limitNanoUsd", "spentNanoUsd", "forecastNanoUsd", "percent", "reached"]
    assert tiny["limitNanoUsd"] == 10_000_000 and tiny["reached"] == [50, 80, 95, 100] and tiny["percent"] >= 100
    assert both["scope"] == {"tenant": "t-harborside", "agent": "visibility-check"} and both["reached"] == [] and both["forecastNanoUsd"] is None
    # The same from the snapshot's rows, by another program.
    rows = watched.json("sql", "SELECT sum(nano_usd) AS n FROM jobs WHERE tenant = 't-harborside' AND agent = 'visibility-check' "
                               "AND strftime('%Y-%m', booked_at) = strftime('%Y-%m', 'now')")
    again = {b["id"]: b for b in watched.json("get", "budgets", "--cached")}
    assert both["spentNanoUsd"] <= rows[0]["n"] <= again["both"]["spentNanoUsd"]


def test_the_console_shows_them_and_takes_over_the_watch(watched):
    """From the list to the jobs behind an alert; a reason on the command line; and when the collector dies, the console watches."""
    c = Console([watched.binary], watched.env, (100, 30))
    try:
        c.wait_for("VITAL SIGNS", 30)
        c.send("9")
        c.wait_for(lambda t: "trace-cost" in t and f"watched by collect {watched.collector.pid}" in t, 30)
        c.wait_for(lambda t: " !" in t.split("\n")[0][60:69], 60)
        c.send("/", *"trace-cost", "enter")
        c.wait_for(lambda t: "trace-calls" not in t and re.search(r"trace cost \$\S+ >\$5.00", t))
        c.send("d")
        page = c.wait_for("what to do")
        assert "trace_usd > $5.00, window 1h" in page and "One trace has cost more than $5." in page
        c.send("esc", "a")
        c.wait_for(":ack trace-cost:")
        c.send("enter")
        c.wait_for("say why")
        c.send("a", *"its owner knows", "enter")
        c.wait_for(lambda t: "acknowledged trace-cost:" in t and re.search(r"trace-cost.* ack |trace cost .* ack ", t))
        assert by_id(alerts(watched, "--cached"), "trace-cost")[0]["state"] == "acknowledged"
        c.send(*":silence soon", "enter")
        c.wait_for("for how long")
        c.send("s", "enter")
        c.wait_for("silenced trace-cost:")
        c.send(*":silence 0s", "enter")
        c.wait_for("silenced no more trace-cost:")
        c.send("enter")
        screen = c.wait_for(lambda t: "Jobs > version visibility-check@" in t and "/trace:" in t and "visibility-check@" in t.split("\n", 4)[4])
        assert "FIRES" not in screen
        c.send("9")
        watched.collector.kill()
        watched.collector.wait(10)
        c.wait_for(lambda t: re.search(rf"watched by console {c.process.pid}, last look", t), 90)
        assert by_id(alerts(watched, "--cached"), "trace-cost")[0]["state"] == "acknowledged"
        c.send("Q")
        assert c.wait_exit() == 0 and c.left_clean()
    finally:
        c.close()


def test_nobody_watching_is_said(home, sim):
    home.env.update(sim.env)
    home.json("get", "jobs", "--since", "1h")
    done = home.run("get", "alerts", "--cached", "-o", "json")
    assert done.returncode == 0 and b"nobody watches this snapshot (last look: never)" in done.stderr
    rows = json.loads(done.stdout)
    assert [(a["id"], a["state"], a["severity"]) for a in by_id(rows, "not-watched")] == [("not-watched", "firing", "warning")]
    # Without a snapshot there is nothing to speak of.
    home.env["XDG_DATA_HOME"] = str(home.path / "empty")
    done = home.run("ack", "err-high", "--reason", "x")
    assert done.returncode == 1 and b"has no snapshot yet" in done.stderr
