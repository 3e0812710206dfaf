"""`seismo collect`: feeds without a screen, beside consoles on the same store, through kills and faults; and how it ends."""
import contextlib
import datetime
import json
import signal
import sqlite3
import subprocess

import pytest

from sharekit import Proxied, wait_for

pytest_plugins = ["faultkit", "sharekit"]
# A fleet that stands still a day ago: its books are closed, and whoever reads all of it has the same totals.
CLOCK = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=1)).replace(minute=30, second=0, microsecond=0)
SINCE = (CLOCK - datetime.timedelta(hours=6)).strftime("%Y-%m-%dT%H:%M:%SZ")
STILL = ("--seed", "7", "--speed", "0", "--clock", CLOCK.strftime("%Y-%m-%dT%H:%M:%SZ"))


@pytest.fixture
def still(start_sim, serve, home):
    return Proxied(start_sim(*STILL), serve, home)


@pytest.fixture
def collect(seismo, home):
    """collect("-o", "json", env=…): a collector, ended after the test."""
    running = []

    def start(*args, env):
        running.append(subprocess.Popen([seismo, "collect", *args], env={**home.env, **dict(env)}, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
        return running[-1]

    yield start
    for one in running:
        if one.poll() is None:
            one.kill()
        one.communicate()


def read_so_far(path):
    """Since when jobs and cost lines are complete, whoever brought them; ms, and far in the future while not known."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        rows = dict(db.execute("SELECT feed, value FROM cursor"))
    return max(int(rows.get("jobs.back", 1 << 60)), int(rows.get("lines.back", 1 << 60)))


def has_all(shared):
    try:
        return read_so_far(shared.store()) < (CLOCK - datetime.timedelta(hours=7)).timestamp() * 1000
    except (sqlite3.OperationalError, ValueError):
        return False            # not made yet


def costs(home, env, *args):
    return {by: home.json("get", "cost", "--since", SINCE, "--by", by, *args, env=env)["groups"] for by in ("tenant", "version", "model")}


def test_two_consoles_and_a_collector_share_one_store(still, console, collect, home):
    """One of the three asks. It is killed in the middle of the past, twice; the totals are those of a store of one's own."""
    c = collect(env=still.env("collect"))
    wait_for(lambda: still.home.stores() and still.holder(), 30)
    a, b = (console(env=still.env(name), size=(140, 30)) for name in "ab")
    for one in (a, b):
        one.wait_for(f"polled by collect {c.pid}", 20)
    wait_for(lambda: still.asked("collect") > 20, 30)
    assert still.holder() == ("collect", c.pid) and still.asked("a") == still.asked("b") == 0

    c.kill()
    wait_for(lambda: still.holder()[0] == "console", 30)
    first = "a" if still.holder()[1] == a.process.pid else "b"
    wait_for(lambda: still.asked(first) > 10, 30)
    assert still.asked("b" if first == "a" else "a") == 0
    dead, last = (a, b) if first == "a" else (b, a)
    dead.process.send_signal(signal.SIGKILL)
    wait_for(lambda: still.holder() == ("console", last.process.pid), 30)
    wait_for(lambda: has_all(still), 90)

    got = costs(home, still.env("get"), "--cached")
    alone = costs(home, {**still.env("alone"), "XDG_DATA_HOME": str(home.path / "alone")})
    assert got == alone and sum(g["nanoUsd"] for g in got["tenant"]) > 0
    last.send("Q")
    assert last.wait_exit() == 0 and still.holder() is None


@pytest.mark.parametrize("faults", ["throttle=0.3", "error=0.1,tear=0.05,dup=0.3,reorder=0.3"])
def test_a_collector_through_faults(start_sim, serve, still, collect, home, faults):
    """It goes on by itself, and counts nothing twice and leaves nothing out."""
    torn = Proxied(start_sim(*STILL, "--fault", faults), serve, home)
    c = collect("-o", "json", env=torn.sim.env)
    wait_for(lambda: torn.home.stores() and has_all(torn), 120)
    c.send_signal(signal.SIGTERM)
    out, err = c.communicate(timeout=20)
    assert c.returncode == 0 and err == ""
    reports = [json.loads(line) for line in out.splitlines()]
    assert reports[0]["event"] == "polls AWS" and reports[0]["state"] == "polling"
    got = costs(home, torn.sim.env, "--cached")
    assert got == costs(home, {**still.env("alone"), "XDG_DATA_HOME": str(home.path / "alone")})


def test_what_it_says_and_how_it_ends(sim, home, collect, serve):
    shared = Proxied(sim, serve, home)
    first = collect(env=shared.env("one"))
    wait_for(lambda: shared.home.stores() and shared.holder() == ("collect", first.pid), 30)
    second = collect("-o", "json", env=shared.env("two"))
    report = json.loads(second.stdout.readline())
    assert report["event"] == f"collect {first.pid} polls AWS, this one stands by" and report["state"] == "standby"
    assert report["context"] == "dev" and report["account"] == "000000000000" and report["polledBy"] == f"collect {first.pid}"
    wait_for(shared.told_all, 30)

    first.send_signal(signal.SIGINT)
    out, err = first.communicate(timeout=20)
    assert first.returncode == 0 and out == ""
    assert err.startswith("seismo: 20") and "Z dev: polls AWS\n" in err
    report = json.loads(second.stdout.readline())
    assert report["event"] == "polls AWS" and report["polledBy"] == "this collect"
    # It shows at once how things stood with the one before.
    assert {f["name"]: f["state"] for f in report["feeds"]}["jobs"] == "ok"
    second.send_signal(signal.SIGTERM)
    second.communicate(timeout=20)
    assert second.returncode == 0 and shared.holder() is None


def test_what_it_refuses(sim, home):
    home.config("contexts:\n  dev: {stage: dev, region: us-east-1}\n")
    done = home.run("collect", env={**sim.env, "XDG_DATA_HOME": "/proc/nothing"})
    assert done.returncode == 1 and done.stderr.startswith(b"seismo: there is nowhere to keep what is collected") and done.stdout == b""
    assert b"/proc/nothing" in done.stderr and done.stderr.count(b"\n") == 1
    for args, word in ((["-o", "csv"], b"csv"), (["dev"], b"-x"), (["-x", "nix"], b"nix")):
        done = home.run("collect", *args, env=sim.env)
        assert done.returncode == 2 and word in done.stderr and done.stdout == b""
