"""Cost lines by question to Logs Insights: the same totals as line by line, the switch between the two, and what it costs."""
import contextlib
import datetime as dt
import json
import random
import sqlite3
import time

import pytest

GROUP = "/team/lines"
HOUR = 3600
CONFIG = """
contexts:
  tail: {{stage: dev, region: us-east-1, sources: {{jobs: {{table: none, log_groups: [{group}], tail: off, poll: 1s}}, cost: {{mode: tail}}}}}}
  push: {{stage: dev, region: us-east-1, sources: {{jobs: {{table: none, log_groups: [{group}], poll: 1s}}, cost: {{mode: pushdown}}}}}}
  auto: {{stage: dev, region: us-east-1, sources: {{jobs: {{table: none, log_groups: [{group}], tail: off, poll: 1s}},
         cost: {{mode: auto, pushdown_above_events_per_second: 5}}}}}}
default_context: tail
limits: {{own_cost_usd_per_day: {cap}}}
{more}
"""
MODELS = ["us.anthropic.claude-sonnet-4-5-20250929-v1:0", "anthropic.claude-haiku-4-5-20251001-v1:0"]


@pytest.fixture
def region(start_sim, home):
    """A region with a table of jobs that is empty, and a group of lines of our own."""
    sim = start_sim("--seed", "7")
    home.env.update(sim.env)
    key = [("jobId", "HASH")], [("status", "HASH"), ("updatedAt", "RANGE")]
    sim.client("dynamodb").create_table(
        TableName="none", BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("jobId", "status", "updatedAt")],
        KeySchema=[{"AttributeName": n, "KeyType": k} for n, k in key[0]],
        GlobalSecondaryIndexes=[{"IndexName": "status-updatedAt-index", "Projection": {"ProjectionType": "ALL"},
                                 "KeySchema": [{"AttributeName": n, "KeyType": k} for n, k in key[1]]}])
    sim.logs = sim.client("logs")
    sim.logs.create_log_group(logGroupName=GROUP)
    sim.logs.create_log_stream(logGroupName=GROUP, logStreamName="s")
    return sim


def configure(home, cap="100.00", group=GROUP, more=""):
    home.config(CONFIG.format(cap=cap, group=group, more=more))


