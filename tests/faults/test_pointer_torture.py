"""A thousand races of two consoles and two hundred of eight, and the same while answers are lost and requests come late and twice; kill -9
at each checkpoint, fifty times. Several lanes at a time, each with an agent and a server of its own before the one simulated region.
SEISMO_TORTURE=1 runs it whole (some twenty minutes); else a few of each."""
import concurrent.futures
import itertools
import json
import os
import random
import time

import pytest

from test_pointer_faults import LOST, Region, kill_at, one_winner, race

pytest_plugins = ["faultkit"]
LONG = bool(os.environ.get("SEISMO_TORTURE"))
LANES = 6 if LONG else 2


class Lane(Region):
    """An agent that only this lane moves."""

    def __init__(self, sim, serve, home, number):
        super().__init__(sim, serve, home)
        self.agent, self.folder, self.state = f"lane-{number}", home.path / f"lane{number}", 0
        self.folder.mkdir()
        for version in ("1", "2"):
            self.ddb.put_item(TableName="agents", Item={"agentId": {"S": self.agent}, "version": {"S": version}, "status": {"S": "approved"}})
        self.ddb.put_item(TableName="agents", Item={"agentId": {"S": self.agent}, "version": {"S": "#route"}, "rev": {"N": "1"}, "routes": {
            "L": [{"M": {"version": {"S": "1"}, "weight": {"N": "100"}}}]}})

    @property
    def env(self):
        return {**super().env, "XDG_STATE_HOME": str(self.folder / f"own{self.state}")}


@pytest.fixture
def lanes(start_sim, serve, home):
    """lanes(total, work): work(lane, i) for each i, the lanes beside one another; the first failure is everybody's."""
    def run(total, work):
        sim = start_sim("--seed", "7", "--speed", "8")
        ours = [Lane(sim, serve, home, k) for k in range(LANES)]
        numbers = itertools.count()
        began = time.monotonic()

        def drive(lane):
            for i in iter(lambda: next(numbers), None):
                if i >= total:
                    return
                work(lane, i)
        with concurrent.futures.ThreadPoolExecutor(LANES) as pool:
            for one in [pool.submit(drive, lane) for lane in ours]:
                one.result()
        print(f"{total} in {time.monotonic() - began:.0f} s")
        return ours
    return run


def move(lane):
    """Where the agent's route is, and the move to the other version."""
    here = next(iter(lane.route()))
    there = {"1": "2", "2": "1"}[here]
    return there, ("rollback", lane.agent, "--pointer", "route", "--to", there, "--from", here)


def one_race(lane, runs):
    there, args = move(lane)
    rev = int(lane.item()["rev"]["N"])
    # Whoever got no answer to a question three times over gave up before the claim, and was in no race.
    docs = [d for d in race(lane, runs, args) if not (d[0] == 1 and d[1]["outcome"] == "failed" and not d[1]["requestIds"])]
    if not docs:
        return one_race(lane, runs)
    won = one_winner(docs)
    now = lane.item()
    assert lane.route() == {there: 100} and int(now["rev"]["N"]) == rev + 2 and "lock" not in now
    return won


def trouble(seed):
    """A tenth of all answers do not come, a twentieth of the requests comes twice, a tenth late."""
    dice = random.Random(seed)

    def rule(n, op, rq, on):
        chance = dice.random()
        if chance < 0.10:
            on()
            return LOST
        if chance < 0.15:
            on()                                 # and once more behind it
        elif chance < 0.25:
            time.sleep(dice.uniform(0.01, 0.15))
        return None
    return rule


@pytest.mark.parametrize("runs,total", [(2, 1000 if LONG else 6), (8, 200 if LONG else 2)], ids=["two", "eight"])
@pytest.mark.parametrize("troubled", [False, True], ids=["quiet", "trouble"])
def test_a01_exactly_one_wins_each_race(lanes, runs, total, troubled):
    def work(lane, i):
        lane.rule = trouble(i) if troubled else lane.rule
        one_race(lane, runs)
    ours = lanes(total, work)
    assert sum(lane.events().count("done") for lane in ours) == total


# --- kill -9 -------------------------------------------------------------------------------------------------------

