"""Scenarios of the simulated region through feeds, snapshot and watcher: a collector's alerts, on what, how soon, and nothing else.
tests/unit/test_alert_scenarios.c has the same by the half minute, over hours, with their ends."""
import json
import os
import re
import subprocess
import time

import pytest

from conftest import Home, SimProcess
from console import Console

TORTURE = bool(os.environ.get("SEISMO_TORTURE"))
QUIET_S = 1800 if TORTURE else 100
LATE_S = 300          # what a slow machine may take longer

# A share of throttled calls has to last for two minutes before it rings. tests/unit/test_alert_scenarios.c has that by the half minute;
# here it is two looks of the watcher one after the other, unless there is time.
STORM = "" if TORTURE else "alerts: [{id: throttled, for: 30s}]\ncontexts: {default: {sources: {metrics: {poll: 10s}}}}\n"

# --speed makes the scenario's minutes shorter, and the fleet as many times as busy: its spending is no news here.
BUSY = {"spend-high", "spend-critical", "spend-tenant", "spend-agent"}


class Watched:
    """A region, a collector on it, and what fired so far: {(rule, key): (seconds after the start, row)}."""

    def __init__(self, seismo, folder, *args, config=""):
        self.sim = SimProcess(seismo, "--seed", "7", *args)
        self.home = Home(seismo, folder)
        self.home.config(config)
        self.home.env.update(self.sim.env)
        self.began = time.monotonic()
        self.collector = subprocess.Popen([seismo, "collect"], env=self.home.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.fired = {}
        self.watched = False

    def look(self):
        done = self.home.run("get", "alerts", "--cached", "-o", "json")
        rows = json.loads(done.stdout) if done.returncode == 0 else []
        self.watched |= bool(rows) and not [a for a in rows if a["id"] == "not-watched"]
        for a in rows:
            if a["source"] == "local" and a["id"] != "not-watched" and a["state"] != "pending":
                self.fired.setdefault((a["id"], a["key"] or ""), (time.monotonic() - self.began, a))
        return self.fired

    def wait_for(self, rule, key, seconds):
        while (rule, key) not in self.look():
            assert time.monotonic() < self.began + seconds, f"no {rule} on {key!r}; there is {sorted(self.fired)}"
            time.sleep(1)
        return self.fired[(rule, key)][1]

    def runs(self):
        """How often it was looked, and what could not be judged at the last time."""
        rows = self.home.json("sql", "SELECT at_ms, rules, failed, note FROM watched")
        return rows[0] if rows else None

    def close(self):
        self.collector.terminate()
        self.collector.wait(30)
        self.sim.stop()


@pytest.fixture(scope="module")
def fleets(seismo, tmp_path_factory):
    """All at once: they have to wait for real minutes."""
    args = {"quiet": (), "bad-release": ("--speed", "40"), "throttle-storm": ("--speed", "20")}
    config = {"throttle-storm": STORM}
    made = {name: Watched(seismo, tmp_path_factory.mktemp(name), "--scenario", name, *more, config=config.get(name, ""))
            for name, more in args.items()}
    yield made
    for one in made.values():
        one.close()


def test_a_storm_of_throttles(fleets):
    f = fleets["throttle-storm"]
    row = f.wait_for("throttled", "", 240 + LATE_S)
    assert row["severity"] == "warning" and row["value"] > 0.02 and row["count"] >= 30
    others = {rule for rule, _ in f.look()} - {"throttled"} - BUSY
    # Who is throttled waits and tries again: slower, and in the end fewer succeed.
    assert others <= {"slow", "err-high"}, f.fired


def to_the_jobs_behind_it(f, key, size):
    """In the console: the changes before the alert, the nearest first, with their mover; what is known of it; its version's jobs."""
    c = Console([f.home.binary], f.home.env, size)
    try:
        c.wait_for("VITAL SIGNS", 30)
        c.send("9")
        c.wait_for(lambda t: re.search(r"^(CRIT|warn) .*upsell-generator", t, re.M), 30)
        c.send("/", *"err-after", "enter")
        # Since when: the clock time, or its age when that was yesterday.
        c.wait_for(lambda t: re.search(rf"^CRIT +(?:\d\d:\d\d|\d+[smh]) {key} +errors since move \d", t, re.M) and
                   re.search(rf"^ +\d min before: .*{key} 2\.1>2\.2 release-pipeline", t, re.M), 30)
        minutes = [int(m) for m in re.findall(r"^ +(\d+) min before: ", c.text(), re.M)]
        assert minutes and minutes == sorted(minutes)
        c.send("d")
        page = c.wait_for(lambda t: re.search(r"because +2\.1>2\.2 by release-pipeline", t) and "changed before it began" in t)
        assert re.search(r"\d\d:\d\d +\d+ min before +pointer upsell-generator/", page)
        c.send("esc", "enter")
        c.wait_for(lambda t: "Jobs > version upsell-generator@2.2" in t.splitlines()[1] and "upsell-generator@2.2" in t.split("\n", 4)[4], 30)
        others = [line for line in c.text().splitlines()[3:] if re.search(r"upsell-judge|visibility-check|menu-writer|upsell-generator@2\.1", line)]
        assert not others, c.text()
        c.send("Q")
        assert c.wait_exit() == 0 and c.left_clean()
    finally:
        c.close()


def test_a_bad_release_names_version_and_mover(fleets):
    f = fleets["bad-release"]
    key = "upsell-generator/route"
    moved = f.wait_for("moved-outside", key, 90 + LATE_S)
    assert (moved["agentId"], moved["agentVersion"], moved["severity"]) == ("upsell-generator", "2.2", "warning")
    bad = f.wait_for("err-after-move", key, 300 + LATE_S)
    assert (bad["agentId"], bad["agentVersion"], bad["severity"]) == ("upsell-generator", "2.2", "critical")
    assert bad["value"] > 3 * bad["baseline"] and bad["count"] >= 30
    for (rule, where), (_, row) in f.look().items():
        assert where in ("", key) or where.startswith("upsell") or rule in BUSY, (rule, where)
        # Whose answer is no JSON is asked again: one job in five pays three calls: a third dearer, and with few jobs at times the half.
        assert rule in {"moved-outside", "err-after-move", "err-high", "slow", "fail-streak", "dearer-after-move"} | BUSY, (rule, where)
    for size in ((80, 24), (200, 50)):
        to_the_jobs_behind_it(f, key, size)
    # Who did it stands beside it, with where that is known from: on the page of the alert and among the changes before it.
    text = f.home.run("once", "--cached", "--view", "alerts", "--size", "200x50").stdout.decode()
    row = next(line for line in text.splitlines() if "moved-outside" in line and key in line)
    assert "2.1>2.2 by release-pipeline" in row and ("(cloudtrail)" in row or "(dynamodb)" in row), text
    assert f"min before: {key} 2.1>2.2 release-pipeline" in text, text


def test_a_quiet_fleet_fires_nothing(fleets):
    f = fleets["quiet"]
    end = max(time.monotonic(), f.began + QUIET_S)
    while True:
        assert not f.look()
        if time.monotonic() >= end and f.watched and f.runs() and not f.runs()["failed"]:
            break
        assert time.monotonic() < end + LATE_S, "nobody has looked"
        time.sleep(3)
    # It was silent because it looked, not because it could not.
    last = f.runs()
    assert last["rules"] >= 24 and not last["note"], last
