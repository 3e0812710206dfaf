"""Proof after a move: `--wait back` says when the fleet is back, when it certainly is not, and when it cannot be said; `rollout --guard` goes on
by itself, or puts the old route back. On the simulated region, its minutes made shorter."""
import json
import re
import subprocess
import time

import pytest

WRITE = ("--write", "--yes", "--reason", "fails 18 %")
CONTEXT = 'default_context: live\ncontexts:\n  live: {region: us-east-1, account_id: "000000000000", stage: dev, write: true}\n'


def settings(rollback="", rollout="", above="0.15"):
    return (CONTEXT + f"rollback: {{quiet: 5s, min_count: 20, hold: 3s{rollback}}}\nalerts:\n  - {{id: err-high, above: {above}, clear: 0.01}}\n" +
            (f"rollout: {{{rollout}}}\n" if rollout else ""))


class Region:
    def __init__(self, sim, home):
        self.sim, self.home = sim, home
        home.env.update(sim.env)
        self.ddb = sim.client("dynamodb")

    def item(self, agent):
        return self.ddb.get_item(TableName="agents", Key={"agentId": {"S": agent}, "version": {"S": "#route"}}, ConsistentRead=True)["Item"]

    def route(self, agent):
        return {r["M"]["version"]["S"]: int(r["M"]["weight"]["N"]) for r in self.item(agent)["routes"]["L"]}

    def wait_for_route(self, agent, route, seconds=60):
        end = time.monotonic() + seconds
        while self.route(agent) != route:
            assert time.monotonic() < end, self.route(agent)
            time.sleep(0.3)

    def move(self, agent, version):
        """Somebody who knows nothing of locks."""
        self.ddb.update_item(TableName="agents", Key={"agentId": {"S": agent}, "version": {"S": "#route"}},
                             UpdateExpression="SET #r = :r, #v = #v + :one", ExpressionAttributeNames={"#r": "routes", "#v": "rev"},
                             ExpressionAttributeValues={":r": {"L": [{"M": {"version": {"S": version}, "weight": {"N": "100"}}}]}, ":one": {"N": "1"}})

    def start(self, *args):
        return subprocess.Popen([self.home.binary, *args], env=self.home.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                stdin=subprocess.DEVNULL)

    def write(self, *args, code=0, timeout=400):
        done = self.home.run(*args, *WRITE, "-o", "json", timeout=timeout)
        assert done.returncode == code, (done.returncode, done.stdout.decode(), done.stderr.decode())
        return json.loads(done.stdout)


@pytest.fixture
def region(start_sim, home):
    return lambda *args: Region(start_sim("--seed", "7", *args), home)


BACK = ("rollback", "upsell-generator", "--pointer", "route", "--wait", "back")


def test_a_bad_release_is_back(region):
    r = region("--scenario", "bad-release", "--speed", "40")
    r.wait_for_route("upsell-generator", {"2.2": 100})
    time.sleep(10)
    r.home.config(settings(above="0.5").replace("min_count: 20", "min_count: 5").replace("hold: 3s", "hold: 30s"))
    r.home.run("get", "cost", "--since", "1h", timeout=120)
    began = time.monotonic()
    doc = r.write(*BACK, "--from", "2.2", "--to", "2.1")
    assert (doc["outcome"], doc["exit"], doc["verified"]) == ("done", 0, True) and doc["message"].startswith("BACK")
    assert "low traffic" not in doc["message"] and "2.2 has had no job for" in doc["message"]
    assert doc["after"]["jobs"] >= 5 and doc["after"]["errorRate"] < 0.5 and doc["after"]["p95Ms"] > 0 and doc["after"]["nanoUsdPerJob"] > 0
    assert doc["before"]["jobs"] > 0 and 0 <= doc["traffic"]["oldVersionShare"] < 0.2
    assert 5 <= doc["traffic"]["waitedS"] <= time.monotonic() - began + 1
    assert r.route("upsell-generator") == {"2.1": 100}


