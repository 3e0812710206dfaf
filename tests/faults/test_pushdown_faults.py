"""A12: questions to Logs Insights that end early, find no room, or that nobody waits for any more."""
import contextlib
import json
import sqlite3
import time

import pytest

from servers import Server, answering, forward, reply

pytest_plugins = ["faultkit"]
CONFIG = """
contexts:
  dev: {stage: dev, region: us-east-1, sources: {jobs: {poll: 1s}, cost: {mode: pushdown}}}
limits: {own_cost_usd_per_day: 100.00}
"""
JSON = "application/x-amz-json-1.1"


class Insights:
    """The region, but what Insights says is ours: answer(op, body) is a dict, an error (status, dict), or None for the region's own."""

    def __init__(self, sim, serve, answer):
        self.asked, self.answer = [], answer
        other = forward(sim.url)

        def make(rq):
            op = rq.headers.get("x-amz-target", "").rpartition(".")[2]
            if op not in ("StartQuery", "GetQueryResults", "StopQuery"):
                return other(rq)
            body = json.loads(rq.body)
            self.asked.append((op, body))
            said = self.answer(op, body)
            if said is None:
                return other(rq)
            status, said = said if isinstance(said, tuple) else (200, said)
            return reply(json.dumps(said).encode(), f"{status} x", JSON)
        self.url = serve(Server(answering(make))).url

    def count(self, op):
        return sum(1 for name, _ in self.asked if name == op)


@pytest.fixture
def region(sim, serve, home):
    def start(answer):
        one = Insights(sim, serve, answer)
        home.config(CONFIG)
        home.env.update(sim.env, AWS_ENDPOINT_URL=one.url)
        return one
    return start


def until(holds, timeout=30):
    end = time.monotonic() + timeout
    while not holds():
        assert time.monotonic() < end, f"not within {timeout} s"
        time.sleep(0.1)


def running(op, body):
    """A query that never ends."""
    return {"StartQuery": {"queryId": "q-1"}, "StopQuery": {"success": True},
            "GetQueryResults": {"status": "Running", "results": [], "statistics": {"bytesScanned": 1e6}}}[op]


def test_a12_stopped_when_the_console_ends(region, console, home):
    one = region(running)
    screen = console(size=(120, 40), env=home.env)
    until(lambda: one.count("GetQueryResults") >= 2)
    screen.wait_for("Pulse", timeout=20)
    screen.send("Q")
    assert screen.wait_exit(20) == 0
    assert [body["queryId"] for op, body in one.asked if op == "StopQuery"] == ["q-1"]
    assert one.asked[-1][0] == "StopQuery"


def test_a12_stopped_when_the_console_ends_before_it_has_begun(region, console, home):
    """StartQuery takes its time: what it starts is stopped all the same."""
    def slow(op, body):
        if op == "StartQuery":
            time.sleep(1.5)
        return running(op, body)
    one = region(slow)
    screen = console(size=(120, 40), env=home.env)
    until(lambda: one.count("StartQuery") == 1)
    screen.wait_for("Pulse", timeout=20)
    screen.send("Q")
    assert screen.wait_exit(20) == 0
    assert one.count("StopQuery") == 1 and one.count("GetQueryResults") == 0


def test_a12_the_end_does_not_wait_for_ever(region, console, home):
    def deaf(op, body):
        if op == "StopQuery":
            time.sleep(15)
        return running(op, body)
    one = region(deaf)
    screen = console(size=(120, 40), env=home.env)
    until(lambda: one.count("GetQueryResults") >= 1)
    screen.wait_for("Pulse", timeout=20)
    begun = time.monotonic()
    screen.send("Q")
    assert screen.wait_exit(12) == 0
    assert one.count("StopQuery") == 1 and time.monotonic() - begun < 10