# Of a move of a route: after the intent is on the disk, each request of it, before it is taken and when it is done.
CHECKPOINTS = [(op, n, before) for op, n in (("GetCallerIdentity", 2), ("TransactWriteItems", 1), ("TransactWriteItems", 2), ("GetItem", 5))
               for before in (True, False)]


@pytest.mark.parametrize("op,nth,before", CHECKPOINTS, ids=[f"{o}-{n}-{'before' if b else 'after'}" for o, n, b in CHECKPOINTS])
def test_a_route_killed_at_a_checkpoint_moves_once_at_most(lanes, op, nth, before):
    def work(lane, i):
        lane.state, lane.seen = i, []
        there, args = move(lane)
        done_before, rev = lane.events().count("done"), int(lane.item()["rev"]["N"])
        kill_at(lane, args, op, nth, before)
        row, = json.loads(lane.home.run("op", "list", "-o", "json", env=lane.env).stdout)
        assert row["outcome"] == "unknown"                   # nobody wrote "done" before it was verified
        end = lane.run(("op", "resolve", row["op"]))
        moved, now = lane.route() == {there: 100}, lane.item()
        assert "lock" not in now and lane.events().count("done") - done_before == moved
        assert int(now["rev"]["N"]) in (rev, rev + 2)
        if end.returncode == 0:
            after, = json.loads(lane.home.run("op", "list", "-o", "json", env=lane.env).stdout)
            assert (after["outcome"] == "done") == moved, after
        else:                                                # what was sent may still arrive: it is not said that it failed
            assert end.returncode == 5 and b"may still arrive" in end.stderr and not moved, end.stderr
    lanes(50 if LONG else 2, work)


ENDPOINT_CHECKPOINTS = [(op, n, before) for op, n in (("GetEndpoint", 2), ("UpdateEndpoint", 1), ("GetEndpoint", 3)) for before in (True, False)]


class Endpoint:
    """An endpoint of the lane's own, at version 1 or 2."""

    def __init__(self, lane):
        self.control, self.rid, _ = lane.endpoint()
        self.name = lane.agent.replace("-", "_")
        if self.name not in [e["name"] for e in self.control.list_agent_runtime_endpoints(agentRuntimeId=self.rid)["runtimeEndpoints"]]:
            self.control.create_agent_runtime_endpoint(agentRuntimeId=self.rid, name=self.name, agentRuntimeVersion="1")

    def settled(self):
        end = time.monotonic() + 30
        while (now := self.control.get_agent_runtime_endpoint(agentRuntimeId=self.rid, endpointName=self.name))["status"] != "READY":
            assert time.monotonic() < end, now
            time.sleep(0.05)
        return now


# The short form has one of them: test_pointer_faults.py kills at each once.
@pytest.mark.parametrize("op,nth,before", ENDPOINT_CHECKPOINTS if LONG else ENDPOINT_CHECKPOINTS[2:3],
                         ids=lambda v: {True: "before", False: "after"}.get(v, str(v)))
def test_an_endpoint_killed_at_a_checkpoint_moves_once_at_most(lanes, op, nth, before):
    def work(lane, i):
        endpoint = Endpoint(lane)
        here = endpoint.settled()
        lane.state, lane.seen = i, []
        there = {"1": "2", "2": "1"}[here["liveVersion"]]
        kill_at(lane, ("rollback", "visibility-check", "--pointer", f"agentcore/{endpoint.name}", "--to", there, "--from", here["liveVersion"]),
                op, nth, before)
        row, = json.loads(lane.home.run("op", "list", "-o", "json", env=lane.env).stdout)
        assert row["outcome"] == "unknown" and row["facts"]["pointer"] == here["agentRuntimeEndpointArn"]
        now = endpoint.settled()
        end = lane.run(("op", "resolve", row["op"]))
        moved = now["liveVersion"] == there
        assert end.returncode == 0 and moved <= lane.seen.count("UpdateEndpoint") <= 1, end.stderr
        after, = json.loads(lane.home.run("op", "list", "-o", "json", env=lane.env).stdout)
        assert after["outcome"] == ("done" if moved else "released"), after
        locked = lane.lock_row(here["agentRuntimeEndpointArn"])
        assert "lock" not in locked and (not moved or locked["live"]["S"] == there)
    lanes(50 if LONG else 2, work)
