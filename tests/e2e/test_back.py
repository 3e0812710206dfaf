"""Proof after a move: `--wait back` says when the fleet is back, when it certainly is not, and when it cannot be said.
On the simulated region, its minutes made shorter."""
import json
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

    def wait_for_jobs(self, agent, version, count, seconds=120):
        """Until so many jobs of the version have ended."""
        end = time.monotonic() + seconds
        while True:
            jobs = self.home.json("get", "jobs", "--since", "10m")
            ended = [j for j in jobs if (j["agentId"], j["agentVersion"]) == (agent, version) and j["status"] in ("succeeded", "failed")]
            if len(ended) >= count:
                return
            assert time.monotonic() < end, f"{len(ended)} of {count}"
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
    r = region("--scenario", "bad-release", "--speed", "240")
    r.home.config(settings(above="0.5").replace("min_count: 20", "min_count: 5").replace("hold: 3s", "hold: 12s"))
    r.wait_for_jobs("upsell-generator", "2.2", 20)
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
    r = region("--scenario", "bad-release", "--speed", "240")
    r.home.config(settings().replace("min_count: 20", "min_count: 100000"))
    r.wait_for_jobs("upsell-generator", "2.2", 5)
    done = r.home.run(*BACK, "--to", "2.1", *WRITE, timeout=400)
    assert done.returncode == 0, done.stderr.decode()
    last = done.stdout.decode().splitlines()[-1]
    assert last.startswith("BACK low traffic, n="), last
    assert b"VERIFYING" in done.stderr


def test_a_plan_says_whether_it_will_help(region):
    r = region("--scenario", "bad-release", "--speed", "240")
    r.home.config(CONTEXT)
    r.wait_for_jobs("upsell-generator", "2.2", 100)
    r.home.run("get", "cost", "--since", "30h", timeout=120)
    text = r.home.run("rollback", "upsell-generator", "--pointer", "route", "--to", "2.1", "--dry-run").stdout.decode()
    assert "is it    THE RELEASE fails more than the target did: rollback will probably help" in text, text
    assert "before   2.2 failed " in text
    text = r.home.run("rollback", "upsell-judge", "--pointer", "route", "--to", "1.2", "--dry-run").stdout.decode()
    assert "is it    " in text and "probably help" not in text, text


def test_a_version_that_fails_is_not_back(region):
    """Put \"back\" to the one that is bad: it is told, with its figures, and the pointer stays."""
    r = region("--scenario", "bad-release", "--speed", "240")
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