def line(n, at, model=None, tokens=True, rnd=random.Random(5)):
    text = {"level": "info", "message": "COST_TRACKING", "job_id": f"job-{n:06d}", "tenant_id": rnd.choice(["acme", "zoo", "ümlaut|x"]),
            "persona_type": rnd.choice(["sales", "support"]), "agent_id": rnd.choice(["quoter", "closer"]), "agent_version": rnd.choice(["1", "2"]),
            "model_id": model or rnd.choice(MODELS), "cost_cents": 0.25,
            "timestamp": dt.datetime.fromtimestamp(at, dt.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")}
    if tokens:
        text["token_usage"] = {"input": rnd.randrange(9000), "output": rnd.randrange(3000), "cache_read": rnd.randrange(20000),
                               "cache_write_5m": rnd.randrange(500), "cache_write_1h": rnd.randrange(500)}
    return {"timestamp": int(at * 1000), "message": json.dumps(text)}


def write(sim, events):
    events = sorted(events, key=lambda e: e["timestamp"])
    for i in range(0, len(events), 500):
        sim.logs.put_log_events(logGroupName=GROUP, logStreamName="s", logEvents=events[i:i + 500])


def past(count, **more):
    """Lines over the last three hours that are whole, and the hour from which on they are."""
    since = int(time.time()) // HOUR * HOUR - 3 * HOUR
    return since, [line(n, since + n * 3 * HOUR / count, **more) for n in range(count)]


def iso(t):
    return dt.datetime.fromtimestamp(t, dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def cost(home, context, since, by="tenant"):
    return home.json("get", "cost", "-x", context, "--since", iso(since), "--by", by)


def own(home):
    out = {}
    for store in home.stores():
        with contextlib.closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=10)) as db:
            with contextlib.suppress(sqlite3.OperationalError):
                for op, calls, nusd in db.execute("SELECT op, calls, nusd FROM own_cost"):
                    out[op] = out.get(op, 0) + calls
    return out


def until(holds, timeout=60):
    end = time.monotonic() + timeout
    while not holds():
        assert time.monotonic() < end, f"not within {timeout} s"
        time.sleep(0.3)


def test_the_same_totals_to_the_nano(home, region):
    configure(home)
    since, events = past(900)
    write(region, events)
    for by in ("tenant", "persona", "agent", "version", "model", "tenant+model", "version+model"):
        tail, push = cost(home, "tail", since, by), cost(home, "push", since, by)
        assert (tail["source"], push["source"]) == ("store", "pushdown")
        assert not push["approximate"] and push["groups"] == tail["groups"], by
        assert push["totalNanoUsd"] == tail["totalNanoUsd"] > 0
    used = own(home)
    assert used["cloudwatch-logs StartQuery"] >= 2 and "cloudwatch-logs GetQueryResults" in used
    assert push["since"] == iso(since).replace("Z", ".000Z")


def test_the_fleets_own_lines(home, region):
    """Those of the simulated fleet, hours that have ended."""
    configure(home, group="/seismo/jobs")
    since = int(time.time()) // HOUR * HOUR - 2 * HOUR
    tail = cost(home, "tail", since, "persona")
    push = cost(home, "push", since, "persona")
    # What came between the two questions, and the seconds that Insights is asked behind now, is the difference.
    assert len(push["groups"]) == len(tail["groups"])
    assert abs(push["totalNanoUsd"] - tail["totalNanoUsd"]) <= tail["totalNanoUsd"] * 0.02


def test_amounts_that_are_not_whole_are_approximate(home, region):
    """A price of 1.5 nUSD a token is rounded call by call: the sum may differ by half a nUSD a call, and says so."""
    configure(home, more="prices: {overrides: [{model: odd, input: 0.0015, output: 0.0005, cache_read: 0, cache_write_5m: 0, cache_write_1h: 0}]}")
    since, events = past(300, model="odd")
    write(region, events)
    tail, push = cost(home, "tail", since), cost(home, "push", since)
    assert push["approximate"] and not tail["approximate"]
    assert 0 < abs(push["totalNanoUsd"] - tail["totalNanoUsd"]) <= 300
    done = home.run("get", "cost", "-x", "push", "--since", iso(since))
    assert "hours by Logs Insights; amounts are approximate (~)" in done.stderr.decode()


def test_lines_without_tokens_and_models_without_price(home, region):
    configure(home)
    since, events = past(200, tokens=False)
    write(region, events + [line(9000 + n, since + n, model="acme.unheard-of-v1:0") for n in range(50)])
    tail, push = cost(home, "tail", since), cost(home, "push", since)
    assert push["unpricedJobs"] == tail["unpricedJobs"] == 50
    assert push["totalNanoUsd"] == tail["totalNanoUsd"] == 200 * 2_500_000
    assert push["approximate"]                                # Insights adds decimals up in floating point


def test_questions_are_refused_at_the_cap(home, region):
    configure(home, cap="0.00")
    done = home.run("get", "cost", "-x", "push", "--since", "2h", "-o", "json")
    assert done.returncode == 3 and done.stdout == b""
    assert "CloudWatch Logs StartQuery costs money" in done.stderr.decode() and "limits.own_cost_usd_per_day" in done.stderr.decode()
    assert "cloudwatch-logs StartQuery" not in own(home)


def test_the_console_asks_and_neither_tails_nor_searches(home, region, console):
    configure(home)
    since, events = past(300)
    write(region, events)
    screen = console("-x", "push", "--command", "cost", size=(200, 50), env=home.env)
    screen.wait_for("by Insights", timeout=60)
    until(lambda: own(home).get("cloudwatch-logs StartQuery", 0) >= 2)
    screen.send("Q")
    screen.wait_exit(20)
    used = own(home)
    assert "cloudwatch-logs FilterLogEvents" not in used and "cloudwatch-logs StartLiveTail" not in used


def store_of(home, context):
    one, = [p for p in home.stores() if p.name == f"{context}.db"]
    return one


def cursors(home, context, **put):
    """The feeds' places, after these were put."""
    with contextlib.closing(sqlite3.connect(store_of(home, context), timeout=20)) as db, db:
        for name, value in put.items():
            db.execute("INSERT OR REPLACE INTO cursor VALUES(?, ?)", (name.replace("_", "."), str(value)))
        return dict(db.execute("SELECT feed, value FROM cursor").fetchall())


def test_and_back_when_it_is_quiet(home, region, console):
    """Questions until seven minutes ago, and since then one line a second: lines again, and each counts once."""
    configure(home)
    now = time.time()
    write(region, [line(n, now - 600 + n * 4) for n in range(140)])
    home.json("get", "cost", "-x", "auto", "--since", "20m")   # some of it has come line by line before
    cursors(home, "auto", push_on=1, push_head=int(now - 420) * 1000, push_back=int((now - 6 * HOUR) // HOUR * HOUR * 1000),
            push_whole=int((now - 420) // HOUR * HOUR * 1000))
    screen = console("-x", "auto", "--command", "cost", size=(200, 50), env=home.env)
    screen.wait_for("some by Insights", timeout=90)
    write(region, [line(1000 + n, time.time() - 1 + n / 100) for n in range(40)])
    since = now // HOUR * HOUR - HOUR
    tail = cost(home, "tail", since)
    until(lambda: home.json("get", "cost", "-x", "auto", "--since", iso(since), "--cached")["totalNanoUsd"] == tail["totalNanoUsd"], timeout=60)
    assert home.json("get", "cost", "-x", "auto", "--since", iso(since), "--cached")["groups"] == tail["groups"]
    assert "cloudwatch-logs FilterLogEvents" in own(home) and cursors(home, "auto")["push.on"] == "0"
    assert sum(g["jobs"] for g in tail["groups"]) == 180
