"""Totals equal the books when events come through the feeds: a generator writes them into ministack with the AWS SDK, or the
simulated region makes them, and the program is killed again and again while it reads. SEISMO_TORTURE=1: the large numbers."""
import datetime
import itertools
import json
import os
import random
import signal
import sqlite3
import subprocess
import time

import pytest

import reckon
from books import Books, time_of
from conftest import SimProcess
from events import Events, typed
from jobs_fleet import GROUP, STREAM, Fleet
from peers import REGION

TORTURE = bool(os.environ.get("SEISMO_TORTURE"))
UTC = datetime.timezone.utc
CLASS_OF = {"input": "input", "output": "output", "cache_read": "cacheRead", "cache_write_5m": "cacheWrite5m", "cache_write_1h": "cacheWrite1h"}
CONFIG = "contexts:\n  dev: {{stage: test, region: {region}, endpoint_url: '{url}'}}\n"


def run_and_kill(home, args, delay_s, env):
    """Starts the program, kills it after a while; True when it was still at work."""
    p = subprocess.Popen([home.binary, *args], env={**home.env, **env}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                         stderr=subprocess.DEVNULL)
    time.sleep(delay_s)
    p.send_signal(signal.SIGKILL)
    return p.wait() == -signal.SIGKILL


def plain(value):
    """A DynamoDB value as boto3 gives it, without its type."""
    kind, v = next(iter(value.items()))
    return {"S": str, "BOOL": bool, "N": lambda n: float(n) if "." in n else int(n)}[kind](v) if kind != "M" else {k: plain(x) for k, x in v.items()}


# --- ministack ---------------------------------------------------------------------------------------------------------

class Written:
    """Puts events into a region as its writers do: a version of an item never replaces a newer one, and a log event that comes
    again is left out, because a log group would take it for another."""

    def __init__(self, peer):
        self.fleet, self.newest, self.logged, self.books = Fleet(peer), {}, set(), Books()
        self.fleet.create()

    def keep(self, events):
        for item in events.books.jobs.values():
            self.books.put_job(item)
        for line in itertools.chain(*events.books.lines.values()):
            self.books.add_line(line)

    def items(self, events):
        newest = {}
        for e in events:
            if e.kind == "item" and e.data["updatedAt"] >= self.newest.get(e.data["jobId"], ""):
                self.newest[e.data["jobId"]] = e.data["updatedAt"]
                newest[e.data["jobId"]] = {"PutRequest": {"Item": typed(e.data)["M"]}}
        requests = list(newest.values())
        for at in range(0, len(requests), 25):
            assert not self.fleet.ddb.batch_write_item(RequestItems={"jobs": requests[at:at + 25]})["UnprocessedItems"]

    def lines(self, events):
        fresh = {e.data[1]: {"timestamp": e.data[2], "message": e.data[0]} for e in events if e.kind == "line" and e.data[1] not in self.logged}
        self.logged |= fresh.keys()
        fresh = sorted(fresh.values(), key=lambda l: l["timestamp"])
        for at in range(0, len(fresh), 1000):
            self.fleet.logs.put_log_events(logGroupName=GROUP, logStreamName=STREAM, logEvents=fresh[at:at + 1000])


