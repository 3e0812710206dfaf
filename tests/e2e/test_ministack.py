"""The binary against ministack, an AWS emulator by others: its answers must equal books kept in Python, to the nUSD."""
import csv
import datetime
import io
import math
import re
import time

import pytest

from jobs_fleet import ACCOUNT, Fleet, UTC
from peers import REGION

WINDOW = datetime.timedelta(hours=2)


@pytest.fixture(scope="module")
def fleet(ministack):
    f = Fleet(ministack)
    f.create()
    f.fill(ordinary=80)
    return f


def check_cost(home, env, books):
    """All five groupings against the books."""
    for by in ("tenant", "persona", "agent", "version", "model"):
        since = datetime.datetime.now(UTC) - WINDOW
        got = home.json("get", "cost", "--by", by, "--since", "2h", env=env)
        want = books.cost(by, since)
        assert got["by"] == by and got["approximate"] is False and got["source"] == "store"
        groups = {g["key"] or "": (g["nanoUsd"], g["jobs"], g["unpricedJobs"], g["tokens"]) for g in got["groups"]}
        assert groups == want
        assert got["totalNanoUsd"] == books.total(since)
        assert got["unpricedJobs"] == sum(unpriced for _, _, unpriced, _ in want.values())
        amounts = [g["nanoUsd"] for g in got["groups"]]
        assert amounts == sorted(amounts, reverse=True)


def check_jobs(home, env, books):
    got = home.json("get", "jobs", "--since", "2h", env=env)
    since = datetime.datetime.now(UTC) - WINDOW
    want = {i["jobId"]: books.job_json(i, ACCOUNT, REGION) for i in books.jobs.values()
            if datetime.datetime.fromisoformat(i["updatedAt"].replace("Z", "+00:00")) >= since}
    assert {j["jobId"]: j for j in got} == want
    assert [j["updatedAt"] for j in got] == sorted((j["updatedAt"] for j in got), reverse=True)


def test_answers_equal_the_books(home, ministack, fleet):
    check_jobs(home, ministack.env, fleet.books)
    check_cost(home, ministack.env, fleet.books)


def test_asking_again_changes_nothing(home, ministack, fleet):
    first = home.json("get", "cost", "--since", "2h", env=ministack.env)
    for _ in range(3):
        again = home.json("get", "cost", "--since", "2h", env=ministack.env)
        assert again["groups"] == first["groups"] and again["totalNanoUsd"] == first["totalNanoUsd"]
    check_cost(home, ministack.env, fleet.books)


def test_changes_are_taken_in(home, ministack, fleet):
    check_cost(home, ministack.env, fleet.books)
    running = next(j for j in fleet.books.jobs.values() if j["status"] == "running")
    fleet.now = datetime.datetime.now(UTC)
    newer = {**running, "status": "succeeded", "latencyMs": 4321, "tokens": fleet.tokens(), "costMicroUsd": 17,
             "updatedAt": fleet.job(0)["updatedAt"]}
    fleet.put_job(newer)                                    # the same job, further on
    first = next(iter(fleet.books.jobs.values()))
    fleet.put_job({**first, "tokens": fleet.tokens(), "updatedAt": newer["updatedAt"]})   # a corrected amount
    late = fleet.job(1, tokens=None, costMicroUsd=None)
    fleet.put_job(late)
    fleet.write_lines([fleet.line(fleet.ago(1), late["jobId"])])
    for _ in range(10):
        fleet.put_job(fleet.job(1))
    check_jobs(home, ministack.env, fleet.books)
    check_cost(home, ministack.env, fleet.books)


def test_a_line_that_comes_after_its_job(home, ministack, fleet):
    job = fleet.job(3, tokens=None, costMicroUsd=None)
    fleet.put_job(job)
    check_jobs(home, ministack.env, fleet.books)
    fleet.write_lines([fleet.line(fleet.ago(2), job["jobId"])])
    check_jobs(home, ministack.env, fleet.books)
    check_cost(home, ministack.env, fleet.books)


