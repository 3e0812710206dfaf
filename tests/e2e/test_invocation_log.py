"""Bedrock's own log of the calls beside the jobs' items and lines: each call is booked once, whatever tells of it."""
import collections
import contextlib
import sqlite3
import time

import pytest

import loglines

CONFIG = """
contexts:
  dev:
    stage: dev
    sources:
      jobs: {log_groups: [%s]}
      cost: {invocation_log_group: %s}
"""
PLAIN = CONFIG.split("      cost")[0]


def back(days):
    """The same moment for all questions of a test."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - days * 86400))


def ask(home, sim, config, since):
    home.config(config)
    cost = home.json("get", "cost", "--since", since, "--by", "tenant", env=sim.env)
    with contextlib.closing(sqlite3.connect(home.stores()[0])) as db:
        lines = loglines.read(db)
        kinds = collections.Counter(l.kind for l in lines)
        texts = [l.text for l in lines if l.kind == loglines.INVOCATION][:50]
    for f in home.stores():
        f.unlink()
    return cost, kinds, texts


@pytest.fixture(scope="module")
def still(seismo):
    """A region whose clock stands, so that several questions are about the same calls."""
    from conftest import SimProcess
    sim = SimProcess(seismo, "--seed", "11", "--speed", "0")
    yield sim
    sim.stop()


def test_each_call_once(home, still):
    groups = ("/seismo/jobs", "/aws/bedrock/modelinvocations")
    since = back(2)
    plain, kinds, _ = ask(home, still, PLAIN % groups[0], since)
    both, more, texts = ask(home, still, CONFIG % groups, since)
    assert 5 not in kinds and more[5] > 1000 and more[1] == kinds[1]
    assert all("requestId" in t and "inputBodyJson" not in t for t in texts)
    # The same counts from three sources are one call; what differs is where rounding happens: by the call or by the job.
    assert both["unpricedJobs"] == plain["unpricedJobs"]
    jobs = sum(g["jobs"] for g in plain["groups"])
    assert sum(g["jobs"] for g in both["groups"]) == jobs
    assert abs(both["totalNanoUsd"] - plain["totalNanoUsd"]) <= 2 * jobs
    for by in ("input", "output", "cacheRead", "cacheWrite5m", "cacheWrite1h"):
        assert sum(g["tokens"][by] for g in both["groups"]) == sum(g["tokens"][by] for g in plain["groups"])


def test_without_the_jobs_own_lines_the_tries_stand_for_themselves(home, still):
    since = back(1)
    plain, _, _ = ask(home, still, PLAIN % "", since)
    both, kinds, _ = ask(home, still, CONFIG % ("", "/aws/bedrock/modelinvocations"), since)
    calls = kinds[5]
    assert 1 not in kinds and calls > 500
    assert sum(g["tokens"]["output"] for g in both["groups"]) == sum(g["tokens"]["output"] for g in plain["groups"])
    assert abs(both["totalNanoUsd"] - plain["totalNanoUsd"]) <= 2 * calls + max(plain["totalNanoUsd"] // 50, 1)


def test_a_log_that_is_not_there(home, still):
    home.config(CONFIG % ("/seismo/jobs", "/aws/bedrock/nowhere"))
    done = home.run("get", "cost", "--since", "1h", env=still.env)
    assert done.returncode == 1 and b"does not exist" in done.stderr
