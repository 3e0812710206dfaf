"""seismo sql: questions over the snapshot, which is only read."""
import csv
import hashlib
import io

import pytest


@pytest.fixture
def ask(home, sim):
    home.json("get", "jobs", "--since", "3h", env=sim.env)

    def run(sql, *args):
        return home.run("sql", sql, *args, env=sim.env)
    run.json = lambda sql: home.json("sql", sql, env=sim.env)
    run.home, run.sim = home, sim
    return run


def test_the_same_numbers_as_get(ask):
    jobs = ask.home.json("get", "jobs", "--since", "3h", "--cached", env=ask.sim.env)
    rows = ask.json("SELECT job_id, tenant, persona, agent, version, model, status, nano_usd, cost_source, input, cache_read, cache_hit, latency_ms FROM jobs")
    known = {r["job_id"]: r for r in rows}
    for j in jobs:
        r = known[j["jobId"]]
        tokens = j["tokens"] or {"input": 0, "cacheRead": 0}
        assert (r["tenant"], r["persona"], r["agent"], r["version"], r["model"], r["status"]) == (
            j["tenantId"], j["persona"], j["agentId"], j["agentVersion"], j["model"], j["status"])
        assert (r["nano_usd"], r["cost_source"], r["input"], r["cache_read"], r["latency_ms"]) == (
            j["costNanoUsd"], j["costSource"], tokens["input"], tokens["cacheRead"], j["latencyMs"])
        assert r["cache_hit"] == (None if j["cacheHit"] is None else int(j["cacheHit"]))
    cost = ask.home.json("get", "cost", "--since", "35d", "--by", "tenant", "--cached", env=ask.sim.env)
    sums = ask.json("SELECT key, sum(nano_usd) AS n, sum(jobs) AS j FROM cost_hours WHERE by = 'tenant' GROUP BY key ORDER BY 2 DESC, 1")
    assert [(g["key"], g["nanoUsd"], g["jobs"]) for g in cost["groups"]] == [(r["key"], r["n"], r["j"]) for r in sums]
    pairs = ask.json("SELECT key, sum(nano_usd) AS n, sum(jobs) AS j FROM cost_hours_by_model WHERE by = 'tenant' GROUP BY key ORDER BY 2 DESC, 1")
    days = ask.json("SELECT tenant AS key, sum(nano_usd) AS n, sum(jobs) AS j FROM cost_days GROUP BY 1 ORDER BY 2 DESC, 1")
    assert pairs == sums and days == sums
    spread = ask.json("SELECT sum(jobs) AS jobs, min(p50_ms <= p95_ms AND p95_ms <= p99_ms) AS ok FROM latency_hours WHERE by = 'all'")[0]
    assert spread == {"jobs": sum(r["latency_ms"] is not None for r in rows), "ok": 1}
    assert ask.json("SELECT count(*) FROM lines")[0]["count(*)"] > 0
    assert ask.json("SELECT hour FROM cost_hours ORDER BY hour LIMIT 1")[0]["hour"].endswith(":00:00.000Z")


@pytest.mark.parametrize("sql, code, words", [
    ("DELETE FROM job", 3, "only read"), ("DROP TABLE job", 3, "only read"), ("PRAGMA journal_mode = DELETE", 3, "only read"),
    ("ATTACH '/tmp/x.db' AS x", 3, "only read"), ("INSERT INTO jobs VALUES(1)", 3, "only read"), ("VACUUM INTO '/tmp/seismo-never'", 3, "only read"),
    ("WITH x AS (SELECT 1) DELETE FROM job", 3, "only read"), ("CREATE TEMP TABLE t(a)", 3, "only read"),
    ("SELECT load_extension('x')", 3, "only read"), ("SELECT 1; DELETE FROM job", 2, "one question"), ("SELEC 1", 2, "no question"),
    ("SELECT nonsense FROM jobs", 2, "no question"), ("", 2, "empty"), ("/* nothing */", 2, "empty"),
    ("SELECT " + "a," * 300 + "1 FROM jobs", 2, ""),
])
def test_only_reading(ask, sql, code, words):
    store = ask.home.stores()[0]
    before = hashlib.sha256(store.read_bytes()).digest()
    done = ask(sql)
    text = done.stderr.decode()
    assert done.returncode == code and done.stdout == b"" and words in text and text.count("seismo: ") == 2, text
    assert hashlib.sha256(store.read_bytes()).digest() == before


def test_forms_and_hostile_text(ask):
    sql = "SELECT 'a.b' AS \"x.y\", 1.5 AS r, x'00ff' AS b, NULL AS n, '=cmd' AS f, char(27) || '[31m' AS e, 2 AS d, 3 AS d"
    assert ask.json(sql) == [{"x.y": "a.b", "r": 1.5, "b": "00ff", "n": None, "f": "=cmd", "e": "\x1b[31m", "d": 2, "d_2": 3}]
    table = ask(sql).stdout
    assert b"\x1b" not in table and b"a.b" in table
    rows = list(csv.reader(io.StringIO(ask(sql, "-o", "csv").stdout.decode())))
    assert rows[0] == ["x.y", "r", "b", "n", "f", "e", "d", "d_2"] and rows[1][0] == "a.b" and rows[1][4] == "'=cmd" and "\x1b" not in rows[1][5]


def test_no_snapshot_and_no_question(home, sim):
    done = home.run("sql", "SELECT 1", env=sim.env)
    assert done.returncode == 1 and b"no snapshot yet" in done.stderr
    assert home.run("sql", env=sim.env).returncode == 2