def test_agents(home, ministack, fleet):
    got = home.json("get", "agents", "--since", "2h", env=ministack.env)
    assert [a["agentId"] for a in got] == ["fact-checker", "upsell-generator", "vc-analysis"]
    for agent in got:
        jobs = [j for j in fleet.books.jobs.values() if j.get("agentId") == agent["agentId"]]
        route = agent["pointers"][0]
        assert route["id"] == agent["agentId"] + "/route" and route["rev"] == 3 and route["updatedBy"] == "ci-deploy"
        assert route["live"] == route["target"] and route["live"][0]["weight"] == 100
        assert agent["backend"] == "dynamodb" and 0 < agent["jobs"] <= len(jobs)
        assert 0 <= agent["errorRate"] <= 1 and agent["p95Approximate"] is True
    cost = {g["key"]: g for g in home.json("get", "cost", "--since", "30d", "--by", "agent", "--cached", env=ministack.env)["groups"]}
    for agent in home.json("get", "agents", "--since", "30d", "--cached", env=ministack.env):
        jobs = [j for j in fleet.books.jobs.values() if j.get("agentId") == agent["agentId"]]
        failed, ended = (sum(j["status"] in states for j in jobs) for states in (("failed",), ("failed", "succeeded")))
        took = sorted(j["latencyMs"] for j in jobs if j.get("latencyMs") is not None)
        exact = took[math.ceil(0.95 * len(took)) - 1]
        assert agent["jobs"] == cost[agent["agentId"]]["jobs"] and agent["errorRate"] == pytest.approx(failed / ended)
        assert abs(agent["p95Ms"] - exact) <= exact * 0.01


def test_csv_has_the_same_numbers(home, ministack, fleet):
    asked = home.json("get", "jobs", "--since", "2h", env=ministack.env)
    done = home.run("get", "jobs", "--since", "2h", "-o", "csv", env=ministack.env)
    assert done.returncode == 0
    rows = list(csv.DictReader(io.StringIO(done.stdout.decode(), newline="")))
    assert len(rows) == len(asked)
    for row, job in zip(rows, asked):
        assert row["jobId"] == job["jobId"]
        assert row["costNanoUsd"] == ("" if job["costNanoUsd"] is None else str(job["costNanoUsd"]))
        assert row["tokens.cacheWrite1h"] == ("" if job["tokens"] is None else str(job["tokens"]["cacheWrite1h"]))
    formulas = [r["tenantId"] for r in rows if "cmd()" in r["tenantId"]]
    assert formulas and all(f == "'=cmd()" for f in formulas)


def test_tables_are_for_terminals(home, ministack, fleet):
    for kind in ("jobs", "cost", "agents"):
        done = home.run("get", kind, "--since", "2h", env=ministack.env)
        text = done.stdout.decode()
        assert done.returncode == 0 and len(text.splitlines()) > 3
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)


def test_cached_answers_without_the_server(home, ministack, fleet):
    fresh = home.json("get", "cost", "--since", "2h", env=ministack.env)
    done = home.run("get", "cost", "--since", "2h", "--cached", env=ministack.env)
    assert done.returncode == 0 and b"snapshot" in done.stderr
    assert home.json("get", "cost", "--since", "2h", "--cached", env=ministack.env)["groups"] == fresh["groups"]


def test_console_shows_jobs_and_the_sum(home, ministack, fleet, console):
    env = ministack.env
    c = console("--command", "jobs", env=env, size=(140, 40))
    newest = max(fleet.books.jobs.values(), key=lambda j: j["updatedAt"])
    c.wait_for(newest["jobId"][-8:], 15)
    c.send(":", "pulse", "enter")
    today = home.json("get", "cost", "--since", datetime.datetime.now(UTC).strftime("%Y-%m-%dT00:00:00Z"), env=env)
    usd = today["totalNanoUsd"] / 1e9
    shown = re.search(r"today \$([0-9.]+)(k?)", c.wait_for(lambda t: re.search(r"today \$\d", t), 15))
    assert abs(float(shown[1]) * (1000 if shown[2] else 1) - usd) <= usd * 0.006     # three digits
    fleet.now = datetime.datetime.now(UTC)
    job = fleet.job(0)
    fleet.put_job(job)
    c.send("3")
    start = time.monotonic()
    c.wait_for(job["jobId"][-8:], 20)
    assert time.monotonic() - start < 20
    c.send("Q")
    assert c.wait_exit() == 0 and c.left_clean()
    assert not re.search(rb"\x1b\]0;|\x07", bytes(c.raw))
