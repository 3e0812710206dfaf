"""--at TIME: answers as of a moment of the past, cut in the middle of an hour."""
import datetime
import time

import pytest


def iso(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


@pytest.fixture
def get(home, start_sim):
    """Of a region whose clock stands: what is under way stays so while questions are asked."""
    sim = start_sim("--seed", "7", "--speed", "0")
    return lambda *args: home.json("get", *args, env=sim.env)


@pytest.mark.parametrize("back_s", [1, 47 * 60 + 13, 3 * 3600 + 7])
def test_jobs_and_cost_as_of_then(get, back_s):
    at = iso(time.time() - back_s)
    begin = iso(datetime.datetime.fromisoformat(at).timestamp() - 5400)
    every = get("jobs", "--since", iso(time.time() - back_s - 4 * 3600))
    jobs = get("jobs", "--since", "90m", "--at", at)
    assert jobs and all(begin <= j["updatedAt"] <= at for j in jobs)
    assert {j["jobId"] for j in jobs} == {j["jobId"] for j in every if begin <= j["updatedAt"] <= at}
    for by in ("tenant", "version", "model"):
        cost = get("cost", "--since", "90m", "--at", at, "--by", by)
        assert (cost["since"], cost["until"]) == (begin, at)
        # Calls are booked where they began; what began by then counts with what is known of it now.
        booked = [j for j in get("jobs", "--since", iso(time.time() - back_s - 4 * 3600)) if begin <= j["startedAt"] <= at]
        assert cost["totalNanoUsd"] == sum(j["costNanoUsd"] or 0 for j in booked if j["costSource"])
        assert sum(g["jobs"] for g in cost["groups"]) == len(booked)


def test_a_time_that_is_none(home, sim):
    done = home.run("get", "cost", "--at", "yesterday", env=sim.env)
    assert done.returncode == 2 and b"--at takes a span" in done.stderr