def test_few_jobs_are_low_traffic(region):
    r = region("--scenario", "bad-release", "--speed", "40")
    r.wait_for_route("upsell-generator", {"2.2": 100})
    time.sleep(10)
    r.home.config(settings().replace("min_count: 20", "min_count: 100000"))
    done = r.home.run(*BACK, "--to", "2.1", *WRITE, timeout=400)
    assert done.returncode == 0, done.stderr.decode()
    last = done.stdout.decode().splitlines()[-1]
    assert last.startswith("BACK low traffic, n="), last
    assert b"VERIFYING" in done.stderr


def test_a_plan_says_whether_it_will_help(region):
    r = region("--scenario", "bad-release", "--speed", "240")
    r.wait_for_route("upsell-generator", {"2.2": 100})
    time.sleep(40)
    r.home.run("get", "cost", "--since", "30h", timeout=120)
    text = r.home.run("rollback", "upsell-generator", "--pointer", "route", "--to", "2.1", "--dry-run").stdout.decode()
    assert "is it    THE RELEASE fails more than the target did: rollback will probably help" in text, text
    assert "before   2.2 failed " in text
    text = r.home.run("rollback", "upsell-judge", "--pointer", "route", "--to", "1.2", "--dry-run").stdout.decode()
    assert "is it    " in text and "probably help" not in text, text


def test_a_version_that_fails_is_not_back(region):
    """Put \"back\" to the one that is bad: it is told, with its figures, and the pointer stays."""
    r = region("--scenario", "bad-release", "--speed", "40")
    r.wait_for_route("upsell-generator", {"2.2": 100})
    r.home.config(settings(above="0.04"))
    r.write("rollback", "upsell-generator", "--pointer", "route", "--to", "2.1")
    doc = r.write(*BACK, "--to", "2.2", code=6)
    assert doc["message"].startswith("NOT BACK, the new version fails more often") and doc["outcome"] == "done" and doc["exit"] == 6
    assert doc["after"]["errorRate"] > 0.04 and r.route("upsell-generator") == {"2.2": 100}


def test_what_cannot_be_said_in_time(region):
    r = region()
    r.home.config(settings(", wait: 6s"))
    began = time.monotonic()
    doc = r.write("rollback", "lead-qualifier", "--pointer", "route", "--to", "4.1", "--wait", "back", code=6)
    assert doc["message"].startswith("VERIFYING") and doc["verified"] is True and time.monotonic() - began < 60
    assert r.route("lead-qualifier") == {"4.1": 100}


def test_a_pointer_that_is_moved_away_meanwhile(region):
    r = region()
    r.home.config(settings(", wait: 5m").replace("quiet: 5s", "quiet: 10m"))
    going = r.start("rollback", "lead-qualifier", "--pointer", "route", "--to", "4.1", "--wait", "back", *WRITE, "-o", "json")
    r.wait_for_route("lead-qualifier", {"4.1": 100})
    time.sleep(1)
    r.move("lead-qualifier", "4.2")
    out, _ = going.communicate(timeout=120)
    doc = json.loads(out)
    assert going.returncode == 6 and doc["message"].startswith("NOT BACK, the pointer was moved away")


def test_told_to_end_while_it_waits(region):
    r = region()
    r.home.config(settings().replace("quiet: 5s", "quiet: 10m"))
    going = r.start("rollback", "lead-qualifier", "--pointer", "route", "--to", "4.1", "--wait", "back", *WRITE, "-o", "json")
    r.wait_for_route("lead-qualifier", {"4.1": 100})
    time.sleep(4)
    going.terminate()
    out, _ = going.communicate(timeout=60)
    assert going.returncode == 6 and json.loads(out)["message"].startswith("VERIFYING")


@pytest.mark.parametrize("args,word", [
    (("rollback", "lead-qualifier", "--wait", "for-ever"), b"--wait takes"), (("rollback", "lead-qualifier", "--guard"), b"rollback takes one agent"),
    (("rollout", "lead-qualifier", "4.1", "--percent", "10", "--wait", "back"), b"a move of all traffic"),
    (("rollout", "lead-qualifier", "4.1", "--percent", "10", "--guard"), b"in place of --percent"),
    (("rollout", "lead-qualifier", "4.1", "--guard", "--wait", "back"), b"leave out --wait"),
])
def test_what_does_not_go_together(home, args, word):
    done = home.run(*args, *WRITE)
    assert done.returncode == 2 and word in done.stderr, done.stderr


