"""The live tail of the cost lines: whatever happens to it, each line is booked once. The console runs on a real terminal against
the simulated region; the truth is what the test itself wrote, and what a second, empty snapshot finds by searching alone."""
import contextlib
import json
import socket
import sqlite3
import threading
import time
import urllib.parse
import urllib.request

import pytest

import loglines
from console import SLOW, Console
from servers import Server, answering, reply
from test_service_faults import forward, frame, stream

pytest_plugins = ["faultkit"]

GROUP = "/fleet/lines"
CENT = 10_000_000                       # nUSD
CONFIG = """
contexts:
  dev:
    stage: dev
    sources:
      jobs: {log_groups: [%s], poll: %s, tail: %s}
"""


def set_faults(url, text):
    rq = urllib.request.Request(url + "/_seismo/faults", data=text.encode(), method="PUT")
    with urllib.request.urlopen(rq, timeout=10):
        pass


class Lines:
    """Writes COST_TRACKING lines of one cent each, every one for a job of its own, and remembers which."""

    def __init__(self, sim):
        self.logs = sim.client("logs")
        self.jobs = set()
        self.logs.create_log_group(logGroupName=GROUP)
        self.logs.create_log_stream(logGroupName=GROUP, logStreamName="w")

    def write(self, count, back_ms=0):
        now, events = int(time.time() * 1000) - back_ms, []
        for _ in range(count):
            job = f"job-{len(self.jobs):06d}"
            self.jobs.add(job)
            line = {"message": "COST_TRACKING", "job_id": job, "tenant_id": "acme", "cost_cents": 1}
            events.append({"timestamp": now, "message": json.dumps(line)})
        self.logs.put_log_events(logGroupName=GROUP, logStreamName="w", logEvents=events)

    def spread(self, count, seconds, pieces=20):
        for _ in range(pieces):
            self.write(count // pieces)
            time.sleep(seconds / pieces)


class Rig:
    def __init__(self, sim, home, poll, tail, more=()):
        self.sim, self.home = sim, home
        home.config(CONFIG % (GROUP, poll, tail))
        self.env = {**home.env, **sim.env, **dict(more)}
        self.console = Console([home.binary, "--command", "jobs"], self.env, (140, 30))

    def rows(self):
        """The job of every stored cost line."""
        stores = self.home.stores()
        if not stores:
            return []
        with contextlib.closing(sqlite3.connect(f"file:{stores[0]}?mode=ro", uri=True, timeout=10)) as db:
            try:
                return [json.loads(l.text)["job_id"] for l in loglines.read(db) if l.kind == loglines.COST]
            except sqlite3.OperationalError:
                return []

    def pending(self):
        with contextlib.closing(sqlite3.connect(f"file:{self.home.stores()[0]}?mode=ro", uri=True, timeout=10)) as db:
            return sum(1 for l in loglines.read(db) if l.flags & loglines.TAIL)

    def wait_rows(self, jobs, timeout):
        end = time.monotonic() + timeout * SLOW
        while set(self.rows()) != jobs:
            assert time.monotonic() < end, f"{len(set(self.rows()))} of {len(jobs)} lines:\n{self.console.text()}"
            self.console.pump(0.3)

    def head(self):
        return next((l for l in self.console.text().splitlines() if l.startswith("JOBS")), "")

    def wait_head(self, what, timeout=40):
        self.console.wait_for(lambda text: what in self.head(), timeout)

    def end(self):
        self.console.send("Q")
        assert self.console.wait_exit() == 0


@pytest.fixture
def rig(home):
    made = []

    def start(sim, poll="5s", tail="auto", more=()):
        made.append(Rig(sim, home, poll, tail, more))
        return made[-1]
    yield start
    for one in made:
        one.console.close()


def pumped(console, work):
    """work() beside a console whose screen is read on."""
    failed = []

    def run():
        try:
            work()
        except Exception as e:          # told in the test's own thread
            failed.append(e)
    t = threading.Thread(target=run)
    t.start()
    while t.is_alive():
        console.pump(0.1)
    assert not failed, failed


def books_agree(r, lines, sim):
    """Once each: in the rows, in the totals, and by a search with a snapshot of its own."""
    rows = r.rows()
    assert len(rows) == len(lines.jobs) and set(rows) == lines.jobs
    other = {"XDG_DATA_HOME": str(r.home.path / "other")}
    for more, env in (["--cached"], {}), ([], other):
        groups = r.home.json("get", "cost", "--since", "3h", "--by", "tenant", *more, env={**sim.env, **env})["groups"]
        ours = [(g["nanoUsd"], g["jobs"]) for g in groups if g["key"] == "acme"]
        assert ours == [(len(lines.jobs) * CENT, len(lines.jobs))]


def test_a10_tail_brings_lines_within_seconds_and_once(start_sim, rig):
    """With an hour between two rounds of the search, only the tail can bring them; the search then says the same."""
    sim = start_sim("--seed", "7")
    lines = Lines(sim)
    r = rig(sim, poll="1h")
    r.wait_head("live")
    lines.write(200)
    r.wait_rows(lines.jobs, 30)
    assert r.pending() == 200           # no id yet
    lines.write(50, back_ms=120_000)    # late: its place is two minutes back
    r.wait_rows(lines.jobs, 10)
    r.end()
    assert len(r.rows()) == 250
    r.home.json("get", "cost", "--since", "3h", env=sim.env)       # the search sees them, with ids
    assert r.pending() == 0
    books_agree(r, lines, sim)


def test_a10_twice_and_out_of_order(start_sim, rig):
    sim = start_sim("--seed", "7")
    lines = Lines(sim)
    r = rig(sim)
    r.wait_head("live")
    set_faults(sim.url, "dup=0.4,reorder=0.5")
    pumped(r.console, lambda: lines.spread(2000, 8))
    r.wait_rows(lines.jobs, 30)
    r.end()
    books_agree(r, lines, sim)


def refusing(sim, answer):
    """The region, but StartLiveTail gets `answer`; how often it was asked is in the list."""
    asked = []

    def make(rq):
        if rq.headers.get("x-amz-target", "").endswith("StartLiveTail"):
            asked.append(time.monotonic())
            return answer
        return forward(sim.url)(rq)
    return Server(answering(make)), asked


def test_a11_denied_is_said_and_polled(start_sim, rig, serve):
    sim = start_sim("--seed", "7")
    lines = Lines(sim)
    server, asked = refusing(sim, reply(b'{"__type":"AccessDeniedException","message":"no"}', "400 Bad Request"))
    r = rig(sim, more={"AWS_ENDPOINT_URL": serve(server).url})
    r.console.wait_for("No live tail, cost lines are polled", 20)
    r.wait_head("no live tail")
    lines.write(100)
    r.wait_rows(lines.jobs, 20)
    assert len(asked) == 1 and r.pending() == 0
    r.end()
    books_agree(r, lines, sim)


def test_a11_the_end_of_a_session_begins_another(start_sim, rig, serve):
    """SessionTimeoutException behind the first update, each time: opened again with waits, and no line is missed."""
    sim = start_sim("--seed", "7")
    lines = Lines(sim)
    update = frame("event", "sessionUpdate", {"sessionMetadata": {"sampled": False}, "sessionResults": []})
    over = frame("exception", "SessionTimeoutException", {"message": "3 hours are over"})
    server, asked = refusing(sim, stream(update + over))
    r = rig(sim, more={"AWS_ENDPOINT_URL": serve(server).url})
    r.wait_head("gap")
    pumped(r.console, lambda: lines.spread(400, 12))
    r.wait_rows(lines.jobs, 20)
    assert 3 <= len(asked) <= 40 and "no live tail" not in r.head()
    r.end()
    books_agree(r, lines, sim)


def tail_relay(sim, asked):
    """Bytes there and back, streams as they come; when a session was asked for is in the list."""
    port = urllib.parse.urlsplit(sim.url).port

    def serve(server, s):
        with socket.create_connection(("127.0.0.1", port)) as there:
            def up():
                with contextlib.suppress(OSError):
                    while data := s.recv(1 << 16):
                        asked.extend([time.monotonic()] * data.count(b".StartLiveTail"))
                        there.sendall(data)
                    there.shutdown(socket.SHUT_WR)
            threading.Thread(target=up, daemon=True).start()
            while data := there.recv(1 << 16):
                s.sendall(data)
    return Server(serve)


def test_a11_a_session_is_changed_before_aws_ends_it(start_sim, rig, serve):
    """Planned, after 2 h 55 (here five seconds): another one takes its place, nobody is told of a failure, no line is missed."""
    sim, asked = start_sim("--seed", "7"), []
    lines = Lines(sim)
    relay = tail_relay(sim, asked)
    r = rig(sim, tail="auto, tail_session: 5s", more={"AWS_ENDPOINT_URL": serve(relay).url})
    # A session this short may end before the search has filled what lay before it: then "live" is never said.
    r.console.wait_for(lambda _: any(w in r.head() for w in ("  live", "gap ")), 40)
    pumped(r.console, lambda: lines.spread(400, 18))
    r.wait_rows(lines.jobs, 20)
    assert 3 <= len(asked) <= 8 and "no live tail" not in r.head() and min(b - a for a, b in zip(asked, asked[1:])) > 4
    r.end()
    books_agree(r, lines, sim)


def test_a11_more_than_500_a_second_is_sampled_and_filled(start_sim, rig):
    """Keys answer meanwhile; the pane says that lines are left out, and they are read again."""
    sim = start_sim("--seed", "7")
    lines = Lines(sim)
    r = rig(sim)
    r.wait_head("live")
    pumped(r.console, lambda: [lines.write(2500) for _ in range(4)])
    r.wait_head("sampled", 15)
    begun = time.monotonic()
    r.console.send("?")
    r.console.wait_for(lambda t: "JOBS 24h" not in t, 3)
    assert time.monotonic() - begun < 5
    r.console.send("esc")
    r.wait_rows(lines.jobs, 60)
    r.console.wait_for(lambda text: "live" in r.head() and "sampled" not in r.head(), 40)
    r.end()
    books_agree(r, lines, sim)


def test_tail_off_opens_no_session(start_sim, rig):
    sim = start_sim("--seed", "7")
    lines = Lines(sim)
    r = rig(sim, tail="off", poll="2s")
    r.console.wait_for(lambda t: "JOBS 24h" in t, 20)
    lines.write(100)
    r.wait_rows(lines.jobs, 20)
    assert r.pending() == 0 and "live" not in r.head()
    r.end()
    books_agree(r, lines, sim)