def test_a12_a_collector_that_is_told_to_end_stops_it(region, seismo, home):
    import signal
    import subprocess
    one = region(running)
    process = subprocess.Popen([seismo, "collect"], env=home.env, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: one.count("GetQueryResults") >= 1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(10)
    assert one.count("StopQuery") == 1


@pytest.mark.parametrize("status", ["Failed", "Timeout", "Cancelled", "Unknown", "A state yet to come"])
def test_a12_a_query_that_ended_early_is_a_part_and_says_so(region, home, status):
    hour = time.strftime("%Y-%m-%d %H:00:00.000", time.gmtime())
    row = [{"field": "bin(1h)", "value": hour}, {"field": "tenant_id", "value": "acme"}, {"field": "model_id", "value": "m"},
           {"field": "has_tokens", "value": "0"}, {"field": "n_calls", "value": "3"}, {"field": "cents", "value": "7"}]

    def answer(op, body):
        return {"StartQuery": {"queryId": "q-1"}, "GetQueryResults": {"status": status, "results": [row], "statistics": {"bytesScanned": 2e6}}}[op]
    region(answer)
    done = home.run("get", "cost", "--since", "30m", "-o", "json")
    text = done.stderr.decode()
    assert done.returncode == 1 and done.stdout == b"", text
    assert f"Logs Insights ended the query before it was through ({status}) after 2.0 MB" in text and "partial" in text
    with contextlib.closing(sqlite3.connect(home.stores()[0])) as db:
        assert db.execute("SELECT DISTINCT partial FROM pushed_hour").fetchall() == [(1,)]
        assert db.execute("SELECT count(*) FROM cursor WHERE feed = 'push.head' AND value > ?", (str(int(time.time() * 1000 - 60000)),)
                          ).fetchone() == (0,)                   # nothing was come to: it is asked for again
    kept = home.json("get", "cost", "--since", "30m", "--cached")
    assert kept["approximate"] is True


def test_a12_after_a_part_the_whole_is_asked_for_again(region, console, home):
    """The first answers are parts; then the region answers for itself."""
    tries = []

    def answer(op, body):
        if op == "GetQueryResults" and len(tries) < 2:
            tries.append(body)
            return {"status": "Timeout", "results": [], "statistics": {"bytesScanned": 1e6}}
        return None
    one = region(answer)
    screen = console("--command", "cost", size=(200, 50), env=home.env)
    screen.wait_for("partial", timeout=30)
    screen.wait_for(lambda text: "by Insights" in text and "partial" not in text, timeout=60)
    assert one.count("StartQuery") >= 4


def test_a12_no_room_for_another_query(region, home):
    """The quota is the account's: it waits, says so, and asks again."""
    refused = []

    def answer(op, body):
        if op == "StartQuery" and len(refused) < 3:          # the request layer tries three times by itself
            refused.append(body)
            return 400, {"__type": "LimitExceededException", "message": "Account maximum query concurrency limit of [100] reached."}
        return None
    one = region(answer)
    begun = time.monotonic()
    got = home.json("get", "cost", "--since", "30m")
    assert got["source"] == "pushdown" and got["totalNanoUsd"] > 0
    assert time.monotonic() - begun >= 5 and one.count("StartQuery") == 5        # once more, and the other kind


def test_a12_what_was_read_is_paid_once(region, home):
    """Its statistics come with every look; the last one counts."""
    looks = []

    def answer(op, body):
        if op == "StartQuery":
            return {"queryId": f"q-{len(looks)}"}
        looks.append(body["queryId"])
        n = looks.count(body["queryId"])
        return {"status": "Complete" if n == 3 else "Running", "results": [], "statistics": {"bytesScanned": n * 1e9}}
    region(answer)
    home.json("get", "cost", "--since", "30m")
    with contextlib.closing(sqlite3.connect(home.stores()[0])) as db:
        (nusd,), = db.execute("SELECT nusd FROM own_cost WHERE op = 'cloudwatch-logs GetQueryResults'").fetchall()
    assert nusd == 2 * 3 * 5_000_000                             # two questions, three GB each