def test_written_with_the_sdk(home, ministack):
    """Three days of items, late by up to 100 s (`get` reads the last two minutes again; what is later yet the console's sweeps
    find), whose lines are there before; then items and lines of right now, some at a time: one that waits for the others to be
    written would be later than that. After each handful the program reads and is killed."""
    n, kills, lots = (20_000, 200, 10) if TORTURE else (1_200, 12, 1)
    written, rng, killed = Written(ministack), random.Random(7), 0
    home.config(CONFIG.format(region=REGION, url=ministack.url))
    env = {k: v for k, v in ministack.env.items() if k != "AWS_ENDPOINT_URL"}
    args = ["get", "cost", "--since", "5d", "-o", "json"]
    now = datetime.datetime.now(UTC)
    past = Events(7, n * 3 // 4, end=now - datetime.timedelta(minutes=5), days=3, late_s=100)
    written.lines(past.stream)
    for lot in range(1 + lots):
        end = datetime.datetime.now(UTC) - datetime.timedelta(seconds=5)
        events = Events(7 + lot, n // 4 // lots, end=end, days=60 / 86400, late_s=30) if lot else past
        written.keep(events)
        size = len(events.stream) // (kills // 2 // (lots if lot else 1)) + 1
        for at in range(0, len(events.stream), size):
            written.items(events.stream[at:at + size])
            written.lines(events.stream[at:at + size])
            killed += run_and_kill(home, args, rng.uniform(0.01, 0.4), env)
    limit = 0.2
    while killed < kills // 2:                 # most were ready before
        limit *= 0.9
        killed += run_and_kill(home, args, rng.uniform(0.005, limit), env)
    since = [(past.start - datetime.timedelta(hours=3)).replace(microsecond=0), (past.start + datetime.timedelta(hours=30)).replace(minute=0, second=0, microsecond=0),
             (past.start + datetime.timedelta(hours=40, seconds=17)).replace(microsecond=0)]
    reckon.check_answers(home, written.books, since[:1], env, ())
    reckon.check_answers(home, written.books, since, env)
    reckon.check_store(home, home.stores()[0], written.books, env)


# --- the simulated region ----------------------------------------------------------------------------------------------

def read_region(sim, since, until):
    """The books of the region's jobs and lines, read with the SDK; jobs by the index as far as they changed since."""
    books, ddb, logs = Books(), sim.client("dynamodb"), sim.client("logs")
    for status in ("queued", "running", "succeeded", "failed", "cancelled"):
        for page in ddb.get_paginator("query").paginate(
                TableName="jobs", IndexName="status-updatedAt-index", KeyConditionExpression="#s = :s AND #u >= :u",
                ExpressionAttributeNames={"#s": "status", "#u": "updatedAt"},
                ExpressionAttributeValues={":s": {"S": status}, ":u": {"S": since.strftime("%Y-%m-%dT%H:%M:%S.000Z")}}):
            for item in page["Items"]:
                books.put_job({k: plain(v) for k, v in item.items()})
    for page in logs.get_paginator("filter_log_events").paginate(
            logGroupName=GROUP, filterPattern="COST_TRACKING", startTime=int(since.timestamp() * 1000), endTime=int(until.timestamp() * 1000)):
        for event in page["events"]:
            line = json.loads(event["message"], parse_float=str, parse_int=lambda n: n)
            usage = line.get("token_usage")
            line["at"] = time_of(line["timestamp"])
            line["tokens"] = {CLASS_OF[k]: int(v) for k, v in usage.items()} if usage else None
            line["event"] = event["eventId"]
            books.add_line({k: v for k, v in line.items() if v is not None or k == "tokens"})
    return books


def only_since(books, since):
    """The same without the calls booked before."""
    out = Books()
    out.known = [c for c in books.calls() if c.booked >= since]
    return out


@pytest.fixture(scope="module")
def standing(seismo):
    """(arguments of a region whose clock stands still, since when, its books since then): a part of the fleet's past and what runs
    right now."""
    clock = datetime.datetime.now(UTC).replace(microsecond=0) - datetime.timedelta(minutes=3)
    since = clock - datetime.timedelta(hours=24 * 7 if TORTURE else 12)
    args = ("--seed", "11", "--speed", "0", "--clock", clock.strftime("%Y-%m-%dT%H:%M:%SZ"))
    sim = SimProcess(seismo, *args)
    try:
        books = only_since(read_region(sim, since - datetime.timedelta(minutes=15), clock), since)
    finally:
        sim.stop()
    assert len(books.calls()) > 1000
    return args, since, books


@pytest.mark.parametrize("fault", ["", "dup=0.2,reorder=0.3,throttle=0.05,error=0.02"])
def test_the_simulated_region(home, start_sim, standing, fault):
    """Read and killed; answers fail, and events come twice and out of order."""
    args, since, books = standing
    sim, rng, killed, limit = start_sim(*args, *(("--fault", fault) if fault else ())), random.Random(3), 0, 0.6
    home.config(CONFIG.format(region=sim.env["AWS_REGION"], url=sim.url))
    env = {k: v for k, v in sim.env.items() if k != "AWS_ENDPOINT_URL"}
    ask = ["get", "cost", "--since", since.strftime("%Y-%m-%dT%H:%M:%SZ"), "-o", "json"]
    while killed < (100 if TORTURE else 12):
        if run_and_kill(home, ask, rng.uniform(0.02, limit), env):
            killed += 1
        else:
            limit *= 0.8
    for _ in range(20 if fault else 1):     # refused for good now and then: asked again as a person would
        if home.run(*ask, env=env).returncode == 0:
            break
    reckon.check_answers(home, books, [since, since + datetime.timedelta(hours=6, minutes=7)], env)


def covered(store, since):
    """Whether jobs and lines have been read back to that moment."""
    try:
        db = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
        back = dict(db.execute("SELECT feed, CAST(value AS INTEGER) FROM cursor WHERE feed IN ('jobs.back', 'lines.back')"))
        db.close()
    except sqlite3.Error:
        return False
    return len(back) == 2 and max(back.values()) <= since.timestamp() * 1000


def test_two_consoles_and_a_collector_on_one_store(home, seismo, console, start_sim, standing):
    """All start on no store at all; who polls is killed again and again, another takes over; what `get` brings comes on top."""
    args, since, books = standing
    sim, rng = start_sim(*args), random.Random(4)
    home.config(CONFIG.format(region=sim.env["AWS_REGION"], url=sim.url))
    store = home.path / ".local/share/seismo/dev.db"
    env = {k: v for k, v in sim.env.items() if k != "AWS_ENDPOINT_URL"}
    collect = lambda: subprocess.Popen([seismo, "collect"], env={**home.env, **env}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    start = lambda: console("--command", "cost", env=env, size=(100, 30))
    collector, consoles = collect(), [start(), start()]
    try:
        for _ in range(20 if TORTURE else 3):
            time.sleep(rng.uniform(0.2, 1.2))
            collector.kill()
            collector.wait()
            consoles[0].process.kill()
            consoles[0].process.wait()
            collector, consoles = collect(), [consoles[1], start()]
            run_and_kill(home, ["get", "cost", "--since", "4h"], rng.uniform(0.05, 0.3), env)
        end = time.monotonic() + 90
        while not covered(store, since):
            assert time.monotonic() < end, "they do not read on"
            for c in consoles:
                c.pump(0.2)
        assert home.run("get", "cost", "--since", "4h", env=env).returncode == 0
        for c in consoles:
            c.send("Q")
            assert c.wait_exit() == 0
        collector.terminate()
        assert collector.wait(20) == 0
    finally:
        if collector.poll() is None:
            collector.kill()
            collector.wait()
    reckon.check_answers(home, books, [since, since + datetime.timedelta(hours=6, minutes=7)], env)