def test_a_guarded_rollout_goes_to_the_end(region):
    r = region("--speed", "240")
    r.home.config(settings(rollout="min_time: 5s, min_count: 8, max_error_rate_delta: 0.9, max_p95_ratio: 9, max_usd_per_job_ratio: 9"))
    plan = r.home.run("rollout", "upsell-generator", "2.0", "--pointer", "route", "--guard", "--dry-run")
    assert b"2.1:90 2.0:10" in plan.stdout and r.route("upsell-generator") == {"2.1": 100}
    seen, going = [], r.start("rollout", "upsell-generator", "2.0", "--pointer", "route", "--guard", *WRITE)
    end = time.monotonic() + 400
    second = None
    while going.poll() is None and time.monotonic() < end:
        route = r.route("upsell-generator")
        if not seen or seen[-1] != route:
            seen.append(route)
        if route.get("2.0") == 10 and second is None:
            # Another driver of the same agent moves nothing.
            second = r.home.run("rollout", "upsell-generator", "2.0", "--pointer", "route", "--guard", *WRITE, timeout=60)
        time.sleep(0.3)
    out, err = going.communicate(timeout=60)
    assert going.returncode == 0, (out.decode(), err.decode())
    assert r.route("upsell-generator") == {"2.0": 100}
    assert {"2.1": 90, "2.0": 10} in seen and {"2.1": 50, "2.0": 50} in seen
    assert second is not None and second.returncode == 3 and b"this one holds" in second.stderr, second
    assert b"the rollout is over: 2.0" in out and b"advance at 10 %" in err and b"advance at 50 %" in err


@pytest.mark.parametrize("breach", ["abort", "hold"])
def test_a_bad_version_is_not_rolled_out(region, breach):
    r = region("--scenario", "bad-release", "--speed", "240")
    r.wait_for_route("upsell-generator", {"2.2": 100})
    r.home.config(settings(rollout=f"steps: [50, 100], min_time: 10m, min_count: 100000, on_breach: {breach}"))
    r.write("rollback", "upsell-generator", "--pointer", "route", "--to", "2.1")
    doc = r.write("rollout", "upsell-generator", "2.2", "--pointer", "route", "--guard", code=1)
    # One job in five fails after three tries: it also takes longer, and costs more.
    assert re.search("fails more often|is slower|cost more", doc["message"]) and doc["exit"] == 1, doc
    if breach == "abort":
        assert doc["message"].startswith("aborted at 50 %") and r.route("upsell-generator") == {"2.1": 100} and doc["action"] == "undo"
    else:
        assert doc["message"].startswith("abort at 50 %") and r.route("upsell-generator") == {"2.1": 50, "2.2": 50} and doc["action"] == "rollout"


def test_without_a_driver_nothing_moves(region):
    """The process is killed: the route stays, and another one may drive on."""
    r = region("--speed", "40")
    r.home.config(settings(rollout="min_time: 5s, min_count: 100000"))
    going = r.start("rollout", "lead-qualifier", "4.1", "--pointer", "route", "--guard", *WRITE)
    r.wait_for_route("lead-qualifier", {"4.2": 90, "4.1": 10})
    time.sleep(2)
    going.kill()
    going.communicate(timeout=10)
    time.sleep(8)
    assert r.route("lead-qualifier") == {"4.2": 90, "4.1": 10}
    told = r.start("rollout", "lead-qualifier", "4.1", "--pointer", "route", "--guard", *WRITE)
    time.sleep(10)
    told.terminate()
    _, err = told.communicate(timeout=60)
    assert b"serves" in err or b"stays at 10 %" in err, err
    assert r.route("lead-qualifier") == {"4.2": 90, "4.1": 10}
