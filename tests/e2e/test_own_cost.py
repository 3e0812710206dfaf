"""What the program's own calls cost: counted as they are made, added up by all runs, and what happens at the day's cap."""
import csv
import io
import time

import pytest

pytestmark = pytest.mark.usefixtures("one_day")
CONFIG = """
contexts:
  dev: {{stage: dev, region: us-east-1, sources: {{jobs: {{poll: 1s, tail: {tail}}}, agents: {{poll: 1s}}, metrics: {{poll: 10s}}}}}}
limits: {{own_cost_usd_per_day: {cap}, api_calls_per_minute: {calls}}}
"""


def config(home, sim, cap="1.00", calls=100000, tail="off"):
    home.config(CONFIG.format(cap=cap, calls=calls, tail=tail))
    home.env.update(sim.env)


def own(home):
    """What the snapshot says: operation -> (requests, nUSD)."""
    done = home.run("sql", "SELECT op, calls, nusd FROM own_cost", "-o", "csv")
    if done.returncode:
        return {}
    return {row["op"]: (int(row["calls"]), int(row["nusd"])) for row in csv.DictReader(io.StringIO(done.stdout.decode()))}


def info(home):
    return home.run("info").stdout.decode()


def until(holds, timeout=60):
    end = time.monotonic() + timeout
    while not holds():
        assert time.monotonic() < end, f"not within {timeout} s"
        time.sleep(0.3)


def test_each_run_adds_what_it_did_cost(home, start_sim):
    config(home, start_sim("--seed", "7"))
    assert "own cost     $0.00 of $1.00 today (UTC), 0 requests" in info(home)
    home.json("get", "metrics")
    first = own(home)
    calls, nusd = first["cloudwatch GetMetricData"]
    assert nusd == 10_000 * 50 and calls == 1                   # $0.01 for 1,000 metrics; the region has fifty
    assert first["cloudwatch ListMetrics"][1] == 10_000 * first["cloudwatch ListMetrics"][0]
    assert first["sts GetCallerIdentity"][1] == 0
    home.json("get", "metrics")
    again = own(home)
    assert again["cloudwatch GetMetricData"] == (2, 10_000 * 100)
    assert "cloudwatch GetMetricData: $0.001, 2 requests" in info(home)
    home.json("get", "jobs", "--since", "1h")
    assert own(home)["dynamodb Query"][1] > 0 and "cloudwatch-logs FilterLogEvents" in own(home)
    assert own(home)["cloudwatch-logs FilterLogEvents"][1] == 0


def test_coverage_says_how_things_stand(home, start_sim):
    config(home, start_sim("--seed", "7"), calls=4321)
    home.json("get", "metrics")
    lines = home.json("get", "coverage")
    day, = [x for x in lines if x["area"] == "own_cost" and x["subject"] == "own calls today"]
    assert day["state"] == "ok" and "of $1.00 (UTC day)" in day["found"]
    assert [x for x in lines if x["area"] == "own_cost" and x["subject"] == "cloudwatch GetMetricData"]
    calls, = [x for x in lines if x["area"] == "calls"]
    assert "of 4321 in the last minute" in calls["found"]


def test_at_the_cap_it_slows_down_and_says_so(home, console, start_sim):
    config(home, start_sim("--seed", "7"), cap="0.0006")         # one look at the metrics, and a few at the jobs
    screen = console(size=(200, 50))
    screen.wait_for("slowed: own cost at its cap", timeout=60)
    # What is asked from here on: the registry each second, jobs every ten, metrics not.
    until(lambda: "dynamodb Scan" in own(home) and own(home).get("cloudwatch GetMetricData", (0, 0))[1])
    before, begun = own(home), time.monotonic()
    until(lambda: own(home)["dynamodb Scan"][0] >= before["dynamodb Scan"][0] + 20, timeout=120)
    after, seconds = own(home), time.monotonic() - begun
    assert after["cloudwatch GetMetricData"] == before["cloudwatch GetMetricData"]
    assert after["dynamodb Query"][0] - before["dynamodb Query"][0] <= 12 * (seconds / 10 + 3)      # two ranges a round
    assert "at its cap: jobs and metrics are read ten times less often" in info(home)


def test_a_collector_and_a_restart_find_the_cap_spent(home, console, start_sim):
    config(home, start_sim("--seed", "7"), cap="0.0005")
    home.json("get", "metrics")
    screen = console(size=(200, 50))
    screen.wait_for("slowed: own cost at its cap", timeout=30)
    assert own(home)["cloudwatch GetMetricData"][0] <= 2         # the first look of the console at most


def test_live_tail_stops_at_half_of_it(home, console, start_sim):
    config(home, start_sim("--seed", "7"), cap="0.015", tail="auto")         # its first minute costs a cent
    screen = console(size=(200, 50))
    screen.wait_for("half of limits.own_cost_usd_per_day is spent", timeout=60)
    assert own(home).get("cloudwatch-logs StartLiveTail", (1, 0))[0] == 1


def test_a_minute_has_no_more_calls_than_it_may(home, console, start_sim):
    config(home, start_sim("--seed", "7"), calls=60)
    screen = console(size=(200, 50))
    start = time.monotonic()
    until(lambda: sum(calls for calls, _ in own(home).values()) >= 25, timeout=60)
    spent = sum(calls for calls, _ in own(home).values())
    minutes = (time.monotonic() - start) / 60
    assert spent <= 60 * (minutes + 1)
    assert own(home)["dynamodb Scan"][0] >= 3                    # the registry goes before the jobs
    assert screen.process.poll() is None
